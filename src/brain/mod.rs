//! The judgment: what a log or an issue text says, where the cause may be, which hands to try.

pub mod checkers;
pub mod diagnose;
pub mod locate;
pub mod log;
pub mod programs;
pub mod relate;
pub mod text;
pub mod workflow;
