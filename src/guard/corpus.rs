//! Patches that must pass and patches that must not, as text: `## title [rule]` (`[rule warns]` where it
//! does not block), then files as `--- path` with the old content and `+++ path` with the new one.

use super::{Input, Modes, judge, passes};
use crate::config::Policy;
use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use crate::record::Severity;
use std::collections::BTreeMap;

struct Case {
    title: String,
    rule: Option<String>,
    patch: Patch,
}

fn cases(corpus: &str) -> Vec<Case> {
    corpus.split("\n## ").skip(1).map(case).collect()
}

fn case(text: &str) -> Case {
    let (head, body) = text.split_once('\n').unwrap();
    let (title, rule) = match head.rsplit_once(" [") {
        Some((title, rule)) => (title, Some(rule.trim_end_matches(']').to_owned())),
        None => (head, None),
    };
    let mut files: BTreeMap<&str, [Option<String>; 2]> = BTreeMap::new();
    let mut target = None;
    for line in body.lines() {
        let marker = [("--- ", 0), ("+++ ", 1)].into_iter().find_map(|(m, side)| Some((line.strip_prefix(m)?, side)));
        if let Some((path, side)) = marker {
            files.entry(path).or_default()[side] = Some(String::new());
            target = Some((path, side));
        } else if let Some((path, side)) = target {
            let content = files.get_mut(path).unwrap()[side].as_mut().unwrap();
            content.push_str(line);
            content.push('\n');
        }
    }
    let bytes = |side: &Option<String>| side.as_ref().map(|text| text.trim_end_matches('\n').as_bytes().to_vec());
    let patch = Patch::from_files(files.iter().map(|(path, [before, after])| FilePatch {
        path: RelPath::parse(*path).unwrap(),
        before: bytes(before),
        after: bytes(after),
    }));
    Case { title: title.to_owned(), rule, patch }
}

fn judged(patch: &Patch) -> Vec<crate::record::CheckResult> {
    judge(&Input { patch, policy: &Policy::default(), modes: &Modes::default(), secrets: None, failing: None })
}

#[test]
fn honest_patches_pass() {
    let cases = cases(include_str!("corpus/honest.txt"));
    assert!(cases.len() > 20);
    let mut wrong = String::new();
    for case in cases {
        assert!(!case.patch.is_empty(), "{}", case.title);
        let results = judged(&case.patch);
        if !passes(&results) {
            wrong.push_str(&format!(
                "{}: {:#?}\n",
                case.title,
                results.iter().flat_map(|r| &r.findings).collect::<Vec<_>>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn hostile_patches_are_blocked_by_the_right_rule() {
    let cases = cases(include_str!("corpus/hostile.txt"));
    assert!(cases.len() > 40);
    let mut wrong = String::new();
    for case in cases {
        assert!(!case.patch.is_empty(), "{}", case.title);
        let results = judged(&case.patch);
        let findings: Vec<_> = results.iter().flat_map(|result| &result.findings).collect();
        let wanted = case.rule.unwrap();
        let (rule, severity) = match wanted.strip_suffix(" warns") {
            Some(rule) => (rule, Severity::Warning),
            None => (wanted.as_str(), Severity::Error),
        };
        if !findings.iter().any(|finding| finding.rule == rule && finding.severity == severity) {
            wrong.push_str(&format!("{} wants {wanted}: {findings:#?}\n", case.title));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What may follow the code in another test may not in one that a repair is to mend, nor where nobody knows which fail.
#[test]
fn a_repair_changes_no_test_that_it_is_to_mend() {
    let all = cases(include_str!("corpus/honest.txt"));
    let verdict = |title: &str, failing: &[&str]| {
        let case = all.iter().find(|case| case.title == title).unwrap();
        let failing: Vec<String> = failing.iter().map(|id| (*id).to_owned()).collect();
        let (policy, modes) = (Policy::default(), Modes::default());
        let failing = Some(failing.as_slice());
        passes(&judge(&Input { patch: &case.patch, policy: &policy, modes: &modes, secrets: None, failing }))
    };
    let follows = "what a test expects follows the code";
    assert!(verdict(follows, &["tests/test_b.py::test_other"]));
    assert!(!verdict(follows, &["tests/test_a.py::test_a"]));
    assert!(!verdict(follows, &[]));
    let gone = "a test goes with the function that it tested";
    assert!(verdict(gone, &["tests/test_z.py::test_z"]));
    assert!(!verdict(gone, &["tests/test_a.py::test_convert"]));
    assert!(!verdict("a snapshot follows the code", &["a 1"]));
    assert!(!verdict("new code with a suppression that is its own", &["tests/test_z.py::test_z"]));
}
