//! The fixes that gcc and clang propose themselves, where they are sure and leave nothing to complain about.

use crate::hand::cc::{self, Judge, include};
use crate::hand::recent::Recent;
use crate::hand::{Job, offer};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;

/// More files at once are left to the hand `hint`, one after the other.
const MOST_FILES: usize = 8;

pub(super) fn propose(job: &Job) -> Result<Vec<Candidate>> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut files = cc::named(job);
    // What a broken header does to those who include it is no cause of its own.
    if files.iter().any(|(path, _)| cc::is_header(path)) {
        files.retain(|(path, _)| cc::is_header(path));
    }
    if files.len() > MOST_FILES {
        return Ok(Vec::new());
    }
    for (path, lines) in files {
        let Some(text) = offer::editable(job, &path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return Ok(Vec::new());
        };
        let Some((judge, verdict)) = Judge::find(job, &path, text.as_bytes(), &lines)? else { return Ok(Vec::new()) };
        let fixes = verdict.problems.iter().filter_map(|problem| problem.sure_fix());
        let mut own: Vec<_> = fixes
            .filter_map(|fix| Some((fix.range(&text)?, fix.text.clone())))
            .map(|(range, new)| match included(&new) {
                Some(header) => include::place(&text, header),
                None => (range, new),
            })
            .collect();
        if own.iter().any(|(_, new)| included(new).is_some()) && Recent::of(job)?.lost_imports(&path) {
            // The header that the last change took out is `hint`'s to put back.
            return Ok(Vec::new());
        }
        // A word that the file knows with another case is a slip, whatever header has it.
        let known = |message: &str| message.split('\'').nth(1).is_some_and(|name| spelled_otherwise(&text, name));
        if verdict.problems.iter().any(|problem| problem.sure_fix().is_some() && known(&problem.message)) {
            return Ok(Vec::new());
        }
        // A `;` before a block ends a head whose keyword is misspelt.
        if own.iter().any(|(range, new)| new.trim() == ";" && text[range.end..].trim_start().starts_with('{')) {
            return Ok(Vec::new());
        }
        own.sort_by_key(|(range, _)| range.start);
        own.dedup();
        let mut mended = text.clone();
        for (range, new) in own.iter().rev() {
            mended.replace_range(range.clone(), new);
        }
        let is_clean = !own.is_empty() && judge.judge(&[mended.as_bytes()])?.iter().all(|verdict| verdict.is_clean);
        if !is_clean {
            return Ok(Vec::new());
        }
        edits.extend(own.into_iter().map(|(range, text)| Edit { path: path.clone(), range, text }));
    }
    let why = match edits.as_slice() {
        [] => return Ok(Vec::new()),
        [one] => format!("took the compiler's fix: `{}` in {}", one.text.trim(), one.path),
        many => {
            format!("took {} fixes of the compiler, first: `{}` in {}", many.len(), many[0].text.trim(), many[0].path)
        }
    };
    let patch = offer::patch(job, edits)?;
    let made = patch.map(|patch| Candidate { patch, hand: HandId::Tool, why, confidence: Confidence::Confident });
    Ok(made.into_iter().collect())
}

fn spelled_otherwise(text: &str, name: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.any(|word| word != name && word.eq_ignore_ascii_case(name))
}

/// The header that a fix includes, with its quotes.
fn included(fix: &str) -> Option<&str> {
    fix.trim().strip_prefix("#include ").map(str::trim).filter(|header| !header.contains('\n'))
}
