//! Checkers of links, commit messages, playbooks and advisories.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "[4",
        "[5",
        "[ERROR] http",
        "[TIMEOUT] ",
        "[L0",
        "[L1",
        "[L2",
        "[L3",
        "ERROR: ",
        "[✖]",
        "✖   ",
        "error[",
        "violation(s)",
        "]: ",
    ],
    read,
};

patterns! {
    LINK = r"^\s*(?:[*-] )?\[(?:[45][0-9]{2}|ERROR|TIMEOUT)\] <?https?://|^\s*[0-9]+\. \[L[0-9]+\] (?:[45][0-9]{2}|[A-Za-z]).*https?://|^\s*\[✖\] \S+|^\s*ERROR: [0-9]+ dead links? found";
    COMMIT = r"^\s*✖   .+ \[(?P<code>[a-z]+-[a-z-]+)\]$";
    ADVISORY = r"^error\[(?:vulnerability|unmaintained|unsound|yanked|banned|rejected|unlicensed|duplicate|source-not-allowed|notice)\]: ";
    ANSIBLE = r"^(?P<code>[a-z-]+(?:\[[\w-]+\])?): \S.*$";
    ANSIBLE_AT = r"^(?P<path>\S+\.ya?ml):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?(?: .*)?$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if LINK.is_match(line) {
        out.push(Found::new("links", FailureClass::Lint, Rank::Strong, at, line));
    } else if COMMIT.is_match(line) {
        out.push(Found::new("commitlint", FailureClass::Lint, Rank::Sure, at, line));
    } else if ADVISORY.is_match(line) {
        out.push(Found::new("cargo-deny", FailureClass::Lint, Rank::Sure, at, line));
    } else if let Some(c) = ANSIBLE.captures(line) {
        let spot = ANSIBLE_AT.captures(lines.get(at + 1));
        out.extend(spot.filter(|_| line.contains('[')).map(|at_| {
            let column = at_.name("column").map_or("", |m| m.as_str());
            let spot = place(group(&at_, "path"), group(&at_, "line"), column, line, group(&c, "code"));
            Found::new("ansible-lint", FailureClass::Lint, Rank::Sure, at, line).location(spot)
        }));
    }
}
