//! Batches of candidates: built together, run one by one, best first.

use super::super::aim::{Test, in_order};
use super::super::hunt::{Answer, Hunt, Shot};
use super::behave;
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
/// What does not stand is not cut any smaller.
const SMALLEST: usize = 60;
/// Builds that do not stand, after which nothing more is built.
const MOST_LOST: usize = 6;
/// Shots behind one build at most: pairs share what is built.
const MOST_ROUNDS: usize = 12_000;
/// Survivors that are told apart at most.
const SURVIVORS: usize = 40;
/// Timed out ones that get more time, when nothing else passes.
const PATIENCE: f64 = 8.0;

type Key = Vec<(i64, Range<usize>, String)>;

/// What builds told: which changes the compiler takes.
#[derive(Default)]
pub struct Memory {
    wrong: HashSet<Key>,
    sound: HashSet<Key>,
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

/// What is built at once.
#[derive(Default)]
struct Batch {
    variants: Vec<Variant>,
    keys: Vec<Key>,
    rounds: Vec<Round>,
    known: HashMap<Key, usize>,
    /// The first shot that is not in it.
    next: usize,
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
        let (mut at, mut size, mut lost) = (0, FIRST, 0);
        while at < shots.len() && Instant::now() < end && self.goes_on(shots, at, &score) && lost < MOST_LOST {
            let batch = self.load(shots, at..shots.len(), size, memory);
            let next = batch.next;
            let stands = self.batch(shots, batch, 1.0, memory, end, &mut score)?;
            // What cannot be built together may stand in parts; a small part that does not is passed over.
            (at, size) = match stands {
                true => (next, (size * 2).min(LARGEST)),
                false if size > SMALLEST => (at, size / 4),
                false => (next, size),
            };
            lost += usize::from(!stands);
        }
        let late = std::mem::take(&mut score.late);
        if score.answer.alive.is_empty() && !late.is_empty() && Instant::now() < end {
            let share = Instant::now() + end.saturating_duration_since(Instant::now()) / 3;
            let batch = self.load(shots, late.into_iter(), LARGEST, memory);
            self.batch(shots, batch, PATIENCE, memory, share, &mut score)?;
        }
        self.told(&score);
        self.keep_best(shots, &mut score.answer);
        score.answer.out_of_time |= Instant::now() >= end;
        score.answer.groups = behave::groups(self.project, self.probe, self.hunt, shots, &score.answer.alive, end)?;
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
        batch: Batch,
        factor: f64,
        memory: &mut Memory,
        end: Instant,
        score: &mut Score,
    ) -> Result<bool> {
        let Batch { mut variants, keys, rounds, .. } = batch;
        let count = variants.len();
        let base = self.request(factor, end)?;
        let mut asked: Vec<usize> = Vec::new();
        let mut types = compile::types(self.hunt, &self.probe.untold);
        let built =
            compile::build(self.hunt, self.project, &mut variants, &mut types, end, &mut |variants, numbers| {
                let mut request = base.clone();
                asked.clear();
                for round in &rounds {
                    if let Some(active) = active(round, variants, numbers) {
                        request.push_str(&format!("shot\t{active}\t{}\n", shots[round.shot].cost));
                        asked.push(round.shot);
                    }
                }
                Ok(request)
            })?;
        // Whose fault it is that nothing stands is not known of those that are left.
        for (variant, key) in variants.iter().zip(keys).filter(|(variant, _)| built.is_some() || !variant.is_alive()) {
            let known = if variant.is_alive() { &mut memory.sound } else { &mut memory.wrong };
            known.insert(key);
        }
        score.unfit += variants.iter().filter(|variant| !variant.is_alive()).count();
        score.built += count;
        let Some(built) = built else { return Ok(false) };
        score.building += built.seconds;
        let shot_of = |number: usize| asked.get(number).copied();
        read(&built.said, &shot_of, &mut score.answer, &mut score.late);
        Ok(true)
    }

