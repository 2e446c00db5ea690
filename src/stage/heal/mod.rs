//! Heal: run the command, say what is wrong, climb the ladder, prove the repair. It runs repository
//! code, so in the Action it is a process of its own that holds no secret.

mod bench;
mod denied;
mod forward;
mod hooks;
mod inspect;
mod job;
mod ladder;
mod layers;
mod manner;
mod memory;
mod outside;
mod outward;
mod past;
mod progress;
mod reproduce;
mod runner;
mod set_up;
mod suspects;
mod told;
mod wishes;

use super::Say;
use crate::brain::diagnose::{self as judgment, is_steady, same_failure};
use crate::brain::{log, relate};
use crate::config::{self, Confinement, Policy, Reproduce, Sandbox};
use crate::guard::{self, secrets::hidden};
use crate::hand::{self, Cut};
use crate::ids::RelPath;
use crate::learn::{self, score};
use crate::llm;
use crate::patch::{FilePatch, Patch};
use crate::process;
use crate::record::entry::Evaluation;
use crate::record::{Diagnosis, Evidence, Healing, LogReport, Outcome};
use crate::report::markdown::one_line;
use crate::task::Request;
use crate::verify::{Run, Verifier};
use crate::workspace::Tree;
use anyhow::{Context as _, Result};
pub use bench::Agent;
use bench::Bench;
pub use inspect::{Asked, inspect};
pub use job::{Job, SEED};
pub use manner::{Manner, Reviewing};
use reproduce::{Reported, Shown};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Puts back what a killed run left in the tree, and tells. `heal` does it too; who looks at the tree before that
/// comes here first.
pub fn recover(job: &Job, say: Say) -> Result<Vec<String>> {
    Ok(told(&Tree::open(&job.root, &job.journal)?, say))
}

fn told(tree: &Tree, say: Say) -> Vec<String> {
    let recovered = told::recovered(tree.recovered());
    recovered.iter().for_each(|line| say("tree", line));
    recovered
}

/// What earlier runs left; asked for once something has failed.
pub type Recall<'a> = &'a dyn Fn() -> learn::Experience;

/// Runs the stage. Whatever happens, the tree ends either repaired (and `keep` was set) or as it began.
pub fn heal(
    job: &Job,
    model: Option<&dyn llm::Model>,
    recall: Recall,
    cancel: &AtomicBool,
    say: Say,
) -> Result<Healing> {
    let started = Instant::now();
    let own;
    let job = match set_up::apart(job) {
        Some(apart) => {
            own = apart;
            &own
        }
        None => job,
    };
    let hiding = |stage: &str, text: &str| say(stage, &hidden(text));
    let say: Say = &hiding;
    let tree = Tree::open(&job.root, &job.journal)?;
    let recovered = told(&tree, say);
    let verifier = verifier(job, cancel)?;
    let mut bench = Bench::new(job, tree, verifier, recall, cancel, say)?;
    bench.model = model.filter(|model| model.writes());
    bench.reviewer = model;
    let mut healing = work(&bench)?;
    if let Some(model) = model.filter(|_| job.manner.words && healing.candidate.is_some()) {
        match hand::words::of(model, &healing) {
            Ok(words) => healing.words = Some(words),
            Err(why) => say("summary", &format!("the template is used, and not the model's words: {why}")),
        }
    }
    healing.notes.extend(bench.take_notes());
    healing.decisions = bench.take_decisions();
    healing.evaluation = rated(&healing, bench.coverage().as_ref());
    model.map(llm::Model::spent).unwrap_or_default().onto(&mut healing);
    healing.notes.splice(0..0, bench.damage().into_iter().chain(recovered));
    match healing.candidate.as_ref().filter(|_| job.keep && healing.outcome == Outcome::Proposed) {
        Some(candidate) => bench.keep_repair(&candidate.patch)?,
        None => bench.restore()?,
    }
    healing.seconds.total = started.elapsed().as_secs_f64();
    healing.seconds.verify = bench.verify_seconds();
    outward::for_people(&mut healing, &job.root, &job.scratch);
    Ok(healing)
}

