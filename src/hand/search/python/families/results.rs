//! What a function gives back: another value, `yield` for `return`, one for each.

use super::super::drafts::Drafts;
use std::collections::BTreeSet;

const USUAL: &[&str] = &["None", "True", "False", "0", "1", "-1", "[]", "\"\""];

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    match scene.kind(node) {
        "return_statement" => returned(drafts, node),
        "yield" => yielded(drafts, node),
        _ => {}
    }
}

fn returned(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(value) = scene.inner(node).first().copied() else {
        for var in scene.vars_at(scene.tree[node].range.start) {
            drafts.replace(node, format!("return {}", var.name), 0.3);
        }
        return;
    };
    let at = scene.tree[node].range.start;
    let is_truth = matches!(scene.kind(value), "true" | "false");
    for var in scene.vars_at(at) {
        drafts.replace(value, &var.name, if is_truth || scene.type_of(value).is_none() { 0.7 } else { 0.9 });
        if is_truth && var.is(&["int", "float"]) {
            for ask in ["== 0", "!= 0", "> 0"] {
                drafts.replace(value, format!("{} {ask}", var.name), 0.3);
            }
        } else if is_truth {
            drafts.replace(value, format!("not {}", var.name), 0.3);
        }
    }
    USUAL.iter().for_each(|usual| drafts.replace(value, *usual, 0.9));
    let others: BTreeSet<&str> = scene
        .nodes()
        .filter(|n| scene.kind(*n) == "return_statement" && *n != node)
        .filter_map(|n| scene.inner(n).first().copied())
        .map(|n| scene.text(n))
        .collect();
    others.into_iter().for_each(|other| drafts.replace(value, other, 0.5));
    let text = scene.text(value);
    drafts.replace(node, format!("yield {text}"), 0.7);
    drafts.replace(node, text, 0.9);
}

fn yielded(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(value) = scene.inner(node).first().copied() else { return };
    let text = scene.text(value);
    let from = scene.tree[node].children.iter().any(|n| scene.text(*n) == "from");
    drafts.replace(node, if from { format!("yield {text}") } else { format!("yield from {text}") }, 0.1);
    if scene.kind(scene.parent(node)) == "expression_statement" {
        drafts.replace(node, format!("return {text}"), 0.7);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    ("# d: int\ndef f(d):\n    return True\n", "# d: int\ndef f(d):\n    return d == 0\n"),
    ("def f(x):\n    yield f(x)\n", "def f(x):\n    yield from f(x)\n"),
    (
        "def f(x):\n    if x:\n        return x\n    return 3\n",
        "def f(x):\n    if x:\n        return 3\n    return 3\n",
    ),
];
