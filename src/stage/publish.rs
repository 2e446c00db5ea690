//! Publish: branch, commit, pull request, one comment, annotations. Holds the token, has no checkout,
//! executes nothing. Every step looks first and can be repeated, so that an attempt that was killed
//! anywhere is finished by the next one; creating the branch ref is the lock.

use super::Say;
use super::proposal::Proposal;
use crate::config::Config;
use crate::forge::{
    Annotation, Conclusion, Forge, ForgeError, NewCheck, NewPull, PullOpened, PullRefusal, PullRequest, PullState,
    RefCreated, RefUpdate,
};
use crate::guard;
use crate::ids::{AttemptName, BranchName, RelPath, Sha};
use crate::record::{Candidate, CheckStatus, Outcome, Severity};
use crate::report::{self, Story};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long the winner of the branch gets to open its pull request before somebody else does.
const SETTLE: [u64; 5] = [1, 2, 3, 4, 5];

/// Where and how to tell about it.
pub struct Setting<'a> {
    pub forge: &'a dyn Forge,
    pub config: &'a Config,
    pub run_url: Option<String>,
    /// Where people look at the repository.
    pub web: String,
    pub cancel: &'a AtomicBool,
    pub say: Say<'a>,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Published {
    pub branch: Option<BranchName>,
    pub commit: Option<Sha>,
    pub pull: Option<u64>,
    pub pull_url: Option<String>,
    /// Why something was not published; a whole sentence.
    pub refused: Option<String>,
    /// The page that opens the refused pull request with one click.
    pub compare_url: Option<String>,
    /// The annotations that the Checks API did not take; printed as workflow commands instead.
    pub annotations: Vec<(String, u32, String)>,
    /// The attempt whose unfinished branch became ours.
    pub took_over: Option<AttemptName>,
}

/// A step's end: go on, or stop with this outcome.
enum Stop {
    Outcome(Outcome, String),
    Refused(String),
    /// Not now; another attempt may get further.
    Later(String),
}

/// Publishes the proposal and settles its outcome in place.
pub fn publish(setting: &Setting, proposal: &mut Proposal) -> Published {
    let mut published = Published::default();
    if proposal.healing.outcome == Outcome::Proposed
        && let Some(candidate) = proposal.healing.candidate.clone()
    {
        match change(setting, proposal, &candidate, &mut published) {
            Ok(()) => proposal.healing.outcome = Outcome::Fixed,
            Err(Stop::Refused(why)) => published.refused = Some(why),
            Err(Stop::Later(why)) => {
                proposal.healing.retry_wanted = Some(why.clone());
                published.refused = Some(why);
            }
            Err(Stop::Outcome(outcome, why)) => {
                proposal.healing.outcome = outcome;
                proposal.healing.reason = why;
            }
        }
    }
    if proposal.healing.outcome == Outcome::Transient {
        ask_for_rerun(setting, proposal);
    }
    tell(setting, proposal, &mut published);
    published
}

/// Infrastructure failed: the jobs that failed are run again, a few times.
fn ask_for_rerun(setting: &Setting, proposal: &mut Proposal) {
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
            Err(e) => format!("could not ask for a rerun of run {}: {e}", run.id),
        }
    };
    (setting.say)("publish", &note);
    proposal.healing.notes.push(note);
}

fn story<'a>(setting: &'a Setting, proposal: &'a Proposal, published: &'a Published) -> Story<'a> {
    Story {
        task: &proposal.task,
        healing: &proposal.healing,
        attempt: &proposal.attempt,
        base: proposal.base.as_ref(),
        target: &proposal.target,
        branch: published.branch.as_ref(),
        commit: published.commit.as_ref(),
        web: &setting.web,
        run_url: setting.run_url.as_deref(),
        pull_url: published.pull_url.as_deref(),
        refused: published.refused.as_deref(),
        compare_url: published.compare_url.as_deref(),
    }
}

/// Guards again, branch, commit, pull request.
fn change(
    setting: &Setting,
    proposal: &Proposal,
    candidate: &Candidate,
    published: &mut Published,
) -> Result<(), Stop> {
    judge_again(setting, candidate)?;
    let Some(base) = &proposal.base else {
        return Err(Stop::Refused(
            "The proposal names no base commit, so there is nothing to put a branch on.".to_owned(),
        ));
    };
    let branch = our_branch(setting.config, proposal)?;
    if branch == proposal.target {
        // A failing build of our own branch: another attempt on that branch's pull request.
        (setting.say)("publish", "the failing branch is our own; the repair goes on top of it");
    }
    let message = report::commit_message(&story(setting, proposal, published));
    let commit = setting
        .forge
        .create_commit(Some(base), &candidate.patch, &message)
        .map_err(|e| cannot_write(&e, "store the commit", "contents: write"))?;
    published.took_over = take_branch(setting, proposal, &branch, &commit)?;
    published.branch = Some(branch.clone());
    published.commit = Some(commit);
    (setting.say)("publish", &format!("branch {branch}"));
    open_pull(setting, proposal, &branch, published)
}

