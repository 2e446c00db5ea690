//! Every road out of the program, walked with planted secrets: none of them may be told anywhere, in any form in which
//! it came, and the walk must have come by every exit.

use crate::common::doubles::{Doubles, Seen, World};
use crate::look;
use crate::runner::{Done, Step};
use crate::{payload, project};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const DEPLOY: &str = "kx81-Plm3/qqZ0+77ab";

fn hex(text: &str) -> String {
    text.bytes().map(|b| format!("{b:02x}")).collect()
}

fn percent(text: &str) -> String {
    text.replace('/', "%2F").replace('+', "%2B")
}

/// A secret as it is and as it may come back.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), STANDARD.encode(secret), hex(secret), percent(secret)];
    forms.dedup();
    forms
}

/// Texts by the exit that they left through.
#[derive(Default)]
struct Exits(BTreeMap<String, Vec<String>>);

impl Exits {
    fn add(&mut self, exit: &str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.0.entry(exit.to_owned()).or_default().push(text);
        }
    }

    fn step(&mut self, done: &Done) {
        self.add("stdout", done.stdout.as_str());
        self.add("stderr", done.stderr.as_str());
        self.add("summary", done.summary.as_str());
        self.add("outputs", format!("{:?}", done.outputs));
    }

    fn files(&mut self, dir: &Path) {
        for name in ["record.json", "transcript.txt", "proposal.json"] {
            if let Ok(text) = std::fs::read_to_string(dir.join(name)) {
                self.add(name, text);
            }
        }
    }

    /// What was sent, by the operation; contents of files in clear.
    fn requests(&mut self, sent: impl Iterator<Item = Seen>) {
        for seen in sent.filter(look::is_write) {
            let body = seen.body.clone().unwrap_or_default();
            let content = body["content"].as_str().and_then(|text| STANDARD.decode(text).ok());
            let text = match content {
                Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                None => body.to_string(),
            };
            self.add(&seen.operation.unwrap_or_default(), format!("{} {text}", seen.target.unwrap_or_default()));
        }
    }

    #[track_caller]
    fn assert_silent(&self, secrets: &[&str]) {
        for (exit, texts) in &self.0 {
            for form in secrets.iter().flat_map(|secret| forms(secret)) {
                let teller = texts.iter().find(|text| text.contains(&form));
                assert!(teller.is_none(), "{exit} tells {form}: {}", teller.unwrap());
            }
        }
    }

    /// The walk came by here, and something was hidden: a test that finds nothing to hide proves nothing.
    #[track_caller]
    fn assert_walked(&self, exits: &[&str], hiding: &[&str]) {
        for exit in exits.iter().chain(hiding) {
            assert!(self.0.contains_key(*exit), "never left by {exit}: {:?}", self.0.keys());
        }
        for exit in hiding {
            assert!(self.0[*exit].iter().any(|text| text.contains("***")), "{exit} hides nothing: {:?}", self.0[*exit]);
        }
    }
}

/// The shop, with a test that says `said` when it fails.
fn telling(said: &str) -> String {
    let quoted = serde_json::to_string(said).unwrap();
    format!(
        "import sys\nimport unittest\n\nfrom shop import cart\n\n\nclass TellingTest(unittest.TestCase):\n    def test_telling(self):\n        said = {quoted}\n        \
         print(said, file=sys.stderr)\n        self.assertEqual(cart.total([1]), 1, said)\n"
    )
}

fn world(config: &str) -> (World, String) {
    let dir = project::shop(&[project::VERIFY]);
    let mut scenario = project::scenario(dir.path());
    scenario["runs"] = json!([]);
    let world = Doubles::shared().world(scenario);
    let all: Vec<String> = [world.token.as_str(), DEPLOY].into_iter().flat_map(forms).collect();
    let said = all.join(" ");
    let config = format!("{}{config}", project::VERIFY.1);
    project::write(dir.path(), &[("tests/test_telling.py", &telling(&said)), (project::VERIFY.0, &config)]);
    let _ = world.commit("main", dir.path(), "Plant");
    (world, said)
}

fn opened(world: &World, said: &str) -> Step {
    let mut event = payload::issue(world, "opened", "alice", "alice");
    event["issue"]["title"] = json!(format!("It prints {said}"));
    event["issue"]["body"] = json!(format!("```\nNameError: {said}\n```\n{said}"));
    Step::new(world, "issues", &event).set("DEPLOY_SECRET", DEPLOY)
}

const OWN: &str = "guards:\n  - id: telling\n    severity: warning\n    command: 'grep -h \"said =\" tests/test_telling.py; exit 1'\n    when: ['shop/**']\n";

