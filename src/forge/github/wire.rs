//! GitHub's JSON as far as we read it. Everything that may be absent is optional.

use crate::forge::{Account, Comment, Issue, Job, PullRequest, PullState, Step, WorkflowRun};
use crate::ids::{RepoSlug, Sha};
use serde::Deserialize;
use serde_json::Value;

/// The body of a refusal.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Problem {
    pub(super) message: String,
    errors: Vec<Value>,
}

impl Problem {
    pub(super) fn read(body: &[u8]) -> Self {
        let mut problem: Self = serde_json::from_slice(body).unwrap_or_default();
        problem.message = printable(&problem.message);
        problem
    }

    /// The reasons, or the title when there are none.
    pub(super) fn messages(&self) -> Vec<String> {
        let text = |error: &Value| match error {
            Value::String(text) => printable(text),
            error => match error["message"].as_str() {
                Some(text) => printable(text),
                None => ["resource", "field", "code"]
                    .iter()
                    .filter_map(|key| error[key].as_str())
                    .map(printable)
                    .collect::<Vec<_>>()
                    .join(" "),
            },
        };
        let reasons: Vec<String> = self.errors.iter().map(text).filter(|text| !text.is_empty()).collect();
        if reasons.is_empty() { vec![self.message.clone()] } else { reasons }
    }
}

fn printable(text: &str) -> String {
    let text: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control()).collect();
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

impl User {
    pub(super) fn account(self) -> Account {
        Account { bot: self.kind == "Bot" || self.login.ends_with("[bot]"), login: self.login }
    }
}

/// Deleted accounts show as `ghost`.
pub(super) fn account(user: Option<User>) -> Account {
    user.map_or(Account { login: "ghost".to_owned(), bot: false }, User::account)
}

#[derive(Deserialize)]
pub(super) struct Repo {
    #[serde(default)]
    pub(super) full_name: String,
}

impl Repo {
    fn slug(&self) -> Option<RepoSlug> {
        RepoSlug::parse(self.full_name.as_str()).ok()
    }
}

#[derive(Deserialize)]
pub(super) struct RepoDetails {
    pub(super) default_branch: String,
    #[serde(default)]
    pub(super) private: bool,
    #[serde(default)]
    pub(super) fork: bool,
    #[serde(default)]
    pub(super) archived: bool,
    pub(super) has_pull_requests: Option<bool>,
    #[serde(default)]
    pub(super) permissions: Value,
}

#[derive(Deserialize)]
struct Side {
    #[serde(rename = "ref")]
    name: String,
    sha: Option<Sha>,
    repo: Option<Repo>,
}

#[derive(Deserialize)]
pub(super) struct Pull {
    number: u64,
    #[serde(default)]
    html_url: String,
    #[serde(default)]
    title: String,
    body: Option<String>,
    #[serde(default)]
    state: String,
    #[serde(default)]
    draft: Option<bool>,
    merged_at: Option<String>,
    head: Side,
    base: Side,
    user: Option<User>,
}

fn state(state: &str, merged: bool) -> PullState {
    match (merged, state) {
        (true, _) => PullState::Merged,
        (false, "open") => PullState::Open,
        _ => PullState::Closed,
    }
}

