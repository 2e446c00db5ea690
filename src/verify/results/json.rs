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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(results: TestResults) -> String {
        let join = |names: std::collections::BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(",");
        format!("{} | {} | {}", join(results.passed), join(results.failed), join(results.skipped))
    }

    #[test]
    fn go_events_and_what_stands_between_them() {
        let output = r#"# m/b [m/b.test]
{"Action":"start","Package":"m/a"}
{"Action":"run","Package":"m/a","Test":"TestX"}
{"Action":"output","Package":"m/a","Test":"TestX","Output":"=== RUN   TestX\n"}
{"Action":"output","Package":"m/a","Test":"TestX","Output":"    a_test.go:3: wrong\n"}
{"Action":"pass","Package":"m/a","Test":"TestX/one","Elapsed":0}
{"Action":"fail","Package":"m/a","Test":"TestX","Elapsed":0}
{"Action":"skip","Package":"m/a","Test":"TestS"}
{"Action":"fail","Package":"m/a","Elapsed":0.1}
{"not":"ours"}
FAIL	m/b [build failed]
"#;
        let (results, text) = go(output.as_bytes());
        assert_eq!(told(results), "m/a.TestX/one | m/a.TestX | m/a.TestS");
        let shown =
            "# m/b [m/b.test]\n=== RUN   TestX\n    a_test.go:3: wrong\n{\"not\":\"ours\"}\nFAIL\tm/b [build failed]\n";
        assert_eq!(text, shown);
    }

    #[test]
    fn jest_and_vitest() {
        let report = r#"{"numTotalTests":3,"testResults":[
            {"name":"/r/src/a.test.ts","status":"failed","assertionResults":[
                {"ancestorTitles":["outer","inner"],"fullName":"outer inner adds","title":"adds","status":"passed"},
                {"ancestorTitles":[""],"title":"fails","status":"failed","failureMessages":["x"]},
                {"ancestorTitles":[],"title":"later","status":"pending"}]},
            {"name":"/r/b.test.ts","status":"failed","message":"Cannot find module","assertionResults":[]}]}"#;
        let results = jest(report.as_bytes(), Path::new("/r")).unwrap();
        let expected = "src/a.test.ts > outer > inner > adds | b.test.ts,src/a.test.ts > fails | src/a.test.ts > later";
        assert_eq!(told(results), expected);
        assert_eq!(jest(b"{\"testResults\":", Path::new("/r")), None);
    }

    #[test]
    fn rspec_examples() {
        let report = r#"{"version":"3.13","examples":[
            {"id":"./a_spec.rb[1:1]","description":"adds","full_description":"Sum adds","status":"passed"},
            {"full_description":"Sum fails","status":"failed","exception":{"class":"X"}},
            {"full_description":"Sum later","status":"pending"}],"summary_line":"3 examples"}"#;
        assert_eq!(told(rspec(report.as_bytes()).unwrap()), "Sum adds | Sum fails | Sum later");
    }
}