    /// What is to be built for as many shots as fit: two sound edits that stand apart are chosen together, anything
    /// else is built as it is.
    fn load(&self, shots: &[Shot], among: impl Iterator<Item = usize>, size: usize, memory: &Memory) -> Batch {
        let mut batch = Batch::default();
        // Only in pairs a half that is no Rust says something of the whole.
        let pairs = shots.iter().all(|shot| shot.edits.len() > 1);
        for shot in among {
            if batch.variants.len() >= size || batch.rounds.len() >= MOST_ROUNDS {
                break;
            }
            batch.next = shot + 1;
            let whole = &shots[shot];
            if memory.wrong.contains(&whole.edits) {
                continue;
            }
            let chosen = match memory.halves(&whole.edits) {
                Some((one, other)) => {
                    let halves = [one, other].map(|edits| batch.number(self, &Shot { edits, ..whole.clone() }));
                    let [Some(one), Some(other)] = halves else { continue };
                    if batch.variants[one].apart(&batch.variants[other]) {
                        Some(vec![one, other])
                    } else {
                        batch.number(self, whole).map(|number| vec![number])
                    }
                }
                None if pairs && memory.is_hopeless(&whole.edits) => None,
                None => batch.number(self, whole).map(|number| vec![number]),
            };
            batch.rounds.extend(chosen.map(|variants| Round { shot, variants }));
        }
        batch
    }

    fn request(&self, factor: f64, end: Instant) -> Result<String> {
        let left = end.saturating_duration_since(Instant::now());
        let mut request = project::head("judge", &self.project.cargo, left)?;
        request.push_str(&format!("margin\t{}\nfactor\t{factor}\n", self.margin));
        let failing = in_order(self.tests, |test| !test.passed());
        request.push_str(&format!("failing\t{}\n", failing.len()));
        let passing = in_order(self.tests, |test| test.passed() && self.hunt.comes_by(test));
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

impl Batch {
    fn number(&mut self, trial: &Trial, shot: &Shot) -> Option<usize> {
        if let Some(known) = self.known.get(&shot.edits) {
            return Some(*known);
        }
        self.variants.push(Variant::new(trial.hunt, shot, &trial.probe.untold)?);
        self.keys.push(shot.edits.clone());
        self.known.insert(shot.edits.clone(), self.variants.len() - 1);
        Some(self.variants.len() - 1)
    }
}

impl Memory {
    /// The two sound changes that a change is made of.
    fn halves(&self, edits: &Key) -> Option<(Key, Key)> {
        self.splits(edits).find(|(one, other)| self.sound.contains(one) && self.sound.contains(other))
    }

    /// Whether a half of it is known to be no Rust.
    fn is_hopeless(&self, edits: &Key) -> bool {
        self.splits(edits).any(|(one, other)| self.wrong.contains(&one) || self.wrong.contains(&other))
    }

    fn splits(&self, edits: &Key) -> impl Iterator<Item = (Key, Key)> {
        let count = if edits.len() <= 8 { 1_usize << edits.len() } else { 0 };
        let edits = edits.clone();
        (1..count.saturating_sub(1)).map(move |mask| {
            let side = |wanted: bool| {
                let own = edits.iter().enumerate().filter(move |(at, _)| (mask >> at & 1 == 1) == wanted);
                own.map(|(_, edit)| edit.clone()).collect::<Key>()
            };
            (side(true), side(false))
        })
    }
}

/// The numbers that are told to the tests; `None` where one of them is in no build, or two stand in each other's way.
fn active(round: &Round, variants: &[Variant], numbers: &BTreeMap<usize, u32>) -> Option<u64> {
    let chosen: Option<Vec<u32>> = round.variants.iter().map(|variant| numbers.get(variant).copied()).collect();
    let chosen = chosen?;
    let one = u64::from(*chosen.first()?);
    let Some(other) = chosen.get(1) else { return Some(one) };
    let apart = variants[round.variants[0]].apart(&variants[round.variants[1]]);
    apart.then_some(one | u64::from(*other) << 32)
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
