//! "Seen before", for people.

use super::markdown::{code, one_line};
use crate::brain::text;
use crate::record::{Match, Seen};
use std::fmt::Write as _;

/// One line: how alike, what was learned, from where, how sure.
pub fn seen_line(seen: &Seen) -> String {
    let what = match seen.by {
        Match::Signature => "seen before",
        Match::Similar => "something like it was seen before",
    };
    let sure = (seen.confidence * 100.0).round();
    one_line(&format!("{what}: {} ({}; {sure} % sure; {})", seen.text, seen.origin, seen.key), 400)
}

/// The part of a comment or a pull request; empty where nothing is known.
pub(super) fn seen_section(seen: &[Seen]) -> String {
    let mut out = String::new();
    if seen.is_empty() {
        return out;
    }
    out.push_str("Seen before:\n\n");
    for one in seen {
        let sure = (one.confidence * 100.0).round();
        let (said, from) = (text::inert(&one_line(&one.text, 300)), text::inert(&one_line(&one.origin, 120)));
        let alike = if one.by == Match::Similar { "like it: " } else { "" };
        let _ = writeln!(out, "- {alike}{said} ({from}; {sure} % sure; {})", code(&one.key));
    }
    out.push('\n');
    out
}
