//! Assertions that went, or that ask for less than before. Each one is compared as a whole statement,
//! wherever it stands in the file, so that moving or re-wrapping it is nothing.

mod strength;

use super::files::{Language, language, test_part};
use crate::guard::at_line;
use crate::guard::change::{FileChange, tokens};
use crate::record::{Finding, Severity};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Longer statements are cut; a table in an assertion is compared by its first lines.
const MAX_LINES: usize = 60;
/// Share of common tokens from which two assertions are versions of one.
const SAME_ASSERTION: f64 = 0.5;

static HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:assert\w*|expect\w*|should\w*|verify\w*|require\.\w+|is\.\w+|[tb]\.(?:Error|Fatal|Fail|equal|deepEqual|is|ok|true|false|throws|not)\w*|fail|EXPECT_\w+|ASSERT_\w+|CHECK\w*|REQUIRE\w*|pytest\.(?:raises|warns)|debug_assert\w*|prop_assert\w*|refute\w*|must_\w+)\s*[!.(\s]").ok()
});
static NOT_A_HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:(?:pub\s+|export\s+|async\s+|private\s+|public\s+|static\s+)*(?:def|fn|func|function|class|macro_rules!|import|from|use|using|void|#include|package|mod)\b|#!?\[|//|#|\*|@)").ok()
});

/// One assertion of one side.
#[derive(Debug, Clone, PartialEq)]
pub struct Assertion {
    line: u32,
    tokens: Vec<String>,
}

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    let mut removed = Vec::new();
    let mut added = Vec::new();
    for file in files {
        removed.extend(side(file, file.before).into_iter().map(|assertion| (file, assertion)));
        added.extend(side(file, file.after).into_iter().map(|assertion| (file, assertion)));
    }
    cancel(&mut removed, &mut added);
    let mut findings: Vec<_> = added.iter().filter_map(|(file, assertion)| tautology(file, assertion)).collect();
    for (file, old) in &removed {
        findings.extend(match nearest(file, old, &added) {
            Some(at) => strength::weakened(file.path, old.line, &old.tokens, &added.swap_remove(at).1.tokens),
            None => {
                Some(at_line("tests/removed-assertion", Severity::Error, file.path, old.line, "removes an assertion"))
            }
        });
    }
    findings
}

/// Takes out what stands on both sides.
fn cancel(removed: &mut Vec<(&FileChange, Assertion)>, added: &mut Vec<(&FileChange, Assertion)>) {
    let mut counts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for (_, assertion) in added.iter() {
        *counts.entry(assertion.tokens.clone()).or_default() += 1;
    }
    let mut common = BTreeMap::new();
    let take = |counts: &mut BTreeMap<Vec<String>, usize>, tokens: &Vec<String>| {
        counts.get_mut(tokens).filter(|count| **count > 0).map(|count| *count -= 1).is_some()
    };
    removed.retain(|(_, assertion)| {
        let both = take(&mut counts, &assertion.tokens);
        if both {
            *common.entry(assertion.tokens.clone()).or_default() += 1;
        }
        !both
    });
    added.retain(|(_, assertion)| !take(&mut common, &assertion.tokens));
}

fn tautology(file: &FileChange, assertion: &Assertion) -> Option<Finding> {
    let same = strength::compares_with_itself(&assertion.tokens);
    same.then(|| at_line("tests/vacuous", Severity::Error, file.path, assertion.line, "compares a value with itself"))
}

/// The added assertion of the same file that shares most with `old`.
fn nearest(file: &FileChange, old: &Assertion, added: &[(&FileChange, Assertion)]) -> Option<usize> {
    let score = |new: &Assertion| similarity(&old.tokens, &new.tokens);
    let same_file = added.iter().enumerate().filter(|(_, (other, _))| other.path == file.path);
    let scored = same_file.map(|(at, (_, new))| (at, score(new))).filter(|(_, score)| *score >= SAME_ASSERTION);
    scored.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
}

/// Dice's coefficient over the tokens.
fn similarity(a: &[String], b: &[String]) -> f64 {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for token in a {
        *counts.entry(token).or_default() += 1;
    }
    let common = b.iter().filter(|token| {
        let count = counts.entry(token).or_default();
        *count -= 1;
        *count >= 0
    });
    #[expect(clippy::cast_precision_loss, reason = "token counts are small")]
    let (common, total) = (common.count() as f64, (a.len() + b.len()).max(1) as f64);
    2.0 * common / total
}

fn side(file: &FileChange, text: Option<&str>) -> Vec<Assertion> {
    let Some((first, part)) = text.and_then(|text| test_part(file.path, text)) else { return Vec::new() };
    if language(file.path) == Language::Other {
        return Vec::new();
    }
    let lines: Vec<&str> = part.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let end = if is_head(lines[at]) { end_of_statement(&lines, at) } else { at };
        if end > at {
            let start = with_condition(&lines, at);
            let line = first + u32::try_from(at).unwrap_or(u32::MAX - first);
            found.push(Assertion { line, tokens: tokens(&lines[start..end].join("\n")) });
        }
        at = end.max(at + 1);
    }
    found
}

fn is_head(line: &str) -> bool {
    let matches = |regex: &Option<Regex>| regex.as_ref().is_some_and(|regex| regex.is_match(line));
    matches(&HEAD) && !matches(&NOT_A_HEAD)
}

/// Past the line where the brackets that open at `start` are closed and no method call goes on.
fn end_of_statement(lines: &[&str], start: usize) -> usize {
    let mut depth = 0_i64;
    for (at, line) in lines.iter().enumerate().skip(start).take(MAX_LINES) {
        for c in line.chars() {
            depth += i64::from("([{".contains(c)) - i64::from(")]}".contains(c));
        }
        let goes_on = lines.get(at + 1).is_some_and(|next| next.trim_start().starts_with('.'));
        if depth <= 0 && !goes_on {
            return at + 1;
        }
    }
    (start + 1).min(lines.len())
}

/// `if got != want {` belongs to the `t.Errorf` below it.
fn with_condition(lines: &[&str], at: usize) -> usize {
    let trimmed = lines[at].trim_start();
    let reports = ["t.", "b.", "fail"].iter().any(|start| trimmed.starts_with(start));
    let above = at.checked_sub(1).filter(|above| reports && lines[*above].trim_start().starts_with("if"));
    above.unwrap_or(at)
}
