//! A declared type that its uses do not agree with: the variable, the parameter or the result is declared as what it is
//! given or asked for. The declaration that most complaints speak of comes first.

use super::Scene;
use super::complaint::{Complaint, Place};
use super::meaning;
use super::said::Said;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

static DIFFER: Said = Said::new(&[
    r"Type '(?P<f1>[^']+)' is not assignable to type '(?P<w1>[^']+)'",
    r"Argument of type '(?P<f2>[^']+)' is not assignable to parameter of type '(?P<w2>[^']+)'",
    r"incompatible types: (?:possible lossy conversion from )?(?P<f3>[\w.<>\[\], ]+?) (?:cannot be converted )?to (?P<w3>[\w.<>\[\], ]+)$",
    r"cannot use .+? \((?:[\w ]+ of |untyped )?(?:\w+ )?type (?P<f4>[^),]+)[^)]*\) as (?P<w4>\S+) value in",
    r"cannot use .+? \(untyped (?P<f7>string|bool) constant[^)]*\) as (?P<w7>\S+) value in",
    r"mismatched types (?P<f5>\S+) and (?P<w5>[^\s)]+)",
    r"expected `(?P<w6>[^`]+)`, found (?:\w+ )?`(?P<f6>[^`]+)`",
]);
const MOST_FILES: usize = 20;
const MOST_OFFERS: usize = 4;

/// A type that is written down, and whose it is.
struct Typed {
    names: Vec<String>,
    kind: Range<usize>,
    node: usize,
    is_function: bool,
}

/// What more than one place says, or what no conversion would mend.
pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    offered(scene, true)
}

/// What a single place says of two kinds of numbers: a conversion is likelier.
pub(super) fn propose_others(scene: &Scene) -> Result<Vec<Candidate>> {
    offered(scene, false)
}

fn offered(scene: &Scene, sure: bool) -> Result<Vec<Candidate>> {
    let mut found: Vec<(usize, Edit, String)> = Vec::new();
    let is_number = |kind: &str| {
        let plain = kind.trim_end_matches(|c: char| c.is_ascii_digit());
        ["int", "uint", "float", "i", "u", "f", "usize", "isize", "long", "double", "short", "byte", "char", "rune"]
            .contains(&plain)
    };
    for complaint in &scene.complaints {
        let (Some((has, wants)), Some(place)) = (types(complaint), complaint.places.first()) else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() != Language::Python) else { continue };
        // An address for its value is a slip where it is given, not where it is declared.
        if sure && has.trim_start_matches('*') == wants.trim_start_matches('*') {
            continue;
        }
        let weight = if is_number(&has) && is_number(&wants) { 1 } else { 2 };
        let in_literal = complaint.message.ends_with("in struct literal");
        for (edit, name) in declarations(scene, place, &syntax, (&has, &wants), in_literal)? {
            match found.iter_mut().find(|(_, known, _)| *known == edit) {
                Some((count, ..)) => *count += weight,
                None => found.push((weight, edit, name)),
            }
        }
    }
    found.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
    found.retain(|(count, ..)| (*count > 1) == sure);
    let mut made = Vec::new();
    for (_, edit, name) in found.into_iter().take(MOST_OFFERS) {
        let why = format!("declared `{name}` as `{}`, as it is used", edit.text);
        made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
    }
    Ok(made)
}

/// What a value is, and what it should be.
fn types(complaint: &Complaint) -> Option<(String, String)> {
    let beside = complaint.detail.lines().find(|line| line.contains("expected `") && line.contains("found "));
    let said = DIFFER.captures(&complaint.message).or_else(|| DIFFER.captures(beside?))?;
    let one = |letter: char| {
        let names = (1..=7).map(|at| format!("{letter}{at}"));
        names.into_iter().find_map(|name| said.name(&name).map(|it| it.as_str().to_owned()))
    };
    // What may be missing is no part of what is written.
    let plain = |kind: String| kind.replace(" | undefined", "");
    let (has, wants) = alike(plain(one('f')?), plain(one('w')?));
    (has != wants && has != "()" && wants != "()" && !has.contains('{') && !wants.contains('{')).then_some((has, wants))
}

