//! Cases out of a repository's own past: commits that mended something, found by running the command before and after.
//! The tests that came with a repair stay in the case; what else it changed is what is expected.

use super::{Case, EXPECTED, FILE, Spec, TREE, copy};
use crate::git::{self, Repo, Step};
use crate::guard::is_test;
use crate::ids::Sha;
use crate::patch::{FilePatch, Patch};
use anyhow::{Context as _, Result};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// So far back is looked.
const MOST_STEPS: usize = 1000;
/// Larger changes are no repair of one thing.
const MOST_FILES: usize = 10;
const MOST_LINES: usize = 200;
/// Words of titles that promise a repair; those are looked at first.
const REPAIRS: [&str; 9] = ["fix", "bug", "repair", "correct", "broken", "crash", "regress", "wrong", "error"];

/// Bounds, and what is written into each case.
pub struct Wish {
    pub limit: usize,
    pub budget: Duration,
    pub spec: Spec,
}

/// What became of the search.
pub struct Built {
    pub cases: Vec<Case>,
    /// Commits whose command was run.
    pub tried: usize,
    /// The time was over before the history was.
    pub cut_short: bool,
}

/// Whether the command passes in a tree; `None`: it cannot be told.
pub type Passes<'a> = &'a dyn Fn(&Path) -> Result<Option<bool>>;

/// Looks through the history for cases and writes them into `out`. `say` is told of every commit that is tried.
pub fn build(repo: &Repo, out: &Path, wish: &Wish, passes: Passes, say: &dyn Fn(&str)) -> Result<Built> {
    let until = Instant::now() + wish.budget;
    let mut built = Built { cases: Vec::new(), tried: 0, cut_short: false };
    for (step, to, patch) in candidates(repo)? {
        if built.cases.len() >= wish.limit {
            break;
        }
        if Instant::now() >= until {
            built.cut_short = true;
            break;
        }
        built.tried += 1;
        let verdict = try_one(repo, out, wish, &step, &to, &patch, passes)?;
        let told = match &verdict {
            Ok(case) => format!("a case: {}", case.name),
            Err(why) => (*why).to_owned(),
        };
        say(&format!("{} {:.60}: {told}", to.short(), step.title));
        built.cases.extend(verdict.ok());
    }
    Ok(built)
}

/// Small changes of code, those that promise a repair first, else the newest first.
fn candidates(repo: &Repo) -> Result<Vec<(Step, Sha, Patch)>> {
    let mut found = Vec::new();
    for step in repo.steps(None, MOST_STEPS, SystemTime::now())? {
        let Some(to) = step.to.clone() else { continue };
        let changes = repo.changes_between(&step.from, &to)?;
        let (_, code) = parts(&changes.patch);
        let stats = changes.patch.stats();
        let is_small = stats.files <= MOST_FILES && stats.added + stats.removed <= MOST_LINES;
        if changes.modes.is_empty() && is_small && !code.is_empty() {
            found.push((step, to, changes.patch));
        }
    }
    let promises = |step: &Step| REPAIRS.iter().any(|word| step.title.to_lowercase().contains(word));
    found.sort_by_key(|(step, ..)| !promises(step));
    Ok(found)
}

/// The tests of a change, and the rest.
fn parts(patch: &Patch) -> (Patch, Patch) {
    let (tests, code): (Vec<FilePatch>, Vec<FilePatch>) =
        patch.files().iter().cloned().partition(|file| is_test(&file.path));
    (Patch::from_files(tests), Patch::from_files(code))
}

fn try_one(
    repo: &Repo,
    out: &Path,
    wish: &Wish,
    step: &Step,
    to: &Sha,
    patch: &Patch,
    passes: Passes,
) -> Result<Result<Case, &'static str>> {
    let folder = tempfile::Builder::new().prefix("thanos-fix-eval-").tempdir()?;
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    let (tests, code) = parts(patch);
    git::checkout_local(repo, &step.from, &before)?;
    apply(&before, &tests)?;
    if passes(&before)? != Some(false) {
        return Ok(Err("the command does not fail before it"));
    }
    git::checkout_local(repo, to, &after)?;
    if passes(&after)? != Some(true) {
        return Ok(Err("the command does not pass after it"));
    }
    // Anew: the command left its own files there.
    let clean = folder.path().join("clean");
    git::checkout_local(repo, &step.from, &clean)?;
    apply(&clean, &tests)?;
    write(out, wish, step, to, &clean, &code).map(Ok)
}

fn apply(tree: &Path, patch: &Patch) -> Result<()> {
    for file in patch.files() {
        let path = tree.join(file.path.as_str());
        match &file.after {
            Some(text) => {
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            }
            None => fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?,
        }
    }
    Ok(())
}

fn write(out: &Path, wish: &Wish, step: &Step, to: &Sha, tree: &Path, code: &Patch) -> Result<Case> {
    let name = name(to, &step.title);
    let place = out.join(&name);
    // Its history would hold the answer, and belongs to another place's objects.
    fs::remove_dir_all(tree.join(".git"))?;
    copy(tree, &place.join(TREE))?;
    fs::write(place.join(EXPECTED), code.unified_diff())?;
    let origin = format!("commit {to}: {}", step.title);
    let spec = Spec { origin: Some(origin), ..wish.spec.clone() };
    fs::write(place.join(FILE), serde_yaml::to_string(&spec)?)?;
    Ok(Case { name, place, spec })
}

/// `1a2b3c4-handle-empty-input`
fn name(to: &Sha, title: &str) -> String {
    let words = title.to_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).take(6);
    let words: Vec<&str> = words.collect();
    format!("{}-{}", to.short(), words.join("-")).trim_end_matches('-').to_owned()
}
