//! From what passes to what is offered: how sure it is, and what else would have done.

use super::chance::Doubt;
use super::evidence::Evidence;
use super::hunt::{Answer, Hunt, Shot};
use crate::hand::offer;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;

/// So many are offered, one for each way of behaving first.
const MOST: usize = 5;

/// What is alone and costs more than this is one of the less likely edits, with nothing that speaks for it but the tests.
const LIKELY: f64 = 2.2;

/// A single question can be answered right by chance, two hardly: unless so many have tried, or he is one of the many
/// pairs.
const TELLING: usize = 2;
const TELLING_MUCH: usize = 3;
const MANY: usize = 128;
/// Nothing else behaves the same: for that more has to speak.
const SURE: usize = 3;

/// Whoever is likelier than what behaves otherwise has to answer so many, most of them as before.
const HELD: usize = 3;

/// So much less costs what is clearly likelier.
const CLEAR: f64 = 0.08;

/// The answer of a judge about its shots.
pub struct Verdict<'a> {
    /// Best first.
    pub alive: &'a [usize],
    /// Those that do the same.
    pub groups: &'a [Vec<usize>],
}

/// `tests`: those that failed and pass now.
pub fn candidates(hunt: &Hunt, shots: &[Shot], answer: &Answer, tests: &[String]) -> Result<Vec<Candidate>> {
    let verdict = Verdict { alive: &answer.alive, groups: &answer.groups };
    let first = order(shots, &verdict).first().and_then(|first| Evidence::seen(answer, *first, tests.len()));
    let evidence = first.map_or_else(|| Evidence::read(hunt, tests), Ok)?;
    // Where the clock ended it nobody knows what else would have passed.
    let unseen = answer.unseen || answer.out_of_time;
    let confidence = confidence(shots, &verdict, unseen, evidence);
    let mut offered = Vec::new();
    for number in order(shots, &verdict).into_iter().take(MOST) {
        let shot = &shots[number];
        if let Some(patch) = offer::patch(hunt.job(), edits(hunt, shot))? {
            let why = format!("{}{}", describe(hunt, shot), others(hunt, shots, &verdict, number));
            offered.push(Candidate { patch, hand: HandId::Search, why, confidence });
        }
    }
    Ok(offered)
}

fn confidence(shots: &[Shot], verdict: &Verdict, unseen: bool, evidence: Evidence) -> Confidence {
    let doubt = |number: &usize| shots[*number].doubt;
    let alone = verdict.alive.len() < 2;
    let all = verdict.groups.len();
    // Those that nothing speaks for but the tests are no rivals of one that more speaks for.
    let sound = verdict.groups.iter().filter(|group| group.iter().any(|one| doubt(one) != Doubt::Blind)).count();
    let ways = if sound == 0 { all } else { sound };
    let likely = verdict.alive.iter().all(|one| shots[*one].cost < LIKELY);
    let first = order(shots, verdict).first().copied();
    let doubt = first.as_ref().map_or(Doubt::None, doubt);
    let few = first.is_none_or(|first| first < MANY) && doubt != Doubt::Pair;
    // By the word of a single question only what is alone, likely and above doubt is taken, or what the code asks for.
    let weak = (ways > 1 && !(evidence.asked >= HELD && is_clear(shots, verdict)))
        || doubt > Doubt::Tuned
        || (alone && (doubt == Doubt::Tuned || !likely));
    let told = match (likely, few) {
        (true, _) => evidence.weight() >= TELLING,
        (false, few) => evidence.mended >= if few { TELLING } else { TELLING_MUCH },
    };
    let thin = !told && doubt > Doubt::Backed && weak;
    match ways {
        _ if thin => Confidence::Unsure,
        0..=2 if unseen => Confidence::Suggested,
        0 | 1 if doubt > Doubt::Tuned || ways < all => Confidence::Suggested,
        0 | 1 if !alone || (evidence.weight() >= SURE && likely) => Confidence::Confident,
        0..=2 => Confidence::Suggested,
        _ => Confidence::Unsure,
    }
}

/// The first is so much likelier than what behaves otherwise that it needs no second test, and fits no number to the one.
fn is_clear(shots: &[Shot], verdict: &Verdict) -> bool {
    let Some(first) = order(shots, verdict).first().copied() else { return false };
    let rivals = verdict.groups.iter().filter(|group| !group.contains(&first)).flatten().map(|one| &shots[*one]);
    let (rivals, best) = (rivals.filter(|rival| rival.doubt != Doubt::Blind), &shots[first]);
    let far = rivals.map(|rival| rival.cost).fold(f64::INFINITY, f64::min) - best.cost >= CLEAR;
    best.doubt <= Doubt::None && far
}

