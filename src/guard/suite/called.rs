//! A test that calls something else than before: the code it was written for is no longer tested.

use super::assertions::demanded;
use super::files::{Language, is_test_line, language};
use crate::guard::at_line;
use crate::guard::change::{Block, FileChange, tokens};
use crate::record::{Finding, Severity};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Letters by which two spellings of one word may differ.
const MISSPELT: usize = 2;
/// What turns a word into another word of its family.
const ENDINGS: &[&str] = &["", "s", "es", "d", "ed", "r", "er", "ing", "ly", "n", "able"];

/// Names of the means of testing; changing them changes how is asked, not what.
static MEANS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:(?i:assert|expect|should|refute|verify|must_|mock|spy|stub)\w*|to[A-Z]\w*|(?i:(?:before|after)_?(?:all|each|suite|class))|pytest|unittest|jest|vi|sinon|chai|describe|it|test)$").ok()
});
/// The receivers whose members are means of testing.
static RECEIVER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|\W)(?:pytest|unittest|jest|vi|sinon|chai|mock|t|b|cy|page|assert|capsys|monkeypatch)\.$").ok()
});

/// Whether a name belongs to the means of testing.
pub fn is_means(name: &str) -> bool {
    MEANS.as_ref().is_some_and(|means| means.is_match(name))
}

/// Whether `wanted` is a relative of `known`, another name and no misspelling of it: with a beginning, an
/// ending or a number of its own.
pub fn is_relative(wanted: &str, known: &str) -> bool {
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let (small, other) = (wanted.to_lowercase(), known.to_lowercase());
    let shared: usize = small.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (own, others) = (small.get(shared..).unwrap_or_default(), other.get(shared..).unwrap_or_default());
    let inflected = small != other && ENDINGS.contains(&own) && ENDINGS.contains(&others);
    let ending = small.strip_prefix(&other).filter(|rest| !rest.is_empty() && !other.ends_with(rest));
    let beginning = small.strip_suffix(&other).filter(|rest| !rest.is_empty() && !other.starts_with(rest));
    digits(wanted) != digits(known)
        || (inflected && !is_doubled(&small, &other) && !is_doubled(&other, &small))
        || ending.is_some_and(|rest| rest.len() > 1)
        || beginning.is_some()
}

/// One letter typed twice at the end.
fn is_doubled(long: &str, short: &str) -> bool {
    long.strip_prefix(short).is_some_and(|rest| rest.len() == 1 && short.ends_with(rest))
}

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    let renamed = Renamed::of(files);
    let judged = files.iter().filter(|file| language(file.path) != Language::Other && file.before.is_some());
    judged.flat_map(|file| replaced(file, &renamed)).collect()
}

/// The names that the patch takes out of the code that is no test, and those that it puts in.
struct Renamed {
    out: BTreeSet<String>,
    into: BTreeSet<String>,
}

impl Renamed {
    fn of(files: &[FileChange]) -> Self {
        let side = |added: bool| {
            let lines = files.iter().flat_map(move |file| {
                let text = if added { file.after } else { file.before };
                let lines: Vec<_> = if added { file.added().collect() } else { file.removed().collect() };
                lines.into_iter().filter(move |line| !is_test_line(file, text, line.number))
            });
            lines.flat_map(|line| tokens(line.text)).collect()
        };
        Self { out: side(false), into: side(true) }
    }
}

fn replaced(file: &FileChange, renamed: &Renamed) -> Vec<Finding> {
    let left: BTreeSet<String> = tokens(file.after.unwrap_or_default()).into_iter().collect();
    let mut findings = Vec::new();
    for block in &file.blocks {
        for (line, old, new) in other_calls(block) {
            let follows = renamed.out.contains(&old) && renamed.into.contains(&new);
            if follows || is_means(&old) || is_means(&new) || !is_test_line(file, file.after, line) {
                continue;
            }
            // Where nothing but tests changed, what they called may be right, and not be written yet.
            let alone = renamed.out.is_empty() && renamed.into.is_empty();
            let unwritten = alone.then_some(Severity::Warning);
            if let Some(severity) = severity(&old, &new, left.contains(&old)).or(unwritten) {
                let message = format!("the test calls `{new}` instead of `{old}`");
                findings.push(at_line("tests/called", severity, file.path, line, message));
            }
        }
    }
    findings
}

