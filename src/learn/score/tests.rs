use super::*;
use crate::ids::RelPath;
use crate::record::entry::Concern;
use crate::record::{CheckStatus, RunSummary, Severity};

fn patch(path: &str, before: &str, after: &str) -> Patch {
    let side = |text: &str| (!text.is_empty()).then(|| text.as_bytes().to_vec());
    Patch::from_files([FilePatch { path: RelPath::parse(path).unwrap(), before: side(before), after: side(after) }])
}

fn evidence(mended: usize, kept: Option<usize>) -> Evidence {
    let run = |exit| RunSummary { exit: Some(exit), seconds: 1.0, limit: None, excerpt: String::new() };
    Evidence {
        command: "make".to_owned(),
        before: run(1),
        after: Some(run(0)),
        fail_to_pass: (0..mended).map(|i| format!("t{i}")).collect(),
        pass_to_pass: kept,
        reproduced: None,
        sandbox: String::new(),
        sandbox_gaps: Vec::new(),
    }
}

fn input<'a>(patch: &'a Patch, evidence: &'a Evidence) -> Input<'a> {
    Input { patch, evidence: Some(evidence), guards: &[], remarks: &[], coverage: None, opinion: None }
}

const FILE: &str =
    "def first_one(one_value):\n    return one_value\n\n\ndef second_one(two_values):\n    return two_values[0]\n";

#[test]
fn a_small_repair_in_the_file_s_own_style_is_rated_high() {
    let patch = patch("a.py", FILE, &FILE.replace("two_values[0]", "two_values[1]"));
    let rated = evaluate(&input(&patch, &evidence(1, Some(9))));
    assert!(rated.score > 95.0, "{rated:?}");
    let parts = [&rated.code_quality, &rated.test_coverage, &rated.maintainability, &rated.readability];
    assert!(parts.iter().all(|part| !part.reasons.is_empty()), "every part says why: {rated:?}");
    let sum = 0.30 * parts[0].score + 0.25 * parts[1].score + 0.25 * parts[2].score + 0.20 * parts[3].score;
    assert!((rated.score - sum).abs() < 0.06);
}

#[test]
fn what_is_measured_takes_points_off_and_is_named() {
    let tangled = format!(
        "{FILE}\n\ndef thirdOne(aValue):\n{}",
        "    if aValue:\n        for x in aValue:\n            while x:\n                if x and aValue:\n\t\t\t\t\treturn x  \n"
    );
    let before = format!("{FILE}\n\ndef another_one(a_value):\n    return a_value\n");
    let patch = patch("a.py", &before, &tangled.replace(FILE, &before));
    let rated = evaluate(&input(&patch, &evidence(0, None)));
    let told = |part: &Part, word: &str| assert!(part.reasons.iter().any(|r| r.contains(word)), "{word}: {part:?}");
    told(&rated.code_quality, "way");
    told(&rated.readability, "thirdOne");
    told(&rated.readability, "tabs");
    told(&rated.readability, "blanks at the end");
    told(&rated.test_coverage, "tells of no single test");
    assert!(rated.score < 85.0, "{rated:?}");
}

#[test]
fn copies_are_seen() {
    let body: String = (0..6).map(|i| format!("    value_{i} = compute({i})\n")).collect();
    let before = format!("def first():\n{body}");
    let patch = patch("a.py", &before, &format!("{before}\n\ndef second():\n{body}"));
    let rated = evaluate(&input(&patch, &evidence(1, Some(9))));
    assert!(rated.maintainability.reasons.iter().any(|r| r.contains("stand in these files already")), "{rated:?}");
}

