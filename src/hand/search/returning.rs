//! A `return` that was forgotten: a value that stands as a statement and does nothing there.

use super::draft::Draft;
use super::hunt::{File, Spot};
use crate::syntax::Language;

const COST: f64 = 0.9;

/// Values without an effect, in the words of both grammars.
const IDLE: &[&str] = &[
    "identifier",
    "attribute",
    "member_expression",
    "subscript",
    "subscript_expression",
    "binary_operator",
    "binary_expression",
    "boolean_operator",
    "comparison_operator",
    "not_operator",
    "conditional_expression",
    "ternary_expression",
    "parenthesized_expression",
    "list",
    "array",
    "tuple",
    "dictionary",
    "list_comprehension",
];

pub fn drafts(file: &File, spot: &Spot) -> Vec<Draft> {
    let (tree, language) = (&file.tree, file.syntax.language());
    // Compilers of the others complain.
    if !language.is_script() && language != Language::Python {
        return Vec::new();
    }
    let is_idle = |node: &usize| {
        let inner = tree.inner(*node);
        tree[*node].kind == "expression_statement" && inner.len() == 1 && IDLE.contains(&tree[inner[0]].kind)
    };
    let draft = |node: usize| {
        let at = tree[node].range.start;
        Draft { edits: vec![(at..at, "return ".to_owned())], cost: COST, family: "return" }
    };
    tree.below(spot.node).filter(is_idle).map(draft).collect()
}

#[cfg(test)]
mod tests {
    use super::super::hunt::testing::{after, opened};
    use super::*;

    #[test]
    fn a_value_that_does_nothing_is_given_back() {
        for (name, text, value) in [
            ("a.py", "def f(xs):\n    \"\"\"Docs.\"\"\"\n    g(xs)\n    xs + [1]\n", "xs + [1]"),
            ("a.js", "function f(x) {\n  'use strict';\n  x++;\n  g();\n  x * 2;\n}\n", "x * 2"),
        ] {
            let (file, spot) = opened(name, text);
            let drafts = drafts(&file, &spot);
            assert_eq!(drafts.len(), 1, "{name}");
            assert_eq!(after(&file, &drafts[0]), text.replace(value, &format!("return {value}")));
        }
    }
}
