//! The forge's answers and what we send, as data. Only the fields that somebody uses.

use crate::git::TreeEntry;
use crate::ids::{BranchName, RelPath, RepoSlug, Sha};
use crate::record::Severity;
pub use crate::task::Permission;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoInfo {
    pub slug: RepoSlug,
    pub default_branch: BranchName,
    pub private: bool,
    pub fork: bool,
    pub archived: bool,
    /// Pull requests are switched on.
    pub pulls_allowed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub login: String,
    pub bot: bool,
}

impl Account {
    /// The same account: bots appear with and without their `[bot]` suffix.
    pub fn is(&self, other: &Account) -> bool {
        let plain = |login: &str| login.strip_suffix("[bot]").unwrap_or(login).to_ascii_lowercase();
        self.bot == other.bot && plain(&self.login) == plain(&other.login)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    pub limit: u64,
    pub remaining: u64,
    /// Unix seconds.
    pub reset: u64,
}

/// One thing that the token may or may not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// For people: `read workflow logs`.
    pub what: &'static str,
    /// The line for a `permissions:` block (`actions: read`), or the way to a setting (`Settings → …`).
    pub needs: &'static str,
    pub verdict: Verdict,
}

impl Probe {
    /// Whether an administrator has to change a setting, rather than somebody a workflow file.
    pub fn is_setting(&self) -> bool {
        self.needs.starts_with("Settings")
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    No(String),
    /// Cannot be told, and why.
    Unknown(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Sorted by path; names that are not UTF-8 or that leave the tree are left out.
    pub entries: Vec<(RelPath, TreeEntry)>,
    pub truncated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    pub id: Sha,
    pub parents: Vec<Sha>,
    pub message: String,
    /// Author and committer, each as `name <mail>`: an amended commit keeps the first only.
    pub people: [String; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefCreated {
    Created,
    AlreadyExists,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefUpdate {
    Updated,
    /// Somebody else moved (or deleted) it; where it is now.
    Moved(Option<Sha>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PullState {
    Open,
    Closed,
    Merged,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    pub number: u64,
    pub url: String,
    pub title: String,
    pub body: String,
    pub state: PullState,
    pub draft: bool,
    pub head: String,
    pub head_sha: Option<Sha>,
    /// `None` when the fork that it came from is gone.
    pub head_repo: Option<RepoSlug>,
    pub base: String,
    pub author: Account,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPull {
    pub title: String,
    pub body: String,
    pub head: BranchName,
    pub base: BranchName,
    pub draft: bool,
}

/// How the wish for a pull request ended. A refusal is an answer, not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullOpened {
    Opened(PullRequest),
    /// There is an open one from that branch to that base already.
    Exists(PullRequest),
    Refused {
        why: PullRefusal,
        message: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullRefusal {
    /// This repository has no drafts: ask again with `draft: false`.
    NoDrafts,
    /// The setting "Allow GitHub Actions to create and approve pull requests" is off, or the token lacks
    /// `pull-requests: write`, or pull requests are switched off.
    NotAllowed,
    /// Head and base do not differ.
    NoCommits,
    /// Head or base does not exist.
    MissingBranch,
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    pub number: u64,
    pub url: String,
    pub title: String,
    pub body: String,
    pub open: bool,
    pub labels: Vec<String>,
    pub author: Account,
    pub is_pull: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedPull {
    pub number: u64,
    pub url: String,
    pub state: PullState,
    /// It will close the issue when merged (by keyword or by hand); else it only mentions it.
    pub closes: bool,
    /// In this repository, not elsewhere.
    pub same_repo: bool,
    pub author: Account,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub id: u64,
    pub url: String,
    pub body: String,
    pub author: Account,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReactTo {
    Issue(u64),
    Comment(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    Eyes,
    Rocket,
    Confused,
    PlusOne,
}

impl Reaction {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eyes => "eyes",
            Self::Rocket => "rocket",
            Self::Confused => "confused",
            Self::PlusOne => "+1",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    Success,
    Failure,
    Neutral,
}

impl Conclusion {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Neutral => "neutral",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCheck {
    pub name: String,
    pub commit: Sha,
    pub conclusion: Conclusion,
    pub title: String,
    pub summary: String,
    pub details_url: Option<String>,
    pub annotations: Vec<Annotation>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    pub path: RelPath,
    pub start_line: u32,
    pub end_line: u32,
    pub level: Severity,
    pub title: String,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowRun {
    pub id: u64,
    pub workflow_id: u64,
    pub name: String,
    /// `.github/workflows/ci.yml`
    pub path: String,
    pub event: String,
    pub status: String,
    pub conclusion: Option<String>,
    pub head_sha: Sha,
    pub head_branch: Option<String>,
    /// `None` when the fork is gone.
    pub head_repository: Option<RepoSlug>,
    pub attempt: u32,
    pub actor: Option<Account>,
    pub triggering_actor: Option<Account>,
    pub url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub id: u64,
    pub name: String,
    pub conclusion: Option<String>,
    pub url: String,
    /// What it asked for in `runs-on`.
    pub labels: Vec<String>,
    pub steps: Vec<Step>,
}

impl Job {
    pub fn has_failed(&self) -> bool {
        matches!(self.conclusion.as_deref(), Some("failure" | "timed_out" | "startup_failure"))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub number: u64,
    pub name: String,
    pub conclusion: Option<String>,
}
