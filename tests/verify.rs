//! The repository's own command, with real runners where this machine has them.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test sets its stage as it likes")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use thanos_fix::command::CommandLine;
use thanos_fix::process::{self, Limits, Sandbox};
use thanos_fix::verify::{Run, Verifier, compare};

struct Project {
    dir: tempfile::TempDir,
    scratch: tempfile::TempDir,
}

fn environment() -> Vec<(OsString, OsString)> {
    let parent: Vec<_> = std::env::vars_os().collect();
    process::base_env(&parent, &[])
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self { dir: tempfile::tempdir().unwrap(), scratch: tempfile::tempdir().unwrap() };
        files.iter().for_each(|(path, text)| project.write(path, text));
        project
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn verifier(&self, command: CommandLine) -> Verifier<'static> {
        process::set_helper(Path::new(env!("CARGO_BIN_EXE_thanos-fix")));
        let (root, scratch) = (self.dir.path(), self.scratch.path());
        Verifier::new(command, root, scratch, environment(), Sandbox::Light, Limits::default()).unwrap()
    }
}

fn names(names: &BTreeSet<String>) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// Runs, repairs, runs again: the failing test passes, the others still do, and it can be run by itself.
fn repaired(
    project: &Project,
    command: CommandLine,
    path: &str,
    mended: &str,
    failing: &str,
    kept: usize,
) -> (Run, Run) {
    let verifier = project.verifier(command);
    let before = verifier.run().unwrap();
    assert!(!before.finished.success(), "{}", before.text);
    let tests = before.tests.as_ref().unwrap_or_else(|| panic!("no results:\n{}", before.text));
    assert_eq!(names(&tests.failed), [failing], "{}", before.text);
    let alone = verifier.run_only(&[failing.to_owned()]).unwrap().unwrap();
    assert!(!alone.finished.success());
    let only = alone.tests.as_ref().unwrap_or_else(|| panic!("no results:\n{}", alone.text));
    assert_eq!((names(&only.failed), only.passed.len()), (vec![failing], 0), "{}", alone.text);
    project.write(path, mended);
    let after = verifier.run().unwrap();
    let compared = compare(&before, &after);
    assert_eq!(compared.fail_to_pass, [failing], "{}", after.text);
    assert_eq!((compared.pass_to_pass, compared.accepted), (Some(kept), true));
    assert!(!compare(&after, &before).accepted);
    (before, after)
}

const PYTHON: &str =
    "from m import add\ndef test_good(): assert add(0, 0) == 0\ndef test_bad(): assert add(1, 2) == 3\n";

fn has_pytest() -> bool {
    Command::new("python3").args(["-c", "import pytest"]).output().is_ok_and(|done| done.status.success())
}

#[test]
fn pytest_in_every_form() {
    if !has_pytest() {
        return;
    }
    for command in [
        CommandLine::new(["python3", "-m", "pytest"]),
        CommandLine::shell("bash", "echo first\npython3 -m pytest -q\n"),
    ] {
        let files = [("m.py", "def add(a, b): return a - b\n"), ("tests/test_m.py", PYTHON), ("conftest.py", "")];
        let project = Project::new(&files);
        repaired(&project, command, "m.py", "def add(a, b): return a + b\n", "tests/test_m.py::test_bad", 1);
        assert!(!project.dir.path().join("__pycache__").exists());
        assert!(!project.dir.path().join(".pytest_cache").exists());
    }
}

#[test]
fn pytest_behind_something_we_cannot_see_through() {
    if !has_pytest() {
        return;
    }
    let project = Project::new(&[("test_m.py", "def test_good(): pass\ndef test_bad(): assert 0\n")]);
    let run = project.verifier(CommandLine::shell("bash", "python3 -m pytest -q | cat")).run().unwrap();
    let tests = run.tests.unwrap();
    assert_eq!(
        (names(&tests.passed), names(&tests.failed)),
        (vec!["test_m.py::test_good"], vec!["test_m.py::test_bad"])
    );
}

#[test]
fn unittest() {
    let test = "import unittest, m\nclass T(unittest.TestCase):\n    def test_good(self): self.assertEqual(m.add(0, 0), 0)\n    def test_bad(self): self.assertEqual(m.add(1, 2), 3)\n";
    let project = Project::new(&[("m.py", "def add(a, b): return a - b\n"), ("test_m.py", test)]);
    let command = CommandLine::new(["python3", "-m", "unittest"]);
    repaired(&project, command, "m.py", "def add(a, b): return a + b\n", "test_m.T.test_bad", 1);
    let files = [("m.py", "def add(a, b): return a - b\n"), ("tests/__init__.py", ""), ("tests/test_m.py", test)];
    let project = Project::new(&files);
    let command = thanos_fix::verify::detect(project.dir.path()).unwrap();
    repaired(&project, command, "m.py", "def add(a, b): return a + b\n", "tests.test_m.T.test_bad", 1);
}

#[test]
fn cargo() {
    let test = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn good() { assert_eq!(super::add(0, 0), 0) }\n    #[test]\n    fn bad() { assert_eq!(super::add(1, 2), 3) }\n}\n";
    let manifest = "[package]\nname = \"m\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n";
    let wrong = format!("pub fn add(a: i32, b: i32) -> i32 {{ a - b }}\n{test}");
    let project = Project::new(&[("Cargo.toml", manifest), ("src/lib.rs", &wrong)]);
    let command = CommandLine::new(["cargo", "test", "--offline"]);
    repaired(&project, command, "src/lib.rs", &wrong.replace("a - b", "a + b"), "tests::bad", 1);
}

