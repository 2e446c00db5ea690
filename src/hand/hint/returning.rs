//! A value that stands alone where a function should return it: `return` is put before it.

use super::Scene;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;

/// How compilers say that a value leads nowhere, or that none is given.
#[rustfmt::skip]
const SIGNS: &[&str] = &[
    "missing return", "expected := or =", "is not used", "not a statement", "unexpected comma", "at end of statement", "must return a value",
    "lacks ending return", "ot all code paths return", "mismatched types", "TS2355", "TS7030", "unused expression",
    "'void' is not assignable to type", "'undefined' is not assignable to type",
];
const MOST_OFFERS: usize = 6;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let mut seen = BTreeSet::new();
    for complaint in scene.complaints.iter().filter(|it| SIGNS.iter().any(|sign| it.message.contains(sign))) {
        // Of two types that do not match, one must be nothing at all.
        if complaint.message == "mismatched types" && !complaint.detail.contains("`()`") {
            continue;
        }
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| returns(it.language())) else { continue };
        for line in lines(&syntax, place.line) {
            let Some(at) = start(&syntax, line).filter(|_| seen.insert((place.path.clone(), line))) else { continue };
            let sound = syntax.edited(at..at, "return ").is_some_and(|it| it.faults().len() <= syntax.faults().len());
            if sound && made.len() < MOST_OFFERS {
                let edit = Edit { path: place.path.clone(), range: at..at, text: "return ".to_owned() };
                let why = format!("returned the value in line {line} of {}", place.path.as_str());
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
    }
    Ok(made)
}

fn returns(language: Language) -> bool {
    !matches!(language, Language::Python)
}

/// The line itself, the one above a closing brace, and the last ones of the functions that begin here.
fn lines(syntax: &Syntax, line: u32) -> Vec<u32> {
    let mut found = vec![line, line.saturating_sub(1)];
    for name in syntax.names() {
        let Some(function) = &name.function else { continue };
        let (first, last) = (syntax.line_of(function.start), syntax.line_of(function.end));
        if first <= line && line <= last && last > first {
            found.push(last - 1);
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|line| *line > 0 && seen.insert(*line));
    found
}

/// Where the statement of a line begins, when it can be a value.
fn start(syntax: &Syntax, line: u32) -> Option<usize> {
    let range = syntax.line(line)?;
    let text = syntax.text(&range);
    let body = text.trim_start();
    let word: String = body.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let value_words = ["new", "null", "nil", "true", "false", "this", "self", "super", "typeof", "await", "func"];
    let is_keyword = syntax.language().keywords().contains(&word.as_str()) && !value_words.contains(&word.as_str());
    let begins = body.starts_with(|c: char| c.is_alphanumeric() || "_\"'`(&*![{-".contains(c));
    let steps = ["++", "--"].iter().any(|mark| body.starts_with(mark) || body.trim_end_matches([';', ' ']).ends_with(mark));
    let assigns = steps || [" = ", " := ", "+= ", "-= "].iter().any(|mark| body.contains(mark));
    (begins && !is_keyword && !assigns && !body.ends_with('{')).then(|| range.start + text.len() - body.len())
}
