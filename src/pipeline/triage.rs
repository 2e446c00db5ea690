//! How much of us a stranger gets where `trust.strangers` is `triage`: one person must not be able to keep us busy.

use super::{EARLIER, Pipeline};
use crate::forge::ForgeError;
use crate::record::Outcome;
use crate::task::Task;

/// Why an issue is not diagnosed, if so.
pub(super) fn too_much(pipeline: &Pipeline, task: &Task) -> Result<Option<String>, ForgeError> {
    let told = pipeline.store.of_task(&task.key, EARLIER).unwrap_or_default();
    if told.iter().any(|record| !matches!(record.outcome, Outcome::Error | Outcome::Lost | Outcome::Cancelled)) {
        return Ok(Some("it was diagnosed before".to_owned()));
    }
    let (Some(author), Some(number)) = (&task.author, task.number) else { return Ok(None) };
    let since = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24);
    let since = since.round(jiff::Unit::Second).unwrap_or(since).to_string();
    let opened = pipeline.forge.issues_of(&author.login, &since)?;
    let most = pipeline.config.trust.triage_per_day;
    let earlier = opened.iter().filter(|other| **other < number).count() as u64;
    let why = format!("{} opened {earlier} issues before it today (trust.triage-per-day is {most})", author.login);
    Ok((earlier >= most).then_some(why))
}
