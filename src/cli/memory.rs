//! What the doors of a terminal remember: this user's own ledger for the project, and the repository's where a clone
//! has it.

use super::Door;
use super::ledger::place;
use super::local::{own_ledger, task_key};
use crate::config::Config;
use crate::git::Repo;
use crate::ids::RepoSlug;
use crate::learn::Experience;
use crate::ledger::{self, Store};
use crate::pipeline;
use crate::record::Tried;
use crate::spend;
use crate::stage::Say;
use crate::stage::memory::{self, after_attempt};
use crate::stage::proposal::Proposal;
use crate::stage::publish::Published;
use anyhow::{Context as _, Result};
use std::path::Path;

/// Attempts that are looked at.
const EARLIER: usize = 10;

/// What is known of the project at `root`. Trouble with it is told and keeps nobody from repairing.
pub fn experience(door: &Door, root: &Path, config: &Config, say: Say) -> Experience {
    read(door, root, config, say).unwrap_or_else(|error| {
        say("ledger", &format!("nothing is remembered: {error:#}"));
        Experience::default()
    })
}

fn read(door: &Door, root: &Path, config: &Config, say: Say) -> Result<Experience> {
    let own = own_ledger(door)?;
    let repo = Repo::discover(root)?;
    let slug = repo.as_ref().and_then(|repo| repo.remote_slug("origin"));
    let cloned = repo.map(|repo| ledger::Cloned::open(repo, config.ledger.branch.as_str())).transpose()?.flatten();
    // Of a repository without a name a shared database knows nothing.
    let database = slug.as_ref().map(|slug| place::database(door, Some(slug))).transpose()?.flatten();
    let stores = [
        Some(&own as &dyn Store),
        cloned.as_ref().map(|store| store as &dyn Store),
        database.as_ref().map(|store| store as &dyn Store),
    ];
    let stores: Vec<&dyn Store> = stores.into_iter().flatten().collect();
    Ok(memory::experience(&stores, None, &pipeline::now(), config.may_reorder(), say))
}

/// Where a run in a terminal is written down; what a database does not take waits here.
pub fn kept<'a>(door: &'a Door, repository: Option<&RepoSlug>) -> Result<Box<dyn Store + 'a>> {
    Ok(match place::database(door, repository)? {
        Some(database) => Box::new(place::spooled(door, Box::new(database), |text| door.ui.stage("ledger", text))),
        None => Box::new(own_ledger(door)?),
    })
}

/// How far earlier attempts at the same came on this commit before a limit ended them. What else they tried is no reason to
/// skip anything: in a terminal the tree changes under the same commit.
pub fn unfinished(door: &Door, root: &Path, title: &str) -> Vec<Tried> {
    let known = || -> Result<Vec<Tried>> {
        let base = Repo::discover(root)?.and_then(|repo| repo.head().ok()).and_then(|head| head.commit);
        let records = own_ledger(door)?.of_task(&task_key(title), EARLIER)?;
        let here = records.into_iter().filter(|record| record.base == base);
        Ok(here.flat_map(|record| record.tried).filter(|tried| tried.work.is_some()).collect())
    };
    known().unwrap_or_else(|error| {
        door.ui.stage("ledger", &format!("earlier attempts are not known: {error:#}"));
        Vec::new()
    })
}

/// This user's own attempt and what it taught; trouble with it never spoils a repair. What it cost, up to `usd`, is not yet
/// written down.
pub fn remember(door: &Door, proposal: &Proposal, usd: f64) {
    let keep = || -> Result<()> {
        let record = pipeline::record(proposal, &Published::default());
        let store = kept(door, record.repository.as_ref())?;
        store.put(&record)?;
        // What is in the user's own terminal is the user's will.
        let (mut entries, learnt) = after_attempt(&*store, &record, &proposal.healing, true);
        entries.extend(spend::without_caps(&record, usd));
        if !entries.is_empty() {
            store.append(&entries)?;
        }
        learnt.context("its lessons are not kept")
    };
    if let Err(e) = keep() {
        door.ui.stage("ledger", &format!("not recorded: {e:#}"));
    }
}
