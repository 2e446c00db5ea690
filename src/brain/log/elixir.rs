//! Elixir: ExUnit, the compiler, `mix format`, Credo.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[") test ", "** (", "mix format failed", "== Compilation error", "Unchecked dependencies", "└─ "],
    read,
};

patterns! {
    ENTRY = r"^\s*[0-9]+\) (?P<name>test .+?) \((?P<module>[\w.]+)\)$";
    PLACE = r"^\s*(?P<path>\S+\.exs?):(?P<line>[0-9]+)$";
    RAISED = r"^\s*\*\* \((?P<code>\w+(?:\.\w+)*)\) (?:\(.*?\) )?(?:(?P<path>\S+\.exs?):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?: )?(?P<text>.+)$";
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
        let spot = lines.after(at, 4).find_map(|(_, l)| l.trim().strip_prefix("* "));
        let spot = spot.map(|path| place(path, "", "", "not formatted", ""));
        out.push(Found::new("mix", FailureClass::Format, Rank::Sure, at, line).locations(spot));
    } else if line.contains("Unchecked dependencies") {
        out.push(Found::new("mix", FailureClass::Dependency, Rank::Sure, at, line));
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
