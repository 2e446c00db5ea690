//! From attempts to rows.

use super::*;
use crate::ledger::example;
use crate::record::entry::{Entry, Fact, PullFact, PullState};
use crate::record::{Evidence, HandId, Outcome, RunSummary, SCHEMA};

const DIFF: &str = "diff --git a/calc.py b/calc.py\n--- a/calc.py\n+++ b/calc.py\n@@ -1,3 +1,3 @@\n def add(a, b):\n-    return a - b\n+    return a + b\n";

fn attempt(nth: usize, task: usize, patch: &str) -> Attempt {
    let mut record = example(&format!("{nth}-1-fix-issue-{task}"), &format!("2026-05-01T10:{nth:02}:00Z"));
    record.repository = Some(crate::ids::RepoSlug::parse("o/r").unwrap());
    record.hand = Some(HandId::Model);
    let run = |exit: i32| RunSummary {
        exit: Some(exit),
        seconds: 1.0,
        limit: None,
        excerpt: "assert 1 == 2, says jane@example.org".to_owned(),
    };
    record.evidence = Some(Evidence {
        command: "pytest".to_owned(),
        before: run(1),
        after: Some(run(0)),
        fail_to_pass: Vec::new(),
        pass_to_pass: None,
        reproduced: None,
        sandbox: String::new(),
        sandbox_gaps: Vec::new(),
    });
    let talk = vec![
        serde_json::json!({"role": "user", "content": "mend it"}),
        serde_json::json!({"role": "assistant", "content": "done"}),
    ];
    Attempt { record, patch: patch.to_owned(), excerpts: Vec::new(), diagnosis: None, talk }
}

fn said(attempt: &Attempt, state: PullState, trusted: bool, at: &str) -> Entry {
    let fact = Fact::Pull(PullFact {
        number: 1,
        url: String::new(),
        state,
        branch: None,
        commit: None,
        hours: None,
        edits: None,
    });
    let record = &attempt.record;
    Entry {
        schema: SCHEMA,
        id: format!("{}-{at}", record.attempt),
        at: at.to_owned(),
        repository: record.repository.clone(),
        attempt: Some(record.attempt.clone()),
        task: None,
        actor: None,
        trusted,
        fact,
    }
}

fn made(attempts: Vec<Attempt>, entries: &[Entry], format: Format, licence: &str) -> Dataset {
    let sources: Vec<Source> =
        attempts.into_iter().map(|attempt| Source::new(attempt, entries, Trust::Merged)).collect();
    let licences = BTreeMap::from([("o/r".to_owned(), licence.to_owned())]);
    let allowed: Vec<String> = LICENCES.iter().map(|id| (*id).to_owned()).collect();
    export(
        &sources,
        &Options { format, licences: &licences, allowed: &allowed, near: 0.9, now: "2026-06-01T00:00:00Z" },
    )
}

fn rows(dataset: &Dataset) -> Vec<&Row> {
    dataset.parts.iter().flatten().collect()
}

#[test]
fn what_a_trusted_person_merged_becomes_rows_of_the_right_form() {
    let good = attempt(1, 1, DIFF);
    let merged = [said(&good, PullState::Merged, true, "2026-05-02")];
    let dataset = made(vec![good], &merged, Format::Sft, "MIT OR Apache-2.0");
    let rows = rows(&dataset);
    assert_eq!(
        rows.iter().map(|row| row.value["metadata"]["kind"].as_str().unwrap()).collect::<Vec<_>>(),
        ["repair", "conversation"]
    );
    let question = rows[0].value["messages"][1]["content"].as_str().unwrap();
    assert!(
        question.contains("The command `pytest` fails") && question.contains("def add(a, b):\n    return a - b"),
        "{question}"
    );
    assert!(question.contains("says <email>") && !question.contains("jane"), "{question}");
    assert_eq!(rows[0].value["messages"][2]["content"], DIFF);
    let text: String = rows.iter().map(|row| format!("{}\n", row.value)).collect();
    assert_eq!(check(&text, Format::Sft), (2, Vec::new()));
    assert_eq!((dataset.card.masked, dataset.card.sources), (1, 1));
}

