//! Go: `undefined: strings`, a package of the standard library or one that another file imports. Handled as
//! text, in the form that gofmt leaves.

use super::{MOST_OFFERS, count, meaning};
use crate::command::CommandLine;
use crate::hand::hint::Scene;
use crate::hand::offer;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::collections::BTreeSet;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(20);
/// Files that are read for what they import.
const MOST_FILES: usize = 400;
/// Packages with one name that are asked for what they have.
const MOST_PACKAGES: usize = 6;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let mut seen: BTreeSet<(RelPath, String)> = BTreeSet::new();
    for complaint in &scene.complaints {
        let name = complaint.message.strip_prefix("undefined: ").map(|rest| rest.trim().to_owned());
        let (Some(name), Some(place)) = (name, complaint.places.first()) else { continue };
        if place.path.extension() != "go" || !seen.insert((place.path.clone(), name.clone())) {
            continue;
        }
        let Some(bytes) = offer::editable(scene.job, &place.path)? else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let members = members(&text, &name);
        for path in packages(scene, &place.path, &name, &members)?.into_iter().take(MOST_OFFERS) {
            let Some((range, new)) = added(&text, &path) else { continue };
            let edit = Edit { path: place.path.clone(), range, text: new };
            let why = format!("added the missing import {path}");
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// What is asked of the name, exported names only: a variable's fields are no package's members.
fn members(text: &str, name: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(name).filter(|(at, _)| !text[..*at].ends_with(is_part)) {
        let Some(rest) = text[at + name.len()..].strip_prefix('.') else { continue };
        found.extend(meaning::words(rest).next().filter(|word| rest.starts_with(word)).map(str::to_owned));
    }
    found.retain(|member| member.starts_with(char::is_uppercase));
    found
}

/// Import specs, quoted and with an alias where there is one; what the repository uses comes first.
fn packages(scene: &Scene, own: &RelPath, name: &str, members: &BTreeSet<String>) -> Result<Vec<String>> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<(String, usize)> = Vec::new();
    let sources = scene.job.workshop.files()?.iter().filter(|path| path.extension() == "go" && *path != own);
    for path in sources.take(MOST_FILES) {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        for spec in specs(&String::from_utf8_lossy(&text)).into_iter().filter(|spec| bound(spec) == name) {
            count(&mut found, spec.to_owned(), 1);
        }
    }
    for spec in of_module(scene, own, name)? {
        count(&mut found, spec, 1);
    }
    found.sort_by_key(|(_, uses)| std::cmp::Reverse(*uses));
    let mut found: Vec<String> = found.into_iter().map(|(spec, _)| spec).collect();
    for spec in library(scene, name, members)? {
        if !found.contains(&spec) {
            found.push(spec);
        }
    }
    Ok(found)
}

/// The packages of the module that call themselves `name`.
fn of_module(scene: &Scene, own: &RelPath, name: &str) -> Result<Vec<String>> {
    let files = scene.job.workshop.files()?;
    let mut found = Vec::new();
    for manifest in files.iter().filter(|path| path.file_name() == "go.mod") {
        let root = manifest.as_str().strip_suffix("go.mod").unwrap_or_default();
        let text = scene.job.workshop.read(manifest)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let Some(module) = text.lines().find_map(|line| line.strip_prefix("module ")) else { continue };
        let inside = files.iter().filter(|path| path.extension() == "go" && !path.as_str().ends_with("_test.go"));
        for path in
            inside.filter(|path| path.as_str().starts_with(root) && own.as_str().starts_with(root)).take(MOST_FILES)
        {
            let folder =
                path.as_str().strip_prefix(root).and_then(|rest| rest.rsplit_once('/')).map(|(folder, _)| folder);
            let source = scene.job.workshop.read(path)?.unwrap_or_default();
            let source = String::from_utf8_lossy(&source).into_owned();
            let is_it = source.lines().any(|line| line.strip_prefix("package ").is_some_and(|it| it.trim() == name));
            if let (Some(folder), true) = (folder, is_it) {
                found.push(format!("\"{}/{folder}\"", module.trim()));
            }
        }
    }
    found.dedup();
    Ok(found)
}

/// Packages of the standard library that are called `name` and have all that is asked.
fn library(scene: &Scene, name: &str, members: &BTreeSet<String>) -> Result<Vec<String>> {
    let Some(go) = scene.job.workshop.find_program("go") else { return Ok(Vec::new()) };
    let run = |words: &[&str]| {
        let argv = std::iter::once(go.as_str()).chain(words.iter().copied());
        scene.job.workshop.run(&CommandLine::new(argv), None, LIMIT)
    };
    let listed = run(&["list", "std"])?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let is_open = |path: &&str| !path.split('/').any(|part| matches!(part, "internal" | "vendor" | "cmd"));
    let named = listed.lines().filter(is_open).filter(|path| path.rsplit('/').next() == Some(name));
    let mut found = Vec::new();
    for path in named.take(MOST_PACKAGES) {
        let mut has_all = true;
        for member in members.iter().take(MOST_PACKAGES) {
            has_all = has_all && run(&["doc", path, member])?.success();
        }
        found.extend(has_all.then(|| format!("\"{path}\"")));
    }
    Ok(found)
}

/// The specs of a file's imports.
pub(in crate::hand::hint) fn specs(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default().trim();
        match code {
            "import (" => inside = true,
            ")" => inside = false,
            _ if inside && code.ends_with('"') => found.push(code),
            _ => found.extend(code.strip_prefix("import ").filter(|spec| spec.ends_with('"'))),
        }
        if ["func ", "type ", "var ", "const "].iter().any(|word| line.starts_with(word)) {
            break;
        }
    }
    found
}

