//! The tests of a Python project: pytest where anything says so, else what the standard library and Django bring.

use super::{Project, has, text};
use crate::command::CommandLine;
use std::path::Path;

pub(super) fn command(project: &Project) -> Option<CommandLine> {
    let root = project.root;
    let manifest = text(root, "pyproject.toml");
    let signs = [
        has(root, "pytest.ini") || has(root, "conftest.py") || has(root, "tests/conftest.py"),
        manifest.contains("pytest"),
        text(root, "setup.cfg").contains("[tool:pytest]") || text(root, "tox.ini").contains("pytest"),
        ["requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "test-requirements.txt"]
            .iter()
            .any(|name| text(root, name).contains("pytest")),
    ];
    if signs.contains(&true) {
        return Some(pytest(project));
    }
    let tests = python_tests(root);
    let imports_pytest = tests.iter().any(|(_, source)| source.contains("pytest") || has_plain_test(source));
    let uses_unittest = tests.iter().any(|(_, source)| source.contains("unittest"));
    match (imports_pytest, uses_unittest) {
        (true, _) => Some(pytest(project)),
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
        _ if has(root, "manage.py") => Some(CommandLine::new(["python3", "manage.py", "test"])),
        _ if has(root, "tox.ini") => Some(CommandLine::new(["tox"])),
        _ if has(root, "noxfile.py") => Some(CommandLine::new(["nox"])),
        _ => None,
    }
}

pub(super) fn is_package(root: &Path) -> bool {
    has(root, "pyproject.toml") || has(root, "setup.py")
}

/// Managers that start it in an environment of their own.
const STARTERS: &[&[&str]] =
    &[&["uv", "run"], &["poetry", "run"], &["pdm", "run"], &["pipenv", "run"], &["hatch", "run"]];

/// As the workflows start it.
fn pytest(project: &Project) -> CommandLine {
    let is_used = |starter: &&&[&str]| {
        let words = format!("{} pytest", starter.join(" "));
        project.runs.contains(&words) || project.runs.contains(&words.replace(" pytest", " python -m pytest"))
    };
    match STARTERS.iter().find(is_used) {
        Some(starter) => CommandLine::new(starter.iter().chain(&["pytest"]).copied()),
        None => CommandLine::new(["python3", "-m", "pytest"]),
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
