//! The story on one page: an event becomes a task, the task is looked up, healed in a process that holds
//! no secret, published by this one, and recorded. Every ending is an outcome.

mod triage;

use crate::brain::diagnose::may_be_patched;
use crate::command::CommandLine;
use crate::config::Config;
use crate::event::{Body, Event};
use crate::forge::{Forge, ForgeError, ReactTo, Reaction};
use crate::ids::{AttemptName, BranchName, Sha, TaskKey};
use crate::ledger::Store;
use crate::record::{AttemptRecord, Healing, Outcome, SCHEMA, Tried};
use crate::stage::Say;
use crate::stage::collect::{self, Collected, Found};
use crate::stage::proposal::Proposal;
use crate::stage::publish::{self, Published, claims, is_our_past};
use crate::task::{self, Decision, Kind, Request, Task, Trust};
use anyhow::Result;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// The run that we are.
#[derive(Debug, Clone)]
pub struct ThisRun {
    pub id: u64,
    pub attempt: u64,
    pub job: String,
    pub url: Option<String>,
}

impl ThisRun {
    /// `<run id>-<run attempt>-<job>-<task key>`.
    fn attempt_name(&self, key: &TaskKey) -> AttemptName {
        let job = TaskKey::from_words(&self.job);
        let name = format!("{}-{}-{job}-{key}", self.id, self.attempt);
        AttemptName::parse(name).unwrap_or_else(|e| unreachable!("its parts are checked: {e}"))
    }
}

/// Runs the heal stage somewhere else: a process without secrets.
pub type Healer<'a> = &'a dyn Fn(&Collected, Vec<Tried>) -> Result<Healing>;

pub struct Pipeline<'a> {
    pub forge: &'a dyn Forge,
    pub store: &'a dyn Store,
    pub config: &'a Config,
    pub default_branch: &'a BranchName,
    pub this: &'a ThisRun,
    pub command: Option<CommandLine>,
    /// Seal the proposal into this directory and publish nothing.
    pub propose: Option<PathBuf>,
    pub healer: Healer<'a>,
    pub cancel: &'a AtomicBool,
    pub say: Say<'a>,
}

/// How it ended.
pub struct Ended {
    /// `None` for an event that became no task.
    pub record: Option<AttemptRecord>,
    pub healing: Healing,
    pub published: Published,
    pub proposal: Option<Proposal>,
    /// The digest of the sealed proposal.
    pub digest: Option<String>,
    /// Another attempt of this run is worth asking for.
    pub retry: bool,
}

impl Ended {
    /// Before or without a task.
    pub fn without_task(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self::unpublished(Healing::ended(outcome, reason), false)
    }

    fn unpublished(healing: Healing, retry: bool) -> Self {
        Self { record: None, healing, published: Published::default(), proposal: None, digest: None, retry }
    }

    /// The forge did not even let us read the configuration.
    pub fn without_configuration(error: &ForgeError, this: &ThisRun) -> Self {
        let healing = failed(error);
        let retry = is_retry(&healing, this, &Config::default());
        Self::unpublished(healing, retry)
    }
}

