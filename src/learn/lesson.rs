//! Lessons out of outcomes, by code alone: what mended a signature, what people objected to, what only needs a rerun.
//! Text of people is cleaned and says whose it is; what strangers say teaches nothing.

use super::{Known, digest};
use crate::brain::text::clean;
use crate::patch::Patch;
use crate::record::entry::{Entry, Fact, Learning, Lesson, PullState, ReviewFact, ReviewSource, Verdict};
use crate::record::{AttemptRecord, Candidate, FailureClass, HandId, Healing, Outcome as End, Severity, Tried};

/// The longest difference that is kept.
pub const MAX_PATCH: usize = 16 * 1024;
const MAX_TEXT: usize = 400;
/// A person said no: that weighs more than one proof.
const DECLINED: u32 = 2;
const REVERTED: u32 = 3;

/// How sure we are after so many outcomes for and against.
pub fn confidence(wins: u32, losses: u32) -> f64 {
    f64::from(wins + 1) / f64::from(wins + losses + 2)
}

/// What an attempt teaches. `known` gives the lessons as they stand, those that were taken back, too, and is asked only
/// where something is taught.
pub fn from_attempt<E>(
    record: &AttemptRecord,
    healing: &Healing,
    known: impl FnOnce() -> Result<Vec<Known>, E>,
) -> Result<Vec<Learning>, E> {
    let new = match record.outcome {
        End::Fixed | End::Proposed => fix(record, healing),
        End::Flaky => unsteady(record, healing, Lesson::Flaky),
        End::Transient if record.class == Some(FailureClass::Transient) => unsteady(record, healing, Lesson::Transient),
        _ => None,
    };
    let fell: Vec<&str> = record.tried.iter().filter(|tried| tried.is_refuted()).filter_map(refuted_key).collect();
    if new.is_none() && fell.is_empty() {
        return Ok(Vec::new());
    }
    let known = known()?;
    let weaker = fell.into_iter().filter_map(|key| weakened(&known, key, 1));
    Ok(new.and_then(|new| confirmed(new, &known)).into_iter().chain(weaker).collect())
}

/// A recalled repair of the very same failure that fell. What mended only a similar one was never said to fit.
pub fn refuted_key(tried: &Tried) -> Option<&str> {
    let (_, key) = tried.why.rsplit_once(RECALLED).filter(|_| tried.hand == HandId::Recall)?;
    key.strip_suffix(')')
}

const RECALLED: &str = " (mended this failure before: ";

/// Why a lesson is tried again, in words that name it.
pub fn mended(key: &str, text: &str, is_same: bool) -> String {
    let what = if is_same { RECALLED } else { " (mended a similar failure before: " };
    let how = text.split_once(": ").map_or(text, |(_, how)| how);
    format!("{}{what}{key})", short(how, 200))
}

/// What a candidate does, without where a recalled one comes from.
pub fn without_past(candidate: &Candidate) -> &str {
    let split = candidate.why.rsplit_once(" (mended ").filter(|_| candidate.hand == HandId::Recall);
    split.map_or(&*candidate.why, |(why, _)| why)
}

fn fix(record: &AttemptRecord, healing: &Healing) -> Option<Learning> {
    let (candidate, signature) = (healing.candidate.as_ref()?, record.signature.clone()?);
    // To give up a change is no repair that could be made again.
    let patch = (candidate.hand != HandId::Revert).then(|| candidate.patch.unified_diff());
    let quote = healing.diagnosis.as_ref().and_then(|d| d.first_error.clone()).unwrap_or_else(|| signature.0.clone());
    Some(Learning {
        key: format!("fix-{}-{}", digest(&signature.0, 4), digest(change(&candidate.patch), 4)),
        lesson: Lesson::Fix,
        signature: Some(signature),
        class: record.class,
        hand: Some(candidate.hand),
        files: candidate.patch.files().iter().map(|file| file.path.to_string()).collect(),
        text: format!("{}: {}", short(&quote, 160).replace(": ", " – "), short(without_past(candidate), 200)),
        patch: patch.filter(|patch| patch.len() <= MAX_PATCH),
        confidence: confidence(1, 0),
        wins: 1,
        losses: 0,
        origin: format!("attempt {}, proven by its command", record.attempt),
        retired: false,
        revision: 0,
    })
}

