//! When a review of our own pull request gets no further commit.

use super::Pipeline;
use crate::record::{AttemptRecord, Healing, Outcome};
use crate::stage::collect::Collected;
use crate::stage::publish::trailer;
use anyhow::Result;

/// Events of this kind are reviews.
const REVIEWS: &str = "pull_request_review";

/// Why nothing is done, if so: people have gone on from what we wrote, or it has been enough.
pub(super) fn not_now(pipeline: &Pipeline, work: &Collected, records: &Result<Vec<AttemptRecord>>) -> Option<Healing> {
    let none = Vec::new();
    let records = records.as_ref().unwrap_or(&none);
    // Trailers survive an amendment by somebody else, so they count only where nothing was recorded at all.
    let is_ours = match records.as_slice() {
        [] => is_signed(pipeline, work),
        some => some.iter().any(|record| record.commit.as_ref() == Some(&work.base)),
    };
    if !is_ours {
        let why =
            format!("the tip of {} ({}) is not ours: people have gone on from it", work.target, work.base.short());
        return Some(Healing::ended(Outcome::Ignored, why));
    }
    let follow_ups = records.iter().filter(|r| r.event.starts_with(REVIEWS) && r.commit.is_some()).count() as u64;
    let most = pipeline.config.answers.rounds;
    let why =
        format!("{follow_ups} follow-ups are on {} (answers.rounds is {most}); the rest is for people", work.target);
    (follow_ups >= most).then(|| Healing::ended(Outcome::Ignored, why))
}

/// The commit says that it is ours, for where the ledger is not kept.
fn is_signed(pipeline: &Pipeline, work: &Collected) -> bool {
    let commit = pipeline.forge.commit(&work.base).ok().flatten();
    commit.is_some_and(|commit| trailer(&commit.message, "Thanos-Task") == Some(work.task.key.as_str()))
}
