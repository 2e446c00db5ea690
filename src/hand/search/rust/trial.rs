//! Batches of candidates: built together, run one by one, best first.

use super::super::aim::Test;
use super::super::hunt::{Answer, Hunt, Shot};
use super::compile::{self, Variant};
use super::probe::Probe;
use super::project::{self, Project};
use anyhow::Result;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::time::{Duration, Instant};

/// The first build is small: most repairs are among the likeliest.
const FIRST: usize = 700;
const LARGEST: usize = 2500;
/// Survivors that are told apart at most.
const SURVIVORS: usize = 40;
/// Timed out ones that get more time, when nothing else passes.
const PATIENCE: f64 = 8.0;

type Key = Vec<(i64, Range<usize>, String)>;

/// What builds told of single edits: those that the compiler does not take.
#[derive(Default)]
pub struct Memory {
    wrong: HashSet<Key>,
}

pub struct Trial<'t, 'j> {
    pub project: &'t Project<'j>,
    pub probe: &'t Probe,
    pub hunt: &'t Hunt<'j>,
    pub tests: &'t [Test],
    pub margin: f64,
}

/// What became of the shots so far.
#[derive(Default)]
struct Score {
    answer: Answer,
    late: Vec<usize>,
    built: usize,
    building: f64,
    unfit: usize,
}

/// One shot in a build: the variants that are chosen for it, one or two.
struct Round {
    shot: usize,
    variants: Vec<usize>,
}

impl Trial<'_, '_> {
    pub fn run(&self, shots: &[Shot], memory: &mut Memory, budget: Duration) -> Result<Answer> {
        let end = Instant::now() + budget;
        let mut score = Score::default();
        let mut at = 0;
        let mut size = FIRST;
        while at < shots.len() && Instant::now() < end && self.goes_on(shots, at, &score) {
            let batch: Vec<usize> = (at..shots.len().min(at + size)).collect();
            at += batch.len();
            if !self.batch(shots, &batch, 1.0, memory, end, &mut score)? {
                break;
            }
            size = (size * 2).min(LARGEST);
        }
        let late = std::mem::take(&mut score.late);
        if score.answer.alive.is_empty() && !late.is_empty() && Instant::now() < end {
            let share = Instant::now() + end.saturating_duration_since(Instant::now()) / 3;
            self.batch(shots, &late, PATIENCE, memory, share, &mut score)?;
        }
        self.told(&score);
        self.keep_best(shots, &mut score.answer);
        score.answer.out_of_time |= Instant::now() >= end;
        score.answer.groups = score.answer.alive.iter().map(|shot| vec![*shot]).collect();
        Ok(score.answer)
    }

    fn goes_on(&self, shots: &[Shot], at: usize, score: &Score) -> bool {
        let best = score.answer.alive.iter().map(|shot| shots[*shot].cost).min_by(f64::total_cmp);
        best.is_none_or(|best| shots[at].cost <= best + self.margin)
    }

    /// `false` where nothing could be built.
    fn batch(
        &self,
        shots: &[Shot],
        batch: &[usize],
        factor: f64,
        memory: &mut Memory,
        end: Instant,
        score: &mut Score,
    ) -> Result<bool> {
        let (mut variants, keys, rounds) = self.variants(shots, batch, memory);
        let count = variants.len();
        let base = self.request(factor, end)?;
        let mut asked: Vec<usize> = Vec::new();
        let built = compile::build(self.hunt, self.project, &mut variants, &mut Vec::new(), end, &mut |numbers| {
            let mut request = base.clone();
            asked.clear();
            for round in &rounds {
                if let Some(active) = active(round, numbers) {
                    request.push_str(&format!("shot\t{active}\t{}\n", shots[round.shot].cost));
                    asked.push(round.shot);
                }
            }
            Ok(request)
        })?;
        let wrong = variants.iter().zip(keys).filter(|(variant, _)| !variant.is_alive());
        let before = memory.wrong.len();
        memory.wrong.extend(wrong.map(|(_, key)| key));
        score.unfit += memory.wrong.len() - before;
        score.built += count;
        let Some(built) = built else { return Ok(false) };
        score.building += built.seconds;
        let shot_of = |number: usize| asked.get(number).copied();
        read(&built.said, &shot_of, &mut score.answer, &mut score.late);
        Ok(true)
    }

