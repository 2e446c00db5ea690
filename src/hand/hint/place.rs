//! Finding a word in a line of source.

use crate::syntax::Syntax;
use std::ops::Range;

/// Every whole-word occurrence of `word` inside `within`.
pub(super) fn occurrences(syntax: &Syntax, within: Range<usize>, word: &str) -> Vec<Range<usize>> {
    let text = syntax.text(&within);
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let whole = |at: &usize| {
        !text[..*at].chars().next_back().is_some_and(is_part)
            && !text[at + word.len()..].chars().next().is_some_and(is_part)
    };
    let found = text.match_indices(word).map(|(at, _)| at).filter(whole);
    found.map(|at| within.start + at..within.start + at + word.len()).collect()
}

/// The occurrences that a place means: the one at its column, else all on its line.
pub(super) fn meant(syntax: &Syntax, line: u32, column: Option<u32>, word: &str) -> Vec<Range<usize>> {
    let Some(range) = syntax.line(line) else { return Vec::new() };
    let all = occurrences(syntax, range, word);
    let exact = column.and_then(|column| syntax.offset(line, column));
    let at_column: Vec<_> =
        all.iter().filter(|r| exact.is_some_and(|at| r.start <= at && at < r.end)).cloned().collect();
    if at_column.is_empty() { all } else { at_column }
}
