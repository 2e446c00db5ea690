//! The story on one page: an event becomes a task, the task is looked up, healed in a process that holds
//! no secret, published by this one, and recorded. Every ending is an outcome.

mod follow_up;
mod past;
mod triage;
mod unless;

pub use past::{now, record};

use crate::command::CommandLine;
use crate::config::{Config, LedgerStore};
use crate::event::{Body, Event};
use crate::forge::{Forge, ForgeError, ReactTo, Reaction};
use crate::ids::{AttemptName, BranchName, Sha, TaskKey};
use crate::ledger::Store;
use crate::record::{AttemptRecord, Detail, Healing, Outcome, SCHEMA, Tried};
use crate::spend;
use crate::stage::Say;
use crate::stage::collect::{self, Collected, Found};
use crate::stage::heal::rated;
use crate::stage::proposal::Proposal;
use crate::stage::publish::{self, Published, claims, is_our_past};
use crate::task::{self, Decision, Kind, Request, Task, Trust};
use anyhow::Result;
use past::{EARLIER, earlier, earlier_names};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

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
    pub fn attempt_name(&self, key: &TaskKey) -> AttemptName {
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
    pub fn without_configuration(error: &ForgeError, this: &ThisRun, is_cancelled: bool) -> Self {
        let healing = if is_cancelled { cancelled(Healing::default()) } else { failed(error) };
        let retry = is_retry(&healing, this, &Config::default());
        Self::unpublished(healing, retry)
    }
}

