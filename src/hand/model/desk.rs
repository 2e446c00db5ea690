//! The first request: what somebody who is to repair it wants on the desk, and not the whole repository. Each part has a
//! length of its own, and all of it, the rules and the tools included, stays below 12,000 tokens: what comes last is cut.

use super::super::Job;
use super::data::{block, head, numbered, tokens};
use crate::brain::text;
use crate::ids::RelPath;
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Tokens of the whole request, by an estimate that errs upwards.
const MOST_TOKENS: usize = 12_000;
/// Bytes of each part.
const ISSUE: usize = 4_000;
const LOG: usize = 5_000;
const SUSPECTS: usize = 8_000;
const TESTS: usize = 5_000;
const TRIED: usize = 2_000;
const OTHERS: usize = 1_000;
const WORK: usize = 3_000;
const NOTES: usize = 3_000;
const LEARNED: usize = 2_500;
const MOST_SUSPECTS: usize = 6;
/// A longer function is shown around its line.
const MOST_LINES: usize = 80;
const AROUND: usize = 15;

/// Where a repository says how it wants to be worked on.
const OWN_NOTES: [&str; 4] = ["AGENTS.md", "CLAUDE.md", "CONTRIBUTING.md", "docs/CONTRIBUTING.md"];

/// What every first request has, in tokens.
pub fn fixed() -> usize {
    tokens(include_str!("system.md")) + tokens(include_str!("tools.json"))
}

/// Parts, as long as there is room.
struct Desk {
    text: String,
    /// In tokens.
    room: usize,
}

impl Desk {
    fn put(&mut self, part: &str) {
        let end = "\n⟦end⟧\n\n";
        let needed = tokens(part);
        if needed <= self.room {
            self.room -= needed;
            self.text += part;
            return;
        }
        // Of what does not fit whole, the beginning, where that says anything.
        let most = part.len() * self.room.saturating_sub(tokens(end)) / needed.max(1);
        let mut kept = head(part, most);
        while tokens(kept) + tokens(end) > self.room && !kept.is_empty() {
            kept = head(kept, kept.len() * 9 / 10);
        }
        self.room = 0;
        if kept.lines().count() > 3 && !kept.contains("⟦end⟧") {
            self.text += kept;
            self.text += end;
        }
    }

    fn block(&mut self, name: &str, text: &str, most: usize) {
        self.put(&block(name, text, most));
    }
}

/// `before`: what others tried in this run; `taken`: the tokens of everything else in the request.
pub fn first(job: &Job, before: &str, taken: usize) -> Result<String> {
    let diagnosis = job.diagnosis;
    let aim = format!("{}\n\n", job.aim.trim_end());
    let mut desk = Desk { text: String::new(), room: MOST_TOKENS.saturating_sub(taken) };
    desk.put(&aim);
    desk.block("the command", &job.command.to_string(), 500);
    desk.block("what was reported", &text::clean(job.text), ISSUE);
    let mut found = format!("class: {}\n", diagnosis.class.as_str());
    let _ = writeln!(found, "first error: {}", diagnosis.first_error.as_deref().unwrap_or("none found"));
    for test in diagnosis.failing.iter().take(20) {
        let _ = writeln!(found, "failing test: {test}");
    }
    desk.block("diagnosis", &found, 2_500);
    desk.block("what the command printed", job.log, LOG);
    for part in parts(job, &suspects(job)?, "suspect", SUSPECTS)? {
        desk.put(&part);
    }
    for part in parts(job, &tests(job), "failing test", TESTS)? {
        desk.put(&part);
    }
    // Of several attempts that were cut off the last one knew the most.
    let work = job.tried.iter().rev().find_map(|tried| tried.work.as_deref()).unwrap_or_default();
    let how_far = "how far an earlier attempt came before its budget ended: a diff, of which nothing is applied";
    desk.block(how_far, work, WORK);
    let tried: String = job
        .tried
        .iter()
        .rev()
        .take(12)
        .map(|t| format!("{} (hand {}): {}\n", t.why, t.hand.as_str(), t.result))
        .collect();
    desk.block("what was tried before, and how it fell", &tried, TRIED);
    desk.block("what another model tried just now", before, OTHERS);
    desk.put(&learned(job));
    for note in notes(job)? {
        desk.put(&note);
    }
    Ok(desk.text)
}

/// What earlier runs here taught, as data: what mended it, what people objected to, what they wrote down.
fn learned(job: &Job) -> String {
    let lines: String = job
        .learnings
        .iter()
        .map(|one| {
            let patch = one.patch.as_deref().map_or_else(String::new, |diff| format!("\n{diff}"));
            let sure = (one.confidence * 100.0).round();
            format!("- {} (from {}; {sure} % sure){patch}\n", one.text, one.origin)
        })
        .collect();
    block("learnings: what earlier runs in this repository taught about such a failure", &lines, LEARNED)
}

/// Places to show: path and line.
type Place = (RelPath, Option<u32>);

