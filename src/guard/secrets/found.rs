//! A secret that was found, as it may be shown.

use crate::mask::MASK;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::ops::Range;

/// A value that no output shows: its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    pub fn new(value: &str) -> Self {
        Self(value.to_owned())
    }

    /// For comparing and hashing, never for showing.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// A secret that was found, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub rule: String,
    /// For people.
    pub name: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    pub end_line: u32,
    /// The first column after it.
    pub end_column: u32,
    /// Its line with every secret hidden, cut to what a person reads.
    pub excerpt: String,
    /// Stays the same when lines move. Made from the line around the secret, so that nobody can try
    /// guesses of the secret against it.
    pub fingerprint: String,
    pub value: Hidden,
}

/// A rule's find, before it is told.
pub struct Find<'r> {
    pub rule: &'r str,
    pub name: &'r str,
    pub range: Range<usize>,
}

const EXCERPT: usize = 120;
/// Of the line around a secret.
const AROUND: usize = 2000;
/// More finds in one text are not told: nobody reads them, and one is enough to refuse it.
const MOST: usize = 1000;

/// One secret for each of the first [`MOST`] finds, in the same order; the finds are in order of place.
pub fn describe(path: &str, text: &str, finds: &[Find]) -> Vec<Secret> {
    let finds = &finds[..finds.len().min(MOST)];
    let hidden: Vec<Range<usize>> = finds.iter().map(|find| find.range.clone()).collect();
    let mut places = Places { text, at: 0, line: 1 };
    let mut seen = BTreeMap::new();
    finds.iter().map(|find| describe_one(path, text, find, &hidden, &mut places, &mut seen)).collect()
}

/// Lines and columns, for offsets that only grow.
struct Places<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl Places<'_> {
    fn of(&mut self, at: usize) -> (u32, u32) {
        if at >= self.at {
            let lines = memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.at..at]).count();
            self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
            self.at = at;
        }
        (self.line, column(self.text, at))
    }
}

fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |i| i + 1)
}

fn column(text: &str, at: usize) -> u32 {
    u32::try_from(text[line_start(text, at)..at].chars().count() + 1).unwrap_or(u32::MAX)
}

fn describe_one<'r>(
    path: &str,
    text: &str,
    find: &Find<'r>,
    hidden: &[Range<usize>],
    places: &mut Places,
    seen: &mut BTreeMap<(&'r str, String), usize>,
) -> Secret {
    let (line, column) = places.of(find.range.start);
    let inside = memchr::memchr_iter(b'\n', text[find.range.clone()].as_bytes()).count();
    let start = line_start(text, find.range.start);
    let end = text[start..].find('\n').map_or(text.len(), |i| start + i);
    // Of a file of one line no more than a person reads.
    let (near, far) = (find.range.start.saturating_sub(AROUND).max(start), (find.range.end + AROUND).min(end));
    let near = (start..=near).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start);
    let far = (far..=end).find(|at| text.is_char_boundary(*at)).unwrap_or(end.max(near));
    let around = redacted(text, near..far, hidden);
    let count = seen.entry((find.rule, around.clone())).or_default();
    *count += 1;
    Secret {
        rule: find.rule.to_owned(),
        name: find.name.to_owned(),
        line,
        column,
        end_line: line.saturating_add(u32::try_from(inside).unwrap_or(u32::MAX)),
        end_column: self::column(text, find.range.end),
        excerpt: excerpt(&around),
        fingerprint: hash(&[find.rule, path, &around, &count.to_string()]),
        value: Hidden::new(&text[find.range.clone()]),
    }
}

/// The line with every secret on it hidden.
fn redacted(text: &str, line: Range<usize>, hidden: &[Range<usize>]) -> String {
    let mut out = String::new();
    let mut done = line.start;
    let here = || hidden.iter().filter(|range| range.start < line.end && range.end > line.start);
    for secret in here() {
        out.push_str(&text[done..secret.start.max(done)]);
        out.push_str(MASK);
        let end = secret.end.clamp(done, line.end);
        done = end + rest_of_literal(&text[line.start..secret.start.max(line.start)], &text[end..line.end]);
    }
    out.push_str(&text[done..line.end]);
    // The same value may stand on the line once more where no rule sees it.
    for value in here().map(|range| &text[range.clone()]).filter(|value| value.len() >= 3) {
        out = out.replace(value, MASK);
    }
    let out = with_other_parts_hidden(&out);
    crate::mask::Masker::plain().mask(&out).trim().to_owned()
}

