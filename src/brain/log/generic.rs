//! Any tool's error lines, when no parser knows better.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use super::{junit, node, script};
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "rror",
        "ERR",
        "FAIL",
        "fail",
        "fatal",
        "FATAL",
        "##[error]",
        "xception",
        "panic",
        "abort",
        "✖",
        "⨯",
        "✘",
        "❌",
        ": not found",
        "Killed",
    ],
    read,
};

patterns! {
    CLOSING = r"^##\[error\](?:Process completed with exit code|The process '.*' failed with exit code|The operation was canceled|Bash exited with code)|^ERROR: Job failed: |^ERROR: script returned exit code|^Exited with code (?:exit status )?[0-9]|^(?:#[0-9]+ |ERROR: failed to (?:build|solve): .*?)?(?:ERROR: )?process \x22.*\x22 did not complete successfully: ";
    LEADING = r"^\s*(?:-- )?(?:##\[error\]|::error[^:]*::)?\s*(?:\[?(?:[Ee]rror|ERROR|fatal|FATAL|Fatal|panic|Uncaught)\b|[✖⨯✘✗×❌] |[\w.]+(?:Error|Exception)\b: |(?:[a-z][\w-]* ){1,4}error: \S)";
    EMPTY = r"(?i)\b(?:an )?(?:unexpected|unknown|internal) error (?:has )?(?:occurred|happened)\.?$|\bsomething went wrong\b|\bcommands? failed(?: with exit code|$)|\bexited? with (?:code\b|status\b|[0-9])|\bscript \S+ exited\b|\bexit(?:ed)? (?:code|status):? [0-9]+|\bexited [0-9]+|^\s*Error Context: ";
    RUNNER = r"^##\[error\]\S";
    WORDS = r"(?i)\b(?:fail(?:ed|ure)?|errors?|invalid|missing|broken|unable|cannot|refused)\b";
    FAILS = r"(?i)\b(?:fail(?:ed|s|ure)?|errors?|fatal|refused|denied|aborted|not found|(?:can't|cannot|could not|unable to) [a-z]+)\b";
    COMPLAINT = r"^(?:\S*/)?[a-z][\w.+-]{1,30}: \S.{8,300}$";
    DENIES = r"(?i)\b(?:fail(?:ed|ure|s)?|errors?|invalid|missing|broken|unable|cannot|can't|refused|denied|unmatched|unknown|unexpected|never|no such|not found|(?:do|does|did)(?: not|n't))\b";
    BULLET = r"^\s*(?:[-*•xX✗✘×❌]|[0-9]+[.)]) ";
    BARE = r"^\s*(?:##\[error\]|::error[^:]*::)?\s*(?:Error|ERROR|error|fatal)(?: during build)?:$";
    NO_COMMAND = r"^\s*(?:\S*/)?(?:[a-z]*sh|\S+\.sh): (?:line )?[0-9]+: \S+: (?:command )?not found$";
    SHELL = r"^\s*(?P<path>[^\s:]+\.(?:ba|z|k|da)?sh): (?:line )?(?P<line>[0-9]+): (?:syntax error|Syntax error)\b";
    ARROW = r"^\s*--> (?P<path>[^\s:]+):(?P<line>[0-9]+):(?P<column>[0-9]+):?$";
    ABOVE = r"^\s*(?P<path>(?:[A-Za-z]:)?[^\s:]+\.\w+):(?P<line>[0-9]+):(?P<column>[0-9]+):?$";
    BEHIND = r"^\s*(?:\[[^\]]+\] )*(?P<path>[^\s:()\[\]]+\.\w+) \((?P<line>[0-9]+):(?P<column>[0-9]+)\): \S";
    WORDED = r"(?i)^\s*(?:\w+ )?error (?:on|at|in) line (?P<line>[0-9]+) (?:in|of) (?:file )?(?P<path>(?:[A-Za-z]:)?[^\s:]+)";
    RELAYED = r"(?i)\b(?:jobs?|pipeline|workflow|steps?|gates?|checks?|tests?|canceled|cancelled|unexpected|attempts?|signal|sig(?:int|term|kill))\b|exit (?:code|status)|\bfailed:? *$|^Process completed";
    // What Maven appends to every failure.
    ADVICE = r"^\[ERROR\] (?:To see the full stack trace|Re-run Maven|For more information about the errors|After correcting the problems|\[Help [0-9]+\]|\s*mvn <)";
    UNCAUGHT = r#"^\s*Exception in thread "[^"]*" [\w.$]+"#;
    // The files that fix the versions of packages, and packages that do not fit.
    PACKAGES = r"(?i)\block[ -]?files?\b|\b(?:[\w-]*-lock|npm-shrinkwrap)\.(?:json|ya?ml)\b|\b(?:Cargo|poetry|Gemfile|composer|yarn|uv|Pipfile|mix|Podfile|pubspec|Package|deno|pdm)\.(?:lock|resolved)\b|\bgo\.sum\b|\bdependenc(?:y|ies)\b.{0,80}\b(?:not found|missing|unsatisfied|not (?:met|satisfied|installed)|conflicts?|incompatible|resolv\w+)\b|\b(?:missing|unsatisfied|unmet|conflicting|unresolved|resolve) (?:peer )?dependenc(?:y|ies)\b|\b(?:could not|cannot|unable to) find (?:the |required |any )?(?:librar(?:y|ies)|packages?)\b";
    SETTINGS = r"(?i)\b(?:can't|cannot|could not|unable to|failed to|error) (?:load|read|parse|find)(?:ing)? (?:the |your |its )?config(?:uration)?\b|\binvalid config(?:uration)?\b|\bconfiguration is invalid\b";
    ZERO = r"\b(?:0 (?:errors?|failures?|failed)|[Nn]o errors?|errors?[:=] ?0)\b";
}

