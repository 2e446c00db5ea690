//! `thanos-fix doctor` as a user starts it: the real binary against GitHub's double, which shows that nothing
//! changed. That a token's permission is looked at before the request itself is our reading of GitHub.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod common;

use common::doubles::{Doubles, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const CI: &str = "name: CI\non: [push]\njobs: {test: {runs-on: ubuntu-latest, steps: [{run: make test}]}}\n";
const ON_BUILD: &str = include_str!("../docs/workflows/on-failed-build.yml");
const RETRY: &str = include_str!("../docs/workflows/retry.yml");
const ALL: [&str; 5] = ["contents", "issues", "pull-requests", "actions", "checks"];

/// A machine with a project, and an environment that holds nothing but what the test gives.
struct Machine {
    dir: TempDir,
    env: BTreeMap<String, String>,
}

struct Report {
    exit: Option<i32>,
    text: String,
    json: Value,
    summary: String,
}

impl Machine {
    fn new(files: &[(&str, &str)]) -> Self {
        let machine = Self { dir: tempfile::tempdir().unwrap(), env: BTreeMap::new() };
        for (path, text) in files {
            machine.write(&format!("project/{path}"), text);
        }
        for name in ["bash", "make", "prek"] {
            machine.write(&format!("bin/{name}"), "#!/bin/sh\n");
            let path = machine.dir.path().join("bin").join(name);
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        for folder in ["temp", "project"] {
            std::fs::create_dir_all(machine.dir.path().join(folder)).unwrap();
        }
        let path = machine.path("bin");
        machine.set("PATH", &path)
    }

    /// A project whose build is repaired, with everything in its place.
    fn good() -> Self {
        Self::new(&[
            ("Makefile", "test:\n\ttrue\n"),
            (".github/workflows/ci.yml", CI),
            (".github/workflows/thanos-build.yml", ON_BUILD),
            (".github/workflows/thanos-retry.yml", RETRY),
        ])
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn project(&self) -> &Path {
        self.dir.path()
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    fn unset(mut self, name: &str) -> Self {
        self.env.remove(name);
        self
    }

    /// The variables of a step in a workflow.
    fn in_actions(self, world: &World) -> Self {
        let pairs = [
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_EVENT_NAME", "workflow_dispatch".to_owned()),
            ("GITHUB_EVENT_PATH", self.path("event.json")),
            ("GITHUB_REPOSITORY", world.repo.clone()),
            ("GITHUB_API_URL", world.api_url().to_owned()),
            ("GITHUB_SERVER_URL", world.server_url().to_owned()),
            ("GITHUB_WORKSPACE", self.path("project")),
            ("GITHUB_RUN_ID", "7".to_owned()),
            ("GITHUB_RUN_ATTEMPT", "1".to_owned()),
            ("GITHUB_JOB", "doctor".to_owned()),
            ("GITHUB_OUTPUT", self.path("output")),
            ("GITHUB_STEP_SUMMARY", self.path("summary")),
            ("RUNNER_TEMP", self.path("temp")),
            ("THANOS_INPUT_TOKEN", world.token.clone()),
        ];
        self.write("event.json", "{}");
        pairs.into_iter().fold(self, |machine, (name, value)| machine.set(name, &value))
    }

    #[expect(clippy::disallowed_methods, reason = "a test starts the program")]
    fn run(&self) -> Report {
        let _ = std::fs::remove_file(self.dir.path().join("summary"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
        command.args(["doctor", "--json"]).env_clear().envs(&self.env).current_dir(self.path("project"));
        // The temporary folder may lie in somebody's repository.
        let output = command.env("GIT_CEILING_DIRECTORIES", self.project()).output().unwrap();
        Report {
            exit: output.status.code(),
            text: String::from_utf8(output.stderr).unwrap(),
            json: serde_json::from_slice(&output.stdout).unwrap(),
            summary: std::fs::read_to_string(self.dir.path().join("summary")).unwrap_or_default(),
        }
    }
}

impl Report {
    fn checks(&self, state: &str) -> Vec<&Value> {
        self.json["checks"].as_array().unwrap().iter().filter(|c| c["state"] == state).collect()
    }

    fn group(&self, name: &str) -> usize {
        self.json["checks"].as_array().unwrap().iter().filter(|c| c["group"] == name).count()
    }

    /// The one thing of this state that `what` tells of.
    #[track_caller]
    fn only(&self, state: &str, what: &str) -> &Value {
        let found: Vec<_> = self.checks(state).into_iter().filter(|c| text(c, "what").contains(what)).collect();
        assert_eq!(found.len(), 1, "{state} {what}: {}", self.text);
        found[0]
    }
}

fn text<'a>(check: &'a Value, key: &str) -> &'a str {
    check[key].as_str().unwrap()
}

fn world(machine: &Machine, token: &Value, more: &Value) -> World {
    let mut scenario = json!({
        "directory": machine.dir.path().join("project"), "token": token, "issues": [{"title": "It broke", "body": "x"}],
    });
    scenario.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Doubles::shared().world(scenario)
}

fn permissions(without: &str) -> Value {
    let all = ALL.iter().filter(|name| **name != without).map(|name| ((*name).to_owned(), json!("write")));
    json!({"permissions": all.collect::<serde_json::Map<_, _>>()})
}

/// Everything that a write could have changed.
fn everything(world: &World) -> (String, Value, Value, Value) {
    let as_owner = |path: &str| {
        let answer = world.request_as("as-owner", "GET", path, None);
        assert_eq!(answer.status, 200, "{path}");
        answer.json()
    };
    let refs = world.git(&["for-each-ref"]);
    (refs, as_owner("/issues?state=all"), as_owner("/issues/1/comments"), world.state())
}

/// A token for looking, which may do everything.
fn looked_at() -> Value {
    json!({"tokens": {"as-owner": {"login": "octo-org"}}})
}

#[test]
fn a_token_that_may_do_everything_lacks_nothing_and_changes_nothing() {
    let machine = Machine::good();
    let world = world(&machine, &permissions("nothing"), &looked_at());
    let machine = machine.in_actions(&world);
    let before = everything(&world);
    let report = machine.run();
    assert_eq!((report.exit, &report.json["ok"]), (Some(0), &json!(true)), "{}", report.text);
    assert_eq!(report.checks("missing"), Vec::<&Value>::new());
    for area in ALL {
        for level in ["read", "write"] {
            report.only("ok", &format!("({area}: {level})"));
        }
    }
    assert_eq!(everything(&world), before);
    let writes: Vec<_> = world.journal().into_iter().filter(|seen| seen.method.as_deref() == Some("POST")).collect();
    assert_eq!(writes.len(), ALL.len());
    assert!(writes.iter().all(|seen| matches!(seen.status, Some(404 | 422))), "{writes:#?}");
    world.assert_clean();
}

#[test]
fn each_permission_that_is_missing_is_named_alone() {
    for area in ALL {
        let machine = Machine::good();
        let world = world(&machine, &permissions(area), &looked_at());
        let machine = machine.in_actions(&world);
        let before = everything(&world);
        let report = machine.run();
        // Annotations have another way out.
        let state = if area == "checks" { "unknown" } else { "missing" };
        // The double lets everybody read checks.
        for level in ["read", "write"].into_iter().filter(|level| area != "checks" || *level == "write") {
            let check = report.only(state, &format!("({area}: {level})"));
            assert!(text(check, "mend").contains(&format!("permissions: {{{area}: {level}}}")), "{check}");
            assert!(!text(check, "without").is_empty());
        }
        for other in ALL.iter().filter(|other| **other != area) {
            report.only("ok", &format!("({other}: write)"));
        }
        assert_eq!(report.exit, Some(i32::from(state == "missing")));
        assert_eq!(everything(&world), before, "{area}");
        world.assert_clean();
    }
}

#[test]
fn reading_alone_is_told_from_writing() {
    let machine = Machine::good();
    let reading: serde_json::Map<_, _> = ALL.iter().map(|name| ((*name).to_owned(), json!("read"))).collect();
    let world = world(&machine, &json!({ "permissions": reading }), &json!({}));
    let report = machine.in_actions(&world).run();
    for area in ALL {
        report.only("ok", &format!("({area}: read)"));
        let check = report.only(if area == "checks" { "unknown" } else { "missing" }, &format!("({area}: write)"));
        assert!(text(check, "what").contains("Resource not accessible by integration"), "{check}");
    }
}

#[test]
fn the_setting_that_forbids_pull_requests_is_named() {
    let machine = Machine::good();
    let world = world(&machine, &permissions("nothing"), &json!({"refuse": ["pull-requests"]}));
    let report = machine.in_actions(&world).run();
    let check = report.only("missing", "not permitted to create or approve pull requests");
    assert!(text(check, "mend").starts_with("Settings → Actions → General"), "{check}");
    assert_eq!((report.checks("missing").len(), report.exit), (1, Some(1)));
}

#[test]
fn each_variable_that_is_not_set_is_named() {
    let machine = Machine::good();
    let world = world(&machine, &permissions("nothing"), &json!({}));
    let mut machine = machine.in_actions(&world);
    for name in ["GITHUB_EVENT_NAME", "GITHUB_RUN_ID", "GITHUB_JOB", "GITHUB_OUTPUT", "RUNNER_TEMP"] {
        machine = machine.unset(name);
    }
    std::fs::remove_file(machine.dir.path().join("event.json")).unwrap();
    let report = machine.run();
    for name in ["GITHUB_EVENT_NAME", "GITHUB_RUN_ID", "GITHUB_JOB", "GITHUB_OUTPUT", "RUNNER_TEMP"] {
        assert!(!text(report.only("missing", &format!("{name} is not set")), "without").is_empty());
    }
    report.only("missing", "GITHUB_EVENT_PATH: there is no ");
    assert_eq!(report.checks("missing").len(), 6, "{}", report.text);
}

/// A job without a checkout is judged by the files of the default branch.
#[test]
fn without_a_checkout_the_default_branch_is_looked_at() {
    let source = Machine::good();
    let world = world(&source, &permissions("nothing"), &json!({}));
    let report = Machine::new(&[]).in_actions(&world).run();
    report.only("ok", ".github/workflows/thanos-build.yml uses thanos-fix");
    report.only("unknown", "the job has no checkout");
    assert_eq!(report.exit, Some(0), "{}", report.text);
}

/// Also the configuration, as `run` reads it.
#[test]
fn without_a_checkout_the_configuration_of_the_default_branch_is_read() {
    let source = Machine::good();
    source.write("project/.github/thanos.yml", "sandbox: open\n");
    source.write("project/.github/other.yml", "sandbox: light\n");
    let world = world(&source, &permissions("nothing"), &json!({}));
    let look = |config: &str| Machine::new(&[]).in_actions(&world).set("THANOS_INPUT_CONFIG", config).run();
    let report = look("");
    assert!(text(report.only("missing", ".github/thanos.yml: sandbox"), "what").contains("open"), "{}", report.text);
    assert_eq!(report.exit, Some(1));
    look(".github/other.yml").only("ok", "the configuration is read");
    look(".github/gone.yml").only("missing", "input `config`: there is no .github/gone.yml");
}

#[test]
fn what_is_not_on_the_default_branch_is_told() {
    let source = Machine::new(&[
        (".github/workflows/ci.yml", CI),
        (".github/workflows/thanos-build.yml", "name: old\non: push\njobs: {}\n"),
    ]);
    let world = world(&source, &permissions("nothing"), &json!({}));
    let machine = Machine::good();
    machine.write("project/.github/workflows/thanos-issue.yml", include_str!("../docs/workflows/on-issue.yml"));
    machine.write("project/.github/thanos.yml", "sandbox: light\n");
    let report = machine.in_actions(&world).run();
    let check = report.only("missing", "thanos-issue.yml is not on the default branch main");
    assert_eq!(check["group"], "workflows");
    report.only("unknown", "thanos-build.yml is another one on the default branch");
    report.only("unknown", ".github/thanos.yml is not on the default branch");
}

/// Nobody answers: one line says so, and the rest is told all the same.
#[test]
fn offline_github_is_one_line() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let local = Machine::good()
        .set("GITHUB_REPOSITORY", "o/r")
        .set("GITHUB_TOKEN", "ghs_n0t-a-real-token")
        .set("GITHUB_API_URL", &format!("http://{closed}"));
    let report = local.run();
    report.only("unknown", "GitHub is not reached");
    report.only("ok", "repairs are proven with `make test`");
    assert_eq!(report.group("github"), 1, "{}", report.text);
    let machine = Machine::good();
    let world = world(&machine, &json!({}), &json!({}));
    let report = machine.in_actions(&world).set("GITHUB_API_URL", &format!("http://{closed}")).run();
    report.only("missing", "GitHub is not reached");
    assert_eq!((report.group("github"), report.exit), (1, Some(1)), "{}", report.text);
}

#[test]
fn a_token_that_is_refused_is_named_and_never_shown() {
    let machine = Machine::good();
    let world = world(&machine, &json!({}), &json!({}));
    let machine = machine.in_actions(&world).set("THANOS_INPUT_TOKEN", "ghp_0000000000000000000000000000000bad");
    machine
        .write("project/.github/thanos.yml", "verify: {command: 'curl -H ghp_0000000000000000000000000000000bad'}\n");
    let report = machine.run();
    report.only("missing", "GitHub does not accept the token");
    let all = format!("{}{}{}", report.text, report.json, report.summary);
    assert!(!all.contains("000bad"), "{all}");
}

/// What sandbox can be had is the machine's business.
fn without_sandbox(report: &str) -> String {
    let mut inside = false;
    let others = report.lines().filter(|line| {
        let detail = line.starts_with("          ");
        inside = if detail { inside } else { line.contains(" sandbox: ") || line.contains("no sandbox works") };
        !inside
    });
    others.collect::<Vec<_>>().join("\n")
}

/// The whole report, with one of everything.
#[test]
fn a_whole_report() {
    let machine = Machine::new(&[
        (".github/thanos.yml", "verify:\n  comand: make test\n"),
        (
            ".github/workflows/ci.yml",
            &CI.replace("test: {", "test: {services: {db: {image: postgres}}, ")
                .replace("make test", "'a ${{ secrets.DB_KEY }}'"),
        ),
        (
            ".github/workflows/thanos-build.yml",
            &ON_BUILD.replace("[CI]", "[Ci]").replace("issues: write", "issues: read"),
        ),
        (".pre-commit-config.yaml", "repos: []\n"),
        (".gitattributes", "*.bin filter=lfs\n"),
        ("go.mod", "module x\n"),
    ]);
    let world = world(&machine, &permissions("issues"), &json!({}));
    let machine =
        machine.in_actions(&world).set("THANOS_FIX_BIN", "target/thanos-fix").set("https_proxy", "http://u:p@proxy");
    let report = machine.run();
    assert_eq!(report.exit, Some(1));
    let steady = |text: &str| {
        let text =
            text.replace(machine.dir.path().to_str().unwrap(), "[MACHINE]").replace(&world.repo, "octo-org/project");
        without_sandbox(&text)
    };
    insta::assert_snapshot!("report", steady(&report.text));
    insta::assert_snapshot!("summary", steady(&report.summary));
    world.assert_clean();
}
