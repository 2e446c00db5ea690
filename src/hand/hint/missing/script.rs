//! JavaScript and TypeScript: `import … from`, `require`.

use super::{MOST_HOLDERS, Want, Way, count, into_list, next_line};
use crate::hand::hint::{Scene, node, paths, place, runtime};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::syntax::{Form, Import, Language, Taken};
use anyhow::Result;

/// Where a name comes from.
#[derive(PartialEq, Clone)]
struct Donor {
    from: From,
    taken: Taken,
    only_type: bool,
    /// The statement that does it elsewhere: its quotes and its end are copied where this file has none.
    sample: String,
}

#[derive(PartialEq, Clone)]
enum From {
    Package(String),
    File(RelPath),
}

/// How this file imports.
struct Style {
    quote: char,
    end: &'static str,
    requires: bool,
    endings: bool,
    /// `node:fs`.
    prefixed: bool,
}

pub(super) fn ways(scene: &Scene, want: &Want) -> Result<Vec<Way>> {
    let donors = donors(scene, want)?;
    let sample = donors.iter().map(|(donor, _)| donor.sample.clone()).find(|sample| !sample.is_empty());
    let style = style(scene, want, sample.as_deref().unwrap_or_default())?;
    Ok(donors.into_iter().filter_map(|(donor, weight)| way(want, &style, &donor, weight)).collect())
}

fn donors(scene: &Scene, want: &Want) -> Result<Vec<(Donor, usize)>> {
    let mut found: Vec<(Donor, usize)> = Vec::new();
    let index = scene.index(want.syntax.language(), want.path)?;
    let holders = index.holders(want.name).map(|(path, _)| path).filter(|path| *path != want.path);
    for path in holders.filter(|path| Language::with_names(path).is_some_and(Language::is_script)).take(MOST_HOLDERS) {
        let Some(syntax) = scene.syntax(path)? else { continue };
        for import in syntax.imports().iter().filter(|it| it.bound == want.name && it.form != Form::PassedOn) {
            if let Some(from) =
                origin(scene, path, &import.source)?.filter(|from| *from != From::File(want.path.clone()))
            {
                let sample = syntax.text(&import.statement).to_owned();
                let only_type = import.form == Form::Type;
                add(&mut found, Donor { from, taken: import.taken.clone(), only_type, sample }, 20);
            }
        }
        if place::is_test(path) && !place::is_test(want.path) {
            continue;
        }
        let exports = syntax.exports();
        let from = From::File(path.clone());
        let given = |taken| Donor { from: from.clone(), taken, only_type: false, sample: String::new() };
        if exports.named.iter().any(|(name, _)| name == want.name) || is_commonjs(syntax.bytes(), want.name) {
            add(&mut found, given(Taken::Named(want.name.to_owned())), 10);
        }
        if exports.default.as_ref().is_some_and(|name| name.as_deref() == Some(want.name)) {
            add(&mut found, given(Taken::Default), 10);
        }
    }
    if want.is_module() && node::is_own(want.name) {
        let from = From::Package(want.name.to_owned());
        add(&mut found, Donor { from, taken: Taken::Default, only_type: false, sample: String::new() }, 1);
    }
    // What nobody here imports may be one of node's own, when it is the only one called so.
    if found.is_empty() && !want.is_module() {
        for module in runtime::owners(scene.job, want.name)? {
            let taken = Taken::Named(want.name.to_owned());
            add(&mut found, Donor { from: From::Package(module), taken, only_type: false, sample: String::new() }, 1);
        }
    }
    Ok(found)
}

/// The same thing said twice counts twice, whatever the statements look like.
fn add(found: &mut Vec<(Donor, usize)>, mut donor: Donor, weight: usize) {
    if let From::Package(name) = &donor.from {
        donor.from = From::Package(name.strip_prefix("node:").unwrap_or(name).to_owned());
    }
    let alike = |other: &Donor| other.from == donor.from && other.taken == donor.taken;
    match found.iter_mut().find(|(other, _)| alike(other)) {
        Some((other, all)) => {
            other.only_type &= donor.only_type;
            *all += weight;
        }
        None => count(found, donor, weight),
    }
}

fn origin(scene: &Scene, path: &RelPath, source: &str) -> Result<Option<From>> {
    if !paths::is_relative(source) {
        return Ok(Some(From::Package(source.to_owned())));
    }
    Ok(paths::target(scene.job.workshop.files()?, path, source).cloned().map(From::File))
}

/// `exports.name = …`, or the name in `module.exports = { … }`.
fn is_commonjs(text: &[u8], name: &str) -> bool {
    let text = String::from_utf8_lossy(text);
    let list = text.find("module.exports = {").map(|at| &text[at + "module.exports = {".len()..]);
    let listed = list.and_then(|list| list.split('}').next());
    text.contains(&format!("exports.{name} ="))
        || listed.is_some_and(|list| crate::hand::hint::meaning::words(list).any(|word| word == name))
}

fn style(scene: &Scene, want: &Want, sample: &str) -> Result<Style> {
    let imports = want.syntax.imports();
    let text = String::from_utf8_lossy(want.syntax.bytes());
    let own = imports.last().map(|import| want.syntax.text(&import.statement));
    let like = own.unwrap_or(sample);
    let relative = imports.iter().map(|import| import.source.as_str()).filter(|source| paths::is_relative(source));
    let relative: Vec<&str> = relative.collect();
    let exports = want.syntax.exports();
    let requires = match (want.path.extension().as_str(), imports.last()) {
        ("mjs" | "ts" | "mts" | "tsx" | "jsx", None) => false,
        ("cjs", _) => true,
        (_, Some(last)) => last.form == Form::Require,
        _ if !exports.named.is_empty() || exports.default.is_some() => false,
        _ => exports.is_open || text.contains("require(") || !is_module(scene, want.path)?,
    };
    let is_typed = want.syntax.language() != Language::JavaScript;
    Ok(Style {
        quote: if like.contains('"') { '"' } else { '\'' },
        end: if like.is_empty() || like.trim_end().ends_with(';') { ";" } else { "" },
        requires,
        endings: match relative.first() {
            Some(_) => relative.iter().any(|source| paths::has_ending(source)),
            None => !requires && !is_typed,
        },
        prefixed: !imports.iter().any(|import| node::is_own(&import.source) && !import.source.starts_with("node:")),
    })
}