/// The proposal may come from a job that ran repository code: nothing in it is taken on trust.
fn judge_again(setting: &Setting, candidate: &Candidate) -> Result<(), Stop> {
    let modes = guard::Modes::default();
    let input = guard::Input { patch: &candidate.patch, policy: &setting.config.policy, modes: &modes };
    let results = guard::judge(&input);
    match results.iter().find(|r| r.status == CheckStatus::Fail) {
        None => Ok(()),
        Some(failed) => {
            let finding = failed.findings.first().map_or("", |f| f.message.as_str());
            Err(Stop::Outcome(Outcome::Blocked, format!("refused by the guard {}: {finding}", failed.id)))
        }
    }
}

fn our_branch(config: &Config, proposal: &Proposal) -> Result<BranchName, Stop> {
    let name = format!("{}/{}", config.branch.prefix, proposal.task.key);
    BranchName::parse(name).map_err(|e| Stop::Outcome(Outcome::Error, e.to_string()))
}

fn cannot_write(error: &ForgeError, what: &str, needs: &str) -> Stop {
    match error {
        ForgeError::Conflict { .. } => Stop::Outcome(
            Outcome::Blocked,
            format!("the base commit's files are not what the patch was made for: {error}"),
        ),
        ForgeError::Forbidden { .. } | ForgeError::NotFound { .. } => Stop::Refused(format!(
            "Could not {what}: the token lacks `{}` ({error}).",
            error.missing_permission().unwrap_or(needs)
        )),
        ForgeError::Unauthorized { .. } | ForgeError::Unprocessable { .. } | ForgeError::Secret { .. } => {
            Stop::Refused(format!("Could not {what}: {error}."))
        }
        _ => Stop::Later(format!("Could not {what}: {error}.")),
    }
}

/// Creating the ref is the lock. Where it exists: finish what a dead attempt began, leave alone what
/// is somebody else's. Returns the other attempt whose branch it was.
fn take_branch(
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
    let owner = if on_top { None } else { may_replace(setting, proposal, branch, &tip)? };
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
) -> Result<Option<AttemptName>, Stop> {
    let failed = |e: &ForgeError| cannot_write(e, &format!("read the branch {branch}"), "contents: read");
    let info = setting.forge.commit(tip).map_err(|e| failed(&e))?;
    let owner = info.as_ref().and_then(|c| trailer(&c.message, "Thanos-Attempt"));
    let task = info.as_ref().and_then(|c| trailer(&c.message, "Thanos-Task"));
    let Some(owner) = owner.filter(|_| task == Some(proposal.task.key.as_str())) else {
        let why = format!("the branch {branch} holds a commit that is not ours ({}); it is left alone", tip.short());
        return Err(Stop::Outcome(Outcome::Blocked, why));
    };
    if is_our_past(owner, &proposal.attempt) {
        return Ok(None);
    }
    match settled_pull(setting, branch).map_err(|e| failed(&e))? {
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
        if pull.is_some() || setting.cancel.load(Ordering::Relaxed) {
            return Ok(pull);
        }
        std::thread::sleep(Duration::from_secs(seconds));
    }
    setting.forge.pull_of(branch)
}

/// The value of the last line `name: value` of a commit message.
pub fn trailer<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    let value = |line: &'a str| line.strip_prefix(name)?.strip_prefix(':').map(str::trim);
    message.lines().rev().find_map(value).filter(|v| !v.is_empty())
}

/// Whether `owner` is this attempt, or an earlier attempt of the same run: those are over.
pub fn is_our_past(owner: &str, ours: &AttemptName) -> bool {
    let parts = |name: &str| {
        let mut parts = name.splitn(3, '-');
        let run: u64 = parts.next()?.parse().ok()?;
        let attempt: u64 = parts.next()?.parse().ok()?;
        Some((run, attempt, parts.next()?.to_owned()))
    };
    if owner == ours.as_str() {
        return true;
    }
    match (parts(owner), parts(ours.as_str())) {
        (Some((run, attempt, rest)), Some((our_run, our_attempt, our_rest))) => {
            run == our_run && rest == our_rest && attempt < our_attempt
        }
        _ => false,
    }
}

fn open_pull(
    setting: &Setting,
    proposal: &Proposal,
    branch: &BranchName,
    published: &mut Published,
) -> Result<(), Stop> {
    let story = story(setting, proposal, published);
    let (title, body) = (report::pull_title(&story), report::pull_body(&story));
    let base = match &proposal.target {
        own if own == branch => None,
        target => Some(target.clone()),
    };
    let existing = setting.forge.pull_of(branch).ok().flatten().filter(|p| p.state == PullState::Open);
    let pull = match (existing, base) {
        (Some(pull), _) => describe_again(setting, pull, published.commit.as_ref(), (&title, &body))?,
        (None, None) => {
            return Err(Stop::Refused(format!("The branch {branch} is repaired; it has no open pull request.")));
        }
        (None, Some(base)) => {
            let draft = setting.config.publish.draft;
            let mut new = NewPull { title, body, head: branch.clone(), base, draft };
            published.compare_url = Some(compare_url(setting, &new));
            let answer = ask_for_pull(setting, &mut new)?;
            published.compare_url = None;
            match answer {
                (pull, true) => pull,
                (pull, false) => describe_again(setting, pull, published.commit.as_ref(), (&new.title, &new.body))?,
            }
        }
    };
    (setting.say)("publish", &format!("pull request {}", pull.url));
    published.pull = Some(pull.number);
    published.pull_url = Some(pull.url);
    Ok(())
}

