//! A folder's files as a repository of its own, with one commit: for those who work only in one.

use super::checkout::settle;
use anyhow::{Context as _, Result};
use std::path::Path;

/// What is ignored stays out of the commit, too.
pub fn begin(folder: &Path) -> Result<()> {
    let mut options = git2::RepositoryInitOptions::new();
    options.external_template(false).initial_head("main");
    let repo = git2::Repository::init_opts(folder, &options)?;
    settle(&repo)?;
    let mut config = repo.config()?.open_level(git2::ConfigLevel::Local)?;
    config.set_str("user.name", "thanos-fix")?;
    config.set_str("user.email", "thanos-fix@localhost")?;
    let mut index = repo.index()?;
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).context("cannot add the files")?;
    index.write()?;
    let tree = repo.find_tree(index.write_tree()?)?;
    let author = repo.signature()?;
    repo.commit(Some("HEAD"), &author, &author, "As it was", &tree, &[])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::Repo;

    #[test]
    fn everything_is_committed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(".gitignore"), "x/\n").unwrap();
        std::fs::create_dir(dir.path().join("x")).unwrap();
        std::fs::write(dir.path().join("x/y"), "").unwrap();
        std::fs::write(dir.path().join("a"), "1").unwrap();
        begin(dir.path()).unwrap();
        let repo = Repo::open(dir.path()).unwrap();
        assert!(repo.dirty().unwrap().is_empty());
        let files = repo.list(&repo.head().unwrap().commit.unwrap(), None).unwrap();
        assert_eq!(files.len(), 2);
    }
}
