//! C and C++ test runners: GoogleTest, CTest, Catch2, doctest, Boost.Test, CppUTest, Automake, LLVM's lit.

use super::found::{Found, Rank, group, patterns, place};
use super::generic;
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "[  FAILED  ]",
        ": Failure",
        "***Failed",
        "***Exception",
        "***Timeout",
        "***Not Run",
        ": Failure in ",
        "Failed Tests (",
        "FAIL: ",
        "tests FAILED:",
        ": FAILED:",
        "is NOT correct!",
        "error: in \"",
        "Assertion `",
        "Segmentation fault",
        "SIGSEGV",
        " FAILED",
    ],
    read,
};

patterns! {
    GTEST = r"^\s*(?:[0-9]+: )?\[  FAILED  \] (?P<name>[\w/]+\.[\w/]+)";
    GTEST_AT = r"^\s*(?:[0-9]+: )?(?P<path>[^\s:(]+)(?::|\()(?P<line>[0-9]+)\)?: (?:Failure|error: )";
    CTEST = r"^\s*[0-9]+/[0-9]+ Test\s+#[0-9]+: (?P<name>\S+) \.+.*\*\*\*(?:Failed|Exception|Timeout|Not Run)";
    STARTS = r"^\s*(?:Start +[0-9]+: |[0-9]+/[0-9]+ Test +#[0-9]+: )";
    LISTED = r"^\s*[0-9]+ - (?P<name>.+?) \((?:Failed|SEGFAULT|Timeout|Not Run|(?:Subprocess|Child) \w+|ILLEGAL|NUMERICAL|BAD_COMMAND|OTHER_FAULT|Bus error|Exit code 0x[0-9a-f]+)\)";
    CATCH = r"^(?P<path>[^\s:(]+)(?::|\()(?P<line>[0-9]+)\)?: (?:FAILED:|ERROR: .* is NOT correct!)";
    BOOST = r#"^(?P<path>[^\s:(]+)\((?P<line>[0-9]+)\): (?:fatal )?error: in "(?P<name>[^"]+)": (?P<text>.+)$"#;
    CPPUTEST = r"^(?P<path>[^\s:(]+)(?::|\()(?P<line>[0-9]+)\)?: error: Failure in (?:IGNORE_)?TEST\(\w+, (?P<name>\w+)\)";
    LIT = r"^FAIL: (?P<name>\S+ :: \S.*) \([0-9]+ of [0-9]+\)$";
    LIT_LISTED = r"^\s+(?P<name>\S+ :: \S.*)$";
    AUTOMAKE = r"^FAIL: (?P<name>[\w./-]+)$";
    COUNTED = r"^# FAIL: +[1-9]";
    VERDICT = r"^\s+(?P<name>[\w./-]+) FAILED$";
    TOLD_AT = r"^\s*(?P<path>[^\s:()]+\.\w+)(?::|\()(?P<line>[0-9]+)(?::[0-9]+)?\)?: \S";
    ASSERT = r"(?P<path>[^\s:]+):(?P<line>[0-9]+): .*Assertion `.+' failed";
    CRASH = r"^\s*(?:\S+: line [0-9]+:\s+[0-9]+ )?Segmentation fault|SIGSEGV";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let test = |rank| Found::new("ctest", FailureClass::Test, rank, at, line);
    let named = |c: &regex::Captures<'_>| place(group(c, "path"), group(c, "line"), "", line, "");
    if let Some(c) = GTEST.captures(line) {
        out.push(test(Rank::Strong).failing(group(&c, "name")));
    } else if let Some(c) = CTEST.captures(line) {
        let told = said(lines, at);
        let spot = told.and_then(|l| TOLD_AT.captures(l)).map(|c| named(&c));
        let found = Found { quote: told.unwrap_or(line).trim().to_owned(), ..test(Rank::Strong) };
        out.push(found.failing(group(&c, "name")).locations(spot));
    } else if let Some(c) = BOOST.captures(line) {
        out.push(test(Rank::Sure).failing(group(&c, "name")).location(named(&c)));
    } else if let Some(c) = GTEST_AT.captures(line).filter(|_| line.ends_with("Failure")) {
        out.push(Found::new("gtest", FailureClass::Test, Rank::Sure, at, &expectation(lines, at)).location(named(&c)));
    } else if let Some(c) = CPPUTEST.captures(line) {
        out.push(test(Rank::Sure).failing(group(&c, "name")).location(named(&c)));
    } else if let Some(c) = LIT.captures(line) {
        out.push(test(Rank::Strong).failing(group(&c, "name")));
    } else if line.trim_end().ends_with("tests FAILED:") {
        let rows = lines.after(at, 2_000).take_while(|(_, l)| !l.starts_with("Errors while"));
        let rows = rows.filter_map(|(index, l)| Some((index, l, LISTED.captures(l)?)));
        out.extend(rows.map(|(index, l, c)| {
            Found::new("ctest", FailureClass::Test, Rank::Strong, index, l).failing(group(&c, "name"))
        }));
    } else if line.starts_with("Failed Tests (") {
        out.extend(lit(lines, at));
    } else if let Some(c) = CATCH.captures(line) {
        out.push(catch(lines, at, &c));
    } else if let Some(c) = ASSERT.captures(line) {
        out.push(test(Rank::Strong).location(named(&c)));
    } else if let Some(c) = AUTOMAKE.captures(line).filter(|_| !lines.get(at + 1).starts_with("---")) {
        out.push(test(Rank::Strong).failing(group(&c, "name")));
    } else if let Some(c) = VERDICT.captures(line).filter(|_| below_failures(lines, at)) {
        out.push(test(Rank::Strong).failing(group(&c, "name")));
    } else if COUNTED.is_match(line) || CRASH.is_match(line) {
        out.push(test(Rank::Generic));
    }
}

