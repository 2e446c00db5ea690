//! javac, alone and as Maven prints it: the message, then what it did not find and where it looked. Both become one
//! message, since the headline alone names nothing.

use super::{Complaint, Finder, mention, pattern};

/// Lines below a message that may belong to it.
const REACH: usize = 8;

pub(super) fn read(lines: &[&str], finder: &Finder) -> Vec<Complaint> {
    if !mention(lines, &[".java:"]) {
        return Vec::new();
    }
    let (Some(plain), Some(maven)) = (
        pattern(
            r"^(?:\s*\[\w+\] )?(?P<path>\S[^:\[]*\.java):(?P<line>[0-9]+): (?P<kind>error|warning): (?P<message>.+)$",
        ),
        pattern(
            r"^(?:\[ERROR\] )?(?P<path>[^\s\[][^\[]*\.java):\[(?P<line>[0-9]+),(?P<column>[0-9]+)\] (?P<message>.+)$",
        ),
    ) else {
        return Vec::new();
    };
    let is_head = |line: &str| plain.is_match(line) || maven.is_match(line);
    let is_strict = mention(lines, &["warnings found and -Werror specified"]);
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(parts) = plain.captures(line).or_else(|| maven.captures(line)) else { continue };
        if !is_strict && parts.name("kind").is_some_and(|kind| kind.as_str() == "warning") {
            continue;
        }
        let below: Vec<&str> =
            lines.iter().skip(at + 1).take(REACH).take_while(|line| !is_head(line)).copied().collect();
        let caret = below.iter().find(|line| line.trim() == "^").map(|line| (line.len()).to_string());
        let column = parts.name("column").map(|column| column.as_str().to_owned()).or(caret);
        let Some(place) = finder.place(&parts["path"], &parts["line"], column.as_deref()) else { continue };
        let message = whole(&parts["message"], &below);
        found.push(Complaint { places: vec![place], message, detail: below.join("\n") });
    }
    found
}

/// `cannot find symbol: method lenght() in variable a of type String`.
fn whole(message: &str, below: &[&str]) -> String {
    let part = |name: &str| {
        let plain = below.iter().map(|line| line.trim_start_matches("[ERROR]").trim());
        plain.into_iter().find_map(|line| line.strip_prefix(name)).map(|rest| rest.trim().to_owned())
    };
    match (part("symbol:"), part("location:")) {
        (Some(symbol), Some(location)) => format!("{message}: {symbol} in {location}"),
        (Some(symbol), None) => format!("{message}: {symbol}"),
        _ => message.to_owned(),
    }
}
