//! The pull request and the commit: made by code, the same shape every time.

use super::markdown::{cell, code, details, fence, one_line, table, tail};
use super::plain::{has_own_words, in_words_of_pull};
use super::review::review_section;
use super::score::score_section;
use super::seen::seen_section;
use super::{MAX_BODY, Story, asked, count, status_word};
use crate::brain::{relate, text};
use crate::learn::without_past;
use crate::record::{CheckResult, Evidence, HandId, Healing, RunSummary};
use regex::Regex;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// At most 72 characters, so that it fits as a commit subject too.
pub fn pull_title(story: &Story) -> String {
    let candidate = story.healing.candidate.as_ref();
    let what = candidate.filter(|c| !has_own_words(c));
    let what = what.map_or_else(|| story.problem(), |c| without_past(c).to_owned());
    let kind = if candidate.is_some_and(|c| c.hand == HandId::Revert) { "revert" } else { "fix" };
    let title = format!("{kind}: {}", own_line(&what).replace('`', ""));
    let cut = one_line(&title, 72);
    // Whole words.
    match cut.strip_suffix('…').and_then(|kept| kept.rsplit_once(' ')) {
        Some((kept, _)) => format!("{}…", kept.trim_end_matches([',', ';', ':'])),
        None => cut,
    }
}

/// Foreign words in a commit: nothing hidden, nothing that names people or issues, and no word to build services that
/// this commit is not to be built (`[skip ci]`, `[ci skip]`, `***NO_CI***`, `skip-checks: true`).
fn own_line(words: &str) -> String {
    static SWITCHES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)[\[*]+[^\[\]*\n]{0,40}\b(?:skip[\s_-]+\w|no[\s_-]+(?:ci|builds?|actions?)\b)[^\[\]*\n]{0,40}[\]*]+|[\[][^\[\]\n]{0,40}\bskip[\]]|skip-checks\s*:").ok()
    });
    // However many blanks, and of which kind, are one to whoever reads it.
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = text::inert(&text::visible(&words));
    let Some(switches) = SWITCHES.as_ref() else { return shown };
    let broken = |found: &regex::Captures<'_>| found[0].replace(['[', '*', ':'], "(").replace(']', ")");
    switches.replace_all(&shown, broken).into_owned()
}

/// Subject, what and why, and the trailer by which we know our own commits again.
pub fn commit_message(story: &Story) -> String {
    let mut message = format!("{}\n\n", pull_title(story));
    if let Some(candidate) = &story.healing.candidate {
        let _ = writeln!(message, "{}", one_line(&own_line(&candidate.why), 400));
    }
    if let Some(evidence) = &story.healing.evidence {
        let _ = writeln!(message, "\nBefore: {}\nAfter:  {}", ending(&evidence.before), after(evidence));
        let _ = writeln!(message, "Command: {}", one_line(&own_line(&evidence.command), 200));
    }
    let _ = write!(message, "\nThanos-Task: {}\nThanos-Attempt: {}\n", story.task.key, story.attempt);
    message
}

/// The body as it is posted: problem, cause, change, evidence, guards, cost, by hand, how to stop.
pub fn pull_body(story: &Story) -> String {
    let mut body = format!("{}\n\n", in_words_of_pull(story));
    problem(&mut body, story);
    change(&mut body, story);
    if let Some(evidence) = &story.healing.evidence {
        body.push_str(&evidence_section(evidence));
    }
    body.push_str(&guard_section(&story.healing.guards));
    body.push_str(&review_section(story.healing.review.as_ref()));
    if let Some(evaluation) = &story.healing.evaluation {
        body.push_str(&score_section(evaluation));
        body.push('\n');
    }
    notes(&mut body, story.healing);
    let _ = writeln!(body, "### Cost\n\n{}, {} judged.\n", story.cost(), count(story.healing.candidates, "candidate"));
    if let Some(asked) = asked(story.healing) {
        let _ = writeln!(body, "{asked}\n");
    }
    by_hand(&mut body, story);
    stop(&mut body);
    let tail = footer(story);
    format!("{}{tail}", text::cut(&body, MAX_BODY - tail.chars().count()))
}

