//! Test runners that no other file reads: AVA, uvu, Dart and Flutter, busted, Forge, Pester, specs2.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::node;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        " tests failed",
        " test failed",
        " [E]",
        "Failure → ",
        "Error → ",
        "[FAIL",
        "  ✖ ",
        "  ✘ ",
        "  [-] ",
        "]   x ",
        "] ! ",
        "   FAIL  ",
    ],
    read,
};

patterns! {
    AVA = r"^\s{2,}[✖✘] (?:\[fail\]: )?(?P<name>\S.* › .+?|\S.+?)(?: \([0-9.]+m?s\))?$";
    AVA_AT = r"^\s+(?:file://)?(?P<path>\S+\.[cm]?[jt]sx?):(?P<line>[0-9]+)$";
    UVU = r#"^\s+FAIL  (?:(?P<suite>\S.*?)  )?"(?P<name>.+)"$"#;
    COUNT = r"^\s*[1-9][0-9]* tests? failed\s*$";
    DART = r"^[0-9:]+ \+[0-9]+(?: ~[0-9]+)? -[0-9]+: (?:(?P<path>\S+\.dart): )?(?P<name>\S.*) \[E\]$";
    DART_AT = r"^\s+(?P<path>[\w./\\-]+\.dart) (?P<line>[0-9]+):(?P<column>[0-9]+)\s";
    BUSTED = r"^(?:Failure|Error) → (?P<path>\S+) @ [0-9]+$";
    LUA_AT = r"^(?P<path>\S+\.(?:lua|moon)):(?P<line>[0-9]+): (?P<text>\S.*)$";
    PESTER = r"^\s+\[-\] (?P<name>\S.*?) [0-9.]+m?s(?: \(.*\))?$";
    PESTER_AT = r"^\s+at .*?,? ?(?P<path>\S+\.ps1):(?: line )?(?P<line>[0-9]+)$";
    SPECS2 = r"^\[error\]\s+[x!] (?P<name>\S.*)$";
    SPECS2_AT = r"\((?P<path>\w+\.scala):(?P<line>[0-9]+)\)";
    FORGE = r"^\[FAIL(?:[.:] [^\]]*)?\] (?P<name>\w+\(.*?\))";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = DART.captures(line) {
        out.extend(dart(lines, at, &c));
    } else if BUSTED.is_match(line) {
        out.extend(busted(lines, at));
    } else if let Some(c) = FORGE.captures(line) {
        out.push(Found::new("forge", FailureClass::Test, Rank::Sure, at, line).failing(group(&c, "name")));
    } else if let Some(c) = PESTER.captures(line) {
        let quote = lines.get(at + 1);
        let spot = lines.after(at, 8).find_map(|(_, l)| PESTER_AT.captures(l));
        let spot = spot.map(|c| place(group(&c, "path"), group(&c, "line"), "", quote, ""));
        let found = Found::new("pester", FailureClass::Test, Rank::Sure, at, quote);
        out.push(found.failing(group(&c, "name")).locations(spot));
    } else if let Some(c) = SPECS2.captures(line) {
        let quote = lines.get(at + 1).trim_start_matches("[error]");
        let spot = SPECS2_AT.captures(quote).map(|c| place(group(&c, "path"), group(&c, "line"), "", quote, ""));
        let found = Found::new("specs2", FailureClass::Test, Rank::Sure, at, quote);
        out.push(found.failing(group(&c, "name")).locations(spot));
    } else if let Some(c) = UVU.captures(line) {
        let message = lines.get(at + 1);
        let spots = node::own_only(node::stack(lines, at + 1, 40));
        let found = Found::new("uvu", FailureClass::Test, Rank::Sure, at, message);
        out.push(found.failing(group(&c, "name")).locations(spots));
    } else if let Some(c) = AVA.captures(line).filter(|_| is_ava(lines, at)) {
        out.push(ava(lines, at, group(&c, "name")));
    }
}

/// AVA counts below its list.
fn is_ava(lines: &Lines, at: usize) -> bool {
    let failed = |l: &str| {
        COUNT.is_match(l)
            || l.trim().split_once(' ').is_some_and(|(n, w)| w == "failed" && n.bytes().all(|b| b.is_ascii_digit()))
    };
    lines.after(at, 200).any(|(_, l)| failed(l))
}

/// The details repeat the name on a line of its own, and end with the stack.
fn ava(lines: &Lines, at: usize, name: &str) -> Found {
    let details = lines.after(at, 2_000).find(|(_, l)| l.trim() == name).map(|(index, _)| index);
    let mut spots = details.map(|index| node::own_only(node::stack(lines, index, 40))).unwrap_or_default();
    if let Some(c) = details.and_then(|index| lines.after(index, 3).find_map(|(_, l)| AVA_AT.captures(l))) {
        spots.insert(0, place(group(&c, "path"), group(&c, "line"), "", "", ""));
    }
    Found::new("ava", FailureClass::Test, Rank::Strong, at, lines.get(at)).failing(name).locations(spots)
}

fn dart(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let (_, quote) = lines.after(at, 3).find(|(_, l)| !l.trim().is_empty())?;
    let name = group(c, "name");
    if name.starts_with("loading ") {
        return None;
    }
    let own = |path: &str| !path.starts_with("package:") && !path.starts_with("dart:");
    let spot = lines.after(at, 40).filter_map(|(_, l)| DART_AT.captures(l)).find(|c| own(group(c, "path")));
    let spot = spot.map(|c| place(group(&c, "path"), group(&c, "line"), group(&c, "column"), quote, ""));
    Some(Found::new("dart", FailureClass::Test, Rank::Sure, at, quote).failing(name).locations(spot))
}

fn busted(lines: &Lines, at: usize) -> Option<Found> {
    let c = LUA_AT.captures(lines.get(at + 2))?;
    let spot = place(group(&c, "path"), group(&c, "line"), "", group(&c, "text"), "");
    let quote = lines.get(at + 2);
    Some(Found::new("busted", FailureClass::Test, Rank::Sure, at, quote).failing(lines.get(at + 1)).location(spot))
}
