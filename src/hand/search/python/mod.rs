//! The judge for Python: the failing command itself loads a driver (pytest: as a plugin; unittest: through
//! sitecustomize) that collects the tests once and judges many candidates in forked children.

mod ask;

use super::aim::{self, Test};
use super::draft::Draft;
use super::scene::{Scene, Types};
use super::{families, pairs, survivors};
use crate::hand::{Job, offer};
use crate::ids::RelPath;
use crate::record::Candidate;
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
pub use ask::Answer;
use ask::{Probe, Spot};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Single edits that are judged at most.
const MOST: usize = 40_000;
/// Functions that are searched at most, most suspect first.
const FUNCTIONS: usize = 40;
/// Behind the first survivor the search goes on for so much cost.
const MARGIN: f64 = 0.6;
/// The share of what is left of the budget, and the most that is worth it.
const SHARE: u32 = 2;
const LONGEST: Duration = Duration::from_secs(300);

/// One candidate: edits in functions (by number), or in whole files (-1 - number of the file).
#[derive(Debug, Clone, PartialEq)]
pub struct Shot {
    pub edits: Vec<(i64, Range<usize>, String)>,
    pub cost: f64,
    pub family: &'static str,
}

/// A file under suspicion.
pub struct File {
    pub path: RelPath,
    pub text: Vec<u8>,
    tree: Branches,
    syntax: Syntax,
}

/// What a search works on.
pub struct Hunt<'j> {
    job: &'j Job<'j>,
    pub files: Vec<File>,
    pub spots: Vec<Spot>,
}

pub fn search(job: &Job) -> Result<Option<Vec<Candidate>>> {
    let paths = sources(job)?;
    if paths.is_empty() || !ask::concerns(job) {
        return Ok(None);
    }
    let started = Instant::now();
    let budget = (job.workshop.left() / SHARE).min(LONGEST);
    let end = started + budget;
    let Some(probe) = ask::probe(job, &paths, budget / 4)? else { return Ok(None) };
    let failing: Vec<&Test> = probe.tests.iter().filter(|test| !test.passed()).collect();
    if failing.is_empty() {
        return Ok(None);
    }
    let mut found = Vec::new();
    // All failing tests first; where no single change is enough for them, as many as one change can mend.
    for targets in groups(&failing) {
        found = hunt(job, &probe, &targets, end)?;
        if !found.is_empty() || Instant::now() >= end {
            break;
        }
    }
    Ok(Some(found))
}

/// What may be repaired: Python that is no test.
fn sources(job: &Job) -> Result<Vec<RelPath>> {
    let is_source = |path: &&RelPath| {
        let setting = matches!(path.file_name(), "setup.py" | "conftest.py" | "noxfile.py");
        path.extension() == "py" && !setting && !crate::guard::is_test(path)
    };
    Ok(job.workshop.files()?.iter().filter(is_source).cloned().collect())
}

/// All failing tests, then those of the first one's kind: they may fail for several reasons.
fn groups(failing: &[&Test]) -> Vec<Vec<String>> {
    let names = |tests: &mut dyn Iterator<Item = &Test>| tests.map(|test| test.name.clone()).collect::<Vec<_>>();
    let mut groups = vec![names(&mut failing.iter().copied())];
    let function = |test: &Test| test.name.split('[').next().unwrap_or_default().to_owned();
    let mut seen = Vec::new();
    for test in failing {
        let of = function(test);
        if !seen.contains(&of) && seen.len() < 4 {
            seen.push(of.clone());
            let group = names(&mut failing.iter().copied().filter(|other| function(other) == of));
            if group.len() < failing.len() {
                groups.push(group);
            }
        }
    }
    groups
}

/// Searches for what makes these tests pass and breaks no other.
fn hunt(job: &Job, probe: &Probe, targets: &[String], end: Instant) -> Result<Vec<Candidate>> {
    let tests: Vec<Test> =
        probe.tests.iter().filter(|test| test.passed() || targets.contains(&test.name)).cloned().collect();
    let (range, shots) = aimed(job, probe, &tests)?;
    if shots.is_empty() {
        return Ok(Vec::new());
    }
    let left = || end.saturating_duration_since(Instant::now());
    let singles = ask::judge(job, probe, &tests, &range, &shots, MARGIN, left())?;
    told(job, "single edits", &singles);
    if !singles.alive.is_empty() {
        return survivors::candidates(&range, &shots, &singles);
    }
    let doubles = pairs::pairs(&shots, &singles.hopeful);
    if doubles.is_empty() || left().is_zero() {
        return Ok(Vec::new());
    }
    let answer = ask::judge(job, probe, &tests, &range, &doubles, MARGIN / 2.0, left())?;
    told(job, "pairs of edits", &answer);
    survivors::candidates(&range, &doubles, &answer)
}

fn told(job: &Job, what: &str, answer: &Answer) {
    let rate = answer.judged as f64 / answer.seconds.max(0.001);
    let alive = answer.alive.len();
    let cut = if answer.out_of_time { "; its share of the budget is used up" } else { "" };
    job.workshop
        .tell(&format!("{} {what} judged in {:.1} s ({rate:.0}/s), {alive} pass{cut}", answer.judged, answer.seconds));
}

