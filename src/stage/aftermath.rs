//! What comes back about a repair that was published: merged or not, reviewed, taken back, its checks, its issue opened
//! again. Each becomes one fact on the run that it belongs to, once, however often it is told; from people with write
//! access something is learned; and our branch goes when its pull request does.

use super::memory;
use super::publish::trailer;
use crate::brain::text;
use crate::config::Config;
use crate::event::{Actor, Body, Event, News, PullEnd, PullNews, Pushed, Reviewed, Said};
use crate::forge::{Forge, ForgeError};
use crate::ids::{AttemptName, BranchName, RelPath, RepoSlug, Sha, TaskKey};
use crate::learn::{self, Stamp};
use crate::ledger::{Put, Store};
use crate::patch::{FilePatch, Patch};
use crate::record::entry::{Concern, Entry, Fact, PullFact, PullState, Remark, ReviewFact, ReviewSource, Verdict};
use crate::record::{AttemptRecord, Severity, Tokens};
use crate::task;
use anyhow::Result;

/// So many records of a task are looked through.
const MANY: usize = 50;
/// So many of our files are compared with what was merged.
const MOST_FILES: usize = 20;
/// The longest claim of a reviewer that is kept.
const MAX_CLAIM: usize = 2_000;

/// Where to look and where to write.
pub struct Aftermath<'a> {
    pub forge: &'a dyn Forge,
    pub store: &'a dyn Store,
    pub config: &'a Config,
    pub default_branch: &'a BranchName,
}

/// One thing that is to be recorded.
struct Came<'a> {
    record: &'a AttemptRecord,
    /// Unique for the fact.
    id: String,
    at: &'a str,
    actor: &'a Actor,
    fact: Fact,
    /// What was merged of our files as a difference to their base, where people changed our patch.
    merged: Option<String>,
}

