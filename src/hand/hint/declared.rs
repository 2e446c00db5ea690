//! A variable that is assigned to and whose declaration is lost: the first line that sets it gets the word, or in Java
//! the type, that it lacks.

use super::meaning::{self, Sort};
use super::{Scene, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use regex::Regex;
use std::collections::BTreeSet;

/// Types that are tried where the value does not say which it has.
const MOST_TYPES: usize = 5;
const MOST_FILES: usize = 20;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let mut seen = BTreeSet::new();
    for complaint in &scene.complaints {
        let Some(unknown) = meaning::unknown(complaint).filter(|it| it.sort == Sort::Name) else { continue };
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) =
            scene.syntax(&place.path)?.filter(|it| it.language() == Language::Java || it.language().is_script())
        else {
            continue;
        };
        let Some(set) = Set::of(&syntax, place.line, &unknown.name).filter(|_| seen.insert(unknown.name.clone()))
        else {
            continue;
        };
        let words = if syntax.language() == Language::Java {
            types(scene, &place.path, set.value)?
        } else {
            vec![word(&syntax, &set, &unknown.name).to_owned()]
        };
        for word in words {
            let why = format!("declared `{word} {}` where it is first set, in line {}", unknown.name, place.line);
            let edit = Edit { path: place.path.clone(), range: set.at..set.at, text: format!("{word} ") };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// A statement that sets a name.
struct Set<'s> {
    at: usize,
    value: &'s str,
}

impl<'s> Set<'s> {
    /// `name = value` or the head of a loop; a name that stands nowhere else is rather misspelt.
    fn of(syntax: &'s Syntax, line: u32, name: &str) -> Option<Self> {
        let range = syntax.line(line)?;
        let text = syntax.text(&range);
        let body = text.trim_start();
        let lead = ["for (", ""].iter().find(|lead| body.starts_with(**lead)).map_or(0, |lead| lead.len());
        let rest = body.get(lead..)?.strip_prefix(name)?.trim_start();
        let value =
            rest.strip_prefix('=').or_else(|| rest.strip_prefix("of ")).filter(|it| !it.starts_with(['=', '>']))?;
        let below = range.end..syntax.bytes().len();
        place::occurrences(syntax, below, name).first()?;
        Some(Self { at: range.start + text.len() - body.len() + lead, value: value.trim() })
    }
}

/// `let` where it is set again, else what the file declares with.
fn word(syntax: &Syntax, set: &Set, name: &str) -> &'static str {
    let all = syntax.text(&(0..syntax.bytes().len()));
    let count = |word: &str| all.matches(&format!("{word} ")).count();
    let rest = &all[set.at + name.len()..];
    let again = Regex::new(&format!(
        r"(?:^|[^.\w$]){}\s*(?:[-+*/|&]?=[^=>]|\+\+|--)|(?:\+\+|--){}\b",
        regex::escape(name),
        regex::escape(name)
    ));
    let is_set_again = again.is_ok_and(|again| again.is_match(rest.get(1..).unwrap_or_default()));
    match () {
        () if count("var") > count("let") + count("const") => "var",
        () if is_set_again || count("const") == 0 && count("let") > 0 => "let",
        () => "const",
    }
}

/// What a value in Java is, as far as its words tell, then what it may be.
fn types(scene: &Scene, path: &RelPath, value: &str) -> Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    let value = value.trim_end_matches(';').trim();
    if let Some(rest) = value.strip_prefix("new ") {
        let end = rest.find(['(', '{']).unwrap_or(rest.len());
        found.push(rest[..end].trim().replace("<>", ""));
    } else if let Some((cast, rest)) = value.strip_prefix('(').and_then(|rest| rest.split_once(')'))
        && cast.chars().all(|c| c.is_alphanumeric() || "_.<>[], ".contains(c))
        && rest.trim_start().starts_with(|c: char| c.is_alphanumeric() || "(_".contains(c))
    {
        found.push(cast.to_owned());
    }
    found.extend(given_back(scene, path, value)?);
    let has = |parts: &[&str]| parts.iter().any(|part| value.contains(part));
    #[rustfmt::skip]
    let told = [
        ("boolean", value == "true" || value == "false" || has(&[" == ", " != ", " && ", " || ", ".equals(", ".isEmpty()", "startsWith(", "contains("])),
        ("String", has(&["\"", ".substring(", ".trim()", ".toString()", "String.valueOf", ".getName()"])),
        ("char", value.starts_with('\'') || has(&[".charAt("])),
        ("int", value.starts_with(|c: char| c.is_ascii_digit() || c == '-') || has(&[".length", ".size()", "ndexOf("])),
    ];
    found.extend(told.iter().filter(|(_, is_so)| *is_so).map(|(kind, _)| (*kind).to_owned()));
    found.extend(["int", "String", "boolean", "char", "long"].map(str::to_owned));
    let mut seen = BTreeSet::new();
    found.retain(|kind| !kind.is_empty() && seen.insert(kind.clone()));
    found.truncate(MOST_TYPES);
    Ok(found)
}

/// The types that methods called like the last call of a value give back here.
fn given_back(scene: &Scene, path: &RelPath, value: &str) -> Result<Vec<String>> {
    let Some(name) = value.rfind('(').and_then(|open| meaning::words(&value[..open]).last()) else {
        return Ok(Vec::new());
    };
    let index = scene.index(Language::Java, path)?;
    let holders: Vec<RelPath> = index.holders(name).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
    let mut found = Vec::new();
    for holder in holders {
        let Some(syntax) = scene.syntax(&holder)? else { continue };
        let tree = syntax.branches();
        let text = |node: usize| syntax.text(&tree[node].range);
        let methods = tree.all().filter(|node| tree[*node].kind == "method_declaration");
        let own = methods.filter(|node| tree.field(*node, "name").is_some_and(|it| text(it) == name));
        found.extend(own.filter_map(|node| Some(text(tree.field(node, "type")?).to_owned())).filter(|it| it != "void"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_is_set_is_declared() {
        check(&[
            Example {
                files: &[(
                    "a.ts",
                    "export function f() {\n  node = make();\n  const g = () => node.x;\n  node = make();\n  return g;\n}\n",
                )],
                log: "a.ts(2,3): error TS2552: Cannot find name 'node'. Did you mean 'Node'?\n",
                fixed: "export function f() {\n  let node = make();\n  const g = () => node.x;\n  node = make();\n  return g;\n}\n",
            },
            Example {
                files: &[("a.js", "'use strict';\nconst b = 1;\nfunction f() {\n  node = b;\n  return node.x;\n}\n")],
                log: "/repo/a.js:4\n  node = b;\n       ^\n\nReferenceError: node is not defined\n    at f (/repo/a.js:4:8)\n",
                fixed: "'use strict';\nconst b = 1;\nfunction f() {\n  const node = b;\n  return node.x;\n}\n",
            },
            Example {
                files: &[(
                    "A.java",
                    "class A {\n  Entry next() { return null; }\n  void f() {\n    each = this.next();\n    each.g();\n  }\n}\n",
                )],
                log: "A.java:4: error: cannot find symbol\n    each = this.next();\n    ^\n  symbol:   variable each\n  location: class A\n1 error\n",
                fixed: "class A {\n  Entry next() { return null; }\n  void f() {\n    Entry each = this.next();\n    each.g();\n  }\n}\n",
            },
        ]);
    }
}
