//! C and C++ compilers as judges: how a file is compiled, what is said about a text in its place, and what the
//! compiler itself would do about it. Nothing is written: the text comes through standard input.

pub(super) mod include;
mod included;
mod invocation;
mod judge;
mod report;

pub(super) use judge::{Judge, Verdict};
pub(super) use report::{Fix, Problem, problems};

use crate::hand::Job;
use crate::ids::RelPath;
use std::collections::HashMap;

/// What is compiled by itself.
pub(super) fn is_unit(path: &RelPath) -> bool {
    path.extension() == "c" || is_plus(path)
}

pub(super) fn is_header(path: &RelPath) -> bool {
    matches!(path.extension().as_str(), "h" | "hh" | "hpp" | "hxx" | "inl" | "ipp")
}

pub(super) fn is_makefile(path: &RelPath) -> bool {
    matches!(path.file_name(), "Makefile" | "makefile" | "GNUmakefile") || path.extension() == "mk"
}

/// Whether a file's name says that it is C++.
pub(super) fn is_plus(path: &RelPath) -> bool {
    matches!(path.extension().as_str(), "cc" | "cpp" | "cxx" | "c++" | "hh" | "hpp" | "hxx")
}

/// The units and headers that a log complains about, in its order, each with the lines and what is said there.
pub(super) fn named(job: &Job) -> Vec<(RelPath, Vec<(u32, String)>)> {
    let mut known: HashMap<String, Option<RelPath>> = HashMap::new();
    let mut found: Vec<(RelPath, Vec<(u32, String)>)> = Vec::new();
    for problem in problems(job.log) {
        let resolved = known.entry(problem.path.clone()).or_insert_with(|| job.workshop.resolve(&problem.path));
        let Some(path) = resolved.clone().filter(|path| is_unit(path) || is_header(path)) else { continue };
        let said = (problem.line, problem.message);
        match found.iter_mut().find(|(other, _)| *other == path) {
            Some((_, lines)) => lines.push(said),
            None => found.push((path, vec![said])),
        }
    }
    found
}
