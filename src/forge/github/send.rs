//! Sending with patience: what may be sent again is sent again, what the forge answers is put into one
//! of our kinds of error.

use super::client::{Client, Reply};
use super::wire;
use crate::forge::{Call, ForgeError, Result};
use octocrab::Octocrab;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// So often in any case; more often as long as the patience of the whole run lasts.
const TRIES: u32 = 3;
const MOST_TRIES: u32 = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    /// With the query.
    pub(super) path: String,
    pub(super) body: Option<Value>,
    /// The body is file content, which is checked elsewhere and must arrive as it is.
    pub(super) raw: bool,
    /// Sending it twice does the same as sending it once.
    repeatable: bool,
}

impl Ask {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::Get, path: path.into(), body: None, raw: false, repeatable: true }
    }

    /// A write that must not happen twice.
    pub(super) fn once(method: Method, path: impl Into<String>, body: Option<Value>) -> Self {
        Self { method, path: path.into(), body, raw: false, repeatable: false }
    }

    /// A write that may happen twice.
    pub(super) fn repeatable(method: Method, path: impl Into<String>, body: Option<Value>) -> Self {
        Self { method, path: path.into(), body, raw: false, repeatable: true }
    }

    /// A write of objects or references, which GitHub refuses while another goes on.
    fn is_of_git(&self) -> bool {
        self.method != Method::Get && self.path.contains("/git/")
    }

    /// GraphQL that writes.
    pub(super) fn is_mutation(&self) -> bool {
        let query = self.body.as_ref().and_then(|body| body["query"].as_str());
        query.is_some_and(|query| query.starts_with("mutation"))
    }

    pub(super) fn raw(self) -> Self {
        Self { raw: true, ..self }
    }

    pub(super) fn call(&self) -> Call {
        let path = self.path.split('?').next().unwrap_or_default().to_owned();
        Call { method: self.method.as_str(), path }
    }
}

impl Client {
    /// Sends until it is answered or the tries are used up. Only 2xx and 3xx are answers.
    pub(super) fn send(&self, ask: &Ask) -> Result<Reply> {
        self.send_with(&self.key(ask)?, ask)
    }

