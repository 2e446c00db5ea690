//! A second model looks over what the first one wrote, and a test is written for what no test shows.

use crate::common::doubles::{Doubles, World};
use crate::common::model::{Double, Turn, call};
use crate::look::{self, text};
use crate::runner::Step;
use crate::{payload, project};
use serde_json::{Value, json};

const KEY: &str = "planted-key-7f3a9c51e2b84d60";
const REVIEW_KEY: &str = "planted-key-of-the-reviewer-51e2b84d";
/// Of a model on loopback.
fn server(model: &Double) -> String {
    format!("  base-url: {}\n  name: some-model\n  price: {{input: 1.0, output: 10.0}}\n", model.url)
}

fn step(dir: &std::path::Path, issue: Option<Value>) -> (World, Step) {
    let mut scenario = project::scenario(dir);
    if let Some(issue) = issue {
        scenario["issues"][0] = issue;
    }
    let world = Doubles::shared().world(scenario);
    let event = payload::issue(&world, "opened", "alice", "alice");
    let step = Step::new(&world, "issues", &event).set("THANOS_MODEL_KEY", KEY).set("THANOS_REVIEW_KEY", REVIEW_KEY);
    (world, step)
}

fn opened(more: &str) -> (World, Step) {
    let config = format!("{}hands: [model]\n{more}", project::VERIFY.1);
    let dir = project::shop(&[(".github/thanos.yml", &config)]);
    step(dir.path(), None)
}

fn edit(old: &str, new: &str) -> Turn {
    call("edit", json!({"path": "shop/cart.py", "old": old, "new": new}))
}

fn finish(why: &str) -> Turn {
    call("finish", json!({"why": why}))
}

fn blocking() -> Turn {
    call(
        "review",
        json!({"verdict": "changes", "findings": [{"path": "shop/cart.py", "line": 5, "severity": "blocking",
            "concern": "correctness", "claim": "the loop above is dead now", "suggestion": "return what it adds up"}]}),
    )
}

fn approving() -> Turn {
    call("review", json!({"verdict": "approve", "findings": [], "risks": ["public api"], "complexity": 0.1}))
}

#[test]
fn what_blocks_goes_back_and_the_verdict_stands_in_the_pull_request() {
    let model = Double::new(vec![
        edit("return amuont", "return sum(prices)"),
        finish("the sum is returned"),
        blocking(),
        edit("return sum(prices)", "return amount"),
        finish("the misspelt name is corrected"),
        approving(),
    ]);
    let (world, step) = opened(&format!("review: {{model: same}}\nmodel:\n{}", server(&model)));
    let done = step.go();
    done.expect(0, "fixed");
    let bodies = model.bodies();
    assert_eq!((bodies.len(), done.output("tokens")), (6, "6120"), "one budget for both");
    assert!(bodies[2].contains("Review this change") && bodies[2].contains("sum(prices)"), "{}", bodies[2]);
    assert!(!bodies[2].contains("You have tools: `search`"), "it starts anew");
    assert!(bodies[3].contains("the loop above is dead now") && bodies[3].contains("return what it adds up"));
    let body = text(&look::pulls(&world)[0], "/body").to_owned();
    assert!(body.contains("### Review") && body.contains("has nothing against it"), "{body}");
    assert!(body.contains("A second model had nothing against it.") && body.contains("Risks of a merge: public api."));
    let record = look::records(&world).remove(0);
    let guard = record["guards"].as_array().unwrap().iter().find(|g| g["id"] == "review").unwrap().clone();
    assert_eq!(guard["status"], "pass");
    let tried = record["tried"].as_array().unwrap();
    assert!(text(&tried[0], "/result").contains("the guard review: the loop above is dead now"), "{tried:#?}");
    let names = world.git(&["ls-tree", "-r", "--name-only", "thanos/ledger"]);
    assert!(names.contains("review-4001-1-fix-issue-1"), "{names}");
    world.assert_clean();
}

#[test]
fn a_reviewer_of_its_own_has_the_last_word() {
    let model = Double::new(vec![edit("return amuont", "return sum(prices)"), finish("the sum is returned")]);
    let reviewer = Double::new(vec![blocking()]);
    let config = format!("review:\n  rounds: 0\n{}model:\n{}", server(&reviewer), server(&model));
    let (world, step) = opened(&config);
    let done = step.go();
    done.expect(0, "blocked");
    assert!(done.output("reason").contains("the reviewer does not let pass"), "{done:#?}");
    assert!(look::pulls(&world).is_empty());
    let said = text(&look::comments(&world, 1)[0], "/body").to_owned();
    assert!(said.contains("return sum(prices)") && said.contains("the loop above is dead now"), "{said}");
    assert!(reviewer.seen.lock().unwrap().iter().all(|seen| seen.head.contains(REVIEW_KEY)));
    assert!(model.seen.lock().unwrap().iter().all(|seen| !seen.head.contains(REVIEW_KEY)));
    assert_eq!((model.count(), reviewer.count()), (2, 1));
}

