//! Test reports of Clojure and Emacs Lisp.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["FAIL in (", "ERROR in (", "   FAILED  "], read };

patterns! {
    CLOJURE = r"^(?:FAIL|ERROR) in \((?P<name>\S+)\) \((?P<path>\S+\.clj[cs]?):(?P<line>[0-9]+)\)";
    ERT = r"^   FAILED  +(?:[0-9]+/[0-9]+  +)?(?P<name>\S+)(?:  +\([0-9.]+ sec\))?$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = CLOJURE.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), "", line, "");
        let found = Found::new("clojure", FailureClass::Test, Rank::Sure, at, line);
        out.push(found.failing(group(&c, "name")).location(spot));
    } else if let Some(c) = ERT.captures(line) {
        out.push(Found::new("ert", FailureClass::Test, Rank::Strong, at, line).failing(group(&c, "name")));
    }
}