fn problem(body: &mut String, story: &Story) {
    let _ = writeln!(body, "### Problem\n\n{}\n", text::inert(&one_line(&text::clean(&story.task.title), 240)));
    if let Some(run) = &story.task.run {
        let url = format!("{}/actions/runs/{}", story.web, run.id);
        let _ = writeln!(body, "Failed build: [run {}]({url}) of {}.\n", run.id, text::inert(&code(&run.workflow)));
    }
    let Some(diagnosis) = &story.healing.diagnosis else { return };
    let _ = writeln!(body, "### Cause\n\nClass: {}.\n", diagnosis.class.as_str());
    if let Some(error) = &diagnosis.first_error {
        body.push_str(&fence("text", &one_line(error, 500)));
    }
    let places: Vec<String> = diagnosis.suspects.iter().take(3).map(place).collect();
    if !places.is_empty() {
        let _ = writeln!(body, "\nSuspected: {}.", places.join(", "));
    }
    body.push('\n');
    body.push_str(&seen_section(&diagnosis.seen));
}

fn place(suspect: &crate::record::Suspect) -> String {
    let line = suspect.line.map_or_else(String::new, |l| format!(":{l}"));
    code(&format!("{}{line}", suspect.path))
}

fn change(body: &mut String, story: &Story) {
    let Some(candidate) = &story.healing.candidate else { return };
    let confidence = candidate.confidence.as_str();
    let _ = writeln!(
        body,
        "### Change\n\n{} ({}; hand `{}`, {confidence}).\n",
        text::inert(&one_line(&candidate.why, 400)),
        story.stats(),
        candidate.hand.as_str(),
    );
    body.push_str(&details("the diff", &fence("diff", &tail(&candidate.patch.unified_diff(), 400))));
    body.push('\n');
}

pub(super) fn ending(run: &RunSummary) -> String {
    match (run.exit, &run.limit) {
        (Some(code), _) => format!("exit {code} after {:.1} s", run.seconds),
        (None, Some(limit)) => format!("stopped ({limit}) after {:.1} s", run.seconds),
        (None, None) => format!("killed after {:.1} s", run.seconds),
    }
}

fn after(evidence: &Evidence) -> String {
    evidence.after.as_ref().map_or_else(|| "not run".to_owned(), ending)
}

/// Also used by the comment and the summary.
pub(super) fn evidence_section(evidence: &Evidence) -> String {
    let mut out = String::from("### Evidence\n\n");
    out.push_str(&fence("sh", &tail(&evidence.command, 20)));
    let row = |name: &str, run: &RunSummary| vec![name.to_owned(), ending(run)];
    let rows = [Some(row("before", &evidence.before)), evidence.after.as_ref().map(|r| row("after", r))];
    let _ = write!(out, "\n{}", table(&["", "result"], rows.into_iter().flatten()));
    if !evidence.fail_to_pass.is_empty() {
        let shown: Vec<String> = evidence.fail_to_pass.iter().take(20).map(|t| code(t)).collect();
        let more = evidence.fail_to_pass.len().saturating_sub(20);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let _ = writeln!(out, "\nFailing before, passing now: {}{more}.", text::inert(&shown.join(", ")));
    }
    if let Some(kept) = evidence.pass_to_pass {
        let _ = writeln!(out, "\nPassing before and still passing: {}.", count(kept, "test"));
    }
    let reproduced = match evidence.reproduced {
        Some(true) => "The reported failure was reproduced here before anything was changed.",
        Some(false) => "The recorded failure was not reproduced here.",
        None if evidence.after.is_none() => "No failure was recorded elsewhere; the command was run here.",
        None => "No failure was recorded elsewhere; the command was run here before and after.",
    };
    let _ = writeln!(out, "\n{reproduced} Sandbox: {}.\n", one_line(&sandbox(evidence), 600));
    out.push_str(&details("output before", &fence("text", &tail(&evidence.before.excerpt, 60))));
    if let Some(after) = &evidence.after {
        out.push_str(&details("output after", &fence("text", &tail(&after.excerpt, 30))));
    }
    out.push('\n');
    out
}

