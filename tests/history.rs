//! What the history is good for, as a person meets it: the real binary in small repositories with a past. The hand
//! `revert` and how often it runs the command, hints from the last change, and issues without a failing test.

#![expect(clippy::print_stdout, reason = "the runs that docs/performance.md quotes")]
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test sets its stage as it likes")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

struct Place {
    dir: TempDir,
}

struct Said {
    json: serde_json::Value,
    told: String,
    exit: Option<i32>,
    runs: usize,
}

impl Place {
    fn new() -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap() };
        std::fs::create_dir(place.repo()).unwrap();
        place.git(&["init", "-q"]);
        place
    }

    fn repo(&self) -> PathBuf {
        self.dir.path().join("repo")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.repo().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.repo().join(path)).unwrap()
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=Ann Author", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]);
        let done = git.args(arguments).current_dir(self.repo()).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    }

    fn commit(&self, title: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", title]);
    }

    /// Each run of the command leaves a line where we can count them.
    fn counted(&self, command: &str) -> String {
        format!("echo run >> {}; {command}", self.dir.path().join("runs").display())
    }

    fn program(&self, options: &[&str], command: &str) -> Command {
        self.verb("heal", options, command)
    }

    fn verb(&self, verb: &str, options: &[&str], command: &str) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
        program.args([verb, "--json", "--sandbox", "off"]).args(options);
        program.args(["--", "sh", "-c", &self.counted(command)]).current_dir(self.repo());
        program.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        for name in ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            program.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        program.env("HOME", self.dir.path()).env("XDG_STATE_HOME", self.dir.path().join("state"));
        program
    }

    fn heal(&self, options: &[&str], command: &str) -> Said {
        self.said(self.program(options, command))
    }

    fn fix(&self, options: &[&str], issue: &str, command: &str) -> Said {
        let file = self.dir.path().join("issue.md");
        std::fs::write(&file, issue).unwrap();
        self.said(self.verb("fix", &[options, &["--issue", file.to_str().unwrap()]].concat(), command))
    }

    fn said(&self, mut program: Command) -> Said {
        let done = program.output().unwrap();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        let json = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{told}"));
        let runs = std::fs::read_to_string(self.dir.path().join("runs")).unwrap_or_default().lines().count();
        Said { json, told, exit: done.status.code(), runs }
    }

    /// Every file outside of `.git`.
    fn tree(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn walk(dir: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && path.file_name().unwrap() != ".git" {
                    walk(&path, into);
                } else if path.is_file() {
                    into.insert(path.clone(), std::fs::read(&path).unwrap());
                }
            }
        }
        let mut files = BTreeMap::new();
        walk(&self.repo(), &mut files);
        files
    }
}

/// Functions that a last commit has all rewritten; those in `guilty` to something else than before.
fn functions(n: usize, rewritten: bool, guilty: &[usize]) -> String {
    let body = |i: usize| match (rewritten, guilty.contains(&i)) {
        (false, _) => format!("return x + {i}"),
        (true, false) => format!("return {i} + x"),
        (true, true) => format!("return {i} - x"),
    };
    (0..n).map(|i| format!("def f{i}(x):\n    # adds {i}\n    {}\n\n\n", body(i))).collect()
}

const SUITE: &str = "import unittest\nimport m\n\n\nclass T(unittest.TestCase):\n    def test_all(self):\n        for i in range(NUMBER):\n            with self.subTest(i=i):\n                self.assertEqual(getattr(m, f'f{i}')(1), i + 1)\n\n    def test_other(self):\n        self.assertTrue(m)\n";
const UNITTEST: &str = "python3 -B -m unittest -q";

/// With a guilty commit on top whose functions are spread over two files.
fn rewritten(n: usize, guilty: &[usize]) -> Place {
    let place = Place::new();
    place.write("m.py", &functions(n, false, &[]));
    place.write("test_m.py", &SUITE.replace("NUMBER", &n.to_string()));
    place.write("README.md", "old\n");
    place.commit("Start");
    place.write("m.py", &functions(n, true, guilty));
    place.write("README.md", "new\n");
    place.commit("Rewrite @everything");
    place
}

/// These are about the change that broke it; from the tests alone `search` finds other repairs before.
const ALL_BUT_SEARCH: &[&str] = &["--hands", "tool,hint,revert"];

fn bound(n: usize) -> usize {
    2 * usize::try_from(n.ilog2()).unwrap() + 10
}

