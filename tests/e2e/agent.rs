//! An external agent in the step: it asks the model through the sandbox's door, the heal process's line and the
//! supervisor, who alone has the key.

use crate::common::doubles::{Doubles, World};
use crate::common::model::{Double, Turn};
use crate::look::{self, text};
use crate::runner::Step;
use crate::{payload, project};
use serde_json::json;

const KEY: &str = "planted-key-7f3a9c51e2b84d60";

/// Looks for the key wherever a child could, asks, and does as the model says.
const AGENT: &str = r#"import json, os, sys, urllib.request
base, key, model, asked = sys.argv[1:5]
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        assert b"planted" not in open(f"/proc/{pid}/environ", "rb").read()
    except OSError:
        pass
body = {"model": model, "messages": [{"role": "user", "content": open(asked).read()}]}
request = urllib.request.Request(base + "/v1/chat/completions", json.dumps(body).encode(), {"authorization": "Bearer " + key})
said = json.loads(urllib.request.urlopen(request).read())["choices"][0]["message"]["content"]
old, new = said.split(" -> ")
text = open("shop/cart.py").read()
assert old in text
open("shop/cart.py", "w").write(text.replace(old, new))
print("replaced", old)
"#;

fn opened(model: &Double, by: &str, strangers: &str) -> (World, Step) {
    let config = json!({
        "verify": {"command": "python3 -m unittest discover -v"},
        "hands": ["command"],
        "trust": {"strangers": strangers},
        "model": {"base-url": model.url, "name": "some-model", "price": {"input": 1.0, "output": 10.0}},
        "agent": {"command": ["python3", "-c", AGENT, "{base_url}", "{key}", "{model}", "{prompt_file}"]},
    });
    // JSON is YAML.
    let config = serde_json::to_string_pretty(&config).unwrap();
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
fn an_agent_repairs_and_nothing_but_the_supervisor_has_the_key() {
    let model = Double::new(vec![Turn::Text("return amuont -> return amount".to_owned())]);
    let (world, step) = opened(&model, "alice", "wait");
    let done = step.go();
    done.expect(0, "fixed");
    assert_eq!((done.output("hand"), model.count()), ("command", 1));
    // 1000 read and 20 written.
    assert_eq!((done.output("tokens"), done.output("cost-usd")), ("1020", "0.0012"));
    let body = text(&look::pulls(&world)[0], "/body").to_owned();
    assert!(body.contains("1020 tokens, $0.0012"), "{body}");
    assert!(model.seen.lock().unwrap()[0].head.contains(&format!("bearer {KEY}")));
    let talked = std::fs::read_to_string(step.path("temp").join("thanos-fix-proposal/model.md")).unwrap();
    assert!(talked.contains("replaced return amuont") && talked.contains("1000 tokens read"), "{talked}");
    for text in model.bodies().iter().chain([&done.all(), &body, &talked]) {
        assert!(!text.contains(KEY));
    }
}

#[test]
fn strangers_reach_no_agent_where_that_is_the_rule() {
    let model = Double::new(vec![Turn::Text("return amuont -> return amount".to_owned())]);
    let (_world, step) = opened(&model, "stranger", "no-model");
    step.go().expect(0, "explained");
    assert_eq!(model.count(), 0);
}
