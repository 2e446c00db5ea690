//! Reviews of pull requests in GitHub's payloads: `pull_request_review` and `pull_request_review_comment`. Who reads
//! them: `task`, which makes a follow-up of them, and whoever keeps what reviewers said.

use super::github::{Account, field, lenient};
use super::{Actor, Body, EventError};
use crate::ids::{BranchName, Sha};
use crate::record::entry::{ReviewSource, Verdict};
use serde::Deserialize;
use serde_json::Value;

/// The pull request that somebody looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    pub number: u64,
    pub title: String,
    pub open: bool,
    pub author: Actor,
    pub branch: Option<BranchName>,
    /// Its branch is another repository's, or gone.
    pub is_fork: bool,
}

/// What was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub id: u64,
    pub author: Actor,
    /// As it came.
    pub text: String,
    pub url: String,
    /// The commit that was looked at.
    pub commit: Option<Sha>,
    /// RFC 3339; empty where the payload does not say.
    pub at: String,
    /// [`Verdict::None`] where it only says that there is no review.
    pub verdict: Verdict,
    /// A comment on a line; `None` for a review as a whole.
    pub place: Option<Place>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub path: String,
    pub line: Option<u32>,
    /// The review that it came with.
    pub review: Option<u64>,
    /// The comment that it answers.
    pub answers: Option<u64>,
}

impl Said {
    pub fn source(&self) -> ReviewSource {
        source(&self.author)
    }
}

/// CodeRabbit goes by several names.
pub fn source(author: &Actor) -> ReviewSource {
    let login = author.login.trim_end_matches("[bot]").to_ascii_lowercase();
    let is_bot = author.kind == "Bot" || author.login.ends_with("[bot]");
    match login.as_str() {
        "coderabbitai" | "coderabbit" if is_bot => ReviewSource::Coderabbit,
        _ if is_bot => ReviewSource::Bot,
        _ => ReviewSource::Person,
    }
}

/// How reviewing programs say that there is no review: passed over, out of quota, not ready yet.
const NO_REVIEW: &[&str] = &[
    "review skipped",
    "review was skipped",
    "reviews paused",
    "review paused",
    "review failed",
    "review in progress",
    "review is in progress",
    "review limit reached",
    "rate limit",
    "rate-limit",
    "currently processing",
    "currently reviewing",
    "quota limit",
    "unable to review this pull request",
];

/// So far down such a notice says so.
const FIRST_LINES: usize = 6;

/// Whether a program only says that it has not reviewed. People's words are always a review.
pub fn is_no_review(author: &Actor, text: &str) -> bool {
    if source(author) == ReviewSource::Person {
        return false;
    }
    let told = text.lines().map(|line| line.trim_start_matches(['>', ' ', '\t']).trim());
    let mut first = told.filter(|line| !line.is_empty() && !line.starts_with("<!--")).take(FIRST_LINES);
    first.any(|line| {
        let line = line.to_lowercase();
        // A sentence about rate limits in somebody's code is longer than a heading.
        (line.starts_with('#') || line.len() <= 120) && NO_REVIEW.iter().any(|notice| line.contains(notice))
    })
}

#[derive(Deserialize)]
struct RawPull {
    number: u64,
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    user: Option<Account>,
}

#[derive(Deserialize)]
struct RawSaid {
    id: u64,
    #[serde(default, deserialize_with = "lenient")]
    body: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    user: Option<Account>,
    #[serde(default, deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    html_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    commit_id: Option<String>,
    #[serde(default, deserialize_with = "lenient", alias = "created_at")]
    submitted_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    path: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    line: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    pull_request_review_id: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    in_reply_to_id: Option<u64>,
}

/// `key` holds what was said: `review` or `comment`.
pub(super) fn body(event: &str, value: &Value, key: &'static str) -> Result<Body, EventError> {
    let raw: RawSaid = field(event, value, key)?;
    let author = raw.user.map(Actor::from).unwrap_or_default();
    let text = raw.body.unwrap_or_default();
    let verdict = if is_no_review(&author, &text) {
        Verdict::None
    } else {
        // Payloads write it small, the API large.
        match raw.state.unwrap_or_default().to_ascii_lowercase().as_str() {
            "approved" => Verdict::Approved,
            "changes_requested" => Verdict::Changes,
            _ => Verdict::Commented,
        }
    };
    let place = (key == "comment").then(|| Place {
        path: raw.path.unwrap_or_default(),
        line: raw.line,
        review: raw.pull_request_review_id,
        answers: raw.in_reply_to_id,
    });
    let said = Said {
        id: raw.id,
        author,
        text,
        url: raw.html_url.unwrap_or_default(),
        commit: raw.commit_id.and_then(|sha| Sha::parse(sha).ok()),
        at: raw.submitted_at.unwrap_or_default(),
        verdict,
        place,
    };
    Ok(Body::Review { pull: pull(event, value)?, said: Box::new(said) })
}

