//! `heal` and its neighbours as a person in a terminal meets them: the real binary in a small repository.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "the test starts the program as a person does")]

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const BROKEN: &str = "def total(price):\n    return pirce\n";
const MENDED: &str = "def total(price):\n    return price\n";
const CALL: &str = "import sys; sys.path.insert(0, '.'); import shop; shop.total(3)";

struct Place {
    dir: TempDir,
}

struct Said {
    exit: i32,
    out: String,
    err: String,
}

impl Place {
    /// A repository with a misspelt name in `shop.py` below `folder`.
    fn new(folder: &str) -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap() };
        place.write(&format!("repo/{folder}/shop.py"), BROKEN);
        place.commit("repo");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]);
        let done = git.args(arguments).current_dir(self.path(folder)).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {done:?}");
        String::from_utf8(done.stdout).unwrap()
    }

    fn commit(&self, folder: &str) {
        self.git(folder, &["init", "-q"]);
        self.git(folder, &["add", "."]);
        self.git(folder, &["commit", "-qm", "a"]);
    }

    fn run(&self, folder: &str, arguments: &[&str]) -> Said {
        let mut program = Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
        program.args(arguments).current_dir(self.path(folder)).env_clear();
        program.env("PATH", std::env::var_os("PATH").unwrap());
        let done = program.env("HOME", self.dir.path()).env("XDG_STATE_HOME", self.path("state")).output().unwrap();
        Said {
            exit: done.status.code().unwrap(),
            out: String::from_utf8(done.stdout).unwrap(),
            err: String::from_utf8(done.stderr).unwrap(),
        }
    }

    fn heal(&self, folder: &str, options: &[&str]) -> Said {
        self.run(folder, &[&["heal"], options, &["--", "python3", "-c", CALL]].concat())
    }
}

/// As on a machine with an older kernel, in a container without privileges.
fn refused<R>(act: impl FnOnce() -> R) -> R {
    let calls = [libc::SYS_mount, libc::SYS_landlock_create_ruleset];
    let rules = calls.into_iter().map(|call| (call, Vec::new())).collect();
    let (allow, refuse) = (seccompiler::SeccompAction::Allow, seccompiler::SeccompAction::Errno(1));
    let arch = std::env::consts::ARCH.try_into().unwrap();
    let filter = seccompiler::SeccompFilter::new(rules, allow, refuse, arch).unwrap();
    let program: seccompiler::BpfProgram = filter.try_into().unwrap();
    seccompiler::apply_filter(&program).unwrap();
    act()
}

impl Said {
    #[track_caller]
    fn expect(&self, exit: i32, parts: &[&str]) {
        assert_eq!(self.exit, exit, "{}", self.err);
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not in: {}", self.err);
        }
    }
}

/// What stands in the way of the result is known before the command is run.
#[test]
fn what_cannot_be_written_is_refused_before_the_work() {
    let place = Place::new(".");
    place.write("file", "");
    place.git("repo", &["branch", "taken"]);
    for (options, part) in [
        (["--out", "../file/x"], "--out: cannot write to ../file/x"),
        (["--branch", "taken"], "the branch taken exists already"),
        (["--branch", "a..b"], "branch `a..b` is not valid"),
        (["--hands", "hint,hint"], "--hands names `hint` twice"),
        (["--budget-usd", "nan"], "use 0 or more"),
    ] {
        let said = place.heal("repo", &options);
        said.expect(2, &[part]);
        assert!(!said.err.contains("running"), "{}", said.err);
    }
    assert_eq!(place.read("repo/shop.py"), BROKEN);
}