#[test]
fn strangers_licences_and_reverts_keep_rows_out() {
    let one = || attempt(1, 1, DIFF);
    for (entries, licence, why) in [
        (vec![], "MIT", "nobody trusted said"),
        (vec![said(&one(), PullState::Merged, false, "2026-05-02")], "MIT", "nobody trusted said"),
        (
            vec![
                said(&one(), PullState::Merged, true, "2026-05-02"),
                said(&one(), PullState::Reverted, true, "2026-05-03"),
            ],
            "MIT",
            "taken back",
        ),
        (vec![said(&one(), PullState::Merged, true, "2026-05-02")], "GPL-3.0", "GPL-3.0 is not allowed"),
        (vec![said(&one(), PullState::Merged, true, "2026-05-02")], "", "licence of o/r is not known"),
    ] {
        let dataset = made(vec![one()], &entries, Format::Sft, licence);
        assert!(rows(&dataset).is_empty());
        assert!(dataset.card.left_out.keys().any(|said| said.contains(why)), "{why}: {:?}", dataset.card.left_out);
    }
}

#[test]
fn a_wrong_answer_stands_beside_a_right_one_to_the_same_task() {
    let wrong = DIFF.replace("a + b", "a * b");
    let (good, bad, other) = (attempt(2, 1, DIFF), attempt(1, 1, &wrong), attempt(3, 9, &wrong));
    let entries = [
        said(&good, PullState::Merged, true, "2026-05-02"),
        said(&bad, PullState::Closed, true, "2026-05-01"),
        said(&other, PullState::Closed, true, "2026-05-01"),
    ];
    let all = || vec![attempt(2, 1, DIFF), attempt(1, 1, &wrong), attempt(3, 9, &wrong)];
    let pairs = made(all(), &entries, Format::Dpo, "MIT");
    let found = rows(&pairs);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].value["chosen"].as_str(), found[0].value["rejected"].as_str()),
        (Some(DIFF), Some(wrong.as_str()))
    );
    let judged = made(all(), &entries, Format::Kto, "MIT");
    let mut labels: Vec<bool> = rows(&judged).iter().map(|row| row.value["label"].as_bool().unwrap()).collect();
    labels.sort_unstable();
    assert_eq!(labels.iter().filter(|label| **label).count(), 1);
    for (dataset, format) in [(&pairs, Format::Dpo), (&judged, Format::Kto)] {
        let text: String = rows(dataset).iter().map(|row| format!("{}\n", row.value)).collect();
        assert!(check(&text, format).1.is_empty());
    }
}

#[test]
fn our_own_no_is_a_no_and_our_own_yes_only_where_it_is_asked_for() {
    let mut blocked = attempt(1, 1, DIFF);
    blocked.record.outcome = Outcome::Blocked;
    assert_eq!(judge(&blocked.record, &[], Trust::Merged), Verdict::Known(false));
    let proven = attempt(1, 1, DIFF);
    assert_eq!(judge(&proven.record, &[], Trust::Merged), Verdict::Unknown);
    assert_eq!(judge(&proven.record, &[], Trust::Proven), Verdict::Known(true));
    let closed = [said(&proven, PullState::Closed, true, "2026-05-02")];
    assert_eq!(judge(&proven.record, &closed, Trust::Proven), Verdict::Known(false));
}

#[test]
fn an_excerpt_is_what_changes_and_what_is_around_it() {
    let before: String = (1..=100).map(|n| format!("line {n}\n")).collect();
    let excerpt = Excerpt::of_change("a.txt", &before, &before.replace("line 50\n", "other\n"));
    assert_eq!((excerpt.line, excerpt.text.lines().count()), (35, 31));
    assert_eq!(Excerpt::of_change("a", "", "x\n").text, "");
    assert_eq!(Excerpt::of_change("a", "x\nx\n", "x\n").text, "x\nx");
}

#[test]
fn the_card_tells_what_is_there_and_what_is_not() {
    let good = attempt(1, 1, DIFF);
    let merged = [said(&good, PullState::Merged, true, "2026-05-02")];
    let dataset = made(vec![good, attempt(2, 2, "")], &merged, Format::Sft, "MIT");
    insta::assert_snapshot!(markdown(&dataset.card));
    for format in [Format::Sft, Format::Dpo, Format::Kto] {
        for has_validation in [true, false] {
            let text = recipe(format, has_validation);
            let read: Value = serde_yaml::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
            assert_eq!(read["data"].get("validation").is_some(), has_validation, "{text}");
            let eval = if has_validation { "epoch" } else { "no" };
            assert_eq!(read["training"]["eval_strategy"], eval, "{text}");
        }
    }
    // Oumi reads this setting by the name of its value.
    assert!(recipe(Format::Sft, true).contains("train_target: ALL_ASSISTANT_TURNS"));
}
