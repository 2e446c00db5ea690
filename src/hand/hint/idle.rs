//! What Go and linters refuse because nothing uses it: an import goes, and so does a variable whose value has no
//! other effect; where it may have one, the value stays.

use super::complaint::{Complaint, Place};
use super::said::Said;
use super::{Scene, lines, offer};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::ops::Range;

static IMPORTED: Said = Said::new(&[r#"^"([^"]+)" imported (?:as (\w+) )?and not used"#]);
static DECLARED: Said = Said::new(&[
    r"declared and not used: (\w+)|(\w+) declared (?:and|but) not used|^'(\w+)' is (?:assigned a value but never used|declared but its value is never read)",
]);
/// Python's, as ruff, flake8 and pyflakes say it.
static ASSIGNED: Said = Said::new(&[r"[Ll]ocal variable ['`](\w+)['`] is assigned to but never used"]);
static PYTHON: Said = Said::new(&[r"['`]([\w.]+(?: as \w+)?)['`] imported but unused"]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let (mut edits, mut told) = (Vec::new(), Vec::new());
    for complaint in &scene.complaints {
        let Some(at) = complaint.places.first() else { continue };
        let Some(bytes) = offer::editable(scene.job, &at.path)? else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let found = if let Some(parts) = IMPORTED.captures(&complaint.message) {
            import(&text, at.line, &parts[1]).map(|edit| (edit, format!("the unused import `{}`", &parts[1])))
        } else if let Some(parts) = PYTHON.captures(&complaint.message) {
            statement(&text, at.line, &parts[1]).map(|edit| (edit, format!("the unused import `{}`", &parts[1])))
        } else if let Some(parts) =
            DECLARED.captures(&complaint.message).or_else(|| ASSIGNED.captures(&complaint.message))
        {
            let name = parts.iter().skip(1).flatten().next().map_or("", |it| it.as_str());
            if is_near_an_unknown(&scene.complaints, at, name) {
                continue;
            }
            let bare = at.path.extension() == "py";
            variable(&text, at.line, name, bare).map(|edit| (edit, format!("the unused variable `{name}`")))
        } else {
            None
        };
        if let Some(((range, new), what)) = found {
            edits.push(Edit { path: at.path.clone(), range, text: new });
            told.push(what);
        }
    }
    edits.dedup();
    told.dedup();
    if edits.is_empty() {
        return Ok(Vec::new());
    }
    let why = format!("removed {}", told.join(", "));
    Ok(scene.candidate(edits, why, Confidence::Suggested)?.into_iter().collect())
}

/// A variable that nothing uses because its uses are misspelt is not idle.
fn is_near_an_unknown(complaints: &[Complaint], at: &Place, name: &str) -> bool {
    let same_file = complaints.iter().filter(|it| it.places.first().is_some_and(|place| place.path == at.path));
    let unknown = same_file.filter_map(super::meaning::unknown);
    unknown.into_iter().any(|unknown| super::distance::is_near(&unknown.name, name))
}

type Change = (Range<usize>, String);

fn line(text: &str, number: u32) -> Option<Range<usize>> {
    lines::line(text, number).map(|(at, line)| at..at + line.len())
}

/// The line of a spec; the whole block where it was the only one.
fn import(text: &str, number: u32, path: &str) -> Option<Change> {
    let range = line(text, number)?;
    if !text[range.clone()].contains(&format!("\"{path}\"")) {
        return None;
    }
    let before = text[..range.start].trim_end();
    let after = &text[range.end..];
    if before.ends_with("import (") && after.trim_start().starts_with(')') {
        let start = before.len() - "import (".len();
        let end = range.end + after.find(')')? + 1;
        let rest = text[end..].len() - text[end..].trim_start_matches('\n').len();
        return Some((start..end + rest, String::new()));
    }
    // A group of one leaves no blank line behind.
    let lone = text[..range.start].ends_with("\n\n") && after.starts_with('\n');
    Some((range.start..range.end + usize::from(lone), String::new()))
}

/// A Python statement that imports nothing else.
fn statement(text: &str, number: u32, name: &str) -> Option<Change> {
    let range = line(text, number)?;
    let written = text[range.clone()].split('#').next()?.trim();
    let (module, last) = name.rsplit_once('.').unwrap_or(("", name));
    let alone = written == format!("import {name}") || written == format!("from {module} import {last}");
    let at_top = !text[range.clone()].starts_with([' ', '\t']);
    (alone && at_top).then(|| (range, String::new()))
}

/// `x := 1` goes; of `x := f()` the call stays, in Python without a name for it (`bare`); `x, err := f()` forgets `x`.
fn variable(text: &str, number: u32, name: &str, bare: bool) -> Option<Change> {
    let range = line(text, number)?;
    let written = &text[range.clone()];
    let (left, right) = written.split_once(":=").or_else(|| written.split_once('='))?;
    let left = ["var ", "const ", "let "].iter().fold(left.trim(), |left, word| left.trim_start_matches(word));
    let looped = left.strip_prefix("for ").filter(|_| right.trim_start().starts_with("range "));
    let names: Vec<&str> = looped.unwrap_or(left).split(',').map(str::trim).collect();
    let ends = !right.trim_end().ends_with(['{', '(', ',', '[']) && !right.contains("<-");
    if let [only] = names.as_slice() {
        let named = only.split_whitespace().next() == Some(name);
        if !named || !ends || written.trim_end().trim_end_matches(';').contains(';') {
            return None;
        }
        let indent = &written[..written.len() - written.trim_start().len()];
        // What only measures has no effect.
        let known: &[&str] =
            if bare { &["len(", "sum(", "str(", "int(", "list(", "set(", "dict("] } else { &["len(", "cap("] };
        let measures = known.iter().any(|call| right.trim().starts_with(call)) && right.matches('(').count() == 1;
        let is_script = ["const ", "let "].iter().any(|word| written.trim_start().starts_with(word));
        let kept = if bare || is_script { "" } else { "_ = " };
        // A module that nobody uses was not required for what it does.
        if is_script && right.trim_start().starts_with("require(") {
            let lone = range.start == 0 || text[..range.start].ends_with("\n\n");
            let gap = usize::from(lone && text[range.end..].starts_with('\n'));
            return Some((range.start..range.end + gap, String::new()));
        }
        let new =
            if right.contains('(') && !measures { format!("{indent}{kept}{}\n", right.trim()) } else { String::new() };
        return Some((range, new));
    }
    let nth = names.iter().position(|own| *own == name)?;
    let others = names.iter().any(|other| *other != "_" && *other != name);
    let own = crate::hand::recent::occurrences(left, name).into_iter().next()?;
    let lead = range.start + left.as_ptr().addr() - written.as_ptr().addr();
    // Of a loop's two the second need not be taken.
    let (start, new) = match looped {
        Some(_) if nth == 1 => (left[..own.start].rfind(',')?, ""),
        _ => (own.start, "_"),
    };
    others.then(|| (lead + start..lead + own.end, new.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, change: Option<Change>) -> String {
        let (range, new) = change.unwrap();
        format!("{}{new}{}", &text[..range.start], &text[range.end..])
    }

    #[test]
    fn what_nothing_uses_goes_and_what_may_have_an_effect_stays() {
        let block = "package a\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n";
        assert_eq!(changed(block, import(block, 5, "os")), "package a\n\nimport (\n\t\"fmt\"\n)\n");
        let lone = "package a\n\nimport (\n\t\"os\"\n)\n\nfunc f() {}\n";
        assert_eq!(changed(lone, import(lone, 4, "os")), "package a\n\nfunc f() {}\n");
        for (before, after) in [
            ("\tx := 1\n", ""),
            ("\tx := f()\n", "\t_ = f()\n"),
            ("\tx := len(y)\n", ""),
            ("\tx, err := f()\n", "\t_, err := f()\n"),
            ("\tfor x, o := range y {\n", "\tfor _, o := range y {\n"),
            ("\tfor i, x := range y {\n", "\tfor i := range y {\n"),
            ("\tvar x = 2\n", ""),
        ] {
            assert_eq!(changed(before, variable(before, 1, "x", false)), after);
        }
        for kept in ["\tx := func() {\n", "\tx := <-c\n", "\tif y := 1; true {\n"] {
            assert!(variable(kept, 1, "x", false).is_none(), "{kept}");
        }
        let python = "import os\nimport re, sys\n";
        assert_eq!(changed(python, statement(python, 1, "os")), "import re, sys\n");
        assert!(statement(python, 2, "re").is_none());
    }
}
