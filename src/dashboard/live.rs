//! Runs in progress on this machine: each keeps a file in the state directory, locked for as long as it lives, a line for
//! each step. Whoever can lock it knows that its run is gone, however that ended.

use crate::pipeline;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const ENDING: &str = "jsonl";
/// The oldest steps go when there are more.
const LARGEST: u64 = 128 << 10;
const SHOWN: usize = 60;
const TEXT: usize = 400;

/// A run that can be watched. It is gone from view when this is dropped.
pub struct Beacon {
    path: PathBuf,
    head: String,
    file: Mutex<File>,
}

impl Beacon {
    /// `title` says what is repaired, masked.
    pub fn light(folder: &Path, title: &str, repository: &str) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let name = ulid::Ulid::generate().to_string();
        let path = folder.join(format!("{name}.{ENDING}"));
        // Locked before it has its name: nobody takes it for one that was left.
        let new = folder.join(format!("{name}.new"));
        let file = OpenOptions::new().append(true).read(true).create_new(true).open(&new)?;
        file.lock()?;
        fs::rename(&new, &path)?;
        let head = json!({"id": name, "title": short(title), "repository": repository, "started": pipeline::now()});
        let beacon = Self { path, head: format!("{head}\n"), file: Mutex::new(file) };
        beacon.write(&beacon.head.clone());
        Ok(beacon)
    }

    /// A step, masked. Trouble with it is no trouble of the run's.
    pub fn step(&self, stage: &str, text: &str) {
        self.write(&format!("{}\n", json!([pipeline::now(), stage, short(text)])));
    }

    fn write(&self, line: &str) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = file.metadata().is_ok_and(|about| about.len() > LARGEST);
        let fresh = if is_full && file.set_len(0).is_ok() { self.head.as_str() } else { "" };
        let _ = file.write_all(format!("{fresh}{line}").as_bytes());
    }
}

impl Drop for Beacon {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn short(text: &str) -> String {
    text.chars().take(TEXT).collect()
}

/// The runs that live, oldest first. What dead ones left is cleared away.
pub fn running(folder: &Path) -> Vec<Value> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == ENDING));
    paths.sort();
    paths.iter().filter_map(|path| one(path)).collect()
}

fn one(path: &Path) -> Option<Value> {
    let file = File::open(path).ok()?;
    if file.try_lock_shared().is_ok() {
        let _ = fs::remove_file(path);
        return None;
    }
    let mut text = String::new();
    file.take(2 * LARGEST).read_to_string(&mut text).ok()?;
    let mut lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut run = lines.next().filter(Value::is_object)?;
    let steps: Vec<Value> = lines.filter(Value::is_array).collect();
    run["steps"] = steps.iter().skip(steps.len().saturating_sub(SHOWN)).cloned().collect();
    Some(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_shows_while_it_lives() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("live");
        assert!(running(&folder).is_empty());
        let beacon = Beacon::light(&folder, "`cargo test` fails", "o/r").unwrap();
        beacon.step("verify", "running <script>");
        let seen = running(&folder);
        assert_eq!(
            (&seen[0]["title"], &seen[0]["steps"][0][2]),
            (&json!("`cargo test` fails"), &json!("running <script>"))
        );
        for number in 0..2000 {
            beacon.step("search", &format!("{number} {}", "x".repeat(300)));
        }
        let seen = running(&folder);
        let steps = seen[0]["steps"].as_array().unwrap();
        assert!(steps.last().unwrap()[2].as_str().unwrap().starts_with("1999 ") && steps.len() <= SHOWN);
        assert_eq!(seen[0]["repository"], "o/r");
        drop(beacon);
        assert_eq!((running(&folder).len(), fs::read_dir(&folder).unwrap().count()), (0, 0));
    }

    #[test]
    fn what_a_killed_run_left_is_cleared_away() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("x.jsonl"), "{\"id\":\"x\"}\n").unwrap();
        assert!(running(dir.path()).is_empty());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