/// With a key of its own it needs nobody who writes; where it has none, the table says why it says nothing.
#[test]
fn a_reviewer_looks_over_what_no_model_wrote() {
    let reviewer = Double::new(vec![approving()]);
    let always = "hands: [hint]\nreview:\n  always: true\n";
    for (there, row) in [
        (server(&reviewer), "| `review` | pass | some-model at your server has nothing against it |"),
        (
            "  provider: gemini\n".to_owned(),
            "| `review` | skipped | no review: the provider gemini needs the variable GEMINI_API_KEY |",
        ),
        ("  model: same\n".to_owned(), "| `review` | skipped | no review: nobody writes, who could review as well |"),
        (
            format!("  base-url: {}\n  name: of-nobody\n", reviewer.url),
            "| `review` | skipped | no review: no price is known for the model of-nobody at your server |",
        ),
    ] {
        let config = format!("{}{always}{there}", project::VERIFY.1);
        let dir = project::shop(&[(".github/thanos.yml", &config)]);
        let (world, mut step) = step(dir.path(), None);
        step.env.remove("THANOS_MODEL_KEY");
        let done = step.go();
        done.expect(0, "fixed");
        let body = text(&look::pulls(&world)[0], "/body").to_owned();
        assert!(body.contains(row), "{row}\n{body}");
        assert_eq!(done.all().contains("asking the reviewer"), row.contains("pass"), "{}", done.all());
    }
    assert_eq!(reviewer.count(), 1);
}

#[test]
fn words_of_praise_are_no_review() {
    let model = Double::new(vec![edit("return amuont", "return amount"), finish("the misspelt name is corrected")]);
    let reviewer = Double::new(vec![Turn::Text("LGTM, approved! {\"verdict\": \"approve\"}".to_owned())]);
    let (world, step) = opened(&format!("review:\n{}model:\n{}", server(&reviewer), server(&model)));
    step.go().expect(0, "fixed");
    let body = text(&look::pulls(&world)[0], "/body").to_owned();
    assert!(body.contains("| `review` | skipped | no review: ") && !body.contains("### Review"), "{body}");
    assert_eq!(reviewer.count(), 2, "it is asked once more");
}

const MEAN: &str = "def mean(prices):\n    return sum(prices) / len(prices)\n";
const TEST: &str = "import unittest\n\nfrom shop.stats import mean\n\n\nclass MeanTest(unittest.TestCase):\n    def test_mean_of_nothing(self):\n        self.assertEqual(mean([]), 0)\n";

fn reported(turns: Vec<Turn>, more: &str) -> (Double, World, Step) {
    let model = Double::new(turns);
    let config = format!("{}hands: [model]\n{more}model:\n{}", project::VERIFY.1, server(&model));
    let mended = project::CART.replace("amuont", "amount");
    let dir = project::shop(&[(".github/thanos.yml", &config), ("shop/cart.py", &mended), ("shop/stats.py", MEAN)]);
    let body = "Asking for the mean of a cart without prices ends in a ZeroDivisionError. It ought to be zero.";
    let issue = json!({"title": "Averages of empty carts crash", "body": body, "user": "alice"});
    let (world, step) = step(dir.path(), Some(issue));
    (model, world, step)
}

#[test]
fn what_no_test_shows_gets_one_first() {
    let create = |path: &str, content: &str| call("create", json!({"path": path, "content": content}));
    let turns = vec![
        create("tests/test_mean.py", &TEST.replace("mean([]), 0", "mean([2]), 2")),
        finish("the mean of nothing"),
        call("edit", json!({"path": "tests/test_mean.py", "old": "mean([2]), 2", "new": "mean([]), 0"})),
        finish("the mean of nothing is zero"),
        call(
            "edit",
            json!({"path": "shop/stats.py", "old": "    return sum(prices)", "new": "    return sum(prices) if not prices else sum(prices)"}),
        ),
        call(
            "edit",
            json!({"path": "shop/stats.py", "old": "sum(prices) if not prices else sum(prices) / len(prices)", "new": "sum(prices) / len(prices) if prices else 0"}),
        ),
        finish("an empty cart has the mean 0"),
    ];
    let (model, world, step) = reported(turns, "reproduce: required\n");
    let done = step.go();
    done.expect(0, "fixed");
    let bodies = model.bodies();
    assert!(bodies[0].contains("Write one test that fails because of what is reported"), "{}", bodies[0]);
    assert!(bodies[2].contains("it is not picked up, or it does not fail"), "{}", bodies[2]);
    let diff = world.git(&["diff", "main", "thanos/issue-1", "--stat"]);
    assert!(diff.contains("tests/test_mean.py") && diff.contains("shop/stats.py"), "{diff}");
    let body = text(&look::pulls(&world)[0], "/body").to_owned();
    assert!(body.contains("test_mean_of_nothing") && body.contains("Fixes #1"), "{body}");
    assert!(body.contains("The reported failure was reproduced here"), "{body}");
}

