//! Months of a ledger that is kept in files: which files belong to which, and the file that a month is compacted into.

use super::files::{View, lines_of};
use super::line::{Key, Line};
use super::{Filed, Under};
use crate::ids::{RelPath, TaskKey};
use crate::patch::FilePatch;
use anyhow::Result;
use std::collections::{BTreeMap, HashMap};

/// A month's file is full at this size and the next part begins: servers refuse blobs of a hundred megabytes.
const PART: usize = 16 << 20;

/// The files of one month.
#[derive(Debug, Default)]
pub(super) struct Month {
    /// `YYYY-MM`; empty for what lies elsewhere.
    pub name: String,
    pub runs: Vec<Filed>,
    pub facts: Vec<Filed>,
    /// The last first.
    pub parts: Vec<Filed>,
}

impl Month {
    /// Names end with the task key, except local ones (a bare ULID), so only few files are opened.
    pub fn runs_of(&self, task: Option<&TaskKey>) -> impl Iterator<Item = &Filed> {
        let suffix = task.map(|task| format!("-{task}"));
        let may = move |file: &&Filed| {
            suffix.as_ref().is_none_or(|suffix| file.name().ends_with(suffix) || !file.name().contains('-'))
        };
        self.runs.iter().filter(may)
    }

    /// Of its small files.
    pub fn paths(&self) -> impl Iterator<Item = &RelPath> {
        self.runs.iter().chain(&self.facts).map(|file| &file.path)
    }
}

#[derive(Debug, Default)]
pub(super) struct Months(BTreeMap<String, Month>);

impl Months {
    pub fn of(view: &dyn View, under: &[Under]) -> Result<Self> {
        let mut months: BTreeMap<String, Month> = BTreeMap::new();
        for under in under {
            for file in view.list(*under)? {
                let name = file.month().unwrap_or_default();
                let month = months.entry(name.clone()).or_insert_with(|| Month { name, ..Month::default() });
                match under {
                    Under::Runs => month.runs.push(file),
                    Under::Facts => month.facts.push(file),
                    Under::Months => month.parts.push(file),
                }
            }
        }
        for month in months.values_mut() {
            month.runs.sort_by(|a, b| b.path.cmp(&a.path));
            month.facts.sort_by(|a, b| b.path.cmp(&a.path));
            month.parts.sort_by_key(|file| std::cmp::Reverse(number(&file.path)));
        }
        Ok(Self(months))
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &Month> {
        self.0.values().rev()
    }

    pub fn get(&self, name: &str) -> Option<&Month> {
        self.0.get(name)
    }
}

/// `months/2026-05.jsonl` is 1, `months/2026-05.2.jsonl` is 2.
fn number(path: &RelPath) -> u32 {
    path.file_name().split('.').nth(1).and_then(|part| part.parse().ok()).unwrap_or(1)
}

/// What is to become of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    Written,
    Unchanged,
    /// Something else has its place.
    Refused,
}

impl Added {
    /// `there` has the same key; it is `None` where it cannot be read.
    pub fn over(line: &Line, there: Option<&Line>) -> Self {
        match there {
            Some(there) if line.replaces(there) => Self::Written,
            Some(there) if !line.is_run() || there.task == line.task => Self::Unchanged,
            _ => Self::Refused,
        }
    }
}

struct Part {
    path: RelPath,
    before: Option<Vec<u8>>,
    lines: Vec<Vec<u8>>,
    size: usize,
    is_changed: bool,
}

/// The parts of one month, to be changed. Lines that cannot be read stay as they are.
pub(super) struct Shelf {
    month: String,
    parts: Vec<Part>,
    places: HashMap<Key, (usize, usize)>,
}

impl Shelf {
    pub fn open(view: &dyn View, month: Option<&Month>) -> Result<Self> {
        let mut shelf = Self { month: String::new(), parts: Vec::new(), places: HashMap::new() };
        let Some(month) = month else { return Ok(shelf) };
        shelf.month.clone_from(&month.name);
        for file in month.parts.iter().rev() {
            let Some(text) = view.read(file)? else { continue };
            let lines: Vec<Vec<u8>> = lines_of(&text).map(<[u8]>::to_vec).collect();
            for (at, line) in lines.iter().enumerate() {
                if let Ok(line) = Line::parse(line) {
                    // The version in the last part is the newest.
                    shelf.places.insert(line.key(), (shelf.parts.len(), at));
                }
            }
            let size = text.len();
            shelf.parts.push(Part { path: file.path.clone(), before: Some(text), lines, size, is_changed: false });
        }
        Ok(shelf)
    }

    pub fn get(&self, line: &Line) -> Option<&[u8]> {
        let (part, at) = self.places.get(&line.key())?;
        Some(&self.parts[*part].lines[*at])
    }

    /// Puts the line in its place, or at the end.
    pub fn set(&mut self, line: &Line) {
        line.month().clone_into(&mut self.month);
        let key = line.key();
        let text = line.text.clone().into_bytes();
        if let Some((part, at)) = self.places.get(&key) {
            let part = &mut self.parts[*part];
            part.lines[*at] = text;
            part.is_changed = true;
            return;
        }
        if self.parts.last().is_none_or(|part| part.size + text.len() > PART) {
            self.begin();
        }
        let last = self.parts.len() - 1;
        let part = &mut self.parts[last];
        part.size += text.len() + 1;
        part.is_changed = true;
        part.lines.push(text);
        self.places.insert(key, (last, part.lines.len() - 1));
    }

    fn begin(&mut self) {
        let next = self.parts.iter().map(|part| number(&part.path)).max().unwrap_or(0) + 1;
        let suffix = if next == 1 { String::new() } else { format!(".{next}") };
        let path = RelPath::parse(format!("months/{}{suffix}.jsonl", self.month));
        let path = path.unwrap_or_else(|e| unreachable!("the month of a line is checked: {e}"));
        self.parts.push(Part { path, before: None, lines: Vec::new(), size: 0, is_changed: true });
    }

    pub fn changes(self) -> Result<Vec<FilePatch>> {
        let changed = self.parts.into_iter().filter(|part| part.is_changed && !part.lines.is_empty());
        let file = |part: Part| {
            let mut text = part.lines.join(&b'\n');
            text.push(b'\n');
            Ok(FilePatch { path: part.path, before: part.before, after: Some(text) })
        };
        changed.map(file).collect()
    }
}
