//! A variable that is assigned to and was declared not to be, or was not declared at all: `const` becomes `let`,
//! `final` goes, Go's `=` becomes `:=` and back.

use super::Scene;
use super::complaint::Complaint;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
use std::ops::Range;

static FIXED: Said = Said::new(&[
    r"Assignment to constant variable",
    r"Cannot assign to '(?P<name>[\w$]+)' because it is a constant",
    r"'(?P<name>[\w$]+)' is constant",
    r"cannot assign a value to (?:static )?final variable (?P<name>\w+)",
]);
static UNDECLARED: Said = Said::new(&[r"undefined: (?P<name>\w+)$", r"(?P<none>no new variables on left side of :=)"]);

/// A `const` that is given nothing: it gets its value later.
const EMPTY: &[&str] =
    &["Missing initializer in const declaration", "TS1155: 'const' declarations must be initialized"];

/// What is replaced, by what, and why.
type Change = (Range<usize>, String, String);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let found = match syntax.language() {
            Language::Go => operator(&syntax, complaint, place.line).into_iter().collect(),
            Language::Rust => global(&syntax, complaint, place.line),
            _ => {
                let empty = empty(&syntax, complaint, place.line);
                empty.or_else(|| declaration(&syntax, complaint, place.line)).into_iter().collect()
            }
        };
        for (range, text, why) in found {
            let edit = Edit { path: place.path.clone(), range, text };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// `const last;`, which eslint's parser only calls an unexpected `;`.
fn empty(syntax: &Syntax, complaint: &Complaint, line: u32) -> Option<Change> {
    let range = syntax.line(line)?;
    let text = syntax.text(&range);
    let name = text.trim_start().strip_prefix("const ")?.trim_end().trim_end_matches(';');
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    let said =
        EMPTY.iter().any(|words| complaint.message.contains(words)) || complaint.message.contains("nexpected token");
    let at = range.start + text.len() - text.trim_start().len();
    let why = format!("declared `{name}` as a variable, which gets its value later");
    (said && is_bare && syntax.language().is_script()).then(|| (at..at + "const".len(), "let".to_owned(), why))
}

/// The word that forbids it, in the nearest declaration above.
fn declaration(syntax: &Syntax, complaint: &Complaint, line: u32) -> Option<Change> {
    let said = FIXED.captures(&complaint.message)?;
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let name = match said.name("name") {
        Some(name) => name.as_str(),
        None => assigned(syntax, &tree, line)?,
    };
    let declares = |node: usize| {
        let below = tree.inner(node).into_iter().filter(|it| tree[*it].kind == "variable_declarator");
        below.into_iter().any(|it| tree.field(it, "name").is_some_and(|own| text(own) == name))
    };
    let mut found = tree.all().filter(|node| declares(*node) && syntax.line_of(tree[*node].range.start) <= line);
    let from = |node: usize| {
        let kind = tree.field(node, "kind").filter(|kind| text(*kind) == "const");
        if let Some(kind) = kind {
            return Some((tree[kind].range.clone(), "let".to_owned()));
        }
        let own = tree.below(node).find(|it| tree[*it].kind == "final")?;
        let rest = syntax.text(&(tree[own].range.end..tree[node].range.end));
        let blank = rest.len() - rest.trim_start().len();
        Some((tree[own].range.start..tree[own].range.end + blank, String::new()))
    };
    let (range, new) = found.by_ref().filter_map(from).last()?;
    Some((range, new, format!("declared `{name}` as a variable, which is assigned to")))
}

/// Rust: `let` outside of functions is `const` or `static`, the one first that the file has more of.
fn global(syntax: &Syntax, complaint: &Complaint, line: u32) -> Vec<Change> {
    let said = format!("{}\n{}", complaint.message, complaint.detail);
    let Some(range) = syntax.line(line).filter(|_| said.contains("cannot be used for global variables")) else {
        return Vec::new();
    };
    let (text, all) = (syntax.text(&range), syntax.text(&(0..syntax.bytes().len())));
    let Some(at) = text.find("let ").map(|at| range.start + at) else { return Vec::new() };
    let count =
        |word: &str| all.lines().filter(|line| line.trim_start().trim_start_matches("pub ").starts_with(word)).count();
    let mut words = ["const", "static"];
    if count("static ") > count("const ") {
        words.reverse();
    }
    words
        .map(|word| {
            (
                at..at + 3,
                word.to_owned(),
                format!("declared by `{word}` what stands outside of functions, in line {line}"),
            )
        })
        .into()
}

/// What the first assignment of a line assigns to.
fn assigned<'s>(syntax: &'s Syntax, tree: &Branches, line: u32) -> Option<&'s str> {
    let is_here = |node: &usize| syntax.line_of(tree[*node].range.start) == line;
    let target = |node: usize| match tree[node].kind {
        "assignment_expression" | "augmented_assignment_expression" => tree.field(node, "left"),
        "update_expression" => tree.field(node, "argument"),
        _ => None,
    };
    let found = tree.all().filter(is_here).filter_map(target).find(|it| tree[*it].kind == "identifier")?;
    Some(syntax.text(&tree[found].range))
}

