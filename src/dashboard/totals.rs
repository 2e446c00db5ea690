//! Sums over all runs: what the first view and the analytics show, ready-made.

use super::row::{CLASSES, CONFIDENCES, NONE, Names, PULLS, Row, bit, rounded};
use crate::record::entry::PullState;
use crate::record::{HandId, Outcome};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Of repositories and models, the busiest.
const SHOWN: usize = 100;
/// Times fall into steps of a third of a doubling, from a tenth of a second on: medians are that exact.
const STEPS: usize = 72;
const DAY: i64 = 86_400;
/// Older ones are left out of the curves; they count in all sums.
const DAYS: usize = 1100;

#[derive(Clone)]
struct Group {
    runs: u64,
    fixed: u64,
    merged: u64,
    closed: u64,
    reverted: u64,
    opened: u64,
    tried: u64,
    seconds: f64,
    usd: f64,
    usd_fixed: f64,
    tokens: u64,
    scores: f64,
    scored: u64,
    times: [u32; STEPS],
}

impl Default for Group {
    fn default() -> Self {
        Self {
            runs: 0,
            fixed: 0,
            merged: 0,
            closed: 0,
            reverted: 0,
            opened: 0,
            tried: 0,
            seconds: 0.0,
            usd: 0.0,
            usd_fixed: 0.0,
            tokens: 0,
            scores: 0.0,
            scored: 0,
            times: [0; STEPS],
        }
    }
}

/// It ended with a repair that is proven.
pub fn is_fix(outcome: u8) -> bool {
    outcome == Outcome::Fixed as u8 || outcome == Outcome::Proposed as u8
}

/// There was something to repair: what needed none, was somebody else's or was stopped says nothing of us.
pub fn is_counted(outcome: u8) -> bool {
    const COUNTED: [Outcome; 7] = [
        Outcome::Fixed,
        Outcome::Proposed,
        Outcome::Explained,
        Outcome::Blocked,
        Outcome::Budget,
        Outcome::Error,
        Outcome::Lost,
    ];
    COUNTED.iter().any(|counted| *counted as u8 == outcome)
}

impl Group {
    fn add(&mut self, row: &Row) {
        self.runs += 1;
        self.tried += u64::from(row.tried);
        self.seconds += f64::from(row.seconds);
        self.usd += f64::from(row.usd);
        self.tokens += u64::from(row.tokens);
        self.opened += u64::from(row.pull != NONE);
        self.merged += u64::from(row.pull == PullState::Merged as u8);
        self.closed += u64::from(row.pull == PullState::Closed as u8);
        self.reverted += u64::from(row.pull == PullState::Reverted as u8);
        if row.score >= 0.0 {
            self.scores += f64::from(row.score);
            self.scored += 1;
        }
        if is_fix(row.outcome) {
            self.fixed += 1;
            self.usd_fixed += f64::from(row.usd);
            self.times[step(row.seconds)] += 1;
        }
    }

    fn quantile(&self, part: f64) -> Option<f64> {
        let all: u32 = self.times.iter().sum();
        let wanted = (f64::from(all) * part).ceil().max(1.0);
        let mut seen = 0.0;
        let at = self.times.iter().position(|count| {
            seen += f64::from(*count);
            seen >= wanted
        })?;
        #[expect(clippy::cast_precision_loss, reason = "there are 72 steps")]
        let middle = 0.1 * 2f64.powf((at as f64 + 0.5) / 3.0);
        Some(if at == 0 { 0.1 } else { (middle * 10.0).round() / 10.0 })
    }

