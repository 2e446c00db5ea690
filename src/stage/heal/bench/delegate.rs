//! An agent at work: on a copy of the tree that is a repository of its own, in a home of its own, in the sandbox, with a
//! door to the model and a key that is worth nothing elsewhere. What comes back is what it changed.

use super::Bench;
use crate::hand::command::{Delegated, Places, Recipe};
use crate::ids::RelPath;
use crate::llm::{Gate, NotPassed, Passage};
use crate::patch::{FilePatch, Patch};
use crate::process::{self, Door, Finished};
use crate::record::HandId;
use crate::workspace;
use crate::{git, stage};
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Who is asked, and for how long.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Agent {
    pub recipe: Recipe,
    pub seconds: u64,
}

/// Installed dependencies, which git ignores: they are seen from the copy, and cannot be written.
const LENT: [&str; 4] = ["node_modules", ".venv", "venv", "vendor/bundle"];
/// Of the user's home, for the toolchains that lie there.
const LENT_OF_HOME: [&str; 8] = [".cargo", ".rustup", "go", ".m2", ".pyenv", ".nvm", ".volta", ".local/lib"];
/// The way out is the door.
const PROXIES: [&str; 8] =
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"];
/// These lead to places that it cannot write.
const OURS: [&str; 7] =
    ["HOME", "TMPDIR", "CARGO_TARGET_DIR", "GOCACHE", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"];
/// Folders that tools make, and that are no part of a repair.
const CACHES: [&str; 2] = ["__pycache__", "node_modules"];
/// By this file tools mark the others (bford.info/cachedir).
const CACHE_MARK: &str = "CACHEDIR.TAG";
/// Nobody reviews more new files than this, nor larger ones.
const MOST_NEW: usize = 1000;
const LARGEST: u64 = 16 << 20;
/// Of what it printed, for the transcript.
const TRANSCRIPT: usize = 400_000;

/// Where it works.
struct Desk {
    /// Removed at the end, with everything in it.
    folder: PathBuf,
    dir: PathBuf,
    home: PathBuf,
    temp: PathBuf,
    prompt_file: PathBuf,
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Err(e) = workspace::remove_folder(&self.folder) {
            tracing::warn!("cannot remove an agent's folder {}: {e}", self.folder.display());
        }
    }
}