/// What a patch does, wherever it does it: the same for the same repair of a file that moved on.
pub fn change(patch: &Patch) -> String {
    let lines = |sign: char, all: Vec<(&crate::ids::RelPath, u32, String)>| {
        all.into_iter().map(|(path, _, text)| format!("{sign}{path} {}\n", text.trim())).collect::<String>()
    };
    format!("{}{}", lines('-', patch.removed_lines()), lines('+', patch.added_lines()))
}

fn unsteady(record: &AttemptRecord, healing: &Healing, lesson: Lesson) -> Option<Learning> {
    let signature = record.signature.clone()?;
    let (word, told) = match lesson {
        Lesson::Flaky => ("flaky", "it fails and passes on the same commit"),
        _ => ("transient", "infrastructure, not the code: a rerun mends it"),
    };
    let quote = healing.diagnosis.as_ref().and_then(|d| d.first_error.clone()).unwrap_or_else(|| signature.0.clone());
    Some(Learning {
        key: format!("{word}-{}", digest(&signature.0, 4)),
        lesson,
        signature: Some(signature),
        class: record.class,
        hand: None,
        files: Vec::new(),
        text: format!("{}: {told}", short(&quote, 200).replace(": ", " – ")),
        patch: None,
        confidence: confidence(1, 0),
        wins: 1,
        losses: 0,
        origin: format!("attempt {}", record.attempt),
        retired: false,
        revision: 0,
    })
}

/// A version that knows of this one.
fn next(old: &Learning) -> Learning {
    Learning { revision: old.revision.saturating_add(1), ..old.clone() }
}

/// A lesson that was learned once more; who made it first stays named. What a person took back is not learned again.
fn confirmed(new: Learning, known: &[Known]) -> Option<Learning> {
    let Some(Known { learning: old, .. }) = known.iter().find(|one| one.learning.key == new.key) else {
        return Some(new);
    };
    let wins = old.wins + 1;
    let hand = old.hand.or(new.hand);
    (!old.retired).then(|| Learning { wins, hand, confidence: confidence(wins, old.losses), ..next(old) })
}

fn weakened(known: &[Known], key: &str, by: u32) -> Option<Learning> {
    let old = &known.iter().find(|one| one.learning.key == key)?.learning;
    let losses = old.losses + by;
    Some(Learning { losses, confidence: confidence(old.wins, losses), ..next(old) })
}

/// What came back about a run of ours.
pub struct Outcome<'a> {
    pub entry: &'a Entry,
    pub record: &'a AttemptRecord,
    /// The lessons that the run taught, as they stand.
    pub taught: &'a [Known],
    /// What was merged of our files, where people changed our patch first.
    pub merged: Option<&'a str>,
}

/// What an outcome teaches; nothing, where whoever caused it may not write here.
pub fn from_outcome(outcome: &Outcome) -> Vec<Learning> {
    if !outcome.entry.trusted {
        return Vec::new();
    }
    match &outcome.entry.fact {
        Fact::Pull(pull) => {
            let who = outcome.entry.actor.as_deref().unwrap_or("the forge");
            let origin = |did: &str| format!("pull request #{}, {did} by {who}", pull.number);
            match pull.state {
                PullState::Merged => merged(outcome, &origin("merged")),
                PullState::Closed => declined(outcome, DECLINED, &origin("closed without a merge")),
                PullState::Reverted => declined(outcome, REVERTED, &origin("merged, then reverted")),
                PullState::Opened | PullState::Green | PullState::Red | PullState::Reopened => Vec::new(),
            }
        }
        Fact::Review(review) => objections(outcome, review),
        _ => Vec::new(),
    }
}

fn merged(outcome: &Outcome, origin: &str) -> Vec<Learning> {
    let mut learned = Vec::new();
    for Known { learning: old, .. } in fixes(outcome) {
        let wins = old.wins + 1;
        // The words go with the patch that they are about.
        let (patch, text) = match outcome.merged.filter(|diff| diff.len() <= MAX_PATCH) {
            Some(diff) => (Some(diff.to_owned()), as_merged(old)),
            None => (old.patch.clone(), old.text.clone()),
        };
        let confidence = confidence(wins, old.losses);
        learned.push(Learning { wins, patch, text, confidence, origin: origin.to_owned(), ..next(old) });
        if outcome.merged.is_some() {
            let said = "people changed this repair before they merged it; what they merged is kept".to_owned();
            learned.push(objection(outcome.record, "edits", &said, origin));
        }
    }
    learned
}

