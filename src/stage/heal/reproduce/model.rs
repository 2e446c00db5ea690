//! A model writes the test that an issue lacks. Whether it is one is not for the model to say: it stands in new files of
//! tests alone, it fails, it alone fails, and it fails as the issue says and not by a fault of its own.

use super::{Reach, Reported, Shown, reason};
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

/// [`Shown::Nothing`] where no model is there.
pub fn reproduce(bench: &Bench, passing: &Run) -> Result<Shown> {
    if bench.model.is_none() || bench.over().is_some() {
        return Ok(Shown::Nothing);
    }
    (bench.say)("reproduce", "asking the model for a test of what is reported");
    let mut diagnosis = judgment::diagnose(LogReport::unknown(), Vec::new(), &[]);
    diagnosis.complexity = Complexity::Simple;
    diagnosis.suspects = super::super::suspects::of_text(bench);
    let mut job = ladder::job(bench, &diagnosis, "", &[]);
    job.aim = include_str!("../reproduce.md");
    let mut last = "the model wrote no test of it".to_owned();
    for candidate in hand::model::Model.propose(&job)? {
        let candidate = candidate?;
        bench.tell_output("");
        match try_one(bench, passing, &candidate.patch)? {
            Ok((run, reach)) => {
                let what = named(&candidate.patch);
                return Ok(Shown::Fails(Box::new(Reported { test: candidate.patch, run, what, reach })));
            }
            Err(why) => {
                let why = one_line(&why, 160);
                (bench.say)("reproduce", &format!("that is no test of it: {why}"));
                bench.tell_result(&why);
                last = format!("the model's test is none of it: {why}");
            }
        }
    }
    Ok(Shown::Not(last))
}

/// By what it is, and not by what its author says of it.
fn named(test: &Patch) -> String {
    let files: Vec<&str> = test.files().iter().map(|file| file.path.as_str()).collect();
    format!("a test that the model wrote, `{}`", files.join("`, `"))
}

/// Its failing run, applied; or why it is no such test, with the tree as it was.
fn try_one(bench: &Bench, passing: &Run, test: &Patch) -> Result<Result<(Run, Option<Reach>), String>> {
    let is_new_test = |file: &crate::patch::FilePatch| file.before.is_none() && guard::is_test(&file.path);
    if let Some(file) = test.files().iter().find(|file| !is_new_test(file)) {
        return Ok(Err(format!("only new files of tests may be written here, and {} is none", file.path)));
    }
    let judged = bench.judge(test);
    if !guard::passes(&judged) {
        return Ok(Err(guard::blocked_by(&judged)));
    }
    if !bench.apply(test)? {
        return Ok(Err("it does not apply".to_owned()));
    }
    let run = bench.verify()?;
    bench.tell_output(&run.text);
    let reach = Reach::of(bench, test)?;
    match is_shown(bench, test, reach.as_ref(), passing, &run) {
        Ok(()) => Ok(Ok((run, reach))),
        Err(why) => {
            bench.undo(test)?;
            Ok(Err(why))
        }
    }
}

fn is_shown(bench: &Bench, test: &Patch, reach: Option<&Reach>, passing: &Run, run: &Run) -> Result<(), String> {
    let reported = &bench.job.text;
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
        None => reason::is_stated(bench, test, reach, &run.text, reported),
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
}