fn pull(event: &str, value: &Value) -> Result<Reviewed, EventError> {
    let raw: RawPull = field(event, value, "pull_request")?;
    let text = |path: &str| value.pointer(path).and_then(Value::as_str);
    let home = text("/pull_request/head/repo/full_name");
    Ok(Reviewed {
        number: raw.number,
        title: raw.title.unwrap_or_default(),
        open: raw.state.is_none_or(|state| state == "open"),
        author: raw.user.map(Actor::from).unwrap_or_default(),
        branch: text("/pull_request/head/ref").and_then(|name| BranchName::parse(name).ok()),
        is_fork: home.is_none() || home != text("/repository/full_name"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(login: &str, kind: &str) -> Actor {
        Actor { login: login.to_owned(), kind: kind.to_owned() }
    }

    #[test]
    fn notices_are_no_review_and_reviews_are_no_notice() {
        let rabbit = actor("coderabbitai[bot]", "Bot");
        for notice in [
            "<!-- marker -->\n\n> [!IMPORTANT]\n> ## Review skipped\n> \n> Draft detected.",
            "> [!WARNING]\n> ## Rate limit exceeded\n> \n> @ann has exceeded the limit",
            "> [!NOTE]\n> Currently processing new changes in this PR. This may take a few minutes, please wait...",
            "## Reviews paused",
        ] {
            assert!(is_no_review(&rabbit, notice), "{notice}");
            assert!(!is_no_review(&actor("ann", "User"), notice), "people mean what they say");
        }
        for review in [
            "**Actionable comments posted: 2**\n\n<details><summary>Nitpicks</summary>",
            "_⚠️ Potential issue_ | _🟠 Major_\n\nThe client retries for ever once it has been told of the rate limit, \
             because nothing in this loop counts how often it was refused before: count, and stop.",
            "",
        ] {
            assert!(!is_no_review(&rabbit, review), "{review}");
        }
    }

    #[test]
    fn who_reviews_is_told_apart() {
        assert_eq!(source(&actor("coderabbitai", "Bot")), ReviewSource::Coderabbit);
        assert_eq!(source(&actor("CodeRabbit[bot]", "")), ReviewSource::Coderabbit);
        assert_eq!(source(&actor("coderabbitai", "User")), ReviewSource::Person, "anybody may be called that");
        assert_eq!(source(&actor("dependabot[bot]", "Bot")), ReviewSource::Bot);
        assert_eq!(source(&actor("ann", "User")), ReviewSource::Person);
    }

    #[test]
    fn both_payloads_say_the_same_in_their_own_ways() {
        let mut payload = serde_json::json!({
            "action": "submitted", "repository": {"full_name": "o/r"}, "sender": {"login": "ann"},
            "pull_request": {"number": 4, "state": "open", "user": {"login": "x[bot]", "type": "Bot"},
                "head": {"ref": "thanos/issue-1", "repo": {"full_name": "o/r"}}},
            "review": {"id": 7, "state": "changes_requested", "body": null, "user": {"login": "ann", "type": "User"},
                "commit_id": "a".repeat(40), "submitted_at": "2026-01-01T00:00:00Z"},
        });
        let parsed = |name: &str, payload: &Value| {
            let event = crate::event::parse(name, &serde_json::to_vec(payload).unwrap()).unwrap();
            let Body::Review { pull, said } = event.body else { panic!("no review") };
            (pull, *said)
        };
        let (pull, said) = parsed("pull_request_review", &payload);
        assert_eq!((pull.number, pull.is_fork, said.verdict), (4, false, Verdict::Changes));
        assert_eq!((said.place, said.at.as_str()), (None, "2026-01-01T00:00:00Z"));
        payload["comment"] = serde_json::json!({"id": 8, "path": "a.py", "line": 3, "body": "x", "in_reply_to_id": 5,
            "pull_request_review_id": 7, "created_at": "2026-01-02T00:00:00Z"});
        let (_, said) = parsed("pull_request_review_comment", &payload);
        let place = Place { path: "a.py".into(), line: Some(3), review: Some(7), answers: Some(5) };
        assert_eq!((said.id, said.place, said.at.as_str()), (8, Some(place), "2026-01-02T00:00:00Z"));
        payload["pull_request"]["head"]["repo"] = Value::Null;
        assert!(parsed("pull_request_review", &payload).0.is_fork);
    }
}
