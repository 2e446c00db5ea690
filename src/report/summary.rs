//! The job summary and the annotations.

use super::markdown::{details, fence, one_line};
use super::pull::{evidence_section, guard_section};
use super::{Story, asked, in_words, outcome_phrase};
use crate::brain::text;
use crate::record::{Healing, Outcome};
use std::fmt::Write as _;

/// GitHub drops the whole summary of a step beyond 1,024 KiB; we stay far below.
const MAX_SUMMARY: usize = 200_000;

/// The step's summary: outcome, reason, diff, evidence, guards.
pub fn summary(story: &Story) -> String {
    let healing = story.healing;
    let mut out = format!("## thanos-fix: {}\n\n", outcome_phrase(healing.outcome));
    let _ = writeln!(out, "{}\n", text::inert(&one_line(&healing.reason, 600)));
    let _ = writeln!(out, "{}\n", in_words(story));
    if let Some(url) = story.pull_url {
        let _ = writeln!(out, "Pull request: {url}\n");
    }
    if let Some(refused) = story.refused {
        let _ = writeln!(out, "{}\n", text::inert(refused));
    }
    if let Some(url) = story.compare_url {
        let _ = writeln!(out, "[Open the pull request by hand]({url})\n");
    }
    if let Some(candidate) = &healing.candidate {
        let _ = writeln!(out, "{} ({})\n", text::inert(&one_line(&candidate.why, 400)), story.stats());
        out.push_str(&fence("diff", &candidate.patch.unified_diff()));
        if story.pull_url.is_none() {
            out.push_str("\nTo take it: `git apply fix.patch` (output `patch-path`).\n");
        }
        out.push('\n');
    }
    if let Some(evidence) = &healing.evidence {
        out.push_str(&evidence_section(evidence));
    }
    out.push_str(&guard_section(&healing.guards));
    if !healing.tried.is_empty() {
        let lines: Vec<_> = healing.tried.iter().map(|t| format!("{} → {}", t.why, t.result)).collect();
        out.push_str(&details("candidates", &fence("text", &lines.join("\n"))));
    }
    for note in &healing.notes {
        let _ = writeln!(out, "- {}", text::inert(&one_line(note, 400)));
    }
    let _ = writeln!(out, "\n{}", story.cost());
    if let Some(asked) = asked(healing) {
        let _ = writeln!(out, "\n{asked}");
    }
    text::cut(&out, MAX_SUMMARY)
}

/// Where the failure is, as (path, line, message): for the Checks API or workflow commands.
pub fn annotations(healing: &Healing) -> Vec<(String, u32, String)> {
    if matches!(healing.outcome, Outcome::Healthy | Outcome::Ignored | Outcome::Recorded | Outcome::Duplicate) {
        return Vec::new();
    }
    let Some(diagnosis) = &healing.diagnosis else { return Vec::new() };
    // What the repair did is no word about the place that failed.
    let first = diagnosis.first_error.as_deref().filter(|error| !error.is_empty());
    let message = |m: &str| one_line(if m.is_empty() { first.unwrap_or("the failure is here") } else { m }, 500);
    let placed = diagnosis.suspects.iter().filter_map(|s| Some((s.path.to_string(), s.line?)));
    placed
        .take(10)
        .map(|(path, line)| {
            let said = diagnosis.locations.iter().find(|l| l.line == Some(line) && l.path.ends_with(&path));
            let text = said.map(|l| message(&l.message));
            (path, line, text.unwrap_or_else(|| message("")))
        })
        .collect()
}
