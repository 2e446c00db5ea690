//! Issues, comments, reactions and labels.

use super::code::encode;
use super::me::ACTIONS;
use super::send::{Ask, Method, is_in_doubt};
use super::{GitHub, wire};
use crate::forge::error::found;
use crate::forge::{Account, Comment, ForgeError, Issue, LinkedPull, ReactTo, Reaction, Result, is_marked, mentions};
use serde_json::json;

/// At 100 each.
const COMMENT_PAGES: usize = 50;

/// `Ok(None)` for one that is gone, also where it was transferred to another repository: what it is there is not ours.
fn here<T>(answer: Result<T>) -> Result<Option<T>> {
    match found(answer) {
        Err(ForgeError::Unexpected { status: 301 | 307 | 308, .. }) => Ok(None),
        answer => answer,
    }
}

impl GitHub {
    pub(super) fn get_issue(&self, number: u64) -> Result<Option<Issue>> {
        let ask = Ask::get(self.path(&format!("/issues/{number}")));
        Ok(here(self.client.json::<wire::IssueDetails>(&ask))?.map(Issue::from))
    }

    /// The newest hundred are enough to say "too many".
    pub(super) fn get_issues_of(&self, login: &str, since: &str) -> Result<Vec<u64>> {
        let query = format!("creator={}&since={}&state=all&sort=created&per_page=100", encode(login), encode(since));
        let all: Vec<wire::IssueDetails> = self.client.json(&Ask::get(self.path(&format!("/issues?{query}"))))?;
        let recent = |issue: &wire::IssueDetails| match (issue.created_at.parse(), since.parse::<jiff::Timestamp>()) {
            (Ok(made), Ok(since)) => since <= made,
            _ => true,
        };
        let theirs = |issue: &wire::IssueDetails| {
            let author = issue.user.as_ref().map_or("", |user| user.login.as_str());
            author.eq_ignore_ascii_case(login) && issue.pull_state().is_none() && recent(issue)
        };
        Ok(all.into_iter().filter(theirs).map(|issue| issue.number).collect())
    }

    pub(super) fn get_linked_pulls(&self, issue: u64) -> Result<Vec<LinkedPull>> {
        let path = self.path(&format!("/issues/{issue}/timeline"));
        let events = here(self.client.pages(&path, 10, |page: Vec<wire::TimelineEvent>| page))?.unwrap_or_default();
        let mut linked: Vec<LinkedPull> = Vec::new();
        for event in events.into_iter().filter(|event| event.event == "cross-referenced") {
            let Some(source) = event.source.and_then(|source| source.issue) else { continue };
            let Some(state) = source.pull_state() else { continue };
            let (_, closes) = mentions(source.body.as_deref().unwrap_or_default(), issue);
            let same_repo =
                source.repository.is_none_or(|repo| repo.full_name.eq_ignore_ascii_case(self.repo.as_str()));
            if linked.iter().all(|there| (there.number, there.same_repo) != (source.number, same_repo)) {
                let (number, url) = (source.number, source.html_url);
                linked.push(LinkedPull { number, url, state, closes, same_repo, author: wire::account(source.user) });
            }
        }
        Ok(linked)
    }

    pub(super) fn get_comments(&self, issue: u64) -> Result<Vec<Comment>> {
        let pick = |page: Vec<wire::CommentDetails>| page.into_iter().map(Comment::from).collect();
        self.client.pages(&self.path(&format!("/issues/{issue}/comments")), COMMENT_PAGES, pick)
    }

    /// What Actions wrote in this repository is ours, whichever token we hold today. Who we are is asked only
    /// when somebody else's comment has the marker.
    pub(super) fn find_comment(&self, issue: u64, marker: &str) -> Result<Option<Comment>> {
        let actions = Account { login: ACTIONS.to_owned(), bot: true };
        for comment in self.get_comments(issue)?.into_iter().filter(|comment| is_marked(&comment.body, marker)) {
            if comment.author.is(&actions) || comment.author.is(&self.get_me()?) {
                return Ok(Some(comment));
            }
        }
        Ok(None)
    }

    pub(super) fn post_comment(&self, issue: u64, marker: &str, body: &str) -> Result<Comment> {
        let path = self.path(&format!("/issues/{issue}/comments"));
        let ask = Ask::once(Method::Post, path, Some(json!({ "body": body })));
        let mut again = true;
        loop {
            match self.client.json::<wire::CommentDetails>(&ask) {
                Ok(comment) => return Ok(comment.into()),
                Err(error) if is_in_doubt(&error) => match self.find_comment(issue, marker)? {
                    Some(comment) => return Ok(comment),
                    None if std::mem::take(&mut again) => {}
                    None => return Err(error),
                },
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn patch_comment(&self, id: u64, body: &str) -> Result<Comment> {
        let path = self.path(&format!("/issues/comments/{id}"));
        let ask = Ask::repeatable(Method::Patch, path, Some(json!({ "body": body })));
        Ok(self.client.json::<wire::CommentDetails>(&ask)?.into())
    }

    pub(super) fn remove_comment(&self, id: u64) -> Result<()> {
        let ask = Ask::repeatable(Method::Delete, self.path(&format!("/issues/comments/{id}")), None);
        found(self.client.send(&ask)).map(drop)
    }

    pub(super) fn post_reaction(&self, target: ReactTo, reaction: Reaction) -> Result<()> {
        let target = match target {
            ReactTo::Issue(number) => number.to_string(),
            ReactTo::Comment(id) => format!("comments/{id}"),
        };
        let path = self.path(&format!("/issues/{target}/reactions"));
        // The same reaction of the same account counts once.
        let ask = Ask::repeatable(Method::Post, path, Some(json!({ "content": reaction.as_str() })));
        self.client.send(&ask).map(drop)
    }

    pub(super) fn post_labels(&self, issue: u64, labels: &[String]) -> Result<()> {
        if labels.is_empty() {
            return Ok(());
        }
        let path = self.path(&format!("/issues/{issue}/labels"));
        let ask = Ask::repeatable(Method::Post, path, Some(json!({ "labels": labels })));
        match self.client.send(&ask) {
            Err(ForgeError::NotFound { .. } | ForgeError::Unprocessable { .. }) => {}
            other => return other.map(drop),
        }
        for label in labels {
            self.make_label(label)?;
        }
        self.client.send(&ask).map(drop)
    }

    fn make_label(&self, label: &str) -> Result<()> {
        if found(self.client.send(&Ask::get(self.path(&format!("/labels/{}", encode(label))))))?.is_some() {
            return Ok(());
        }
        let body = json!({ "name": label, "color": "6f42c1" });
        match self.client.send(&Ask::repeatable(Method::Post, self.path("/labels"), Some(body))) {
            // Somebody else was quicker.
            Ok(_) | Err(ForgeError::Unprocessable { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
