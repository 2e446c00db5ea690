//! What reviewers said on the lines of a pull request.

use super::Account;
use serde::{Deserialize, Serialize};

/// One conversation on one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// The forge's own, which an answer names.
    pub id: String,
    pub resolved: bool,
    /// The lines have changed since.
    pub outdated: bool,
    pub path: String,
    /// In the file as it is now, and not in what was removed: the last line and, of several, the first.
    pub line: Option<u32>,
    pub start_line: Option<u32>,
    /// Oldest first.
    pub comments: Vec<Word>,
}

/// A comment of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    pub url: String,
    pub body: String,
    pub author: Account,
}
