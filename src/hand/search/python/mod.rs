//! The judge for Python: the failing command itself loads a driver (pytest: as a plugin; unittest: through
//! sitecustomize) that collects the tests once and judges many candidates in forked children.

pub(super) mod ask;
mod drafts;
mod families;
mod kinds;
mod scene;

use super::aim::{self, Test, Types};
use super::draft::Draft;
use super::hunt::{Answer, File, Hunt, Judge, Shot, Spot};
use crate::hand::Job;
use crate::ids::RelPath;
use anyhow::Result;
use ask::Probe;
use scene::Scene;
use std::time::Duration;

pub fn open<'j>(job: &'j Job<'j>, budget: Duration) -> Result<Option<Box<dyn Judge + 'j>>> {
    if !ask::concerns(job) {
        return Ok(None);
    }
    let paths = sources(job)?;
    if paths.is_empty() {
        return Ok(None);
    }
    let probe = ask::probe(job, &paths, budget / 4)?;
    Ok(probe.map(|probe| Box::new(Python { job, probe }) as Box<dyn Judge>))
}

struct Python<'j> {
    job: &'j Job<'j>,
    probe: Probe,
}

impl Judge for Python<'_> {
    fn tests(&self) -> &[Test] {
        &self.probe.tests
    }

    fn spots(&self, file: &File) -> Vec<Spot> {
        spots(file)
    }

    fn drafts(&self, file: &File, spot: &Spot) -> Vec<Draft> {
        let types = aim::types(&self.probe.types, &file.path, spot.lines.clone());
        let globals = self.probe.globals_of(&file.path);
        families::drafts(&Scene::new(&file.text, &file.tree, spot.node, &types, &globals))
    }

    fn judge(&self, hunt: &Hunt, tests: &[Test], shots: &[Shot], margin: f64, budget: Duration) -> Result<Answer> {
        ask::judge(self.job, &self.probe, tests, hunt, shots, margin, budget)
    }
}

/// The functions that are in no other function.
pub(super) fn spots(file: &File) -> Vec<Spot> {
    let tree = &file.tree;
    let is_function = |n: &usize| tree[*n].kind == "function_definition";
    let outermost = tree.all().filter(is_function).filter(|n| !tree.above(*n).any(|above| is_function(&above)));
    outermost.map(|node| spot(file, node)).collect()
}

/// What may be repaired: Python that is no test.
fn sources(job: &Job) -> Result<Vec<RelPath>> {
    let is_source = |path: &&RelPath| {
        let setting = matches!(path.file_name(), "setup.py" | "conftest.py" | "noxfile.py");
        path.extension() == "py" && !setting && !crate::guard::is_test(path)
    };
    Ok(job.workshop.files()?.iter().filter(is_source).cloned().collect())
}

fn spot(file: &File, node: usize) -> Spot {
    let tree = &file.tree;
    let text = |n: usize| file.syntax.text(&tree[n].range).to_owned();
    let parent = tree[node].parent;
    let lines = file.lines_of(if tree[parent].kind == "decorated_definition" { parent } else { node });
    let class = tree.above(node).find(|n| tree[*n].kind == "class_definition");
    let range = &tree[node].range;
    Spot {
        file: 0,
        node,
        line: *lines.start(),
        lines,
        start: file.line_start(range.start),
        end: range.end,
        name: tree.field(node, "name").map(text).unwrap_or_default(),
        class: class.and_then(|n| tree.field(n, "name")).map(text),
        body: tree.field(node, "body").map_or(range.end, |body| tree[body].range.start),
    }
}

impl Probe {
    fn globals_of(&self, path: &RelPath) -> Types {
        let values = self.globals.get(path.as_str());
        values.into_iter().flatten().map(|(name, kind)| (name.clone(), vec![kind.clone()])).collect()
    }
}
