//! What `heal` and `fix` share: a job on the user's own working tree.

use super::branch::Place;
use super::ledger::place;
use super::{Door, Exit, event::local_config, held::held, memory, model, print_json, surroundings, usage};
use crate::command::CommandLine;
use crate::config::{self, Config, Sandbox};
use crate::dashboard::Beacon;
use crate::git::Repo;
use crate::ids::{AttemptName, BranchName, RepoSlug, Sha, TaskKey, digest};
use crate::learn::Experience;
use crate::ledger;
use crate::pipeline;
use crate::process;
use crate::record::{HandId, Healing, Outcome, SCHEMA};
use crate::spend::Purse;
use crate::stage::heal::{self, Job, SEED};
use crate::stage::proposal::Proposal;
use crate::task::{Kind, Request, Task};
use crate::{report, verify};
use anyhow::{Context as _, Result};
use serde_json::json;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(clap::Args)]
pub struct Options {
    /// The hands to use, in this order
    #[arg(long, value_delimiter = ',', value_parser = hand, value_name = "A,B,C")]
    hands: Vec<HandId>,
    /// Stop after this many seconds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=21_600))]
    budget_seconds: Option<u64>,
    /// Spend at most this much on a language model; 0 asks none
    #[arg(long, value_name = "X", value_parser = dollars)]
    budget_usd: Option<f64>,
    #[command(flatten)]
    tape: model::Tape,
    /// A revision that was sound: what broke it is looked for, and taken back at last, in what came after it
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// For `search`, which draws the arguments with which it compares repairs: the same one, the same result
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Leave the repair in the working tree, uncommitted (the default)
    #[arg(long, conflicts_with_all = ["branch", "dry_run"])]
    apply: bool,
    /// Commit the repair on this new branch instead
    #[arg(long, value_name = "NAME", conflicts_with = "dry_run")]
    branch: Option<String>,
    /// Only print the diff
    #[arg(long)]
    dry_run: bool,
    /// Write the sealed proposal and fix.patch there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What the command may do: full (no network, writes only in the tree and caches), light (writes only
    /// in the tree and caches, the command in /tmp too), off
    #[arg(long, value_parser = sandbox, default_value = "light", value_name = "full|light|off")]
    sandbox: Sandbox,
}

pub fn hand(name: &str) -> Result<HandId, String> {
    let known = HandId::ALL.map(HandId::as_str).join(", ");
    HandId::ALL.into_iter().find(|h| h.as_str() == name).ok_or_else(|| format!("known hands: {known}"))
}

pub fn dollars(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|usd: &f64| usd.is_finite() && *usd >= 0.0).ok_or_else(|| "use 0 or more".to_owned())
}

/// The value of `--sandbox` and of the input of that name.
pub fn sandbox(name: &str) -> Result<Sandbox, String> {
    match name {
        "full" => Ok(Sandbox::Full),
        "light" => Ok(Sandbox::Light),
        "off" => Ok(Sandbox::Off),
        _ => Err("use full, light or off".to_owned()),
    }
}

/// What is to be healed.
pub struct Work {
    pub command: Vec<String>,
    /// The cleaned text; empty for `heal`.
    pub text: String,
    pub title: String,
    pub recorded: Option<crate::record::LogReport>,
}

