//! Checkouts from a real git server: `git http-backend` behind basic authentication.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use secrecy::SecretString;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use thanos_fix::forge::github::{Config, Credential, GitHub, Timing};
use thanos_fix::forge::{Forge, ForgeError};
use thanos_fix::git::Repo;
use thanos_fix::ids::{BranchName, RelPath, RepoSlug, Sha};
use thanos_fix::patch::{FilePatch, Patch};

struct Server {
    child: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "the test starts its own server")]
fn serve(root: &Path) -> Server {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/doubles/githttp.py");
    let mut child = Command::new("python3")
        .arg(script)
        .arg(root)
        .args(["0", "x-access-token:s3cret-t0ken"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    Server { child, url: format!("http://127.0.0.1:{}", port.trim()) }
}

/// A bare repository with five commits; returns them, oldest first.
fn history(path: &Path) -> Vec<Sha> {
    let repo = Repo::init_bare(path).unwrap();
    let mut commits: Vec<Sha> = Vec::new();
    for number in 0..5_usize {
        let text = |number: usize| format!("{number}\n").into_bytes();
        let before = number.checked_sub(1).map(text);
        let file = FilePatch { path: RelPath::parse("dir/n.txt").unwrap(), before, after: Some(text(number)) };
        let made = repo.create_commit(commits.last(), &Patch::from_files([file]), "step", ("t", "t@t")).unwrap();
        commits.push(made.unwrap());
    }
    let main = BranchName::parse("main").unwrap();
    repo.move_branch(&main, thanos_fix::git::RefState::Absent, commits.last()).unwrap();
    commits
}

fn github(url: &str, repo: &str, token: &str) -> GitHub {
    GitHub::new(Config {
        api_url: url.to_owned(),
        server_url: url.to_owned(),
        repo: RepoSlug::parse(repo).unwrap(),
        credential: Credential::Token(SecretString::from(token)),
        mask: Arc::new(str::to_owned),
        holds: Arc::new(|_| false),
        timing: Timing { backoff: std::time::Duration::from_millis(1), ..Timing::default() },
        cancel: None,
    })
    .unwrap()
}

#[test]
fn an_exact_commit_is_fetched_and_checked_out() {
    let dir = tempfile::tempdir().unwrap();
    let commits = history(&dir.path().join("o/r.git"));
    let server = serve(dir.path());
    let forge = github(&server.url, "o/r", "s3cret-t0ken");
    // Not a tip: any commit that the server has.
    let into = dir.path().join("into");
    forge.checkout(&commits[3], 2, &into).unwrap();
    assert_eq!(std::fs::read_to_string(into.join("dir/n.txt")).unwrap(), "3\n");
    let repo = Repo::open(&into).unwrap();
    assert_eq!(repo.head().unwrap().commit.as_ref(), Some(&commits[3]));
    assert!(repo.is_shallow() && repo.has_commit(&commits[2]) && !repo.has_commit(&commits[1]));
    assert!(repo.dirty().unwrap().is_empty());
    assert_eq!(repo.recent_paths(10).unwrap().len(), 1);
    let config = std::fs::read_to_string(into.join(".git/config")).unwrap();
    assert!(!config.contains("s3cret") && !config.contains("url"), "{config}");

    let whole = dir.path().join("whole");
    forge.checkout(&commits[4], 50, &whole).unwrap();
    assert!(!Repo::open(&whole).unwrap().is_shallow());
}

#[test]
fn refusals_are_told_apart_and_hold_no_token() {
    let dir = tempfile::tempdir().unwrap();
    let commits = history(&dir.path().join("o/r.git"));
    let server = serve(dir.path());
    let attempt = |repo: &str, token: &str, commit: &Sha, name: &str| {
        let error = github(&server.url, repo, token).checkout(commit, 1, &dir.path().join(name)).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains("s3cret") && !text.contains("wr0ng"), "{text}");
        error
    };
    let wrong = attempt("o/r", "wr0ng", &commits[0], "a");
    assert!(matches!(wrong, ForgeError::Unauthorized { .. }), "{wrong}");
    let missing = attempt("o/none", "s3cret-t0ken", &commits[0], "b");
    assert!(missing.is_not_found(), "{missing}");
    let unknown = attempt("o/r", "s3cret-t0ken", &Sha::parse("1".repeat(40)).unwrap(), "c");
    assert!(matches!(unknown, ForgeError::BadBody { .. }), "{unknown}");
}

/// The checkout that we make is one that git itself agrees with.
#[test]
#[expect(clippy::disallowed_methods, reason = "git is the judge here")]
fn git_finds_nothing_to_complain_about() {
    let dir = tempfile::tempdir().unwrap();
    let commits = history(&dir.path().join("o/r.git"));
    let server = serve(dir.path());
    let into = dir.path().join("into");
    github(&server.url, "o/r", "s3cret-t0ken").checkout(&commits[4], 2, &into).unwrap();
    let git = |arguments: &[&str]| {
        let command = Command::new("git")
            .args(arguments)
            .current_dir(&into)
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env("HOME", dir.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(command.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&command.stderr));
        String::from_utf8(command.stdout).unwrap()
    };
    git(&["fsck", "--strict"]);
    assert_eq!(git(&["status", "--porcelain"]), "");
    assert_eq!(git(&["rev-list", "HEAD"]).lines().count(), 2);
}
