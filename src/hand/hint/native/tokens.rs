//! Any language's first aid: near the error a token is put in, taken out, replaced or swapped with the next.

use super::attempt::Try;
use super::habits::{Habits, shape};
use super::lexer::{Kind, Source};
use super::{braces, words};
use crate::hand::cc::Problem;
use crate::hand::hint::distance::{distance, is_near};
use std::ops::Range;

/// Tokens before and behind the error that are looked at.
const BEFORE: usize = 9;
const BEHIND: usize = 3;
const BASE: f64 = 4.2;
/// What a bit of unnaturalness costs.
const BIT: f64 = 0.16;

const MARKS: &[&str] = &[
    ";", ",", ")", "(", "{", "}", "]", "[", "=", "*", "+", "&&", "&", "<", "==", "||", "-", "/", "%", ".", ":", ">",
    "\"",
];
const SWAPS: &[(&str, &[&str])] = &[
    (",", &[";", "."]),
    (";", &[",", ")", ":", "{"]),
    (":", &[";", ","]),
    (".", &[",", ";"]),
    (")", &["}", "]", "("]),
    ("(", &["{", "[", ")"]),
    ("{", &["(", "["]),
    ("}", &[")", "]", "{"]),
    ("[", &["(", "{"]),
    ("]", &[")", "}", "["]),
    ("=", &["==", "-", "+"]),
    ("==", &["="]),
    ("&", &["&&"]),
    ("|", &["||"]),
    ("<", &["(", ",", "<="]),
    (">", &[")", "."]),
    ("!", &["!="]),
    ("->", &["."]),
    ("<<", &["<"]),
    (">>", &[">"]),
    ("::", &[";"]),
];

pub(super) fn tries(source: &Source, habits: &Habits, problem: &Problem, plus: bool) -> Vec<Try> {
    // No mark is missing where only the number of arguments is wrong.
    if ["too few arguments", " requires "].iter().any(|said| problem.message.contains(said)) {
        return Vec::new();
    }
    let at = source.token_at(source.offset(problem.line, problem.column));
    let near = Near { source, habits, at, message: &problem.message };
    let mut found = Vec::new();
    let last = (at + BEHIND).min(source.tokens.len());
    for index in at.saturating_sub(BEFORE)..=last {
        near.insertions(index, &mut found);
        if index < source.tokens.len() {
            near.removal(index, &mut found);
            near.replacements(index, plus, &mut found);
            near.swap(index, &mut found);
            near.seams(index, plus, &mut found);
        }
    }
    found
}

struct Near<'s> {
    source: &'s Source,
    habits: &'s Habits,
    /// The token that the compiler stopped at.
    at: usize,
    message: &'s str,
}

