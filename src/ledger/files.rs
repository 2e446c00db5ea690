//! What the stores that keep files have in common: `runs/YYYY/MM/<attempt>.json` and `facts/YYYY/MM/<id>.json`, one small
//! file each, until a month is over and all of it goes into `months/YYYY-MM.jsonl`, one line each.

use super::line::{Key, Line, Taken};
use super::months::{Added, Month, Months, Shelf};
use super::{Chunk, Damaged, Entries, Filed, Listed, Put, Store, Under, Wanted, month_of};
use crate::ids::{AttemptName, RelPath, RepoSlug, TaskKey, digest};
use crate::patch::FilePatch;
use crate::record::AttemptRecord;
use crate::record::entry::Entry;
use anyhow::{Result, ensure};
use memchr::memmem;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Up to so many lines become small files; more go into the files of their months.
const FEW: usize = 64;
/// So many small files are read at once.
const BATCH: usize = 4096;

/// The files as they are at one moment.
pub trait View {
    fn list(&self, under: Under) -> Result<Vec<Filed>>;
    fn read(&self, file: &Filed) -> Result<Option<Vec<u8>>>;
    fn read_all(&self, files: &[Filed]) -> Vec<Result<Option<Vec<u8>>>> {
        files.iter().map(|file| self.read(file)).collect()
    }
    fn file(&self, path: &RelPath) -> Result<Option<Vec<u8>>>;
    /// Those of the paths that are files.
    fn there(&self, paths: &[RelPath]) -> Result<BTreeSet<RelPath>>;
}

/// What is to become of the files; empty: nothing.
#[derive(Default)]
pub struct Change {
    pub files: Vec<FilePatch>,
    pub message: String,
}

/// Says what is to change, given what is there; asked again when somebody else was quicker.
pub type Plan<'p> = &'p mut dyn FnMut(&dyn View) -> Result<Change>;

pub trait Files {
    fn place(&self) -> String;
    fn unusable(&self) -> Result<Option<String>> {
        Ok(None)
    }
    fn mask(&self, text: &str) -> String;
    fn view(&self) -> Result<Box<dyn View + '_>>;
    /// `salt` tells us from others who write at the same time.
    fn change(&self, salt: &str, plan: Plan) -> Result<()>;
}

impl<F: Files> Store for F {
    fn place(&self) -> String {
        Files::place(self)
    }

    fn unusable(&self) -> Result<Option<String>> {
        Files::unusable(self)
    }

    fn put(&self, record: &AttemptRecord) -> Result<Put> {
        let line = Line::of_record(record, &|text| self.mask(text))?;
        let path = path_of(&line)?;
        let mut put = Put::Unchanged;
        self.change(&line.id, &mut |view| {
            let before = view.file(&path)?;
            let content = pretty(&line)?;
            put = Put::Unchanged;
            if before.as_ref() == Some(&content) {
                return Ok(Change::default());
            }
            if let Some(there) = &before {
                let same = Line::parse(there).is_ok_and(|there| there.key() == line.key() && there.task == line.task);
                ensure!(same, "{path} holds something else than attempt {}: move it away", line.id);
            }
            put = Put::Written;
            let file = FilePatch { path: path.clone(), before, after: Some(content) };
            Ok(Change { files: vec![file], message: format!("{}: {}", record.task, record.outcome.as_str()) })
        })?;
        Ok(put)
    }

    fn append(&self, entries: &[Entry]) -> Result<Vec<Put>> {
        let Some(first) = entries.first() else { return Ok(Vec::new()) };
        let line = |entry| Line::of_entry(entry, &|text| self.mask(text));
        let lines = entries.iter().map(line).collect::<Result<Vec<_>>>()?;
        let paths = lines.iter().map(path_of).collect::<Result<Vec<_>>>()?;
        let mut puts = Vec::new();
        self.change(&first.id, &mut |view| {
            let mut there = view.there(&paths)?;
            for (line, path) in lines.iter().zip(&paths).filter(|(_, path)| there.contains(*path)) {
                let other = view.file(path)?.and_then(|text| Line::parse(&text).ok());
                let is_other = other.is_some_and(|there| there.repository != line.repository);
                ensure!(!is_other, "{path} holds a fact of another repository: move it away");
            }
            puts = paths
                .iter()
                .map(|path| if there.insert(path.clone()) { Put::Written } else { Put::Unchanged })
                .collect();
            let fresh = puts.iter().zip(&lines).zip(&paths).filter(|((put, _), _)| **put == Put::Written);
            let file = |((_, line), path): ((&Put, &Line), &RelPath)| {
                Ok(FilePatch { path: path.clone(), before: None, after: Some(pretty(line)?) })
            };
            let files = fresh.map(file).collect::<Result<Vec<_>>>()?;
            let message = crate::report::count(files.len(), "fact");
            Ok(Change { files, message })
        })?;
        Ok(puts)
    }

