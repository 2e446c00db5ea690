//! A run in a few plain sentences, with what to do next. Code says how it ended and what proves it; what was wrong and
//! what was changed may be worded by a model, where nothing in its words goes beyond what is known.

use super::markdown::{code, one_line};
use super::{Story, count};
use crate::brain::log::MOST_LISTED;
use crate::brain::text;
use crate::record::entry::Verdict;
use crate::record::{Candidate, CheckStatus, Diagnosis, FailureClass, HandId, Healing, Outcome, RunSummary};
use crate::task::{Kind, Request};
use std::collections::HashSet;

/// A longer one says more than anybody reads.
const LONGEST: usize = 700;

/// How it ended, what was wrong, what was changed, what proves it, what to do next.
pub fn in_words(story: &Story) -> String {
    together(story, [ending(story), next(story)])
}

/// The same at the top of a pull request, which is not there yet while its words are written.
pub(super) fn in_words_of_pull(story: &Story) -> String {
    let first = "This is a repair that the command proves.".to_owned();
    together(story, [first, to_review(story.healing).to_owned()])
}

fn together(story: &Story, [first, next]: [String; 2]) -> String {
    let healing = story.healing;
    let told = match healing
        .words
        .as_deref()
        .filter(|words| shown(healing).is_some() && may_be_said(healing, words).is_ok())
    {
        Some(words) => format!("In the words of a model: “{}”", text::inert(&one_line(words, LONGEST))),
        None => {
            [wrong(healing), change(story)].into_iter().filter(|said| !said.is_empty()).collect::<Vec<_>>().join(" ")
        }
    };
    let parts = [first, told, proof(healing), reviewed(healing), format!("**Next:** {next}")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn ending(story: &Story) -> String {
    match story.healing.outcome {
        Outcome::Fixed if story.task.kind == Kind::Review => "What reviewers asked for is on the branch.",
        Outcome::Fixed => "There is a pull request with a repair that the command proves.",
        Outcome::Proposed => "There is a repair that the command proves, and no pull request with it yet.",
        Outcome::Healthy => "Nothing that was run here fails.",
        Outcome::Flaky => "The failure comes and goes on the same commit, so there is nothing in the code to repair.",
        Outcome::Transient => "Infrastructure failed and not the code, so there is nothing to repair.",
        Outcome::Explained if story.healing.candidate.is_some() => {
            "There is a patch, which is left to people to decide on."
        }
        Outcome::Explained if story.task.request == Request::Explain => {
            "There is a diagnosis, which is what was asked for."
        }
        Outcome::Explained => "There is a diagnosis, and no repair that the command proves.",
        Outcome::Blocked if story.healing.candidate.is_some() => {
            "There is a patch with which the command passes, and a check that does not let it through."
        }
        Outcome::Blocked => "Something that people have to decide stands in the way.",
        Outcome::Budget if story.healing.candidate.is_some() => {
            "What this repair may cost was used up before one was proven; the work so far is kept as a patch."
        }
        Outcome::Budget => "What this repair may cost was used up before one was proven.",
        Outcome::Duplicate => "Somebody is on it already.",
        Outcome::Ignored => "This is nothing for thanos-fix.",
        Outcome::Recorded => "What happened is written to the ledger; there is nothing to repair.",
        Outcome::Cancelled => "The run was stopped before it came to an end.",
        Outcome::Error => "thanos-fix itself broke; that says nothing about your code.",
        Outcome::Lost => "The run ended without a word.",
    }
    .to_owned()
}

fn wrong(healing: &Healing) -> String {
    let is_of_no_interest =
        matches!(healing.outcome, Outcome::Healthy | Outcome::Duplicate | Outcome::Ignored | Outcome::Recorded);
    let Some(diagnosis) = healing.diagnosis.as_ref().filter(|_| !is_of_no_interest) else { return String::new() };
    let what = match (diagnosis.class, diagnosis.failing.len()) {
        (FailureClass::Test, 0) => "A test failed".to_owned(),
        (FailureClass::Test, n) if n >= MOST_LISTED => format!("{n} tests failed, or more"),
        (FailureClass::Test, n) => format!("{} failed", count(n, "test")),
        (FailureClass::Compile, _) => "The code did not compile".to_owned(),
        (FailureClass::Type, _) => "The type check failed".to_owned(),
        (FailureClass::Lint, _) => "A linter complained".to_owned(),
        (FailureClass::Format, _) => "Files were not formatted as the repository asks".to_owned(),
        (FailureClass::Dependency, _) => "A dependency was missing or did not fit".to_owned(),
        (FailureClass::Config, _) => "A configuration was wrong".to_owned(),
        (FailureClass::Transient, _) => "A service or the network did not answer".to_owned(),
        (FailureClass::Resource, _) => "A limit of memory, disk or time was hit".to_owned(),
        (FailureClass::Permission, _) => "Something was not permitted".to_owned(),
        (FailureClass::Unknown, _) if healing.evidence.as_ref().is_none_or(|e| e.before.passed()) => {
            return String::new();
        }
        (FailureClass::Unknown, _) => "The command failed".to_owned(),
    };
    format!("{what}{}.", place(diagnosis))
}

/// Where to look, for failures of the code.
fn place(diagnosis: &Diagnosis) -> String {
    let is_of_code =
        !matches!(diagnosis.class, FailureClass::Transient | FailureClass::Resource | FailureClass::Permission);
    let Some(suspect) = diagnosis.suspects.first().filter(|_| is_of_code) else { return String::new() };
    let line = suspect.line.map_or_else(String::new, |line| format!(":{line}"));
    format!("; the likeliest place is {}", code(&format!("{}{line}", suspect.path)))
}

fn change(story: &Story) -> String {
    let Some(candidate) = shown(story.healing) else { return String::new() };
    if has_own_words(candidate) {
        return format!("The patch ({}) changes {}.", story.stats(), files(candidate));
    }
    let why = text::inert(&one_line(&candidate.why, 240));
    format!("The patch ({}): {}.", story.stats(), why.trim_end_matches('.'))
}

/// Its reason is free text of a model's or an agent's, which nobody can check. It is shown, as theirs, where the change is,
/// and neither in a title nor in the first sentences.
pub(super) fn has_own_words(candidate: &Candidate) -> bool {
    matches!(candidate.hand, HandId::Model | HandId::Command)
}

fn files(candidate: &Candidate) -> String {
    let files = candidate.patch.files();
    let few: Vec<String> = files.iter().take(3).map(|file| code(file.path.as_str())).collect();
    let more = files.len().saturating_sub(few.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", few.join(", "))
}

/// A patch that is worth a word: not what was in hand when it turned out that there is nothing to repair.
fn shown(healing: &Healing) -> Option<&Candidate> {
    let counts = [Outcome::Fixed, Outcome::Proposed, Outcome::Explained, Outcome::Blocked, Outcome::Budget]
        .contains(&healing.outcome);
    healing.candidate.as_ref().filter(|_| counts)
}

/// Only what was run here.
fn proof(healing: &Healing) -> String {
    let Some(evidence) = healing.evidence.as_ref().filter(|_| shown(healing).is_some()) else {
        return String::new();
    };
    if !evidence.after.as_ref().is_some_and(RunSummary::passed) {
        return String::new();
    }
    let was =
        if evidence.before.passed() { "passed before and passes with it" } else { "failed before and passes with it" };
    let turned = match evidence.fail_to_pass.len() {
        0 => String::new(),
        n => format!("; {} that failed {} now", count(n, "test"), if n == 1 { "passes" } else { "pass" }),
    };
    let kept = match evidence.pass_to_pass {
        Some(n) if n > 0 => {
            format!("; {} that passed still {}", count(n, "test"), if n == 1 { "passes" } else { "pass" })
        }
        _ => String::new(),
    };
    format!("The command {was}{turned}{kept}.")
}

fn reviewed(healing: &Healing) -> String {
    match healing.review.as_ref().map(|review| (review.verdict, review.remarks.len())) {
        Some((Verdict::Approved, 0)) => "A second model had nothing against it.".to_owned(),
        Some((Verdict::Approved | Verdict::Commented, n)) => format!("A second model made {}.", count(n, "remark")),
        Some((Verdict::Changes, _)) => "A second model does not let it pass.".to_owned(),
        _ => String::new(),
    }
}

fn next(story: &Story) -> String {
    let healing = story.healing;
    if let Some(mend) = healing.mend.as_deref().filter(|_| healing.outcome == Outcome::Explained) {
        let then = if story.task.number.is_some() { "comment `/thanos fix`" } else { "run it again" };
        return format!("{}; then {then}.", text::inert(&one_line(mend, 300)));
    }
    match healing.outcome {
        Outcome::Fixed if story.task.kind == Kind::Review => {
            "look at the commit and at the threads that are still open.".to_owned()
        }
        Outcome::Fixed => to_review(healing).to_owned(),
        Outcome::Proposed if story.compare_url.is_some() => {
            "open the pull request by hand, or apply the patch.".to_owned()
        }
        Outcome::Proposed => "review the patch and apply it.".to_owned(),
        Outcome::Healthy if story.task.number.is_some() => {
            "if it is broken for you all the same, add a test or the exact steps that show it.".to_owned()
        }
        Outcome::Healthy | Outcome::Ignored | Outcome::Duplicate | Outcome::Recorded => {
            "nothing has to be done here.".to_owned()
        }
        Outcome::Flaky => {
            "make the test independent of time, order and other tests, or take it out of what blocks a merge."
                .to_owned()
        }
        Outcome::Transient => {
            "run the build again; if it fails the same way, the service it names is the place to look.".to_owned()
        }
        Outcome::Explained if healing.retry_wanted.is_some() => {
            "run it again later: what the reason names may pass.".to_owned()
        }
        Outcome::Explained if healing.candidate.is_some() => {
            "look at the patch and decide which behaviour is meant.".to_owned()
        }
        Outcome::Explained if healing.diagnosis.as_ref().is_some_and(|d| !d.suspects.is_empty()) => {
            "look at the likeliest place first.".to_owned()
        }
        Outcome::Explained => "read the reason above; somebody who knows the code has to look.".to_owned(),
        Outcome::Blocked if healing.candidate.is_some() => {
            "read what the check says, and decide about the patch yourself.".to_owned()
        }
        Outcome::Blocked => "do what the reason above names, then comment `/thanos fix`.".to_owned(),
        Outcome::Budget => "raise the limit that the reason names, or take it from here by hand.".to_owned(),
        Outcome::Cancelled | Outcome::Lost => "run it again.".to_owned(),
        Outcome::Error => "run it again; if it breaks again, report the reason above.".to_owned(),
    }
}

fn to_review(healing: &Healing) -> &'static str {
    if healing.guards.iter().any(|guard| guard.status == CheckStatus::Warn) {
        "review the pull request, what the checks warn of first; merge it or close it."
    } else {
        "review the pull request; merge it or close it."
    }
}

/// What code alone may say: how it ended, and that something is proven.
const CLAIMS: &[&str] = &[
    "fixed",
    "fixes",
    "merged",
    "deployed",
    "released",
    "published",
    "passes",
    "passed",
    "passing",
    "pass",
    "succeeds",
    "succeeded",
    "success",
    "successful",
    "successfully",
    "green",
    "verified",
    "verifies",
    "proven",
    "proves",
    "proved",
    "guarantee",
    "guarantees",
    "guaranteed",
    "ensures",
    "safe",
    "safely",
    "secure",
    "resolved",
    "resolves",
    "closes",
    "closed",
    "approved",
    "reviewed",
    "tested",
    "fully",
    "completely",
    "works",
    "working",
    "repaired",
    "solved",
    "backward",
    "backwards",
    "compatible",
    "gone",
    "longer",
    "anymore",
    "never",
    "always",
    "again",
    "ready",
    "merge",
    "perfect",
    "perfectly",
    "harmless",
    "risk",
    "risks",
    "vulnerability",
    "security",
    "certain",
    "certainly",
    "definitely",
    "correctly",
    "properly",
    "please",
    "you",
    "your",
    "should",
    "must",
];
/// What a model or an agent says beside what it changed and why, by the beginnings of words: who agrees, how safe it is,
/// how fast.
const PRAISE: [&str; 24] = [
    "approv",
    "review",
    "maintainer",
    "lgtm",
    "merg",
    "certif",
    "audit",
    "endors",
    "accepted",
    "agree",
    "secur",
    "safe",
    "vulnerab",
    "harmless",
    "trust",
    "fast",
    "speed",
    "performan",
    "efficien",
    "optimi",
    "guarante",
    "verif",
    "prove",
    "production",
];
/// And what it says of runs that it has not shown.
const RUNS: [&str; 6] = ["test", "build", "check", "suite", "ci", "pipeline"];
const OF_RUNS: [&str; 14] = [
    "pass",
    "passes",
    "passed",
    "passing",
    "green",
    "succeed",
    "succeeds",
    "succeeded",
    "all",
    "every",
    "cover",
    "covers",
    "ok",
    "run",
];

/// Of a model's own words the sentences about what was changed and why: claims are for the evidence. English alone is read.
pub fn of_the_change(words: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for sentence in sentences(words) {
        let lower = sentence.to_lowercase();
        let plain: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let praises = plain.iter().any(|word| PRAISE.iter().any(|claim| word.starts_with(claim)));
        let of_runs = plain.iter().any(|word| RUNS.iter().any(|run| word.trim_end_matches('s') == *run));
        if !(praises || of_runs && plain.iter().any(|word| OF_RUNS.contains(word))) {
            kept.push(sentence);
        }
    }
    kept.join(" ").trim_end_matches([';', ',']).to_owned()
}

/// A point within a name or a number ends none.
fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let behind = text[at + c.len_utf8()..].chars().next();
        if ".!?;".contains(c) && behind.is_none_or(char::is_whitespace) {
            out.push(text[from..at + 1].trim());
            from = at + 1;
        }
    }
    out.push(text[from..].trim());
    out.retain(|sentence| !sentence.is_empty());
    out
}

