//! A repository's own guards: commands of the trusted configuration, run over a candidate like its hooks.

use super::hooks::{complaint, existing, kept_paths};
use super::{Capture, Context};
use crate::command::CommandLine;
use crate::config::{Command, OwnGuard};
use crate::guard;
use crate::ids::RelPath;
use crate::process::Finished;
use crate::record::{CheckResult, Finding, Severity};
use anyhow::Result;

/// Where an argument vector takes the candidate's files.
const FILES: &str = "{files}";

/// The verdict of each guard, in the order of the configuration.
pub fn run_own(context: &Context, guards: &[OwnGuard]) -> Result<Vec<CheckResult>> {
    guards.iter().map(|guard| judge(context, guard)).collect()
}

fn judge(context: &Context, own: &OwnGuard) -> Result<CheckResult> {
    let touched = |path: &RelPath| guard::matches(&own.when, path.as_str());
    if !own.when.is_empty() && !context.patch.files().iter().any(|file| touched(&file.path)) {
        return Ok(CheckResult::skipped(&own.id, "the patch touches none of its files"));
    }
    let paths = kept_paths(context.patch);
    let Some(command) = command(own, &paths) else {
        return Ok(CheckResult::skipped(&own.id, "its command is empty"));
    };
    let done = run(context.capture, context, &command)?;
    let mut result = if done.success() {
        CheckResult::from_findings(&own.id, Vec::new())
    } else {
        CheckResult::from_findings(&own.id, vec![objection(context, own, &paths, &done)?])
    };
    result.seconds = done.seconds;
    Ok(result)
}

/// What it rewrites is put back: a guard says yes or no.
fn run(capture: &Capture, context: &Context, command: &CommandLine) -> Result<Finished> {
    Ok(capture(command, &[], context.limit)?.0)
}

/// Its no; only a word where it says no without the patch too. A guard that did not judge at all has no such excuse.
fn objection(context: &Context, own: &OwnGuard, paths: &[RelPath], done: &Finished) -> Result<Finding> {
    let before = existing(context.patch, paths);
    let judged = done.limit.is_none() && !could_not_start(done);
    let known = match command(own, &before).filter(|_| judged && !before.is_empty()) {
        Some(command) => {
            let at_base = run(context.capture_at_base, context, &command)?;
            at_base.limit.is_none() && at_base.exit == done.exit
        }
        None => false,
    };
    let said = match done.limit {
        Some(_) => "it did not end within its limits".to_owned(),
        None => complaint(done),
    };
    let (severity, how) = match (judged, known) {
        (true, true) => (own.severity.min(Severity::Warning), "fails (without the patch too)"),
        (true, false) => (own.severity, "fails"),
        (false, _) => (own.severity, "gives no judgment"),
    };
    Ok(Finding {
        rule: format!("{}/failed", own.id),
        severity,
        path: None,
        line: None,
        column: None,
        message: format!("{how}: {said}"),
        fingerprint: None,
    })
}

/// What a shell, and whoever starts a program, answers where there is none to start or it may not be started.
fn could_not_start(done: &Finished) -> bool {
    matches!(done.exit, Some(126 | 127))
}

