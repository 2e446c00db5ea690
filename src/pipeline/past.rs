//! What earlier attempts left, and what this one leaves: records of the ledger.

use super::{Pipeline, failed};
use crate::event::Event;
use crate::forge::ForgeError;
use crate::ids::{AttemptName, Sha};
use crate::record::entry::{Entry, Fact, Fault, PullFact, PullState};
use crate::record::{AttemptRecord, Detail, Healing, Outcome, SCHEMA, Tried};
use crate::stage::aftermath::Aftermath;
use crate::stage::memory::{after_attempt, stamp};
use crate::stage::proposal::Proposal;
use crate::stage::publish::Published;
use crate::task::{self, Kind, Task};
use anyhow::Result;

/// So many records of a task are looked at.
pub(super) const EARLIER: usize = 10;

/// What earlier attempts tried in vain on the same commit: data from outside, used to skip and to tell.
pub(super) fn earlier(records: Result<Vec<AttemptRecord>>, base: &Sha) -> (Vec<Tried>, Vec<String>) {
    let records = match records {
        Ok(records) => records,
        Err(e) => return (Vec::new(), vec![format!("earlier attempts are not known: {e:#}")]),
    };
    let here = records.iter().filter(|r| r.base.as_ref() == Some(base) && r.version == env!("CARGO_PKG_VERSION"));
    // A step led nowhere only where everything after it was tried, too.
    let in_vain = |r: &AttemptRecord, t: &Tried| {
        t.is_refuted() || t.work.is_some() || (t.result == Tried::STEP && r.outcome == Outcome::Explained)
    };
    let tried: Vec<Tried> = here.flat_map(|r| r.tried.iter().filter(|t| in_vain(r, t)).cloned()).collect();
    let note = format!(
        "{} before this one, {} not tried again",
        crate::report::count(records.len(), "attempt"),
        crate::report::count(tried.len(), "candidate")
    );
    let notes = if records.is_empty() { Vec::new() } else { vec![note] };
    (tried, notes)
}

/// `9-3-job-key` → `9-1-job-key`, `9-2-job-key`.
pub(super) fn earlier_names(attempt: &AttemptName) -> Vec<AttemptName> {
    let mut parts = attempt.as_str().splitn(3, '-');
    let (Some(run), Some(Ok(number)), Some(rest)) = (parts.next(), parts.next().map(str::parse::<u64>), parts.next())
    else {
        return Vec::new();
    };
    (number.saturating_sub(EARLIER as u64).max(1)..number)
        .filter_map(|n| AttemptName::parse(format!("{run}-{n}-{rest}")).ok())
        .collect()
}

/// The ledger's entry for an attempt.
pub fn record(proposal: &Proposal, published: &Published) -> AttemptRecord {
    let healing = &proposal.healing;
    let diagnosis = healing.diagnosis.as_ref();
    AttemptRecord {
        schema: SCHEMA,
        attempt: proposal.attempt.clone(),
        task: proposal.task.key.clone(),
        repository: Some(proposal.task.repository.clone()),
        started: proposal.started.clone(),
        ended: now(),
        event: proposal.event.clone(),
        outcome: healing.outcome,
        reason: healing.reason.clone(),
        base: proposal.base.clone(),
        target: Some(proposal.target.clone()),
        branch: published.branch.clone(),
        commit: published.commit.clone(),
        pr: published.pull,
        pr_url: published.pull_url.clone(),
        hand: healing.candidate.as_ref().map(|c| c.hand),
        class: diagnosis.map(|d| d.class),
        signature: diagnosis.map(|d| d.signature.clone()),
        patch: healing.candidate.as_ref().map(|c| c.patch.stats()),
        tried: healing.tried.clone(),
        guards: healing.guards.clone(),
        evidence: healing.evidence.clone(),
        seconds: healing.seconds,
        tokens: healing.tokens,
        cost_usd: healing.cost_usd,
        assumed: healing.assumed,
        retry_wanted: healing.retry_wanted.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        detail: Detail::new(&proposal.task.title, healing),
    }
}

/// Writes down what the event tells about earlier repairs; the ending, where there is nothing else to do.
pub(super) fn take_in(pipeline: &Pipeline, event: &Event) -> Option<Healing> {
    // A job that only proposes writes nothing.
    if pipeline.propose.is_some() {
        return None;
    }
    let Pipeline { forge, store, config, default_branch, say, .. } = *pipeline;
    match (Aftermath { forge, store, config, default_branch }).take_in(event) {
        Ok(told) => told.map(|told| {
            say("learn", &told);
            Healing::ended(Outcome::Recorded, told)
        }),
        Err(e) => {
            say("learn", &format!("what became of an earlier repair was not recorded: {e:#}"));
            let broke = || Healing::ended(Outcome::Error, format!("{e:#}"));
            Some(e.downcast_ref::<ForgeError>().map_or_else(broke, failed))
        }
    }
}

/// How an event without work ends: what it told of an earlier repair counts, and why nothing more came of a review.
pub(super) fn or_told(told: Option<Healing>, healing: Healing) -> Healing {
    match told {
        Some(told) if healing.outcome == Outcome::Ignored && told.outcome == Outcome::Recorded => {
            Healing { reason: format!("{}; nothing else was done: {}", told.reason, healing.reason), ..told }
        }
        told => told.unwrap_or(healing),
    }
}

