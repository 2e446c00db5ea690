//! Python and JavaScript: a function gives nothing back, and who calls it misses that: its last value is returned, or the
//! variable that it worked on, or the object itself.

use super::{Scene, meaning, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;

const MOST_FILES: usize = 20;
const MOST_NAMES: usize = 12;
const MOST_OFFERS: usize = 5;
const FUNCTIONS: &[&str] =
    &["function_definition", "function_declaration", "function_expression", "arrow_function", "method_definition"];

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let (mut made, mut seen) = (Vec::new(), BTreeSet::new());
    for complaint in &scene.complaints {
        let said = format!("{}\n{}", complaint.message, complaint.detail);
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let language = syntax.language();
        let misses = match language {
            Language::Python => said.contains("None"),
            _ => {
                language.is_script()
                    && ["undefined", "NaN"].iter().any(|word| said.contains(word) || scene.job.log.contains(word))
            }
        };
        if !misses {
            continue;
        }
        for name in callees(scene, complaint)? {
            let index = scene.index(language, &place.path)?;
            let holders: Vec<RelPath> = index.holders(&name).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
            for path in holders.iter().filter(|path| !place::is_test(path)) {
                let Some(syntax) = scene.syntax(path)? else { continue };
                for (range, text, told) in returns(&syntax, &name) {
                    if made.len() < MOST_OFFERS && seen.insert((path.clone(), range.start, text.clone())) {
                        let why = format!("gave back {told} at the end of `{name}` in {path}");
                        let edit = Edit { path: path.clone(), range, text };
                        made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
                    }
                }
            }
        }
    }
    Ok(made)
}

/// What is called on the lines of the complaint, the innermost frame first, and the functions around these.
fn callees(scene: &Scene, complaint: &super::complaint::Complaint) -> Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    };
    for place in complaint.places.iter().take(4) {
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let tree = syntax.branches();
        let holds = |node: usize| {
            let range = &tree[node].range;
            syntax.line_of(range.start) <= place.line && place.line <= syntax.line_of(range.end)
        };
        let is_call = |node: &usize| ["call", "call_expression"].contains(&tree[*node].kind);
        // Of a call over many lines the failing line is part; a call around a whole test says nothing.
        let short = |node: &usize| syntax.text(&tree[*node].range).lines().count() < 6;
        for call in tree.all().filter(is_call).filter(|node| holds(*node)).filter(short) {
            let called = tree.field(call, "function").map(|node| syntax.text(&tree[node].range)).unwrap_or_default();
            meaning::words(called).last().into_iter().for_each(&mut add);
        }
        // A value that was worked out in a line above.
        let around = tree.all().rev().find(|node| FUNCTIONS.contains(&tree[*node].kind) && holds(*node));
        for call in around.into_iter().flat_map(|node| tree.below(node)).filter(is_call) {
            let called = tree.field(call, "function").map(|node| syntax.text(&tree[node].range)).unwrap_or_default();
            if syntax.line_of(tree[call].range.start) <= place.line {
                meaning::words(called).last().into_iter().for_each(&mut add);
            }
        }
    }
    // What is called by another name here.
    for place in complaint.places.iter().take(4) {
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let imports = syntax.imports();
        let known = imports.iter().filter(|import| found.contains(&import.bound));
        let originals: Vec<String> = known.map(|import| syntax.text(&import.original).to_owned()).collect();
        found.extend(originals);
    }
    found.truncate(MOST_NAMES);
    Ok(found)
}

/// What makes the functions of a name give something back.
fn returns(syntax: &Syntax, name: &str) -> Vec<(Range<usize>, String, String)> {
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let mut found = Vec::new();
    for function in tree.all().filter(|node| FUNCTIONS.contains(&tree[*node].kind)) {
        let holder = if ["arrow_function", "function_expression"].contains(&tree[function].kind) {
            tree[function].parent
        } else {
            function
        };
        let named = tree.field(holder, "name").or_else(|| tree.field(holder, "key"));
        let Some(body) = tree.field(function, "body").filter(|_| named.is_some_and(|own| text(own) == name)) else {
            continue;
        };
        let Some(last) = tree.inner(body).last().copied() else { continue };
        found.extend(ending(syntax, &tree, function, last));
    }
    found
}

