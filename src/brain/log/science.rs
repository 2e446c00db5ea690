//! R and Julia: testthat, `R CMD check`, `Test`.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "Failure (",
        "Error (",
        "Failure: ",
        ". Error: ",
        "is not available for package",
        "there is no package called",
        ": Test Failed at ",
        ": Error During Test at ",
        "Error in library(",
    ],
    read,
};

patterns! {
    TESTTHAT = r"^\s*(?:── |[0-9]+\. )?(?:Failure|Error) \((?P<path>[^:)]+\.[Rr]):(?P<line>[0-9]+)(?::[0-9]+)?\): (?P<name>.+?)[ ─]*$";
    TESTTHAT_FILE = r"^\s*(?:── )?(?:Failure|Error) \('(?P<path>[^']+\.[Rr]):(?P<line>[0-9]+)(?::[0-9]+)?'\): (?P<name>.+?)[ ─]*$";
    TESTTHAT_OLD = r"^\s*(?:── )?[0-9]+\. (?:Failure|Error): (?P<name>.+?) \(@(?P<path>[^)#]+\.[Rr])#(?P<line>[0-9]+)\)[ ─]*$";
    PACKAGE = r"is not available for package|there is no package called";
    JULIA = r"^(?:(?P<name>\S.*): )?(?:Test Failed|Error During Test) at (?P<path>\S+\.jl):(?P<line>[0-9]+)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) =
        TESTTHAT.captures(line).or_else(|| TESTTHAT_FILE.captures(line)).or_else(|| TESTTHAT_OLD.captures(line))
    {
        let quote = lines.after(at, 3).find(|(_, l)| !l.trim().is_empty()).map_or(line, |(_, l)| l);
        let spot = place(group(&c, "path"), group(&c, "line"), "", quote, "");
        let found = Found::new("testthat", FailureClass::Test, Rank::Sure, at, quote);
        out.push(found.failing(group(&c, "name")).location(spot));
    } else if let Some(c) = JULIA.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), "", line, "");
        let name = c.name("name").map(|name| name.as_str().to_owned());
        let found = Found::new("julia", FailureClass::Test, Rank::Sure, at, line).location(spot);
        out.push(Found { failing: name.into_iter().collect(), ..found });
    } else if PACKAGE.is_match(line) {
        out.push(Found::new("R", FailureClass::Dependency, Rank::Strong, at, line));
    }
}
