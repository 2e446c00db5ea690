//! One attempt as a lesson: what was asked, what was answered, and whether it was right.

use crate::ids::AttemptName;
use crate::record::entry::{Entry, Fact, Lesson, PullState};
use crate::record::{AttemptRecord, Diagnosis, Outcome};
use serde_json::Value;
use std::fmt::Write as _;

/// Lines around a change, and of one excerpt at most.
const AROUND: usize = 15;
const LONGEST: usize = 160;
/// Names of tests in a question.
const TESTS: usize = 20;

/// Whose word counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Somebody who may write merged it, and nobody took it back.
    Merged,
    /// Our own proof is enough, as long as nobody said no.
    Proven,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Right, or wrong.
    Known(bool),
    Unknown,
}

/// Lines of a file before the repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    pub path: String,
    /// Of its first line.
    pub line: usize,
    pub text: String,
}

/// What is at hand about an attempt.
pub struct Attempt {
    pub record: AttemptRecord,
    /// A unified diff; empty: not known.
    pub patch: String,
    pub excerpts: Vec<Excerpt>,
    pub diagnosis: Option<Diagnosis>,
    /// Messages in Oumi's form, the answer among them; empty where no model was asked.
    pub talk: Vec<Value>,
}

pub struct Source {
    pub repository: String,
    pub attempt: AttemptName,
    pub task: String,
    pub signature: Option<String>,
    pub hand: &'static str,
    pub class: &'static str,
    pub at: String,
    pub verdict: Verdict,
    pub question: String,
    pub completion: String,
    pub talk: Vec<Value>,
}

impl Source {
    pub fn new(attempt: Attempt, entries: &[Entry], trust: Trust) -> Self {
        let verdict = judge(&attempt.record, entries, trust);
        let Attempt { mut record, mut patch, mut excerpts, diagnosis, talk } = attempt;
        if patch.is_empty() {
            patch = whole(&record).or_else(|| learnt(&record.attempt, entries)).unwrap_or_default();
        }
        let diagnosis = diagnosis.or_else(|| record.detail.diagnosis.take());
        if excerpts.is_empty() {
            excerpts = excerpts_of(&patch);
        }
        Self {
            repository: record.repository.as_ref().map_or_else(|| "local".to_owned(), ToString::to_string),
            task: record.task.to_string(),
            signature: record.signature.as_ref().map(|signature| signature.0.clone()),
            hand: record.hand.map_or("", |hand| hand.as_str()),
            class: record.class.map_or("unknown", |class| class.as_str()),
            at: record.ended.clone(),
            verdict,
            question: question(&record, diagnosis.as_ref(), &excerpts),
            completion: patch,
            talk,
            attempt: record.attempt,
        }
    }
}

/// What became of it, by people who may say so.
pub fn judge(record: &AttemptRecord, entries: &[Entry], trust: Trust) -> Verdict {
    let mut said: Vec<(&str, PullState)> = entries
        .iter()
        .filter(|entry| entry.trusted && entry.attempt.as_ref() == Some(&record.attempt))
        .filter_map(|entry| match &entry.fact {
            Fact::Pull(pull) => Some((entry.at.as_str(), pull.state)),
            _ => None,
        })
        .filter(|(_, state)| matches!(state, PullState::Merged | PullState::Closed | PullState::Reverted))
        .collect();
    said.sort_by_key(|(at, state)| (state.finality(), *at));
    let passed = record.evidence.as_ref().and_then(|evidence| evidence.after.as_ref()).map(|after| after.passed());
    match (said.last(), trust) {
        (Some((_, state)), _) => Verdict::Known(*state == PullState::Merged),
        // The command or a guard itself said no.
        (None, _) if record.outcome == Outcome::Blocked || passed == Some(false) => Verdict::Known(false),
        (None, Trust::Proven)
            if matches!(record.outcome, Outcome::Fixed | Outcome::Proposed) && passed == Some(true) =>
        {
            Verdict::Known(true)
        }
        _ => Verdict::Unknown,
    }
}

