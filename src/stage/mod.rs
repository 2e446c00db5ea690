//! The stages of a run: collect reads, heal repairs and proves, publish writes.

pub mod collect;
pub mod heal;
pub mod locate;
pub mod proposal;
pub mod publish;

/// Told of every step of progress: the stage, and what it found.
pub type Say<'a> = &'a (dyn Fn(&str, &str) + Sync);
