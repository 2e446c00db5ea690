//! Two edits at once, when none of them is enough: those that helped a test on its way first.

use super::chance::Doubt;
use super::hunt::Shot;

/// How many pairs are worth judging.
const MOST: usize = 40_000;
/// So many likely edits are combined with each other.
const LIKELY: usize = 220;

/// Best first. `hopeful` are the shots after which more tests passed.
pub fn pairs(shots: &[Shot], hopeful: &[usize]) -> Vec<Shot> {
    let likely: Vec<usize> = (0..shots.len().min(LIKELY)).collect();
    let mut all = Vec::new();
    for (rank, one) in hopeful.iter().take(30).enumerate() {
        for other in 0..shots.len().min(1500) {
            all.extend(together(&shots[*one], &shots[other], -0.8 + 0.02 * rank as f64));
        }
    }
    for (i, one) in likely.iter().enumerate() {
        for other in &likely[i + 1..] {
            all.extend(together(&shots[*one], &shots[*other], 0.0));
        }
    }
    all.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    all.dedup_by(|a, b| a.edits == b.edits);
    all.truncate(MOST);
    all
}

/// `None` where the edits touch each other.
fn together(one: &Shot, other: &Shot, more: f64) -> Option<Shot> {
    let apart = one.edits.iter().all(|(place, a, _)| {
        other.edits.iter().all(|(other_place, b, _)| place != other_place || a.end < b.start || b.end < a.start)
    });
    let mut edits: Vec<_> = one.edits.iter().chain(&other.edits).cloned().collect();
    edits.sort_by_key(|(place, range, _)| (*place, range.start));
    let family = if one.family == other.family { one.family } else { "two edits" };
    // The same slip made twice is one idea.
    let same = one.family == other.family
        && one.edits.iter().map(|(.., text)| text).eq(other.edits.iter().map(|(.., text)| text));
    let doubt = one.doubt.max(other.doubt).max(if same { Doubt::None } else { Doubt::Pair });
    apart.then_some(Shot { edits, cost: one.cost + other.cost + more, family, doubt })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shot(start: usize, cost: f64) -> Shot {
        Shot { edits: vec![(0, start..start + 2, "x".to_owned())], cost, family: "constant", doubt: Doubt::None }
    }

    #[test]
    fn pairs_are_cheapest_first_and_do_not_touch() {
        let made = pairs(&[shot(0, 1.0), shot(1, 1.0), shot(9, 3.0)], &[]);
        assert_eq!(made.len(), 2);
        assert!(made.iter().all(|pair| pair.edits.len() == 2 && pair.edits[1].1.start == 9));
        let hopeful = pairs(&[shot(0, 1.0), shot(5, 2.0), shot(9, 2.0)], &[2]);
        assert!(hopeful[0].cost < 2.5, "{hopeful:?}");
    }
}
