//! A name that a function uses and does not take: the parameter that its calls still give, that others of the file
//! take, or that stands in an object which it takes apart.

use super::meaning::{self, Sort};
use super::{Scene, place};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;

const MOST_OFFERS: usize = 4;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let mut seen = BTreeSet::new();
    for complaint in &scene.complaints {
        let Some(unknown) = meaning::unknown(complaint).filter(|it| it.sort == Sort::Name) else { continue };
        let Some(at) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&at.path)? else { continue };
        let tree = syntax.branches();
        let Some(used) = place::meant(&syntax, at.line, at.column, &unknown.name).into_iter().next() else { continue };
        for (byte, text) in places(&syntax, &tree, used.start, &unknown.name) {
            if made.len() < MOST_OFFERS && seen.insert((at.path.clone(), byte)) {
                let why =
                    format!("took `{}` as a parameter in line {} of {}", unknown.name, syntax.line_of(byte), at.path);
                let edit = Edit { path: at.path.clone(), range: byte..byte, text };
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
    }
    Ok(made)
}

/// Where the name may be taken, from the innermost function outwards.
fn places(syntax: &Syntax, tree: &Branches, used: usize, name: &str) -> Vec<(usize, String)> {
    let holds = |node: &usize| tree[*node].range.contains(&used);
    let functions = tree.all().rev().filter(holds).filter_map(|node| Some((node, tree.field(node, "parameters")?)));
    let mut found = Vec::new();
    for (function, list) in functions {
        let parts = tree.inner(list);
        if parts.iter().any(|part| tree[*part].range.contains(&used)) {
            continue;
        }
        found.extend(taken_apart(syntax, tree, &parts, name));
        let called = tree.field(function, "name").map(|node| syntax.text(&tree[node].range));
        let given = called.and_then(|called| given(syntax, tree, called, parts.len(), name));
        let Some(text) = written(syntax, tree, list, name, given.is_some()) else { continue };
        let at = given.unwrap_or(parts.len()).min(parts.len());
        found.push(match (parts.get(at), parts.last()) {
            (Some(next), _) => (tree[*next].range.start, format!("{text}, ")),
            (None, Some(last)) => (tree[*last].range.end, format!(", {text}")),
            (None, None) => (tree[list].range.start + 1, text),
        });
    }
    found
}

/// `{ product }` of which `quantity` is meant too, where the file has objects with both.
fn taken_apart(syntax: &Syntax, tree: &Branches, parts: &[usize], name: &str) -> Option<(usize, String)> {
    let text = |node: usize| syntax.text(&tree[node].range);
    let pattern = parts.iter().flat_map(|part| tree.below(*part)).find(|node| tree[*node].kind == "object_pattern")?;
    let known: Vec<&str> =
        tree.inner(pattern).into_iter().filter_map(|node| meaning::words(text(node)).next()).collect();
    let has = |node: usize, wanted: &str| {
        tree.inner(node).into_iter().any(|item| meaning::words(text(item)).next() == Some(wanted))
    };
    let is_like = |node: &usize| {
        matches!(tree[*node].kind, "object" | "object_pattern" | "object_type" | "interface_body")
            && *node != pattern
            && has(*node, name)
            && known.iter().all(|own| has(*node, own))
    };
    tree.all().find(is_like)?;
    let last = tree.inner(pattern).last().copied()?;
    Some((tree[last].range.end, format!(", {name}")))
}

/// At which place calls in the file give one argument more than the function takes.
fn given(syntax: &Syntax, tree: &Branches, called: &str, takes: usize, name: &str) -> Option<usize> {
    let text = |node: usize| syntax.text(&tree[node].range);
    let is_call = |node: &usize| {
        let function = tree.field(*node, "function").or_else(|| tree.field(*node, "name"));
        tree.field(*node, "arguments").is_some()
            && function.is_some_and(|it| meaning::words(text(it)).last() == Some(called))
    };
    let mut lists = tree.all().filter(is_call).filter_map(|node| tree.field(node, "arguments"));
    let list = lists.find(|list| tree.inner(*list).len() == takes + 1)?;
    let own = tree.inner(list).into_iter().position(|node| text(node) == name);
    Some(own.unwrap_or(takes))
}

