//! What a step of a workflow finds around it: the files through which it talks to its runner, private ones here, and
//! the variables that say where it is. What a set-up command writes there holds for the commands after it.

use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Variable and file.
const FILES: &[(&str, &str)] = &[
    ("GITHUB_ENV", "env"),
    ("GITHUB_PATH", "path"),
    ("GITHUB_OUTPUT", "output"),
    ("GITHUB_STATE", "state"),
    ("GITHUB_STEP_SUMMARY", "summary"),
];
/// A step that writes more than this is not setting variables.
const LARGEST: u64 = 1 << 20;

/// The runner's part in a replay.
pub struct Runner {
    folder: PathBuf,
    /// Where the step is, and what earlier ones set.
    set: Vec<(String, String)>,
    /// In front of the search path; the last one first.
    paths: Vec<String>,
}

impl Runner {
    /// `root` is the checkout, `scratch` the attempt's private folder.
    pub fn new(root: &Path, scratch: &Path) -> Result<Self> {
        let folder = scratch.join("runner");
        let temp = folder.join("temp");
        fs::create_dir_all(&temp).with_context(|| format!("cannot make {}", temp.display()))?;
        let place = |name: &str, path: &Path| (name.to_owned(), path.to_string_lossy().into_owned());
        let set = vec![place("GITHUB_WORKSPACE", root), place("RUNNER_TEMP", &temp)];
        let runner = Self { folder, set, paths: Vec::new() };
        runner.empty()?;
        Ok(runner)
    }

    fn empty(&self) -> Result<()> {
        for (_, file) in FILES {
            let path = self.folder.join(file);
            // A command may have put anything in its place.
            let _ = fs::remove_file(&path);
            fs::write(&path, "").with_context(|| format!("cannot make {}", path.display()))?;
        }
        Ok(())
    }

    /// The environment of the next command, made of what it would have without a runner.
    pub fn environment(&self, mut env: Vec<(OsString, OsString)>) -> Vec<(OsString, OsString)> {
        let files = FILES.iter().map(|(name, file)| ((*name).into(), self.folder.join(file).into()));
        let set = self.set.iter().map(|(name, value)| (name.into(), value.into()));
        for (name, value) in files.chain(set) {
            env.retain(|(known, _): &(OsString, OsString)| *known != name);
            env.push((name, value));
        }
        if let Some((_, path)) = env.iter_mut().find(|(name, _)| name == "PATH") {
            for folder in &self.paths {
                let mut longer = OsString::from(folder);
                longer.push(":");
                longer.push(&*path);
                *path = longer;
            }
        }
        env
    }

    /// Takes in what a command wrote.
    pub fn take(&mut self) -> Result<()> {
        for (name, value) in variables(&self.read("env")) {
            if !name.starts_with("GITHUB_") && !name.starts_with("RUNNER_") {
                self.set.retain(|(known, _)| *known != name);
                self.set.push((name, value));
            }
        }
        let folders = self.read("path");
        self.paths.extend(folders.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
        self.empty()
    }

    /// A link or a pipe in the place of the file says nothing.
    fn read(&self, file: &str) -> String {
        let path = self.folder.join(file);
        let is_file = path.symlink_metadata().is_ok_and(|meta| meta.is_file());
        let mut bytes = Vec::new();
        if let Some(open) = is_file.then(|| fs::File::open(&path).ok()).flatten() {
            let _ = open.take(LARGEST).read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// `NAME=value`, or `NAME<<END`, lines, `END` (GitHub: workflow commands, environment files).
fn variables(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let block = line.split_once("<<").filter(|(name, _)| is_name(name));
        if let Some((name, end)) = block {
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            found.push((name.to_owned(), value.join("\n")));
        } else if let Some((name, value)) = line.split_once('=').filter(|(name, _)| is_name(name)) {
            found.push((name.to_owned(), value.to_owned()));
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_in_both_forms() {
        let text = "A=1=2\nB<<EOF\nx=3\ny\nEOF\nno name\n=4\nC=\n";
        let expect = [("A", "1=2"), ("B", "x=3\ny"), ("C", "")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(variables(text), expect);
    }

    #[test]
    fn what_one_command_sets_the_next_one_has() {
        let dir = tempfile::tempdir().unwrap();
        let mut runner = Runner::new(Path::new("/w"), dir.path()).unwrap();
        let file = |name: &str| dir.path().join("runner").join(name);
        fs::write(file("env"), "A=1\nGITHUB_WORKSPACE=/etc\n").unwrap();
        fs::write(file("path"), "/one\n/two\n").unwrap();
        runner.take().unwrap();
        assert_eq!(fs::read_to_string(file("env")).unwrap(), "");
        let env = runner.environment(vec![("PATH".into(), "/bin".into()), ("A".into(), "0".into())]);
        let get = |name: &str| env.iter().find(|(n, _)| n == name).map(|(_, v)| v.to_str().unwrap().to_owned());
        assert_eq!(get("PATH").unwrap(), "/two:/one:/bin");
        assert_eq!((get("A").unwrap().as_str(), get("GITHUB_WORKSPACE").unwrap().as_str()), ("1", "/w"));
        fs::remove_file(file("env")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", file("env")).unwrap();
        runner.take().unwrap();
        assert!(!file("env").is_symlink());
    }
}
