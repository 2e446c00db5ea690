//! A secret of this run never leaves, wherever it was planted.

use crate::common::doubles::Doubles;
use crate::runner::Step;
use crate::{look, payload, project};
use serde_json::json;

const OTHER: &str = "kx81-Plm3-qqZ0-77ab";

#[test]
fn planted_secrets_leave_nowhere() {
    let dir = project::shop(&[project::VERIFY]);
    let scenario = project::scenario(dir.path());
    // The token is only known once the world is.
    let world = Doubles::shared().world(scenario);
    let token = world.token.clone();
    let base64 = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let noisy = format!(
        "import unittest\n\nfrom shop import cart\n\n\nclass NoisyTest(unittest.TestCase):\n    def test_noisy(self):\n        print('{token}', '{OTHER}', '{}')\n        \
         self.assertEqual(cart.total([1]), 1, '{token} and {OTHER}')\n",
        base64(&token)
    );
    project::write(dir.path(), &[("tests/test_noisy.py", &noisy), ("shop/keys.py", &format!("KEY = '{OTHER}'\n"))]);
    let base = world.commit("main", dir.path(), "Plant");
    let mut event = payload::issue(&world, "opened", "alice", "alice");
    event["issue"]["title"] = json!(format!("It prints {token}"));
    event["issue"]["body"] = json!(format!("```\nNameError: {token} {OTHER} {}\n```", base64(OTHER)));
    let before = world.journal().len();
    let step = Step::new(&world, "issues", &event).set("DEPLOY_SECRET", OTHER).set("GITHUB_TOKEN", &token);
    let done = step.go();
    assert!(["fixed", "explained"].contains(&done.output("outcome")), "{done:#?}");
    assert_eq!(world.git(&["rev-parse", "main"]), base);
    let mut places = vec![("the step", done.all())];
    let sent = world.journal().into_iter().skip(before).filter(look::is_write);
    places.extend(sent.map(|s| ("a request", format!("{:?} {:?} {:?}", s.method, s.target, s.body))));
    for name in ["record.json", "transcript.txt", "proposal.json"] {
        let file = std::fs::read_to_string(step.path("temp/thanos-fix-proposal").join(name));
        places.extend(file.map(|text| ("a file", text)));
    }
    assert!(places.len() > 8, "{places:?}");
    for (place, text) in &places {
        for secret in [&token, &OTHER.to_owned(), &base64(&token), &base64(OTHER)] {
            assert!(!text.contains(secret.as_str()), "{place} tells a secret: {text}");
        }
    }
}

/// Neither the supervisor's nor anybody's environment or arguments hold the token, and the tests that run see
/// none of it.
#[test]
fn the_command_under_test_finds_no_secret() {
    let spy = "import os\nimport unittest\n\n\nclass SpyTest(unittest.TestCase):\n    def test_spy(self):\n        found = []\n        for pid in filter(str.isdigit, os.listdir('/proc')):\n            for name in ('environ', 'cmdline'):\n                try:\n                    with open(f'/proc/{pid}/{name}', 'rb') as file:\n                        text = file.read()\n                except OSError:\n                    continue\n                if b'MARK' + b'ER' in text:\n                    found.append((pid, name))\n        self.assertEqual(found, [])\n";
    let dir = project::shop(&[project::VERIFY, ("tests/test_spy.py", spy)]);
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let event = payload::issue(&world, "opened", "alice", "alice");
    let step = Step::new(&world, "issues", &event).set("DEPLOY_SECRET", "MARKER-of-a-secret");
    let done = step.go();
    done.expect(0, "fixed");
    let record = &look::records(&world)[0];
    let failing = record["evidence"]["fail_to_pass"].to_string();
    assert!(!failing.contains("test_spy"), "{record:#}");
}

/// A token that the failing command itself prints is whole when it is masked: without its digits it has no form
/// that any mask could know.
#[test]
fn a_signature_holds_no_pieces_of_a_token() {
    // Put together by the shell so that no scanner takes this file for a leak.
    let config = "verify:\n  command: \"echo error: bad credential AKIA''Q7RSTUVWXYZ234AB; exit 1\"\n";
    let world = Doubles::shared().world(project::scenario(project::shop(&[(project::VERIFY.0, config)]).path()));
    let event = payload::issue(&world, "opened", "alice", "alice");
    let done = Step::new(&world, "issues", &event).go();
    done.expect(0, "explained");
    let record = &look::records(&world)[0];
    let signature = look::text(record, "/signature");
    assert!(signature.contains("bad credential ***"), "{record:#}");
    for told in [done.all(), record.to_string(), format!("{:?}", look::comments(&world, 1))] {
        assert!(!told.replace("AKIA''Q7", "").contains("Q7RST") && !told.contains("AKIAQ"), "{told}");
    }
}
