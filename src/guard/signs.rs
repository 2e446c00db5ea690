//! Lines that say something by themselves, wherever they are added: a table of expressions, and the
//! search that tells a new line from one that only moved or was reworded.

use super::at_line;
use super::change::{Block, FileChange, tokens};
use super::suite::files::{Language, is_test_line, language};
use crate::mask::finder::{Finder, Rule};
use crate::record::{Finding, Severity};
use std::collections::BTreeSet;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Anywhere,
    Tests,
    Program,
    /// Files that a build, an installation or a test run executes by itself.
    Build,
}

pub struct Sign {
    pub rule: &'static str,
    pub severity: Severity,
    /// Empty: whatever the language.
    pub languages: &'static [Language],
    pub place: Place,
    pub what: &'static str,
    pub keywords: &'static [&'static str],
    pub pattern: &'static str,
}

pub const fn error(
    rule: &'static str,
    languages: &'static [Language],
    place: Place,
    what: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
) -> Sign {
    Sign { rule, severity: Severity::Error, languages, place, what, keywords, pattern }
}

pub const fn warning(
    rule: &'static str,
    languages: &'static [Language],
    place: Place,
    what: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
) -> Sign {
    Sign { severity: Severity::Warning, ..error(rule, languages, place, what, keywords, pattern) }
}

/// A pattern that does not compile would find nothing without a word.
#[cfg(test)]
pub fn assert_compile(signs: &[Sign]) {
    for sign in signs {
        assert!(regex::Regex::new(sign.pattern).is_ok(), "{}: {}", sign.rule, sign.pattern);
    }
}

/// A table that can be searched for.
pub struct Table {
    signs: &'static [Sign],
    finder: Finder,
    is_build: fn(&FileChange) -> bool,
}

/// One sign on one line of one side.
struct Seen {
    sign: usize,
    line: u32,
    block: usize,
    /// What must stand elsewhere for the line to count as moved.
    key: Vec<String>,
}

impl Table {
    /// `is_build` tells the files of [`Place::Build`].
    pub fn new(signs: &'static [Sign], is_build: fn(&FileChange) -> bool) -> Self {
        let rule = |sign: &Sign| Rule {
            id: sign.rule,
            name: sign.what,
            keywords: sign.keywords,
            pattern: sign.pattern,
            entropy: 0.0,
        };
        Self { signs, finder: Finder::new(signs.iter().map(rule).collect()), is_build }
    }

    /// The signs that `files` bring in.
    pub fn check(&self, files: &[FileChange]) -> Vec<Finding> {
        let mut moved_from: Vec<Vec<String>> =
            files.iter().flat_map(|file| self.seen(file, false)).map(|seen| seen.key).collect();
        files.iter().flat_map(|file| self.check_file(file, &mut moved_from)).collect()
    }

    fn check_file(&self, file: &FileChange, moved_from: &mut Vec<Vec<String>>) -> Vec<Finding> {
        let mut reworded: Vec<_> = self.seen(file, false).iter().map(|seen| (seen.sign, seen.block)).collect();
        let mut said = BTreeSet::new();
        let mut findings = Vec::new();
        for found in self.seen(file, true) {
            let moved = take(moved_from, &found.key);
            let known = take(&mut reworded, &(found.sign, found.block)) || moved;
            let sign = &self.signs[found.sign];
            if !known && said.insert((sign.rule, found.line)) {
                findings.push(at_line(sign.rule, sign.severity, file.path, found.line, sign.what));
            }
        }
        findings
    }

    /// The signs on the added (or removed) lines of a file, errors before warnings.
    fn seen(&self, file: &FileChange, added: bool) -> Vec<Seen> {
        let side = if added { file.after } else { file.before };
        let Some(text) = side else { return Vec::new() };
        let mut seen: Vec<Seen> = Vec::new();
        for hit in self.finder.find(text) {
            let line = u32::try_from(text[..hit.range.start].matches('\n').count() + 1).unwrap_or(u32::MAX);
            let last = line + u32::try_from(text[hit.range.clone()].trim_end().matches('\n').count()).unwrap_or(0);
            if let Some(block) = block_of(file, added, line..=last)
                && self.fits(hit.rule, file, is_test_line(file, side, line))
            {
                seen.push(Seen { sign: hit.rule, line, block, key: key(hit.rule, text, line) });
            }
        }
        seen.sort_by_key(|seen| (std::cmp::Reverse(self.signs[seen.sign].severity), seen.line));
        seen
    }

    fn fits(&self, sign: usize, file: &FileChange, test: bool) -> bool {
        let sign = &self.signs[sign];
        let spoken = sign.languages.is_empty() || sign.languages.contains(&language(file.path));
        spoken
            && match sign.place {
                Place::Anywhere => true,
                Place::Tests => test,
                Place::Program => !test,
                Place::Build => (self.is_build)(file),
            }
    }
}

fn take<T: PartialEq>(from: &mut Vec<T>, wanted: &T) -> bool {
    from.iter().position(|item| item == wanted).map(|at| from.swap_remove(at)).is_some()
}

/// The block in which one of the lines changed.
fn block_of(file: &FileChange, added: bool, lines: std::ops::RangeInclusive<u32>) -> Option<usize> {
    let side = |block: &Block| {
        let changed = if added { &block.added } else { &block.removed };
        changed.iter().any(|line| lines.contains(&line.number))
    };
    file.blocks.iter().position(side)
}

/// The line; with the next one where it says nothing by itself (an attribute, a comment of its own), so
/// that moving `skip` from one test to another is seen.
fn key(sign: usize, text: &str, line: u32) -> Vec<String> {
    let mut lines = text.lines().skip(line.saturating_sub(1) as usize);
    let own = lines.next().unwrap_or_default().trim_start();
    let mut key = vec![sign.to_string()];
    key.extend(tokens(own));
    if own.starts_with(['@', '#', '/', '*']) {
        key.extend(tokens(lines.next().unwrap_or_default()));
    }
    key
}
