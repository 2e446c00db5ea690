//! The guards again, by the process that writes: over the patch and over what stands at its base. The proposal may
//! come from a job that ran repository code, so nothing in it is taken on trust.

use super::{Setting, Stop, cannot_write};
use crate::forge::ForgeError;
use crate::git::{self, FileMode, TreeEntry};
use crate::guard::{self, Modes};
use crate::ids::{RelPath, Sha};
use crate::patch::{FilePatch, Patch};
use crate::record::{CheckResult, CheckStatus, Outcome};
use crate::stage;
use crate::stage::proposal::Proposal;
use std::collections::{BTreeMap, BTreeSet};

/// Judges the patch; what the checks found here takes the place of what the proposal says that they found.
pub(super) fn again(setting: &Setting, proposal: &mut Proposal, patch: &Patch) -> Result<(), Stop> {
    let blocked = |why: String| Err(Stop::Outcome(Outcome::Blocked, why));
    let modes = match &proposal.base {
        None => Modes::default(),
        Some(base) => {
            let entries = entries(setting, base, &with_folders(patch))?;
            if let Some(path) = through_a_file(patch, &entries) {
                return blocked(format!("{path} would have to be a file and a folder at once"));
            }
            if let Some(path) = twin(setting, base, patch)? {
                return blocked(format!("{path} differs from another path in nothing but the case of its letters"));
            }
            modes(patch, &entries)
        }
    };
    // Which tests failed is the word of the proposal, and nothing is run here that could tell: none may be changed.
    let (policy, failing) = (&setting.config.policy, Some(&[][..]));
    let judge = |secrets| guard::judge(&guard::Input { patch, policy, modes: &modes, secrets, failing });
    let mut results = judge(None);
    // Only then is it worth asking what the base lets pass.
    let objects = |result: &CheckResult| result.id == "secrets" && result.status == CheckStatus::Fail;
    if let Some(base) = proposal.base.as_ref().filter(|_| results.iter().any(objects)) {
        let file = |path: &str| setting.forge.file(base, &RelPath::parse(path).ok()?).ok()?;
        let scanner = stage::scanner(&|path| stage::text_of(file(path)?), &|why| (setting.say)("publish", why));
        results = judge(Some(&scanner));
    }
    let failed = results.iter().find(|r| r.status == CheckStatus::Fail).map(|failed| {
        let finding = failed.findings.first().map_or("", |f| f.message.as_str());
        format!("refused by the guard {}: {finding}", failed.id)
    });
    guard::replace(&mut proposal.healing.guards, results);
    failed.map_or(Ok(()), blocked)
}

/// Refuses when the target's files are no longer those that the patch was proven on.
pub(super) fn unmoved(setting: &Setting, base: &Sha, proposal: &Proposal, patch: &Patch) -> Result<(), Stop> {
    let target = &proposal.target;
    let tip = setting.forge.branch_tip(target).map_err(|e| cannot_read(&e))?;
    let Some(tip) = tip.filter(|tip| tip != base) else { return Ok(()) };
    let paths: BTreeSet<RelPath> = patch.files().iter().map(|file| file.path.clone()).collect();
    let (then, now) = (entries(setting, base, &paths)?, entries(setting, &tip, &paths)?);
    let is_there = |file: &FilePatch| match (&file.after, now.get(&file.path)) {
        (Some(text), Some(entry)) => git::blob_id(text).is_ok_and(|id| id == entry.id),
        (after, entry) => after.is_none() && entry.is_none(),
    };
    if patch.files().iter().all(is_there) {
        let why = format!("the branch {target} has this very change already, at {}", tip.short());
        return Err(Stop::Outcome(Outcome::Duplicate, why));
    }
    // A pull request from there would bring back what was rewritten.
    if !setting.forge.is_ancestor(base, &tip).map_err(|e| cannot_read(&e))? {
        return Err(Stop::Refused(format!(
            "The branch {target} was rewritten: {}, which the patch was made for, is no part of it any more.",
            base.short()
        )));
    }
    match paths.iter().find(|path| then.get(path) != now.get(path)) {
        None => Ok(()),
        // Another attempt would start from the same commit.
        Some(path) if proposal.task.run.is_some() => Err(Stop::Refused(format!(
            "The branch {target} has changed {path} since {}, which failed and which the patch was made for.",
            base.short()
        ))),
        Some(path) => Err(Stop::Later(format!(
            "The branch {target} moved while the patch was made, and changed {path}; run again."
        ))),
    }
}

