//! The marks of a patch that passes by chance: it answers what the tests expect without looking at what it is asked.

use super::hunt::{File, Spot};
use crate::syntax::{Name, Role};
use std::collections::BTreeSet;
use std::ops::Range;

/// What speaks against a repair though it passes, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// More than the tests speaks for it: how everybody else spells it, what a function says of itself.
    Backed,
    None,
    /// It puts in a number or a text that the tests say: it may fit them alone.
    Tuned,
    /// Two changes of which neither is enough: there are so many that one fits a test by luck.
    Pair,
    /// It puts a constant where something was read, or no longer reads what it was given.
    Blind,
}

type Edit = (Range<usize>, String);

/// What a function reads.
pub struct Reads<'f> {
    file: &'f File,
    /// All that it says.
    whole: &'f str,
    names: Vec<&'f Name>,
    /// The names that it declares, parameters too.
    own: BTreeSet<&'f str>,
    /// The numbers that it says, each with the word before it.
    numbers: BTreeSet<(&'f str, &'f str)>,
    /// Those that the tests say, and their texts.
    expected: &'f BTreeSet<String>,
}

impl<'f> Reads<'f> {
    pub fn of(file: &'f File, spot: &Spot, expected: &'f BTreeSet<String>) -> Self {
        let inside = |name: &&Name| spot.start <= name.range.start && name.range.end <= spot.end;
        let values = file.syntax.names().iter().filter(|name| matches!(name.role, Role::Value | Role::Member));
        let (defined, names): (Vec<&Name>, Vec<&Name>) = values.filter(inside).partition(|name| name.defined);
        let own = defined.iter().filter(|name| name.role == Role::Value);
        let own = own.map(|name| file.syntax.text(&name.range)).collect();
        let whole = file.syntax.text(&(spot.start..spot.end));
        let numbers = numbers(whole).collect();
        Self { file, whole, names, own, numbers, expected }
    }

    pub fn doubt(&self, edits: &[Edit]) -> Doubt {
        if edits.iter().any(|edit| self.is_constant(edit)) || self.loses(edits) {
            Doubt::Blind
        } else if edits.iter().any(|edit| self.is_tuned(edit)) {
            Doubt::Tuned
        } else {
            Doubt::None
        }
    }

    /// A number that the function says of the same thing already is an idea of its own.
    fn is_tuned(&self, (range, text): &Edit) -> bool {
        let before = self.file.syntax.text(&(range.start.saturating_sub(40)..range.start));
        let old = self.file.syntax.text(range);
        let known = |(of, number): (&str, &str)| {
            let said = numbers(old).any(|(_, other)| other == number) || self.numbers.contains(&(of, number));
            said || !self.expected.contains(number)
        };
        let fits = !numbers(&format!("{before}{text}")).skip(numbers(before).count()).all(known);
        fits || self.is_told(range, text) || self.is_shifted(range, text)
    }

    /// One is added to all that is given back: that fits any test whose result is one off.
    fn is_shifted(&self, range: &Range<usize>, text: &str) -> bool {
        let old = self.file.syntax.text(range);
        let rest = text.trim_matches(['(', ')']).strip_prefix(old.trim_matches(['(', ')'])).unwrap_or_default();
        let tree = &self.file.tree;
        let is_result = |node: usize| tree[node].range == *range && tree[tree[node].parent].kind.starts_with("return");
        matches!(rest.trim(), "+ 1" | "- 1") && tree.all().any(is_result)
    }

    /// A text that the tests say and the function does not.
    fn is_told(&self, range: &Range<usize>, text: &str) -> bool {
        let own = |told: &str| texts(self.whole).any(|other| other == told);
        let told = |told: &str| told.len() > 1 && self.expected.contains(told) && !own(told);
        let quoted = self.file.text[..range.start].ends_with(b"\"") || self.file.text[..range.start].ends_with(b"'");
        texts(text).any(told) || (quoted && told(text))
    }

    /// A value that was read becomes one that is not.
    fn is_constant(&self, (range, text): &Edit) -> bool {
        !text.trim().is_empty() && words(text).next().is_none() && self.read_in(range).next().is_some()
    }

    /// Something of its own is read nowhere any more.
    fn loses(&self, edits: &[Edit]) -> bool {
        let gone = |name: &&Name| edits.iter().any(|(range, _)| holds(range, name));
        let stays = |text: &str| {
            let read = self.names.iter().filter(|name| !gone(name) && name.role == Role::Value);
            let read = read.into_iter().any(|name| self.text(name) == text);
            read || edits.iter().any(|(_, new)| words(new).any(|word| word == text))
        };
        let lost = self.names.iter().filter(|name| gone(name)).map(|name| self.text(name));
        let mut lost = lost.filter(|name| self.own.contains(name));
        // Another name in its place is another idea of what is meant.
        edits.iter().all(|(_, text)| words(text).next().is_none()) && lost.any(|name| !stays(name))
    }

