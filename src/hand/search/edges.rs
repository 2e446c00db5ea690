//! A failure that speaks of an edge, an index out of its bounds or a result that is one off: whatever moves an edge by
//! one is likelier there than any other slip.

use super::draft::Draft;
use super::hunt::File;
use crate::hand::Job;

/// So much less costs what moves an edge.
const LESS: f64 = 0.15;
/// What runtimes and test tools say of one too many.
const SAID: &[&str] = &["IndexError", "out of range", "out of bounds", "OutOfBounds", "contains one more item"];
/// Lines that say what came and what was wanted.
const COMPARED: &[&str] = &["==", "!=", "expected", "Expected", "want", "is not", "left:", "right:"];
const OPERATORS: &[(&str, &str)] = &[("<", "<="), (">", ">="), ("..", "..=")];

/// What the failure takes from the cost of a draft.
pub struct Edges {
    /// An index left its bounds.
    outside: bool,
    /// A result is one off.
    one_off: bool,
}

impl Edges {
    pub fn of(job: &Job) -> Self {
        Self { outside: is_outside(job.log), one_off: is_one_off(job.log) }
    }

    pub fn less(&self, file: &File, draft: &Draft) -> f64 {
        let all = |is: fn(&str, &str) -> bool| draft.edits.iter().all(|(range, new)| is(file.syntax.text(range), new));
        // Who adds one to a result that is one off fits it to the test more often than he mends it.
        let moved = self.outside && (all(turns) || all(moves)) || self.one_off && all(turns);
        if moved { LESS } else { 0.0 }
    }
}

fn is_outside(log: &str) -> bool {
    SAID.iter().any(|word| log.contains(word))
}

fn is_one_off(log: &str) -> bool {
    let joined = log.replace("\n right:", " right:").replace("\n  right:", " right:");
    joined.lines().any(says_one_off)
}

/// Two whole numbers in the line, one after the other.
fn says_one_off(line: &str) -> bool {
    let said = COMPARED.iter().filter_map(|word| line.find(word)).min();
    let Some(_) = said.filter(|_| line.len() < 200) else { return false };
    let words = line.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '[' | '"' | '\'')));
    let words: Vec<&str> = words.filter(|word| word.contains(|c: char| c.is_ascii_digit())).collect();
    let numbers: Vec<i64> = words.iter().filter_map(|word| word.trim_end_matches('.').parse().ok()).collect();
    matches!((&numbers[..], words.len()), ([one, other], 2) if one.abs_diff(*other) == 1)
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The same comparison with its edge, or without.
fn turns(old: &str, new: &str) -> bool {
    let (old, new) = (plain(old), plain(new));
    OPERATORS.iter().any(|pair| *pair == (&*old, &*new) || *pair == (&*new, &*old))
}

/// One more or one less.
fn moves(old: &str, new: &str) -> bool {
    let (old, new) = (plain(old), plain(new));
    let one_more = |less: &str, more: &str| {
        let rest = more.strip_prefix('(').unwrap_or(more).strip_prefix(less);
        rest.is_some_and(|rest| matches!(rest.trim_end_matches(')'), "+1" | "-1"))
    };
    let numbers = old.parse::<i64>().ok().zip(new.parse::<i64>().ok());
    (!old.is_empty() && one_more(&old, &new))
        || (!new.is_empty() && one_more(&new, &old))
        || numbers.is_some_and(|(one, other)| one.abs_diff(other) == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_out_of_its_bounds_and_one_too_many_speak_of_an_edge() {
        for (log, wanted) in [
            ("E   IndexError: list index out of range", true),
            ("index out of bounds: the len is 3 but the index is 3", true),
            ("E       assert 4 == 5", true),
            ("  left: 4\n right: 5", true),
            ("AssertionError: 4 is not 5", true),
            ("expected: <5> but was: <4>", true),
            ("E       assert 4 == 9", false),
            ("E       assert [4] == [5]", false),
            ("test_4.py 5 passed", false),
        ] {
            assert_eq!(is_outside(log) || is_one_off(log), wanted, "{log}");
        }
    }

    #[test]
    fn an_edge_is_moved_by_one() {
        for (old, new, wanted) in [
            ("<", "<=", true),
            ("..=", "..", true),
            ("n", "n - 1", true),
            ("len(xs)", "(len(xs) + 1)", true),
            ("n + 1", "n", true),
            ("2", "3", true),
            ("<", ">", false),
            ("n", "m - 1", false),
            ("2", "4", false),
            ("", "+ 1", false),
        ] {
            assert_eq!(turns(old, new) || moves(old, new), wanted, "{old} → {new}");
        }
    }
}