#[test]
fn one_guilty_hunk_is_taken_back_and_the_rest_stays() {
    for n in [16, 64] {
        let place = rewritten(n, &[n / 3]);
        let said = place.heal(ALL_BUT_SEARCH, UNITTEST);
        assert_eq!((&said.json["outcome"], said.exit), (&"proposed".into(), Some(0)), "{}", said.told);
        let guilty = n / 3;
        let mended =
            functions(n, true, &[guilty]).replace(&format!("return {guilty} - x"), &format!("return x + {guilty}"));
        assert_eq!(place.read("m.py"), mended, "{}", said.told);
        assert_eq!((place.read("README.md").as_str(), &said.json["hand"]), ("new\n", &"revert".into()));
        assert_eq!(said.json["confidence"], "suggested");
        let why = said.json["why"].as_str().unwrap();
        let line = 5 * guilty + 3;
        assert!(
            why.contains(&format!("1 of {n} hunks of ")) && why.ends_with(&format!("by Ann Author: m.py:{line}")),
            "{why}"
        );
        assert!(said.runs <= bound(n), "{} runs for one of {n}", said.runs);
        println!("one of {n}: {} runs", said.runs);
    }
}

#[test]
fn two_guilty_hunks() {
    let place = rewritten(16, &[2, 13]);
    let said = place.heal(ALL_BUT_SEARCH, UNITTEST);
    let mended =
        functions(16, true, &[2, 13]).replace("return 2 - x", "return x + 2").replace("return 13 - x", "return x + 13");
    assert_eq!(place.read("m.py"), mended, "{}", said.told);
    assert!(said.runs <= 30, "{}", said.runs);
    println!("two of 16: {} runs", said.runs);
}

