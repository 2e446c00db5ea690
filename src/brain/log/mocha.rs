//! Numbered failure lists: Mocha, Cypress, Jasmine, Playwright, Karma.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::node;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[" failing", " › ", "Failures:", " FAILED", "Message:", "        at ", "at Context.<anonymous>"],
    read,
};

patterns! {
    COUNT = r"^\s*[1-9][0-9]* failing\b";
    ENTRY = r"^\s*(?P<number>[0-9]+)\) (?P<title>\S.*)$";
    PLAYWRIGHT = r"^\s*[0-9]+\) (?:\[[^\]]+\] › )?(?P<path>\S+\.[cm]?[jt]sx?):(?P<line>[0-9]+):(?P<column>[0-9]+) › (?P<title>.+?)[ ─]*$";
    TRIED = r"^\s*[✘x]\s+[0-9]+ (?:\[[^\]]+\] › )?(?P<path>\S+\.[cm]?[jt]sx?):(?P<line>[0-9]+):(?P<column>[0-9]+) › (?P<title>.+?)(?: \(retry #[0-9]+\))?(?: \([0-9.]+m?s\))?$";
    LISTED = r"^\s{4}(?:\[[^\]]+\] › )?(?P<path>\S+\.[cm]?[jt]sx?):(?P<line>[0-9]+):(?P<column>[0-9]+) › (?P<title>.+?)[ ─]*$";
    AT = r"^\s{6,}at (?P<path>\S+\.[cm]?[jt]sx?):(?P<line>[0-9]+):(?P<column>[0-9]+)$";
    QUOTED = r"^\s*> [0-9]+ \|";
    CHUNK = r"^\s*(?:Retry #[0-9]|Error Context: |attachment #)";
    LIST = r"^\s+[0-9]+ (?P<verdict>failed|flaky|skipped|interrupted|passed|did not run)\b";
    KARMA = r"^(?P<browser>(?:Headless ?)?(?:Chrome|Firefox|Safari|PhantomJS|Edge|IE|Electron)\b[^()]*(?:\([^)]*\))) (?P<title>\S.*) FAILED$";
    ERRORLIKE = r"^\s*(?:\[?[A-Za-z.]*(?:Error|Exception)\b|Expected|expected|Timeout|Test timeout)";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if COUNT.is_match(line) {
        out.extend(failures(lines, at));
    } else if let Some(c) = PLAYWRIGHT.captures(line) {
        out.push(playwright(lines, at, &c));
    } else if let Some(c) = LISTED.captures(line).filter(|_| listed_as_failed(lines, at)) {
        let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), "", "");
        let found = Found::new("playwright", FailureClass::Test, Rank::Strong, at, line);
        out.push(found.failing(group(&c, "title")).location(spot));
    } else if let Some(c) = TRIED.captures(line) {
        // It may pass when tried again: the closing list, if there is one, says more.
        let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), "", "");
        let found = Found::new("playwright", FailureClass::Test, Rank::Generic, at, line);
        out.push(found.failing(group(&c, "title")).location(spot));
    } else if let Some(c) = KARMA.captures(line) {
        let message = lines.get(at + 1);
        let spots = node::own_only(node::stack(lines, at, 20));
        out.push(
            Found::new("karma", FailureClass::Test, Rank::Sure, at, message)
                .failing(group(&c, "title"))
                .locations(spots),
        );
    } else if line.trim_start().starts_with("at Context.<anonymous>") {
        out.extend(uncounted(lines, at));
    } else if let Some(c) = AT.captures(line) {
        out.extend(headless(lines, at, &c));
    } else if line.trim() == "Message:" {
        out.extend(jasmine(lines, at));
    }
}

