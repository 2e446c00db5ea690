//! A slip in the last change: where it fails, the change lost a mark, a word or an argument, or an import that is still
//! used; or it put in a mark too many. What it wrote on purpose in several places is none of ours.

use super::complaint::Complaint;
use super::{Scene, keyword, meaning, place};
use crate::hand::offer;
use crate::hand::recent::{imports, is_word, tokens};
use crate::hand::revert::pieces::{Hunk, hunks, lines};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::collections::BTreeSet;

/// A change of more hunks is work, in which a slip does not stand out.
const MOST_HUNKS: usize = 24;
const MOST_LINES: usize = 6;
/// Characters of what is lost: more is no slip.
const LONGEST: usize = 60;
/// Lines between the slip and the complaint.
const REACH: u32 = 2;
const MOST_OFFERS: usize = 4;
/// Words that only say how what follows may be used: their loss is complained of elsewhere.
const MODIFIERS: &[&str] =
    &["pub", "public", "export", "default", "static", "mut", "async", "const", "final", "throws", "extern", "type"];

/// What a hunk did, in tokens.
struct Slip {
    lost: Vec<String>,
    extra: Vec<String>,
    is_import: bool,
    old: String,
    /// The first line as it is now, and how many there are.
    line: u32,
    count: u32,
    range: std::ops::Range<usize>,
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    if scene.complaints.is_empty() {
        return Ok(Vec::new());
    }
    let recent = scene.recent()?;
    let mut found: Vec<(RelPath, Slip)> = Vec::new();
    let mut words: Vec<BTreeSet<String>> = Vec::new();
    for file in recent.patch.files() {
        let (Some(before), Some(now)) = (&file.before, &file.after) else { continue };
        let (before, now) = (String::from_utf8_lossy(before), String::from_utf8_lossy(now));
        let is_ours = !place::is_test(&file.path) && offer::editable(scene.job, &file.path)?.is_some();
        for hunk in joined(&before, hunks(before.as_bytes(), now.as_bytes())) {
            let part = |text: &str, range: &std::ops::Range<usize>| -> String {
                lines(text.as_bytes())[range.clone()].iter().map(|line| String::from_utf8_lossy(line)).collect()
            };
            let (old, new) = (part(&before, &hunk.old), part(&now, &hunk.now));
            words.push(meaning::words(&old).chain(meaning::words(&new)).map(str::to_owned).collect());
            if words.len() > MOST_HUNKS {
                return Ok(Vec::new());
            }
            found.extend(slip(&hunk, old, &new, &now).filter(|_| is_ours).map(|slip| (file.path.clone(), slip)));
        }
    }
    let mut made = Vec::new();
    for (path, slip) in found {
        let is_meant =
            slip.lost.iter().filter(|it| is_name(it)).any(|it| words.iter().filter(|w| w.contains(it)).count() > 1);
        let is_torn = scene.syntax(&path)?.is_some_and(|syntax| !syntax.is_sound());
        if !is_meant
            && scene.complaints.iter().any(|complaint| slip.explains(complaint, &path, is_torn))
            && made.len() < MOST_OFFERS
        {
            let why = slip.told(&path);
            let edit = Edit { path, range: slip.range, text: slip.old };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// Hunks with nothing but empty lines between them are one: a line that lost its only mark may be there still.
fn joined(before: &str, hunks: Vec<Hunk>) -> Vec<Hunk> {
    let old = lines(before.as_bytes());
    let mut found: Vec<Hunk> = Vec::new();
    for hunk in hunks {
        match found.last_mut() {
            Some(last) if old[last.old.end..hunk.old.start].iter().all(|line| line.trim_ascii().is_empty()) => {
                (last.old.end, last.now.end) = (hunk.old.end, hunk.now.end);
            }
            _ => found.push(hunk),
        }
    }
    found
}

fn is_name(token: &str) -> bool {
    token.chars().next().is_some_and(|c| is_word(c) && !c.is_ascii_digit()) && !MODIFIERS.contains(&token)
}

fn slip(hunk: &Hunk, old: String, new: &str, now: &str) -> Option<Slip> {
    if hunk.old.len().max(hunk.now.len()) > MOST_LINES {
        return None;
    }
    let solid = |text: &str| -> Vec<String> {
        tokens(text).into_iter().filter(|token| !token.trim().is_empty()).map(str::to_owned).collect()
    };
    let (was, is) = (solid(&old), solid(new));
    let start = was.iter().zip(&is).take_while(|(a, b)| a == b).count();
    let end = was[start..].iter().rev().zip(is[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (lost, extra) = (was[start..was.len() - end].to_vec(), is[start..is.len() - end].to_vec());
    let is_import = new.trim().is_empty() && old.lines().all(|line| line.trim().is_empty() || imports(line));
    let is_mark = |token: &String| token.chars().all(|c| !is_word(c));
    let is_slip = match (lost.is_empty(), extra.is_empty()) {
        (false, true) => {
            is_import || lost.concat().len() <= LONGEST && (!new.trim().is_empty() || lost.iter().all(is_mark))
        }
        (true, false) => extra.len() <= 2 && extra.iter().all(is_mark),
        _ => false,
    };
    let before: usize = lines(now.as_bytes())[..hunk.now.start].iter().map(|line| line.len()).sum();
    let line = u32::try_from(hunk.now.start + 1).ok()?;
    let count = u32::try_from(hunk.now.len()).ok()?;
    is_slip.then(|| Slip { lost, extra, is_import, line, count, range: before..before + new.len(), old })
}

impl Slip {
    /// Whether a complaint may be about it.
    fn explains(&self, complaint: &Complaint, path: &RelPath, is_torn: bool) -> bool {
        let here = complaint.places.iter().filter(|place| place.path == *path);
        let said = |word: &str| {
            meaning::words(&complaint.message).chain(meaning::words(&complaint.detail)).any(|it| it == word)
        };
        let last = self.line + self.count;
        let is_near = here.clone().any(|place| place.line + REACH >= self.line && place.line <= last + REACH);
        let is_here = here.clone().next().is_some();
        let is_mark = self.lost.iter().chain(&self.extra).all(|token| !token.chars().any(is_word));
        let only_modifies = !self.lost.is_empty() && self.lost.iter().all(|it| MODIFIERS.contains(&it.as_str()));
        if self.is_import {
            return is_here
                && (meaning::unknown(complaint).is_some() || self.lost.iter().any(|it| is_name(it) && said(it)));
        }
        is_near && !self.is_shape()
            || is_here && is_mark && (is_torn || keyword::is_syntactic(&complaint.message))
            || only_modifies
                && meaning::words(&self.old).any(|word| word.len() > 2 && !MODIFIERS.contains(&word) && said(word))
    }

    /// A parameter that a definition lost was taken from it on purpose: the calls are what was forgotten.
    fn is_shape(&self) -> bool {
        let first = self.old.trim_start();
        let defines = ["def ", "fn ", "func ", "function "].iter().any(|word| first.contains(word));
        defines && self.lost.iter().any(|it| is_name(it) && !["self", "cls"].contains(&it.as_str()))
    }

    fn told(&self, path: &RelPath) -> String {
        let line = self.line;
        let shown = |tokens: &[String]| {
            let text = self.old.trim();
            let joined = tokens.concat();
            if self.is_import { text.lines().next().unwrap_or_default().to_owned() } else { joined }
        };
        match self.extra.is_empty() {
            true => {
                format!("put back `{}`, which the last change took out of line {line} of {path}", shown(&self.lost))
            }
            false => {
                format!("took out `{}`, which the last change put into line {line} of {path}", self.extra.concat())
            }
        }
    }
}