fn command(own: &OwnGuard, paths: &[RelPath]) -> Option<CommandLine> {
    let files = paths.iter().map(ToString::to_string);
    let mut line = own.command.to_line(None)?;
    match own.command {
        // What follows a script is `$0`, `$1`, …
        Command::Script(_) => line.argv.extend(std::iter::once(own.id.clone()).chain(files)),
        Command::Argv(_) => {
            let files: Vec<String> = files.collect();
            let take = |arg: String| if arg == FILES { files.clone() } else { vec![arg] };
            line.argv = line.argv.into_iter().flat_map(take).collect();
        }
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::{FilePatch, Patch};
    use crate::process::LimitHit;
    use crate::record::CheckStatus;
    use std::cell::RefCell;
    use std::time::Duration;

    fn own(command: Command, when: &[&str], severity: Severity) -> OwnGuard {
        let when = when.iter().map(|glob| (*glob).to_owned()).collect();
        OwnGuard { id: "licences".to_owned(), command, severity, when }
    }

    /// The verdict and every command that ran.
    fn judged(own: &OwnGuard, here: &Finished, base: &Finished) -> (CheckResult, Vec<Vec<String>>) {
        let file = |path: &str, before: Option<&str>, after: Option<&str>| {
            let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
            FilePatch { path: RelPath::parse(path).unwrap(), before: bytes(before), after: bytes(after) }
        };
        let patch = Patch::from_files([
            file("a.py", Some("a"), Some("b")),
            file("gone.py", Some("a"), None),
            file("new.py", None, Some("n")),
        ]);
        let ran = RefCell::new(Vec::new());
        let answer = |command: &CommandLine, done: &Finished| {
            ran.borrow_mut().push(command.argv.clone());
            Ok((done.clone(), Patch::default()))
        };
        let context = Context {
            patch: &patch,
            limit: Duration::from_secs(1),
            exists: &|_| Ok(true),
            find_program: &|_| None,
            prepare: &|_, _| Ok(Finished::imagined(0, "")),
            capture: &|command, _, _| answer(command, here),
            capture_at_base: &|command, _, _| answer(command, base),
        };
        let result = run_own(&context, std::slice::from_ref(own)).unwrap().remove(0);
        (result, ran.into_inner())
    }

    #[test]
    fn the_candidates_files_are_handed_over() {
        let good = Finished::imagined(0, "");
        let script = own(Command::Script("check \"$@\"".to_owned()), &[], Severity::Error);
        let (result, ran) = judged(&script, &good, &good);
        assert_eq!(result.status, CheckStatus::Pass);
        let tail: Vec<&str> = ran[0].iter().rev().take(4).rev().map(String::as_str).collect();
        assert_eq!(tail, ["check \"$@\"", "licences", "a.py", "new.py"]);
        let argv = own(Command::Argv(["check", "{files}", "-q"].map(str::to_owned).to_vec()), &[], Severity::Error);
        assert_eq!(judged(&argv, &good, &good).1, [["check", "a.py", "new.py", "-q"]]);
    }

    #[test]
    fn a_no_counts_as_much_as_the_configuration_says() {
        let (bad, good) = (Finished::imagined(1, "error: x has no licence\n"), Finished::imagined(0, ""));
        for (severity, status) in [(Severity::Error, CheckStatus::Fail), (Severity::Warning, CheckStatus::Warn)] {
            let guard = own(Command::Script("check".to_owned()), &[], severity);
            let (result, ran) = judged(&guard, &bad, &good);
            assert_eq!(result.status, status);
            assert!(result.findings[0].message.contains("x has no licence"));
            assert_eq!(ran[1].last().unwrap(), "a.py", "at the base only what was there");
            assert_eq!(judged(&guard, &bad, &bad).0.status, CheckStatus::Warn, "it failed before, too");
        }
    }

    #[test]
    fn a_guard_that_cannot_be_run_or_does_not_end_says_no() {
        let guard = own(Command::Script("check".to_owned()), &[], Severity::Error);
        for exit in [126, 127] {
            let missing = Finished::imagined(exit, "bash: check: command not found\n");
            assert_eq!(judged(&guard, &missing, &Finished::imagined(0, "")).0.status, CheckStatus::Fail);
            let (result, ran) = judged(&guard, &missing, &missing);
            assert_eq!((result.status, ran.len()), (CheckStatus::Fail, 1), "the base is no excuse");
        }
        let slow = Finished { limit: Some(LimitHit::Wall), ..Finished::imagined(1, "") };
        assert_eq!(judged(&guard, &slow, &slow).0.status, CheckStatus::Fail);
    }

    #[test]
    fn it_is_run_when_its_files_are_touched() {
        let good = Finished::imagined(0, "");
        for (glob, status) in
            [("**/*.py", CheckStatus::Pass), ("*.rs", CheckStatus::Skipped), ("gone.py", CheckStatus::Pass)]
        {
            let guard = own(Command::Script("check".to_owned()), &[glob], Severity::Error);
            assert_eq!(judged(&guard, &good, &good).0.status, status, "{glob}");
        }
    }
}
