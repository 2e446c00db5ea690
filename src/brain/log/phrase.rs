//! Phrases that name a cause by themselves, whatever tool printed them. The lists lie in `network.rs`,
//! `resource.rs`, `permission.rs`, `runner.rs`, `setup.rs` and `verdicts.rs`.

use super::found::{Found, Rank, patterns};
use super::lines::Lines;
use crate::record::FailureClass;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Words to look for without regard to case, and what they mean.
pub(super) struct Phrase {
    pub says: &'static str,
    /// Another word that the line must hold too; empty when the phrase is enough.
    pub with: &'static str,
    pub class: FailureClass,
    pub rank: Rank,
}

pub(super) struct List {
    pub tool: &'static str,
    pub phrases: &'static [Phrase],
}

const LISTS: &[List] = &[
    super::resource::LIST,
    super::permission::LIST,
    super::network::LIST,
    super::runner::LIST,
    super::setup::LIST,
    super::verdicts::LIST,
];

patterns! {
    // A language's own warning class, with the place that raised it.
    WARNING = r"^\s*\S+:[0-9]+: \w+Warning: ";
    // A program's own log: the clock, then a level that nobody fails for.
    LOGGED = r"^\s*\[?(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[ T])?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?Z?\]? (?:\[[^\]]*\] )?\[?(?:TRACE|DEBUG|INFO|WARN|WARNING)\b";
}

static ENTRIES: LazyLock<Vec<(&'static str, &'static Phrase)>> =
    LazyLock::new(|| LISTS.iter().flat_map(|list| list.phrases.iter().map(|phrase| (list.tool, phrase))).collect());

static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = ENTRIES.iter().map(|(_, phrase)| phrase.says);
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
});

/// The most telling phrase of the line.
pub(super) fn first(lines: &Lines, at: usize) -> Option<Found> {
    let line = lines.get(at);
    let hits = SEARCH.as_ref()?.find_overlapping_iter(line);
    let hits = hits.filter(|hit| starts_word(line, hit.start()) && ends_word(line, hit.start(), hit.end()));
    let hits = hits.map(|hit| ENTRIES[hit.pattern().as_usize()]);
    let (tool, phrase) = hits.filter(|(_, phrase)| holds(line, phrase.with)).max_by_key(|(_, phrase)| phrase.rank)?;
    let rank = match lines.marked(at) {
        l if WARNING.is_match(l) || is_payload(l) || LOGGED.is_match(l) => Rank::Context,
        l if is_tolerated(l) => Rank::Wrapper.min(phrase.rank),
        // The runner itself calls it an error.
        l if l.starts_with("##[error]") => Rank::Strong.max(phrase.rank),
        _ => phrase.rank,
    };
    Some(Found::new(tool, phrase.class, rank, at, line))
}

/// `emfile` is no part of `Gemfile`.
fn starts_word(line: &str, at: usize) -> bool {
    !line[..at].ends_with(|c: char| c.is_alphanumeric())
}

/// `VersionConflictTest` is no `VersionConflict`, `PermissionDeniedError` is: a single word may go on so alone.
fn ends_word(line: &str, from: usize, to: usize) -> bool {
    let single = line[from..to].bytes().all(|b| b.is_ascii_alphabetic());
    let rest = line[to..].to_ascii_lowercase();
    !single
        || !rest.starts_with(|c: char| c.is_alphanumeric())
        || ["error", "exception"].iter().any(|end| rest.starts_with(end))
}

fn holds(line: &str, word: &str) -> bool {
    word.is_empty() || line.to_ascii_lowercase().contains(word)
}

/// A whole document on one line: what it says is somebody's data.
fn is_payload(line: &str) -> bool {
    line.len() > 1000 && line.starts_with(['{', '['])
}

/// The tool tries again or only warns, or a test's name says it: a failure, if any, comes later.
fn is_tolerated(line: &str) -> bool {
    const SIGNS: [&str; 21] = [
        "retrying",
        "will retry",
        "trying again",
        "npm warn",
        "warning:",
        "[warn",
        " ... ok",
        "(pass)",
        ": ignoring ",
        "passed",
        "attempt 1",
        "[debug]",
        "[info]",
        "will be retried",
        "✓",
        "✅",
        "debconf:",
        "retry in",
        "suggested fix",
        // A container has no init to talk to; packages install without it.
        "unable to connect to upstart",
        "changing ownership of",
    ];
    let line = line.to_ascii_lowercase();
    SIGNS.iter().any(|sign| line.contains(sign))
}

/// Shortens the lists: one phrase that stands alone.
pub(super) const fn phrase(says: &'static str, class: FailureClass, rank: Rank) -> Phrase {
    Phrase { says, with: "", class, rank }
}

pub(super) const fn phrase_with(says: &'static str, with: &'static str, class: FailureClass, rank: Rank) -> Phrase {
    Phrase { says, with, class, rank }
}
