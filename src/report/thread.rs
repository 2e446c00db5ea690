//! What is said in a reviewer's thread.

use super::markdown::{code, one_line};
use super::{Story, count};
use crate::brain::text;
use crate::record::Settled;

/// The marker, which is the last line, and the answer with it.
pub fn thread_answer(story: &Story, settled: &Settled) -> (String, String) {
    let marker = format!("<!-- thanos-fix answer={} -->", story.attempt);
    let why = text::inert(&one_line(&settled.why, 300));
    let why = why.trim_end_matches('.');
    let said = match story.commit.filter(|_| settled.done) {
        Some(commit) => format!("Done in {}: {why}.{}", commit.short(), proof(story)),
        None => format!("Not done: {why}. It is left to people."),
    };
    let body = format!("{said}\n\n{marker}");
    (marker, body)
}

/// What the command said with it.
fn proof(story: &Story) -> String {
    let Some(evidence) = &story.healing.evidence else { return String::new() };
    if !evidence.after.as_ref().is_some_and(crate::record::RunSummary::passed) {
        return String::new();
    }
    let kept = match evidence.pass_to_pass {
        Some(kept) if kept > 0 => {
            format!("; {} that passed before still {}", count(kept, "test"), if kept == 1 { "passes" } else { "pass" })
        }
        _ => String::new(),
    };
    format!(" {} passes with it{kept}.", text::inert(&code(&one_line(&evidence.command, 120))))
}
