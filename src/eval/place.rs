//! A case's tree, laid out where it can be worked on.

use super::{BUNDLE, Case, TREE};
use crate::process::{self, Limits, Sandbox, Spec};
use anyhow::{Context as _, Result, bail};
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::Duration;

pub(super) fn lay_out(case: &Case, into: &Path) -> Result<()> {
    let tree = case.place.join(TREE);
    if tree.is_dir() { copy(&tree, into) } else { unbundle(&case.place.join(BUNDLE), into) }
}

/// Files with their rights, folders, and links as they are. Nothing else is in a tree.
pub fn copy(from: &Path, into: &Path) -> Result<()> {
    fs::create_dir_all(into).with_context(|| format!("cannot make {}", into.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let (entry, kind) =
            entry.and_then(|entry| Ok((entry.file_type()?, entry))).map(|(kind, entry)| (entry, kind))?;
        let (source, target) = (entry.path(), into.join(entry.file_name()));
        let done = if kind.is_dir() {
            copy(&source, &target)
        } else if kind.is_symlink() {
            fs::read_link(&source).and_then(|to| std::os::unix::fs::symlink(to, &target)).map_err(Into::into)
        } else if kind.is_file() {
            fs::copy(&source, &target).map(drop).map_err(Into::into)
        } else {
            Ok(())
        };
        done.with_context(|| format!("cannot copy {}", source.display()))?;
    }
    Ok(())
}

/// libgit2 reads no bundles: git itself does, without hooks or the user's settings.
fn unbundle(bundle: &Path, into: &Path) -> Result<()> {
    let path = OsString::from("/usr/local/bin:/usr/bin:/bin");
    let Some(git) = process::find_program("git", &path) else { bail!("git is needed to unpack {}", bundle.display()) };
    let words = |path: &Path| path.to_string_lossy().into_owned();
    let bundle = bundle.canonicalize()?;
    let argv = [words(&git), "clone".to_owned(), "--quiet".to_owned(), "--".to_owned(), words(&bundle), words(into)];
    let set = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
    let env = [("PATH".into(), path), set("GIT_CONFIG_NOSYSTEM", "1"), set("GIT_CONFIG_GLOBAL", "/dev/null")];
    let done = process::run(&Spec {
        argv: &argv,
        cwd: into.parent().unwrap_or(into),
        env: &env,
        stdin: None,
        limits: Limits { wall: Duration::from_secs(300), ..Limits::default() },
        sandbox: Sandbox::Off,
        writable: &[],
        hosts: &[],
        git: None,
        aside: None,
        hidden: &[],
        cancel: None,
        on_output: None,
    })?;
    if !done.success() {
        bail!("git cannot unpack {}: {}", bundle.display(), String::from_utf8_lossy(&done.combined).trim());
    }
    Ok(())
}
