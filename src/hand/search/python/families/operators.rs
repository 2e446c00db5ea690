//! Another operator: comparison, arithmetic, bits, logic; augmented ones too.

use super::super::drafts::Drafts;

/// Operator → what people mix it up with, likeliest first.
const MIXED: &[(&str, &[&str])] = &[
    ("<", &["<=", ">", ">=", "!=", "=="]),
    ("<=", &["<", ">=", ">", "==", "!="]),
    (">", &[">=", "<", "<=", "!=", "=="]),
    (">=", &[">", "<=", "<", "==", "!="]),
    ("==", &["!=", "<=", ">=", "<", ">", "is"]),
    ("!=", &["==", "<", ">", "<=", ">=", "is not"]),
    ("is", &["is not", "=="]),
    ("is not", &["is", "!="]),
    ("in", &["not in"]),
    ("not in", &["in"]),
    ("+", &["-", "*", "|", "//"]),
    ("-", &["+", "*", "//", "%"]),
    ("*", &["+", "**", "//", "/", "-", "&"]),
    ("/", &["//", "*", "%", "-"]),
    ("//", &["/", "%", "*", "-", "+"]),
    ("%", &["//", "/", "*", "-"]),
    ("**", &["*"]),
    ("&", &["|", "^", "and", "+"]),
    ("|", &["&", "^", "or", "-"]),
    ("^", &["&", "|", "**"]),
    ("<<", &[">>"]),
    (">>", &["<<"]),
    ("and", &["or"]),
    ("or", &["and"]),
    ("+=", &["-=", "=", "*=", "|="]),
    ("-=", &["+=", "=", "//="]),
    ("*=", &["+=", "/=", "//=", "="]),
    ("/=", &["//=", "*=", "-="]),
    ("//=", &["/=", "*=", "-=", "%=", "="]),
    ("%=", &["//=", "-="]),
    ("&=", &["|=", "^="]),
    ("|=", &["&=", "^=", "+="]),
    ("^=", &["&=", "|="]),
    ("<<=", &[">>="]),
    (">>=", &["<<="]),
    ("**=", &["*="]),
];

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let parent = scene.parent(node);
    let is_operator = match scene.kind(parent) {
        "binary_operator" | "boolean_operator" | "augmented_assignment" => scene.tree[node].field == Some("operator"),
        "comparison_operator" => scene.tree[node].field == Some("operators"),
        _ => false,
    };
    if !is_operator {
        return;
    }
    let text = scene.text(node).split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((_, others)) = MIXED.iter().find(|(operator, _)| *operator == text) else { return };
    for (rank, other) in others.iter().enumerate() {
        drafts.replace(node, *other, 0.12 * rank as f64);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    ("def f(n):\n    n ^= n - 1\n    return n\n", "def f(n):\n    n &= n - 1\n    return n\n"),
    ("def f(a, b):\n    return a <= b\n", "def f(a, b):\n    return a < b\n"),
    ("def f(a, b):\n    return a not  in b\n", "def f(a, b):\n    return a in b\n"),
    ("def f(a, b):\n    return a and b\n", "def f(a, b):\n    return a or b\n"),
    ("def f(a, b):\n    return a / b\n", "def f(a, b):\n    return a // b\n"),
];
