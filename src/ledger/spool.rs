//! A store that may be out of reach: what cannot be written there is kept in a folder of this machine, and delivered with
//! the next write that succeeds, once.

use super::files::path_of;
use super::line::{Line, Taken};
use super::{Answer, Chunk, Directory, Entries, Listed, Put, Query, Store, Wanted};
use crate::ids::{AttemptName, TaskKey};
use crate::record::AttemptRecord;
use crate::record::entry::Entry;
use anyhow::{Context as _, Result};

/// So many are delivered at once.
const BATCH: usize = 500;

pub struct Spooled<'a> {
    store: Box<dyn Store + 'a>,
    spool: Directory,
    say: Box<dyn Fn(&str) + 'a>,
}

impl<'a> Spooled<'a> {
    pub fn new(store: Box<dyn Store + 'a>, spool: Directory, say: impl Fn(&str) + 'a) -> Self {
        Self { store, spool, say: Box::new(say) }
    }

    /// Delivers what waits, and returns what became of it. A record that is delivered twice, because somebody died in
    /// between, is there once: stores know it.
    pub fn deliver(&self) -> Result<Taken> {
        let mut all = Taken::default();
        // Somebody else is at it.
        let Some(_lock) = self.spool.try_lock()? else { return Ok(all) };
        let waiting = self.spool.small_files()?;
        for batch in waiting.chunks(BATCH) {
            let mut lines = Vec::new();
            for (path, text) in batch {
                match Line::parse(text) {
                    Ok(line) => lines.push(line),
                    Err(error) => all.notes.push(format!("{}/{path}: {error:#}", self.spool.place())),
                }
            }
            let taken = self.store.take(&lines)?;
            let is_refused = |line: &Line| taken.notes.iter().any(|note| note.contains(&line.id));
            for line in &lines {
                match is_refused(line) {
                    true => self.spool.set_aside(&path_of(line)?)?,
                    false => self.spool.remove(&path_of(line)?)?,
                }
            }
            all.add(taken);
        }
        Ok(all)
    }

    /// After a write that succeeded; trouble with it is told, and tried again another time.
    fn deliver_quietly(&self) {
        match self.deliver() {
            Ok(taken) if taken == Taken::default() => {}
            Ok(taken) => {
                let delivered = taken.written + taken.unchanged;
                (self.say)(&format!("{} delivered that waited here", crate::report::count(delivered, "record")));
                taken.notes.iter().for_each(|note| (self.say)(note));
            }
            Err(error) => (self.say)(&format!("what waits in {} was not delivered: {error:#}", self.spool.place())),
        }
    }

    /// Keeps it here where it could not be written there.
    fn or_spooled<R>(&self, written: Result<R>, keep: impl FnOnce(&Directory) -> Result<R>) -> Result<R> {
        match written {
            Ok(done) => {
                self.deliver_quietly();
                Ok(done)
            }
            Err(error) => {
                let kept =
                    keep(&self.spool).with_context(|| format!("{error:#}; and it cannot be kept here either"))?;
                let place = self.spool.place();
                (self.say)(&format!("{error:#}; kept in {place} until the next run or `thanos-fix ledger sync`"));
                Ok(kept)
            }
        }
    }
}

impl Store for Spooled<'_> {
    fn place(&self) -> String {
        self.store.place()
    }

    fn unusable(&self) -> Result<Option<String>> {
        self.store.unusable()
    }

    fn put(&self, record: &AttemptRecord) -> Result<Put> {
        self.or_spooled(self.store.put(record), |spool| spool.put(record).map(|_| Put::Spooled))
    }

    fn append(&self, entries: &[Entry]) -> Result<Vec<Put>> {
        let spooled = |spool: &Directory| Ok(spool.append(entries)?.iter().map(|_| Put::Spooled).collect());
        self.or_spooled(self.store.append(entries), spooled)
    }

    fn entries(&self, wanted: &Wanted) -> Result<Entries> {
        self.store.entries(wanted)
    }

    fn list(&self, task: Option<&TaskKey>, limit: usize) -> Result<Listed> {
        self.store.list(task, limit)
    }

    fn get(&self, attempt: &AttemptName) -> Result<Option<Line>> {
        self.store.get(attempt)
    }

    fn scan(&self, since: Option<&str>, each: &mut dyn FnMut(Vec<Chunk>) -> Result<()>) -> Result<()> {
        self.store.scan(since, each)
    }

    fn mark(&self) -> Result<String> {
        self.store.mark()
    }

    fn take(&self, lines: &[Line]) -> Result<Taken> {
        self.store.take(lines)
    }

    fn compact(&self, before: &str) -> Result<Taken> {
        self.store.compact(before)
    }

    fn query(&self, query: &Query) -> Result<Answer> {
        self.store.query(query)
    }
}
