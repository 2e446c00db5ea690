//! Cases with a known failure, run through the whole heal stage, so that hands, models and versions can be compared on
//! a repository's own history. A case is a folder: `case.yml`, `tree/` and, where it is known, `expected.patch`.

pub mod build;
mod place;

use crate::command::CommandLine;
use crate::config::Command;
use crate::ids::RelPath;
use crate::learn;
use crate::patch::Patch;
use crate::record::{HandId, Healing, Outcome};
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

pub use place::copy;

/// The file that makes a folder a case.
pub const FILE: &str = "case.yml";
pub const TREE: &str = "tree";
/// Instead of `tree/`: a git bundle, for which `git` must be installed.
pub const BUNDLE: &str = "tree.bundle";
pub const EXPECTED: &str = "expected.patch";
const MAX_BYTES: u64 = 1 << 20;

/// What `case.yml` says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// Without it the tree's own `.github/thanos.yml`, else what its files suggest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<RelPath>,
    /// Run before it, with the network on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prepare: Vec<Command>,
    /// What was reported, where somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_seconds: Option<u64>,
    /// For people: where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

impl Spec {
    pub fn line(&self) -> Option<CommandLine> {
        self.command.as_ref()?.to_line(self.directory.as_ref())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub name: String,
    pub place: PathBuf,
    pub spec: Spec,
}

/// What is compared: the same cases under different settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Setting {
    pub name: String,
    /// Empty: as the case's configuration says.
    pub hands: Vec<HandId>,
    /// `provider/name`; `None`: what the environment gives.
    pub model: Option<String>,
}

/// How one case went under one setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub case: String,
    pub setting: String,
    pub outcome: Outcome,
    pub reason: String,
    pub fixed: bool,
    /// The very files that were expected; `None` where nothing is.
    pub exact: Option<bool>,
    pub hand: Option<HandId>,
    pub candidates: usize,
    pub seconds: f64,
    pub tokens: u64,
    pub usd: f64,
    pub score: Option<f64>,
}

/// The sums of a setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Total {
    pub setting: String,
    pub cases: usize,
    pub fixed: usize,
    pub exact: usize,
    /// Of how many cases it is known what was expected.
    pub expected: usize,
    pub seconds: f64,
    pub tokens: u64,
    pub usd: f64,
}

/// Every case below a folder, by name; the folder may be a case itself. What is wrong with one is told for the user.
pub fn cases(dir: &Path) -> Result<Vec<Case>, String> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    if !dir.join(FILE).exists() {
        let entries = std::fs::read_dir(dir).map_err(|e| format!("cannot read {}: {e}", dir.display()))?;
        folders =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.join(FILE).is_file()).collect();
        folders.sort();
    }
    for place in folders {
        let name = place.file_name().map_or_else(|| "case".to_owned(), |name| name.to_string_lossy().into_owned());
        let spec = spec(&place.join(FILE))?;
        if !place.join(TREE).is_dir() && !place.join(BUNDLE).is_file() {
            return Err(format!("{}: there is neither {TREE}/ nor {BUNDLE}", place.display()));
        }
        found.push(Case { name, place, spec });
    }
    match found.is_empty() {
        true => Err(format!("{}: no folder in it has a {FILE}", dir.display())),
        false => Ok(found),
    }
}

fn spec(file: &Path) -> Result<Spec, String> {
    let refuse = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
    let meta = file.metadata().map_err(|e| refuse(&e))?;
    if meta.len() > MAX_BYTES {
        return Err(refuse(&format!("has {} bytes; at most {MAX_BYTES} are read", meta.len())));
    }
    let text = std::fs::read_to_string(file).map_err(|e| refuse(&e))?;
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Spec::default());
    }
    serde_yaml::from_str(&text).map_err(|e| refuse(&e))
}

/// Runs a case in a copy of its tree, which is gone afterwards. `heal` gets the copy and a private folder.
pub fn run(case: &Case, setting: &Setting, heal: &dyn Fn(&Path, &Path) -> Result<Healing>) -> Result<Row> {
    let folder = tempfile::Builder::new().prefix("thanos-fix-eval-").tempdir().context("cannot make a folder")?;
    let (tree, scratch) = (folder.path().join("tree"), folder.path().join("private"));
    place::lay_out(case, &tree).with_context(|| format!("the case {}", case.name))?;
    let expected = expected(case, &tree)?;
    let healing = heal(&tree, &scratch)?;
    // What tests made undeletable must not end the others.
    if let Err(e) = crate::workspace::remove_folder(folder.path()) {
        tracing::debug!("a case's folder stays: {e:#}");
    }
    Ok(row(case, setting, &healing, expected.as_ref()))
}

