//! What a sealed proposal says of itself, held against what this job knows: the job that sealed it ran repository
//! code, which may have forged the proposal and its digest alike.

use crate::forge::{Forge, ForgeError};
use crate::ids::{AttemptName, BranchName, Sha, TaskKey};
use crate::record::{CheckStatus, Healing, Outcome};
use crate::stage::collect;
use crate::stage::proposal::Proposal;
use crate::task::{Request, Task};

/// Refuses, with the reason, what no `propose` of this run can have sealed.
pub fn check(sealed: &Proposal, run: u64, attempt: u64, task: &Task) -> Result<(), String> {
    let outcome = sealed.healing.outcome;
    if !is_of_run(&sealed.attempt, run, attempt, &task.key) {
        return Err(format!("its attempt {} is none of this run's at {}", sealed.attempt, task.key));
    }
    if matches!(outcome, Outcome::Fixed | Outcome::Lost) {
        return Err(format!("no proposal ends with `{}`", outcome.as_str()));
    }
    if outcome == Outcome::Proposed && task.request == Request::Explain {
        return Err("only a diagnosis was asked for".to_owned());
    }
    if outcome == Outcome::Proposed && sealed.healing.candidate.is_none() {
        return Err("it proposes nothing".to_owned());
    }
    if outcome == Outcome::Proposed {
        is_proven(&sealed.healing)?;
    }
    is_short(&sealed.healing)
}

/// What the proposing job saw, in its own words: nobody seals a repair with which the command does not pass.
fn is_proven(healing: &Healing) -> Result<(), String> {
    let after = healing.evidence.as_ref().and_then(|evidence| evidence.after.as_ref());
    if !after.is_some_and(|after| after.exit == Some(0) && after.limit.is_none()) {
        return Err("its own evidence does not show the command passing".to_owned());
    }
    if !healing.guards.iter().any(|guard| guard.id == "verify" && guard.status == CheckStatus::Pass) {
        return Err("it was not verified".to_owned());
    }
    match healing.guards.iter().find(|guard| guard.status == CheckStatus::Fail) {
        Some(guard) => Err(format!("its own guard {} said no", guard.id)),
        None => Ok(()),
    }
}

/// Everything but the patch goes into the ledger, where it stays.
fn is_short(healing: &Healing) -> Result<(), String> {
    let words = Healing { candidate: None, ..healing.clone() };
    let words = serde_json::to_value(&words).map_err(|e| e.to_string())?;
    if !has_sane_numbers(&words) {
        return Err("a number in it cannot be".to_owned());
    }
    let length = words.to_string().len();
    if length > MAX_WORDS {
        Err(format!("it tells {length} bytes about the repair; at most {MAX_WORDS}"))
    } else {
        Ok(())
    }
}

/// Seconds, costs and shares are within what a run can have.
fn has_sane_numbers(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Number(number) if number.is_f64() => number.as_f64().is_some_and(|n| n.abs() <= MOST),
        serde_json::Value::Array(items) => items.iter().all(has_sane_numbers),
        serde_json::Value::Object(fields) => fields.values().all(has_sane_numbers),
        _ => true,
    }
}

const MOST: f64 = 1e9;

/// Names of some ten thousand tests.
const MAX_WORDS: usize = 2 * 1024 * 1024;

/// `<run>-<attempt>-<job>-<key>`, of this attempt of the run or an earlier one.
fn is_of_run(name: &AttemptName, run: u64, attempt: u64, key: &TaskKey) -> bool {
    let rest = name.as_str().strip_prefix(&format!("{run}-"));
    let rest = rest.and_then(|rest| rest.strip_suffix(&format!("-{key}")));
    let number = rest.and_then(|rest| rest.split_once('-')).filter(|(_, job)| !job.is_empty());
    number.and_then(|(number, _)| number.parse().ok()).is_some_and(|number| (1..=attempt).contains(&number))
}

/// The time it names if that is possible, else now: the ledger's order hangs on it.
pub fn started(text: &str) -> String {
    let now_at = jiff::Timestamp::now();
    let oldest = now_at - jiff::SignedDuration::from_hours(MAX_AGE_HOURS);
    match text.parse::<jiff::Timestamp>() {
        Ok(then) if then <= now_at && then >= oldest => then.to_string(),
        _ => now_at.round(jiff::Unit::Second).unwrap_or(now_at).to_string(),
    }
}

/// A run can be run again for 30 days.
const MAX_AGE_HOURS: i64 = 35 * 24;

/// The base, if the target or the task itself leads to it, and the target.
pub fn place(
    forge: &dyn Forge,
    default_branch: &BranchName,
    task: &Task,
    sealed: &Proposal,
) -> Result<Result<(Option<Sha>, BranchName), String>, ForgeError> {
    let (own, target) = match collect::place(forge, default_branch, task)? {
        Ok(place) => place,
        Err((_, why)) => return Ok(Err(why)),
    };
    if sealed.target != target {
        return Ok(Err(format!("it is for the branch {}, this run is about {target}", sealed.target)));
    }
    let Some(tip) = forge.branch_tip(&target)? else { return Ok(Err(format!("the branch {target} is gone"))) };
    match &sealed.base {
        Some(base) if *base != own && !forge.is_ancestor(base, &tip)? => {
            Ok(Err(format!("its base {} is not on {target}", base.short())))
        }
        base => Ok(Ok((base.clone(), target))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_of_this_run_until_now() {
        let key = TaskKey::parse("issue-1").unwrap();
        let fits = |name: &str| is_of_run(&AttemptName::parse(name).unwrap(), 9, 2, &key);
        assert!(fits("9-1-fix-issue-1") && fits("9-2-some-job-issue-1"));
        for other in ["9-3-fix-issue-1", "9-0-fix-issue-1", "8-1-fix-issue-1", "9-1-fix-issue-11", "9-1-issue-1", "x"] {
            assert!(!fits(other), "{other}");
        }
    }

    #[test]
    fn impossible_times_become_now() {
        let past = (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1)).to_string();
        assert_eq!(started(&past), past);
        for bad in ["9999-12-01T00:00:00Z", "1999-12-01T00:00:00Z", "", "../../x"] {
            assert_ne!(started(bad), bad);
        }
    }
}
