//! Kills whole runs at a few hundred moments and runs each again: `cargo bench --bench kill [-- MOMENTS]`. What
//! must hold afterwards is in tests/e2e/kill.rs; the first moment at which it does not ends the program.

#![allow(dead_code, unused_imports, reason = "the tests' own modules; their tests are not run here")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench stops at the first surprise and prints"
)]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/e2e/kill.rs"]
mod kill;
#[path = "../tests/e2e/look.rs"]
mod look;
#[path = "../tests/e2e/payload.rs"]
mod payload;
#[path = "../tests/e2e/project.rs"]
mod project;
#[path = "../tests/e2e/runner.rs"]
mod runner;

use std::time::Instant;

fn main() {
    let wanted = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(200);
    let waits: Vec<u64> = (0..10).map(|n| n * 30).collect();
    let began = Instant::now();
    let moments = kill::moments(wanted, &waits);
    let (tried, met) = (moments.len(), kill::matrix(moments, 4));
    println!("{met} kills at {tried} moments in {:.0} s: nothing doubled, nothing lost", began.elapsed().as_secs_f64());
    assert!(met >= wanted, "only {met} of {wanted} wanted moments were met");
}
