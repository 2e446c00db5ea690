//! GitHub's payloads (docs: webhook events and payloads; `schedule` as Actions writes it). Lenient:
//! fields that no task needs may be absent or of any type.

use super::{Actor, Body, Event, EventError, Head, Issue, Repository, UpstreamRun};
use super::{guess, news, review};
use crate::ids::{BranchName, RepoSlug, Sha};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A field that no task needs: `null` and whatever else GitHub would not send count as absent.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    Ok(T::deserialize(Value::deserialize(from)?).unwrap_or_default())
}

/// What of a list is as it should be.
fn listed<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let items: Vec<Value> = lenient(from)?;
    Ok(items.into_iter().filter_map(|item| T::deserialize(item).ok()).collect())
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Account {
    #[serde(deserialize_with = "lenient")]
    login: String,
    #[serde(rename = "type", deserialize_with = "lenient")]
    kind: String,
}

#[derive(Deserialize)]
struct Repo {
    full_name: String,
    #[serde(default, deserialize_with = "lenient")]
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct Label {
    name: String,
}

#[derive(Deserialize)]
struct RawIssue {
    number: u64,
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    body: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    user: Option<Account>,
    #[serde(default, deserialize_with = "listed")]
    labels: Vec<Label>,
    #[serde(default, deserialize_with = "lenient")]
    pull_request: Option<Value>,
}

#[derive(Deserialize)]
struct RawComment {
    id: u64,
    #[serde(default, deserialize_with = "lenient")]
    body: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    user: Option<Account>,
}

#[derive(Deserialize)]
struct RawRun {
    id: u64,
    #[serde(default, deserialize_with = "lenient")]
    run_attempt: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    path: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    event: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    conclusion: Option<String>,
    head_sha: String,
    #[serde(default, deserialize_with = "lenient")]
    head_branch: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    head_repository: Option<Repo>,
    #[serde(default, deserialize_with = "lenient")]
    actor: Option<Account>,
    #[serde(default, deserialize_with = "lenient")]
    triggering_actor: Option<Account>,
    #[serde(default, deserialize_with = "listed")]
    pull_requests: Vec<Numbered>,
}

#[derive(Deserialize)]
struct Numbered {
    number: u64,
}

impl From<Account> for Actor {
    fn from(account: Account) -> Self {
        Self { login: account.login, kind: account.kind }
    }
}

/// The payload's top level; the rest is taken out of it only for the events that need it.
pub fn parse(name: &str, payload: &[u8]) -> Result<Event, EventError> {
    // What an editor on Windows puts before a payload that was kept in a file.
    let payload = payload.strip_prefix(b"\xef\xbb\xbf").unwrap_or(payload);
    let value: Value = serde_json::from_slice(payload).map_err(|e| EventError::Malformed(e.to_string()))?;
    if !value.is_object() {
        return Err(EventError::Malformed("expected an object at the top".to_owned()));
    }
    let guessed = if name.is_empty() { guess::name(&value)? } else { String::new() };
    let name = if name.is_empty() { guessed.as_str() } else { name };
    let repository = repository(name, &value)?;
    let sender = field::<Account>(name, &value, "sender").map(Actor::from).unwrap_or_default();
    let action = value.get("action").and_then(Value::as_str).unwrap_or_default().to_owned();
    let body = match name {
        "issues" => Body::Issue { issue: issue(name, &value)?, label: label(&value) },
        "issue_comment" => comment(name, &value)?,
        "workflow_run" => Body::WorkflowRun(Box::new(run(name, &value)?)),
        "workflow_dispatch" => dispatch(&value),
        "pull_request_review" => review::body(name, &value, "review")?,
        "pull_request_review_comment" => review::body(name, &value, "comment")?,
        _ => Body::Other,
    };
    let head = head(&value);
    let news = news::read(name, &value);
    Ok(Event { name: name.to_owned(), action, repository, sender, head, body, news })
}

/// The text at a place of the payload.
pub(super) fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn head(value: &Value) -> Option<Head> {
    let text = |path: &str| value.pointer(path).and_then(Value::as_str);
    // Of a branch that was deleted only zeros are left.
    let commit = |path: &str| text(path).filter(|sha| sha.contains(|c| c != '0')).and_then(|sha| Sha::parse(sha).ok());
    if value.get("deleted").and_then(Value::as_bool) == Some(true) {
        return None;
    }
    if value.get("pull_request").is_some_and(Value::is_object) {
        let branch = BranchName::parse(text("/pull_request/head/ref")?).ok()?;
        let home = text("/pull_request/head/repo/full_name");
        let is_fork = home.is_none() || home != text("/repository/full_name");
        return Some(Head { branch, commit: commit("/pull_request/head/sha"), is_fork });
    }
    let branch = BranchName::parse(text("/ref")?.strip_prefix("refs/heads/")?).ok()?;
    Some(Head { branch, commit: commit("/after"), is_fork: false })
}

pub(super) fn field<T: DeserializeOwned>(event: &str, value: &Value, key: &'static str) -> Result<T, EventError> {
    let lacks = || EventError::Lacks { event: event.to_owned(), field: key };
    let found = value.get(key).filter(|v| !v.is_null()).ok_or_else(lacks)?;
    T::deserialize(found).map_err(|e| EventError::Shape { field: key, why: e.to_string() })
}

fn repository(event: &str, value: &Value) -> Result<Option<Repository>, EventError> {
    if value.get("repository").is_none_or(Value::is_null) {
        return Ok(None);
    }
    let raw: Repo = match whole_name(value) {
        Some(full_name) => {
            Repo { full_name, default_branch: text(value, "/repository/default_branch").map(str::to_owned) }
        }
        None => field(event, value, "repository")?,
    };
    let default_branch = raw.default_branch.and_then(|b| BranchName::parse(b).ok());
    Ok(Some(Repository { slug: RepoSlug::parse(raw.full_name)?, default_branch }))
}

/// Where a payload names owner and repository apart.
fn whole_name(value: &Value) -> Option<String> {
    if text(value, "/repository/full_name").is_some() {
        return None;
    }
    let owner = text(value, "/repository/owner/login").or(text(value, "/repository/owner/name"))?;
    Some(format!("{owner}/{}", text(value, "/repository/name")?))
}

fn issue(event: &str, value: &Value) -> Result<Issue, EventError> {
    let raw: RawIssue = field(event, value, "issue")?;
    Ok(Issue {
        number: raw.number,
        title: raw.title.unwrap_or_default(),
        body: raw.body.unwrap_or_default(),
        open: raw.state.is_none_or(|s| s == "open"),
        author: raw.user.map(Actor::from).unwrap_or_default(),
        labels: raw.labels.into_iter().map(|l| l.name).collect(),
        is_pull: raw.pull_request.is_some_and(|p| !p.is_null()),
    })
}

fn label(value: &Value) -> Option<String> {
    value.pointer("/label/name").and_then(Value::as_str).map(str::to_owned)
}

fn comment(event: &str, value: &Value) -> Result<Body, EventError> {
    let raw: RawComment = field(event, value, "comment")?;
    Ok(Body::Comment {
        issue: issue(event, value)?,
        id: raw.id,
        text: raw.body.unwrap_or_default(),
        author: raw.user.map(Actor::from).unwrap_or_default(),
    })
}

fn run(event: &str, value: &Value) -> Result<UpstreamRun, EventError> {
    let raw: RawRun = field(event, value, "workflow_run")?;
    let path = raw.path.unwrap_or_default();
    // `path` may carry the ref: `.github/workflows/ci.yml@refs/heads/main`.
    let path = path.split('@').next().unwrap_or_default().to_owned();
    let file = path.rsplit('/').next().unwrap_or_default().to_owned();
    let from_workflow = || value.pointer("/workflow/name").and_then(Value::as_str).map(str::to_owned);
    let workflow = raw.name.filter(|n| !n.is_empty()).or_else(from_workflow).filter(|n| !n.is_empty()).unwrap_or(file);
    Ok(UpstreamRun {
        id: raw.id,
        attempt: raw.run_attempt.unwrap_or(1),
        workflow,
        path,
        event: raw.event.unwrap_or_default(),
        conclusion: raw.conclusion.unwrap_or_default(),
        head_sha: Sha::parse(raw.head_sha)?,
        head_branch: raw.head_branch.and_then(|b| BranchName::parse(b).ok()),
        fork_is_gone: value.pointer("/workflow_run/head_repository").is_some_and(Value::is_null),
        head_repository: raw.head_repository.and_then(|r| RepoSlug::parse(r.full_name).ok()),
        actors: [raw.actor, raw.triggering_actor].into_iter().flatten().map(Actor::from).collect(),
        pulls: raw.pull_requests.into_iter().map(|p| p.number).collect(),
    })
}

/// Inputs are strings in the form, but booleans and numbers may come typed through the API.
fn dispatch(value: &Value) -> Body {
    let mut inputs = BTreeMap::new();
    for (key, input) in value.get("inputs").and_then(Value::as_object).into_iter().flatten() {
        let text = match input {
            Value::String(s) => s.clone(),
            Value::Null => continue,
            other => other.to_string(),
        };
        inputs.insert(key.clone(), text);
    }
    let reference = value.get("ref").and_then(Value::as_str).unwrap_or_default();
    let branch = reference.strip_prefix("refs/heads/").and_then(|b| BranchName::parse(b).ok());
    Body::Dispatch { inputs, branch }
}