impl From<Pull> for PullRequest {
    fn from(pull: Pull) -> Self {
        Self {
            number: pull.number,
            url: pull.html_url,
            title: pull.title,
            body: pull.body.unwrap_or_default(),
            state: state(&pull.state, pull.merged_at.is_some()),
            draft: pull.draft.unwrap_or_default(),
            head: pull.head.name,
            head_sha: pull.head.sha,
            head_repo: pull.head.repo.and_then(|repo| repo.slug()),
            base: pull.base.name,
            author: account(pull.user),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Label {
    Name(String),
    Whole { name: String },
}

#[derive(Deserialize)]
pub(super) struct IssueDetails {
    pub(super) number: u64,
    #[serde(default)]
    pub(super) html_url: String,
    #[serde(default)]
    title: String,
    pub(super) body: Option<String>,
    #[serde(default)]
    state: String,
    #[serde(default)]
    labels: Vec<Label>,
    pub(super) user: Option<User>,
    pub(super) pull_request: Option<PullMark>,
    pub(super) repository: Option<Repo>,
    /// RFC 3339.
    #[serde(default)]
    pub(super) created_at: String,
}

#[derive(Deserialize)]
pub(super) struct PullMark {
    merged_at: Option<String>,
}

impl IssueDetails {
    pub(super) fn pull_state(&self) -> Option<PullState> {
        self.pull_request.as_ref().map(|mark| state(&self.state, mark.merged_at.is_some()))
    }
}

impl From<IssueDetails> for Issue {
    fn from(issue: IssueDetails) -> Self {
        let name = |label| match label {
            Label::Name(name) | Label::Whole { name } => name,
        };
        Self {
            number: issue.number,
            url: issue.html_url,
            title: issue.title,
            body: issue.body.unwrap_or_default(),
            open: issue.state == "open",
            labels: issue.labels.into_iter().map(name).collect(),
            author: account(issue.user),
            is_pull: issue.pull_request.is_some(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct TimelineEvent {
    #[serde(default)]
    pub(super) event: String,
    pub(super) source: Option<Source>,
}

#[derive(Deserialize)]
pub(super) struct Source {
    pub(super) issue: Option<IssueDetails>,
}

#[derive(Deserialize)]
pub(super) struct CommentDetails {
    id: u64,
    #[serde(default)]
    html_url: String,
    body: Option<String>,
    user: Option<User>,
}

impl From<CommentDetails> for Comment {
    fn from(comment: CommentDetails) -> Self {
        let body = comment.body.unwrap_or_default();
        Self { id: comment.id, url: comment.html_url, body, author: account(comment.user) }
    }
}

#[derive(Deserialize)]
pub(super) struct Run {
    id: u64,
    #[serde(default)]
    workflow_id: u64,
    name: Option<String>,
    #[serde(default)]
    path: String,
    #[serde(default)]
    event: String,
    status: Option<String>,
    conclusion: Option<String>,
    head_sha: Sha,
    head_branch: Option<String>,
    head_repository: Option<Repo>,
    run_attempt: Option<u32>,
    actor: Option<User>,
    triggering_actor: Option<User>,
    #[serde(default)]
    html_url: String,
}

impl From<Run> for WorkflowRun {
    fn from(run: Run) -> Self {
        // `path` may carry the ref that the workflow was read from.
        let path = run.path.split('@').next().unwrap_or_default().to_owned();
        Self {
            id: run.id,
            workflow_id: run.workflow_id,
            name: run.name.unwrap_or_default(),
            path,
            event: run.event,
            status: run.status.unwrap_or_default(),
            conclusion: run.conclusion,
            head_sha: run.head_sha,
            head_branch: run.head_branch,
            head_repository: run.head_repository.and_then(|repo| repo.slug()),
            attempt: run.run_attempt.unwrap_or(1),
            actor: run.actor.map(User::account),
            triggering_actor: run.triggering_actor.map(User::account),
            url: run.html_url,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Runs {
    pub(super) workflow_runs: Vec<Run>,
}

#[derive(Deserialize)]
pub(super) struct JobDetails {
    id: u64,
    #[serde(default)]
    name: String,
    conclusion: Option<String>,
    html_url: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
    steps: Option<Vec<Step>>,
}

impl From<JobDetails> for Job {
    fn from(job: JobDetails) -> Self {
        Self {
            id: job.id,
            name: job.name,
            conclusion: job.conclusion,
            url: job.html_url.unwrap_or_default(),
            labels: job.labels,
            steps: job.steps.unwrap_or_default(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Jobs {
    pub(super) jobs: Vec<JobDetails>,
}

/// Anything that was made and has an id.
#[derive(Deserialize)]
pub(super) struct Made {
    pub(super) sha: Sha,
}

#[derive(Deserialize)]
pub(super) struct Reference {
    pub(super) object: Made,
}

#[derive(Deserialize)]
pub(super) struct GitCommit {
    pub(super) tree: Made,
    #[serde(default)]
    pub(super) parents: Vec<Made>,
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    pub(super) author: Person,
    #[serde(default)]
    pub(super) committer: Person,
}

#[derive(Deserialize, Default)]
pub(super) struct Person {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) email: String,
}

#[derive(Deserialize)]
pub(super) struct Tree {
    pub(super) tree: Vec<TreeItem>,
    #[serde(default)]
    pub(super) truncated: bool,
}

#[derive(Deserialize)]
pub(super) struct TreeItem {
    pub(super) path: String,
    pub(super) mode: String,
    pub(super) sha: Sha,
}

#[derive(Deserialize)]
pub(super) struct Blob {
    #[serde(default)]
    pub(super) content: String,
    #[serde(default)]
    pub(super) encoding: String,
}

#[derive(Deserialize)]
pub(super) struct Comparison {
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) files: Vec<ChangedFile>,
}

#[derive(Deserialize)]
pub(super) struct ChangedFile {
    pub(super) filename: String,
    pub(super) previous_filename: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct CheckRun {
    pub(super) id: u64,
    pub(super) html_url: Option<String>,
}
