//! A way out of a test before it asserts anything: code that follows at the same depth never runs.

use super::files::{Language, is_test_line, language};
use crate::guard::at_line;
use crate::guard::change::{FileChange, Line};
use crate::record::{Finding, Severity};

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &FileChange) -> Vec<Finding> {
    let after = file.after.unwrap_or_default();
    let lines: Vec<&str> = after.lines().collect();
    let leaves = |line: &Line| {
        is_test_line(file, file.after, line.number)
            && is_way_out(line.text.trim(), language(file.path))
            && is_followed(&lines, line.number as usize)
    };
    let what = "leaves a test before its end: what follows never runs";
    let added = file.added().filter(leaves);
    added.map(|line| at_line("tests/unreachable", Severity::Error, file.path, line.number, what)).collect()
}

/// A line that is nothing but a way out, without a condition.
fn is_way_out(line: &str, language: Language) -> bool {
    let bare = line.trim_end_matches(';').trim_end();
    match language {
        Language::Python => matches!(bare, "return" | "return None" | "return True" | "raise SystemExit"),
        Language::Ruby => matches!(bare, "return" | "return true" | "return nil"),
        Language::Other | Language::Shell => false,
        _ => matches!(
            bare,
            "return" | "return true" | "return null" | "return undefined" | "return nil" | "return Ok(())"
        ),
    }
}

/// Whether the next line of code stands at the same depth as line `number`, and is no end of a block.
fn is_followed(lines: &[&str], number: usize) -> bool {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let own = lines.get(number - 1).copied().unwrap_or_default();
    let comment = |line: &&&str| line.trim_start().starts_with(['#', '/', '*']);
    let next = lines.iter().skip(number).filter(|line| !line.trim().is_empty()).find(|line| !comment(line));
    let ends = |line: &str| {
        let line = line.trim_start();
        line.starts_with(['}', ')', ']'])
            || ["end", "else", "elif", "except", "finally", "case", "default"].iter().any(|w| line.starts_with(w))
    };
    next.is_some_and(|next| depth(next) == depth(own) && !ends(next)) && depth(own) > 0
}
