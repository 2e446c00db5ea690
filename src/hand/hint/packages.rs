//! A misspelt package path in an import of Go or Java: the one of the library, the repository or its dependencies that
//! it nearly is.

use super::complaint::Complaint;
use super::distance::{distance, is_near};
use super::missing::java::package as package_of;
use super::said::Said;
use super::{Scene, jdk, place};
use crate::command::CommandLine;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::collections::BTreeSet;
use std::time::Duration;

static COMPLAINTS: Said = Said::new(&[
    r"package ([\w./-]+) is not in (?:std|GOROOT)",
    r#"(?:no required module provides|cannot find) package "?([\w./-]+)"?"#,
    r"does not contain package ([\w./-]+)",
    r"no (?:matching versions for|module provides package) ([\w./-]+)",
    r"package ([\w.]+) does not exist",
    r"module ([\w./-]+): reading https?://",
]);
const LIMIT: Duration = Duration::from_secs(20);
const MOST_FILES: usize = 600;
const MOST_OFFERS: usize = 6;

static CLASS: Said = Said::new(&[r"cannot find symbol: class (\w+) in package ([\w.]+)"]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = class(scene)?;
    let mut seen = BTreeSet::new();
    for complaint in &scene.complaints {
        let (Some(wanted), Some(at)) = (missing(complaint), complaint.places.first()) else { continue };
        if !seen.insert((wanted.clone(), at.path.clone(), at.line)) {
            continue;
        }
        let known = match at.path.extension().as_str() {
            "go" => go(scene)?,
            "java" => java(scene)?,
            _ => continue,
        };
        let Some(syntax) = scene.syntax(&at.path)? else { continue };
        let mut near: Vec<_> = known.iter().filter_map(|own| Some((far(&wanted, own)?, own))).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, right) in near.into_iter().take(MOST_OFFERS) {
            let Some(range) = place::meant(&syntax, at.line, None, &wanted).into_iter().next() else { continue };
            let why = format!("corrected the import path `{wanted}` to `{right}`");
            let edit = Edit { path: at.path.clone(), range, text: right.clone() };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The package is there, and has a class that is nearly called so.
fn class(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let (Some(found), Some(at)) = (CLASS.captures(&complaint.message), complaint.places.first()) else { continue };
        let (wanted, package) = (&found[1], &found[2]);
        let Some(syntax) = scene.syntax(&at.path)? else { continue };
        let folder = format!("/{}/", package.replace('.', "/"));
        let own = scene.job.workshop.files()?.iter().map(|path| format!("/{path}"));
        let own = own.filter_map(|path| {
            let (within, name) = path.split_once(&folder)?;
            (!within.is_empty() || path.starts_with(&folder)).then(|| name.strip_suffix(".java").map(str::to_owned))?
        });
        let library = jdk::classes(scene.job)?.into_iter().filter(|(of, _)| of == package).map(|(_, name)| name);
        let mut near: Vec<String> = own.chain(library).filter(|name| name != wanted && is_near(wanted, name)).collect();
        near.sort_by(|a, b| distance(wanted, a).total_cmp(&distance(wanted, b)).then_with(|| a.cmp(b)));
        let ranges = place::meant(&syntax, at.line, None, wanted);
        for right in near.into_iter().take(2) {
            let edits =
                ranges.iter().map(|range| Edit { path: at.path.clone(), range: range.clone(), text: right.clone() });
            let why = format!("imported `{right}` of {package}, which has no `{wanted}`");
            made.extend(scene.candidate(edits.collect(), why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

fn missing(complaint: &Complaint) -> Option<String> {
    COMPLAINTS.captures(&complaint.message).map(|found| found[1].to_owned())
}

/// How far two paths are that differ in one part, which is nearly the same.
fn far(wanted: &str, own: &str) -> Option<f64> {
    let parts = |path: &str| path.split(['/', '.']).map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (parts(wanted), parts(own));
    let mut differing = a.iter().zip(&b).filter(|(x, y)| x != y);
    let (x, y) = differing.next()?;
    let slipped = is_near(x, y) || (x.len().min(y.len()) == 2 && distance(x, y) <= 1.0);
    (a.len() == b.len() && differing.next().is_none() && slipped).then(|| distance(x, y))
}

/// The library's packages, and what other files import; the folders of this module.
fn go(scene: &Scene) -> Result<BTreeSet<String>> {
    let mut known = BTreeSet::new();
    if let Some(go) = scene.job.workshop.find_program("go") {
        let done = scene.job.workshop.run(&CommandLine::new([go.as_str(), "list", "std"]), None, LIMIT)?;
        let listed = String::from_utf8_lossy(&done.stdout).into_owned();
        let is_open = |path: &&str| !path.split('/').any(|part| matches!(part, "internal" | "vendor"));
        known.extend(listed.lines().filter(is_open).map(str::to_owned));
    }
    let files = scene.job.workshop.files()?;
    let sources: Vec<_> = files.iter().filter(|path| path.extension() == "go").take(MOST_FILES).collect();
    let folders: BTreeSet<&str> =
        sources.iter().filter_map(|path| path.as_str().rsplit_once('/').map(|(folder, _)| folder)).collect();
    for manifest in files.iter().filter(|path| path.file_name() == "go.mod") {
        let text = scene.job.workshop.read(manifest)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        for line in text.lines() {
            let module = line.trim().trim_start_matches("module ").trim_start_matches("require ");
            let module = module.split_whitespace().next().unwrap_or_default();
            if line.starts_with("module ") {
                known.extend(folders.iter().map(|folder| format!("{module}/{folder}")));
            }
            known.extend(module.contains('/').then(|| module.to_owned()));
        }
    }
    Ok(known)
}

fn java(scene: &Scene) -> Result<BTreeSet<String>> {
    let mut known: BTreeSet<String> = jdk::classes(scene.job)?.into_iter().map(|(package, _)| package).collect();
    for path in scene.job.workshop.files()?.iter().filter(|path| path.extension() == "java").take(MOST_FILES) {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        known.extend(package_of(&String::from_utf8_lossy(&text)).map(str::to_owned));
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_in_one_part_is_near_and_another_package_is_not() {
        for (wanted, own) in
            [("mah", "math"), ("encoding/jsn", "encoding/json"), ("jav.util", "java.util"), ("o", "os")]
        {
            assert_eq!(far(wanted, own).is_some(), wanted.len() > 1, "{wanted}");
        }
        for (wanted, own) in [("math", "math/rand"), ("net/http", "net/rpc"), ("os", "os")] {
            assert!(far(wanted, own).is_none(), "{wanted}");
        }
        for (message, name) in [
            ("package mah is not in std (/usr/local/go/src/mah)", "mah"),
            ("no required module provides package github.com/a/b; to add it:", "github.com/a/b"),
            ("package com.foo does not exist", "com.foo"),
            ("module a.com/b: reading https://proxy/a.com/b/@v/list: 400 Bad Request", "a.com/b"),
        ] {
            let complaint = Complaint { places: Vec::new(), message: message.to_owned(), detail: String::new() };
            assert_eq!(missing(&complaint).as_deref(), Some(name));
        }
    }
}
