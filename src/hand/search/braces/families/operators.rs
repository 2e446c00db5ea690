//! Another operator: comparison, arithmetic, bits, logic; augmented ones and steps too.

use super::super::drafts::{Drafts, binds, strength};
use super::super::kinds::Kind;
use super::super::words::Word;
use crate::syntax::Language;

/// Operator → what people mix it up with, likeliest first.
const MIXED: &[(&str, &[&str])] = &[
    ("<", &["<=", ">", ">=", "!=", "=="]),
    ("<=", &["<", ">=", ">", "==", "!="]),
    (">", &[">=", "<", "<=", "!=", "=="]),
    (">=", &[">", "<=", "<", "==", "!="]),
    ("==", &["!=", "<=", ">=", "<", ">", "==="]),
    ("!=", &["==", "<", ">", "<=", ">=", "!=="]),
    ("===", &["!==", "<=", ">=", "<", ">", "=="]),
    ("!==", &["===", "<", ">", "<=", ">=", "!="]),
    ("+", &["-", "*", "|"]),
    ("-", &["+", "*", "/", "%"]),
    ("*", &["+", "/", "-", "**", "&"]),
    ("/", &["*", "%", "-"]),
    ("%", &["/", "*", "-"]),
    ("**", &["*"]),
    ("&", &["|", "^", "&&", "+"]),
    ("|", &["&", "^", "||"]),
    ("^", &["&", "|"]),
    ("<<", &[">>"]),
    (">>", &["<<", ">>>"]),
    (">>>", &[">>"]),
    ("&&", &["||"]),
    ("||", &["&&", "??"]),
    ("??", &["||", "&&"]),
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

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let branch = &scene.tree[node];
    let parent = branch.parent;
    if branch.named {
        return;
    }
    let step = scene.word(parent) == Some(Word::Step);
    let sides = scene.sides(parent).filter(|sides| sides.operator == node && scene.word(parent) != Some(Word::Assign));
    if !step && sides.is_none() {
        return;
    }
    let text = scene.text(node);
    let Some((_, others)) = MIXED.iter().find(|(operator, _)| *operator == text) else { return };
    let kind = sides.as_ref().and_then(|sides| scene.type_of(sides.left).or_else(|| scene.type_of(sides.right)));
    let known = |other: &&&str| match **other {
        "===" | "!==" | "**" | "??" => scene.language.is_script(),
        ">>>" => scene.language.is_script() || scene.language == Language::Java,
        "-" | "*" | "/" | "%" | "&" | "|" | "-=" | "*=" if kind == Some(Kind::Text) => false,
        "+" | "-" | "*" | "/" if kind == Some(Kind::Truth) => false,
        // Once one is nothing at all.
        "*" | "/" | "%"
            if sides.as_ref().is_some_and(|sides| [sides.left, sides.right].iter().any(|n| scene.text(*n) == "1")) =>
        {
            false
        }
        _ => true,
    };
    for (rank, other) in others.iter().filter(known).enumerate() {
        drafts.replace(node, *other, 0.12 * rank as f64);
    }
    grouped(drafts, parent);
}

/// `a + b * c` → `(a + b) * c`, and brackets taken away.
fn grouped(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(sides) = scene.sides(node).filter(|_| scene.word(node) == Some(Word::Binary)) else { return };
    let range = |n: usize| scene.tree[n].range.clone();
    let own = strength(scene.text(sides.operator));
    let joins = |n: usize| scene.word(n) == Some(Word::Binary) && binds(scene, n) >= own;
    let around = range(node);
    if let Some(inner) = scene.sides(sides.right).filter(|_| joins(sides.right)) {
        let at = range(inner.left).end;
        drafts.edit(vec![(around.start..around.start, "(".to_owned()), (at..at, ")".to_owned())], 0.5);
    }
    if let Some(inner) = scene.sides(sides.left).filter(|_| joins(sides.left)) {
        let at = range(inner.right).start;
        drafts.edit(vec![(at..at, "(".to_owned()), (around.end..around.end, ")".to_owned())], 0.5);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    ("js", "function f(n) { n ^= n - 1; return n }", "function f(n) { n &= n - 1; return n }"),
    (
        "java",
        "class A { int f(int a) { return a <= 1 ? a : 2; } }",
        "class A { int f(int a) { return a < 1 ? a : 2; } }",
    ),
    ("rs", "fn f(a: bool, b: bool) -> bool { a && b }", "fn f(a: bool, b: bool) -> bool { a || b }"),
    ("go", "package a\nfunc f(a int) { a++ }", "package a\nfunc f(a int) { a-- }"),
    ("c", "int f(int a) { a += 2; return a; }", "int f(int a) { a -= 2; return a; }"),
    ("c", "int f(int a, int b) { return a + b / 2; }", "int f(int a, int b) { return (a + b) / 2; }"),
];
