//! A misspelt path in a JavaScript or TypeScript import: the file or package it nearly names.

use super::Scene;
use super::complaint::Complaint;
use super::distance::{distance, is_near};
use super::node;
use super::paths::{self, ENDINGS};
use super::place;
use super::said::Said;
use crate::guard;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax, Taken};
use anyhow::Result;
use std::collections::BTreeSet;

static COMPLAINTS: Said = Said::new(&[
    r#"Cannot find (?:module|package) ['"]([^'"]+)['"]"#,
    r#"(?:Can't|Could not|Failed to) resolve (?:import )?['"]([^'"]+)['"]"#,
    r#"Unable to resolve path to module ['"]([^'"]+)['"]"#,
    r"Failed to load url (\S+)",
    r"No such built-in module: (\S+)",
    r#"Could not find a declaration file for module ['"]([^'"]+)['"]"#,
    r"Directory import '([^']+)' is not supported",
]);

/// Files that are searched for the import when it is not where the tool says.
const MOST_IMPORTERS: usize = 2000;
/// Files that may give what is imported.
const MOST_HOLDERS: usize = 20;
/// Files of the same name that are offered.
const MOST_ELSEWHERE: usize = 3;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut repairs = Vec::new();
    for complaint in &scene.complaints {
        let Some(wanted) = missing(complaint) else { continue };
        for path in &importers(scene, complaint, &wanted)? {
            let Some(syntax) = scene.syntax(path)? else { continue };
            for (edit, far) in in_file(scene, path, &syntax, &wanted)? {
                repairs.push((far, edit, wanted.clone()));
            }
        }
    }
    repairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let made = repairs.into_iter().map(|(far, edit, wanted)| {
        let why = format!("corrected the import path `{wanted}` to `{}`", edit.text);
        let confidence = if far <= 1.0 { Confidence::Suggested } else { Confidence::Unsure };
        scene.candidate(vec![edit], why, confidence)
    });
    made.filter_map(Result::transpose).collect()
}

/// The files that the complaint names and that hold the import; else whichever hold it.
fn importers(scene: &Scene, complaint: &Complaint, wanted: &str) -> Result<Vec<RelPath>> {
    let named: BTreeSet<_> = complaint.places.iter().map(|place| &place.path).collect();
    let all =
        scene.job.workshop.files()?.iter().filter(|path| Language::with_names(path).is_some_and(Language::is_script));
    let mut found = Vec::new();
    for path in named.iter().copied().chain(all.take(MOST_IMPORTERS)) {
        if !found.is_empty() && !named.contains(path) {
            break;
        }
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        found.extend(holds(&text, wanted).then(|| path.clone()));
    }
    Ok(found)
}

/// Whether the specifier stands in quotes; of an absolute path only the end can.
fn holds(text: &[u8], wanted: &str) -> bool {
    let is_quote = |byte: Option<&u8>| byte.is_some_and(|byte| b"'\"`".contains(byte));
    let sought = if wanted.starts_with('/') { last(wanted) } else { wanted };
    memchr::memmem::find_iter(text, sought.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        is_quote(text.get(at + sought.len())) && (is_quote(before) || (sought != wanted && before == Some(&b'/')))
    })
}

fn missing(complaint: &Complaint) -> Option<String> {
    COMPLAINTS.captures(&complaint.message).map(|found| found[1].to_owned())
}

/// Every string of the file that is the missing specifier, with its near replacements.
fn in_file(scene: &Scene, path: &RelPath, syntax: &Syntax, wanted: &str) -> Result<Vec<(Edit, f64)>> {
    let mut found = Vec::new();
    for token in syntax.tokens().iter().filter(|token| token.kind == "string_fragment") {
        let specifier = syntax.text(&token.range);
        let same = specifier == wanted || (wanted.starts_with('/') && last(specifier) == last(wanted));
        if !same {
            continue;
        }
        let near = if specifier.starts_with('.') {
            let mut near = near_files(scene, path, specifier)?;
            near.extend(with_ending(scene.job.workshop.files()?, path, specifier));
            if near.is_empty() {
                near = elsewhere(scene.job.workshop.files()?, path, specifier);
            }
            if near.is_empty() { giving(scene, path, syntax, token.range.start)? } else { near }
        } else {
            near_packages(scene, specifier)?
        };
        for (text, far) in near {
            // A test that imports what is not written yet.
            if place::is_test(path) && relatives(specifier, &text) {
                continue;
            }
            found.push((Edit { path: path.clone(), range: token.range.clone(), text }, far));
        }
    }
    Ok(found)
}