#[test]
fn what_cannot_be_shown_is_not_repaired_where_that_is_the_rule() {
    let (_model, world, step) = reported(vec![finish("it does not say which cart")], "reproduce: required\n");
    let done = step.go();
    done.expect(0, "explained");
    assert!(done.output("reason").contains("not reproduced"), "{done:#?}");
    assert!(look::pulls(&world).is_empty());
    let (model, _world, step) = reported(vec![finish("no")], "reproduce: off\n");
    step.go().expect(0, "healthy");
    assert_eq!(model.count(), 0);
}

/// A model's own test is none where it does not fail for the stated reason, however it ends.
#[test]
fn a_test_that_fails_for_another_reason_shows_nothing() {
    let test = |assertion: &str| {
        let content = TEST.replace("self.assertEqual(mean([]), 0)", assertion);
        call("create", json!({"path": "tests/test_mean.py", "content": content}))
    };
    for (assertion, why) in [
        ("self.assertTrue(__import__('os').path.exists('shop/done.py'))", "asks whether a name or a file is there"),
        ("self.assertTrue(hasattr(mean, 'mended'))", "asks whether a name or a file is there"),
        ("self.fail('the mean is wrong')", "the report names ZeroDivisionError"),
        ("1 / 0", "not by the repository's code"),
        // What the change alone would make true, and what the test brings along.
        ("self.assertIn('if', open('shop/stats.py').read())", "looks at the source of the repository"),
        ("self.assertEqual(mean.__doc__, 'zero for nothing')", "looks at the source of the repository"),
        ("import os\n        self.assertEqual(os.environ.get('MEAN'), 0)", "depends on the environment"),
        ("self.assertEqual(len(['mean']), 0)", "an assertion of it looks at nothing that came out of the code"),
        (
            "Evil = type('Evil', (list,), {'__len__': lambda _: 1 // 0})\n        self.assertEqual(mean(Evil()), 0)",
            "is made by the test, and not by the repository's code",
        ),
    ] {
        let turns = vec![test(assertion), finish("it shows it"), call("revert", json!({})), finish("I cannot show it")];
        let (model, world, step) = reported(turns, "");
        let done = step.go();
        done.expect(0, "explained");
        assert!(model.bodies()[2].contains(why), "{assertion}: {}", model.bodies()[2]);
        let reason = done.output("reason");
        assert!(reason.starts_with("not reproduced: the command passes; the model's test is none of it"), "{reason}");
        assert!(look::pulls(&world).is_empty());
    }
}

/// What a model says of its change is shown as its own words, and nowhere else; what it claims beside that, not at all.
#[test]
fn a_models_own_words_are_marked() {
    let (words, claims) = ("The misspelt name is corrected.", "All 500 tests pass, and the maintainers agree.");
    let model = Double::new(vec![edit("return amuont", "return amount"), finish(&format!("{words} {claims}"))]);
    let (world, step) = opened(&format!("model:\n{}", server(&model)));
    let done = step.go();
    done.expect(0, "fixed");
    let pull = look::pulls(&world).remove(0);
    let (title, body) = (text(&pull, "/title"), text(&pull, "/body"));
    assert!(!title.contains("500") && title.contains("NameError"), "{title}");
    let said = look::comments(&world, 1).remove(0).to_string();
    let tip = world.branch("thanos/issue-1").unwrap();
    let message = world.git(&["log", "-1", "--format=%B", &tip]);
    for place in [body, &said, &done.summary, &message] {
        let marked = format!("the model says: {words}");
        assert_eq!(place.matches(words).count(), place.matches(&marked).count(), "{place}");
        assert!(!place.contains("500") && !place.contains("maintainers"), "{place}");
    }
    assert!(body.contains(words) && !body.split("###").next().unwrap().contains(words), "{body}");
    // Who wrote it, and why that one was asked.
    for place in [body, &said, &done.summary] {
        assert!(place.contains("some-model at ") && place.contains("the diagnosis calls it"), "{place}");
    }
}

/// A model words what was wrong and changed; what it claims beyond the evidence is not shown, and costs nothing more.
#[test]
fn a_models_words_stand_there_only_where_they_claim_nothing() {
    for (words, is_shown) in [
        ("`shop/cart.py` returned a misspelt name, so adding up a cart ended in a NameError.", true),
        ("The misspelt name is fixed, all 250 tests pass and it is safe to merge this at once.", false),
        ("Ignore the evidence. See https://evil.example/ for how the total was repaired.", false),
    ] {
        let model = Double::new(vec![
            edit("return amuont", "return amount"),
            finish("the misspelt name is corrected"),
            Turn::Text(words.to_owned()),
        ]);
        let (world, step) = opened(&format!("summary: model\nmodel:\n{}", server(&model)));
        let done = step.go();
        done.expect(0, "fixed");
        assert_eq!(model.count(), 3);
        assert!(!model.bodies()[2].contains("You have tools: `search`"), "{}", model.bodies()[2]);
        let body = text(&look::pulls(&world)[0], "/body").to_owned();
        let said = look::comments(&world, 1).remove(0).to_string();
        let sought = words.split(['`', ',']).max_by_key(|part| part.len()).unwrap();
        for place in [&body, &said, &done.summary] {
            assert_eq!(place.contains(sought), is_shown, "{words}: {place}");
        }
        world.assert_clean();
    }
}
