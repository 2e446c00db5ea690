//! Another expression of the function in the place of one, where it may be of the same type.

use super::super::drafts::{Drafts, binds};
use super::super::kinds::Kind;
use super::super::words::Word;
use super::conditions::known;
use std::collections::BTreeMap;

const MOST: usize = 60;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if !scene.is_value(node) || scene.is_called(node) {
        return;
    }
    if scene.is_target(node) {
        if scene.is(node, &[Word::Index, Word::Member]) {
            place(drafts, node);
        }
        return;
    }
    let parent = scene.parent(node);
    let object = scene.member(parent).is_some_and(|(object, _)| object == node && scene.word(node) != Some(Word::Name));
    let whole = scene.is(parent, &[Word::Simple, Word::Paren]) || (scene.is_in_block(node) && !scene.is_tail(node));
    let odd = scene.is(node, &[Word::Function, Word::Macro, Word::Assign, Word::Augment, Word::Step, Word::Range]);
    let called = scene.callee(parent).is_some_and(|callee| callee.object == Some(node) || callee.name == node);
    if object || whole || odd || called {
        return;
    }
    let kind = scene.type_of(node);
    let at = scene.tree[node].range.start;
    let plain = scene.is(
        node,
        &[Word::Name, Word::Number, Word::Float, Word::Text, Word::Char, Word::True, Word::False, Word::Null],
    );
    if !plain {
        // A variable instead of the whole.
        for var in scene.vars_at(at) {
            if let Some(more) = scene.fits(var.kind.as_ref(), kind.as_ref()) {
                drafts.replace(node, &var.name, 0.1 + 0.4 * more + if var.outer { 0.4 } else { 0.0 });
            }
        }
    }
    for (text, (other, other_kind)) in others(drafts, node) {
        let more = match (&kind, &other_kind) {
            (Some(own), Some(other)) if scene.alike(own, other) => 0.3,
            (Some(_), Some(_)) => continue,
            _ => 0.7,
        };
        drafts.value(node, text, binds(scene, other), more);
    }
}

/// The other compound expressions, each once, with their types.
fn others<'a>(drafts: &Drafts<'_, 'a>, node: usize) -> BTreeMap<&'a str, (usize, Option<Kind>)> {
    let scene = drafts.scene;
    let compound = [Word::Index, Word::Member, Word::Call, Word::Binary, Word::Slice];
    let own = scene.tree[node].range.clone();
    let mut found = BTreeMap::new();
    for other in scene.nodes().filter(|n| scene.is(*n, &compound)) {
        let range = &scene.tree[other].range;
        let around = range.start <= own.start && own.end <= range.end;
        let text = scene.text(other);
        let usable = scene.is_value(other) && !scene.is_called(other);
        if around || !usable || text.len() > 50 || text.contains('\n') || !known(scene, other, own.start) {
            continue;
        }
        if found.len() < MOST {
            found.insert(text, (other, scene.type_of(other)));
        }
    }
    found
}

/// Another place to put the value.
fn place(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let at = scene.tree[node].range.start;
    let kind = scene.type_of(node);
    let usable = |n: &usize| scene.is(*n, &[Word::Index, Word::Member]) && *n != node && !scene.is_called(*n);
    for other in scene.nodes().filter(usable).filter(|n| known(scene, *n, at)) {
        if scene.fits(scene.type_of(other).as_ref(), kind.as_ref()).is_some() {
            drafts.replace(node, scene.text(other), 0.3);
        }
    }
    for var in scene.vars_at(at).filter(|var| !var.fixed && !var.outer) {
        if scene.fits(var.kind.as_ref(), kind.as_ref()).is_some() {
            drafts.replace(node, &var.name, 0.8);
        }
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "c",
        "void f(int *e, int *n, int u) { e[u] = n[u] + e[0]; }",
        "void f(int *e, int *n, int u) { n[u] = n[u] + e[0]; }",
    ),
    (
        "java",
        "class A { int f(int d, int n) { return g(n) + h(d); } }",
        "class A { int f(int d, int n) { return d + h(d); } }",
    ),
    ("js", "function f(a, b) { return g(a.x, b.y) }", "function f(a, b) { return g(b.y, b.y) }"),
    (
        "go",
        "package a\nfunc f(a []int, i int) int { return a[i] * a[i+1] }",
        "package a\nfunc f(a []int, i int) int { return a[i] * i }",
    ),
    ("rs", "fn f(a: &[u8], i: usize) -> u8 { a[i] * a[i + 1] }", "fn f(a: &[u8], i: usize) -> u8 { a[i] * a[i] }"),
];
