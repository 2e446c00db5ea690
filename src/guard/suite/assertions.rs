//! Assertions that went, or that ask for less than before. Each one is compared as a whole statement,
//! wherever it stands in the file, so that moving or re-wrapping it is nothing.

mod strength;

use super::added::operands;
use super::files::{Language, language, test_part};
use crate::guard::at_line;
use crate::guard::change::{FileChange, string_end, tokens};
use crate::ids::RelPath;
use crate::record::{Finding, Severity};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;
pub use strength::{demanded, is_asking, rank};

/// Longer statements are cut; a table in an assertion is compared by its beginning.
const MAX_CHARS: usize = 8000;
/// Share of common tokens from which two assertions are versions of one.
const SAME_ASSERTION: f64 = 0.5;

static HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"#require\s*\(|\b(?:(?:assert\w*|refute\w*|must_\w+)\s*[!.(\s]|(?:XCT|ST)?Assert\w*\s*[.(]|(?:expect\w*|[sS]hould\w*|verify\w*|require\.\w+|is\.\w+|[tb]\.(?:Error|Fatal|Fail|equal|deepEqual|is|ok|true|false|throws|not)\w*|fail|EXPECT_\w+|ASSERT_\w+|CHECK\w*|REQUIRE\w*|pytest\.(?:raises|warns)|debug_assert\w*|prop_assert\w*)\s*[!.({])").ok()
});
/// What stands before a head that only declares, imports or mentions it.
static NO_ASSERTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:def|fn|func|function|class|macro_rules!|import|from|use|using|void|package|mod)\s+[\w:.{, ]*$|\b(?:const|let|var)\s*\{[^}]*$|^\s*(?:#|//|/?\*|@|--)").ok()
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
        if let Some(at) = expects_failure_now(file, old, &added) {
            added.swap_remove(at);
            continue;
        }
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

/// `try { f(); fail(); } catch (SomeException e) {}` became `assertThrows(…, f)`: the assertion that says so.
fn expects_failure_now(file: &FileChange, old: &Assertion, added: &[(&FileChange, Assertion)]) -> Option<usize> {
    let reports = old.tokens.iter().take(3).any(|token| token == "fail") && language(file.path) == Language::Jvm;
    let here =
        |(other, new): &(&FileChange, Assertion)| other.path == file.path && strength::expects_failure(&new.tokens);
    added.iter().position(here).filter(|_| reports)
}

/// The added assertion of the same file that shares most with `old`.
fn nearest(file: &FileChange, old: &Assertion, added: &[(&FileChange, Assertion)]) -> Option<usize> {
    // The same asked in the words of another library, in which the subject stands elsewhere.
    let own = operands(&old.tokens);
    let says_much = own.len() > 1 || own.iter().any(|it| it.starts_with('"') && it.len() > 3);
    let is_translated = |new: &Assertion| {
        let theirs = operands(&new.tokens);
        let has_value = own.iter().any(|it| it.starts_with(|c: char| c == '"' || c.is_ascii_digit()));
        let holds = own.iter().all(|it| theirs.contains(it)) && theirs.len() <= own.len() + 1;
        says_much && has_value && holds
    };
    let score = |new: &Assertion| {
        if is_translated(new) { 1.0 } else { similarity(&old.tokens, &new.tokens) }
    };
    let same_file = added.iter().enumerate().filter(|(_, (other, _))| other.path == file.path);
    let scored = same_file.map(|(at, (_, new))| (at, score(new))).filter(|(_, score)| *score >= SAME_ASSERTION);
    scored.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
}

/// Dice's coefficient over the tokens.
pub(super) fn similarity(a: &[String], b: &[String]) -> f64 {
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
    let found = text.map(|text| statements(file.path, text)).unwrap_or_default();
    let assertion = |(line, statement): (u32, &str)| {
        let mut tokens = tokens(&without_comments(language(file.path), statement));
        // Behind an `if` on its own line it is asked less often; what the condition says is another thing.
        let own = text.and_then(|text| text.lines().nth(line.saturating_sub(1) as usize)).unwrap_or_default();
        if own.trim_start().starts_with("if") && !statement.starts_with("if") {
            tokens.insert(0, "if".to_owned());
        }
        Assertion { line, tokens }
    };
    found.into_iter().map(assertion).collect()
}

/// The assertions in the tests of a file, each as it is written, with its line.
pub fn statements<'a>(path: &RelPath, text: &'a str) -> Vec<(u32, &'a str)> {
    let part = test_part(path, text).filter(|_| language(path) != Language::Other);
    let (Some((first, part)), Some(head)) = (part, HEAD.as_ref()) else { return Vec::new() };
    let mut found = Vec::new();
    let mut done = 0;
    for head in head.find_iter(part) {
        let line_start = part[..head.start()].rfind('\n').map_or(0, |at| at + 1);
        let before = &part[line_start..head.start()];
        // Swift writes `#expect(…)`.
        let is_macro = path.extension() == "swift" && before.trim() == "#";
        let mentioned = !is_macro && NO_ASSERTION.as_ref().is_some_and(|regex| regex.is_match(before));
        let rest = part[head.end()..].trim_start();
        // Python's helpers are called; what stands bare is imported, or passed on.
        let bare = head.as_str().ends_with(char::is_whitespace) && head.as_str().trim() != "assert";
        let passed_on = bare && language(path) == Language::Python;
        // A helper gets a body here: what stands in it asks.
        let defined = head.as_str().ends_with(char::is_whitespace) && rest.starts_with('=') && !rest.starts_with("==");
        if head.start() < done || mentioned || defined || passed_on || ends_in_string(before) {
            continue;
        }
        done = end_of_statement(part, head.start());
        let start = with_condition(part, line_start, head.start());
        let line = first + u32::try_from(part[..head.start()].matches('\n').count()).unwrap_or(u32::MAX - first);
        found.push((line, &part[start..done]));
    }
    found
}

/// Whether a string is open at the end of `line`: what follows is text about an assertion.
fn ends_in_string(line: &str) -> bool {
    line.replace("\\\"", "").matches('"').count() % 2 == 1
}

/// Where the brackets that open from `start` on are closed, the line ends and no method call goes on.
pub fn end_of_statement(text: &str, start: usize) -> usize {
    let chars: Vec<char> = text[start..].chars().take(MAX_CHARS).collect();
    let mut depth = 0;
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let next = chars[at..].iter().find(|c| !c.is_whitespace());
        match c {
            '"' | '\'' | '`' => {
                at = string_end(&chars, at);
                continue;
            }
            '\n' if depth <= 0 && next != Some(&'.') => break,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' | ';' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    start + chars.iter().take(at).map(|c| c.len_utf8()).sum::<usize>()
}

/// The code of a statement: a remark between its arguments asks nothing.
fn without_comments(language: Language, statement: &str) -> String {
    let marks: &[&str] = match language {
        Language::Python | Language::Ruby | Language::Elixir | Language::Shell => &["#"],
        _ => &["//", "/*"],
    };
    if !marks.iter().any(|mark| statement.contains(mark)) {
        return statement.to_owned();
    }
    let chars: Vec<char> = statement.chars().collect();
    let mut code = String::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let rest = &chars[at..];
        let opened =
            marks.iter().find(|mark| rest.iter().zip(mark.chars()).filter(|(a, b)| **a == *b).count() == mark.len());
        let end = match opened {
            Some(&"/*") => rest.windows(2).position(|two| two == ['*', '/']).map(|n| n + 2),
            Some(_) => rest.iter().position(|c| *c == '\n'),
            None if "\"'`".contains(*c) => Some(string_end(&chars, at) - at),
            None => Some(1),
        };
        let next = at + end.unwrap_or(rest.len());
        if opened.is_none() {
            code.extend(&chars[at..next]);
        }
        at = next;
    }
    code
}

/// `if got != want {` belongs to the `t.Errorf` behind it, on its line or on the next; remarks may stand between.
fn with_condition(text: &str, line_start: usize, head: usize) -> usize {
    let reports = ["t.", "b.", "fail"].iter().any(|start| text[head..].starts_with(start));
    let line_above = |start: usize| text[..start.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
    let mut above = line_above(line_start);
    while above > 0 && text[above..].trim_start().starts_with("//") {
        above = line_above(above);
    }
    let condition = [line_start, above].into_iter().find(|at| text[*at..head].trim_start().starts_with("if"));
    condition.filter(|_| reports).unwrap_or(head)
}