impl Bench<'_> {
    pub(super) fn have_done(&self, prompt: &str) -> Result<Option<Delegated>> {
        let Some(agent) = &self.job.agent else { return Ok(None) };
        let recipe = &agent.recipe;
        let Some(program) = self.program(recipe.program()) else {
            let install = if recipe.install.is_empty() { String::new() } else { format!(": {}", recipe.install) };
            self.agent_note(&format!("{} is not installed here{install}", recipe.program()));
            return Ok(None);
        };
        let passage = self.model.and_then(crate::llm::Model::passage);
        if let Some(why) = no_model(recipe, passage) {
            self.agent_note(&format!("{} is not asked: {why}", recipe.name));
            return Ok(None);
        }
        let passage = passage.filter(|_| recipe.asks_a_model());
        let desk = self.desk(prompt)?;
        (self.say)(HandId::Command.as_str(), &format!("{} works on a copy", recipe.name));
        let gate = Gate::new()?;
        let asks = passage.map(|passage| (passage, &gate));
        // Without a sandbox it could write to the tree itself.
        let done = self.protected(|| self.run_agent(agent, &program, &desk, prompt, asks))?;
        let (patch, left_out) = self.difference(&desk.dir, recipe)?;
        let troubles = gate.troubles();
        let is_over_budget = troubles.iter().any(NotPassed::is_budget);
        let refused = troubles.iter().find(|trouble| trouble.mend.is_some()).cloned();
        let troubles = troubles.into_iter().map(|trouble| trouble.why).chain(left_out).collect();
        if let Some(passage) = passage {
            passage.tell(&transcript(recipe, prompt, &done));
        }
        let (agent, requests) = (recipe.clone(), gate.requests());
        Ok(Some(Delegated { agent, done, patch, requests, troubles, refused, is_over_budget }))
    }

    fn agent_note(&self, line: &str) {
        crate::hand::Workshop::note(self, HandId::Command, line);
    }

    /// As the job found it: what set-up commands added to `PATH` is the repository's word.
    fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.env.iter().find(|(key, _)| key == "PATH").map(|(_, value)| value.clone())?;
        let outside = std::env::split_paths(&path).filter(|dir| !dir.starts_with(&self.job.root));
        process::find_program(name, &std::env::join_paths(outside).ok()?)
    }

    fn desk(&self, prompt: &str) -> Result<Desk> {
        let folder = tempfile::Builder::new().prefix("agent-").tempdir_in(&self.job.scratch)?.keep();
        let below = |name: &str| folder.join(name);
        let (dir, home, temp) = (below("tree"), below("home"), below("tmp"));
        let desk = Desk { dir, home, temp, prompt_file: below("prompt.md"), folder: folder.clone() };
        for folder in [&desk.dir, &desk.home, &desk.temp] {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        self.tree.borrow().copy_to(&desk.dir)?;
        lend(&self.job.root, &desk.dir, &LENT)?;
        git::begin(&desk.dir).context("cannot make a repository of an agent's copy")?;
        let home = self.env.iter().find(|(key, _)| key == "HOME").map(|(_, value)| PathBuf::from(value));
        if let Some(home) = home {
            lend(&home, &desk.home, &LENT_OF_HOME)?;
        }
        std::fs::write(&desk.prompt_file, prompt)?;
        Ok(desk)
    }

    fn run_agent(
        &self,
        agent: &Agent,
        program: &Path,
        desk: &Desk,
        prompt: &str,
        asks: Option<(&dyn Passage, &Gate)>,
    ) -> Result<Finished> {
        let sandbox = self.for_models();
        // What is left must be enough to judge the result.
        let wall = Duration::from_secs(agent.seconds).min(crate::hand::Workshop::left(self) * 4 / 5);
        let door = asks.map(|_| Door::new(sandbox)).transpose()?;
        let base_url = door.as_ref().map(|(door, _)| format!("http://127.0.0.1:{}", door.port())).unwrap_or_default();
        let places = Places {
            prompt,
            prompt_file: &desk.prompt_file,
            dir: &desk.dir,
            home: &desk.home,
            model: asks.map(|(passage, gate)| (passage.model(), base_url.as_str(), gate.key())),
            seconds: wall.as_secs(),
        };
        let recipe = &agent.recipe;
        for file in recipe.home_files(&places) {
            let (path, text) = file?;
            let path = desk.home.join(path.as_str());
            std::fs::create_dir_all(path.parent().unwrap_or(&desk.home))?;
            std::fs::write(&path, text)?;
        }
        let mut argv = recipe.arguments(&places);
        argv[0] = program.to_string_lossy().into_owned();
        let env = self.agent_environment(recipe, &places, desk);
        let hidden: Vec<PathBuf> = self.job.hidden.iter().cloned().chain([self.job.root.join(".git")]).collect();
        let spec = process::Spec {
            argv: &argv,
            cwd: &desk.dir,
            env: &env,
            stdin: None,
            limits: stage::heal::limits(&self.job.sandbox, wall),
            sandbox,
            writable: std::slice::from_ref(&desk.folder),
            hosts: &[],
            git: None,
            aside: None,
            hidden: &hidden,
            cancel: Some(self.cancel),
            on_output: None,
        };
        let done = match (door, asks) {
            (Some((door, opened)), Some((passage, gate))) => {
                let over = &AtomicBool::new(false);
                std::thread::scope(|scope| {
                    scope.spawn(move || opened.recv().map(|door| gate.serve(&door, passage, over)));
                    let done = process::run_with_door(&spec, &door);
                    over.store(true, Ordering::Relaxed);
                    // If it was never opened, nobody need wait for it.
                    drop(door);
                    done
                })?
            }
            _ => process::run(&spec)?,
        };
        let gaps: Vec<&str> = done.gaps.iter().map(|gap| gap.text).collect();
        self.agent_note(&format!("sandbox of {}: {}", recipe.name, crate::report::confinement(done.tier, &gaps)));
        Ok(done)
    }

    /// From nothing, plus what builds need and the preset says.
    fn agent_environment(&self, recipe: &Recipe, places: &Places, desk: &Desk) -> Vec<(OsString, OsString)> {
        let mut env = process::base_env(&self.environment(), &[]);
        for (_, value) in &mut env {
            *value = moved(value, &self.job.root, &desk.dir);
        }
        env.retain(|(name, _)| !PROXIES.iter().chain(&OURS).any(|other| name == other));
        let own = [
            ("HOME", desk.home.as_os_str()),
            ("TMPDIR", desk.temp.as_os_str()),
            ("PYTHONDONTWRITEBYTECODE", "1".as_ref()),
            ("NO_COLOR", "1".as_ref()),
            // The only author that its copy ever has.
            ("GIT_CONFIG_GLOBAL", "/dev/null".as_ref()),
        ];
        env.extend(own.map(|(name, value)| (name.into(), value.to_owned())));
        let given: Vec<_> = recipe.environment(places).map(|(name, value)| (name.into(), value.into())).collect();
        env.retain(|(name, _)| !given.iter().any(|(other, _): &(OsString, OsString)| other == name));
        env.extend(given);
        env
    }

    /// Regular files as they are in the copy, beside the tree as it is; and what was left out.
    fn difference(&self, copy: &Path, recipe: &Recipe) -> Result<(Patch, Option<String>)> {
        let tree = self.tree.borrow();
        let droppings = recipe.droppings()?;
        let own: BTreeSet<RelPath> = tree.files()?.into_iter().collect();
        let is_result = |path: &RelPath| !droppings.is_match(path.as_str()) && !is_cache(copy, path);
        let new = workspace::files(copy).into_iter().filter(|path| !own.contains(path) && is_result(path));
        let new: Vec<RelPath> = new.collect();
        let (mut files, mut left_out) = (Vec::new(), new.len().saturating_sub(MOST_NEW));
        for path in own.iter().chain(new.iter().take(MOST_NEW)) {
            let length = copy.join(path.as_str()).symlink_metadata().map_or(0, |meta| meta.len());
            if length > LARGEST {
                // One that was as large and is as before is no change.
                left_out += usize::from(!own.contains(path));
                continue;
            }
            let (before, after) = (tree.read(path)?, workspace::read(copy, path)?);
            if before != after {
                files.push(FilePatch { path: path.clone(), before, after });
            }
        }
        let left_out = (left_out > 0).then(|| {
            let files = crate::report::count(left_out, "new file");
            format!("{files} left out: too many, or too large")
        });
        Ok((Patch::from_files(files), left_out))
    }
}