/// The guilty hunk brings in a name that another one uses.
#[test]
fn a_guilty_hunk_takes_what_needs_it_with_it() {
    let place = Place::new();
    let lib = |limit: &str, f: &str, g: &str| {
        format!(
            "{limit}pub fn f(x: u32) -> u32 {{\n    {f}\n}}\n\npub fn g(x: u32) -> u32 {{\n    {g}\n}}\n\n#[cfg(test)]\nmod tests {{\n    #[test]\n    fn small() {{\n        assert_eq!(super::f(9), 9);\n    }}\n}}\n"
        )
    };
    place.write("Cargo.toml", "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    place.write(".gitignore", "target\n");
    place.write("src/lib.rs", &lib("", "x.min(20)", "x + 1"));
    place.commit("Start");
    place.write("src/lib.rs", &lib("const LIMIT: u32 = 2;\n\n", "x.min(LIMIT)", "1 + x"));
    place.commit("Limit");
    let said = place.heal(&["--hands", "revert"], "cargo test --offline -q");
    assert_eq!(place.read("src/lib.rs"), lib("const LIMIT: u32 = 2;\n\n", "x.min(20)", "1 + x"), "{}", said.told);
}

/// The test that fails came with the change: it stays, and so does the part of the change that it needs.
#[test]
fn a_test_that_came_with_the_change_is_not_taken_back() {
    let place = Place::new();
    let module = |total: &str, count: &str| {
        format!("def total(xs):\n    return {total}\n\n\ndef mean(xs):\n    return total(xs) / {count}\n")
    };
    let test = |more: &str| {
        format!(
            "import unittest\nimport m\n\n\nclass T(unittest.TestCase):\n    def test_total(self):\n        self.assertEqual(m.total([1, 2]), 3)\n{more}"
        )
    };
    place.write("m.py", &module("sum(xs)", "len(xs)"));
    place.write("test_m.py", &test(""));
    place.commit("Start");
    let broken = module("sum(xs[1:])", "len(xs)") + "\n\ndef last(xs):\n    return xs[-1]\n";
    let tests = test(
        "\n    def test_last(self):\n        self.assertEqual(m.last([1, 2]), 2)\n\n    def test_mean(self):\n        self.assertEqual(m.mean([1, 3]), 2)\n",
    );
    place.write("m.py", &broken);
    place.write("test_m.py", &tests);
    place.commit("Last and mean");
    let said = place.heal(ALL_BUT_SEARCH, UNITTEST);
    assert_eq!(place.read("m.py"), broken.replace("xs[1:]", "xs"), "{}", said.told);
    assert_eq!(place.read("test_m.py"), tests);
}

#[test]
fn what_is_not_committed_comes_first_and_other_commits_are_searched() {
    let place = Place::new();
    let text = |f: &str, n: usize| format!("def f(x):\n    return {f}\n\n\ndef g():\n    return {n}\n");
    place.write("test_m.py", "import unittest\nimport m\n\n\nclass T(unittest.TestCase):\n    def test_f(self):\n        self.assertEqual(m.f(1), 2)\n");
    for n in 0..12 {
        place.write("m.py", &text(if n < 4 { "x + 1" } else { "x * 1" }, n));
        place.commit(&format!("Number {n}"));
    }
    place.write("m.py", &text("x * 1", 99));
    let said = place.heal(ALL_BUT_SEARCH, UNITTEST);
    assert_eq!(place.read("m.py"), text("x + 1", 99), "{}", said.told);
    assert!(said.json["why"].as_str().unwrap().contains("\"Number 4\""), "{}", said.json["why"]);
    place.write("m.py", &text("x * 1", 100));
    let said = place.heal(&[ALL_BUT_SEARCH, &["--since", "HEAD~1"]].concat(), UNITTEST);
    assert_eq!((said.json["hand"].clone(), said.exit), (serde_json::Value::Null, Some(1)), "{}", said.told);
    place.write("m.py", &text("x + 1", 100));
    place.commit("Mended");
    place.write("m.py", &text("x - 1", 100));
    let said = place.heal(ALL_BUT_SEARCH, UNITTEST);
    assert!(said.json["why"].as_str().unwrap().starts_with("took back 1 of 1 uncommitted hunk"), "{}", said.told);
    assert_eq!(place.read("m.py"), text("x + 1", 100));
}

#[test]
fn an_interrupt_in_the_middle_leaves_the_tree_as_it_was() {
    let place = rewritten(64, &[40]);
    let before = place.tree();
    let slow = format!("sleep 0.3; {UNITTEST}");
    let child = place.program(&[], &slow).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let runs = place.dir.path().join("runs");
    while std::fs::read_to_string(&runs).unwrap_or_default().lines().count() < 6 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let done = child.wait_with_output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(json["outcome"], "cancelled");
    assert!(place.tree() == before, "{}", String::from_utf8_lossy(&done.stderr));
}

/// Two functions of which the tests know one.
fn shapes(area: &str, label: &str) -> String {
    format!("def area(w, h):\n    return {area}\n\n\ndef label(name):\n    return {label}\n")
}

fn shapes_repo() -> Place {
    let place = Place::new();
    place.write("shapes/__init__.py", "");
    place.write("shapes/flat.py", &shapes("w * h", "name.upper()"));
    place.write("tests/__init__.py", "");
    place.write("tests/test_flat.py", "import unittest\nfrom shapes.flat import area\n\n\nclass T(unittest.TestCase):\n    def test_square(self):\n        self.assertEqual(area(2, 2), 4)\n");
    place.commit("Start");
    place
}

#[test]
fn an_issue_with_a_traceback_becomes_a_test_and_is_repaired() {
    let place = shapes_repo();
    place.write("shapes/flat.py", &shapes("w * h", "nmae.upper()"));
    place.commit("Label");
    let issue = "label is broken\n\n```python\nfrom shapes.flat import label\nlabel('a')\n```\n\n```\nTraceback (most recent call last):\n  File \"x.py\", line 2, in <module>\n  File \"shapes/flat.py\", line 6, in label\nNameError: name 'nmae' is not defined\n```\n";
    let said = place.fix(&[], issue, UNITTEST);
    assert_eq!((&said.json["outcome"], &said.json["hand"]), (&"proposed".into(), &"hint".into()), "{}", said.told);
    assert_eq!(place.read("shapes/flat.py"), shapes("w * h", "name.upper()"));
    assert!(place.read("tests/test_reported.py").contains("label('a')"));
    assert_eq!(said.json["evidence"]["reproduced"], true);
    assert_eq!(said.exit, Some(0));
}

#[test]
fn an_issue_with_a_value_becomes_a_test_and_the_guilty_hunk_goes() {
    let place = shapes_repo();
    place.write("shapes/flat.py", &shapes("w + h", "str(name).upper()"));
    place.commit("Faster @shapes");
    let said = place.fix(ALL_BUT_SEARCH, "Wrong area\n\n`area(2, 3)` returns 5 but should return 6.\n", UNITTEST);
    assert_eq!((&said.json["outcome"], &said.json["hand"]), (&"proposed".into(), &"revert".into()), "{}", said.told);
    assert_eq!(place.read("shapes/flat.py"), shapes("w * h", "str(name).upper()"));
    assert!(place.read("tests/test_reported.py").contains("self.assertEqual(area(2, 3), 6)"));
}

#[test]
fn an_issue_with_javascript_becomes_a_test_like_its_neighbours() {
    for (module, neighbour, import) in [
        (
            "function area(w, h) {\n  return w + h;\n}\n\nmodule.exports = { area };\n",
            "const assert = require('node:assert');\nconst { test } = require('node:test');\nconst { area } = require('../src/flat');\n\ntest('square', () => assert.equal(area(2, 2), 4));\n",
            "const { area } = require(\"../src/flat\");",
        ),
        (
            "export default function area(w, h) {\n  return w + h;\n}\n",
            "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport area from '../src/flat.js';\n\ntest('square', () => assert.equal(area(2, 2), 4));\n",
            "import area from \"../src/flat.js\";",
        ),
    ] {
        let place = Place::new();
        let kind = if module.starts_with("export") { "module" } else { "commonjs" };
        place.write("package.json", &format!("{{ \"name\": \"flat\", \"type\": \"{kind}\" }}\n"));
        place.write("test/flat.test.js", neighbour);
        place.write("src/flat.js", module);
        place.commit("Start");
        let issue = "Wrong area\n\n```js\nconst { area } = require('flat');\nconsole.log(area(2, 3)); // expected 6, got 5\n```\n";
        let said = place.fix(&[], issue, "node --test");
        assert_eq!((&said.json["outcome"], said.exit), (&"proposed".into(), Some(0)), "{}", said.told);
        assert_eq!(place.read("src/flat.js"), module.replace("w + h", "w * h"), "{}", said.told);
        let test = place.read("test/reported.test.js");
        assert!(test.contains(import) && test.contains("assert.deepStrictEqual(await area(2, 3), 6);"), "{test}");
        assert_eq!(said.json["evidence"]["reproduced"], true);
    }
}

#[test]
fn what_cannot_be_repaired_is_explained_and_what_does_not_show_is_healthy() {
    let place = shapes_repo();
    let before = place.tree();
    let said = place.fix(&[], "Wrong area\n\n`area(2, 3)` returns 6 but should return 7.\n", UNITTEST);
    assert_eq!((&said.json["outcome"], said.exit), (&"explained".into(), Some(1)), "{}", said.told);
    assert_eq!(said.json["diagnosis"]["suspects"][0]["path"], "shapes/flat.py", "{}", said.json);
    assert!(said.json["reason"].as_str().unwrap().contains("area(2, 3)"), "{}", said.json["reason"]);
    let marker = place.dir.path().join("marker");
    let hostile = format!(
        "Bad\n\n```python\nfrom shapes.flat import area\narea(open('{0}', 'w'), 2)  # expected 1\n```\n",
        marker.display()
    );
    for issue in ["Wrong area\n\n`area(2, 3)` should return 6.\n", "Slow\n\nIt is slow.\n", &hostile] {
        assert_eq!(place.fix(&[], issue, UNITTEST).json["outcome"], "healthy", "{issue}");
    }
    assert!(!marker.exists() && place.tree() == before);
}

#[test]
fn a_call_that_a_rename_forgot_follows_it() {
    let place = Place::new();
    let caller = |name: &str| format!("import m\n\n\ndef twice(xs):\n    return 2 * m.{name}(xs)\n");
    place.write("m.py", "def total(xs):\n    return sum(xs)\n");
    place.write("a.py", &caller("total"));
    place.write("b.py", &caller("total"));
    place.write("test_m.py", "import unittest\nimport a, b\n\n\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(a.twice([1]), 2)\n\n    def test_b(self):\n        self.assertEqual(b.twice([1]), 2)\n");
    place.commit("Start");
    place.write("m.py", "def grand_sum(xs):\n    return sum(xs)\n");
    place.write("a.py", &caller("grand_sum"));
    place.commit("Rename");
    let said = place.heal(&[], UNITTEST);
    assert_eq!((&said.json["outcome"], &said.json["hand"]), (&"proposed".into(), &"hint".into()), "{}", said.told);
    assert_eq!(place.read("b.py"), caller("grand_sum"));
}

#[test]
fn conflict_markers_are_solved_by_what_passes() {
    let place = Place::new();
    place.write("test_m.py", "import unittest\nimport m\n\n\nclass T(unittest.TestCase):\n    def test_f(self):\n        self.assertEqual((m.f(1), m.g()), (3, 5))\n");
    let torn = "def f(x):\n<<<<<<< HEAD\n    return x + 1\n=======\n    return x + 2\n>>>>>>> topic\n\n\ndef g():\n<<<<<<< HEAD\n    return 5\n=======\n    return 6\n>>>>>>> topic\n";
    place.write("m.py", torn);
    place.commit("Merge");
    let said = place.heal(&[], UNITTEST);
    assert_eq!(place.read("m.py"), "def f(x):\n    return x + 2\n\n\ndef g():\n    return 5\n", "{}", said.told);
}
