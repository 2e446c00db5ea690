//! pytest: the summary lines, the sections of failures and errors.

use super::found::{Found, Rank, group, patterns, place};
use super::judge::is_foreign;
use super::lines::Lines;
use super::python;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "file /",
        "FAILED ",
        "ERROR ",
        "ERROR: ",
        "FAILURES ====",
        "ERRORS ====",
        "_ ",
        "] _",
        " FAILED",
        ".py:",
        " failed, ",
        " failed in ",
        " error in ",
        " errors in ",
    ],
    read,
};

patterns! {
    SUMMARY = r"^\s{0,4}(?:\[gw[0-9]+\] .*)?(?P<kind>FAILED|ERROR) (?:\[[0-9.]+s\] )?(?P<id>\S+?\.py(?:::.*?)?)(?: - (?P<text>.*))?$";
    PROGRESS = r"^(?P<id>\S+\.py::\S.*?) (?:FAILED|ERROR)(?:\s+\[ *[0-9]+%\])?$";
    HEAD = r"^(?:_{3,} (?P<title>.+?) _{3,}|_{0,2} (?P<long>[^ ].{50,}[^ _]) _{1,3})$";
    RAISED = r"^(?P<path>[^\s:][^:]*(?::\\[^:]+)?\.(?:py|pyx|rst|md|txt|feature)):(?P<line>[0-9]+):(?: (?P<text>.*))?$";
    FIXTURE = r"^file (?P<path>/.+\.py), line (?P<line>[0-9]+)$";
    NOWHERE = r"^ERROR: (?:file or directory not found|not found): ";
    ERROR = r"^E   \s*(?P<text>\S.*)$";
    NAMED = r"^E\s+File \x22(?P<path>[^\x22]+)\x22, line (?P<line>[0-9]+)";
    EXCEPTION = r"^E\s+(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception|Warning|Exit)\b";
    RAISED_HERE = r"^(?:assert |(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception|Exit)\b)";
    TOTALS = r"^\s*=+ (?:.*, )?[1-9][0-9]* (?:failed|errors?)\b.* in [0-9.:]+ ?s\S*.* =+$";
    BAR = r"^(?:=|_|-){3,}.*(?:=|_|-){3,}$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = HEAD.captures(line) {
        let title = c.name("title").or(c.name("long"));
        out.extend(section(lines, at, title.map_or("", |m| m.as_str())));
    } else if let Some(c) = SUMMARY.captures(line) {
        out.push(summary(line, at, &c));
    } else if let Some(c) = RAISED.captures(line) {
        out.extend(raised(lines, at, &c));
    } else if let Some(c) = PROGRESS.captures(line) {
        out.push(Found::new("pytest", FailureClass::Test, Rank::Strong, at, "").failing(group(&c, "id")));
    } else if let Some(c) = FIXTURE.captures(line) {
        // A fixture that nobody knows is asked for there.
        let said = lines.after(at, 12).find(|(_, l)| ERROR.is_match(l) && l.contains("fixture"));
        let quote = said.map_or("", |(_, l)| l);
        let spot = place(group(&c, "path"), group(&c, "line"), "", quote, "");
        out.push(Found::new("pytest", FailureClass::Test, Rank::Strong, at, quote).location(spot));
    } else if NOWHERE.is_match(line) {
        // What it was told to run is not there.
        out.push(Found::new("pytest", FailureClass::Config, Rank::Sure, at, line));
    } else if line.trim_start().starts_with('=') && TOTALS.is_match(line) {
        out.push(Found::new("pytest", FailureClass::Test, Rank::Generic, at, line));
    }
}

/// A parameter may hold ` - `: the id ends after its bracket.
fn summary(line: &str, at: usize, c: &regex::Captures<'_>) -> Found {
    let (mut id, mut text) = (group(c, "id").to_owned(), group(c, "text"));
    if id.contains('[') && !id.ends_with(']') {
        let start = line.find(&id).unwrap_or(0);
        let end = line[start..].find("] - ").map_or(line.len(), |e| start + e + 1);
        id = line[start..end].to_owned();
        text = line[end..].trim_start_matches(" - ");
    }
    let collection = !id.contains("::");
    let class = if collection && (text.contains("ModuleNotFoundError") || text.contains("ImportError")) {
        FailureClass::Dependency
    } else if collection && text.contains("SyntaxError") {
        FailureClass::Compile
    } else {
        FailureClass::Test
    };
    let found = Found::new("pytest", class, Rank::Strong, at, line);
    if collection && class != FailureClass::Test { found } else { found.failing(id) }
}

