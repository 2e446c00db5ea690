//! Language models: the words of a conversation, and three ways to have one: live at a provider, over a line to the
//! process that holds the key, and from a cassette.

mod anthropic;
mod cassette;
mod http;
mod line;
mod live;
mod openai;
mod passage;
mod providers;
mod transcript;

pub use cassette::{Recorder, Replay};
pub use line::{Address, Host, Remote};
pub use live::{Limits, Live};
pub use passage::{Asked, Dialect, Gate, NotPassed, Passage};
pub use providers::{Chosen, Wire, choose};

use crate::record::Tokens;
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
    /// A limit said no, before anything was sent.
    pub is_budget: bool,
}

impl NoReply {
    fn broken(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_budget: false }
    }

    fn budget(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_budget: true }
    }
}

/// What a run has cost until now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    pub tokens: Tokens,
    pub usd: f64,
    pub requests: u64,
}

/// Somebody who answers.
pub trait Model: Sync {
    /// For people: `claude-sonnet-4-5 at anthropic`.
    fn name(&self) -> &str;
    fn complete(&self, request: &Request) -> Result<Reply, NoReply>;
    fn spent(&self) -> Spent;
    /// Where other programs' requests can be passed on to the same model, on the same budget.
    fn passage(&self) -> Option<&dyn Passage> {
        None
    }
}
