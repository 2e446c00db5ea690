//! `heal` by the real binary on a small project that a test writes.

use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

pub struct Healed {
    pub folder: TempDir,
    pub json: serde_json::Value,
    pub told: String,
}

#[allow(dead_code, reason = "not every test reads in both ways")]
impl Healed {
    pub fn bytes(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(path)).unwrap()
    }

    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).unwrap()
    }
}

/// The runner that `tests/install` brings, and this machine's.
fn search_path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).unwrap()
}

pub fn heal<T: AsRef<[u8]>>(files: &[(&str, T)], options: &[&str], command: &[&str]) -> Healed {
    let folder = tempfile::tempdir().unwrap();
    lay(&folder, files);
    healed(folder, options, command)
}

/// The same where files were committed otherwise before.
#[allow(dead_code, reason = "not every test has a past")]
pub fn heal_change<T: AsRef<[u8]>>(before: &[(&str, T)], now: &[(&str, T)], command: &[&str]) -> Healed {
    let folder = tempfile::tempdir().unwrap();
    lay(&folder, before);
    let author = ["-c", "user.name=a", "-c", "user.email=a@localhost"];
    for words in [&["init", "-q"][..], &["add", "-A"], &["commit", "-q", "-m", "Before"]] {
        let done = Command::new("git").args(author).args(words).current_dir(folder.path()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    lay(&folder, now);
    healed(folder, &[], command)
}

fn lay<T: AsRef<[u8]>>(folder: &TempDir, files: &[(&str, T)]) {
    for (path, text) in files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
}

fn healed(folder: TempDir, options: &[&str], command: &[&str]) -> Healed {
    let out = Command::new(env!("CARGO_BIN_EXE_thanos-fix"))
        .args(["heal", "--json"])
        .args(options)
        .arg("--")
        .args(command)
        .current_dir(folder.path())
        .env("PATH", search_path())
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    let json = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{told}"));
    Healed { folder, json, told }
}