impl Aftermath<'_> {
    /// Records what an event tells about runs of ours; `None` where it tells nothing, else one sentence.
    pub fn take_in(&self, event: &Event) -> Result<Option<String>> {
        let Some(repository) = event.repository.as_ref().map(|r| &r.slug) else { return Ok(None) };
        if let Body::Review { pull, said } = &event.body {
            return self.reviewed(event, pull, said);
        }
        if let Body::Issue { issue, .. } = &event.body {
            return if event.action == "reopened" { self.reopened(event, issue.number) } else { Ok(None) };
        }
        match &event.news {
            Some(News::Pull(pull)) => self.ended(event, pull),
            Some(News::Push { branch, commits }) if branch == self.default_branch => {
                self.pushed(event, repository, commits)
            }
            Some(News::Checks { branch, head, passed, id, at }) => {
                self.checked(event, (branch, head), *passed, (id, at))
            }
            _ => Ok(None),
        }
    }

    fn ended(&self, event: &Event, pull: &PullNews) -> Result<Option<String>> {
        let Some(record) = self.run_of(&pull.branch, pull.is_fork, pull.number)? else { return Ok(None) };
        let state = match pull.end {
            PullEnd::Merged => PullState::Merged,
            PullEnd::Closed => PullState::Closed,
            PullEnd::Reopened => PullState::Reopened,
        };
        let (edits, merged) = if pull.end == PullEnd::Merged { self.edits(&record, pull)? } else { (None, None) };
        let hours = hours_between(&pull.opened, &pull.at);
        let fact = Fact::Pull(PullFact {
            number: pull.number,
            url: pull.url.clone(),
            state,
            branch: Some(pull.branch.clone()),
            commit: pull.merge.clone().or_else(|| pull.head.clone()),
            hours,
            edits: edits.clone(),
        });
        let word = format!("{state:?}").to_lowercase();
        let id = format!("pull-{}-{word}-{}", pull.number, digits(&pull.at));
        let came = Came { record: &record, id, at: &pull.at, actor: &event.sender, fact, merged };
        let written = self.keep(&came)?;
        let deleted = pull.end != PullEnd::Reopened && self.delete_branch(&record, pull)?;
        let after = hours.map_or_else(String::new, |hours| format!(" after {hours:.1} hours"));
        let changed =
            if edits.is_some_and(|diff| !diff.is_empty()) { ", with people's changes to the patch" } else { "" };
        let gone = if deleted { format!("; the branch {} is deleted", pull.branch) } else { String::new() };
        Ok(Some(format!("pull request #{} was {word}{after}{changed}; {}{gone}", pull.number, said(&record, written))))
    }

    fn reviewed(&self, event: &Event, pull: &Reviewed, review: &Said) -> Result<Option<String>> {
        let wanted = if review.place.is_some() { "created" } else { "submitted" };
        let is_own = review.author == pull.author && !review.author.login.is_empty();
        if event.action != wanted || review.at.is_empty() || is_own {
            return Ok(None);
        }
        let Some(branch) = &pull.branch else { return Ok(None) };
        let Some(record) = self.run_of(branch, pull.is_fork, pull.number)? else { return Ok(None) };
        let actor = if review.author.login.is_empty() { &event.sender } else { &review.author };
        // A stranger's words must not be able to grow a branch, and no review is nothing to remember.
        if review.verdict == Verdict::None || !(self.is_trusted(actor)? || self.is_listed(actor)) {
            return Ok(None);
        }
        let fact = Fact::Review(review_fact(Some(pull.number), actor, review));
        let kind = if review.place.is_some() { "comment" } else { "review" };
        let id = format!("{kind}-{}", review.id);
        let written = self.keep(&Came { record: &record, id, at: &review.at, actor, fact, merged: None })?;
        Ok(Some(format!("a {kind} of pull request #{}; {}", pull.number, said(&record, written))))
    }

    /// Whoever opens the issue again says that it is not mended.
    fn reopened(&self, event: &Event, number: u64) -> Result<Option<String>> {
        let key = TaskKey::from_words(&format!("issue-{number}"));
        let records = self.store.of_task(&key, MANY)?;
        let Some(record) = records.iter().find(|record| record.pr.is_some()) else { return Ok(None) };
        let remark = Remark {
            path: None,
            line: None,
            severity: Severity::Warning,
            concern: Concern::Correctness,
            claim: format!("issue #{number} was opened again after this repair"),
            suggestion: None,
        };
        let fact = Fact::Review(ReviewFact {
            pull: record.pr,
            source: ReviewSource::Person,
            reviewer: event.sender.login.clone(),
            verdict: Verdict::Changes,
            remarks: vec![remark],
            risks: Vec::new(),
            complexity: None,
            tokens: Tokens::default(),
            cost_usd: 0.0,
        });
        // A payload of a few fields may not say when.
        let at = match &event.news {
            Some(News::Reopened(at)) => at,
            _ => &record.ended,
        };
        let id = format!("issue-{number}-reopened-{}-{}", record.pr.unwrap_or_default(), digits(at));
        let came = Came { record, id, at, actor: &event.sender, fact, merged: None };
        let written = self.keep(&came)?;
        Ok(Some(format!("issue #{number} was opened again; {}", said(record, written))))
    }

    fn pushed(&self, event: &Event, repository: &RepoSlug, commits: &[Pushed]) -> Result<Option<String>> {
        let mut told = Vec::new();
        for commit in commits {
            let (ids, pulls) = commit.reverts();
            if ids.is_empty() && pulls.is_empty() {
                continue;
            }
            for record in self.taken_back(repository, &ids, &pulls)? {
                let Some(number) = record.pr else { continue };
                let fact = Fact::Pull(PullFact {
                    number,
                    url: record.pr_url.clone().unwrap_or_default(),
                    state: PullState::Reverted,
                    branch: record.branch.clone(),
                    commit: Some(commit.id.clone()),
                    hours: hours_between(&record.ended, &commit.at),
                    edits: None,
                });
                let id = format!("revert-{number}-{}", commit.id.short());
                let at = as_utc(&commit.at).unwrap_or_else(|| record.ended.clone());
                let came = Came { record: &record, id, at: &at, actor: &event.sender, fact, merged: None };
                let written = self.keep(&came)?;
                told.push(format!(
                    "pull request #{number} was reverted by {}; {}",
                    commit.id.short(),
                    said(&record, written)
                ));
            }
        }
        Ok((!told.is_empty()).then(|| told.join("; ")))
    }

    fn checked(
        &self,
        event: &Event,
        (branch, head): (&BranchName, &Sha),
        passed: bool,
        (id, at): (&str, &str),
    ) -> Result<Option<String>> {
        let Some(key) = task::own_key(branch, self.config) else { return Ok(None) };
        let records = self.store.of_task(&key, MANY)?;
        let ours = records.iter().find(|record| record.commit.as_ref() == Some(head));
        let Some((record, number)) = ours.and_then(|record| Some((record, record.pr?))) else { return Ok(None) };
        let fact = Fact::Pull(PullFact {
            number,
            url: record.pr_url.clone().unwrap_or_default(),
            state: if passed { PullState::Green } else { PullState::Red },
            branch: Some(branch.clone()),
            commit: Some(head.clone()),
            hours: hours_between(&record.ended, at),
            edits: None,
        });
        let came = Came { record, id: id.to_owned(), at, actor: &event.sender, fact, merged: None };
        let written = self.keep(&came)?;
        let how = if passed { "passed" } else { "failed" };
        Ok(Some(format!("the checks of pull request #{number} {how}; {}", said(record, written))))
    }

    /// The newest run that has the pull request; the branch's name alone proves nothing.
    fn run_of(&self, branch: &BranchName, is_fork: bool, number: u64) -> Result<Option<AttemptRecord>> {
        let Some(key) = task::own_key(branch, self.config).filter(|_| !is_fork) else { return Ok(None) };
        Ok(self.store.of_task(&key, MANY)?.into_iter().find(|record| record.pr == Some(number)))
    }

    /// The runs whose commits or pull requests a revert names.
    fn taken_back(&self, repository: &RepoSlug, ids: &[Sha], pulls: &[u64]) -> Result<Vec<AttemptRecord>> {
        let facts = memory::facts(self.store, Some(repository))?;
        let mut attempts: Vec<AttemptName> = Vec::new();
        for entry in &facts {
            let Fact::Pull(pull) = &entry.fact else { continue };
            // The commit of an earlier revert is none of ours: to take it back lands ours again.
            let ours = pull.commit.as_ref().filter(|_| pull.state != PullState::Reverted);
            let named = pulls.contains(&pull.number) || ours.is_some_and(|commit| ids.contains(commit));
            attempts.extend(entry.attempt.clone().filter(|_| named));
        }
        for id in ids {
            attempts.extend(self.attempt_of(id)?);
        }
        attempts.sort();
        attempts.dedup();
        let mut records: Vec<AttemptRecord> = Vec::new();
        for attempt in attempts {
            // A damaged one, and a newer one's, is passed over.
            let record = self.store.get(&attempt)?.and_then(|line| line.record().ok());
            let record = record.filter(|record| record.pr.is_some());
            records.extend(record.filter(|record| !records.iter().any(|there| there.pr == record.pr)));
        }
        Ok(records)
    }

    /// The run that a commit's trailers name, or those of what it merged.
    fn attempt_of(&self, id: &Sha) -> Result<Option<AttemptName>> {
        let Some(commit) = self.forge.commit(id)? else { return Ok(None) };
        let named = |message: &str| AttemptName::parse(trailer(message, "Thanos-Attempt")?).ok();
        if let Some(attempt) = named(&commit.message) {
            return Ok(Some(attempt));
        }
        for parent in commit.parents.iter().skip(1) {
            let attempt = self.forge.commit(parent)?.and_then(|merged| named(&merged.message));
            if attempt.is_some() {
                return Ok(attempt);
            }
        }
        Ok(None)
    }

    /// What people changed in our patch, and what was merged of its files, both as differences; masked and capped.
    /// `(None, None)` where nothing is known, an empty first one where they changed nothing.
    fn edits(&self, record: &AttemptRecord, pull: &PullNews) -> Result<(Option<String>, Option<String>)> {
        let (Some(base), Some(ours)) = (&record.base, &record.commit) else { return Ok((None, None)) };
        let before_merge = match &pull.merge {
            Some(merge) => self.forge.commit(merge)?.and_then(|commit| commit.parents.into_iter().next()),
            None => None,
        };
        let (mut edits, mut whole) = (Vec::new(), Vec::new());
        for path in self.forge.changed_paths(base, ours)?.into_iter().take(MOST_FILES) {
            let Ok(path) = RelPath::parse(path) else { continue };
            let at = |commit: &Sha| self.forge.file(commit, &path);
            let (old, made) = (at(base)?, at(ours)?);
            let untouched = match &before_merge {
                Some(parent) => at(parent)? == old,
                None => false,
            };
            // Where others changed the file meanwhile, the merge mixes their work with what was done to ours.
            let merged = match (&pull.merge, &pull.head) {
                (Some(merge), _) if untouched => at(merge)?,
                (_, Some(head)) if head != ours => at(head)?,
                _ => made.clone(),
            };
            edits.push(FilePatch { path: path.clone(), before: made, after: merged.clone() });
            whole.push(FilePatch { path, before: old, after: merged });
        }
        let (edits, whole) = (Patch::from_files(edits), Patch::from_files(whole));
        let told = |patch: &Patch| self.forge.mask(&patch.unified_diff());
        let merged = (!edits.is_empty() && !whole.is_empty()).then(|| told(&whole));
        Ok((Some(capped(told(&edits))), merged))
    }

    /// Ours alone, and only where it is at a commit that we or the merge recorded.
    fn delete_branch(&self, record: &AttemptRecord, pull: &PullNews) -> Result<bool> {
        let Some(tip) = self.forge.branch_tip(&pull.branch)? else { return Ok(false) };
        let is_merged = pull.end == PullEnd::Merged && pull.head.as_ref() == Some(&tip);
        if record.commit.as_ref() != Some(&tip) && !is_merged {
            return Ok(false);
        }
        match self.forge.delete_branch(&pull.branch, &tip) {
            // To keep it is no harm.
            Err(ForgeError::Forbidden { .. }) => Ok(false),
            answer => Ok(answer?),
        }
    }

    /// Writes the fact and what it teaches; `false`: it was there already.
    fn keep(&self, came: &Came) -> Result<bool> {
        let record = came.record;
        let repository = record.repository.as_ref();
        let trusted = self.is_trusted(came.actor)?;
        let stamp = Stamp {
            at: came.at,
            repository,
            attempt: Some(&record.attempt),
            task: Some(&record.task),
            actor: Some(&came.actor.login),
            cause: &came.id,
        };
        let entry = Entry { trusted, ..stamp.entry(&came.id, came.fact.clone()) };
        let put = self.store.append(std::slice::from_ref(&entry))?;
        let learned = self.learned(came, &entry)?;
        if !learned.is_empty() {
            let versions: Vec<Entry> = learned.into_iter().map(|one| stamp.learning(one)).collect();
            self.store.append(&versions)?;
        }
        Ok(put.first() == Some(&Put::Written))
    }

    fn learned(&self, came: &Came, entry: &Entry) -> Result<Vec<crate::record::entry::Learning>> {
        if !entry.trusted {
            return Ok(Vec::new());
        }
        let facts = memory::facts(self.store, came.record.repository.as_ref())?;
        let is_merged = matches!(&entry.fact, Fact::Pull(pull) if pull.state == PullState::Merged);
        let taught = learn::taught_by(&facts, &came.record.attempt, is_merged);
        let outcome = learn::Outcome { entry, record: came.record, taught: &taught, merged: came.merged.as_deref() };
        Ok(learn::from_outcome(&outcome))
    }

    /// One of the programs whose reviews are worked on.
    fn is_listed(&self, actor: &Actor) -> bool {
        task::is_answered(actor, self.config)
    }

    fn is_trusted(&self, actor: &Actor) -> Result<bool> {
        Ok(task::may_write(actor, self.config, |login| self.forge.permission(login))?)
    }
}

