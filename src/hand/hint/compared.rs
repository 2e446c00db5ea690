//! A condition that assigns: `=` where two values are to be compared.

use super::{Scene, place};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;

const MOST_OFFERS: usize = 4;
/// What a condition begins with, or what stands between two of them.
const HEADS: &[&str] = &["if", "while", "elif", "assert", "&&", "||", "and", "or", "not"];

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let mut seen = BTreeSet::new();
    for place in scene.complaints.iter().filter_map(|complaint| complaint.places.first()) {
        let Some(syntax) = scene.syntax(&place.path)?.filter(|_| seen.insert((place.path.clone(), place.line))) else {
            continue;
        };
        for at in assignments(&syntax, place.line).into_iter().take(MOST_OFFERS.saturating_sub(made.len())) {
            let sign = sign(&syntax);
            let why = format!("compared by `{sign}` instead of assigning in line {} of {}", place.line, place.path);
            let edit = Edit { path: place.path.clone(), range: at..at + 1, text: sign.to_owned() };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    if made.is_empty() {
        made.extend(anywhere(scene)?);
    }
    Ok(made)
}

/// JavaScript runs what assigns in a condition, and the place is the test that notices: all of the files that it
/// reaches are looked at.
fn anywhere(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for path in scene.scripts().into_iter().filter(|path| !place::is_test(path)) {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let text = syntax.text(&(0..syntax.bytes().len()));
        let lines = (1..).zip(text.lines()).filter(|(_, line)| line.contains("if (") && line.contains(" = "));
        for at in lines.flat_map(|(line, _)| assignments(&syntax, line)).collect::<Vec<_>>() {
            let sign = sign(&syntax);
            let why = format!("compared by `{sign}` instead of assigning in line {} of {path}", syntax.line_of(at));
            let edit = Edit { path: path.clone(), range: at..at + 1, text: sign.to_owned() };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    made.truncate(MOST_OFFERS);
    Ok(made)
}

/// The `=` of a line that stand in a condition.
fn assignments(syntax: &Syntax, line: u32) -> Vec<usize> {
    let Some(range) = syntax.line(line) else { return Vec::new() };
    let tokens = syntax.tokens();
    let own: Vec<_> = tokens.iter().filter(|token| range.contains(&token.range.start)).collect();
    let words: Vec<&str> = own.iter().map(|token| syntax.text(&token.range)).collect();
    let Some(head) = words.iter().position(|word| HEADS.contains(word)) else { return Vec::new() };
    let binds = |at: usize| words[head..at].iter().any(|word| matches!(*word, "let" | "const" | "var" | "for" | "=>"));
    // `while ((m = next()) !== null)` means it.
    let is_meant = |at: usize| {
        let open = words[..at].iter().rposition(|word| *word == "(");
        open.is_some_and(|open| open > 0 && words[open - 1] == "(")
    };
    let signs = (head + 1..words.len()).filter(|at| words[*at] == "=" && !binds(*at) && !is_meant(*at));
    signs.map(|at| own[at].range.start).collect()
}

/// As the file compares elsewhere.
fn sign(syntax: &Syntax) -> &'static str {
    let text = syntax.text(&(0..syntax.bytes().len()));
    let strict = text.matches("===").count();
    let is_strict = syntax.language().is_script() && (strict > 0 || !text.contains("=="));
    if is_strict && syntax.language() != Language::Python { "===" } else { "==" }
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_condition_compares() {
        check(&[
            Example {
                files: &[(
                    "A.java",
                    "class A {\n    int f(int pos) {\n        if (pos = -1) {\n            return 0;\n        }\n        return pos;\n    }\n}\n",
                )],
                log: "A.java:3: error: incompatible types: int cannot be converted to boolean\n        if (pos = -1) {\n                ^\n1 error\n",
                fixed: "class A {\n    int f(int pos) {\n        if (pos == -1) {\n            return 0;\n        }\n        return pos;\n    }\n}\n",
            },
            Example {
                files: &[(
                    "a.ts",
                    "export function f(n: number) {\n  if (n > 1 && n = 2) return 1;\n  return n === 3;\n}\n",
                )],
                log: "a.ts(2,7): error TS2364: The left-hand side of an assignment expression must be a variable or a property access.\n",
                fixed: "export function f(n: number) {\n  if (n > 1 && n === 2) return 1;\n  return n === 3;\n}\n",
            },
            Example {
                files: &[
                    ("a.js", "module.exports = (n) => {\n  if (n = 2) return 1;\n  return n === 3;\n};\n"),
                    ("a.test.js", "const f = require('./a');\ntest('f', () => expect(f(1)).toBe(false));\n"),
                ],
                log: "    Error: expect(received).toBe(expected)\n\n    Expected: false\n    Received: 1\n\n      at Object.toBe (a.test.js:2:34)\n",
                fixed: "module.exports = (n) => {\n  if (n === 2) return 1;\n  return n === 3;\n};\n",
            },
            Example {
                files: &[("src/lib.rs", "fn f(n: u8) -> u8 {\n    if n = 1 {\n        return 0;\n    }\n    n\n}\n")],
                log: "error[E0308]: mismatched types\n --> src/lib.rs:2:8\n  |\n2 |     if n = 1 {\n  |        ^^^^^ expected `bool`, found `()`\n",
                fixed: "fn f(n: u8) -> u8 {\n    if n == 1 {\n        return 0;\n    }\n    n\n}\n",
            },
        ]);
    }
}
