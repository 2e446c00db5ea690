//! Collect: everything about a task that can be known without running anything. Reads the forge; what it
//! reads is data.

use super::{Say, review};
use crate::brain::log::{self, RunBlock};
use crate::brain::{text, workflow};
use crate::command::{CommandLine, SetUp};
use crate::config::Config;
use crate::event::{Actor, UpstreamRun};
use crate::forge::{Forge, ForgeError, Job, PullRequest, PullState, WorkflowRun};
use crate::ids::{BranchName, RelPath, Sha, TaskKey};
use crate::record::{LogReport, Outcome, Wish};
use crate::task::{self, Kind, Request, Task};
use regex::Regex;
use std::cell::RefCell;
use std::io::Read as _;
use std::sync::LazyLock;

/// A log beyond this is read no further; the window keeps its memory bounded long before.
const MAX_LOG: u64 = 2 * 1024 * 1024 * 1024;

/// What heal is given to work on.
#[derive(Debug, Clone)]
pub struct Collected {
    pub task: Task,
    pub base: Sha,
    pub target: BranchName,
    pub recorded: Option<LogReport>,
    /// From the failed step; `None` means: configuration, then detection.
    pub command: Option<CommandLine>,
    pub prepare: Vec<SetUp>,
    pub notes: Vec<String>,
    /// The issue's title and cleaned body.
    pub text: String,
    /// The last commit of the branch whose build was sound, where one is known.
    pub since: Option<Sha>,
    /// What reviewers ask for on our own pull request.
    pub wishes: Vec<Wish>,
}

/// Work, or an end before anything was spent.
pub enum Found {
    Work(Box<Collected>),
    End(Outcome, String),
}

/// An answer, or an end; `Err` means that the forge failed us.
pub type Step<T> = Result<Result<T, (Outcome, String)>, ForgeError>;

macro_rules! go {
    ($step:expr) => {
        match $step? {
            Ok(value) => value,
            Err((outcome, why)) => return Ok(Found::End(outcome, why)),
        }
    };
}

fn end<T>(outcome: Outcome, why: impl Into<String>) -> Step<T> {
    Ok(Err((outcome, why.into())))
}

/// Whether a branch with one of our names was made for that task by us.
pub type Ours<'a> = &'a dyn Fn(&TaskKey, &BranchName) -> Result<bool, ForgeError>;

/// Looks a complete task up.
pub fn collect(
    forge: &dyn Forge,
    config: &Config,
    default_branch: &BranchName,
    task: Task,
    say: Say,
) -> Result<Found, ForgeError> {
    let (base, target) = go!(place(forge, default_branch, &task));
    let body = text::clean(&task.body);
    let mut collected = Collected {
        text: format!("{}\n{body}", text::clean(&task.title)),
        command: task.command.clone(),
        task,
        base,
        target,
        recorded: None,
        prepare: Vec::new(),
        notes: Vec::new(),
        since: None,
        wishes: Vec::new(),
    };
    if let (Kind::Review, Some(pull)) = (collected.task.kind, collected.task.number) {
        collected.wishes = review::wishes(forge, config, pull)?;
        if collected.wishes.is_empty() {
            let why = "no open thread of somebody who may ask is left to be answered";
            return Ok(Found::End(Outcome::Ignored, why.to_owned()));
        }
        say("collect", &format!("{} to settle", crate::report::count(collected.wishes.len(), "review thread")));
        return Ok(Found::Work(Box::new(collected)));
    }
    if let Some(run) = collected.task.run.clone() {
        say("collect", &format!("run {} of {} at {}", run.id, run.workflow, run.head_sha.short()));
        read_build(forge, &run, &mut collected, say)?;
        if let Some(why) = seen(overtaken(forge, &collected), say)? {
            return Ok(Found::End(Outcome::Duplicate, why));
        }
        collected.since = seen(last_sound(forge, &run), say)?;
    } else {
        collected.recorded = recorded_in(&collected.text).map(|report| report.masked(&|text| forge.mask(text)));
    }
    Ok(Found::Work(Box::new(collected)))
}