#[test]
fn go() {
    let test = "package m\nimport \"testing\"\nfunc TestGood(t *testing.T) { if Add(0, 0) != 0 { t.Fatal() } }\nfunc TestBad(t *testing.T) { if Add(1, 2) != 3 { t.Fatal(\"wrong sum\") } }\n";
    let files = [
        ("go.mod", "module example.com/m\ngo 1.20\n"),
        ("m.go", "package m\nfunc Add(a, b int) int { return a - b }\n"),
        ("m_test.go", test),
    ];
    for command in
        [CommandLine::new(["go", "test", "./..."]), CommandLine::shell("bash", "go vet ./...\ngo test ./...\n")]
    {
        let project = Project::new(&files);
        let mended = "package m\nfunc Add(a, b int) int { return a + b }\n";
        let (before, _) = repaired(&project, command, "m.go", mended, "example.com/m.TestBad", 1);
        assert!(before.text.contains("--- FAIL: TestBad") && before.text.contains("wrong sum"), "{}", before.text);
        assert!(!before.text.contains("\"Action\""));
    }
}

#[test]
fn node() {
    let test = "const { test, describe } = require('node:test'); const assert = require('assert'); const { add } = require('./m');\ntest('good', () => assert.equal(add(0, 0), 0));\ndescribe('suite', () => { test('bad (1)', () => assert.equal(add(1, 2), 3)); });\n";
    let wrong = "exports.add = (a, b) => a - b;\n";
    let package = r#"{"scripts":{"test":"node --test"}}"#;
    for command in [CommandLine::new(["node", "--test"]), CommandLine::new(["npm", "test"])] {
        let project = Project::new(&[("m.js", wrong), ("m.test.js", test), ("package.json", package)]);
        repaired(&project, command, "m.js", &wrong.replace("a - b", "a + b"), "suite > bad (1)", 1);
    }
}

#[test]
fn a_command_that_refuses_our_options_is_left_as_it_is() {
    let script = "#!/bin/sh\nfor a; do case $a in -json) echo 'flag provided but not defined: -json' >&2; exit 2;; esac; done\necho '--- PASS: TestA (0.00s)'\n";
    let project = Project::new(&[("go", script)]);
    Command::new("chmod").arg("+x").arg(project.dir.path().join("go")).status().unwrap();
    let run = project.verifier(CommandLine::new(["./go", "test"])).run().unwrap();
    assert!(run.finished.success(), "{}", run.text);
    assert_eq!(names(&run.tests.unwrap().passed), ["TestA"]);
}

#[test]
fn ctest() {
    let lists = |result: &str| {
        format!(
            "cmake_minimum_required(VERSION 3.10)\nproject(m NONE)\nenable_testing()\nadd_test(good true)\nadd_test(bad {result})\n"
        )
    };
    let project = Project::new(&[("CMakeLists.txt", &lists("false"))]);
    let command = CommandLine::shell("bash", "cmake -S . -B build > /dev/null\nctest --test-dir build\n");
    repaired(&project, command, "CMakeLists.txt", &lists("true"), "bad", 1);
}

const SUREFIRE: &str = "#!/bin/sh
mkdir -p core/target/surefire-reports
cat > core/target/surefire-reports/TEST-a.BTest.xml <<END
<testsuite name=\"a.BTest\" tests=\"2\"><testcase name=\"good\" classname=\"a.BTest\"/>
<testcase name=\"bad\" classname=\"a.BTest\">$(test -e fixed || echo '<failure/>')</testcase></testsuite>
END
test -e fixed
";

/// A stand-in that leaves reports where Maven does: an old report of a test that is gone does not count.
#[test]
fn maven_reports() {
    let old = "<testsuite name=\"a.Old\" tests=\"1\"><testcase name=\"gone\" classname=\"a.Old\"/></testsuite>";
    let project = Project::new(&[("mvnw", SUREFIRE), ("core/target/surefire-reports/TEST-a.Old.xml", old)]);
    let report = project.dir.path().join("core/target/surefire-reports/TEST-a.Old.xml");
    std::fs::File::options().write(true).open(report).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    Command::new("chmod").arg("+x").arg(project.dir.path().join("mvnw")).status().unwrap();
    let verifier = project.verifier(CommandLine::new(["./mvnw", "test"]));
    let before = verifier.run().unwrap();
    let tests = before.tests.clone().unwrap();
    assert_eq!((names(&tests.passed), names(&tests.failed)), (vec!["a.BTest.good"], vec!["a.BTest.bad"]));
    project.write("fixed", "");
    let compared = compare(&before, &verifier.run().unwrap());
    assert_eq!((compared.fail_to_pass, compared.accepted), (vec!["a.BTest.bad".to_owned()], true));
}

#[test]
fn names_that_the_runner_does_not_use_stand_for_what_failed() {
    let test =
        "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.fail()\n    def test_b(self): pass\n";
    let project = Project::new(&[("test_m.py", test)]);
    let verifier = project.verifier(CommandLine::new(["python3", "-m", "unittest"]));
    assert!(!verifier.run().unwrap().passed());
    let alone = verifier.run_only(&["test_a of T".into()]).unwrap().unwrap();
    assert_eq!(names(&alone.tests.unwrap().failed), ["test_m.T.test_a"]);
}

#[test]
fn tests_that_cannot_be_named_are_not_said_to_pass() {
    let project = Project::new(&[("go.mod", "module example.com/m\ngo 1.20\n"), ("m.go", "package m\n")]);
    let verifier = project.verifier(CommandLine::new(["go", "test", "./..."]));
    assert!(verifier.run_only(&["TestNowhere".into()]).unwrap().is_none());
    let opaque = project.verifier(CommandLine::shell("bash", "go test ./... | cat"));
    assert!(opaque.run_only(&["TestNowhere".into()]).unwrap().is_none());
}
