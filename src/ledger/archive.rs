//! A ledger as JSON Lines: out of one store, into another, and as a backup whose first and last line say what must be in
//! between.

use super::directory::write_whole;
use super::line::{Key, Line, Taken};
use super::{Chunk, Filed, Store};
use crate::ids::RelPath;
use anyhow::{Context as _, Result, bail, ensure};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, Write};
use std::path::Path;

/// So many lines are taken at once.
const BATCH: usize = 20_000;
/// More of them than a person reads.
const NOTES: usize = 20;

/// What was written out, or lies in a store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    pub records: u64,
    pub bytes: u64,
    pub kinds: BTreeMap<String, u64>,
}

impl Contents {
    fn add(&mut self, line: &Line) {
        self.records += 1;
        self.bytes += line.text.len() as u64 + 1;
        *self.kinds.entry(line.kind.clone()).or_default() += 1;
    }
}

/// Every record and fact of a store once, in its newest version, to `each`; returns what could not be read.
fn each_line(store: &dyn Store, since: Option<&str>, each: &mut dyn FnMut(Line) -> Result<()>) -> Result<Vec<String>> {
    let mut seen: HashSet<Key> = HashSet::new();
    let mut notes = Vec::new();
    store.scan(since, &mut |chunks| {
        for (chunk, piece) in
            chunks.iter().flat_map(|chunk| chunk.pieces().into_iter().map(move |piece| (chunk, piece)))
        {
            match Line::parse(piece) {
                Ok(line) if !seen.insert(line.key()) => {}
                Ok(line) if since.is_some_and(|since| line.at.as_str() < since) => {}
                Ok(line) => each(line)?,
                Err(error) => notes.push(format!("{}: {error:#}", chunk.place)),
            }
        }
        Ok(())
    })?;
    Ok(notes)
}

/// One line for each record and fact, as it was written.
pub fn export(store: &dyn Store, since: Option<&str>, out: &mut dyn Write) -> Result<(Contents, Vec<String>)> {
    let mut contents = Contents::default();
    let notes = each_line(store, since, &mut |line| {
        contents.add(&line);
        Ok(writeln!(out, "{}", line.text)?)
    })?;
    Ok((contents, notes))
}

/// From one store into another.
pub fn copy(from: &dyn Store, to: &dyn Store) -> Result<Taken> {
    let mut taken = Taken::default();
    let mut batch = Vec::new();
    let notes = each_line(from, None, &mut |line| {
        batch.push(line);
        if batch.len() == BATCH {
            taken.add(to.take(&batch)?);
            batch.clear();
        }
        Ok(())
    })?;
    taken.add(to.take(&batch)?);
    taken.notes.extend(notes.into_iter().map(|note| format!("not copied: {note}")));
    Ok(taken)
}

/// Lines that were exported, into a store. What is no record is told with its line's number and skipped.
pub fn import(lines: impl BufRead, store: &dyn Store) -> Result<Taken> {
    let mut taken = Taken::default();
    let mut bad = 0_usize;
    let mut texts = lines.split(b'\n').zip(1_usize..);
    loop {
        let batch: Vec<(Vec<u8>, usize)> = texts
            .by_ref()
            .take(BATCH)
            .map(|(text, number)| Ok((text?, number)))
            .collect::<std::io::Result<_>>()
            .context("cannot read the lines")?;
        if batch.is_empty() {
            break;
        }
        let is_there = |(text, _): &&(Vec<u8>, usize)| !text.trim_ascii().is_empty();
        let parsed: Vec<_> =
            batch.par_iter().filter(is_there).map(|(text, number)| (Line::parse(text), text, number)).collect();
        let mut good = Vec::with_capacity(parsed.len());
        for (line, text, number) in parsed {
            match line {
                Ok(line) => good.push(line),
                Err(_) if serde_json::from_slice::<First>(text).is_ok() => {
                    bail!("line {number}: this is a backup: use `thanos-fix ledger restore`")
                }
                Err(error) => {
                    bad += 1;
                    if bad <= NOTES {
                        taken.notes.push(format!("line {number}: skipped: {error:#}"));
                    }
                }
            }
        }
        taken.add(store.take(&good)?);
    }
    if bad > NOTES {
        taken.notes.push(format!("{} more lines were skipped", bad - NOTES));
    }
    Ok(taken)
}

