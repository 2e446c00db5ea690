//! Failure logs → what failed, where, and the line a person would quote. One parser file for each tool;
//! `table.rs` lists them, `judge.rs` weighs what they found.

mod clean;
mod found;
mod judge;
mod lines;
mod signature;
mod table;
mod unfold;
mod window;

// parsers
mod cargo;
mod generic;
mod libtest;
mod pytest;
mod python;
mod rustc;
mod unittest;

pub use signature::signature;
pub use window::Reader;

use crate::record::LogReport;

/// Reads a whole log. A huge one is read through a bounded window, as [`Reader`] does.
pub fn read(log: &str) -> LogReport {
    let mut reader = Reader::default();
    reader.push(log.as_bytes());
    reader.finish()
}

/// Reads the lines that the window kept.
fn read_kept(log: &str) -> LogReport {
    let lines = lines::Lines::of(log);
    judge::judge(table::scan(&lines))
}
