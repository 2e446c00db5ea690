//! Failure logs → what failed, where, and the line a person would quote. One parser file for each tool;
//! `table.rs` lists them, `judge.rs` weighs what they found.

mod clean;
mod found;
mod judge;
mod lines;
mod listed;
mod mojibake;
mod phrase;
mod quiet;
mod said;
mod signature;
mod steps;
mod table;
mod unfold;
mod wide;
mod window;

// parsers
mod ant;
mod bazel;
mod black;
mod bun;
mod bundler;
mod cargo;
mod cc;
mod cmake;
mod console;
mod ctest;
mod diff;
mod docker;
mod docs;
mod dotnet;
mod elixir;
mod erlang;
mod eslint;
mod flow;
mod formatters;
mod generic;
mod golang;
mod gotest;
mod gradle;
mod haskell;
mod http;
mod javac;
mod jest;
mod junit;
mod karma;
mod ld;
mod libtest;
mod links;
mod linters;
mod lisp;
mod make;
mod maven;
mod mocha;
mod mypy;
mod network;
mod node;
mod npm;
mod ocaml;
mod owntests;
mod perl;
mod permission;
mod php;
mod pip;
mod prettier;
mod pytest;
mod python;
mod resource;
mod ruby;
mod ruff;
mod runner;
mod runners;
mod rustc;
mod science;
mod script;
mod setup;
mod swift;
mod tap;
mod terraform;
mod tsc;
mod unittest;
mod verdicts;
mod vitest;
mod webcheck;
mod xml;

pub use quiet::asked;
pub use signature::{normalise, signature};
pub use steps::{RunBlock, steps};
pub use window::Reader;

pub use judge::MOST_LISTED;

use crate::record::{FailureClass, LogReport};

/// Reads a whole log. A huge one is read through a bounded window, as [`Reader`] does.
pub fn read(log: &str) -> LogReport {
    let mut reader = Reader::default();
    reader.push(log.as_bytes());
    reader.finish()
}

/// Whether it tells of nothing but an exit code: no other failure can be held against that.
pub fn tells_only_the_end(report: &LogReport) -> bool {
    let nothing = report.class == FailureClass::Unknown && report.failing.is_empty() && report.locations.is_empty();
    nothing && report.first_error.as_deref().is_none_or(generic::is_verdict)
}

/// Reads the lines that the window kept.
fn read_kept(log: &str) -> LogReport {
    let lines = lines::Lines::of(log);
    quiet::explain(judge::judge(table::scan(&lines)), log)
}

#[cfg(test)]
mod tests;