/// Whether the parts in which two paths differ are relatives, as in `./codecs` and `./codec`.
fn relatives(a: &str, b: &str) -> bool {
    let differing = a.split('/').zip(b.split('/')).filter(|(a, b)| a != b);
    differing.into_iter().any(|(a, b)| guard::is_relative(a, b))
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Repository files whose path differs from the specifier's in one part, which is nearly the same.
fn near_files(scene: &Scene, from: &RelPath, specifier: &str) -> Result<Vec<(String, f64)>> {
    let mut folder: Vec<&str> = from.as_str().split('/').collect();
    folder.pop();
    let written: Vec<&str> = specifier.split('/').collect();
    let up = written.iter().take_while(|part| matches!(**part, "." | "..")).count();
    for _ in written.iter().filter(|part| **part == "..") {
        folder.pop();
    }
    let ending = ENDINGS.iter().find(|ending| specifier.ends_with(**ending));
    let mut found = Vec::new();
    for file in scene.job.workshop.files()? {
        let Some(rest) = inside(file, &folder) else { continue };
        let stem = ENDINGS.iter().find_map(|ending| rest.strip_suffix(ending)).unwrap_or(&rest);
        let stem = if ending.is_none() { stem.strip_suffix("/index").unwrap_or(stem) } else { stem };
        let target = format!("{stem}{}", ending.unwrap_or(&""));
        let (parts, wanted) = (target.split('/').collect::<Vec<_>>(), &written[up..]);
        if let Some(far) = differs_in_one(&parts, wanted) {
            let text = written[..up].iter().copied().chain(parts.iter().copied()).collect::<Vec<_>>().join("/");
            found.push((text, far));
        }
    }
    Ok(found)
}

/// The file that is meant, with its ending: node's own loader of modules completes no path.
fn with_ending(files: &[RelPath], from: &RelPath, specifier: &str) -> Option<(String, f64)> {
    let file = paths::target(files, from, specifier).filter(|_| !paths::has_ending(specifier))?;
    let is_run = ["js", "mjs", "cjs", "json"].contains(&file.extension().as_str());
    is_run.then(|| (paths::specifier(from, file, true), 0.5))
}

/// Files that are called like the specifier says and stand in another folder than it says, the nearest first.
fn elsewhere(files: &[RelPath], from: &RelPath, specifier: &str) -> Vec<(String, f64)> {
    let ending = ENDINGS.iter().find(|ending| specifier.ends_with(**ending)).copied().unwrap_or_default();
    let tail = specifier.trim_start_matches(['.', '/']);
    let tail = format!("/{}", tail.strip_suffix(ending).unwrap_or(tail));
    let is_it = |file: &&RelPath| {
        let stem = ENDINGS.iter().find_map(|ending| file.as_str().strip_suffix(ending)).unwrap_or(file.as_str());
        let stem = if ending.is_empty() { stem.strip_suffix("/index").unwrap_or(stem) } else { stem };
        *file != from && tail.len() > 1 && format!("/{stem}").ends_with(&tail)
    };
    let written = |file: &RelPath| format!("{}{ending}", paths::specifier(from, file, false));
    let mut found: Vec<String> = files.iter().filter(is_it).map(written).filter(|text| text != specifier).collect();
    found.sort_by_key(|text| text.split('/').count());
    found.dedup();
    found.into_iter().take(MOST_ELSEWHERE).map(|text| (text, 1.0)).collect()
}

/// The one file that gives all that the statement around a byte takes: a module that was renamed.
fn giving(scene: &Scene, from: &RelPath, syntax: &Syntax, at: usize) -> Result<Vec<(String, f64)>> {
    let imports = syntax.imports();
    let own = imports.iter().filter(|import| import.statement.contains(&at));
    let taken: Vec<&str> = own
        .filter_map(|import| if let Taken::Named(name) = &import.taken { Some(name.as_str()) } else { None })
        .collect();
    let Some(first) = taken.first() else { return Ok(Vec::new()) };
    let holders = scene.index(syntax.language(), from)?.holders(first);
    let holders: Vec<RelPath> =
        holders.map(|(path, _)| path.clone()).filter(|path| path != from).take(MOST_HOLDERS).collect();
    let mut found = Vec::new();
    for path in holders.iter().filter(|path| !place::is_test(path)) {
        let exports = scene.syntax(path)?.map(|syntax| syntax.exports());
        let gives = |name: &&str| exports.as_ref().is_some_and(|all| all.named.iter().any(|(own, _)| own == name));
        if taken.iter().all(gives) {
            found.push((paths::specifier(from, path, false), 1.0));
        }
    }
    // Of several nobody says which.
    Ok(if found.len() == 1 { found } else { Vec::new() })
}

fn inside(file: &RelPath, folder: &[&str]) -> Option<String> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{}/", folder.join("/")) };
    file.as_str().strip_prefix(&prefix).map(str::to_owned)
}

