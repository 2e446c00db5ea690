//! `thanos-fix ledger`: everything that people do with what was recorded.

mod ask;
mod health;
mod moves;
pub mod place;
mod show;

use super::{Door, Exit, to_stdout};
use crate::brain::text::is_invisible;
use anyhow::Result;
use place::Where;
use std::io::Write;

const PLACES: &str = "\
Where the ledger is (--store):
  database     the PostgreSQL of THANOS_LEDGER_URL: the default where that is set
  branch       ledger.branch: at GitHub where GITHUB_TOKEN and GITHUB_REPOSITORY are set, else as
               it was fetched here (git fetch origin thanos/ledger); the default where it is there
  own          what `heal` and `fix` recorded here for this project: the default otherwise
  DIR          a folder
  postgres://… a database

Move a ledger to PostgreSQL: set THANOS_LEDGER_URL, then
  thanos-fix ledger sync --store branch --to database
What is in a record, and more of all this: docs/ledger.md.";

#[derive(Debug, clap::Args)]
#[command(after_help = PLACES)]
pub struct Args {
    /// Where the ledger is: database, branch, own, a folder or a postgres:// address
    #[arg(long, global = true, value_name = "WHERE")]
    store: Option<Where>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists the newest attempts, or shows one
    Show(show::Args),
    /// Finds attempts and facts, or adds them up
    Query(ask::Args),
    /// Writes everything as JSON Lines, word for word
    Export(moves::Export),
    /// Takes in what was exported; what is there already stays as it is
    Import(moves::Import),
    /// Delivers what waits on this machine for a store that was out of reach; with --to, copies one store into another
    Sync(moves::Sync),
    /// Puts the small files of past months into one file each; in PostgreSQL, refreshes what reports read
    Compact(moves::Compact),
    /// Writes everything into one file, with its digest and counts at the end
    Backup(moves::Backup),
    /// Takes a backup in again, once it was seen to be whole
    Restore(moves::Restore),
    /// Reads everything and tells what is wrong, how big it is, how it grows, and what GitHub still lets us ask
    Check,
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    let json = door.common.json;
    let at = args.store.clone().unwrap_or_default();
    match &args.action {
        Action::Show(args) => place::there(door, &at, |store| to_stdout(|out| show::run(args, store, json, out))),
        Action::Query(args) => place::there(door, &at, |store| to_stdout(|out| ask::run(args, store, json, out))),
        Action::Export(args) => moves::export(door, &at, args),
        Action::Import(args) => moves::import(door, &at, args),
        Action::Sync(args) => moves::sync(door, &at, args),
        Action::Compact(args) => moves::compact(door, &at, args),
        Action::Backup(args) => moves::backup(door, &at, args),
        Action::Restore(args) => moves::restore(door, &at, args),
        Action::Check => health::run(door, &at),
    }
}

/// The ledger is data from outside: nothing may reach the terminal that moves its cursor or turns a line round.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_invisible(*c)).collect()
}

/// The beginning of an RFC 3339 time, as `--since` takes it.
fn time(text: &str) -> Result<String, String> {
    let full = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    match full.parse::<jiff::Timestamp>() {
        // Times are compared as they are written, and written in UTC.
        Ok(at) if text.len() > 10 => Ok(at.to_string()),
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("use 2026, 2026-05, 2026-05-31 or 2026-05-31T12:00:00Z".to_owned()),
    }
}

/// Rows under their heads, in columns; nothing where there are no rows.
fn table(heads: &[&str], rows: &[Vec<String>], out: &mut dyn Write) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let head: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&head).chain(rows).collect();
    let width = |column: usize| all.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    for row in &all {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    /// A time that is none must not select everything, or nothing; one of another zone means the same moment.
    #[test]
    fn times_are_checked_by_every_verb_that_takes_one() {
        for verb in ["query", "export"] {
            for bad in ["soon", "01/05/2026", "2026-13", "2026-05-32"] {
                let said = Line::try_parse_from(["x", verb, "--since", bad]).unwrap_err().to_string();
                assert!(said.contains("use 2026, 2026-05"), "{verb} {bad}: {said}");
            }
            assert!(Line::try_parse_from(["x", verb, "--since", "2026-05"]).is_ok());
        }
        let line = Line::try_parse_from(["x", "export", "--since", "2026-05-01T12:00:00+02:00"]).unwrap();
        let Action::Export(export) = line.args.action else { unreachable!() };
        assert_eq!(export.since.as_deref(), Some("2026-05-01T10:00:00Z"));
    }
}
