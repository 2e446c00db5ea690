//! Python: a module that is in the repository and is looked for in the wrong package: one dot too many or too few, or
//! a name from the top that starts in the middle.

use super::Scene;
use super::paths::folder;
use super::said::Said;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax, Taken};
use anyhow::Result;
use std::ops::Range;

static SAID: Said = Said::new(&[
    r"No module named '",
    r"attempted relative import beyond top-level package",
    r"cannot import name '",
    r#"Cannot find implementation or library stub for module named ""#,
]);
const MOST_OFFERS: usize = 3;
/// Files that are parsed for what they define.
const MOST_HOLDERS: usize = 20;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|it| SAID.captures(&it.message).is_some()) {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Python) else { continue };
        let Some((range, name)) = import_at(&syntax, place.line) else { continue };
        let files = scene.job.workshop.files()?;
        let tail = name.trim_start_matches('.').replace('.', "/");
        let is_called = |stem: &str| !tail.is_empty() && (stem == tail || stem.ends_with(&format!("/{tail}")));
        let mut found = ways(files, &place.path, &syntax, &name, &is_called);
        if found.is_empty()
            && is_own(files, &name)
            && complaint.message.contains(&format!("{}'", tail.replace('/', ".")))
        {
            let homes = homes(scene, &place.path, &syntax, &range)?;
            found = ways(files, &place.path, &syntax, &name, &|stem| homes.iter().any(|home| home == stem));
        }
        for text in found.into_iter().take(MOST_OFFERS) {
            let why = format!("imported from `{text}`, where the module is, instead of `{name}`");
            let edit = Edit { path: place.path.clone(), range: range.clone(), text };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The module of the `from … import` that begins on a line, and where it stands.
fn import_at(syntax: &Syntax, line: u32) -> Option<(Range<usize>, String)> {
    let tree = syntax.branches();
    let begins =
        |node: &usize| tree[*node].kind == "import_from_statement" && syntax.line_of(tree[*node].range.start) == line;
    let module = tree.field(tree.all().find(begins)?, "module_name")?;
    let range = tree[module].range.clone();
    let name = syntax.text(&range).to_owned();
    Some((range, name))
}

/// Whether a module that is not there would be one of this repository.
fn is_own(files: &[RelPath], name: &str) -> bool {
    let top = name.split('.').next().unwrap_or_default();
    top.is_empty() || name.contains('.') && files.iter().any(|path| path.as_str().split('/').any(|part| part == top))
}

/// The modules that define all that the statement around `module` takes, without `.py`.
fn homes(scene: &Scene, from: &RelPath, syntax: &Syntax, module: &Range<usize>) -> Result<Vec<String>> {
    let imports = syntax.imports();
    let taken: Vec<&str> = imports
        .iter()
        .filter(|import| import.statement.start <= module.start && module.end <= import.statement.end)
        .filter_map(|import| if let Taken::Named(name) = &import.taken { Some(name.as_str()) } else { None })
        .collect();
    let Some(first) = taken.first() else { return Ok(Vec::new()) };
    let index = scene.index(Language::Python, from)?;
    let mut found = Vec::new();
    for (path, _) in index.holders(first).filter(|(path, _)| *path != from).take(MOST_HOLDERS) {
        let Some(syntax) = scene.syntax(path)? else { continue };
        let defines = |wanted: &&str| {
            let top = syntax.names().iter().filter(|name| name.defined && name.function.is_none());
            let mut own = top.filter(|name| syntax.imports().iter().all(|import| import.binding != name.range));
            own.any(|name| syntax.text(&name.range) == *wanted)
        };
        if let (true, Some(stem)) = (taken.iter().all(defines), path.as_str().strip_suffix(".py")) {
            found.push(stem.strip_suffix("/__init__").unwrap_or(stem).to_owned());
        }
    }
    Ok(found)
}

/// How `from` may name the modules of the repository that are meant, as the file writes its imports first; `is_meant`
/// is asked of a path without its ending.
fn ways(
    files: &[RelPath],
    from: &RelPath,
    syntax: &Syntax,
    name: &str,
    is_meant: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let is_relative = name.starts_with('.')
        || syntax.imports().iter().any(|import| import.source.starts_with('.') && import.source != name);
    let own = folder(from);
    let mut found: Vec<(bool, usize, String)> = Vec::new();
    for file in files.iter().filter(|file| *file != from) {
        let Some(stem) = file.as_str().strip_suffix(".py") else { continue };
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        if !is_meant(stem) {
            continue;
        }
        let parts: Vec<&str> = stem.split('/').collect();
        let shared = own.iter().zip(&parts).take_while(|(a, b)| a == b).count();
        let far = own.len() + parts.len() - 2 * shared;
        let is_package = |depth: usize| {
            let init = [&parts[..depth], &["__init__.py"]].concat().join("/");
            files.iter().any(|file| file.as_str() == init)
        };
        if shared > 0 && shared < parts.len() {
            let relative = format!("{}{}", ".".repeat(own.len() - shared + 1), parts[shared..].join("."));
            found.push((!is_relative, far, relative));
        }
        // From where packages begin: folders above are none.
        let top = (1..parts.len()).find(|depth| is_package(*depth)).map_or(parts.len() - 1, |depth| depth - 1);
        found.push((is_relative, far, parts[top..].join(".")));
    }
    found.sort();
    found.dedup();
    found.into_iter().map(|(_, _, text)| text).filter(|text| text != name).collect()
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn the_dots_are_as_many_as_the_way_is_long() {
        let _ = &super::SAID;
        check(&[
            Example {
                files: &[
                    ("p/io/a.py", "from .settings import X\n"),
                    ("p/io/__init__.py", ""),
                    ("p/__init__.py", ""),
                    ("p/settings.py", "X = 1\n"),
                ],
                log: "p/io/a.py:1: in <module>\n    from .settings import X\nE   ModuleNotFoundError: No module named 'p.io.settings'\n",
                fixed: "from ..settings import X\n",
            },
            Example {
                files: &[
                    ("src/p/a.py", "from ..models import Item\n"),
                    ("src/p/__init__.py", ""),
                    ("src/p/models.py", "class Item: ...\n"),
                ],
                log: "src/p/a.py:1: in <module>\nE   ImportError: attempted relative import beyond top-level package\n",
                fixed: "from .models import Item\n",
            },
            Example {
                files: &[
                    ("src/p/a.py", "from models import Item\n"),
                    ("src/p/__init__.py", ""),
                    ("src/p/models.py", "class Item: ...\n"),
                ],
                log: "src/p/a.py:1: in <module>\nE   ModuleNotFoundError: No module named 'models'\n",
                fixed: "from p.models import Item\n",
            },
        ]);
    }

    #[test]
    fn a_module_that_is_gone_is_found_by_what_was_taken_of_it() {
        check(&[Example {
            files: &[
                ("pkg/api.py", "from pkg.strings import slug\n"),
                ("pkg/__init__.py", ""),
                ("pkg/text.py", "def slug(s):\n    return s\n"),
                ("pkg/other.py", "from pkg.text import slug\n"),
            ],
            log: "Traceback (most recent call last):\n  File \"pkg/api.py\", line 1, in <module>\n    from pkg.strings import slug\nModuleNotFoundError: No module named 'pkg.strings'\n",
            fixed: "from pkg.text import slug\n",
        }]);
    }
}
