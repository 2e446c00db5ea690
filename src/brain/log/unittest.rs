//! Python's unittest, and the runners that print like it (Django, nose, trial).

use super::found::{Found, Rank, group, patterns};
use super::lines::Lines;
use super::python;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &["FAIL: ", "ERROR: ", " failed -- Traceback", "[FAIL]", "[ERROR]", "Error in ", "Failure in "],
    read,
};

patterns! {
    GREEN = r"^(?:Error|Failure) in (?P<name>\w+(?:\.\w+)+)$";
    DOTTED = r"^\w+(?:\.\w+){2,}\s*$";
    HEAD = r"^(?:FAIL|ERROR): (?P<name>[\w.]+)(?:\((?P<arguments>.*?)\))?(?: \((?P<owner>[\w.<>]+)\))?";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    if lines.get(at).contains(" failed -- Traceback") {
        out.extend(regrtest(lines, at));
        return;
    }
    if matches!(lines.get(at).trim_end(), "[FAIL]" | "[ERROR]") {
        out.extend(trial(lines, at));
        return;
    }
    if let Some(c) = GREEN.captures(lines.get(at)) {
        out.extend(green(lines, at, group(&c, "name")));
        return;
    }
    let Some(c) = HEAD.captures(lines.get(at)) else { return };
    let ruled = |index: usize| lines.get(index).starts_with("-----") || lines.get(index).starts_with("=====");
    if !ruled(at + 1) && !ruled(at + 2) {
        return;
    }
    let name = group(&c, "name");
    let loader = group(&c, "owner").starts_with("unittest.loader") || name.starts_with("setUpClass");
    let Some((start, _)) = lines.after(at, 12).find(|(_, l)| l.starts_with("Traceback")) else {
        out.push(
            Found::new("unittest", FailureClass::Test, Rank::Strong, at, lines.get(at))
                .failing(full(name, group(&c, "owner"))),
        );
        return;
    };
    let Some(raised) = python::traceback(lines, start) else { return };
    let class = python::class_of(&raised.name, lines.get(raised.at));
    let quote = lines.get(raised.at);
    let missing = class == FailureClass::Dependency && (loader || !python::lacks_own_name(quote));
    let class = if missing { class } else { FailureClass::Test };
    let found = Found::new("unittest", class, Rank::Sure, at, quote).locations(python::own_first(raised.locations));
    out.push(if loader { found } else { found.failing(full(name, group(&c, "owner"))) });
}

/// CPython's own runner shortens a single failure to its traceback; the outermost frame names the test.
fn regrtest(lines: &Lines, at: usize) -> Option<Found> {
    let frame = lines.get(at + 1).rsplit_once(", in ")?;
    let raised = python::frames_below(lines, at)?;
    let found = Found::new("regrtest", FailureClass::Test, Rank::Sure, at, lines.get(raised.at));
    Some(found.failing(frame.1.trim()).locations(raised.locations))
}

/// green leaves the word `Traceback` away.
fn green(lines: &Lines, at: usize, name: &str) -> Option<Found> {
    let raised = python::frames_below(lines, at)?;
    let found = Found::new("green", FailureClass::Test, Rank::Sure, at, lines.get(raised.at)).failing(name);
    Some(found.locations(python::own_first(raised.locations)))
}

/// trial names the tests below what they raised.
fn trial(lines: &Lines, at: usize) -> Option<Found> {
    let start = lines.after(at, 2).find(|(_, l)| l.starts_with("Traceback"))?.0;
    let raised = python::traceback(lines, start)?;
    let named = lines.after(raised.at, 40).take_while(|(_, l)| !l.starts_with("---") && !l.starts_with("==="));
    let mut found = Found::new("trial", FailureClass::Test, Rank::Sure, at, lines.get(raised.at));
    found.failing.extend(named.filter(|(_, l)| DOTTED.is_match(l)).map(|(_, l)| l.trim().to_owned()));
    Some(found.locations(raised.locations))
}

/// `module.Class` and `test_x` → `module.Class.test_x`; newer Pythons already print the whole in brackets.
fn full(name: &str, owner: &str) -> String {
    match owner {
        "" => name.to_owned(),
        _ if owner.ends_with(&format!(".{name}")) => owner.to_owned(),
        _ => format!("{owner}.{name}"),
    }
}