/// How good the repair is; with the lines that its tests ran, where the command tells that.
pub fn rated(healing: &Healing, coverage: Option<&score::Coverage>) -> Option<Evaluation> {
    let repair = healing.candidate.as_ref()?;
    Some(score::evaluate(&score::Input {
        patch: &repair.patch,
        evidence: healing.evidence.as_ref(),
        guards: &healing.guards,
        remarks: healing.review.as_ref().map_or(&[], |review| review.remarks.as_slice()),
        coverage,
        opinion: None,
    }))
}

fn work(bench: &Bench) -> Result<Healing> {
    let mut healing = Healing::default();
    if let (Sandbox::Full, Err(why)) = (bench.job.sandbox.tier, process::strongest()) {
        let why = format!(
            "no sandbox can be had here ({why}), and without one no repository code is run; `sandbox: off` in {} runs it all the same",
            config::PATH
        );
        return Ok(healing.end(Outcome::Blocked, why));
    }
    let begun = Instant::now();
    let prepared = bench.prepare()?;
    healing.seconds.prepare = begun.elapsed().as_secs_f64();
    if let Err(failure) = prepared {
        healing.retry_wanted = failure.may_pass.then(|| "the set-up failed, which may pass".to_owned());
        return Ok(healing.end(Outcome::Explained, failure.why));
    }
    healing.notes.extend(bench.download()?);
    healing.seconds.prepare = begun.elapsed().as_secs_f64();
    if !bench.job.manner.wishes.is_empty() {
        let mut settled = wishes::settle(bench)?;
        settled.notes.splice(0..0, healing.notes);
        return Ok(settled);
    }
    (bench.say)("verify", &format!("running {}", one_line(&bench.job.command.to_string(), 120)));
    // Nobody waits for it: what is not ready when it is needed is made then.
    std::thread::spawn(warm_up);
    let base = bench.verify()?;
    healing.evidence = Some(evidence(bench, &base));
    match bench.over() {
        Some(Outcome::Cancelled) => {
            return Ok(healing.end(Outcome::Cancelled, "stopped from outside; the tree is as it was"));
        }
        Some(outcome) if base.finished.limit == Some(process::LimitHit::Wall) => {
            let why = format!("the command alone takes longer than {} s (budget.seconds)", bench.job.budget_seconds);
            return Ok(healing.end(outcome, why));
        }
        _ => {}
    }
    if base.passed() {
        return match reported(bench, &base)? {
            Shown::Fails(reported) => repair_reported(bench, &reported, healing),
            shown => passes_already(bench, &shown, healing),
        };
    }
    (bench.say)("verify", &format!("it fails: {} after {:.1} s", base.ending(), base.finished.seconds));
    let denied = denied::by_the_sandbox(bench.job, &base.text);
    denied.iter().for_each(|why| (bench.say)("verify", why));
    let mut healing = repair(bench, &base, healing)?;
    match denied {
        Some(why) if healing.outcome == Outcome::Explained => healing.reason = format!("{why}; {}", healing.reason),
        denied => healing.notes.extend(denied),
    }
    Ok(healing)
}

/// The command fails.
fn repair(bench: &Bench, base: &Run, mut healing: Healing) -> Result<Healing> {
    let report = read(bench, &base.text);
    let diagnosis = diagnose_report(bench, report.clone())?;
    (bench.say)("diagnose", &describe(&diagnosis));
    memory::tell(bench, &diagnosis);
    healing.diagnosis = Some(diagnosis.clone());
    if let Some((why, mend)) = outside::cut_off(bench.job, base, &report) {
        healing.mend = Some(mend);
        return Ok(healing.end(Outcome::Explained, why));
    }
    if let Some(end) = not_reproduced(bench, &report, &mut healing) {
        return Ok(healing.end(Outcome::Explained, end));
    }
    if let Some((outcome, reason)) = outside::not_for_patching(base, &diagnosis) {
        return Ok(healing.end(outcome, reason));
    }
    if bench.job.request == Request::Explain {
        return Ok(healing.end(Outcome::Explained, "a diagnosis was asked for, not a patch"));
    }
    if !is_steady(&report) && is_flaky(bench, &report)? {
        return Ok(healing.end(Outcome::Flaky, "the failing tests pass when they are run once more on the same commit"));
    }
    let mut healing = climb(bench, base, &diagnosis, (&Patch::default(), None), healing)?;
    if let Some(limit) = outside::at_limit(base).filter(|_| healing.outcome == Outcome::Explained) {
        healing.reason = format!("{limit}; {}", healing.reason);
    }
    Ok(healing)
}

