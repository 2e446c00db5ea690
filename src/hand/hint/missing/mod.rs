//! A name that nothing in the file brings in: the import that does it elsewhere in this repository, or the
//! module of the standard library that is called like this.

pub(super) mod go;
pub(super) mod java;
mod package;
mod python;
mod script;

use super::distance::distance;
use super::meaning::{self, Sort, Unknown};
use super::{Scene, complaint::Complaint};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Form, Import, Language, Name, Role, Syntax};
use anyhow::Result;
use std::ops::Range;

/// Distinct unknown names that are looked at.
const MOST_NAMES: usize = 8;
const MOST_OFFERS: usize = 3;
/// Files that are read for how they import a name.
const MOST_HOLDERS: usize = 40;

/// A name without a definition, and the file that uses it.
struct Want<'a> {
    name: &'a str,
    path: &'a RelPath,
    syntax: &'a Syntax,
    uses: Vec<Range<usize>>,
    /// What is asked of the name: `x` in `name.x`.
    members: Vec<String>,
}

/// A way to bring a name in: the statement as people read it, and how much speaks for it.
#[derive(Clone)]
struct Way {
    edit: Edit,
    told: String,
    weight: usize,
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = go::propose(scene)?;
    made.extend(package::propose(scene)?);
    let mut likeliest: Vec<Way> = Vec::new();
    let mut offered = Vec::new();
    let mut seen: Vec<(String, RelPath)> = Vec::new();
    for complaint in &scene.complaints {
        let Some(unknown) = meaning::unknown(complaint).filter(|it| is_missing(it, complaint)) else { continue };
        let places = complaint.places.iter().map(|place| &place.path);
        let named = holder(scene, places, &unknown.name)?;
        let Some(path) = named.map_or_else(|| elsewhere(scene, complaint, &unknown.name), |path| Ok(Some(path)))?
        else {
            continue;
        };
        let key = (unknown.name.clone(), path.clone());
        if seen.contains(&key) || seen.len() == MOST_NAMES {
            continue;
        }
        seen.push(key);
        let Some(syntax) = scene.syntax(&path)? else { continue };
        if let Some(want) = Want::new(&unknown.name, &path, &syntax) {
            let ways = ways(scene, &want)?;
            likeliest.extend(ways.first().cloned());
            offered.extend(offers(scene, ways)?);
        }
    }
    if likeliest.len() > 1 {
        made.extend(together(scene, &likeliest)?);
    }
    made.extend(offered);
    Ok(made)
}

/// The import that a file lacks which is to name `name`; `None` where it needs none, or nobody knows one.
pub(super) fn import_of(scene: &Scene, path: &RelPath, syntax: &Syntax, name: &str) -> Result<Option<Edit>> {
    if syntax.imports().iter().any(|import| import.bound == name) {
        return Ok(None);
    }
    let want = Want { name, path, syntax, uses: Vec::new(), members: Vec::new() };
    let text = syntax.text(&(0..syntax.bytes().len()));
    let package = java::package(text).unwrap_or_default().to_owned();
    let needless = ["java.lang".to_owned(), package].map(|package| format!("import {package}.{name};"));
    let best = ways(scene, &want)?.into_iter().next();
    let is_there = |told: &str| {
        let all = told.rsplit_once('.').map(|(package, _)| format!("{package}.*;"));
        text.contains(told) || all.is_some_and(|all| text.contains(&all))
    };
    Ok(best.filter(|way| !needless.contains(&way.told) && !is_there(&way.told)).map(|way| way.edit))
}

/// All that is missing at once: a compiler may say the same of each, so that nobody sees that one of them is there now.
fn together(scene: &Scene, ways: &[Way]) -> Result<Option<Candidate>> {
    let mut edits: Vec<Edit> = Vec::new();
    for way in ways {
        let place = |edit: &&mut Edit| edit.path == way.edit.path && edit.range == way.edit.range;
        match edits.iter_mut().find(place) {
            Some(known) if known.text.contains(way.edit.text.trim()) => {}
            Some(known) => {
                // Where a block of its own is opened, there is one.
                let text = &way.edit.text;
                let end = if text.contains('\r') { "\r\n" } else { "\n" };
                let mut lines: Vec<&str> = known.text.trim().lines().chain(text.trim().lines()).collect();
                lines.sort_unstable();
                let lead = &text[..text.len() - text.trim_start().len()];
                let trail = &text[text.trim_end().len()..];
                known.text = format!("{lead}{}{trail}", lines.join(end));
            }
            None => edits.push(way.edit.clone()),
        }
    }
    let told: Vec<String> = ways.iter().map(|way| format!("`{}`", way.told)).collect();
    scene.candidate(edits, format!("added the missing imports {}", told.join(", ")), Confidence::Suggested)
}

fn is_missing(unknown: &Unknown, complaint: &Complaint) -> bool {
    // A local variable without a value is no missing import.
    unknown.sort == Sort::Name && !["local variable", "free variable"].iter().any(|it| complaint.message.contains(it))
}

/// The nearest file of the stack that has the name.
fn holder<'a>(scene: &Scene, paths: impl Iterator<Item = &'a RelPath>, name: &str) -> Result<Option<RelPath>> {
    for path in paths {
        if scene.syntax(path)?.is_some_and(|syntax| syntax.names().iter().any(|n| syntax.text(&n.range) == name)) {
            return Ok(Some(path.clone()));
        }
    }
    Ok(None)
}

