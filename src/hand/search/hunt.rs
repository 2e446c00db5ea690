//! The search itself, in any language: the suspect functions, what the families think of in them, single edits and
//! then pairs, judged by whoever can run the tests.

use super::aim::{self, Test};
use super::chance::{Doubt, Reads};
use super::draft::Draft;
use super::edges::Edges;
use super::spelling::Words;
use super::{asked, everywhere, guarded, pairs, pointer, returning, starting, survivors, waiting};
use crate::hand::recent::Recent;
use crate::hand::{Job, offer};
use crate::ids::RelPath;
use crate::record::Candidate;
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::time::{Duration, Instant};

/// Single edits that are judged at most.
const MOST: usize = 40_000;
/// Functions that are searched at most, most suspect first.
const FUNCTIONS: usize = 40;
/// Slips of some languages, which no family of operators or values thinks of: to add one, write its file and its line here.
const SLIPS: &[fn(&File, &Spot) -> Vec<Draft>] =
    &[waiting::drafts, returning::drafts, pointer::drafts, guarded::drafts, asked::drafts, starting::drafts];
/// Behind the first survivor the search goes on for so much cost.
const MARGIN: f64 = 0.6;
/// Below the cost of any family are only edits that the code itself asks for.
const BACKED: f64 = 1.0;
/// An edit that bears a mark of passing by chance costs so much more: what is likelier is judged before it.
const BLIND: f64 = 0.7;
/// One that says the same twice, `f(a, a)`, where two things were said.
const TWICE: f64 = 0.3;
/// An edit where the last change wrote costs so much less.
const FRESH: f64 = 0.4;

/// A way to run many candidates through the tests of one kind of project.
pub trait Judge {
    /// What the tests did, each by itself, before any change.
    fn tests(&self) -> &[Test];
    /// The functions of a file that may be changed.
    fn spots(&self, file: &File) -> Vec<Spot>;
    /// What the families think of in one of them, in no order.
    fn drafts(&self, file: &File, spot: &Spot) -> Vec<Draft>;
    /// Runs candidates through the failing tests among these, and those that pass them through the passing ones.
    /// Behind the first survivor it goes on for so much cost as `margin` says; it ends when the budget does.
    fn judge(&self, hunt: &Hunt, tests: &[Test], shots: &[Shot], margin: f64, budget: Duration) -> Result<Answer>;
}

/// A file under suspicion.
pub struct File {
    pub path: RelPath,
    pub text: Vec<u8>,
    pub tree: Branches,
    pub syntax: Syntax,
}

/// A function that may be changed.
#[derive(Debug, Clone, Serialize)]
pub struct Spot {
    /// Its number in [`Hunt::files`]; whoever finds the function leaves 0.
    pub file: usize,
    #[serde(skip)]
    pub node: usize,
    /// The lines that are its own, decorators included.
    #[serde(skip)]
    pub lines: RangeInclusive<u32>,
    /// The first of them.
    pub line: u32,
    /// Its bytes, from the start of its line where nothing stands before it.
    pub start: usize,
    pub end: usize,
    pub name: String,
    pub class: Option<String>,
    /// The byte at which its body begins.
    pub body: usize,
}

/// One candidate: edits in functions (by number), or in whole files (-1 - number of the file).
#[derive(Debug, Clone, PartialEq)]
pub struct Shot {
    pub edits: Vec<(i64, Range<usize>, String)>,
    pub cost: f64,
    pub family: &'static str,
    pub doubt: Doubt,
}

impl Shot {
    /// As the drivers take it: `[cost, [[place, [[from, to, text], …]], …]]`.
    pub fn told(&self) -> Value {
        let mut places: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
        for (place, range, text) in &self.edits {
            places.entry(*place).or_default().push(json!([range.start, range.end, text]));
        }
        json!([self.cost, places.into_iter().collect::<Vec<_>>()])
    }
}

/// What a search works on.
pub struct Hunt<'j> {
    job: &'j Job<'j>,
    pub files: Vec<File>,
    pub spots: Vec<Spot>,
}

#[derive(Debug, Default, Deserialize)]
pub struct Answer {
    pub judged: usize,
    /// Best first.
    pub alive: Vec<usize>,
    /// Those of them that do the same.
    pub groups: Vec<Vec<usize>>,
    /// After which more of the failing tests passed.
    pub hopeful: Vec<usize>,
    pub out_of_time: bool,
    /// Of one of them: the calls that the tests make to which it gives another answer than the program as it is, of how
    /// many; where the judge can see calls.
    #[serde(default)]
    pub evidence: BTreeMap<usize, (usize, usize)>,
    /// How they behave on what the tests do not ask was not looked at: nothing is sure then.
    #[serde(default)]
    pub unseen: bool,
    /// Of judging alone; the start of the test run comes in addition.
    #[serde(default)]
    pub seconds: f64,
}