/// Of two tuples that each hold one type alone, that type.
fn alike(has: String, wants: String) -> (String, String) {
    let only = |kind: &str| {
        let parts: Vec<&str> = kind.strip_prefix('(')?.strip_suffix(')')?.split(", ").collect();
        parts.iter().all(|part| *part == parts[0] && !part.is_empty()).then(|| parts[0].to_owned())
    };
    match (only(&has), only(&wants)) {
        (Some(has), Some(wants)) => (has, wants),
        _ => (has, wants),
    }
}

/// The declarations of what stands on a line, each with the type that would agree.
fn declarations(
    scene: &Scene,
    place: &Place,
    own: &Rc<Syntax>,
    (has, wants): (&str, &str),
    in_literal: bool,
) -> Result<Vec<(Edit, String)>> {
    let line = own.line(place.line).unwrap_or(0..0);
    let words: BTreeSet<&str> = meaning::words(own.text(&line)).collect();
    let mut files: Vec<(RelPath, Rc<Syntax>)> = vec![(place.path.clone(), Rc::clone(own))];
    let index = scene.index(own.language(), &place.path)?;
    let holders: BTreeSet<RelPath> =
        words.iter().flat_map(|word| index.holders(word).map(|(path, _)| path.clone()).take(MOST_FILES)).collect();
    for path in holders.into_iter().filter(|path| *path != place.path).take(MOST_FILES) {
        if let Some(syntax) = scene.syntax(&path)?.filter(|it| it.language().same_family(own.language())) {
            files.push((path, syntax));
        }
    }
    let mut found = Vec::new();
    for (path, syntax) in files {
        let tree = syntax.branches();
        let is_here = path == place.path;
        let all = typed(&syntax, &tree);
        for one in &all {
            let range = tree[one.node].range.clone();
            let around = is_here && range.start < line.end && line.start < range.end;
            let named = one.names.iter().any(|name| words.contains(name.as_str()));
            // A local variable of another function is another one.
            let reaches = one.is_function
                || is_here
                    && function(&tree, one.node).is_none_or(|it| {
                        let range = &tree[it].range;
                        range.start <= line.start && line.start <= range.end
                    })
                || is_member(tree[one.node].kind);
            let called =
                |it: usize| tree.field(it, "name").is_some_and(|name| words.contains(syntax.text(&tree[name].range)));
            let is_taken = is_parameter(tree[one.node].kind) && function(&tree, one.node).is_some_and(called);
            let written = syntax.text(&one.kind);
            let new = match () {
                // Where fields have no names, it is one of their type.
                () if written == wants && in_literal && tree[one.node].kind == "field_declaration" => has,
                () if written == has && named && reaches => wants,
                () if written == wants && (around && (one.is_function || named) || is_taken) => has,
                () => continue,
            };
            let name = one.names.first().cloned().unwrap_or_default();
            found.push((Edit { path: path.clone(), range: one.kind.clone(), text: new.to_owned() }, name));
        }
    }
    Ok(found)
}

fn typed(syntax: &Syntax, tree: &Branches) -> Vec<Typed> {
    let text = |node: usize| syntax.text(&tree[node].range);
    let one = |node: usize| {
        let result = tree.field(node, "return_type").or_else(|| tree.field(node, "result"));
        let is_function = result.is_some() || tree[node].kind == "method_declaration";
        let kind = result.or_else(|| tree.field(node, "type"))?;
        let below = tree.inner(node).into_iter().filter(|it| tree[*it].kind == "variable_declarator");
        let own = tree[node].children.iter().copied().filter(|it| matches!(tree[*it].field, Some("name" | "pattern")));
        let named = below.filter_map(|it| tree.field(it, "name")).chain(own);
        let names: Vec<String> = named.filter_map(|it| meaning::words(text(it)).last().map(str::to_owned)).collect();
        let start = text(kind).find(|c: char| c != ':' && c != ' ')?;
        let range = tree[kind].range.clone();
        (!names.is_empty()).then(|| Typed { names, kind: range.start + start..range.end, node, is_function })
    };
    tree.all().filter_map(one).collect()
}

