//! Markers of a merge that were left behind: one side stays, or both. Plain text, whatever the language.

use super::complaint::Complaint;
use super::{Scene, meaning, offer};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;

/// Files that are searched for markers.
const MOST_FILES: usize = 4000;
/// So many files may have conflicts at once.
const MOST_BROKEN: usize = 5;

/// One conflict: all of it, and the two sides.
struct Block {
    whole: Range<usize>,
    ours: Range<usize>,
    theirs: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Ours,
    Theirs,
    Both,
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut broken = Vec::new();
    for path in concerned(scene)? {
        let Some(bytes) = offer::editable(scene.job, &path)? else { continue };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let blocks = blocks(&text);
        if !blocks.is_empty() {
            broken.push((path, text, blocks));
        }
        if broken.len() == MOST_BROKEN {
            break;
        }
    }
    if broken.is_empty() {
        return Ok(Vec::new());
    }
    let mut made = Vec::new();
    let mut choose = |pick: &dyn Fn(&str, &Block) -> Side, what: &str| -> Result<()> {
        let mut edits = Vec::new();
        for (path, text, blocks) in &broken {
            edits.extend(blocks.iter().map(|block| edit(path, text, block, pick(text, block))));
        }
        made.extend(scene.candidate(
            edits,
            format!("resolved the merge conflict left behind: {what}"),
            Confidence::Suggested,
        )?);
        Ok(())
    };
    choose(&likely, "kept the side whose names are known")?;
    choose(&|_, _| Side::Ours, "kept our side")?;
    choose(&|_, _| Side::Theirs, "kept their side")?;
    choose(&|_, _| Side::Both, "kept both sides")?;
    Ok(made)
}

/// The files that the complaints name; where those have no markers, every file.
fn concerned(scene: &Scene) -> Result<Vec<RelPath>> {
    let named: BTreeSet<RelPath> = places(&scene.complaints).cloned().collect();
    let holds = |path: &RelPath| -> Result<bool> {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        Ok(text.starts_with(b"<<<<<<< ") || memchr::memmem::find(&text, b"\n<<<<<<< ").is_some())
    };
    let mut found = Vec::new();
    for path in &named {
        found.extend(holds(path)?.then(|| path.clone()));
    }
    // A tool that reads something else speaks of the markers, or of a file that it cannot read.
    if found.is_empty() && (named.is_empty() || ["<<<", "===", ">>>"].iter().any(|mark| scene.job.log.contains(mark))) {
        for path in scene.job.workshop.files()?.iter().take(MOST_FILES) {
            found.extend(holds(path)?.then(|| path.clone()));
        }
    }
    Ok(found)
}

fn places(complaints: &[Complaint]) -> impl Iterator<Item = &RelPath> {
    complaints.iter().flat_map(|complaint| complaint.places.iter().map(|place| &place.path))
}

/// Only whole conflicts; an underline of seven signs in a text is none.
fn blocks(text: &str) -> Vec<Block> {
    let (mut found, mut at) = (Vec::new(), 0);
    let (mut start, mut base, mut middle) = (None, None, None);
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let mark = line.trim_end();
        if mark.starts_with("<<<<<<< ") || mark == "<<<<<<<" {
            (start, base, middle) = (Some((at, end)), None, None);
        } else if start.is_some() && middle.is_none() && mark.starts_with("|||||||") {
            base = Some(at);
        } else if start.is_some() && middle.is_none() && mark == "=======" {
            middle = Some((at, end));
        } else if mark.starts_with(">>>>>>> ") || mark == ">>>>>>>" {
            if let (Some((first, own)), Some((parted, other))) = (start, middle) {
                let ours = own..base.unwrap_or(parted);
                found.push(Block { whole: first..end, ours, theirs: other..at });
            }
            (start, base, middle) = (None, None, None);
        }
        at = end;
    }
    found
}

fn edit(path: &RelPath, text: &str, block: &Block, side: Side) -> Edit {
    let kept = match side {
        Side::Ours => text[block.ours.clone()].to_owned(),
        Side::Theirs => text[block.theirs.clone()].to_owned(),
        Side::Both => format!("{}{}", &text[block.ours.clone()], &text[block.theirs.clone()]),
    };
    Edit { path: path.clone(), range: block.whole.clone(), text: kept }
}

/// The side with fewer names that stand nowhere else in the file; ours, when it is equal.
fn likely(text: &str, block: &Block) -> Side {
    let around = [&text[..block.whole.start], &text[block.whole.end..]];
    let known: BTreeSet<&str> = around.iter().flat_map(|part| meaning::words(part)).collect();
    let odd = |side: &Range<usize>| {
        let text = &text[side.clone()];
        let strange = meaning::words(text).filter(|word| !known.contains(word)).count();
        // Nothing at all is no answer where there is one.
        if text.trim().is_empty() { strange + 2 } else { strange }
    };
    if odd(&block.theirs) < odd(&block.ours) { Side::Theirs } else { Side::Ours }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, pick: impl Fn(&str, &Block) -> Side) -> String {
        let path = RelPath::parse("a.py").unwrap();
        let mut new = text.to_owned();
        for block in blocks(text).iter().rev() {
            let edit = edit(&path, text, block, pick(text, block));
            new.replace_range(edit.range, &edit.text);
        }
        new
    }

    #[test]
    fn a_side_is_kept_without_markers() {
        let text = "total = 0\n<<<<<<< HEAD\ntotal += totla\n||||||| base\nx\n=======\ntotal += 1\n>>>>>>> topic\nprint(total)\n";
        assert_eq!(resolved(text, likely), "total = 0\ntotal += 1\nprint(total)\n");
        assert_eq!(resolved(text, |_, _| Side::Ours), "total = 0\ntotal += totla\nprint(total)\n");
        assert_eq!(resolved(text, |_, _| Side::Both), "total = 0\ntotal += totla\ntotal += 1\nprint(total)\n");
    }

    #[test]
    fn a_heading_is_no_conflict() {
        assert!(blocks("Title\n=======\ntext\n>>>>>>> quoted\n").is_empty());
    }
}
