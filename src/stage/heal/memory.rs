//! What earlier runs left, in a diagnosis: "seen before", the hand that does it again, and the order of the hands.

use super::bench::Bench;
use crate::learn;
use crate::record::entry::{Decision, Learning};
use crate::record::{Diagnosis, HandId, Seen};
use crate::report;

/// Adds what is known of the failure, and orders the hands by how they did.
pub fn remember(bench: &Bench, diagnosis: &mut Diagnosis) {
    let experience = bench.experience();
    diagnosis.seen = learn::seen(&experience.known, diagnosis, &experience.now);
    let learnings = learnings(bench, &diagnosis.seen);
    let recalls = learnings.iter().any(|one| diagnosis.seen.iter().any(|seen| learn::may_recall(seen, one)));
    // Where nothing is known, nothing is to be seen of the hand either.
    diagnosis.strategy.retain(|hand| *hand != HandId::Recall || recalls);
    if experience.reorder {
        let ordered = learn::order(&diagnosis.strategy, diagnosis.class, &experience.tallies, bench.job.seed);
        diagnosis.strategy = ordered.hands;
        if let Some(decision) = ordered.decision {
            decide(bench, decision);
        }
    }
}

/// One decision of a kind for each class; what changes something is said.
fn decide(bench: &Bench, decision: Decision) {
    let mut decisions = bench.decisions.borrow_mut();
    if !decisions.iter().any(|there| there.why == decision.why) {
        (bench.say)("learn", &decision.why);
        decisions.push(decision);
    }
}

/// The lessons of a diagnosis, whole, in its order.
pub fn learnings<'a>(bench: &'a Bench, seen: &[Seen]) -> Vec<&'a Learning> {
    let known = &bench.experience().known;
    seen.iter().filter_map(|seen| known.iter().map(|one| &one.learning).find(|one| one.key == seen.key)).collect()
}

/// What people are told when the diagnosis is there.
pub fn tell(bench: &Bench, diagnosis: &Diagnosis) {
    for seen in &diagnosis.seen {
        (bench.say)("memory", &report::seen_line(seen));
    }
}
