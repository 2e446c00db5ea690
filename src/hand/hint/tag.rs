//! A JSX closing tag that does not belong to its opening tag.

use super::complaint::{Complaint, Place};
use super::said::Said;
use super::{Scene, words};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Syntax;
use anyhow::Result;
use regex::Regex;
use std::ops::Range;

static COMPLAINTS: Said = Said::new(&[
    r"Expected corresponding (?:JSX )?closing tag for ['<]([\w.]+)['>]",
    r"JSX element '([\w.]+)' has no corresponding closing tag",
    r#"closing "[\w.]+" tag does not match opening "([\w.]+)" tag"#,
]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let (Some(opened), Some(place)) = (opened(complaint), complaint.places.first()) else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        for (range, text) in repairs(&syntax, place, &opened)? {
            let why = format!("made the tag `{}` match `{text}`", syntax.text(&range));
            let edit = Edit { path: place.path.clone(), range, text };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

fn opened(complaint: &Complaint) -> Option<String> {
    COMPLAINTS.captures(&complaint.message).map(|found| found[1].to_owned())
}

/// The closing tag takes the opening name, or the other way round; a name that HTML knows wins.
fn repairs(syntax: &Syntax, place: &Place, opened: &str) -> Result<Vec<(Range<usize>, String)>> {
    let (Some(line), closing, opening) = (
        syntax.line(place.line),
        Regex::new(r"</\s*([\w.]+)")?,
        Regex::new(&format!("<({})\\b", regex::escape(opened)))?,
    ) else {
        return Ok(Vec::new());
    };
    let rest = line.start..syntax.bytes().len();
    let Some(close) = closing.captures(syntax.text(&rest)).and_then(|found| found.get(1)) else {
        return Ok(Vec::new());
    };
    let closed = close.as_str().to_owned();
    let close = rest.start + close.start()..rest.start + close.end();
    let above = 0..close.start;
    let open = opening.captures_iter(syntax.text(&above)).last().and_then(|found| found.get(1));
    let mut found = vec![(close, opened.to_owned())];
    found.extend(open.map(|open| (open.start()..open.end(), closed.clone())));
    let is_known = |name: &str| words::builtins(syntax.language()).any(|word| word == name);
    if is_known(&closed) && !is_known(opened) {
        found.reverse();
    }
    Ok(found)
}
