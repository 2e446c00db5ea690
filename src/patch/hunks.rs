//! The hunks of a printed difference, and a text with them in their places: how a difference that somebody printed
//! becomes whole files again.

use regex::Regex;
use std::iter::Peekable;
use std::str::Lines;
use std::sync::LazyLock;

/// Lines that stand at about this place, and what they should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hunk<'a> {
    /// The first line's number, from 0.
    pub at: usize,
    pub before: Vec<&'a str>,
    pub after: Vec<&'a str>,
}

impl<'a> Hunk<'a> {
    /// Whether it is a line of the hunk. Logs may have lost the blank before an empty one.
    pub fn take(&mut self, line: &'a str) -> bool {
        match (line.as_bytes().first(), line.get(1..)) {
            (Some(b'-'), Some(text)) => self.before.push(text),
            (Some(b'+'), Some(text)) => self.after.push(text),
            (Some(b' '), Some(text)) => self.both(text),
            (None, _) => self.both(""),
            _ => return false,
        }
        true
    }

    fn both(&mut self, text: &'a str) {
        self.before.push(text);
        self.after.push(text);
    }

    /// The same with at most so many unchanged lines around it.
    pub fn within(&self, context: usize) -> Self {
        let same = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
        let shorter = self.before.len().min(self.after.len());
        let head = same(&mut self.before.iter().zip(&self.after)).saturating_sub(context);
        let tail = same(&mut self.before.iter().rev().zip(self.after.iter().rev())).min(shorter - head.min(shorter));
        let tail = tail.saturating_sub(context);
        let cut = |side: &[&'a str]| side[head..side.len() - tail.min(side.len() - head)].to_vec();
        Self { at: self.at + head, before: cut(&self.before), after: cut(&self.after) }
    }
}

/// The numbers in a unified hunk's head: the first line, how many there were and how many there are now.
pub fn header(line: &str) -> Option<(usize, usize, usize)> {
    static UNIFIED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@").unwrap_or_else(|e| unreachable!("{e}"))
    });
    let at = UNIFIED.captures(line)?;
    let count = |group| at.get(group).map_or(Some(1), |n| n.as_str().parse().ok());
    Some((count(1)?, count(2)?, count(3)?))
}

/// The lines of a unified hunk, as its head counts them.
pub fn counted<'a>(lines: &mut Peekable<Lines<'a>>, (first, old, new): (usize, usize, usize)) -> Hunk<'a> {
    // A hunk that only adds names the line before it.
    let mut hunk = Hunk { at: if old == 0 { first } else { first.saturating_sub(1) }, ..Hunk::default() };
    while hunk.before.len() < old || hunk.after.len() < new {
        match lines.peek() {
            Some(line) if line.starts_with('\\') => drop(lines.next()),
            Some(line) if hunk.take(line) => drop(lines.next()),
            _ => break,
        }
    }
    hunk
}

/// The text with every hunk in its place; `None` when one has none. Lines must agree to the letter, so files
/// with other line ends than `\n` are not for us.
pub fn apply(text: &str, hunks: &[Hunk]) -> Option<String> {
    let lines: Vec<&str> = text.strip_suffix('\n')?.split('\n').collect();
    let (mut done, mut next) = (Vec::new(), 0);
    for hunk in hunks {
        let at = place(&lines, next, hunk)?;
        done.extend_from_slice(&lines[next..at]);
        done.extend_from_slice(&hunk.after);
        next = at + hunk.before.len();
    }
    done.extend_from_slice(&lines[next..]);
    Some(done.join("\n") + "\n")
}

/// Where the hunk says, else the only place behind `from` that has its lines.
fn place(lines: &[&str], from: usize, hunk: &Hunk) -> Option<usize> {
    let fits = |at: usize| lines.get(at..at + hunk.before.len()) == Some(hunk.before.as_slice());
    if hunk.at >= from && fits(hunk.at) {
        return Some(hunk.at);
    }
    let mut places = (from..lines.len()).filter(|at| !hunk.before.is_empty() && fits(*at));
    places.next().filter(|_| places.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_context_moves_the_hunk_and_keeps_the_change() {
        let mut hunk = Hunk { at: 4, ..Hunk::default() };
        for line in [" a", " b", " c", "-x", "+y", " d", " e", " f"] {
            assert!(hunk.take(line));
        }
        let one = hunk.within(1);
        assert_eq!((one.at, one.before, one.after), (6, vec!["c", "x", "d"], vec!["c", "y", "d"]));
        let none = hunk.within(0);
        assert_eq!((none.at, none.before, none.after), (7, vec!["x"], vec!["y"]));
        let mut added = Hunk { at: 0, ..Hunk::default() };
        assert!([" a", "+a", " b"].iter().all(|line| added.take(line)));
        let less = added.within(0);
        assert_eq!(less.after.len(), less.before.len() + 1);
    }
}
