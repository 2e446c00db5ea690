//! Candidates in C by the hundred: built together, run one by one.

use super::super::hunt::{Answer, Hunt, Shot};
use super::{Plain, ask, progress, variants};
use crate::ids::RelPath;
use anyhow::Result;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// The first builds are small, for what is likely is soon found.
const BATCHES: &[usize] = &[160, 500, 1000];
/// So often what does not compile is left out, before a batch is given up.
const ROUNDS: usize = 8;
/// So many of those whose time was up get more behind their batch.
const PATIENT: usize = 10;

/// What is left for whole runs: those that can be no variants. `None` where variants do not work here at all.
pub fn judge(
    plain: &Plain,
    hunt: &Hunt,
    shots: &[Shot],
    margin: f64,
    end: Instant,
    answer: &mut Answer,
) -> Result<Option<Vec<usize>>> {
    let (mut fast, slow): (Vec<usize>, Vec<usize>) =
        (0..shots.len()).partition(|number| variants::can_be_one(hunt, &shots[*number]));
    let mut batch = 0;
    let mut late = Vec::new();
    let mut scale = 1;
    while !fast.is_empty() || (!late.is_empty() && scale == 1) {
        if fast.is_empty() {
            // What took too long gets more time, when nothing else has passed.
            if !answer.alive.is_empty() {
                break;
            }
            fast = std::mem::take(&mut late);
            scale = 8;
        }
        let size = BATCHES[batch.min(BATCHES.len() - 1)].min(fast.len());
        let numbers: Vec<usize> = fast.drain(..size).collect();
        batch += 1;
        if Instant::now() >= end {
            answer.out_of_time = true;
            break;
        }
        let best = answer.alive.iter().map(|number| shots[*number].cost).fold(f64::INFINITY, f64::min);
        if numbers.first().is_none_or(|first| shots[*first].cost > best + margin) {
            break;
        }
        match batch_of(plain, hunt, shots, numbers, margin, scale, end)? {
            Some((told, timed_out)) => {
                plain.take(&told, shots, margin, answer);
                answer.out_of_time |= told.late;
                late.extend(timed_out);
                // Some of them are only slow, and the likeliest are worth more time at once.
                let some: Vec<usize> = late.drain(..late.len().min(PATIENT)).collect();
                if answer.alive.is_empty()
                    && scale == 1
                    && !some.is_empty()
                    && let Some((told, _)) = batch_of(plain, hunt, shots, some, margin, 4, end)?
                {
                    plain.take(&told, shots, margin, answer);
                }
            }
            None if batch == 1 => return Ok(None),
            None => {}
        }
    }
    Ok(Some(slow))
}

/// `None` where what is built with variants does not fail as the command does.
fn batch_of(
    plain: &Plain,
    hunt: &Hunt,
    shots: &[Shot],
    mut numbers: Vec<usize>,
    margin: f64,
    scale: u32,
    end: Instant,
) -> Result<Option<(ask::Told, Vec<usize>)>> {
    let left = || end.saturating_duration_since(Instant::now());
    for round in 0..ROUNDS {
        let varied = variants::varied(hunt, shots, &numbers);
        let files: Vec<(RelPath, &str)> =
            varied.iter().map(|it| (hunt.files[it.file].path.clone(), it.text.as_str())).collect();
        let last = |number: usize| shots.partition_point(|other| other.cost <= shots[number].cost + margin);
        // The first round hardly ever compiles; where one does, it is run.
        let runs: Vec<(usize, usize)> =
            if round == 0 { Vec::new() } else { numbers.iter().map(|n| (n + 1, last(*n))).collect() };
        let pace = ask::Pace { scale, endless: plain.probe.test.result == "T" };
        let built = ask::variants(plain.job, &files, &runs, pace, left().max(Duration::from_secs(2)))?;
        let Some(guilty) = variants::guilty(hunt, &varied, &built.errors) else { return Ok(None) };
        if guilty.is_empty() && round > 0 {
            return Ok(ran(plain, built.told));
        }
        numbers.retain(|number| !guilty.contains(number));
        if numbers.is_empty() || left().is_zero() {
            return Ok(Some((ask::Told::default(), Vec::new())));
        }
    }
    Ok(None)
}

/// The results by the numbers of the shots.
fn ran(plain: &Plain, mut told: ask::Told) -> Option<(ask::Told, Vec<usize>)> {
    let same = told.tried.remove(&0)?;
    if same.exit == 0 || !progress::are_alike(&plain.probe.said, &same.said) {
        return None;
    }
    told.tried = std::mem::take(&mut told.tried).into_iter().map(|(number, tried)| (number - 1, tried)).collect();
    let slow: BTreeSet<usize> =
        told.tried.iter().filter(|(_, tried)| tried.timed_out()).map(|(number, _)| *number).collect();
    Some((told, slow.into_iter().collect()))
}