/// What is a fact of its own beside the record: what our own reviewer said, that there is a pull request, what broke.
fn told(proposal: &Proposal, published: &Published, record: &AttemptRecord, trusted: bool) -> Vec<Entry> {
    let stamp = stamp(record);
    let opened = published.pull.filter(|_| published.is_new).map(|number| {
        let fact = Fact::Pull(PullFact {
            number,
            url: published.pull_url.clone().unwrap_or_default(),
            state: PullState::Opened,
            branch: published.branch.clone(),
            commit: published.commit.clone(),
            hours: Some(0.0),
            edits: None,
        });
        stamp.entry(&format!("pull-{number}-opened"), fact)
    });
    let broke = (record.outcome == Outcome::Error).then(|| {
        let fact = Fact::Error(Fault { stage: stage_of(proposal).to_owned(), message: record.reason.clone() });
        stamp.entry("error", fact)
    });
    review_entry(proposal, published, trusted).into_iter().chain(opened).chain(broke).collect()
}

/// The one in which a run that broke came to its end.
fn stage_of(proposal: &Proposal) -> &'static str {
    match (&proposal.base, &proposal.healing.candidate) {
        (None, _) => "collect",
        (_, None) => "heal",
        _ => "publish",
    }
}

fn review_entry(proposal: &Proposal, published: &Published, trusted: bool) -> Option<Entry> {
    let mut fact = proposal.healing.review.clone()?;
    fact.pull = published.pull;
    Some(Entry {
        schema: SCHEMA,
        id: format!("review-{}", proposal.attempt).chars().take(120).collect(),
        at: now(),
        repository: Some(proposal.task.repository.clone()),
        attempt: Some(proposal.attempt.clone()),
        task: Some(proposal.task.key.clone()),
        actor: None,
        trusted,
        fact: Fact::Review(fact),
    })
}

/// What an attempt leaves beside its record, with what it taught, unless it was recorded before.
pub(super) fn leave(
    pipeline: &Pipeline,
    record: &AttemptRecord,
    proposal: &Proposal,
    published: &Published,
    is_new: bool,
) -> Result<()> {
    let trusted = is_trusted(pipeline, &proposal.task);
    let mut entries = told(proposal, published, record, trusted);
    let mut learnt = Ok(());
    if is_new {
        let (more, how) = after_attempt(pipeline.store, record, &proposal.healing, trusted);
        entries.extend(more);
        learnt = how;
    }
    if !entries.is_empty() {
        pipeline.store.append(&entries)?;
    }
    learnt
}

/// Whoever is let in by `trust.strangers` alone teaches nothing.
fn is_trusted(pipeline: &Pipeline, task: &Task) -> bool {
    // What a review asked for, a program's even, teaches when people merge it.
    match task.kind {
        Kind::Command => return true,
        Kind::Review => return false,
        Kind::Issue | Kind::Build | Kind::Manual => {}
    }
    task::is_of_writers(task, pipeline.config, |login| pipeline.forge.permission(login))
}

/// RFC 3339, UTC, whole seconds.
pub fn now() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_attempts_are_those_of_the_same_run_and_job() {
        let earlier = |name: &str| {
            let names = earlier_names(&AttemptName::parse(name).unwrap());
            names.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(earlier("9-3-fix-issue-1"), ["9-1-fix-issue-1", "9-2-fix-issue-1"]);
        assert!(earlier("9-1-fix-issue-1").is_empty());
        assert!(earlier("01ARZ3NDEKTSV4RRFFQ69G5FAV").is_empty());
    }

    #[test]
    fn only_what_failed_on_the_same_commit_is_not_tried_again() {
        let base = |digit: &str| Sha::parse(digit.repeat(40)).unwrap();
        let tried = |digest: &str, result: &str| Tried {
            digest: digest.to_owned(),
            hand: crate::record::HandId::Hint,
            why: String::new(),
            result: result.to_owned(),
            work: None,
        };
        let mut record = crate::ledger::example("9-1-fix-issue-1", "2026-01-01T00:00:00Z");
        record.base = Some(base("a"));
        record.version = env!("CARGO_PKG_VERSION").to_owned();
        record.outcome = Outcome::Budget;
        record.tried = vec![
            tried("1", "still fails: E1"),
            tried("2", "breaks test_x"),
            tried("3", Tried::STEP),
            tried("4", "passed"),
            tried("5", "refused by the guard policy: not here"),
        ];
        let skipped = |record: &AttemptRecord, at: &Sha| {
            earlier(Ok(vec![record.clone()]), at).0.into_iter().map(|t| t.digest).collect::<Vec<_>>()
        };
        assert_eq!(skipped(&record, &base("a")), ["1", "2"]);
        assert!(skipped(&record, &base("b")).is_empty());
        record.outcome = Outcome::Explained;
        assert_eq!(skipped(&record, &base("a")), ["1", "2", "3"]);
        record.version = "0.0.0".to_owned();
        assert!(skipped(&record, &base("a")).is_empty());
    }
}