/// As another function of the file takes a parameter of the name; where there are no types, the name itself.
fn written(syntax: &Syntax, tree: &Branches, own: usize, name: &str, is_given: bool) -> Option<String> {
    let language = syntax.language();
    let lists = tree.all().filter(|node| *node != own).filter_map(|node| tree.field(node, "parameters"));
    let parts = lists.flat_map(|list| tree.inner(list)).map(|part| syntax.text(&tree[part].range));
    let names = |part: &str| match language {
        Language::Java => meaning::words(part).last() == Some(name),
        _ => meaning::words(part).find(|word| *word != "mut") == Some(name),
    };
    let typed = |part: &str| meaning::words(part).count() > 1;
    let bare = matches!(language, Language::JavaScript | Language::Python);
    let like = parts.filter(|part| names(part) && part.len() < 100).find(|part| bare || typed(part));
    match like {
        Some(part) if !bare => Some(part.split(" = ").next().unwrap_or(part).to_owned()),
        like => (bare && (is_given || like.is_some())).then(|| name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_parameter_is_taken_again() {
        check(&[
            Example {
                files: &[(
                    "a.ts",
                    "type S = { n: number };\nexport function f(a: number, state: S) {\n  return g(a, state);\n}\nfunction g(a: number) {\n  return a + state.n;\n}\n",
                )],
                log: "a.ts(3,15): error TS2554: Expected 1 arguments, but got 2.\na.ts(6,14): error TS2304: Cannot find name 'state'.\n",
                fixed: "type S = { n: number };\nexport function f(a: number, state: S) {\n  return g(a, state);\n}\nfunction g(a: number, state: S) {\n  return a + state.n;\n}\n",
            },
            Example {
                files: &[(
                    "A.java",
                    "class A {\n    Format format;\n    static A of(File file, Format format) {\n        return of(file.path(), 1, format);\n    }\n    static A of(Path path, int n) {\n        return new A(path, n, format);\n    }\n}\n",
                )],
                log: "A.java:7: error: non-static variable format cannot be referenced from a static context\n        return new A(path, n, format);\n                              ^\n1 error\n",
                fixed: "class A {\n    Format format;\n    static A of(File file, Format format) {\n        return of(file.path(), 1, format);\n    }\n    static A of(Path path, int n, Format format) {\n        return new A(path, n, format);\n    }\n}\n",
            },
            Example {
                files: &[(
                    "A.java",
                    "class A {\n    int f(int a, String unit) {\n        return g(unit, a);\n    }\n    int g(int a) {\n        return a + unit.length();\n    }\n}\n",
                )],
                log: "A.java:6: error: cannot find symbol\n        return a + unit.length();\n                   ^\n  symbol:   variable unit\n  location: class A\n1 error\n",
                fixed: "class A {\n    int f(int a, String unit) {\n        return g(unit, a);\n    }\n    int g(String unit, int a) {\n        return a + unit.length();\n    }\n}\n",
            },
            Example {
                files: &[(
                    "a.js",
                    "function first(uri, options) {\n  return second(uri, options)\n}\nfunction second(uri) {\n  const own = 1\n  return g(uri, own, options)\n}\n",
                )],
                log: "/repo/a.js:6\nReferenceError: options is not defined\n    at second (/repo/a.js:6:22)\n",
                fixed: "function first(uri, options) {\n  return second(uri, options)\n}\nfunction second(uri, options) {\n  const own = 1\n  return g(uri, own, options)\n}\n",
            },
            Example {
                files: &[(
                    "a.js",
                    "function first(uri, options) {\n  return uri\n}\nfunction second(uri) {\n  return first(uri, options)\n}\n",
                )],
                log: "/repo/a.js:5\nReferenceError: options is not defined\n    at second (/repo/a.js:5:21)\n",
                fixed: "function first(uri, options) {\n  return uri\n}\nfunction second(uri, options) {\n  return first(uri, options)\n}\n",
            },
            Example {
                files: &[(
                    "a.js",
                    "function f(all) {\n  all.push({ price: 1, count: 2 })\n  return all.reduce((sum, { price }) => sum + price * count, 0)\n}\n",
                )],
                log: "/repo/a.js:3\nReferenceError: count is not defined\n    at /repo/a.js:3:55\n",
                fixed: "function f(all) {\n  all.push({ price: 1, count: 2 })\n  return all.reduce((sum, { price, count }) => sum + price * count, 0)\n}\n",
            },
        ]);
    }
}
