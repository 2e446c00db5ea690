//! The forge: everything we ask of GitHub, and its local twin (a bare repository and a folder of JSON
//! files) that the demo and the tests use. Synchronous outside; the network runs inside.

mod error;
mod threads;
mod types;

pub mod github;
pub mod local;

pub use error::{Call, ForgeError};
pub(crate) use github::{http_client, is_safe_url, is_this_machine, root_cause};
pub use threads::{Thread, Word};
pub use types::*;

use crate::git::TreeEntry;
use crate::ids::{BranchName, RelPath, RepoSlug, Sha};
use crate::patch::Patch;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Replaces the secrets that this run holds. Every text that leaves goes through it.
pub type Mask = Arc<dyn Fn(&str) -> String + Send + Sync>;
/// Tells whether a text has a secret in it that this process holds.
pub type Holds = Arc<dyn Fn(&str) -> bool + Send + Sync>;

pub type Result<T> = std::result::Result<T, ForgeError>;

/// One repository at a forge.
pub trait Forge: Send + Sync {
    fn repo(&self) -> &RepoSlug;
    /// Where people look at it: `https://github.com/o/r`.
    fn web_url(&self) -> String;
    /// Replaces this run's secrets, as is done with every text that leaves.
    fn mask(&self, text: &str) -> String;

    // who and what
    fn repo_info(&self) -> Result<RepoInfo>;
    /// The login that our writes appear under.
    fn me(&self) -> Result<Account>;
    /// A stranger has [`Permission::None`].
    fn permission(&self, login: &str) -> Result<Permission>;
    fn rate_limit(&self) -> Result<RateLimit>;
    /// What the token may do, found out with requests that change nothing.
    fn probes(&self) -> Result<Vec<Probe>>;

    // code
    /// The branch's tip; `None` when there is no such branch.
    fn branch_tip(&self, branch: &BranchName) -> Result<Option<Sha>>;
    fn file(&self, at: &Sha, path: &RelPath) -> Result<Option<Vec<u8>>>;
    /// The content that has this id.
    fn blob(&self, id: &Sha) -> Result<Vec<u8>>;
    /// Modes and ids of those `paths` that exist at the commit.
    fn entries(&self, at: &Sha, paths: &[RelPath]) -> Result<BTreeMap<RelPath, TreeEntry>>;
    /// Every file below `under` (the whole tree for `None`); `.truncated` when the forge gave up.
    fn list(&self, at: &Sha, under: Option<&RelPath>) -> Result<Listing>;
    fn commit(&self, id: &Sha) -> Result<Option<CommitInfo>>;
    /// The files that changed between two commits, at most 300.
    fn changed_paths(&self, from: &Sha, to: &Sha) -> Result<Vec<String>>;
    /// Whether `new` is `old` or was made on top of it.
    fn is_ancestor(&self, old: &Sha, new: &Sha) -> Result<bool>;
    /// A commit on top of `base` (`None`: an orphan), refused with [`ForgeError::Stale`] when a file of
    /// the patch is not as `before` says. Modes are kept from `base`; new files are plain unless the patch moves them.
    fn create_commit(&self, base: Option<&Sha>, patch: &Patch, message: &str) -> Result<Sha>;
    /// Makes the empty folder `into` a bare repository that has this commit, without its history.
    fn fetch(&self, commit: &Sha, into: &Path) -> Result<()>;
    /// Writes the commit's files into the empty folder `into`. Nothing of it is executed.
    fn checkout(&self, commit: &Sha, depth: u32, into: &Path) -> Result<()>;

    // branches
    /// The lock of a task: exactly one caller is told [`RefCreated::Created`]. `at` must be this attempt's
    /// own commit, so that a create whose answer was lost can be told from somebody else's.
    fn create_branch(&self, branch: &BranchName, at: &Sha) -> Result<RefCreated>;
    /// Moves the branch from `expected` to `new`. Without `force` only forward.
    fn update_branch(&self, branch: &BranchName, expected: &Sha, new: &Sha, force: bool) -> Result<RefUpdate>;
    /// Deletes the branch when it still is at `expected`; `false` when it was gone or elsewhere.
    fn delete_branch(&self, branch: &BranchName, expected: &Sha) -> Result<bool>;

    // pull requests
    /// The newest pull request from `head` in this repository, open ones first.
    fn pull_of(&self, head: &BranchName) -> Result<Option<PullRequest>>;
    fn pull(&self, number: u64) -> Result<Option<PullRequest>>;
    /// At most 300, newest first.
    fn open_pulls(&self) -> Result<Vec<PullRequest>>;
    fn open_pull(&self, new: &NewPull) -> Result<PullOpened>;
    fn update_pull(&self, number: u64, title: &str, body: &str) -> Result<PullRequest>;

