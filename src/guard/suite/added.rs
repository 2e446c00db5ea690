//! What stands in a test that the patch brings along, or in a new file of tests, softens no test that was there: it is
//! told and does not block. So is the usual form of a test that wants an exception.

use super::deleted::tests;
use super::files::{Language, is_test, language};
use crate::guard::change::{Block, FileChange, tokens};
use crate::record::{Finding, Severity};
use regex::Regex;
use std::sync::LazyLock;

/// The rules whose lines say something about their own test alone.
const OWN: &[&str] = &["tests/skipped", "tests/suppressed", "tests/swallowed", "tests/unreachable", "tests/vacuous"];

static CAUGHT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|\W)(?:Throwable|Error|AssertionError|AssertionFailed(?:Error|Exception)|ComparisonFailure)\b")
        .ok()
});
static FAILS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[;{}\s])(?:(?:Assert|Assertions|TestCase|Assume)\.)?fail\s*\([^;{}]*\)\s*;\s*(?://[^\n]*\s*)*$")
        .ok()
});

pub fn soften(findings: &mut Vec<Finding>, files: &[FileChange]) {
    findings.retain_mut(|finding| {
        let file = files.iter().find(|file| Some(file.path.as_str()) == finding.path.as_deref());
        let (Some(file), Some(line)) = (file, finding.line) else { return true };
        let is_own = is_test(file.path)
            && (OWN.contains(&finding.rule.as_str()) || finding.rule == "tests/subject" && is_within(file, line));
        if is_own && (is_added(file, line) || is_new_branch(file, line)) {
            finding.severity = Severity::Warning;
        }
        finding.rule != "tests/swallowed" || !wants_exception(file, line)
    });
}

/// Whether a line stands deeper than the head of its test: what it defines counts there alone.
fn is_within(file: &FileChange, line: u32) -> bool {
    let text = file.after.unwrap_or_default();
    let depth = |number: u32| {
        text.lines().nth(number.saturating_sub(1) as usize).map(|line| line.len() - line.trim_start().len())
    };
    let head = tests(file, file.after).into_iter().rfind(|test| test.line <= line);
    head.is_some_and(|test| depth(line) > depth(test.line))
}

/// Whether the line and the next one belong to a test that was not there, all of it in one block of new lines.
fn is_added(file: &FileChange, line: u32) -> bool {
    if file.before.is_none() {
        return true;
    }
    let holds = |block: &&Block, line: u32| block.added.iter().any(|own| own.number == line);
    let Some(block) = file.blocks.iter().find(|block| block.removed.is_empty() && holds(block, line)) else {
        return false;
    };
    let own = tests(file, file.after).into_iter().filter(|test| test.line <= line).max_by_key(|test| test.line);
    let is_new = |name: &str| tests(file, file.before).iter().all(|test| test.name != name);
    holds(&block, line + 1) && own.is_some_and(|test| holds(&block, test.line) && is_new(test.name))
}

/// Whether a condition of C's preprocessor comes with all that it holds, and none of that was there.
fn is_new_branch(file: &FileChange, line: u32) -> bool {
    let holds = |block: &&Block| block.removed.is_empty() && block.added.iter().any(|own| own.number == line);
    let Some(block) = file.blocks.iter().find(holds).filter(|_| language(file.path) == Language::C) else {
        return false;
    };
    let opens = |text: &str| text.starts_with("#if") || text.starts_with("# if");
    let closes = |text: &str| text.starts_with("#endif") || text.starts_with("# endif");
    if !block.added.iter().any(|own| own.number == line && opens(own.text.trim_start())) {
        return false;
    }
    let mut depth = 0_i32;
    for own in block.added.iter().skip_while(|own| own.number < line) {
        let text = own.text.trim_start();
        let was_there = !tokens(text).is_empty() && file.removed().any(|old| tokens(old.text) == tokens(text));
        depth += i32::from(opens(text)) - i32::from(closes(text));
        if was_there || depth <= 0 {
            return !was_there;
        }
    }
    false
}

/// `try { …; fail(); } catch (SomeException expected) {}`: nothing is swallowed, because without the exception it fails.
fn wants_exception(file: &FileChange, line: u32) -> bool {
    let (Language::Jvm, Some(text)) = (language(file.path), file.after) else { return false };
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum();
    let Some(at) = text[start..].find("catch").map(|at| start + at) else { return false };
    let caught = text[at..].split(')').next().unwrap_or_default();
    let Some(body) = text[..at].trim_end().strip_suffix('}').and_then(inside) else { return false };
    let catches_all = CAUGHT.as_ref().is_none_or(|regex| regex.is_match(caught));
    !catches_all && FAILS.as_ref().is_some_and(|regex| regex.is_match(body))
}

/// What stands between a brace that ends here and its partner.
fn inside(before: &str) -> Option<&str> {
    let mut depth = 1_usize;
    let open = before.char_indices().rev().take(8000).find_map(|(at, c)| {
        match c {
            '}' => depth += 1,
            '{' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })?;
    Some(&before[open + 1..])
}

/// The names and values of some code, without what only asks for them.
pub fn operands(code: &[String]) -> Vec<&str> {
    let is_operand = |token: &&str| token.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"');
    let means = |token: &str| super::called::is_means(token) || super::assertions::is_asking(token);
    let mut found: Vec<&str> = code.iter().map(String::as_str).filter(is_operand).filter(|it| !means(it)).collect();
    found.sort_unstable();
    found
}

/// How alike two pieces of code are, by Dice's coefficient over their tokens.
pub fn alike(a: &str, b: &str) -> f64 {
    super::assertions::similarity(&tokens(a), &tokens(b))
}
