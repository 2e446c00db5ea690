//! A tool says outright what should stand in the place of what: `Expected '===' and instead saw '=='`; or of what
//! stands where it points.

use super::Scene;
use super::said::Said;
use crate::hand::offer;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;

static SAID: Said = Said::new(&[
    r"[Ee]xpected ['`](?P<right>[^'`]+)['`] and instead saw ['`](?P<wrong>[^'`]+)['`]",
    r"Function implementation name must be '(?P<right>[^']+)'",
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
        let is_wrong = |text: &str| said.name("wrong").is_none_or(|wrong| wrong.as_str() == text);
        let Some(token) = behind.find(|token| is_wrong(syntax.text(&token.range))) else { continue };
        let text = said["right"].to_owned();
        told.push(format!("`{text}` for `{}`", syntax.text(&token.range)));
        edits.push(Edit { path: place.path.clone(), range: token.range.clone(), text });
    }
    told.dedup();
    let why = format!("wrote {} as the tool asks", told.join(", "));
    // The name of an overload is defined before, and that is what is said.
    let patch = offer::patch(scene.job, edits)?;
    let made = |patch| Candidate { patch, hand: HandId::Hint, why, confidence: Confidence::Suggested };
    Ok(patch.map(made).into_iter().collect())
}
