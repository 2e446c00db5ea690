//! Lock files that do not fit their manifests: brought up to date by their own manager, with as few other versions as
//! it can. To add a manager: a row in [`MANAGERS`], and what it says in the tests.

use super::scripts::{self, Source};
use super::{LIMIT, program};
use crate::brain::checkers::position;
use crate::command::CommandLine;
use crate::hand::Job;
use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use crate::record::{Candidate, Confidence, HandId};
use crate::syntax::shell::Call;
use anyhow::Result;

struct Manager {
    program: &'static str,
    /// One of these is in the log when its lock file is out of date.
    marks: &'static [&'static str],
    /// The files that may change.
    locks: &'static [&'static str],
    /// The words that refresh the lock file: what changes least first, what needs no network before what does. The
    /// first that succeeds is taken.
    refreshes: &'static [&'static [&'static str]],
    env: &'static [(&'static str, &'static str)],
    /// Options of the failing call, with a value, that say which project is meant.
    project: &'static [&'static str],
}

const MANAGERS: &[Manager] = &[
    Manager {
        program: "cargo",
        marks: &[
            "needs to be updated but --locked",
            "needs to be updated but --frozen",
            "cannot update the lock file",
            "cannot create the lock file",
        ],
        locks: &["Cargo.lock"],
        // Other packages than those of the workspace are added where they are missing, and else stay.
        refreshes: &[&["update", "--workspace", "--offline"], &["update", "--workspace"]],
        env: &[],
        project: &["--manifest-path"],
    },
    Manager {
        program: "npm",
        marks: &["`npm ci` can only install packages", "npm ci can only install packages"],
        locks: &["package-lock.json", "npm-shrinkwrap.json"],
        refreshes: &[&[
            "install",
            "--package-lock-only",
            "--ignore-scripts",
            "--prefer-offline",
            "--no-audit",
            "--no-fund",
        ]],
        env: &[],
        project: &["--prefix", "-C"],
    },
    Manager {
        program: "pnpm",
        marks: &["ERR_PNPM_OUTDATED_LOCKFILE", "ERR_PNPM_LOCKFILE_CONFIG_MISMATCH", "ERR_PNPM_NO_LOCKFILE"],
        locks: &["pnpm-lock.yaml"],
        refreshes: &[&["install", "--lockfile-only", "--no-frozen-lockfile", "--ignore-scripts", "--prefer-offline"]],
        env: &[],
        project: &["--dir", "-C"],
    },
    Manager {
        program: "yarn",
        marks: &["Your lockfile needs to be updated"],
        locks: &["yarn.lock"],
        refreshes: &[&["install", "--ignore-scripts", "--prefer-offline", "--non-interactive"]],
        env: &[],
        project: &["--cwd"],
    },
    Manager {
        program: "yarn",
        marks: &["The lockfile would have been modified by this install"],
        locks: &["yarn.lock"],
        refreshes: &[&["install", "--mode=update-lockfile"]],
        env: &[("YARN_ENABLE_IMMUTABLE_INSTALLS", "false"), ("YARN_ENABLE_HARDENED_MODE", "0")],
        project: &["--cwd"],
    },
    Manager {
        program: "bun",
        marks: &["lockfile had changes, but lockfile is frozen"],
        locks: &["bun.lock", "bun.lockb"],
        refreshes: &[&["install", "--lockfile-only", "--ignore-scripts"]],
        env: &[],
        project: &["--cwd"],
    },
    Manager {
        program: "uv",
        marks: &["needs to be updated, but `--locked` was provided", "Unable to find lockfile at `uv.lock`"],
        locks: &["uv.lock"],
        refreshes: &[&["lock", "--offline"], &["lock"]],
        env: &[],
        project: &["--project", "--directory"],
    },
    Manager {
        program: "poetry",
        marks: &["changed significantly since poetry.lock was last generated", "poetry.lock is not up to date"],
        locks: &["poetry.lock"],
        // The first is for Poetry 1, where a plain `lock` updates everything; Poetry 2 refuses the option.
        refreshes: &[&["lock", "--no-update", "--no-interaction"], &["lock", "--no-interaction"]],
        env: &[],
        project: &["--directory", "-C", "--project", "-P"],
    },
    Manager {
        program: "go",
        marks: &[
            "missing go.sum entry",
            "updates to go.mod needed",
            "updates to go.sum needed",
            "to add it:\n\tgo get ",
            "is replaced but not required; to add it",
            "to match its requirement in go.mod",
        ],
        locks: &["go.mod", "go.sum"],
        refreshes: &[&["mod", "tidy"]],
        env: &[("GOFLAGS", "-mod=mod")],
        project: &["-C"],
    },
];

