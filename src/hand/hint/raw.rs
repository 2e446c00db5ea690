//! A generic type whose arguments are lost. In Java what comes out of it is an `Object`, and the place that wants more
//! says which type that is; TypeScript and Rust say that the arguments are missing.

use super::Scene;
use super::said::Said;
use super::{meaning, place};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
use std::ops::Range;

static WANTED: Said = Said::new(&[r"incompatible types: Object cannot be converted to (.+)$"]);
static MISSING: Said = Said::new(&[
    r"Generic type '(?P<name>[\w$]+)(?:<[^']*>)?' requires .*type argument",
    r"missing generics for [\w ]+ `(?P<name>\w+)(?:<[^`]*>)?`",
]);
const MOST_OFFERS: usize = 4;
/// Kinds of nodes that declare a variable with a type.
const DECLARES: &[&str] =
    &["local_variable_declaration", "field_declaration", "formal_parameter", "enhanced_for_statement"];

static RAW: Said = Said::new(&[r"found raw type: (\w+)"]);

/// `List<Media> all = new ArrayList()`: what stands on the left goes for the right.
fn made_bare(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut edits: Vec<Edit> = Vec::new();
    for complaint in &scene.complaints {
        let (Some(said), Some(place)) = (RAW.captures(&complaint.message), complaint.places.first()) else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let Some(line) = syntax.line(place.line) else { continue };
        let bare = format!("new {}(", &said[1]);
        if let Some(at) = syntax.text(&line).find(&bare).map(|at| line.start + at + bare.len() - 1) {
            edits.push(Edit { path: place.path.clone(), range: at..at, text: "<>".to_owned() });
        }
    }
    edits.dedup();
    let why = "gave what is made the arguments of its variable".to_owned();
    Ok(scene.candidate(edits, why, Confidence::Suggested)?.into_iter().collect())
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = missing(scene)?;
    made.extend(made_bare(scene)?);
    for complaint in &scene.complaints {
        let (Some(said), Some(place)) = (WANTED.captures(&complaint.message), complaint.places.first()) else {
            continue;
        };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Java) else { continue };
        let wanted = said[1].replace(',', ", ");
        for kind in bare(&syntax, place.line) {
            let name = syntax.text(&kind).to_owned();
            for arguments in arguments(&syntax, &name, &wanted) {
                let why = format!("gave `{name}` its arguments `{arguments}`, as line {} wants them", place.line);
                let edit = Edit { path: place.path.clone(), range: kind.end..kind.end, text: arguments };
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
    }
    Ok(made)
}

/// What the file writes behind the type elsewhere, the nearest first, then the parameters of the item around it.
fn missing(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let (Some(said), Some(place)) = (MISSING.captures(&complaint.message), complaint.places.first()) else {
            continue;
        };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let Some(kind) = place::meant(&syntax, place.line, place.column, &said["name"]).into_iter().next() else {
            continue;
        };
        let mut written: Vec<(usize, &str)> = written(&syntax, &said["name"]).collect();
        written.sort_by_key(|(at, _)| at.abs_diff(kind.start));
        let mut found: Vec<String> = given_back(&syntax, kind.start);
        found.extend(written.into_iter().map(|(_, text)| text.to_owned()));
        found.extend(parameters(&syntax, kind.start));
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|text| seen.insert(text.clone()));
        for arguments in found.into_iter().take(MOST_OFFERS) {
            let why = format!("gave `{}` its arguments `{arguments}`", &said["name"]);
            let edit = Edit { path: place.path.clone(), range: kind.end..kind.end, text: arguments };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The arguments that the file writes behind a type, and where.
fn written<'s>(syntax: &'s Syntax, name: &str) -> impl Iterator<Item = (usize, &'s str)> {
    let tree = syntax.branches();
    let generic = tree.all().filter(|node| tree[*node].kind == "generic_type").map(|node| tree[node].range.clone());
    let found = generic.collect::<Vec<_>>().into_iter().filter_map(|range| {
        let rest = syntax.text(&range).strip_prefix(name)?;
        (rest.starts_with('<') && rest.len() > 2).then_some((range.start, rest))
    });
    found.collect::<Vec<_>>().into_iter()
}

/// Of a Rust trait that is implemented: what its methods here give back by reference.
fn given_back(syntax: &Syntax, at: usize) -> Vec<String> {
    let tree = syntax.branches();
    let is_head = |node: &usize| tree.field(*node, "trait").is_some_and(|it| tree[it].range.contains(&at));
    let methods = tree.all().filter(is_head).flat_map(|node| tree.below(node));
    let results = methods.filter_map(|node| tree.field(node, "return_type"));
    results.filter_map(|node| Some(format!("<{}>", syntax.text(&tree[node].range).strip_prefix('&')?))).collect()
}

/// The parameters of the items around a byte, one each, the innermost and last first.
fn parameters(syntax: &Syntax, at: usize) -> Vec<String> {
    let tree = syntax.branches();
    let around = tree.all().rev().filter(|node| tree[*node].range.contains(&at));
    let lists = around.filter_map(|node| tree.field(node, "type_parameters"));
    let names = lists.flat_map(|list| tree.inner(list).into_iter().rev());
    let names = names.filter_map(|node| meaning::words(syntax.text(&tree[node].range)).next().map(str::to_owned));
    names.map(|name| format!("<{name}>")).collect()
}

/// The types without arguments of the variables that a line uses, those declared last before it first.
fn bare(syntax: &Syntax, line: u32) -> Vec<Range<usize>> {
    let tree = syntax.branches();
    let here = syntax.line(line).unwrap_or(0..0);
    let text = |node: usize| syntax.text(&tree[node].range);
    let used: Vec<&str> = tree
        .all()
        .filter(|node| tree[*node].kind == "identifier" && here.contains(&tree[*node].range.start))
        .map(text)
        .collect();
    let kind = |node: usize| {
        let own = tree.field(node, "type").filter(|it| tree[*it].kind == "type_identifier")?;
        declared(&tree, node).any(|name| used.contains(&text(name))).then(|| tree[own].range.clone())
    };
    let mut found: Vec<Range<usize>> =
        tree.all().filter(|node| DECLARES.contains(&tree[*node].kind)).filter_map(kind).collect();
    // What stands below the place is a field, or another function's.
    found.sort_by_key(|range| (range.start > here.end, range.start.abs_diff(here.start)));
    found
}

fn declared(tree: &Branches, node: usize) -> impl Iterator<Item = usize> + '_ {
    let below = tree.inner(node).into_iter().filter(|it| tree[*it].kind == "variable_declarator");
    below.filter_map(|it| tree.field(it, "name")).chain(tree.field(node, "name"))
}

