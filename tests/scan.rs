//! `thanos-fix scan` as people and workflows call it: what it reads, heeds, prints and returns.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test sets its stage as it likes")]

use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Put together here, so that no scanner takes this file for a leak.
fn secret(n: u8) -> String {
    format!("rubygems{}{}{n:02x}", "_", "0a1b2c3d4e5f6978".repeat(3).get(..46).unwrap())
}

fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
    command.arg("scan").args(args).current_dir(dir);
    for name in ["GITHUB_ACTIONS", "GITHUB_WORKSPACE", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH"] {
        command.env_remove(name);
    }
    command
}

fn scan(dir: &Path, args: &[&str]) -> (i32, String, String) {
    told(command(dir, args).output().unwrap())
}

fn told(out: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

fn scan_stdin(dir: &Path, args: &[&str], text: &str) -> (i32, String, String) {
    let mut child =
        command(dir, args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    told(child.wait_with_output().unwrap())
}

fn git(dir: &Path, args: &[&str]) -> String {
    let out = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

fn commit(dir: &Path, files: &[(&str, &str)]) -> String {
    for (path, text) in files {
        let file = dir.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    git(dir, &["add", "-A"]);
    git(dir, &["commit", "-q", "-m", "x"]);
    git(dir, &["rev-parse", "HEAD"])
}

fn places(stdout: &str) -> Vec<(String, u64)> {
    let json: Value = serde_json::from_str(stdout).unwrap();
    let place = |f: &Value| (f["path"].as_str().unwrap().to_owned(), f["line"].as_u64().unwrap());
    json["findings"].as_array().unwrap().iter().map(place).collect()
}

fn place(path: &str, line: u64) -> (String, u64) {
    (path.to_owned(), line)
}

#[test]
fn a_tree_is_scanned_with_its_own_allowances() {
    let dir = tempfile::tempdir().unwrap();
    let key = secret(1);
    let write = |path: &str, text: String| std::fs::write(dir.path().join(path), text).unwrap();
    write("a.py", format!("x = 1\nk = '{key}'\n"));
    write("b.py", format!("k = '{key}'  # gitleaks:allow\n# pragma: allowlist nextline secret\nk = '{key}'\n"));
    write("c.py", format!("k = '{key}'\n"));
    write("d.md", format!("k = '{key}'\n"));
    write(".gitleaks.toml", "[extend]\nuseDefault = true\n[allowlist]\npaths = ['''\\.md$''']\n".to_owned());
    write(".gitleaksignore", "c.py:rubygems-api-token:1\n".to_owned());
    let (code, out, err) = scan(dir.path(), &["--json"]);
    assert_eq!((code, places(&out)), (1, vec![place("a.py", 2)]), "{err}");
    let (code, out, _) = scan(dir.path(), &[]);
    assert!(code == 1 && out.starts_with("a.py:2:6: RubyGems key (rubygems-key): "), "{out}");
    for args in [&["--json"][..], &[], &["--sarif"], &["--annotations"]] {
        let (_, out, err) = scan(dir.path(), args);
        assert!(!out.contains(&key) && !err.contains(&key), "{args:?}");
    }
    let (_, out, _) = scan(dir.path(), &["--annotations"]);
    assert!(out.starts_with("::error file=a.py,line=2,"), "{out}");
    let (_, out, _) = told(command(dir.path(), &[]).env("GITHUB_ACTIONS", "true").output().unwrap());
    assert!(out.starts_with("::error file=a.py,line=2,"), "{out}");
    let sarif: Value = serde_json::from_str(&scan(dir.path(), &["--sarif"]).1).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert!(result["partialFingerprints"]["secretLine/v1"].as_str().unwrap().len() == 32);
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["endColumn"], 6 + key.len());
}

#[test]
fn a_file_hides_nothing_by_its_name_or_its_encoding() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = tempfile::tempdir().unwrap();
    let text = format!("k = '{}'\n", secret(1));
    let wide = |unit: fn(u16) -> [u8; 2], mark: [u8; 2]| {
        mark.into_iter().chain(text.encode_utf16().flat_map(unit)).collect::<Vec<u8>>()
    };
    let write = |name: &[u8], bytes: &[u8]| {
        std::fs::write(dir.path().join(std::ffi::OsStr::from_bytes(name)), bytes).unwrap();
    };
    write(b"a\nb.txt", text.as_bytes());
    write(b"bad\xff.txt", text.as_bytes());
    write(b"le.txt", &wide(u16::to_le_bytes, [0xff, 0xfe]));
    write(b"be.txt", &wide(u16::to_be_bytes, [0xfe, 0xff]));
    write(b"binary", &[text.as_bytes(), &[0]].concat());
    let (code, out, err) = scan(dir.path(), &["--json"]);
    let expect = ["a\nb.txt", "bad\u{fffd}.txt", "be.txt", "le.txt"].map(|path| place(path, 1));
    assert_eq!((code, places(&out)), (1, expect.to_vec()), "{err}");
    assert_eq!(scan(dir.path(), &[]).1.lines().count(), 4);
}

#[test]
fn a_pipe_is_told_and_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.txt"), format!("k = '{}'\n", secret(1))).unwrap();
    assert!(Command::new("mkfifo").arg(dir.path().join("pipe")).status().unwrap().success());
    for args in [&["pipe", "a.txt"][..], &["."]] {
        let (code, out, err) = scan(dir.path(), args);
        assert_eq!((code, out.lines().count()), (1, 1), "{err}");
        assert_eq!(err.contains("pipe is no regular file"), args.len() > 1, "{err}");
    }
}

#[test]
fn broken_settings_are_told_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(".gitleaks.toml"), "[extend]\n[[rules]\n").unwrap();
    let (code, out, err) = scan(dir.path(), &[]);
    assert!(code == 2 && out.is_empty() && err.contains(".gitleaks.toml line 2: "), "{code} {err}");
    assert_eq!(err.lines().count(), 1, "{err}");
}