    fn entries(&self, wanted: &Wanted) -> Result<Entries> {
        let view = self.view()?;
        let mut found = Entries::default();
        let mut seen: HashSet<(Option<RepoSlug>, String)> = HashSet::new();
        for month in Months::of(&*view, &[Under::Facts, Under::Months])?.newest_first() {
            if !wanted.reaches(&month.name) || (wanted.limit > 0 && found.entries.len() >= wanted.limit) {
                continue;
            }
            let mut take = |place: &RelPath, text: &[u8]| {
                let read = Line::parse(text).map_err(|error| format!("skipped: {error:#}"));
                match read.and_then(|line| if line.is_fact() { line.entry().map(Some) } else { Ok(None) }) {
                    Ok(Some(entry))
                        if wanted.takes(&entry) && seen.insert((entry.repository.clone(), entry.id.clone())) =>
                    {
                        found.entries.push(entry)
                    }
                    Ok(_) => {}
                    Err(why) => found.notes.push(format!("{place}: {why}")),
                }
            };
            for file in &month.facts {
                if let Some(bytes) = view.read(file)? {
                    take(&file.path, &bytes);
                }
            }
            for part in &month.parts {
                let text = view.read(part)?.unwrap_or_default();
                lines_of(&text).filter(|line| wanted.may_take(line)).for_each(|line| take(&part.path, line));
            }
        }
        found.entries.sort_by(|a, b| (&b.at, &b.id).cmp(&(&a.at, &a.id)));
        if wanted.limit > 0 {
            found.entries.truncate(wanted.limit);
        }
        Ok(found)
    }

    fn list(&self, task: Option<&TaskKey>, limit: usize) -> Result<Listed> {
        let view = self.view()?;
        let mut listed = Listed::default();
        let mut seen: HashSet<Key> = HashSet::new();
        for month in Months::of(&*view, &[Under::Runs, Under::Months])?.newest_first() {
            let open = limit.saturating_sub(listed.records.len());
            if open == 0 {
                break;
            }
            let mut here: Vec<AttemptRecord> = Vec::new();
            let mut take = |here: &mut Vec<AttemptRecord>, place: &RelPath, text: &[u8]| {
                let line = Line::parse(text).map_err(|error| format!("skipped: {error:#}"));
                match line.and_then(|line| line.record().map(|record| (line, record))) {
                    Ok((line, record)) if task.is_some_and(|task| record.task != *task) || !seen.insert(line.key()) => {
                    }
                    Ok((line, record)) => {
                        if line.is_newer() {
                            listed.notes.push(format!("{place}: {}", line.newer()));
                        }
                        here.push(record);
                    }
                    Err(why) => listed.notes.push(format!("{place}: {why}")),
                }
            };
            let small: Vec<Filed> = month.runs_of(task).cloned().collect();
            for (path, bytes) in newest_files(&*view, &small, open)? {
                take(&mut here, path, &bytes);
            }
            for part in &month.parts {
                let text = view.read(part)?.unwrap_or_default();
                for line in newest_runs(&text, task, open) {
                    take(&mut here, &part.path, line);
                }
            }
            here.sort_by(|a, b| (&b.started, &b.attempt).cmp(&(&a.started, &a.attempt)));
            listed.records.extend(here.into_iter().take(open));
        }
        Ok(listed)
    }