/// Fills in what an event names only by number, and asks again for what may have changed since.
pub fn complete(forge: &dyn Forge, config: &Config, mut task: Task, ours: Ours) -> Step<Task> {
    if let Some(id) = task.run_id {
        let Some(now) = forge.run(id)? else { return end(Outcome::Ignored, format!("there is no workflow run {id}")) };
        return complete_run(task, &now, config, ours);
    }
    if let (Kind::Review, Some(branch)) = (task.kind, &task.target) {
        let why = "its branch has a name like ours, but neither the ledger nor the pull request says that it is ours";
        return Ok(own(config, branch, ours)?.map_or_else(|| Err((Outcome::Ignored, why.to_owned())), |_| Ok(task)));
    }
    let Some(number) = task.number.filter(|_| task.kind == Kind::Issue) else { return Ok(Ok(task)) };
    if task.is_pull {
        own_task(forge, config, number, &mut task, ours)?;
        return Ok(Ok(task));
    }
    let now = match forge.issue(number) {
        // What the event says must do.
        Err(ForgeError::Forbidden { .. }) if !task.title.is_empty() => return Ok(Ok(task)),
        answer => answer?,
    };
    let Some(issue) = now else { return end(Outcome::Ignored, format!("there is no issue #{number} (any more)")) };
    // It may have waited for its turn.
    if !issue.open {
        return end(Outcome::Ignored, format!("#{number} is closed"));
    }
    if let Some(label) = task.label.as_ref().filter(|label| !issue.labels.iter().any(|l| task::is_same(l, label))) {
        return end(Outcome::Ignored, format!("the label `{label}` was taken off #{number}"));
    }
    if task.title.is_empty() {
        task.is_pull = issue.is_pull;
        task.title = issue.title;
        task.body = issue.body;
    }
    Ok(Ok(task))
}

/// A word on our own pull request is about the task that it was made for.
fn own_task(forge: &dyn Forge, config: &Config, number: u64, task: &mut Task, ours: Ours) -> Result<(), ForgeError> {
    let Some(pull) = forge.pull(number)?.filter(|p| p.head_repo.as_ref() == Some(&task.repository)) else {
        return Ok(());
    };
    let Ok(branch) = BranchName::parse(pull.head.as_str()) else { return Ok(()) };
    if let Some(key) = own(config, &branch, ours)? {
        task.key = key;
        task.target = Some(branch);
    } else if task::own_key(&branch, config).as_ref() == Some(&task.key) {
        // Somebody's branch has the name that ours would get.
        task.key = TaskKey::from_words(&format!("{}-fix", task.key));
    }
    Ok(())
}

fn own(config: &Config, branch: &BranchName, ours: Ours) -> Result<Option<TaskKey>, ForgeError> {
    let Some(key) = task::own_key(branch, config) else { return Ok(None) };
    Ok(ours(&key, branch)?.then_some(key))
}

/// A build of our own branch is another attempt at that branch's task.
fn complete_run(task: Task, now: &WorkflowRun, config: &Config, ours: Ours) -> Step<Task> {
    let conclusion = now.conclusion.clone().unwrap_or_default();
    if now.status == "completed" && conclusion == "success" {
        return end(Outcome::Duplicate, format!("the build was run again and passes now: {}", now.url));
    }
    if now.head_repository.as_ref().is_none_or(|head| *head != task.repository) {
        return end(Outcome::Blocked, "the failed build is of a fork; a fork's code is not run next to this token");
    }
    let Some(branch) = now.head_branch.as_ref().and_then(|b| BranchName::parse(b.as_str()).ok()) else {
        return end(Outcome::Ignored, "the workflow run has no branch");
    };
    let actors = [&now.actor, &now.triggering_actor].into_iter().flatten();
    let run = UpstreamRun {
        id: now.id,
        attempt: u64::from(now.attempt),
        workflow: if now.name.is_empty() { now.path.clone() } else { now.name.clone() },
        path: now.path.split('@').next().unwrap_or_default().to_owned(),
        event: now.event.clone(),
        conclusion,
        head_sha: now.head_sha.clone(),
        head_branch: Some(branch.clone()),
        head_repository: now.head_repository.clone(),
        fork_is_gone: false,
        actors: actors.map(|a| Actor { login: a.login.clone(), kind: kind_of(a.bot) }).collect(),
        pulls: task.run.as_ref().map(|r| r.pulls.clone()).unwrap_or_default(),
    };
    if now.status != "completed" {
        return end(Outcome::Duplicate, format!("the build is being run again: {}", now.url));
    }
    if let Some(why) = task::not_ours(&run, config) {
        return end(Outcome::Ignored, why);
    }
    let mut task = task::for_run(task, &run, &branch);
    if let Some(key) = own(config, &branch, ours)? {
        task.key = key;
    }
    Ok(Ok(task))
}

