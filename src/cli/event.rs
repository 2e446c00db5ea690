//! `thanos-fix event`: what an event would become, so that a user can ask why nothing happened.

use super::{Door, Exit, print_json, print_text, usage};
use crate::command::CommandLine;
use crate::config::{self, Config};
use crate::event::{self, MAX_PAYLOAD};
use crate::git::Repo;
use crate::ids::{RelPath, Sha};
use crate::record::SCHEMA;
use crate::report::markdown::one_line;
use crate::task::{Decision, Kind, Task, decide};
use anyhow::Result;
use serde_json::json;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Say what an event payload would become: a task, or ignored and why
#[derive(clap::Args)]
pub struct Args {
    /// The event's name, as in GITHUB_EVENT_NAME; guessed from the payload without it
    #[arg(long)]
    name: Option<String>,
    /// What it would become with the input `command`, which makes work of any event
    #[arg(long, value_name = "SCRIPT")]
    command: Option<String>,
    /// The payload; `-` is standard input, and GITHUB_EVENT_PATH is read without it
    file: Option<PathBuf>,
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    let from_env = || door.env.path("GITHUB_EVENT_PATH");
    let explicit = args.file.is_some();
    let file = args.file.clone().or_else(from_env).unwrap_or_else(|| PathBuf::from("-"));
    // The variable names the job's own event, not the file that was given.
    let env_name = door.env.get("GITHUB_EVENT_NAME").filter(|_| !explicit);
    let name = args.name.clone().or(env_name).unwrap_or_default();
    let payload = read_payload(&file)?;
    let event = event::parse(&name, &payload).map_err(|e| usage(format!("{}: {e}", spoken(&file))))?;
    let event = if explicit { event } else { super::run::with_runner(&door.env, event) };
    let config = local_config(door, &super::local::project(door)?)?;
    let command = args.command.as_deref().map(|script| CommandLine::shell("bash", script));
    let decision = decide(&event, &config, command);
    if door.common.json {
        print_json(&match &decision {
            Decision::Task(task) => json!({"schema": SCHEMA, "task": task}),
            Decision::Ignored(why) => json!({"schema": SCHEMA, "ignored": why}),
        })?;
        return Ok(Exit::Done);
    }
    print_text(&match &decision {
        Decision::Task(task) => format!(
            "task {} ({}): {} in {}\n{}{}",
            task.key,
            event.name,
            wanted(task),
            task.repository,
            titled(task),
            asked_first(task),
        ),
        Decision::Ignored(why) => format!("ignored: {why}"),
    })?;
    Ok(Exit::Done)
}

/// Reads a payload of bounded size; every refusal names the file and the mend.
pub fn read_payload(file: &Path) -> Result<Vec<u8>> {
    let refuse = |e: std::io::Error| usage(format!("cannot read the event payload {}: {e}", spoken(file)));
    let mut payload = Vec::new();
    let limit = MAX_PAYLOAD as u64 + 1;
    if file == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut payload).map_err(refuse)?;
        return Ok(payload);
    }
    let input = std::fs::File::open(file).map_err(refuse)?;
    let size = input.metadata().map_err(refuse)?.len();
    if size > MAX_PAYLOAD as u64 {
        return Err(usage(format!("{}: {}", file.display(), event::EventError::TooLarge(size))));
    }
    input.take(limit).read_to_end(&mut payload).map_err(refuse)?;
    Ok(payload)
}

/// The configuration for a verb that works on the tree below `root`.
pub fn local_config(door: &Door, root: &Path) -> Result<Config> {
    let (file, text) = match &door.common.config {
        Some(file) => (file.clone(), Some(read_bounded(file)?)),
        None => (root.join(config::PATH), read_own(root)?),
    };
    match text {
        Some(text) => parse_config(&file.display().to_string(), text),
        None => Ok(Config::default()),
    }
}

/// The same as a commit has it: a change that is judged does not say by which rules.
pub fn config_at(door: &Door, repo: &Repo, commit: &Sha) -> Result<Config> {
    if door.common.config.is_some() {
        return local_config(door, &door.common.repo);
    }
    match repo.file(commit, &RelPath::parse(config::PATH)?)? {
        Some(text) => parse_config(&format!("{} of {}", config::PATH, commit.short()), text),
        None => Ok(Config::default()),
    }
}

/// More than a configuration may have, less than what could hurt.
const MAX_CONFIG: u64 = 1 << 20;

fn cannot_read(file: &Path, why: impl std::fmt::Display) -> anyhow::Error {
    usage(format!("cannot read the configuration {}: {why}", file.display()))
}

/// A file that the user named may be anything that can be read.
fn read_bounded(file: &Path) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let input = std::fs::File::open(file).map_err(|e| cannot_read(file, e))?;
    input.take(MAX_CONFIG).read_to_end(&mut text).map_err(|e| cannot_read(file, e))?;
    Ok(text)
}

/// The tree's own: never what a link leads to, for that is no part of the tree; a pipe would not end.
fn read_own(root: &Path) -> Result<Option<Vec<u8>>> {
    let file = root.join(config::PATH);
    let Ok(found) = file.symlink_metadata() else { return Ok(None) };
    let within = file.parent().and_then(|dir| dir.symlink_metadata().ok()).is_some_and(|dir| dir.is_dir());
    if !found.is_file() || !within {
        return Err(cannot_read(&file, "it is no plain file in a plain folder (links are not followed)"));
    }
    read_bounded(&file).map(Some)
}

/// Parses a configuration; what only rooms above the words know to be without effect is refused here.
pub fn parse_config(file: &str, text: Vec<u8>) -> Result<Config> {
    let text = String::from_utf8(text).map_err(|_| usage(format!("{file}: it is not UTF-8; save it as that")))?;
    let config = config::parse(file, &text).map_err(usage)?;
    if let Some(why) = crate::guard::refuse(&config.policy) {
        return Err(usage(format!("{file}: {why}")));
    }
    match config.environment.keep.iter().find(|name| crate::process::names_credential(name)) {
        None => Ok(config),
        Some(name) => Err(usage(format!(
            "{file}: environment.keep has `{name}`, which by its name is a credential; the command never gets one"
        ))),
    }
}

fn wanted(task: &Task) -> String {
    let request = format!("{:?}", task.request).to_lowercase();
    match (task.number, task.run_id.or(task.run.as_ref().map(|run| run.id))) {
        (Some(number), _) => format!("{request} #{number}"),
        (None, Some(run)) => format!("{request} the build of run {run}"),
        (None, None) => request,
    }
}

/// What stands between the task and the work.
fn asked_first(task: &Task) -> String {
    if task.kind == Kind::Command {
        return "a repair is proposed only: a job of its own publishes it (mode: publish)".to_owned();
    }
    let who = task.actors.iter().map(|actor| named(&actor.login)).collect::<Vec<_>>().join(" and ");
    format!("before it is worked on, GitHub is asked whether {} may write (trust)", one_line(&who, 100))
}

/// The title's own line; by hand only a number is given, and the title is asked later.
fn titled(task: &Task) -> String {
    let title = one_line(&task.title, 200);
    if title.is_empty() { title } else { format!("{title}\n") }
}

fn spoken(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}

/// The runner names whoever the payload leaves out.
fn named(login: &str) -> &str {
    if login.is_empty() { "the one whom GITHUB_ACTOR names" } else { login }
}
