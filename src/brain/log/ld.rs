//! Linkers.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "undefined reference to",
        "undefined symbol",
        "lld: error: ",
        "cannot find -l",
        "library not found for",
        "ymbol(s) not found",
        "multiple definition of",
        "duplicate symbol",
        "ld returned",
        "linker command failed",
        "error LNK",
        "Undefined symbols for",
        ": error: ",
        ": fatal error: ",
    ],
    read,
};

patterns! {
    LIBRARY = r"cannot find -l\S+|library not found for -l";
    SYMBOL = r"undefined reference to|(?:ld|lld|rust-lld)\S*: (?:error: )?undefined symbol|(?:ld\.lld|rust-lld|ld64\.lld): error: |multiple definition of|duplicate symbol|error LNK[0-9]+|Undefined symbols for architecture";
    PLACE = r"^(?:.*: )?(?P<path>[^\s:]+\.\w+):(?P<line>[0-9]+): (?:undefined reference|multiple definition)";
    DRIVER = r"^\s*(?:\S*[/\\])?(?:[\w.]+-)*(?:gcc|g\+\+|clang|clang\+\+|cc|cc1|cc1plus|c\+\+|ld|gfortran)(?:-[0-9.]+)?(?:\.exe)?: (?:fatal )?error: (?P<text>.+)$";
    CLOSING = r"collect2: error|linker command failed|ymbol\(s\) not found|ld returned";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let (class, rank) = if LIBRARY.is_match(line) {
        (FailureClass::Dependency, Rank::Sure)
    } else if SYMBOL.is_match(line) {
        (FailureClass::Compile, Rank::Sure)
    } else if let Some(c) = DRIVER.captures(line) {
        let option =
            ["unrecognized", "unknown argument", "unsupported option"].iter().any(|w| group(&c, "text").contains(w));
        (if option { FailureClass::Config } else { FailureClass::Compile }, Rank::Strong)
    } else if CLOSING.is_match(line) {
        (FailureClass::Compile, Rank::Generic)
    } else {
        return;
    };
    let spot = PLACE.captures(line).map(|c| place(group(&c, "path"), group(&c, "line"), "", line, ""));
    out.push(Found::new("ld", class, rank, at, line).locations(spot));
}
