//! How to make a command tell its per-test results without changing what it runs or how it ends.

use super::differences;
use super::results::{TestResults, json, junit, text};
use super::runner::{Recognised, Runner, recognise};
use crate::command::CommandLine;
use crate::process::Finished;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A command that also reports, and how to read what it reports.
pub struct Plan {
    pub command: CommandLine,
    /// Variables to set; a value that the environment already has goes in front.
    pub env: Vec<(&'static str, String)>,
    pub runner: Option<Runner>,
    source: Source,
    /// What we put in; a failure that names one of them is ours, not the command's.
    marks: &'static [&'static str],
}

enum Source {
    Text,
    Tree,
    Go,
    Junit(PathBuf),
    Jest(PathBuf),
    Rspec(PathBuf),
    /// Reports below directories of this name; whether only those written by this run count.
    Scattered {
        folder: &'static str,
        fresh: bool,
    },
}

/// The report goes into `scratch`, which must be new for every run.
pub fn plan(command: &CommandLine, root: &Path, scratch: &Path) -> Plan {
    match recognise(command, root) {
        Some(found) => with_runner(command, found, scratch),
        None if let Some(shown) = differences::shown(command) => {
            Plan { command: shown, marks: &["-diff"], ..plain(command) }
        }
        None => Plan { env: vec![("PYTEST_ADDOPTS", "-rap".into())], ..plain(command) },
    }
}

/// The command as it is.
pub fn plain(command: &CommandLine) -> Plan {
    Plan { command: command.clone(), env: Vec::new(), runner: None, source: Source::Text, marks: &[] }
}

fn with_runner(command: &CommandLine, found: Recognised, scratch: &Path) -> Plan {
    let same = Plan { runner: Some(found.runner), ..plain(command) };
    let report = scratch.join("report");
    let file = report.to_string_lossy().into_owned();
    let has = |option: &str| found.called_with.iter().any(|word| word.starts_with(option));
    match found.runner {
        Runner::Pytest if !has("--junit") => Plan {
            env: vec![("PYTEST_ADDOPTS", pytest_options(&file, scratch))],
            source: Source::Junit(report),
            marks: &["--junitxml", "--continue-on-collection-errors"],
            ..same
        },
        Runner::Unittest if !has("-v") && !has("--verbose") && !has("-q") => {
            Plan { command: found.insert(&["-v".into()]), ..same }
        }
        Runner::Go if !has("-json") => {
            Plan { command: found.insert(&["-json".into()]), source: Source::Go, marks: &["-json"], ..same }
        }
        Runner::Node if !has("--test-reporter") => Plan {
            env: vec![("NODE_OPTIONS", node_options(&file))],
            source: Source::Junit(report),
            marks: &["--test-reporter"],
            ..same
        },
        Runner::Jest if !has("--json") && !has("--outputFile") => Plan {
            command: found.insert(&["--json".into(), format!("--outputFile={file}")]),
            source: Source::Jest(report),
            marks: &["--json", "--outputFile"],
            ..same
        },
        Runner::Vitest if !has("--reporter") && !has("--outputFile") => Plan {
            command: found.append(&[
                "--reporter=default".into(),
                "--reporter=json".into(),
                format!("--outputFile.json={file}"),
            ]),
            source: Source::Jest(report),
            marks: &["--reporter", "--outputFile"],
            ..same
        },
        Runner::Mocha if !has("--reporter") && !has("-R") => Plan { source: Source::Tree, ..same },
        Runner::Ctest if !has("--output-junit") => Plan {
            command: found.insert(&["--output-junit".into(), file]),
            source: Source::Junit(report),
            marks: &["--output-junit"],
            ..same
        },
        Runner::Rspec if !has("--format") && !has("-f") => Plan {
            env: vec![("SPEC_OPTS", format!("--format progress --format json --out '{file}'"))],
            source: Source::Rspec(report),
            ..same
        },
        Runner::Maven => Plan { source: Source::Scattered { folder: "surefire-reports", fresh: true }, ..same },
        // An up-to-date task keeps its reports; a task that runs replaces them.
        Runner::Gradle => Plan { source: Source::Scattered { folder: "test-results", fresh: false }, ..same },
        _ => same,
    }
}

