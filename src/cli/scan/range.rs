//! What the commits of a range add, with the settings of the range's beginning.

use super::Found;
use crate::cli::{Door, usage};
use crate::git::Repo;
use crate::guard::change;
use crate::guard::secrets::{self, Scanner, Settings};
use crate::ids::{RelPath, Sha};
use crate::stage::text_of;
use anyhow::Result;

/// `adjust` has the last word on the settings.
pub fn scan(door: &Door, range: &str, adjust: impl Fn(Settings) -> Result<Settings>) -> Result<Vec<Found>> {
    let repo = Repo::discover(&door.common.repo)?;
    let repo = repo.ok_or_else(|| usage(format!("{} is not in a git repository", door.common.repo.display())))?;
    let resolve = |name: &str| -> Result<Sha> {
        let name = if name.is_empty() { "HEAD" } else { name };
        repo.resolve(name)?.ok_or_else(|| usage(format!("no commit is called `{name}` here")))
    };
    let (from, to) = match range.split_once("..") {
        Some((from, to)) => (Some(resolve(from)?), resolve(to.trim_start_matches('.'))?),
        None => (None, resolve(range)?),
    };
    // What the range itself lets pass counts for nothing; a whole history has only its end.
    let at = from.clone().unwrap_or_else(|| to.clone());
    let file = |path: &str| text_of(repo.file(&at, &RelPath::parse(path).ok()?).ok()??);
    let settings = Settings::read(&file).map_err(usage)?;
    let scanner = Scanner::new(adjust(settings)?, true);
    // In a whole history the owner's comments count; in a part of it they come from whoever brings the secret.
    let is_whole = from.is_none();
    let mut found = Vec::new();
    for commit in repo.commits_between(from.as_ref(), &to)? {
        scan_commit(&repo, &scanner, &commit, is_whole, &mut found)?;
    }
    Ok(found)
}

fn scan_commit(repo: &Repo, scanner: &Scanner, commit: &Sha, comments: bool, found: &mut Vec<Found>) -> Result<()> {
    let changes = repo.changes_of(commit)?;
    let readable = change::readable(&changes.patch);
    for file in change::read(&readable) {
        let lines: Vec<&str> = file.after.unwrap_or_default().lines().collect();
        let added = secrets::added(scanner, &file, Some(commit.as_str())).into_iter();
        let kept = added.filter(|secret| !comments || !secrets::lets_pass(&lines, secret.line));
        found.extend(kept.map(|secret| Found {
            path: file.path.as_str().to_owned(),
            commit: Some(commit.as_str().to_owned()),
            secret,
        }));
    }
    Ok(())
}
