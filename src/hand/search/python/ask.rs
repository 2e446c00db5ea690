//! Talking to the driver: the failing command, with the driver in its way, a request on its input, an answer behind
//! its end.

use super::super::aim::{Test, Types, names_in_order};
use super::super::hunt::{Answer, Hunt, Shot};
use crate::command::CommandLine;
use crate::hand::Job;
use crate::ids::RelPath;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};
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
    let request = json!({
        "mode": "probe",
        "budget": budget.as_secs_f64(),
        "files": paths.iter().map(RelPath::as_str).collect::<Vec<_>>(),
        "failing": job.diagnosis.failing,
    });
    let Some(answer) = ask(job, &request, budget)? else { return Ok(None) };
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
    let Some(answer) = ask(job, &request, budget)? else { return Ok(Answer::default()) };
    serde_json::from_str(&answer).context("the driver's verdicts cannot be read")
}

/// `timeout 60 pytest` → `pytest`: the driver keeps its own time.
pub fn without_timeout(argv: &[String]) -> &[String] {
    let is_one = argv.first().is_some_and(|word| word.rsplit('/').next() == Some("timeout"));
    let seconds = argv.iter().position(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    match seconds.filter(|_| is_one) {
        // An option's own number stands behind a word of it.
        Some(at) if argv.get(at + 1).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit())) => {
            &argv[at + 2..]
        }
        Some(at) => &argv[at + 1..],
        None => argv,
    }
}

/// `None` where the driver did not come to an answer.
fn ask(job: &Job, request: &Value, budget: Duration) -> Result<Option<String>> {
    let stdin = serde_json::to_vec(request).context("a request to the driver")?;
    let directory = job.command.directory.as_ref().map_or(".", RelPath::as_str);
    let door = if job.command.to_string().contains("unittest") { DOOR } else { "" };
    let mut argv: Vec<String> = ["sh", "-c", SCRIPT, "sh", DRIVER, door, directory].map(str::to_owned).to_vec();
    argv.extend(without_timeout(&job.command.argv).iter().cloned());
    let command = CommandLine { argv, directory: None, env: job.command.env.clone() };
    let limit = budget + budget / 2 + Duration::from_secs(30);
    let done = job.workshop.run(&command, Some(&stdin), limit)?;
    let text = String::from_utf8_lossy(&done.stdout);
    let answer = text.lines().rev().find(|line| line.starts_with('{')).map(str::to_owned);
    if answer.is_none() && done.limit.is_none() {
        let said = String::from_utf8_lossy(&done.stderr);
        let last = crate::report::markdown::one_line(&crate::report::markdown::tail(said.trim_end(), 1), 160);
        job.workshop.tell(&format!("the tests cannot be judged one by one here: {last}"));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapper_that_stops_the_command_does_not_stop_the_driver() {
        let cut = |line: &str| without_timeout(&line.split(' ').map(str::to_owned).collect::<Vec<_>>()).join(" ");
        assert_eq!(cut("timeout 60 pytest -q"), "pytest -q");
        assert_eq!(cut("/usr/bin/timeout -k 5 1.5m python3 -m pytest"), "python3 -m pytest");
        assert_eq!(cut("pytest 5"), "pytest 5");
    }
}
