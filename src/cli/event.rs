//! `thanos-fix event`: what an event would become, so that a user can ask why nothing happened.

use super::{Door, Exit, print_json, print_text, usage};
use crate::config::{self, Config};
use crate::event::{self, MAX_PAYLOAD};
use crate::record::SCHEMA;
use crate::report::markdown::one_line;
use crate::task::{Decision, decide};
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
    let event = event::parse(&name, &payload).map_err(|e| usage(format!("{}: {e}", file.display())))?;
    let decision = decide(&event, &local_config(door)?, None);
    if door.common.json {
        print_json(&match &decision {
            Decision::Task(task) => json!({"schema": SCHEMA, "task": task}),
            Decision::Ignored(why) => json!({"schema": SCHEMA, "ignored": why}),
        })?;
        return Ok(Exit::Done);
    }
    print_text(&match &decision {
        Decision::Task(task) => format!(
            "task {} ({}): {:?} in {}\n{}\nbefore it is worked on, GitHub is asked whether {} may write (trust)",
            task.key,
            event.name,
            task.request,
            task.repository,
            one_line(&task.title, 200),
            one_line(&task.actors.iter().map(|a| a.login.as_str()).collect::<Vec<_>>().join(" and "), 100),
        ),
        Decision::Ignored(why) => format!("ignored: {why}"),
    })?;
    Ok(Exit::Done)
}

/// Reads a payload of bounded size; every refusal names the file and the mend.
pub fn read_payload(file: &Path) -> Result<Vec<u8>> {
    let refuse = |e: std::io::Error| usage(format!("cannot read the event payload {}: {e}", file.display()));
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

/// The configuration for a verb that works on the local tree.
pub fn local_config(door: &Door) -> Result<Config> {
    let (file, needed) = match &door.common.config {
        Some(file) => (file.clone(), true),
        None => (door.common.repo.join(config::PATH), false),
    };
    match std::fs::read_to_string(&file) {
        Ok(text) => parse_config(&file.display().to_string(), &text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !needed => Ok(Config::default()),
        Err(e) => Err(usage(format!("cannot read the configuration {}: {e}", file.display()))),
    }
}

/// Parses a configuration; what only rooms above the words know to be without effect is refused here.
pub fn parse_config(file: &str, text: &str) -> Result<Config> {
    let config = config::parse(file, text).map_err(usage)?;
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
