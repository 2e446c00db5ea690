//! Assignments: another way to assign, another start value, a call that should be one.

use super::super::drafts::Drafts;
use super::super::kinds::base;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    match scene.kind(node) {
        "assignment" => assigned(drafts, node),
        "augmented_assignment" => step(drafts, node),
        "call" => call(drafts, node),
        _ => {}
    }
}

fn assigned(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let (Some(left), Some(right)) = (scene.field(node, "left"), scene.field(node, "right")) else { return };
    if scene.field(node, "type").is_some() {
        return;
    }
    let equals = scene.tree[node].children.iter().copied().find(|n| scene.text(*n) == "=");
    let is_known = |kind: &str| scene.type_of(left).is_some_and(|known| base(&known) == kind);
    if let Some(equals) = equals.filter(|_| scene.is(left, &["identifier", "attribute", "subscript"])) {
        drafts.replace(equals, "+=", 0.1);
        if !is_known("str") && !is_known("list") {
            ["-=", "*="].iter().for_each(|operator| drafts.replace(equals, *operator, 0.5));
        }
    }
    // A start value may be one of the values at hand.
    let constant = scene.is(right, &["integer", "float", "none", "string", "true", "false"]);
    if constant {
        let kind = scene.type_of(left);
        for var in scene.vars_at(scene.tree[node].range.start) {
            if var.name == scene.text(left) {
                continue;
            }
            if let Some(more) = scene.fits(var, kind.as_deref()) {
                drafts.replace(right, &var.name, 0.3 + more);
            }
            if var.is(&["list", "str", "tuple"]) {
                drafts.replace(right, format!("{}[0]", var.name), 0.6);
                drafts.replace(right, format!("len({})", var.name), 0.6);
                drafts.replace(right, format!("len({}) - 1", var.name), 0.7);
            }
        }
        ["float('inf')", "float('-inf')"].iter().for_each(|bound| drafts.replace(right, *bound, 0.9));
    }
    // `a[i] = x` → `a.append(x)`, and the value without its own name in it.
    if let Some(value) = scene.field(left, "value") {
        drafts.replace(node, format!("{}.append({})", scene.text(value), scene.text(right)), 0.9);
    }
}

/// `x += y` → `x = y`, and the other way round the step is another.
fn step(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let (Some(left), Some(right)) = (scene.field(node, "left"), scene.field(node, "right")) else { return };
    let (target, value) = (scene.text(left), scene.text(right));
    for function in ["max", "min"] {
        drafts.replace(node, format!("{target} = {function}({target}, {value})"), 0.5);
    }
    drafts.replace(node, format!("{target} = {value} + {target}"), 0.4);
}

/// `x.update(y)` → `x = y`.
fn call(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if scene.kind(scene.parent(node)) != "expression_statement" {
        return;
    }
    let arguments = scene.field(node, "arguments").map(|n| scene.inner(n)).unwrap_or_default();
    let function = scene.field(node, "function").filter(|n| scene.kind(*n) == "attribute");
    let object = function.and_then(|n| scene.field(n, "object"));
    if let (Some(object), [value]) = (object, &arguments[..]) {
        drafts.replace(node, format!("{} = {}", scene.text(object), scene.text(*value)), 0.4);
        drafts.replace(node, format!("{} += {}", scene.text(object), scene.text(*value)), 0.7);
    }
    if let Some(object) = object {
        drafts.replace(node, format!("{} = {}", scene.text(object), scene.text(node)), 0.6);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    ("def f(g, n, u):\n    g[n].update(g[u])\n", "def f(g, n, u):\n    g[n] = g[u]\n"),
    ("def f(a, b):\n    a = b\n    return a\n", "def f(a, b):\n    a += b\n    return a\n"),
    (
        "# a: list\ndef f(a):\n    best = 0\n    return best\n",
        "# a: list\ndef f(a):\n    best = a[0]\n    return best\n",
    ),
    ("def f(s):\n    s.strip()\n    return s\n", "def f(s):\n    s = s.strip()\n    return s\n"),
];
