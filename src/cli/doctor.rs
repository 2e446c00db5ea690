//! `thanos-fix doctor`: which permission, setting, tool, key or file is missing, what stops working without
//! it, and the line that mends it. Nothing that it asks for can change anything.

use super::event::local_config;
use super::{Door, Exit, UsageError, print_json, run};
use crate::config::{self, Config};
use crate::forge::{Forge, Verdict};
use crate::git::Repo;
use crate::process::{self, Tier};
use crate::record::SCHEMA;
use crate::verify;
use anyhow::Result;
use serde::Serialize;
use serde_json::json;
use std::ffi::OsString;
use std::path::Path;

/// Name what is missing here for thanos-fix to work, and the mend
///
/// Exit code 1 when something is missing.
#[derive(clap::Args)]
pub struct Args {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// Cannot be known from here.
    Unknown,
    Missing,
}

#[derive(Debug, Serialize)]
struct Checkup {
    state: State,
    what: String,
    /// What does not work without it; empty when all is well.
    without: String,
    /// The line to add or the thing to do.
    mend: String,
}

fn fine(what: impl Into<String>) -> Checkup {
    Checkup { state: State::Ok, what: what.into(), without: String::new(), mend: String::new() }
}

fn missing(what: impl Into<String>, without: &str, mend: impl Into<String>) -> Checkup {
    Checkup { state: State::Missing, what: what.into(), without: without.to_owned(), mend: mend.into() }
}

fn unknown(what: impl Into<String>, without: &str, mend: impl Into<String>) -> Checkup {
    Checkup { state: State::Unknown, ..missing(what, without, mend) }
}

pub fn run(door: &Door, _args: &Args) -> Result<Exit> {
    let mut found = Vec::new();
    let config = configuration(door, &mut found)?;
    let root = &door.common.repo;
    repository(root, &mut found);
    tools(door, &config, root, &mut found);
    sandbox(&mut found);
    workflows(root, &config, &mut found);
    forge(door, &mut found);
    show(door, &found)
}

fn configuration(door: &Door, found: &mut Vec<Checkup>) -> Result<Config> {
    match local_config(door) {
        Ok(config) => {
            found.push(fine("the configuration is read"));
            Ok(config)
        }
        Err(e) if e.is::<UsageError>() => {
            found.push(missing(e.to_string(), "every run stops at once", format!("mend {}", config::PATH)));
            Ok(Config::default())
        }
        Err(e) => Err(e),
    }
}

fn repository(root: &Path, found: &mut Vec<Checkup>) {
    match Repo::discover(root) {
        Ok(Some(repo)) if repo.is_shallow() => found.push(unknown(
            "the clone is shallow",
            "recent history does not help to rank suspects",
            "with actions/checkout: fetch-depth: 50",
        )),
        Ok(Some(_)) => found.push(fine("a git repository")),
        _ => found.push(missing(
            format!("{} is not in a git repository", root.display()),
            "`heal --branch`, `guard` and the Action; plain `heal` works",
            "run it in a clone, or give --repo",
        )),
    }
}

fn tools(door: &Door, config: &Config, root: &Path, found: &mut Vec<Checkup>) {
    let path = door.env.path("PATH").map_or_else(OsString::new, |p| p.into_os_string());
    let has = |name: &str| process::find_program(name, &path).is_some();
    let command = config.verify.command.as_ref().and_then(|c| c.to_line(config.verify.directory.as_ref()));
    match command.or_else(|| verify::detect(root)) {
        Some(command) => {
            let program = if command.script().is_some() { "bash" } else { command.argv[0].as_str() };
            found.push(if program.contains('/') || has(program) {
                fine(format!("repairs are proven with `{command}`"))
            } else {
                missing(
                    format!("`{program}` is not installed"),
                    "nothing can be proven, so nothing is proposed",
                    format!("install {program} in the job before thanos-fix, or set verify.command"),
                )
            });
        }
        None => found.push(missing(
            "no command is known that could prove a repair",
            "issues are explained, not fixed (failed builds bring their own command)",
            "in .github/thanos.yml: verify: {command: …}",
        )),
    }
    if root.join(".pre-commit-config.yaml").exists() {
        found.push(if has("prek") || has("pre-commit") {
            fine("hooks can be run")
        } else {
            missing(
                "hooks are configured, but neither prek nor pre-commit is installed",
                "the guard `hooks` is skipped",
                "pipx install prek",
            )
        });
    }
}