fn row(case: &Case, setting: &Setting, healing: &Healing, expected: Option<&Patch>) -> Row {
    let fixed = healing.outcome == Outcome::Proposed;
    let repair = healing.candidate.as_ref().filter(|_| fixed);
    Row {
        case: case.name.clone(),
        setting: setting.name.clone(),
        outcome: healing.outcome,
        reason: healing.reason.clone(),
        fixed,
        exact: expected.map(|wanted| repair.is_some_and(|repair| same_files(&repair.patch, wanted))),
        hand: repair.map(|repair| repair.hand),
        candidates: healing.candidates,
        seconds: (healing.seconds.total * 100.0).round() / 100.0,
        tokens: healing.tokens.all(),
        usd: healing.cost_usd,
        score: healing.evaluation.as_ref().filter(|_| fixed).map(|evaluation| evaluation.score),
    }
}

/// The same text in the same files; blanks at the ends of lines make no difference.
fn same_files(one: &Patch, other: &Patch) -> bool {
    let plain = |side: &Option<Vec<u8>>| {
        let text = side.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        text.map(|text| text.trim_end().lines().map(str::trim_end).collect::<Vec<_>>().join("\n"))
    };
    let files = |patch: &Patch| patch.files().iter().map(|f| (f.path.clone(), plain(&f.after))).collect::<Vec<_>>();
    files(one) == files(other)
}

fn expected(case: &Case, tree: &Path) -> Result<Option<Patch>> {
    let file = case.place.join(EXPECTED);
    if !file.is_file() {
        return Ok(None);
    }
    let diff = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let patch = learn::replay(&diff, &mut |path| std::fs::read(tree.join(path.as_str())).ok());
    patch.map(Some).with_context(|| format!("{} does not fit the tree", file.display()))
}

/// The sums, in the order of the settings.
pub fn totals(rows: &[Row], settings: &[Setting]) -> Vec<Total> {
    let of = |setting: &Setting| {
        let own: Vec<&Row> = rows.iter().filter(|row| row.setting == setting.name).collect();
        Total {
            setting: setting.name.clone(),
            cases: own.len(),
            fixed: own.iter().filter(|row| row.fixed).count(),
            exact: own.iter().filter(|row| row.exact == Some(true)).count(),
            expected: own.iter().filter(|row| row.exact.is_some()).count(),
            seconds: own.iter().map(|row| row.seconds).sum(),
            tokens: own.iter().map(|row| row.tokens).sum(),
            usd: own.iter().map(|row| row.usd).sum(),
        }
    };
    settings.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::FilePatch;
    use crate::record::{Candidate, Confidence};

    fn case(dir: &Path, name: &str, spec: &str) -> PathBuf {
        let place = dir.join(name);
        std::fs::create_dir_all(place.join(TREE)).unwrap();
        std::fs::write(place.join(FILE), spec).unwrap();
        std::fs::write(place.join(TREE).join("a.txt"), "one\ntwo\n").unwrap();
        place
    }

    #[test]
    fn cases_are_read_and_bad_ones_named() {
        let dir = tempfile::tempdir().unwrap();
        assert!(cases(dir.path()).unwrap_err().contains("no folder in it has a case.yml"));
        case(dir.path(), "b", "command: make test\nissue: it fails\n");
        let one = case(dir.path(), "a", "# nothing but defaults\n");
        let all = cases(dir.path()).unwrap();
        assert_eq!(all.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(all[1].spec.line().unwrap().script(), Some("make test"));
        assert_eq!(cases(&one).unwrap().len(), 1);
        std::fs::remove_dir_all(one.join(TREE)).unwrap();
        assert!(cases(dir.path()).unwrap_err().contains("neither tree/ nor tree.bundle"));
        std::fs::write(one.join(FILE), "comand: x").unwrap();
        assert!(cases(dir.path()).unwrap_err().contains("comand"));
    }

    #[test]
    fn a_case_runs_in_a_copy_and_is_held_against_what_was_expected() {
        let dir = tempfile::tempdir().unwrap();
        let place = case(dir.path(), "a", "command: 'false'");
        let diff = "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n";
        std::fs::write(place.join(EXPECTED), diff).unwrap();
        let case = &cases(dir.path()).unwrap()[0];
        let healed = |after: &str| {
            let after = after.to_owned();
            run(case, &Setting::default(), &move |tree, _| {
                let path = RelPath::parse("a.txt").unwrap();
                let before = std::fs::read(tree.join("a.txt")).unwrap();
                std::fs::write(tree.join("a.txt"), "spoilt").unwrap();
                let file = FilePatch { path, before: Some(before), after: Some(after.clone().into_bytes()) };
                let (patch, why) = (Patch::from_files([file]), String::new());
                let candidate = Candidate { patch, hand: HandId::Hint, why, confidence: Confidence::Confident };
                Ok(Healing { candidate: Some(candidate), ..Healing::ended(Outcome::Proposed, "") })
            })
            .unwrap()
        };
        let right = healed("one\nthree\n");
        assert_eq!((right.fixed, right.exact, right.hand), (true, Some(true), Some(HandId::Hint)));
        assert_eq!(healed("one\nfour\n").exact, Some(false));
        assert_eq!(std::fs::read_to_string(place.join("tree/a.txt")).unwrap(), "one\ntwo\n", "the case stays");
        let total = &totals(&[right, healed("x\n")], &[Setting::default()])[0];
        assert_eq!((total.cases, total.fixed, total.exact, total.expected), (2, 2, 1, 2));
    }
}
