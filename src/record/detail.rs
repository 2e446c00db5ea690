//! What a record tells people beyond its verdict: what the task was, what was wrong, the patch, where the time went.
//! All of it is capped here, once; masking happens where a record is stored.

use super::{Confidence, Diagnosis, Healing, Outcome};
use serde::{Deserialize, Serialize};

/// A patch that is longer is cut: the pull request has all of it.
const DIFF: usize = 16 << 10;
const LINE: usize = 300;
const LINES: usize = 20;
const PLACES: usize = 5;

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Seconds {
    pub total: f64,
    /// Spent in the repository's own command.
    pub verify: f64,
    /// Spent in hands.
    pub hands: f64,
    /// Looking the task up at the forge.
    #[serde(default)]
    pub collect: f64,
    /// Set-up commands and downloads, before the command.
    #[serde(default)]
    pub prepare: f64,
    /// Guards once more, branch, commit, pull request.
    #[serde(default)]
    pub publish: f64,
}

/// Empty in records of versions that did not write it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// The task in one line.
    pub title: String,
    pub diagnosis: Option<Diagnosis>,
    /// The candidate's own sentence.
    pub why: Option<String>,
    pub confidence: Option<Confidence>,
    /// A unified diff: only of a repair that passed every guard.
    pub diff: Option<String>,
    pub notes: Vec<String>,
}

impl Detail {
    pub fn new(title: &str, healing: &Healing) -> Self {
        let candidate = healing.candidate.as_ref();
        let is_sound = matches!(healing.outcome, Outcome::Fixed | Outcome::Proposed);
        Self {
            title: cut(title, LINE),
            diagnosis: healing.diagnosis.clone().map(short),
            why: candidate.map(|c| cut(&c.why, LINE)),
            confidence: candidate.map(|c| c.confidence),
            diff: candidate.filter(|_| is_sound).map(|c| lines_within(&c.patch.unified_diff(), DIFF)),
            notes: healing.notes.iter().take(LINES).map(|note| cut(note, LINE)).collect(),
        }
    }
}

fn short(mut diagnosis: Diagnosis) -> Diagnosis {
    diagnosis.failing.truncate(LINES);
    diagnosis.locations.truncate(PLACES);
    diagnosis.suspects.truncate(PLACES);
    let messages = diagnosis.locations.iter_mut().map(|place| &mut place.message);
    let reasons = diagnosis.suspects.iter_mut().flat_map(|suspect| &mut suspect.why);
    let texts = diagnosis.failing.iter_mut().chain(&mut diagnosis.first_error).chain(messages).chain(reasons);
    texts.for_each(|text| *text = cut(text, LINE));
    diagnosis
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Whole lines, and a word where some are missing.
fn lines_within(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = text[..end].rfind('\n').map_or("", |at| &text[..=at]);
    let left = text[kept.len()..].lines().count();
    format!("{kept}\\ {left} more lines are not recorded\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RelPath;
    use crate::patch::{FilePatch, Patch};
    use crate::record::{Candidate, HandId};

    fn healing(outcome: Outcome, text: &str) -> Healing {
        let file =
            FilePatch { path: RelPath::parse("a.txt").unwrap(), before: None, after: Some(text.as_bytes().to_vec()) };
        let candidate = Candidate {
            patch: Patch::from_files([file]),
            hand: HandId::Hint,
            why: "w".repeat(2 * LINE),
            confidence: Confidence::Confident,
        };
        Healing { outcome, candidate: Some(candidate), notes: vec!["n".to_owned(); 99], ..Healing::default() }
    }

    #[test]
    fn a_patch_that_a_guard_refused_is_not_kept() {
        assert!(Detail::new("t", &healing(Outcome::Fixed, "x\n")).diff.unwrap().contains("+x"));
        assert!(Detail::new("t", &healing(Outcome::Proposed, "x\n")).diff.is_some());
        assert_eq!(Detail::new("t", &healing(Outcome::Blocked, "x\n")).diff, None);
    }

    #[test]
    fn nothing_is_longer_than_people_read() {
        let long = "ä line\n".repeat(9000);
        let detail = Detail::new(&"t".repeat(9000), &healing(Outcome::Fixed, &long));
        let diff = detail.diff.unwrap();
        assert!(diff.len() < DIFF + 100 && diff.ends_with(" more lines are not recorded\n"), "{}", diff.len());
        let shown = diff.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++")).count();
        assert!(diff.ends_with(&format!("\\ {} more lines are not recorded\n", 9000 - shown)), "{shown}");
        assert_eq!((detail.title.chars().count(), detail.why.unwrap().chars().count()), (LINE + 1, LINE + 1));
        assert_eq!(detail.notes.len(), LINES);
    }

    #[test]
    fn older_records_have_none() {
        let seconds: Seconds = serde_json::from_str(r#"{"total":1.0,"verify":0.5,"hands":0.1}"#).unwrap();
        assert!(seconds.publish.abs() < f64::EPSILON);
        assert_eq!(serde_json::from_str::<Detail>("{}").unwrap(), Detail::default());
    }
}