/// The best of each group, then the rest; who passes by chance stands behind all others of his kind.
fn order(shots: &[Shot], verdict: &Verdict) -> Vec<usize> {
    let doubt = |number: &usize| shots[*number].doubt.max(Doubt::Tuned);
    let best = |group: &Vec<usize>| group.iter().copied().min_by_key(doubt);
    let mut all: Vec<usize> = verdict.groups.iter().filter_map(best).collect();
    all.sort_by_key(doubt);
    let mut rest: Vec<usize> = verdict.alive.iter().copied().filter(|number| !all.contains(number)).collect();
    rest.sort_by_key(doubt);
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
    let others: Vec<usize> = order(shots, verdict).into_iter().filter(|number| *number != own).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    /// One shot of each doubt and cost, in groups of those that do the same.
    fn sure(groups: &[&[(Doubt, f64)]], (mended, asked): (usize, usize)) -> (Confidence, usize) {
        let shot = |(doubt, cost): &(Doubt, f64)| Shot { edits: Vec::new(), cost: *cost, family: "x", doubt: *doubt };
        let shots: Vec<Shot> = groups.iter().flat_map(|group| group.iter().map(shot)).collect();
        let alive: Vec<usize> = (0..shots.len()).collect();
        let mut rest = alive.clone().into_iter();
        let groups: Vec<Vec<usize>> = groups.iter().map(|group| rest.by_ref().take(group.len()).collect()).collect();
        let verdict = Verdict { alive: &alive, groups: &groups };
        let evidence = Evidence { mended, asked };
        (confidence(&shots, &verdict, false, evidence), order(&shots, &verdict)[0])
    }

    #[test]
    fn what_passes_by_chance_is_last_and_not_sure() {
        use Confidence::{Confident, Suggested, Unsure};
        use Doubt::{Backed, Blind, None, Pair, Tuned};
        for (groups, evidence, wanted) in [
            (&[&[(None, 1.5)][..]][..], (1, 1), (Suggested, 0)),
            (&[&[(None, 1.5)]], (2, 3), (Suggested, 0)),
            (&[&[(None, 1.5)]], (3, 3), (Confident, 0)),
            (&[&[(None, 2.5)]], (1, 1), (Unsure, 0)),
            (&[&[(None, 2.5)]], (1, 9), (Unsure, 0)),
            (&[&[(None, 2.5)]], (2, 2), (Suggested, 0)),
            (&[&[(Pair, 2.5)]], (2, 9), (Unsure, 0)),
            (&[&[(Pair, 2.5)]], (3, 3), (Suggested, 0)),
            (&[&[(Tuned, 1.2)]], (2, 2), (Suggested, 0)),
            (&[&[(Tuned, 1.2)]], (1, 9), (Suggested, 0)),
            (&[&[(Tuned, 1.2)]], (1, 1), (Unsure, 0)),
            (&[&[(Tuned, 1.2), (Tuned, 1.3)]], (1, 1), (Confident, 0)),
            (&[&[(Pair, 2.0)]], (1, 1), (Unsure, 0)),
            (&[&[(Pair, 2.0)]], (3, 3), (Suggested, 0)),
            (&[&[(Blind, 1.0)], &[(None, 1.5)]], (1, 1), (Suggested, 1)),
            (&[&[(Blind, 1.0), (None, 1.5)], &[(Blind, 1.0)]], (2, 2), (Suggested, 1)),
            (&[&[(None, 1.0)], &[(None, 1.05)]], (1, 1), (Unsure, 0)),
            (&[&[(None, 1.0)], &[(None, 1.05)]], (3, 3), (Suggested, 0)),
            (&[&[(None, 1.0)], &[(None, 1.5)]], (1, 2), (Unsure, 0)),
            (&[&[(None, 1.0)], &[(None, 1.5)]], (1, 3), (Suggested, 0)),
            (&[&[(None, 1.0)], &[(None, 1.5)], &[(None, 1.5)]], (1, 1), (Unsure, 0)),
            (&[&[(Tuned, 1.0)], &[(None, 1.5)]], (1, 1), (Unsure, 0)),
            (&[&[(Backed, 0.9)], &[(None, 1.5)]], (1, 1), (Suggested, 0)),
        ] {
            assert_eq!(sure(groups, evidence), wanted, "{groups:?} {evidence:?}");
        }
    }
}
