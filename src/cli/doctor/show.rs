//! The report: lines for people, JSON for machines, a table for the job's summary.

use super::super::held::held;
use super::super::{Door, Exit, print_json};
use super::{Checkup, Group, State};
use crate::brain::text::inert;
use crate::record::SCHEMA;
use crate::report::markdown::{cell, one_line, table};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;

const LONGEST: usize = 400;

pub fn show(door: &Door, groups: &[Group]) -> Result<Exit> {
    let clean = |text: &str| one_line(&held().mask(text), LONGEST);
    let groups: Vec<Group> =
        groups.iter().map(|(name, found)| (*name, found.iter().map(|c| c.map(clean)).collect())).collect();
    let count = groups.iter().flat_map(|(_, found)| found).filter(|c| c.state == State::Missing).count();
    lines(door, &groups, count);
    if door.common.json {
        print_json(&json!({"schema": SCHEMA, "ok": count == 0, "checks": machine(&groups)}))?;
    }
    if let Some(file) = door.env.path("GITHUB_STEP_SUMMARY").filter(|_| door.env.in_actions()) {
        let mut file =
            std::fs::OpenOptions::new().append(true).create(true).open(&file).context("cannot open the job summary")?;
        file.write_all(summary(&groups, count).as_bytes()).context("cannot write the job summary")?;
    }
    Ok(if count > 0 { Exit::No } else { Exit::Done })
}

impl Checkup {
    fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self { state: self.state, what: change(&self.what), without: change(&self.without), mend: change(&self.mend) }
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Unknown => "?",
        State::Missing => "missing",
    }
}

fn lines(door: &Door, groups: &[Group], count: usize) {
    for (name, found) in groups.iter().filter(|(_, found)| !found.is_empty()) {
        door.ui.block(name);
        for checkup in found {
            door.ui.stage(word(checkup.state), &checkup.what);
            for (label, text) in [("without it", &checkup.without), ("mend", &checkup.mend)] {
                if !text.is_empty() {
                    door.ui.block(&format!("{:>10}{label}: {text}", ""));
                }
            }
        }
    }
    door.ui.verdict(count == 0, &verdict(count));
}

fn verdict(count: usize) -> String {
    match count {
        0 => "nothing is missing".to_owned(),
        1 => "1 thing is missing; its mend stands above".to_owned(),
        _ => format!("{count} things are missing; each mend stands above"),
    }
}

fn machine(groups: &[Group]) -> Vec<Value> {
    let one = |name: &str, checkup: &Checkup| {
        let mut value = json!(checkup);
        value["group"] = json!(name.to_lowercase());
        value
    };
    groups.iter().flat_map(|(name, found)| found.iter().map(move |checkup| one(name, checkup))).collect()
}

fn summary(groups: &[Group], count: usize) -> String {
    let mut text = format!("## thanos-fix doctor: {}\n", verdict(count));
    for (name, found) in groups.iter().filter(|(_, found)| !found.is_empty()) {
        let safe = |text: &str| inert(&cell(text));
        let row = |c: &Checkup| vec![word(c.state).to_owned(), safe(&c.what), safe(&c.without), safe(&c.mend)];
        let _ = write!(text, "\n### {name}\n\n{}", table(&["", "what", "without it", "mend"], found.iter().map(row)));
    }
    text
}
