//! A model writes the test that an issue lacks. Whether it is one is not for the model to say: it stands in new files of
//! tests alone, it fails, it alone fails, and it fails as the issue says and not by a fault of its own.

use super::Reported;
use crate::brain::diagnose as judgment;
use crate::brain::log;
use crate::guard;
use crate::hand::{self, Hand as _};
use crate::patch::Patch;
use crate::record::{Complexity, LogReport};
use crate::report::markdown::one_line;
use crate::stage::heal::bench::Bench;
use crate::stage::heal::ladder;
use crate::verify::Run;
use anyhow::Result;

/// What a test that cannot even be loaded says.
const OWN_FAULTS: &[&str] = &[
    "SyntaxError",
    "IndentationError",
    "ModuleNotFoundError",
    "ImportError",
    "NameError",
    "Cannot find module",
    "ReferenceError",
    "cannot find",
    "undefined:",
    "could not compile",
    "fixture '",
];

/// `None` where no model is there, or none of its tests is one.
pub fn reproduce(bench: &Bench, passing: &Run) -> Result<Option<Reported>> {
    if bench.model.is_none() || bench.over().is_some() {
        return Ok(None);
    }
    (bench.say)("reproduce", "asking the model for a test of what is reported");
    let mut diagnosis = judgment::diagnose(LogReport::unknown(), Vec::new(), &[]);
    diagnosis.complexity = Complexity::Simple;
    diagnosis.suspects = super::super::suspects::of_text(bench);
    let mut job = ladder::job(bench, &diagnosis, "", &[]);
    job.aim = include_str!("../reproduce.md");
    for candidate in hand::model::Model.propose(&job)? {
        let candidate = candidate?;
        bench.tell_output("");
        match try_one(bench, passing, &candidate.patch)? {
            Ok(run) => {
                return Ok(Some(Reported { test: candidate.patch, run, what: candidate.why }));
            }
            Err(why) => {
                (bench.say)("reproduce", &format!("that is no test of it: {}", one_line(&why, 160)));
                bench.tell_result(&why);
            }
        }
    }
    Ok(None)
}

/// Its failing run, applied; or why it is no such test, with the tree as it was.
fn try_one(bench: &Bench, passing: &Run, test: &Patch) -> Result<Result<Run, String>> {
    let is_new_test = |file: &crate::patch::FilePatch| file.before.is_none() && guard::is_test(&file.path);
    if let Some(file) = test.files().iter().find(|file| !is_new_test(file)) {
        return Ok(Err(format!("only new files of tests may be written here, and {} is none", file.path)));
    }
    let judged = bench.judge(test);
    if !guard::passes(&judged) {
        return Ok(Err(ladder::blocked_by(&judged)));
    }
    if !bench.apply(test)? {
        return Ok(Err("it does not apply".to_owned()));
    }
    let run = bench.verify()?;
    bench.tell_output(&run.text);
    match is_shown(test, passing, &run, &bench.job.text) {
        Ok(()) => Ok(Ok(run)),
        Err(why) => {
            bench.undo(test)?;
            Ok(Err(why))
        }
    }
}

fn is_shown(test: &Patch, passing: &Run, run: &Run, reported: &str) -> Result<(), String> {
    if run.passed() {
        return Err("the command passes with it: it is not picked up, or it does not fail".to_owned());
    }
    if run.finished.limit.is_some() {
        return Err("the command does not end with it".to_owned());
    }
    if let (Some(before), Some(after)) = (&passing.tests, &run.tests)
        && let Some(gone) = before.passed.iter().find(|name| !after.passed.contains(*name))
    {
        return Err(format!("{} passed before and does not with it", one_line(gone, 100)));
    }
    let report = log::read(&run.text);
    let failed: Vec<&String> = run.tests.iter().flat_map(|tests| &tests.failed).chain(&report.failing).collect();
    if failed.is_empty() && !test.files().iter().any(|file| run.text.contains(file.path.file_name())) {
        return Err("nothing shows that it is what fails".to_owned());
    }
    if let Some(other) = failed.iter().find(|name| !is_of(test, name)) {
        return Err(format!("{} fails, which is not in it", one_line(other, 100)));
    }
    // An error that the report itself names is what is to be shown.
    match OWN_FAULTS.iter().find(|fault| run.text.contains(**fault) && !reported.contains(**fault)) {
        Some(fault) => Err(format!("it fails by a fault of its own ({fault})")),
        None => as_reported(&run.text, reported),
    }
}

/// A failing test's name, as the runner spells it, is of these files: it has the file's name in it, or its own name
/// stands there.
fn is_of(test: &Patch, name: &str) -> bool {
    let own = name.rsplit(['.', ':', '>', '/', ' ']).find(|word| word.len() > 2).unwrap_or(name);
    test.files().iter().any(|file| {
        let text = file.after.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        let stem = file.path.file_name().split('.').next().unwrap_or_default();
        name.contains(stem) || text.contains(own) || text.contains(name)
    })
}

/// Where the report names errors, one of them is seen.
fn as_reported(printed: &str, reported: &str) -> Result<(), String> {
    let is_error = |word: &&str| {
        word.len() > 5
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && (word.ends_with("Error") || word.ends_with("Exception"))
    };
    let words = |text: &'_ str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(is_error).map(str::to_owned).collect()
    };
    let named = words(reported);
    let seen = words(printed);
    // A test may well assert that no such error comes, or that one does.
    let asserts = printed.to_lowercase().contains("assert") || printed.contains("expect");
    if named.is_empty() || asserts || named.iter().any(|name| seen.contains(name)) {
        return Ok(());
    }
    Err(format!("it does not fail as reported: {} is not seen", named.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RelPath;
    use crate::patch::FilePatch;

    #[test]
    fn a_failing_test_is_known_by_its_file_or_its_name() {
        let text = b"class TestSum:\n    def test_sum_of_none(self):\n        assert total([]) == 0\n".to_vec();
        let path = RelPath::parse("tests/test_reported_sum.py").unwrap();
        let test = Patch::from_files([FilePatch { path, before: None, after: Some(text) }]);
        for name in [
            "tests/test_reported_sum.py::TestSum::test_sum_of_none",
            "test_sum_of_none (tests.test_reported_sum.TestSum.test_sum_of_none)",
            "tests.test_reported_sum.TestSum.test_sum_of_none",
        ] {
            assert!(is_of(&test, name), "{name}");
        }
        assert!(!is_of(&test, "tests/test_cart.py::test_total"));
    }

    #[test]
    fn a_named_error_has_to_be_seen() {
        assert!(as_reported("KeyError: 'x'", "it raises a KeyError").is_ok());
        assert!(as_reported("TypeError: x", "it raises a KeyError").is_err());
        assert!(as_reported("AssertionError: 1 != 2", "it raises a KeyError").is_ok());
        assert!(as_reported("TypeError: x", "it is wrong").is_ok());
    }
}
