//! "Seen before": what the ledger knows of a failure, as a diagnosis shows it.

use super::HandId;
use super::entry::Lesson;
use serde::{Deserialize, Serialize};

/// How a learning was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// The very same failure.
    Signature,
    /// One that is told in much the same words.
    Similar,
}

/// A learning that fits this failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub key: String,
    pub lesson: Lesson,
    #[serde(rename = "match")]
    pub by: Match,
    pub text: String,
    pub origin: String,
    /// As it is today: it fades with time.
    pub confidence: f64,
    #[serde(default)]
    pub hand: Option<HandId>,
    #[serde(default)]
    pub files: Vec<String>,
}
