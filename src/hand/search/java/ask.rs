//! Talking to the driver: the failing command once, with an agent in its way; then the driver alone, with what that run
//! left behind.

use super::super::aim::{Test, names_in_order};
use super::super::hunt::{Answer, Hunt, Shot};
use crate::command::CommandLine;
use crate::hand::Job;
use crate::ids::RelPath;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

macro_rules! driver {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("driver/", $name)))),*] };
}

/// Compiled by the machine's own compiler, when it is needed.
const DRIVER: &[(&str, &str)] = driver!(
    "Agent.java" "Assembly.java" "Behaviour.java" "Chief.java" "Clock.java" "Compiler.java" "Contest.java"
    "Framework.java" "Hub.java" "Json.java" "Judgment.java" "Loader.java" "Probe.java" "Realm.java" "Request.java"
    "Source.java" "Survey.java" "Tests.java" "Values.java" "Weaver.java" "Worker.java"
);
const SCRIPT: &str = include_str!("run.sh");
/// What the tests do.
#[derive(Debug, Deserialize)]
pub struct Probe {
    pub tests: Vec<Test>,
    /// Tests for which there was no time.
    skipped: usize,
    /// The file of the `main` that is the test.
    pub mains: Vec<RelPath>,
    /// The driver and what it runs; empty where that is too much to carry.
    packed: String,
    /// What the driver wants to be told again.
    memory: Value,
}

/// Whether the failing command may run Java.
pub fn concerns(job: &Job) -> bool {
    let shown = job.command.to_string();
    ["mvn", "gradle", "java", "ant", "make", ".sh", "bazel", "sbt"].iter().any(|name| shown.contains(name))
}

pub fn probe(job: &Job, paths: &[RelPath], budget: Duration) -> Result<Option<Probe>> {
    if job.workshop.find_program("javac").is_none() {
        job.workshop.tell("javac is missing, so Java's tests cannot be judged one by one: install a JDK");
        return Ok(None);
    }
    let request = json!({
        "mode": "probe",
        "budget": budget.as_secs_f64(),
        "files": paths.iter().map(RelPath::as_str).collect::<Vec<_>>(),
        "failing": job.diagnosis.failing,
    });
    let Some(answer) = ask(job, "", &request, budget)? else { return Ok(None) };
    let probe: Probe = serde_json::from_str(&answer).context("the probe of the tests cannot be read")?;
    if probe.skipped > 0 {
        let tests = crate::report::count(probe.skipped, "test");
        job.workshop.tell(&format!("the tests take long: {tests} left out, the whole command decides about them"));
    }
    Ok(Some(probe))
}

pub fn judge(
    job: &Job,
    probe: &Probe,
    tests: &[Test],
    hunt: &Hunt,
    shots: &[Shot],
    margin: f64,
    budget: Duration,
) -> Result<Answer> {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let request = json!({
        "mode": "judge",
        "budget": budget.as_secs_f64(),
        "workers": workers,
        "seed": job.seed,
        "margin": margin,
        "files": hunt.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
        "functions": hunt.spots,
        "candidates": shots.iter().map(Shot::told).collect::<Vec<_>>(),
        "tests": tests,
        "failing": names_in_order(tests, |test| !test.passed()),
        "passing": names_in_order(tests, |test| test.passed() && hunt.comes_by(test)),
        "memory": probe.memory,
    });
    let Some(answer) = ask(job, &probe.packed, &request, budget)? else { return Ok(Answer::default()) };
    serde_json::from_str(&answer).context("the driver's verdicts cannot be read")
}

/// `None` where the driver did not come to an answer.
fn ask(job: &Job, packed: &str, request: &Value, budget: Duration) -> Result<Option<String>> {
    let mut stdin = format!("{packed}\n").into_bytes();
    serde_json::to_writer(&mut stdin, request).context("a request to the driver")?;
    let directory = job.command.directory.as_ref().map_or(".", RelPath::as_str);
    let sources = if packed.is_empty() { DRIVER } else { &[] };
    let limit = (budget.as_secs() / 2).max(10).to_string();
    let count = sources.len().to_string();
    let mut argv: Vec<String> = ["sh", "-c", SCRIPT, "sh", &limit, directory, &count].map(str::to_owned).to_vec();
    argv.extend(sources.iter().flat_map(|(name, text)| [(*name).to_owned(), (*text).to_owned()]));
    argv.extend(job.command.argv.iter().cloned());
    let command = CommandLine { argv, directory: None, env: job.command.env.clone() };
    let limit = budget + budget / 2 + Duration::from_secs(60);
    let done = job.workshop.run(&command, Some(&stdin), limit)?;
    let text = String::from_utf8_lossy(&done.stdout);
    let answer = text.lines().rev().find(|line| line.starts_with('{')).map(str::to_owned);
    if answer.is_none() {
        let said = String::from_utf8_lossy(&done.stderr);
        let last = crate::report::markdown::one_line(&crate::report::markdown::tail(said.trim_end(), 1), 160);
        job.workshop.tell(&format!("the tests cannot be judged one by one here: {last}"));
    }
    Ok(answer)
}
