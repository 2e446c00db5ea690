//! C and C++: tries around what the compiler complains about, ranked by how natural they read, judged by the
//! compiler itself one error after the other, and offered as one repair of the whole file.

mod agree;
mod attempt;
mod braces;
mod call;
mod climb;
mod declare;
mod directive;
mod format;
mod habits;
pub(super) mod header;
mod lexer;
pub(super) mod link;
mod listed;
mod names;
pub(super) mod prototype;
mod statement;
mod text;
mod tokens;
mod words;

use super::Scene;
use crate::hand::cc::{self, Judge, Verdict};
use crate::hand::offer;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;

/// Files that one round looks at.
const MOST_FILES: usize = 3;

/// The likeliest repair of each file.
pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    repairs(scene, |judge, text, verdict| Ok(climb::first(judge, text, verdict)?.into_iter().collect()))
}

/// What else may have been meant.
pub(super) fn propose_others(scene: &Scene) -> Result<Vec<Candidate>> {
    repairs(scene, climb::others)
}

type Climb = fn(&Judge, &str, Verdict) -> Result<Vec<climb::Repair>>;

fn repairs(scene: &Scene, climb: Climb) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for (path, lines) in cc::named(scene.job).into_iter().take(MOST_FILES) {
        let Some(text) = offer::editable(scene.job, &path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            continue;
        };
        let Some((judge, verdict)) = Judge::find(scene.job, &path, text.as_bytes(), &lines)? else { continue };
        for repair in climb(&judge, &text, verdict)? {
            made.extend(candidate(scene, &path, &text, repair)?);
        }
    }
    Ok(made)
}

fn candidate(scene: &Scene, path: &RelPath, text: &str, repair: climb::Repair) -> Result<Option<Candidate>> {
    let why = format!("{} in {path}", repair.why.join(", "));
    let confidence = if repair.is_clean && repair.cost < 3.0 { Confidence::Suggested } else { Confidence::Unsure };
    let edit = Edit { path: path.clone(), range: 0..text.len(), text: repair.text };
    scene.candidate(vec![edit], why, confidence)
}

#[cfg(test)]
mod tests;
