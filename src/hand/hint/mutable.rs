//! Rust: a reference that may not change what it points at, where one that may is wanted: `mut` goes where it is given,
//! where a parameter takes it, or into what the called function gives back.

use super::Scene;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::ops::Range;

const MOST_FILES: usize = 20;
const MOST_OFFERS: usize = 4;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|it| it.detail.contains("types differ in mutability")) {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Rust) else { continue };
        let Some(at) = place.column.and_then(|column| syntax.offset(place.line, column)) else { continue };
        let Some(value) = value(&syntax, at) else { continue };
        let mut edits: Vec<Edit> = Vec::new();
        let text = syntax.text(&value);
        if text.starts_with('&') && !text.starts_with("&mut") {
            edits.push(Edit { path: place.path.clone(), range: at + 1..at + 1, text: "mut ".to_owned() });
        }
        edits.extend(
            called(&syntax, &value)
                .map(|name| given_back(scene, &place.path, &name))
                .transpose()?
                .into_iter()
                .flatten(),
        );
        for edit in edits.into_iter().take(MOST_OFFERS) {
            let why = format!("made the reference mutable that line {} of {} wants so", place.line, place.path);
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The widest expression that begins at a byte.
fn value(syntax: &Syntax, at: usize) -> Option<Range<usize>> {
    let tree = syntax.branches();
    let is_value = |kind: &str| kind.ends_with("_expression") || kind == "identifier";
    tree.all()
        .find(|node| tree[*node].range.start == at && is_value(tree[*node].kind))
        .map(|node| tree[node].range.clone())
}

/// The name of the function that a call is of.
fn called(syntax: &Syntax, value: &Range<usize>) -> Option<String> {
    let tree = syntax.branches();
    let call = tree.all().find(|node| tree[*node].kind == "call_expression" && tree[*node].range == *value)?;
    let name = syntax.text(&tree[tree.field(call, "function")?].range);
    Some(name.rsplit(['.', ':']).next()?.to_owned())
}

/// `-> &T` of the functions of that name, those that can change something first.
fn given_back(scene: &Scene, near: &RelPath, name: &str) -> Result<Vec<Edit>> {
    let holders: Vec<RelPath> =
        scene.index(Language::Rust, near)?.holders(name).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
    let mut found: Vec<(bool, Edit)> = Vec::new();
    for path in holders {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let tree = syntax.branches();
        let text = |node: usize| syntax.text(&tree[node].range);
        for node in tree.all().filter(|node| tree[*node].kind == "function_item") {
            let (Some(own), Some(result)) = (tree.field(node, "name"), tree.field(node, "return_type")) else {
                continue;
            };
            if text(own) == name && text(result).starts_with('&') && !text(result).starts_with("&mut") {
                let takes = tree.field(node, "parameters").is_some_and(|it| text(it).contains("&mut"));
                let at = tree[result].range.start + 1;
                found.push((!takes, Edit { path: path.clone(), range: at..at, text: "mut ".to_owned() }));
            }
        }
    }
    found.sort_by_key(|(later, _)| *later);
    Ok(found.into_iter().map(|(_, edit)| edit).collect())
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_reference_may_change_what_it_points_at() {
        check(&[
            Example {
                files: &[(
                    "src/lib.rs",
                    "impl M {\n    fn slot(&mut self) -> &u8 {\n        &mut self.0\n    }\n}\n\nfn f(m: &mut M) -> &mut u8 {\n    m.slot()\n}\n",
                )],
                log: "error[E0308]: mismatched types\n --> src/lib.rs:8:5\n  |\n7 | fn f(m: &mut M) -> &mut u8 {\n  |                    ------- expected `&mut u8` because of return type\n8 |     m.slot()\n  |     ^^^^^^^^ types differ in mutability\n  |\n  = note: expected mutable reference `&mut u8`\n                     found reference `&u8`\n",
                fixed: "impl M {\n    fn slot(&mut self) -> &mut u8 {\n        &mut self.0\n    }\n}\n\nfn f(m: &mut M) -> &mut u8 {\n    m.slot()\n}\n",
            },
            Example {
                files: &[(
                    "src/lib.rs",
                    "fn f(mut m: Vec<u8>) {\n    g(&m);\n}\n\nfn g(m: &mut Vec<u8>) {\n    m.clear();\n}\n",
                )],
                log: "error[E0308]: mismatched types\n --> src/lib.rs:2:7\n  |\n2 |     g(&m);\n  |     - ^^ types differ in mutability\n  |     |\n  |     arguments to this function are incorrect\n",
                fixed: "fn f(mut m: Vec<u8>) {\n    g(&mut m);\n}\n\nfn g(m: &mut Vec<u8>) {\n    m.clear();\n}\n",
            },
        ]);
    }
}