fn is_parameter(kind: &str) -> bool {
    kind.contains("parameter")
}

/// What every function sees.
fn is_member(kind: &str) -> bool {
    kind.contains("field") || kind.contains("property")
}

fn function(tree: &Branches, node: usize) -> Option<usize> {
    let is_one = |kind: &str| {
        ["function", "method", "constructor", "arrow", "func_literal", "closure"].iter().any(|it| kind.starts_with(it))
    };
    tree.above(node).find(|it| is_one(tree[*it].kind) && tree.field(*it, "body").is_some())
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_declaration_follows_its_uses() {
        check(&[
            Example {
                files: &[(
                    "a.ts",
                    "class A {\n  after(delay: number, every?: string): number {\n    return this.push({ delay, every });\n  }\n  again(period: number) {\n    return this.after(period, period);\n  }\n}\n",
                )],
                log: "a.ts(3,31): error TS2322: Type 'string | undefined' is not assignable to type 'number | undefined'.\na.ts(6,31): error TS2345: Argument of type 'number' is not assignable to parameter of type 'string'.\n",
                fixed: "class A {\n  after(delay: number, every?: number): number {\n    return this.push({ delay, every });\n  }\n  again(period: number) {\n    return this.after(period, period);\n  }\n}\n",
            },
            Example {
                files: &[(
                    "A.java",
                    "class A {\n  int f(String s) {\n    String n = s.length();\n    return n;\n  }\n}\n",
                )],
                log: "A.java:3: error: incompatible types: int cannot be converted to String\n    String n = s.length();\n                       ^\nA.java:4: error: incompatible types: String cannot be converted to int\n    return n;\n           ^\n2 errors\n",
                fixed: "class A {\n  int f(String s) {\n    int n = s.length();\n    return n;\n  }\n}\n",
            },
            Example {
                files: &[("a.go", "package a\n\nfunc F(n string) int {\n\treturn n\n}\n\nvar X = F(1)\n")],
                log: "./a.go:4:9: cannot use n (variable of type string) as int value in return statement\n./a.go:7:11: cannot use 1 (untyped int constant) as string value in argument to F\n",
                fixed: "package a\n\nfunc F(n int) int {\n\treturn n\n}\n\nvar X = F(1)\n",
            },
            Example {
                files: &[(
                    "a.go",
                    "package a\n\ntype test struct {\n\tin   int\n\tfull bool\n}\n\nvar all = []test{\n\t{\"a\", true},\n\t{\"b\", false},\n}\n",
                )],
                log: "./a.go:9:3: cannot use \"a\" (untyped string constant) as int value in struct literal\n./a.go:10:3: cannot use \"b\" (untyped string constant) as int value in struct literal\n",
                fixed: "package a\n\ntype test struct {\n\tin   string\n\tfull bool\n}\n\nvar all = []test{\n\t{\"a\", true},\n\t{\"b\", false},\n}\n",
            },
            Example {
                files: &[(
                    "src/lib.rs",
                    "fn f(n: u32, all: &[u8]) -> u8 {\n    g(n, all)\n}\n\nfn g(n: usize, all: &[u8]) -> u8 {\n    all[n]\n}\n",
                )],
                log: "error[E0308]: mismatched types\n --> src/lib.rs:2:7\n  |\n2 |     g(n, all)\n  |     - ^ expected `usize`, found `u32`\n  |     |\n  |     arguments to this function are incorrect\n",
                fixed: "fn f(n: usize, all: &[u8]) -> u8 {\n    g(n, all)\n}\n\nfn g(n: usize, all: &[u8]) -> u8 {\n    all[n]\n}\n",
            },
        ]);
    }
}
