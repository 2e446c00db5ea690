//! Figures of the ledger: `cargo bench --bench ledger [-- writers|query|postgres [RECORDS]]`.
//!
//! `writers`: 50 runs write 20 facts each to the branch at the double of GitHub at the same time. `query`: the binary
//! reads 100,000 records (or RECORDS) from a compacted folder and from a compacted branch in a clone. `postgres`: as many
//! are inserted into a real PostgreSQL, and reports are made over them.

#![allow(dead_code, unused_imports, reason = "the tests' own modules; their tests are not run here")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench stops at the first surprise and prints"
)]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/common/postgres.rs"]
mod postgres;
#[path = "../tests/common/ledger.rs"]
mod writers;

use common::doubles::Doubles;
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thanos_fix::forge::local::Local;
use thanos_fix::git::Repo;
use thanos_fix::ids::{BranchName, RepoSlug};
use thanos_fix::ledger::{Branch, By, Directory, Line, Postgres, Query, RUN, Store, Wanted};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let records = words.iter().find_map(|word| word.parse().ok()).unwrap_or(100_000);
    let is_wanted =
        |name: &str| words.iter().any(|word| word == name) || words.iter().all(|word| word.parse::<usize>().is_ok());
    if is_wanted("writers") {
        many_writers();
    }
    if is_wanted("query") {
        queries(records);
    }
    if is_wanted("postgres") {
        database(records);
    }
}

fn many_writers() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("README"), "x").unwrap();
    let world = Doubles::shared().world(json!({"directory": dir.path()}));
    let started = Instant::now();
    writers::write_all(&world, 50, 20);
    let seconds = started.elapsed().as_secs_f64();
    let forge = writers::forge(&world);
    let store = Branch::new(&forge, BranchName::parse("thanos/ledger").unwrap());
    let found = store.entries(&Wanted::default()).unwrap().entries;
    let mut ids: Vec<&str> = found.iter().map(|entry| entry.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    println!("50 writers of 20 facts: {} there, {} of them different, {seconds:.1} s", found.len(), ids.len());
}

/// Attempts over two years in ten repositories, as big as real ones.
fn lines(records: usize) -> impl Iterator<Item = Line> {
    const OUTCOMES: [&str; 5] = ["fixed", "fixed", "explained", "proposed", "transient"];
    const HANDS: [&str; 4] = ["hint", "tool", "search", "model"];
    const CLASSES: [&str; 4] = ["test", "compile", "lint", "type"];
    let begin: jiff::Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    let step = 2 * 365 * 86_400 / records.max(1) as i64;
    (0..records).map(move |n| {
        let at = (begin + jiff::SignedDuration::from_secs(step.max(1) * n as i64)).to_string();
        let record = json!({
            "schema": 1, "attempt": format!("{}-1-fix-issue-{}", 1_000_000 + n, n % 5000), "task": format!("issue-{}", n % 5000),
            "repository": format!("octo-org/project-{}", n % 10), "started": at, "ended": at, "event": "issues.opened",
            "outcome": OUTCOMES[n % 5], "reason": "the misspelt name was renamed and the command passes now",
            "base": format!("{n:040x}"), "target": "main", "branch": format!("thanos/issue-{}", n % 5000),
            "commit": format!("{:040x}", n + 1), "pr": n, "pr_url": format!("https://github.com/octo-org/project/pull/{n}"),
            "hand": HANDS[n % 4], "class": CLASSES[n % 4], "signature": format!("test: test_{}", n % 900),
            "patch": {"files": 1, "added": 2, "removed": 1},
            "tried": [{"digest": format!("{n:064x}"), "hand": "hint", "why": "renamed lenght to length", "result": "passed"}],
            "guards": [{"id": "policy", "status": "pass", "seconds": 0.01}, {"id": "secrets", "status": "pass", "seconds": 0.02},
                {"id": "suite", "status": "pass", "seconds": 0.01}, {"id": "shape", "status": "pass", "seconds": 0.0}],
            "evidence": null, "seconds": {"total": 12.5, "verify": 8.0, "hands": 2.0},
            "tokens": {"input": 1200, "output": 300}, "cost_usd": 0.01, "retry_wanted": null, "version": "0.1.0",
        });
        Line::parse(record.to_string().as_bytes()).unwrap()
    })
}

fn fill(store: &dyn Store, records: usize) -> f64 {
    let mut all = lines(records);
    let mut seconds = 0.0;
    loop {
        let batch: Vec<Line> = all.by_ref().take(20_000).collect();
        if batch.is_empty() {
            return seconds;
        }
        let started = Instant::now();
        assert_eq!(store.take(&batch).unwrap().written, batch.len());
        seconds += started.elapsed().as_secs_f64();
    }
}

fn queries(records: usize) {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("folder");
    fill(&Directory::new(&folder, Arc::new(str::to_owned)), records);
    let bare = dir.path().join("bare");
    Repo::init_bare(&bare).unwrap();
    let slug = RepoSlug::parse("o/r").unwrap();
    let twin = Local::open(slug, &bare, &dir.path().join("hub"), Arc::new(str::to_owned)).unwrap();
    let branch = Branch::new(&twin, BranchName::parse("thanos/ledger").unwrap());
    thanos_fix::ledger::archive::copy(&Directory::new(&folder, Arc::new(str::to_owned)), &branch).unwrap();
    drop(branch);
    for (name, store) in [("folder", folder.to_str().unwrap()), ("branch, cloned", "branch")] {
        for words in [&["--by", "hand"][..], &["--outcome", "explained", "--task", "issue-77"], &["--since", "2026-12"]]
        {
            let repo = if store == "branch" { bare.as_path() } else { dir.path() };
            let mut times: Vec<f64> = (0..5).map(|_| ask(repo, store, words)).collect();
            times.sort_by(f64::total_cmp);
            println!(
                "{records} records, {name}: query {}: {:.2} s ({:.2} to {:.2})",
                words.join(" "),
                times[2],
                times[0],
                times[4]
            );
        }
    }
}

fn ask(repo: &Path, store: &str, words: &[&str]) -> f64 {
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
    command.arg("--repo").arg(repo).args(["ledger", "query", "--store", store]).args(words).env_clear();
    let output = command.env("HOME", repo).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    started.elapsed().as_secs_f64()
}

fn database(records: usize) {
    let server = postgres::Server::start(30);
    let url = server.url("bench");
    let store = Postgres::open(&url, None, Arc::new(str::to_owned)).unwrap().with_patience(Duration::from_secs(600));
    let seconds = fill(&store, records);
    println!("{records} records inserted into PostgreSQL: {:.0} each second", records as f64 / seconds);
    store.compact("").unwrap();
    let runs = || Query { kinds: vec![RUN.to_owned()], limit: 20, ..Query::default() };
    for (name, query) in [
        ("by hand", Query { by: Some(By::Hand), ..runs() }),
        ("by day", Query { by: Some(By::Day), ..runs() }),
        (
            "by class, one repository",
            Query { by: Some(By::Class), repository: Some("octo-org/project-3".into()), ..runs() },
        ),
        ("the newest that were not repaired", Query { outcome: Some("explained".into()), ..runs() }),
        ("one task", Query { task: Some("issue-77".into()), ..runs() }),
    ] {
        let mut times: Vec<f64> = (0..5)
            .map(|_| {
                let started = Instant::now();
                assert!(store.query(&query).unwrap().matched > 0);
                started.elapsed().as_secs_f64()
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("{records} runs in PostgreSQL, {name}: {:.3} s ({:.3} to {:.3})", times[2], times[0], times[4]);
    }
}
