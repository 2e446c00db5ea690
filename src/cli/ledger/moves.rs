//! `thanos-fix ledger export|import|sync|compact|backup|restore`: from one place to another, nothing lost.

use super::place::{self, URL, Where};
use super::{plain, time};
use crate::cli::held::held;
use crate::cli::{Door, Exit, print_json, usage};
use crate::ledger::archive::{self, Contents};
use crate::ledger::{Spooled, Store, Taken};
use crate::pipeline;
use crate::record::SCHEMA;
use crate::report::count;
use anyhow::{Context as _, Result};
use serde_json::json;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Export {
    /// Into this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Only this time and later: 2026, 2026-05, 2026-05-31 or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(super) since: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct Import {
    /// What `export` wrote; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct Sync {
    /// Copy the ledger there: database, branch, own, a folder or a postgres:// address
    #[arg(long, value_name = "WHERE")]
    to: Option<Where>,
}

#[derive(Debug, clap::Args)]
pub struct Compact {
    /// Months before this one (2026-05); without it, before the one that runs
    #[arg(long, value_name = "MONTH", value_parser = month)]
    before: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct Backup {
    /// The file that is written
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct Restore {
    /// What `backup` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

fn month(text: &str) -> Result<String, String> {
    let parsed = format!("{text}-01T00:00:00Z").parse::<jiff::Timestamp>();
    parsed
        .ok()
        .filter(|_| text.len() == 7)
        .map(|_| text.to_owned())
        .ok_or_else(|| "use a month like 2026-05".to_owned())
}

fn notes(door: &Door, notes: &[String]) {
    notes.iter().for_each(|note| door.ui.stage("note", &plain(note)));
}

pub fn export(door: &Door, at: &Where, args: &Export) -> Result<Exit> {
    place::there(door, at, |store| {
        let since = args.since.as_deref();
        let (contents, said) = match &args.out {
            Some(path) => {
                let file =
                    File::create(path).map_err(|e| usage(format!("--out: cannot write {}: {e}", path.display())))?;
                let mut out = BufWriter::new(file);
                let done = archive::export(store, since, &mut out)?;
                out.flush().with_context(|| format!("cannot write {}", path.display()))?;
                done
            }
            None => {
                let mut out = Masked(BufWriter::new(std::io::stdout().lock()));
                match archive::export(store, since, &mut out).and_then(|done| Ok(out.flush().map(|()| done)?)) {
                    Err(error) if is_closed(&error) => return Ok(Exit::Done),
                    done => done?,
                }
            }
        };
        notes(door, &said);
        if let (Some(path), true) = (&args.out, door.common.json) {
            print_json(&json!({ "schema": SCHEMA, "file": path, "contents": contents, "notes": said }))?;
        } else {
            door.ui.verdict(true, &format!("exported {} from {}", told(&contents), store.place()));
        }
        Ok(Exit::Done)
    })
}

/// A reader that has enough.
fn is_closed(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Whatever is printed goes through the mask; one line is written at once.
struct Masked<W: std::io::Write>(W);

impl<W: std::io::Write> std::io::Write for Masked<W> {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.write_all(text)?;
        Ok(text.len())
    }

    fn write_fmt(&mut self, text: std::fmt::Arguments<'_>) -> std::io::Result<()> {
        self.0.write_all(held().mask(&text.to_string()).as_bytes())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

fn told(contents: &Contents) -> String {
    let kinds: Vec<String> = contents.kinds.iter().map(|(kind, many)| format!("{many} {}", plain(kind))).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
    format!("{}{kinds}", records(contents))
}

pub fn records(contents: &Contents) -> String {
    count(usize::try_from(contents.records).unwrap_or(usize::MAX), "record")
}

/// How it went, for people and machines.
fn done(door: &Door, verb: &str, place: &str, taken: &Taken) -> Result<Exit> {
    notes(door, &taken.notes);
    if door.common.json {
        let (written, unchanged) = (taken.written, taken.unchanged);
        let whole = json!({ "schema": SCHEMA, "place": place, "written": written, "unchanged": unchanged, "notes": taken.notes });
        print_json(&whole)?;
    } else {
        let was_there = format!("{} there already", taken.unchanged);
        door.ui.verdict(
            taken.notes.is_empty(),
            &format!("{} {verb} {place}, {was_there}", count(taken.written, "record")),
        );
    }
    Ok(if taken.notes.is_empty() { Exit::Done } else { Exit::No })
}

fn usable(store: &dyn Store) -> Result<()> {
    store.unusable()?.map_or(Ok(()), |why| Err(usage(why)))
}

pub fn import(door: &Door, at: &Where, args: &Import) -> Result<Exit> {
    place::with(door, at, |store| {
        usable(store)?;
        let taken = match args.file.to_str() {
            Some("-") => archive::import(std::io::stdin().lock(), store)?,
            _ => archive::import(BufReader::new(open(&args.file)?), store)?,
        };
        done(door, "imported into", &store.place(), &taken)
    })
}

fn open(path: &Path) -> Result<File> {
    if path.is_dir() {
        return Err(usage(format!(
            "{} is a folder; give a file, or copy a ledger with `sync --store`",
            path.display()
        )));
    }
    File::open(path).map_err(|e| usage(format!("cannot read {}: {e}", path.display())))
}

pub fn sync(door: &Door, at: &Where, args: &Sync) -> Result<Exit> {
    if let Some(to) = &args.to {
        return place::there(door, at, |from| {
            place::with(door, to, |to| {
                if from.place() == to.place() {
                    return Err(usage(format!("--store and --to are both {}", to.place())));
                }
                usable(to)?;
                done(door, "copied into", &to.place(), &archive::copy(from, to)?)
            })
        });
    }
    let store = place::database(door, None)?;
    let store = store.ok_or_else(|| {
        usage(format!("nothing to deliver to: set {URL}, or copy a ledger with --to (see thanos-fix ledger --help)"))
    })?;
    let place = store.place();
    let spooled: Spooled = place::spooled(door, Box::new(store), |_| {});
    done(door, "delivered to", &place, &spooled.deliver()?)
}

pub fn compact(door: &Door, at: &Where, args: &Compact) -> Result<Exit> {
    place::there(door, at, |store| {
        usable(store)?;
        let before = args.before.clone().unwrap_or_else(|| pipeline::now().chars().take(7).collect());
        let taken = store.compact(&before)?;
        notes(door, &taken.notes);
        if door.common.json {
            print_json(
                &json!({ "schema": SCHEMA, "place": store.place(), "files": taken.written, "notes": taken.notes }),
            )?;
        } else {
            door.ui.verdict(true, &format!("{} compacted in {}", count(taken.written, "file"), store.place()));
        }
        Ok(Exit::Done)
    })
}

pub fn backup(door: &Door, at: &Where, args: &Backup) -> Result<Exit> {
    place::there(door, at, |store| {
        let (contents, said) = archive::backup(store, &pipeline::now(), &args.out)?;
        notes(door, &said);
        if door.common.json {
            let file = args.out.display().to_string();
            print_json(&json!({ "schema": SCHEMA, "file": file, "contents": contents, "notes": said }))?;
        } else {
            let text = format!("{} of {} in {}", told(&contents), store.place(), args.out.display());
            door.ui.verdict(said.is_empty(), &text);
        }
        Ok(if said.is_empty() { Exit::Done } else { Exit::No })
    })
}

pub fn restore(door: &Door, at: &Where, args: &Restore) -> Result<Exit> {
    drop(open(&args.file)?);
    place::with(door, at, |store| {
        usable(store)?;
        let taken = archive::restore(&args.file, store).map_err(|error| usage(format!("{error:#}")))?;
        done(door, "restored into", &store.place(), &taken)
    })
}
