//! Cases of a test that is run once for each of them: fewer of them ask less. And promises that a test no
//! longer gives back, so that nobody waits for what is asserted in them.

use super::assertions::end_of_statement;
use super::expectations::literals;
use super::files::{Language, is_test_line, language, test_part};
use crate::guard::at_line;
use crate::guard::change::{FileChange, tokens};
use crate::record::{Finding, Severity};
use regex::Regex;
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

/// What opens a list of cases, as each framework has it.
static LISTS: Pattern = LazyLock::new(|| {
    Regex::new(r"\bparametri[sz]e(?:d\.expand)?\s*\(|\bparameterized\.expand\s*\(|\b(?:it|test|describe)\.each\s*[(`]|@(?:Value|Csv|Enum)Source\s*\(|\bwhere:|\[\]struct\s*\{|\bINSTANTIATE_TEST_SUITE_P\s*\(").ok()
});
/// One case on a line of its own.
static SINGLE: Pattern = LazyLock::new(|| {
    Regex::new(r"^\s*(?:#\[(?:case|test_case)\b|\[(?:InlineData|DataRow|TestCase)\b|#\[TestWith\b)").ok()
});

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    let judged = files.iter().filter(|file| language(file.path) != Language::Other);
    judged.flat_map(|file| fewer_cases(file).into_iter().chain(given_up(file))).collect()
}

fn fewer_cases(file: &FileChange) -> Option<Finding> {
    let (before, after) = (file.before?, file.after?);
    let kept = lists(file, after);
    let single = |text: &str| text.lines().filter(|line| SINGLE.as_ref().is_some_and(|r| r.is_match(line))).count();
    // The same list, or what has become of it: most of what it begins with is there.
    let shorter = lists(file, before).into_iter().find(|(_, old)| {
        let alike = kept.iter().filter(|(_, new)| new.iter().take(3).eq(old.iter().take(3)));
        alike.map(|(_, new)| literals(new).len()).max().is_some_and(|most| most < literals(old).len())
    });
    let line = shorter.map(|(line, _)| line).or_else(|| {
        let gone = single(before) > single(after);
        file.removed().find(|line| gone && single(line.text) > 0).map(|line| line.number)
    })?;
    Some(at_line("tests/deleted", Severity::Error, file.path, line, "takes cases of a test away"))
}

/// The lists of cases of one side: where they stand, and their tokens.
pub fn lists(file: &FileChange, text: &str) -> Vec<(u32, Vec<String>)> {
    let Some((first, part)) = test_part(file.path, text) else { return Vec::new() };
    let heads = LISTS.iter().flat_map(|regex| regex.find_iter(part));
    let list = |start: usize| {
        let line = first + u32::try_from(part[..start].matches('\n').count()).unwrap_or(0);
        (line, tokens(&part[start..end_of_statement(part, start)]))
    };
    heads.map(|head| list(head.start())).collect()
}

/// `return fetch().then(…)` that became `fetch().then(…)`, `await` that went.
fn given_up(file: &FileChange) -> Vec<Finding> {
    let words: &[&str] = match language(file.path) {
        Language::JavaScript => &["return", "await"],
        Language::Python | Language::C => &["await"],
        _ => return Vec::new(),
    };
    let pairs = file.blocks.iter().flat_map(|block| block.removed.iter().zip(&block.added));
    let gone = pairs.filter(|(old, new)| {
        let (old, new) = (tokens(old.text), tokens(new.text));
        old.split_first().is_some_and(|(word, rest)| words.contains(&word.as_str()) && !rest.is_empty() && rest == new)
    });
    let in_tests = gone.filter(|(_, new)| is_test_line(file, file.after, new.number));
    let what = "no longer waits for what it started";
    in_tests.map(|(_, new)| at_line("tests/vacuous", Severity::Error, file.path, new.number, what)).collect()
}
