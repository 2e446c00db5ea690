//! The whole of `run`, `propose` and `publish`: the real binary with the environment that GitHub gives it,
//! against the doubles (tests/doubles) and a real bare repository.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

#[path = "../common/mod.rs"]
mod common;

mod agent;
mod asked;
mod build;
mod exits;
mod forged;
mod guards;
mod hostile;
mod identity;
mod issue;
mod kill;
mod look;
mod model;
mod payload;
mod project;
mod proposal;
mod real;
mod refusals;
mod replay;
mod retry;
mod reviewer;
mod reviews;
mod runner;
mod secrets;
mod trust;
