//! Another variable of the same type.

use super::super::drafts::Drafts;
use super::super::scene::Scene;
use super::super::words::Word;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if scene.word(node) != Some(Word::Name) || !scene.is_value(node) {
        return;
    }
    let name = scene.text(node);
    let Some(own) = scene.var_of(node) else { return };
    let target = scene.is_target(node);
    let kind = own.kind.clone();
    let at = scene.tree[node].range.start;
    let lost = if target { 0.4 } else { lost(scene, name) };
    for var in scene.vars_at(at).filter(|var| var.name != name) {
        if target && var.fixed {
            continue;
        }
        let Some(more) = scene.fits(var.kind.as_ref(), kind.as_ref()) else { continue };
        let far = if var.outer && !own.outer { 0.5 } else { 0.0 };
        drafts.replace(node, &var.name, more + lost + far);
    }
}

/// A name that nobody would read any more was hardly bound for nothing.
fn lost(scene: &Scene, name: &str) -> f64 {
    let named = |n: &usize| scene.word(*n) == Some(Word::Name) && scene.text(*n) == name;
    let reads = scene.nodes().filter(|n| named(n) && scene.is_value(*n) && !scene.is_target(*n)).count();
    if reads <= 1 { 0.3 } else { 0.0 }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    ("c", "int f(int a, int b, char *s) { return g(a, a); }", "int f(int a, int b, char *s) { return g(a, b); }"),
    (
        "java",
        "class A { int low; int f(int a) { int b = a; b = 1; return a; } }",
        "class A { int low; int f(int a) { int b = a; a = 1; return a; } }",
    ),
    ("js", "const f = (a, b) => { return a + a }", "const f = (a, b) => { return a + b }"),
    (
        "rs",
        "fn f(xs: &[i32], i: usize, j: usize) -> i32 { xs[i] }",
        "fn f(xs: &[i32], i: usize, j: usize) -> i32 { xs[j] }",
    ),
    (
        "go",
        "package a\nfunc f(xs []int) int { s := 0\nfor i, x := range xs { s += i }\nreturn s }",
        "package a\nfunc f(xs []int) int { s := 0\nfor i, x := range xs { s += x }\nreturn s }",
    ),
];