/// So much of what follows a secret is part of the same literal, of which a rule took the beginning: up to its closing
/// quote, or to a blank where there is none; a shell joins pieces with other quotes to it.
fn rest_of_literal(before: &str, rest: &str) -> usize {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
    let turn = |open: Option<char>, c: char| match open {
        Some(quote) if quote == c => None,
        None if is_quote(c) => Some(c),
        open => open,
    };
    // A lone apostrophe opens nothing.
    let mut open = before.chars().fold(None, turn).filter(|quote| rest.contains(*quote));
    let mut end = 0;
    for (at, c) in rest.char_indices() {
        let is_end = c.is_whitespace() || ",;)}]<>&|".contains(c);
        if open.is_none() && is_end {
            break;
        }
        open = turn(open, c);
        if !is_quote(c) && (open.is_some() || end > 0 || !"\\.:/".contains(c)) {
            end = at + c.len_utf8();
        }
    }
    end
}

/// A secret may be put together of several literals of which only one was found: `"***" + "rest"`.
fn with_other_parts_hidden(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(MASK) {
        let (head, tail) = rest.split_at(at + MASK.len());
        out.push_str(head);
        rest = tail;
        while let Some((between, after)) = next_part(rest) {
            out.push_str(between);
            out.push_str(MASK);
            rest = after;
        }
    }
    out + rest
}

/// What stands between the end of a literal and the inside of the next one that is joined to it, and what follows
/// that inside.
fn next_part(rest: &str) -> Option<(&str, &str)> {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
    rest.chars().next().filter(|c| is_quote(*c))?;
    let joint = rest[1..].find(|c: char| !" +.&|\\~".contains(c))? + 1;
    let opening = rest[joint..].chars().next().filter(|c| is_quote(*c))?;
    let inside = joint + 1;
    let length = rest[inside..].find(opening)?;
    (length > 0).then(|| (&rest[..inside], &rest[inside + length..]))
}

/// What a person reads: around the first hidden place, printable, not long.
fn excerpt(line: &str) -> String {
    let clean: Vec<char> = line.chars().filter(|c| !c.is_control()).collect();
    let at = clean.windows(3).position(|w| w == ['*', '*', '*']).unwrap_or(0);
    clean[at.saturating_sub(EXCERPT / 2)..].iter().take(EXCERPT).collect()
}

/// Of parts that cannot run into each other.
pub fn hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut hex, b| {
        let _ = write!(hex, "{b:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_literal_is_shown() {
        for (before, rest, hidden) in [
            ("p = \"", " second#Part99\" # why", " second#Part99"),
            ("p = \"", "\", \"x\": 1", ""),
            ("curl -u 'joe:", " Pqa#Part99' https://a", " Pqa#Part99"),
            ("export P=\"", "\"lsPqa#Part99 x", "\"lsPqa#Part99"),
            ("P=", "'ls Pqa#Part99' x", "'ls Pqa#Part99"),
            ("P=", " don't", ""),
            ("don't say P=", ", you", ""),
            ("P=", "", ""),
        ] {
            assert_eq!(&rest[..rest_of_literal(before, rest)], hidden, "{before}***{rest}");
        }
    }

    #[test]
    fn the_other_literals_of_a_secret_are_hidden_too() {
        for (line, expect) in [
            ("t = \"***\" \"rest\" 'more'", "t = \"***\" \"***\" '***'"),
            ("t = '***' + 'rest' + other", "t = '***' + '***' + other"),
            ("{\"a\": \"***\", \"b\": \"c\"}", "{\"a\": \"***\", \"b\": \"c\"}"),
            ("*** and \"x\"", "*** and \"x\""),
            ("\"***\" \"open", "\"***\" \"open"),
        ] {
            assert_eq!(with_other_parts_hidden(line), expect);
        }
    }
}