/// What an issue reports, where no test shows it and one can be made of its text.
fn reported(bench: &Bench, passing: &Run) -> Result<Shown> {
    let job = bench.job;
    let is_wanted = job.request == Request::Fix
        && job.manner.reproduce != Reproduce::Off
        && !job.has_failed
        && !job.text.trim().is_empty();
    if is_wanted { reproduce::reproduce(bench, passing) } else { Ok(Shown::Nothing) }
}

/// The made test fails as the issue says: now it is a failure like any other.
fn repair_reported(bench: &Bench, reported: &Reported, mut healing: Healing) -> Result<Healing> {
    let mut evidence = evidence(bench, &reported.run);
    evidence.reproduced = Some(true);
    healing.evidence = Some(evidence);
    let mut diagnosis = diagnose(bench, &reported.run.text)?;
    // The made test itself is under no suspicion; what the text is about is.
    let made = |path: &RelPath| reported.test.files().iter().any(|file| file.path == *path);
    diagnosis.suspects.retain(|suspect| !made(&suspect.path));
    if diagnosis.suspects.is_empty() {
        diagnosis.suspects = suspects::of_text(bench);
    }
    (bench.say)("diagnose", &describe(&diagnosis));
    memory::tell(bench, &diagnosis);
    healing.diagnosis = Some(diagnosis.clone());
    let what = one_line(&reported.what, 160);
    healing.notes.push(format!("no test showed what the issue reports; now {what} does"));
    let mut healing = climb(bench, &reported.run, &diagnosis, (&reported.test, reported.reach.as_ref()), healing)?;
    if healing.outcome == Outcome::Explained {
        healing.reason = format!("what the issue reports is shown by {what}; {}", healing.reason);
    }
    Ok(healing)
}

/// While the command runs, the patterns that will read its output and judge a patch are compiled.
fn warm_up() {
    drop(judgment::diagnose(log::read("a/b.py:1: error: in 2 s\n"), Vec::new(), &[]));
    let path = RelPath::parse("test_a.py").unwrap_or_else(|e| unreachable!("{e}"));
    let patch = Patch::from_files([FilePatch { path, before: None, after: Some(b"assert a\n".to_vec()) }]);
    let (policy, modes) = (Policy::default(), guard::Modes::default());
    drop(guard::judge(&guard::Input { patch: &patch, policy: &policy, modes: &modes, secrets: None, failing: None }));
}

/// `given` is applied already and belongs to the repair, which has to stand within `reach` where that is known.
fn climb(
    bench: &Bench,
    base: &Run,
    diagnosis: &Diagnosis,
    (given, reach): (&Patch, Option<&reproduce::Reach>),
    mut healing: Healing,
) -> Result<Healing> {
    let climb = ladder::climb(bench, base, diagnosis, given, &ladder::Aim { reach, ..ladder::Aim::default() })?;
    let ending = climb.ending;
    healing.candidates = climb.judged;
    healing.tried = climb.tried;
    healing.seconds.hands = climb.seconds;
    healing.retry_wanted = ending.retry_wanted();
    healing.mend = ending.mend;
    healing.guards = ending.guards;
    healing.review = ending.review;
    healing.candidate = ending.candidate;
    if climb.skipped > 0 {
        let skipped = crate::report::count(climb.skipped, "candidate");
        healing.notes.push(format!("{skipped} skipped: an earlier attempt tried them"));
    }
    if let (Some((after, compared)), Some(evidence)) = (ending.after, &mut healing.evidence) {
        evidence.after = Some(after);
        evidence.fail_to_pass = compared.fail_to_pass;
        evidence.pass_to_pass = compared.pass_to_pass;
    }
    Ok(healing.end(ending.outcome, ending.reason))
}

