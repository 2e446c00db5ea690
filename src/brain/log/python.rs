//! Python's own tracebacks and syntax errors.

use super::found::{Found, Rank, group, patterns, place};
use super::judge::is_foreign;
use super::lines::Lines;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser { keys: &["Traceback (most recent call last)", "Error: "], read };

patterns! {
    FRAME = r#"^\s*(?:[E|+]\s+)?File "(?P<path>[^"]+)", line (?P<line>[0-9]+)(?:, in (?P<function>\w+))?"#;
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
        let class = tested(class_of(&raised.name, quote), &raised.locations);
        let spots = telling(class, raised.locations);
        out.push(Found::new("python", class, rank(class), raised.at, quote).locations(spots));
    } else if let Some(c) = RAISED.captures(line) {
        out.extend(headless(lines, at, group(&c, "name")));
    }
}

/// An exception whose traceback the log has lost the beginning of; a syntax error has one place of its own.
fn headless(lines: &Lines, at: usize, name: &str) -> Option<Found> {
    let line = lines.get(at);
    let class = class_of(name, line);
    let reach = if class == FailureClass::Compile { 5 } else { 40 };
    let inside = |l: &str| l.starts_with([' ', '\t', 'E', '|']) && !l.contains("Traceback (most");
    let above = lines.before(at, reach).take_while(|(_, l)| inside(l));
    let frames: Vec<_> = above.filter_map(|(_, l)| FRAME.captures(l)).collect();
    let (start, head) = lines.before(at, reach).find(|(_, l)| !inside(l)).unwrap_or((0, ""));
    if frames.is_empty() || class != FailureClass::Compile && head.contains("Traceback (most") && start < at {
        return None;
    }
    let spots: Vec<_> = frames.iter().map(|c| place(group(c, "path"), group(c, "line"), "", line, name)).collect();
    let class = tested(class, &spots);
    let spots = telling(class, spots);
    Some(Found::new("python", class, rank(class), at, line).locations(spots))
}

/// A syntax error lies in the file that it names, whoever imported it.
fn telling(class: FailureClass, mut spots: Vec<Location>) -> Vec<Location> {
    if class == FailureClass::Compile {
        spots.truncate(1);
    }
    spots
}

/// What a runner of one's own raised just above its verdict.
pub(super) fn raised_above(lines: &Lines, at: usize) -> Option<Raised> {
    let (start, _) = lines.before(at, 80).find(|(_, l)| l.contains("Traceback (most recent call last)"))?;
    traceback(lines, start).filter(|raised| raised.at < at && raised.at + 3 >= at)
}

/// An exception of no special kind fails the tests where a test's own file is among the frames.
fn tested(class: FailureClass, spots: &[Location]) -> FailureClass {
    let of_test = |spot: &Location| !is_foreign(&spot.path) && is_test(&spot.path);
    if class == FailureClass::Unknown && spots.iter().any(of_test) { FailureClass::Test } else { class }
}

fn is_test(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let name = file.trim_end_matches(".py");
    name.starts_with("test_")
        || name.ends_with("_test")
        || name.ends_with("_tests")
        || folders.split('/').any(|folder| matches!(folder, "test" | "tests"))
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
    let mut helpers = 0;
    let mut foreign = false;
    for (index, line) in lines.after(at, 400) {
        if let Some(c) = FRAME.captures(line) {
            let path = group(&c, "path");
            let whole = path.starts_with('/') || path.contains(":\\");
            foreign = if whole { is_foreign(path) } else { foreign };
            // A package's compiled parts name their sources relative to their own build.
            if whole || !foreign {
                frames.push((path.to_owned(), group(&c, "line").to_owned()));
                helpers = if group(&c, "function").starts_with("assert") { helpers + 1 } else { 0 };
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
        // The project's own assertions tell less than their caller.
        let (callers, asserting) = frames.split_at(frames.len() - helpers);
        let order = callers.iter().rev().chain(asserting.iter().rev());
        let locations = order.map(|(path, line)| place(path, line, "", body, &name)).collect();
        return Some(Raised { at: index, name, locations });
    }
    None
}

/// The class of an uncaught exception, by its type and message.
pub(super) fn class_of(name: &str, text: &str) -> FailureClass {
    let leaf = name.rsplit('.').next().unwrap_or(name);
    match leaf {
        "SyntaxError" | "IndentationError" | "TabError" => FailureClass::Compile,
        _ if text.contains("Requirement.parse(") => FailureClass::Dependency,
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

/// `cannot import name 'x' from 'shop.cart' (/home/…/shop/cart.py)`, the file being the project's own.
pub(super) fn lacks_own_name(text: &str) -> bool {
    let file = text.rsplit_once(" (").and_then(|(_, rest)| rest.strip_suffix(')'));
    text.contains("cannot import name") && file.is_some_and(|file| file.ends_with(".py") && !is_foreign(file))
}

/// The project's own frames before foreign ones, each group in the order given.
pub(super) fn own_first(locations: Vec<Location>) -> Vec<Location> {
    let (mut own, mut foreign): (Vec<_>, Vec<_>) = locations.into_iter().partition(|l| !is_foreign(&l.path));
    own.append(&mut foreign);
    own
}