/// The patch as the record has it, unless it was too long for it: then its last line says so.
fn whole(record: &AttemptRecord) -> Option<String> {
    let is_cut =
        |diff: &String| diff.lines().next_back().is_some_and(|last| last.ends_with(" more lines are not recorded"));
    record.detail.diff.clone().filter(|diff| !is_cut(diff))
}

/// The patch as the learnings have it.
fn learnt(attempt: &AttemptName, entries: &[Entry]) -> Option<String> {
    entries.iter().filter(|entry| entry.trusted && entry.attempt.as_ref() == Some(attempt)).find_map(|entry| {
        match &entry.fact {
            Fact::Learning(learning) if learning.lesson == Lesson::Fix => learning.patch.clone(),
            _ => None,
        }
    })
}

impl Excerpt {
    /// The lines of `before` that `after` changes, with some around them.
    pub fn of_change(path: &str, before: &str, after: &str) -> Self {
        let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
        let tail = tail.min(old.len() - head);
        let start = head.saturating_sub(AROUND);
        let end = (old.len() - tail + AROUND).min(old.len()).min(start + LONGEST);
        Self { path: path.to_owned(), line: start + 1, text: old[start..end].join("\n") }
    }
}

/// From a diff alone: what it shows of the old side.
fn excerpts_of(diff: &str) -> Vec<Excerpt> {
    let mut found: Vec<Excerpt> = Vec::new();
    let mut path = String::new();
    let mut in_hunk = false;
    for line in diff.lines() {
        if let Some(rest) = line.strip_prefix("@@ -") {
            let start = rest.split([',', ' ']).next().and_then(|start| start.parse().ok()).unwrap_or(1);
            found.push(Excerpt { path: path.clone(), line: start, text: String::new() });
            in_hunk = true;
        } else if line.starts_with("diff ") {
            in_hunk = false;
        } else if let Some(rest) = line.strip_prefix("--- ").filter(|_| !in_hunk) {
            path = rest.strip_prefix("a/").unwrap_or(rest).to_owned();
        } else if let (Some(rest), Some(last)) = (line.strip_prefix([' ', '-']).filter(|_| in_hunk), found.last_mut()) {
            let _ = writeln!(last.text, "{rest}");
        }
    }
    found.retain(|excerpt| !excerpt.text.is_empty());
    found
}

fn question(record: &AttemptRecord, diagnosis: Option<&Diagnosis>, excerpts: &[Excerpt]) -> String {
    let mut text = String::new();
    if let Some(evidence) = &record.evidence {
        let _ = writeln!(text, "The command `{}` fails.\n", evidence.command);
    }
    let class = record.class.map_or("unknown", |class| class.as_str());
    let tool = diagnosis.and_then(|d| d.tool.as_deref()).map(|tool| format!(", seen by {tool}")).unwrap_or_default();
    let _ = writeln!(text, "Kind of failure: {class}{tool}");
    if let Some(error) = diagnosis.and_then(|d| d.first_error.as_deref()) {
        let _ = writeln!(text, "First error: {error}");
    }
    let failing = diagnosis.map(|d| d.failing.as_slice()).unwrap_or_default();
    for test in failing.iter().take(TESTS) {
        let _ = writeln!(text, "Failing test: {test}");
    }
    let output = record.evidence.as_ref().map(|evidence| evidence.before.excerpt.trim_end()).unwrap_or_default();
    if !output.is_empty() {
        let _ = writeln!(text, "\nOutput:\n{}", fenced(output));
    }
    for excerpt in excerpts {
        let _ = writeln!(text, "\n{}, from line {}:\n{}", excerpt.path, excerpt.line, fenced(excerpt.text.trim_end()));
    }
    text.push_str("\nAnswer with the smallest unified diff that makes it pass.");
    text
}

fn fenced(text: &str) -> String {
    crate::report::markdown::fence("", text).trim_end().to_owned()
}