pub fn search(job: &Job, judge: &dyn Judge, end: Instant) -> Result<Vec<Candidate>> {
    let failing: Vec<&Test> = judge.tests().iter().filter(|test| !test.passed()).collect();
    let mut found = Vec::new();
    // All failing tests first; where no single change is enough for them, as many as one change can mend.
    for targets in groups(&failing) {
        found = hunt(job, judge, &targets, end)?;
        if !found.is_empty() || Instant::now() >= end {
            break;
        }
    }
    Ok(found)
}

/// All failing tests, then those of the first one's kind: they may fail for several reasons.
fn groups(failing: &[&Test]) -> Vec<Vec<String>> {
    if failing.is_empty() {
        return Vec::new();
    }
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
fn hunt(job: &Job, judge: &dyn Judge, targets: &[String], end: Instant) -> Result<Vec<Candidate>> {
    let counts = |test: &&Test| test.passed() || targets.contains(&test.name);
    let tests: Vec<Test> = judge.tests().iter().filter(counts).cloned().collect();
    let (range, shots) = aimed(job, judge, &tests)?;
    if shots.is_empty() {
        return Ok(Vec::new());
    }
    let left = || end.saturating_duration_since(Instant::now());
    let singles = judge.judge(&range, &tests, &shots, MARGIN, left())?;
    told(job, "single edits", &singles);
    if !singles.alive.is_empty() {
        return survivors::candidates(&range, &shots, &singles, targets);
    }
    let doubles = pairs::pairs(&shots, &singles.hopeful);
    if doubles.is_empty() || left().is_zero() {
        return Ok(Vec::new());
    }
    let answer = judge.judge(&range, &tests, &doubles, MARGIN / 2.0, left())?;
    told(job, "pairs of edits", &answer);
    survivors::candidates(&range, &doubles, &answer, targets)
}

fn told(job: &Job, what: &str, answer: &Answer) {
    if answer.judged == 0 {
        return;
    }
    let rate = answer.judged as f64 / answer.seconds.max(0.001);
    let alive = answer.alive.len();
    let cut = if answer.out_of_time { "; its share of the budget is used up" } else { "" };
    job.workshop
        .tell(&format!("{} {what} judged in {:.1} s ({rate:.0}/s), {alive} pass{cut}", answer.judged, answer.seconds));
}

/// The suspect functions and what the families think of in them, best first.
fn aimed<'j>(job: &'j Job<'j>, judge: &dyn Judge, tests: &[Test]) -> Result<(Hunt<'j>, Vec<Shot>)> {
    let mut range = Hunt { job, files: Vec::new(), spots: Vec::new() };
    let recent = Recent::of(job)?.patch;
    let mut suspicions = Vec::new();
    let mut suspects = Vec::new();
    for path in covered(tests) {
        let lines = aim::suspicion(tests, &path);
        let (false, Some(file)) = (lines.is_empty(), File::open(job, path)?) else { continue };
        let fresh = aim::fresh(&recent, &file.path);
        for spot in judge.spots(&file) {
            let worst = lines.range(spot.lines.clone()).map(|(_, score)| *score).fold(0.0, f64::max);
            if worst > 0.0 {
                let worst = if aim::meet(&fresh, &spot.lines) { worst + FRESH } else { worst };
                suspects.push((worst, Spot { file: range.files.len(), ..spot }));
            }
        }
        // The test itself may stand among the sources: where nothing is suspect, calls come from outside.
        if suspects.iter().any(|(_, spot)| spot.file == range.files.len()) {
            range.files.push(file);
            suspicions.push((lines, fresh));
        }
    }
    suspects.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1.file, a.1.node).cmp(&(b.1.file, b.1.node))));
    let words = Words::of(job, &range.files)?;
    let edges = Edges::of(job);
    let mut shots = Vec::new();
    for (_, spot) in suspects.into_iter().take(FUNCTIONS) {
        let (file, (lines, fresh)) = (&range.files[spot.file], &suspicions[spot.file]);
        let place = i64::try_from(range.spots.len())?;
        let reads = Reads::of(file, &spot, &words.expected);
        let mut drafts = judge.drafts(file, &spot);
        drafts.extend(SLIPS.iter().flat_map(|slip| slip(file, &spot)));
        drafts.extend(words.drafts(file, &spot));
        everywhere::extend(file, &spot, &mut drafts);
        for draft in drafts {
            if let Some(more) = file.distance(&draft, lines, fresh) {
                let doubt = if draft.cost < BACKED { Doubt::Backed } else { reads.doubt(&draft.edits) };
                let more = more - edges.less(file, &draft) + if file.repeats(&spot, &draft) { TWICE } else { 0.0 };
                shots.push(shot(draft, place, more, doubt));
            }
        }
        range.spots.push(spot);
    }
    shots.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    shots.truncate(MOST);
    Ok((range, shots))
}