/// What somebody said, as the ledger keeps it: cleaned, for it may be anybody's.
fn review_fact(pull: Option<u64>, actor: &Actor, review: &Said) -> ReviewFact {
    let claim: String = text::clean(&review.text).trim().chars().take(MAX_CLAIM).collect();
    let severity = if review.verdict == Verdict::Changes { Severity::Warning } else { Severity::Note };
    let place = review.place.as_ref().filter(|place| !place.path.is_empty());
    let remark = Remark {
        path: place.map(|place| place.path.clone()),
        line: place.and_then(|place| place.line),
        severity,
        concern: Concern::Other,
        claim,
        suggestion: None,
    };
    ReviewFact {
        pull,
        source: review.source(),
        reviewer: actor.login.clone(),
        verdict: review.verdict,
        remarks: if remark.claim.is_empty() { Vec::new() } else { vec![remark] },
        risks: Vec::new(),
        complexity: None,
        tokens: Tokens::default(),
        cost_usd: 0.0,
    }
}

fn said(record: &AttemptRecord, written: bool) -> String {
    let how = if written { "recorded" } else { "recorded before" };
    format!("{how} on attempt {}", record.attempt)
}

fn digits(at: &str) -> String {
    at.chars().filter(char::is_ascii_digit).take(14).collect()
}

/// In whole lines.
fn capped(diff: String) -> String {
    const MOST: usize = 16 * 1024;
    if diff.len() <= MOST {
        return diff;
    }
    let mut end = MOST;
    while !diff.is_char_boundary(end) {
        end -= 1;
    }
    diff[..end].rfind('\n').map_or_else(String::new, |end| diff[..=end].to_owned())
}

fn hours_between(from: &str, to: &str) -> Option<f64> {
    let (from, to) = (from.parse::<jiff::Timestamp>().ok()?, to.parse::<jiff::Timestamp>().ok()?);
    let hours = to.duration_since(from).as_secs_f64() / 3600.0;
    (hours >= 0.0).then_some((hours * 100.0).round() / 100.0)
}

/// A commit's time has the offset of whoever made it.
fn as_utc(at: &str) -> Option<String> {
    at.parse::<jiff::Timestamp>().ok().map(|at| at.to_string())
}

#[cfg(test)]
mod tests;