fn no_model(recipe: &Recipe, passage: Option<&dyn Passage>) -> Option<String> {
    if !recipe.asks_a_model() {
        return None;
    }
    let Some(passage) = passage else {
        return Some("it needs a model: set a key, or model: in the configuration".to_owned());
    };
    let understood = recipe.speaks.is_empty() || recipe.speaks.iter().any(|d| passage.dialects().contains(d));
    let spoken: Vec<&str> = recipe.speaks.iter().map(|dialect| dialect.path()).collect();
    (!understood).then(|| {
        format!("it asks {}, which the provider of {} does not understand", spoken.join(" or "), passage.model())
    })
}

/// What leads into the tree leads into the copy.
fn moved(value: &OsStr, from: &Path, to: &Path) -> OsString {
    let parts = std::env::split_paths(value).map(|part| match part.strip_prefix(from) {
        Ok(below) if part.is_absolute() => to.join(below),
        _ => part,
    });
    let is_list = value.to_str().is_some_and(|value| value.contains('/'));
    let joined = if is_list { std::env::join_paths(parts).ok() } else { None };
    joined.unwrap_or_else(|| value.to_owned())
}

/// What is there and not copied is seen by a link.
fn lend(from: &Path, to: &Path, names: &[&str]) -> Result<()> {
    for name in names {
        let (there, here) = (from.join(name), to.join(name));
        if !there.is_dir() || here.symlink_metadata().is_ok() {
            continue;
        }
        std::fs::create_dir_all(here.parent().unwrap_or(to))?;
        std::os::unix::fs::symlink(&there, &here).with_context(|| format!("cannot link {}", here.display()))?;
    }
    Ok(())
}

fn is_cache(copy: &Path, path: &RelPath) -> bool {
    let mut folders = Path::new(path.as_str()).ancestors().skip(1);
    folders.any(|folder| {
        let is_named = folder.file_name().is_some_and(|name| CACHES.iter().any(|cache| name == *cache));
        is_named || (folder != Path::new("") && copy.join(folder).join(CACHE_MARK).is_file())
    })
}

/// For people; masked on its way.
fn transcript(recipe: &Recipe, prompt: &str, done: &Finished) -> String {
    let output = String::from_utf8_lossy(&done.combined);
    let start = output.len().saturating_sub(TRANSCRIPT);
    let start = (start..output.len()).find(|at| output.is_char_boundary(*at)).unwrap_or(0);
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    let (asked, printed) = (indented(prompt), indented(&output[start..]));
    format!("# {}\n\n## Asked\n\n{asked}\n## Printed\n\n{printed}\n", recipe.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_into_the_tree_leads_into_the_copy() {
        let moved = |value: &str| moved(value.as_ref(), "/w/tree".as_ref(), "/s/copy".as_ref());
        assert_eq!(moved("/bin:/w/tree/.venv/bin:/w/treetop"), "/bin:/s/copy/.venv/bin:/w/treetop");
        assert_eq!(moved("/w/tree/src"), "/s/copy/src");
        for same in ["", "true", "-O2 -Wall", "https://example.org/simple"] {
            assert_eq!(moved(same), same);
        }
    }
}
