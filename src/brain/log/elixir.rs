//! Elixir: ExUnit, the compiler, `mix format`, Credo.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        ") test ",
        "** (",
        "mix format failed",
        "== Compilation error",
        "Unchecked dependencies",
        "└─ ",
        "] → ",
        "due to warnings while",
    ],
    read,
};

patterns! {
    ENTRY = r"^\s*[0-9]+\) (?P<name>test .+?) \((?P<module>[\w.]+)\)$";
    PLACE = r"^\s*(?P<path>\S+\.exs?):(?P<line>[0-9]+)$";
    RAISED = r"^\s*\*\* \((?P<code>\w+(?:\.\w+)*)\) (?:\(.*?\) )?(?:(?P<path>\S+\.exs?):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?: )?(?P<text>.+)$";
    CREDO = r"^\s*(?:┃\s*)?\[[CDFRW]\] [→↗↑↘↓] (?P<text>\S.*)$";
    CREDO_AT = r"^\s*(?:┃\s*)?(?P<path>\S+\.exs?):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?\b";
    UNFORMATTED = r"^\s*(?:\* )?(?P<path>\S+\.h?exs?)(?::[0-9]+)?$";
    COMPILER = r"^\s*└─ (?P<path>\S+\.exs?):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = ENTRY.captures(line) {
        let spot = PLACE.captures(lines.get(at + 1)).map(|p| place(group(&p, "path"), group(&p, "line"), "", "", ""));
        let (_, message) = lines.after(at + 1, 3).find(|(_, l)| !l.trim().is_empty()).unwrap_or((at, line));
        out.push(
            Found::new("exunit", FailureClass::Test, Rank::Sure, at, message)
                .failing(group(&c, "name"))
                .locations(spot),
        );
    } else if line.contains("mix format failed") {
        let spot = lines.after(at, 4).find_map(|(_, l)| UNFORMATTED.captures(l));
        let spot = spot.map(|c| place(group(&c, "path"), "", "", "not formatted", ""));
        out.push(Found::new("mix", FailureClass::Format, Rank::Sure, at, line).locations(spot));
    } else if line.contains("Unchecked dependencies") {
        out.push(Found::new("mix", FailureClass::Dependency, Rank::Sure, at, line));
    } else if let Some(c) = CREDO.captures(line) {
        let below = CREDO_AT.captures(lines.get(at + 1));
        let column = |p: &regex::Captures<'_>| p.name("column").map_or("", |m| m.as_str()).to_owned();
        let spot = below.map(|p| place(group(&p, "path"), group(&p, "line"), &column(&p), group(&c, "text"), ""));
        out.push(Found::new("credo", FailureClass::Lint, Rank::Sure, at, line).locations(spot));
    } else if line.contains("due to warnings while") {
        out.extend(warned(lines, at));
    } else if let Some(c) = COMPILER.captures(line) {
        let head = lines.before(at, 8).find(|(_, l)| l.trim_start().starts_with("error:"));
        let spot = place(group(&c, "path"), group(&c, "line"), c.name("column").map_or("", |m| m.as_str()), "", "");
        out.extend(
            head.map(|(index, l)| Found::new("elixir", FailureClass::Compile, Rank::Sure, index, l).location(spot)),
        );
    } else if let Some(c) = RAISED.captures(line) {
        let compile = matches!(group(&c, "code"), "CompileError" | "SyntaxError" | "TokenMissingError");
        let spot = c.name("path").map(|_| {
            place(
                group(&c, "path"),
                group(&c, "line"),
                c.name("column").map_or("", |m| m.as_str()),
                group(&c, "text"),
                "",
            )
        });
        let (class, rank) =
            if compile { (FailureClass::Compile, Rank::Sure) } else { (FailureClass::Config, Rank::Generic) };
        out.push(Found::new("elixir", class, rank, at, line).locations(spot));
    }
}

/// Warnings that were made errors are what fails.
fn warned(lines: &Lines, at: usize) -> Option<Found> {
    let of_warning = |index: usize| lines.before(index, 8).find(|(_, l)| l.trim_start().starts_with("warning:"));
    let places = lines.before(at, 2_000).filter_map(|(index, l)| Some((of_warning(index)?, COMPILER.captures(l)?)));
    let ((index, quote), c) = places.last()?;
    let spot = place(group(&c, "path"), group(&c, "line"), c.name("column").map_or("", |m| m.as_str()), quote, "");
    Some(Found::new("elixir", FailureClass::Compile, Rank::Sure, index, quote).location(spot))
}