/// A pull request that is open already gets our words, unless somebody took the branch over meanwhile.
fn describe_again(
    setting: &Setting,
    pull: PullRequest,
    commit: Option<&Sha>,
    (title, body): (&str, &str),
) -> Result<PullRequest, Stop> {
    let head = BranchName::parse(pull.head.as_str()).ok().and_then(|b| setting.forge.branch_tip(&b).ok().flatten());
    if head.is_some() && head.as_ref() != commit {
        return Err(Stop::Outcome(Outcome::Duplicate, format!("another run wrote {} meanwhile", pull.url)));
    }
    Ok(setting.forge.update_pull(pull.number, title, body).unwrap_or(pull))
}

/// The pull request, and whether it is new.
fn ask_for_pull(setting: &Setting, new: &mut NewPull) -> Result<(PullRequest, bool), Stop> {
    loop {
        let answer = match setting.forge.open_pull(new) {
            Ok(answer) => answer,
            Err(e) => {
                let why = pull_refused(new, &format!("{e}."));
                return Err(match cannot_write(&e, "", "") {
                    Stop::Later(_) => Stop::Later(why),
                    _ => Stop::Refused(why),
                });
            }
        };
        match answer {
            PullOpened::Opened(pull) => return Ok((pull, true)),
            PullOpened::Exists(pull) => return Ok((pull, false)),
            PullOpened::Refused { why: PullRefusal::NoDrafts, .. } if new.draft => new.draft = false,
            PullOpened::Refused { message, why } => {
                let hint = match why {
                    PullRefusal::NotAllowed => {
                        " Allow it in Settings → Actions → General (\"Allow GitHub Actions to create and approve pull \
                         requests\") and with `pull-requests: write`."
                    }
                    _ => "",
                };
                return Err(Stop::Refused(pull_refused(new, &format!("{message}.{hint}"))));
            }
        }
    }
}

fn compare_url(setting: &Setting, new: &NewPull) -> String {
    let title = url_escape(&new.title);
    format!(
        "{}/compare/{}...{}?expand=1&title={title}",
        setting.web,
        url_escape_path(&new.base),
        url_escape_path(&new.head)
    )
}

/// Branch names may hold what a URL (or Markdown) takes for its own.
fn url_escape_path(branch: &BranchName) -> String {
    branch.as_str().split('/').map(url_escape).collect::<Vec<_>>().join("/")
}

fn pull_refused(new: &NewPull, why: &str) -> String {
    format!("The branch {} is pushed, but the pull request was refused: {why}", new.head)
}

fn url_escape(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Labels, the comment, the annotations, the build of our branch. None of them undoes what is published.
fn tell(setting: &Setting, proposal: &Proposal, published: &mut Published) {
    let outcome = proposal.healing.outcome;
    if matches!(outcome, Outcome::Ignored | Outcome::Duplicate | Outcome::Cancelled) {
        return;
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
    if let (Some(workflow), Some(branch), Some(_)) =
        (&setting.config.publish.dispatch_ci, &published.branch, published.pull)
        && let Err(e) = setting.forge.dispatch(workflow, branch)
    {
        missed.push(format!("{workflow} not started on {branch} ({e})"));
    }
    for what in missed {
        (setting.say)("publish", &what);
    }
}

/// The one sticky comment, edited in place. A pull request of ours is its own comment.
fn comment(setting: &Setting, proposal: &Proposal, published: &Published) -> Result<(), ForgeError> {
    let Some(number) = proposal.task.number.filter(|n| published.pull != Some(*n)) else { return Ok(()) };
    let body = report::comment(&story(setting, proposal, published));
    let marker = report::marker(&proposal.task.key);
    if let Some(found) = setting.forge.our_comment(number, &marker)? {
        setting.forge.update_comment(found.id, &body)?;
        return Ok(());
    }
    let made = setting.forge.create_comment(number, &marker, &body)?;
    // Another run may have written at the same moment: the older comment stays, and ends with the last word.
    let me = setting.forge.me()?;
    let mut ours = setting.forge.comments(number)?;
    ours.retain(|c| c.author.is(&me) && c.body.contains(&marker));
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

    #[test]
    fn links_hold_no_markdown() {
        assert_eq!(url_escape_path(&BranchName::parse("a(b)/c#1").unwrap()), "a%28b%29/c%231");
    }
}
