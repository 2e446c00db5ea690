//! In which order the hands are asked: by Thompson sampling over how they did here, for each class of failure apart.
//! A hand is worth what it mends for what it costs; as long as little is known, the usual order stays.

use super::digest;
use crate::record::entry::{Decision, Entry, Fact, PullState};
use crate::record::{AttemptRecord, FailureClass, HandId, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A hand with fewer tries of a class is taken at its usual worth.
const ENOUGH: u32 = 5;
/// What a dollar counts in seconds of waiting: ten minutes.
const SECONDS_PER_DOLLAR: f64 = 600.0;
/// What is assumed of a hand weighs as much as so many tries.
const ASSUMED: f64 = 3.0;
/// More tries than this tell nothing new, and sampling from them only takes time.
const MOST: u32 = 60;

/// How a hand did with a class of failures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub class: FailureClass,
    pub hand: HandId,
    /// Runs in which it proposed something, and those in which that was proven.
    pub tries: u32,
    pub wins: u32,
    /// What became of its pull requests.
    #[serde(default)]
    pub merged: u32,
    #[serde(default)]
    pub declined: u32,
    /// Candidates whose command was run, and how long that command takes, all runs added up.
    pub candidates: u32,
    pub seconds: f64,
    pub usd: f64,
}

/// Adds up what the ledger has. `records` and `entries` are of one repository.
pub fn tallies(records: &[AttemptRecord], entries: &[Entry]) -> Vec<Tally> {
    let ends = ends(entries);
    let mut all: BTreeMap<(FailureClass, HandId), Tally> = BTreeMap::new();
    for record in records {
        let Some(class) = record.class else { continue };
        let seconds = record.evidence.as_ref().map_or(0.0, |e| e.before.seconds);
        for hand in HandId::ALL {
            let candidates = record.tried.iter().filter(|tried| tried.hand == hand).count();
            if candidates == 0 {
                continue;
            }
            let won = record.hand == Some(hand) && matches!(record.outcome, Outcome::Fixed | Outcome::Proposed);
            let empty =
                Tally { class, hand, tries: 0, wins: 0, merged: 0, declined: 0, candidates: 0, seconds: 0.0, usd: 0.0 };
            let tally = all.entry((class, hand)).or_insert(empty);
            tally.tries += 1;
            tally.wins += u32::from(won);
            tally.candidates += u32::try_from(candidates).unwrap_or(u32::MAX);
            tally.seconds += seconds;
            tally.usd += if hand == HandId::Model { record.cost_usd } else { 0.0 };
            let end = ends.get(record.attempt.as_str()).filter(|_| won);
            tally.merged += u32::from(end == Some(&PullState::Merged));
            tally.declined += u32::from(matches!(end, Some(PullState::Closed | PullState::Reverted)));
        }
    }
    all.into_values().collect()
}

/// The last trusted word on each run's pull request.
fn ends(entries: &[Entry]) -> BTreeMap<&str, PullState> {
    let mut ends: BTreeMap<&str, (&str, PullState)> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.trusted) {
        let (Fact::Pull(pull), Some(attempt)) = (&entry.fact, &entry.attempt) else { continue };
        if !matches!(pull.state, PullState::Opened | PullState::Green | PullState::Red) {
            let there = ends.entry(attempt.as_str()).or_insert((&entry.at, pull.state));
            if (pull.state.finality(), entry.at.as_str()) > (there.1.finality(), there.0) {
                *there = (&entry.at, pull.state);
            }
        }
    }
    ends.into_iter().map(|(attempt, (_, state))| (attempt, state)).collect()
}

/// The hands in their new order, and why.
pub struct Ordered {
    pub hands: Vec<HandId>,
    /// `None` where too little is known to decide anything.
    pub decision: Option<Decision>,
}

