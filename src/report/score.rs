//! The score of a proposal and its reasons, for people.

use super::markdown::{cell, details, one_line, table};
use crate::brain::text;
use crate::record::entry::{Evaluation, Part};

type Get = fn(&Evaluation) -> &Part;

/// Name, weight in percent, and where it lies.
const PARTS: [(&str, u32, Get); 4] = [
    ("code quality", 30, |e| &e.code_quality),
    ("test coverage", 25, |e| &e.test_coverage),
    ("maintainability", 25, |e| &e.maintainability),
    ("readability", 20, |e| &e.readability),
];

/// `score 87 of 100: code quality 95, …`.
pub fn score_line(evaluation: &Evaluation) -> String {
    let parts: Vec<String> =
        PARTS.iter().map(|(name, _, part)| format!("{name} {:.0}", part(evaluation).score)).collect();
    format!("{:.0} of 100 ({})", evaluation.score, parts.join(", "))
}

/// One collapsed block.
pub(super) fn score_section(evaluation: &Evaluation) -> String {
    let rows = PARTS.iter().map(|(name, weight, part)| {
        let part = part(evaluation);
        let reasons = text::inert(&cell(&one_line(&part.reasons.join("; "), 600)));
        vec![(*name).to_owned(), format!("{weight} %"), format!("{:.0}", part.score), reasons]
    });
    let mut inside = format!("\n{}\n", table(&["", "weight", "score", "measured"], rows));
    if let Some(opinion) = evaluation.opinion {
        inside.push_str(&format!("A model's opinion, {opinion:.0}, moved it by 10 at most.\n\n"));
    }
    details(&format!("score: {:.0} of 100", evaluation.score), &inside)
}
