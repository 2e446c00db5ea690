//! Writes the site: one pass over the ledger, numbers in memory, texts in a spool, then small files that the pages load
//! when they are looked at. Numbers of files count from the oldest run on, so that a new run changes only the last ones.

use super::assets;
use super::facts::{self, FactRow};
use super::lessons::{Lessons, array};
use super::row::{self, Names, Row, columns};
use super::source::{Item, Source};
use super::spool::{Kept, Place, Spool};
use super::totals::Totals;
use anyhow::{Context as _, Result};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Runs in one file of the timeline.
const CHUNK: usize = 1000;
/// Facts in one file of the audit trail.
const TRAIL: usize = 200;
const LESSONS: usize = 100;
/// Runs in one file of details, about.
const SHARD: usize = 32;
const SHARDS: usize = 1 << 14;
/// What the first view shows.
const NEWEST: usize = 25;
const NOTES: usize = 100;
/// In `api/data.json`.
const RECENT: usize = 200;
/// A file of the timeline with more repositories than this is looked into for any of them.
const FEW: usize = 12;
const NAMED: usize = 500;
const OURS: &str = "data/overview.js";
/// Where a site is written before it takes the place of the earlier one.
const NEXT: &str = ".thanos-dashboard-next";
const FOLDERS: [&str; 2] = ["api", "data"];
const JEKYLL: &str = ".nojekyll";
const CALL: &str = "thanos";

