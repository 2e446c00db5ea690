//! What woke us, parsed once at the edge. One file per source; nothing past this room sees raw JSON.

mod github;
mod guess;
mod review;

pub use review::{Place, Reviewed, Said, is_no_review, source};

use crate::ids::{BadName, BranchName, RepoSlug, Sha};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// GitHub caps webhook payloads at 25 MB (docs: webhook events and payloads).
pub const MAX_PAYLOAD: usize = 25 * 1024 * 1024;

/// An account as a payload names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub login: String,
    /// `User`, `Bot`, `Organization`; empty when the payload does not say.
    pub kind: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    pub slug: RepoSlug,
    pub default_branch: Option<BranchName>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issue {
    pub number: u64,
    pub title: String,
    pub body: String,
    pub open: bool,
    pub author: Actor,
    pub labels: Vec<String>,
    /// A pull request in the clothes of an issue.
    pub is_pull: bool,
}

/// The workflow run that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamRun {
    pub id: u64,
    pub attempt: u64,
    /// The workflow's name, else its file.
    pub workflow: String,
    /// `.github/workflows/ci.yml`; empty when unknown.
    pub path: String,
    pub event: String,
    pub conclusion: String,
    pub head_sha: Sha,
    pub head_branch: Option<BranchName>,
    /// Where the commit lives; differs from the repository for forks.
    pub head_repository: Option<RepoSlug>,
    /// The payload says that there is no such repository any more.
    #[serde(default)]
    pub fork_is_gone: bool,
    pub actors: Vec<Actor>,
    /// Open pull requests of that branch.
    pub pulls: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    Issue {
        issue: Issue,
        label: Option<String>,
    },
    Comment {
        issue: Issue,
        id: u64,
        text: String,
        author: Actor,
    },
    WorkflowRun(Box<UpstreamRun>),
    /// A review of a pull request, or a comment on one of its lines.
    Review {
        pull: Reviewed,
        said: Box<Said>,
    },
    Dispatch {
        inputs: BTreeMap<String, String>,
        branch: Option<BranchName>,
    },
    /// An event that no task is made from; parsed as far as the fields above.
    Other,
}

/// The branch that the event happened on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub branch: BranchName,
    pub commit: Option<Sha>,
    /// Another repository's branch, or one that is gone.
    pub is_fork: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `issues`, `workflow_run`, … as in `GITHUB_EVENT_NAME`. Where it was guessed and may be one of several, all
    /// of them; empty where nothing tells it.
    pub name: String,
    pub action: String,
    pub repository: Option<Repository>,
    pub sender: Actor,
    /// What a `pull_request` or `push` is about, or the branch that was chosen by hand.
    pub head: Option<Head>,
    pub body: Body,
}

/// Why a payload cannot be read. The text is for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    #[error("the event payload is empty")]
    Empty,
    #[error("the event payload has {0} bytes; GitHub sends at most {MAX_PAYLOAD}")]
    TooLarge(u64),
    #[error("the event payload is not valid JSON: {0}")]
    Malformed(String),
    #[error("the event payload has a `{field}` that is not as GitHub sends it: {why}")]
    Shape { field: &'static str, why: String },
    #[error("the event payload of `{event}` lacks `{field}`")]
    Lacks { event: String, field: &'static str },
    #[error("the event payload is wrong: {0}")]
    Name(#[from] BadName),
    #[error("this payload may be of {0}; say which, for example `--name issues`")]
    Ambiguous(String),
}

/// Reads a payload. An empty `name` is guessed from the payload's keys.
pub fn parse(name: &str, payload: &[u8]) -> Result<Event, EventError> {
    if payload.len() > MAX_PAYLOAD {
        return Err(EventError::TooLarge(payload.len() as u64));
    }
    if payload.iter().all(u8::is_ascii_whitespace) {
        return Err(EventError::Empty);
    }
    github::parse(name, payload)
}
