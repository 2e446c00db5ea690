//! The one sticky comment per task.

use super::markdown::{code, details, fence, one_line, tail};
use super::pull::{evidence_section, guard_section, is_about_the_issue};
use super::seen::seen_section;
use super::{MAX_BODY, Story, asked, in_words, outcome_phrase};
use crate::brain::text;
use crate::ids::TaskKey;
use crate::record::Outcome;
use std::fmt::Write as _;

/// The hidden line by which the comment is found again. It proves nothing by itself: the author is
/// checked too.
pub fn marker(key: &TaskKey) -> String {
    format!("<!-- thanos-fix task={key} -->")
}

/// The comment's text. Its first sentence says how it ended.
pub fn comment(story: &Story) -> String {
    let healing = story.healing;
    let mut body = String::new();
    match (healing.outcome, story.pull_url) {
        (Outcome::Fixed, Some(url))
            if story.task.number.is_some() && !story.task.is_pull && !is_about_the_issue(story) =>
        {
            let _ = writeln!(
                body,
                "**Something else was fixed in {url}** ({}, {}): what this issue reports was not seen here, and it stays open.\n",
                story.stats(),
                story.cost()
            );
        }
        (Outcome::Fixed, Some(url)) => {
            let _ = writeln!(body, "**Fixed in {url}** ({}, {}).\n", story.stats(), story.cost());
        }
        (outcome, _) => {
            let _ = writeln!(body, "**{}**: {}\n", capital(outcome_phrase(outcome)), reason(story));
        }
    }
    if let Some(refused) = story.refused {
        let _ = writeln!(body, "{}\n", text::inert(refused));
    }
    let _ = writeln!(body, "{}\n", in_words(story));
    if let Some(url) = story.compare_url {
        let _ = writeln!(body, "[Open the pull request by hand]({url})\n");
    }
    cause(&mut body, story);
    patch(&mut body, story);
    if let Some(evidence) = &healing.evidence {
        body.push_str(&details("evidence", &evidence_section(evidence)));
    }
    if !healing.guards.is_empty() {
        body.push_str(&details("guards", &guard_section(&healing.guards)));
    }
    tried(&mut body, story);
    if let Some(asked) = asked(healing) {
        let _ = writeln!(body, "{asked}");
    }
    let tail = footer(story);
    format!("{}{tail}", text::cut(&body, MAX_BODY - tail.chars().count()))
}

/// The comment `body` below the answer to whoever asked again. Links into `web`, our own repository, stay links.
pub fn answered(body: &str, reason: &str, web: &str) -> String {
    let head = format!("**{}**", capital(outcome_phrase(Outcome::Duplicate)));
    let body = &*super::without_progress(body);
    let old = match body.split_once("\n\n") {
        Some((first, rest)) if first.starts_with(&head) => rest,
        _ => body,
    };
    format!("{head}: {}\n\n{old}", sentence(reason).replace(&text::inert(web), web))
}

fn reason(story: &Story) -> String {
    sentence(&story.healing.reason)
}

pub(super) fn sentence(reason: &str) -> String {
    let reason = one_line(&text::inert(reason), 600);
    if reason.ends_with(['.', '!', '?']) { reason } else { format!("{reason}.") }
}

fn capital(phrase: &str) -> String {
    let mut chars = phrase.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

fn cause(body: &mut String, story: &Story) {
    let Some(diagnosis) = &story.healing.diagnosis else { return };
    if let Some(error) = &diagnosis.first_error {
        let _ = writeln!(
            body,
            "{} failure:\n\n{}",
            capital(diagnosis.class.as_str()),
            fence("text", &one_line(error, 500))
        );
    }
    body.push_str(&seen_section(&diagnosis.seen));
    if story.healing.outcome == Outcome::Fixed || diagnosis.suspects.is_empty() {
        return;
    }
    body.push_str("Where to look first:\n\n");
    for suspect in diagnosis.suspects.iter().take(5) {
        let line = suspect.line.map_or_else(String::new, |l| format!(":{l}"));
        let why = one_line(&text::inert(&suspect.why.join("; ")), 200);
        let _ = writeln!(body, "- {} {why}", code(&format!("{}{line}", suspect.path)));
    }
    body.push('\n');
}

/// The patch itself, where nobody could be given a pull request.
fn patch(body: &mut String, story: &Story) {
    let Some(candidate) = &story.healing.candidate else { return };
    if story.pull_url.is_some() {
        return;
    }
    let diff = candidate.patch.unified_diff();
    let short = diff.lines().count() <= 300;
    if short {
        body.push_str("To take it: save the diff below as `fix.patch` and run `git apply fix.patch`.\n\n");
        body.push_str(&details("the patch", &fence("diff", &diff)));
    } else {
        body.push_str("To take it: download the run's artifact and run `git apply fix.patch`. It begins:\n\n");
        body.push_str(&fence("diff", &diff.lines().take(60).collect::<Vec<_>>().join("\n")));
    }
    body.push('\n');
}

fn tried(body: &mut String, story: &Story) {
    if story.healing.tried.is_empty() || story.healing.outcome == Outcome::Fixed {
        return;
    }
    let lines: Vec<String> =
        story.healing.tried.iter().map(|t| format!("{}: {} → {}", t.hand.as_str(), t.why, t.result)).collect();
    body.push_str(&details("what was tried", &fence("text", &tail(&lines.join("\n"), 40))));
}

fn footer(story: &Story) -> String {
    let run = story.run_url.map_or_else(String::new, |url| format!(" · [run]({url})"));
    format!(
        "\n<sub>thanos-fix {} · `/thanos fix` tries again · {}{run}</sub>\n{}",
        env!("CARGO_PKG_VERSION"),
        story.cost(),
        marker(&story.task.key)
    )
}
