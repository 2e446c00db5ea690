//! Two arguments of a call in each other's place, where their types tell.

use super::Scene;
use super::complaint::Complaint;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Syntax;
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;

#[rustfmt::skip]
const SIGNS: &[&str] = &[
    "cannot be converted to", "cannot be applied to given types", "no suitable ", "not assignable to parameter", "cannot use ",
    "arguments to this function are incorrect", "arguments to this method are incorrect", "No overload matches", "mismatched types",
    "from incompatible pointer type", "incompatible type for argument",
];
/// Lists around a place that are looked at, from the inside out.
const MOST_LISTS: usize = 3;
const MOST_OFFERS: usize = 6;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let mut seen = BTreeSet::new();
    let speaks = |complaint: &&Complaint| SIGNS.iter().any(|sign| complaint.message.contains(sign));
    for complaint in scene.complaints.iter().filter(speaks) {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let Some(at) = place.column.and_then(|column| syntax.offset(place.line, column)) else { continue };
        for list in lists(&syntax, at).into_iter().take(MOST_LISTS) {
            for pair in list.windows(2) {
                let (a, b) = (syntax.text(&pair[0]).to_owned(), syntax.text(&pair[1]).to_owned());
                if a == b || made.len() >= MOST_OFFERS || !seen.insert((place.path.clone(), pair[0].start)) {
                    continue;
                }
                let why = format!("put `{a}` and `{b}` in each other's place in line {} of {}", place.line, place.path);
                let edit = |range: &Range<usize>, text| Edit { path: place.path.clone(), range: range.clone(), text };
                made.extend(scene.candidate(vec![edit(&pair[0], b), edit(&pair[1], a)], why, Confidence::Suggested)?);
            }
        }
    }
    Ok(made)
}

/// The argument lists that a place stands in, or at the head of, from the inside out.
fn lists(syntax: &Syntax, at: usize) -> Vec<Vec<Range<usize>>> {
    let tree = syntax.branches();
    let is_list = |node: &usize| matches!(tree[*node].kind, "arguments" | "argument_list");
    let line = syntax.line_of(at);
    let near = |node: &usize| {
        let range = &tree[*node].range;
        range.contains(&at) || (range.start >= at && syntax.line_of(range.start) == line)
    };
    let mut found: Vec<usize> = tree.all().filter(is_list).filter(near).collect();
    let far = |range: &Range<usize>| if range.contains(&at) { 0 } else { 1 + range.start - at };
    found.sort_by_key(|node| (far(&tree[*node].range), tree[*node].range.len()));
    let parts = |node: usize| {
        tree.inner(node).into_iter().map(|it| tree[it].range.clone()).filter(|range| !range.is_empty()).collect()
    };
    found.into_iter().map(parts).filter(|parts: &Vec<_>| parts.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn arguments_change_places() {
        check(&[
            Example {
                files: &[(
                    "A.java",
                    "class A {\n    void f(String s, int n) {\n        g(n, s);\n    }\n    void g(String s, int n) {}\n}\n",
                )],
                log: "A.java:3: error: incompatible types: int cannot be converted to String\n        g(n, s);\n          ^\n1 error\n",
                fixed: "class A {\n    void f(String s, int n) {\n        g(s, n);\n    }\n    void g(String s, int n) {}\n}\n",
            },
            Example {
                files: &[("a.ts", "declare function g(s: string, n: number): void;\ng(1, 'a');\n")],
                log: "a.ts(2,3): error TS2345: Argument of type 'number' is not assignable to parameter of type 'string'.\n",
                fixed: "declare function g(s: string, n: number): void;\ng('a', 1);\n",
            },
        ]);
    }
}
