//! The hand `revert` as a person meets it: the real binary in small repositories with a history, and how often it
//! runs the command.

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
        let mut program = Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
        program.args(["heal", "--json", "--sandbox", "off"]).args(options);
        program.args(["--", "sh", "-c", &self.counted(command)]).current_dir(self.repo());
        program.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        for name in ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            program.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        program.env("HOME", self.dir.path()).env("XDG_STATE_HOME", self.dir.path().join("state"));
        program
    }

    fn heal(&self, options: &[&str], command: &str) -> Said {
        let done = self.program(options, command).output().unwrap();
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

fn bound(n: usize) -> usize {
    2 * usize::try_from(n.ilog2()).unwrap() + 10
}

#[test]
fn one_guilty_hunk_is_taken_back_and_the_rest_stays() {
    for n in [16, 64] {
        let place = rewritten(n, &[n / 3]);
        let said = place.heal(&["--hands", "tool,hint,revert"], UNITTEST);
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
    let said = place.heal(&[], UNITTEST);
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
    let said = place.heal(&[], "cargo test --offline -q");
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
    let said = place.heal(&[], UNITTEST);
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
    let said = place.heal(&[], UNITTEST);
    assert_eq!(place.read("m.py"), text("x + 1", 99), "{}", said.told);
    assert!(said.json["why"].as_str().unwrap().contains("\"Number 4\""), "{}", said.json["why"]);
    place.write("m.py", &text("x * 1", 100));
    let said = place.heal(&["--since", "HEAD~1"], UNITTEST);
    assert_eq!((said.json["hand"].clone(), said.exit), (serde_json::Value::Null, Some(1)), "{}", said.told);
    place.write("m.py", &text("x + 1", 100));
    place.commit("Mended");
    place.write("m.py", &text("x - 1", 100));
    let said = place.heal(&[], UNITTEST);
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
