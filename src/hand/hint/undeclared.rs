//! Rust: a file that is there and that no `mod` brings into the crate: its parent module declares it, among its like.

use super::lines::lines;
use super::{Scene, meaning};
use crate::hand::offer;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Language;
use anyhow::Result;
use std::collections::BTreeSet;

const MOST_OFFERS: usize = 4;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for complaint in &scene.complaints {
        let is_rust = complaint.places.first().is_some_and(|it| Language::of(&it.path) == Some(Language::Rust));
        let whole = format!("{} {}", complaint.message, complaint.detail);
        if is_rust && ["unresolved", "could not find", "undeclared"].iter().any(|sign| whole.contains(sign)) {
            names.extend(meaning::words(&whole).map(str::to_owned));
        }
    }
    let mut made = Vec::new();
    let files = scene.job.workshop.files()?;
    for path in files.iter().filter(|path| path.extension() == "rs") {
        let Some((folder, name)) = module(path).filter(|(_, name)| names.contains(*name)) else { continue };
        for parent in parents(files, folder) {
            let Some(text) = offer::editable(scene.job, parent)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
                continue;
            };
            if parent == path || declared(&text).iter().any(|(_, own, _)| own == name) {
                continue;
            }
            for (at, line) in ways(&text, name) {
                let why = format!("declared `{}` in {parent}, whose file is there", line.trim().trim_end_matches(';'));
                let edit = Edit { path: parent.clone(), range: at..at, text: line };
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
    }
    made.truncate(MOST_OFFERS);
    Ok(made)
}

/// The folder in which a file is a module, and the module's name.
fn module(path: &RelPath) -> Option<(&str, &str)> {
    let stem = path.as_str().strip_suffix(".rs")?;
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    let (folder, name) = stem.rsplit_once('/')?;
    (!["lib", "main", "build"].contains(&name)).then_some((folder, name))
}

/// The files that may declare the modules of a folder.
fn parents<'f>(files: &'f [RelPath], folder: &str) -> Vec<&'f RelPath> {
    let names =
        [format!("{folder}/lib.rs"), format!("{folder}/main.rs"), format!("{folder}/mod.rs"), format!("{folder}.rs")];
    files.iter().filter(|file| names.iter().any(|name| name == file.as_str())).collect()
}

/// Modules that a file declares at its top: where the line starts, the name, and whether it is public.
fn declared(text: &str) -> Vec<(usize, String, bool)> {
    let mut found = Vec::new();
    for (at, line) in lines(text) {
        let bare = line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(crate) ")).unwrap_or(line);
        if let Some(name) = bare.strip_prefix("mod ").map(|rest| rest.trim_end()) {
            let name = name.trim_end_matches([';', '{', ' ']);
            found.push((at, name.to_owned(), line.starts_with("pub ")));
        }
    }
    found
}

/// `mod name;` in the order of its like, as private or as public as most of them first.
fn ways(text: &str, name: &str) -> Vec<(usize, String)> {
    let all = declared(text);
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let behind = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    let next = all.iter().find(|(_, own, _)| own.as_str() > name).map(|(at, ..)| *at);
    let head = || {
        let docs = text
            .split_inclusive('\n')
            .take_while(|line| line.starts_with("//!") || line.starts_with("#![") || line.trim().is_empty());
        docs.map(str::len).sum()
    };
    let at = next.or_else(|| all.last().map(|(at, ..)| behind(*at))).unwrap_or_else(head);
    let public = all.iter().filter(|(_, _, is_public)| *is_public).count();
    let words = if 2 * public > all.len() { ["pub mod", "mod"] } else { ["mod", "pub mod"] };
    words.into_iter().map(|word| (at, format!("{word} {name};{end}"))).collect()
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_file_that_is_there_is_declared() {
        check(&[
            Example {
                files: &[
                    ("src/lib.rs", "//! Words.\n\npub mod count;\npub mod shapes;\n\npub use error::Bad;\n"),
                    ("src/error.rs", "pub struct Bad;\n"),
                    ("src/count.rs", ""),
                ],
                log: "error[E0432]: unresolved import `error`\n --> src/lib.rs:6:9\n  |\n6 | pub use error::Bad;\n  |         ^^^^^ use of unresolved module or unlinked crate `error`\n",
                fixed: "//! Words.\n\npub mod count;\nmod error;\npub mod shapes;\n\npub use error::Bad;\n",
            },
            Example {
                files: &[
                    ("src/shapes/mod.rs", "mod circle;\n\npub use square::Square;\n"),
                    ("src/shapes/square.rs", "pub struct Square;\n"),
                    ("src/shapes/circle.rs", ""),
                ],
                log: "error[E0432]: unresolved import `square`\n --> src/shapes/mod.rs:3:9\n  |\n3 | pub use square::Square;\n  |         ^^^^^^ use of unresolved module or unlinked crate `square`\n",
                fixed: "mod circle;\nmod square;\n\npub use square::Square;\n",
            },
        ]);
    }
}
