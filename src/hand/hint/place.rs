//! Finding a word in a line of source, and whether a name is free there.

use crate::hand::recent;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::syntax::{Language, Name, Role, Syntax};
use std::ops::Range;

/// Every whole-word occurrence of `word` inside `within`.
pub(super) fn occurrences(syntax: &Syntax, within: Range<usize>, word: &str) -> Vec<Range<usize>> {
    let found = recent::occurrences(syntax.text(&within), word).into_iter();
    found.map(|range| within.start + range.start..within.start + range.end).collect()
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

/// Whether a definition called `wanted` would meet another one of its scope, or hide one, if `name`
/// became it.
pub(super) fn is_taken(syntax: &Syntax, name: &Name, wanted: &str) -> bool {
    let is_member = |name: &Name| name.role == Role::Member;
    let nested = |other: &Name| {
        is_member(name) || other.function == name.function || other.function.is_none() || name.function.is_none()
    };
    let definitions = syntax.names().iter().filter(|n| n.defined && syntax.text(&n.range) == wanted);
    definitions.filter(|other| is_member(other) == is_member(name)).any(nested)
}

/// Members are left out: two types may have the same, and an object's keys are uses of its type's.
pub(super) fn defines_twice(syntax: &Syntax, edit: &Edit) -> bool {
    // What follows a fault may be read wrongly, keywords as names.
    if syntax.language().keywords().contains(&edit.text.as_str()) {
        return false;
    }
    let renamed = syntax.names().iter().filter(|n| n.defined && n.range == edit.range && n.role != Role::Member);
    renamed.filter(|name| !is_matched(syntax, name)).any(|name| is_taken(syntax, name, &edit.text))
}

/// In a Rust pattern a capitalised name is matched, not bound.
fn is_matched(syntax: &Syntax, name: &Name) -> bool {
    let text = syntax.text(&name.range);
    let is_camel = text.starts_with(char::is_uppercase) && text.contains(char::is_lowercase);
    syntax.language() == Language::Rust && name.role == Role::Value && is_camel
}

pub(super) fn is_test(path: &RelPath) -> bool {
    const WORDS: &[&str] = &["test", "tests", "spec", "specs", "e2e", "conftest"];
    path.as_str().split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word.to_lowercase().as_str()))
}