/// What a test printed stands below CTest's line about it.
fn said(lines: &Lines, at: usize) -> Option<&str> {
    let own = |l: &&str| !STARTS.is_match(l) && !l.contains("% tests passed");
    let body = || lines.after(at, 200).map(|(_, l)| l).take_while(own);
    let asserted = body().find(|l| ASSERT.is_match(l) || GTEST_AT.is_match(l) && l.ends_with("Failure"));
    asserted.or_else(|| body().find(|l| generic::accuses(l))).or_else(|| body().find(|l| TOLD_AT.is_match(l)))
}

/// GoogleTest's message with the values below it, which alone say what differs.
fn expectation(lines: &Lines, at: usize) -> String {
    let told = lines.after(at, 8).map(|(_, l)| l).skip_while(|l| l.trim().is_empty());
    let told = told.take_while(|l| !l.trim().is_empty() && !l.contains("[  FAILED  ]"));
    let mut told: Vec<&str> = told.collect();
    if !told.first().is_some_and(|l| l.trim_end().ends_with(':')) {
        told.truncate(1);
    }
    if told.is_empty() { lines.get(at).to_owned() } else { told.iter().map(|l| l.trim()).collect::<Vec<_>>().join(" ") }
}

/// lit's list of the failed, at the end of the run.
fn lit(lines: &Lines, at: usize) -> Option<Found> {
    let rows: Vec<_> = lines.after(at, 500).map_while(|(_, l)| LIT_LISTED.captures(l)).collect();
    let quote = rows.first()?.get(0).map_or("", |m| m.as_str());
    let mut found = Found::new("lit", FailureClass::Test, Rank::Strong, at, quote);
    found.failing = rows.iter().map(|c| group(c, "name").to_owned()).collect();
    Some(found)
}

/// Home-made runners end with a list under a heading.
fn below_failures(lines: &Lines, at: usize) -> bool {
    lines.before(at, 20).any(|(_, l)| {
        matches!(l.trim().to_ascii_lowercase().trim_end_matches(':'), "failures" | "failed tests" | "failed")
    })
}

/// The expression stands below, the test case's name above a line of dashes.
fn catch(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Found {
    let line = lines.get(at);
    let quote = if line.ends_with("FAILED:") { lines.get(at + 1) } else { line };
    let name = lines.before(at, 12).find(|(_, l)| l.starts_with("TEST CASE:")).and_then(|(_, l)| l.split_once(':'));
    let ruled = || {
        let rule = lines.before(at, 12).filter(|(_, l)| l.starts_with("-----")).nth(1)?;
        Some(lines.get(rule.0 + 1))
    };
    let name = name.map(|(_, name)| name.trim()).or_else(ruled);
    let found = Found::new("catch2", FailureClass::Test, Rank::Sure, at, quote).location(place(
        group(c, "path"),
        group(c, "line"),
        "",
        quote,
        "",
    ));
    match name {
        Some(name) if !name.is_empty() => found.failing(name),
        _ => found,
    }
}
