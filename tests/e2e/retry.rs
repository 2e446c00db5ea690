//! Attempts that may succeed later say so, and the next one knows what was tried.

use crate::common::doubles::{Doubles, World};
use crate::look::{self, text};
use crate::runner::Step;
use crate::{payload, project};
use serde_json::{Value, json};

/// Two misspelt names, of which the suite only forgives the second candidate… never: no candidate passes.
const HOPELESS: project::File = (
    "shop/cart.py",
    "def total(prices):\n    amount = 0\n    amounts = 0\n    for price in prices:\n        amounts += price\n    return amountt + 1\n\n\ndef count(prices):\n    return len(prices)\n",
);

/// Without the hand that would find a repair all the same.
const HINTS: project::File =
    (".github/thanos.yml", "verify:\n  command: python3 -m unittest discover -v\nhands: [tool, hint]\n");

fn opened(files: &[project::File]) -> (World, Step) {
    let dir = project::shop(files);
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let step = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice"));
    (world, step)
}

fn tried(record: &Value) -> Vec<String> {
    record["tried"].as_array().unwrap().iter().map(|t| text(t, "/digest").to_owned()).collect()
}

#[test]
fn the_next_attempt_skips_what_was_tried_and_says_so() {
    let (world, step) = opened(&[HINTS, HOPELESS]);
    step.go().expect(0, "explained");
    let first = tried(&look::records(&world)[0]);
    assert!(!first.is_empty(), "{:#?}", look::records(&world));
    let done = step.again(4001, 2).go();
    done.expect(0, "explained");
    let records = look::records(&world);
    let second = tried(&records[1]);
    assert!(second.iter().all(|digest| !first.contains(digest)), "{first:?} {second:?}");
    assert!(done.summary.contains("not tried again"), "{}", done.summary);
    assert_eq!(look::comments(&world, 1).len(), 1);
}

/// With the ledger off the context travels in the runner's folder, which the workflow keeps as an artifact.
#[test]
fn without_a_ledger_branch_the_context_travels_as_files() {
    let config = format!("{}ledger:\n  store: directory\n", HINTS.1);
    let (world, step) = opened(&[(HINTS.0, &config), HOPELESS]);
    step.go().expect(0, "explained");
    assert_eq!(look::branches(&world), ["main"]);
    for name in ["record.json", "transcript.txt"] {
        assert!(step.path("temp/thanos-fix-proposal").join(name).exists(), "{name}");
    }
    let alone = step.again(4001, 2).go();
    assert!(!alone.summary.contains("not tried again"), "{}", alone.summary);
    let next = step.again(4001, 3);
    for name in ["thanos-fix-ledger", "thanos-fix-proposal"] {
        copy(&step.path("temp").join(name), &next.path("temp").join(name));
    }
    let done = next.go();
    assert!(done.summary.contains("not tried again"), "{}", done.summary);
    // Whatever is in such a file is data.
    let hostile = step.again(4001, 2);
    let folder = hostile.path("temp/thanos-fix-ledger/runs/2026/01");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("1-1-fix-issue-1.json"), "{\"schema\": 1, \"outcome\": \"fixed\", \"tried\": [[[")
        .unwrap();
    std::fs::write(folder.join("2-1-fix-issue-1.json"), [0xff; 1000]).unwrap();
    hostile.go().expect(0, "explained");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (here, there) = (entry.path(), to.join(entry.file_name()));
        if here.is_dir() { copy(&here, &there) } else { std::fs::copy(&here, &there).map(drop).unwrap() }
    }
}

#[test]
fn what_may_pass_asks_for_another_attempt_a_few_times() {
    let budget = "verify:\n  command: sleep 2; python3 -m unittest discover -v\nbudget:\n  seconds: 1\n";
    let prepare = "verify:\n  command: python3 -m unittest discover -v\n  prepare: [\"echo no network; exit 1\"]\n";
    for (config, outcome) in [(budget, "budget"), (prepare, "explained")] {
        let (world, step) = opened(&[(project::VERIFY.0, config)]);
        let done = step.go();
        done.expect(0, outcome);
        assert_eq!(done.output("retry"), "true", "{done:#?}");
        let record = &look::records(&world)[0];
        assert!(!text(record, "/retry_wanted").is_empty(), "{record:#?}");
        let last = step.again(4001, 3).go();
        assert_eq!(last.output("retry"), "false", "retry.attempts is 3: {last:#?}");
    }
    let (_, step) = opened(&[project::VERIFY, HOPELESS]);
    assert_eq!(step.go().output("retry"), "false", "the same would come out again");
    let _ = json!({});
}
