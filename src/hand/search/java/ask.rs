//! Talking to the driver: the failing command once, with an agent in its way; then the driver alone, with what that run
//! left behind.

use super::super::aim::Test;
use super::super::driver;
use super::super::hunt::{Answer, Hunt, Shot};
use crate::hand::Job;
use crate::ids::RelPath;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;
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
    let answer = ask(job, "", &driver::probe(job, paths, budget), budget)?;
    answer.map(|answer| driver::probed(job, &answer, |probe: &Probe| probe.skipped)).transpose()
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
    let request = driver::judge(job, tests, hunt, shots, margin, budget, &probe.memory);
    driver::verdicts(ask(job, &probe.packed, &request, budget)?)
}

/// `None` where the driver did not come to an answer.
fn ask(job: &Job, packed: &str, request: &Value, budget: Duration) -> Result<Option<String>> {
    let mut stdin = format!("{packed}\n").into_bytes();
    serde_json::to_writer(&mut stdin, request).context("a request to the driver")?;
    let directory = driver::directory(job);
    let sources = if packed.is_empty() { DRIVER } else { &[] };
    let limit = (budget.as_secs() / 2).max(10).to_string();
    let count = sources.len().to_string();
    let mut argv: Vec<String> = ["sh", "-c", SCRIPT, "sh", &limit, directory, &count].map(str::to_owned).to_vec();
    argv.extend(sources.iter().flat_map(|(name, text)| [(*name).to_owned(), (*text).to_owned()]));
    argv.extend(job.command.argv.iter().cloned());
    driver::answer(job, argv, &stdin, budget + budget / 2 + Duration::from_secs(60))
}
