//! From what passes to what is offered: how sure it is, and what else would have done.

use super::hunt::{Hunt, Shot};
use crate::hand::offer;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;

/// So many are offered, one for each way of behaving first.
const MOST: usize = 5;

/// What is alone and costs more than this is one of the less likely edits, with nothing that speaks for it but the tests.
const LIKELY: f64 = 2.2;

/// One failing test can be made to pass by chance; a lone survivor that mends so many hardly is chance.
const TELLING: usize = 2;

/// The answer of a judge about its shots.
pub struct Verdict<'a> {
    /// Best first.
    pub alive: &'a [usize],
    /// Those that do the same.
    pub groups: &'a [Vec<usize>],
}

/// `mended`: how many tests failed that pass now.
pub fn candidates(hunt: &Hunt, shots: &[Shot], verdict: &super::hunt::Answer, mended: usize) -> Result<Vec<Candidate>> {
    // Where the clock ended it nobody knows what else would have passed.
    let unseen = verdict.unseen || verdict.out_of_time;
    let verdict = Verdict { alive: &verdict.alive, groups: &verdict.groups };
    let confidence = match verdict.groups.len() {
        0..=2 if unseen => Confidence::Suggested,
        0 | 1 if verdict.alive.len() > 1 => Confidence::Confident,
        0 | 1 if mended >= TELLING && verdict.alive.iter().all(|one| shots[*one].cost < LIKELY) => {
            Confidence::Confident
        }
        0 | 1 => Confidence::Suggested,
        2 => Confidence::Suggested,
        _ => Confidence::Unsure,
    };
    let mut offered = Vec::new();
    for number in order(&verdict).into_iter().take(MOST) {
        let shot = &shots[number];
        if let Some(patch) = offer::patch(hunt.job(), edits(hunt, shot))? {
            let why = format!("{}{}", describe(hunt, shot), others(hunt, shots, &verdict, number));
            offered.push(Candidate { patch, hand: HandId::Search, why, confidence });
        }
    }
    Ok(offered)
}

/// The best of each group, then the rest.
fn order(verdict: &Verdict) -> Vec<usize> {
    let first: Vec<usize> = verdict.groups.iter().filter_map(|group| group.first().copied()).collect();
    let rest = verdict.alive.iter().copied().filter(|number| !first.contains(number));
    let mut all = first.clone();
    all.extend(rest);
    all
}

fn edits(hunt: &Hunt, shot: &Shot) -> Vec<Edit> {
    let edit = |(place, range, text): &(i64, std::ops::Range<usize>, String)| {
        let path: RelPath = hunt.file(*place)?.path.clone();
        Some(Edit { path, range: range.clone(), text: text.clone() })
    };
    shot.edits.iter().filter_map(edit).collect()
}

/// `operator: \`<\` became \`<=\` in search()`.
fn describe(hunt: &Hunt, shot: &Shot) -> String {
    let place = shot.edits.first().and_then(|(place, ..)| hunt.spots.get(usize::try_from(*place).ok()?));
    let inside = place.map_or_else(String::new, |spot| format!(" in {}()", spot.name));
    format!("{}{inside}: {}", shot.family, changes(hunt, shot))
}

fn changes(hunt: &Hunt, shot: &Shot) -> String {
    let short = |text: &str| crate::report::markdown::one_line(text.trim(), 60);
    let one = |(place, range, new): &(i64, std::ops::Range<usize>, String)| {
        let old = hunt.file(*place).and_then(|file| file.text.get(range.clone())).unwrap_or_default();
        let old = short(&String::from_utf8_lossy(old));
        match (old.is_empty(), new.trim().is_empty()) {
            (true, _) => format!("`{}` put in", short(new)),
            (_, true) => format!("`{old}` taken out"),
            _ => format!("`{old}` became `{}`", short(new)),
        }
    };
    shot.edits.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What else passes all tests, briefly.
fn others(hunt: &Hunt, shots: &[Shot], verdict: &Verdict, own: usize) -> String {
    let others: Vec<usize> = order(verdict).into_iter().filter(|number| *number != own).collect();
    if others.is_empty() {
        return String::new();
    }
    let mut shown: Vec<String> = others.iter().map(|number| changes(hunt, &shots[*number])).collect();
    shown.dedup();
    shown.truncate(2);
    let ways = match verdict.groups.len() {
        1 => "that behave the same".to_owned(),
        n => format!("that behave in {n} ways"),
    };
    let patches = crate::report::count(verdict.alive.len(), "patch").replace("patchs", "patches");
    format!(" ({patches} {ways} pass the tests, also: {})", shown.join("; "))
}
