//! GitHub over HTTPS: octocrab carries the requests, our own lenient types read the answers, because a
//! field that we do not use must never break a run.

mod app;
mod builds;
mod client;
mod code;
mod http;
mod issues;
mod keys;
mod me;
mod probes;
mod pulls;
mod send;
mod threads;
mod wire;

use super::*;
use crate::git;
pub use app::{App, Learn, check_key};
use client::Client;
pub(crate) use client::root_cause;
use code::Kept;
pub(crate) use http::{client as http_client, is_loopback as is_this_machine, is_safe as is_safe_url};
pub use keys::Credential;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Everything the client must be told; nothing is read from the environment here.
#[derive(Clone)]
pub struct Config {
    /// `https://api.github.com`, or `https://host/api/v3`.
    pub api_url: String,
    /// `https://github.com`.
    pub server_url: String,
    pub repo: RepoSlug,
    pub credential: Credential,
    pub mask: Mask,
    pub holds: Holds,
    pub timing: Timing,
    /// Once it is set nothing is waited for any more.
    pub cancel: Option<Arc<AtomicBool>>,
}

/// How long we wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub idle: Duration,
    /// For one whole request, except streamed logs and packs.
    pub total: Duration,
    /// Before the second try; doubled before each further one.
    pub backoff: Duration,
    /// Spent in waiting for a forge that is busy or down, in all requests together.
    pub max_wait: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(60),
            backoff: Duration::from_secs(1),
            max_wait: Duration::from_secs(120),
        }
    }
}

/// One repository on GitHub.
pub struct GitHub {
    client: Client,
    repo: RepoSlug,
    server_url: String,
    mask: Mask,
    holds: Holds,
    me: OnceLock<Account>,
    /// Contents that the server has from us already, by their id: a commit that lost a race is built again.
    sent: Kept<Sha>,
    /// Commits and folders that were asked for: what an id names never changes.
    commits: Kept<wire::GitCommit>,
    folders: Kept<code::Folder>,
}

impl GitHub {
    pub fn new(config: Config) -> Result<Self> {
        let server_url = config.server_url.trim_end_matches('/').to_owned();
        http::check_url(&server_url)?;
        Ok(Self {
            client: Client::new(&config)?,
            repo: config.repo,
            server_url,
            mask: config.mask,
            holds: config.holds,
            me: OnceLock::new(),
            sent: Kept::default(),
            commits: Kept::default(),
            folders: Kept::default(),
        })
    }

    /// A path below `/repos/owner/name`.
    fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.repo)
    }
}

impl Forge for GitHub {
    fn repo(&self) -> &RepoSlug {
        &self.repo
    }

    fn web_url(&self) -> String {
        format!("{}/{}", self.server_url, self.repo)
    }

    fn mask(&self, text: &str) -> String {
        (self.mask)(text)
    }

    fn repo_info(&self) -> Result<RepoInfo> {
        self.get_repo_info()
    }

    fn me(&self) -> Result<Account> {
        self.get_me()
    }

    fn permission(&self, login: &str) -> Result<Permission> {
        self.get_permission(login)
    }

    fn rate_limit(&self) -> Result<RateLimit> {
        self.get_rate_limit()
    }

    fn probes(&self) -> Result<Vec<Probe>> {
        self.get_probes()
    }

    fn branch_tip(&self, branch: &BranchName) -> Result<Option<Sha>> {
        self.get_tip(branch)
    }

    fn file(&self, at: &Sha, path: &RelPath) -> Result<Option<Vec<u8>>> {
        self.get_file(at, path)
    }

    fn blob(&self, id: &Sha) -> Result<Vec<u8>> {
        self.get_blob(id)
    }

    fn entries(&self, at: &Sha, paths: &[RelPath]) -> Result<BTreeMap<RelPath, TreeEntry>> {
        self.get_entries(at, paths)
    }

    fn list(&self, at: &Sha, under: Option<&RelPath>) -> Result<Listing> {
        self.get_list(at, under)
    }

    fn commit(&self, id: &Sha) -> Result<Option<CommitInfo>> {
        self.get_commit(id)
    }

    fn changed_paths(&self, from: &Sha, to: &Sha) -> Result<Vec<String>> {
        self.get_changed_paths(from, to)
    }

    fn is_ancestor(&self, old: &Sha, new: &Sha) -> Result<bool> {
        self.get_is_ancestor(old, new)
    }

