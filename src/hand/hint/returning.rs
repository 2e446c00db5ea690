//! A value that stands alone where a function should return it: `return` is put before it.

use super::{Scene, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;

/// How compilers say that a value leads nowhere, or that none is given.
#[rustfmt::skip]
const SIGNS: &[&str] = &[
    "missing return", "expected := or =", "is not used", "not a statement", "unexpected comma", "at end of statement", "must return a value",
    "lacks ending return", "ot all code paths return", "mismatched types", "TS2355", "TS7030", "unused expression",
    "type annotations needed", "'void' is not assignable to type", "'undefined' is not assignable to type",
];
const MOST_OFFERS: usize = 6;
/// Sources in Rust that are looked at where a test panics.
const MOST_SOURCES: usize = 40;
/// Expressions that stand alone for nothing.
const VALUES: &[&str] = &[
    "member_expression",
    "subscript_expression",
    "identifier",
    "binary_expression",
    "ternary_expression",
    "unary_expression",
    "field_expression",
    "integer_literal",
    "float_literal",
    "boolean_literal",
    "number",
    "true",
    "false",
    "null",
    "this",
    "template_string",
    "array",
    "object",
    "regex",
    "new_expression",
    "arrow_function",
];
/// What does something besides.
const ACTS: &[&str] = &[
    "macro_invocation",
    "compound_assignment_expr",
    "try_expression",
    "call_expression",
    "assignment_expression",
    "augmented_assignment_expression",
    "await_expression",
    "yield_expression",
];

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let mut seen = BTreeSet::new();
    for complaint in scene.complaints.iter().filter(|it| SIGNS.iter().any(|sign| it.message.contains(sign))) {
        // Of two types that do not match, one must be nothing at all.
        if complaint.message == "mismatched types" && !complaint.detail.contains("`()`") {
            continue;
        }
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| returns(it.language())) else { continue };
        for line in lines(&syntax, place.line) {
            let Some(at) = start(&syntax, line).filter(|_| seen.insert((place.path.clone(), line))) else { continue };
            let sound = syntax.edited(at..at, "return ").is_some_and(|it| it.faults().len() <= syntax.faults().len());
            if sound && made.len() < MOST_OFFERS {
                let edit = Edit { path: place.path.clone(), range: at..at, text: "return ".to_owned() };
                let why = format!("returned the value in line {line} of {}", place.path.as_str());
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
    }
    Ok(made)
}

/// JavaScript and Rust run a value that leads nowhere, and the place is the test that misses it: all files that it reaches
/// are looked at.
pub(super) fn anywhere(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for path in reached(scene)? {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let tree = syntax.branches();
        let is_idle = |node: &usize| {
            let inner = tree.inner(*node);
            tree[*node].kind == "expression_statement"
                && inner.first().is_some_and(|it| VALUES.contains(&tree[*it].kind))
                && tree.below(*node).all(|it| !ACTS.contains(&tree[it].kind))
        };
        for node in tree.all().filter(is_idle) {
            let at = tree[node].range.start;
            let edit = Edit { path: path.clone(), range: at..at, text: "return ".to_owned() };
            let why = format!("returned the value in line {} of {path}", syntax.line_of(at));
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    made.truncate(MOST_OFFERS);
    Ok(made)
}

fn reached(scene: &Scene) -> Result<Vec<RelPath>> {
    let mut files = scene.scripts();
    let panics = scene.job.log.contains("panicked at") && !scene.job.log.contains("could not compile");
    if panics {
        let all = scene.job.workshop.files()?.iter();
        files.extend(all.filter(|path| Language::of(path) == Some(Language::Rust)).take(MOST_SOURCES).cloned());
    }
    files.retain(|path| !place::is_test(path));
    Ok(files)
}

fn returns(language: Language) -> bool {
    !matches!(language, Language::Python)
}

/// The line itself, the one above a closing brace, and the last ones of the functions that begin here.
fn lines(syntax: &Syntax, line: u32) -> Vec<u32> {
    let mut found = vec![line, line.saturating_sub(1)];
    for name in syntax.names() {
        let Some(function) = &name.function else { continue };
        let (first, last) = (syntax.line_of(function.start), syntax.line_of(function.end));
        if first <= line && line <= last && last > first {
            found.push(last - 1);
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|line| *line > 0 && seen.insert(*line));
    found
}

/// Where the statement of a line begins, when it can be a value.
fn start(syntax: &Syntax, line: u32) -> Option<usize> {
    let range = syntax.line(line)?;
    let text = syntax.text(&range);
    let body = text.trim_start();
    let word: String = body.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let value_words = ["new", "null", "nil", "true", "false", "this", "self", "super", "typeof", "await", "func"];
    let is_keyword = syntax.language().keywords().contains(&word.as_str()) && !value_words.contains(&word.as_str());
    let begins = body.starts_with(|c: char| c.is_alphanumeric() || "_\"'`(&*![{-".contains(c));
    let steps =
        ["++", "--"].iter().any(|mark| body.starts_with(mark) || body.trim_end_matches([';', ' ']).ends_with(mark));
    let assigns = steps || [" = ", " := ", "+= ", "-= "].iter().any(|mark| body.contains(mark));
    (begins && !is_keyword && !assigns && !body.ends_with('{')).then(|| range.start + text.len() - body.len())
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_value_that_leads_nowhere_is_given_back() {
        check(&[
            Example {
                files: &[(
                    "src/lib.rs",
                    "pub fn f(a: u8) -> f64 {\n    if a > 1 {\n        1.0;\n    }\n    0.5\n}\n\n#[test]\nfn t() {\n    assert_eq!(f(2), 1.0);\n}\n",
                )],
                log: "thread 't' panicked at src/lib.rs:10:5:\nassertion `left == right` failed\n  left: 0.5\n right: 1.0\n",
                fixed: "pub fn f(a: u8) -> f64 {\n    if a > 1 {\n        return 1.0;\n    }\n    0.5\n}\n\n#[test]\nfn t() {\n    assert_eq!(f(2), 1.0);\n}\n",
            },
            Example {
                files: &[
                    (
                        "heap.ts",
                        "export class Heap {\n  items: number[] = [];\n  peek() {\n    this.items[0];\n  }\n}\n",
                    ),
                    ("index.ts", "export { Heap } from './heap';\n"),
                    (
                        "a.test.ts",
                        "import { Heap } from './index';\ntest('f', () => expect(new Heap().peek()).toBe(1));\n",
                    ),
                ],
                log: "AssertionError: expected +0 to be 2 // Object.is equality\n\n \u{276f} a.test.ts:2:40\n",
                fixed: "export class Heap {\n  items: number[] = [];\n  peek() {\n    return this.items[0];\n  }\n}\n",
            },
        ]);
    }
}
