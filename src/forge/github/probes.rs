//! What our token may do, found out with requests that cannot change anything: reads, and writes that GitHub
//! has to refuse for another reason than permission, because it looks at the permission first.

use super::GitHub;
use super::code::encode;
use super::send::{Ask, Method, accept};
use super::wire::RepoDetails;
use crate::forge::{ForgeError, Probe, Result, Verdict};
use serde_json::{Value, json};

const ALLOW_PULLS: &str =
    "Settings → Actions → General → Workflow permissions → Allow GitHub Actions to create and approve pull requests";
/// No object has this id: git itself uses it for "there is none".
const NO_OBJECT: &str = "0000000000000000000000000000000000000000";

/// What may be read, and then written, in one area of the repository.
struct Area {
    reading: (&'static str, &'static str),
    /// A path that shows whether it may be read.
    read: String,
    writing: (&'static str, &'static str),
    write: Write,
}

/// A write that cannot succeed.
struct Write {
    path: &'static str,
    body: Value,
    /// What it writes to does not exist, so that 404 is the refusal we hope for.
    absent: bool,
}

impl GitHub {
    pub(super) fn get_probes(&self) -> Result<Vec<Probe>> {
        let ask = Ask::get(self.path(""));
        let reply = self.client.send(&ask)?;
        let scopes = reply.header("x-oauth-scopes").map(str::to_owned);
        let details: RepoDetails = serde_json::from_slice(&reply.body)
            .map_err(|error| ForgeError::BadBody { call: ask.call(), message: error.to_string() })?;
        let (mut reads, mut writes) = (Vec::new(), Vec::new());
        let mut pulls_refused = None;
        for area in areas(&details.default_branch) {
            let readable = self.may_read(&area)?;
            let mut writable = match (person_may_not(&area, scopes.as_deref(), &details), &readable) {
                (Some(why), _) => Verdict::No(why.to_owned()),
                (None, Verdict::No(_)) => Verdict::No("it may not read there either".to_owned()),
                _ => self.may_write(&area)?,
            };
            if let Verdict::No(why) = &writable
                && is_setting(why)
            {
                pulls_refused = Some(why.clone());
                writable = Verdict::Unknown("the setting below is looked at first".to_owned());
            }
            let probe = |(what, needs), verdict| Probe { what, needs, verdict };
            reads.push(probe(area.reading, readable));
            writes.push(probe(area.writing, writable));
        }
        let verdict = match pulls_refused {
            Some(why) => Verdict::No(why),
            None => self.may_actions_open_pulls(),
        };
        let setting = Probe { what: "open pull requests from GitHub Actions", needs: ALLOW_PULLS, verdict };
        Ok(reads.into_iter().chain(writes).chain([setting]).collect())
    }

    fn may_read(&self, area: &Area) -> Result<Verdict> {
        match self.client.send(&Ask::get(self.path(&area.read))) {
            Ok(_) => Ok(Verdict::Yes),
            Err(ForgeError::NotFound { .. }) => Ok(Verdict::No("not found, or not visible to this token".to_owned())),
            Err(error) => judge(error, area.reading.1),
        }
    }

    /// Sent once: what a second try would tell is not worth a second write.
    fn may_write(&self, Area { write, writing, .. }: &Area) -> Result<Verdict> {
        let ask = Ask::once(Method::Post, self.path(write.path), Some(write.body.clone()));
        match self
            .client
            .key(&ask)
            .and_then(|key| self.client.send_once(&key, &ask))
            .and_then(|reply| accept(&ask, reply))
        {
            Err(ForgeError::Unprocessable { .. }) => Ok(Verdict::Yes),
            Err(ForgeError::NotFound { .. }) if write.absent => Ok(Verdict::Yes),
            Err(ForgeError::NotFound { .. }) => Ok(Verdict::No("GitHub hides it from this token (404)".to_owned())),
            Err(error) => judge(error, writing.1),
            Ok(_) => Ok(Verdict::Unknown("a request that must be refused was accepted; please report it".to_owned())),
        }
    }