/// Orders `hands` for a class. `recall` stays first and `revert` last; none is ever left out.
pub fn order(hands: &[HandId], class: FailureClass, tallies: &[Tally], seed: u64) -> Ordered {
    let of = |hand: HandId| tallies.iter().find(|t| t.class == class && t.hand == hand);
    let (movable, fixed): (Vec<HandId>, Vec<HandId>) =
        hands.iter().partition(|hand| !matches!(hand, HandId::Recall | HandId::Revert));
    if !movable.iter().any(|hand| of(*hand).is_some_and(|t| t.tries >= ENOUGH)) {
        return Ordered { hands: hands.to_vec(), decision: None };
    }
    let mut sampled: Vec<(HandId, f64)> =
        movable.iter().map(|hand| (*hand, worth(*hand, of(*hand), class, seed))).collect();
    sampled.sort_by(|a, b| b.1.total_cmp(&a.1));
    let has = |hand: HandId| fixed.contains(&hand).then_some(hand);
    let middle = sampled.iter().map(|(hand, _)| *hand);
    let ordered: Vec<HandId> = has(HandId::Recall).into_iter().chain(middle).chain(has(HandId::Revert)).collect();
    let decision = Decision {
        about: "hands".to_owned(),
        choice: names(&ordered),
        why: why(&ordered, hands, class, tallies),
        options: sampled.iter().map(|(hand, worth)| (hand.as_str().to_owned(), rounded(*worth))).collect(),
        seed: Some(seed),
    };
    Ordered { hands: ordered, decision: Some(decision) }
}

fn names(hands: &[HandId]) -> String {
    hands.iter().map(|hand| hand.as_str()).collect::<Vec<_>>().join(", ")
}

/// One sentence, with the numbers that it rests on.
fn why(ordered: &[HandId], usual: &[HandId], class: FailureClass, tallies: &[Tally]) -> String {
    let told = |hand: &HandId| {
        let tally = tallies.iter().find(|t| t.class == class && t.hand == *hand)?;
        let ends = match (tally.merged, tally.declined) {
            (0, 0) => String::new(),
            (merged, declined) => format!(" ({merged} merged, {declined} not)"),
        };
        Some(format!("{} mended {} of {}{ends}", hand.as_str(), tally.wins, tally.tries))
    };
    let numbers: Vec<String> = ordered.iter().filter_map(told).collect();
    let verb =
        if ordered == usual { "the usual order of the hands stays" } else { "the hands are asked in another order" };
    format!("for {} failures {verb}: here {}", class.as_str(), numbers.join(", "))
}

fn rounded(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

/// A sampled chance to mend it, for what a try costs: in runs of the command, so that a slow one is the same for all.
fn worth(hand: HandId, tally: Option<&Tally>, class: FailureClass, seed: u64) -> f64 {
    let assumed = assumed_runs(hand);
    let Some(tally) = tally.filter(|tally| tally.tries >= ENOUGH) else { return 0.5 / assumed };
    let (good, bad) = (tally.wins + tally.merged, tally.tries - tally.wins.min(tally.tries) + 2 * tally.declined);
    let most = good.max(bad).max(1);
    let scale = |n: u32| if most > MOST { n * MOST / most } else { n };
    let mut lots = Lots::of(&format!("{seed} {} {}", class.as_str(), hand.as_str()));
    let chance = lots.beta(1 + scale(good), 1 + scale(bad));
    let tries = f64::from(tally.tries);
    let in_runs = tally.usd * SECONDS_PER_DOLLAR / (tally.seconds / tries).max(1.0);
    chance / ((ASSUMED * assumed + f64::from(tally.candidates) + in_runs) / (ASSUMED + tries))
}

/// What a try is taken to cost where nothing is known: so far apart that chance alone changes no order.
fn assumed_runs(hand: HandId) -> f64 {
    match hand {
        HandId::Recall | HandId::Tool => 1.0,
        HandId::Hint => 3.0,
        HandId::Search => 15.0,
        HandId::Revert => 200.0,
        _ => 60.0,
    }
}

/// Numbers that are the same for the same seed (SplitMix64).
struct Lots(u64);

impl Lots {
    fn of(seed: &str) -> Self {
        Self(u64::from_str_radix(&digest(seed, 8), 16).unwrap_or_default())
    }

    /// From 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From the Beta distribution: of a + b - 1 numbers the a-th smallest has it.
    fn beta(&mut self, a: u32, b: u32) -> f64 {
        let mut drawn: Vec<f64> = (0..a + b - 1).map(|_| self.next()).collect();
        drawn.sort_by(f64::total_cmp);
        drawn.get(a as usize - 1).copied().unwrap_or(0.5)
    }
}