/// A patch that says one thing many times copies itself, where nothing of it stood there before.
#[test]
fn copies_within_the_patch_are_seen() {
    let body: String = (0..5).map(|i| format!("    value_{i} = compute({i})\n")).collect();
    let functions = |n: usize| (0..n).map(|i| format!("\n\ndef run_{i}():\n{body}")).collect::<String>();
    let told = |n: usize| {
        let patch = patch("a.py", FILE, &format!("{FILE}{}", functions(n)));
        evaluate(&input(&patch, &evidence(1, Some(9)))).maintainability.reasons.join("; ")
    };
    assert!(!told(1).contains("already"), "{}", told(1));
    assert!(told(3).contains("10 added lines that stand in these files already, or are added twice"), "{}", told(3));
    let lines = format!("{FILE}{}", "    call_it()\n".repeat(7));
    let patch = patch("a.py", FILE, &lines);
    let same = evaluate(&input(&patch, &evidence(1, Some(9)))).maintainability.reasons.join("; ");
    assert!(!same.contains("already"), "what overlaps is no copy: {same}");
}

#[test]
fn broken_code_and_reviewers_count() {
    let sound = patch("a.py", FILE, &FILE.replace("two_values[0]", "two_values[1]"));
    let evidence = evidence(1, Some(9));
    let best = evaluate(&input(&sound, &evidence)).code_quality.score;
    let broken = patch("a.py", FILE, &FILE.replace("return two_values[0]", "return two_values["));
    assert!(evaluate(&input(&broken, &evidence)).code_quality.score <= best - 40.0);
    let remark = Remark {
        path: None,
        line: None,
        severity: Severity::Error,
        concern: Concern::Correctness,
        claim: String::new(),
        suggestion: None,
    };
    let reviewed = Input { remarks: std::slice::from_ref(&remark), ..input(&sound, &evidence) };
    assert!(evaluate(&reviewed).code_quality.score <= best - 25.0);
    let warned = CheckResult { status: CheckStatus::Warn, ..CheckResult::from_findings("hooks", Vec::new()) };
    let guarded = Input { guards: std::slice::from_ref(&warned), ..input(&sound, &evidence) };
    assert!(evaluate(&guarded).code_quality.score < best);
}

#[test]
fn an_opinion_moves_it_by_ten_at_most() {
    let patch = patch("a.py", FILE, &FILE.replace("two_values[0]", "two_values[1]"));
    let evidence = evidence(0, None);
    let with = |opinion: Option<f64>| evaluate(&Input { opinion, ..input(&patch, &evidence) }).score;
    let measured = with(None);
    assert!((measured - with(Some(0.0)) - 10.0).abs() < 0.11);
    assert!(with(Some(100.0)) >= measured && with(Some(100.0)) <= measured + 10.0);
    assert!((with(Some(f64::NAN)) - measured).abs() < 1e-9);
}

#[test]
fn coverage_is_read_in_three_forms_and_counts() {
    let lcov = "TN:\nSF:/w/src/a.py\nDA:1,1\nDA:6,0\nend_of_record\n";
    let go = "mode: set\nexample.com/m/a.go:5.2,6.20 1 0\nexample.com/m/a.go:1.2,3.20 1 2\n";
    let xml = r#"<?xml version="1.0"?><coverage><class name="a" filename="src/a.py"><lines><line number="1" hits="1"/><line hits="0" number="6" branch="false"/></lines></class></coverage>"#;
    for text in [lcov, xml] {
        let lines = Coverage::read(text).unwrap();
        let lines = lines.of("src/a.py").unwrap();
        assert_eq!((lines.get(&1), lines.get(&6), lines.get(&2)), (Some(&true), Some(&false), None), "{text}");
    }
    let coverage = Coverage::read(go).unwrap();
    let lines = coverage.of("a.go").unwrap();
    assert_eq!((lines[&2], lines[&5]), (true, false));
    assert_eq!(Coverage::read("hello"), None);
    let patch = patch("src/a.py", FILE, &FILE.replace("two_values[0]", "two_values[1]"));
    let (evidence, coverage) = (evidence(1, Some(9)), Coverage::read(lcov).unwrap());
    let rated = evaluate(&Input { coverage: Some(&coverage), ..input(&patch, &evidence) });
    assert_eq!(rated.test_coverage.score, 0.0, "the changed line was never run: {rated:?}");
}
