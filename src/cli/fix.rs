//! `thanos-fix fix --issue FILE`: repair from an issue text, locally.

use super::{Door, Exit, local, usage};
use crate::brain::{log, text};
use anyhow::Result;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Longer than any issue GitHub stores, shorter than what could hurt.
const MAX_TEXT: u64 = 4 * 1024 * 1024;

/// Repair the working tree from an issue text (first line: the title)
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    options: local::Options,
    /// The issue's text; `-` is standard input
    #[arg(long, value_name = "FILE|-")]
    issue: PathBuf,
    /// The command that proves a repair; configured or detected without it
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    let raw = read(&args.issue)?;
    if raw.trim().is_empty() {
        return Err(usage(format!("the issue {} is empty", args.issue.display())));
    }
    let (title, body) = raw.split_once('\n').unwrap_or((&raw, ""));
    let cleaned = format!("{}\n{}", text::clean(title), text::clean(body));
    let report = log::read(&cleaned);
    let recorded = (report.tool.is_some() && report.first_error.is_some()).then_some(report);
    let work = local::Work {
        command: args.command.clone(),
        title: text::clean(title).trim().trim_start_matches('#').trim().to_owned(),
        text: cleaned,
        recorded,
    };
    local::run(door, &args.options, work)
}

fn read(file: &Path) -> Result<String> {
    let refuse = |e: std::io::Error| usage(format!("cannot read the issue {}: {e}", file.display()));
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(MAX_TEXT).read_to_end(&mut bytes).map_err(refuse)?;
    } else {
        std::fs::File::open(file).map_err(refuse)?.take(MAX_TEXT).read_to_end(&mut bytes).map_err(refuse)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
