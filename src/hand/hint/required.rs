//! CommonJS: what another file requires by its name, is declared here, and nobody put into `module.exports`.

use super::{Scene, paths, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Form, Role, Syntax, Taken};
use anyhow::Result;
use std::collections::BTreeMap;
use std::ops::Range;

/// Files that are read for what they require.
const MOST_FILES: usize = 12;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut lacking: BTreeMap<RelPath, Vec<String>> = BTreeMap::new();
    for path in scene.scripts().iter().take(MOST_FILES) {
        let Some(syntax) = scene.syntax(path)? else { continue };
        for import in syntax.imports().iter().filter(|it| it.form == Form::Require && paths::is_relative(&it.source)) {
            let (Taken::Named(name), Some(other)) =
                (&import.taken, paths::target(scene.job.workshop.files()?, path, &import.source))
            else {
                continue;
            };
            let Some(target) = scene.syntax(other)?.filter(|it| it.is_sound() && !place::is_test(other)) else {
                continue;
            };
            let names = lacking.entry(other.clone()).or_default();
            if !names.contains(name) && declares(&target, name) && !gives(&target, name) {
                names.push(name.clone());
            }
        }
    }
    let mut made = Vec::new();
    for (path, names) in lacking.into_iter().filter(|(_, names)| !names.is_empty()) {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let (at, text) = put(&syntax, &names);
        let why = format!("exported `{}` of {path}, as others require it", names.join("`, `"));
        made.extend(scene.candidate(vec![Edit { path, range: at..at, text }], why, Confidence::Suggested)?);
    }
    Ok(made)
}

fn declares(syntax: &Syntax, name: &str) -> bool {
    let is_it = |own: &crate::syntax::Name| {
        own.defined && own.function.is_none() && own.role != Role::Member && syntax.text(&own.range) == name
    };
    syntax.names().iter().any(is_it)
}

/// Whether the file speaks of exporting it in any way.
fn gives(syntax: &Syntax, name: &str) -> bool {
    let text = String::from_utf8_lossy(syntax.bytes());
    let said = format!("exports.{name}");
    let list = object(syntax).map(|(_, items)| items);
    let listed = list.is_some_and(|items| items.iter().any(|(item, _)| item.split([':', '(']).next() == Some(name)));
    listed || text.contains(&said) || text.contains("export ")
}

/// The text of one thing that is exported, and its end.
type Item = (String, usize);

/// What `module.exports` is.
pub(super) fn exported(syntax: &Syntax, tree: &Branches) -> Option<usize> {
    let is_it = |node: usize| syntax.text(&tree[node].range) == "module.exports";
    let assigned =
        |node: &usize| tree[*node].kind == "assignment_expression" && tree.field(*node, "left").is_some_and(is_it);
    tree.all().find(assigned).and_then(|node| tree.field(node, "right"))
}

/// The object that is `module.exports`: its range, and its items with their ends.
fn object(syntax: &Syntax) -> Option<(Range<usize>, Vec<Item>)> {
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let right = exported(syntax, &tree)?;
    let items = tree.inner(right).into_iter().map(|item| (text(item).to_owned(), tree[item].range.end)).collect();
    (tree[right].kind == "object").then(|| (tree[right].range.clone(), items))
}

/// Where the names go, and how they are written there.
fn put(syntax: &Syntax, names: &[String]) -> (usize, String) {
    if let Some((range, items)) = object(syntax) {
        let Some((_, end)) = items.last() else { return (range.start + 1, format!(" {} ", names.join(", "))) };
        let (first, last) = (syntax.line_of(range.start), syntax.line_of(*end));
        let line = syntax.line(last).map(|line| syntax.text(&line)).unwrap_or_default();
        let indent = &line[..line.len() - line.trim_start().len()];
        let parted = if first == last { ", ".to_owned() } else { format!(",\n{indent}") };
        return (*end, names.iter().map(|name| format!("{parted}{name}")).collect());
    }
    let text = String::from_utf8_lossy(syntax.bytes());
    let parted = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    let one_by_one = text.lines().any(|line| line.starts_with("exports.") || line.starts_with("module.exports."));
    let new = match one_by_one {
        true => names.iter().map(|name| format!("exports.{name} = {name};\n")).collect::<String>(),
        false => format!("\nmodule.exports = {{ {} }};\n", names.join(", ")),
    };
    (syntax.bytes().len(), format!("{parted}{new}"))
}

#[cfg(test)]
mod tests {
    use crate::hand::testing::{Shop, after};

    #[test]
    fn what_is_required_is_given() {
        let log =
            "/repo/t.js:2\nf(1);\n^\n\nTypeError: f is not a function\n    at Object.<anonymous> (/repo/t.js:2:1)\n";
        for (text, wanted) in [
            ("function f(x) {\n  return x;\n}\n", "function f(x) {\n  return x;\n}\n\nmodule.exports = { f };\n"),
            (
                "const f = 1;\nconst g = 2;\nmodule.exports = { g };\n",
                "const f = 1;\nconst g = 2;\nmodule.exports = { g, f };\n",
            ),
            (
                "const f = 1;\nmodule.exports = {\n  g: 2,\n};\n",
                "const f = 1;\nmodule.exports = {\n  g: 2,\n  f,\n};\n",
            ),
            ("const f = 1;\nexports.g = 2;\n", "const f = 1;\nexports.g = 2;\nexports.f = f;\n"),
        ] {
            let files = [("a.js", text), ("t.js", "const { f } = require('./a');\nf(1);\n")];
            let offers = Shop::new(&files).offers(&crate::hand::hint::Hint, "node t.js", log, &[]);
            let texts: Vec<_> =
                offers.iter().filter(|it| it.patch.files()[0].path.as_str() == "a.js").map(after).collect();
            assert!(texts.contains(&wanted), "{text}\n{texts:#?}");
        }
    }
}
