//! A key for a language model in the step: the supervisor keeps it, the heal process asks over the line.

use crate::common::doubles::{Doubles, World};
use crate::common::model::{Double, Turn, call};
use crate::look::{self, text};
use crate::runner::Step;
use crate::{payload, project};
use serde_json::json;

const KEY: &str = "planted-key-7f3a9c51e2b84d60";

/// Looks for the key wherever a child could, then mends.
fn turns() -> Vec<Turn> {
    let look = "printenv THANOS_MODEL_KEY || echo absent; for p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/environ; done 2>/dev/null | grep -c planted";
    vec![
        call("run", json!({"command": look})),
        call("edit", json!({"path": "shop/cart.py", "old": "return amuont", "new": "return amount"})),
        call("finish", json!({"why": "the misspelt name is corrected"})),
    ]
}

fn opened(model: &Double, by: &str, more: &str) -> (World, Step) {
    let config = format!(
        "verify:\n  command: python3 -m unittest discover -v\nhands: [model]\n{more}model:\n  base-url: {}\n  name: some-model\n  price: {{input: 1.0, output: 10.0}}\n",
        model.url
    );
    let dir = project::shop(&[(".github/thanos.yml", &config)]);
    let mut scenario = project::scenario(dir.path());
    scenario["issues"][0]["user"] = json!(by);
    let world = Doubles::shared().world(scenario);
    let event = payload::issue(&world, "opened", by, by);
    let mut step = Step::new(&world, "issues", &event);
    step.env.insert("THANOS_MODEL_KEY".to_owned(), KEY.to_owned());
    (world, step)
}

#[test]
fn a_model_repairs_and_no_child_has_the_key() {
    let model = Double::new(turns());
    let (world, step) = opened(&model, "alice", "");
    let done = step.go();
    done.expect(0, "fixed");
    assert_eq!((done.output("hand"), model.count()), ("model", 3));
    // 3 requests of 1000 read and 20 written.
    assert_eq!((done.output("tokens"), done.output("cost-usd")), ("3060", "0.0036"));
    let body = text(&look::pulls(&world)[0], "/body").to_owned();
    assert!(body.contains("3060 tokens, $0.0036"), "{body}");
    assert!(model.seen.lock().unwrap().iter().all(|seen| seen.head.contains(&format!("bearer {KEY}"))));
    let bodies = model.bodies();
    assert!(bodies[1].contains("absent\\n0"), "{}", bodies[1]);
    let record = look::records(&world).remove(0);
    assert_eq!((&record["hand"], &record["tokens"]["output"]), (&json!("model"), &json!(60)));
    let talked = std::fs::read_to_string(step.path("temp").join("thanos-fix-proposal/model.md")).unwrap();
    assert!(talked.contains("return amuont"), "{talked}");
    for text in bodies.iter().chain([&done.all(), &body, &record.to_string(), &talked]) {
        assert!(!text.contains(KEY));
    }
}

#[test]
fn strangers_reach_no_model_where_that_is_the_rule() {
    let model = Double::new(turns());
    let (world, step) = opened(&model, "stranger", "trust: {strangers: no-model}\n");
    let done = step.go();
    done.expect(0, "explained");
    assert_eq!(model.count(), 0);
    // Nobody wonders why none was.
    let said = text(&look::comments(&world, 1)[0], "/body").to_owned();
    for part in ["trust.strangers is no-model", "**Next:** let somebody with write access comment"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(done.output("reason").contains("trust.strangers is no-model"), "{done:#?}");
    let (_world, step) = opened(&model, "alice", "trust: {strangers: no-model}\n");
    step.go().expect(0, "fixed");
}

/// What a person has to mend stands where people look.
#[test]
fn a_refused_key_is_named_as_what_to_mend() {
    let model = Double::new(vec![Turn::Refusal(401, "", "{\"error\": {\"message\": \"no\"}}")]);
    let (world, step) = opened(&model, "alice", "");
    let done = step.go();
    done.expect(0, "explained");
    let next =
        "**Next:** put a key that your server takes into the secret that THANOS_MODEL_KEY comes from; then comment";
    let said = text(&look::comments(&world, 1)[0], "/body").to_owned();
    for text in [&said, &done.summary] {
        assert!(text.contains(next), "{text}");
    }
    assert!(done.output("reason").contains("refused the key THANOS_MODEL_KEY"), "{done:#?}");
}
