//! action.yml and dist/run.sh as GitHub's runner would run them: the action's steps with GitHub's own parser
//! and expression evaluator, the download with a `curl` that answers what the test wants.
#![allow(clippy::expect_used, reason = "a helper that fails is a test that fails")]

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// What a released binary would be: says how it was called and sets outputs.
const BINARY: &str = r#"#!/bin/sh
echo "called: $*"
env | grep '^THANOS_INPUT_' | sort
if [ -n "$GITHUB_OUTPUT" ]; then
  printf 'outcome=fixed\npr-number=7\npr-url<<END\nhttps://example.com/pull/7\nEND\n' >> "$GITHUB_OUTPUT"
fi
"#;

struct Machine {
    dir: tempfile::TempDir,
}

impl Machine {
    /// A copy of dist/run.sh with its own table, and a `curl` that serves `served` and writes down its arguments.
    fn new(versions: &str, served: &str) -> Self {
        let machine = Self { dir: tempfile::tempdir().expect("a temporary folder") };
        machine.program("dist/run.sh", &std::fs::read_to_string(Path::new(ROOT).join("dist/run.sh")).expect("read"));
        machine.file("dist/versions", versions);
        machine.file("served", served);
        let curl = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{0}/asked'\nwhile [ \"$1\" != --output ]; do shift; done\ncp '{0}/served' \"$2\"\n",
            machine.dir.path().display()
        );
        machine.program("path/curl", &curl);
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn file(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    fn program(&self, name: &str, text: &str) {
        self.file(name, text);
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(0o755)).expect("made a program");
    }

    fn asked(&self) -> String {
        std::fs::read_to_string(self.path("asked")).unwrap_or_default()
    }

    fn run(&self, env: &[(&str, &str)]) -> (i32, String) {
        let mut command = command("bash");
        command.arg(self.path("dist/run.sh")).env_clear();
        command.env("PATH", format!("{}:/usr/bin:/bin", self.path("path").display()));
        command.env("RUNNER_TOOL_CACHE", self.path("cache"));
        finish(command.envs(env.iter().copied()))
    }
}

#[expect(clippy::disallowed_methods, reason = "a test runs the action's scripts")]
fn command(program: &str) -> Command {
    Command::new(program)
}

fn finish(command: &mut Command) -> (i32, String) {
    let Output { status, stdout, stderr } = command.output().expect("it starts");
    let text = [stdout, stderr].concat();
    (status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
}

fn target() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}

fn line(version: &str, binary: &str) -> String {
    let digest: String = Sha256::digest(binary.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    format!("{version} {} {digest}\n", target())
}

#[test]
fn a_listed_binary_is_downloaded_once_and_run_with_the_mode() {
    let versions = format!("# comment\n{}{}", line("1.1.0", BINARY), line("1.0.0", "older"));
    let machine = Machine::new(&versions, BINARY);
    let (code, said) = machine.run(&[("THANOS_INPUT_MODE", "propose")]);
    assert_eq!((code, said.lines().next()), (0, Some("called: propose")), "{said}");
    let asked = machine.asked();
    assert!(asked.contains(&format!("/releases/download/v1.1.0/thanos-fix-{}\n", target())), "{asked}");
    assert!(asked.contains("--proto\n=https\n--tlsv1.2\n"), "{asked}");
    let (code, said) = machine.run(&[]);
    assert_eq!((code, said.lines().next()), (0, Some("called: run")), "{said}");
    assert_eq!(machine.asked(), asked, "the second run takes the cached binary");
}

#[test]
fn a_wrong_digest_dies_and_leaves_nothing() {
    let machine = Machine::new(&line("1.0.0", BINARY), "#!/bin/sh\necho pwned\n");
    let (code, said) = machine.run(&[]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.starts_with("::error") && said.contains("does not have the digest") && !said.contains("pwned"),
        "{said}"
    );
    let left = std::fs::read_dir(machine.path(&format!("cache/thanos-fix/1.0.0/{}", target()))).expect("made").count();
    assert_eq!(left, 0);
}

#[test]
fn a_cached_binary_that_was_tampered_with_is_replaced() {
    let machine = Machine::new(&line("1.0.0", BINARY), BINARY);
    let cached = format!("cache/thanos-fix/1.0.0/{}/thanos-fix", target());
    machine.program(&cached, "#!/bin/sh\necho pwned\n");
    let (code, said) = machine.run(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("::warning") && said.contains("called: run") && !said.contains("pwned"), "{said}");
    assert_eq!(std::fs::read_to_string(machine.path(&cached)).expect("read"), BINARY);
}

#[test]
fn what_is_not_listed_or_not_known_dies_with_the_mend() {
    let machine = Machine::new(&line("1.0.0", BINARY), BINARY);
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("THANOS_INPUT_VERSION", "9.9.9")], "version 9.9.9"),
        (&[("THANOS_INPUT_VERSION", "../../etc")], "not listed in dist/versions"),
        (
            &[("THANOS_INPUT_MODE", "--version")],
            "the input mode is not run, propose, publish, doctor, digest, dashboard or backup",
        ),
        (&[("THANOS_FIX_BIN", "/nonexistent")], "THANOS_FIX_BIN is not a program"),
        (&[("THANOS_INPUT_VERSION", "*")], "not listed in dist/versions"),
    ];
    for (env, wanted) in cases {
        let (code, said) = machine.run(env);
        assert!(code == 2 && said.starts_with("::error") && said.contains(wanted), "{env:?}: {code} {said}");
    }
    machine.program("path/uname", "#!/bin/sh\n[ \"$1\" = -s ] && echo Darwin || echo arm64\n");
    let (code, said) = machine.run(&[]);
    assert!(code == 2 && said.contains("no binary for Darwin on arm64"), "{code} {said}");
    let empty = Machine::new("# nothing released yet\n", BINARY);
    assert_eq!(empty.run(&[]).0, 2);
}