/// The repair that the run came to, and not what it tried of others before.
fn fixes<'a>(outcome: &Outcome<'a>) -> impl Iterator<Item = &'a Known> {
    let fell: Vec<&str> = outcome.record.tried.iter().filter(|t| t.is_refuted()).filter_map(refuted_key).collect();
    let is_fix = move |one: &&Known| one.learning.lesson == Lesson::Fix && !fell.contains(&one.learning.key.as_str());
    outcome.taught.iter().filter(is_fix)
}

/// What failed, as before, and the change as people made it, which only the patch tells.
fn as_merged(old: &Learning) -> String {
    let quote = old.text.split_once(": ").map_or(&*old.text, |(quote, _)| quote);
    format!("{quote}: changed {} the way people merged it", short(&old.files.join(", "), 160))
}

fn declined(outcome: &Outcome, losses: u32, origin: &str) -> Vec<Learning> {
    let weaker = |one: &Known| weakened(outcome.taught, &one.learning.key, losses);
    fixes(outcome).filter_map(weaker).map(|learning| Learning { origin: origin.to_owned(), ..learning }).collect()
}

/// What a person with write access wants otherwise. Programs' remarks are kept in the ledger and teach nothing.
fn objections(outcome: &Outcome, review: &ReviewFact) -> Vec<Learning> {
    let counts = review.source == ReviewSource::Person && review.verdict != Verdict::Approved;
    let remarks =
        review.remarks.iter().filter(|r| counts && (r.severity > Severity::Note || review.verdict == Verdict::Changes));
    let place = |path: &Option<String>| path.as_deref().map_or_else(String::new, |path| format!(" ({path})"));
    let pull = review.pull.map_or_else(|| "a proposal".to_owned(), |n| format!("pull request #{n}"));
    let origin = format!("{pull}, reviewed by {}", short(&review.reviewer, 60));
    let weaker = if counts && review.verdict == Verdict::Changes { declined(outcome, 1, &origin) } else { Vec::new() };
    let said = remarks.take(10).map(|remark| {
        let said = format!("{} wanted{}: {}", review.reviewer, place(&remark.path), remark.claim);
        let mut learned = objection(outcome.record, &remark.claim, &said, &origin);
        learned.files = remark.path.iter().cloned().collect();
        learned
    });
    said.chain(weaker).collect()
}

fn objection(record: &AttemptRecord, what: &str, said: &str, origin: &str) -> Learning {
    let about = format!("{:?} {what}", record.signature);
    Learning {
        key: format!("objection-{}", digest(&about, 5)),
        lesson: Lesson::Objection,
        signature: record.signature.clone(),
        class: record.class,
        hand: record.hand,
        files: Vec::new(),
        text: short(said, MAX_TEXT),
        patch: None,
        confidence: 0.75,
        wins: 1,
        losses: 0,
        origin: origin.to_owned(),
        retired: false,
        revision: 0,
    }
}

/// What a person writes down. `at` and the text name it.
pub fn add_note(text: &str, files: &[String], class: Option<FailureClass>, at: &str, who: &str) -> Learning {
    Learning {
        key: format!("note-{}", digest(format!("{at} {text}"), 4)),
        lesson: Lesson::Note,
        signature: None,
        class,
        hand: None,
        files: files.to_vec(),
        text: short(text, MAX_TEXT),
        patch: None,
        confidence: 0.9,
        wins: 0,
        losses: 0,
        origin: format!("written down by {who}"),
        retired: false,
        revision: 0,
    }
}

/// What a person writes from an older copy counts before what runs wrote meanwhile: no lesson has so many versions.
const OF_A_PERSON: u32 = 1_000;

/// As a person says it: in other words, or with another confidence.
pub fn edited(learning: &Learning, text: Option<&str>, confidence: Option<f64>, who: &str) -> Learning {
    Learning {
        text: text.map_or_else(|| learning.text.clone(), |text| short(text, MAX_TEXT)),
        confidence: confidence.unwrap_or(learning.confidence),
        origin: format!("{}; edited by {who}", learning.origin),
        revision: learning.revision.saturating_add(OF_A_PERSON),
        ..learning.clone()
    }
}

/// Out of use, by a person; the record of it stays.
pub fn retire(learning: &Learning, who: &str) -> Learning {
    Learning { retired: true, origin: format!("{}; taken back by {who}", learning.origin), ..next(learning) }
}

/// One line of visible text, cut to so many characters.
pub(super) fn short(text: &str, most: usize) -> String {
    let line = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    line.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