/// The first line of a backup.
#[derive(Serialize, Deserialize)]
struct First {
    thanos_fix_backup: u32,
    made: String,
    place: String,
}

/// The last one.
#[derive(Serialize, Deserialize)]
struct Last {
    end: Contents,
    /// Of every byte before this line.
    sha256: String,
}

/// Everything into one file, which is there whole or not at all.
pub fn backup(store: &dyn Store, made: &str, path: &Path) -> Result<(Contents, Vec<String>)> {
    let mut text = Vec::new();
    serde_json::to_writer(&mut text, &First { thanos_fix_backup: 1, made: made.to_owned(), place: store.place() })?;
    text.push(b'\n');
    let (contents, notes) = export(store, None, &mut text)?;
    let last = Last { end: contents.clone(), sha256: digest(&text) };
    serde_json::to_writer(&mut text, &last)?;
    text.push(b'\n');
    let path = std::path::absolute(path).context("no such path")?;
    write_whole(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok((contents, notes))
}

/// A backup into a store, after it was seen to be whole.
pub fn restore(path: &Path, store: &dyn Store) -> Result<Taken> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = verified(&text).with_context(|| format!("{} is not restored", path.display()))?;
    import(lines, store)
}

/// The lines of the backup, when nothing is missing.
fn verified(text: &[u8]) -> Result<&[u8]> {
    let begin = text.iter().position(|b| *b == b'\n').context("it is no backup: it has no first line")? + 1;
    let first: First =
        serde_json::from_slice(&text[..begin]).context("it is no backup: use `thanos-fix ledger import`")?;
    ensure!(first.thanos_fix_backup == 1, "a newer version made it ({})", first.thanos_fix_backup);
    let end = text.trim_ascii_end();
    let last_at = end.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let last: Last = serde_json::from_slice(&end[last_at..]).context("its end is missing: it was cut")?;
    ensure!(last_at >= begin, "it was changed: its lines are out of order");
    ensure!(digest(&text[..last_at]) == last.sha256, "it was changed: its digest is another");
    let lines = &text[begin..last_at];
    let count = super::files::lines_of(lines).count() as u64;
    ensure!(count == last.end.records, "it says {} records and has {count}", last.end.records);
    Ok(lines)
}

fn digest(text: &[u8]) -> String {
    crate::ids::digest(text, 32)
}

/// What a look at everything found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    pub contents: Contents,
    /// Records and bytes, by month.
    pub months: BTreeMap<String, (u64, u64)>,
    /// Small files that are not compacted.
    pub small: u64,
    /// Written by a newer version.
    pub newer: u64,
    /// There in more than one version; the newest counts, and the next compaction leaves one.
    pub again: u64,
    /// What cannot be read, or lies where it does not belong.
    pub problems: Vec<String>,
}

pub fn check(store: &dyn Store) -> Result<Health> {
    let mut health = Health::default();
    let mut seen: HashSet<Key> = HashSet::new();
    store.scan(None, &mut |chunks| {
        for chunk in &chunks {
            health.small += u64::from(!chunk.is_lines);
            for (number, piece) in chunk.pieces().into_iter().enumerate() {
                let at = if chunk.is_lines { format!("{}:{}", chunk.place, number + 1) } else { chunk.place.clone() };
                match Line::parse(piece) {
                    Err(error) => health.problems.push(format!("{at}: {error:#}")),
                    Ok(line) => {
                        let is_new = seen.insert(line.key());
                        health.look(chunk, &at, &line, is_new);
                    }
                }
            }
        }
        Ok(())
    })?;
    Ok(health)
}