    fn get(&self, attempt: &AttemptName) -> Result<Option<Line>> {
        let view = self.view()?;
        if let Some(file) = view.list(Under::Runs)?.iter().find(|file| file.name() == attempt.as_str()) {
            let read = |bytes: Vec<u8>| Line::parse(&bytes).map_err(|e| Damaged(format!("{}: {e:#}", file.path)));
            return Ok(view.read(file)?.map(read).transpose()?);
        }
        let name = quoted(attempt.as_str());
        for part in Months::of(&*view, &[Under::Months])?.newest_first().flat_map(|month| &month.parts) {
            let text = view.read(part)?.unwrap_or_default();
            if memmem::find(&text, &name).is_none() {
                continue;
            }
            let is_it = |line: &Line| line.is_run() && line.id == attempt.as_str();
            let lines = lines_of(&text).filter(|line| memmem::find(line, &name).is_some());
            if let Some(line) = lines.filter_map(|line| Line::parse(line).ok()).find(is_it) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    fn scan(&self, since: Option<&str>, each: &mut dyn FnMut(Vec<Chunk>) -> Result<()>) -> Result<()> {
        let view = self.view()?;
        let wanted = Wanted { since: since.map(str::to_owned), ..Wanted::default() };
        for month in Months::of(&*view, &[Under::Runs, Under::Facts, Under::Months])?.newest_first() {
            if !wanted.reaches(&month.name) {
                continue;
            }
            let small: Vec<Filed> = month.runs.iter().chain(&month.facts).cloned().collect();
            for batch in small.chunks(BATCH) {
                let chunk = |(file, text): (&Filed, Result<Option<Vec<u8>>>)| {
                    Ok(text?.map(|text| Chunk { place: file.path.to_string(), text, is_lines: false }))
                };
                let read = batch.iter().zip(view.read_all(batch)).filter_map(|pair| chunk(pair).transpose());
                each(read.collect::<Result<_>>()?)?;
            }
            for part in &month.parts {
                let text = view.read(part)?.unwrap_or_default();
                each(vec![Chunk { place: part.path.to_string(), text, is_lines: true }])?;
            }
        }
        Ok(())
    }

    fn mark(&self) -> Result<String> {
        let view = self.view()?;
        let mut names = Vec::new();
        for under in [Under::Runs, Under::Facts, Under::Months] {
            let blob = |file: &Filed| file.blob.as_ref().map_or_else(String::new, ToString::to_string);
            names.extend(view.list(under)?.iter().map(|file| format!("{} {}", file.path, blob(file))));
        }
        names.sort();
        Ok(digest(names.join("\n"), 32))
    }

    fn take(&self, lines: &[Line]) -> Result<Taken> {
        let masked = lines.iter().map(|line| line.masked(&|text| self.mask(text))).collect::<Result<Vec<_>>>()?;
        let mut by_month: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
        masked.iter().for_each(|line| by_month.entry(line.month()).or_default().push(line));
        let mut all = Taken::default();
        for (month, lines) in by_month {
            let mut taken = Taken::default();
            self.change(&lines[0].id, &mut |view| {
                taken = Taken::default();
                take_month(view, month, &lines, &mut taken)
            })?;
            all.add(taken);
        }
        Ok(all)
    }

    fn compact(&self, before: &str) -> Result<Taken> {
        let months: Vec<String> = {
            let view = self.view()?;
            let months = Months::of(&*view, &[Under::Runs, Under::Facts])?;
            months
                .newest_first()
                .map(|month| month.name.clone())
                .filter(|name| !name.is_empty() && name.as_str() < before)
                .collect()
        };
        let mut all = Taken::default();
        for month in months {
            let mut taken = Taken::default();
            self.change(&month, &mut |view| {
                taken = Taken::default();
                compact_month(view, &month, &mut taken)
            })?;
            all.add(taken);
        }
        Ok(all)
    }
}

/// Lines of one month beside what is there, as small files where they are few.
fn take_month(view: &dyn View, month: &str, lines: &[&Line], taken: &mut Taken) -> Result<Change> {
    let months = Months::of(view, &[Under::Runs, Under::Facts, Under::Months])?;
    let mut shelf = Shelf::open(view, months.get(month))?;
    let mut small = BTreeMap::new();
    let names: HashSet<&RelPath> = months.get(month).into_iter().flat_map(Month::paths).collect();
    for line in lines {
        let path = path_of(line)?;
        if names.contains(&path) {
            small.insert(path.clone(), view.file(&path)?);
        }
    }
    let is_few = lines.len() <= FEW;
    let mut files: BTreeMap<RelPath, FilePatch> = BTreeMap::new();
    for line in lines {
        let path = path_of(line)?;
        let filed = files.get(&path).map(|file| &file.after).or_else(|| small.get(&path));
        let filed = filed.and_then(Option::as_deref).map(Line::parse);
        // A file has room for one; another repository's of that name goes into the month's own.
        let is_taken = filed.as_ref().is_some_and(|there| there.as_ref().is_ok_and(|there| there.key() != line.key()));
        let there = filed.filter(|_| !is_taken).or_else(|| shelf.get(line).map(Line::parse));
        let (added, is_small) = match there {
            None => (Added::Written, is_few && !is_taken),
            Some(there) => (Added::over(line, there.ok().as_ref()), (is_few || small.contains_key(&path)) && !is_taken),
        };
        match added {
            Added::Unchanged => taken.unchanged += 1,
            Added::Refused => taken.notes.push(format!("{path} holds something else: left as it is")),
            Added::Written => {
                taken.written += 1;
                if is_small {
                    let before = small.get(&path).cloned().flatten();
                    files.insert(path.clone(), FilePatch { path, before, after: Some(pretty(line)?) });
                } else {
                    shelf.set(line);
                }
            }
        }
    }
    let files = files.into_values().chain(shelf.changes()?).collect();
    Ok(Change { files, message: format!("{month}: {}", crate::report::count(taken.written, "record")) })
}

/// All small files of a month into the month's own; what cannot be read stays where it is.
fn compact_month(view: &dyn View, name: &str, taken: &mut Taken) -> Result<Change> {
    let months = Months::of(view, &[Under::Runs, Under::Facts, Under::Months])?;
    let Some(month) = months.get(name) else { return Ok(Change::default()) };
    let mut shelf = Shelf::open(view, Some(month))?;
    let small: Vec<Filed> = month.runs.iter().chain(&month.facts).cloned().collect();
    let mut gone = Vec::new();
    for (file, content) in small.iter().zip(view.read_all(&small)) {
        let Some(content) = content? else { continue };
        let path = &file.path;
        let line = match Line::parse(&content) {
            Ok(line) if line.month() == name && path_of(&line).ok().as_ref() == Some(path) => line,
            Ok(_) => {
                taken.notes.push(format!("{path}: left as it is: its name or month is another than in it"));
                continue;
            }
            Err(error) => {
                taken.notes.push(format!("{path}: left as it is: {error:#}"));
                continue;
            }
        };
        let there = shelf.get(&line).map(Line::parse).transpose()?;
        match there {
            Some(there) if there.task != line.task && line.is_run() => {
                taken.notes.push(format!("{path}: left as it is: the month holds another of this name"));
                continue;
            }
            // The small file is what everybody has read; of a fact the first is kept.
            Some(there) if !line.is_run() || there.text == line.text => {}
            _ => shelf.set(&line),
        }
        gone.push(FilePatch { path: path.clone(), before: Some(content), after: None });
    }
    taken.written += gone.len();
    let message = format!("compact {name}: {}", crate::report::count(gone.len(), "file"));
    // First what is added: a folder is changed file by file.
    let files = if gone.is_empty() { Vec::new() } else { shelf.changes()?.into_iter().chain(gone).collect() };
    Ok(Change { files, message })
}

/// Where a line belongs as a small file.
pub(super) fn path_of(line: &Line) -> Result<RelPath> {
    let (under, month) = (if line.is_run() { "runs" } else { "facts" }, month_of(&line.at)?);
    Ok(RelPath::parse(format!("{under}/{month}/{}.json", line.id))?)
}

/// A small file is read by people, too. What would lose by it (the order of keys, a number's digits) keeps its words.
fn pretty(line: &Line) -> Result<Vec<u8>> {
    let value: serde_json::Value = serde_json::from_str(&line.text)?;
    let sorted = value.to_string();
    let mut bytes = match sorted == line.text {
        true => serde_json::to_vec_pretty(&value)?,
        false => line.text.clone().into_bytes(),
    };
    bytes.push(b'\n');
    Ok(bytes)
}

/// The lines of a month's file.
pub(super) fn lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

/// As it stands in JSON.
pub(super) fn quoted(word: &str) -> Vec<u8> {
    serde_json::Value::from(word).to_string().into_bytes()
}

/// Those of the newest runs, and what cannot be read. Names do not tell: an old run may be run again, and a terminal has
/// names of its own.
fn newest_files<'f>(view: &dyn View, files: &'f [Filed], limit: usize) -> Result<Vec<(&'f RelPath, Vec<u8>)>> {
    let (mut newest, mut damaged) = (Vec::new(), Vec::new());
    for batch in files.chunks(BATCH) {
        for (file, content) in batch.iter().zip(view.read_all(batch)) {
            let Some(content) = content? else { continue };
            match super::query::when(&content) {
                Some((_, at)) => newest.push((at, &file.path, content)),
                None => damaged.push((&file.path, content)),
            }
        }
        newest.sort_by(|a, b| (&b.0, b.1).cmp(&(&a.0, a.1)));
        newest.truncate(limit);
    }
    damaged.extend(newest.into_iter().map(|(_, path, content)| (path, content)));
    Ok(damaged)
}

/// The lines of the newest runs, without those that are surely not asked for.
fn newest_runs<'t>(text: &'t [u8], task: Option<&TaskKey>, limit: usize) -> Vec<&'t [u8]> {
    let word = task.map(|task| quoted(task.as_str()));
    let may = |line: &&[u8]| word.as_ref().is_none_or(|word| memmem::find(line, word).is_some());
    let started = |line: &'t [u8]| {
        let when = super::query::when(line);
        // What cannot be read is reported, not passed over.
        when.map_or(Some((String::from("~"), line)), |(is_run, at)| is_run.then_some((at, line)))
    };
    let mut runs: Vec<_> = lines_of(text).filter(may).filter_map(started).collect();
    runs.sort_by(|a, b| Reverse(&a.0).cmp(&Reverse(&b.0)));
    // Twice as many: some may be there in two versions.
    runs.truncate(limit.saturating_mul(2));
    runs.into_iter().map(|(_, line)| line).collect()
}
