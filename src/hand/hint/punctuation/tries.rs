//! What can be put in or taken out, and where.

use super::layout;
use crate::hand::hint::meaning;
use crate::syntax::{Language, Syntax};
use std::collections::{BTreeSet, HashMap};

/// Lines of which every token boundary is tried.
const MOST_LINES: usize = 14;
/// Lines after a complaint of which only the end is tried: where a bracket could close.
const BELOW: u32 = 15;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Try {
    pub range: (usize, usize),
    /// Empty: the range is taken out.
    pub text: String,
}

impl Try {
    pub fn replaces(&self) -> bool {
        !self.text.is_empty() && self.range.0 < self.range.1
    }
}

/// Marks that stand for each other in another language, or beside each other on a keyboard.
const SWAPS: &[(&str, &[&str])] = &[
    ("=>", &["->", "="]),
    ("->", &["=>", "."]),
    ("::", &["."]),
    (":", &[".", "=", ";", ",", "::"]),
    (";", &[",", ":"]),
    (",", &[".", ";", ":"]),
    (".", &[",", "::", ":"]),
    ("=", &["=>", ":", "=="]),
    ("(", &["[", "{"]),
    ("[", &["(", "{"]),
    ("{", &["(", "["]),
    (")", &["]", "}"]),
    ("]", &[")", "}"]),
    ("}", &[")", "]"]),
    ("\"", &["'", "`"]),
    ("'", &["\"", "`"]),
];
/// Lines of which marks are exchanged.
const MOST_SWAPPED: usize = 4;

/// A quote at every boundary of a line that has too few.
pub(super) fn lost_quotes(syntax: &Syntax, line: u32) -> Vec<Try> {
    let Some(range) = syntax.line(line) else { return Vec::new() };
    let places = boundaries(syntax.text(&range)).into_iter().map(|at| range.start + at);
    places.flat_map(|at| ["\"", "'", "`"].map(|quote| insertion(at, quote))).collect()
}

/// Everything worth a try, the likeliest lines first.
pub(super) fn tries(syntax: &Syntax, lines: &[u32], suspects: &[u32]) -> Vec<Try> {
    let mut wanted: Vec<u32> = Vec::new();
    let around = lines.iter().flat_map(|line| [*line, line.saturating_sub(1)]);
    for line in around.chain(suspects.iter().copied()) {
        if line > 0 && !wanted.contains(&line) {
            wanted.push(line);
        }
    }
    let below = lines.iter().chain(suspects).flat_map(|line| line + 1..=line + BELOW);
    let ends: BTreeSet<u32> = below.filter(|line| !wanted.contains(line)).collect();
    let mut found = Vec::new();
    for line in wanted.iter().take(MOST_LINES) {
        at_every_boundary(syntax, *line, &mut found);
    }
    for line in wanted.iter().take(MOST_SWAPPED) {
        found.extend(swaps(syntax, *line));
    }
    for line in ends.into_iter().chain(wanted.into_iter().skip(MOST_LINES)) {
        if let Some(range) = syntax.line(line) {
            found.extend([")", "]", "}", ",", ";", ":", "{", "(", ");", "});"].map(|text| insertion(range.end, text)));
        }
    }
    found
}

pub(super) fn insertion(at: usize, text: &str) -> Try {
    Try { range: (at, at), text: text.to_owned() }
}

