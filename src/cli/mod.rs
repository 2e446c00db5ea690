//! Arguments and environment in, exit code out. One file per verb; `main` is one match.

mod actions;
mod branch;
mod dashboard;
mod demo;
mod desk;
mod diagnose;
mod doctor;
mod env;
mod eval;
mod event;
mod export;
mod fix;
mod guard;
mod heal;
mod held;
mod init;
mod inner;
mod learnings;
mod ledger;
mod local;
mod locate;
mod memory;
mod model;
mod notify;
mod progress;
mod run;
mod scan;
mod surroundings;
mod ui;
mod withheld;

use crate::ledger::Away;
use crate::process;
use crate::workspace::Unusable;
use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use env::Env;
use std::ffi::OsString;
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

#[derive(Args, Clone)]
#[command(next_help_heading = "Options of every verb")]
struct Common {
    /// The repository to work in; `heal` and `fix` look at, and repair, nothing outside of this folder
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
    Run(run::RunArgs),
    Propose(run::ProposeArgs),
    Publish(run::PublishArgs),
    Heal(heal::Args),
    Fix(fix::Args),
    /// Read a failure log: class, failing tests, locations, the line a person would quote
    Diagnose(diagnose::Args),
    /// Rank the files that an issue text is about
    Locate(locate::Args),
    Event(event::Args),
    /// Find secrets in files
    Scan(scan::Args),
    /// Every guard over the change since a revision
    Guard(guard::Args),
    /// Everything that was recorded: show, query, export, import, sync, compact, backup, restore, check
    Ledger(ledger::Args),
    Notify(notify::Args),
    Export(export::Args),
    /// The ledger as pages: success, time, money, every run
    Dashboard(dashboard::Args),
    /// Write the workflow files and a commented .github/thanos.yml for this repository
    Init(init::Args),
    Doctor(doctor::Args),
    Demo(demo::Args),
    Eval(eval::Args),
    Learnings(learnings::Args),
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

impl Door {
    /// The same where the variable `name` is not set.
    fn without(&self, name: &str) -> Self {
        Self { common: self.common.clone(), env: self.env.clone().without(name), ui: self.ui }
    }
}

/// The whole program, after the sandbox helper has had its chance.
pub fn main() -> ExitCode {
    let mut args: Vec<OsString> = std::env::args_os().collect();
    let inner = args.get(1).and_then(|a| a.to_str()).map(str::to_owned);
    let plain = Ui::new(false, false, false, true);
    if inner.as_deref() == Some(inner::HEAL) {
        process::hide_memory();
        return inner::main().unwrap_or_else(|e| fail(&plain, &e)).into();
    }
    let supervised = inner.as_deref() == Some(run::SUPERVISE);
    let env = if supervised { run::inherited() } else { Ok(Env::read()) };
    let env = match env {
        Ok(env) => env,
        Err(e) => return fail(&plain, &e).into(),
    };
    if supervised {
        args.remove(1);
    }
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            if let Some(tip) = separator(&args).filter(|_| e.use_stderr()) {
                let _ = std::io::Write::write_all(&mut std::io::stderr(), tip.as_bytes());
            }
            return if e.use_stderr() { Exit::Usage } else { Exit::Done }.into();
        }
    };
    held::held().learn(env.secrets());
    let color = !cli.common.no_color && env.get("NO_COLOR").is_none();
    let ui = Ui::new(cli.common.quiet, cli.common.verbose, color, env.in_actions());
    let door = Door { common: cli.common, env, ui };
    let holds_token = matches!(cli.verb, Verb::Run(_) | Verb::Propose(_) | Verb::Publish(_));
    if holds_token && !supervised {
        return match run::leave_environment(&door.env, &args[1..]) {
            Err(e) => fail(&ui, &e).into(),
        };
    }
    let runs_here = matches!(cli.verb, Verb::Heal(_) | Verb::Fix(_) | Verb::Guard(_) | Verb::Eval(_));
    if runs_here {
        process::hide_memory();
    }
    let done = match &cli.verb {
        verb if runs_here => ui.without_commands(|| dispatch(&door, verb)),
        verb => dispatch(&door, verb),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(e) => fail(&ui, &e).into(),
    }
}

