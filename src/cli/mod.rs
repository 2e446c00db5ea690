//! Arguments and environment in, exit code out. One file per verb; `main` is one match.

mod env;
mod event;
mod fix;
mod heal;
mod local;
mod ui;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use env::Env;
use std::path::PathBuf;
use std::process::ExitCode;
use ui::Ui;

/// Finds why a build or a test fails, makes the smallest patch it can prove, and shows the proof.
#[derive(Parser)]
#[command(name = "thanos-fix", version, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Args)]
struct Common {
    /// The repository to work in
    #[arg(long, global = true, default_value = ".", value_name = "PATH")]
    repo: PathBuf,
    /// A configuration file instead of the repository's .github/thanos.yml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Machine output: one JSON object on standard output
    #[arg(long, global = true)]
    json: bool,
    /// Only the verdict
    #[arg(long, global = true)]
    quiet: bool,
    /// Details of what is done and of internal errors
    #[arg(long, global = true)]
    verbose: bool,
    /// No colours (NO_COLOR is honoured too)
    #[arg(long, global = true)]
    no_color: bool,
}

#[derive(Subcommand)]
enum Verb {
    Heal(heal::Args),
    Fix(fix::Args),
    Event(event::Args),
}

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; for `heal` and `fix`: the command passes now.
    Done = 0,
    /// A truthful no: the command still fails, something was found.
    No = 1,
    /// Wrong usage, configuration or input.
    Usage = 2,
    /// We broke.
    Internal = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// An error that is the user's to mend: printed as it is, exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// Makes any error the user's.
pub fn usage(error: impl std::fmt::Display) -> anyhow::Error {
    UsageError(error.to_string()).into()
}

struct Door {
    common: Common,
    env: Env,
    ui: Ui,
}

/// The whole program, after the sandbox helper has had its chance.
pub fn main() -> ExitCode {
    let env = Env::read();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            return if e.use_stderr() { Exit::Usage } else { Exit::Done }.into();
        }
    };
    let color = !cli.common.no_color && env.get("NO_COLOR").is_none();
    let ui = Ui::new(cli.common.json, cli.common.quiet, cli.common.verbose, color);
    let door = Door { common: cli.common, env, ui };
    match dispatch(&door, &cli.verb) {
        Ok(exit) => exit.into(),
        Err(e) => fail(&ui, &e).into(),
    }
}

fn dispatch(door: &Door, verb: &Verb) -> Result<Exit> {
    match verb {
        Verb::Heal(args) => heal::run(door, args),
        Verb::Fix(args) => fix::run(door, args),
        Verb::Event(args) => event::run(door, args),
    }
}

/// One line for people; the chain of causes for `--verbose`.
fn fail(ui: &Ui, error: &anyhow::Error) -> Exit {
    if let Some(usage) = error.downcast_ref::<UsageError>() {
        ui.error(&usage.0);
        return Exit::Usage;
    }
    if ui.verbose {
        ui.error(&format!("internal: {error:?}"));
    } else {
        ui.error(&format!("internal: {error:#} (--verbose tells more)"));
    }
    Exit::Internal
}

/// One JSON object on standard output.
fn print_json(value: &impl serde::Serialize) -> Result<()> {
    print_text(&serde_json::to_string(value)?)
}

fn print_text(text: &str) -> Result<()> {
    use std::io::Write as _;
    match writeln!(std::io::stdout().lock(), "{}", text.trim_end_matches('\n')) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