impl Health {
    fn look(&mut self, chunk: &Chunk, at: &str, line: &Line, is_new: bool) {
        self.newer += u64::from(line.is_newer());
        if !is_new {
            self.again += 1;
            return;
        }
        self.contents.add(line);
        let month = self.months.entry(line.month().to_owned()).or_default();
        *month = (month.0 + 1, month.1 + line.text.len() as u64 + 1);
        let lies_in = RelPath::parse(chunk.place.as_str()).ok().and_then(|path| Filed { path, blob: None }.month());
        if let Some(lies_in) = lies_in.filter(|lies_in| lies_in != line.month()) {
            self.problems.push(format!("{at}: {} is of {}, not of {lies_in}", line.id, line.month()));
        }
        let is_renamed = !chunk.is_lines && !chunk.place.ends_with(&format!("/{}.json", line.id));
        if is_renamed {
            self.problems.push(format!("{at}: its name is {}", line.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Directory, example};
    use super::*;
    use std::sync::Arc;

    fn folder(dir: &Path) -> Directory {
        Directory::new(dir, Arc::new(str::to_owned))
    }

    #[test]
    fn a_backup_is_restored_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let store = folder(&dir.path().join("a"));
        for n in 1..=3 {
            store.put(&example(&format!("{n}-1-fix-issue-1"), "2026-05-01T00:00:00Z")).unwrap();
        }
        let path = dir.path().join("deep/backup.jsonl");
        let (contents, notes) = backup(&store, "2026-06-01T00:00:00Z", &path).unwrap();
        assert_eq!((contents.records, contents.kinds["run"], notes.len()), (3, 3, 0));
        let other = folder(&dir.path().join("b"));
        assert_eq!(restore(&path, &other).unwrap().written, 3);
        assert_eq!(restore(&path, &other).unwrap().unchanged, 3);
        assert_eq!(other.list(None, 9).unwrap(), store.list(None, 9).unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let without = |gone: usize| {
            let kept = lines.iter().enumerate().filter(|(n, _)| *n != gone).map(|(_, line)| *line);
            format!("{}\n", kept.collect::<Vec<_>>().join("\n"))
        };
        let refused = folder(&dir.path().join("c"));
        for (bad, why) in [
            (without(4), "it was cut"),
            (without(0), "use `thanos-fix ledger import`"),
            (without(2), "its digest is another"),
            (text.replace("\"fixed\"", "\"error\""), "its digest is another"),
            (String::new(), "no first line"),
        ] {
            std::fs::write(&path, bad).unwrap();
            let said = format!("{:#}", restore(&path, &refused).unwrap_err());
            assert!(said.contains(why), "{said}");
        }
        assert!(refused.list(None, 9).unwrap().records.is_empty());
        let said = import(text.as_bytes(), &refused).unwrap_err().to_string();
        assert!(said.contains("use `thanos-fix ledger restore`"), "{said}");
    }

    #[test]
    fn what_is_wrong_with_a_ledger_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let store = folder(dir.path());
        store.put(&example("1-1-fix-issue-1", "2026-05-01T00:00:00Z")).unwrap();
        assert_eq!(check(&store).unwrap().problems, [""; 0]);
        let folder = dir.path().join("runs/2026/05");
        let copied = std::fs::read_to_string(folder.join("1-1-fix-issue-1.json")).unwrap();
        std::fs::create_dir_all(dir.path().join("runs/2026/06")).unwrap();
        let other = copied.replace("1-1-fix", "7-1-fix").replace("\"schema\": 1", "\"schema\": 3");
        std::fs::write(dir.path().join("runs/2026/06/7-1-fix-issue-1.json"), other).unwrap();
        std::fs::write(folder.join("renamed.json"), copied.replace("1-1-fix", "8-1-fix")).unwrap();
        std::fs::write(folder.join("broken.json"), "{\"schema\":").unwrap();
        std::fs::create_dir_all(dir.path().join("months")).unwrap();
        std::fs::write(dir.path().join("months/2026-05.jsonl"), super::super::line::minified(&copied)).unwrap();
        let health = check(&store).unwrap();
        assert_eq!((health.newer, health.again, health.small, health.contents.records), (1, 1, 4, 3));
        let said = health.problems.join("\n");
        for part in ["broken.json: not a record", "is of 2026-05, not of 2026-06", "its name is 8-1-fix-issue-1"] {
            assert!(said.contains(part), "{said}");
        }
        let mut out = Vec::new();
        let (contents, notes) = export(&store, None, &mut out).unwrap();
        assert_eq!((contents.records, notes.len()), (3, 1));
    }
}
