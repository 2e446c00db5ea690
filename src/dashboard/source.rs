//! Where the pages' data comes from: any store, or a file of JSON lines. Records stream: nothing holds all of them.

use crate::ledger::{Store, Under, Wanted};
use crate::record::AttemptRecord;
use crate::record::entry::Entry;
use anyhow::{Context as _, Result};
use rayon::prelude::*;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

/// So many are read before they are worked on.
pub const BATCH: usize = 1024;

/// One thing that a ledger holds.
pub enum Item {
    Run(Box<AttemptRecord>),
    Fact(Box<Entry>),
    /// What could not be read, for people.
    Note(String),
}

/// Takes items in any order.
pub type Take<'a> = &'a mut dyn FnMut(Vec<Item>) -> Result<()>;

pub trait Source {
    /// For people: where the data comes from.
    fn place(&self) -> String;

    /// Everything, in batches, in any order.
    fn read(&self, take: Take) -> Result<()>;

    /// Another word whenever there is something new.
    fn mark(&self) -> Result<u64>;
}

/// A store of the ledger.
pub struct Stored<'a>(pub &'a dyn Store);

impl Source for Stored<'_> {
    fn place(&self) -> String {
        self.0.place()
    }

    fn read(&self, take: Take) -> Result<()> {
        let listed = self.0.list(None, usize::MAX)?;
        let runs = listed.records.into_iter().map(|record| Item::Run(Box::new(record)));
        in_batches(runs.chain(listed.notes.into_iter().map(Item::Note)), take)?;
        let found = self.0.entries(&Wanted::default())?;
        let facts = found.entries.into_iter().map(|entry| Item::Fact(Box::new(entry)));
        in_batches(facts.chain(found.notes.into_iter().map(Item::Note)), take)
    }

    fn mark(&self) -> Result<u64> {
        let mut hasher = DefaultHasher::new();
        for under in [Under::Runs, Under::Facts] {
            let mut files = self.0.files(under)?;
            files.sort_by(|a, b| a.path.cmp(&b.path));
            for file in files {
                (file.path.as_str(), file.blob.map(|blob| blob.to_string())).hash(&mut hasher);
            }
        }
        Ok(hasher.finish())
    }
}

fn in_batches(mut items: impl Iterator<Item = Item>, take: Take) -> Result<()> {
    loop {
        let batch: Vec<Item> = items.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(());
        }
        take(batch)?;
    }
}

/// A file with a record or a fact in each line, as `ledger export` writes it.
pub struct Lines(pub PathBuf);

impl Source for Lines {
    fn place(&self) -> String {
        self.0.display().to_string()
    }

    fn read(&self, take: Take) -> Result<()> {
        let cannot = || format!("cannot read {}", self.0.display());
        let mut input = BufReader::with_capacity(1 << 20, File::open(&self.0).with_context(cannot)?);
        let mut number = 0;
        loop {
            let mut lines = Vec::with_capacity(BATCH);
            while lines.len() < BATCH {
                let mut line = Vec::new();
                if input.read_until(b'\n', &mut line).with_context(cannot)? == 0 {
                    break;
                }
                number += 1;
                if !line.trim_ascii().is_empty() {
                    lines.push((number, line));
                }
            }
            if lines.is_empty() {
                return Ok(());
            }
            take(lines.into_par_iter().map(|(number, line)| parse(number, &line)).collect())?;
        }
    }

    fn mark(&self) -> Result<u64> {
        let about = std::fs::metadata(&self.0).with_context(|| format!("cannot read {}", self.0.display()))?;
        let mut hasher = DefaultHasher::new();
        (about.len(), about.modified().ok()).hash(&mut hasher);
        Ok(hasher.finish())
    }
}

/// A fact has a kind, a record has none.
fn parse(number: usize, line: &[u8]) -> Item {
    let run = serde_json::from_slice::<AttemptRecord>(line);
    let wrong = match run {
        Ok(record) => return Item::Run(Box::new(record)),
        Err(wrong) => wrong,
    };
    match serde_json::from_slice::<Entry>(line) {
        Ok(entry) => Item::Fact(Box::new(entry)),
        Err(other) => {
            let is_fact = serde_json::from_slice::<serde_json::Value>(line).is_ok_and(|v| v.get("kind").is_some());
            Item::Note(format!("line {number}: skipped: {}", if is_fact { other } else { wrong }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_records_facts_or_notes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("all.jsonl");
        let run = crate::ledger::example("7-1-fix-issue-1", "2026-05-01T10:00:00Z");
        let fact = r#"{"schema":1,"id":"d1","at":"2026-05-01T10:00:00Z","repository":null,"attempt":null,"task":null,
            "kind":"decision","data":{"about":"hands","choice":"hint","why":"w"}}"#
            .replace('\n', " ");
        let run = serde_json::to_string(&run).unwrap();
        std::fs::write(&path, format!("{run}\n\n{fact}\n{{\"kind\":\"dream\",\"id\":\"x\"}}\nnonsense")).unwrap();
        let mut seen = Vec::new();
        let source = Lines(path.clone());
        source
            .read(&mut |items| {
                seen.extend(items.into_iter().map(|item| match item {
                    Item::Run(run) => run.attempt.to_string(),
                    Item::Fact(fact) => fact.id,
                    Item::Note(note) => note[..7].to_owned(),
                }));
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, ["7-1-fix-issue-1", "d1", "line 4:", "line 5:"]);
        let mark = source.mark().unwrap();
        std::fs::write(&path, "{}").unwrap();
        assert_ne!(source.mark().unwrap(), mark);
        assert!(Lines(dir.path().join("none")).read(&mut |_| Ok(())).is_err());
    }
}
