//! How much of us a stranger gets where `trust.strangers` is `triage`: one person must not be able to keep us busy.

use super::{EARLIER, Pipeline};
use crate::brain::diagnose::{diagnose, may_be_patched};
use crate::forge::ForgeError;
use crate::record::{Healing, Outcome};
use crate::stage::collect::Collected;
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

/// Infrastructure failures are no work for a patch; publish asks for a rerun.
pub(super) fn not_worth_a_checkout(work: &Collected) -> Option<Healing> {
    let recorded = work.recorded.as_ref().filter(|r| work.task.run.is_some() && !may_be_patched(r.class))?;
    let quote = recorded.first_error.clone().unwrap_or_default();
    let why = format!("{} failure, not a fault of the code: {quote:.200}", recorded.class.as_str());
    let mut healing = Healing::ended(Outcome::Transient, why);
    healing.diagnosis = Some(diagnose(recorded.clone(), Vec::new(), &[]));
    healing.notes.clone_from(&work.notes);
    Some(healing)
}