    /// Only an administrator's token may ask.
    fn may_actions_open_pulls(&self) -> Verdict {
        match self.client.json::<Value>(&Ask::get(self.path("/actions/permissions/workflow"))) {
            Ok(answer) => match answer["can_approve_pull_request_reviews"].as_bool() {
                Some(true) => Verdict::Yes,
                Some(false) => Verdict::No("the setting is off".to_owned()),
                None => Verdict::Unknown("GitHub does not say".to_owned()),
            },
            Err(ForgeError::Forbidden { .. } | ForgeError::NotFound { .. }) => {
                Verdict::Unknown("only an administrator's token can read the setting".to_owned())
            }
            Err(error) => Verdict::Unknown(error.to_string()),
        }
    }
}

fn areas(default_branch: &str) -> [Area; 5] {
    let branch = encode(default_branch);
    let refused = |path, body| Write { path, body, absent: false };
    let absent = |path, body| Write { path, body, absent: true };
    [
        Area {
            reading: ("read the code", "contents: read"),
            read: format!("/git/ref/heads/{branch}"),
            writing: ("push branches", "contents: write"),
            // Cannot succeed: git forbids names that end in `.lock`, and no object has the id.
            write: refused("/git/refs", json!({"ref": "refs/heads/thanos-fix-doctor.lock", "sha": NO_OBJECT})),
        },
        Area {
            reading: ("read issues", "issues: read"),
            read: "/issues?per_page=1".to_owned(),
            writing: ("comment on issues and pull requests", "issues: write"),
            // Cannot succeed: GitHub counts issues from 1.
            write: absent("/issues/0/comments", json!({"body": "thanos-fix doctor"})),
        },
        Area {
            reading: ("read pull requests", "pull-requests: read"),
            read: "/pulls?per_page=1".to_owned(),
            writing: ("open pull requests", "pull-requests: write"),
            // Cannot succeed: there is no commit between a branch and itself.
            write: refused(
                "/pulls",
                json!({"title": "thanos-fix doctor", "head": default_branch, "base": default_branch}),
            ),
        },
        Area {
            reading: ("read workflow runs and logs", "actions: read"),
            read: "/actions/runs?per_page=1".to_owned(),
            writing: ("rerun and dispatch workflows", "actions: write"),
            // Cannot succeed: GitHub counts runs from 1.
            write: absent("/actions/runs/0/rerun", json!({})),
        },
        Area {
            reading: ("read checks", "checks: read"),
            read: format!("/commits/{branch}/check-runs?per_page=1"),
            writing: ("annotate commits", "checks: write"),
            // Cannot succeed: no commit has the id.
            write: refused("/check-runs", json!({"name": "thanos-fix doctor", "head_sha": NO_OBJECT})),
        },
    ]
}

/// A refusal is an answer to our question; when nobody answers there is no use in asking on.
fn judge(error: ForgeError, needs: &str) -> Result<Verdict> {
    match error {
        ForgeError::Forbidden { message, needed, .. } if is_setting(&message) || needed == needs => {
            Ok(Verdict::No(message))
        }
        ForgeError::Forbidden { message, needed, .. } => {
            Ok(Verdict::No(format!("{message} (GitHub asks for {needed})")))
        }
        ForgeError::Network { .. } | ForgeError::Timeout { .. } | ForgeError::Unauthorized { .. } => Err(error),
        error => Ok(Verdict::Unknown(error.to_string())),
    }
}

/// GitHub words it so when the repository's setting, not the token, is the reason.
fn is_setting(message: &str) -> bool {
    message.contains("not permitted to create or approve pull requests")
}

/// What a person's classic token tells by itself: only that kind has scopes, and GitHub answers 404 to the
/// rest, which would look like what we hope for.
fn person_may_not(area: &Area, scopes: Option<&str>, details: &RepoDetails) -> Option<&'static str> {
    let mut scopes = scopes?.split(',').map(str::trim);
    if area.writing.1 == "checks: write" {
        return Some("only GitHub Apps and GITHUB_TOKEN can write checks");
    }
    if !scopes.any(|scope| scope == "repo" || (scope == "public_repo" && !details.private)) {
        return Some("the token lacks the scope `repo`");
    }
    let everybody = area.writing.1 == "issues: write";
    let pushes = details.permissions["push"].as_bool();
    (pushes == Some(false) && !everybody).then_some("the account may not push to this repository")
}