/// Heals the working tree and prints how it went.
pub fn run(door: &Door, options: &Options, work: Work) -> Result<Exit> {
    let root = door.common.repo.canonicalize()?;
    let config = configured(door, options, &root)?;
    let place = options.branch.as_deref().map(|branch| Place::find(&root, branch)).transpose()?;
    options.out.as_deref().map(writable).transpose()?;
    let command = proving(&work, &config, &root)?;
    let scratch = tempfile::Builder::new().prefix("thanos-fix-").tempdir().context("cannot make a temporary folder")?;
    let cancel = cancel_flag()?;
    let said = Mutex::new(Vec::new());
    let beacon = beacon(door, &work.title, &root.file_name().unwrap_or_default().to_string_lossy());
    let say = |stage: &str, text: &str| {
        said.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
        door.ui.stage(stage, text);
        beacon.iter().for_each(|beacon| beacon.step(stage, &held().mask(text)));
    };
    let mut company = model::of_tape(&options.tape, &options.hands, door, &config, &cancel, &say)?;
    super::notify::keep_secret(door, &config);
    let agent = model::agent(&config, &mut company, &say);
    let asked = company.asked.as_ref();
    // What is recorded can be played again: neither begins with what earlier runs left.
    let taped = options.tape.is_turning();
    let job = Job {
        journal: state_dir(door).join("journal"),
        scratch: scratch.path().to_owned(),
        recorded: work.recorded,
        text: work.text,
        hands: model::hands(&config.hands.0, asked, agent.as_ref()),
        agent,
        tried: if taped { Vec::new() } else { memory::unfinished(door, &root, &work.title) },
        since: options.since.as_deref().map(|since| revision(&root, since)).transpose()?,
        env: strings(command_env(door, &config)),
        seed: options.seed.unwrap_or(SEED),
        keep: !options.dry_run && place.is_none(),
        ..Job::of(&config, root.clone(), scratch.path(), command)
    };
    let job = Job { manner: job.manner.clone().without_reviewer(company.no_reviewer.clone()), ..job };
    let started = pipeline::now();
    surroundings::boundary(&root)?.inspect(|text| say("tree", text));
    // What comes back here is none of what the command leaves.
    let recovered = heal::recover(&job, &say)?;
    let before = surroundings::Before::look(&root);
    let attempt = AttemptName::parse(ulid::Ulid::generate().to_string())?;
    let (opens, late) = (|| shared(door), || memory::kept(door, None));
    let purse = Purse::new(&config.budget, &opens);
    let purse = purse.map(|purse| Purse { late: &late, attempt: Some(attempt.clone()), ..purse });
    let is_capped = purse.is_some();
    let recall = || if taped { Experience::default() } else { memory::experience(door, &root, &config, &say) };
    let mut healing = model::metered(asked, purse, &say, |model| heal::heal(&job, model, &recall, &cancel, &say))?;
    healing.notes.splice(0..0, recovered);
    // What was said when it happened is not said again at the end.
    let said = said.into_inner().unwrap_or_else(PoisonError::into_inner);
    let unrelated = report::unrelated(&job.text, &healing).map(str::to_owned);
    company.onto(&mut healing);
    let offered =
        company.offered.clone().filter(|_| healing.outcome == Outcome::Explained && healing.candidate.is_none());
    let fresh = before.left_behind(&healing).into_iter().chain(inner(&root, &job, &healing));
    let fresh: Vec<String> = fresh.chain(unrelated).chain(offered).collect();
    let notes: Vec<String> = healing.notes.iter().filter(|note| !said.contains(note)).chain(&fresh).cloned().collect();
    healing.notes.extend(fresh);
    let proposal = proposal(&root, attempt, &work.title, &started, &healing)?;
    memory::remember(door, &proposal, if is_capped { 0.0 } else { config.budget.usd });
    if let Some(dir) = &options.out {
        proposal.seal(dir, &*held().mask_fn())?;
        asked.as_ref().map_or(Ok(()), |asked| asked.talked().keep(dir))?;
    }
    let committed = match (&place, healing.repair()) {
        (Some(place), Some(candidate)) => Some(place.commit(&root, &proposal, &candidate.patch)),
        _ => None,
    };
    let told = committed.as_ref().and_then(|done| done.as_ref().ok()).map(String::as_str);
    show(door, &job, &healing, &notes, told)?;
    crate::workspace::repair_was_told(&root, &job.journal)?;
    // After the repair was shown: it is not lost where it cannot be committed.
    committed.transpose()?;
    Ok(if passes(&job, &healing) { Exit::Done } else { Exit::No })
}

/// The file's configuration with what the arguments say instead.
fn configured(door: &Door, options: &Options, root: &Path) -> Result<Config> {
    let mut config = local_config(door, root)?;
    config.budget.usd = options.budget_usd.unwrap_or(config.budget.usd);
    config.budget.seconds = options.budget_seconds.unwrap_or(config.budget.seconds);
    if !options.hands.is_empty() {
        config.hands.0.clone_from(&options.hands);
        config.hands_are_listed = true;
    }
    config.sandbox.tier = options.sandbox;
    options.tape.apply(&mut config)?;
    match config::twice(&options.hands) {
        Some(hand) => Err(usage(format!("--hands names `{}` twice", hand.as_str()))),
        None => Ok(config),
    }
}

/// The command that proves a repair: the user's own, the configured one, else what the tree shows.
fn proving(work: &Work, config: &Config, root: &Path) -> Result<CommandLine> {
    if !work.command.is_empty() {
        return Ok(CommandLine::new(&work.command));
    }
    if let Some(why) = lacks_directory(config, root) {
        return Err(usage(why));
    }
    let configured = config.verify.command.as_ref().and_then(|c| c.to_line(config.verify.directory.as_ref()));
    let found = configured.or_else(|| verify::detect(root));
    found.ok_or_else(|| usage("no command to prove a repair with: give one after --, or set verify.command"))
}

