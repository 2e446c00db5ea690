//! What a log complains about, as places and text. Diagnosis finds the place that a person would
//! look at; here every message counts, with all of its frames and all that it says beside.

mod javac;
mod lines;
mod link;
mod node;
mod python;
mod rustc;

use crate::hand::Job;
use crate::ids::RelPath;
use link::Links;
use std::cell::OnceCell;
use std::collections::HashSet;

/// More messages than these are consequences of the first ones.
const MOST: usize = 40;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub path: RelPath,
    pub line: u32,
    pub column: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// The nearest to the failure first; only files of this repository. Empty when the tool names none.
    pub places: Vec<Place>,
    pub message: String,
    /// Notes, help and source lines that belong to the message.
    pub detail: String,
}

/// A reader takes the lines of a log, without colours.
type Reader = fn(&[&str], &Finder) -> Vec<Complaint>;

const READERS: &[Reader] = &[rustc::read, python::read, node::read, javac::read, lines::read];

/// Turns what a log calls a file into a place here.
pub(super) struct Finder<'a> {
    job: &'a Job<'a>,
    links: OnceCell<Links>,
}

impl Finder<'_> {
    fn place(&self, path: &str, line: &str, column: Option<&str>) -> Option<Place> {
        let path = path.trim().trim_start_matches("file://");
        let path = self.job.workshop.resolve(path).or_else(|| self.behind(path))?;
        let column = column.and_then(|c| c.parse().ok());
        Some(Place { path, line: line.parse().ok()?, column })
    }

    fn behind(&self, path: &str) -> Option<RelPath> {
        // Without the list of links the place is unknown, as it was.
        let links = self.links.get_or_init(|| Links::of(self.job).unwrap_or_default());
        self.job.workshop.resolve(links.target(path)?)
    }
}

/// `log`: the job's, without colours.
pub(super) fn read(job: &Job, log: &str) -> Vec<Complaint> {
    let lines: Vec<&str> = log.lines().map(|line| line.trim_end_matches('\r')).collect();
    let finder = Finder { job, links: OnceCell::new() };
    let read = READERS.iter().flat_map(|reader| reader(&lines, &finder));
    let mut seen = HashSet::new();
    read.chain(diagnosed(job, &finder))
        .filter(|c| seen.insert((c.message.clone(), c.places.first().map(|p| (p.path.clone(), p.line)))))
        .take(MOST)
        .collect()
}

/// What only the diagnosis understood.
fn diagnosed(job: &Job, finder: &Finder) -> Vec<Complaint> {
    let complaint = |location: &crate::record::Location| {
        let line = location.line?.to_string();
        let column = location.column.map(|c| c.to_string());
        let place = finder.place(&location.path, &line, column.as_deref())?;
        let message =
            if location.message.is_empty() { job.diagnosis.first_error.clone()? } else { location.message.clone() };
        Some(Complaint { places: vec![place], message, detail: String::new() })
    };
    job.diagnosis.locations.iter().filter_map(complaint).collect()
}

fn mention(lines: &[&str], words: &[&str]) -> bool {
    lines.iter().any(|line| words.iter().any(|word| line.contains(word)))
}

/// A pattern of ours; one that does not compile matches nothing, and its test says so.
fn pattern(text: &str) -> Option<regex::Regex> {
    regex::Regex::new(text).ok()
}
