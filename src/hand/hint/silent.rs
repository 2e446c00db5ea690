//! A misspelt name that only the runtime reads: setting it fails nowhere, what was meant is just not set.

use super::distance::{distance, is_near};
use super::{Scene, intent, meaning};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence, FailureClass};
use crate::syntax::{Language, Role, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;

/// Objects of the runtime: what is set on them, and what else they have.
const OBJECTS: &[(&str, &[&str], &[&str])] =
    &[("module", &["exports"], &["children", "filename", "id", "loaded", "parent", "path", "paths", "require"])];

/// Files that are searched.
const MOST_FILES: usize = 2000;
const MOST_OFFERS: usize = 3;
/// Shorter words are near too many others.
const SHORTEST: usize = 3;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let places = scene.complaints.iter().flat_map(|complaint| &complaint.places);
    let is_script = |path: &&crate::ids::RelPath| Language::with_names(path).is_some_and(Language::is_script);
    if !places.map(|place| &place.path).any(|path| is_script(&path)) {
        return Ok(Vec::new());
    }
    let mut made = Vec::new();
    for path in scene.job.workshop.files()?.iter().filter(is_script).take(MOST_FILES) {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        if OBJECTS.iter().all(|(object, ..)| memchr::memmem::find(&text, format!("{object}.").as_bytes()).is_none()) {
            continue;
        }
        let Some(syntax) = scene.syntax(path)? else { continue };
        for (range, object, right) in misspelt(&syntax) {
            if intent::in_test(path, &syntax, std::slice::from_ref(&range)) {
                continue;
            }
            let why = format!("renamed `{object}.{}`, which nothing reads, to `{object}.{right}`", syntax.text(&range));
            let edit = Edit { path: path.clone(), range, text: right.to_owned() };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    // A checker that asks for what is declared reads it.
    if !matches!(scene.job.diagnosis.class, FailureClass::Type | FailureClass::Compile) {
        made.extend(unread(scene)?);
    }
    made.truncate(MOST_OFFERS);
    Ok(made)
}

/// A member that is set once and stands nowhere else, near one that the failure speaks of.
fn unread(scene: &Scene) -> Result<Vec<Candidate>> {
    let said: BTreeSet<&str> = scene
        .complaints
        .iter()
        .flat_map(|it| meaning::words(&it.message).chain(meaning::words(&it.detail)))
        .filter(|word| word.len() > SHORTEST)
        .collect();
    let mut made = Vec::new();
    for path in scene.scripts() {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let index = scene.index(syntax.language(), &path)?;
        let set = syntax.names().iter().filter(|name| name.role == Role::Member && name.defined);
        for name in set.filter(|name| index.count(syntax.text(&name.range)) == 1) {
            let word = syntax.text(&name.range);
            // What the failure asks for is no slip.
            if said.contains(word) {
                continue;
            }
            let near = said.iter().filter(|right| is_near(word, right) && index.count(right) > 0);
            let Some(right) = near.min_by(|a, b| distance(word, a).total_cmp(&distance(word, b))) else { continue };
            let why = format!("renamed `{word}`, which nothing reads, to `{right}`");
            let edit = Edit { path: path.clone(), range: name.range.clone(), text: (*right).to_owned() };
            if !intent::in_test(&path, &syntax, std::slice::from_ref(&name.range)) {
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
    }
    Ok(made)
}

/// The members set on an object of the runtime that are nearly one of its own.
fn misspelt(syntax: &Syntax) -> Vec<(Range<usize>, &'static str, &'static str)> {
    let mut found = Vec::new();
    for name in syntax.names().iter().filter(|name| name.role == Role::Member && name.defined) {
        let word = syntax.text(&name.range);
        let before = syntax.text(&(0..name.range.start)).trim_end();
        for (object, settable, others) in OBJECTS {
            let owner = before.strip_suffix('.').and_then(|rest| rest.trim_end().strip_suffix(object));
            let is_part = |c: char| c.is_alphanumeric() || "_$.".contains(c);
            if owner.is_none_or(|rest| rest.ends_with(is_part)) || settable.contains(&word) || others.contains(&word) {
                continue;
            }
            let near = settable.iter().filter(|right| is_near(word, right));
            let nearest = near.min_by(|a, b| distance(word, a).total_cmp(&distance(word, b)));
            found.extend(nearest.map(|right| (name.range.clone(), *object, *right)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::Hint;
    use crate::hand::testing::{Shop, after};

    #[test]
    fn what_a_checker_asks_for_is_no_slip_of_its_use() {
        let text = "interface Props { disabled?: boolean; label: string }\nexport const p: Props = { label: \"x\", disabeld: true };\n";
        let log = "a.ts(2,39): error TS2561: Object literal may only specify known properties, but 'disabeld' does not exist in \
                   type 'Props'. Did you mean to write 'disabled'?\n";
        let offers = Shop::new(&[("a.ts", text)]).offers(&Hint, "tsc", log, &[]);
        let texts: Vec<String> = offers.iter().map(after).map(str::to_owned).collect();
        assert_eq!(texts.first(), Some(&text.replace("disabeld", "disabled")));
        assert!(texts.iter().all(|text| text.contains("disabled?:")), "{texts:#?}");
    }
}