/// One failure: what was raised and where, and the test that the heading names.
fn section(lines: &Lines, at: usize, title: &str) -> Option<Found> {
    let mut quote: Option<&str> = None;
    let mut spots: Vec<Location> = Vec::new();
    let mut named = None;
    for (_, line) in lines.after(at, 600).take_while(|(_, l)| !ends_section(l)) {
        if let Some(c) = NAMED.captures(line).filter(|_| quote.is_none()) {
            // The compiler's own place of a syntax error; its message comes below.
            named = Some(place(group(&c, "path"), group(&c, "line"), "", "", ""));
        } else if named.is_some() && quote.is_none() && !EXCEPTION.is_match(line) {
        } else if let Some(c) = ERROR.captures(line) {
            quote = quote.or(Some(c.get(0).map_or("", |m| m.as_str())));
        } else if let Some(c) = RAISED.captures(line) {
            spots.push(place(group(&c, "path"), group(&c, "line"), "", group(&c, "text"), ""));
        }
    }
    let first_line = lines.after(at, 3).find(|(_, l)| l.starts_with("Traceback"));
    if let Some((start, _)) = first_line
        && let Some(raised) = python::traceback(lines, start)
    {
        quote = quote.or(Some(lines.get(raised.at)));
        spots = raised.locations.into_iter().rev().collect();
    }
    let quote = quote?;
    spots.extend(named);
    spots.reverse();
    let class = class_of(title, quote);
    let rank = Rank::Sure;
    let found = Found::new("pytest", class, rank, at, quote).locations(telling_first(spots));
    Some(match title.strip_prefix("ERROR collecting ") {
        Some(_) if class != FailureClass::Test => found,
        Some(file) => found.failing(file),
        None => found.failing(test_name(title)),
    })
}

/// The end of a failure whose heading the log has lost.
fn raised(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    if group(c, "text").starts_with("in ") {
        return short(lines, at, c);
    }
    let marks: Vec<&str> = lines.before(at, 40).take_while(|(_, l)| !RAISED.is_match(l)).map(|(_, l)| l).collect();
    let Some(quote) = marks.into_iter().rev().find(|l| ERROR.is_match(l)) else { return on_one_line(lines, at, c) };
    let spot = |c: &regex::Captures<'_>| place(group(c, "path"), group(c, "line"), "", "", "");
    let above = lines.before(at, 200).take_while(|(_, l)| !ends_section(l)).filter_map(|(_, l)| RAISED.captures(l));
    let spots = std::iter::once(spot(c)).chain(above.map(|c| spot(&c))).collect();
    let rank = if lines.before(at, 400).any(|(_, l)| HEAD.is_match(l)) { Rank::Strong } else { Rank::Sure };
    Some(Found::new("pytest", FailureClass::Test, rank, at, quote).locations(telling_first(spots)))
}

/// `--tb=line`: the place and what was raised there are all that is told of a failure.
fn on_one_line(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let text = group(c, "text");
    let raised = RAISED_HERE.is_match(text);
    let spot = place(group(c, "path"), group(c, "line"), "", text, "");
    raised.then(|| Found::new("pytest", FailureClass::Test, Rank::Strong, at, lines.get(at)).location(spot))
}

/// The last frame of a short traceback whose heading the log has lost: what was raised stands below.
fn short(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    if lines.before(at, 400).any(|(_, l)| HEAD.is_match(l)) {
        return None;
    }
    let below = lines.after(at, 20).take_while(|(_, l)| !RAISED.is_match(l) && !ends_section(l));
    let (_, quote) = below.into_iter().find(|(_, l)| ERROR.is_match(l))?;
    let spot = |c: &regex::Captures<'_>| place(group(c, "path"), group(c, "line"), "", quote, "");
    let above = lines.before(at, 200).take_while(|(_, l)| !ends_section(l)).filter_map(|(_, l)| RAISED.captures(l));
    let spots = std::iter::once(spot(c)).chain(above.map(|c| spot(&c))).collect();
    let class = class_of("ERROR collecting", quote);
    Some(Found::new("pytest", class, Rank::Strong, at, quote).locations(telling_first(spots)))
}

fn ends_section(line: &str) -> bool {
    ((line.starts_with("===") || line.starts_with("___")) && BAR.is_match(line)) || HEAD.is_match(line)
}

/// `ERROR at setup of test_x` → `test_x`.
fn test_name(title: &str) -> &str {
    title.strip_prefix("ERROR at setup of ").or_else(|| title.strip_prefix("ERROR at teardown of ")).unwrap_or(title)
}

fn class_of(title: &str, quote: &str) -> FailureClass {
    let name = quote.trim_start_matches('E').trim().split([':', ' ']).next().unwrap_or_default();
    let collecting = title.starts_with("ERROR collecting");
    match python::class_of(name, quote) {
        FailureClass::Dependency if collecting => FailureClass::Dependency,
        FailureClass::Compile if collecting => FailureClass::Compile,
        FailureClass::Config if collecting => FailureClass::Config,
        _ => FailureClass::Test,
    }
}

/// Own frames first, the innermost first.
fn telling_first(spots: Vec<Location>) -> Vec<Location> {
    let (mut own, foreign): (Vec<_>, Vec<_>) = spots.into_iter().partition(|s| !is_foreign(&s.path));
    own.extend(foreign);
    own
}
