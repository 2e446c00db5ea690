//! Counts a query's terms in one file.

use super::query::Query;
use super::terms::{Hit, Kind, is_name};
use crate::ids::RelPath;

/// Lines longer than this on average are generated or minified.
const LONGEST_MEAN_LINE: usize = 400;
/// As much of a file tells what it is.
const HEAD: usize = 16 << 10;
const WINDOW_LINES: usize = 60;

/// What one file holds of a query.
#[derive(Debug, Clone)]
pub struct Doc {
    pub path: RelPath,
    pub(super) length: usize,
    pub(super) hits: Vec<Hits>,
}

/// One term in one file.
#[derive(Debug, Clone, Copy)]
pub struct Hits {
    pub term: u16,
    pub count: u16,
    /// The file defines something with this term in its name.
    pub defines: bool,
}

impl Query {
    /// Counts the terms in a file; `None` for binary and generated content.
    pub fn scan(&self, path: &RelPath, bytes: &[u8]) -> Option<Doc> {
        let head = &bytes[..bytes.len().min(HEAD)];
        let lines = memchr::memchr_iter(b'\n', head).count() + 1;
        if memchr::memchr(0, head).is_some() || head.len() / lines > LONGEST_MEAN_LINE {
            return None;
        }
        let mut counts = vec![0u16; self.terms().len()];
        let mut defines = vec![false; self.terms().len()];
        self.finder.find(bytes, |hit: Hit| {
            let only_defined = self.terms()[hit.term].kind == Kind::Definition;
            let defined = (only_defined || !defines[hit.term]) && is_definition(bytes, hit.start);
            if defined || !only_defined {
                counts[hit.term] = counts[hit.term].saturating_add(1);
            }
            defines[hit.term] |= defined;
        });
        let found = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let hits = found.map(|(term, count)| Hits {
            term: u16::try_from(term).unwrap_or(u16::MAX),
            count: *count,
            defines: defines[term],
        });
        Some(Doc { path: path.clone(), length: bytes.len(), hits: hits.collect() })
    }

    /// The window of lines where the terms, each worth `value`, stand together best: what it is worth
    /// and its best line.
    pub(super) fn best_window(&self, bytes: &[u8], value: &[f64]) -> (f64, u32) {
        let mut line = Lines { bytes, at: 0, line: 1 };
        let mut hits = Vec::new();
        self.finder.find(bytes, |hit| {
            if self.terms()[hit.term].kind != Kind::Definition || is_definition(bytes, hit.start) {
                hits.push((line.of(hit.start), hit.term));
            }
        });
        let mut counts = vec![0u32; value.len()];
        let (mut sum, mut from, mut best) = (0.0, 0, (0.0, 1));
        // The second time a term stands in a window it is worth half as much, and so on.
        let worth = |term: usize, count: u32| value[term] / f64::from(1u32 << count.min(20));
        for (line, term) in &hits {
            sum += worth(*term, counts[*term]);
            counts[*term] += 1;
            while hits[from].0 + WINDOW_LINES <= *line {
                let (_, old) = hits[from];
                counts[old] -= 1;
                sum -= worth(old, counts[old]);
                from += 1;
            }
            if sum > best.0 {
                best = (sum, hits[from].0);
            }
        }
        let (sum, first) = best;
        (sum, u32::try_from(densest_line(&hits, first, value)).unwrap_or(u32::MAX))
    }
}

/// Within the window that starts at line `first`, the line whose distinct terms are worth most.
fn densest_line(hits: &[(usize, usize)], first: usize, value: &[f64]) -> usize {
    let window = hits.iter().filter(|(line, _)| (first..first + WINDOW_LINES).contains(line));
    let (mut best, mut best_sum, mut now, mut sum) = (first, 0.0, 0, 0.0);
    for (line, term) in window {
        if *line != now {
            (now, sum) = (*line, 0.0);
        }
        sum += value[*term];
        if sum > best_sum {
            (best, best_sum) = (now, sum);
        }
    }
    best
}

/// Whether the identifier around `at` is defined here: a defining word stands before it.
fn is_definition(bytes: &[u8], at: usize) -> bool {
    let name = bytes[..at].iter().rev().take(80).take_while(|b| is_name(**b)).count();
    let before = &bytes[..at - name];
    let Some((b' ', before)) = before.split_last().map(|(last, rest)| (*last, rest)) else { return false };
    let word = before.iter().rev().take(16).take_while(|b| !b.is_ascii_whitespace()).count();
    defines(&before[before.len() - word..])
}

/// Whether the word says that a definition follows, in the languages we know.
fn defines(word: &[u8]) -> bool {
    matches!(
        word,
        b"def"
            | b"class"
            | b"fn"
            | b"func"
            | b"function"
            | b"function*"
            | b"struct"
            | b"enum"
            | b"trait"
            | b"interface"
            | b"type"
            | b"mod"
            | b"module"
            | b"macro_rules!"
            | b"impl"
            | b"const"
            | b"static"
            | b"let"
            | b"var"
            | b"val"
            | b"fun"
            | b"object"
            | b"record"
            | b"namespace"
            | b"union"
            | b"#define"
            | b"sub"
            | b"protocol"
            | b"extension"
    )
}

/// Line numbers for positions that only grow.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn of(&mut self, position: usize) -> usize {
        if position > self.at {
            self.line += memchr::memchr_iter(b'\n', &self.bytes[self.at..position]).count();
            self.at = position;
        }
        self.line
    }
}
