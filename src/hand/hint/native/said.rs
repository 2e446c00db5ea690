//! What the log says about C and C++ files.

use super::super::Scene;
use crate::hand::cc;
use crate::ids::RelPath;
use std::collections::HashMap;

/// The sources that are complained about, in the order of the log; behind a linker's complaint the ones that the
/// command names.
pub(super) fn files(scene: &Scene) -> Vec<RelPath> {
    let mut found: Vec<RelPath> = Vec::new();
    for problem in cc::problems(scene.job.log) {
        if let Some(path) = scene.job.workshop.resolve(&problem.path).filter(cc::is_unit)
            && !found.contains(&path)
        {
            found.push(path);
        }
    }
    found
}

/// The lines of a file that are complained about, with what is said.
pub(super) fn lines(scene: &Scene, path: &RelPath) -> Vec<(u32, String)> {
    let mut known: HashMap<String, Option<RelPath>> = HashMap::new();
    let mut here = |name: &str| {
        known.entry(name.to_owned()).or_insert_with(|| scene.job.workshop.resolve(name)).as_ref() == Some(path)
    };
    let problems = cc::problems(scene.job.log).into_iter();
    problems.filter(|problem| here(&problem.path)).map(|problem| (problem.line, problem.message)).collect()
}