fn at_every_boundary(syntax: &Syntax, line: u32, found: &mut Vec<Try>) {
    let Some(range) = syntax.line(line) else { return };
    let text = syntax.text(&range);
    for at in boundaries(text).into_iter().chain(seams(syntax, text)) {
        found.extend(insertable(syntax.language()).iter().map(|token| insertion(range.start + at, token)));
    }
    if !text.is_empty() && !text.ends_with(char::is_whitespace) {
        found.push(insertion(range.end, " {"));
    }
    let indent = &text[..text.len() - text.trim_start().len()];
    let outer = &indent[..indent.len().saturating_sub(if indent.starts_with('\t') { 1 } else { indent.len().min(4) })];
    for closer in [format!("\n{indent}}}"), format!("\n{outer}}}"), format!("\n{indent})"), format!("\n{outer})")] {
        found.push(insertion(range.end, &closer));
    }
    // What goes on behind a block has its end before it.
    let body = text.trim_start();
    if ["else", "catch", "finally"].iter().any(|word| body.starts_with(word)) {
        found.push(insertion(range.start + text.len() - body.len(), "} "));
    }
    if let Some(own) = layout::opener(syntax, range.end, true) {
        // A line that lost its only mark is still there, and empty.
        let empty =
            syntax.line(line + 1).filter(|next| next.is_empty() && syntax.line(line + 2).is_some_and(|l| l.is_empty()));
        found.push(match empty {
            Some(empty) => insertion(empty.start, &format!("{own}}}")),
            None => insertion(range.end, &format!("\n{own}}}")),
        });
    }
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_ascii_punctuation() && *c != '_') {
        found.push(Try { range: (range.start + at, range.start + at + c.len_utf8()), text: String::new() });
    }
}

fn swaps(syntax: &Syntax, line: u32) -> Vec<Try> {
    let range = syntax.line(line).unwrap_or(0..0);
    let text = syntax.text(&range);
    let mut found = Vec::new();
    for (at, _) in text.char_indices() {
        let Some((old, news)) = SWAPS.iter().find(|(old, _)| text[at..].starts_with(old)) else { continue };
        // The second half of a longer mark is none by itself.
        if text[..at].ends_with(['=', '-', '<', '>', '!', ':']) && matches!(*old, "=" | ":") {
            continue;
        }
        let (start, end) = (range.start + at, range.start + at + old.len());
        found.extend(news.iter().map(|new| Try { range: (start, end), text: (*new).to_owned() }));
    }
    found
}

fn insertable(language: Language) -> &'static [&'static str] {
    match language {
        Language::Python => &[")", "]", "}", ":", ",", "(", "[", "{", "\"", "'", "=", ".", "\"\"\"", "'''"],
        Language::Rust => &[
            ")", "]", "}", ";", ",", "(", "[", "{", "\"", "'", ":", "::", "=", "=>", "->", ".", ">", "<", "|", "&",
            "!", "#",
        ],
        _ => &[")", "]", "}", ";", ",", "(", "[", "{", "\"", "'", "`", ":", "=", "=>", ".", ">", "<", "/", "?"],
    }
}

/// Where one word, blank or punctuation mark ends and the next begins.
fn boundaries(text: &str) -> Vec<usize> {
    let class = |c: char| match c {
        _ if c.is_alphanumeric() || c == '_' || c == '$' => 0,
        _ if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut found: Vec<usize> = Vec::new();
    let mut before = None;
    for (at, c) in text.char_indices() {
        if before != Some(class(c)) || class(c) == 2 {
            // A token lost between two blanks leaves both.
            let wide = before == Some(1) && text[..at].ends_with("  ");
            found.extend(wide.then(|| at - 1));
            found.push(at);
        }
        before = Some(class(c));
    }
    found.push(text.len());
    found
}

/// Inside words that are two known words run together, as when the token between them was lost.
fn seams(syntax: &Syntax, line: &str) -> Vec<usize> {
    let all = String::from_utf8_lossy(syntax.bytes());
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in meaning::words(&all) {
        *counts.entry(word).or_default() += 1;
    }
    let mut found = Vec::new();
    for word in meaning::words(line).filter(|word| counts.get(word) == Some(&1)) {
        let start = word.as_ptr() as usize - line.as_ptr() as usize;
        let splits = word.char_indices().skip(1).map(|(at, _)| at);
        let known =
            |part: &str| part.len() > 1 && (counts.contains_key(part) || syntax.language().keywords().contains(&part));
        found.extend(splits.filter(|at| known(&word[..*at]) || known(&word[*at..])).map(|at| start + at));
    }
    found
}