fn differs_in_one(parts: &[&str], wanted: &[&str]) -> Option<f64> {
    let pairs = || parts.iter().zip(wanted).filter(|(a, b)| a != b);
    let (a, b) = pairs().next()?;
    (parts.len() == wanted.len() && pairs().count() == 1 && is_near(a, b)).then(|| distance(a, b))
}

/// Packages that the manifest names, and node's own.
fn near_packages(scene: &Scene, specifier: &str) -> Result<Vec<(String, f64)>> {
    let mut known: BTreeSet<String> = node::specifiers().collect();
    for manifest in scene.job.workshop.files()?.iter().filter(|path| path.file_name() == "package.json").take(20) {
        let text = scene.job.workshop.read(manifest)?.unwrap_or_default();
        let Ok(json) = serde_json::from_slice::<serde_json::Value>(&text) else { continue };
        for list in ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] {
            known.extend(json[list].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        }
    }
    let is_scoped = specifier.starts_with('@');
    let depth = if is_scoped { 2 } else { 1 };
    let at = specifier.match_indices('/').nth(depth - 1).map_or(specifier.len(), |(at, _)| at);
    let (package, rest) = specifier.split_at(at);
    let near = known.iter().filter(|name| is_near(package, name));
    Ok(near.map(|name| (format!("{name}{rest}"), distance(package, name))).collect())
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_module_that_was_renamed_is_known_by_what_it_gives() {
        check(&[Example {
            files: &[
                ("src/plan.ts", "import { days, slug } from \"./util/text\";\nexport const a = slug(days(1));\n"),
                ("src/util/strings.ts", "export const days = (n: number) => n;\nexport function slug(n: number) {}\n"),
                ("src/util/other.ts", "export const days = 1;\n"),
            ],
            log: "src/plan.ts(1,28): error TS2307: Cannot find module './util/text' or its corresponding type declarations.\n",
            fixed: "import { days, slug } from \"./util/strings\";\nexport const a = slug(days(1));\n",
        }]);
    }

    #[test]
    fn modules_of_node_are_named_with_their_ending() {
        check(&[
            Example {
                files: &[("src/a.js", "import { one } from './lib';\n"), ("src/lib.js", "export const one = 1;\n")],
                log: "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/repo/src/lib' imported from /repo/src/a.js\nDid you mean to import \"./lib.js\"?\n",
                fixed: "import { one } from './lib.js';\n",
            },
            Example {
                files: &[("a.mjs", "import { one } from './lib';\n"), ("lib/index.js", "export const one = 1;\n")],
                log: "Error [ERR_UNSUPPORTED_DIR_IMPORT]: Directory import '/repo/lib' is not supported resolving ES modules imported from /repo/a.mjs\n",
                fixed: "import { one } from './lib/index.js';\n",
            },
        ]);
    }
}
