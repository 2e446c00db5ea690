//! Cargo's own messages: resolution, manifests, publishing.

use super::found::{Found, Rank, group, patterns, place};
use super::judge::is_foreign;
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "failed to select a version",
        "no matching package",
        "no matching version",
        "failed to parse manifest",
        "failed to load manifest",
        "failed to load source",
        "failed to get `",
        "lock file",
        "failed to publish",
        "could not find `Cargo.toml`",
        "does not have these features",
        "Caused by:",
        "failed to download",
        "is not supported by the following package",
        "requires rustc ",
        "failed to run custom build command",
        "Cargo.toml:",
        "config.toml:",
    ],
    read,
};

patterns! {
    AT = r"manifest at `(?P<path>[^`]+)`";
    CONFIG = r"error: (?:failed to parse manifest|failed to load manifest|could not find `Cargo\.toml`|.*does not have these features)";
    MANIFEST = r"^\s*--> (?P<path>(?:\S+/)?Cargo\.toml|\.cargo/config\.toml):(?P<line>[0-9]+):(?P<column>[0-9]+)$";
    DEPENDENCY = r"error: (?:failed to select a version|no matching (?:package|version)|failed to get `|failed to load source|failed to download|.*lock file .*(?:needs to be|cannot be) updated|failed to parse lock file|lock file version|cannot update the lock file|rustc .* is not supported by the following package|package `.*` (?:cannot be built because it )?requires rustc )";
    PUBLISH = r"error: failed to publish ";
    SCRIPT = r"error: failed to run custom build command for `\S+ v\S+(?: \((?P<own>[^)]+)\))?`";
    PANIC = r"panicked at (?:'.*', )?(?P<path>[^\s':]+\.rs):(?P<line>[0-9]+):(?P<column>[0-9]+)";
    MISSING = r"(?i)pkg-config|could not find|not found|unable to find|is not installed|no such file";
    UNFIT = r"rustc .* is not supported by the following package|requires rustc |lock file version ";
    SERVER = r"status (?:429|5[0-9][0-9])|curl failed|HTTP2 framing|[Tt]imed out|spurious network error|Could(?:n't| not) resolve host|Connection (?:reset|refused)|SSL|network failure";
    DENIED = r"status (?:401|403)|[Pp]lease run `cargo login`|authentication required";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if line.trim_end() == "Caused by:" {
        out.extend(cause(lines, at));
    } else if let Some(c) = MANIFEST.captures(line) {
        out.extend(unreadable(lines, at, &c));
    } else if CONFIG.is_match(line) {
        out.push(manifest(lines, at));
    } else if DEPENDENCY.is_match(line) {
        out.push(Found::new("cargo", FailureClass::Dependency, Rank::Strong, at, line));
    } else if let Some(c) = SCRIPT.captures(line) {
        out.push(build_script(lines, at, c.name("own").is_some()));
    } else if PUBLISH.is_match(line) {
        out.push(Found::new("cargo", FailureClass::Config, Rank::Generic, at, line));
    }
}

/// A dependency's manifest that this cargo does not understand wants another version of one of the two.
fn manifest(lines: &Lines, at: usize) -> Found {
    let line = lines.get(at);
    let path = AT.captures(line).map(|c| group(&c, "path").to_owned());
    if path.as_deref().is_some_and(is_foreign) {
        let why = lines.after(at, 6).filter(|(_, l)| l.trim_end() == "Caused by:").last();
        let why = why.map_or(line, |(index, _)| lines.get(index + 1));
        return Found::new("cargo", FailureClass::Dependency, Rank::Sure, at, why);
    }
    let spot = path.map(|path| place(&path, "", "", line, ""));
    Found::new("cargo", FailureClass::Config, Rank::Sure, at, line).locations(spot)
}

/// TOML that is none: the place stands below the message.
fn unreadable(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let above = at.checked_sub(1)?;
    let message = lines.get(above);
    let spot = place(group(c, "path"), group(c, "line"), group(c, "column"), message, "");
    let found = Found::new("cargo", FailureClass::Config, Rank::Sure, above, message.trim());
    message.trim_start().starts_with("error: ").then(|| found.location(spot))
}

/// A build script that died: the repository's own is its code, a dependency's mostly misses a library.
fn build_script(lines: &Lines, at: usize, own: bool) -> Found {
    let line = lines.get(at);
    if !own {
        let missing = lines.after(at, 80).any(|(_, l)| MISSING.is_match(l));
        let class = if missing { FailureClass::Dependency } else { FailureClass::Compile };
        return Found::new("cargo", class, Rank::Generic, at, line);
    }
    let panic = lines.after(at, 80).find_map(|(_, l)| PANIC.captures(l));
    let spot = panic.map(|c| place(group(&c, "path"), group(&c, "line"), group(&c, "column"), "", ""));
    Found::new("cargo", FailureClass::Compile, Rank::Strong, at, line).locations(spot)
}

/// The last link of the chain says what really happened.
fn cause(lines: &Lines, at: usize) -> Option<Found> {
    let (index, line) = lines.after(at, 3).find(|(_, l)| !l.trim().is_empty())?;
    let more = lines.after(index, 3).any(|(_, l)| l.trim_end() == "Caused by:");
    if more {
        return None;
    }
    let class = match line {
        l if UNFIT.is_match(l) => FailureClass::Dependency,
        l if SERVER.is_match(l) || network_above(lines, at) => FailureClass::Transient,
        l if DENIED.is_match(l) => FailureClass::Permission,
        _ => return None,
    };
    Some(Found::new("cargo", class, Rank::Sure, index, line))
}

fn network_above(lines: &Lines, at: usize) -> bool {
    lines.before(at, 6).any(|(_, l)| l.trim() == "curl failed" || l.contains("failed to download from"))
}