pub(super) fn propose(job: &Job) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for manager in MANAGERS.iter().filter(|manager| manager.marks.iter().any(|mark| job.log.contains(mark))) {
        let Some(program) = program(job, manager.program) else { continue };
        for place in places(job, manager)? {
            made.extend(refreshed(job, manager, &program, &place)?);
        }
    }
    Ok(made)
}

/// Where the manager runs, and the words that say what it runs on.
#[derive(PartialEq)]
struct Place {
    directory: Option<RelPath>,
    toolchain: Option<String>,
    project: Vec<String>,
}

/// Those of its calls; the root where only something else calls it.
fn places(job: &Job, manager: &Manager) -> Result<Vec<Place>> {
    let mut places: Vec<Place> = Vec::new();
    for source in scripts::all(job)? {
        for call in &source.script.calls {
            let place = position(call, manager.program).map(|at| place(manager, &source, call, at));
            places.extend(place.filter(|place| !places.contains(place)));
        }
    }
    if places.is_empty() {
        places.push(Place { directory: job.command.directory.clone(), toolchain: None, project: Vec::new() });
    }
    Ok(places)
}

fn place(manager: &Manager, source: &Source, call: &Call, at: usize) -> Place {
    let words: Vec<&str> = call.texts().skip(at + 1).collect();
    let names = |word: &str| manager.project.contains(&word);
    let is_joined = |word: &str| manager.project.iter().any(|option| word.starts_with(&format!("{option}=")));
    let mut project: Vec<String> = words.iter().filter(|word| is_joined(word)).map(|word| (*word).to_owned()).collect();
    for pair in words.windows(2).filter(|pair| names(pair[0]) && !pair[1].contains(['$', '`'])) {
        project.extend(pair.iter().map(|word| (*word).to_owned()));
    }
    let toolchain = words.first().filter(|word| word.starts_with('+')).map(|word| (*word).to_owned());
    Place { directory: source.place_of(call), toolchain, project }
}

fn refreshed(job: &Job, manager: &Manager, program: &str, place: &Place) -> Result<Option<Candidate>> {
    for words in manager.refreshes {
        let leading = std::iter::once(program.to_owned()).chain(place.toolchain.clone());
        // Go knows `-C` only in front of everything else.
        let (first, last) = match manager.program {
            "go" => (place.project.as_slice(), [].as_slice()),
            _ => ([].as_slice(), place.project.as_slice()),
        };
        let words_of = words.iter().map(|word| (*word).to_owned());
        let mut command =
            CommandLine::new(leading.chain(first.iter().cloned()).chain(words_of).chain(last.iter().cloned()));
        command.directory.clone_from(&place.directory);
        let own = manager.env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        command.env = job.command.env.iter().cloned().chain(own).collect();
        let (done, patch) = job.workshop.capture(&command, &[], LIMIT)?;
        if done.exit != Some(0) {
            continue;
        }
        let is_lock = |file: &&FilePatch| manager.locks.contains(&file.path.file_name());
        let patch = Patch::from_files(patch.files().iter().filter(is_lock).cloned());
        let Some(first) = patch.files().first() else { continue };
        let why = format!("brought {} up to date: `{} {}`", first.path, manager.program, words.join(" "));
        return Ok(Some(Candidate { patch, hand: HandId::Tool, why, confidence: Confidence::Confident }));
    }
    Ok(None)
}
