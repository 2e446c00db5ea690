//! A linter says outright what should stand in the place of what: `Expected '===' and instead saw '=='`.

use super::Scene;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;

static SAID: Said = Said::new(&[
    r"[Ee]xpected ['`](?P<right>[^'`]+)['`] and instead saw ['`](?P<wrong>[^'`]+)['`]",
    r"[Uu]se ['`](?P<right>[^'`]+)['`] instead of ['`](?P<wrong>[^'`]+)['`]",
]);
/// Columns count characters, or start at the operand on the left.
const REACH: usize = 200;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let (mut edits, mut told) = (Vec::new(), Vec::new());
    for complaint in &scene.complaints {
        let Some(said) = SAID.captures(&complaint.message) else { continue };
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let Some(at) = syntax.offset(place.line, place.column.unwrap_or(1)) else { continue };
        let tokens = syntax.tokens();
        let mut behind = tokens.iter().filter(|token| token.range.start >= at && token.range.start < at + REACH);
        let Some(token) = behind.find(|token| syntax.text(&token.range) == &said["wrong"]) else { continue };
        let text = said["right"].to_owned();
        edits.push(Edit { path: place.path.clone(), range: token.range.clone(), text });
        told.push(format!("`{}` for `{}`", &said["right"], &said["wrong"]));
    }
    told.dedup();
    let why = format!("wrote {} as the linter asks", told.join(", "));
    Ok(scene.candidate(edits, why, Confidence::Suggested)?.into_iter().collect())
}