    pub(super) fn send_with(&self, octocrab: &Octocrab, ask: &Ask) -> Result<Reply> {
        let mut backoff = self.timing.backoff;
        for tried in 1..=MOST_TRIES {
            let error = match self.send_once(octocrab, ask).and_then(|reply| accept(ask, reply)) {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let asked = match &error {
                ForgeError::RateLimited { retry_after, .. } => Some(*retry_after),
                _ => None,
            };
            let again = match &error {
                // Nothing was sent, or nothing was written.
                ForgeError::RateLimited { .. } | ForgeError::Network { .. } => true,
                ForgeError::Conflict { .. } => ask.is_of_git(),
                ForgeError::Server { .. } | ForgeError::Timeout { .. } | ForgeError::BadBody { .. } => ask.repeatable,
                _ => false,
            };
            let wait = asked.unwrap_or_else(|| jittered(backoff));
            let is_free = asked.is_none() && tried < TRIES;
            if !again || self.is_stopped() || tried == MOST_TRIES || !(is_free || self.spend(wait)) {
                return Err(error);
            }
            self.sleep(wait);
            backoff *= 2;
        }
        Err(ForgeError::Timeout { call: ask.call() })
    }

    pub(super) fn json<T: DeserializeOwned>(&self, ask: &Ask) -> Result<T> {
        self.json_with(&self.key(ask)?, ask)
    }

    pub(super) fn json_with<T: DeserializeOwned>(&self, octocrab: &Octocrab, ask: &Ask) -> Result<T> {
        let reply = self.send_with(octocrab, ask)?;
        serde_json::from_slice(&reply.body)
            .map_err(|error| ForgeError::BadBody { call: ask.call(), message: error.to_string() })
    }

    /// All pages of a list; at most `max` pages of 100. `pick` takes the items out of a page.
    pub(super) fn pages<P, T>(&self, path: &str, max: usize, pick: impl Fn(P) -> Vec<T>) -> Result<Vec<T>>
    where
        P: DeserializeOwned,
    {
        let mut all = Vec::new();
        let joint = if path.contains('?') { '&' } else { '?' };
        for page in 1..=max {
            let items = pick(self.json(&Ask::get(format!("{path}{joint}per_page=100&page={page}")))?);
            let full = items.len() >= 100;
            all.extend(items);
            if !full {
                break;
            }
        }
        Ok(all)
    }
}

/// Half of it to one and a half: those who failed together do not come back together.
fn jittered(wait: Duration) -> Duration {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    wait / 2 + wait.mul_f64(f64::from(nanos % 1_000_000) / 1e6)
}

/// It may have happened although no answer came.
pub(super) fn is_in_doubt(error: &ForgeError) -> bool {
    matches!(error, ForgeError::Server { .. } | ForgeError::Timeout { .. } | ForgeError::BadBody { .. })
}

/// Puts what the forge refused into one of our kinds.
pub(super) fn accept(ask: &Ask, reply: Reply) -> Result<Reply> {
    let call = ask.call();
    let status = reply.status;
    if (200..400).contains(&status) && !matches!(status, 301 | 307 | 308) {
        return Ok(reply);
    }
    let problem = wire::Problem::read(&reply.body);
    if let Some(retry_after) = limited(&reply, &problem.message) {
        return Err(ForgeError::RateLimited { call, retry_after });
    }
    Err(match status {
        401 => ForgeError::Unauthorized { call },
        403 => forbidden(ask, &reply, problem.message),
        404 | 410 => ForgeError::NotFound { call },
        409 => ForgeError::Conflict { call, message: problem.message },
        422 => ForgeError::Unprocessable { call, messages: problem.messages() },
        500.. => ForgeError::Server { call, status },
        301 | 307 | 308 => {
            let message = "it has moved: a renamed repository answers under its new name".to_owned();
            ForgeError::Unexpected { call, status, message }
        }
        _ => ForgeError::Unexpected { call, status, message: problem.message },
    })
}

/// How long a rate limit asks us to wait (docs.github.com, "Rate limits for the REST API").
fn limited(reply: &Reply, message: &str) -> Option<Duration> {
    if !matches!(reply.status, 403 | 429) {
        return None;
    }
    if let Some(seconds) = reply.header("retry-after").and_then(|value| value.trim().parse().ok()) {
        return Some(Duration::from_secs(seconds));
    }
    if reply.header("x-ratelimit-remaining") == Some("0") {
        let reset: u64 = reply.header("x-ratelimit-reset")?.parse().ok()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
        return Some(Duration::from_secs(reset.saturating_sub(now) + 1));
    }
    let secondary = reply.status == 429 || message.to_ascii_lowercase().contains("secondary rate limit");
    secondary.then_some(Duration::from_secs(60))
}

fn forbidden(ask: &Ask, reply: &Reply, message: String) -> ForgeError {
    let told = reply.header("x-accepted-github-permissions").filter(|value| !value.is_empty()).map(readable);
    let integration = message.contains("not accessible by integration") || message.contains("GitHub Actions");
    ForgeError::Forbidden { call: ask.call(), needed: told.unwrap_or_else(|| needed(ask)), message, integration }
}

/// `pull_requests=write; issues=write` as it stands in a workflow: `pull-requests: write or issues: write`.
fn readable(header: &str) -> String {
    let one = |part: &str| part.trim().replace('_', "-").replace('=', ": ");
    let all = |group: &str| group.split(',').map(one).collect::<Vec<_>>().join(" and ");
    header.split(';').map(all).collect::<Vec<_>>().join(" or ")
}

/// What the operation needs, where GitHub does not say.
fn needed(ask: &Ask) -> String {
    let rest = ask.path.split('/').skip(4).collect::<Vec<_>>().join("/");
    let scope = match rest.split(['/', '?']).next().unwrap_or_default() {
        "actions" => "actions",
        "check-runs" => "checks",
        "pulls" => "pull-requests",
        "issues" | "labels" => "issues",
        "git" | "contents" | "compare" => "contents",
        _ if ask.method == Method::Get => "metadata",
        _ => "contents",
    };
    let level = if ask.method == Method::Get { "read" } else { "write" };
    format!("{scope}: {level}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_told_as_in_a_workflow() {
        assert_eq!(
            readable("pull_requests=write; issues=write,contents=read"),
            "pull-requests: write or issues: write and contents: read"
        );
        let ask = |method, path: &str| needed(&Ask::once(method, path, None));
        assert_eq!(ask(Method::Post, "/repos/o/r/actions/runs/1/rerun"), "actions: write");
        assert_eq!(ask(Method::Get, "/repos/o/r/pulls?state=all"), "pull-requests: read");
        assert_eq!(ask(Method::Post, "/repos/o/r/check-runs"), "checks: write");
        assert_eq!(ask(Method::Get, "/repos/o/r/collaborators/x/permission"), "metadata: read");
    }
}
