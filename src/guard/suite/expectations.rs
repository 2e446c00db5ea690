//! Expected values outside of assertions: snapshots, tables of cases, `want` and `expected`.

use super::assertions::demanded;
use super::files::{Language, is_snapshot, is_test_line, language};
use crate::guard::change::{Block, FileChange, tokens};
use crate::guard::{about, at_line};
use crate::ids::RelPath;
use crate::record::{Finding, Severity};

/// Names that hold what a test expects.
const NAMES: &[&str] =
    &["expected", "expect", "want", "wanted", "golden", "exp", "output", "result", "answer", "correct"];

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    files.iter().flat_map(|file| if is_snapshot(file.path) { snapshot(file) } else { lines(file) }).collect()
}

fn snapshot(file: &FileChange) -> Vec<Finding> {
    let changed = file.before.is_some() && file.after.is_some();
    let finding = || about("tests/snapshot", Severity::Error, file.path, "rewrites what a test expects");
    if changed { vec![finding()] } else { Vec::new() }
}

fn lines(file: &FileChange) -> Vec<Finding> {
    if language(file.path) == Language::Other {
        return Vec::new();
    }
    file.blocks.iter().flat_map(|block| rewritten(file, block)).collect()
}

/// Lines of tests that differ from the line they replace in nothing but their values.
fn rewritten(file: &FileChange, block: &Block) -> Vec<Finding> {
    let pairs = block.removed.iter().zip(&block.added).filter(|_| block.removed.len() == block.added.len());
    let judged = pairs.filter_map(|(old, new)| {
        let (before, after) = (tokens(old.text), tokens(new.text));
        let (asked, now) = (demanded(&before), demanded(&after));
        let only_values = shape(&before) == shape(&after) && other_values(file.path, asked, now);
        let only_values = only_values || no_longer_fixed(&before, &after);
        let fits = only_values && is_test_line(file, file.after, new.number) && !imports(new.text);
        fits.then(|| value_finding(file, new.number, &before))
    });
    judged.collect()
}

/// `expected = 3` became `expected = f(1)`: what is expected is no longer a value of the test's own.
fn no_longer_fixed(before: &[String], after: &[String]) -> bool {
    let value = |tokens: &[String]| {
        let at = tokens.iter().position(|token| token == "=")?;
        let name = tokens[..at].last().filter(|name| NAMES.contains(&name.to_lowercase().as_str()))?;
        Some((name.clone(), tokens[at + 1..].to_vec()))
    };
    let (Some((old, fixed)), Some((new, asked))) = (value(before), value(after)) else { return false };
    let named = |tokens: &[String]| tokens.iter().any(|token| is_name(token));
    old == new && !fixed.is_empty() && !named(&fixed) && named(&asked)
}

fn value_finding(file: &FileChange, line: u32, tokens: &[String]) -> Finding {
    if holds_expectation(tokens) {
        at_line("tests/expectation", Severity::Error, file.path, line, "rewrites what a test expects")
    } else {
        at_line("tests/literal", Severity::Warning, file.path, line, "changes a value in a test")
    }
}

/// A row of values in a table of cases, or a value under a telling name.
fn holds_expectation(tokens: &[String]) -> bool {
    let named = tokens.iter().any(|token| NAMES.contains(&token.to_lowercase().trim_matches('_')));
    let row = literals(tokens).len() >= 2 && !tokens.iter().any(|token| is_name(token) || token == "=");
    named || row
}

fn imports(line: &str) -> bool {
    let line = line.trim_start();
    ["import ", "from ", "use ", "#include", "export "].iter().any(|start| line.starts_with(start))
        || ["require(", "import(", " from ", ".mock("].iter().any(|part| line.contains(part))
}

/// The code without its values.
fn shape(tokens: &[String]) -> Vec<&str> {
    tokens.iter().map(|token| if is_literal(token) { "" } else { token.as_str() }).collect()
}

fn is_literal(token: &str) -> bool {
    token.starts_with('"')
        || token.starts_with(|c: char| c.is_ascii_digit())
        || matches!(token, "True" | "False" | "None" | "true" | "false" | "null" | "nil" | "undefined")
}

fn is_name(token: &str) -> bool {
    !is_literal(token) && token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Whether other values are asked for now. A word of another language was never a value (`null` in Go), so nobody
/// expected it; one that comes is a name.
pub fn other_values(path: &RelPath, before: &[String], after: &[String]) -> bool {
    let (before, after) = (literals(before), literals(after));
    before != after && native(path, before) != after
}

/// The same values in the language's own words.
fn native(path: &RelPath, values: Vec<String>) -> Vec<String> {
    let own = |value: String| match (language(path), value.as_str()) {
        (Language::Go, "null" | "None" | "undefined") => "nil".to_owned(),
        (Language::Python, "null" | "nil" | "undefined") => "None".to_owned(),
        (Language::Python, "true") => "True".to_owned(),
        (Language::Python, "false") => "False".to_owned(),
        (Language::JavaScript | Language::Jvm, "nil" | "None") => "null".to_owned(),
        (Language::JavaScript | Language::Jvm | Language::Go | Language::Rust, "True") => "true".to_owned(),
        (Language::JavaScript | Language::Jvm | Language::Go | Language::Rust, "False") => "false".to_owned(),
        _ => value,
    };
    values.into_iter().map(own).collect()
}

/// The values in code, signs included. A string between square brackets is a name.
pub fn literals(tokens: &[String]) -> Vec<String> {
    let at = |index: usize| tokens.get(index).map_or("", String::as_str);
    let is_key = |index: usize| index > 1 && at(index - 1) == "[" && at(index + 1) == "]" && is_name(at(index - 2));
    let sign = |index: usize| if index > 0 && at(index - 1).ends_with('-') { "-" } else { "" };
    let values = tokens.iter().enumerate().filter(|(index, token)| is_literal(token) && !is_key(*index));
    values.map(|(index, token)| format!("{}{token}", sign(index))).collect()
}