fn kind_of(bot: bool) -> String {
    if bot { "Bot" } else { "User" }.to_owned()
}

/// Looks for somebody else's work on the same thing before anything is spent. `mine` tells whether a commit's
/// attempt is an earlier one of this very run; `asked`, whether a person asked for just this.
pub fn already_handled(
    forge: &dyn Forge,
    config: &Config,
    task: &Task,
    asked: bool,
    mine: &dyn Fn(&str) -> bool,
    say: Say,
) -> Result<Option<(Outcome, String)>, ForgeError> {
    // What was asked for is an answer, not another patch.
    if task.request == Request::Explain && task.comment.is_some() {
        return Ok(None);
    }
    let ours = format!("{}/{}", config.branch.prefix, task.key);
    let on_our_branch = task.target.as_ref().is_some_and(|t| t.as_str() == ours);
    let mut own_pull = None;
    if let Ok(branch) = BranchName::parse(ours)
        && !on_our_branch
        && let Some(pull) = seen(forge.pull_of(&branch), say)?
    {
        if let Some(why) = declined(forge, config, task, asked, &pull)? {
            return Ok(Some((Outcome::Duplicate, why)));
        }
        own_pull = Some(pull).filter(|p| p.state == PullState::Open);
    }
    if let Some(pull) = &own_pull {
        let owner = match &pull.head_sha {
            Some(tip) => forge
                .commit(tip)?
                .and_then(|c| super::publish::trailer(&c.message, "Thanos-Attempt").map(str::to_owned)),
            None => None,
        };
        if !owner.is_some_and(|o| mine(&o)) {
            return Ok(Some((Outcome::Duplicate, format!("{} is open for this task", pull.url))));
        }
    }
    if task.kind == Kind::Issue && !task.is_pull {
        return seen(linked(forge, task, own_pull.map(|p| p.number)), say);
    }
    match &task.run {
        Some(run) => seen(gone_already(forge, run), say),
        None => Ok(None),
    }
}

/// What the token may not look at stops nothing: publishing looks again, and goes as far as it may.
fn seen<T>(answer: Result<Option<T>, ForgeError>, say: Say) -> Result<Option<T>, ForgeError> {
    match answer {
        Err(e @ (ForgeError::Forbidden { .. } | ForgeError::NotFound { .. })) => {
            say("collect", &format!("not looked for earlier work: {e}"));
            Ok(None)
        }
        answer => answer,
    }
}

/// Our pull request for the issue was closed by people: theirs is the last word until somebody asks.
fn declined(
    forge: &dyn Forge,
    config: &Config,
    task: &Task,
    asked: bool,
    pull: &PullRequest,
) -> Result<Option<String>, ForgeError> {
    if asked || task.kind != Kind::Issue || pull.state != PullState::Closed || !pull.author.is(&forge.me()?) {
        return Ok(None);
    }
    Ok(Some(format!("{} was closed without being merged; {}", pull.url, to_ask_again(config))))
}

/// How people undo their no.
pub fn to_ask_again(config: &Config) -> String {
    format!("nothing more is done until the label `{}` or `/thanos fix` asks for it", config.triggers.label)
}

/// Somebody's open pull request that closes the issue; `own` is what an attempt that was killed left.
fn linked(forge: &dyn Forge, task: &Task, own: Option<u64>) -> Result<Option<(Outcome, String)>, ForgeError> {
    let Some(number) = task.number else { return Ok(None) };
    let mut linked = forge.linked_pulls(number)?.into_iter().filter(|l| Some(l.number) != own);
    let open = linked.find(|l| l.closes && l.same_repo && l.state == PullState::Open);
    Ok(open.map(|l| (Outcome::Duplicate, format!("{} already says that it closes #{number}", l.url))))
}