    fn create_commit(&self, base: Option<&Sha>, patch: &Patch, message: &str) -> Result<Sha> {
        refuse_secrets(&*self.holds, patch)?;
        self.post_commit(base, patch, message)
    }

    fn fetch(&self, commit: &Sha, into: &Path) -> Result<()> {
        self.fetch_pack(commit, 1, &|answer| git::receive_pack(answer, into))
    }

    fn checkout(&self, commit: &Sha, depth: u32, into: &Path) -> Result<()> {
        self.fetch_pack(commit, depth, &|answer| git::checkout_pack(answer, commit, into))
    }

    fn create_branch(&self, branch: &BranchName, at: &Sha) -> Result<RefCreated> {
        self.post_ref(branch, at)
    }

    fn update_branch(&self, branch: &BranchName, expected: &Sha, new: &Sha, force: bool) -> Result<RefUpdate> {
        self.patch_ref(branch, expected, new, force)
    }

    fn delete_branch(&self, branch: &BranchName, expected: &Sha) -> Result<bool> {
        self.delete_ref(branch, expected)
    }

    fn pull_of(&self, head: &BranchName) -> Result<Option<PullRequest>> {
        self.get_pull_of(head)
    }

    fn pull(&self, number: u64) -> Result<Option<PullRequest>> {
        self.get_pull(number)
    }

    fn open_pulls(&self) -> Result<Vec<PullRequest>> {
        self.get_open_pulls()
    }

    fn open_pull(&self, new: &NewPull) -> Result<PullOpened> {
        self.post_pull(new)
    }

    fn update_pull(&self, number: u64, title: &str, body: &str) -> Result<PullRequest> {
        self.patch_pull(number, title, body)
    }

    fn threads(&self, pull: u64) -> Result<Vec<Thread>> {
        self.get_threads(pull)
    }

    fn answer_thread(&self, thread: &str, marker: &str, body: &str) -> Result<()> {
        self.post_answer(thread, marker, body)
    }

    fn resolve_thread(&self, thread: &str) -> Result<()> {
        self.post_resolved(thread)
    }

    fn issue(&self, number: u64) -> Result<Option<Issue>> {
        self.get_issue(number)
    }

    fn issues_of(&self, login: &str, since: &str) -> Result<Vec<u64>> {
        self.get_issues_of(login, since)
    }

    fn linked_pulls(&self, issue: u64) -> Result<Vec<LinkedPull>> {
        self.get_linked_pulls(issue)
    }

    fn comments(&self, issue: u64) -> Result<Vec<Comment>> {
        self.get_comments(issue)
    }

    fn our_comment(&self, issue: u64, marker: &str) -> Result<Option<Comment>> {
        self.find_comment(issue, marker)
    }

    fn create_comment(&self, issue: u64, marker: &str, body: &str) -> Result<Comment> {
        self.post_comment(issue, marker, body)
    }

    fn update_comment(&self, id: u64, body: &str) -> Result<Comment> {
        self.patch_comment(id, body)
    }

    fn delete_comment(&self, id: u64) -> Result<()> {
        self.remove_comment(id)
    }

    fn react(&self, target: ReactTo, reaction: Reaction) -> Result<()> {
        self.post_reaction(target, reaction)
    }

    fn add_labels(&self, issue: u64, labels: &[String]) -> Result<()> {
        self.post_labels(issue, labels)
    }

    fn create_check(&self, check: &NewCheck) -> Result<String> {
        self.post_check(check)
    }

    fn run(&self, id: u64) -> Result<Option<WorkflowRun>> {
        self.get_run(id)
    }

    fn runs_of(&self, workflow: &str, branch: &str, limit: usize) -> Result<Vec<WorkflowRun>> {
        self.get_runs_of(workflow, branch, limit)
    }

    fn failed_jobs(&self, run: u64, attempt: u32) -> Result<Vec<Job>> {
        self.get_failed_jobs(run, attempt)
    }

    fn job_log(&self, job: u64) -> Result<Option<Box<dyn Read + Send>>> {
        self.get_job_log(job)
    }

    fn rerun(&self, run: u64) -> Result<()> {
        self.post_empty(&format!("/actions/runs/{run}/rerun"))
    }

    fn rerun_failed(&self, run: u64) -> Result<()> {
        self.post_empty(&format!("/actions/runs/{run}/rerun-failed-jobs"))
    }

    fn dispatch(&self, workflow: &str, branch: &BranchName) -> Result<()> {
        self.post_dispatch(workflow, branch)
    }
}
