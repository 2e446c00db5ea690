//! How a run ended, in one word.

use serde::{Deserialize, Serialize};

/// The one way in which a run ended (design: outcomes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Fixed,
    Proposed,
    Healthy,
    Flaky,
    Transient,
    Explained,
    Blocked,
    Budget,
    Duplicate,
    Ignored,
    /// An outcome of an earlier run came back and was written to it; there was nothing to repair.
    Recorded,
    Cancelled,
    Error,
    /// Written by the next run for an attempt that ended without a word (SIGKILL, power).
    Lost,
}

impl Outcome {
    pub const ALL: [Outcome; 14] = [
        Self::Fixed,
        Self::Proposed,
        Self::Healthy,
        Self::Flaky,
        Self::Transient,
        Self::Explained,
        Self::Blocked,
        Self::Budget,
        Self::Duplicate,
        Self::Ignored,
        Self::Recorded,
        Self::Cancelled,
        Self::Error,
        Self::Lost,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Proposed => "proposed",
            Self::Healthy => "healthy",
            Self::Flaky => "flaky",
            Self::Transient => "transient",
            Self::Explained => "explained",
            Self::Blocked => "blocked",
            Self::Budget => "budget",
            Self::Duplicate => "duplicate",
            Self::Ignored => "ignored",
            Self::Recorded => "recorded",
            Self::Cancelled => "cancelled",
            Self::Error => "error",
            Self::Lost => "lost",
        }
    }
}
