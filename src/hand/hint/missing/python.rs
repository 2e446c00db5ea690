//! Python: `import x`, `from x import y`.

use super::{MOST_HOLDERS, Want, Way, count, into_list, next_line};
use crate::hand::hint::{Scene, paths, place, runtime};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::syntax::{Import, Language, Syntax, Taken};
use anyhow::Result;
use std::collections::BTreeSet;

/// What the repository says outweighs what the library has.
const OWN: usize = 10;

/// An import: the module, and what is taken of it.
#[derive(PartialEq, Eq, Clone)]
pub(super) struct Donor {
    pub module: String,
    /// With its own name, where it gets another.
    pub name: Option<String>,
}

pub(super) fn ways(scene: &Scene, want: &Want) -> Result<Vec<Way>> {
    let mut donors: Vec<(Donor, usize)> = Vec::new();
    let index = scene.index(Language::Python, want.path)?;
    let holders = index.holders(want.name).map(|(path, _)| path).filter(|path| *path != want.path);
    let holders = holders.filter(|path| Language::with_names(path) == Some(Language::Python));
    for path in holders.take(MOST_HOLDERS) {
        let Some(syntax) = scene.syntax(path)? else { continue };
        for import in syntax.imports().iter().filter(|import| import.bound == want.name) {
            if let Some(donor) = of_import(scene, want, path, import)? {
                count(&mut donors, donor, 2 * OWN);
            }
        }
        let is_out_of_reach = place::is_test(path) && !place::is_test(want.path);
        let defined = syntax.exports().named.iter().any(|(name, _)| name == want.name);
        if defined && !is_out_of_reach {
            let module = named_from(scene, want, path)?;
            count(&mut donors, Donor { module, name: Some(want.name.to_owned()) }, OWN);
        }
    }
    let bare = if want.is_module() { Vec::new() } else { vec![want.name.to_owned()] };
    for line in runtime::of_library(scene.job, want.name, &want.members, &bare)? {
        let donor = match line.split_once(' ') {
            Some((module, name)) => Donor { module: module.to_owned(), name: Some(name.to_owned()) },
            None => Donor { module: line.clone(), name: None },
        };
        count(&mut donors, donor, 1);
    }
    let library: BTreeSet<String> = runtime::library(scene.job)?.into_iter().collect();
    Ok(donors.into_iter().map(|(donor, weight)| way(want, &donor, weight, &library)).collect())
}

/// The same import, as this file would write it.
fn of_import(scene: &Scene, want: &Want, path: &RelPath, import: &Import) -> Result<Option<Donor>> {
    let renamed = |own: &str| if own == want.name { own.to_owned() } else { format!("{own} as {}", want.name) };
    let (module, name) = match &import.taken {
        // A module of this repository is named as this file names it.
        Taken::Named(name) => match file_of(scene, path, &import.source)? {
            Some(target) => (named_from(scene, want, &target)?, Some(renamed(name))),
            None if import.source.starts_with('.') => return Ok(None),
            None => (import.source.clone(), Some(renamed(name))),
        },
        _ if import.source == want.name || import.source.starts_with(&format!("{}.", want.name)) => {
            (import.source.clone(), None)
        }
        _ => (format!("{} as {}", import.source, want.name), None),
    };
    Ok(Some(Donor { module, name }))
}

/// The file of this repository that a module is, when `from` imports it.
pub(super) fn file_of(scene: &Scene, from: &RelPath, module: &str) -> Result<Option<RelPath>> {
    let up = module.bytes().take_while(|byte| *byte == b'.').count();
    let mut parts = if up == 0 { Vec::new() } else { paths::folder(from) };
    for _ in 1..up {
        if parts.pop().is_none() {
            return Ok(None);
        }
    }
    parts.extend(module[up..].split('.').filter(|part| !part.is_empty()));
    let path = parts.join("/");
    let roots = if up == 0 { &["", "src/"][..] } else { &[""] };
    let wanted: Vec<_> =
        roots.iter().flat_map(|root| [format!("{root}{path}.py"), format!("{root}{path}/__init__.py")]).collect();
    Ok(scene.job.workshop.files()?.iter().find(|file| wanted.iter().any(|it| it == file.as_str())).cloned())
}