/// A newer run of the same workflow on the same branch has the last word.
fn gone_already(forge: &dyn Forge, run: &UpstreamRun) -> Result<Option<(Outcome, String)>, ForgeError> {
    let Some(branch) = &run.head_branch else { return Ok(None) };
    let newer = beside(forge, run, 10)?.into_iter().filter(|r| r.id > run.id && r.status == "completed");
    let newest = newer.max_by_key(|r| r.id);
    Ok(newest.and_then(|r| match r.conclusion.as_deref() {
        Some("success") => {
            Some((Outcome::Duplicate, format!("the failure is gone already: {} passes on {branch}", r.url)))
        }
        Some("failure" | "timed_out") => {
            Some((Outcome::Duplicate, format!("a newer run failed on {branch} and is its own task: {}", r.url)))
        }
        _ => None,
    }))
}

/// Whether the target branch has changed the file that failed since: a patch for what it was would not fit.
fn overtaken(forge: &dyn Forge, collected: &Collected) -> Result<Option<String>, ForgeError> {
    let (base, target) = (&collected.base, &collected.target);
    let Some(place) = collected.recorded.as_ref().and_then(|report| report.locations.first()) else { return Ok(None) };
    let tip = match forge.branch_tip(target)? {
        Some(tip) if tip != *base && forge.is_ancestor(base, &tip)? => tip,
        _ => return Ok(None),
    };
    let is_place = |path: &String| place.path == *path || place.path.ends_with(&format!("/{path}"));
    let changed = forge.changed_paths(base, &tip)?.into_iter().find(is_place);
    Ok(changed.map(|path| {
        format!(
            "{target} has changed {path} since {}, which failed: a run of its newest commit has the last word",
            base.short()
        )
    }))
}

/// The commit of the last run of the same workflow on the same branch that passed before this one.
fn last_sound(forge: &dyn Forge, run: &UpstreamRun) -> Result<Option<Sha>, ForgeError> {
    let passed =
        beside(forge, run, 30)?.into_iter().filter(|r| r.id < run.id && r.conclusion.as_deref() == Some("success"));
    Ok(passed.max_by_key(|r| r.id).map(|r| r.head_sha).filter(|sha| *sha != run.head_sha))
}

/// The latest runs of the same workflow on the same branch.
fn beside(forge: &dyn Forge, run: &UpstreamRun, most: usize) -> Result<Vec<WorkflowRun>, ForgeError> {
    match (&run.head_branch, run.path.rsplit('/').next().filter(|file| !file.is_empty())) {
        (Some(branch), Some(file)) => forge.runs_of(file, branch.as_str(), most),
        _ => Ok(Vec::new()),
    }
}

/// The base commit and the target branch.
pub fn place(forge: &dyn Forge, default_branch: &BranchName, task: &Task) -> Step<(Sha, BranchName)> {
    if matches!(task.kind, Kind::Issue | Kind::Review) && task.is_pull {
        return pull_place(forge, task);
    }
    let target = task.target.clone().unwrap_or_else(|| default_branch.clone());
    if let (Kind::Command, Some(base)) = (task.kind, &task.base) {
        // Its tree is here already, even of a branch that this repository does not have.
        return Ok(Ok((base.clone(), target)));
    }
    let Some(tip) = forge.branch_tip(&target)? else {
        return end(Outcome::Ignored, format!("there is no branch {target} (any more): it is gone, or was a tag"));
    };
    Ok(Ok((task.base.clone().unwrap_or(tip), target)))
}

fn pull_place(forge: &dyn Forge, task: &Task) -> Step<(Sha, BranchName)> {
    let number = task.number.unwrap_or_default();
    let Some(pull) = forge.pull(number)? else {
        return end(Outcome::Ignored, format!("there is no pull request #{number}"));
    };
    if pull.head_repo.as_ref() != Some(&task.repository) {
        return end(
            Outcome::Blocked,
            "the pull request comes from a fork; a fork's code is not run next to this token",
        );
    }
    match (pull.head_sha, BranchName::parse(pull.head)) {
        (Some(sha), Ok(branch)) => Ok(Ok((sha, branch))),
        _ => end(Outcome::Ignored, format!("pull request #{number} has no branch any more")),
    }
}

