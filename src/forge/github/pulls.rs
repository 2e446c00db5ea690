//! Pull requests: found, opened once, updated.

use super::code::encode;
use super::send::{Ask, Method, is_in_doubt};
use super::{GitHub, wire};
use crate::forge::error::found;
use crate::forge::{ForgeError, NewPull, PullOpened, PullRefusal, PullRequest, PullState, Result};
use crate::ids::BranchName;
use serde_json::json;

impl GitHub {
    pub(super) fn get_pull_of(&self, head: &BranchName) -> Result<Option<PullRequest>> {
        let head_of = encode(&format!("{}:{head}", self.repo.owner()));
        let path = format!("/pulls?head={head_of}&state=all&sort=created&direction=desc");
        let mut pulls = self.get_pulls(&path, 1)?;
        pulls
            .retain(|pull| pull.head == head.as_str() && pull.head_repo.as_ref().is_none_or(|repo| *repo == self.repo));
        pulls.sort_by_key(|pull| pull.state != PullState::Open);
        Ok(pulls.into_iter().next())
    }

    pub(super) fn get_pull(&self, number: u64) -> Result<Option<PullRequest>> {
        let ask = Ask::get(self.path(&format!("/pulls/{number}")));
        Ok(found(self.client.json::<wire::Pull>(&ask))?.map(PullRequest::from))
    }

    pub(super) fn get_open_pulls(&self) -> Result<Vec<PullRequest>> {
        self.get_pulls("/pulls?state=open&sort=created&direction=desc", 3)
    }

    fn get_pulls(&self, path: &str, pages: usize) -> Result<Vec<PullRequest>> {
        let pick = |page: Vec<wire::Pull>| page.into_iter().map(PullRequest::from).collect();
        self.client.pages(&self.path(path), pages, pick)
    }

    pub(super) fn post_pull(&self, new: &NewPull) -> Result<PullOpened> {
        let body = json!({
            "title": new.title, "body": new.body, "head": new.head, "base": new.base, "draft": new.draft,
        });
        let ask = Ask::once(Method::Post, self.path("/pulls"), Some(body));
        let mut again = true;
        loop {
            let error = match self.client.json::<wire::Pull>(&ask) {
                Ok(pull) => return Ok(PullOpened::Opened(pull.into())),
                Err(error) => error,
            };
            if is_in_doubt(&error) {
                match self.open_one(new)? {
                    Some(pull) => return Ok(PullOpened::Opened(pull)),
                    None if std::mem::take(&mut again) => continue,
                    None => return Err(error),
                }
            }
            return match refusal(&error) {
                Some(Refusal::Duplicate) => self.open_one(new)?.map(PullOpened::Exists).ok_or(error),
                Some(Refusal::Why(why)) => Ok(PullOpened::Refused { why, message: reason(&error) }),
                None => Err(error),
            };
        }
    }

    fn open_one(&self, new: &NewPull) -> Result<Option<PullRequest>> {
        let pull = self.get_pull_of(&new.head)?;
        Ok(pull.filter(|pull| pull.state == PullState::Open && pull.base == new.base.as_str()))
    }

    pub(super) fn patch_pull(&self, number: u64, title: &str, body: &str) -> Result<PullRequest> {
        let path = self.path(&format!("/pulls/{number}"));
        let ask = Ask::repeatable(Method::Patch, path, Some(json!({ "title": title, "body": body })));
        Ok(self.client.json::<wire::Pull>(&ask)?.into())
    }
}

enum Refusal {
    Duplicate,
    Why(PullRefusal),
}

/// GitHub says why only in words.
fn refusal(error: &ForgeError) -> Option<Refusal> {
    let messages = match error {
        ForgeError::Forbidden { .. } => return Some(Refusal::Why(PullRefusal::NotAllowed)),
        ForgeError::Unprocessable { messages, .. } => messages.join("\n").to_ascii_lowercase(),
        _ => return None,
    };
    let says = |words: &str| messages.contains(words);
    Some(if says("already exists") {
        Refusal::Duplicate
    } else if says("draft pull requests are not supported") {
        Refusal::Why(PullRefusal::NoDrafts)
    } else if says("not permitted to create") {
        Refusal::Why(PullRefusal::NotAllowed)
    } else if says("no commits between") || says("no history in common") {
        Refusal::Why(PullRefusal::NoCommits)
    } else if says("head invalid") || says("base invalid") {
        Refusal::Why(PullRefusal::MissingBranch)
    } else {
        Refusal::Why(PullRefusal::Other)
    })
}

/// The forge's own words and what is needed, without the request.
fn reason(error: &ForgeError) -> String {
    match error {
        ForgeError::Forbidden { message, needed, .. } => format!("{message} (needs {needed})"),
        ForgeError::Unprocessable { messages, .. } => messages.join("; "),
        other => other.to_string(),
    }
}
