//! What a run left at the forge.

use crate::common::doubles::{Seen, World};
use serde_json::Value;

pub const OURS: &str = "github-actions[bot]";

pub fn list(world: &World, path: &str) -> Vec<Value> {
    world.get(path).as_array().unwrap().clone()
}

pub fn pulls(world: &World) -> Vec<Value> {
    list(world, "/pulls?state=all&per_page=100")
}

/// Comments of ours.
pub fn comments(world: &World, issue: u64) -> Vec<Value> {
    let all = list(world, &format!("/issues/{issue}/comments?per_page=100"));
    all.into_iter().filter(|c| c["user"]["login"] == OURS).collect()
}

pub fn branches(world: &World) -> Vec<String> {
    world.git(&["for-each-ref", "--format=%(refname:short)", "refs/heads/"]).lines().map(str::to_owned).collect()
}

fn entries(world: &World, folder: &str) -> Vec<Value> {
    if world.branch("thanos/ledger").is_none() {
        return Vec::new();
    }
    let names = world.git(&["ls-tree", "-r", "--name-only", "thanos/ledger"]);
    let read = |n: &str| serde_json::from_str(&world.git(&["show", &format!("thanos/ledger:{n}")])).unwrap();
    names.lines().filter(|n| n.starts_with(folder)).map(read).collect()
}

/// The ledger's facts of a kind.
pub fn facts(world: &World, kind: &str) -> Vec<Value> {
    entries(world, "facts/").into_iter().filter(|fact| fact["kind"] == kind).collect()
}

/// The ledger's entries by attempt name.
pub fn records(world: &World) -> Vec<Value> {
    let mut records = entries(world, "runs/");
    records.sort_by_key(|r| r["attempt"].as_str().unwrap().to_owned());
    records
}

/// `attempt outcome` of each entry.
pub fn outcomes(world: &World) -> Vec<String> {
    let text = |r: &Value, key: &str| r[key].as_str().unwrap_or_default().to_owned();
    records(world).iter().map(|r| format!("{} {}", text(r, "attempt"), text(r, "outcome"))).collect()
}

/// Something changed at the repository: fetching and an App's own tokens are no writes.
pub fn is_write(seen: &Seen) -> bool {
    let target = seen.target.as_deref().unwrap_or_default();
    let harmless =
        ["/git-upload-pack", "/access_tokens", "/installation/token"].iter().any(|end| target.ends_with(end));
    seen.method.as_deref().is_some_and(|m| m != "GET" && m != "HEAD") && !harmless
}

/// Writes that the double saw since its journal had `since` entries.
pub fn writes(world: &World, since: usize) -> Vec<Seen> {
    world.journal().into_iter().skip(since).filter(is_write).collect()
}

#[track_caller]
pub fn assert_nothing_written(world: &World, since: usize) {
    let found = writes(world, since);
    assert!(found.is_empty(), "{found:#?}");
}

pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