fn suspects(job: &Job) -> Result<Vec<Place>> {
    let located = job.diagnosis.locations.iter().filter_map(|l| Some((job.workshop.resolve(&l.path)?, l.line)));
    let ranked = job.diagnosis.suspects.iter().map(|s| (s.path.clone(), s.line));
    let mut seen = BTreeSet::new();
    Ok(ranked.chain(located).filter(|place| seen.insert(place.clone())).take(MOST_SUSPECTS).collect())
}

/// The files of the failing tests, at the test's own name.
fn tests(job: &Job) -> Vec<Place> {
    let mut places = Vec::new();
    for id in job.diagnosis.failing.iter().take(3) {
        let mut words = id.split("::").flat_map(|part| part.split(['.', ' ', '(', '[']));
        let Some(name) = words.by_ref().filter(|word| word.to_lowercase().contains("test")).last() else { continue };
        let file = id.split("::").next().unwrap_or_default();
        let Some(path) = job.workshop.resolve(file).or_else(|| of_definition(job, name)) else { continue };
        let line = line_of(job, &path, name);
        places.push((path, line));
    }
    places
}

/// For runners that do not tell the file: one of those that the log names.
fn of_definition(job: &Job, name: &str) -> Option<RelPath> {
    let named = job.diagnosis.locations.iter().filter_map(|l| job.workshop.resolve(&l.path));
    named.into_iter().find(|path| line_of(job, path, name).is_some())
}

fn line_of(job: &Job, path: &RelPath, name: &str) -> Option<u32> {
    let text = read(job, path).ok()??;
    let at = text.lines().position(|line| line.contains(name))?;
    u32::try_from(at + 1).ok()
}

fn read(job: &Job, path: &RelPath) -> Result<Option<String>> {
    Ok(job.workshop.read(path)?.and_then(|bytes| String::from_utf8(bytes).ok()))
}

/// One block for each place, up to so many bytes.
fn parts(job: &Job, places: &[Place], what: &str, mut most: usize) -> Result<Vec<String>> {
    let (mut out, mut shown): (Vec<String>, Vec<(RelPath, usize, usize)>) = (Vec::new(), Vec::new());
    for (path, line) in places {
        let Some(text) = read(job, path)? else { continue };
        let (from, to) = around(path, &text, *line);
        let is_shown = shown.iter().any(|(p, f, t)| p == path && *f <= from && to <= *t);
        if is_shown || most == 0 {
            continue;
        }
        let lines: String = (from..to).zip(text.lines().skip(from)).map(|(at, line)| numbered(at, line)).collect();
        let at = line.map_or_else(String::new, |line| format!(", line {line}"));
        let part = block(&format!("{what}: {path}{at}"), &lines, most);
        most = most.saturating_sub(part.len());
        out.push(part);
        shown.push((path.clone(), from, to));
    }
    Ok(out)
}

/// The lines from and to (from 0, without the last): the function around the line, or what is near.
fn around(path: &RelPath, text: &str, line: Option<u32>) -> (usize, usize) {
    let all = text.lines().count();
    let Some(line) = line.map(|line| line.max(1) as usize - 1).filter(|line| *line < all) else {
        return (0, all.min(MOST_LINES));
    };
    let near = (line.saturating_sub(AROUND), (line + AROUND + 1).min(all));
    let function = function(path, text, line).unwrap_or(near);
    if function.1 - function.0 > MOST_LINES { near } else { function }
}

/// The innermost named function or type that holds the line.
fn function(path: &RelPath, text: &str, line: usize) -> Option<(usize, usize)> {
    let syntax = Syntax::parse(Language::of(path)?, text.as_bytes())?;
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let (from, to) = (*starts.get(line)?, starts.get(line + 1).copied().unwrap_or(text.len()));
    let tree = syntax.branches();
    let holds = |node: &usize| {
        let node = &tree[*node];
        let is_definition = ["function", "method", "constructor"].iter().any(|word| node.kind.contains(word))
            && ["definition", "declaration", "item"].iter().any(|word| node.kind.contains(word));
        // Its first line may begin before the node does, by the indentation.
        is_definition && node.range.start < to && node.range.end > from
    };
    let node = tree.all().filter(holds).min_by_key(|node| tree[*node].range.len())?;
    let of = |byte: usize| starts.partition_point(|start| *start <= byte).saturating_sub(1);
    let range = &tree[node].range;
    Some((of(range.start), of(range.end.saturating_sub(1)) + 1))
}

/// In the repository's own words; what a change of it could say is not asked, since it may not be changed.
fn notes(job: &Job) -> Result<Vec<String>> {
    let (mut out, mut most) = (Vec::new(), NOTES);
    for name in OWN_NOTES {
        let path = RelPath::parse(name)?;
        let Some(text) = read(job, &path)?.filter(|_| most > 0) else { continue };
        let note = block(&format!("notes of the repository: {name}"), &text::clean(&text), most);
        most = most.saturating_sub(note.len());
        out.push(note);
    }
    Ok(out)
}
