//! The last lines that a person in a terminal reads.

use super::markdown::one_line;
use super::{count, outcome_phrase, status_word};
use crate::record::{CheckResult, Confidence, Finding, Healing, Outcome};
use std::fmt::Write as _;

/// So many findings of one guard are listed; all of them are in `--json`.
const MOST_FINDINGS: usize = 5;

/// One line per guard: id, status, what there is to say about it; below it its findings, a line each.
pub fn guard_lines(guards: &[CheckResult]) -> String {
    let width = guards.iter().map(|g| g.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for guard in guards {
        let line = format!("  {:width$}  {:7}  {}", guard.id, status_word(guard.status), guard.detail);
        let _ = writeln!(out, "{}", line.trim_end());
        // What blocks comes first.
        let mut findings: Vec<_> = guard.findings.iter().collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        for finding in findings.iter().take(MOST_FINDINGS) {
            let _ = writeln!(out, "    {}", finding_line(finding));
        }
        if let Some(more) = findings.len().checked_sub(MOST_FINDINGS).filter(|more| *more > 0) {
            let _ = writeln!(out, "    and {more} more");
        }
    }
    out
}

/// Where it is, what it is, and by which rule: the name that `policy.checks` knows it by.
fn finding_line(finding: &Finding) -> String {
    let place = match (&finding.path, finding.line) {
        (Some(path), Some(line)) => format!("{path}:{line}: "),
        (Some(path), None) => format!("{path}: "),
        (None, _) => String::new(),
    };
    one_line(&format!("{place}{} ({})", finding.message, finding.rule), 240)
}

/// Where a repair is when a run in a terminal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// In the working tree.
    Tree,
    /// Committed on a branch; the working tree is as it was.
    Branch,
    Nowhere,
}

/// One line: how it ended, with the figures.
pub fn verdict(healing: &Healing, kept: Kept) -> String {
    let hand = healing.candidate.as_ref().map_or_else(String::new, |c| {
        let sure = match c.confidence {
            Confidence::Confident => String::new(),
            other => format!("{}, ", other.as_str()),
        };
        format!("hand {}, {sure}", c.hand.as_str())
    });
    let phrase = match (healing.outcome, kept) {
        // In a terminal there is no pull request to speak of.
        (Outcome::Proposed, Kept::Tree) => "repaired",
        (Outcome::Proposed, Kept::Branch) => "a repair is proven and committed beside the working tree",
        (Outcome::Proposed, Kept::Nowhere) => "a repair is proven, and not applied",
        (Outcome::Transient, _) => "run it again",
        (other, _) => outcome_phrase(other),
    };
    let judged = count(healing.candidates, "candidate");
    let tokens = super::tokens(healing);
    format!("{phrase}: {} ({hand}{:.1} s, {judged} judged, {tokens})", healing.reason, healing.seconds.total)
}
