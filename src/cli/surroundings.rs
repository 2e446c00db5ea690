//! What a repair in a terminal has around it: the repository that the tree is a part of, repositories inside of it, and
//! the files that the command makes.

use crate::git::Repo;
use crate::ids::RelPath;
use crate::patch::Patch;
use crate::record::Healing;
use crate::workspace;
use anyhow::Result;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// That the repository reaches further than what is repaired, if so.
pub fn boundary(root: &Path) -> Result<Option<String>> {
    let repo = Repo::discover(root)?;
    let Some(top) = repo.as_ref().and_then(Repo::workdir).and_then(|top| top.canonicalize().ok()) else {
        return Ok(None);
    };
    let top = top.display();
    let here = root.display();
    Ok((top.to_string() != here.to_string()).then(|| {
        format!(
            "only what lies below {here} is looked at, repaired and configured; for all of the repository: --repo {top}"
        )
    }))
}

/// The repository inside of the tree (a submodule) that the patch reaches into.
pub fn inner_repository(root: &Path, patch: &Patch) -> Option<String> {
    let folders = patch.files().iter().flat_map(|file| Path::new(file.path.as_str()).ancestors().skip(1));
    let inner = folders.filter(|dir| !dir.as_os_str().is_empty()).find(|dir| root.join(dir).join(".git").exists());
    inner.map(|dir| dir.display().to_string())
}

/// The files of a tree that git does not ignore, before the command runs in it.
pub struct Before {
    root: PathBuf,
    files: BTreeSet<RelPath>,
}

impl Before {
    pub fn look(root: &Path) -> Self {
        Self { root: root.to_owned(), files: workspace::files(root).into_iter().collect() }
    }

    /// What the command made and left: told and never deleted, for the user may want it.
    pub fn left_behind(&self, healing: &Healing) -> Option<String> {
        const SHOWN: usize = 5;
        let patched = healing.candidate.iter().flat_map(|candidate| candidate.patch.files()).map(|file| &file.path);
        let patched: BTreeSet<&RelPath> = patched.collect();
        let now = workspace::files(&self.root);
        let new: Vec<&str> = now
            .iter()
            .filter(|path| !self.files.contains(path) && !patched.contains(path))
            .map(RelPath::as_str)
            .collect();
        let more = new.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names = new.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        (!new.is_empty()).then(|| {
            let files = crate::report::count(new.len(), "new file");
            format!("the command left {files} in the tree: {names}{more}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_leaves_is_told_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str| std::fs::write(dir.path().join(name), "x").unwrap();
        put("a.py");
        std::fs::write(dir.path().join(".gitignore"), "*.log\n").unwrap();
        let before = Before::look(dir.path());
        put("run.log");
        assert_eq!(before.left_behind(&Healing::default()), None);
        for i in 0..7 {
            put(&format!("junk{i}"));
        }
        let told = before.left_behind(&Healing::default()).unwrap();
        let names = "junk0, junk1, junk2, junk3, junk4 and 2 more";
        assert_eq!(told, format!("the command left 7 new files in the tree: {names}"));
        assert!(dir.path().join("junk6").exists());
    }
}