    /// What is to be built for a batch, once for each single edit, and who is chosen for which shot.
    fn variants(&self, shots: &[Shot], batch: &[usize], memory: &Memory) -> (Vec<Variant>, Vec<Key>, Vec<Round>) {
        let (mut variants, mut keys, mut rounds) = (Vec::new(), Vec::new(), Vec::new());
        let mut known: HashMap<Key, usize> = HashMap::new();
        for shot in batch {
            let key = shots[*shot].edits.clone();
            if memory.wrong.contains(&key) {
                continue;
            }
            if let Some(variant) = Variant::new(self.hunt, &shots[*shot]) {
                let number = *known.entry(key.clone()).or_insert_with(|| {
                    variants.push(variant);
                    keys.push(key);
                    variants.len() - 1
                });
                rounds.push(Round { shot: *shot, variants: vec![number] });
            }
        }
        (variants, keys, rounds)
    }

    fn request(&self, factor: f64, end: Instant) -> Result<String> {
        let left = end.saturating_duration_since(Instant::now());
        let mut request = project::head("judge", &self.project.cargo, left)?;
        request.push_str(&format!("margin\t{}\nfactor\t{factor}\n", self.margin));
        let failing = in_order(self.tests, |test| !test.passed());
        request.push_str(&format!("failing\t{}\n", failing.len()));
        let passing = in_order(self.tests, |test| test.passed() && self.comes_by(test));
        let places: BTreeMap<&str, &(String, String)> =
            self.probe.tests.iter().map(|test| test.name.as_str()).zip(&self.probe.places).collect();
        for test in failing.iter().chain(&passing) {
            if let Some((binary, name)) = places.get(test.name.as_str()) {
                let seconds = if test.result == "T" { 0.0 } else { test.seconds };
                request.push_str(&format!("test\t{binary}\t{name}\t{seconds}\n"));
            }
        }
        Ok(request)
    }

    /// A test that runs none of the suspect files cannot tell one candidate from another.
    fn comes_by(&self, test: &Test) -> bool {
        self.hunt.files.iter().any(|file| test.lines.contains_key(file.path.as_str()))
    }

    fn keep_best(&self, shots: &[Shot], answer: &mut Answer) {
        answer.alive.sort_by(|a, b| shots[*a].cost.total_cmp(&shots[*b].cost).then(a.cmp(b)));
        let most = answer.alive.first().map_or(0.0, |best| shots[*best].cost + self.margin);
        answer.alive.retain(|shot| shots[*shot].cost <= most);
        answer.alive.truncate(SURVIVORS);
        answer.hopeful.sort_unstable();
    }

    fn told(&self, score: &Score) {
        let rate = score.built as f64 / score.building.max(0.001);
        let unfit = score.unfit;
        self.project.job.workshop.tell(&format!(
            "{} candidates compiled in {:.1} s ({rate:.0}/s), {unfit} of them are no Rust",
            score.built, score.building
        ));
    }
}

/// The numbers that are told to the tests; `None` where one of them is in no build.
fn active(round: &Round, numbers: &BTreeMap<usize, u32>) -> Option<u64> {
    let chosen: Option<Vec<u32>> = round.variants.iter().map(|variant| numbers.get(variant).copied()).collect();
    let chosen = chosen?;
    let one = u64::from(*chosen.first()?);
    Some(chosen.get(1).map_or(one, |other| one | u64::from(*other) << 32))
}

fn read(said: &str, shot_of: &dyn Fn(usize) -> Option<usize>, answer: &mut Answer, late: &mut Vec<usize>) {
    for line in said.lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["shot", number, verdict, passed] => {
                let Some(shot) = number.parse().ok().and_then(shot_of) else { continue };
                answer.judged += 1;
                match verdict {
                    "P" => answer.alive.push(shot),
                    _ if passed != "0" => answer.hopeful.push(shot),
                    "T" => late.push(shot),
                    _ => {}
                }
            }
            ["over"] => answer.out_of_time = true,
            ["took", seconds] => answer.seconds += seconds.parse().unwrap_or(0.0),
            _ => {}
        }
    }
}

/// Quick ones first: they say as much in less time; those that took too long last.
fn in_order(tests: &[Test], wanted: impl Fn(&Test) -> bool) -> Vec<&Test> {
    let mut chosen: Vec<&Test> = tests.iter().filter(|test| wanted(test)).collect();
    let steps = |test: &Test| (test.seconds.max(0.001) * 1000.0).log2().round();
    chosen.sort_by(|a, b| (a.result == "T").cmp(&(b.result == "T")).then(steps(a).total_cmp(&steps(b))));
    chosen
}
