//! Cargo's own messages: resolution, manifests, publishing.

use super::found::{Found, Rank, patterns};
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
    ],
    read,
};

patterns! {
    CONFIG = r"error: (?:failed to parse manifest|failed to load manifest|could not find `Cargo\.toml`|.*does not have these features)";
    DEPENDENCY = r"error: (?:failed to select a version|no matching (?:package|version)|failed to get `|failed to load source|failed to download|.*lock file .*(?:needs to be|cannot be) updated|cannot update the lock file|rustc .* is not supported by the following package|package `.*` (?:cannot be built because it )?requires rustc )";
    PUBLISH = r"error: failed to publish ";
    SERVER = r"status (?:429|5[0-9][0-9])|curl failed|HTTP2 framing|[Tt]imed out|spurious network error|Could(?:n't| not) resolve host|Connection (?:reset|refused)|SSL|network failure";
    DENIED = r"status (?:401|403)|[Pp]lease run `cargo login`|authentication required";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if line.trim_end() == "Caused by:" {
        out.extend(cause(lines, at));
    } else if CONFIG.is_match(line) {
        out.push(Found::new("cargo", FailureClass::Config, Rank::Sure, at, line));
    } else if DEPENDENCY.is_match(line) {
        out.push(Found::new("cargo", FailureClass::Dependency, Rank::Strong, at, line));
    } else if PUBLISH.is_match(line) {
        out.push(Found::new("cargo", FailureClass::Config, Rank::Generic, at, line));
    }
}

/// The last link of the chain says what really happened.
fn cause(lines: &Lines, at: usize) -> Option<Found> {
    let (index, line) = lines.after(at, 3).find(|(_, l)| !l.trim().is_empty())?;
    let more = lines.after(index, 3).any(|(_, l)| l.trim_end() == "Caused by:");
    if more {
        return None;
    }
    let class = match line {
        l if SERVER.is_match(l) || network_above(lines, at) => FailureClass::Transient,
        l if DENIED.is_match(l) => FailureClass::Permission,
        _ => return None,
    };
    Some(Found::new("cargo", class, Rank::Sure, index, line))
}

fn network_above(lines: &Lines, at: usize) -> bool {
    lines.before(at, 6).any(|(_, l)| l.trim() == "curl failed" || l.contains("failed to download from"))
}
