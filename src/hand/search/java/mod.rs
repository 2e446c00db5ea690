//! The judge for Java: the failing command runs once more with an agent in its virtual machines, which notes how tests
//! are run. A driver then runs them by itself, and judges hundreds of candidates in one compilation in memory.

mod ask;

use super::aim::{Test, Types};
use super::braces;
use super::draft::Draft;
use super::hunt::{Answer, File, Hunt, Judge, Shot, Spot};
use crate::hand::Job;
use crate::ids::RelPath;
use anyhow::Result;
use ask::Probe;
use std::time::Duration;

pub fn open<'j>(job: &'j Job<'j>, budget: Duration) -> Result<Option<Box<dyn Judge + 'j>>> {
    let paths = sources(job)?;
    if paths.is_empty() || !ask::concerns(job) {
        return Ok(None);
    }
    let probe = ask::probe(job, &paths, budget / 4)?;
    Ok(probe.map(|probe| Box::new(Java { job, probe }) as Box<dyn Judge>))
}

struct Java<'j> {
    job: &'j Job<'j>,
    probe: Probe,
}

impl Judge for Java<'_> {
    fn tests(&self) -> &[Test] {
        &self.probe.tests
    }

    fn spots(&self, file: &File) -> Vec<Spot> {
        let mut spots = braces::spots(file);
        if self.probe.mains.contains(&file.path) {
            let others = self.probe.tests.iter().flat_map(|test| test.lines.keys());
            let alone = others.into_iter().all(|path| self.probe.mains.iter().any(|main| main.as_str() == path));
            spots.retain(|spot| alone && !judges(file, spot));
        }
        spots
    }

    fn drafts(&self, file: &File, spot: &Spot) -> Vec<Draft> {
        braces::drafts(file, spot, &Types::new())
    }

    fn judge(&self, hunt: &Hunt, tests: &[Test], shots: &[Shot], margin: f64, budget: Duration) -> Result<Answer> {
        ask::judge(self.job, &self.probe, tests, hunt, shots, margin, budget)
    }
}

/// In the file of a `main` that is the test itself: what decides there is no program to be repaired.
fn judges(file: &File, spot: &Spot) -> bool {
    let text = String::from_utf8_lossy(&file.text[spot.start..spot.end]);
    spot.name == "main" || ["AssertionError", "System.exit", "assert "].iter().any(|sign| text.contains(sign))
}

/// What may be repaired: Java that is no test.
fn sources(job: &Job) -> Result<Vec<RelPath>> {
    let is_source = |path: &&RelPath| path.extension() == "java" && !crate::guard::is_test(path);
    Ok(job.workshop.files()?.iter().filter(is_source).cloned().collect())
}