impl Pipeline<'_> {
    /// From the event to the record.
    pub fn run(&self, event: &Event) -> Result<Ended> {
        let started = now();
        let task = match self.admit(event, self.command.clone()) {
            Ok(task) => task,
            Err(Refused { task: None, healing }) => return Ok(Ended::unpublished(*healing, false)),
            Err(Refused { task: Some(task), healing }) => return self.finish(*healing, &task, None, &started, event),
        };
        (self.say)("event", &format!("{} → task {}", event.name, task.key));
        if self.propose.is_none() {
            self.react(event);
        }
        let ends = |healing: Healing| self.finish(healing, &task, None, &started, event);
        match self.handled(&task, &self.this.attempt_name(&task.key)) {
            Err(e) => return ends(failed(&e)),
            Ok(Some((outcome, why))) => return ends(Healing::ended(outcome, why)),
            Ok(None) => {}
        }
        match collect::collect(self.forge, self.default_branch, task.clone(), self.say) {
            Err(e) => ends(failed(&e)),
            Ok(Found::End(outcome, why)) => ends(Healing::ended(outcome, why)),
            Ok(Found::Work(work)) => {
                let healing = self.heal(&work);
                self.finish(healing, &work.task.clone(), Some(*work), &started, event)
            }
        }
    }

    /// The task of an event, complete, from people who may ask for it.
    fn admit(&self, event: &Event, command: Option<CommandLine>) -> Result<Task, Refused> {
        let task = match task::decide(event, self.config, command) {
            Decision::Ignored(why) => return Err(Refused::event(why)),
            Decision::Task(task) => *task,
        };
        let asked = task.actors.clone();
        let task = self.allowed(task, event)?;
        let ours = |key: &TaskKey, branch: &BranchName| self.is_ours(key, branch);
        match collect::complete(self.forge, self.config, task.clone(), &ours) {
            Err(e) => Err(Refused::task(task, failed(&e))),
            Ok(Err((outcome, why))) => Err(Refused::task(task, Healing::ended(outcome, why))),
            // The API may name others than the event did.
            Ok(Ok(task)) if task.actors != asked => self.allowed(task, event),
            Ok(Ok(task)) => Ok(task),
        }
    }

    /// The task, as far as its actors may have it.
    fn allowed(&self, task: Task, event: &Event) -> Result<Task, Refused> {
        match self.trusted(&task, event) {
            Ok(Trust::Granted) => Ok(task),
            Ok(Trust::TriageOnly(_)) => match triage::too_much(self, &task) {
                Ok(None) => Ok(Task { request: Request::Explain, ..task }),
                Ok(Some(why)) => Err(Refused::event(why)),
                Err(e) => Err(Refused::task(task, failed(&e))),
            },
            Ok(Trust::Wait(why)) => Err(Refused::event(format!(
                "{why}; somebody who has it can add the label `{}`",
                self.config.triggers.label
            ))),
            Err(e) => Err(Refused::task(task, failed(&e))),
        }
    }

    /// A branch of ours is known from the ledger or by our pull request; people's may have such names, too.
    fn is_ours(&self, key: &TaskKey, branch: &BranchName) -> Result<bool, ForgeError> {
        let records = self.store.of_task(key, EARLIER).unwrap_or_default();
        if records.iter().any(|r| r.branch.as_ref() == Some(branch) && r.commit.is_some()) {
            return Ok(true);
        }
        let Some(pull) = self.forge.pull_of(branch)? else { return Ok(false) };
        Ok(pull.author.is(&self.forge.me()?))
    }

    /// Who else works on it. A job that only proposes may lack the permission to look; publishing looks again.
    fn handled(&self, task: &Task, ours: &AttemptName) -> Result<Option<(Outcome, String)>, ForgeError> {
        let mine = |owner: &str| is_our_past(owner, ours) && !self.is_settled(owner);
        match collect::already_handled(self.forge, self.config, task, &mine) {
            Err(ForgeError::Forbidden { .. } | ForgeError::NotFound { .. }) if self.propose.is_some() => Ok(None),
            answer => answer,
        }
    }

    /// The record is written last: an attempt that has one left nothing to finish.
    fn is_settled(&self, attempt: &str) -> bool {
        let record = AttemptName::parse(attempt).ok().and_then(|name| self.store.get(&name).ok().flatten());
        record.is_some_and(|r| r.outcome == Outcome::Fixed)
    }

    fn trusted(&self, task: &Task, event: &Event) -> Result<Trust, ForgeError> {
        if task.kind == Kind::Command {
            // In the job itself repository code already ran with the job's rights; it proposes, nothing more.
            if self.propose.is_some() {
                return Ok(Trust::Granted);
            }
            if event.head.as_ref().is_none_or(|head| head.is_fork) {
                return Ok(Trust::Wait("the branch is not of this repository".to_owned()));
            }
            if ONLY_WRITERS.contains(&event.name.as_str()) {
                return Ok(Trust::Granted);
            }
        }
        task::trust(task, self.config, |login| self.forge.permission(login))
    }

    /// A sign that work starts; worth nothing more than a try.
    fn react(&self, event: &Event) {
        let target = match &event.body {
            Body::Comment { id, .. } => ReactTo::Comment(*id),
            Body::Issue { issue, .. } => ReactTo::Issue(issue.number),
            _ => return,
        };
        if let Err(e) = self.forge.react(target, Reaction::Eyes) {
            tracing::debug!("no reaction: {e}");
        }
    }

    fn heal(&self, work: &Collected) -> Healing {
        if self.is_cancelled() {
            return cancelled(Healing::default());
        }
        let records = self.store.of_task(&work.task.key, EARLIER);
        if let Some(healing) = not_worth_a_checkout(work).or_else(|| self.used_up(work, &records)) {
            return healing;
        }
        let (tried, mut notes) = earlier(records, &work.base);
        notes.extend(work.notes.clone());
        let mut healing = match (self.healer)(work, tried) {
            Ok(healing) => healing,
            Err(e) => {
                tracing::debug!("heal broke: {e:?}");
                let mut healing = Healing::ended(Outcome::Error, format!("{e:#}"));
                healing.retry_wanted = Some("the heal stage broke".to_owned());
                healing
            }
        };
        if self.is_cancelled() {
            healing = cancelled(healing);
        }
        if healing.outcome == Outcome::Budget {
            healing.retry_wanted = Some(healing.reason.clone());
        }
        notes.append(&mut healing.notes);
        healing.notes = notes;
        healing
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// A build of our own branch that keeps failing must not feed itself for ever.
    fn used_up(&self, work: &Collected, records: &Result<Vec<AttemptRecord>>) -> Option<Healing> {
        let ours = format!("{}/{}", self.config.branch.prefix, work.task.key);
        let records = records.as_ref().ok().filter(|_| work.target.as_str() == ours)?;
        let pushed = records.iter().filter(|r| r.commit.is_some()).count() as u64;
        let most = self.config.retry.attempts;
        let why = format!("{pushed} repairs are on {ours} and its build still fails (retry.attempts is {most})");
        (pushed >= most).then(|| Healing::ended(Outcome::Explained, why))
    }

    /// Publishes or seals, and records.
    fn finish(
        &self,
        healing: Healing,
        task: &Task,
        work: Option<Collected>,
        started: &str,
        event: &Event,
    ) -> Result<Ended> {
        let target = work.as_ref().map_or_else(|| self.default_branch.clone(), |w| w.target.clone());
        let proposal = Proposal {
            schema: SCHEMA,
            attempt: self.this.attempt_name(&task.key),
            started: started.to_owned(),
            event: event.name.clone(),
            task: task.clone(),
            base: work.map(|w| w.base).or_else(|| task.base.clone()),
            target,
            healing,
        };
        match &self.propose {
            Some(dir) => {
                let digest = proposal.seal(dir, &|text| self.forge.mask(text))?;
                (self.say)("propose", &format!("sealed into {}", dir.display()));
                let retry = is_retry(&proposal.healing, self.this, self.config);
                let ended = Ended::unpublished(proposal.healing.clone(), retry);
                Ok(Ended { proposal: Some(proposal), digest: Some(digest), ..ended })
            }
            None => self.publish(proposal),
        }
    }

    /// Publishes what another job sealed. That job ran repository code: whatever can be known here is taken from
    /// this job's own event, and the rest must agree with it.
    pub fn publish_sealed(&self, event: &Event, sealed: Proposal) -> Result<Ended> {
        let command = sealed.task.command.clone().filter(|_| sealed.task.kind == Kind::Command);
        let refuse = |why: String| Ended::without_task(Outcome::Blocked, format!("the proposal is refused: {why}"));
        let (task, refused) = match self.admit(event, command) {
            Ok(task) => (task, None),
            Err(Refused { task: Some(task), healing }) => (*task, Some(*healing)),
            Err(Refused { task: None, healing }) => return Ok(refuse(healing.reason)),
        };
        if let Err(why) = claims::check(&sealed, self.this.id, self.this.attempt, &task) {
            return Ok(refuse(why));
        }
        let is_admitted = refused.is_none();
        let mut proposal = Proposal {
            started: claims::started(&sealed.started),
            event: event.name.clone(),
            base: None,
            target: task.target.clone().unwrap_or_else(|| self.default_branch.clone()),
            healing: refused.unwrap_or_else(|| sealed.healing.clone()),
            task,
            ..sealed.clone()
        };
        match claims::place(self.forge, self.default_branch, &proposal.task, &sealed) {
            Ok(Ok((base, target))) => (proposal.base, proposal.target) = (base, target),
            Ok(Err(why)) if proposal.healing.outcome == Outcome::Proposed => return Ok(refuse(why)),
            Err(e) if proposal.healing.outcome == Outcome::Proposed => proposal.healing = failed(&e),
            _ => {}
        }
        if is_admitted {
            self.react(event);
        }
        if proposal.healing.outcome == Outcome::Proposed {
            match self.handled(&proposal.task, &proposal.attempt) {
                Ok(None) => {}
                Ok(Some((outcome, why))) => proposal.healing = proposal.healing.end(outcome, why),
                Err(e) => proposal.healing = failed(&e),
            }
        }
        self.publish(proposal)
    }

    /// Publishes a proposal that can be trusted and writes the ledger: also when there is nothing to publish.
    fn publish(&self, mut proposal: Proposal) -> Result<Ended> {
        let key = proposal.task.key.clone();
        let is_recorded = |commit: &Sha| {
            let records = self.store.of_task(&key, MANY).unwrap_or_default();
            records.iter().any(|r| r.commit.as_ref() == Some(commit))
        };
        let setting = publish::Setting {
            forge: self.forge,
            config: self.config,
            default_branch: self.default_branch,
            is_recorded: &is_recorded,
            run_url: self.this.url.clone(),
            web: self.forge.web_url(),
            cancel: self.cancel,
            say: self.say,
        };
        let published = publish::publish(&setting, &mut proposal);
        let record = record(&proposal, &published);
        self.mark_lost(&proposal, published.took_over.as_ref());
        // Run again after its end, an attempt finds its own work: that is no news for its record.
        let told = record.outcome == Outcome::Duplicate && matches!(self.store.get(&record.attempt), Ok(Some(_)));
        if !told && let Err(e) = self.store.put(&record) {
            (self.say)("ledger", &format!("the record could not be written: {e:#}"));
        }
        let healing = proposal.healing.clone();
        let retry = is_retry(&healing, self.this, self.config);
        Ok(Ended { record: Some(record), healing, published, proposal: Some(proposal), digest: None, retry })
    }

    /// Earlier attempts of this run, and the one whose branch was taken over, may have ended without a word.
    fn mark_lost(&self, proposal: &Proposal, took_over: Option<&AttemptName>) {
        let earlier = earlier_names(&proposal.attempt);
        for name in earlier.iter().chain(took_over) {
            if !matches!(self.store.get(name), Ok(None)) {
                continue;
            }
            let mut lost = record(proposal, &Published::default());
            lost.attempt = name.clone();
            lost.outcome = Outcome::Lost;
            lost.reason = "it left no record; a later attempt wrote this".to_owned();
            lost.retry_wanted = None;
            (lost.tried, lost.guards, lost.evidence, lost.patch, lost.hand) =
                (Vec::new(), Vec::new(), None, None, None);
            if let Err(e) = self.store.put(&lost) {
                tracing::debug!("no record for a lost attempt: {e:#}");
            }
        }
    }
}

