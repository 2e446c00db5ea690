//! What the reviewing model said, for people.

use super::markdown::{cell, code, one_line, table};
use crate::brain::text;
use crate::record::Severity;
use crate::record::entry::{ReviewFact, Verdict};
use std::fmt::Write as _;

/// The section of the pull request; empty where nobody reviewed.
pub(super) fn review_section(review: Option<&ReviewFact>) -> String {
    let Some(fact) = review else { return String::new() };
    let by = text::inert(&one_line(&fact.reviewer, 100));
    let verdict = match fact.verdict {
        Verdict::Approved => "has nothing against it",
        Verdict::Changes => "does not let it pass",
        Verdict::Commented => "has remarks, none of which blocks",
        Verdict::None => "gave no review",
    };
    let mut out =
        format!("### Review\n\n{by} {verdict}. It saw the task, the change and the evidence, nothing else.\n");
    let rows = fact.remarks.iter().map(|remark| {
        let place = remark.path.as_ref().map_or_else(String::new, |path| {
            let line = remark.line.map_or_else(String::new, |line| format!(":{line}"));
            code(&format!("{path}{line}"))
        });
        let severity = match remark.severity {
            Severity::Error => "blocks",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let suggestion = remark.suggestion.as_ref().map_or_else(String::new, |said| format!(" Suggested: {said}"));
        vec![place, severity.to_owned(), text::inert(&cell(&format!("{}{suggestion}", remark.claim)))]
    });
    if !fact.remarks.is_empty() {
        let _ = write!(out, "\n{}", table(&["where", "", "what"], rows));
    }
    if !fact.risks.is_empty() {
        let _ = writeln!(out, "\nRisks of a merge: {}.", text::inert(&one_line(&fact.risks.join(", "), 300)));
    }
    out.push('\n');
    out
}
