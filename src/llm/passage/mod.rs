//! Requests of other programs, passed on to the model that the configuration names: what they may ask, at which door
//! they ask it, and how their use is counted. The bytes of the answer are not touched.

mod gate;
mod meter;
pub(super) mod rules;

pub use gate::Gate;
pub(super) use meter::Meter;

use super::NoReply;
use super::http::Take;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The wire formats that programs speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// `/chat/completions`
    Chat,
    /// `/responses`
    Responses,
    /// `/messages`
    Messages,
    /// `/models/NAME:generateContent`
    Gemini,
}

impl Dialect {
    /// As its path ends, for people.
    pub fn path(self) -> &'static str {
        match self {
            Self::Chat => "/chat/completions",
            Self::Responses => "/responses",
            Self::Messages => "/messages",
            Self::Gemini => ":generateContent",
        }
    }
}

/// A program's request, as it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub dialect: Dialect,
    /// In events; other dialects than Gemini's say it in the body.
    pub stream: bool,
    pub body: Value,
}

/// Why a request was not answered, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotPassed {
    pub why: String,
    /// How a server would say it.
    pub status: u16,
    /// What somebody has to set so that there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl NotPassed {
    pub(super) const REFUSED: u16 = 400;
    /// Not one that clients try again at.
    pub(super) const BUDGET: u16 = 402;
    pub(super) const BROKEN: u16 = 502;

    pub(super) fn new(status: u16, why: impl Into<String>) -> Self {
        Self { why: why.into(), status, mend: None }
    }

    pub fn is_budget(&self) -> bool {
        self.status == Self::BUDGET
    }
}

impl From<NoReply> for NotPassed {
    fn from(no: NoReply) -> Self {
        Self { status: if no.is_budget { Self::BUDGET } else { Self::BROKEN }, why: no.why, mend: no.mend }
    }
}

/// One who passes requests on.
pub trait Passage: Sync {
    /// The model, as its provider calls it: the only one that is ever asked.
    fn model(&self) -> &str;
    /// What is understood there.
    fn dialects(&self) -> &[Dialect];
    /// `Err`: no answer, or not a whole one, and why; nothing has been sent where `take` was told of no head.
    fn pass(&self, asked: &Asked, take: &mut Take) -> Result<(), NotPassed>;
    /// For the transcript, unmasked.
    fn tell(&self, text: &str);
}