fn operator(syntax: &Syntax, complaint: &Complaint, line: u32) -> Option<Change> {
    let said = UNDECLARED.captures(&complaint.message)?;
    let tree = syntax.branches();
    let (kind, own, new) = match said.name("none") {
        Some(_) => ("short_var_declaration", ":=", "="),
        None => ("assignment_statement", "=", ":="),
    };
    let is_here = |node: &usize| tree[*node].kind == kind && syntax.line_of(tree[*node].range.start) == line;
    let statement = tree.all().find(is_here)?;
    let left = tree.field(statement, "left")?;
    let names = tree.inner(left);
    let text = |node: usize| syntax.text(&tree[node].range);
    let concerned = said.name("name").is_none_or(|name| names.iter().any(|it| text(*it) == name.as_str()));
    let plain = names.iter().all(|it| tree[*it].kind == "identifier");
    let operator = tree[statement].children.iter().copied().find(|it| text(*it) == own)?;
    let what = if new == ":=" { "declared" } else { "assigned to" };
    (concerned && plain)
        .then(|| (tree[operator].range.clone(), new.to_owned(), format!("{what} `{}` in line {line}", text(left))))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn declarations_follow_their_uses() {
        check(&[
            Example {
                files: &[(
                    "a.js",
                    "function f(x) {\n  const y = 0, z = 1;\n  const x1 = 2;\n  y = x * 2;\n  return y + z + x1;\n}\n",
                )],
                log: "/repo/a.js:4\n  y = x * 2;\n    ^\n\nTypeError: Assignment to constant variable.\n    at f (/repo/a.js:4:5)\n",
                fixed: "function f(x) {\n  let y = 0, z = 1;\n  const x1 = 2;\n  y = x * 2;\n  return y + z + x1;\n}\n",
            },
            Example {
                files: &[("src/lib.rs", "const B: u8 = 2;\nlet A: u8 = 1;\n")],
                log: "error: expected item, found keyword `let`\n --> src/lib.rs:2:1\n  |\n2 | let A: u8 = 1;\n  | ^^^\n  | |\n  | `let` cannot be used for global variables\n  | help: consider using `static` or `const` instead of `let`\n",
                fixed: "const B: u8 = 2;\nconst A: u8 = 1;\n",
            },
            Example {
                files: &[("a.ts", "const n: number = 0;\nexport function f() {\n  n++;\n}\n")],
                log: "a.ts(3,3): error TS2588: Cannot assign to 'n' because it is a constant.\n",
                fixed: "let n: number = 0;\nexport function f() {\n  n++;\n}\n",
            },
            Example {
                files: &[(
                    "A.java",
                    "public class A {\n    private static final int N = 1;\n    int f() {\n        final int x = 1;\n        x = 2;\n        return x;\n    }\n}\n",
                )],
                log: "A.java:5: error: cannot assign a value to final variable x\n        x = 2;\n        ^\n1 error\n",
                fixed: "public class A {\n    private static final int N = 1;\n    int f() {\n        int x = 1;\n        x = 2;\n        return x;\n    }\n}\n",
            },
            Example {
                files: &[("a.go", "package a\n\nfunc F() int {\n\tx = 1\n\treturn x\n}\n")],
                log: "./a.go:4:2: undefined: x\n./a.go:5:9: undefined: x\n",
                fixed: "package a\n\nfunc F() int {\n\tx := 1\n\treturn x\n}\n",
            },
            Example {
                files: &[("a.go", "package a\n\nfunc F() int {\n\tx := 1\n\tx := 2\n\treturn x\n}\n")],
                log: "./a.go:5:4: no new variables on left side of :=\n",
                fixed: "package a\n\nfunc F() int {\n\tx := 1\n\tx = 2\n\treturn x\n}\n",
            },
        ]);
    }
}