/// What was in force, and what that cannot stop.
pub fn sandbox(evidence: &Evidence) -> String {
    let gaps: Vec<&str> = evidence.sandbox_gaps.iter().map(String::as_str).collect();
    confinement(&evidence.sandbox, &gaps)
}

/// A sandbox and what it could not stop.
pub fn confinement(tier: &str, gaps: &[&str]) -> String {
    if gaps.is_empty() { tier.to_owned() } else { format!("{tier}. The command could still {}", gaps.join("; ")) }
}

/// The whole list of checks; also used by the comment and the summary.
pub(super) fn guard_section(guards: &[CheckResult]) -> String {
    if guards.is_empty() {
        return String::new();
    }
    let rows = guards.iter().map(|g| {
        let first = g.findings.first().map(|f| f.message.as_str()).unwrap_or(&g.detail);
        let more = g.findings.len().saturating_sub(1);
        let more = if more == 0 { String::new() } else { format!(" (+{more} more)") };
        vec![code(&g.id), status_word(g.status).to_owned(), text::inert(&cell(first)) + &more]
    });
    format!("### Guards\n\n{}\n", table(&["check", "status", "detail"], rows))
}

fn notes(body: &mut String, healing: &Healing) {
    if healing.notes.is_empty() {
        return;
    }
    body.push_str("### Notes\n\n");
    for note in healing.notes.iter().take(20) {
        let _ = writeln!(body, "- {}", text::inert(&one_line(note, 400)));
    }
    body.push('\n');
}

fn by_hand(body: &mut String, story: &Story) {
    let (Some(branch), Some(commit)) = (story.branch, story.commit) else { return };
    let lines = format!("git fetch {} {branch} && git cherry-pick {}", story.web, commit.short());
    let _ = writeln!(body, "### By hand\n\n{}", fence("sh", &lines));
}

fn stop(body: &mut String) {
    body.push_str("### How to stop it\n\nClose this pull request: the same failure is then left alone until somebody with write access asks again, by the label or `/thanos fix`. ");
    let _ = writeln!(
        body,
        "To switch thanos-fix off, remove its workflow, or narrow `triggers:` in `{}`.\n",
        crate::config::PATH
    );
}

/// Never cut: the closing keyword and the line that says who made this and at what cost.
fn footer(story: &Story) -> String {
    let mut out = String::new();
    match story.task.number.filter(|_| !story.task.is_pull) {
        Some(number) if is_about_the_issue(story) => {
            let _ = writeln!(out, "Fixes #{number}\n");
        }
        Some(number) => {
            let _ =
                writeln!(out, "Found while looking at #{number}, which does not mention what failed; it stays open.\n");
        }
        None => {}
    }
    let _ = write!(out, "<sub>thanos-fix {} · attempt `{}`", env!("CARGO_PKG_VERSION"), story.attempt);
    if let Some(url) = story.run_url {
        let _ = write!(out, " · [run]({url})");
    }
    let _ = write!(out, " · {}</sub>\n{}", story.cost(), super::marker(&story.task.key));
    out
}

/// An issue is closed only by a repair of what it reports.
pub(super) fn is_about_the_issue(story: &Story) -> bool {
    let reported = format!("{}\n{}", text::clean(&story.task.title), text::clean(&story.task.body));
    answers(&reported, story.healing)
}

/// Whether the repair is about what is reported (the first line is its title).
fn answers(reported: &str, healing: &Healing) -> bool {
    let (Some(diagnosis), Some(candidate)) = (&healing.diagnosis, &healing.candidate) else { return false };
    healing.evidence.as_ref().is_some_and(|e| e.reproduced == Some(true))
        || relate::is_about(reported, diagnosis, &candidate.patch)
}

/// What is to be said of a repair that is about something else than what is reported.
pub fn unrelated(reported: &str, healing: &Healing) -> Option<&'static str> {
    let is_other = !reported.trim().is_empty() && healing.candidate.is_some() && !answers(reported, healing);
    is_other.then_some("the issue does not mention what failed and was repaired; what it reports is still to be done")
}
