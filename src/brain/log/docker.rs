//! Docker's builds: what cannot be built at all, and the line of the Dockerfile that says so.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["failed to solve: "], read };

patterns! {
    // What a command of the build printed says more than that it failed; a registry's refusal is read by its words.
    OWN = r"^\s*(?:ERROR: )?failed to solve: .*(?:: not found$|failed to compute cache key|no such file or directory$|[Pp]arse error)";
    AT = r"^(?P<path>[\w./-]+):(?P<line>[0-9]+)$";
    RULE = r"^-{10,}$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if OWN.is_match(line) {
        let shown = |index: usize| RULE.is_match(lines.get(index + 1));
        let above = lines.before(at, 40).filter(|(index, _)| shown(*index)).find_map(|(_, l)| AT.captures(l));
        let spot = above.map(|c| place(group(&c, "path"), group(&c, "line"), "", line, ""));
        out.push(Found::new("docker", FailureClass::Config, Rank::Strong, at, line).locations(spot));
    }
}