/// Every entry below the count; a list that breaks off ends it.
fn failures(lines: &Lines, at: usize) -> Vec<Found> {
    let mut found = Vec::new();
    let mut next = 1;
    for (index, line) in lines.after(at, 3_000) {
        let Some(c) = ENTRY.captures(line) else { continue };
        if group(&c, "number") == next.to_string() {
            next += 1;
            found.extend(entry(lines, index, group(&c, "title")));
        }
    }
    found
}

/// An entry of a list whose count the log has lost.
fn uncounted(lines: &Lines, at: usize) -> Option<Found> {
    if lines.before(at, 1_000).any(|(_, l)| COUNT.is_match(l)) {
        return None;
    }
    let above = lines.before(at, 40).take_while(|(_, l)| !l.trim_start().starts_with("at Context.<anonymous>"));
    let (index, c) = above.into_iter().find_map(|(index, l)| Some((index, ENTRY.captures(l)?)))?;
    entry(lines, index, group(&c, "title"))
}

/// The title goes on, one nested suite a line, until a line that ends with a colon.
fn entry(lines: &Lines, at: usize, first: &str) -> Option<Found> {
    let mut title = vec![first.trim()];
    let mut last = at;
    if !first.ends_with(':') {
        for (index, line) in lines.after(at, 12) {
            let part = line.trim();
            if part.is_empty() {
                break;
            }
            title.push(part);
            last = index;
            if part.ends_with(':') {
                break;
            }
        }
    }
    let id = title.join(" › ");
    let (index, message) = lines.after(last, 6).find(|(_, l)| !l.trim().is_empty())?;
    let spots = node::own_only(node::stack(lines, index, 40));
    let found = Found::new("mocha", FailureClass::Test, Rank::Sure, at, message);
    Some(found.failing(id.trim_end_matches(':')).locations(spots))
}

/// A Playwright failure whose heading the log has lost: message, quoted code, and the place.
fn headless(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let ends = |l: &str| CHUNK.is_match(l) || AT.is_match(l);
    let above: Vec<(usize, &str)> = lines.before(at, 60).take_while(|(_, l)| !ends(l)).collect();
    let headed = above.iter().any(|(_, l)| PLAYWRIGHT.is_match(l));
    let quoted = above.iter().take(12).any(|(_, l)| QUOTED.is_match(l));
    let (index, quote) = *above.iter().rev().find(|(_, l)| ERRORLIKE.is_match(l)).filter(|_| quoted && !headed)?;
    let spot = place(group(c, "path"), group(c, "line"), group(c, "column"), quote, "");
    Some(Found::new("playwright", FailureClass::Test, Rank::Sure, index, quote).location(spot))
}

/// Playwright's closing list names failed tests, and flaky ones below another count.
fn listed_as_failed(lines: &Lines, at: usize) -> bool {
    let mut heads = lines.before(at, 400).map_while(|(_, l)| (!l.trim().is_empty()).then_some(l));
    heads.find_map(|l| LIST.captures(l)).is_some_and(|c| group(&c, "verdict") == "failed")
}

fn playwright(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Found {
    let message = lines.after(at, 15).find(|(_, l)| ERRORLIKE.is_match(l));
    let (index, quote) = message.unwrap_or((at, lines.get(at)));
    let own = place(group(c, "path"), group(c, "line"), group(c, "column"), quote, "");
    let spots = node::own_only(node::stack(lines, index, 40));
    Found::new("playwright", FailureClass::Test, Rank::Sure, at, quote)
        .failing(group(c, "title"))
        .locations(spots)
        .location(own)
}

/// Jasmine: `1) suite test`, then `Message:` and `Stack:`.
fn jasmine(lines: &Lines, at: usize) -> Option<Found> {
    let title = ENTRY.captures(lines.get(at.checked_sub(1)?))?;
    let message = lines.get(at + 1);
    let spots = node::own_only(node::stack(lines, at + 1, 30));
    Some(
        Found::new("jasmine", FailureClass::Test, Rank::Sure, at, message)
            .failing(group(&title, "title"))
            .locations(spots),
    )
}