/// Whether the line is a runner's word that a step has ended.
pub(super) fn closes(line: &str) -> bool {
    CLOSING.is_match(line)
}

/// Whether the line tells of an exit code and of nothing that led to it.
pub(super) fn is_verdict(line: &str) -> bool {
    CLOSING.is_match(line) || EMPTY.is_match(line)
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.marked(at);
    if NO_COMMAND.is_match(line) {
        out.push(Found::new("shell", FailureClass::Config, Rank::Strong, at, line));
        return;
    }
    if let Some(c) = SHELL.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), "", line, "");
        out.push(Found::new("shell", FailureClass::Compile, Rank::Strong, at, line).location(spot));
        return;
    }
    if line.trim() == "Killed" {
        out.push(Found::new("limits", FailureClass::Resource, Rank::Sure, at, line));
        return;
    }
    let rank = if CLOSING.is_match(line) {
        Rank::Echo
    } else if ZERO.is_match(line) || ADVICE.is_match(line) {
        return;
    } else if EMPTY.is_match(line) {
        Rank::Wrapper
    } else if LEADING.is_match(line) {
        Rank::Generic
    } else if RUNNER.is_match(line) || UNCAUGHT.is_match(line) {
        Rank::Wrapper
    } else {
        return;
    };
    if rank == Rank::Echo {
        out.extend(complaint(lines, at));
        out.push(Found::new("", FailureClass::Unknown, rank, at, last_words(lines, at)));
        return;
    }
    // A label alone says nothing: its message stands below.
    let text = if BARE.is_match(line) { lines.after(at, 3).find(|(_, l)| !l.trim().is_empty()) } else { None };
    let found = Found::new("", FailureClass::Unknown, rank, at, text.map_or(line, |(_, l)| l));
    let found = if rank == Rank::Generic { compiler(lines, at, found) } else { found };
    out.push(if found.locations.is_empty() { thrown(lines, at, found) } else { found });
}

/// An error that a script reported to the runner in its own words, not one about what else failed.
pub(super) fn explains(quote: &str) -> bool {
    quote.strip_prefix("##[error]").is_some_and(|said| said.contains(' ') && !RELAYED.is_match(said))
}

/// Nothing was recognised: the last line that speaks of a failure.
pub(super) fn hint(lines: &Lines) -> Option<Found> {
    const LOOK: usize = 400;
    let (at, line) = lines.before(lines.len(), LOOK).find(|(_, l)| speaks(l) && !l.starts_with(['+', '$']))?;
    let class = script::purpose(line).unwrap_or(FailureClass::Unknown);
    Some(Found::new("", class, Rank::Echo, at, line))
}

/// What the message of a tool that nobody here parses is about, where its own words tell.
pub(super) fn subject(quote: &str) -> Option<FailureClass> {
    PACKAGES.is_match(quote).then_some(FailureClass::Dependency)
}

/// Whether it says that a tool cannot make sense of its configuration.
pub(super) fn about_settings(quote: &str) -> bool {
    SETTINGS.is_match(quote)
}

/// Whether a line is an error of some tool, with what is wrong in it.
pub(super) fn accuses(line: &str) -> bool {
    LEADING.is_match(line) && !ZERO.is_match(line) && !is_verdict(line)
}

/// Whether a line speaks of a failure at all.
pub(super) fn speaks(line: &str) -> bool {
    FAILS.is_match(line) && !ZERO.is_match(line)
}

/// The command's own complaint, where it is the last thing said before the runner's verdict.
fn complaint(lines: &Lines, at: usize) -> Option<Found> {
    let (index, said) = lines.before(at, 2).find(|(_, l)| !l.trim().is_empty())?;
    let own = COMPLAINT.is_match(said) && DENIES.is_match(said) && !ZERO.is_match(said) && !said.contains(": *** [");
    own.then(|| Found::new("", FailureClass::Unknown, Rank::Generic, index, said))
}

/// What a script said just before it gave up tells more than the runner's verdict.
fn last_words(lines: &Lines, at: usize) -> &str {
    let before = lines.before(at, 3).find(|(_, l)| !l.trim().is_empty()).map(|(_, l)| l);
    let said = before.filter(|l| WORDS.is_match(l) && !ZERO.is_match(l)).unwrap_or(lines.marked(at));
    let Some(bullet) = BULLET.find(said) else { return said };
    // Of a list the first is told.
    let list = lines.before(at, 200).skip_while(|(_, l)| l.trim().is_empty());
    list.map(|(_, l)| l).take_while(|l| l.starts_with(bullet.as_str())).last().unwrap_or(said)
}

/// The stack right below an error, whoever caught and told it.
fn thrown(lines: &Lines, at: usize, found: Found) -> Found {
    if !lines.get(at + 1).trim_start().starts_with("at ") {
        return found;
    }
    let spots = junit::frames(lines, at, "");
    let spots = if spots.is_empty() { node::own_only(node::stack(lines, at, 30)) } else { spots };
    found.locations(spots)
}

/// Compilers of many languages point at the source with an arrow below their message.
fn compiler(lines: &Lines, at: usize, found: Found) -> Found {
    let below = || lines.after(at, 3).find_map(|(_, l)| ARROW.captures(l));
    let above = || ABOVE.captures(lines.get(at.checked_sub(1)?));
    let own = WORDED.captures(lines.get(at)).or_else(|| BEHIND.captures(&found.quote));
    let Some(c) = own.or_else(below).or_else(above) else { return found };
    let column = c.name("column").map_or("", |m| m.as_str());
    let spot = place(group(&c, "path"), group(&c, "line"), column, &found.quote, "");
    Found { class: FailureClass::Compile, rank: Rank::Strong, ..found }.location(spot)
}