/// `None` for the correction of a typing error. A name that stays is one that exists.
fn severity(old: &str, new: &str, stays: bool) -> Option<Severity> {
    if stays || is_relative(old, new) {
        return Some(Severity::Error);
    }
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let misspelt = strsim::osa_distance(old, new) <= MISSPELT || plain(old) == plain(new);
    (!misspelt).then_some(Severity::Warning)
}

/// The calls of which nothing but a name changed: line, old and new name.
fn other_calls(block: &Block) -> Vec<(u32, String, String)> {
    let text = |lines: &[crate::guard::change::Line]| lines.iter().map(|l| l.text).collect::<Vec<_>>().join("\n");
    if block.removed.len() == block.added.len() {
        let pairs = block.removed.iter().zip(&block.added);
        return pairs.flat_map(|(old, new)| pair(new.number, old.text, new.text)).collect();
    }
    let line = block.added.first().map_or(0, |line| line.number);
    pair(line, &text(&block.removed), &text(&block.added))
}

fn pair(line: u32, old: &str, new: &str) -> Vec<(u32, String, String)> {
    let (before, after) = (tokens(old), tokens(new));
    // What a failure is reported with is not what is tested.
    if before.len() != after.len() || imports(new) || demanded(&before) == demanded(&after) {
        return Vec::new();
    }
    let differing = before.into_iter().zip(after).filter(|(a, b)| a != b);
    let named = differing.filter(|(a, b)| is_called(old, a) && is_called(new, b));
    // A test that is called otherwise itself calls what it called.
    let named = named.filter(|(a, b)| !(is_declared(old, a) && is_declared(new, b)));
    named.map(|(a, b)| (line, a, b)).collect()
}

fn is_declared(text: &str, name: &str) -> bool {
    ["void ", "def ", "fn ", "func ", "fun ", "function "].iter().any(|word| text.contains(&format!("{word}{name}")))
}

/// An import is judged where its names are called.
fn imports(line: &str) -> bool {
    let line = line.trim_start();
    ["import ", "from ", "use ", "#include"].iter().any(|start| line.starts_with(start)) || line.contains("require(")
}

/// Whether `name` is called in `text`, or something of it is, and it is not a means of testing.
fn is_called(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$') {
        return false;
    }
    text.match_indices(name).any(|(at, _)| {
        let (before, behind) = (&text[..at], text[at + name.len()..].trim_start());
        let whole = !before.ends_with(is_part) && !behind.starts_with(is_part);
        let of_means = RECEIVER.as_ref().is_some_and(|receiver| receiver.is_match(before));
        whole && !of_means && ["(", "!(", "::", ".", "?.", "["].iter().any(|next| behind.starts_with(next))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relatives_are_no_misspellings() {
        for (wanted, known) in [
            ("loads", "load"),
            ("dump", "dumps"),
            ("encodes", "encoded"),
            ("isObject", "Object"),
            ("is_number", "number"),
            ("reload", "load"),
            ("loadAll", "load"),
            ("parse2", "parse"),
        ] {
            assert!(is_relative(wanted, known), "{wanted} {known}");
        }
        for (wanted, known) in [
            ("totl", "total"),
            ("lenght", "length"),
            ("lengt", "length"),
            ("intt", "int"),
            ("Ad", "Add"),
            ("user_name", "userName"),
            ("substract", "subtract"),
        ] {
            assert!(!is_relative(wanted, known), "{wanted} {known}");
        }
    }
}
