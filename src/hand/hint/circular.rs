//! Python: modules that import each other in a circle: an import that nothing uses goes, else one that only functions use
//! moves into them.

use super::Scene;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Import, Language, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;

/// Frames that are looked at, the innermost first.
const MOST_PLACES: usize = 6;
/// Functions that an import moves into at most.
const MOST_FUNCTIONS: usize = 3;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let (mut unused, mut moved, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for complaint in scene.complaints.iter().filter(|it| it.message.contains("partially initialized module")) {
        for place in complaint.places.iter().take(MOST_PLACES) {
            let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Python) else {
                continue;
            };
            let imports = syntax.imports();
            let here: Vec<&Import> =
                imports.iter().filter(|import| syntax.line_of(import.statement.start) == place.line).collect();
            let Some(first) = here.first().filter(|_| seen.insert((place.path.clone(), place.line))) else { continue };
            let statement = syntax.text(&first.statement).to_owned();
            let uses: Vec<_> = here.iter().flat_map(|import| uses(&syntax, import)).collect();
            if uses.is_empty() && !place.path.as_str().ends_with("__init__.py") {
                let why = format!("removed the import `{statement}`, which nothing uses and which closes a circle");
                unused.extend(scene.candidate(vec![gone(&place.path, &syntax, first)], why, Confidence::Suggested)?);
            } else if let Some(edits) = into_functions(&place.path, &syntax, first, &statement, &uses) {
                let why = format!("moved the import `{statement}`, which closes a circle, to where it is used");
                moved.extend(scene.candidate(edits, why, Confidence::Suggested)?);
            }
        }
    }
    unused.extend(moved);
    Ok(unused)
}

/// The functions around the uses of an import; `None` for those at the top.
fn uses(syntax: &Syntax, import: &Import) -> Vec<Option<Range<usize>>> {
    let is_use = |name: &&crate::syntax::Name| {
        syntax.text(&name.range) == import.bound && name.range != import.binding && name.range != import.original
    };
    syntax.names().iter().filter(is_use).map(|name| name.function.clone()).collect()
}

/// The statement's lines, and an empty one that would be left over.
fn gone(path: &RelPath, syntax: &Syntax, import: &Import) -> Edit {
    let start = syntax.line(syntax.line_of(import.statement.start)).map_or(import.statement.start, |line| line.start);
    let last = syntax.line_of(import.statement.end);
    let end = syntax.line(last + 1).map_or(syntax.bytes().len(), |line| line.start);
    let is_empty = |number: u32| syntax.line(number).is_some_and(|line| syntax.text(&line).trim().is_empty());
    let first = syntax.line_of(import.statement.start);
    let alone = (first == 1 || is_empty(first - 1)) && is_empty(last + 1);
    let end = if alone { syntax.line(last + 2).map_or(end, |line| line.start) } else { end };
    Edit { path: path.clone(), range: start..end, text: String::new() }
}

fn into_functions(
    path: &RelPath,
    syntax: &Syntax,
    import: &Import,
    statement: &str,
    uses: &[Option<Range<usize>>],
) -> Option<Vec<Edit>> {
    let functions: Option<BTreeSet<(usize, usize)>> =
        uses.iter().map(|range| range.as_ref().map(|it| (it.start, it.end))).collect();
    let functions = functions.filter(|all| (1..=MOST_FUNCTIONS).contains(&all.len()))?;
    let tree = syntax.branches();
    let mut edits = vec![gone(path, syntax, import)];
    for (start, end) in functions {
        let is_it = |node: &usize| {
            tree[*node].kind == "function_definition"
                && start <= tree[*node].range.start
                && tree[*node].range.end <= end
        };
        let body = tree.field(tree.all().find(is_it)?, "body")?;
        let is_text = |node: &usize| {
            tree[*node].kind == "expression_statement"
                && tree.inner(*node).first().is_some_and(|it| tree[*it].kind == "string")
        };
        let first = tree.inner(body).into_iter().find(|node| !is_text(node))?;
        let at = syntax.line(syntax.line_of(tree[first].range.start))?.start;
        let indent = syntax.text(&(at..tree[first].range.start));
        // In the head of a function, or on its one line, there is no room.
        (indent.trim().is_empty() && !indent.is_empty()).then_some(())?;
        edits.push(Edit { path: path.clone(), range: at..at, text: format!("{indent}{statement}\n\n") });
    }
    Some(edits)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_circle_is_opened() {
        check(&[
            Example {
                files: &[
                    ("p/a.py", "from .b import two\n\nONE = 1\n"),
                    ("p/b.py", "from .a import ONE\n\n\ndef two():\n    return ONE\n"),
                ],
                log: "p/b.py:1: in <module>\n    from .a import ONE\np/a.py:1: in <module>\n    from .b import two\nE   ImportError: cannot import name 'two' from partially initialized module 'p.b' (most likely due to a circular import) (/repo/p/b.py)\n",
                fixed: "ONE = 1\n",
            },
            Example {
                files: &[
                    ("p/a.py", "from .b import two\n\n\ndef one():\n    \"\"\"Says.\"\"\"\n    return two()\n"),
                    ("p/b.py", "from .a import one\n\nX = one()\n"),
                ],
                log: "p/b.py:1: in <module>\n    from .a import one\np/a.py:1: in <module>\n    from .b import two\nE   ImportError: cannot import name 'two' from partially initialized module 'p.b' (most likely due to a circular import) (/repo/p/b.py)\n",
                fixed: "\ndef one():\n    \"\"\"Says.\"\"\"\n    from .b import two\n\n    return two()\n",
            },
        ]);
    }
}
