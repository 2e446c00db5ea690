//! Many runs write the ledger's branch at the same time, through GitHub's API onto a real git repository.

mod common;
#[path = "common/ledger.rs"]
mod writers;

use common::doubles::Doubles;
use serde_json::json;
use thanos_fix::forge::Forge as _;
use thanos_fix::ids::BranchName;
use thanos_fix::ledger::{Branch, Put, Store as _, Wanted, archive};

#[test]
fn what_many_writers_write_is_there_once() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("README"), "x").unwrap();
    let world = Doubles::shared().world(json!({"directory": dir.path()}));
    writers::write_all(&world, 6, 5);
    let forge = writers::forge(&world);
    let store = Branch::new(&forge, BranchName::parse("thanos/ledger").unwrap());
    let found = store.entries(&Wanted::default()).unwrap();
    assert_eq!((found.entries.len(), found.notes.len()), (30, 0));
    // A commit for each writer, nothing forced.
    assert_eq!(writers::commits(&world), 6);
    assert_eq!(store.compact("2027-01").unwrap().written, 30);
    let health = archive::check(&store).unwrap();
    assert_eq!((health.contents.records, health.small, health.again, health.problems.len()), (30, 0, 0, 0));
    // Whoever comes later finds what is in the month's file.
    assert_eq!(store.append(&found.entries[..2]).unwrap(), [Put::Written, Put::Written]);
    assert_eq!(store.entries(&Wanted::default()).unwrap().entries.len(), 30);
    assert!(forge.branch_tip(&BranchName::parse("thanos/ledger").unwrap()).unwrap().is_some());
    world.assert_clean();
}
