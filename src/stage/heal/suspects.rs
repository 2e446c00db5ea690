//! Where the cause may be: the places that the log names as files of this tree, then the files that the
//! issue's text is about.

use super::bench::Bench;
use crate::brain::locate::Query;
use crate::hand::Workshop as _;
use crate::record::{LogReport, Suspect};
use crate::stage::locate;
use anyhow::Result;

const MAX: usize = 10;
/// Ranked by words alone, which is a weaker reason than a place in the log.
const FROM_TEXT: usize = 5;

/// Best first, each place once.
pub fn find(bench: &Bench, report: &LogReport) -> Result<Vec<Suspect>> {
    let mut suspects = named(bench, report);
    if suspects.is_empty() && !bench.job.text.trim().is_empty() {
        suspects = of_text(bench);
    }
    let n = suspects.len() as f64;
    for (i, suspect) in suspects.iter_mut().enumerate() {
        suspect.score = suspect.score.min(1.0 - i as f64 / n.max(1.0));
    }
    Ok(suspects)
}

/// What the text is about.
pub fn of_text(bench: &Bench) -> Vec<Suspect> {
    locate::locate(&bench.job.root, &Query::from_text(&bench.job.text), FROM_TEXT)
}

/// In the log's own order.
fn named(bench: &Bench, report: &LogReport) -> Vec<Suspect> {
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
    suspects
}