impl Near<'_> {
    fn insertions(&self, index: usize, found: &mut Vec<Try>) {
        let braces = braces::may_be_meant(self.message);
        for mark in MARKS.iter().filter(|mark| !braces || !matches!(**mark, "{" | "}")) {
            let (before, behind) = (self.source.at(index.wrapping_sub(1)), self.source.at(index));
            if *mark == "," && (matches!(before, "(" | ",") || matches!(behind, ")" | ",")) {
                continue;
            }
            let place = self.place(index, mark);
            let text = self.spaced(index, place, mark);
            let cost = self.cost(index..index, &[shape(Some(Kind::Mark), mark)]);
            let rare = match *mark {
                ";" | "," => -0.5,
                ")" => -0.3,
                "<" | ">" | "==" | "-" | "/" | "%" | "." | ":" | "+" | "&&" | "||" => 0.4,
                _ => 0.0,
            };
            found.push(Try::insert(place, &text, cost + rare - self.wanted(mark)));
        }
    }

    /// Two words run together, one of them reserved: what was between them is lost.
    fn seams(&self, index: usize, plus: bool, found: &mut Vec<Try>) {
        let (text, token) = (self.source.at(index), &self.source.tokens[index]);
        if !self.source.is_word(index) || words::is_reserved(text) {
            return;
        }
        for word in words::reserved(plus).iter().filter(|word| word.len() > 2) {
            let places =
                [text.starts_with(word).then_some(word.len()), text.ends_with(word).then(|| text.len() - word.len())];
            for at in places.into_iter().flatten().filter(|at| *at > 0 && *at < text.len()) {
                let far = f64::from(u32::try_from(self.at.abs_diff(index)).unwrap_or(99));
                let row = self.source.line_text(token.line);
                let is_short = row.matches(')').count() > row.matches('(').count();
                for (lost, cost) in [(" ", 1.8), ("(", if is_short { 1.5 } else { 2.0 })] {
                    found.push(Try::insert(token.range.start + at, lost, cost + 0.22 * far));
                }
            }
        }
    }

    /// Closing marks stand right behind what is before them, opening ones right before what follows.
    fn place(&self, index: usize, mark: &str) -> usize {
        let source = self.source;
        let behind = index.checked_sub(1).and_then(|before| source.tokens.get(before)).map(|token| token.range.end);
        let before = source.tokens.get(index).map_or(source.text.len(), |token| token.range.start);
        match (behind, mark) {
            (Some(behind), "(" | "[" | "&" | "*" | "\"" | "-") if self.same_line(index) => before.max(behind),
            (Some(behind), _) => behind,
            (None, _) => before,
        }
    }

    fn same_line(&self, index: usize) -> bool {
        let line = |at: usize| self.source.tokens.get(at).map(|token| token.line);
        index > 0 && line(index - 1) == line(index)
    }

    /// With the blanks that people set around it.
    fn spaced(&self, index: usize, place: usize, mark: &str) -> String {
        let glued = self.source.tokens.get(index).is_some_and(|token| token.range.start == place);
        match mark {
            "{" if !glued => " {".to_owned(),
            "}" if !self.same_line(index) && index > 0 => {
                let line = self.source.tokens[index - 1].line;
                let indent = self.source.indent(line);
                let outer = indent.strip_suffix('\t').or_else(|| indent.strip_suffix("    ")).unwrap_or(indent);
                format!("{}{outer}}}", self.source.line_break())
            }
            "=" | "==" | "&&" | "||" | "<" | ">" if !glued => format!(" {mark}"),
            _ => mark.to_owned(),
        }
    }

    fn removal(&self, index: usize, found: &mut Vec<Try>) {
        let token = &self.source.tokens[index];
        let is_brace = matches!(self.source.at(index), "{" | "}") && braces::may_be_meant(self.message);
        if token.kind == Kind::Directive || is_brace {
            return;
        }
        let names = if matches!(token.kind, Kind::Mark) { 0.0 } else { 1.2 };
        let cost = self.cost(index..index + 1, &[]) + 0.5 + names;
        found.push(Try::replace(self.source, token.range.clone(), "", cost));
    }

    fn replacements(&self, index: usize, plus: bool, found: &mut Vec<Try>) {
        let (token, text) = (&self.source.tokens[index], self.source.at(index));
        for other in SWAPS.iter().filter(|(mark, _)| *mark == text).flat_map(|(_, others)| others.iter()) {
            let cost = self.cost(index..index + 1, &[shape(Some(Kind::Mark), other)]) - self.wanted(other) * 0.6;
            found.push(Try::replace(self.source, token.range.clone(), other, cost));
        }
        if token.kind != Kind::Word || words::is_reserved(text) {
            return;
        }
        for word in words::reserved(plus).iter().filter(|word| misspelt(text, word)) {
            let cost = self.cost(index..index + 1, &[(*word).to_owned()]) - 3.0 + distance(text, word);
            found.push(Try::replace(self.source, token.range.clone(), word, cost));
        }
    }

    fn swap(&self, index: usize, found: &mut Vec<Try>) {
        let source = self.source;
        if index + 1 >= source.tokens.len() || source.at(index) == source.at(index + 1) {
            return;
        }
        let (a, b) = (&source.tokens[index], &source.tokens[index + 1]);
        if a.kind == Kind::Directive || b.kind == Kind::Directive {
            return;
        }
        let (first, second) = (source.at(index).to_owned(), source.at(index + 1).to_owned());
        let shapes = [shape(Some(b.kind), &second), shape(Some(a.kind), &first)];
        let cost = self.cost(index..index + 2, &shapes) + 0.8;
        let why = format!("swapped `{first}` and `{second}`");
        found.push(Try::new(vec![(a.range.clone(), second), (b.range.clone(), first)], cost, why));
    }

    /// What the compiler says that it expected.
    fn wanted(&self, mark: &str) -> f64 {
        let (expected, before) = self.message.split_once(" before ").unwrap_or((self.message, ""));
        let quoted = format!("'{mark}'");
        match () {
            () if expected.starts_with("expected ") && expected.contains(&quoted) => 1.6,
            () if before.contains(&quoted) => -0.4,
            () => 0.0,
        }
    }

    fn cost(&self, range: Range<usize>, new: &[String]) -> f64 {
        let far = if range.start <= self.at { self.at - range.start } else { (range.start - self.at) * 2 };
        let far = f64::from(u32::try_from(far).unwrap_or(99));
        BASE + BIT * self.change(range, new) + 0.22 * far
    }

    /// Bits that the row costs more with the new tokens than with the old ones.
    fn change(&self, range: Range<usize>, new: &[String]) -> f64 {
        let shapes = |from: usize, to: usize| {
            (from..to).map(|at| shape(self.source.kind(at), self.source.at(at))).collect::<Vec<_>>()
        };
        let mut left = shapes(range.start.saturating_sub(2), range.start);
        while left.len() < 2 {
            left.insert(0, "end".to_owned());
        }
        let right = shapes(range.end, range.end + 2);
        let row = |middle: &[String]| left.iter().chain(middle).chain(&right).cloned().collect::<Vec<_>>();
        self.habits.bits(&row(new)) - self.habits.bits(&row(&shapes(range.start, range.end)))
    }
}

fn misspelt(word: &str, reserved: &str) -> bool {
    is_near(word, reserved) || (word.len() > 1 && distance(word, reserved) <= 1.0)
}
