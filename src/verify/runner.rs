//! Which test runner a command plainly invokes, through the wrappers and package scripts around it.

use super::words::{Invocation, plain_words};
use crate::command::CommandLine;
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    Pytest,
    Unittest,
    Cargo,
    Go,
    Node,
    Jest,
    Vitest,
    Mocha,
    Ctest,
    Rspec,
    Maven,
    Gradle,
}

/// A runner and where to talk to it.
pub struct Recognised {
    pub runner: Runner,
    pub invocation: Invocation,
    /// The word that names the runner (or its subcommand); arguments may follow it.
    pub at: usize,
    /// The runner is called by a package script: arguments go to the end, behind these words.
    pub pass_on: Option<Vec<String>>,
    /// Every word that the runner is called with, the package script's too.
    pub called_with: Vec<String>,
}

/// Programs that only start another one, with the words that belong to them.
const WRAPPERS: &[&[&str]] = &[
    &["npx"],
    &["bunx"],
    &["env"],
    &["time"],
    &["cross-env"],
    &["c8"],
    &["nyc"],
    &["dotenv", "--"],
    &["xvfb-run", "-a"],
    &["xvfb-run"],
    &["yarn", "exec"],
    &["pnpm", "exec"],
    &["pnpm", "dlx"],
    &["poetry", "run"],
    &["uv", "run"],
    &["pipenv", "run"],
    &["pdm", "run"],
    &["rye", "run"],
    &["hatch", "run"],
    &["bundle", "exec"],
    &["coverage", "run", "-m"],
    &["python", "-m"],
    &["python3", "-m"],
    &["python", "-m", "coverage", "run", "-m"],
    &["python3", "-m", "coverage", "run", "-m"],
];

pub fn recognise(command: &CommandLine, root: &Path) -> Option<Recognised> {
    let invocation = Invocation::of(command)?;
    let at = skip_wrappers(invocation.words());
    let words = invocation.words();
    if let Some((runner, at)) = runner_at(words, at) {
        let once = !invocation.mentioned_before(&words[at]);
        let called_with = words.to_vec();
        return once.then_some(Recognised { runner, invocation, at, pass_on: None, called_with });
    }
    let (script, last, pass_on) = package_script(&words[at..], &command.place(root))?;
    let (runner, _) = runner_at(&script, skip_wrappers(&script))?;
    Some(Recognised { runner, at: at + last, invocation, pass_on: Some(pass_on), called_with: script })
}

/// Past variable assignments and wrappers.
pub fn skip_wrappers(words: &[String]) -> usize {
    let mut at = 0;
    loop {
        let rest = &words[at..];
        let longest = WRAPPERS.iter().filter(|wrapper| starts_with(rest, wrapper)).map(|wrapper| wrapper.len()).max();
        at += match (longest, rest.first()) {
            (Some(length), _) => length,
            (None, Some(word)) if is_assignment(word) => 1,
            _ => return at,
        };
    }
}

