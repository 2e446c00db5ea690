//! `thanos-fix ledger check`: what is wrong, how big it is, how it grows.

use super::place::{self, Where};
use super::{plain, table};
use crate::cli::{Door, Exit, local, run, to_stdout};
use crate::forge::{Forge as _, RateLimit};
use crate::ledger::archive::{Health, check};
use crate::record::SCHEMA;
use anyhow::Result;
use serde_json::json;
use std::io::Write;

pub fn run(door: &Door, at: &Where) -> Result<Exit> {
    let (place, health) = place::there(door, at, |store| Ok((store.place(), check(store)?)))?;
    let rate = rate(door);
    to_stdout(|out| match door.common.json {
        true => as_json(&place, &health, rate.as_ref(), out),
        false => told(&place, &health, rate.as_ref(), out),
    })?;
    Ok(if health.problems.is_empty() { Exit::Done } else { Exit::No })
}

/// What GitHub still answers, where it can be asked.
fn rate(door: &Door) -> Option<RateLimit> {
    if !run::has_credential(&door.env) {
        return None;
    }
    let cancel = local::cancel_flag().ok()?;
    run::github(door, &cancel).ok()?.rate_limit().ok()
}

fn as_json(place: &str, health: &Health, rate: Option<&RateLimit>, out: &mut dyn Write) -> Result<()> {
    let mut whole = serde_json::to_value(health)?;
    whole["schema"] = json!(SCHEMA);
    whole["place"] = json!(place);
    whole["api"] =
        json!(rate.map(|rate| json!({ "limit": rate.limit, "remaining": rate.remaining, "reset": rate.reset })));
    Ok(writeln!(out, "{whole}")?)
}

fn told(place: &str, health: &Health, rate: Option<&RateLimit>, out: &mut dyn Write) -> Result<()> {
    let Health { contents, months, small, newer, again, problems } = health;
    writeln!(out, "{place}: {}, {}", super::moves::records(contents), size(contents.bytes))?;
    for (kind, many) in &contents.kinds {
        writeln!(out, "  {many:>8} {}", plain(kind))?;
    }
    let mut before = None;
    let row = |(month, (records, bytes)): (&String, &(u64, u64))| {
        let growth = match before.replace(*records) {
            Some(last) if last > 0 => format!("{:+.0} %", (*records as f64 - last as f64) * 100.0 / last as f64),
            _ => "-".to_owned(),
        };
        vec![plain(month), records.to_string(), size(*bytes), growth]
    };
    let rows: Vec<Vec<String>> = months.iter().map(row).collect();
    table(&["MONTH", "RECORDS", "SIZE", "GROWTH"], &rows, out)?;
    if *small > 1000 {
        writeln!(out, "{small} small files: `thanos-fix ledger compact` makes reading faster")?;
    }
    if *newer > 0 {
        writeln!(out, "{newer} written by a newer version: they are kept, and read by that one")?;
    }
    if *again > 0 {
        writeln!(out, "{again} there in more than one version: the newest counts")?;
    }
    if let Some(rate) = rate {
        writeln!(out, "GitHub still answers {} of {} requests this hour", rate.remaining, rate.limit)?;
    }
    for problem in problems {
        writeln!(out, "problem: {}", plain(problem))?;
    }
    let verdict =
        if problems.is_empty() { "nothing is wrong" } else { "what is listed as a problem is kept and skipped" };
    Ok(writeln!(out, "{verdict}")?)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
