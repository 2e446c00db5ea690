//! The name of a failure, equal across runs and machines.

use super::found::patterns;
use crate::record::{LogReport, Signature};
use regex::Regex;
use std::sync::LazyLock;

patterns! {
    PREFIX = r"(?:[A-Za-z]:)?[\\/](?:[^\s\\/:'\x22()\[\]]+[\\/])+";
    TEMPORARY = r"(?:/private)?/(?:tmp|var/folders|var/tmp)/[^\s:'\x22)]*";
    ADDRESS = r"0x[0-9a-fA-F]+";
    HASH = r"(?-u:\b)[0-9a-f]{8,64}(?-u:\b)";
    DURATION = r"(?-u:\b)[0-9]+(?:\.[0-9]+)? ?(?:ns|µs|us|ms|s|sec|secs|seconds?|m|min|minutes?|h|hours?)(?-u:\b)";
    NUMBER = r"[0-9]+(?:\.[0-9]+)?";
}

const DIGITS: &[char] = &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/// Class plus the failing test ids, or the first error without what changes from run to run.
pub fn signature(report: &LogReport) -> Signature {
    let class = report.class.as_str();
    if report.failing.is_empty() {
        return Signature(format!("{class}: {}", normalise(report.first_error.as_deref().unwrap_or_default())));
    }
    let mut ids: Vec<&str> = report.failing.iter().map(String::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    Signature(format!("{class}: {}", ids.join(", ")))
}

/// A line without what changes from run to run and from machine to machine.
pub fn normalise(line: &str) -> String {
    let mut text = line.split_whitespace().collect::<Vec<_>>().join(" ");
    // pytest's own margin: an issue quotes the same exception without it.
    if let Some(rest) = text.strip_prefix("E ") {
        text = rest.to_owned();
    }
    let mut replace = |needs: &[char], pattern: &LazyLock<Regex>, by: &str| {
        // Compiling a pattern takes longer than looking whether it can match.
        if text.contains(needs) {
            text = pattern.replace_all(&text, by).into_owned();
        }
    };
    replace(&['/'], &TEMPORARY, "<tmp>");
    replace(&['/', '\\'], &PREFIX, "");
    replace(DIGITS, &ADDRESS, "<addr>");
    replace(DIGITS, &HASH, "<hash>");
    replace(DIGITS, &DURATION, "<time>");
    replace(DIGITS, &NUMBER, "<n>");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::FailureClass;

    fn check(first_error: &str, normal: &str) {
        let report = LogReport {
            class: FailureClass::Compile,
            failing: Vec::new(),
            locations: Vec::new(),
            first_error: Some(first_error.to_owned()),
            tool: None,
        };
        assert_eq!(signature(&report).0, format!("compile: {normal}"));
    }

    #[test]
    fn what_changes_between_runs_is_left_out() {
        check("/home/a/src/main.c:12:5: error: x", "main.c:<n>:<n>: error: x");
        check("/build/b/src/main.c:13:5:  error: x", "main.c:<n>:<n>: error: x");
        check("cannot open /tmp/ab12/x.log after 3.5s", "cannot open <tmp> after <time>");
        check("bad pointer 0x7ffc12 in commit 0123456789abcdef", "bad pointer <addr> in commit <hash>");
        check(r"C:\Users\a\app\main.cs(1,2): error", "main.cs(<n>,<n>): error");
    }

    #[test]
    fn failing_tests_name_the_failure_in_any_order() {
        let report = |ids: &[&str]| LogReport {
            class: FailureClass::Test,
            failing: ids.iter().map(|id| (*id).to_owned()).collect(),
            locations: Vec::new(),
            first_error: Some("whatever".to_owned()),
            tool: None,
        };
        assert_eq!(signature(&report(&["b", "a"])), signature(&report(&["a", "b", "b"])));
        assert_eq!(signature(&report(&["b", "a"])).0, "test: a, b");
    }
}
