//! Assignments: another way to assign, another start value, a value combined with the old one.

use super::super::drafts::Drafts;
use super::super::kinds::Kind;
use super::super::words::Word;
use super::indices::size_of;
use super::wraps::chosen;
use crate::syntax::Language;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    match scene.word(node) {
        Some(Word::Assign) => assigned(drafts, node),
        Some(Word::Augment) => step(drafts, node),
        Some(Word::Binding | Word::Declare) => {
            if let Some((name, value)) = scene.bound(node).filter(|(_, v)| scene.word(*v) != Some(Word::Several)) {
                start(drafts, scene.text(name), value);
            }
        }
        Some(Word::Simple) => call(drafts, node),
        _ => {}
    }
}

fn assigned(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(sides) = scene.sides(node).filter(|sides| scene.word(sides.left) != Some(Word::Several)) else { return };
    let kind = scene.type_of(sides.left);
    if kind.as_ref().is_none_or(|kind| kind.is_number() || *kind == Kind::Text) {
        drafts.replace(sides.operator, "+=", 0.1);
    }
    if kind.as_ref().is_none_or(Kind::is_number) {
        ["-=", "*="].iter().for_each(|operator| drafts.replace(sides.operator, *operator, 0.5));
        let (left, right) = (scene.text(sides.left), scene.text(sides.right));
        for (more, which) in [(0.4, "max"), (0.4, "min")] {
            let value = chosen(scene, which, left, right, kind.as_ref());
            value.into_iter().for_each(|value| drafts.replace(sides.right, value, more));
        }
    }
    if kind == Some(Kind::Truth) {
        ["|=", "&="].iter().for_each(|operator| drafts.replace(sides.operator, *operator, 0.7));
    }
    start(drafts, scene.text(sides.left), sides.right);
}

/// A start value may be one of the values at hand.
fn start(drafts: &mut Drafts, target: &str, value: usize) {
    let scene = drafts.scene;
    let constant = [Word::Number, Word::Float, Word::Null, Word::Text, Word::Char, Word::True, Word::False];
    let negative = scene.word(value) == Some(Word::Unary) && scene.operator(value) == "-";
    if !scene.is(value, &constant) && !negative {
        return;
    }
    let kind = scene.type_of(value);
    for var in scene.vars_at(scene.tree[value].range.start).filter(|var| var.name != target) {
        if let Some(more) = scene.fits(var.kind.as_ref(), kind.as_ref()) {
            drafts.replace(value, &var.name, 0.3 + more + if var.outer { 0.4 } else { 0.0 });
        }
        let Some(of) = var.kind.as_ref().filter(|kind| kind.is_sequence()) else { continue };
        let name = &var.name;
        let element = matches!(of, Kind::Array(Some(inner)) if kind.as_ref().is_some_and(|k| scene.alike(inner, k)));
        if element || matches!(of, Kind::Array(None)) {
            drafts.replace(value, format!("{name}[0]"), 0.4);
        }
        if let Some(size) =
            size_of(scene.language, name, Some(of)).filter(|_| kind.as_ref().is_some_and(Kind::is_number))
        {
            drafts.replace(value, format!("{size} - 1"), 0.7);
            drafts.replace(value, size, 0.6);
        }
    }
}

/// `x += y` → `x = y + x`, `x = max(x, y)`.
fn step(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(sides) = scene.sides(node) else { return };
    let (target, value) = (scene.text(sides.left), scene.text(sides.right));
    let kind = scene.type_of(sides.left);
    if kind.as_ref().is_none_or(Kind::is_number) {
        for which in ["max", "min"] {
            let text = chosen(scene, which, target, value, kind.as_ref());
            text.into_iter().for_each(|text| drafts.replace(node, format!("{target} = {text}"), 0.5));
        }
    }
    if kind.as_ref().is_none_or(|kind| *kind == Kind::Text) && scene.language != Language::C {
        drafts.replace(node, format!("{target} = {value} + {target}"), 0.4);
    }
    // `x += y` → `x += y * x` and its like are ingredients; the whole value is one, too.
    if scene.text(sides.operator) == "+=" && kind.as_ref().is_none_or(Kind::is_number) {
        drafts.replace(node, format!("{target} = {target} * {value}"), 0.9);
    }
}

/// `s.trim();` → `s = s.trim();`
fn call(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let inside = scene.inside(node);
    let Some(object) = scene.callee(inside).and_then(|callee| callee.object) else { return };
    let fixed = scene.var_of(object).is_none_or(|var| var.fixed);
    if scene.word(object) == Some(Word::Name) && !fixed {
        drafts.replace(inside, format!("{} = {}", scene.text(object), scene.text(inside)), 0.6);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "java",
        "class A { int f(int a, int b) { a = b; return a; } }",
        "class A { int f(int a, int b) { a += b; return a; } }",
    ),
    (
        "c",
        "int f(const int *a) { int best = 0; return best; }",
        "int f(const int *a) { int best = a[0]; return best; }",
    ),
    ("js", "function f(s) { s.trim(); return s }", "function f(s) { s = s.trim(); return s }"),
    ("rs", "fn f(a: &[u8]) { let mut n: usize = 0; }", "fn f(a: &[u8]) { let mut n: usize = a.len(); }"),
    ("go", "package a\nfunc f(a, b int) { a += b }", "package a\nfunc f(a, b int) { a = max(a, b) }"),
];
