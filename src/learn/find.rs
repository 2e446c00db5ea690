//! Which lessons fit a failure: those of the very same one, then those that are told in much the same words.

use super::Known;
use crate::record::entry::{Learning, Lesson};
use crate::record::{Diagnosis, Match, Seen};
use std::collections::{BTreeMap, BTreeSet};

/// So many are shown.
const SHOWN: usize = 5;
/// How much of the words must agree, of 1, for a failure to be called similar.
const ALIKE: f64 = 0.5;
/// A note of a person is about more than one failure.
const NOTE_ALIKE: f64 = 0.2;

/// What people declined more than they took it is not done again.
const RECALLED: f64 = 0.5;
/// What fades is still tried for a while: the command proves it anyway.
const FADED: f64 = 0.25;

/// Whether a lesson says how to mend it, and may be tried.
pub fn may_recall(seen: &Seen, learning: &Learning) -> bool {
    let is_it = seen.key == learning.key && learning.lesson == Lesson::Fix && learning.patch.is_some();
    is_it && learning.confidence >= RECALLED && seen.confidence >= FADED
}

/// What is known of a failure, what fits best first.
pub fn seen(known: &[Known], diagnosis: &Diagnosis, now: &str) -> Vec<Seen> {
    let told = format!("{} {}", diagnosis.signature.0, diagnosis.first_error.as_deref().unwrap_or_default());
    let words = words(&told);
    let rare = Rarity::of(known);
    let mut found: Vec<(Match, f64, &Known)> = known
        .iter()
        .filter_map(|one| {
            let (by, fit) = fit(&one.learning, diagnosis, &words, &rare)?;
            Some((by, fit * one.worth(now), one))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then_with(|| a.2.learning.key.cmp(&b.2.learning.key)));
    found.into_iter().take(SHOWN).map(|(by, _, one)| shown(by, one, now)).collect()
}

fn shown(by: Match, one: &Known, now: &str) -> Seen {
    let learning = &one.learning;
    Seen {
        key: learning.key.clone(),
        lesson: learning.lesson,
        by,
        text: learning.text.clone(),
        origin: learning.origin.clone(),
        confidence: (one.worth(now) * 100.0).round() / 100.0,
        hand: learning.hand,
        files: learning.files.clone(),
    }
}

fn fit(learning: &Learning, diagnosis: &Diagnosis, words: &BTreeSet<String>, rare: &Rarity) -> Option<(Match, f64)> {
    if learning.signature.as_ref() == Some(&diagnosis.signature) && says_something(&diagnosis.signature.0) {
        return Some((Match::Signature, 1.0));
    }
    if learning.class.is_some_and(|class| class != diagnosis.class) {
        return None;
    }
    let is_note = learning.lesson == Lesson::Note;
    let place = is_note && learning.files.iter().any(|file| diagnosis.suspects.iter().any(|s| s.path.as_str() == file));
    let alike = rare.alike(words, &words_of(learning));
    let wanted = if is_note { NOTE_ALIKE } else { ALIKE };
    (place || alike >= wanted).then_some((Match::Similar, if place { 1.0 } else { alike }))
}

/// A signature of a class alone is that of every failure without a message.
fn says_something(signature: &str) -> bool {
    signature.split_once(": ").is_some_and(|(_, rest)| rest.trim().len() > 3)
}

fn words_of(learning: &Learning) -> BTreeSet<String> {
    let signature = learning.signature.as_ref().map_or("", |s| s.0.as_str());
    // What a note says is all that is known of it.
    let own = if learning.lesson == Lesson::Note {
        learning.text.as_str()
    } else {
        learning.text.split(": ").next().unwrap_or_default()
    };
    words(&format!("{signature} {own}"))
}

/// Lower-cased parts of names and words; one or two letters say nothing.
fn words(text: &str) -> BTreeSet<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    parts.filter(|word| word.chars().count() > 2).map(str::to_lowercase).collect()
}

/// How much a word tells: what stands in every lesson tells little.
struct Rarity {
    lessons: f64,
    with: BTreeMap<String, f64>,
}

impl Rarity {
    fn of(known: &[Known]) -> Self {
        let mut with = BTreeMap::new();
        for word in known.iter().flat_map(|one| words_of(&one.learning)) {
            *with.entry(word).or_insert(0.0) += 1.0;
        }
        Self { lessons: known.len() as f64, with }
    }

    fn weight(&self, word: &str) -> f64 {
        (1.0 + self.lessons / (1.0 + self.with.get(word).copied().unwrap_or(0.0))).ln()
    }

    /// The weight of the words in common, of that of all.
    fn alike(&self, one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
        let sum = |words: &mut dyn Iterator<Item = &String>| words.map(|word| self.weight(word)).sum::<f64>();
        let (both, all) = (sum(&mut one.intersection(other)), sum(&mut one.union(other)));
        if all > 0.0 { both / all } else { 0.0 }
    }
}