/// A value that a promise was rejected with has lost its way: a file that uses the name and does not bring it in.
fn elsewhere(scene: &Scene, complaint: &Complaint, name: &str) -> Result<Option<RelPath>> {
    let Some(near) = complaint.places.first().map(|place| &place.path) else { return Ok(None) };
    let Some(language) = Language::with_names(near).filter(|language| language.is_script()) else { return Ok(None) };
    for (path, _) in scene.index(language, near)?.holders(name).take(MOST_HOLDERS) {
        let lacks = |syntax: &Syntax| Want::new(name, path, syntax).is_some();
        if scene.syntax(path)?.is_some_and(|syntax| lacks(&syntax)) {
            return Ok(Some(path.clone()));
        }
    }
    Ok(None)
}

/// The likeliest first.
fn ways(scene: &Scene, want: &Want) -> Result<Vec<Way>> {
    let mut ways = match want.syntax.language() {
        Language::Python => python::ways(scene, want)?,
        Language::Rust | Language::Go => Vec::new(),
        Language::Java => java::ways(scene, want)?,
        _ => script::ways(scene, want)?,
    };
    ways.sort_by_key(|way| std::cmp::Reverse(way.weight));
    Ok(ways)
}

fn offers(scene: &Scene, ways: Vec<Way>) -> Result<Vec<Candidate>> {
    let confidence = if ways.len() == 1 { Confidence::Suggested } else { Confidence::Unsure };
    let made = ways.into_iter().take(MOST_OFFERS).map(|way| {
        let why = format!("added the missing import `{}`", way.told);
        scene.candidate(vec![way.edit], why, confidence)
    });
    made.filter_map(Result::transpose).collect()
}

impl<'a> Want<'a> {
    /// `None` where the file brings the name into being, or it is rather another one misspelt.
    fn new(name: &'a str, path: &'a RelPath, syntax: &'a Syntax) -> Option<Self> {
        let is_own = |role: Role| !matches!(role, Role::Member | Role::Keyword);
        let all: Vec<_> = syntax.names().iter().filter(|own| is_own(own.role)).collect();
        let own: Vec<_> = all.iter().filter(|own| syntax.text(&own.range) == name).collect();
        let imports = syntax.imports();
        let is_use = |it: &Name| !it.defined && imports.iter().all(|import| import.original != it.range);
        let uses: Vec<_> = own.iter().filter(|own| is_use(own)).collect();
        let reaches =
            |function: &Option<Range<usize>>| function.is_none() || uses.iter().any(|it| it.function == *function);
        let is_bound = own.iter().any(|own| own.defined && reaches(&own.function))
            || imports.iter().any(|import| import.bound == name && import.form != Form::PassedOn);
        let members: Vec<String> = uses.iter().filter_map(|it| member(syntax, it.range.end)).collect();
        // Of a module something is asked; a bare name may be a local one misspelt. `shelf` is made by `Shelf`.
        let is_one_letter_off = |other: &str| {
            other.len() > 2 && other.to_lowercase() != name.to_lowercase() && distance(other, name) <= 1.0
        };
        let is_misspelt = members.is_empty()
            && all.iter().any(|other| {
                let is_local = other.defined && other.function.is_some() && reaches(&other.function);
                is_local && is_one_letter_off(syntax.text(&other.range))
            });
        let uses: Vec<_> = uses.iter().map(|it| it.range.clone()).collect();
        (!is_bound && !is_misspelt && !uses.is_empty()).then_some(Self { name, path, syntax, uses, members })
    }

    /// Whether everything that the file does with the name is to ask for a member.
    fn is_module(&self) -> bool {
        self.members.len() == self.uses.len()
    }
}

/// The word behind a dot.
fn member(syntax: &Syntax, end: usize) -> Option<String> {
    let rest = syntax.text(&(end..syntax.bytes().len()));
    let rest = rest.get(..rest.len().min(200)).unwrap_or(rest);
    let rest = rest.trim_start().strip_prefix("?.").or_else(|| rest.trim_start().strip_prefix('.'))?.trim_start();
    let is_word = rest.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$');
    meaning::words(rest).next().filter(|_| is_word).map(str::to_owned)
}

/// Adds to a list of ways, or to the weight of the same one.
fn count<T: PartialEq>(found: &mut Vec<(T, usize)>, item: T, weight: usize) {
    match found.iter_mut().find(|(other, _)| *other == item) {
        Some((_, all)) => *all += weight,
        None => found.push((item, weight)),
    }
}

/// Where a name goes into a list of imports, and with what around it: a sorted list stays so, and a list over
/// several lines has a line for each.
fn into_list(syntax: &Syntax, list: &[&Import], name: &str) -> Option<(usize, String)> {
    let last = list.last()?;
    let line = |import: &Import| syntax.line(syntax.line_of(import.original.start));
    let before = syntax.text(&(line(last)?.start..last.original.start));
    let is_alone = !before.is_empty() && before.trim().is_empty();
    let parted = if is_alone { format!(",\n{before}") } else { ", ".to_owned() };
    let is_sorted = list.is_sorted_by_key(|import| syntax.text(&import.original));
    let next = list.iter().find(|import| is_sorted && syntax.text(&import.original) > name);
    Some(match next {
        Some(next) => (next.original.start, format!("{name}{parted}")),
        None => (last.binding.end, format!("{parted}{name}")),
    })
}

/// The first byte of the line behind the one that holds `byte`.
fn next_line(syntax: &Syntax, byte: usize) -> usize {
    let line = syntax.line_of(byte);
    syntax.line(line + 1).map_or(syntax.bytes().len(), |line| line.start)
}

#[cfg(test)]
mod tests;
