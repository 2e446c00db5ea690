//! Go and Java: a file says that it belongs to another package than its neighbours in the folder.

use super::lines::lines;
use super::said::Said;
use super::{Scene, offer, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::collections::BTreeMap;
use std::ops::Range;

static GO: Said = Said::new(&[r"found packages (\w+) \([^)]+\) and (\w+) \([^)]+\) in "]);
#[rustfmt::skip]
const JAVA: &[&str] = &["cannot find symbol", "does not exist", "duplicate class", "is not public in", "cannot be accessed from outside package", "incompatible types"];
const MOST_FILES: usize = 2000;
const MOST_OFFERS: usize = 3;

/// What a file says of its package, and where the name stands; an empty place at the start where it says nothing.
type Clause = (RelPath, String, Range<usize>);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let log = scene.job.log;
    let is_go = log.lines().any(|line| GO.captures(line).is_some());
    let is_java = scene.job.log.contains(".java") && JAVA.iter().any(|sign| log.contains(sign));
    let extension = match (is_go, is_java) {
        (true, _) => "go",
        (_, true) => "java",
        _ => return Ok(Vec::new()),
    };
    let mut made = Vec::new();
    for (folder, clauses) in folders(scene, extension)? {
        let Some(usual) = usual(&folder, &clauses) else { continue };
        for (path, own, range) in clauses.iter().filter(|(_, own, _)| *own != usual) {
            // A package of tests from outside.
            if *own == format!("{usual}_test") {
                continue;
            }
            let text = match (range.is_empty(), extension) {
                (true, "java") => format!("package {usual};\n\n"),
                (true, _) => format!("package {usual}\n\n"),
                (false, _) => usual.clone(),
            };
            let why = format!("put {path} into the package `{usual}` of its neighbours");
            let edit = Edit { path: path.clone(), range: range.clone(), text };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    made.truncate(MOST_OFFERS);
    Ok(made)
}

fn folders(scene: &Scene, extension: &str) -> Result<BTreeMap<String, Vec<Clause>>> {
    let mut found: BTreeMap<String, Vec<Clause>> = BTreeMap::new();
    let files = scene.job.workshop.files()?.iter().filter(|path| path.extension() == extension);
    for path in files.filter(|path| extension == "go" || !place::is_test(path)).take(MOST_FILES) {
        let Some(text) = offer::editable(scene.job, path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            continue;
        };
        let folder = path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
        let (name, range) = clause(&text).unwrap_or_default();
        found.entry(folder.to_owned()).or_default().push((path.clone(), name, range));
    }
    Ok(found)
}

fn clause(text: &str) -> Option<(String, Range<usize>)> {
    let (at, rest) = lines(text).find_map(|(at, line)| Some((at, line.strip_prefix("package ")?)))?;
    let name = rest.trim_end().trim_end_matches(';').trim_end();
    let start = at + "package ".len();
    Some((name.to_owned(), start..start + name.len()))
}

/// What most files of a folder say; of as many the one that fits the folder's name.
fn usual(folder: &str, clauses: &[Clause]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, name, _) in clauses.iter().filter(|(_, name, _)| !name.is_empty()) {
        *counts.entry(name.strip_suffix("_test").unwrap_or(name)).or_default() += 1;
    }
    let fits = |name: &str| format!("/{folder}").ends_with(&format!("/{}", name.replace('.', "/")));
    let best = counts.iter().max_by_key(|(name, count)| (**count, fits(name)))?;
    // Two that are as common as each other say nothing by themselves.
    let rivals = counts.values().filter(|count| *count == best.1).count();
    (rivals == 1 || fits(best.0)).then(|| (*best.0).to_owned())
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_file_belongs_to_the_package_of_its_folder() {
        check(&[
            Example {
                files: &[
                    ("store/visit.go", "package visit\n"),
                    ("store/store.go", "package store\n"),
                    ("store/store_test.go", "package store_test\n"),
                ],
                log: "found packages store (store.go) and visit (visit.go) in /repo/store\n",
                fixed: "package store\n",
            },
            Example {
                files: &[
                    ("src/org/a/Line.java", "package org.b;\n\nclass Line {}\n"),
                    ("src/org/a/Order.java", "package org.a;\n\nclass Order { Line line; }\n"),
                ],
                log: "src/org/a/Order.java:3: error: cannot find symbol\nclass Order { Line line; }\n              ^\n  symbol:   class Line\n  location: class Order\n",
                fixed: "package org.a;\n\nclass Line {}\n",
            },
            Example {
                files: &[
                    ("src/org/a/Line.java", "class Line {}\n"),
                    ("src/org/a/Order.java", "package org.a;\n\nclass Order { Line line; }\n"),
                ],
                log: "src/org/a/Order.java:3: error: cannot find symbol\nclass Order { Line line; }\n              ^\n  symbol:   class Line\n  location: class Order\n",
                fixed: "package org.a;\n\nclass Line {}\n",
            },
        ]);
    }
}
