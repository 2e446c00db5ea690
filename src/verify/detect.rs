//! What command proves this repository, when nobody said.

use crate::command::CommandLine;
use std::path::Path;

/// The first of the known build systems that the root directory shows.
pub fn detect(root: &Path) -> Option<CommandLine> {
    [cargo, node, go, python, maven, gradle, make].iter().find_map(|detector| detector(root))
}

fn has(root: &Path, name: &str) -> bool {
    root.join(name).is_file()
}

fn text(root: &Path, name: &str) -> String {
    std::fs::read_to_string(root.join(name)).unwrap_or_default()
}

fn cargo(root: &Path) -> Option<CommandLine> {
    has(root, "Cargo.toml").then(|| CommandLine::new(["cargo", "test"]))
}

fn node(root: &Path) -> Option<CommandLine> {
    let package: serde_json::Value = serde_json::from_str(&text(root, "package.json")).ok()?;
    let script = package.get("scripts")?.get("test")?.as_str()?;
    // What `npm init` writes is not a test.
    if script.trim().is_empty() || script.contains("no test specified") {
        return None;
    }
    let named = package.get("packageManager").and_then(|value| value.as_str()).unwrap_or_default();
    let manager = if named.starts_with("pnpm") || has(root, "pnpm-lock.yaml") {
        "pnpm"
    } else if named.starts_with("yarn") || has(root, "yarn.lock") {
        "yarn"
    } else {
        "npm"
    };
    Some(CommandLine::new([manager, "test"]))
}

fn go(root: &Path) -> Option<CommandLine> {
    (has(root, "go.mod") || has(root, "go.work")).then(|| CommandLine::new(["go", "test", "./..."]))
}

fn python(root: &Path) -> Option<CommandLine> {
    let project = text(root, "pyproject.toml");
    let signs = [
        has(root, "pytest.ini") || has(root, "conftest.py") || has(root, "tests/conftest.py"),
        project.contains("[tool.pytest") || project.contains("pytest"),
        text(root, "setup.cfg").contains("[tool:pytest]") || text(root, "tox.ini").contains("pytest"),
        ["requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "test-requirements.txt"]
            .iter()
            .any(|name| text(root, name).contains("pytest")),
    ];
    if signs.contains(&true) {
        return Some(CommandLine::new(["python3", "-m", "pytest"]));
    }
    let tests = python_tests(root);
    let imports_pytest = tests.iter().any(|(_, source)| source.contains("pytest") || has_plain_test(source));
    let uses_unittest = tests.iter().any(|(_, source)| source.contains("unittest"));
    match (imports_pytest, uses_unittest) {
        (true, _) => Some(CommandLine::new(["python3", "-m", "pytest"])),
        (false, true) if tests.iter().all(|(dir, _)| dir.is_empty()) => {
            Some(CommandLine::new(["python3", "-m", "unittest"]))
        }
        (false, true) => {
            let dir = tests.iter().map(|(dir, _)| dir.clone()).find(|dir| !dir.is_empty()).unwrap_or_default();
            let package = has(root, &format!("{dir}/__init__.py"));
            let top: &[&str] = if package { &["-t", "."] } else { &[] };
            let words = ["python3", "-m", "unittest", "discover", "-s", &dir];
            Some(CommandLine::new(words.into_iter().chain(top.iter().copied())))
        }
        _ => None,
    }
}

/// A test function outside any class, which only pytest runs.
fn has_plain_test(source: &str) -> bool {
    source.lines().any(|line| line.starts_with("def test_") || line.starts_with("async def test_"))
}

/// The test modules of the root and of its usual test directories: directory and source.
fn python_tests(root: &Path) -> Vec<(String, String)> {
    let is_test = |name: &str| name.ends_with(".py") && (name.starts_with("test") || name.ends_with("_test.py"));
    let list = |dir: &str| {
        let entries = std::fs::read_dir(root.join(dir)).into_iter().flatten().flatten();
        let names = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_test));
        let dir = dir.to_owned();
        names
            .map(move |entry| (dir.clone(), std::fs::read_to_string(entry.path()).unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    ["", "tests", "test"].into_iter().flat_map(list).collect()
}

fn maven(root: &Path) -> Option<CommandLine> {
    let program = if has(root, "mvnw") { "./mvnw" } else { "mvn" };
    has(root, "pom.xml").then(|| CommandLine::new([program, "-B", "test"]))
}

fn gradle(root: &Path) -> Option<CommandLine> {
    let program = if has(root, "gradlew") { "./gradlew" } else { "gradle" };
    let project = ["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"];
    project.iter().any(|name| has(root, name)).then(|| CommandLine::new([program, "test"]))
}

fn make(root: &Path) -> Option<CommandLine> {
    let file = ["GNUmakefile", "makefile", "Makefile"].into_iter().find(|name| has(root, name))?;
    let makefile = text(root, file);
    let has_target = |target: &str| {
        makefile.lines().any(|line| {
            line.split_once(':').is_some_and(|(names, rest)| {
                !line.starts_with(['\t', ' ', '#', '.'])
                    && !rest.starts_with('=')
                    && names.split_whitespace().any(|name| name == target)
            })
        })
    };
    ["test", "check"].into_iter().find(|target| has_target(target)).map(|target| CommandLine::new(["make", target]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_command_is_found() {
        for (files, expected) in [
            (&[("Cargo.toml", ""), ("Makefile", "test:\n")][..], "cargo test"),
            (&[("package.json", r#"{"scripts":{"test":"jest"}}"#)], "npm test"),
            (&[("package.json", r#"{"scripts":{"test":"jest"}}"#), ("yarn.lock", "")], "yarn test"),
            (&[("package.json", r#"{"scripts":{"test":"a"},"packageManager":"pnpm@9"}"#)], "pnpm test"),
            (&[("package.json", r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#)], ""),
            (&[("go.mod", "module x")], "go test ./..."),
            (&[("tests/test_a.py", "def test_a(): pass")], "python3 -m pytest"),
            (&[("test_a.py", "import unittest")], "python3 -m unittest"),
            (
                &[("tests/test_a.py", "import unittest"), ("tests/__init__.py", "")],
                "python3 -m unittest discover -s tests -t .",
            ),
            (&[("pom.xml", ""), ("mvnw", "")], "./mvnw -B test"),
            (&[("build.gradle.kts", "")], "gradle test"),
            (&[("Makefile", "CHECK := 1\nall: x\ncheck lint: all\n\ttest: no\n")], "make check"),
            (&[("README", "")], ""),
        ] {
            let dir = tempfile::tempdir().unwrap();
            for (name, text) in files {
                let path = dir.path().join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            let found = detect(dir.path()).map(|command| command.to_string()).unwrap_or_default();
            assert_eq!(found, expected, "{files:?}");
        }
    }
}
