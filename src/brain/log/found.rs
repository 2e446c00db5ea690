//! What a parser says of the lines that it recognised, and the small tools that parsers share.

use crate::record::{FailureClass, Location};
use regex::Regex;

/// How much a finding explains. The judge takes the highest, and of equals the first in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// What was run: it explains nothing by itself.
    Context,
    /// The runner's closing word: it says that something failed, not what.
    Echo,
    /// A tool that reports that another tool failed.
    Wrapper,
    /// A line that looks like an error of some tool.
    Generic,
    /// A recognised error without its details.
    Strong,
    /// A recognised error with its details.
    Sure,
    /// What makes every other message a consequence: no disk, no memory, killed.
    Root,
}

#[derive(Debug, Clone)]
pub(super) struct Found {
    pub class: FailureClass,
    pub tool: &'static str,
    pub rank: Rank,
    /// The line that it was found on.
    pub at: usize,
    pub quote: String,
    pub failing: Vec<String>,
    pub locations: Vec<Location>,
}

impl Found {
    pub fn new(tool: &'static str, class: FailureClass, rank: Rank, at: usize, quote: &str) -> Self {
        let quote = quote.trim().to_owned();
        Self { class, tool, rank, at, quote, failing: Vec::new(), locations: Vec::new() }
    }

    pub fn failing(mut self, id: impl Into<String>) -> Self {
        self.failing.push(id.into());
        self
    }

    pub fn location(mut self, location: Location) -> Self {
        self.locations.push(location);
        self
    }

    pub fn locations(mut self, locations: impl IntoIterator<Item = Location>) -> Self {
        self.locations.extend(locations);
        self
    }
}

pub(super) fn place(path: &str, line: &str, column: &str, message: &str, code: &str) -> Location {
    // `file:///C:/a.kt` leaves a slash before the drive.
    let path = path.trim();
    let drive = path.strip_prefix('/').filter(|p| p.as_bytes().get(1) == Some(&b':'));
    Location {
        path: drive.unwrap_or(path).to_owned(),
        line: line.parse().ok(),
        column: column.parse().ok(),
        message: message.trim().to_owned(),
        code: (!code.is_empty()).then(|| code.to_owned()),
    }
}

/// A named group's text, empty when it took no part in the match.
pub(super) fn group<'t>(captures: &regex::Captures<'t>, name: &str) -> &'t str {
    captures.name(name).map_or("", |m| m.as_str())
}

/// Compiles one of the parsers' constant patterns.
#[expect(clippy::expect_used, reason = "the patterns are constants, and the tests use every one of them")]
pub(super) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("constant pattern")
}

/// Declares the constant patterns of a parser, compiled when first used.
macro_rules! patterns {
    ($($name:ident = $pattern:expr;)*) => {
        $(static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| $crate::brain::log::found::regex($pattern));)*
    };
}
pub(super) use patterns;
