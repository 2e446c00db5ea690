//! The newest version of everything that was learned.

use super::row::compact;
use super::spool::{Kept, Place, Spool};
use crate::record::entry::Learning;
use anyhow::Result;
use serde_json::json;
use std::cmp::Reverse;
use std::collections::HashMap;

/// A longer patch is not shown.
const PATCH: usize = 4 << 10;

struct Lesson {
    at: String,
    weight: u64,
    /// Whether it was taken back, and its revision: as [`Learning::rank`] has it.
    rank: (bool, u32),
    place: Place,
}

#[derive(Default)]
pub struct Lessons(HashMap<Key, Lesson>);

/// Repository and key: each learns for itself.
type Key = (Option<String>, String);

impl Lessons {
    pub fn learn(
        &mut self,
        repository: Option<&str>,
        mut learning: Learning,
        at: String,
        spool: &mut Spool,
    ) -> Result<()> {
        let key = (repository.map(str::to_owned), learning.key.clone());
        let rank = (learning.retired, learning.revision);
        if self.0.get(&key).is_some_and(|known| (known.rank, &known.at) > (rank, &at)) {
            return Ok(());
        }
        learning.patch = learning.patch.filter(|patch| patch.len() <= PATCH);
        let place = spool.put(&compact(&json!({"at": at, "repository": repository, "learning": learning}))?)?;
        let confidence = if learning.confidence.is_finite() { learning.confidence.clamp(0.0, 1.0) } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 1")]
        let weight = (confidence * 1e6) as u64 + u64::from(learning.wins.min(1000));
        self.0.insert(key, Lesson { at, weight, rank, place });
        Ok(())
    }

    /// What is in use first, and of that what is surest.
    pub fn best_first(self) -> Vec<Place> {
        let mut all: Vec<_> = self.0.into_iter().collect();
        all.sort_by(|(a, x), (b, y)| {
            (x.rank.0, Reverse(x.weight), Reverse(&x.at), a).cmp(&(y.rank.0, Reverse(y.weight), Reverse(&y.at), b))
        });
        all.into_iter().map(|(_, lesson)| lesson.place).collect()
    }
}

/// Places as one JSON array.
pub fn array(places: &[Place], kept: &Kept) -> Result<Vec<u8>> {
    let mut out = b"[".to_vec();
    for (number, place) in places.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        kept.read(*place, &mut out)?;
    }
    out.push(b']');
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn learning(key: &str, text: &str, confidence: f64, retired: bool) -> Learning {
        serde_json::from_value(json!({"key": key, "lesson": "fix", "text": text, "confidence": confidence,
            "origin": "o", "retired": retired}))
        .unwrap()
    }

    #[test]
    fn the_newest_version_counts_and_the_surest_comes_first() {
        let dir = tempfile::tempdir().unwrap();
        let mut spool = Spool::in_dir(dir.path()).unwrap();
        let mut lessons = Lessons::default();
        let told = [
            ("o/r", "a", "new", 0.2, false, "2026-02"),
            ("o/r", "a", "old", 0.9, false, "2026-01"),
            ("p/q", "a", "of another repository", 0.1, false, "2026-01"),
            ("o/r", "b", "sure", 0.8, false, "2026-01"),
            ("o/r", "c", "gone", 1.0, true, "2026-03"),
        ];
        for (repository, key, text, confidence, retired, at) in told {
            let learning = learning(key, text, confidence, retired);
            lessons.learn(Some(repository), learning, at.to_owned(), &mut spool).unwrap();
        }
        assert_eq!(lessons.0.len(), 4);
        let all = array(&lessons.best_first(), &spool.close().unwrap()).unwrap();
        let all: Vec<Value> = serde_json::from_slice(&all).unwrap();
        let texts: Vec<&str> = all.iter().filter_map(|l| l["learning"]["text"].as_str()).collect();
        assert_eq!(texts, ["sure", "new", "of another repository", "gone"]);
    }
}
