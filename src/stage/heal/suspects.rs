//! Where the cause may be: the places that the log names, as files of this tree.

use super::bench::Bench;
use crate::hand::Workshop as _;
use crate::record::{LogReport, Suspect};
use anyhow::Result;

const MAX: usize = 10;

/// Best first: the log's own order, each file and line once.
pub fn find(bench: &Bench, report: &LogReport) -> Result<Vec<Suspect>> {
    let mut suspects: Vec<Suspect> = Vec::new();
    for location in &report.locations {
        let Some(path) = bench.resolve(&location.path) else { continue };
        if suspects.iter().any(|s| s.path == path && s.line == location.line) {
            continue;
        }
        let why = if location.message.is_empty() { "named in the log".to_owned() } else { location.message.clone() };
        suspects.push(Suspect { path, line: location.line, score: 1.0, why: vec![why] });
        if suspects.len() == MAX {
            break;
        }
    }
    let n = suspects.len() as f64;
    for (i, suspect) in suspects.iter_mut().enumerate() {
        suspect.score = 1.0 - i as f64 / n.max(1.0);
    }
    Ok(suspects)
}
