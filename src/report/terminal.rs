//! The last lines that a person in a terminal reads.

use super::{count, outcome_phrase, status_word};
use crate::record::{CheckResult, Healing, Outcome};
use std::fmt::Write as _;

/// One line per guard: id, status, first finding or detail.
pub fn guard_lines(guards: &[CheckResult]) -> String {
    let width = guards.iter().map(|g| g.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for guard in guards {
        let detail = guard.findings.first().map(|f| f.message.as_str()).unwrap_or(&guard.detail);
        let line = format!("  {:width$}  {:7}  {}", guard.id, status_word(guard.status), detail);
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// One line: how it ended, with the figures. `kept`: the repair is in the working tree.
pub fn verdict(healing: &Healing, kept: bool) -> String {
    let tokens = healing.tokens.input + healing.tokens.output;
    let hand = healing.candidate.as_ref().map_or_else(String::new, |c| format!("hand {}, ", c.hand.as_str()));
    let phrase = match healing.outcome {
        // In a terminal there is no pull request to speak of.
        Outcome::Proposed if kept => "repaired",
        Outcome::Proposed => "a repair is proven, and not applied",
        Outcome::Transient => "run it again",
        other => outcome_phrase(other),
    };
    let judged = count(healing.candidates, "candidate");
    format!("{phrase}: {} ({hand}{:.1} s, {judged} judged, {tokens} tokens)", healing.reason, healing.seconds.total)
}
