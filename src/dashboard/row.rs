//! What stays in memory of each run: numbers. Its texts wait in the spool.

use super::spool::{Place, Spool};
use crate::ids::AttemptName;
use crate::record::entry::PullState;
use crate::record::{AttemptRecord, Confidence};
use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;

/// A value that is not there.
pub const NONE: u8 = u8::MAX;
pub const NOBODY: u32 = u32::MAX;
/// A record or fact that is larger is cut: nobody reads it, and a page would choke on it.
const LARGE: usize = 64 << 10;
const TEXT: usize = 4000;
const ITEMS: usize = 200;

#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Of the attempt's name.
    pub id: u64,
    /// Seconds since 1970.
    pub started: i64,
    pub seconds: f32,
    pub usd: f32,
    pub score: f32,
    /// From opened to merged; negative: not known.
    pub hours: f32,
    pub tokens: u32,
    pub repository: u32,
    pub model: u32,
    pub pr: u32,
    pub tried: u16,
    pub outcome: u8,
    pub hand: u8,
    /// The hands whose candidates were tried, as bits.
    pub tried_by: u8,
    pub class: u8,
    pub confidence: u8,
    pub pull: u8,
    /// `["attempt","task","title","reason"]`.
    pub line: Place,
    /// The record.
    pub whole: Place,
}

/// What a batch makes of a record, on any thread.
pub struct Draft {
    pub row: Row,
    pub repository: Option<String>,
    line: Vec<u8>,
    whole: Vec<u8>,
}

impl Draft {
    pub fn new(record: &AttemptRecord) -> Result<Self> {
        let row = Row {
            id: id(&record.attempt),
            started: seconds(&record.started),
            seconds: small(record.seconds.total),
            usd: small(record.cost_usd),
            score: -1.0,
            hours: -1.0,
            tokens: u32::try_from(record.tokens.all()).unwrap_or(u32::MAX),
            repository: NOBODY,
            model: NOBODY,
            pr: record.pr.and_then(|pr| u32::try_from(pr).ok()).unwrap_or(0),
            tried: u16::try_from(record.tried.len()).unwrap_or(u16::MAX),
            outcome: record.outcome as u8,
            hand: record.hand.map_or(NONE, |hand| hand as u8),
            tried_by: record
                .tried
                .iter()
                .map(|tried| tried.hand)
                .chain(record.hand)
                .fold(0, |bits, hand| bits | bit(hand as u8)),
            class: record.class.map_or(NONE, |class| class as u8),
            confidence: record.detail.confidence.map_or(NONE, |sure| sure as u8),
            pull: if record.pr.is_some() { PullState::Opened as u8 } else { NONE },
            line: Place::default(),
            whole: Place::default(),
        };
        let title: String = record.detail.title.chars().take(140).collect();
        let reason: String = record.reason.chars().take(180).collect();
        let line = serde_json::to_vec(&(record.attempt.as_str(), record.task.as_str(), title, reason))?;
        let repository = record.repository.as_ref().map(ToString::to_string);
        Ok(Self { row, repository, line, whole: compact(record)? })
    }

    pub fn keep(mut self, lines: &mut Spool, wholes: &mut Spool) -> Result<Row> {
        (self.row.line, self.row.whole) = (lines.put(&self.line)?, wholes.put(&self.whole)?);
        Ok(self.row)
    }
}

/// Eight hands have one of their own.
pub fn bit(hand: u8) -> u8 {
    1u8.checked_shl(u32::from(hand)).unwrap_or(0)
}

/// FNV-1a over the name: the pages compute the same one to find a run's file.
pub fn id(attempt: &AttemptName) -> u64 {
    hashed(&[attempt.as_str()])
}

pub fn hashed(words: &[&str]) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    words.iter().flat_map(|word| word.bytes()).fold(0xcbf2_9ce4_8422_2325, step)
}

/// Since 1970; what is no time is the beginning.
pub fn seconds(time: &str) -> i64 {
    time.parse::<Timestamp>().map_or(0, Timestamp::as_second).max(0)
}

#[expect(clippy::cast_possible_truncation, reason = "a float narrows to the nearest one")]
pub fn small(value: f64) -> f32 {
    let small = value as f32;
    // What overflows is nothing that anybody meant, and would be the sum of all.
    if small.is_finite() { small.max(0.0) } else { 0.0 }
}

/// As JSON, without what nobody could read.
pub fn compact(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let bytes = serde_json::to_vec(value)?;
    if bytes.len() <= LARGE {
        return Ok(bytes);
    }
    let mut value: Value = serde_json::from_slice(&bytes)?;
    shorten(&mut value);
    let short = serde_json::to_vec(&value)?;
    // Many thousands of small things: the numbers stay, the lists go.
    if short.len() <= 4 * LARGE { Ok(short) } else { without_lists(value) }
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some((at, _)) = text.char_indices().nth(TEXT) {
                text.truncate(at);
                text.push('…');
            }
        }
        Value::Array(items) => {
            items.truncate(ITEMS);
            items.iter_mut().for_each(shorten);
        }
        Value::Object(map) => map.values_mut().for_each(shorten),
        _ => {}
    }
}

