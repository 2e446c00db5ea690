//! Whether a candidate that does not pass is a step forward all the same: one of several causes removed, and none
//! brought in.

use crate::brain::log;
use crate::record::{Candidate, Diagnosis, FailureClass, Location, LogReport};
use crate::verify::{self, Run};
use std::collections::HashSet;
use std::path::Path;

/// Whether a run that still fails is a step forward: a failing test passes now (and, as was asked before, none is
/// broken); or fewer of the same complaints and no new one; or the first error gone, nothing said about the lines
/// that the candidate wrote, and not more wrong than before.
pub(super) fn is_better(before: &Diagnosis, run: &Run, compared: &verify::Comparison, candidate: &Candidate) -> bool {
    let after = log::read(&run.text);
    let mended = !compared.fail_to_pass.is_empty() && !blames(&after, candidate);
    run.finished.limit.is_none() && (mended || steps_forward(before, &after, &run.text, candidate))
}

fn steps_forward(before: &Diagnosis, after: &LogReport, text: &str, candidate: &Candidate) -> bool {
    if after.class == FailureClass::Unknown || blames(after, candidate) {
        return false;
    }
    let (old, new) = (complaints(&before.locations), complaints(&after.locations));
    let fewer_complaints = new.len() < old.len() && new.iter().all(|c| old.contains(c)) && !new.is_empty();
    let fewer_tests = !before.failing.is_empty() && after.failing.len() < before.failing.len();
    let gone = match (&before.first_error, &after.first_error) {
        (Some(old), Some(new)) => log::normalise(old) != log::normalise(new) && !text.contains(old.trim()),
        _ => false,
    };
    let later = stage_of(after.class) > stage_of(before.class) || is_deeper(before, after, candidate);
    // A deeper traceback has more places, not more causes.
    let no_more = match after.class {
        FailureClass::Test => after.failing.len() <= before.failing.len().max(1),
        _ => after.locations.len() <= before.locations.len(),
    };
    fewer_complaints || fewer_tests || (gone && (later || no_more))
}

/// A compiler stops at the first kind of error it meets, so that there may be more of the next kind; none of those
/// speaks of what the candidate changed, or is in a file that was sound before.
fn is_deeper(before: &Diagnosis, after: &LogReport, candidate: &Candidate) -> bool {
    let compiles = |class| matches!(class, FailureClass::Compile | FailureClass::Type);
    if !compiles(before.class) || before.class != after.class {
        return false;
    }
    let (old, mut new) = (complaints(&before.locations), complaints(&after.locations));
    if old.first().is_none_or(|first| new.contains(first)) {
        return false;
    }
    new.retain(|complaint| !old.contains(complaint));
    let lines = [candidate.patch.removed_lines(), candidate.patch.added_lines()];
    let [removed, added] = lines.map(|lines| lines.iter().flat_map(|(_, _, line)| words(line)).collect::<HashSet<_>>());
    let changed: HashSet<&String> = removed.symmetric_difference(&added).collect();
    let edited = |file: &str| candidate.patch.files().iter().any(|f| f.path.file_name() == file);
    let was_sound = |file: &str| old.iter().all(|(other, _)| *other != file);
    let to_blame = |(file, message): &(&str, String)| {
        words(message).iter().any(|word| changed.contains(word)) || (edited(file) && was_sound(file))
    };
    !new.is_empty() && !new.iter().any(to_blame)
}

/// What is said about which file, as often as it is said; lines move, so they do not count.
fn complaints(locations: &[Location]) -> Vec<(&str, String)> {
    let file = |path: &'_ str| path.rfind('/').map_or(0, |at| at + 1);
    locations.iter().map(|l| (&l.path[file(&l.path)..], log::normalise(&l.message))).collect()
}

/// Something is wrong on a line that the candidate wrote, and it is the candidate's doing: what is said
/// there speaks of a word that it brought in, or of none that stood there before.
fn blames(after: &LogReport, candidate: &Candidate) -> bool {
    let removed: Vec<String> = candidate.patch.removed_lines().iter().flat_map(|(_, _, line)| words(line)).collect();
    let written = candidate.patch.added_lines();
    // A word may stand there before and be brought in once more.
    let mut new: Vec<String> = written.iter().flat_map(|(_, _, line)| words(line)).collect();
    for word in &removed {
        if let Some(at) = new.iter().position(|w| w == word) {
            new.swap_remove(at);
        }
    }
    let at = |l: &Location| {
        let is_there = |path: &str| Path::new(&l.path).ends_with(path);
        written
            .iter()
            .find(|(path, n, _)| Some(*n) == l.line && is_there(path.as_str()))
            .map(|(_, _, line)| line.clone())
    };
    // The first place is where it fails, and the quoted line is about it; the callers of a traceback only lead there.
    let quote = after.first_error.as_deref().unwrap_or_default();
    let places = after.locations.iter().enumerate().filter_map(|(i, l)| Some((i, l, at(l)?)));
    let mut blamed = places.map(|(i, l, line)| {
        let said = if i == 0 { format!("{}\n{quote}", l.message) } else { l.message.clone() };
        let meant = accused(&said, &line).unwrap_or_else(|| words(&said));
        meant.iter().any(|w| new.contains(w)) || (i == 0 && !words(&said).iter().any(|w| removed.contains(w)))
    });
    blamed.any(|blamed| blamed)
}

/// The name on the line that a message is about: the first one it quotes that stands there.
fn accused(message: &str, line: &str) -> Option<Vec<String>> {
    let there = words(line);
    let mut quoted = message.split(['\'', '"', '`', '‘', '’']).skip(1).step_by(2).map(words);
    quoted.find(|words| words.iter().any(|word| there.contains(word)))
}