impl Pipeline<'_> {
    /// From the event to the record.
    pub fn run(&self, event: &Event) -> Result<Ended> {
        let started = now();
        let told = past::take_in(self, event);
        let task = match self.admit(event, self.command.clone()) {
            Ok(task) => task,
            Err(Refused { task: None, healing }) => {
                return Ok(Ended::unpublished(past::or_told(told, *healing), false));
            }
            Err(Refused { task: Some(task), healing }) => return self.finish(*healing, &task, None, &started, event),
        };
        (self.say)("event", &format!("{} → task {}", event.name, task.key));
        if self.propose.is_none() {
            self.react(event);
        }
        let ends = |healing: Healing| self.finish(healing, &task, None, &started, event);
        match self.handled(&task, event, &self.this.attempt_name(&task.key)) {
            Err(e) => return ends(failed(&e)),
            Ok(Some((outcome, why))) => return ends(Healing::ended(outcome, why)),
            Ok(None) => {}
        }
        let begun = Instant::now();
        match collect::collect(self.forge, self.config, self.default_branch, task.clone(), self.say) {
            Err(e) => ends(failed(&e)),
            Ok(Found::End(outcome, why)) => ends(Healing::ended(outcome, why)),
            Ok(Found::Work(work)) => {
                let collect = begun.elapsed().as_secs_f64();
                let mut healing = self.unless_unrelated(self.heal(&work), &work, event);
                healing.seconds.collect = collect;
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
            Ok(Trust::Wait(why)) => Err(Refused::event(match task.kind {
                Kind::Issue => {
                    let label = &self.config.triggers.label;
                    format!("{why}; somebody with write access can add the label `{label}`")
                }
                Kind::Build => format!("{why}; somebody with write access can start the workflow with this `run-id`"),
                Kind::Command | Kind::Manual | Kind::Review => why,
            })),
            Err(e) => Err(Refused::task(task, failed(&e))),
        }
    }

    /// A branch of ours is known from the ledger or by our pull request; people's may have such names, too.
    fn is_ours(&self, key: &TaskKey, branch: &BranchName) -> Result<bool, ForgeError> {
        let records = self.store.of_task(key, EARLIER).unwrap_or_default();
        if records.iter().any(|r| r.branch.as_ref() == Some(branch) && r.commit.is_some()) {
            return Ok(true);
        }
        let pull = match self.forge.pull_of(branch) {
            Err(ForgeError::Forbidden { .. }) => None,
            answer => answer?,
        };
        let Some(pull) = pull else { return Ok(false) };
        Ok(pull.author.is(&self.forge.me()?))
    }

    /// Who else works on it, or why nothing may be recorded of it.
    fn handled(&self, task: &Task, event: &Event, ours: &AttemptName) -> Result<Option<(Outcome, String)>, ForgeError> {
        if let Ok(Some(why)) = self.store.unusable() {
            return Ok(Some((Outcome::Blocked, why)));
        }
        let mine = |owner: &str| is_our_past(owner, ours) && !self.is_settled(owner) || self.is_dead(owner);
        collect::already_handled(self.forge, self.config, task, task::is_asked(event), &mine, self.say)
    }

    /// The record is written last: an attempt that has one left nothing to finish.
    fn is_settled(&self, attempt: &str) -> bool {
        let record =
            AttemptName::parse(attempt).ok().and_then(|name| self.store.get(&name).ok().flatten()?.record().ok());
        record.is_some_and(|r| r.outcome == Outcome::Fixed)
    }

    /// An attempt of a run that is over without a record was killed, for the record is written last: what it began is
    /// anybody's to finish.
    fn is_dead(&self, attempt: &str) -> bool {
        let Ok(name) = AttemptName::parse(attempt) else { return false };
        let run = publish::attempt_parts(attempt).map(|(run, ..)| run).filter(|run| *run != self.this.id);
        let is_over = |run| self.forge.run(run).is_ok_and(|run| run.is_some_and(|run| run.status == "completed"));
        self.config.ledger.store == LedgerStore::Branch
            && matches!(self.store.get(&name), Ok(None))
            && run.is_some_and(is_over)
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
        if let Some(healing) = triage::not_worth_a_checkout(work).or_else(|| self.enough(work, &records)) {
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
                // The commit itself comes from the forge.
                e.downcast_ref::<ForgeError>().map_or(healing, failed)
            }
        };
        if self.is_cancelled() {
            healing = cancelled(healing);
        }
        if healing.outcome == Outcome::Budget && !spend::is_by_cap(&healing.reason) {
            healing.retry_wanted = Some(healing.reason.clone());
        }
        notes.append(&mut healing.notes);
        healing.notes = notes;
        healing
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    fn enough(&self, work: &Collected, records: &Result<Vec<AttemptRecord>>) -> Option<Healing> {
        match work.task.kind {
            Kind::Review => follow_up::not_now(self, work, records),
            _ => self.used_up(work, records),
        }
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
        let healing = self.unless_declined(self.unless_cancelled(healing), task, event);
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
        // The job that sealed it ran repository code.
        proposal.healing.evaluation = rated(&proposal.healing, None);
        if is_admitted {
            self.react(event);
        }
        if proposal.healing.outcome == Outcome::Proposed {
            match self.handled(&proposal.task, event, &proposal.attempt) {
                Ok(None) => {}
                Ok(Some((outcome, why))) => proposal.healing = proposal.healing.end(outcome, why),
                Err(e) => proposal.healing = failed(&e),
            }
        }
        proposal.healing = self.unless_cancelled(proposal.healing);
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
            is_dead: &|attempt| self.is_dead(attempt),
            run_url: self.this.url.clone(),
            web: self.forge.web_url(),
            cancel: self.cancel,
            say: self.say,
        };
        let begun = Instant::now();
        let published = publish::publish(&setting, &mut proposal);
        proposal.healing.seconds.publish = begun.elapsed().as_secs_f64();
        let record = record(&proposal, &published);
        if !self.is_cancelled() {
            self.mark_lost(&proposal, published.took_over.as_ref());
        }
        // Run again after its end, an attempt finds its own work: that is no news for its record.
        let told = record.outcome == Outcome::Duplicate && matches!(self.store.get(&record.attempt), Ok(Some(_)));
        if !told && let Err(e) = self.store.put(&record) {
            (self.say)("ledger", &format!("the record could not be written: {e:#}"));
        }
        if let Err(e) = past::leave(self, &record, &proposal, &published, !told) {
            (self.say)("ledger", &format!("what was learned is not kept, or not all of it: {e:#}"));
        }
        if let Err(e) = spend::account(self.store, &self.config.budget, &record) {
            (self.say)("ledger", &format!("what the model cost could not be written down: {e:#}"));
        }
        let healing = proposal.healing.clone();
        let retry = is_retry(&healing, self.this, self.config);
        Ok(Ended { record: Some(record), healing, published, proposal: Some(proposal), digest: None, retry })
    }

    /// Earlier attempts of this run, and the one whose branch was taken over, may have ended without a word.
    fn mark_lost(&self, proposal: &Proposal, took_over: Option<&AttemptName>) {
        // A step inside a job runs only in the attempts in which the job failed: nobody knows of the others.
        let in_job = proposal.task.kind == Kind::Command;
        let earlier = if in_job { Vec::new() } else { earlier_names(&proposal.attempt) };
        for name in earlier.iter().chain(took_over) {
            if !matches!(self.store.get(name), Ok(None)) {
                continue;
            }
            let mut lost = record(proposal, &Published::default());
            lost.attempt = name.clone();
            lost.outcome = Outcome::Lost;
            lost.reason = "it left no record; a later attempt wrote this".to_owned();
            lost.retry_wanted = None;
            // What it cost nobody knows; this is another one's record.
            (lost.seconds, lost.tokens, lost.cost_usd, lost.assumed) = Default::default();
            (lost.tried, lost.guards, lost.evidence, lost.patch, lost.hand) =
                (Vec::new(), Vec::new(), None, None, None);
            lost.detail = Detail::new(&proposal.task.title, &Healing::default());
            if let Err(e) = self.store.put(&lost) {
                tracing::debug!("no record for a lost attempt: {e:#}");
            }
        }
    }
}

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

/// Permissions are a no with a name; a forge that does not answer may answer later, and is not our break.
fn failed(error: &ForgeError) -> Healing {
    match error {
        e if e.may_pass() => {
            let mut healing = Healing::ended(Outcome::Transient, format!("the forge did not answer: {e}"));
            healing.retry_wanted = Some(healing.reason.clone());
            healing
        }
        ForgeError::Local(_) => Healing::ended(Outcome::Error, error.to_string()),
        ForgeError::Unauthorized { .. } | ForgeError::Forbidden { .. } | ForgeError::NotFound { .. } => {
            Healing::ended(Outcome::Blocked, error.to_string())
        }
        _ => {
            let mut healing = Healing::ended(Outcome::Error, error.to_string());
            healing.retry_wanted = Some(format!("the forge refused what we asked: {error}"));
            healing
        }
    }
}

fn is_retry(healing: &Healing, this: &ThisRun, config: &Config) -> bool {
    healing.retry_wanted.is_some() && this.attempt < config.retry.attempts
}

fn cancelled(healing: Healing) -> Healing {
    let healing = healing.end(Outcome::Cancelled, "stopped from outside before anything was published");
    Healing { candidate: None, retry_wanted: None, ..healing }
}