fn shot(draft: Draft, place: i64, more: f64, doubt: Doubt) -> Shot {
    let length: usize = draft.edits.iter().map(|(range, text)| range.len().abs_diff(text.len())).sum();
    // Ties go to what is smaller.
    let blind = if doubt == Doubt::Blind { BLIND } else { 0.0 };
    let cost = draft.cost + more + blind + 0.0005 * length.min(100) as f64;
    Shot {
        edits: draft.edits.into_iter().map(|(range, text)| (place, range, text)).collect(),
        cost,
        family: draft.family,
        doubt,
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

impl File {
    /// `None` for what people do not write by hand, and for what cannot be read as its language.
    pub fn open(job: &Job, path: RelPath) -> Result<Option<Self>> {
        let (Some(language), Some(text)) = (Language::of(&path), offer::editable(job, &path)?) else { return Ok(None) };
        let syntax = Syntax::parse(language, &text).filter(Syntax::is_sound);
        Ok(syntax.map(|syntax| Self { tree: syntax.branches(), path, text, syntax }))
    }

    pub fn lines_of(&self, node: usize) -> RangeInclusive<u32> {
        let range = &self.tree[node].range;
        self.syntax.line_of(range.start)..=self.syntax.line_of(range.end)
    }

    /// The start of the line that a byte is on, where nothing but spaces stands between, else the byte.
    pub fn line_start(&self, byte: usize) -> usize {
        let start = memchr::memrchr(b'\n', &self.text[..byte]).map_or(0, |at| at + 1);
        if self.text[start..byte].iter().all(u8::is_ascii_whitespace) { start } else { byte }
    }

    /// What a place adds to the cost of an edit; `None` where no failing test comes by.
    fn distance(&self, draft: &Draft, lines: &BTreeMap<u32, f64>, fresh: &[RangeInclusive<u32>]) -> Option<f64> {
        let ascii = draft.edits.iter().all(|(_, text)| text.is_ascii()) || std::str::from_utf8(&self.text).is_ok();
        let place = |(range, _): &(Range<usize>, String)| {
            self.syntax.line_of(range.start)..=self.syntax.line_of(range.end.max(range.start + 1) - 1)
        };
        let places: Vec<_> = draft.edits.iter().map(place).collect();
        // A statement over several lines is known by its first; what is put between two lines by its neighbours.
        let near = |place: &RangeInclusive<u32>| place.start().saturating_sub(3)..=place.end() + 1;
        let scores = places.iter().flat_map(|place| lines.range(near(place)).map(|(_, score)| *score));
        let best = scores.max_by(f64::total_cmp).filter(|_| ascii)?;
        let known = if places.iter().any(|place| aim::meet(fresh, place)) { FRESH } else { 0.0 };
        Some(1.0 - best - known)
    }
}

impl File {
    /// Whether an operand becomes what the one beside it is already.
    fn repeats(&self, spot: &Spot, draft: &Draft) -> bool {
        let [(range, new)] = &draft.edits[..] else { return false };
        let tree = &self.tree;
        let mut nodes = tree.below(spot.node);
        let is_it = |node: &usize| tree[*node].named && tree[*node].range == *range;
        let node = nodes.find(is_it).filter(|_| new.starts_with(char::is_alphabetic));
        let beside = node.map(|node| tree.inner(tree[node].parent)).unwrap_or_default();
        beside.into_iter().any(|other| Some(other) != node && self.syntax.text(&tree[other].range) == new)
    }
}

impl Hunt<'_> {
    pub fn job(&self) -> &Job<'_> {
        self.job
    }

    /// The file that an edit is in.
    pub fn file(&self, place: i64) -> Option<&File> {
        self.files.get(self.number_of(place)?)
    }

    /// The number of that file.
    pub fn number_of(&self, place: i64) -> Option<usize> {
        match usize::try_from(place) {
            Ok(spot) => self.spots.get(spot).map(|spot| spot.file),
            Err(_) => usize::try_from(-1 - place).ok(),
        }
    }

    /// A test that runs none of the suspect files cannot tell one candidate from another.
    pub fn comes_by(&self, test: &Test) -> bool {
        self.files.iter().any(|file| test.lines.contains_key(file.path.as_str()))
    }
}

#[cfg(test)]
pub mod testing {
    use super::*;

    /// A text of a language as a suspect file, with its first function.
    pub fn opened(name: &str, text: &str) -> (File, Spot) {
        let path = RelPath::parse(name).unwrap();
        let syntax = Syntax::parse(Language::of(&path).unwrap(), text.as_bytes()).unwrap();
        let file = File { path, text: text.as_bytes().to_vec(), tree: syntax.branches(), syntax };
        let spot = match file.syntax.language() {
            Language::Python => crate::hand::search::python::spots(&file).remove(0),
            _ => crate::hand::search::braces::spots(&file).remove(0),
        };
        (file, spot)
    }

    /// The text after a draft.
    pub fn after(file: &File, draft: &Draft) -> String {
        let mut text = String::from_utf8(file.text.clone()).unwrap();
        let mut edits = draft.edits.clone();
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        edits.iter().for_each(|(range, new)| text.replace_range(range.clone(), new));
        text
    }
}