fn ending(syntax: &Syntax, tree: &Branches, function: usize, last: usize) -> Vec<(Range<usize>, String, String)> {
    let text = |node: usize| syntax.text(&tree[node].range);
    let range = tree[last].range.clone();
    let mut found = Vec::new();
    if tree[last].kind.starts_with("return")
        || tree[last].kind.starts_with("raise")
        || tree[last].kind.starts_with("throw")
    {
        return found;
    }
    let value = tree.inner(last).first().copied().filter(|_| tree[last].kind == "expression_statement");
    let assigns = [
        "assignment",
        "augmented_assignment",
        "assignment_expression",
        "augmented_assignment_expression",
        "update_expression",
        "yield",
        "string",
    ];
    if let Some(value) = value.filter(|value| !assigns.contains(&tree[*value].kind)) {
        found.push((
            range.start..range.start,
            "return ".to_owned(),
            format!("`{}`", crate::report::markdown::one_line(text(value), 40)),
        ));
    }
    let Some(line) = syntax.line(syntax.line_of(range.start)) else { return found };
    let indent = syntax.text(&(line.start..range.start));
    if !indent.trim().is_empty() {
        return found;
    }
    let whole = syntax.text(&(0..syntax.bytes().len()));
    let line_end = if whole.contains("\r\n") { "\r\n" } else { "\n" };
    let stop = if syntax.language().is_script() && whole.contains(";\n") { ";" } else { "" };
    let own = if syntax.language() == Language::Python { "self" } else { "this" };
    let is_method = tree[function].kind == "method_definition"
        || text(function).split(')').next().is_some_and(|head| head.contains("(self"));
    let mut worked: Vec<(usize, &str)> = Vec::new();
    for name in syntax
        .names()
        .iter()
        .filter(|name| tree[function].range.start <= name.range.start && name.range.end <= tree[function].range.end)
    {
        let is_own = name.defined && name.role == crate::syntax::Role::Value;
        let word = syntax.text(&name.range);
        if is_own && word != "self" && word != "cls" && !worked.iter().any(|(_, known)| *known == word) {
            let uses = syntax
                .names()
                .iter()
                .filter(|it| it.range.end <= tree[function].range.end && syntax.text(&it.range) == word);
            worked.push((uses.map(|it| it.range.start).max().unwrap_or(0), word));
        }
    }
    worked.sort_by_key(|(last, _)| std::cmp::Reverse(*last));
    let values = worked.into_iter().map(|(_, word)| word).take(2).chain(is_method.then_some(own));
    found.extend(
        values.map(|value| {
            (range.end..range.end, format!("{line_end}{indent}return {value}{stop}"), format!("`{value}`"))
        }),
    );
    found
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_a_function_worked_out_is_given_back() {
        check(&[
            Example {
                files: &[
                    ("m.py", "def row(xs):\n    \", \".join(xs)\n"),
                    ("test_m.py", "def test():\n    assert row([\"a\"]) == \"a\"\n"),
                ],
                log: "test_m.py:2: in test\n    assert row([\"a\"]) == \"a\"\nE   AssertionError: assert None == 'a'\n",
                fixed: "def row(xs):\n    return \", \".join(xs)\n",
            },
            Example {
                files: &[
                    (
                        "m.py",
                        "class A:\n    def take(self, n):\n        item = self.find(n)\n        item.count -= n\n",
                    ),
                    ("test_m.py", "def test():\n    assert A().take(1).count == 1\n"),
                ],
                log: "test_m.py:2: in test\nE   AttributeError: 'NoneType' object has no attribute 'count'\n",
                fixed: "class A:\n    def take(self, n):\n        item = self.find(n)\n        item.count -= n\n        return item\n",
            },
            Example {
                files: &[
                    ("a.js", "class A {\n  add(x) {\n    this.xs.push(x);\n  }\n}\n"),
                    ("a.test.js", "new A().add(1).add(2);\n"),
                ],
                log: "/repo/a.test.js:1\nnew A().add(1).add(2);\n               ^\n\nTypeError: Cannot read properties of undefined (reading 'add')\n    at Object.<anonymous> (/repo/a.test.js:1:16)\n",
                fixed: "class A {\n  add(x) {\n    this.xs.push(x);\n    return this;\n  }\n}\n",
            },
        ]);
    }
}