/// What the file writes behind the type elsewhere and what is wanted is a part of, then what is wanted alone.
fn arguments(syntax: &Syntax, name: &str, wanted: &str) -> Vec<String> {
    let written = written(syntax, name).map(|(_, text)| text);
    let inner = wanted.split_once('<').map_or(wanted, |(_, inner)| inner.trim_end_matches('>'));
    let mut found: Vec<String> = Vec::new();
    for text in written.filter(|text| text.contains(inner)).map(str::to_owned).chain([format!("<{wanted}>")]) {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_generic_type_is_given_its_arguments() {
        check(&[
            Example {
                files: &[(
                    "A.java",
                    "class A {\n  List<String> all;\n  String f() {\n    final Iterator each = all.iterator();\n    return each.next();\n  }\n}\n",
                )],
                log: "A.java:5: error: incompatible types: Object cannot be converted to String\n    return each.next();\n                    ^\n1 error\n",
                fixed: "class A {\n  List<String> all;\n  String f() {\n    final Iterator<String> each = all.iterator();\n    return each.next();\n  }\n}\n",
            },
            Example {
                files: &[(
                    "src/lib.rs",
                    "impl AsRef<B> for A {\n    fn as_ref(&self) -> &B {\n        &self.0\n    }\n}\nimpl AsRef for C {\n    fn as_ref(&self) -> &D {\n        &self.0\n    }\n}\n",
                )],
                log: "error[E0107]: missing generics for trait `AsRef`\n --> src/lib.rs:6:6\n  |\n6 | impl AsRef for C {\n  |      ^^^^^ expected 1 generic argument\n",
                fixed: "impl AsRef<B> for A {\n    fn as_ref(&self) -> &B {\n        &self.0\n    }\n}\nimpl AsRef<D> for C {\n    fn as_ref(&self) -> &D {\n        &self.0\n    }\n}\n",
            },
            Example {
                files: &[(
                    "a.ts",
                    "type Or<T> = T | null;\ninterface A {\n  <S>(a: S): Or<S>;\n  <S, Ext>(a: S, b: Ext): Or<Ext>;\n  <S, Ext>(a: Ext): Or & S;\n}\n",
                )],
                log: "a.ts(5,21): error TS2314: Generic type 'Or' requires 1 type argument(s).\n",
                fixed: "type Or<T> = T | null;\ninterface A {\n  <S>(a: S): Or<S>;\n  <S, Ext>(a: S, b: Ext): Or<Ext>;\n  <S, Ext>(a: Ext): Or<Ext> & S;\n}\n",
            },
            Example {
                files: &[(
                    "A.java",
                    "class A {\n  Map<String, Integer> other;\n  Map all;\n  Integer f(String name) {\n    return all.get(name);\n  }\n}\n",
                )],
                log: "A.java:5: error: incompatible types: Object cannot be converted to Integer\n    return all.get(name);\n                  ^\n1 error\n",
                fixed: "class A {\n  Map<String, Integer> other;\n  Map<String, Integer> all;\n  Integer f(String name) {\n    return all.get(name);\n  }\n}\n",
            },
        ]);
    }
}
