//! Formatters that name each file in a sentence of their own: scalafmt, taplo, `dart format`, dprint, `deno fmt`, `mix format`.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "isn't formatted properly!",
        "file is not properly formatted",
        " changed) in ",
        "not formatted file",
        "files are not formatted",
    ],
    read,
};

patterns! {
    NAMED = r"^\s*(?:\[\w+\] |\w+ \S+: )?(?:(?P<path>\S.*) isn't formatted properly!|the file is not properly formatted path=\x22?(?P<path2>[^\x22]+?)\x22?)$";
    COUNTED = r"^Formatted [0-9]+ files? \([1-9][0-9]* changed\) in |Found [0-9]+ not formatted files?\b|The following files (?:are|were) not formatted:?$";
    LISTED = r"^\s*(?:Changed |from |\* )?(?P<path>(?:[A-Za-z]:)?[\w@.()\[\]/\\+-]+\.\w{1,8})(?::(?P<line>[0-9]+))?:?$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = NAMED.captures(line) {
        let path = c.name("path").or(c.name("path2")).map_or("", |m| m.as_str());
        let spot = place(path, "", "", "not formatted", "");
        out.push(Found::new("formatter", FailureClass::Format, Rank::Sure, at, line).location(spot));
    } else if COUNTED.is_match(line) {
        let spots = listed(lines, at);
        out.push(Found::new("formatter", FailureClass::Format, Rank::Sure, at, line).locations(spots));
    }
}

/// The files stand below a heading and above a count.
fn listed(lines: &Lines, at: usize) -> Vec<crate::record::Location> {
    const LIMIT: usize = 300;
    let spot = |l: &str| {
        LISTED.captures(l).map(|c| {
            let line = c.name("line").map_or("", |m| m.as_str());
            place(group(&c, "path"), line, "", "not formatted", "")
        })
    };
    if lines.get(at).trim_end().ends_with(':') {
        return lines.after(at, LIMIT).filter_map(|(_, l)| spot(l)).collect();
    }
    let mut above: Vec<_> = lines.before(at, LIMIT).filter_map(|(_, l)| spot(l)).collect();
    above.reverse();
    above
}