#[test]
fn a_run_tells_no_secret_anywhere() {
    let (world, said) = world(OWN);
    let step = opened(&world, &said);
    let before = world.journal().len();
    let done = step.go();
    done.expect(0, "fixed");
    let mut exits = Exits::default();
    exits.step(&done);
    exits.files(&step.path("temp/thanos-fix-proposal"));
    exits.requests(world.journal().into_iter().skip(before));
    exits.assert_silent(&[&world.token, DEPLOY]);
    let requests = ["git/create-commit", "git/create-ref", "issues/add-labels"];
    exits.assert_walked(
        &requests,
        &["pulls/create", "issues/create-comment", "git/create-blob", "record.json", "summary"],
    );
    exits.assert_walked(&["stderr", "outputs", "transcript.txt"], &[]);
}

/// What could not be repaired is told at length: diagnosis, excerpt, annotations.
#[test]
fn an_explanation_tells_no_secret_anywhere() {
    let (world, said) = world("hands: [tool]\n");
    let step = opened(&world, &said);
    let before = world.journal().len();
    let done = step.clone().verb(&["run", "--json", "--verbose"]).go();
    done.expect(0, "explained");
    let mut exits = Exits::default();
    exits.step(&done);
    exits.files(&step.path("temp/thanos-fix-proposal"));
    exits.requests(world.journal().into_iter().skip(before));
    exits.assert_silent(&[&world.token, DEPLOY]);
    exits.assert_walked(&["stderr", "outputs"], &["stdout", "issues/create-comment", "git/create-blob", "record.json"]);
    let shown: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(shown["outcome"], json!("explained"), "what is masked is still JSON");
}

/// Cut in two: the sealed proposal is an artifact that others can download.
#[test]
fn a_proposal_tells_no_secret() {
    let (world, said) = world(OWN);
    let step = opened(&world, &said);
    let before = world.journal().len();
    let done = step.clone().verb(&["propose"]).go();
    done.expect(0, "proposed");
    let mut exits = Exits::default();
    exits.step(&done);
    exits.files(&step.path("temp/thanos-fix-proposal"));
    let publish = Step { job: "publish".into(), ..step.again(4001, 1) }.verb(&["publish"]);
    let publish = publish.set("THANOS_INPUT_PROPOSAL", done.output("proposal-path"));
    let published = publish.set("THANOS_INPUT_PROPOSAL_DIGEST", done.output("proposal-digest")).go();
    published.expect(0, "fixed");
    exits.step(&published);
    exits.requests(world.journal().into_iter().skip(before));
    exits.assert_silent(&[&world.token, DEPLOY]);
    exits.assert_walked(&["stderr", "outputs", "pulls/create"], &["proposal.json", "git/create-blob", "summary"]);
}

/// Failures of ours and mistakes of the user's are told, too.
#[test]
fn errors_tell_no_secret() {
    let (world, said) = world("");
    let mut exits = Exits::default();
    let step = opened(&world, &said);
    for (name, value) in
        [("THANOS_INPUT_HANDS", DEPLOY), ("THANOS_INPUT_CONFIG", &world.token), ("THANOS_INPUT_FAIL_ON", DEPLOY)]
    {
        exits.step(&step.clone().set(name, value).go());
    }
    exits.step(&step.clone().set("GITHUB_EVENT_PATH", &format!("/nowhere/{DEPLOY}")).go());
    exits.step(&step.clone().verb(&["doctor", "--json"]).go());
    exits.assert_silent(&[&world.token, DEPLOY]);
    exits.assert_walked(&[], &["stderr"]);
}

/// In a terminal: lines, JSON, the ledger of this machine, the sealed proposal.
#[test]
fn a_terminal_tells_no_secret() {
    let said = forms(DEPLOY).join(" ");
    let mut exits = Exits::default();
    for json in [false, true] {
        let dir = project::shop(&[("tests/test_telling.py", &telling(&said))]);
        let world = Doubles::shared().world(project::scenario(dir.path()));
        let step = opened(&world, &said).set("XDG_STATE_HOME", &dir.path().join("../state").to_string_lossy());
        let out = step.path("out");
        let mut verb =
            vec!["heal", "--repo", dir.path().to_str().unwrap(), "--hands", "tool", "--out", out.to_str().unwrap()];
        verb.extend(json.then_some("--json"));
        verb.extend(["--", "python3", "-m", "unittest", "discover", "-v"]);
        exits.step(&step.clone().verb(&verb).go());
        exits.files(&out);
        let guard = ["guard", "--json", "--repo", dir.path().to_str().unwrap(), "--base", "HEAD"];
        exits.step(&step.verb(&guard).go());
    }
    exits.assert_silent(&[DEPLOY]);
    exits.assert_walked(&["stderr"], &["stdout", "proposal.json"]);
}