/// Whether the nearest manifest says that its scripts are modules.
fn is_module(scene: &Scene, path: &RelPath) -> Result<bool> {
    let mut folder = paths::folder(path);
    loop {
        let name = folder.iter().copied().chain(["package.json"]).collect::<Vec<_>>().join("/");
        if let Some(text) = RelPath::parse(name).ok().map(|path| scene.job.workshop.read(&path)).transpose()?.flatten()
        {
            let json: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
            return Ok(json["type"] == "module");
        }
        if folder.pop().is_none() {
            return Ok(false);
        }
    }
}

fn way(want: &Want, style: &Style, donor: &Donor, weight: usize) -> Option<Way> {
    let source = match &donor.from {
        From::Package(name) if style.prefixed && node::is_own(name) => format!("node:{name}"),
        From::Package(name) => name.clone(),
        From::File(path) => compiled(want, &paths::specifier(want.path, path, style.endings)),
    };
    let told = statement(want, style, donor, &source)?;
    let (at, text) = joined(want, style, donor, &source).unwrap_or_else(|| own_line(want, &told));
    Some(Way { edit: Edit { path: want.path.clone(), range: at..at, text }, told, weight })
}

/// An ending in a TypeScript import is that of the compiled file.
fn compiled(want: &Want, specifier: &str) -> String {
    let takes_sources = want.syntax.imports().iter().any(|import| import.source.ends_with(".ts"));
    match specifier.strip_suffix(".ts").or_else(|| specifier.strip_suffix(".tsx")) {
        Some(stem) if !takes_sources => format!("{stem}.js"),
        _ => specifier.to_owned(),
    }
}

fn statement(want: &Want, style: &Style, donor: &Donor, source: &str) -> Option<String> {
    let Style { quote, end, .. } = style;
    let name = want.name;
    if style.requires {
        let bound = match &donor.taken {
            Taken::Named(own) if own == name => format!("{{ {name} }}"),
            Taken::Named(own) => format!("{{ {own}: {name} }}"),
            Taken::Whole => name.to_owned(),
            // What a default is to `require` is not ours to say, but for packages that are functions.
            Taken::Default if matches!(donor.from, From::Package(_)) => name.to_owned(),
            Taken::Default => return None,
        };
        return Some(format!("const {bound} = require({quote}{source}{quote}){end}"));
    }
    let is_required = donor.sample.contains("require(");
    let bound = match &donor.taken {
        Taken::Named(own) if own == name => format!("{{ {name} }}"),
        Taken::Named(own) => format!("{{ {own} as {name} }}"),
        Taken::Whole if !is_required => format!("* as {name}"),
        Taken::Whole | Taken::Default => name.to_owned(),
    };
    let only = if donor.only_type { "type " } else { "" };
    Some(format!("import {only}{bound} from {quote}{source}{quote}{end}"))
}

/// Into the statement that already imports from there.
fn joined(want: &Want, style: &Style, donor: &Donor, source: &str) -> Option<(usize, String)> {
    let imports = want.syntax.imports();
    let form = match (style.requires, donor.only_type) {
        (true, _) => Form::Require,
        (_, true) => Form::Type,
        _ => Form::Import,
    };
    let same: Vec<&Import> = imports.iter().filter(|it| it.source == source && it.form == form).collect();
    if donor.taken == Taken::Default && form == Form::Import {
        return beside_names(want, &same);
    }
    let Taken::Named(own) = &donor.taken else { return None };
    let renamed = match (own == want.name, style.requires) {
        (true, _) => own.clone(),
        (_, true) => format!("{own}: {}", want.name),
        _ => format!("{own} as {}", want.name),
    };
    let named: Vec<&Import> = same.iter().copied().filter(|it| matches!(it.taken, Taken::Named(_))).collect();
    if let Some(last) = named.last() {
        let list: Vec<&Import> = named.iter().copied().filter(|it| it.statement == last.statement).collect();
        return into_list(want.syntax, &list, &renamed);
    }
    let default =
        same.iter().find(|it| it.taken == Taken::Default).filter(|_| same.len() == 1 && form == Form::Import)?;
    Some((default.binding.end, format!(", {{ {renamed} }}")))
}

/// A default goes before the names that are already taken from there.
fn beside_names(want: &Want, same: &[&Import]) -> Option<(usize, String)> {
    let first = same.first().filter(|_| same.iter().all(|it| matches!(it.taken, Taken::Named(_))))?;
    let open = want.syntax.text(&first.statement).find('{')?;
    Some((first.statement.start + open, format!("{}, ", want.name)))
}

/// Behind the last import, or where the first one can stand.
fn own_line(want: &Want, statement: &str) -> (usize, String) {
    match want.syntax.imports().iter().rfind(|import| import.form != Form::PassedOn) {
        Some(last) => (next_line(want.syntax, last.statement.end.saturating_sub(1)), format!("{statement}\n")),
        // An empty line at the head of a file was below its imports.
        None if want.syntax.line(1).is_some_and(|line| line.is_empty()) => (0, format!("{statement}\n")),
        None => (want.syntax.body(), format!("{statement}\n\n")),
    }
}