/// How many there are is for code to count.
const COUNTS: &[&str] = &[
    "all",
    "every",
    "each",
    "both",
    "no",
    "none",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "dozen",
    "dozens",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "several",
    "many",
    "most",
    "other",
    "remaining",
    "entire",
    "whole",
];

/// Whether a model's words for what was wrong and what was changed say nothing that is not known; why not, if so.
pub fn may_be_said(healing: &Healing, words: &str) -> Result<(), String> {
    let shown = text::visible(words);
    let length = shown.chars().count();
    if !(20..=LONGEST).contains(&length) {
        return Err(format!("it has {length} characters"));
    }
    if ["http", "www.", "](", "<", "@", "```", "**"].iter().any(|mark| shown.contains(mark)) {
        return Err("it has links, names of people or marks in it".to_owned());
    }
    let lower = shown.to_lowercase();
    let plain: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if let Some(claim) = plain.iter().find(|word| CLAIMS.contains(word)) {
        return Err(format!("it says `{claim}`"));
    }
    let counts = |at: usize| plain[at.saturating_sub(3)..at].iter().any(|word| COUNTS.contains(word));
    if (0..plain.len()).any(|at| plain[at].starts_with("test") && counts(at)) {
        return Err("it counts tests".to_owned());
    }
    let known = known(healing);
    let digits: HashSet<&str> = numbers(&known).collect();
    if let Some(number) = numbers(&shown).find(|number| !digits.contains(number)) {
        return Err(format!("the number {number} is in no evidence"));
    }
    let pathlike = |word: &&str| word.contains('/') || word.contains('_') || word.contains("::");
    let trimmed = shown.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '_'));
    match trimmed.filter(pathlike).find(|word| !known.contains(word)) {
        Some(word) => Err(format!("{} is in no evidence", one_line(word, 60))),
        None => Ok(()),
    }
}

/// Everything that a word can be held against.
fn known(healing: &Healing) -> String {
    let mut known = String::new();
    if let Some(candidate) = &healing.candidate {
        known += &candidate.patch.unified_diff();
    }
    if let Some(diagnosis) = &healing.diagnosis {
        known += &diagnosis.failing.join("\n");
        known += diagnosis.first_error.as_deref().unwrap_or_default();
        for place in &diagnosis.locations {
            known += &format!("\n{} {} {}", place.path, place.line.unwrap_or_default(), place.message);
        }
    }
    if let Some(evidence) = &healing.evidence {
        known += &format!("\n{}\n{}", evidence.command, evidence.before.excerpt);
    }
    known
}

fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty())
}
