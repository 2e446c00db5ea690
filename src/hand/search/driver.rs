//! What the judges have in common that bring a driver into the failing command: the question goes in as JSON, the answer
//! is the last line that looks like it.

use super::aim::{Test, names_in_order};
use super::hunt::{Answer, Hunt, Shot};
use crate::command::CommandLine;
use crate::hand::Job;
use crate::ids::RelPath;
use crate::process::LimitHit;
use crate::report::markdown::{one_line, tail};
use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

/// Runs a driver; `None` where it did not come to an answer, which is told unless somebody stopped it.
pub fn answer(job: &Job, argv: Vec<String>, stdin: &[u8], limit: Duration) -> Result<Option<String>> {
    let command = CommandLine { argv, directory: None, env: job.command.env.clone() };
    let done = job.workshop.run(&command, Some(stdin), limit)?;
    let text = String::from_utf8_lossy(&done.stdout);
    let answer = text.lines().rev().find(|line| line.starts_with('{')).map(str::to_owned);
    if answer.is_none() && done.limit != Some(LimitHit::Cancelled) {
        let said = String::from_utf8_lossy(&done.stderr);
        let last = one_line(&tail(said.trim_end(), 1), 160);
        job.workshop.tell(&format!("the tests cannot be judged one by one here: {last}"));
    }
    Ok(answer)
}

/// Where the failing command runs.
pub fn directory<'j>(job: &'j Job) -> &'j str {
    job.command.directory.as_ref().map_or(".", RelPath::as_str)
}

pub fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The request for what the tests do.
pub fn probe(job: &Job, paths: &[RelPath], budget: Duration) -> Value {
    json!({
        "mode": "probe",
        "budget": budget.as_secs_f64(),
        "files": paths.iter().map(RelPath::as_str).collect::<Vec<_>>(),
        "failing": job.diagnosis.failing,
    })
}

/// What a driver found out, and for how many tests there was no time.
pub fn probed<P: DeserializeOwned>(job: &Job, answer: &str, skipped: impl Fn(&P) -> usize) -> Result<P> {
    let probe: P = serde_json::from_str(answer).context("the probe of the tests cannot be read")?;
    let skipped = skipped(&probe);
    if skipped > 0 {
        let tests = crate::report::count(skipped, "test");
        job.workshop.tell(&format!("the tests take long: {tests} left out, the whole command decides about them"));
    }
    Ok(probe)
}

/// The request to judge; `memory` is what the driver wants to be told again.
pub fn judge(
    job: &Job,
    tests: &[Test],
    hunt: &Hunt,
    shots: &[Shot],
    margin: f64,
    budget: Duration,
    memory: &Value,
) -> Value {
    json!({
        "mode": "judge",
        "budget": budget.as_secs_f64(),
        "workers": workers(),
        "seed": job.seed,
        "margin": margin,
        "files": hunt.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
        "functions": hunt.spots,
        "candidates": shots.iter().map(Shot::told).collect::<Vec<_>>(),
        "tests": tests,
        "failing": names_in_order(tests, |test| !test.passed()),
        "passing": names_in_order(tests, |test| test.passed() && hunt.comes_by(test)),
        "memory": memory,
    })
}

/// The verdicts; none where the driver did not come to an answer.
pub fn verdicts(answer: Option<String>) -> Result<Answer> {
    let Some(answer) = answer else { return Ok(Answer::default()) };
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