/// The ledger whose spending a cap of days and months counts.
fn shared(door: &Door) -> Result<Box<dyn ledger::Store>> {
    Ok(match place::database(door, None)? {
        Some(database) => Box::new(database),
        None => Box::new(own_ledger(door)?),
    })
}

/// Whether the command passes in the tree as it lies there now.
fn passes(job: &Job, healing: &Healing) -> bool {
    match healing.outcome {
        Outcome::Proposed => job.keep,
        // What was reported may not show here: the command passes all the same.
        Outcome::Healthy | Outcome::Explained => {
            healing.evidence.as_ref().is_some_and(|evidence| evidence.before.exit == Some(0))
        }
        _ => false,
    }
}

/// The environment of a command in a terminal: what the channels of `notify` need is not in it.
pub fn command_env(door: &Door, config: &Config) -> Vec<(OsString, OsString)> {
    let mut env = process::terminal_env(&door.env.pairs());
    env.retain(|(name, _)| !config.notify.iter().flat_map(config::Channel::variables).any(|secret| name == secret));
    env
}

/// That the command's directory is not there, if so: the command itself would only fail to start.
pub fn lacks_directory(config: &Config, root: &Path) -> Option<String> {
    let directory = config.verify.directory.as_ref().filter(|_| config.verify.command.is_some())?;
    let is_there = root.join(directory.as_str()).is_dir();
    (!is_there).then(|| format!("verify.directory: there is no directory `{directory}`"))
}

/// That a repair stays in a repository inside of this one, where `git status` shows it differently.
fn inner(root: &Path, job: &Job, healing: &Healing) -> Option<String> {
    let patch = &healing.repair().filter(|_| job.keep)?.patch;
    let inner = surroundings::inner_repository(root, patch)?;
    Some(format!("the repair lies in {inner}, which is a repository of its own (a submodule): commit it there"))
}

fn revision(root: &Path, since: &str) -> Result<Sha> {
    let repo = Repo::discover(root)?;
    let repo = repo.ok_or_else(|| usage(format!("--since: {} is not in a git repository", root.display())))?;
    repo.resolve(since)?.ok_or_else(|| usage(format!("--since: there is no commit `{since}` here")))
}

/// Known before the work, not after it.
fn writable(dir: &Path) -> Result<()> {
    let tried = std::fs::create_dir_all(dir).and_then(|()| tempfile::tempfile_in(dir));
    tried.map(drop).map_err(|e| usage(format!("--out: cannot write to {}: {e}", dir.display())))
}

fn show(door: &Door, job: &Job, healing: &Healing, notes: &[String], committed: Option<&str>) -> Result<()> {
    if door.common.json {
        return print_json(&as_json(healing));
    }
    if let Some(candidate) = &healing.candidate {
        door.ui.diff(&candidate.patch.unified_diff());
    }
    door.ui.block(&report::guard_lines(&healing.guards));
    if let Some(evaluation) = &healing.evaluation {
        door.ui.stage("score", &report::score_line(evaluation));
    }
    if let (None, Some(diagnosis)) = (&healing.candidate, &healing.diagnosis) {
        for suspect in diagnosis.suspects.iter().take(5) {
            let line = suspect.line.map_or_else(String::new, |l| format!(":{l}"));
            let why = report::markdown::one_line(&suspect.why.join("; "), 120);
            door.ui.stage("look at", &format!("{}{line}  {why}", suspect.path));
        }
    }
    if let Some(evidence) = &healing.evidence {
        door.ui.stage("sandbox", &report::sandbox(evidence));
    }
    for note in notes {
        door.ui.stage("note", note);
    }
    if let Some(where_to) = committed {
        door.ui.stage("branch", where_to);
    } else if healing.candidate.is_some() {
        let kept = if job.keep && healing.repair().is_some() {
            "the repair is in the working tree, uncommitted"
        } else {
            "the working tree is as it was"
        };
        door.ui.stage("tree", kept);
    }
    let good = matches!(healing.outcome, Outcome::Proposed | Outcome::Healthy);
    let kept = match committed {
        Some(_) => report::Kept::Branch,
        None if job.keep => report::Kept::Tree,
        None => report::Kept::Nowhere,
    };
    if let Some(mend) = healing.mend.as_ref().filter(|_| !good) {
        door.ui.stage("next", mend);
    }
    door.ui.verdict(good, &report::verdict(healing, kept));
    Ok(())
}

