//! `thanos-fix heal -- COMMAND`: run it here; if it fails, repair the tree until it passes.

use super::{Door, Exit, local, usage};
use anyhow::Result;

/// Run COMMAND here; if it fails, repair the working tree until it passes
///
/// Exit code 0: the command passes now. 1: it still fails, and the tree is as it was, but for new files that the
/// command itself made: these are named and left. What it does to .git or to ignored files is not undone.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    options: local::Options,
    /// The failing command
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    if args.command.first().is_none_or(String::is_empty) {
        return Err(usage("give the command after --, for example: thanos-fix heal -- cargo test"));
    }
    let work = local::Work {
        command: args.command.clone(),
        text: String::new(),
        title: format!("`{}` fails", args.command.join(" ")),
        recorded: None,
    };
    local::run(door, &args.options, work)
}