    // reviews; a forge without them has none
    /// What was said on the lines of a pull request, at most 300 threads.
    fn threads(&self, _pull: u64) -> Result<Vec<Thread>> {
        Ok(Vec::new())
    }
    /// `marker` (the last line of `body`) tells whether a write whose answer was lost has happened.
    fn answer_thread(&self, _thread: &str, _marker: &str, _body: &str) -> Result<()> {
        Ok(())
    }
    fn resolve_thread(&self, _thread: &str) -> Result<()> {
        Ok(())
    }

    // issues and comments
    fn issue(&self, number: u64) -> Result<Option<Issue>>;
    /// The numbers of the issues that somebody opened since then (RFC 3339), the newest hundred at most.
    fn issues_of(&self, login: &str, since: &str) -> Result<Vec<u64>>;
    /// Pull requests that say they close the issue or mention it.
    fn linked_pulls(&self, issue: u64) -> Result<Vec<LinkedPull>>;
    fn comments(&self, issue: u64) -> Result<Vec<Comment>>;
    /// Our own comment (by author, too: anybody can write our marker) that holds `marker`; the oldest.
    fn our_comment(&self, issue: u64, marker: &str) -> Result<Option<Comment>>;
    /// `marker` (a part of `body`) tells whether a write whose answer was lost has happened.
    fn create_comment(&self, issue: u64, marker: &str, body: &str) -> Result<Comment>;
    fn update_comment(&self, id: u64, body: &str) -> Result<Comment>;
    /// A comment that is gone already is deleted, too.
    fn delete_comment(&self, id: u64) -> Result<()>;
    fn react(&self, target: ReactTo, reaction: Reaction) -> Result<()>;
    /// Adds labels to an issue or pull request; the missing ones are created.
    fn add_labels(&self, issue: u64, labels: &[String]) -> Result<()>;

    // builds
    /// A finished check run with all its annotations; returns its page.
    fn create_check(&self, check: &NewCheck) -> Result<String>;
    fn run(&self, id: u64) -> Result<Option<WorkflowRun>>;
    /// The newest runs of a workflow (id or file name) on a branch.
    fn runs_of(&self, workflow: &str, branch: &str, limit: usize) -> Result<Vec<WorkflowRun>>;
    /// The jobs of one attempt of a run that failed or timed out, with their steps.
    fn failed_jobs(&self, run: u64, attempt: u32) -> Result<Vec<Job>>;
    /// The job's log as it streams in; `None` when it is gone.
    fn job_log(&self, job: u64) -> Result<Option<Box<dyn Read + Send>>>;
    fn rerun(&self, run: u64) -> Result<()>;
    fn rerun_failed(&self, run: u64) -> Result<()>;
    /// Starts a workflow (file name or id) on a branch by `workflow_dispatch`.
    fn dispatch(&self, workflow: &str, branch: &BranchName) -> Result<()>;
}

/// Whether it is ours: its last line is the marker. A comment that only quotes it is somebody's.
pub fn is_marked(body: &str, marker: &str) -> bool {
    body.trim_end().lines().last().is_some_and(|line| line.trim() == marker)
}

/// A patch that holds a secret of this run must not leave, and a masked file would not be what was
/// proven. What only has a token's form is the guard's to judge. What was public in the file before may stay.
fn refuse_secrets(holds: &dyn Fn(&str) -> bool, patch: &Patch) -> Result<()> {
    let is_masked = |bytes: &[u8]| holds(&String::from_utf8_lossy(bytes));
    for file in patch.files() {
        let was = file.before.as_deref().is_some_and(is_masked);
        if file.before.is_none() && holds(file.path.as_str()) {
            return Err(ForgeError::Secret { path: file.path.to_string() });
        }
        if !was && file.after.as_deref().is_some_and(is_masked) {
            return Err(ForgeError::Secret { path: file.path.to_string() });
        }
    }
    Ok(())
}

/// Whether the text names the issue, and whether by one of GitHub's closing keywords.
fn mentions(body: &str, issue: u64) -> (bool, bool) {
    let words: Vec<&str> = body.split_whitespace().collect();
    let reference = format!("#{issue}");
    let is_it = |word: &str| word.trim_matches(|c: char| !c.is_ascii_digit() && c != '#') == reference;
    let closing = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphabetic()).to_ascii_lowercase();
        matches!(
            &*word,
            "fix" | "fixes" | "fixed" | "close" | "closes" | "closed" | "resolve" | "resolves" | "resolved"
        )
    };
    let mentioned = words.iter().any(|word| is_it(word));
    (mentioned, words.windows(2).any(|pair| closing(pair[0]) && is_it(pair[1])))
}

/// Every string in the value, masked; keys are ours.
pub(crate) fn mask_json(value: &Value, mask: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(mask(text)),
        Value::Array(items) => items.iter().map(|item| mask_json(item, mask)).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), mask_json(value, mask))).collect(),
        other => other.clone(),
    }
}
