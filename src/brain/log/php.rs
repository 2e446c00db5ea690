//! PHP: PHPUnit, PHPStan, PHP_CodeSniffer, PHP CS Fixer, fatal errors.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "Test::",
        "PHP Fatal error",
        "PHP Parse error",
        "Parse error: ",
        "Fatal error: ",
        "  Line  ",
        " | ERROR ",
        ".php (",
        "   FAILED  ",
    ],
    read,
};

patterns! {
    ENTRY = r"^\s*[0-9]+\) (?P<name>[\w\\]+::\w+)(?: with data set .*)?$";
    PEST = r"^\s+FAILED\s+(?P<class>[\w\\]+) > (?P<name>\S.*?)(?:\s{2,}[\w\\]+)?$";
    PEST_AT = r"^\s+at (?P<path>\S+\.php):(?P<line>[0-9]+)$";
    PLACE = r"^\s*(?P<path>(?:[A-Za-z]:)?[^\s:]+\.php):(?P<line>[0-9]+)$";
    FATAL = r"^\s*(?:PHP )?(?P<kind>Fatal|Parse) error:\s+(?P<text>.+?)(?: in (?P<path>\S+\.php)(?: on line |:)(?P<line>[0-9]+))?$";
    SNIFF = r"^\s*(?P<line>[0-9]+) \| ERROR\s+\| (?:\[.\] )?(?P<text>\S.*)$";
    SNIFF_FILE = r"^FILE: (?P<path>\S+)";
    FIXER = r"^\s*[0-9]+\) (?P<path>\S+\.php) \((?P<text>[\w, ]+)\)$";
    STAN = r"^\s*Line\s{2,}(?P<path>\S+\.php)";
    STAN_ROW = r"^\s*:?(?P<line>[0-9]+)\s{2,}(?P<text>\S.*)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = ENTRY.captures(line) {
        let (_, message) = lines.after(at, 3).find(|(_, l)| !l.trim().is_empty()).unwrap_or((at, line));
        let found = Found::new("phpunit", FailureClass::Test, Rank::Sure, at, message).failing(group(&c, "name"));
        out.push(found.locations(places(lines, at)));
    } else if let Some(c) = PEST.captures(line) {
        let (_, message) = lines.after(at, 3).find(|(_, l)| !l.trim().is_empty()).unwrap_or((at, line));
        let spot = lines.after(at, 30).find_map(|(_, l)| PEST_AT.captures(l));
        let spot = spot.map(|c| place(group(&c, "path"), group(&c, "line"), "", message, ""));
        let found = Found::new("pest", FailureClass::Test, Rank::Sure, at, message);
        out.push(found.failing(group(&c, "name")).locations(spot));
    } else if let Some(c) = FATAL.captures(line) {
        let spot = c.name("path").map(|_| place(group(&c, "path"), group(&c, "line"), "", group(&c, "text"), ""));
        out.push(Found::new("php", FailureClass::Compile, Rank::Strong, at, line).locations(spot));
    } else if let Some(c) = SNIFF.captures(line) {
        let file = lines.before(at, 200).find_map(|(_, l)| SNIFF_FILE.captures(l));
        let spot = file.map(|f| place(group(&f, "path"), group(&c, "line"), "", group(&c, "text"), ""));
        out.push(Found::new("phpcs", FailureClass::Lint, Rank::Sure, at, line).locations(spot));
    } else if let Some(c) = FIXER.captures(line) {
        let spot = place(group(&c, "path"), "", "", group(&c, "text"), "");
        out.push(Found::new("php-cs-fixer", FailureClass::Format, Rank::Sure, at, line).location(spot));
    } else if let Some(c) = STAN.captures(line) {
        let row = lines.after(at, 3).find_map(|(index, l)| Some((index, STAN_ROW.captures(l)?)));
        if let Some((index, r)) = row {
            let spot = place(group(&c, "path"), group(&r, "line"), "", group(&r, "text"), "");
            out.push(Found::new("phpstan", FailureClass::Type, Rank::Sure, index, group(&r, "text")).location(spot));
        }
    }
}

fn places(lines: &Lines, at: usize) -> Vec<Location> {
    let below = lines.after(at, 60).take_while(|(_, l)| !ENTRY.is_match(l));
    let spots =
        below.filter_map(|(_, l)| PLACE.captures(l)).map(|c| place(group(&c, "path"), group(&c, "line"), "", "", ""));
    super::node::own_only(spots.collect())
}
