//! A misspelt keyword: a word near a complaint that becomes a keyword, if the file then parses.

use super::Scene;
use super::complaint::Complaint;
use super::distance::{distance, is_near};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Syntax;
use anyhow::Result;
use std::collections::BTreeMap;
use std::ops::Range;

/// Lines around a complaint in which the misspelling may stand.
const REACH: u32 = 2;
const MOST_PLACES: usize = 6;

/// How tools say that text is not in the language.
#[rustfmt::skip]
const SYNTAX_SIGNS: &[&str] = &[
    "invalid syntax", "syntax error: ", "Unexpected identifier", "nexpected token", "expected one of", "expected `", "expected '",
    "' expected", "Expected \"", "no rules expected", "missing )", "missing ','", "must be parenthesized",
];

/// How assertions go on behind what they expect.
const ASSERTS: &[&str] =
    &[" to be ", " to equal", " to have ", " to deeply ", " to strictly ", " to match", " to throw", " to include "];

/// Whether a tool found text that is not in the language.
pub(super) fn is_syntactic(message: &str) -> bool {
    // "unexpected `cfg` condition" expects nothing.
    let stands = |sign: &str| message.match_indices(sign).any(|(at, _)| !message[..at].ends_with("un"));
    // Data is not in its language then, and not the program; what a test expects is none either.
    let is_other = message.contains("is not valid JSON") || ASSERTS.iter().any(|words| message.contains(words));
    !is_other && SYNTAX_SIGNS.iter().any(|sign| stands(sign))
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let broken = broken(scene, &scene.complaints)?.into_iter();
    for (path, lines) in broken.chain(refused(scene)) {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        for (_, range, keyword) in replacements(&syntax, &lines) {
            let why = format!("corrected `{}` to the keyword `{keyword}`", syntax.text(&range));
            let edit = Edit { path: path.clone(), range, text: keyword.to_owned() };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The files that do not parse, with the lines that the complaints and the grammar point at, the
/// likeliest first.
pub(super) fn broken(scene: &Scene, complaints: &[Complaint]) -> Result<Vec<(RelPath, Vec<u32>)>> {
    let mut lines: BTreeMap<RelPath, Vec<u32>> = BTreeMap::new();
    for (complaint, place) in complaints.iter().filter_map(|c| Some((c, c.places.first()?))).take(MOST_PLACES) {
        lines.entry(place.path.clone()).or_default().extend(also_named(&complaint.message));
        lines.entry(place.path.clone()).or_default().push(place.line);
    }
    for place in complaints.iter().flat_map(|c| c.places.iter().skip(1)).take(MOST_PLACES) {
        lines.entry(place.path.clone()).or_default().push(place.line);
    }
    let mut found = Vec::new();
    for (path, mut lines) in lines {
        let Some(syntax) = scene.syntax(&path)?.filter(|syntax| !syntax.is_sound()) else { continue };
        for fault in syntax.faults().iter().take(MOST_PLACES) {
            lines.push(syntax.line_of(fault.range.start));
            if syntax.line_of(fault.range.end) < syntax.line_of(fault.range.start) + 4 {
                lines.push(syntax.line_of(fault.range.end));
            }
        }
        let mut seen = std::collections::HashSet::new();
        lines.retain(|line| seen.insert(*line));
        found.push((path, lines));
    }
    Ok(found)
}

/// The tool calls it a fault of syntax, though our more lenient grammar may not.
fn refused(scene: &Scene) -> impl Iterator<Item = (RelPath, Vec<u32>)> {
    let syntactic = scene.complaints.iter().filter(|c| is_syntactic(&c.message));
    let places = syntactic.filter_map(|complaint| complaint.places.first()).take(MOST_PLACES);
    places.map(|place| (place.path.clone(), vec![place.line]))
}

/// `'(' on line 2`: a bracket's partner stands elsewhere.
fn also_named(message: &str) -> Option<u32> {
    let (_, rest) = message.split_once("on line ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn replacements(syntax: &Syntax, lines: &[u32]) -> Vec<(f64, Range<usize>, &'static str)> {
    let mut found = Vec::new();
    for token in syntax.tokens() {
        let (line, word) = (syntax.line_of(token.range.start), syntax.text(&token.range));
        let near_line = lines
            .iter()
            .enumerate()
            .filter(|(_, l)| l.abs_diff(line) <= REACH)
            .min_by_key(|(at, l)| (l.abs_diff(line), *at));
        let Some((_, nearest)) = near_line.filter(|_| is_word(word) && !syntax.language().keywords().contains(&word))
        else {
            continue;
        };
        for keyword in syntax.language().keywords().iter().filter(|keyword| is_misspelt(word, keyword)) {
            if syntax.edited(token.range.clone(), keyword).is_some_and(|edited| edited.is_sound()) {
                let cost = distance(word, keyword) + 0.3 * f64::from(nearest.abs_diff(line));
                found.push((cost, token.range.clone(), *keyword));
            }
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}

/// Keywords are few and the parser has the last word, so more is allowed than for names.
fn is_misspelt(word: &str, keyword: &str) -> bool {
    let allowed = if keyword.len() <= 2 { 1.0 } else { 2.0 };
    is_near(word, keyword) || distance(word, keyword) <= allowed
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