/// For a command that was given without the `--` before it.
fn separator(args: &[OsString]) -> Option<String> {
    let words: Vec<String> = args.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let verb = words.get(1).filter(|verb| matches!(verb.as_str(), "heal" | "fix" | "guard"))?;
    let command = words.iter().skip(2).position(|word| !word.starts_with('-'))?;
    let is_given = words.iter().any(|word| word == "--");
    (!is_given).then(|| {
        let (options, command) = words[2..].split_at(command);
        let options: String = options.iter().map(|option| format!(" {option}")).collect();
        format!("\ntip: the command goes after `--`: thanos-fix {verb}{options} -- {}\n", command.join(" "))
    })
}

fn dispatch(door: &Door, verb: &Verb) -> Result<Exit> {
    let repo = &door.common.repo;
    if !repo.is_dir() {
        return Err(usage(format!("--repo: {} is not a directory", repo.display())));
    }
    match verb {
        Verb::Run(_) => run::run(door, None),
        Verb::Propose(args) => run::run(door, Some(args)),
        Verb::Publish(args) => run::publish(door, args),
        Verb::Heal(args) => heal::run(door, args),
        Verb::Fix(args) => fix::run(door, args),
        Verb::Diagnose(args) => to_stdout(|out| diagnose::run(args, door.common.json, out)),
        Verb::Locate(args) => to_stdout(|out| locate::run(args, &door.common.repo, door.common.json, out)),
        Verb::Scan(args) => scan::run(door, args),
        Verb::Guard(args) => guard::run(door, args),
        Verb::Init(args) => init::run(door, args),
        Verb::Ledger(args) => ledger::run(door, args),
        Verb::Dashboard(args) => dashboard::run(door, args),
        Verb::Notify(args) => notify::run(door, args),
        Verb::Export(args) => export::run(door, args),
        Verb::Doctor(args) => doctor::run(door, args),
        Verb::Demo(args) => demo::run(door, args),
        Verb::Eval(args) => eval::run(door, args),
        Verb::Learnings(args) => learnings::run(door, args),
        Verb::Event(args) => event::run(door, args),
    }
}

/// One line for people; the chain of causes for `--verbose`.
fn fail(ui: &Ui, error: &anyhow::Error) -> Exit {
    let usage = error.downcast_ref::<UsageError>().map(|e| &e.0);
    let unusable = error.downcast_ref::<Unusable>().map(|e| &e.0);
    let away = error.downcast_ref::<Away>().map(ToString::to_string);
    if let Some(text) = usage.or(unusable).or(away.as_ref()) {
        ui.error(text);
        return Exit::Usage;
    }
    if ui.verbose {
        ui.error(&format!("internal: {error:?}"));
    } else {
        ui.error(&format!("internal: {error:#} (--verbose tells more)"));
    }
    Exit::Internal
}

/// For verbs that only print: a closed pipe is the reader's wish.
fn to_stdout(act: impl FnOnce(&mut dyn std::io::Write) -> Result<()>) -> Result<Exit> {
    use std::io::Write as _;
    let broken = |e: &anyhow::Error| {
        e.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    };
    let mut printed = Vec::new();
    let done = act(&mut printed).and_then(|()| {
        let text = String::from_utf8_lossy(&printed);
        Ok(std::io::stdout().lock().write_all(held::held().mask(&text).as_bytes())?)
    });
    match done {
        Err(e) if !broken(&e) => Err(e),
        _ => Ok(Exit::Done),
    }
}

/// One JSON object on standard output.
fn print_json(value: &impl serde::Serialize) -> Result<()> {
    let masked = crate::forge::mask_json(&serde_json::to_value(value)?, &*held::held().mask_fn());
    print_text(&serde_json::to_string(&masked)?)
}

fn print_text(text: &str) -> Result<()> {
    use std::io::Write as _;
    let text = held::held().mask(text.trim_end_matches('\n'));
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