#[test]
fn a_branch_gets_a_whole_commit_also_from_a_folder_of_the_repository() {
    let place = Place::new("app");
    let said = place.heal("repo/app", &["--branch", "mended"]);
    said.expect(1, &["mended at ", "only what lies below", "--repo"]);
    assert_eq!(place.git("repo", &["show", "mended:app/shop.py"]), MENDED);
    assert_eq!(place.read("repo/app/shop.py"), BROKEN);
    let message = place.git("repo", &["log", "-1", "--format=%B", "mended"]);
    let (subject, body) = message.split_once("\n\n").unwrap();
    assert!(subject.chars().count() <= 72 && body.contains("Command: "), "{message}");
}

#[test]
fn a_repair_in_a_submodule_is_told_and_shown() {
    let place = Place::new("sub");
    place.commit("repo/sub");
    place.git("repo", &["rm", "-rq", "--cached", "sub"]);
    place.git("repo", &["commit", "-qm", "b"]);
    let call = format!("{}; {}", "import sys; sys.path.insert(0, 'sub')", CALL);
    let heal = |options: &[&str]| place.run("repo", &[&["heal"], options, &["--", "python3", "-c", &call]].concat());
    heal(&["--branch", "mended"]).expect(2, &["+    return price", "sub, which is a repository of its own"]);
    assert_eq!(place.read("repo/sub/shop.py"), BROKEN);
    heal(&[]).expect(0, &["the repair lies in sub, which is a repository of its own"]);
    assert_eq!(place.read("repo/sub/shop.py"), MENDED);
}

#[test]
fn what_the_command_leaves_behind_is_told() {
    let place = Place::new(".");
    let said = place.run("repo", &["heal", "--", "sh", "-c", "echo x > junk.txt; exit 3"]);
    said.expect(1, &["the command left 1 new file in the tree: junk.txt"]);
    assert!(place.path("repo/junk.txt").exists());
}

/// A configuration that is not the tree's own is neither read nor quoted.
#[test]
fn without_any_sandbox_nothing_runs_unless_it_is_off() {
    let place = Place::new(".");
    let heal = |options: &[&str]| {
        // The refusals hold for this thread and what it starts.
        std::thread::scope(|scope| scope.spawn(|| refused(|| place.heal("repo", options))).join().unwrap())
    };
    let said = heal(&["--sandbox", "full"]);
    said.expect(1, &["blocked: no sandbox can be had here", "`sandbox: off` in .github/thanos.yml"]);
    assert!(!said.err.contains("running"), "{}", said.err);
    assert_eq!(place.read("repo/shop.py"), BROKEN);
    heal(&["--sandbox", "off"]).expect(0, &[]);
    assert_eq!(place.read("repo/shop.py"), MENDED);
}

