//! What a command says of a place that it may not write. In a sandbox that may be our own word, and then nothing in the
//! repository is wrong.

use super::Job;
use crate::config::{self, Sandbox};
use crate::report::markdown::one_line;
use std::path::Path;

/// What a system says of a place that may not be written, in small letters.
const DENIED: [&str; 4] = ["permission denied", "read-only file system", "eacces", "erofs"];

pub fn is_denied(said: &str) -> bool {
    let said = said.to_lowercase();
    DENIED.iter().any(|word| said.contains(word))
}

/// Why a failure may be the work of our own sandbox, with the mend.
pub fn by_the_sandbox(job: &Job, said: &str) -> Option<String> {
    if job.sandbox.tier == Sandbox::Off {
        return None;
    }
    let place = one_line(&place(said, &[&job.root, &job.scratch])?, 120);
    Some(format!(
        "the command could not write {place}: the sandbox lets it write in the tree, in TMPDIR and in tool caches alone; \
         `--sandbox off` in a terminal, `sandbox: off` in {} elsewhere runs it without",
        config::PATH
    ))
}

/// The first place that the command could not write although we could: outside of the `own` folders, where it may.
fn place(said: &str, own: &[&Path]) -> Option<String> {
    let lines = said.lines().filter(|line| is_denied(line));
    let kernels = ["/proc", "/sys", "/dev"].map(Path::new);
    let outside = |path: &&str| !own.iter().chain(&kernels).any(|folder| Path::new(path).starts_with(folder));
    lines.flat_map(absolute).find(|path| outside(path) && is_ours_to_write(Path::new(path))).map(str::to_owned)
}

/// The absolute paths of a line.
fn absolute(line: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "'\"`‘’“”()[]<>,;".contains(c);
    line.split(ends)
        .map(|word| word.trim_end_matches([':', '.']))
        .filter(|word| word.len() > 1 && word.starts_with('/'))
}

/// The folder that is there and nearest to it.
fn is_ours_to_write(path: &Path) -> bool {
    let there = path.ancestors().find(|folder| folder.exists());
    there.is_some_and(|folder| rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_outside_that_we_could_write_is_the_sandboxs_no() {
        let dir = tempfile::tempdir().unwrap();
        let (home, tree) = (dir.path().join("home"), dir.path().join("tree"));
        std::fs::create_dir_all(&home).unwrap();
        std::fs::create_dir_all(&tree).unwrap();
        let (home, own) = (home.to_str().unwrap(), [tree.as_path()]);
        let seen = |line: &str| place(&line.replace('~', home), &own);
        for line in [
            "Error: EACCES: permission denied, mkdir '~/.spawn-wrap-1'",
            "PermissionError: [Errno 13] Permission denied: '~/.spawn-wrap-1'",
            "open ~/.spawn-wrap-1: permission denied",
            "touch: cannot touch \u{2018}~/.spawn-wrap-1\u{2019}: Read-only file system",
        ] {
            assert_eq!(seen(line), Some(format!("{home}/.spawn-wrap-1")), "{line}");
        }
        let inside = format!("EACCES: permission denied, open '{}/a'", tree.display());
        assert_eq!(seen(&inside), None);
        assert_eq!(seen("open /proc/version: permission denied"), None, "the kernel's");
        assert_eq!(seen("no such file: ~/x"), None);
    }
}
