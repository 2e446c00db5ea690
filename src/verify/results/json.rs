//! The runners' own JSON: `go test -json`, jest and vitest, rspec.

use super::{Status, TestResults};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct GoEvent {
    action: String,
    package: String,
    test: String,
    output: String,
}

/// `go test -json` on standard output, and the text that `go test -v` would have printed.
pub fn go(output: &[u8]) -> (TestResults, String) {
    let (mut results, mut text) = (TestResults::default(), String::new());
    for line in String::from_utf8_lossy(output).lines() {
        let event = line.starts_with('{').then(|| serde_json::from_str::<GoEvent>(line).ok()).flatten();
        let Some(event) = event.filter(|event| !event.action.is_empty()) else {
            text = text + line + "\n";
            continue;
        };
        text += &event.output;
        let status = match event.action.as_str() {
            "pass" => Status::Passed,
            "fail" => Status::Failed,
            "skip" => Status::Skipped,
            _ => continue,
        };
        if !event.test.is_empty() {
            results.add(format!("{}.{}", event.package, event.test), status);
        }
    }
    (results, text)
}

#[derive(Deserialize)]
struct JestReport {
    #[serde(rename = "testResults")]
    files: Vec<JestFile>,
}

#[derive(Deserialize)]
struct JestFile {
    #[serde(default)]
    name: String,
    #[serde(default)]
    status: String,
    #[serde(rename = "assertionResults")]
    tests: Vec<JestTest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JestTest {
    #[serde(default)]
    ancestor_titles: Vec<String>,
    title: String,
    status: String,
}

/// The report of jest's `--json` and of vitest's json reporter, with file names relative to `root`. A file
/// that could not be loaded counts as one failed test with the file's name.
pub fn jest(bytes: &[u8], root: &Path) -> Option<TestResults> {
    let report: JestReport = serde_json::from_slice(bytes).ok()?;
    let mut results = TestResults::default();
    for file in &report.files {
        let path = Path::new(&file.name);
        let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
        if file.tests.is_empty() && file.status == "failed" {
            results.add(path.to_string(), Status::Failed);
        }
        for test in &file.tests {
            let titles = test.ancestor_titles.iter().filter(|title| !title.is_empty()).chain([&test.title]);
            let name = titles.fold(path.to_string(), |name, title| name + " > " + title);
            results.add(name, status(&test.status));
        }
    }
    Some(results)
}

fn status(word: &str) -> Status {
    match word {
        "passed" => Status::Passed,
        "failed" => Status::Failed,
        _ => Status::Skipped,
    }
}

#[derive(Deserialize)]
struct RspecReport {
    examples: Vec<RspecExample>,
}

#[derive(Deserialize)]
struct RspecExample {
    full_description: String,
    status: String,
}

pub fn rspec(bytes: &[u8]) -> Option<TestResults> {
    let report: RspecReport = serde_json::from_slice(bytes).ok()?;
    let mut results = TestResults::default();
    for example in report.examples {
        results.add(example.full_description, status(&example.status));
    }
    Some(results)
}
