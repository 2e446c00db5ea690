//! What the doors of a terminal remember: this user's own ledger for the project, and the repository's where a clone
//! has it.

use super::Door;
use super::ledger::place;
use super::local::own_ledger;
use crate::config::Config;
use crate::git::Repo;
use crate::learn::Experience;
use crate::ledger::{self, Store};
use crate::pipeline;
use crate::stage::Say;
use crate::stage::memory::{self, after_attempt};
use crate::stage::proposal::Proposal;
use crate::stage::publish::Published;
use anyhow::Result;
use std::path::Path;

/// What is known of the project at `root`.
pub fn experience(door: &Door, root: &Path, config: &Config, say: Say) -> Result<Experience> {
    let own = own_ledger(door)?;
    let cloned = match Repo::discover(root)? {
        Some(repo) => ledger::Cloned::open(repo, config.ledger.branch.as_str())?,
        None => None,
    };
    let stores = [Some(&own as &dyn Store), cloned.as_ref().map(|store| store as &dyn Store)];
    let stores: Vec<&dyn Store> = stores.into_iter().flatten().collect();
    Ok(memory::experience(&stores, None, &pipeline::now(), config.may_reorder(), say))
}

/// This user's own attempt and what it taught; trouble with it never spoils a repair.
pub fn remember(door: &Door, proposal: &Proposal) {
    let keep = || -> Result<()> {
        let record = pipeline::record(proposal, &Published::default());
        let store: Box<dyn Store> = match place::database(door, record.repository.as_ref())? {
            Some(database) => Box::new(place::spooled(door, Box::new(database), |text| door.ui.stage("ledger", text))),
            None => Box::new(own_ledger(door)?),
        };
        store.put(&record)?;
        // What is in the user's own terminal is the user's will.
        let entries = after_attempt(&record, &proposal.healing, true, &memory::facts(&*store, None)?);
        if !entries.is_empty() {
            store.append(&entries)?;
        }
        Ok(())
    };
    if let Err(e) = keep() {
        door.ui.stage("ledger", &format!("not recorded: {e:#}"));
    }
}
