//! Talking to the driver: the failing command, with the driver in its way, a request on its input, an answer behind
//! its end.

use super::super::aim::{Test, Types};
use super::super::driver;
use super::super::hunt::{Answer, Hunt, Shot};
use crate::hand::Job;
use crate::ids::RelPath;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

const DRIVER: &str =
    concat!(include_str!("driver.py"), "\n", include_str!("probe.py"), "\n", include_str!("behave.py"));
/// Python's own door for what is to be done at its start; the machine's own one is not kept out.
const DOOR: &str = include_str!("door.py");
/// The command's own output is not of interest: it does not get to its end.
const SCRIPT: &str = include_str!("run.sh");

/// What the tests do.
#[derive(Debug, Deserialize)]
pub struct Probe {
    pub tests: Vec<Test>,
    /// File, first line of the code, variables.
    pub types: Vec<(String, u32, Types)>,
    pub globals: BTreeMap<String, BTreeMap<String, String>>,
    /// Tests for which there was no time.
    pub skipped: usize,
    /// What the driver wants to be told again.
    memory: Value,
}

/// Whether the failing command runs Python's tests.
pub fn concerns(job: &Job) -> bool {
    let shown = job.command.to_string();
    let named = ["pytest", "py.test", "unittest"].iter().any(|name| shown.contains(name));
    let tool = job.diagnosis.tool.as_deref().unwrap_or_default();
    named || matches!(tool, "pytest" | "unittest")
}

pub fn probe(job: &Job, paths: &[RelPath], budget: Duration) -> Result<Option<Probe>> {
    let answer = ask(job, &driver::probe(job, paths, budget), budget)?;
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
    driver::verdicts(ask(job, &request, budget)?)
}

/// `None` where the driver did not come to an answer.
fn ask(job: &Job, request: &Value, budget: Duration) -> Result<Option<String>> {
    let stdin = serde_json::to_vec(request).context("a request to the driver")?;
    let door = if job.command.to_string().contains("unittest") { DOOR } else { "" };
    let mut argv: Vec<String> =
        ["sh", "-c", SCRIPT, "sh", DRIVER, door, driver::directory(job)].map(str::to_owned).to_vec();
    argv.extend(driver::without_timeout(&job.command.argv).iter().cloned());
    driver::answer(job, argv, &stdin, budget + budget / 2 + Duration::from_secs(30))
}
