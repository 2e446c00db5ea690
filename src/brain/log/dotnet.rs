//! .NET: MSBuild's compilers, NuGet, `dotnet test`, `dotnet format`.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        ": error CS",
        ": error FS",
        ": error BC",
        ": error NU",
        ": error MSB",
        ": error NETSDK",
        "error WHITESPACE",
        "error IDE",
        ": error CA",
        ": error SA",
        "[FAIL]",
        "Error Message:",
        "  Failed ",
        "Failed : ",
    ],
    read,
};

patterns! {
    MSBUILD = r"(?P<path>[^\s=()\[][^()=]*?)(?:\((?P<line>[0-9]+),(?P<column>[0-9]+)(?:,[0-9,]+)?\))?\s?: error (?P<code>[A-Z]+[0-9]*): (?P<text>.+?)(?: \[[^\]]+\])?$";
    TEST = r"^\s*(?:[0-9]+\) )?(?:Failed\s+(?:: )?)(?P<name>[\w.+]+(?:\(.*\))?)(?: \[[^\]]*\])?$";
    XUNIT = r"^\s*(?:\[xUnit\.net [0-9:.]+\]\s+)?(?P<name>[\w.+]+(?:\(.*\))?) \[FAIL\]$";
    FRAME = r"^\s*at .+ in (?P<path>.+?):(?:line )?(?P<line>[0-9]+)$|^\s*(?P<path2>\S+\.[cf]s)\((?P<line2>[0-9]+),[0-9]+\): at ";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = TEST.captures(line).or_else(|| XUNIT.captures(line)) {
        out.push(test(lines, at, group(&c, "name")));
    } else if let Some(c) = MSBUILD.captures(line) {
        let spot = c.name("line").map(|_| {
            place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), group(&c, "code"))
        });
        // A custom build step only reports that what it ran failed.
        let rank = if group(&c, "text").contains("exited with code") { Rank::Wrapper } else { Rank::Sure };
        out.push(Found::new("dotnet", class_of(group(&c, "code")), rank, at, line).locations(spot));
    }
}

fn class_of(code: &str) -> FailureClass {
    match code.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "NU" => FailureClass::Dependency,
        "MSB" | "NETSDK" => FailureClass::Config,
        "WHITESPACE" | "IDE" | "FINALNEWLINE" | "IMPORTS" | "CHARSET" => FailureClass::Format,
        "CA" | "SA" | "S" => FailureClass::Lint,
        _ => FailureClass::Compile,
    }
}

/// `Error Message:` is followed by the message, `Stack Trace:` by the places.
fn test(lines: &Lines, at: usize, name: &str) -> Found {
    let below = || lines.after(at, 40);
    let head = below().find(|(_, l)| l.trim() == "Error Message:");
    let message = head.and_then(|(index, _)| lines.after(index, 2).find(|(_, l)| !l.trim().is_empty()));
    let (quote, rank) = match message {
        Some((_, l)) => (l, Rank::Sure),
        None if lines.get(at).contains("[FAIL]") || lines.get(at).contains(" : ") => (lines.get(at + 1), Rank::Strong),
        None => (lines.get(at), Rank::Strong),
    };
    let either = |c: &regex::Captures<'_>, one: &str, other: &str| {
        c.name(one).or(c.name(other)).map_or(String::new(), |m| m.as_str().to_owned())
    };
    let spots = below().filter_map(|(_, l)| FRAME.captures(l));
    let spots = spots.map(|c| place(&either(&c, "path", "path2"), &either(&c, "line", "line2"), "", "", ""));
    Found::new("dotnet", FailureClass::Test, rank, at, quote).failing(name).locations(spots.take(5))
}
