//! The judge for every other command: it passes or it does not. Each candidate costs a whole run, so there are few,
//! and what is likely comes first.

mod ask;
mod fast;
mod probe;
mod progress;
mod twins;
mod variants;

use super::aim::{Test, Types};
use super::braces;
use super::draft::Draft;
use super::hunt::{Answer, File, Hunt, Judge, Shot, Spot};
use crate::hand::Job;
use crate::ids::RelPath;
use crate::syntax::Language;
use anyhow::Result;
use ask::{Edits, Terms, Told, Try};
use probe::Probe;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// So many are tried at most: at the speed of whole runs nobody waits for more.
const MOST: usize = 6_000;
/// Behind a survivor others are looked for, but not as far as where a thousand take a second.
const MARGIN: f64 = 0.25;

pub fn open<'j>(job: &'j Job<'j>, budget: Duration) -> Result<Option<Box<dyn Judge + 'j>>> {
    let probe = probe::probe(job, budget / 4)?;
    Ok(probe.map(|probe| Box::new(Plain { job, probe }) as Box<dyn Judge>))
}

struct Plain<'j> {
    job: &'j Job<'j>,
    probe: Probe,
}

impl Judge for Plain<'_> {
    fn tests(&self) -> &[Test] {
        std::slice::from_ref(&self.probe.test)
    }

    fn spots(&self, file: &File) -> Vec<Spot> {
        braces::spots(file).into_iter().filter(|spot| !is_check(file, spot)).collect()
    }

    fn drafts(&self, file: &File, spot: &Spot) -> Vec<Draft> {
        let more = self.probe.distance(&file.path, &spot.name);
        let drafts = braces::drafts(file, spot, &Types::new());
        drafts.into_iter().map(|draft| Draft { cost: draft.cost + more, ..draft }).collect()
    }

    fn judge(&self, hunt: &Hunt, _: &[Test], shots: &[Shot], margin: f64, budget: Duration) -> Result<Answer> {
        let end = Instant::now() + budget;
        let files: Vec<RelPath> = hunt.files.iter().map(|file| file.path.clone()).collect();
        let margin = margin.min(MARGIN);
        let mut answer = Answer { unseen: true, ..Answer::default() };
        let fast = self.probe.terms.place == ask::Place::Copies
            && hunt.files.iter().any(|file| file.syntax.language() == Language::C);
        let rest = if fast { fast::judge(self, hunt, shots, margin, end, &mut answer)? } else { None };
        let mut tries = tries(hunt, shots, margin);
        if let Some(rest) = rest {
            tries.retain(|one| answer.alive.is_empty() && rest.binary_search(&one.number).is_ok());
        }
        let mut limit = self.probe.limit;
        // What took too long gets more time when nothing else has passed.
        for _ in 0..2 {
            let left = end.saturating_duration_since(Instant::now());
            if tries.is_empty() || left < limit {
                break;
            }
            let terms = Terms { limit, budget: left, probe: false, ..self.probe.terms };
            let told = ask::ask(self.job, &files, &tries, &terms)?;
            self.take(&told, shots, margin, &mut answer);
            answer.out_of_time |= told.late || !told.whole;
            if !answer.alive.is_empty() || answer.out_of_time {
                break;
            }
            let slow = |one: &Try| told.tried.get(&one.number).is_some_and(ask::Tried::timed_out);
            tries.retain(slow);
            limit *= 6;
        }
        answer.alive.sort_by(|a, b| shots[*a].cost.total_cmp(&shots[*b].cost));
        // How two candidates differ cannot be seen from outside; that they do not, at times.
        answer.groups = twins::groups(hunt, shots, &answer.alive)?;
        Ok(answer)
    }
}

impl Plain<'_> {
    fn take(&self, told: &Told, shots: &[Shot], margin: f64, answer: &mut Answer) {
        answer.judged += told.tried.len();
        answer.seconds += told.seconds;
        let passed = told.tried.iter().filter(|(_, tried)| tried.exit == 0).map(|(number, _)| *number);
        answer.alive.extend(passed);
        let best = answer.alive.iter().map(|number| shots[*number].cost).fold(f64::INFINITY, f64::min);
        answer.alive.retain(|number| shots[*number].cost <= best + margin);
        let better = |tried: &ask::Tried| progress::is_better(&self.probe.said, &tried.said);
        let hopeful = told.tried.iter().filter(|(_, tried)| tried.exit != 0 && better(tried));
        answer.hopeful.extend(hopeful.map(|(number, _)| *number));
    }
}

/// The shots as the script takes them.
fn tries(hunt: &Hunt, shots: &[Shot], margin: f64) -> Vec<Try> {
    let mut tries = Vec::new();
    for (number, shot) in shots.iter().enumerate().take(MOST) {
        let last = shots.partition_point(|other| other.cost <= shot.cost + margin).saturating_sub(1);
        let mut edits: Edits = BTreeMap::new();
        for (place, range, text) in &shot.edits {
            let Some(file) = hunt.number_of(*place) else { continue };
            edits.entry(file).or_default().push((range.clone(), text.clone()));
        }
        for places in edits.values_mut() {
            places.sort_by_key(|(range, _)| (range.start, range.end));
        }
        tries.push(Try { number, last, edits });
    }
    tries
}

/// Functions that ask whether others are right stand in the same file at times.
fn is_check(file: &File, spot: &Spot) -> bool {
    let name = spot.name.to_lowercase();
    let named = ["test", "check", "expect", "assert", "verify"].iter().any(|word| name.starts_with(word));
    let text = file.syntax.text(&(spot.body..spot.end));
    let asks =
        ["assert", "ASSERT", "fail", "FAIL", "EXPECT", "expected", "expect("].iter().any(|word| text.contains(word));
    (asks && (named || name == "main")) || name.starts_with("test_")
}

/// All lines of a file.
fn all_lines(file: &File) -> BTreeSet<u32> {
    (1..=file.syntax.line_count()).collect()
}
