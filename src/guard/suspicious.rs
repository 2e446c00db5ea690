//! Code that reaches out where it has no business to: what a build, an installation or a test run
//! executes by itself gets network, processes and the environment from people, not from a repair.

mod hidden;
mod places;
mod signs;

use super::change::FileChange;
use super::signs::Table;
use super::suite::files::{Language, is_test_line, language};
use super::{Case, at_line};
use crate::record::{Finding, Severity};
use signs::{REACHES, SECRET_PLACES, SIGNS, WHOLE_ENVIRONMENT};
use std::sync::LazyLock;

/// What follows `suspicious/` in the rules of the findings.
pub const RULES: &[&str] = &[
    "credentials",
    "dynamic",
    "environment",
    "exfiltration",
    "hidden-text",
    "homoglyph",
    "network",
    "process",
    "start",
];

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(SIGNS, |file| places::is_build(file.path)));

pub fn check(case: &Case) -> Vec<Finding> {
    let files = &case.telling;
    let mut findings = TABLE.check(files);
    findings.retain(|finding| !is_ordinary(files, finding));
    findings.extend(files.iter().filter_map(exfiltration));
    findings.extend(files.iter().filter_map(places::starts_by_itself));
    findings.extend(files.iter().flat_map(hidden::check));
    findings
}

/// A test that talks to this machine, and variables that a build tool sets for its scripts.
fn is_ordinary(files: &[FileChange], finding: &Finding) -> bool {
    let file = files.iter().find(|file| finding.path.as_deref() == Some(file.path.as_str()));
    let line = file.and_then(|file| file.added().find(|line| Some(line.number) == finding.line));
    line.is_some_and(|line| match finding.rule.as_str() {
        "suspicious/network" => finding.severity < Severity::Error && speaks_to_this_machine(line.text),
        "suspicious/environment" => signs::is_build_variable(line.text),
        _ => false,
    })
}

fn speaks_to_this_machine(line: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "testserver", ".example", "example.", ".test", ".invalid"]
        .iter()
        .any(|host| line.contains(host))
}

/// What is nobody's business, the whole environment or a place of credentials, and a way out, in the lines that one file
/// adds.
fn exfiltration(file: &FileChange) -> Option<Finding> {
    let added: Vec<_> = file.added().collect();
    added.iter().find(|line| signs::is(&REACHES, line.text))?;
    // A document may well say where a key belongs.
    let is_run = language(file.path) != Language::Other || places::is_build(file.path);
    let first = |pattern| added.iter().find(|line| signs::is(pattern, line.text)).map(|line| line.number);
    let whole = first(&WHOLE_ENVIRONMENT).map(|number| (number, "the whole environment"));
    let secrets = || first(&SECRET_PLACES).filter(|_| is_run).map(|number| (number, "credentials"));
    let (number, what) = whole.or_else(secrets)?;
    let place = if is_test_line(file, file.after, number) { "a test" } else { "the code" };
    let what = format!("{place} reads {what} and reaches out");
    Some(at_line("suspicious/exfiltration", Severity::Error, file.path, number, what))
}