/// The shape that design and documentation promise; a field of ours that is not in it stays inside.
pub fn as_json(healing: &Healing) -> serde_json::Value {
    let candidate = healing.candidate.as_ref();
    json!({
        "schema": SCHEMA,
        "outcome": healing.outcome,
        "reason": healing.reason,
        "hand": candidate.map(|c| c.hand),
        "confidence": candidate.map(|c| c.confidence),
        "diagnosis": healing.diagnosis,
        "patch": candidate.map(|c| c.patch.unified_diff()),
        "why": candidate.map(|c| c.why.clone()),
        "candidates": healing.candidates,
        "tried": healing.tried,
        "evidence": healing.evidence,
        "guards": healing.guards,
        "evaluation": healing.evaluation,
        "decisions": healing.decisions,
        "notes": healing.notes,
        "seconds": healing.seconds,
        "tokens": healing.tokens,
        "cost_usd": healing.cost_usd,
        "assumed": healing.assumed,
        "review": healing.review,
        "mend": healing.mend,
    })
}

/// The attempt as it is sealed and recorded.
fn proposal(root: &Path, attempt: AttemptName, title: &str, started: &str, healing: &Healing) -> Result<Proposal> {
    let repo = Repo::discover(root)?;
    let head = repo.as_ref().and_then(|r| r.head().ok());
    let base = head.as_ref().and_then(|h| h.commit.clone());
    let branch = head.and_then(|h| h.branch).and_then(|b| BranchName::parse(b).ok());
    let repository = match repo.and_then(|r| r.remote_slug("origin")) {
        Some(slug) => slug,
        None => RepoSlug::parse("local/tree")?,
    };
    let task = Task {
        source: "terminal".to_owned(),
        kind: Kind::Command,
        key: task_key(title),
        request: Request::Fix,
        repository,
        number: None,
        is_pull: false,
        comment: None,
        title: title.to_owned(),
        body: String::new(),
        author: None,
        actors: Vec::new(),
        base: base.clone(),
        target: None,
        run: None,
        run_id: None,
        command: None,
        label: None,
    };
    Ok(Proposal {
        schema: SCHEMA,
        attempt,
        started: started.to_owned(),
        event: "terminal".to_owned(),
        task,
        base,
        target: branch.map_or_else(|| BranchName::parse("main"), Ok)?,
        healing: healing.clone(),
    })
}

/// One for each project: `ledger show` must not list another one's attempts.
pub fn own_ledger(door: &Door) -> Result<ledger::Directory> {
    let root = project(door)?;
    let name = digest(root.as_os_str().as_encoded_bytes(), 8);
    Ok(ledger::Directory::new(state_dir(door).join("ledger").join(name), held().mask_fn()))
}

/// What makes two runs in a terminal the same work.
pub fn task_key(title: &str) -> TaskKey {
    TaskKey::from_words(&format!("local {title}"))
}

/// The root of the repository that `--repo` lies in, else that folder itself.
pub fn project(door: &Door) -> Result<PathBuf> {
    let repo = Repo::discover(&door.common.repo)?;
    let root = repo.as_ref().and_then(Repo::workdir).unwrap_or(&door.common.repo);
    root.canonicalize().with_context(|| format!("cannot open {}", root.display()))
}

/// Set by SIGINT, SIGTERM or SIGHUP (the terminal went away); a second one ends the process at once.
pub fn cancel_flag() -> Result<Arc<AtomicBool>> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&flag))?;
        signal_hook::flag::register(signal, Arc::clone(&flag))?;
    }
    Ok(flag)
}

/// Where journals of this user's trees are kept between runs.
pub fn state_dir(door: &Door) -> PathBuf {
    let home = door.env.path("HOME").map(|h| h.join(".local/state"));
    door.env.path("XDG_STATE_HOME").or(home).unwrap_or_else(std::env::temp_dir).join("thanos-fix")
}

/// Shows this run to `dashboard serve`; none where that cannot be.
pub fn beacon(door: &Door, title: &str, repository: &str) -> Option<Beacon> {
    let beacon = Beacon::light(&live_dir(door), &held().mask(title), repository);
    beacon.inspect_err(|e| tracing::debug!("nobody can watch this run: {e:#}")).ok()
}

/// Where runs in progress tell of themselves.
pub fn live_dir(door: &Door) -> PathBuf {
    state_dir(door).join("live")
}

/// Variables that are not UTF-8 cannot cross the process boundary as JSON; nothing we run needs one.
pub fn strings(env: Vec<(OsString, OsString)>) -> Vec<(String, String)> {
    env.into_iter().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect()
}
