//! What is said about an attempt: labels, one comment, annotations, a rerun.

use super::{Published, Setting};
use crate::forge::{Annotation, Conclusion, ForgeError, NewCheck, PullState, is_marked};
use crate::ids::{BranchName, RelPath};
use crate::record::{Outcome, Severity};
use crate::report;
use crate::stage::proposal::Proposal;
use crate::task::{Kind, Request};

/// Infrastructure failed: the jobs that failed are run again, a few times.
pub(super) fn ask_for_rerun(setting: &Setting, proposal: &mut Proposal) {
    let Some(run) = &proposal.task.run else { return };
    let most = setting.config.retry.attempts;
    let note = if run.attempt >= most {
        format!(
            "not asked for another rerun: it ran {} (retry.attempts is {most})",
            report::count(run.attempt as usize, "time")
        )
    } else {
        match setting.forge.rerun_failed(run.id) {
            Ok(()) => format!("asked for a rerun of the failed jobs of run {}", run.id),
            Err(e) => {
                let lacks = e.missing_permission().map(|needs| format!("the token lacks `{needs}`: "));
                format!("could not ask for a rerun of run {}: {}{e}", run.id, lacks.unwrap_or_default())
            }
        }
    };
    (setting.say)("publish", &note);
    proposal.healing.reason = format!("{}; {note}", proposal.healing.reason.trim_end_matches('.'));
}

/// Labels, the comment, the annotations, the build of our branch. None of them undoes what is published. `false` where
/// labels or comment are missing.
pub(super) fn tell(setting: &Setting, proposal: &Proposal, published: &mut Published) -> bool {
    let outcome = proposal.healing.outcome;
    // When everything is to end, what is published is still told of; else the record matters more than words.
    let is_cut_short = setting.is_cancelled() && outcome != Outcome::Fixed;
    if is_cut_short || matches!(outcome, Outcome::Ignored | Outcome::Cancelled) {
        return true;
    }
    // A review is answered in its threads.
    if proposal.task.kind == Kind::Review {
        start_checks(setting, published);
        return true;
    }
    if outcome == Outcome::Duplicate {
        if let Err(e) = answer(setting, proposal) {
            (setting.say)("publish", &format!("no comment ({e})"));
        }
        return true;
    }
    let mut missed = Vec::new();
    if let Some(pull) = published.pull
        && let Err(e) = setting.forge.add_labels(pull, &setting.config.publish.labels)
    {
        missed.push(format!("no labels ({e})"));
    }
    if setting.config.publish.comment
        && let Err(e) = comment(setting, proposal, published)
    {
        missed.push(format!("no comment ({e})"));
    }
    annotate(setting, proposal, published);
    start_checks(setting, published);
    for what in &missed {
        (setting.say)("publish", what);
    }
    missed.is_empty()
}

fn start_checks(setting: &Setting, published: &Published) {
    if let (Some(workflow), Some(branch), Some(_)) =
        (&setting.config.publish.dispatch_ci, &published.branch, published.pull)
        && !is_started(setting, workflow, branch, published)
        && let Err(e) = setting.forge.dispatch(workflow, branch)
    {
        (setting.say)("publish", &format!("{workflow} not started on {branch} ({e})"));
    }
}

/// By an attempt that was killed afterwards. Who may not look starts it once more: that is better than not at all.
fn is_started(setting: &Setting, workflow: &str, branch: &BranchName, published: &Published) -> bool {
    let runs = setting.forge.runs_of(workflow, branch.as_str(), 10).unwrap_or_default();
    runs.iter().any(|run| run.event == "workflow_dispatch" && Some(&run.head_sha) == published.commit.as_ref())
}

/// The one sticky comment, edited in place. A pull request of ours is its own comment.
fn comment(setting: &Setting, proposal: &Proposal, published: &Published) -> Result<(), ForgeError> {
    let Some(number) = proposal.task.number.filter(|n| published.pull != Some(*n)) else { return Ok(()) };
    let body = report::comment(&setting.story(proposal, published));
    // A diagnosis that somebody asked for takes the place of what was said of the repair, and not of the repair.
    let open = Some(proposal).filter(|it| it.task.request == Request::Explain).and_then(|it| {
        let branch = super::our_branch(setting, it).ok()?;
        setting.forge.pull_of(&branch).ok()?.filter(|pull| pull.state == PullState::Open)
    });
    let body = open.map_or(body.clone(), |pull| format!("A repair is open in {}.\n\n{body}", pull.url));
    let marker = report::marker(&proposal.task.key);
    if let Some(found) = setting.forge.our_comment(number, &marker)? {
        setting.forge.update_comment(found.id, &body)?;
        return Ok(());
    }
    let made = setting.forge.create_comment(number, &marker, &body)?;
    // Another run may have written at the same moment: the older comment stays, and ends with the last word.
    let me = setting.forge.me()?;
    let mut ours = setting.forge.comments(number)?;
    ours.retain(|c| c.author.is(&me) && is_marked(&c.body, &marker));
    ours.sort_by_key(|c| c.id);
    let mut ours = ours.into_iter();
    if let Some(oldest) = ours.next().filter(|c| c.id != made.id) {
        setting.forge.update_comment(oldest.id, &body)?;
    }
    for younger in ours {
        setting.forge.delete_comment(younger.id)?;
    }
    Ok(())
}

/// Whoever asked by a comment for what is done already is told where. The comment of what was done stays below.
fn answer(setting: &Setting, proposal: &Proposal) -> Result<(), ForgeError> {
    let (task, healing) = (&proposal.task, &proposal.healing);
    let is_asked = task.comment.is_some() && healing.candidate.is_none() && setting.config.publish.comment;
    let Some(number) = task.number.filter(|_| is_asked) else { return Ok(()) };
    let marker = report::marker(&task.key);
    match setting.forge.our_comment(number, &marker)? {
        Some(found) => setting
            .forge
            .update_comment(found.id, &report::answered(&found.body, &healing.reason, &setting.web))
            .map(drop),
        None => {
            let body = report::answered(&marker, &healing.reason, &setting.web);
            setting.forge.create_comment(number, &marker, &body).map(drop)
        }
    }
}

fn annotate(setting: &Setting, proposal: &Proposal, published: &mut Published) {
    let places = report::annotations(&proposal.healing);
    let Some(commit) = proposal.base.as_ref().filter(|_| !places.is_empty() && setting.config.publish.annotations)
    else {
        return;
    };
    let annotations = places.iter().filter_map(|(path, line, message)| {
        Some(Annotation {
            path: RelPath::parse(path.as_str()).ok()?,
            start_line: *line,
            end_line: *line,
            level: Severity::Warning,
            title: "thanos-fix".to_owned(),
            message: message.clone(),
        })
    });
    let check = NewCheck {
        name: "thanos-fix".to_owned(),
        commit: commit.clone(),
        conclusion: Conclusion::Neutral,
        title: report::outcome_phrase(proposal.healing.outcome).to_owned(),
        summary: report::markdown::one_line(&proposal.healing.reason, 1000),
        details_url: setting.run_url.clone(),
        annotations: annotations.collect(),
    };
    if setting.forge.create_check(&check).is_err() {
        published.annotations = places;
    }
}
