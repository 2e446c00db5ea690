//! Code quality: what linters, hooks, reviewers and the syntax tree have against it.

use super::{Changed, Input, Rating, shape};
use crate::brain::text::count;
use crate::record::entry::{Concern, Part};
use crate::record::{CheckStatus, Severity};

pub(super) fn rate(input: &Input, files: &[Changed]) -> Part {
    let mut rating = Rating::from(100.0);
    let broken = files
        .iter()
        .filter(|file| file.trees.as_ref().is_some_and(|(before, after)| before.is_sound() && !after.is_sound()));
    let broken: Vec<&str> = broken.map(Changed::name).collect();
    rating.lose(broken.len(), 40.0, 80.0, &format!("no longer in its language: {}", broken.join(", ")));
    complexity(&mut rating, files);
    lint(&mut rating, input);
    remarks(&mut rating, input);
    if rating.reasons.is_empty() {
        rating.say("no linter, guard or reviewer objects, and the code is no more complex than before".to_owned());
    }
    rating.part()
}

fn complexity(rating: &mut Rating, files: &[Changed]) {
    let of = |measure: fn(&crate::syntax::Syntax) -> usize| {
        let both = files.iter().filter(|file| file.file.after.is_some()).filter_map(|file| file.trees.as_ref());
        both.fold((0, 0), |(before, after), (old, new)| (before + measure(old), after + measure(new)))
    };
    let (before, after) = of(shape::ways);
    let more = after.saturating_sub(before);
    // A guard that was missing is one way more, and no fault.
    rating.lose(
        more.saturating_sub(1),
        4.0,
        30.0,
        &format!("{} more through the code ({before} → {after})", count(more, "way")),
    );
    let (before, after) = of(shape::depth);
    let deeper = after.saturating_sub(before.max(3));
    rating.lose(deeper, 5.0, 15.0, &format!("nested {} deeper ({before} → {after})", count(deeper, "level")));
}

fn lint(rating: &mut Rating, input: &Input) {
    let warned = input.guards.iter().filter(|guard| guard.status == CheckStatus::Warn);
    for guard in warned {
        let findings = guard.findings.iter().filter(|f| f.severity >= Severity::Warning).count().max(1);
        rating.lose(findings, 5.0, 20.0, &format!("the check {} warns of {}", guard.id, count(findings, "thing")));
    }
}

fn remarks(rating: &mut Rating, input: &Input) {
    let of = |severity: Severity, style: bool| {
        let same = |r: &&crate::record::entry::Remark| r.severity == severity && (r.concern == Concern::Style) == style;
        input.remarks.iter().filter(same).count()
    };
    let errors = of(Severity::Error, false) + of(Severity::Error, true);
    let warnings = of(Severity::Warning, false);
    rating.lose(errors, 25.0, 50.0, &format!("a reviewer sees {}", count(errors, "error")));
    rating.lose(warnings, 8.0, 24.0, &format!("a reviewer warns of {}", count(warnings, "thing")));
}