/// The failed job's log and the command of its failed step.
fn read_build(forge: &dyn Forge, run: &UpstreamRun, into: &mut Collected, say: Say) -> Result<(), ForgeError> {
    let attempt = u32::try_from(run.attempt).unwrap_or(1);
    let jobs = forge.failed_jobs(run.id, attempt)?;
    // One that can be run again here comes first.
    let Some(job) = jobs.iter().find(|job| !workflow::is_foreign(&job.labels)).or(jobs.first()) else {
        into.notes.push("the run names no failed job".to_owned());
        return Ok(());
    };
    if jobs.len() > 1 {
        let others: Vec<&str> = jobs.iter().filter(|j| j.id != job.id).map(|j| j.name.as_str()).collect();
        into.notes.push(format!("other failed jobs of that run, not looked at: {}", others.join(", ")));
    }
    let (report, blocks) = read_log(forge, job)?;
    if let Some(report) = report {
        let quote = report.first_error.clone().unwrap_or_else(|| "no error line found".to_owned());
        say("collect", &format!("job {}: {}: {quote:.160}", job.name, report.class.as_str()));
        into.recorded = Some(report);
    } else {
        into.notes.push(format!("the log of the job {} is gone, or tells no failure", job.name));
    }
    let step = job.steps.iter().find(|s| s.conclusion.as_deref() == Some("failure"));
    let step = step.map_or(job.name.as_str(), |s| s.name.as_str());
    let skipped = job.steps.iter().filter(|s| s.conclusion.as_deref() == Some("skipped"));
    let skipped = skipped.map(|s| s.name.as_str()).collect();
    match plan(forge, run, &workflow::Ran { job: &job.name, step, skipped, labels: &job.labels }, &blocks)? {
        Ok(plan) => {
            into.notes.extend(plan.lacks.iter().map(|what| format!("not replayed here: {what}")));
            into.command = Some(plan.command);
            into.prepare = plan.prepare;
        }
        Err(why) => into.notes.push(format!("the failed step's command is not used: {why}")),
    }
    Ok(())
}

fn plan(
    forge: &dyn Forge,
    run: &UpstreamRun,
    ran: &workflow::Ran,
    blocks: &[RunBlock],
) -> Result<Result<workflow::StepPlan, String>, ForgeError> {
    let Ok(path) = RelPath::parse(run.path.as_str()) else {
        return Ok(Err("the run does not name its workflow file".to_owned()));
    };
    let broke = RefCell::new(None);
    let read = |path: &RelPath| match forge.file(&run.head_sha, path) {
        Ok(file) => file.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        Err(e) => {
            broke.borrow_mut().get_or_insert(e);
            None
        }
    };
    let plan = workflow::plan(&path, ran, blocks, &read);
    broke.into_inner().map_or(Ok(plan), Err)
}

fn read_log(forge: &dyn Forge, job: &Job) -> Result<(Option<LogReport>, Vec<RunBlock>), ForgeError> {
    let Some(stream) = forge.job_log(job.id)? else { return Ok((None, Vec::new())) };
    let mut stream = stream.take(MAX_LOG);
    let mut reader = log::Reader::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => reader.push(&buffer[..n]),
            // What came so far is better than nothing; the report says what it shows.
            Err(e) => {
                tracing::warn!("the log of job {} broke off: {e}", job.id);
                break;
            }
        }
    }
    let (report, blocks) = reader.finish_with_steps();
    // What a log does not tell cannot be missed here.
    let report = report.masked(&|text| forge.mask(text));
    Ok((Some(report).filter(|report| !log::tells_only_the_end(report)), blocks))
}

/// An issue that quotes a failure has recorded one.
fn recorded_in(text: &str) -> Option<LogReport> {
    let report = log::read(text);
    if report.tool.is_some() && report.first_error.is_some() {
        return Some(report);
    }
    // One line that stands alone is what people copy most.
    let line = text
        .lines()
        .map(|line| line.trim().trim_matches('`'))
        .find(|line| EXCEPTION.as_ref().is_some_and(|regex| regex.is_match(line)));
    line.map(|line| LogReport { first_error: Some(line.to_owned()), ..LogReport::unknown() })
}

/// `ValueError: could not convert string to float: ''`, `TypeError: x is not a function`.
static EXCEPTION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception): \S.{7,300}$").ok());
