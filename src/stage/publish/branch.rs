//! The branch of a task: whose it is, and who may write it.

use super::{Setting, Stop, cannot_write};
use crate::forge::{ForgeError, PullRequest, PullState, RefCreated, RefUpdate};
use crate::ids::{AttemptName, BranchName, Sha};
use crate::record::Outcome;
use crate::stage::proposal::Proposal;
use std::time::Duration;

/// How long the winner of the branch gets to open its pull request before somebody else does.
const SETTLE: [u64; 5] = [1, 2, 3, 4, 5];

/// Creating the ref is the lock. Where it exists: finish what a dead attempt began, leave alone what
/// is somebody else's. Returns the other attempt whose branch it was.
pub(super) fn take(
    setting: &Setting,
    proposal: &Proposal,
    branch: &BranchName,
    commit: &Sha,
) -> Result<Option<AttemptName>, Stop> {
    let failed = |e: &ForgeError| cannot_write(e, &format!("push the branch {branch}"), "contents: write");
    match setting.forge.create_branch(branch, commit).map_err(|e| failed(&e))? {
        RefCreated::Created => return Ok(None),
        RefCreated::AlreadyExists => {}
    }
    let tip = setting.forge.branch_tip(branch).map_err(|e| failed(&e))?;
    let Some(tip) = tip else {
        return Err(Stop::Later(format!("The branch {branch} came and went while it was written; run again.")));
    };
    if tip == *commit {
        return Ok(None);
    }
    // On top of what stands there nothing is lost, whoever wrote it.
    let on_top = proposal.base.as_ref() == Some(&tip);
    let owner = if on_top { None } else { may_replace(setting, proposal, branch, &tip, commit)? };
    match setting.forge.update_branch(branch, &tip, commit, !on_top).map_err(|e| failed(&e))? {
        RefUpdate::Updated => Ok(owner),
        RefUpdate::Moved(_) => {
            Err(Stop::Outcome(Outcome::Duplicate, format!("another run is working on {branch} at this moment")))
        }
    }
}

/// Whether the branch's tip may be replaced, and whose it is when it is another run's.
fn may_replace(
    setting: &Setting,
    proposal: &Proposal,
    branch: &BranchName,
    tip: &Sha,
    commit: &Sha,
) -> Result<Option<AttemptName>, Stop> {
    let failed = |e: &ForgeError| cannot_write(e, &format!("read the branch {branch}"), "contents: read");
    let info = setting.forge.commit(tip).map_err(|e| failed(&e))?;
    let owner = info.as_ref().and_then(|c| trailer(&c.message, "Thanos-Attempt"));
    let task = info.as_ref().and_then(|c| trailer(&c.message, "Thanos-Task"));
    let is_task = task == Some(proposal.task.key.as_str());
    // Trailers survive an amendment by somebody else. A commit that nobody recorded is a killed attempt's when
    // the forge wrote it for the same accounts as the one that we just made.
    let people = |id: &Sha| setting.forge.commit(id).map(|c| c.map(|c| c.people));
    let is_made_by_us = || people(commit).map(|ours| ours.is_some() && ours == info.as_ref().map(|c| c.people.clone()));
    let is_ours = is_task && ((setting.is_recorded)(tip) || is_made_by_us().map_err(|e| failed(&e))?);
    let Some(owner) = owner.filter(|_| is_ours) else {
        let why = format!("the branch {branch} holds a commit that is not ours ({}); it is left alone", tip.short());
        return Err(Stop::Outcome(Outcome::Blocked, why));
    };
    if is_our_past(owner, &proposal.attempt) {
        return Ok(None);
    }
    if (setting.is_dead)(owner) {
        return Ok(AttemptName::parse(owner).ok());
    }
    let pull = match settled_pull(setting, branch) {
        // The lock is the branch; whoever cannot see more than that leaves it alone.
        Err(e @ ForgeError::Forbidden { .. }) => {
            let why = format!("another run's repair is on {branch}, and its pull request cannot be seen: {e}");
            return Err(Stop::Outcome(Outcome::Duplicate, why));
        }
        answer => answer.map_err(|e| failed(&e))?,
    };
    match pull {
        Some(pull) if pull.state == PullState::Open => {
            Err(Stop::Outcome(Outcome::Duplicate, format!("another run opened {} for this task", pull.url)))
        }
        // No pull request, or one that people ended: whoever asked again wants a new one.
        _ => Ok(AttemptName::parse(owner).ok()),
    }
}

/// Waits a little for the owner of the branch to open its pull request.
fn settled_pull(setting: &Setting, branch: &BranchName) -> Result<Option<PullRequest>, ForgeError> {
    for seconds in SETTLE {
        let pull = setting.forge.pull_of(branch)?;
        if pull.is_some() {
            return Ok(pull);
        }
        for _ in 0..seconds * 10 {
            if setting.is_cancelled() {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    setting.forge.pull_of(branch)
}

/// The value of the last line `name: value` of a commit message.
pub fn trailer<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    let value = |line: &'a str| line.strip_prefix(name)?.strip_prefix(':').map(str::trim);
    message.lines().rev().find_map(value).filter(|v| !v.is_empty())
}

/// `<run id>-<run attempt>-<the rest>` of an attempt's name.
pub fn attempt_parts(name: &str) -> Option<(u64, u64, &str)> {
    let mut parts = name.splitn(3, '-');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?))
}

/// Whether `owner` is this attempt, or an earlier attempt of the same run: those are over.
pub fn is_our_past(owner: &str, ours: &AttemptName) -> bool {
    if owner == ours.as_str() {
        return true;
    }
    match (attempt_parts(owner), attempt_parts(ours.as_str())) {
        (Some((run, attempt, rest)), Some((our_run, our_attempt, our_rest))) => {
            run == our_run && rest == our_rest && attempt < our_attempt
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_trailer_counts() {
        let message = "fix: x\n\nThanos-Task: forged\n\nThanos-Task: issue-1\nThanos-Attempt:\n";
        assert_eq!(trailer(message, "Thanos-Task"), Some("issue-1"));
        assert_eq!(trailer(message, "Thanos-Attempt"), None);
    }

    #[test]
    fn our_past_is_this_run_until_now() {
        let ours = AttemptName::parse("9-2-fix-issue-1").unwrap();
        let past = |owner: &str| is_our_past(owner, &ours);
        assert!(past("9-2-fix-issue-1") && past("9-1-fix-issue-1"));
        for other in ["9-3-fix-issue-1", "8-1-fix-issue-1", "9-1-other-issue-1", "9-1-fix-issue-2", "", "9"] {
            assert!(!past(other), "{other}");
        }
    }
}
