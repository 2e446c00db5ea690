//! Python's own tracebacks and syntax errors.

use super::found::{Found, Rank, group, patterns, place};
use super::judge::is_foreign;
use super::lines::Lines;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser =
    Parser { keys: &["Traceback (most recent call last)", "SyntaxError: ", "IndentationError: ", "TabError: "], read };

patterns! {
    FRAME = r#"^\s*(?:[E|+]\s+)?File "(?P<path>[^"]+)", line (?P<line>[0-9]+)"#;
    RAISED = r"^\s*(?:E\s+)?(?P<name>(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Warning|Exit|Interrupt|Conflict|NotFound|Timeout|Iteration|Invalid\w*|Failure|Failed|\w*Error\w*))(?:: (?P<text>.*))?$";
}

/// What a traceback ends with.
pub(super) struct Raised {
    pub at: usize,
    pub name: String,
    pub locations: Vec<Location>,
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if line.contains("Traceback") {
        let Some(raised) = traceback(lines, at) else { return };
        let quote = lines.get(raised.at);
        let class = class_of(&raised.name, quote);
        out.push(Found::new("python", class, rank(class), raised.at, quote).locations(raised.locations));
    } else if let Some(c) = RAISED.captures(line) {
        let frame = lines.before(at, 5).find_map(|(_, l)| FRAME.captures(l));
        let Some(frame) = frame else { return };
        let spot = place(group(&frame, "path"), group(&frame, "line"), "", line, group(&c, "name"));
        out.push(Found::new("python", FailureClass::Compile, Rank::Strong, at, line).location(spot));
    }
}

fn rank(class: FailureClass) -> Rank {
    if class == FailureClass::Unknown { Rank::Generic } else { Rank::Strong }
}

/// Reads the frames below a `Traceback` line down to the exception; the innermost frame comes first.
pub(super) fn traceback(lines: &Lines, at: usize) -> Option<Raised> {
    let indent = lines.get(at).find("Traceback").unwrap_or(0);
    read_frames(lines, at, indent)
}

/// The same where other words stand before `Traceback`.
pub(super) fn frames_below(lines: &Lines, at: usize) -> Option<Raised> {
    read_frames(lines, at, 0)
}

fn read_frames(lines: &Lines, at: usize, indent: usize) -> Option<Raised> {
    let mut frames: Vec<(String, String)> = Vec::new();
    let mut foreign = false;
    for (index, line) in lines.after(at, 400) {
        if let Some(c) = FRAME.captures(line) {
            let path = group(&c, "path");
            let whole = path.starts_with('/') || path.contains(":\\");
            foreign = if whole { is_foreign(path) } else { foreign };
            // A package's compiled parts name their sources relative to their own build.
            if whole || !foreign {
                frames.push((path.to_owned(), group(&c, "line").to_owned()));
            }
            continue;
        }
        let depth = line.len() - line.trim_start().len();
        if frames.is_empty() || depth > indent || line.trim().is_empty() {
            continue;
        }
        let body = line.trim_start();
        let name = body.split([':', ' ']).next().unwrap_or_default().to_owned();
        if name.is_empty() || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return None;
        }
        let locations = frames.iter().rev().map(|(path, line)| place(path, line, "", body, &name)).collect();
        return Some(Raised { at: index, name, locations });
    }
    None
}

/// The class of an uncaught exception, by its type and message.
pub(super) fn class_of(name: &str, text: &str) -> FailureClass {
    let leaf = name.rsplit('.').next().unwrap_or(name);
    match leaf {
        "SyntaxError" | "IndentationError" | "TabError" => FailureClass::Compile,
        "ModuleNotFoundError"
        | "ImportError"
        | "VersionConflict"
        | "DistributionNotFound"
        | "PackageNotFoundError"
        | "ResolutionImpossible"
        | "ContextualVersionConflict" => FailureClass::Dependency,
        "MemoryError" => FailureClass::Resource,
        "PermissionError" => FailureClass::Permission,
        "ConnectionError"
        | "ConnectionResetError"
        | "ConnectionRefusedError"
        | "ReadTimeoutError"
        | "URLError"
        | "gaierror"
        | "ReadTimeout"
        | "ConnectTimeout"
        | "IncompleteRead"
        | "RemoteDisconnected"
        | "SSLError"
        | "ChunkedEncodingError"
        | "ProtocolError"
        | "MaxRetryError" => FailureClass::Transient,
        "AssertionError" => FailureClass::Test,
        _ if text.contains("No space left on device") => FailureClass::Resource,
        "ValidationError" | "ConfigError" | "ImproperlyConfigured" | "ConfigurationError" => FailureClass::Config,
        _ => FailureClass::Unknown,
    }
}

/// The project's own frames before foreign ones, each group in the order given.
pub(super) fn own_first(locations: Vec<Location>) -> Vec<Location> {
    let (mut own, mut foreign): (Vec<_>, Vec<_>) = locations.into_iter().partition(|l| !is_foreign(&l.path));
    own.append(&mut foreign);
    own
}