/// What the pages assume.
#[derive(Debug, Clone)]
pub struct Options {
    /// Of a person, for each repair.
    pub minutes: f64,
    /// What an hour of theirs costs.
    pub hourly: f64,
    /// The time that the pages say they are of.
    pub now: String,
    /// Served, and told of changes.
    pub live: bool,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Built {
    pub runs: usize,
    pub facts: usize,
    pub skipped: usize,
}

/// The directory holds something of somebody else's.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(String);

/// Everything that was read.
struct Gathered {
    rows: Vec<Row>,
    facts: Vec<FactRow>,
    lessons: Vec<Place>,
    repositories: Names,
    models: Names,
    lines: Kept,
    wholes: Kept,
    learned: Kept,
    notes: Vec<String>,
    skipped: usize,
}

/// The whole site in `out`, which is new, empty, or holds an earlier one: that stays until this one is complete.
pub fn build(source: &dyn Source, out: &Path, options: &Options) -> Result<Built> {
    let next = prepare(out)?;
    let done = write(source, &next, options).and_then(|built| take_place(&next, out).map(|()| built));
    // A disk that is full needs the room.
    let _ = fs::remove_dir_all(&next);
    done.with_context(|| format!("the pages in {} are not renewed", out.display()))
}

fn write(source: &dyn Source, out: &Path, options: &Options) -> Result<Built> {
    let gathered = gather(source, out)?;
    let site = Site { out, all: &gathered };
    assets::FILES.iter().try_for_each(|file| site.write(file.name, file.bytes))?;
    site.write(JEKYLL, b"")?;
    let chunks = site.chunks()?;
    let shards = site.shards()?;
    site.trail()?;
    for (number, places) in gathered.lessons.chunks(LESSONS).enumerate() {
        let data = array(places, &gathered.learned)?;
        site.data(&format!("learnings-{number}"), &data)?;
    }
    let mut totals = Totals::of(row::seconds(&options.now));
    gathered.rows.iter().for_each(|row| totals.add(row));
    let totals = totals.told(&gathered.repositories, &gathered.models);
    let newest: Vec<&Row> = gathered.rows.iter().rev().take(NEWEST).collect();
    let overview = json!({
        "schema": crate::record::SCHEMA,
        "version": env!("CARGO_PKG_VERSION"),
        "generated": options.now,
        "place": source.place(),
        "live": options.live,
        "minutes": options.minutes,
        "hourly": options.hourly,
        "runs": gathered.rows.len(),
        "facts": gathered.facts.len(),
        "learnings": gathered.lessons.len(),
        "notes": gathered.notes,
        "skipped": gathered.skipped,
        "chunk": CHUNK, "chunks": chunks,
        "shards": shards,
        "trail": TRAIL, "trails": gathered.facts.len().div_ceil(TRAIL),
        "lessons": LESSONS, "lesson_files": gathered.lessons.len().div_ceil(LESSONS),
        "names": gathered.repositories.names.iter().take(NAMED).collect::<Vec<_>>(),
        "totals": totals,
        "newest": site.columns(&newest)?,
    });
    site.api(&overview)?;
    site.data("overview", &serde_json::to_vec(&overview)?)?;
    Ok(Built { runs: gathered.rows.len(), facts: gathered.facts.len(), skipped: gathered.skipped })
}

/// An empty folder for the new pages. What is somebody else's stays, and stops us.
fn prepare(out: &Path) -> Result<PathBuf> {
    let cannot = || format!("cannot write to {}", out.display());
    fs::create_dir_all(out).with_context(cannot)?;
    let next = out.join(NEXT);
    let was_killed = next.exists();
    let is_ours = was_killed || out.join(OURS).exists();
    let mut others = fs::read_dir(out).with_context(cannot)?.filter_map(Result::ok).map(|entry| entry.file_name());
    let foreign = others.find(|name| !name.as_encoded_bytes().starts_with(b"."));
    if let (false, Some(name)) = (is_ours, foreign) {
        let (out, name) = (out.display(), name.display());
        return Err(
            Unusable(format!("{out} holds {name} and no dashboard: give an empty directory or a new one")).into()
        );
    }
    if was_killed {
        fs::remove_dir_all(&next).with_context(cannot)?;
    }
    FOLDERS.iter().try_for_each(|folder| fs::create_dir_all(next.join(folder))).with_context(cannot)?;
    Ok(next)
}

/// The new pages where the earlier ones are; whoever is killed here leaves [`NEXT`], by which the next one knows.
fn take_place(next: &Path, out: &Path) -> Result<()> {
    for name in assets::FILES.iter().map(|file| file.name).chain([JEKYLL]).chain(FOLDERS) {
        let (new, place) = (next.join(name), out.join(name));
        let cannot = || format!("cannot put {} in its place", place.display());
        if place.is_dir() {
            fs::rename(&place, next.join(format!("earlier-{name}"))).with_context(cannot)?;
        }
        fs::rename(new, &place).with_context(cannot)?;
    }
    Ok(())
}

/// What a batch becomes, on all threads.
enum Draft {
    Run(row::Draft),
    Fact(facts::Draft),
    Note(String),
}

fn draft(item: Item) -> Draft {
    let unreadable = |e: anyhow::Error| Draft::Note(format!("skipped: {e:#}"));
    match item {
        Item::Run(record) => row::Draft::new(&record).map_or_else(unreadable, Draft::Run),
        Item::Fact(entry) => facts::Draft::new(*entry).map_or_else(unreadable, Draft::Fact),
        Item::Note(note) => Draft::Note(note),
    }
}

fn gather(source: &dyn Source, out: &Path) -> Result<Gathered> {
    let (mut lines, mut wholes, mut learned) = (Spool::in_dir(out)?, Spool::in_dir(out)?, Spool::in_dir(out)?);
    let (mut repositories, mut models) = (Names::default(), Names::default());
    let (mut rows, mut facts, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut lessons, mut skipped, mut told) = (Lessons::default(), 0, HashSet::new());
    source.read(&mut |batch| {
        let drafts: Vec<Draft> = batch.into_par_iter().map(draft).collect();
        for draft in drafts {
            match draft {
                Draft::Run(mut draft) => {
                    if let Some(name) = draft.repository.take() {
                        draft.row.repository = repositories.number(&name);
                    }
                    rows.push(draft.keep(&mut lines, &mut wholes)?);
                }
                // Told twice, it counts once.
                Draft::Fact(draft) if !told.insert(draft.id()) => {}
                Draft::Fact(mut draft) => {
                    if let Some(learning) = draft.learning.take() {
                        lessons.learn(draft.repository(), *learning, draft.at.clone(), &mut learned)?;
                    }
                    facts.push(draft.keep(&mut repositories, &mut models, &mut wholes)?);
                }
                Draft::Note(note) => {
                    skipped += 1;
                    if notes.len() < NOTES {
                        notes.push(note);
                    }
                }
            }
        }
        Ok(())
    })?;
    rows.sort_by_key(|row: &Row| (row.started, row.id, row.repository));
    // The newer version came first.
    rows.dedup_by_key(|row| (row.id, row.repository));
    facts.sort_by_key(|fact: &FactRow| fact.at);
    facts::apply(&facts, &mut rows);
    let lessons = lessons.best_first();
    let (lines, wholes, learned) = (lines.close()?, wholes.close()?, learned.close()?);
    Ok(Gathered { rows, facts, lessons, repositories, models, lines, wholes, learned, notes, skipped })
}

struct Site<'a> {
    out: &'a Path,
    all: &'a Gathered,
}