fn words(text: &str) -> Vec<String> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.split(|c| !word(c)).filter(|w| w.len() > 1).map(str::to_owned).collect()
}

/// A build fails in this order: what comes later is only seen once the earlier is repaired.
fn stage_of(class: FailureClass) -> u8 {
    match class {
        FailureClass::Dependency | FailureClass::Config => 0,
        FailureClass::Compile => 1,
        FailureClass::Type => 2,
        FailureClass::Lint | FailureClass::Format => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RelPath;
    use crate::patch::{FilePatch, Patch};
    use crate::record::{Complexity, Confidence, HandId, Signature};

    fn report(places: &[(u32, &str)]) -> LogReport {
        let place = |(line, message): &(u32, &str)| Location {
            path: "/tmp/x/src/a.py".to_owned(),
            line: Some(*line),
            message: (*message).to_owned(),
            ..Location::default()
        };
        LogReport {
            class: FailureClass::Type,
            failing: Vec::new(),
            locations: places.iter().map(place).collect(),
            first_error: places.first().map(|(_, m)| (*m).to_owned()),
            tool: None,
        }
    }

    fn candidate(before: &str, after: &str) -> Candidate {
        let file = FilePatch {
            path: RelPath::parse("src/a.py").unwrap(),
            before: Some(before.as_bytes().to_vec()),
            after: Some(after.as_bytes().to_vec()),
        };
        let patch = Patch::from_files([file]);
        Candidate { patch, hand: HandId::Hint, why: String::new(), confidence: Confidence::Unsure }
    }

    fn diagnosis(report: LogReport) -> Diagnosis {
        Diagnosis {
            class: report.class,
            failing: report.failing,
            locations: report.locations,
            first_error: report.first_error,
            tool: None,
            suspects: Vec::new(),
            complexity: Complexity::Hard,
            strategy: Vec::new(),
            signature: Signature(String::new()),
            seen: Vec::new(),
        }
    }

    #[test]
    fn a_candidate_is_blamed_for_what_it_brought_in_and_not_for_what_it_uncovered() {
        let renamed = candidate("return u.dsplay.stripp()\n", "return u.display.stripp()\n");
        assert!(!blames(&report(&[(1, "'str' object has no attribute 'stripp'")]), &renamed));
        assert!(blames(&report(&[(1, "'User' object has no attribute 'display'")]), &renamed));
        assert!(blames(&report(&[(1, "unsupported operand")]), &renamed));
        let twice = candidate("from app.confg import Config\n", "from app.Config import Config\n");
        assert!(blames(&report(&[(1, "No module named 'app.Config'")]), &twice));
        assert!(!blames(&report(&[(7, "unsupported operand")]), &renamed));
        let module = candidate("from .exeptions import ParseErorr\n", "from .exceptions import ParseErorr\n");
        assert!(!blames(&report(&[(1, "cannot import name 'ParseErorr' from 'app.exceptions'")]), &module));
        assert!(blames(&report(&[(1, "cannot import name 'exceptions' from 'app'")]), &module));
        let mut namesake = report(&[(1, "unsupported operand")]);
        namesake.locations[0].path = "/tmp/x/src/test_a.py".to_owned();
        let candidate = candidate("return amuont\n", "return amount\n");
        assert!(blames(&report(&[(1, "unsupported operand")]), &candidate));
        assert!(!blames(&namesake, &candidate));
        namesake.locations[0].path = "/tmp/x/other_src/a.py".to_owned();
        assert!(!blames(&namesake, &candidate));
    }

    #[test]
    fn the_next_kind_of_error_may_come_more_often() {
        let step = |from: &str, to: &str, after: &[(u32, &str)]| {
            steps_forward(&diagnosis(report(&[(5, "no trait `AsReff`")])), &report(after), "", &candidate(from, to))
        };
        let more = [(9, "no method `snake`"), (12, "no method `snake`")];
        assert!(step("T: AsReff\n", "T: AsRef\n", &more));
        assert!(!step("T: AsReff\n", "T: AsRef\n", &[(9, "no trait `AsRef`"), (12, "no method `snake`")]));
        assert!(!step("fn snake()\n", "fn snak()\n", &more));
        let mut elsewhere = candidate("x\n", "x)\n");
        elsewhere.patch = Patch::from_files([FilePatch {
            path: RelPath::parse("src/b.py").unwrap(),
            before: Some(b"x\n".to_vec()),
            after: Some(b"x)\n".to_vec()),
        }]);
        let mut broken = report(&[(9, "unexpected `)`"), (10, "expected item")]);
        broken.locations.iter_mut().for_each(|l| "/tmp/x/src/b.py".clone_into(&mut l.path));
        assert!(!steps_forward(&diagnosis(report(&[(5, "no trait `AsReff`")])), &broken, "", &elsewhere));
    }

    #[test]
    fn fewer_of_the_same_complaints_are_a_step_and_new_ones_are_not() {
        let step = |before: &[(u32, &str)], after: &[(u32, &str)]| {
            let other = candidate("a\n", "b\n");
            steps_forward(&diagnosis(report(before)), &report(after), "", &other)
        };
        assert!(step(&[(3, "no x"), (5, "no y")], &[(5, "no y")]));
        assert!(!step(&[(3, "no x"), (5, "no y")], &[(5, "no y"), (9, "no z"), (3, "no x")]));
        assert!(!step(&[(3, "no x")], &[(3, "no x")]));
        assert!(step(&[(3, "no x")], &[(4, "no y")]));
    }
}
