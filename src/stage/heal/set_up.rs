//! A set-up command that failed: what it says of itself, and whether it may pass another time.

use super::Job;
use crate::brain::log;
use crate::command::SetUp;
use crate::config::Sandbox;
use crate::record::FailureClass;
use crate::report::markdown::{one_line, tail};

/// The job with what its command installs first as set-up, where the command itself gets no network.
pub fn apart(job: &Job) -> Option<Job> {
    if job.sandbox.tier != Sandbox::Full {
        return None;
    }
    let (installs, rest) = crate::verify::apart(&job.command)?;
    let mut own = job.clone();
    own.prepare.push(SetUp { command: installs, may_fail: false });
    own.command = rest;
    Some(own)
}

pub struct SetUpFailure {
    /// For people.
    pub why: String,
    /// It is of a kind that passes by itself.
    pub may_pass: bool,
}

impl SetUpFailure {
    pub fn of(command: &str, said: &str, exit: Option<i32>, sandboxed: bool) -> Self {
        let report = log::read(said);
        let told = report.first_error.unwrap_or_else(|| last(said));
        let told = match one_line(&told, 300) {
            silent if silent.is_empty() => exit.map_or("it was stopped".to_owned(), |code| format!("exit {code}")),
            told => told,
        };
        let denied = sandboxed && super::denied::is_denied(said);
        let sudo = told.contains("sudo") || last(said).contains("sudo");
        let mend = match () {
            () if sudo => "; what needs sudo belongs in the workflow, before thanos-fix",
            () if denied => {
                "; in the sandbox set-up writes only to the tree, to places of the attempt and to tool caches: what writes \
                 elsewhere belongs in the workflow, before thanos-fix"
            }
            () => "",
        };
        let passes = [FailureClass::Transient, FailureClass::Resource, FailureClass::Unknown].contains(&report.class);
        let why = format!("the set-up command `{command}` fails here: {told}{mend}");
        Self { why, may_pass: passes && !denied && !sudo }
    }
}

/// The last lines that are not advice.
fn last(said: &str) -> String {
    let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("[notice]")).collect();
    tail(lines.join("\n").trim_end(), 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_the_error_and_not_the_advice_behind_it() {
        let said = "Collecting parameterized\nERROR: Could not install packages due to an OSError: [Errno 13] Permission \
                    denied: '/opt/python/lib/parameterized'\n\n[notice] A new release of pip is available\n[notice] To update, run: pip\n";
        let failure = SetUpFailure::of("pip install parameterized", said, Some(1), true);
        assert!(failure.why.contains("Permission denied") && failure.why.contains("sandbox"), "{}", failure.why);
        assert!(!failure.why.contains("notice") && !failure.may_pass, "{}", failure.why);
        let lost =
            SetUpFailure::of("npm ci", "npm error code ENOTFOUND\nnpm error network request failed\n", Some(1), true);
        assert!(lost.may_pass, "{}", lost.why);
        assert!(SetUpFailure::of("true", "", None, true).why.ends_with("it was stopped"));
    }
}
