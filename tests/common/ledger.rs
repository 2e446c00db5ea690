//! Writers of the ledger's branch at the double of GitHub, for a test and a bench.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use crate::common::doubles::World;
use secrecy::SecretString;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use thanos_fix::forge::github::{Config, Credential, GitHub, Timing};
use thanos_fix::git::Repo;
use thanos_fix::ids::{BranchName, RepoSlug, Sha};
use thanos_fix::ledger::{Branch, Store as _};
use thanos_fix::record::entry::Entry;

pub fn forge(world: &World) -> GitHub {
    GitHub::new(Config {
        api_url: world.api_url().to_owned(),
        server_url: world.server_url().to_owned(),
        repo: RepoSlug::parse(world.repo.as_str()).unwrap(),
        credential: Credential::Token(SecretString::from(world.token.as_str())),
        mask: Arc::new(str::to_owned),
        holds: Arc::new(|_| false),
        timing: Timing { backoff: Duration::from_millis(20), ..Timing::default() },
        cancel: None,
    })
    .unwrap()
}

/// So many facts of one writer, which nobody else has.
fn facts(writer: usize, count: usize) -> Vec<Entry> {
    let fact = |number: usize| {
        serde_json::from_value(json!({
            "schema": 1, "id": format!("writer-{writer}-{number}"), "at": "2026-05-01T10:00:00Z", "repository": "o/r",
            "attempt": format!("{writer}-1-fix-issue-{number}"), "task": format!("issue-{number}"), "trusted": true,
            "kind": "decision", "data": {"about": "hands", "choice": "hint", "why": "it was cheapest"},
        }))
        .unwrap()
    };
    (0..count).map(fact).collect()
}

/// All at the same time, each with one append.
pub fn write_all(world: &World, writers: usize, each: usize) {
    std::thread::scope(|scope| {
        for writer in 0..writers {
            scope.spawn(move || {
                let forge = forge(world);
                let store = Branch::new(&forge, BranchName::parse("thanos/ledger").unwrap());
                assert_eq!(store.append(&facts(writer, each)).unwrap().len(), each);
            });
        }
    });
}

/// How many the branch has.
pub fn commits(world: &World) -> usize {
    let repo = Repo::open(&world.git_dir).unwrap();
    let tip = repo.branch_tip("thanos/ledger").unwrap();
    let parent = |at: &Sha| repo.commit(at).unwrap().unwrap().parents.first().cloned();
    std::iter::successors(tip, parent).count()
}
