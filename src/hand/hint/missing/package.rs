//! Python: a package does not give what one of its modules defines: `__init__.py` imports it as it does the others.

use super::python::{Donor, file_of, way};
use super::{MOST_HOLDERS, Want};
use crate::hand::hint::said::Said;
use crate::hand::hint::{Scene, paths, place, runtime};
use crate::ids::RelPath;
use crate::record::{Candidate, Confidence};
use crate::syntax::Language;
use anyhow::Result;
use std::collections::BTreeSet;

static SAID: Said = Said::new(&[
    r"cannot import name '(?P<name>\w+)' from (?:partially initialized module )?'(?P<package>[\w.]+)'",
    r"module '(?P<package>[\w.]+)' has no attribute '(?P<name>\w+)'",
    r#"Module "(?P<package>[\w.]+)" has no attribute "(?P<name>\w+)""#,
]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(said) = SAID.captures(&complaint.message) else { continue };
        let Some(place) = complaint.places.first() else { continue };
        let path = file_of(scene, &place.path, &said["package"])?;
        let Some(path) = path.filter(|path| path.file_name() == "__init__.py") else { continue };
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let name = &said["name"];
        if syntax.imports().iter().any(|import| import.bound == *name) {
            continue;
        }
        let want = Want { name, path: &path, syntax: &syntax, uses: Vec::new(), members: Vec::new() };
        let library: BTreeSet<String> = runtime::library(scene.job)?.into_iter().collect();
        for module in modules(scene, &want)? {
            let found = way(&want, &Donor { module, name: Some(name.to_owned()) }, 1, &library);
            let why = format!("let the package give `{name}`: `{}`", found.told);
            made.extend(scene.candidate(vec![found.edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The modules below the package that define the name, as the package calls them.
fn modules(scene: &Scene, want: &Want) -> Result<Vec<String>> {
    let index = scene.index(Language::Python, want.path)?;
    let own = format!("{}/", paths::folder(want.path).join("/"));
    let holders: Vec<RelPath> = index.holders(want.name).map(|(path, _)| path.clone()).take(MOST_HOLDERS).collect();
    let mut found = Vec::new();
    for path in holders.iter().filter(|path| !place::is_test(path) && *path != want.path) {
        let Some(rest) = path.as_str().strip_prefix(&own).and_then(|rest| rest.strip_suffix(".py")) else { continue };
        let Some(syntax) = scene.syntax(path)? else { continue };
        if !syntax.exports().named.iter().any(|(name, _)| name == want.name) {
            continue;
        }
        let mut known = None;
        for import in want.syntax.imports() {
            if file_of(scene, want.path, &import.source)?.as_ref() == Some(path) {
                known = Some(import.source);
            }
        }
        let dotted = rest.strip_suffix("/__init__").unwrap_or(rest).replace('/', ".");
        found.push(known.unwrap_or_else(|| format!(".{dotted}")));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_package_gives_what_its_modules_define() {
        check(&[
            Example {
                files: &[
                    ("p/__init__.py", "from .a import one\nfrom .c import other\n"),
                    ("p/a.py", "def one(): ...\n\n\ndef two(): ...\n"),
                    ("p/c.py", "def other(): ...\n"),
                    ("t.py", "from p import two\n"),
                ],
                log: "t.py:1: in <module>\n    from p import two\nE   ImportError: cannot import name 'two' from 'p' (/repo/p/__init__.py)\n",
                fixed: "from .a import one, two\nfrom .c import other\n",
            },
            Example {
                files: &[
                    ("p/__init__.py", "from .a import one\nfrom .c import other\n"),
                    ("p/a.py", "def one(): ...\n"),
                    ("p/b.py", "class Two: ...\n"),
                    ("p/c.py", "def other(): ...\n"),
                    ("t.py", "from p import Two\n"),
                ],
                log: "t.py:1: in <module>\n    from p import Two\nE   ImportError: cannot import name 'Two' from 'p' (/repo/p/__init__.py)\n",
                fixed: "from .a import one\nfrom .b import Two\nfrom .c import other\n",
            },
        ]);
    }
}
