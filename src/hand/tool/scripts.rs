//! What a command comes to: its own text, and the scripts of the package manifest and the makefile that it names.

use super::LIMIT;
use crate::brain::checkers::position;
use crate::command::CommandLine;
use crate::hand::Job;
use crate::ids::RelPath;
use crate::syntax::shell::{self, Call, Script};
use anyhow::Result;
use serde_json::Value;
use std::collections::HashSet;

/// A script calls a script calls a script.
const DEEPEST: usize = 4;
const MANAGERS: &[&str] = &["npm", "pnpm", "yarn", "bun"];
const BUNDLED: &[&str] = &["run-s", "run-p", "npm-run-all", "npm-run-all2"];

/// One piece of shell, as it runs.
pub(super) struct Source {
    pub text: String,
    pub script: Script,
    /// Where it starts; `None` is the root.
    pub directory: Option<RelPath>,
    /// The step's own shell, or the one that runs manifest scripts and recipes.
    pub shell: Vec<String>,
    /// Programs of the package are found by their bare names.
    pub of_package: bool,
}

/// All of them, the command's own text first.
pub(super) fn all(job: &Job) -> Result<Vec<Source>> {
    let shell = match job.command.script() {
        Some(_) => job.command.argv[..job.command.argv.len() - 1].to_vec(),
        None => sh(),
    };
    let mut sources = vec![Source::new(job.command.to_string(), job.command.directory.clone(), shell, false)];
    let (mut seen, mut from) = (HashSet::new(), 0);
    for _ in 0..DEEPEST {
        let known = sources.len();
        for at in from..known {
            for call in sources[at].script.calls.clone() {
                let place = sources[at].place_of(&call);
                for (text, of_package) in named(job, &call, place.as_ref())? {
                    if seen.insert((text.clone(), place.clone())) {
                        sources.push(Source::new(text, place.clone(), sh(), of_package));
                    }
                }
            }
        }
        from = known;
    }
    Ok(sources)
}

fn sh() -> Vec<String> {
    ["sh", "-c"].map(str::to_owned).to_vec()
}

impl Source {
    fn new(text: String, directory: Option<RelPath>, shell: Vec<String>, of_package: bool) -> Self {
        Self { script: shell::read(&text), text, directory, shell, of_package }
    }

    /// The folder in which the call runs, as far as the `cd`s before it are plain.
    pub(super) fn place_of(&self, call: &Call) -> Option<RelPath> {
        let before = self.script.calls.iter().take_while(|other| *other != call);
        let folders = before.filter(|other| other.words[0].text == "cd").filter_map(|cd| cd.texts().nth(1));
        folders.fold(self.directory.clone(), |from, to| below(from.as_ref(), to).unwrap_or(from))
    }
}

/// `None` when the words lead out of the tree, or nobody knows where.
#[expect(clippy::option_option, reason = "the root has no path of its own")]
fn below(from: Option<&RelPath>, to: &str) -> Option<Option<RelPath>> {
    let mut parts: Vec<&str> = from.map_or_else(Vec::new, |from| from.as_str().split('/').collect());
    if to.starts_with(['/', '~', '$', '-']) || to.contains(['$', '*']) {
        return None;
    }
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    if parts.is_empty() { Some(None) } else { Some(Some(RelPath::parse(parts.join("/")).ok()?)) }
}

/// The pieces of shell that a call only names; `true` for those of a package.
fn named(job: &Job, call: &Call, place: Option<&RelPath>) -> Result<Vec<(String, bool)>> {
    if let Some(at) = position(call, "make").or_else(|| position(call, "gmake")) {
        return recipes(job, call, at, place);
    }
    let names = script_names(call);
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let manifest = place.map_or_else(|| "package.json".to_owned(), |place| format!("{place}/package.json"));
    let text = job.workshop.read(&RelPath::parse(manifest)?)?.unwrap_or_default();
    let manifest: Value = serde_json::from_slice(&text).unwrap_or_default();
    let script = |name: &String| Some((manifest["scripts"][name].as_str()?.to_owned(), true));
    Ok(names.iter().filter_map(script).collect())
}

/// Names of manifest scripts in `npm run NAME`, `yarn NAME`, `run-s NAME NAME`.
fn script_names(call: &Call) -> Vec<String> {
    let words: Vec<&str> = call.texts().filter(|text| !text.starts_with('-')).collect();
    match words.as_slice() {
        [manager, "run" | "run-script", name, ..] if MANAGERS.contains(manager) => vec![(*name).to_owned()],
        [manager, "t" | "tst", ..] if MANAGERS.contains(manager) => vec!["test".to_owned()],
        [manager, name, ..] if MANAGERS.contains(manager) => vec![(*name).to_owned()],
        [bundle, names @ ..] if BUNDLED.contains(bundle) => names.iter().map(|name| (*name).to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// What make would run, every line in a shell of its own.
fn recipes(job: &Job, call: &Call, at: usize, place: Option<&RelPath>) -> Result<Vec<(String, bool)>> {
    let words = call.texts().skip(at).map(str::to_owned);
    let mut command = CommandLine::new(words.chain(["--dry-run".to_owned(), "--no-print-directory".to_owned()]));
    command.directory = place.cloned();
    command.env = job.command.env.iter().chain(&call.env).cloned().collect();
    let done = job.workshop.run(&command, None, LIMIT)?;
    let lines = String::from_utf8_lossy(&done.stdout).replace("\\\n", " ");
    Ok(lines.lines().map(|line| (line.to_owned(), false)).collect())
}
