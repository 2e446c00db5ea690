//! Another member: one that the file uses on the same thing, else one that it uses or declares at all.

use super::super::drafts::Drafts;
use super::super::kinds::Kind;
use std::collections::BTreeSet;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some((object, name)) = scene.member(node).filter(|_| !scene.is_called(node)) else { return };
    let (own_object, own) = (scene.text(object), scene.text(name));
    let kind = scene.fields.get(own);
    let same: BTreeSet<&str> =
        scene.members.iter().filter(|(object, _)| object == own_object).map(|(_, name)| name.as_str()).collect();
    same.iter().filter(|other| **other != own).for_each(|other| drafts.replace(name, *other, 0.0));
    for (other, other_kind) in scene.fields.iter().filter(|(other, _)| *other != own) {
        if let Some(more) = scene.fits(Some(other_kind), kind) {
            drafts.replace(name, other, 0.1 + more);
        }
    }
    // `row.key`, where `key` holds the name that is meant.
    let computed = scene.language.is_script() && scene.var(own, scene.tree[name].range.start).is_some_and(|v| !v.outer);
    if computed && scene.kind(node) == "member_expression" {
        drafts.replace(node, format!("{own_object}[{own}]"), 0.0);
    }
    // `node.next.next` → `node.next`, and the other way round.
    let whole = scene.text(node);
    let joint = whole.get(own_object.len()..).unwrap_or_default();
    let goes_on = kind.is_none_or(|kind| matches!(kind, Kind::Other(_)));
    if goes_on {
        drafts.replace(node, own_object, 0.6);
        if own != "length" {
            drafts.replace(node, format!("{whole}{joint}"), 0.8);
        }
    }
    if kind.is_none() {
        let others: BTreeSet<&str> = scene.members.iter().map(|(_, name)| name.as_str()).collect();
        for other in others.into_iter().filter(|other| *other != own && !same.contains(other)) {
            drafts.replace(name, other, 0.7);
        }
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "js",
        "function f(n, m) { m.incoming.sort(); return n.outgoing }",
        "function f(n, m) { m.incoming.sort(); return n.incoming }",
    ),
    ("js", "function f(row, key) { return row.key }", "function f(row, key) { return row[key] }"),
    ("java", "class A { A next; A f(A n) { return n.next.next; } }", "class A { A next; A f(A n) { return n.next; } }"),
    (
        "c",
        "struct n { int a; int b; };\nint f(struct n *x) { return x->a; }",
        "struct n { int a; int b; };\nint f(struct n *x) { return x->b; }",
    ),
    (
        "go",
        "package a\ntype p struct { x int; y int }\nfunc (a p) f() int { return a.x }",
        "package a\ntype p struct { x int; y int }\nfunc (a p) f() int { return a.y }",
    ),
    (
        "rs",
        "struct P { x: i32, y: i32 }\nimpl P { fn f(&self) -> i32 { self.x } }",
        "struct P { x: i32, y: i32 }\nimpl P { fn f(&self) -> i32 { self.y } }",
    ),
];
