//! Training data from what the ledger and the runs' artifacts remember, in Oumi's formats. Pure: records and texts in,
//! rows out. Only what a trusted person merged counts as right, only allowed licences go in, and what is left out is told.

mod card;
mod licence;
mod near;
mod personal;
mod rows;
mod source;
mod split;
mod validate;

pub use card::{Card, markdown, recipe};
pub use licence::{DEFAULTS as LICENCES, allows, of_text};
pub use source::{Attempt, Excerpt, Source, Trust, Verdict, judge};
pub use validate::{Fault, check, spoilt};

use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Sft,
    Dpo,
    Kto,
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sft => "sft",
            Self::Dpo => "dpo",
            Self::Kto => "kto",
        }
    }
}

/// The three files, in the order of time.
pub const PARTS: [&str; 3] = ["train", "validation", "test"];

/// One line of a file, and what decides where it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub value: Value,
    pub repository: String,
    /// Rows of one group never part: what is learnt of one must not be asked of the other.
    pub group: String,
    /// RFC 3339.
    pub at: String,
    pub licence: String,
}

/// Everything that is written.
pub struct Dataset {
    pub parts: [Vec<Row>; 3],
    pub card: Card,
}

pub struct Options<'a> {
    pub format: Format,
    /// By repository: what its licence says, as SPDX writes it.
    pub licences: &'a BTreeMap<String, String>,
    pub allowed: &'a [String],
    /// From which likeness on two rows are one, 0.0 to 1.0.
    pub near: f64,
    /// When it is made, RFC 3339.
    pub now: &'a str,
}

/// Rows of all sources, without duplicates and without anything personal, split.
pub fn export(sources: &[Source], options: &Options) -> Dataset {
    let mut card = Card::new(options);
    let mut kept = Vec::new();
    for source in sources {
        card.sources += 1;
        match admitted(source, options) {
            Ok(licence) => kept.push((source, licence)),
            Err(why) => card.leave_out(&why),
        }
    }
    let rows = match options.format {
        Format::Sft => kept.iter().flat_map(|(source, licence)| rows::sft(source, licence)).collect(),
        Format::Kto => kept.iter().flat_map(|(source, licence)| rows::kto(source, licence)).collect(),
        Format::Dpo => rows::dpo(&kept),
    };
    let rows: Vec<Row> = rows;
    let mut clean = Vec::with_capacity(rows.len());
    for mut row in rows {
        let changed = personal::mask(&mut row.value);
        card.masked += usize::from(changed);
        clean.push(row);
    }
    let before = clean.len();
    let unique = near::unique(clean, options.near);
    for _ in unique.len()..before {
        card.leave_out("the same, or nearly the same, as another row");
    }
    let parts = split::split(unique);
    card.count(&parts);
    Dataset { parts, card }
}

/// The licence under which a source goes in, or why it stays out.
fn admitted(source: &Source, options: &Options) -> Result<String, String> {
    let Verdict::Known(is_good) = source.verdict else {
        return Err("nobody trusted said what became of it".to_owned());
    };
    if source.completion.is_empty() {
        return Err("its patch is not known: the run's artifact is missing".to_owned());
    }
    if options.format == Format::Sft && !is_good {
        return Err("it was refused, closed or taken back".to_owned());
    }
    let licence = options.licences.get(&source.repository).cloned().unwrap_or_default();
    match licence.is_empty() {
        true => Err(format!("the licence of {} is not known", source.repository)),
        false if allows(&licence, options.allowed) => Ok(licence),
        false => Err(format!("the licence {licence} is not allowed")),
    }
}

/// For cards.
fn names<'a>(rows: impl Iterator<Item = &'a Row>, of: impl Fn(&Row) -> &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    rows.for_each(|row| *counts.entry(of(row).to_owned()).or_default() += 1);
    counts
}

#[cfg(test)]
mod tests;