/// The name by which a spec is used: its alias, or the last part of its path.
pub(in crate::hand::hint) fn bound(spec: &str) -> &str {
    match spec.split_once(' ') {
        Some((alias, _)) => alias,
        None => spec.trim_matches('"').rsplit('/').next().unwrap_or_default(),
    }
}

/// Where the spec goes and how: into the block, beside a lone import, or behind the package clause.
fn added(text: &str, spec: &str) -> Option<(std::ops::Range<usize>, String)> {
    let path = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
    let is_library = |spec: &str| !path(spec).split('/').next().unwrap_or_default().contains('.');
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        lines.push((at, line));
        at += line.len();
    }
    if let Some(open) = lines.iter().position(|(_, line)| line.trim_end() == "import (") {
        let close = open + lines[open..].iter().position(|(_, line)| line.trim_end() == ")")?;
        let mut groups = lines[open + 1..close].split(|(_, line)| line.trim().is_empty()).filter(|g| !g.is_empty());
        let group = groups.find(|group| group.iter().any(|(_, line)| is_library(line) == is_library(spec)));
        let Some(group) = group else {
            let (start, line) = lines[open];
            let after = start + line.len();
            let (start, new) = if is_library(spec) {
                (after, format!("\t{spec}\n{}", if close > open + 1 { "\n" } else { "" }))
            } else {
                (lines[close].0, format!("{}\t{spec}\n", if close > open + 1 { "\n" } else { "" }))
            };
            return Some((start..start, new));
        };
        let (last, line) = group.last()?;
        let next = group.iter().find(|(_, line)| path(line) > path(spec)).map_or(last + line.len(), |(at, _)| *at);
        return Some((next..next, format!("\t{spec}\n")));
    }
    if let Some((start, line)) = lines.iter().find(|(_, line)| line.starts_with("import \"")) {
        let own = line.trim_end().strip_prefix("import ")?;
        let mut both = [own, spec];
        both.sort_by_key(|spec| path(spec));
        let parted = if is_library(own) == is_library(spec) { "" } else { "\n" };
        let range = *start..start + line.trim_end().len();
        return Some((range, format!("import (\n\t{}\n{parted}\t{}\n)", both[0], both[1])));
    }
    let (start, line) = lines.iter().find(|(_, line)| line.starts_with("package "))?;
    let end = start + line.len();
    Some((end..end, format!("\nimport {spec}\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_goes_where_gofmt_would_leave_it() {
        let body = "\nfunc f() {}\n";
        for (head, spec, wanted) in [
            ("package a\n", "\"os\"", "package a\n\nimport \"os\"\n"),
            ("package a\n\nimport \"fmt\"\n", "\"os\"", "package a\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n"),
            (
                "package a\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\n\t\"x.org/y\"\n)\n",
                "\"io\"",
                "package a\n\nimport (\n\t\"fmt\"\n\t\"io\"\n\t\"os\"\n\n\t\"x.org/y\"\n)\n",
            ),
            (
                "package a\n\nimport (\n\t\"x.org/y\"\n)\n",
                "\"io\"",
                "package a\n\nimport (\n\t\"io\"\n\n\t\"x.org/y\"\n)\n",
            ),
        ] {
            let text = format!("{head}{body}");
            let (range, new) = added(&text, spec).unwrap();
            let mut after = text.clone();
            after.replace_range(range, &new);
            assert_eq!(after, format!("{wanted}{body}"));
        }
        assert_eq!(specs("package a\nimport \"b\"\nimport (\n\tc \"d/e\"\n)\n"), ["\"b\"", "c \"d/e\""]);
        assert_eq!((bound("c \"d/e\""), bound("\"d/e\"")), ("c", "e"));
    }
}