fn entries(setting: &Setting, at: &Sha, paths: &BTreeSet<RelPath>) -> Result<BTreeMap<RelPath, TreeEntry>, Stop> {
    let paths: Vec<RelPath> = paths.iter().cloned().collect();
    setting.forge.entries(at, &paths).map_err(|e| cannot_read(&e))
}

fn cannot_read(error: &ForgeError) -> Stop {
    cannot_write(error, "look at the base commit", "contents: read")
}

/// The files of the patch and every folder above them.
fn with_folders(patch: &Patch) -> BTreeSet<RelPath> {
    let paths = patch.files().iter().map(|file| file.path.as_str());
    let folders = paths.clone().flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at]));
    paths.clone().chain(folders).filter_map(|path| RelPath::parse(path).ok()).collect()
}

/// The first path that goes through something that is no folder: a file, a link, a submodule, here or in the patch.
fn through_a_file<'a>(patch: &'a Patch, entries: &BTreeMap<RelPath, TreeEntry>) -> Option<&'a RelPath> {
    let added: BTreeSet<&str> = patch.files().iter().map(|file| file.path.as_str()).collect();
    let blocks = |folder: &str| {
        let entry = RelPath::parse(folder).ok().and_then(|folder| entries.get(&folder));
        added.contains(folder) || entry.is_some_and(|entry| entry.mode != FileMode::Directory)
    };
    let crosses = |path: &str| path.match_indices('/').any(|(at, _)| blocks(&path[..at]));
    let folder = |path: &RelPath| entries.get(path).is_some_and(|entry| entry.mode == FileMode::Directory);
    patch.files().iter().map(|file| &file.path).find(|path| crosses(path.as_str()) || folder(path))
}

/// The first new file that a file system which does not tell `A` from `a` would take for another one.
fn twin<'a>(setting: &Setting, base: &Sha, patch: &'a Patch) -> Result<Option<&'a RelPath>, Stop> {
    let created: Vec<&RelPath> = patch.files().iter().filter(|f| f.before.is_none()).map(|file| &file.path).collect();
    if created.is_empty() {
        return Ok(None);
    }
    let there = setting.forge.list(base, None).map_err(|e| cannot_read(&e))?.entries;
    let own = patch.files().iter().map(|file| file.path.as_str());
    // Of each path its folders, too.
    let parts = |path: &str| {
        path.match_indices('/')
            .map(|(at, _)| at)
            .chain([path.len()])
            .map(|at| path[..at].to_owned())
            .collect::<Vec<_>>()
    };
    let known: BTreeSet<String> = there.iter().map(|(path, _)| path.as_str()).chain(own).flat_map(parts).collect();
    let mut folded: BTreeMap<String, usize> = BTreeMap::new();
    for path in &known {
        *folded.entry(path.to_lowercase()).or_default() += 1;
    }
    let is_double = |part: &String| folded.get(&part.to_lowercase()).is_some_and(|count| *count > 1);
    Ok(created.into_iter().find(|path| parts(path.as_str()).iter().any(is_double)))
}

/// A commit keeps the modes of its base, and new files are plain unless they were moved.
fn modes(patch: &Patch, entries: &BTreeMap<RelPath, TreeEntry>) -> Modes {
    let mut modes = Modes::default();
    for file in patch.files() {
        let octal = |path: &RelPath| Some((file.path.clone(), entries.get(path)?.mode.octal().to_owned()));
        modes.before.extend(octal(&file.path));
        if file.after.is_some() {
            modes.after.extend(octal(patch.mode_from(file)));
        }
    }
    modes
}