fn starts_with(words: &[String], wrapper: &[&str]) -> bool {
    words.len() >= wrapper.len() && words.iter().zip(wrapper).all(|(word, expected)| base_name(word) == *expected)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// The runner called by the words from `at` on, and the last word that names it.
fn runner_at(words: &[String], at: usize) -> Option<(Runner, usize)> {
    let next = |n: usize| words.get(at + n).map(String::as_str);
    let found = |runner, more: usize| Some((runner, at + more));
    match base_name(next(0)?) {
        "pytest" | "py.test" => found(Runner::Pytest, 0),
        // `discover` is only one as the first word, and options follow it.
        "unittest" => found(Runner::Unittest, usize::from(next(1) == Some("discover"))),
        "react-scripts" if next(1)? == "test" => found(Runner::Jest, 1),
        "jest" => found(Runner::Jest, 0),
        "vitest" => found(Runner::Vitest, 0),
        "mocha" => found(Runner::Mocha, 0),
        "ctest" => found(Runner::Ctest, 0),
        "rspec" => found(Runner::Rspec, 0),
        "mvn" | "mvnw" => found(Runner::Maven, 0),
        "gradle" | "gradlew" => found(Runner::Gradle, 0),
        "go" if next(1)? == "test" => found(Runner::Go, 1),
        "node" if words[at..].iter().any(|word| word == "--test") => found(Runner::Node, 0),
        "cargo" => {
            let more = 1 + usize::from(next(1)?.starts_with('+'));
            matches!(next(more)?, "test" | "t" | "nextest").then_some((Runner::Cargo, at + more))
        }
        _ => None,
    }
}

/// What `npm test` and its like run: the last command of the script in `package.json`, the number of words
/// that name it, and the words that separate arguments to be passed on.
fn package_script(words: &[String], dir: &Path) -> Option<(Vec<String>, usize, Vec<String>)> {
    let manager = base_name(words.first()?);
    let second = words.get(1)?.as_str();
    let (name, last) = match second {
        "run" | "run-script" => (words.get(2)?.as_str(), 2),
        "t" | "tst" if manager == "npm" => ("test", 1),
        "test" => ("test", 1),
        other if matches!(manager, "yarn" | "pnpm") => (other, 1),
        _ => return None,
    };
    let given = &words[last + 1..];
    let pass_on = match manager {
        "npm" if !given.iter().any(|word| word == "--") => vec!["--".to_owned()],
        "npm" | "yarn" | "pnpm" => Vec::new(),
        _ => return None,
    };
    let text = std::fs::read_to_string(dir.join("package.json")).ok()?;
    let package: serde_json::Value = serde_json::from_str(&text).ok()?;
    let script = package.get("scripts")?.get(name)?.as_str()?;
    // Arguments reach the last command of a list only.
    let (before, last_command) = script.rsplit_once("&&").unwrap_or(("", script));
    let mut script: Vec<String> = plain_words(last_command.trim())?.into_iter().map(|(word, _)| word).collect();
    let tool = script.get(skip_wrappers(&script))?;
    let once = !before.contains(base_name(tool));
    script.extend(given.iter().cloned());
    once.then_some((script, last, pass_on))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(line: &str, script: &str) -> Option<(Runner, usize)> {
        let dir = tempfile::tempdir().unwrap();
        let package = serde_json::json!({ "scripts": { "test": script, "unit": script } });
        std::fs::write(dir.path().join("package.json"), package.to_string()).unwrap();
        recognise(&CommandLine::shell("bash", line), dir.path()).map(|found| (found.runner, found.at))
    }

    #[test]
    fn runners_are_seen_through_wrappers() {
        for (line, expected) in [
            ("pytest -x", Some((Runner::Pytest, 0))),
            ("CI=1 poetry run python -m pytest tests", Some((Runner::Pytest, 5))),
            ("/usr/bin/python3 -m unittest", Some((Runner::Unittest, 2))),
            ("python3 -m unittest discover -s tests", Some((Runner::Unittest, 3))),
            ("cargo +nightly test --all", Some((Runner::Cargo, 2))),
            ("cargo build", None),
            ("go vet ./...", None),
            ("npx jest --ci", Some((Runner::Jest, 1))),
            ("node --import tsx --test", Some((Runner::Node, 0))),
            ("node build.js", None),
            ("./gradlew test", Some((Runner::Gradle, 0))),
            ("pytest a\npytest b", None),
            ("pip install x\npytest b", Some((Runner::Pytest, 0))),
        ] {
            assert_eq!(seen(line, "true"), expected, "{line}");
        }
    }

    #[test]
    fn package_scripts_are_looked_into() {
        for (line, script, expected) in [
            ("npm test", "jest", Some((Runner::Jest, 1))),
            ("npm run unit", "tsc && cross-env A=b vitest run", Some((Runner::Vitest, 2))),
            ("yarn unit", "mocha", Some((Runner::Mocha, 1))),
            ("npm test", "jest a && jest b", None),
            ("npm test", "jest | tee log", None),
            ("npm test -- --ci", "jest", Some((Runner::Jest, 1))),
            ("npm run other", "jest", None),
        ] {
            assert_eq!(seen(line, script), expected, "{line}: {script}");
        }
    }
}
