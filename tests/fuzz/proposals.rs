//! A sealed proposal from a job that ran hostile code: its digest agrees, everything in it may be a lie.

use crate::bend::{Bend, bend, bends};
use crate::config;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use thanos_fix::config::{Config, Policy};
use thanos_fix::event::{self, Event};
use thanos_fix::forge::local::{Item, Local};
use thanos_fix::git::{FileMode, Repo};
use thanos_fix::guard::{self, Input, Modes};
use thanos_fix::ids::{BranchName, RepoSlug, Sha};
use thanos_fix::ledger;
use thanos_fix::pipeline::{Pipeline, ThisRun};
use thanos_fix::stage::proposal::{FILE, Proposal};

const BROKEN: &str = "def a():\n    return amuont\n";
const MENDED: &str = "def a():\n    return amount\n";

/// A copy of the bare repository that [`repository`] makes, which takes a while.
fn copy(dir: &Path) -> Sha {
    static MADE: OnceLock<(tempfile::TempDir, Sha)> = OnceLock::new();
    let (made, tip) = MADE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let tip = repository(dir.path());
        (dir, tip)
    });
    copy_folder(&made.path().join("bare"), &dir.join("bare"));
    tip.clone()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap).filter(|e| e.file_name() != "hooks") {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A repository with an ordinary file, a program, a link, a folder and somebody's branch.
fn repository(dir: &Path) -> Sha {
    let work = dir.join("work");
    std::fs::create_dir_all(work.join("dir")).unwrap();
    std::fs::create_dir_all(work.join("tests")).unwrap();
    for (path, text) in [
        ("a.py", BROKEN),
        ("dir/a.txt", "x\n"),
        ("tests/test_a.py", "def test_a():\n    assert 1\n"),
        ("run.sh", "make\n"),
    ] {
        std::fs::write(work.join(path), text).unwrap();
    }
    std::os::unix::fs::symlink("a.py", work.join("link")).unwrap();
    git(&work, &["init", "--quiet", "--initial-branch=main"]);
    git(&work, &["add", "."]);
    git(&work, &["update-index", "--chmod=+x", "run.sh"]);
    git(&work, &["commit", "--quiet", "-m", "Start"]);
    git(&work, &["branch", "evil"]);
    git(dir, &["clone", "--quiet", "--bare", "work", "bare"]);
    let tip = Repo::open(&dir.join("bare")).unwrap().branch_tip("main").unwrap();
    tip.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test makes a repository")]
fn git(dir: &Path, args: &[&str]) {
    let mut git = std::process::Command::new("git");
    git.current_dir(dir).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(args);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = git.output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn event() -> Event {
    let ann = json!({"login": "ann", "type": "User"});
    let payload = json!({
        "action": "opened", "repository": {"full_name": "o/r", "default_branch": "main"}, "sender": ann,
        "issue": {"number": 1, "title": "It broke", "body": "b", "state": "open", "user": ann},
    });
    event::parse("issues", payload.to_string().as_bytes()).unwrap()
}

fn guards(detail: &str) -> Value {
    let passed = |id| json!({"id": id, "status": "pass", "findings": [], "detail": detail, "seconds": 0.0});
    ["secrets", "verify"].map(passed).to_vec().into()
}

fn honest(base: &Sha) -> Value {
    let seconds = json!({"total": 1.0, "verify": 0.5, "hands": 0.1});
    let run = |exit: i32| json!({"exit": exit, "seconds": 0.1, "excerpt": "x"});
    json!({
        "schema": 1, "attempt": "4001-1-fix-issue-1", "started": "2026-01-01T00:00:00Z", "event": "issues", "base": base, "target": "main",
        "task": {"source": "github", "kind": "issue", "key": "issue-1", "request": "fix", "repository": "o/r", "number": 1, "is_pull": false, "comment": null,
            "title": "It broke", "body": "b", "author": null, "actors": [{"login": "ann", "kind": "User"}], "base": null, "target": null, "run": null,
            "run_id": null, "command": null},
        "healing": {"outcome": "proposed", "reason": "renames amuont", "diagnosis": null,
            "candidate": {"patch": {"files": [{"path": "a.py", "before": BROKEN, "after": MENDED}]}, "hand": "hint", "why": "renames amuont", "confidence": "confident"},
            "candidates": 1, "tried": [{"digest": "x", "hand": "hint", "why": "w", "result": "passed"}],
            "guards": guards(""),
            "evidence": {"command": "make", "before": run(1), "after": run(0), "fail_to_pass": ["t"], "pass_to_pass": 3, "reproduced": null, "sandbox": "full"},
            "notes": ["n"], "seconds": seconds, "tokens": {"input": 0, "output": 0}, "cost_usd": 0.0, "retry_wanted": null},
    })
}

/// Publishes what lies in `dir/sealed` and says how it ended; `None` when it could not even be opened.
fn publish(dir: &Path, digest: &str) -> Option<String> {
    let proposal = Proposal::open(&dir.join("sealed"), digest).ok()?;
    let forge =
        Local::open(RepoSlug::parse("o/r").unwrap(), &dir.join("bare"), &dir.join("hub"), Arc::new(str::to_owned))
            .unwrap();
    let config = Config::default();
    let pipeline = Pipeline {
        forge: &forge,
        store: &ledger::Branch::new(&forge, config.ledger.branch.clone()),
        config: &config,
        default_branch: &BranchName::parse("main").unwrap(),
        this: &ThisRun { id: 4001, attempt: 1, job: "publish".to_owned(), url: None },
        command: None,
        propose: None,
        healer: &|_, _| unreachable!("publishing heals nothing"),
        cancel: &AtomicBool::new(false),
        say: &|_, _| {},
    };
    let ended = pipeline.publish_sealed(&event(), proposal).unwrap();
    Some(ended.healing.outcome.as_str().to_owned())
}

fn seal(dir: &Path, document: &Value) -> String {
    use sha2::Digest as _;
    std::fs::create_dir_all(dir.join("sealed")).unwrap();
    let bytes = document.to_string().into_bytes();
    std::fs::write(dir.join("sealed").join(FILE), &bytes).unwrap();
    let hex: String = sha2::Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256:{hex}")
}

/// Whatever was in the proposal: only our branch and the ledger may have changed, and only as the guards let it.
fn look(dir: &Path, base: &Sha, outcome: Option<&str>) {
    let repo = Repo::open(&dir.join("bare")).unwrap();
    assert_eq!(repo.branch_tip("main").unwrap().as_ref(), Some(base));
    assert_eq!(repo.branch_tip("evil").unwrap().as_ref(), Some(base));
    let refs = std::fs::read_dir(dir.join("bare/refs/heads/thanos")).map(|d| d.count()).unwrap_or_default();
    let ours = repo.branch_tip("thanos/issue-1").unwrap();
    let ledger = repo.branch_tip("thanos/ledger").unwrap();
    assert_eq!(refs, usize::from(ours.is_some()) + usize::from(ledger.is_some()), "no other branch of ours");
    assert_eq!(ours.is_some(), outcome == Some("fixed"), "{outcome:?}");
    if let Some(tip) = &ours {
        assert_eq!(repo.commit(tip).unwrap().unwrap().parents, std::slice::from_ref(base));
        let changes = repo.changes_between(base, tip).unwrap();
        assert!(changes.modes.is_empty(), "{:?}", changes.modes);
        let (policy, modes) = (Policy::default(), Modes::default());
        assert!(guard::passes(&guard::judge(&Input {
            patch: &changes.patch,
            policy: &policy,
            modes: &modes,
            secrets: None,
            failing: None
        })));
        let files = |at: &Sha| repo.list(at, None).unwrap();
        let kept = |(path, entry): &(_, thanos_fix::git::TreeEntry)| {
            repo.entry(tip, path).unwrap().is_none_or(|now| now.mode == entry.mode)
        };
        assert!(files(base).iter().all(kept));
        let new: Vec<_> =
            files(tip).into_iter().filter(|(path, _)| repo.entry(base, path).unwrap().is_none()).collect();
        assert!(new.iter().all(|(_, entry)| entry.mode == FileMode::File));
    }
    if let Some(tip) = &ledger {
        let records = repo.list(tip, None).unwrap();
        let (runs, facts): (Vec<_>, Vec<_>) = records.iter().partition(|(path, _)| path.as_str().starts_with("runs/2"));
        assert!(runs.len() == 1 && runs[0].0.as_str().ends_with("-issue-1.json"), "{records:?}");
        assert!(facts.iter().all(|(path, _)| path.as_str().starts_with("facts/2")), "{records:?}");
        let size: usize = records.iter().map(|(_, entry)| repo.blob(&entry.id).unwrap().len()).sum();
        assert!(size < 8 * 1024 * 1024, "{size}");
    }
}

fn run(document: impl FnOnce(&Sha) -> Value) -> (tempfile::TempDir, Option<String>) {
    let dir = tempfile::tempdir().unwrap();
    let base = copy(dir.path());
    let mask = Arc::new(str::to_owned);
    let forge =
        Local::open(RepoSlug::parse("o/r").unwrap(), &dir.path().join("bare"), &dir.path().join("hub"), mask).unwrap();
    forge.add_issue(&Item { title: "It broke".to_owned(), ..Item::default() }).unwrap();
    let digest = seal(dir.path(), &document(&base));
    let outcome = publish(dir.path(), &digest);
    look(dir.path(), &base, outcome.as_deref());
    (dir, outcome)
}

fn with_file(base: &Sha, path: &str, before: Option<&str>, after: Option<&str>) -> Value {
    let mut document = honest(base);
    document["healing"]["candidate"]["patch"]["files"] = json!([{"path": path, "before": before, "after": after}]);
    document
}

#[test]
fn the_honest_proposal_is_published() {
    assert_eq!(run(honest).1.as_deref(), Some("fixed"));
}

#[test]
fn what_is_no_plain_file_is_refused() {
    let cases = [
        ("link", Some("a.py"), Some("/etc/passwd")),
        ("link", Some("a.py"), None),
        ("link/b", None, Some("x\n")),
        ("a.py/b", None, Some("x\n")),
        ("dir", None, Some("x\n")),
        (".github/workflows/x.yml", None, Some("on: push\n")),
        ("tests/test_a.py", Some("def test_a():\n    assert 1\n"), None),
        ("a.py", Some("something else\n"), Some("x\n")),
        ("a.py", None, Some("x\n")),
    ];
    for (path, before, after) in cases {
        let (_, outcome) = run(|base| with_file(base, path, before, after));
        assert_eq!(outcome.as_deref(), Some("blocked"), "{path} {before:?} {after:?}");
    }
    for path in ["../a.py", "/a.py", ".git/config", "x/.GIT/config", "a\\b", ""] {
        let (_, outcome) = run(|base| with_file(base, path, None, Some("x\n")));
        assert_eq!(outcome, None, "{path}");
    }
}

#[test]
fn a_path_that_is_file_and_folder_in_the_patch_is_refused() {
    let (_, outcome) = run(|base| {
        let mut document = honest(base);
        document["healing"]["candidate"]["patch"]["files"] =
            json!([{"path": "n", "after": "x\n"}, {"path": "n/b", "after": "x\n"}]);
        document
    });
    assert_eq!(outcome.as_deref(), Some("blocked"));
}

/// What the checks found here is told, not what the proposal says that they found.
#[test]
fn the_guards_word_is_our_own() {
    let (dir, outcome) = run(|base| {
        let mut document = honest(base);
        // That the command passed can only be told by who ran it; everything else is looked at again.
        document["healing"]["guards"][0]["detail"] = json!("never looked");
        document
    });
    assert_eq!(outcome.as_deref(), Some("fixed"));
    let pull = std::fs::read_to_string(dir.path().join("hub/items/2.json")).unwrap();
    assert!(!pull.contains("never looked") && pull.contains("suspicious"), "{pull}");
}

/// The file that is repaired changed on the branch since: the proof is stale.
#[test]
fn a_target_that_moved_in_the_touched_files_is_left_alone() {
    for (path, text, outcome) in [("a.py", "def a():\n    return 2\n", "proposed"), ("other.py", "x = 1\n", "fixed")] {
        let dir = tempfile::tempdir().unwrap();
        let base = repository(dir.path());
        std::fs::write(dir.path().join("work").join(path), text).unwrap();
        git(&dir.path().join("work"), &["add", "."]);
        git(&dir.path().join("work"), &["commit", "--quiet", "-m", "Move"]);
        git(&dir.path().join("work"), &["push", "--quiet", "../bare", "main"]);
        let mask = Arc::new(str::to_owned);
        let forge =
            Local::open(RepoSlug::parse("o/r").unwrap(), &dir.path().join("bare"), &dir.path().join("hub"), mask)
                .unwrap();
        forge.add_issue(&Item::default()).unwrap();
        let digest = seal(dir.path(), &honest(&base));
        assert_eq!(publish(dir.path(), &digest).as_deref(), Some(outcome), "{path}");
        let ours = Repo::open(&dir.path().join("bare")).unwrap().branch_tip("thanos/issue-1").unwrap();
        assert_eq!(ours.is_some(), outcome == "fixed");
    }
}

#[test]
fn a_proposal_that_never_ends_is_refused() {
    let (_, outcome) = run(|base| {
        let mut document = honest(base);
        document["healing"]["notes"] = json!(vec!["n".repeat(1000); 5000]);
        document
    });
    assert_eq!(outcome.as_deref(), Some("blocked"));
    assert_eq!(
        run(|base| {
            let mut d = honest(base);
            d["more"] = json!(1);
            d
        })
        .1,
        None
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: config().cases.div_ceil(4), ..config() })]

    #[test]
    fn a_bent_proposal_does_nothing_but_what_the_guards_let(bends in bends(4)) {
        run(|base| bend(honest(base), &bends));
    }

    /// Only the patch is bent, so that what gets through is worth looking at.
    #[test]
    fn a_bent_patch_does_nothing_but_what_the_guards_let(bends in bends(3), patch in prop::collection::vec(file(), 0..3)) {
        run(|base| {
            let mut document = honest(base);
            let files = document["healing"]["candidate"]["patch"]["files"].as_array_mut().unwrap();
            files.extend(patch);
            let bent = bend(document["healing"]["candidate"].take(), &bends);
            document["healing"]["candidate"] = bent;
            document
        });
    }
}

fn file() -> impl Strategy<Value = Value> {
    let known = prop::sample::select(vec![
        ("a.py", BROKEN),
        ("dir/a.txt", "x\n"),
        ("link", "a.py"),
        ("run.sh", "make\n"),
        ("new.py", ""),
    ]);
    let after =
        prop::sample::select(vec![Some("x = 1\n"), Some("/etc/passwd"), Some("make test || true\n"), Some(""), None]);
    (known, after, any::<bool>()).prop_map(|((path, text), after, exists)| {
        json!({"path": path, "before": (exists && path != "new.py").then_some(text), "after": after})
    })
}

/// The bends reach every part of the document.
#[test]
fn bending_bends() {
    let base = Sha::parse("a".repeat(40)).unwrap();
    let all: Vec<Bend> = vec![Bend::Remove(any_index()), Bend::Double(any_index())];
    assert_ne!(bend(honest(&base), &all), honest(&base));
}

fn any_index() -> proptest::sample::Index {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    any::<proptest::sample::Index>().new_tree(&mut runner).unwrap().current()
}