/// So many records of a task are looked at.
const EARLIER: usize = 10;
/// So many to find one commit again.
const MANY: usize = 50;
/// Nobody else can cause these, once forks are out.
const ONLY_WRITERS: &[&str] = &["push", "pull_request", "schedule", "workflow_dispatch", "merge_group"];

/// An event that gets no work, and the task if it became one.
struct Refused {
    task: Option<Box<Task>>,
    healing: Box<Healing>,
}

impl Refused {
    fn event(why: impl Into<String>) -> Self {
        Self { task: None, healing: Box::new(Healing::ended(Outcome::Ignored, why)) }
    }

    fn task(task: Task, healing: Healing) -> Self {
        Self { task: Some(Box::new(task)), healing: Box::new(healing) }
    }
}

/// Permissions are a no with a name; the rest may pass.
fn failed(error: &ForgeError) -> Healing {
    match error {
        ForgeError::Unauthorized { .. } | ForgeError::Forbidden { .. } | ForgeError::NotFound { .. } => {
            Healing::ended(Outcome::Blocked, error.to_string())
        }
        _ => {
            let mut healing = Healing::ended(Outcome::Error, error.to_string());
            healing.retry_wanted = Some(format!("the forge did not answer: {error}"));
            healing
        }
    }
}

fn is_retry(healing: &Healing, this: &ThisRun, config: &Config) -> bool {
    healing.retry_wanted.is_some() && this.attempt < config.retry.attempts
}

