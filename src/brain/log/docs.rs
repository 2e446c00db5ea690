//! Documentation: Sphinx's and MkDocs' warnings taken for errors, and the examples that doctest runs.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &["Failed example:", "arning, treated as error:", "(with warnings treated as errors)", "in strict mode!"],
    read,
};

patterns! {
    EXAMPLE_AT = r#"^File "(?P<path>[^"]+)", line (?P<line>[0-9]+), in (?P<name>\S+)$"#;
    NOTED = r"^(?P<path>(?:[A-Za-z]:)?[^\s:]+\.\w+)(?::docstring of [^:]+)?:(?:(?P<line>[0-9]+):)? ?(?:WARNING: ?|ERROR: ?)?(?P<text>\S.*)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let spot = |c: &regex::Captures<'_>, text: &str| place(group(c, "path"), group(c, "line"), "", text, "");
    if line.trim() == "Failed example:" {
        let above = at.checked_sub(1).and_then(|index| EXAMPLE_AT.captures(lines.get(index)));
        let Some(c) = above else { return };
        let found = Found::new("doctest", FailureClass::Test, Rank::Sure, at, lines.get(at + 1));
        out.push(found.failing(group(&c, "name")).location(spot(&c, lines.get(at + 1))));
    } else if line.ends_with("arning, treated as error:") {
        let message = lines.get(at + 1);
        let c = NOTED.captures(message);
        let found = Found::new("sphinx", FailureClass::Lint, Rank::Sure, at, message);
        out.push(found.locations(c.map(|c| spot(&c, group(&c, "text")))));
    } else if line.starts_with("Aborted with ") && line.ends_with(" in strict mode!") {
        let warned = lines.before(at, 5_000).filter(|(_, l)| l.starts_with("WARNING "));
        let (index, quote) = warned.last().unwrap_or((at, line));
        out.push(Found::new("mkdocs", FailureClass::Lint, Rank::Sure, index, quote));
    } else if line.ends_with("(with warnings treated as errors).") {
        let warned = lines.before(at, 5_000).filter(|(_, l)| l.contains("WARNING: "));
        let found = warned.filter_map(|(index, l)| {
            let c = NOTED.captures(l)?;
            let found = Found::new("sphinx", FailureClass::Lint, Rank::Sure, index, l);
            Some(found.location(spot(&c, group(&c, "text"))))
        });
        out.extend(found.take(500));
    }
}