#[test]
fn the_version_input_takes_a_leading_v_and_an_older_one() {
    let machine = Machine::new(&format!("{}{}", line("2.0.0", "newer"), line("1.0.0", BINARY)), BINARY);
    let (code, said) = machine.run(&[("THANOS_INPUT_VERSION", "v1.0.0")]);
    assert_eq!(code, 0, "{said}");
}

/// Runs action.yml's steps; what the action printed comes first, then its exit code and outputs.
fn composite(env: &[(&str, &str)], inputs: &[&str]) -> (String, Value) {
    let mut command = command("node");
    command.arg(Path::new(ROOT).join("tests/action/composite.mjs")).arg(ROOT).args(inputs);
    command.env_remove("GITHUB_OUTPUT").env_remove("GITHUB_WORKSPACE").envs(env.iter().copied());
    let output = command.output().expect("node is installed: run tests/run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let result = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {said}"));
    (said, result)
}

#[test]
fn every_input_reaches_the_binary_untouched_and_every_output_comes_back() {
    let machine = Machine::new("", "");
    machine.program("binary", BINARY);
    let binary = machine.path("binary").display().to_string();
    let hostile = "command=echo \"$(touch pwned)\" `id` ${{ github.token }}; true";
    let env = [("THANOS_FIX_BIN", binary.as_str()), ("GITHUB_TOKEN", "ghs_x")];
    let (said, result) = composite(&env, &[hostile, "mode=publish", "proposal-digest=abc"]);
    assert_eq!(result["exit"], 0, "{said}");
    assert!(said.contains("called: publish\n"), "{said}");
    assert!(said.contains(&format!("THANOS_INPUT_{}\n", hostile.replacen("command", "COMMAND", 1))), "{said}");
    assert!(
        said.contains("THANOS_INPUT_TOKEN=ghs_x\n") && said.contains("THANOS_INPUT_PROPOSAL_DIGEST=abc\n"),
        "{said}"
    );
    assert!(!Path::new(ROOT).join("pwned").exists());
    assert_eq!(result["outputs"]["outcome"], "fixed");
    assert_eq!(result["outputs"]["pr-url"], "https://example.com/pull/7");
    assert_eq!(result["outputs"]["branch"], "", "an output that was not set is empty");
}

#[test]
fn every_input_is_mapped_and_described() {
    let text = std::fs::read_to_string(Path::new(ROOT).join("action.yml")).expect("read");
    let action: serde_yaml::Value = serde_yaml::from_str(&text).expect("YAML");
    let step = &action["runs"]["steps"][0];
    for (name, input) in action["inputs"].as_mapping().expect("inputs") {
        let name = name.as_str().expect("a name");
        assert!(input["description"].as_str().is_some_and(|d| !d.is_empty()) && !input["default"].is_null(), "{name}");
        let variable = format!("THANOS_INPUT_{}", name.to_uppercase().replace('-', "_"));
        assert_eq!(step["env"][variable.as_str()].as_str(), Some(format!("${{{{ inputs.{name} }}}}").as_str()));
    }
    assert_eq!(step["env"].as_mapping().map(|m| m.len()), action["inputs"].as_mapping().map(|m| m.len()));
    assert!(!step["run"].as_str().expect("a script").contains("${{"));
    for (name, output) in action["outputs"].as_mapping().expect("outputs") {
        assert!(output["description"].as_str().is_some_and(|d| !d.is_empty()), "{name:?}");
    }
}

/// A cancelled job's signals reach the binary, because every step on the way is an `exec`.
#[test]
fn signals_reach_the_binary() {
    let machine = Machine::new("", "");
    let ready = machine.path("ready").display().to_string();
    machine.program(
        "binary",
        &format!(
            "#!/bin/sh\ntrap 'echo stopped cleanly; exit 42' INT\ntouch '{ready}'\nwhile :; do sleep 0.02; done\n"
        ),
    );
    let mut script = command("bash");
    script.arg("-c").arg(r#"node "$0" "$1" & while [ ! -e "$2" ]; do sleep 0.02; done; kill -INT $!; wait $!"#);
    script.arg(Path::new(ROOT).join("tests/action/composite.mjs")).arg(ROOT).arg(&ready);
    script.env("THANOS_FIX_BIN", machine.path("binary"));
    let (_, said) = finish(&mut script);
    assert!(said.contains("stopped cleanly") && said.contains(r#""exit":42"#), "{said}");
}
