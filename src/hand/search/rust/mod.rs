//! The judge for Rust: hundreds of candidates are built into one test binary, beside the original, and a number says
//! which of them is meant when it runs. So the compiler, which takes seconds, is asked once and not once for each.

mod arguments;
mod behave;
mod cargo;
mod compile;
mod instrument;
mod kinds;
mod probe;
mod project;
mod schema;
mod shape;
mod sites;
mod trial;
mod vary;

use super::aim::{self, Test};
use super::braces;
use super::draft::Draft;
use super::hunt::{Answer, File, Hunt, Judge, Shot, Spot};
use crate::hand::Job;
use anyhow::Result;
use probe::Probe;
use project::Project;
use std::cell::RefCell;
use std::time::Duration;

pub fn open<'j>(job: &'j Job<'j>, budget: Duration) -> Result<Option<Box<dyn Judge + 'j>>> {
    let Some(project) = project::open(job)? else { return Ok(None) };
    let Some(probe) = probe::probe(&project, budget / 3)? else { return Ok(None) };
    Ok(Some(Box::new(Rust { project, probe, memory: RefCell::default() })))
}

struct Rust<'j> {
    project: Project<'j>,
    probe: Probe,
    memory: RefCell<trial::Memory>,
}

impl Judge for Rust<'_> {
    fn tests(&self) -> &[Test] {
        &self.probe.tests
    }

    fn spots(&self, file: &File) -> Vec<Spot> {
        let mut spots = braces::spots(file);
        spots.retain(|spot| shape::is_open(file, spot.node));
        spots
    }

    fn drafts(&self, file: &File, spot: &Spot) -> Vec<Draft> {
        braces::drafts(file, spot, &aim::types(&self.probe.types, &file.path, spot.lines.clone()))
    }

    fn judge(&self, hunt: &Hunt, tests: &[Test], shots: &[Shot], margin: f64, budget: Duration) -> Result<Answer> {
        let mut memory = self.memory.borrow_mut();
        trial::Trial { project: &self.project, probe: &self.probe, hunt, tests, margin }.run(shots, &mut memory, budget)
    }
}
