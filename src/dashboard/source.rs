//! Where the pages' data comes from: any store, or a file of JSON lines. Records stream: nothing holds all of them.

use crate::ledger::{Chunk, Store};
use crate::record::AttemptRecord;
use crate::record::entry::Entry;
use anyhow::{Context as _, Result};
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

/// So many are read before they are worked on.
const BATCH: usize = 1024;

/// One thing that a ledger holds.
pub enum Item {
    Run(Box<AttemptRecord>),
    Fact(Box<Entry>),
    /// What could not be read, for people.
    Note(String),
}

/// Takes items in any order; of two versions of a record the newer comes first.
pub type Take<'a> = &'a mut dyn FnMut(Vec<Item>) -> Result<()>;

pub trait Source {
    /// For people: where the data comes from.
    fn place(&self) -> String;

    /// Everything, in batches.
    fn read(&self, take: Take) -> Result<()>;

    /// Another word whenever there is something new.
    fn mark(&self) -> Result<String>;
}

/// A store of the ledger.
pub struct Stored<'a>(pub &'a dyn Store);

impl Source for Stored<'_> {
    fn place(&self) -> String {
        self.0.place()
    }

    fn read(&self, take: Take) -> Result<()> {
        self.0.scan(None, &mut |chunks: Vec<Chunk>| {
            let pieces: Vec<(&str, &[u8])> = chunks
                .iter()
                .flat_map(|chunk| chunk.pieces().into_iter().map(|piece| (chunk.place.as_str(), piece)))
                .collect();
            let parsed = |batch: &[(&str, &[u8])]| batch.par_iter().map(|(place, text)| parse(place, text)).collect();
            pieces.chunks(BATCH).try_for_each(|batch| take(parsed(batch)))
        })
    }

    fn mark(&self) -> Result<String> {
        self.0.mark()
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
            let item = |(number, line): (usize, Vec<u8>)| parse(&format!("line {number}"), &line);
            take(lines.into_par_iter().map(item).collect())?;
        }
    }

    fn mark(&self) -> Result<String> {
        let about = std::fs::metadata(&self.0).with_context(|| format!("cannot read {}", self.0.display()))?;
        Ok(format!("{} {:?}", about.len(), about.modified().ok()))
    }
}

/// A fact has a kind, a record has none.
#[derive(Deserialize)]
struct Head {
    kind: Option<IgnoredAny>,
}

/// A word that does not stand in the text is no key of it: most records need no look at their keys.
fn is_fact(text: &[u8]) -> serde_json::Result<bool> {
    if memchr::memmem::find(text, b"\"kind\"").is_none() {
        return Ok(false);
    }
    serde_json::from_slice(text).map(|head: Head| head.kind.is_some())
}

fn parse(place: &str, text: &[u8]) -> Item {
    let item = match is_fact(text) {
        Ok(true) => serde_json::from_slice(text).map(Item::Fact),
        Ok(false) => serde_json::from_slice(text).map(Item::Run),
        Err(error) => Err(error),
    };
    item.unwrap_or_else(|error| Item::Note(format!("{place}: skipped: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Directory;
    use std::sync::Arc;

    const FACT: &str = r#"{"schema":1,"id":"d1","at":"2026-05-01T10:00:00Z","repository":null,"attempt":null,"task":null,
        "kind":"decision","data":{"about":"hands","choice":"hint","why":"w"}}"#;

    fn seen(source: &dyn Source) -> Vec<String> {
        let mut seen = Vec::new();
        let mut take = |items: Vec<Item>| {
            seen.extend(items.into_iter().map(|item| match item {
                Item::Run(run) => run.attempt.to_string(),
                Item::Fact(fact) => fact.id,
                Item::Note(note) => note[..7].to_owned(),
            }));
            Ok(())
        };
        source.read(&mut take).unwrap();
        seen
    }

    #[test]
    fn lines_are_records_facts_or_notes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("all.jsonl");
        let run = crate::ledger::example("7-1-fix-issue-1", "2026-05-01T10:00:00Z");
        let (run, fact) = (serde_json::to_string(&run).unwrap(), FACT.replace('\n', " "));
        std::fs::write(&path, format!("{run}\n\n{fact}\n{{\"kind\":\"dream\",\"id\":\"x\"}}\nnonsense")).unwrap();
        let source = Lines(path.clone());
        assert_eq!(seen(&source), ["7-1-fix-issue-1", "d1", "line 4:", "line 5:"]);
        let mark = source.mark().unwrap();
        std::fs::write(&path, "{}").unwrap();
        assert_ne!(source.mark().unwrap(), mark);
        assert!(Lines(dir.path().join("none")).read(&mut |_| Ok(())).is_err());
    }

    #[test]
    fn a_store_tells_the_same_and_when_it_has_grown() {
        let dir = tempfile::tempdir().unwrap();
        let store = Directory::new(dir.path(), Arc::new(str::to_owned));
        let empty = Stored(&store).mark().unwrap();
        store.put(&crate::ledger::example("7-1-fix-issue-1", "2026-05-01T10:00:00Z")).unwrap();
        let one = Stored(&store).mark().unwrap();
        assert_ne!(empty, one);
        store.append(&[serde_json::from_str(FACT).unwrap()]).unwrap();
        assert_ne!(Stored(&store).mark().unwrap(), one);
        assert_eq!(seen(&Stored(&store)), ["7-1-fix-issue-1", "d1"]);
        store.compact("2026-06").unwrap();
        assert_eq!(seen(&Stored(&store)).len(), 2);
    }
}
