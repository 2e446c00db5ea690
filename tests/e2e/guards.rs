//! What a repository checks by itself: guards of its configuration and its hooks, over the candidate's files alone.

use crate::common::doubles::{Doubles, World};
use crate::look::{self, text};
use crate::runner::{Done, Step};
use crate::{payload, project};
use serde_json::Value;

fn healed(guards: &str, more: &[project::File]) -> (World, Done) {
    let text = format!("{}guards:\n{guards}", project::VERIFY.1);
    let dir = project::shop(&[&[(project::VERIFY.0, text.as_str())], more].concat());
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let done = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice"))
        .set("DEPLOY_SECRET", "kx81-Plm3")
        .go();
    (world, done)
}

fn guard(world: &World, id: &str) -> Value {
    let records = look::records(world);
    let guards = records[0]["guards"].as_array().unwrap();
    guards.iter().find(|g| g["id"] == id).unwrap_or_else(|| panic!("no {id}: {guards:#?}")).clone()
}

/// It passes without the patch, so the patch is to blame.
const OBJECTS: &str =
    "    command: 'if grep -n \"return amount$\" \"$@\"; then echo \"error: amounts are not returned\"; exit 1; fi'\n";

#[test]
fn a_guard_of_the_repositorys_own_blocks() {
    let (world, done) = healed(&format!("  - id: amounts\n{OBJECTS}"), &[]);
    done.expect(0, "explained");
    assert!(
        done.stderr.contains("refused by the guard amounts") && done.stderr.contains("amounts are not returned"),
        "{}",
        done.stderr
    );
    assert_eq!(look::pulls(&world).len(), 0);
}

#[test]
fn one_that_only_warns_is_told_in_the_pull_request() {
    let (world, done) = healed(&format!("  - id: amounts\n    severity: warning\n{OBJECTS}"), &[]);
    done.expect(0, "fixed");
    assert_eq!(guard(&world, "amounts")["status"], "warn");
    let pulls = look::pulls(&world);
    assert!(text(&pulls[0], "/body").contains("amounts"), "{pulls:#?}");
}

/// It gets the candidate's files, no secret and no network, cannot change the candidate, and is left out where it
/// has no business.
#[test]
fn guards_are_confined_like_the_command_under_test() {
    let python = "import urllib.request as u; u.urlopen('http://192.0.2.1', timeout=3)";
    let script = format!(
        "test \"$*\" = shop/cart.py && test -z \"$DEPLOY_SECRET$GITHUB_TOKEN$THANOS_INPUT_TOKEN\" && \
         echo '# touched' >> shop/cart.py && ! python3 -c \"{python}\""
    );
    let script = serde_json::to_string(&script).unwrap();
    let guards =
        format!("  - {{id: confined, command: {script}}}\n  - {{id: rust, command: 'false', when: ['**/*.rs']}}\n");
    let (world, done) = healed(&guards, &[]);
    done.expect(0, "fixed");
    assert_eq!(guard(&world, "confined")["status"], "pass");
    assert_eq!(guard(&world, "rust")["status"], "skipped");
    assert!(!world.git(&["show", "thanos/issue-1:shop/cart.py"]).contains("touched"));
}

/// With the network on, nothing of the candidate is in the tree: hooks may be built from it. The run sees it.
#[test]
fn hooks_are_prepared_at_the_base_and_run_over_the_candidate() {
    let runner = "#!/bin/sh\nif [ \"$1\" = install-hooks ]; then grep -q amuont shop/cart.py; exit; fi\n\
                  grep -q amuont shop/cart.py || exit 0\nprintf 'spelling....Failed\\n- hook id: spelling\\n'; exit 1\n";
    let files = [(".pre-commit-config.yaml", "repos: []\n"), (".venv/bin/prek", runner)];
    let dir = project::shop(&[&[project::VERIFY], &files[..]].concat());
    let program = dir.path().join(".venv/bin/prek");
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let done = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice")).go();
    done.expect(0, "fixed");
    let hooks = guard(&world, "hooks");
    assert_eq!((&hooks["status"], &hooks["detail"]), (&"pass".into(), &"prek over 1 file".into()), "{hooks:#}");
}

#[test]
fn a_misspelt_check_is_the_users_to_mend() {
    let text = format!("{}policy:\n  checks:\n    hook: off\n", project::VERIFY.1);
    let dir = project::shop(&[(project::VERIFY.0, &text)]);
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let done = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice")).go();
    assert_eq!(done.status.code(), Some(2), "{done:#?}");
    assert!(done.stderr.contains("`hook`") && done.stderr.contains("hooks"), "{}", done.stderr);
}