/// `xunit1` names the file of each test. The cache is new for every run: `--lf` must not see the last one.
fn pytest_options(file: &str, scratch: &Path) -> String {
    let cache = scratch.join("pytest-cache");
    format!(
        "'--junitxml={file}' -o junit_family=xunit1 -o 'cache_dir={}' --continue-on-collection-errors",
        cache.display()
    )
}

fn node_options(file: &str) -> String {
    let shown = "--test-reporter=spec --test-reporter-destination=stdout";
    format!("{shown} --test-reporter=junit --test-reporter-destination=\"{file}\"")
}

impl Recognised {
    fn insert(&self, args: &[String]) -> CommandLine {
        match self.pass_on {
            Some(_) => self.append(args),
            None => self.invocation.insert(self.at, args),
        }
    }

    fn append(&self, args: &[String]) -> CommandLine {
        let passed: Vec<String> = self.pass_on.iter().flatten().chain(args).cloned().collect();
        self.invocation.append(&passed)
    }
}

impl Plan {
    /// The results of a run, and its output as a person would have seen it.
    pub fn read(&self, finished: &Finished, root: &Path, since: SystemTime) -> (Option<TestResults>, String) {
        let shown = clean(&finished.combined);
        let from_text = |shown: &str| text::read(shown).non_empty();
        let results = match &self.source {
            Source::Text => from_text(&shown),
            Source::Tree => text::tree(&shown).non_empty(),
            Source::Go if finished.truncated => None,
            Source::Go => {
                let (results, _) = json::go(&finished.stdout);
                let (_, shown) = json::go(&finished.combined);
                return (results.non_empty(), clean(shown.as_bytes()));
            }
            Source::Junit(file) => read_file(file).and_then(|report| junit::read(&report)),
            Source::Jest(file) => read_file(file).and_then(|report| json::jest(&report, root)),
            Source::Rspec(file) => read_file(file).and_then(|report| json::rspec(&report)),
            Source::Scattered { folder, fresh } => {
                scattered(root, folder, fresh.then_some(since)).or_else(|| from_text(&shown))
            }
        };
        (results, shown)
    }

    /// Whether a run failed because of what we added: no results, and the output names it.
    pub fn is_to_blame(&self, finished: &Finished, results: Option<&TestResults>) -> bool {
        let said = String::from_utf8_lossy(&finished.combined);
        finished.exit != Some(0) && results.is_none() && self.marks.iter().any(|mark| said.contains(mark))
    }
}

fn read_file(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

/// Every JUnit report below a directory called `folder`, together.
fn scattered(root: &Path, folder: &str, since: Option<SystemTime>) -> Option<TestResults> {
    let mut results = TestResults::default();
    let mut stack = vec![(root.to_owned(), 0, false)];
    while let Some((dir, depth, inside)) = stack.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            let skipped = matches!(name.to_str(), Some(".git" | "node_modules" | "src"));
            if kind.is_dir() && depth < 8 && !skipped {
                stack.push((entry.path(), depth + 1, inside || name == folder));
            } else if inside && kind.is_file() && name.to_string_lossy().ends_with(".xml") && is_fresh(&entry, since) {
                results.merge(read_file(&entry.path()).and_then(|report| junit::read(&report))?);
            }
        }
    }
    results.non_empty()
}

/// File systems count time in coarser steps than the clock does.
fn is_fresh(entry: &std::fs::DirEntry, since: Option<SystemTime>) -> bool {
    let Some(since) = since else { return true };
    let written = entry.metadata().and_then(|meta| meta.modified());
    written.is_ok_and(|written| written + std::time::Duration::from_millis(50) >= since)
}

/// Output without colours and without what a progress bar overwrote.
fn clean(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let mut plain = anstream::adapter::strip_str(&text).to_string();
    if plain.contains('\r') {
        let shown = |line: &str| line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default().to_owned();
        plain = plain.split('\n').map(shown).collect::<Vec<_>>().join("\n");
    }
    plain
}