/// `healthy` only when no failure is recorded for this commit. What an issue reports without showing a
/// failure still gets its suspects.
fn passes_already(bench: &Bench, shown: &Shown, mut healing: Healing) -> Result<Healing> {
    let job = bench.job;
    let is_required = job.manner.reproduce == Reproduce::Required;
    let passes = "the command passes";
    let (outcome, reason) = match (&job.recorded, shown) {
        (Some(recorded), _) => {
            let there = recorded.first_error.as_deref().unwrap_or(recorded.class.as_str());
            (Outcome::Explained, format!("not reproduced: {passes} here; recorded was: {}", one_line(there, 200)))
        }
        (None, _) if job.has_failed => {
            let why = "the log of the failed build tells nothing to compare";
            (Outcome::Explained, format!("not reproduced: {passes} here; {why}"))
        }
        (None, _) if job.text.trim().is_empty() => return Ok(healing.end(Outcome::Healthy, passes)),
        (None, Shown::Passes) => (Outcome::Healthy, format!("{passes}, and so does the issue's own example as a test")),
        (None, Shown::Not(why)) => match bench.unfinished.take() {
            Some(left) => {
                let (outcome, why) = left.told();
                healing.retry_wanted = (left.cut == Cut::Silence).then(|| why.clone());
                healing.mend = left.mend;
                (outcome, format!("not reproduced: {why}"))
            }
            None => (Outcome::Explained, format!("not reproduced: {passes}; {why}")),
        },
        (None, _) if is_required => {
            let why = "no test could be made that fails as reported (reproduce: required)";
            (Outcome::Explained, format!("not reproduced: {passes}, and {why}"))
        }
        (None, _) => (Outcome::Healthy, format!("{passes}; nothing it runs shows what is reported")),
    };
    if let (Outcome::Explained | Outcome::Budget, Some(evidence)) = (outcome, &mut healing.evidence) {
        evidence.reproduced = Some(false);
    }
    let report = bench.job.recorded.clone().unwrap_or_else(LogReport::unknown);
    healing.diagnosis = Some(diagnose_report(bench, report)?);
    Ok(healing.end(outcome, reason))
}

fn not_reproduced(bench: &Bench, here: &LogReport, healing: &mut Healing) -> Option<String> {
    let Some(recorded) = bench.job.recorded.as_ref() else {
        // Whoever reports it quotes it.
        let is_quoted = quotes(&bench.job.text, here);
        if let Some(evidence) = healing.evidence.as_mut().filter(|_| is_quoted) {
            evidence.reproduced = Some(true);
        }
        let reported = &bench.job.text;
        let is_required = bench.job.manner.reproduce == Reproduce::Required && !bench.job.has_failed;
        let is_other = |diagnosis: &Diagnosis| !relate::is_about(reported, diagnosis, &Patch::default());
        let other = is_required && !is_quoted && !reported.trim().is_empty();
        if other && healing.diagnosis.as_ref().is_some_and(is_other) {
            let why = "not reproduced: what fails here is not what is reported (reproduce: required)";
            return Some(why.to_owned());
        }
        return None;
    };
    let same = same_failure(recorded, here);
    if let Some(evidence) = &mut healing.evidence {
        evidence.reproduced = Some(same);
    }
    let quote = |r: &LogReport| one_line(r.first_error.as_deref().unwrap_or(r.class.as_str()), 160);
    (!same).then(|| {
        format!(
            "not reproduced: the command fails here with another failure; recorded: {}; here: {}",
            quote(recorded),
            quote(here)
        )
    })
}

/// Whether an issue's text holds the error that was seen here.
fn quotes(text: &str, here: &LogReport) -> bool {
    let error = here.first_error.as_deref().unwrap_or_default();
    let error = error.strip_prefix('E').filter(|rest| rest.starts_with(' ')).unwrap_or(error).trim();
    // Less than a few words may stand anywhere.
    error.len() >= 16 && text.contains(error)
}