#[test]
fn a_patch_on_standard_input_tells_lines_of_the_new_file() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (secret(1), secret(2));
    let patch = format!("--- a/x/a.py\n+++ b/x/a.py\n@@ -7,2 +7,2 @@\n-k = '{old}'\n+k = '{new}'\n c = '{old}'\n");
    let (code, out, _) = scan_stdin(dir.path(), &["--json", "-"], &patch);
    assert_eq!((code, places(&out)), (1, vec![place("x/a.py", 7)]));
    let silenced = patch.replace(&format!("'{new}'"), &format!("'{new}'  # gitleaks:allow"));
    assert_eq!(scan_stdin(dir.path(), &["-"], &silenced).0, 1, "who adds it cannot silence it");
    let (code, out, _) = scan_stdin(dir.path(), &["--json", "-"], &format!("a\nk = '{old}'\n"));
    assert_eq!((code, places(&out)), (1, vec![place("-", 2)]));
    assert_eq!(scan_stdin(dir.path(), &["-"], "nothing here\n").0, 0);
}

#[test]
fn a_range_of_commits_is_judged_by_the_settings_of_its_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    git(path, &["init", "-q", "-b", "main"]);
    let line = |n| format!("k = '{}'\n", secret(n));
    let first = commit(path, &[("old.py", &line(1)), (".gitleaks.toml", "[allowlist]\npaths = ['^docs/']\n")]);
    let silenced = line(2).replace('\n', "  # gitleaks:allow\n");
    let second = commit(path, &[("src/a.py", &format!("x\n{silenced}")), ("docs/a.py", &line(3))]);
    // Taken back later, and allowed by the range itself: it is in the history all the same.
    commit(path, &[("src/a.py", "x\n"), (".gitleaks.toml", "[allowlist]\npaths = ['.*']\n")]);
    let (code, out, err) = scan(path, &["--json", "--range", &format!("{first}..HEAD")]);
    assert_eq!((code, places(&out)), (1, vec![place("src/a.py", 2)]), "{err}");
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["findings"][0]["commit"], second.as_str());
    assert_eq!(scan(path, &["--range", "HEAD..HEAD"]).0, 0);
    let (code, _, err) = scan(path, &["--range", "nowhere..HEAD"]);
    assert!(code == 2 && err.contains("no commit is called `nowhere` here"), "{err}");
}

#[test]
fn a_baseline_knows_what_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let write = |text: String| std::fs::write(dir.path().join("a.py"), text).unwrap();
    write(format!("k = '{}'\n", secret(1)));
    let (code, _, err) = scan(dir.path(), &["--write-baseline", ".github/known.json"]);
    assert!(code == 0 && err.contains("1 known secret in .github/known.json"), "{err}");
    assert!(!std::fs::read_to_string(dir.path().join(".github/known.json")).unwrap().contains(&secret(1)));
    write(format!("# moved\n\nk = '{}'\n", secret(1)));
    assert_eq!(scan(dir.path(), &["--baseline", ".github/known.json"]).0, 0);
    write(format!("k = '{}'\nk = '{}'\n", secret(1), secret(2)));
    let (code, out, _) = scan(dir.path(), &["--json", "--baseline", ".github/known.json"]);
    assert_eq!((code, places(&out)), (1, vec![place("a.py", 2)]));
    std::fs::write(dir.path().join(".github/known.json"), "{}").unwrap();
    assert_eq!(scan(dir.path(), &["--baseline", ".github/known.json"]).0, 2);
}
