//! A commit's files in a fresh folder that is a repository of its own: no hooks run, no filter program
//! runs, large-file pointers stay pointers, submodules stay empty folders.

use super::{Repo, fetch, oid};
use crate::ids::Sha;
use anyhow::{Context as _, Result, bail};
use std::io::Read;
use std::path::Path;

/// Checks `commit` out of the local repository `source` into `into`, which must be empty or absent; after
/// a failure it is empty again. The objects are shared with `source`, so this is quick and keeps the
/// whole history.
pub fn checkout_local(source: &Repo, commit: &Sha, into: &Path) -> Result<()> {
    if !source.has_commit(commit) {
        bail!("commit {commit} is not in {}", source.git_dir().display());
    }
    into_fresh(into, |repo| {
        share_objects(source, repo)?;
        materialise(repo, commit, into)
    })
}

/// Checks `commit` out of what a server answered to [`super::fetch_request`], like [`checkout_local`].
pub fn checkout_pack(answer: &mut dyn Read, commit: &Sha, into: &Path) -> Result<()> {
    into_fresh(into, |repo| {
        receive(answer, repo)?;
        materialise(repo, commit, into)
    })
}

/// A bare repository in `into`, which must be empty, of what a server answered to [`super::fetch_request`]; after a
/// failure it is empty again.
pub fn receive_pack(answer: &mut dyn Read, into: &Path) -> Result<()> {
    emptied_on_error(into, Repo::init_bare(into).and_then(|repo| receive(answer, &repo.inner)))
}

/// The same of a local repository, whose objects are shared.
pub fn share_bare(source: &Repo, into: &Path) -> Result<()> {
    emptied_on_error(into, Repo::init_bare(into).and_then(|repo| share_objects(source, &repo.inner)))
}

fn share_objects(source: &Repo, repo: &git2::Repository) -> Result<()> {
    let common = source.inner.commondir();
    let objects = common.join("objects").canonicalize().context("the source has no objects folder")?;
    let mut alternates = objects.into_os_string().into_encoded_bytes();
    alternates.push(b'\n');
    let info = repo.path().join("objects/info");
    std::fs::create_dir_all(&info)?;
    std::fs::write(info.join("alternates"), alternates)?;
    if let Ok(shallow) = std::fs::read(common.join("shallow")) {
        std::fs::write(repo.path().join("shallow"), shallow)?;
    }
    Ok(())
}

fn receive(answer: &mut dyn Read, repo: &git2::Repository) -> Result<()> {
    let shallow = fetch::receive(answer, repo)?;
    if !shallow.is_empty() {
        let lines: String = shallow.iter().map(|id| format!("{id}\n")).collect();
        std::fs::write(repo.path().join("shallow"), lines)?;
    }
    Ok(())
}

/// The folder was empty when we came, so everything in it is ours to remove. That this fails, too, hides nothing.
fn emptied_on_error<T>(into: &Path, result: Result<T>) -> Result<T> {
    if result.is_err()
        && let Err(error) = std::fs::remove_dir_all(into).and_then(|()| std::fs::create_dir_all(into))
    {
        tracing::warn!(%error, "cannot empty {}", into.display());
    }
    result
}

fn into_fresh(into: &Path, fill: impl FnOnce(&git2::Repository) -> Result<()>) -> Result<()> {
    std::fs::create_dir_all(into).with_context(|| format!("cannot make the folder {}", into.display()))?;
    if std::fs::read_dir(into)?.next().is_some() {
        bail!("the folder {} is not empty", into.display());
    }
    emptied_on_error(into, fresh(into).and_then(|repo| fill(&repo)))
}

fn fresh(into: &Path) -> Result<git2::Repository> {
    let mut options = git2::RepositoryInitOptions::new();
    options.external_template(false).initial_head("main");
    let repo = git2::Repository::init_opts(into, &options)
        .with_context(|| format!("cannot make a repository in {}", into.display()))?;
    settle(&repo)?;
    Ok(repo)
}

pub(super) fn settle(repo: &git2::Repository) -> Result<()> {
    let mut config = repo.config()?.open_level(git2::ConfigLevel::Local)?;
    // The person's own settings must not change what is written, and nothing may run by itself.
    for (key, value) in [("core.autocrlf", "false"), ("core.fsmonitor", "false"), ("core.hooksPath", "/dev/null")] {
        config.set_str(key, value)?;
    }
    Ok(())
}

fn materialise(made: &git2::Repository, commit: &Sha, into: &Path) -> Result<()> {
    // Opened again, so that the new objects are seen.
    let repo = Repo { inner: git2::Repository::open_bare(made.path())? };
    repo.inner.set_workdir(into, false)?;
    let found = repo.find_commit(commit)?;
    let mut options = git2::build::CheckoutBuilder::new();
    // Forced, because there is nothing here to be careful with: everything is missing.
    options.force();
    repo.inner
        .checkout_tree(found.as_object(), Some(&mut options))
        .with_context(|| format!("cannot write the files of {commit} to {}", into.display()))?;
    repo.inner.set_head_detached(oid(commit)?).context("cannot set HEAD")?;
    Ok(())
}
