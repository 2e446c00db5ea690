//! A test fails without naming a name: a use that stands in the sources only once, spells no known
//! word, and is nearly a name that its file defines, is likely a misspelling that the language let pass.

use super::distance::{distance, is_near};
use super::index::Index;
use super::spelling::{self, Sense};
use super::{Scene, intent, meaning, words};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Name, Role, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;

const MOST_FILES: usize = 12;
const MOST_OFFERS: usize = 10;
/// Shorter names are near too many others.
const SHORTEST: usize = 4;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let told = scene.complaints.iter().any(|complaint| meaning::unknown(complaint).is_some());
    let Some(place) = scene.complaints.iter().flat_map(|c| &c.places).find(|p| Language::with_names(&p.path).is_some())
    else {
        return Ok(Vec::new());
    };
    let Some(language) = Language::with_names(&place.path).filter(|_| !told) else { return Ok(Vec::new()) };
    let index = scene.index(language, &place.path)?;
    let mut found = Vec::new();
    for path in concerned(scene, language)? {
        let Some(syntax) = scene.syntax(&path)?.filter(|syntax| syntax.is_sound()) else { continue };
        let meant = |(_, (range, right), wrong): &Pair| {
            let in_test = intent::in_test(&path, &syntax, std::slice::from_ref(range));
            !in_test || intent::is_typing_error(index, language, wrong, right, true)
        };
        found.extend(
            pairs(&syntax, index)
                .into_iter()
                .filter(meant)
                .map(|(cost, edit, wrong)| (cost, path.clone(), edit, wrong)),
        );
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let made = found.into_iter().take(MOST_OFFERS).map(|(_, path, (range, text), wrong)| {
        let why = format!("renamed `{wrong}`, which stands nowhere else, to `{text}`");
        scene.candidate(vec![Edit { path, range, text }], why, Confidence::Unsure)
    });
    made.filter_map(Result::transpose).collect()
}

/// The files that the failure names, then those that they import by name.
fn concerned(scene: &Scene, language: Language) -> Result<Vec<RelPath>> {
    let suspects = scene.job.diagnosis.suspects.iter().map(|suspect| suspect.path.clone());
    let places = scene.complaints.iter().flat_map(|complaint| complaint.places.iter().map(|place| place.path.clone()));
    let named: BTreeSet<RelPath> = places.chain(suspects).collect();
    let mut imported = BTreeSet::new();
    for path in &named {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        imported.extend(meaning::words(&String::from_utf8_lossy(&text)).map(str::to_owned));
    }
    let is_imported = |path: &RelPath| {
        let stem = path.file_name().split('.').next().unwrap_or_default();
        let folder = path.as_str().rsplit('/').nth(1).unwrap_or_default();
        imported.contains(stem) || (matches!(stem, "__init__" | "index" | "lib" | "mod") && imported.contains(folder))
    };
    let others = scene
        .job
        .workshop
        .files()?
        .iter()
        .filter(|path| Language::with_names(path).is_some_and(|l| l.same_family(language)));
    let mut files: Vec<RelPath> = named.iter().cloned().collect();
    files.extend(others.filter(|path| is_imported(path) && !named.contains(path)).cloned());
    files.truncate(MOST_FILES);
    Ok(files)
}

type Pair = (f64, (std::ops::Range<usize>, String), String);

fn pairs(syntax: &Syntax, index: &Index) -> Vec<Pair> {
    let names = syntax.names();
    let mut found = Vec::new();
    for name in names.iter().filter(|name| is_lone(syntax, index, name)) {
        let wrong = syntax.text(&name.range);
        let near = names.iter().filter(|other| reaches(other, name)).map(|other| (other, syntax.text(&other.range)));
        for (other, right) in near.filter(|(_, right)| is_near(wrong, right) && is_plainer(syntax, index, right, wrong))
        {
            let elsewhere = if other.function == name.function { 0.0 } else { 0.5 };
            let cost = distance(wrong, right) + elsewhere - 0.3 * index.trust(right, wrong).clamp(-3.0, 3.0);
            found.push((cost, (name.range.clone(), right.to_owned()), wrong.to_owned()));
        }
    }
    found.sort_by(|a: &Pair, b: &Pair| a.0.total_cmp(&b.0));
    found.dedup_by(|a, b| a.1 == b.1);
    found
}

/// A use, never a definition, of a name that stands nowhere else.
fn is_lone(syntax: &Syntax, index: &Index, name: &Name) -> bool {
    let text = syntax.text(&name.range);
    let mut own = words::builtins(syntax.language()).chain(syntax.language().keywords().iter().copied());
    !name.defined && text.len() >= SHORTEST && index.count(text) == 1 && !own.any(|word| word == text)
}

/// Whether `definition` brings a name into being that can stand in the place of `used`.
fn reaches(definition: &Name, used: &Name) -> bool {
    let is_member = |name: &Name| name.role == Role::Member;
    let in_scope = is_member(used) || definition.function.is_none() || definition.function == used.function;
    definition.defined && is_member(definition) == is_member(used) && in_scope
}

/// A made-up word is no typing error of another made-up word; two good words are two names.
fn is_plainer(syntax: &Syntax, index: &Index, right: &str, wrong: &str) -> bool {
    let sense = |name, other| spelling::sense(index, syntax.language(), name, other);
    sense(wrong, right) == Sense::Unknown && sense(right, wrong) > Sense::Unknown
}
