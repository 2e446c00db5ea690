//! What reviewers of our pull requests wish for, and what became of it.

use serde::{Deserialize, Serialize};

/// What a thread on a pull request of ours asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The forge's name of the thread.
    pub thread: String,
    /// Whoever asks last, of those who may.
    pub by: String,
    pub path: String,
    /// First and last, from 1.
    pub lines: Option<(u32, u32)>,
    /// What is to stand there, word by word.
    pub suggestion: Option<String>,
    /// Everything that those who may ask say in it; cleaned, foreign.
    pub text: String,
}

/// What became of a wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    pub thread: String,
    pub done: bool,
    /// What was done, or why not: a sentence without its full stop.
    pub why: String,
}
