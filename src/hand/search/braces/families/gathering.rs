//! What is put into a collection: one thing or all of them, beside what is there or in its place; and the bound that two
//! collections share.

use super::super::drafts::{Drafts, TIGHT};
use super::super::kinds::Kind;
use super::super::parts::Callee;
use super::super::words::Word;
use super::wraps::chosen;
use crate::syntax::Language;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    match scene.word(node) {
        Some(Word::Assign) => added(drafts, node),
        Some(Word::Call) => {
            spread(drafts, node);
            shared(drafts, node);
        }
        Some(Word::Member) if !scene.is_called(node) => shared(drafts, node),
        _ => {}
    }
}

/// `x = [y]`, `x = y` → `x.push(y)`.
fn added(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let add = match scene.language {
        Language::Rust => "push",
        Language::Java => "add",
        language if language.is_script() => "push",
        _ => return,
    };
    let Some(sides) = scene.sides(node) else { return };
    let target = scene.text(sides.left).trim_start_matches('*');
    let value = scene.text(sides.right);
    let list = [("[", "]"), ("vec![", "]"), ("List.of(", ")")];
    let inner = list.iter().find_map(|(open, close)| value.strip_prefix(open)?.strip_suffix(close));
    if let Some(inner) = inner.filter(|inner| !inner.trim().is_empty()) {
        drafts.replace(node, format!("{target}.{add}({inner})"), 0.0);
    } else if matches!(scene.type_of(sides.left), Some(Kind::Array(_))) && scene.language != Language::Java {
        drafts.replace(node, format!("{target}.{add}({value})"), 0.4);
    }
}

/// `x.push(y)` ↔ `x.push(...y)`.
fn spread(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(Callee { name, arguments, .. }) = scene.callee(node).filter(|_| scene.language.is_script()) else {
        return;
    };
    let takes_many =
        matches!(scene.text(name), "push" | "unshift" | "concat" | "max" | "min" | "of" | "add" | "assign");
    let many = |kind: Option<Kind>| kind.is_none_or(|kind| matches!(kind, Kind::Array(_)));
    for argument in scene.inner(arguments) {
        let text = scene.text(argument);
        if let Some(inner) = text.strip_prefix("...") {
            drafts.replace(argument, inner, 0.1);
        } else if takes_many && many(scene.type_of(argument)) {
            drafts.replace(argument, format!("...{text}"), 0.1);
        }
    }
}

/// `a.length` → `Math.min(a.length, b.length)`.
fn shared(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let object = scene.member(node).map(|(object, _)| object);
    let called = || scene.callee(node).filter(|callee| scene.inner(callee.arguments).is_empty())?.object;
    let Some(object) = object.or_else(called).filter(|n| scene.word(*n) == Some(Word::Name)) else { return };
    if !scene.is_value(node) || scene.is_target(node) {
        return;
    }
    let (kind, text) = (scene.type_of(node), scene.text(node));
    let own = scene.var_of(object);
    let (Some(Kind::Int(_)), Some(own)) = (&kind, own) else { return };
    let rest = &text[scene.text(object).len()..];
    // What two collections hold does not matter to their lengths.
    let both = |one: &Kind, other: &Kind| matches!((one, other), (Kind::Array(_), Kind::Array(_)));
    let alike = |kind: &Kind| own.kind.as_ref().is_some_and(|own| both(own, kind) || scene.alike(own, kind));
    for var in scene.vars_at(scene.tree[node].range.start).filter(|var| var.name != own.name && !var.outer) {
        if var.kind.as_ref().is_some_and(alike) {
            for (more, which) in [(0.3, "min"), (0.5, "max")] {
                let value = chosen(scene, which, text, &format!("{}{rest}", var.name), kind.as_ref());
                value.into_iter().for_each(|value| drafts.value(node, &value, TIGHT, more));
            }
        }
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    ("js", "function f(m, k, x) { m[k] = [x] }", "function f(m, k, x) { m[k].push(x) }"),
    ("js", "function f(a, b) { a.push(f(b)) }", "function f(a, b) { a.push(...f(b)) }"),
    ("rs", "fn f(a: &mut Vec<u8>, b: u8) { *a = vec![b]; }", "fn f(a: &mut Vec<u8>, b: u8) { a.push(b); }"),
    (
        "java",
        "class A { int f(String a, String b) { return a.length(); } }",
        "class A { int f(String a, String b) { return Math.min(a.length(), b.length()); } }",
    ),
    (
        "rs",
        "fn f(a: &[u8], b: &[u8]) -> usize { a.len() }",
        "fn f(a: &[u8], b: &[u8]) -> usize { a.len().min(b.len()) }",
    ),
];
