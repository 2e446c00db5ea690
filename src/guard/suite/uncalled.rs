//! A function inside a test that asserts something and that nobody calls.

use super::assertions::statements;
use super::files::{is_test_line, test_part};
use super::options::heads;
use crate::guard::at_line;
use crate::guard::change::{FileChange, Line};
use crate::record::{Finding, Severity};
use regex::Regex;
use std::sync::LazyLock;

/// What gives a function a name; group 1 or 2.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?x)^\s*(?:(?:async\s+)?(?:def|fn|function)\s+(\w+)\s*[(<]
        | (?:(?:const|let|var|final|auto)\s+(?:mut\s+)?)?([\w$]+)\s*(?::[^=\n]+)?\s*:?=\s*(?:async\s+|move\s+)*(?:function\b|func\s*\(|\([^()]*\)\s*(?:=>|->)|\w+\s*=>|\|[^|\n]*\||\[[&=]?\]\s*\())")
    .ok()
});
/// The head of a test, or of what may be one.
static HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\bdef\s+test|\b(?:it|test|specify)\s*(?:\.\w+)*\(|\bfunc\s+Test|\bfn\s+\w|\bvoid\s+\w|\bTEST\w*\s*\(")
        .ok()
});

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &FileChange) -> Vec<Finding> {
    let (Some(_), Some(after)) = (file.before, file.after) else { return Vec::new() };
    if test_part(file.path, after).is_none() {
        return Vec::new();
    }
    let lines: Vec<&str> = after.lines().collect();
    let asked: Vec<u32> = statements(file.path, after).into_iter().map(|(line, _)| line).collect();
    let idle = |line: &Line| {
        let name = name(line.text)?;
        let body = body(&lines, line.number);
        let asks = asked.iter().any(|at| body.contains(at));
        (is_test_line(file, file.after, line.number)
            && asks
            && is_in_test(after, line.number)
            && mentions(after, name) < 2)
            .then_some(line.number)
    };
    let what = "asserts in a function that nobody calls";
    let found = file.added().filter_map(|line| idle(&line));
    found.map(|line| at_line("tests/unreachable", Severity::Error, file.path, line, what)).collect()
}

fn name(line: &str) -> Option<&str> {
    let found = NAMED.as_ref()?.captures(line)?;
    let name = found.get(1).or_else(|| found.get(2))?.as_str();
    (!name.starts_with("test") && !name.starts_with("__")).then_some(name)
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The lines from line `number` on that stand deeper than it, and itself.
fn body(lines: &[&str], number: u32) -> std::ops::Range<u32> {
    let own = lines.get(number.saturating_sub(1) as usize).map_or(0, |line| depth(line));
    let below = lines.iter().skip(number as usize);
    let length = below.take_while(|line| line.trim().is_empty() || depth(line) > own).count();
    number..number + 1 + u32::try_from(length).unwrap_or(0)
}

/// Whether one of the blocks around line `number` is a test's. A decorated function is called by what decorates it.
fn is_in_test(text: &str, number: u32) -> bool {
    let above = number.checked_sub(2).and_then(|at| text.lines().nth(at as usize));
    let decorated = above.is_some_and(|line| line.trim_start().starts_with('@'));
    !decorated && heads(text, number).iter().any(|line| HEAD.as_ref().is_some_and(|regex| regex.is_match(line)))
}

/// How often the name stands in the text, as a word; `_` names nothing.
fn mentions(text: &str, name: &str) -> usize {
    if name == "_" {
        return 0;
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.split(|c: char| !is_word(c)).filter(|word| *word == name).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_known_in_six_languages() {
        for (line, wanted) in [
            ("    def check():", Some("check")),
            ("  const check = async () => {", Some("check")),
            ("  const check = x => expect(x).toBe(1);", Some("check")),
            ("    let _check = || {", Some("_check")),
            ("\tcheck := func() {", Some("check")),
            ("\t_ = func() {", Some("_")),
            ("    Runnable check = () -> {", None),
            ("    auto check = [&]() {", Some("check")),
            ("    def test_inner(self):", None),
            ("    x = f(1)", None),
            ("    let x = a || b;", None),
        ] {
            assert_eq!(name(line), wanted, "{line}");
        }
    }
}
