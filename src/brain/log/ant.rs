//! Ant: what stopped the build, at the innermost line of the build file.

use super::found::{Found, Rank, group, patterns};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["BUILD FAILED"], read };

patterns! {
    AT = r"^\s*\S.*\.xml:[0-9]+: (?P<text>\S.*)$";
    CHAIN = r"^The following error occurred while executing this line|^Execut(?:e|ion) failed|^(?:Java|exec) returned";
    TESTS = r"(?i)\btests?\b.* failed";
}

/// A chain of lines leads to the one that says something.
fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    if lines.get(at).trim() != "BUILD FAILED" {
        return;
    }
    let chain = lines.after(at, 8).map_while(|(index, l)| Some((index, AT.captures(l)?)));
    let Some((index, c)) = chain.last() else { return };
    let text = group(&c, "text");
    if CHAIN.is_match(text) || TESTS.is_match(text) {
        return;
    }
    let class = if text.starts_with("Compile failed") || text.starts_with("Compilation failed") {
        FailureClass::Compile
    } else {
        FailureClass::Config
    };
    out.push(Found::new("ant", class, Rank::Generic, index, lines.get(index)));
}
