//! A unified diff that nobody explains: what a formatter prints that is asked for nothing else.

use super::found::{Found, Rank, patterns, place};
use super::lines::Lines;
use crate::record::FailureClass;

patterns! {
    HUNK = r"^@@ -([0-9]+)(?:,[0-9]+)? \+[0-9]+(?:,[0-9]+)? @@";
}

/// The first difference between a file and itself as it should be.
pub(super) fn hint(lines: &Lines) -> Option<Found> {
    (1..lines.len()).find_map(|at| read(lines, at))
}

fn read(lines: &Lines, at: usize) -> Option<Found> {
    let (new, old) = (lines.get(at).strip_prefix("+++ ")?, lines.get(at - 1).strip_prefix("--- ")?);
    let (old, new) = (name(old), name(new));
    let hunk = HUNK.captures(lines.get(at + 1))?;
    // What is compared with something else (expected and actual, say) is no file that somebody wrote.
    if old.is_empty() || old.rsplit('/').next() != new.rsplit('/').next() {
        return None;
    }
    let first: usize = hunk[1].parse().ok()?;
    let changed = (at + 2..at + 50).position(|n| lines.get(n).starts_with(['-', '+']));
    let line = (first + changed.unwrap_or(0)).to_string();
    let quote = format!("--- {old}");
    Some(Found::new("", FailureClass::Format, Rank::Generic, at, &quote).location(place(new, &line, "", "", "")))
}

/// A line of a difference shows code, whatever it says.
pub(super) fn is_part(line: &str) -> bool {
    line.starts_with(['+', '-', '@', '>', '<'])
}

/// Without time stamps, git's `a/` and `b/`, and the endings by which tools tell the two apart.
fn name(text: &str) -> &str {
    let text = text.split('\t').next().unwrap_or(text).trim_end();
    let text = text.strip_prefix("a/").or(text.strip_prefix("b/")).unwrap_or(text);
    let endings = [".orig", ":before", ":after"];
    endings.iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(text)
}
