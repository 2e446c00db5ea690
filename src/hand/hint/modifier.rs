//! Java: the words before a declaration: a method without a type, a word that may not stand there, an override that hides
//! what it overrides, an abstract method in a class that is none.

use super::Scene;
use super::distance::is_near;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::ops::Range;

static UNTYPED: Said = Said::new(&["invalid method declaration; return type required"]);
static REFUSED: Said = Said::new(&[r"modifier (?P<word>\w+) not allowed here"]);

static UNBOUND: Said =
    Said::new(&[r"non-static (?:method|variable) (?P<name>\w+)\S* cannot be referenced from a static context"]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Java) else { continue };
        let found = if UNTYPED.captures(&complaint.message).is_some() {
            typed(&syntax, place.line)
        } else if let Some(said) = REFUSED.captures(&complaint.message) {
            allowed(&syntax, place.line, &said["word"])
        } else if let Some(said) = UNBOUND.captures(&complaint.message) {
            bound_to_the_class(&syntax, &said["name"])
        } else {
            continue;
        };
        for (range, text, why) in found {
            let edit = Edit { path: place.path.clone(), range, text };
            made.extend(scene.candidate(
                vec![edit],
                format!("{why} in line {} of {}", place.line, place.path),
                Confidence::Suggested,
            )?);
        }
    }
    Ok(made)
}

type Change = (Range<usize>, String, String);

/// A constructor whose name is misspelt; else the type of what is given back, or `void`.
fn typed(syntax: &Syntax, line: u32) -> Vec<Change> {
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let is_here = |node: &usize| {
        matches!(tree[*node].kind, "constructor_declaration" | "compact_constructor_declaration")
            && tree.field(*node, "name").is_some_and(|name| syntax.line_of(tree[name].range.start) == line)
    };
    let Some(node) = tree.all().find(is_here) else { return Vec::new() };
    let (Some(name), Some(class)) = (tree.field(node, "name"), tree.above(node).find_map(|it| tree.field(it, "name")))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if is_near(text(name), text(class)) {
        found.push((
            tree[name].range.clone(),
            text(class).to_owned(),
            format!("called the constructor `{}`", text(class)),
        ));
    }
    for kind in results(syntax, text(node), text(class)) {
        let start = tree[name].range.start;
        found.push((start..start, format!("{kind} "), format!("gave the method `{}` the type `{kind}`", text(name))));
    }
    found
}

/// What a method may give back, by what its `return`s say.
fn results(syntax: &Syntax, method: &str, class: &str) -> Vec<String> {
    let values = || method.split("return ").skip(1).filter_map(|rest| rest.split(';').next()).map(str::trim);
    let Some(first) = values().next() else { return vec!["void".to_owned()] };
    let whole = syntax.text(&(0..syntax.bytes().len()));
    let mut found: Vec<String> = Vec::new();
    for value in values() {
        let kind = match value {
            "this" => Some(class.to_owned()),
            "true" | "false" => Some("boolean".to_owned()),
            _ if value.starts_with('"') => Some("String".to_owned()),
            _ => declared(whole, value),
        };
        found.extend(kind);
    }
    if first.contains(" == ") || first.contains(" != ") || first.starts_with('!') {
        found.push("boolean".to_owned());
    }
    found.extend(["String", "boolean", "int"].map(str::to_owned));
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|kind| seen.insert(kind.clone()));
    found.truncate(5);
    found
}

/// The type with which a variable is declared: the words before its name.
fn declared(text: &str, name: &str) -> Option<String> {
    let is_part = |c: char| c.is_alphanumeric() || "_.<>[]".contains(c);
    let before = text.match_indices(name).find_map(|(at, _)| {
        let whole = !text[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let head = text[..at].strip_suffix(' ')?;
        let kind = &head[head.rfind(|c: char| !is_part(c)).map_or(0, |it| it + 1)..];
        let is_kind = whole
            && kind.starts_with(char::is_alphabetic)
            && !["return", "new", "else", "throw", "case"].contains(&kind);
        is_kind.then(|| kind.to_owned())
    });
    before.filter(|_| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

/// `static`, behind the word that says who sees it.
fn bound_to_the_class(syntax: &Syntax, name: &str) -> Vec<Change> {
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let is_named = |node: &usize| {
        let declarator = tree.inner(*node).into_iter().find(|it| tree[*it].kind == "variable_declarator");
        let named = declarator.unwrap_or(*node);
        matches!(tree[*node].kind, "method_declaration" | "field_declaration")
            && tree.field(named, "name").is_some_and(|own| text(own) == name)
    };
    let change = |node: usize| {
        let (start, kind) = (tree[node].range.start, tree.field(node, "type")?);
        let words = syntax.text(&(start..tree[kind].range.start));
        let seen = ["public ", "protected ", "private "].iter().find_map(|word| Some(words.find(word)? + word.len()));
        let first = ["abstract ", "final ", "synchronized ", "<"].iter().filter_map(|word| words.find(word)).min();
        let at = start + seen.or(first).unwrap_or(words.len());
        Some((at..at, "static ".to_owned(), format!("made `{name}` static, as it is used")))
    };
    tree.all().filter(is_named).filter_map(change).collect()
}

/// A word that may not stand there: `public` for what has the file's name, else nothing.
fn allowed(syntax: &Syntax, line: u32, word: &str) -> Vec<Change> {
    let Some(range) = syntax.line(line) else { return Vec::new() };
    let text = syntax.text(&range);
    let Some(at) = text.find(&format!("{word} ")).map(|at| range.start + at) else { return Vec::new() };
    let gone = (at..at + word.len() + 1, String::new(), format!("took out `{word}`"));
    let public = (at..at + word.len(), "public".to_owned(), format!("wrote `public` instead of `{word}`"));
    match word {
        "private" | "protected" => vec![public, gone],
        _ => vec![gone],
    }
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn declarations_have_the_words_that_they_need() {
        check(&[
            Example {
                files: &[("A.java", "public class A {\n  public set(final char sep) {\n    this.sep = sep;\n  }\n}\n")],
                log: "A.java:2: error: invalid method declaration; return type required\n  public set(final char sep) {\n         ^\n1 error\n",
                fixed: "public class A {\n  public void set(final char sep) {\n    this.sep = sep;\n  }\n}\n",
            },
            Example {
                files: &[(
                    "A.java",
                    "public class A {\n  Map<String, Entry> all;\n  public first() {\n    Entry found = null;\n    return found;\n  }\n}\n",
                )],
                log: "A.java:3: error: invalid method declaration; return type required\n  public first() {\n         ^\n1 error\n",
                fixed: "public class A {\n  Map<String, Entry> all;\n  public Entry first() {\n    Entry found = null;\n    return found;\n  }\n}\n",
            },
            Example {
                files: &[(
                    "A.java",
                    "class A {\n  static void f(char c) {\n    g(c);\n  }\n\n  private boolean g(final char c) {\n    return true;\n  }\n}\n",
                )],
                log: "A.java:3: error: non-static method g(char) cannot be referenced from a static context\n    g(c);\n    ^\n1 error\n",
                fixed: "class A {\n  static void f(char c) {\n    g(c);\n  }\n\n  private static boolean g(final char c) {\n    return true;\n  }\n}\n",
            },
            Example {
                files: &[("A.java", "private interface A {\n  int f();\n}\n")],
                log: "A.java:1: error: modifier private not allowed here\nprivate interface A {\n        ^\n1 error\n",
                fixed: "public interface A {\n  int f();\n}\n",
            },
        ]);
    }
}
