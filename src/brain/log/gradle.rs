//! Gradle: the section that says what went wrong.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::maven::resolve_class;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["* What went wrong:", "FAILED", "format violations"], read };

patterns! {
    TASK = r"^(?:[\w.]+: )?Execution failed for task '(?P<task>[^']+)'";
    HEADER = r"^> Task (?P<task>\S+) FAILED";
    FILE = r"^\s{4,}(?P<path>\S+\.\w+)$";
    RELAYED = r"(?i)non-zero exit value|command failed|failed to run|exit code|^\s*> A failure occurred while";
    ERROR = r"(?:^\s*|: )(?:fatal )?error: \S";
    SCRIPT = r"(?:[Bb]uild|[Ss]ettings) file '(?P<path>[^']+)' line: (?P<line>[0-9]+)";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if line.trim() == "* What went wrong:" {
        out.extend(wrong(lines, at));
    } else if let Some(c) = HEADER.captures(line) {
        out.push(Found::new("gradle", task_class(group(&c, "task")), Rank::Wrapper, at, line));
    }
}

/// The innermost `> ` line of the section is the cause.
fn wrong(lines: &Lines, at: usize) -> Option<Found> {
    let body: Vec<(usize, &str)> = lines
        .after(at, 60)
        .skip_while(|(_, l)| l.trim().is_empty())
        .take_while(|(_, l)| !l.starts_with("* "))
        .collect();
    let (_, first) = *body.first()?;
    let cause =
        body.iter().take(20).rfind(|(_, l)| l.trim_start().starts_with("> ") && !l.contains("(no error message)"));
    let (index, quote) = *cause.unwrap_or(&body[0]);
    // A tool that Gradle ran speaks below.
    let own = body.iter().find(|(i, l)| *i > index && ERROR.is_match(l)).filter(|_| RELAYED.is_match(quote));
    let (index, quote) = *own.unwrap_or(&(index, quote));
    let task = TASK.captures(first).map(|c| group(&c, "task").to_owned());
    let all: String = body.iter().take(20).map(|(_, l)| *l).collect::<Vec<_>>().join("\n");
    let (class, rank) = section_class(&all, task.as_deref());
    let mut found = Found::new("gradle", class, rank, at, quote);
    if class == FailureClass::Format {
        found.locations.extend(violation(lines, index));
    }
    if let Some(c) = lines.before(at, 6).find_map(|(_, l)| SCRIPT.captures(l)) {
        found.locations.push(place(group(&c, "path"), group(&c, "line"), "", quote, ""));
    }
    Some(found)
}

fn violation(lines: &Lines, at: usize) -> Option<crate::record::Location> {
    let c = lines
        .after(at, 2)
        .find_map(|(_, l)| FILE.captures(l).filter(|_| lines.get(at).contains("format violations")))?;
    Some(place(group(&c, "path"), "", "", "not formatted", ""))
}

fn section_class(text: &str, task: Option<&str>) -> (FailureClass, Rank) {
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["format violations"]) {
        (FailureClass::Format, Rank::Sure)
    } else if says(&[
        "Could not find property",
        "Could not find method",
        "Could not get unknown property",
        "android.useAndroidX",
        "NDK not configured",
        "SDK location not found",
        "failed to find Build Tools",
        "failed to find target with hash",
        "not accepted the license",
    ]) {
        (FailureClass::Config, Rank::Strong)
    } else if says(&[
        "Could not resolve",
        "Could not find ",
        "Could not GET",
        "Could not HEAD",
        "Could not download",
        "was not found in any of the following sources",
        "when checking AAR metadata",
    ]) {
        (resolve_class(text), Rank::Strong)
    } else if says(&["> http://", "> https://"]) {
        // A file that is not there to fetch is all that the exception said.
        (resolve_class(text), Rank::Strong)
    } else if says(&["non-zero exit value 137"]) {
        (FailureClass::Resource, Rank::Sure)
    } else if says(&["Timeout has been exceeded", "OutOfMemory", "disappeared unexpectedly"]) {
        (FailureClass::Resource, Rank::Strong)
    } else if says(&["There were failing tests"]) {
        (FailureClass::Test, Rank::Generic)
    } else if says(&["Compilation failed", "Compilation error"]) {
        (FailureClass::Compile, Rank::Strong)
    } else if says(&[
        "Checkstyle rule violations",
        "Lint found",
        "PMD rule violations",
        "SpotBugs violations",
        "Lint error",
    ]) {
        (FailureClass::Lint, Rank::Strong)
    } else {
        (task.map_or(FailureClass::Config, task_class), Rank::Strong)
    }
}

/// What a task does shows in its name.
fn task_class(task: &str) -> FailureClass {
    let name = task.rsplit(':').next().unwrap_or(task).to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    // What only prepares the work of another task is no check itself.
    if ["generate", "prepare", "merge"].iter().any(|verb| name.starts_with(verb)) {
        FailureClass::Config
    } else if has(&["spotless", "format", "fmt"]) {
        FailureClass::Format
    } else if has(&[
        "checkstyle",
        "pmd",
        "spotbugs",
        "findbugs",
        "lint",
        "detekt",
        "license",
        "apicheck",
        "forbiddenapis",
    ]) {
        FailureClass::Lint
    } else if has(&["compile", "javadoc", "kapt", "ksp"]) {
        FailureClass::Compile
    } else if has(&["test"]) {
        FailureClass::Test
    } else {
        FailureClass::Config
    }
}