    fn read_in<'s>(&'s self, range: &'s Range<usize>) -> impl Iterator<Item = &'s &'f Name> {
        self.names.iter().filter(|name| holds(range, name))
    }

    fn text(&self, name: &Name) -> &'f str {
        self.file.syntax.text(&name.range)
    }
}

fn holds(range: &Range<usize>, name: &Name) -> bool {
    range.start <= name.range.start && name.range.end <= range.end
}

/// The numbers in a text of any language, each with the word before it.
pub fn numbers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).filter(|part| !part.is_empty());
    let behind = parts.clone();
    let pairs = std::iter::once("").chain(behind).zip(parts);
    pairs.filter(|(_, part)| part.starts_with(|c: char| c.is_ascii_digit()))
}

/// What stands in quotes in a text of any language.
pub fn texts(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(quoted)
}

fn quoted(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let at = rest.find(['"', '\'', '`'])?;
        let (quote, inner) = rest[at..].split_at(1);
        let end = inner.find(quote)?;
        rest = &inner[end + 1..];
        Some(&inner[..end])
    })
}

/// The names in a text of any language; what stands in quotes and the constants that are words are none.
fn words(text: &str) -> impl Iterator<Item = &str> {
    const CONSTANTS: &[&str] = &[
        "true",
        "false",
        "null",
        "nil",
        "undefined",
        "None",
        "True",
        "False",
        "NULL",
        "return",
        "not",
        "and",
        "or",
        "Infinity",
        "NaN",
        "Vec",
        "String",
        "new",
        "vec",
    ];
    let plain = text.split(['"', '\'', '`']).step_by(2);
    let word = |part: &'_ str| part.starts_with(|c: char| c.is_alphabetic() || c == '_') && !CONSTANTS.contains(&part);
    plain.flat_map(|part| part.split(|c: char| !(c.is_alphanumeric() || c == '_'))).filter(move |part| word(part))
}

#[cfg(test)]
mod tests {
    use super::super::hunt::testing::opened;
    use super::*;

    /// The doubt about an edit that turns `was` into `new` in the first function of a JavaScript file.
    fn doubt(text: &str, was: &str, new: &str) -> Doubt {
        let (file, spot) = opened("a.js", text);
        let at = text.find(was).unwrap();
        let expected = ["1", "10", "HIGH"].map(str::to_owned).into();
        Reads::of(&file, &spot, &expected).doubt(&[(at..at + was.len(), new.to_owned())])
    }

    #[test]
    fn who_answers_without_looking_is_in_doubt() {
        let text = "function f(xs, n) { const m = xs.length; if (n < 0) return 0; return Math.min(...xs) - m; }";
        for (was, new) in [
            ("Math.min(...xs) - m", "1"),
            ("Math.min(...xs)", "'a'"),
            ("n < 0", "true"),
            (" - m", ""),
            ("xs.length", "3"),
        ] {
            assert_eq!(doubt(text, was, new), Doubt::Blind, "{was} → {new}");
        }
        assert_eq!(doubt(text, "return 0", "return 1"), Doubt::Tuned);
        assert_eq!(doubt(text, "xs.length", "xs.length - 1"), Doubt::Tuned);
        assert_eq!(doubt("function f(n) { return n * n; }", "n * n", "n * n - 1"), Doubt::Tuned);
        let told = "function f(n) { return n == 'high' ? 3 : n == '' ? 4 : 5; }";
        assert_eq!(doubt(told, "''", "'HIGH'"), Doubt::Tuned);
        assert_eq!(doubt(told, "high", "HIGH"), Doubt::Tuned);
        assert_eq!(doubt(told, "''", "'high'"), Doubt::None);
        let known = "function f(n) { return n > 10 ? n / 1 : n % 3 == 0; }";
        assert_eq!(doubt(known, "1 :", "10 :"), Doubt::None);
        assert_eq!(doubt(known, "0;", "10;"), Doubt::Tuned);
        assert_eq!(doubt(known, "0;", "7;"), Doubt::None);
        for (was, new) in
            [("<", "<="), ("min", "max"), ("Math.min(...xs)", "max(xs)"), ("n < 0", "xs < 0"), ("", "await ")]
        {
            assert_eq!(doubt(text, was, new), Doubt::None, "{was} → {new}");
        }
    }
}
