//! Where to look: functions that the failing tests run, each line as suspect as the tests make it (Ochiai).

use crate::hand::revert::pieces::{Hunk, hunks};
use crate::ids::RelPath;
use crate::patch::Patch;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// Variable → the types seen in it.
pub type Types = BTreeMap<String, Vec<String>>;

/// What a test did when it was run by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Test {
    pub name: String,
    /// `P`, `F`, or `T` when its time was up.
    pub result: String,
    pub seconds: f64,
    /// File → lines that were run.
    #[serde(default, skip_serializing)]
    pub lines: BTreeMap<String, BTreeSet<u32>>,
}

impl Test {
    pub fn passed(&self) -> bool {
        self.result == "P"
    }
}

/// The tests that are wanted, quick ones first: they say as much in less time; those that took too long last.
pub fn in_order(tests: &[Test], wanted: impl Fn(&Test) -> bool) -> Vec<&Test> {
    let mut chosen: Vec<&Test> = tests.iter().filter(|test| wanted(test)).collect();
    let steps = |test: &Test| (test.seconds.max(0.001) * 1000.0).log2().round();
    chosen.sort_by(|a, b| (a.result == "T").cmp(&(b.result == "T")).then(steps(a).total_cmp(&steps(b))));
    chosen
}

/// The same, by name.
pub fn names_in_order(tests: &[Test], wanted: impl Fn(&Test) -> bool) -> Vec<&str> {
    in_order(tests, wanted).into_iter().map(|test| test.name.as_str()).collect()
}

/// How suspect the lines of one file are, 0 to 1; what no failing test runs is not there.
pub fn suspicion(tests: &[Test], path: &RelPath) -> BTreeMap<u32, f64> {
    let mut counts: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for test in tests {
        for line in test.lines.get(path.as_str()).into_iter().flatten() {
            let (failed, passed) = counts.entry(*line).or_default();
            *(if test.passed() { passed } else { failed }) += 1.0;
        }
    }
    let all_failed = tests.iter().filter(|test| !test.passed()).count() as f64;
    let ochiai = |(failed, passed): (f64, f64)| failed / (all_failed * (failed + passed)).sqrt();
    counts.into_iter().filter(|(_, (failed, _))| *failed > 0.0).map(|(line, count)| (line, ochiai(count))).collect()
}

/// Where a change wrote in a file that was there before it; a place where it only took out lines lies between two.
pub fn fresh(change: &Patch, path: &RelPath) -> Vec<RangeInclusive<u32>> {
    let file = change.files().iter().find(|file| file.path == *path);
    let Some((before, after)) = file.and_then(|file| Some((file.before.as_ref()?, file.after.as_ref()?))) else {
        return Vec::new();
    };
    let line = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let lines = |hunk: Hunk| match hunk.now.is_empty() {
        true => line(hunk.now.start)..=line(hunk.now.start + 1),
        false => line(hunk.now.start + 1)..=line(hunk.now.end),
    };
    hunks(before, after).into_iter().map(lines).collect()
}

pub fn meet(places: &[RangeInclusive<u32>], other: &RangeInclusive<u32>) -> bool {
    places.iter().any(|place| place.start() <= other.end() && other.start() <= place.end())
}

/// The types that were seen in the frames that begin on these lines.
pub fn types(seen: &[(String, u32, Types)], path: &RelPath, lines: RangeInclusive<u32>) -> Types {
    let mut types = Types::new();
    for (_, _, more) in seen.iter().filter(|(file, line, _)| file == path.as_str() && lines.contains(line)) {
        for (name, kinds) in more {
            let known = types.entry(name.clone()).or_default();
            known.extend(kinds.iter().filter(|kind| !known.contains(kind)).cloned().collect::<Vec<_>>());
        }
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::FilePatch;

    #[test]
    fn what_the_last_change_wrote_is_fresh() {
        let path = RelPath::parse("a.py").unwrap();
        let file = |before: Option<&str>, after: &str| {
            let (before, after) = (before.map(|text| text.as_bytes().to_vec()), Some(after.as_bytes().to_vec()));
            Patch::from_files([FilePatch { path: path.clone(), before, after }])
        };
        let old = "a\nb\nc\nd\n";
        assert_eq!(fresh(&file(Some(old), "a\nB\nB\nc\nd\n"), &path), [2..=3]);
        assert_eq!(fresh(&file(Some(old), "a\nd\n"), &path), [1..=2]);
        assert!(fresh(&file(None, old), &path).is_empty());
        assert!(meet(&[2..=3], &(3..=9)) && !meet(&[2..=3], &(4..=9)));
    }

    #[test]
    fn lines_of_failing_tests_are_suspect_and_others_are_not() {
        let test = |result: &str, lines: &[u32]| Test {
            name: String::new(),
            result: result.to_owned(),
            seconds: 0.0,
            lines: BTreeMap::from([("a.py".to_owned(), lines.iter().copied().collect())]),
        };
        let tests = [test("F", &[1, 2]), test("P", &[1, 3]), test("T", &[1])];
        let found = suspicion(&tests, &RelPath::parse("a.py").unwrap());
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), [1, 2]);
        assert!((found[&2] - (0.5_f64).sqrt()).abs() < 1e-9);
        assert!(found[&1] > found[&2]);
    }
}
