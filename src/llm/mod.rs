//! Language models: the words of a conversation, and three ways to have one: live at a provider, over a line to the
//! process that holds the key, and from a cassette.

mod anthropic;
mod budget;
mod cassette;
mod events;
mod http;
mod line;
mod live;
mod openai;
mod passage;
mod providers;
mod responses;
mod transcript;
mod wire;

pub use budget::Limits;
pub use cassette::{Exchange, Recorder, Replay, conversations};
pub use http::Take;
pub use line::{Address, Host, Remote};
pub use live::{Live, Watch};
pub use passage::{Asked, Dialect, Gate, NotPassed, Passage};
pub use providers::{Chosen, Lack, choose, choose_seats};
pub use wire::Wire;

use crate::config::Price;
use crate::record::{Assumed, Healing, Tokens};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that is asked, in nobody's wire format. The history only ever grows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub system: String,
    pub messages: Vec<Message>,
    pub tools: Vec<Tool>,
    /// Of the reply.
    pub max_tokens: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum Message {
    User { text: String },
    Model { text: String, calls: Vec<Call> },
    Results { results: Vec<Answer> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    pub name: String,
    pub description: String,
    /// A JSON schema.
    pub parameters: Value,
}

/// The model wants a tool to be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub id: String,
    pub name: String,
    /// As it came: it may be no JSON at all.
    pub arguments: String,
    /// What the provider wants back with the call, unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Value>,
}

/// What the tool said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub id: String,
    pub text: String,
    pub is_error: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub text: String,
    pub calls: Vec<Call>,
    pub usage: Tokens,
    /// As the provider calls it: `stop`, `tool_calls`, `length`, `end_turn`, `refusal`, …
    pub stop: String,
}

/// Why there is no reply: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoReply {
    pub why: String,
    /// A limit said no: ours before anything was sent, or the length that the model can read.
    pub is_budget: bool,
    /// Nobody there will answer, however often it is asked: the key, the name of the model or the request is refused.
    #[serde(default)]
    pub is_refused: bool,
    /// What somebody has to set so that there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl NoReply {
    fn broken(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_budget: false, is_refused: false, mend: None }
    }

    fn refused(why: impl Into<String>) -> Self {
        Self { is_refused: true, ..Self::broken(why) }
    }

    fn mended_by(self, how: impl Into<String>) -> Self {
        Self { mend: Some(how.into()), ..self }
    }

    pub(crate) fn budget(why: impl Into<String>) -> Self {
        Self { is_budget: true, ..Self::broken(why) }
    }
}

/// What a run has cost until now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    pub tokens: Tokens,
    pub usd: f64,
    /// What of both nobody counted.
    #[serde(default)]
    pub assumed: Assumed,
    pub requests: u64,
}

impl Spent {
    /// Writes the bill.
    pub fn onto(self, healing: &mut Healing) {
        (healing.tokens, healing.cost_usd, healing.assumed) = (self.tokens, self.usd, self.assumed);
    }
}

/// For which kind of work somebody is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seat {
    Strong,
    Cheap,
    /// Who looks over what the others wrote.
    Reviewer,
}

impl Seat {
    pub const ALL: [Self; 2] = [Self::Strong, Self::Cheap];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Cheap => "cheap",
            Self::Reviewer => "reviewer",
        }
    }
}

/// Who sits there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seated {
    pub seat: Seat,
    /// For people.
    pub name: String,
    pub price: Option<Price>,
}

/// Somebody who answers.
pub trait Model: Sync {
    /// For people: `claude-sonnet-4-5 at anthropic`.
    fn name(&self) -> &str;
    fn complete(&self, request: &Request) -> Result<Reply, NoReply>;
    fn spent(&self) -> Spent;
    /// There is one that writes, and not only a reviewer.
    fn writes(&self) -> bool {
        true
    }
    /// No more than this from now on, if it is less than what was allowed; `by` is the setting that says so.
    fn hold_to(&self, _usd: f64, _by: &'static str) {}

    /// Who sits where; empty where one sits on all seats.
    fn seated(&self) -> Vec<Seated> {
        Vec::new()
    }

    /// Where other programs' requests can be passed on to the strong one, on the same budget.
    fn passage(&self) -> Option<&dyn Passage> {
        None
    }

    /// Several requests to one seat at the same time, and their answers in the same order.
    fn complete_all(&self, _seat: Seat, requests: &[Request]) -> Vec<Result<Reply, NoReply>> {
        requests.iter().map(|request| self.complete(request)).collect()
    }
}