/// How this file names the module that another file is.
fn named_from(scene: &Scene, want: &Want, path: &RelPath) -> Result<String> {
    let files = scene.job.workshop.files()?;
    for import in want.syntax.imports().iter().filter(|import| matches!(import.taken, Taken::Named(_))) {
        if file_of(scene, want.path, &import.source)?.as_ref() == Some(path) {
            return Ok(import.source.clone());
        }
    }
    let is_package = |folder: &[&str]| {
        let init = format!("{}/__init__.py", folder.join("/"));
        !folder.is_empty() && files.iter().any(|file| file.as_str() == init)
    };
    let stem = path.file_name().trim_end_matches(".py");
    let mut folder = paths::folder(path);
    let own = paths::folder(want.path);
    let tail = if stem == "__init__" { String::new() } else { stem.to_owned() };
    let is_relative = want.syntax.imports().iter().any(|import| import.source.starts_with('.'));
    if is_package(&own) && is_relative && own == folder {
        return Ok(format!(".{tail}"));
    }
    let mut parts: Vec<&str> = if tail.is_empty() { Vec::new() } else { vec![stem] };
    while is_package(&folder) {
        parts.extend(folder.pop());
    }
    parts.reverse();
    Ok(parts.join("."))
}

pub(super) fn way(want: &Want, donor: &Donor, weight: usize, library: &BTreeSet<String>) -> Way {
    let text = match &donor.name {
        Some(name) => format!("from {} import {name}", donor.module),
        None => format!("import {}", donor.module),
    };
    let edit = joined(want, donor).unwrap_or_else(|| own_line(want.syntax, &text, donor, library));
    let (at, text_of) = edit;
    Way { edit: Edit { path: want.path.clone(), range: at..at, text: text_of }, told: text, weight }
}

/// Into a statement that imports from the same module.
fn joined(want: &Want, donor: &Donor) -> Option<(usize, String)> {
    let name = donor.name.as_ref()?;
    let imports = want.syntax.imports();
    let same = imports.iter().filter(|it| it.source == donor.module && matches!(it.taken, Taken::Named(_)));
    let same: Vec<&Import> = same.collect();
    // Who gives each name a line of its own does so with the next.
    if same.windows(2).all(|pair| pair[0].statement != pair[1].statement) && same.len() > 1 {
        return None;
    }
    let statement = &same.last()?.statement;
    let list: Vec<&Import> = same.iter().copied().filter(|it| it.statement == *statement).collect();
    into_list(want.syntax, &list, name)
}

/// On a line of its own, in the block of imports where its like stand.
fn own_line(syntax: &Syntax, text: &str, donor: &Donor, library: &BTreeSet<String>) -> (usize, String) {
    let kind = |module: &str| match module.split(['.', ' ']).next().unwrap_or_default() {
        "" => 2,
        first if library.contains(first) => 0,
        _ => 1,
    };
    let mut all = syntax.imports();
    all.dedup_by_key(|import| import.statement.clone());
    // Only the first run of imports: later ones stand where they do for a reason.
    let run = all.iter().position(|it| kind(&it.source) == kind(&donor.module));
    let alike: Vec<&Import> = all.iter().filter(|it| kind(&it.source) == kind(&donor.module)).collect();
    let is_from = |import: &Import| matches!(import.taken, Taken::Named(_));
    let same: Vec<&&Import> = alike.iter().filter(|it| is_from(it) == donor.name.is_some()).collect();
    let line_start = |import: &Import| syntax.line(syntax.line_of(import.statement.start)).map_or(0, |line| line.start);
    let key = |name: &str| name.to_lowercase();
    let own = donor.name.as_deref().map(key);
    let follows = |it: &Import| match &it.taken {
        Taken::Named(name) if it.source == donor.module => Some(key(name)) > own,
        _ => it.source > donor.module,
    };
    if let Some(next) = same.iter().find(|it| follows(it)) {
        return (line_start(next), format!("{text}\n"));
    }
    if let Some(last) = same.last() {
        return (next_line(syntax, last.statement.end), format!("{text}\n"));
    }
    match (run, alike.first(), alike.last()) {
        // `import x` goes before `from x import y`.
        (Some(_), Some(first), _) if donor.name.is_none() => (line_start(first), format!("{text}\n")),
        (Some(_), _, Some(last)) => (next_line(syntax, last.statement.end), format!("{text}\n")),
        _ => own_block(syntax, text, &all, kind(&donor.module), kind),
    }
}

/// A block of its own, parted from its neighbours by an empty line.
fn own_block(syntax: &Syntax, text: &str, all: &[Import], own: u8, kind: impl Fn(&str) -> u8) -> (usize, String) {
    if let Some(before) = all.iter().rev().find(|it| kind(&it.source) < own) {
        return (next_line(syntax, before.statement.end), format!("\n{text}\n"));
    }
    match all.first() {
        Some(first) => (first.statement.start, format!("{text}\n\n")),
        None => (syntax.body(), format!("{text}\n\n")),
    }
}