fn cancelled(healing: Healing) -> Healing {
    Healing { candidate: None, ..healing.end(Outcome::Cancelled, "stopped from outside before anything was published") }
}

/// Infrastructure failures are no work for a patch; publish asks for a rerun.
fn not_worth_a_checkout(work: &Collected) -> Option<Healing> {
    let recorded = work.recorded.as_ref().filter(|r| work.task.run.is_some() && !may_be_patched(r.class))?;
    let quote = recorded.first_error.clone().unwrap_or_default();
    let why = format!("{} failure, not a fault of the code: {quote:.200}", recorded.class.as_str());
    let mut healing = Healing::ended(Outcome::Transient, why);
    healing.diagnosis = Some(crate::brain::diagnose::diagnose(recorded.clone(), Vec::new(), &[]));
    healing.notes.clone_from(&work.notes);
    Some(healing)
}

/// What earlier attempts tried in vain on the same commit: data from outside, used to skip and to tell.
fn earlier(records: Result<Vec<AttemptRecord>>, base: &Sha) -> (Vec<Tried>, Vec<String>) {
    let records = match records {
        Ok(records) => records,
        Err(e) => return (Vec::new(), vec![format!("earlier attempts are not known: {e:#}")]),
    };
    let here = records.iter().filter(|r| r.base.as_ref() == Some(base) && r.version == env!("CARGO_PKG_VERSION"));
    // A step led nowhere only where everything after it was tried, too.
    let in_vain =
        |r: &AttemptRecord, t: &Tried| t.is_refuted() || (t.result == Tried::STEP && r.outcome == Outcome::Explained);
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
fn earlier_names(attempt: &AttemptName) -> Vec<AttemptName> {
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
        retry_wanted: healing.retry_wanted.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
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
