//! Maintainability: how much changes, in how many places, and whether it says again what stands there already.

use super::{Changed, Input, Rating, shape};
use crate::brain::text::count;
use crate::record::entry::Part;
use std::collections::{BTreeSet, HashSet};

/// A repair of so many lines is small.
const SMALL: usize = 10;
/// Fewer lines in a row that stand elsewhere are a habit, not a copy.
const COPY: usize = 4;
/// Longer functions are hard to keep in mind.
const LONG: usize = 80;

pub(super) fn rate(input: &Input, files: &[Changed]) -> Part {
    let mut rating = Rating::from(100.0);
    let stats = input.patch.stats();
    let lines = stats.added + stats.removed;
    let more = lines.saturating_sub(SMALL);
    rating.lose(more, 0.25, 40.0, &format!("{} changed", count(lines, "line")));
    rating.lose(stats.files.saturating_sub(1), 5.0, 25.0, &format!("{} changed", count(stats.files, "file")));
    let folders: BTreeSet<&str> =
        files.iter().map(|file| file.name().rsplit_once('/').map_or("", |(f, _)| f)).collect();
    rating.lose(folders.len().saturating_sub(1), 4.0, 12.0, &format!("in {}", count(folders.len(), "folder")));
    let copied = copied(files);
    let told = format!("{} that stand in these files already, or are added twice", count(copied, "added line"));
    rating.lose(copied, 3.0, 25.0, &told);
    long_functions(&mut rating, files);
    if rating.reasons.is_empty() {
        rating.say(format!("small and in one place: {}, {}", count(lines, "line"), count(stats.files, "file")));
    }
    rating.part()
}

/// Added lines that, several in a row, are those of another place of the files as they were, or of an earlier one here.
fn copied(files: &[Changed]) -> usize {
    let before: Vec<Vec<&str>> =
        files.iter().map(|f| f.before.lines().map(str::trim).filter(|line| is_telling(line)).collect()).collect();
    let mut there: HashSet<&[&str]> = before.iter().flat_map(|lines| lines.windows(COPY)).collect();
    let runs: Vec<Vec<&str>> = files.iter().flat_map(runs).collect();
    runs.iter().map(|run| copies(run, &mut there)).sum()
}

/// Whichever line of a copy is the first one here.
fn copies<'r>(run: &'r [&'r str], there: &mut HashSet<&'r [&'r str]>) -> usize {
    let mut seen = vec![false; run.len()];
    for (at, window) in run.windows(COPY).enumerate() {
        if there.contains(window) {
            seen[at..at + COPY].fill(true);
        }
        // What overlaps is no second place.
        if let Some(behind) = (at + 1).checked_sub(COPY) {
            there.insert(&run[behind..at + 1]);
        }
    }
    there.extend(run.windows(COPY));
    seen.into_iter().filter(|seen| *seen).count()
}

fn is_telling(line: &str) -> bool {
    line.trim().len() > 3
}

/// Added lines that follow each other and say something, trimmed.
fn runs<'a>(file: &'a Changed) -> Vec<Vec<&'a str>> {
    let mut runs: Vec<Vec<&str>> = Vec::new();
    let mut last = None;
    for (number, line) in &file.added {
        match runs.last_mut().filter(|_| last == number.checked_sub(1)) {
            Some(run) => run.push(line.trim()),
            None => runs.push(vec![line.trim()]),
        }
        last = Some(*number);
    }
    runs.iter_mut().for_each(|run| run.retain(|line| is_telling(line)));
    runs
}

fn long_functions(rating: &mut Rating, files: &[Changed]) {
    let mut grown = 0;
    for file in files {
        let Some((_, after)) = &file.trees else { continue };
        let net = file.after.lines().count() > file.before.lines().count();
        if !net {
            continue;
        }
        let lengths = shape::function_lines(after);
        let is_long = |(line, _): &(u32, String)| lengths.get(*line as usize).is_some_and(|length| *length > LONG);
        grown += usize::from(file.added.iter().any(is_long));
    }
    rating.lose(grown, 8.0, 16.0, &format!("makes a function of more than {LONG} lines longer"));
}
