//! `thanos-fix dashboard`: the ledger as pages, written to a directory or served.

use super::ledger::place::{self, Where};
use super::{Door, Exit, local, print_json, usage};
use crate::dashboard::{self, Lines, Listen, Options, Source, Stored, Unusable};
use crate::pipeline;
use anyhow::Result;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Write a static site: it works from a disk, from GitHub Pages, from any web server
    Build {
        /// Where the pages go: a new or empty directory, or one with an earlier dashboard
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[command(flatten)]
        what: What,
    },
    /// Serve the same pages to this machine; they follow the ledger and the runs in progress here
    Serve {
        /// The address to serve at; port 0 takes any that is free
        #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7823")]
        listen: SocketAddr,
        /// Another name that browsers may ask for it by; needed, with a wider --listen, for other machines: whoever
        /// reaches the address reads everything
        #[arg(long = "name", value_name = "HOST")]
        names: Vec<String>,
        #[command(flatten)]
        what: What,
    },
}

#[derive(clap::Args)]
struct What {
    /// Another ledger than the usual one: database, branch, own, a folder, a postgres:// address, or a file of
    /// `ledger export`
    #[arg(long, value_name = "LEDGER")]
    from: Option<Where>,
    /// What a repair is assumed to save a person
    #[arg(long, value_name = "MINUTES", default_value = "30", value_parser = amount)]
    minutes_saved: f64,
    /// What an hour of theirs is assumed to cost, in dollars
    #[arg(long, value_name = "DOLLARS", default_value = "60", value_parser = amount)]
    hourly_cost: f64,
}

fn amount(text: &str) -> Result<f64, String> {
    let is_sound = |amount: &f64| amount.is_finite() && (0.0..=100_000.0).contains(amount);
    text.parse().ok().filter(is_sound).ok_or_else(|| "use a number from 0 to 100000".to_owned())
}

impl What {
    fn options(&self, live: bool) -> Options {
        Options { minutes: self.minutes_saved, hourly: self.hourly_cost, now: pipeline::now(), live }
    }

    fn open(&self, door: &Door, act: &mut dyn FnMut(&dyn Source) -> Result<()>) -> Result<()> {
        let named = self.from.as_ref().unwrap_or(&Where::Usual);
        match named {
            Where::Folder(path) if path.is_file() => act(&Lines(path.clone())),
            Where::Folder(path) if !path.is_dir() => {
                Err(usage(format!("--from: there is no folder or file {}", path.display())))
            }
            _ => place::with(door, named, |store| act(&Stored(store))),
        }
    }
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    match &args.action {
        Action::Build { out, what } => build(door, out, what),
        Action::Serve { listen, names, what } => serve(door, *listen, names, what),
    }
}

fn build(door: &Door, out: &std::path::Path, what: &What) -> Result<Exit> {
    let mut built = None;
    what.open(door, &mut |source| {
        built = Some((source.place(), dashboard::build(source, out, &what.options(false)).map_err(users)?));
        Ok(())
    })?;
    let Some((place, built)) = built else { return Ok(Exit::Done) };
    if door.common.json {
        let (runs, facts, skipped) = (built.runs, built.facts, built.skipped);
        print_json(&json!({"schema": 1, "out": out, "from": place, "runs": runs, "facts": facts, "skipped": skipped}))?;
        return Ok(Exit::Done);
    }
    let count = crate::report::count;
    let skipped = if built.skipped > 0 { format!(", {} skipped", built.skipped) } else { String::new() };
    let (runs, facts) = (count(built.runs, "run"), count(built.facts, "fact"));
    door.ui.stage("dashboard", &format!("{runs} and {facts}{skipped} from {place}"));
    door.ui.verdict(true, &format!("open {}", out.join("index.html").display()));
    Ok(Exit::Done)
}

fn serve(door: &Door, address: SocketAddr, names: &[String], what: &What) -> Result<Exit> {
    if !address.ip().is_loopback() && names.is_empty() {
        return Err(usage(format!(
            "--listen {address} is open to other machines, and whoever reaches it reads everything: say by which name \
             with --name, or listen on 127.0.0.1"
        )));
    }
    let stop = local::cancel_flag()?;
    let listen = Listen { address, names: names.to_vec(), running: local::live_dir(door) };
    let say = |text: &str| door.ui.stage("dashboard", text);
    dashboard::serve(&|act| what.open(door, act), &listen, &|| what.options(true), &stop, &say)?;
    Ok(Exit::Done)
}

fn users(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<Unusable>() {
        Some(why) => usage(why),
        None => error,
    }
}