fn sandbox(found: &mut Vec<Checkup>) {
    let tier = process::tier();
    found.push(match tier {
        Tier::Namespaces => fine(format!("sandbox: {}", tier.describe())),
        Tier::None => missing(
            "no sandbox works here",
            "the repository's code is not run",
            "use a Linux runner with Landlock (kernel 5.13 or newer), or set sandbox: off",
        ),
        _ => unknown(
            format!("sandbox: {}", tier.describe()),
            "tests that need localhost fail",
            "allow user namespaces on the runner, or set sandbox: light",
        ),
    });
}

fn workflows(root: &Path, config: &Config, found: &mut Vec<Checkup>) {
    let dir = root.join(".github/workflows");
    let mut ours = false;
    let mut services = Vec::new();
    for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        ours |= text.contains("thanos-ai/fix") || text.contains("thanos-fix");
        if text.contains("\n    services:") {
            services.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found.push(if ours {
        fine("a workflow uses thanos-fix")
    } else {
        missing("no workflow uses thanos-fix", "nothing happens on GitHub", "thanos-fix init")
    });
    if !services.is_empty() && config.sandbox == config::Sandbox::Full {
        found.push(unknown(
            format!("service containers are used in {}", services.join(", ")),
            "they are not started for a replayed step, and the sandbox cuts the network",
            "start them in verify.prepare and set sandbox: light",
        ));
    }
}

fn forge(door: &Door, found: &mut Vec<Checkup>) {
    let forge = match run::github(door) {
        Ok((forge, _)) => forge,
        Err(e) => {
            found.push(missing(
                format!("{e}"),
                "everything that needs GitHub; `heal` and `fix` work",
                "run it in a workflow",
            ));
            return;
        }
    };
    match forge.repo_info() {
        Ok(info) if info.archived => {
            found.push(missing(format!("{} is archived", info.slug), "nothing can be written", "unarchive it"));
        }
        Ok(info) => found.push(fine(format!("{} is reached, default branch {}", info.slug, info.default_branch))),
        Err(e) => {
            found.push(missing(e.to_string(), "everything that needs GitHub", "give the input `token` a valid token"));
            return;
        }
    }
    match forge.probes() {
        Ok(probes) => found.extend(probes.into_iter().map(|p| {
            let mend = format!("permissions: {{{}}}", p.needs);
            match p.verdict {
                Verdict::Yes => fine(format!("may {}", p.what)),
                Verdict::No(why) => missing(format!("may not {}: {why}", p.what), p.what, mend),
                Verdict::Unknown(why) => unknown(format!("may it {}? {why}", p.what), p.what, mend),
            }
        })),
        Err(e) => found.push(unknown(format!("permissions are not known: {e}"), "", "try again")),
    }
    found.push(unknown(
        "whether Actions may open pull requests cannot be read with this token",
        "the branch is pushed, and the pull request becomes a prefilled link",
        "Settings → Actions → General → Allow GitHub Actions to create and approve pull requests",
    ));
}

fn show(door: &Door, found: &[Checkup]) -> Result<Exit> {
    let sick = found.iter().any(|c| c.state == State::Missing);
    if door.common.json {
        print_json(&json!({"schema": SCHEMA, "ok": !sick, "checks": found}))?;
    } else {
        for checkup in found {
            let word = match checkup.state {
                State::Ok => "ok",
                State::Unknown => "?",
                State::Missing => "missing",
            };
            door.ui.stage(word, &checkup.what);
            if !checkup.without.is_empty() {
                door.ui.block(&format!("            without it: {}", checkup.without));
            }
            if !checkup.mend.is_empty() {
                door.ui.block(&format!("            mend: {}", checkup.mend));
            }
        }
        let verdict = if sick { "something is missing; each mend stands above" } else { "nothing is missing" };
        door.ui.verdict(!sick, verdict);
    }
    Ok(if sick { Exit::No } else { Exit::Done })
}