    fn told(&self, name: &str) -> Value {
        json!({
            "name": name, "runs": self.runs, "fixed": self.fixed, "opened": self.opened, "merged": self.merged,
            "closed": self.closed, "reverted": self.reverted, "tried": self.tried, "tokens": self.tokens,
            "seconds": self.seconds.round(), "usd": cents(self.usd), "usd_fixed": cents(self.usd_fixed),
            "score": (self.scored > 0).then(|| (self.scores / count(self.scored)).round()), "scored": self.scored,
            "median": self.quantile(0.5), "p90": self.quantile(0.9),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ledger has fewer than 2^52 runs")]
fn count(number: u64) -> f64 {
    number as f64
}

fn cents(usd: f64) -> f64 {
    (usd * 10_000.0).round() / 10_000.0
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 71")]
fn step(seconds: f32) -> usize {
    ((seconds.max(0.1) * 10.0).log2() * 3.0).clamp(0.0, 71.0) as usize
}

#[derive(Default, Clone)]
struct Day {
    runs: u32,
    counted: u32,
    fixed: u32,
    usd: f32,
    scores: f32,
    scored: u32,
    merged: u32,
}

#[derive(Default)]
pub struct Totals {
    /// In seconds since 1970.
    now: i64,
    all: Group,
    counted: u64,
    kept: u64,
    outcomes: [u64; Outcome::ALL.len()],
    days: BTreeMap<i64, Day>,
    hands: BTreeMap<u8, Group>,
    classes: BTreeMap<u8, Group>,
    repositories: BTreeMap<u32, Group>,
    models: BTreeMap<u32, Group>,
    confidences: BTreeMap<u8, Group>,
    scores: BTreeMap<u8, Group>,
    cells: BTreeMap<(u8, u8), (u64, u64)>,
    hours: Vec<f32>,
}

impl Totals {
    pub fn of(now: i64) -> Self {
        Self { now, ..Self::default() }
    }

    pub fn add(&mut self, row: &Row) {
        self.all.add(row);
        self.outcomes[usize::from(row.outcome).min(Outcome::ALL.len() - 1)] += 1;
        let fixed = is_fix(row.outcome);
        let undone = row.pull == PullState::Closed as u8 || row.pull == PullState::Reverted as u8;
        self.counted += u64::from(is_counted(row.outcome));
        self.kept += u64::from(fixed && !undone);
        // What has no time, or one of a day to come, is in no curve: it would end where there is nothing else.
        let (mut nowhen, is_known) = (Day::default(), row.started != 0 && row.started / DAY <= self.now / DAY);
        let day = if is_known { self.days.entry(row.started / DAY).or_default() } else { &mut nowhen };
        day.runs += 1;
        day.counted += u32::from(is_counted(row.outcome));
        day.fixed += u32::from(fixed);
        day.merged += u32::from(row.pull == PullState::Merged as u8);
        day.usd += row.usd;
        if row.score >= 0.0 {
            day.scores += row.score;
            day.scored += 1;
        }
        self.hands.entry(row.hand).or_default().add(row);
        self.classes.entry(row.class).or_default().add(row);
        self.repositories.entry(row.repository).or_default().add(row);
        self.models.entry(row.model).or_default().add(row);
        if fixed {
            self.confidences.entry(row.confidence).or_default().add(row);
        }
        if row.score >= 0.0 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score is 0 to 100")]
            self.scores.entry((row.score / 10.0).min(9.0) as u8).or_default().add(row);
        }
        for hand in HandId::ALL.map(|hand| hand as u8).into_iter().filter(|hand| row.tried_by & bit(*hand) != 0) {
            let cell = self.cells.entry((row.class, hand)).or_default();
            cell.0 += 1;
            cell.1 += u64::from(fixed && row.hand == hand);
        }
        // A sample is enough for a median.
        if row.hours >= 0.0 && self.hours.len() < 100_000 {
            self.hours.push(row.hours);
        }
    }

    /// As the pages read it.
    pub fn told(mut self, repositories: &Names, models: &Names) -> Value {
        let hands = HandId::ALL.map(HandId::as_str);
        let word = |names: &[&str], at: u8| names.get(usize::from(at)).copied().unwrap_or("none").to_owned();
        let by = |groups: &BTreeMap<u8, Group>, names: &[&str]| -> Vec<Value> {
            groups.iter().map(|(at, group)| group.told(&word(names, *at))).collect()
        };
        let scores: Vec<Value> =
            self.scores.iter().map(|(at, group)| group.told(&format!("{}–{}", at * 10, at * 10 + 10))).collect();
        self.hours.sort_by(f32::total_cmp);
        json!({
            "all": self.all.told("all"),
            "counted": self.counted,
            "kept": self.kept,
            "outcomes": Outcome::ALL.iter().zip(self.outcomes).map(|(o, n)| (o.as_str(), n)).collect::<Vec<_>>(),
            "days": days(&self.days),
            "hands": by(&self.hands, &hands),
            "classes": by(&self.classes, &CLASSES),
            "confidences": by(&self.confidences, &CONFIDENCES),
            "scores": scores,
            "cells": self.cells.iter().map(|((class, hand), (runs, fixed))| (*class, *hand, runs, fixed)).collect::<Vec<_>>(),
            "repositories": busiest(&self.repositories, repositories),
            "models": busiest(&self.models, models),
            "merge_hours": self.hours.get(self.hours.len() / 2).map(|hours| rounded(*hours, 10.0)),
            "words": {"outcomes": Outcome::ALL.map(Outcome::as_str), "hands": hands, "classes": CLASSES, "pulls": PULLS},
        })
    }
}

fn busiest(groups: &BTreeMap<u32, Group>, names: &Names) -> Vec<Value> {
    let mut all: Vec<_> = groups.iter().filter_map(|(at, group)| Some((names.get(*at)?, group))).collect();
    all.sort_by(|(a, x), (b, y)| (y.runs, a).cmp(&(x.runs, b)));
    all.into_iter().take(SHOWN).map(|(name, group)| group.told(name)).collect()
}

/// As columns, oldest first.
fn days(days: &BTreeMap<i64, Day>) -> Value {
    let days: Vec<(&i64, &Day)> = days.iter().skip(days.len().saturating_sub(DAYS)).collect();
    let column = |get: fn(&Day) -> Value| days.iter().map(|(_, day)| get(day)).collect::<Vec<_>>();
    json!({
        "day": days.iter().map(|(day, _)| **day).collect::<Vec<_>>(),
        "runs": column(|d| d.runs.into()),
        "counted": column(|d| d.counted.into()),
        "fixed": column(|d| d.fixed.into()),
        "merged": column(|d| d.merged.into()),
        "usd": column(|d| rounded(d.usd, 10_000.0)),
        "scores": column(|d| rounded(d.scores, 1.0)),
        "scored": column(|d| d.scored.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::row::Draft;
    use super::*;

    fn row(seconds: f64, outcome: &str) -> Row {
        let mut record = crate::ledger::example("7-1-fix-issue-1", "2026-05-01T10:00:00Z");
        record.seconds.total = seconds;
        record.outcome = serde_json::from_value(json!(outcome)).unwrap();
        Draft::new(&record).unwrap().row
    }

    #[test]
    fn what_needed_no_repair_spoils_no_rate() {
        let mut totals = Totals::of(i64::MAX);
        for (seconds, outcome) in [
            (1.0, "fixed"),
            (8.0, "fixed"),
            (64.0, "proposed"),
            (900.0, "explained"),
            (5.0, "healthy"),
            (1.0, "duplicate"),
        ] {
            totals.add(&row(seconds, outcome));
        }
        let mut undone = row(2.0, "fixed");
        undone.pull = PullState::Reverted as u8;
        totals.add(&undone);
        let told = totals.told(&Names::default(), &Names::default());
        assert_eq!((&told["counted"], &told["all"]["fixed"], &told["kept"]), (&json!(5), &json!(4), &json!(3)));
        assert_eq!(told["days"]["runs"], json!([7]));
        // Within a sixth of a doubling.
        let median = told["all"]["median"].as_f64().unwrap();
        assert!((1.7..2.3).contains(&median), "{median}");
        let p90 = told["all"]["p90"].as_f64().unwrap();
        assert!((56.0..73.0).contains(&p90), "{p90}");
    }
}