#[test]
fn a_configuration_is_a_plain_file() {
    let place = Place::new(".");
    place.write("secret", "hunter2: yes\n");
    std::fs::create_dir_all(place.path("repo/.github")).unwrap();
    let file = place.path("repo/.github/thanos.yml");
    for target in [place.path("secret").as_path(), Path::new("/dev/zero")] {
        std::os::unix::fs::symlink(target, &file).unwrap();
        let said = place.heal("repo", &[]);
        said.expect(2, &["links are not followed"]);
        assert!(!said.err.contains("hunter2"), "{}", said.err);
        std::fs::remove_file(&file).unwrap();
    }
    rustix::fs::mknodat(rustix::fs::CWD, &file, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    place.heal("repo", &[]).expect(2, &["no plain file"]);
    place.run("repo", &["heal", "--config", "/dev/zero", "--", "true"]).expect(2, &["at most"]);
    std::fs::remove_file(&file).unwrap();
    place.write("repo/.github/thanos.yml", "environment: {keep: [GITHUB_TOKEN]}\n");
    place.heal("repo", &[]).expect(2, &["environment.keep has `GITHUB_TOKEN`"]);
    place.write("repo/.github/thanos.yml", "verify: {command: make, directory: gone}\n");
    place.run("repo", &["fix", "--issue", "../secret"]).expect(2, &["there is no directory `gone`"]);
}

#[test]
fn a_forgotten_separator_is_put_in() {
    let place = Place::new(".");
    let said = place.run("repo", &["heal", "--quiet", "pytest", "-q"]);
    said.expect(2, &["tip: the command goes after `--`: thanos-fix heal --quiet -- pytest -q"]);
    place.run("repo", &["ledger", "show", "--repo", "../nowhere"]).expect(2, &["../nowhere is not a directory"]);
}

#[test]
fn each_project_has_its_own_ledger() {
    let (one, two) = (Place::new("."), Place::new("."));
    std::fs::create_dir(one.path("other")).unwrap();
    one.heal("repo", &["--dry-run"]).expect(1, &[]);
    let shown = |place: &Place, folder: &str| place.run(folder, &["ledger", "show"]).out;
    assert!(shown(&one, "repo").contains("proposed"), "{}", shown(&one, "repo"));
    assert!(shown(&one, "other").starts_with("no attempts in the ledger ("));
    assert!(shown(&two, "repo").starts_with("no attempts in the ledger ("));
}

#[test]
fn init_writes_into_the_root_and_tells_machines() {
    let place = Place::new("app");
    let said = place.run("repo/app", &["init", "--json"]);
    said.expect(0, &[]);
    let value: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(value["written"][0], ".github/thanos.yml");
    assert!(place.path("repo/.github/thanos.yml").exists() && !place.path("repo/app/.github").exists());
    assert_eq!(place.run("repo", &["init", "--force", "--quiet"]).out, "");
}

/// What `guard` executes is confined as in `heal`; which sandbox that was is said, and the tree is as it was.
#[test]
fn guards_in_a_terminal_run_in_the_sandbox() {
    let place = Place::new(".");
    let script = "grep -q pirce shop.py || { echo changed >> shop.py; echo x > ../escaped; }";
    place.write("repo/.github/thanos.yml", &format!("guards:\n  - {{id: mine, command: '{script}'}}\n"));
    place.commit("repo");
    place.write("repo/shop.py", MENDED);
    let guard = ["guard", "--base", "HEAD", "--sandbox"];
    let confined = place.run("repo", &[&guard[..], &["light"]].concat());
    confined.expect(1, &["blocked by mine", "(mine/failed)", "Landlock"]);
    assert!(!place.path("escaped").exists());
    let free = place.run("repo", &[&guard[..], &["off", "--json", "--", "true"]].concat());
    free.expect(0, &["no guard objects", "`true` passes"]);
    let told: serde_json::Value = serde_json::from_str(&free.out).unwrap();
    assert!(told["sandbox"].as_str().unwrap().starts_with("none"), "{told}");
    assert!(place.path("escaped").exists());
    assert_eq!(place.read("repo/shop.py"), MENDED);
    // A guard that is not there is no yes, and was none at the base.
    place.write("repo/.github/thanos.yml", "guards:\n  - {id: nope, command: [does-not-exist]}\n");
    place.run("repo", &["guard", "--base", "HEAD"]).expect(1, &["protected path"]);
    let config = place.path("own.yml");
    place.write("own.yml", "guards:\n  - {id: nope, command: [does-not-exist]}\n");
    place.git("repo", &["checkout", "-q", ".github"]);
    let config = config.to_str().unwrap();
    place.run("repo", &["guard", "--base", "HEAD", "--config", config]).expect(1, &["blocked by nope", "not found"]);
}

#[test]
fn helps_name_what_the_verbs_look_at() {
    let place = Place::new(".");
    for verb in ["run", "propose", "publish"] {
        let said = place.run("repo", &[verb, "--help"]).out;
        for word in ["GITHUB_EVENT_PATH", "THANOS_INPUT_<NAME>", "Exit codes:", "docs/configuration.md"] {
            assert!(said.contains(word), "{verb}: {said}");
        }
    }
    let said = place.run("repo", &["event", "-"]);
    assert!(said.exit == 2 && said.err.contains("standard input: the event payload is empty"), "{}", said.err);
}
