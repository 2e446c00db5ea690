//! What is found out before anything is tried: which files the command reaches, how long it takes, whether copies of
//! the tree will do.

use super::super::aim::Test;
use super::super::hunt::File;
use super::ask::{self, Edits, Place, Terms, Tried, Try};
use crate::hand::Job;
use crate::ids::RelPath;
use crate::syntax::Language;
use anyhow::Result;
use std::collections::BTreeMap;
use std::time::Duration;

/// So many files are asked for.
const FILES: usize = 16;
/// No program has this in it.
const NONSENSE: &str = "\n@@ nowhere (( }} '\n";

pub struct Probe {
    /// The command, as a test.
    pub test: Test,
    pub terms: Terms,
    /// For the first try of each candidate.
    pub limit: Duration,
    /// What the unchanged command says of failing.
    pub said: Vec<String>,
    /// Most suspect first.
    files: Vec<RelPath>,
    /// What the failures are called, and what the tests call.
    failing: String,
    called: String,
}

impl Probe {
    /// How far a function is from what fails.
    pub fn distance(&self, path: &RelPath, function: &str) -> f64 {
        let rank = self.files.iter().position(|file| file == path).unwrap_or(FILES);
        let name = function.to_lowercase();
        let named = name.len() > 2 && self.failing.contains(&name);
        let called = self.called.contains(&format!("{function}("));
        let more = match (named, called) {
            (true, _) => 0.0,
            (false, true) => 0.15,
            (false, false) => 0.3,
        };
        more + 0.05 * rank as f64
    }
}

/// `None` where the command cannot be used as a judge.
pub fn probe(job: &Job, budget: Duration) -> Result<Option<Probe>> {
    let files = files(job)?;
    if files.is_empty() {
        return Ok(None);
    }
    for (place, bounded) in [(Place::Copies, true), (Place::Copies, false), (Place::Tree, false)] {
        let limit = (budget / 3).clamp(Duration::from_secs(2), Duration::from_secs(10));
        let terms = Terms { place, limit, budget, bounded, probe: true };
        if let Some(probe) = with(job, &files, terms)? {
            return Ok(Some(probe));
        }
    }
    Ok(None)
}

fn with(job: &Job, files: &[File], terms: Terms) -> Result<Option<Probe>> {
    let paths: Vec<RelPath> = files.iter().map(|file| file.path.clone()).collect();
    // The first file as it is, but newer: what is built from it is built again.
    let end = files[0].text.len();
    let mut tries = vec![attempt(0, 0, end, ""), attempt(1, 0, end, "\n")];
    tries.extend(files.iter().enumerate().map(|(n, file)| attempt(n + 2, n, file.text.len(), NONSENSE)));
    let told = ask::ask(job, &paths, &tries, &terms)?;
    let (Some(same), Some(again)) = (told.tried.get(&0), told.tried.get(&1)) else { return Ok(None) };
    if same.exit == 0 || again.exit == 0 {
        return Ok(None);
    }
    let reached: Vec<usize> =
        (0..files.len()).filter(|n| told.tried.get(&(n + 2)).is_some_and(|tried| differs(tried, same))).collect();
    if reached.is_empty() {
        return Ok(None);
    }
    let lines = reached.iter().map(|n| (paths[*n].as_str().to_owned(), super::all_lines(&files[*n])));
    let built = reached.iter().filter_map(|n| told.tried.get(&(n + 2))).map(|tried| tried.seconds);
    let seconds = if again.timed_out() { built.fold(0.0, f64::max) + 0.4 } else { again.seconds };
    let test = Test {
        name: job.command.to_string(),
        result: if again.timed_out() { "T" } else { "F" }.to_owned(),
        seconds,
        lines: lines.collect::<BTreeMap<_, _>>(),
    };
    let failing = again.said.iter().chain(&job.diagnosis.failing).cloned().collect::<Vec<_>>().join("\n");
    Ok(Some(Probe {
        test,
        limit: Duration::from_secs_f64((seconds * 3.0 + 0.3).clamp(0.6, 60.0)),
        terms,
        said: again.said.clone(),
        files: reached.iter().map(|n| paths[*n].clone()).collect(),
        failing: failing.to_lowercase(),
        called: called(job)?,
    }))
}

fn attempt(number: usize, file: usize, at: usize, text: &str) -> Try {
    let mut edits = Edits::new();
    edits.insert(file, vec![(at..at, text.to_owned())]);
    Try { number, last: usize::MAX, edits }
}

/// Nonsense in a file that is built shows.
fn differs(tried: &Tried, same: &Tried) -> bool {
    tried.exit != 0 && (tried.sum != same.sum || tried.exit != same.exit)
}

/// The text of the tests.
fn called(job: &Job) -> Result<String> {
    let mut text = String::new();
    let is_test = |path: &&RelPath| crate::guard::is_test(path) && Language::of(path).is_some();
    for path in job.workshop.files()?.iter().filter(is_test).take(40) {
        if let Some(bytes) = job.workshop.read(path)? {
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    Ok(text)
}

/// Sources that may be at fault, most suspect first.
fn files(job: &Job) -> Result<Vec<File>> {
    let is_source = |path: &&RelPath| {
        let language = Language::of(path).filter(|language| *language != Language::Python);
        language.is_some() && !crate::guard::is_test(path)
    };
    let named = |path: &RelPath| {
        let suspect = job.diagnosis.suspects.iter().position(|suspect| suspect.path == *path);
        let place = || {
            job.diagnosis.locations.iter().position(|place| job.workshop.resolve(&place.path).as_ref() == Some(path))
        };
        suspect.or_else(place)
    };
    let (shown, log) = (job.command.to_string(), job.log.to_lowercase());
    let mut ranked: Vec<(usize, usize, &RelPath)> = Vec::new();
    for path in job.workshop.files()?.iter().filter(is_source) {
        let by_log = named(path).unwrap_or(usize::MAX);
        let told = shown.contains(path.file_name()) || job.log.contains(path.file_name());
        let stem = path.file_name().split('.').next().unwrap_or_default();
        let near = stem.len() > 2 && log.contains(&stem.to_lowercase());
        let header = path.extension() == "h";
        let rank = usize::from(!told) + usize::from(!near) + 2 * usize::from(header);
        ranked.push((by_log, rank, path));
    }
    ranked.sort();
    let mut files = Vec::new();
    for (_, _, path) in ranked {
        if let Some(file) = File::open(job, path.clone())?
            && !super::super::braces::spots(&file).is_empty()
        {
            files.push(file);
        }
        if files.len() == FILES {
            break;
        }
    }
    Ok(files)
}
