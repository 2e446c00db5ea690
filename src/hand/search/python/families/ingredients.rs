//! Another expression of the function in the place of one, where it may be of the same type.

use super::super::drafts::Drafts;
use super::super::kinds::alike;
use std::collections::BTreeMap;

const MOST: usize = 60;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let is_target = scene.tree[node].field == Some("left")
        && scene.kind(scene.parent(node)) == "assignment"
        && scene.is(node, &["subscript", "attribute"]);
    let plain = ["identifier", "integer", "true", "false", "none", "string", "yield", "float"];
    if is_target {
        return place(drafts, node);
    }
    if !scene.is_value(node)
        || scene.is(node, &["yield", "true", "false", "none", "string"])
        || scene.tree[node].field == Some("function")
    {
        return;
    }
    let parent = scene.kind(scene.parent(node));
    if parent == "expression_statement" || (parent == "attribute" && !scene.is(node, &["identifier"])) {
        return;
    }
    let kind = scene.type_of(node);
    let at = scene.tree[node].range.start;
    if !scene.is(node, &plain) {
        // A variable instead of the whole.
        for var in scene.vars_at(at) {
            if let Some(more) = scene.fits(var, kind.as_deref()) {
                drafts.replace(node, &var.name, 0.1 + 0.3 * more);
            }
        }
    }
    for (text, (other, other_kind)) in others(drafts, node) {
        let fits = match (&kind, &other_kind) {
            (Some(own), Some(other)) => alike(own, other).then_some(0.3),
            _ => Some(0.7),
        };
        let Some(more) = fits else { continue };
        let operation = scene.is(
            other,
            &["binary_operator", "comparison_operator", "boolean_operator", "not_operator", "conditional_expression"],
        );
        if operation { drafts.value(node, text, more) } else { drafts.replace(node, text, more) }
    }
}

/// The other compound expressions, each once, with their types.
fn others<'a>(drafts: &Drafts<'_, 'a>, node: usize) -> BTreeMap<&'a str, (usize, Option<String>)> {
    let scene = drafts.scene;
    let compound = ["subscript", "attribute", "call", "binary_operator", "comparison_operator"];
    let own = scene.tree[node].range.clone();
    let mut found = BTreeMap::new();
    for other in scene.nodes().filter(|n| scene.is(*n, &compound)) {
        let range = &scene.tree[other].range;
        let around = range.start <= own.start && own.end <= range.end;
        let text = scene.text(other);
        let usable = scene.is_value(other) || scene.tree[other].field == Some("left");
        if around || !usable || text.len() > 50 || text.contains('\n') || scene.tree[other].field == Some("function") {
            continue;
        }
        // Names must be known here.
        let known = scene
            .tree
            .below(other)
            .filter(|n| scene.kind(*n) == "identifier")
            .all(|n| scene.var(scene.text(n)).is_none_or(|var| var.since <= own.start && own.start <= var.until));
        if known && found.len() < MOST {
            found.insert(text, (other, scene.type_of(other)));
        }
    }
    found
}

/// Another place to put the value.
fn place(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let others: Vec<&str> = scene
        .nodes()
        .filter(|n| scene.is(*n, &["subscript", "attribute"]) && *n != node)
        .filter(|n| scene.tree[*n].field != Some("function"))
        .map(|n| scene.text(n))
        .collect();
    others.into_iter().for_each(|other| drafts.replace(node, other, 0.3));
    for var in scene.vars_at(scene.tree[node].range.start) {
        drafts.replace(node, &var.name, 0.8);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    (
        "def f(e, n, u, v):\n    e[u, v] = min(n[v], n[u] + e[u, v])\n",
        "def f(e, n, u, v):\n    n[v] = min(n[v], n[u] + e[u, v])\n",
    ),
    ("# d: int\ndef f(d, get, n):\n    return get(n) + d\n", "# d: int\ndef f(d, get, n):\n    return d + d\n"),
];
