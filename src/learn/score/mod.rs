//! How good a proposal is, from 0 to 100, beyond that it is proven:
//! `0.30 code_quality + 0.25 test_coverage + 0.25 maintainability + 0.20 readability`. Every part starts at a stated
//! number and loses points for what was measured; each reason says what and how much.

pub mod coverage;
mod quality;
mod reading;
mod shape;
mod tests_ran;
mod upkeep;

pub use coverage::Coverage;

use crate::patch::{FilePatch, Patch};
use crate::record::entry::{Evaluation, Part, Remark};
use crate::record::{CheckResult, Evidence};
use crate::syntax::{Language, Syntax};

/// What there is to measure. Never the words of whoever made the patch.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub patch: &'a Patch,
    pub evidence: Option<&'a Evidence>,
    pub guards: &'a [CheckResult],
    /// What reviewers said of it.
    pub remarks: &'a [Remark],
    /// Which lines the tests ran, where the command tells.
    pub coverage: Option<&'a Coverage>,
    /// A model's number, from 0 to 100.
    pub opinion: Option<f64>,
}

/// The most by which a model's opinion moves the score.
const MOST_BY_OPINION: f64 = 10.0;

/// Rates a proposal. The same input gives the same number.
pub fn evaluate(input: &Input) -> Evaluation {
    let files: Vec<Changed> = input.patch.files().iter().map(Changed::of).collect();
    let code_quality = quality::rate(input, &files);
    let test_coverage = tests_ran::rate(input);
    let maintainability = upkeep::rate(input, &files);
    let readability = reading::rate(input, &files);
    let measured = 0.30 * code_quality.score
        + 0.25 * test_coverage.score
        + 0.25 * maintainability.score
        + 0.20 * readability.score;
    let opinion = input.opinion.filter(|number| number.is_finite()).map(|number| number.clamp(0.0, 100.0));
    let moved = opinion.map_or(0.0, |number| ((number - measured) / 2.0).clamp(-MOST_BY_OPINION, MOST_BY_OPINION));
    let score = rounded((measured + moved).clamp(0.0, 100.0));
    Evaluation { score, code_quality, test_coverage, maintainability, readability, opinion }
}

fn rounded(score: f64) -> f64 {
    (score * 10.0).round() / 10.0
}

/// A part of the score in the making.
struct Rating {
    score: f64,
    reasons: Vec<String>,
}

impl Rating {
    fn from(score: f64) -> Self {
        Self { score, reasons: Vec::new() }
    }

    /// Takes off `points` for each, at most `most` in all; `told` says what of.
    fn lose(&mut self, count: usize, points: f64, most: f64, told: &str) {
        if count > 0 {
            let lost = (points * count as f64).min(most);
            self.score -= lost;
            self.reasons.push(format!("−{lost:.0}: {told}"));
        }
    }

    fn say(&mut self, told: String) {
        self.reasons.push(told);
    }

    fn part(self) -> Part {
        Part { score: rounded(self.score.clamp(0.0, 100.0)), reasons: self.reasons }
    }
}

/// A changed file, read once for all parts.
struct Changed<'a> {
    file: &'a FilePatch,
    before: &'a str,
    after: &'a str,
    /// Both sides as trees, where the language is known; an empty one for a file that is new or gone.
    trees: Option<(Syntax, Syntax)>,
    /// Added lines: number from 1, and text.
    added: Vec<(u32, String)>,
}

impl<'a> Changed<'a> {
    fn of(file: &'a FilePatch) -> Self {
        let text = |side: &'a Option<Vec<u8>>| side.as_deref().and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("");
        let (before, after) = (text(&file.before), text(&file.after));
        let parse = |text: &str| Syntax::parse(Language::of(&file.path)?, text.as_bytes());
        let trees = parse(before).zip(parse(after));
        let own = Patch::from_files([file.clone()]);
        let added = own.added_lines().into_iter().map(|(_, number, line)| (number, line)).collect();
        Self { file, before, after, trees, added }
    }

    fn name(&self) -> &str {
        self.file.path.as_str()
    }
}

#[cfg(test)]
mod tests;
