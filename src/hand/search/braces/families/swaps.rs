//! Two things in the wrong order: arguments, operands, elements, branches.

use super::super::drafts::Drafts;
use super::super::kinds::Kind;
use super::super::parts::Sides;
use super::super::words::Word;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    match scene.word(node) {
        Some(Word::Arguments) => {
            let parts = scene.inner(node);
            each_two(drafts, &parts, 0.0);
            // `f(a)(b)` apart, the object may be one of the two: `a.g(b)`.
            if let (Some(callee), [only]) = (scene.callee(scene.parent(node)), &parts[..])
                && let Some(object) = callee.object
            {
                swap(drafts, object, *only, 0.4);
            }
        }
        Some(Word::Several | Word::List) => {
            let parts = scene.inner(node);
            if (2..=4).contains(&parts.len()) {
                each_two(drafts, &parts, 0.1);
            }
        }
        Some(Word::Binary) => operands(drafts, node),
        Some(Word::Index) => {
            // `m[i][j]` → `m[j][i]`
            if let Some((object, index)) = scene.index(node)
                && let Some((_, other)) = scene.index(object)
            {
                swap(drafts, other, index, 0.0);
            }
        }
        Some(Word::Assign) => {
            if let Some(sides) =
                scene.sides(node).filter(|sides| scene.is(sides.right, &[Word::Name, Word::Member, Word::Index]))
            {
                swap(drafts, sides.left, sides.right, 0.3);
            }
        }
        Some(Word::Ternary) => {
            if let (Some(one), Some(other)) = scene.branches(node) {
                swap(drafts, one, other, 0.3);
            }
        }
        Some(Word::If) => {
            if let (Some(one), Some(other)) = scene.branches(node)
                && scene.word(other) != Some(Word::If)
            {
                swap(drafts, one, other, 0.9);
            }
        }
        _ => {}
    }
}

fn operands(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(sides) = scene.sides(node) else { return };
    factors(drafts, &sides);
    match scene.text(sides.operator) {
        // Where order does not matter for numbers it still does for texts.
        "+" | "*" | "&" | "|" | "^" => {
            let kinds = [sides.left, sides.right].map(|n| scene.type_of(n));
            let is_text = kinds.iter().flatten().any(|kind| matches!(kind, Kind::Text | Kind::Array(_)));
            if is_text || !kinds.iter().flatten().any(Kind::is_number) {
                swap(drafts, sides.left, sides.right, 0.2);
            }
        }
        "&&" | "||" => swap(drafts, sides.left, sides.right, 0.8),
        // The other way round is another operator, which is cheaper.
        "==" | "!=" | "===" | "!==" => {}
        "<" | ">" | "<=" | ">=" => swap(drafts, sides.left, sides.right, 0.4),
        _ => swap(drafts, sides.left, sides.right, 0.1),
    }
}

/// `a + b * c` → `a * c + b`.
fn factors(drafts: &mut Drafts, sides: &Sides) {
    let scene = drafts.scene;
    let inner = scene.sides(sides.right).filter(|_| scene.word(sides.right) == Some(Word::Binary));
    let Some(inner) = inner.filter(|inner| matches!(scene.text(inner.operator), "*" | "/" | "%")) else { return };
    let operators = (scene.text(sides.operator), scene.text(inner.operator));
    if !matches!(operators.0, "+" | "-") {
        return;
    }
    let (b, c) = (scene.text(inner.left), scene.text(inner.right));
    let range = |n: usize| scene.tree[n].range.clone();
    for (factor, rest, more) in [(c, b, 0.5), (b, c, 0.7)] {
        let text = format!("{factor} {} {rest}", operators.0);
        drafts.edit(vec![(range(sides.operator), operators.1.to_owned()), (range(sides.right), text)], more);
    }
}

fn each_two(drafts: &mut Drafts, parts: &[usize], more: f64) {
    for (i, one) in parts.iter().enumerate() {
        for (distance, other) in parts[i + 1..].iter().enumerate() {
            swap(drafts, *one, *other, more + 0.2 * distance as f64);
        }
    }
}

fn swap(drafts: &mut Drafts, one: usize, other: usize, more: f64) {
    let scene = drafts.scene;
    let (a, b) = (scene.text(one), scene.text(other));
    let is_function = |n: usize| scene.word(n) == Some(Word::Function);
    if a == b || a.is_empty() || b.is_empty() || is_function(one) || is_function(other) {
        return;
    }
    // What goes to the place of a tighter one is held together.
    let held = |text: &str, from: usize, to: usize| {
        let loose = scene.word(from) == Some(Word::Binary) && scene.word(scene.parent(to)) == Some(Word::Binary);
        if loose { format!("({text})") } else { text.to_owned() }
    };
    let edits = vec![
        (scene.tree[one].range.clone(), held(b, other, one)),
        (scene.tree[other].range.clone(), held(a, one, other)),
    ];
    drafts.edit(edits, more);
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    ("c", "int f(int a, int b) { return a + b * 10; }", "int f(int a, int b) { return a * 10 + b; }"),
    ("c", "int f(int a, int b) { return f(a % b, b); }", "int f(int a, int b) { return f(b, a % b); }"),
    (
        "java",
        "class A { int f(int[][] d, int j, int k) { return d[j][k]; } }",
        "class A { int f(int[][] d, int j, int k) { return d[k][j]; } }",
    ),
    ("js", "function f(r, c) { return r + c }", "function f(r, c) { return c + r }"),
    (
        "js",
        "function f(n) { let s = ''; s = s + (n % 2); return s }",
        "function f(n) { let s = ''; s = (n % 2) + s; return s }",
    ),
    ("go", "package a\nfunc f(a, b int) int { return a - b }", "package a\nfunc f(a, b int) int { return b - a }"),
    ("rs", "fn f(a: bool) -> u8 { if a { 1 } else { 2 } }", "fn f(a: bool) -> u8 { if a { 2 } else { 1 } }"),
    ("go", "package a\nfunc f(a, b int) { a, b = b, a }", "package a\nfunc f(a, b int) { b, a = b, a }"),
];