/// Fails and passes on the same commit: only the failing tests, once more, in the same private folder.
fn is_flaky(bench: &Bench, report: &LogReport) -> Result<bool> {
    if report.failing.is_empty() {
        return Ok(false);
    }
    let again = bench.verify_only(&report.failing)?;
    let flaky = again.is_some_and(|run| run.passed());
    if flaky {
        (bench.say)("verify", "the failing tests pass when run by themselves");
    }
    Ok(flaky)
}

fn diagnose(bench: &Bench, text: &str) -> Result<Diagnosis> {
    diagnose_report(bench, read(bench, text))
}

/// What the command printed, and what it looked for where it printed nothing of that.
fn read(bench: &Bench, text: &str) -> LogReport {
    let report = log::read(text);
    if log::tells_only_the_end(&report) { log::asked(report, &bench.job.command.to_string(), text) } else { report }
}

fn diagnose_report(bench: &Bench, report: LogReport) -> Result<Diagnosis> {
    let suspects = suspects::find(bench, &report)?;
    let mut diagnosis = judgment::diagnose(report, suspects, &bench.job.hands);
    memory::remember(bench, &mut diagnosis);
    Ok(diagnosis)
}

fn describe(diagnosis: &Diagnosis) -> String {
    let quote = one_line(diagnosis.first_error.as_deref().unwrap_or("no error line found"), 160);
    let tool = diagnosis.tool.as_deref().map_or_else(String::new, |t| format!(" ({t})"));
    format!("{}{tool}: {quote}", diagnosis.class.as_str())
}

fn evidence(bench: &Bench, base: &Run) -> Evidence {
    Evidence {
        command: bench.job.command.to_string(),
        before: outward::summarize(base),
        after: None,
        fail_to_pass: Vec::new(),
        pass_to_pass: None,
        reproduced: None,
        sandbox: base.finished.tier.to_owned(),
        sandbox_gaps: base.finished.gaps.iter().map(|gap| gap.text.to_owned()).collect(),
    }
}

/// How a child is confined: set-up commands need the network even where the rest has none.
fn sandbox(wanted: Sandbox, network: bool) -> process::Sandbox {
    match (wanted, network) {
        (Sandbox::Off, _) => process::Sandbox::Off,
        (Sandbox::Full, false) => process::Sandbox::Full,
        (Sandbox::Full, true) => process::Sandbox::Install,
        (Sandbox::Light, _) => process::Sandbox::Light,
    }
}

/// What the user's own command in a terminal uses is the user's business.
fn limits(confinement: &Confinement, wall: Duration) -> process::Limits {
    let usual = process::Limits { wall, ..process::Limits::default() };
    if confinement.tier != Sandbox::Full {
        return usual;
    }
    let most = process::machine_memory().map(|bytes| bytes / 4 * 3);
    process::Limits {
        memory_bytes: confinement.memory_mb.map(|mb| mb << 20).or(most),
        processes: Some(confinement.processes),
        disk_bytes: Some(confinement.disk_mb << 20),
        cpu: confinement.cpu_seconds.map(Duration::from_secs),
        ..usual
    }
}

fn verifier<'a>(job: &Job, cancel: &'a AtomicBool) -> Result<Verifier<'a>> {
    std::fs::create_dir_all(&job.scratch).with_context(|| format!("cannot make {}", job.scratch.display()))?;
    // A command that takes more of the budget cannot be run a second time within it.
    let wall = job.timeout_seconds.min((job.budget_seconds * 2 / 5).max(10));
    let limits = limits(&job.sandbox, Duration::from_secs(wall));
    let env = job.env.iter().map(|(k, v)| (k.into(), v.into())).collect();
    let confined = sandbox(job.sandbox.tier, false);
    Ok(Verifier::new(job.command.clone(), &job.root, &job.scratch, env, confined, limits)?
        .hide(&job.hidden)
        .reach(&job.sandbox.network)
        .cancel_with(cancel))
}