/// The suspect functions and what the families think of in them, best first.
fn aimed<'j>(job: &'j Job<'j>, probe: &Probe, tests: &[Test]) -> Result<(Hunt<'j>, Vec<Shot>)> {
    let mut range = Hunt { job, files: Vec::new(), spots: Vec::new() };
    let mut shots = Vec::new();
    let mut suspects = Vec::new();
    for path in covered(tests) {
        let lines = aim::suspicion(tests, &path);
        let Some(text) = offer::editable(job, &path)? else { continue };
        let Some(syntax) = Syntax::parse(Language::Python, &text).filter(Syntax::is_sound) else { continue };
        let number = range.files.len();
        let file = File { tree: syntax.branches(), path, text, syntax };
        for function in functions(&file) {
            let own = file.lines_of(function);
            let worst = lines.range(own).map(|(_, score)| *score).fold(0.0, f64::max);
            if worst > 0.0 {
                suspects.push((worst, number, function));
            }
        }
        range.files.push(file);
        if lines.is_empty() {
            range.files.pop();
        }
    }
    suspects.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    for (_, number, function) in suspects.into_iter().take(FUNCTIONS) {
        let file = &range.files[number];
        let spot = file.spot(number, function);
        let lines = aim::suspicion(tests, &file.path);
        let place = i64::try_from(range.spots.len())?;
        let types = aim::types(&probe.types, &file.path, file.lines_of(function));
        let globals = probe.globals_of(&file.path);
        let scene = Scene::new(&file.text, &file.tree, function, &types, &globals);
        for draft in families::drafts(&scene) {
            if let Some(more) = file.distance(&draft, &lines) {
                shots.push(shot(draft, place, more));
            }
        }
        range.spots.push(spot);
    }
    shots.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    shots.truncate(MOST);
    Ok((range, shots))
}

fn shot(draft: Draft, place: i64, more: f64) -> Shot {
    let length: usize = draft.edits.iter().map(|(range, text)| range.len().abs_diff(text.len())).sum();
    // Ties go to what is smaller.
    let cost = draft.cost + more + 0.0005 * length.min(100) as f64;
    Shot {
        edits: draft.edits.into_iter().map(|(range, text)| (place, range, text)).collect(),
        cost,
        family: draft.family,
    }
}

fn covered(tests: &[Test]) -> Vec<RelPath> {
    let failing = tests.iter().filter(|test| !test.passed());
    let mut paths: Vec<RelPath> =
        failing.flat_map(|test| test.lines.keys()).filter_map(|path| RelPath::parse(path.as_str()).ok()).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// The functions that are in no other function.
fn functions(file: &File) -> Vec<usize> {
    let tree = &file.tree;
    let is_function = |n: &usize| tree[*n].kind == "function_definition";
    tree.all().filter(is_function).filter(|n| !tree.above(*n).any(|above| is_function(&above))).collect()
}

impl File {
    fn lines_of(&self, node: usize) -> std::ops::RangeInclusive<u32> {
        let range = &self.tree[self.outer(node)].range;
        self.syntax.line_of(range.start)..=self.syntax.line_of(range.end)
    }

    /// With its decorators.
    fn outer(&self, node: usize) -> usize {
        let parent = self.tree[node].parent;
        if self.tree[parent].kind == "decorated_definition" { parent } else { node }
    }

    fn spot(&self, file: usize, node: usize) -> Spot {
        let text = |n: usize| self.syntax.text(&self.tree[n].range).to_owned();
        let range = self.tree[node].range.clone();
        let start = memchr::memrchr(b'\n', &self.text[..range.start]).map_or(0, |at| at + 1);
        let class = self.tree.above(node).find(|n| self.tree[*n].kind == "class_definition");
        Spot {
            file,
            line: self.syntax.line_of(self.tree[self.outer(node)].range.start),
            start: if self.text[start..range.start].iter().all(u8::is_ascii_whitespace) { start } else { range.start },
            end: range.end,
            name: self.tree.field(node, "name").map(text).unwrap_or_default(),
            class: class.and_then(|n| self.tree.field(n, "name")).map(text),
            body: self.tree.field(node, "body").map_or(range.end, |body| self.tree[body].range.start),
        }
    }

    /// What a place adds to the cost of an edit; `None` where no failing test comes by.
    fn distance(&self, draft: &Draft, lines: &std::collections::BTreeMap<u32, f64>) -> Option<f64> {
        let ascii = draft.edits.iter().all(|(_, text)| text.is_ascii()) || std::str::from_utf8(&self.text).is_ok();
        let place = |(range, _): &(Range<usize>, String)| {
            let first = self.syntax.line_of(range.start);
            let last = self.syntax.line_of(range.end.max(range.start + 1) - 1);
            // A statement over several lines is known by its first; what is put between two lines by its neighbours.
            let near = lines.range(first.saturating_sub(3)..=last + 1);
            near.map(|(_, score)| *score)
                .fold(None, |best: Option<f64>, score| Some(best.map_or(score, |b| b.max(score))))
        };
        let best =
            draft.edits.iter().filter_map(place).fold(None, |best: Option<f64>, s| Some(best.map_or(s, |b| b.max(s))));
        best.filter(|_| ascii).map(|score| 1.0 - score)
    }
}

impl Hunt<'_> {
    pub fn job(&self) -> &Job<'_> {
        self.job
    }

    /// The file that an edit is in.
    pub fn file(&self, place: i64) -> Option<&File> {
        let number = match usize::try_from(place) {
            Ok(spot) => self.spots.get(spot)?.file,
            Err(_) => usize::try_from(-1 - place).ok()?,
        };
        self.files.get(number)
    }
}

impl Probe {
    fn globals_of(&self, path: &RelPath) -> Types {
        let values = self.globals.get(path.as_str());
        values.into_iter().flatten().map(|(name, kind)| (name.clone(), vec![kind.clone()])).collect()
    }
}
