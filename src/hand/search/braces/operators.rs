//! Another operator: comparison, arithmetic, bits, logic; augmented ones too.

use super::super::draft::Pool;
use super::super::hunt::File;

/// Operator → what people mix it up with, likeliest first.
const MIXED: &[(&str, &[&str])] = &[
    ("<", &["<=", ">", ">=", "!=", "=="]),
    ("<=", &["<", ">=", ">", "==", "!="]),
    (">", &[">=", "<", "<=", "!=", "=="]),
    (">=", &[">", "<=", "<", "==", "!="]),
    ("==", &["!=", "<=", ">=", "<", ">"]),
    ("!=", &["==", "<", ">", "<=", ">="]),
    ("===", &["!==", "<=", ">=", "<", ">"]),
    ("!==", &["===", "<", ">", "<=", ">="]),
    ("+", &["-", "*", "|"]),
    ("-", &["+", "*", "/", "%"]),
    ("*", &["+", "/", "-", "&"]),
    ("/", &["*", "%", "-"]),
    ("%", &["/", "*", "-"]),
    ("&", &["|", "^", "&&", "+"]),
    ("|", &["&", "^", "||"]),
    ("^", &["&", "|"]),
    ("<<", &[">>"]),
    (">>", &["<<", ">>>"]),
    (">>>", &[">>"]),
    ("&&", &["||"]),
    ("||", &["&&"]),
    ("+=", &["-=", "=", "*="]),
    ("-=", &["+=", "=", "/="]),
    ("*=", &["+=", "/=", "="]),
    ("/=", &["*=", "-=", "%="]),
    ("%=", &["/=", "-="]),
    ("&=", &["|=", "^="]),
    ("|=", &["&=", "^="]),
    ("^=", &["&=", "|="]),
    ("<<=", &[">>="]),
    (">>=", &["<<="]),
    ("++", &["--"]),
    ("--", &["++"]),
];

pub fn propose(pool: &mut Pool, file: &File, node: usize) {
    let branch = &file.tree[node];
    if branch.named || branch.field != Some("operator") {
        return;
    }
    let text = file.syntax.text(&branch.range);
    let Some((_, others)) = MIXED.iter().find(|(operator, _)| *operator == text) else { return };
    for (rank, other) in others.iter().enumerate() {
        pool.add(vec![(branch.range.clone(), (*other).to_owned())], 0.12 * rank as f64);
    }
}