impl Site<'_> {
    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.out.join(name);
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    }

    /// A script that hands its data over: pages from a disk may load scripts and nothing else.
    fn data(&self, name: &str, json: &[u8]) -> Result<()> {
        let head = format!("{CALL}(\"{name}\",");
        self.write(&format!("data/{name}.js"), &[head.as_bytes(), json, b")\n"].concat())
    }

    fn columns(&self, rows: &[&Row]) -> Result<Value> {
        let line = |row: &&Row| {
            let mut bytes = Vec::new();
            self.all.lines.read(row.line, &mut bytes)?;
            Ok(serde_json::from_slice(&bytes)?)
        };
        let lines = rows.iter().map(line).collect::<Result<Vec<Value>>>()?;
        Ok(columns(rows, &lines, &self.all.repositories, &self.all.models))
    }

    /// The timeline; returns what each file holds, so that a filter opens only those that may match.
    fn chunks(&self) -> Result<Vec<Value>> {
        let chunks: Vec<(usize, &[Row])> = self.all.rows.chunks(CHUNK).enumerate().collect();
        let write = |(number, rows): (usize, &[Row])| {
            let rows: Vec<&Row> = rows.iter().collect();
            self.data(&format!("runs-{number}"), &serde_json::to_vec(&self.columns(&rows)?)?)?;
            Ok(holds(&rows))
        };
        chunks.into_par_iter().map(write).collect()
    }

    /// The records and their facts; returns the number of files, a power of two.
    fn shards(&self) -> Result<usize> {
        let count = (self.all.rows.len() / SHARD).next_power_of_two().min(SHARDS);
        let shard = |id: u64| usize::try_from(id % count as u64).unwrap_or(0);
        let mut runs: Vec<(usize, Place)> = self.all.rows.iter().map(|row| (shard(row.id), row.whole)).collect();
        runs.par_sort_by_key(|(shard, _)| *shard);
        let of_runs = self.all.facts.iter().filter(|fact| fact.run != 0);
        let mut facts: Vec<(usize, Place)> = of_runs.map(|fact| (shard(fact.run), fact.whole)).collect();
        facts.par_sort_by_key(|(shard, _)| *shard);
        let of = |all: &[(usize, Place)], wanted: usize| -> Result<Vec<u8>> {
            let from = all.partition_point(|(shard, _)| *shard < wanted);
            let to = all.partition_point(|(shard, _)| *shard <= wanted);
            let places: Vec<Place> = all[from..to].iter().map(|(_, place)| *place).collect();
            array(&places, &self.all.wholes)
        };
        (0..count).into_par_iter().try_for_each(|number| {
            let json = [b"{\"runs\":", &*of(&runs, number)?, b",\"facts\":", &*of(&facts, number)?, b"}"].concat();
            self.data(&format!("run-{number}"), &json)
        })?;
        Ok(count)
    }

    fn trail(&self) -> Result<()> {
        let chunks: Vec<(usize, &[FactRow])> = self.all.facts.chunks(TRAIL).enumerate().collect();
        chunks.into_par_iter().try_for_each(|(number, facts)| {
            let places: Vec<Place> = facts.iter().map(|fact| fact.whole).collect();
            self.data(&format!("trail-{number}"), &array(&places, &self.all.wholes)?)
        })
    }

    /// For machines: sums and the latest runs, as docs/dashboard.md describes them.
    fn api(&self, overview: &Value) -> Result<()> {
        let recent: Vec<&Row> = self.all.rows.iter().rev().take(RECENT).collect();
        let keys =
            ["schema", "version", "generated", "place", "minutes", "hourly", "runs", "facts", "learnings", "totals"];
        let mut api: serde_json::Map<String, Value> =
            keys.iter().filter_map(|key| Some(((*key).to_owned(), overview.get(*key)?.clone()))).collect();
        api.insert("recent".to_owned(), self.columns(&recent)?);
        self.write("api/data.json", &serde_json::to_vec(&api)?)
    }
}

/// From, to, how many, which outcomes, hands and classes as bits, which repositories.
fn holds(rows: &[&Row]) -> Value {
    let bits = |get: fn(&Row) -> u8| rows.iter().fold(0u32, |bits, row| bits | 1 << get(row).min(31));
    let repositories: BTreeSet<u32> = rows.iter().map(|row| row.repository).collect();
    let is_named = repositories.len() <= FEW && repositories.iter().all(|at| (*at as usize) < NAMED);
    let (from, to) = (rows.first().map_or(0, |row| row.started), rows.last().map_or(0, |row| row.started));
    json!([
        from,
        to,
        rows.len(),
        bits(|r| r.outcome),
        bits(|r| r.hand),
        bits(|r| r.class),
        is_named.then_some(repositories)
    ])
}

#[cfg(test)]
mod tests;