fn without_lists(mut value: Value) -> Result<Vec<u8>> {
    fn empty(value: &mut Value) {
        match value {
            Value::Array(items) => items.truncate(5),
            Value::Object(map) => map.values_mut().for_each(empty),
            _ => {}
        }
    }
    empty(&mut value);
    Ok(serde_json::to_vec(&value)?)
}

/// Names that return, each once.
#[derive(Default)]
pub struct Names {
    pub names: Vec<String>,
    known: HashMap<String, u32>,
}

impl Names {
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.known.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(NOBODY);
        self.names.push(name.to_owned());
        self.known.insert(name.to_owned(), number);
        number
    }

    pub fn get(&self, number: u32) -> Option<&str> {
        self.names.get(number as usize).map(String::as_str)
    }
}

pub const CONFIDENCES: [&str; 3] = ["unsure", "suggested", "confident"];
const _: () = assert!(Confidence::Confident as usize + 1 == CONFIDENCES.len());
pub const PULLS: [&str; 7] = ["opened", "green", "red", "merged", "closed", "reopened", "reverted"];
const _: () = assert!(PullState::Reverted as usize + 1 == PULLS.len());
pub const CLASSES: [&str; 11] = [
    "compile",
    "type",
    "test",
    "lint",
    "format",
    "dependency",
    "config",
    "transient",
    "resource",
    "permission",
    "unknown",
];

/// Rows as columns, which is a third of what objects would be. `lines` are the rows' texts.
pub fn columns(rows: &[&Row], lines: &[Value], repositories: &Names, models: &Names) -> Value {
    let (repository, repositories) = named(rows.iter().map(|row| row.repository), repositories);
    let (model, models) = named(rows.iter().map(|row| row.model), models);
    let number = |get: fn(&Row) -> Value| rows.iter().map(|row| get(row)).collect::<Vec<_>>();
    let word = |value: u8| if value == NONE { Value::from(-1) } else { Value::from(value) };
    json!({
        "at": number(|r| r.started.into()),
        "seconds": number(|r| rounded(r.seconds, 10.0)),
        "usd": number(|r| rounded(r.usd, 10_000.0)),
        "score": number(|r| if r.score < 0.0 { (-1).into() } else { rounded(r.score, 1.0) }),
        "tokens": number(|r| r.tokens.into()),
        "tried": number(|r| r.tried.into()),
        "pr": number(|r| r.pr.into()),
        "outcome": rows.iter().map(|r| word(r.outcome)).collect::<Vec<_>>(),
        "hand": rows.iter().map(|r| word(r.hand)).collect::<Vec<_>>(),
        "class": rows.iter().map(|r| word(r.class)).collect::<Vec<_>>(),
        "pull": rows.iter().map(|r| word(r.pull)).collect::<Vec<_>>(),
        "repository": repository,
        "repositories": repositories,
        "model": model,
        "models": models,
        "text": lines,
    })
}

/// Numbers of a short list of their own, and that list.
fn named(numbers: impl Iterator<Item = u32>, all: &Names) -> (Vec<i64>, Vec<String>) {
    let mut own = Names::default();
    let numbers = numbers.map(|number| all.get(number).map_or(-1, |name| i64::from(own.number(name)))).collect();
    (numbers, own.names)
}

/// Whole numbers without a fraction: they are shorter.
#[expect(clippy::cast_possible_truncation, reason = "it is a whole number below 2^53")]
pub fn rounded(value: f32, parts: f64) -> Value {
    let value = (f64::from(value) * parts).round() / parts;
    if value.fract().abs() < f64::EPSILON { (value as i64).into() } else { value.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::FailureClass;

    #[test]
    fn the_pages_find_a_run_by_its_name() {
        // The same numbers are computed in core.js.
        assert_eq!(id(&AttemptName::parse("a").unwrap()), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn numbers_stand_for_words() {
        assert_eq!(CLASSES[FailureClass::Permission as usize], FailureClass::Permission.as_str());
        assert_eq!(CLASSES[FailureClass::Compile as usize], FailureClass::Compile.as_str());
        assert_eq!(CLASSES[FailureClass::Unknown as usize], FailureClass::Unknown.as_str());
    }

    #[test]
    fn what_nobody_could_read_is_cut() {
        let mut record = crate::ledger::example("7-1-fix-issue-1", "2026-05-01T10:00:00Z");
        record.reason = "é".repeat(1 << 20);
        assert!(compact(&record).unwrap().len() < 3 * TEXT);
        record.reason = "short".to_owned();
        let tried =
            serde_json::from_value(json!({"digest": "d", "hand": "hint", "why": "w".repeat(TEXT), "result": "r"}));
        record.tried = vec![tried.unwrap(); 9000];
        let cut = compact(&record).unwrap();
        assert!(cut.len() < 4 * LARGE, "{}", cut.len());
        assert!(serde_json::from_slice::<AttemptRecord>(&cut).unwrap().reason == "short");
    }

    #[test]
    fn times_that_are_none_are_the_beginning() {
        assert_eq!(seconds("2026-05-01T10:00:00Z"), 1_777_629_600);
        assert_eq!((seconds("yesterday"), seconds("1815-06-18T10:00:00Z")), (0, 0));
    }
}
