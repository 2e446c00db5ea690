//! Another variable of the same type.

use super::super::drafts::Drafts;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if scene.kind(node) == "identifier" && is_target(drafts, node) {
        return targets(drafts, node);
    }
    if scene.kind(node) != "identifier" || !scene.is_value(node) {
        return;
    }
    let name = scene.text(node);
    if scene.tree[node].field == Some("function") {
        return;
    }
    // A name that is bound nowhere here is a builtin or the mistake itself.
    let unbound = if scene.var(name).is_none() && !scene.globals.contains_key(name) { 0.3 } else { 0.0 };
    let kind = scene.type_of(node);
    let at = scene.tree[node].range.start;
    let lost = lost(drafts, name);
    for var in scene.vars_at(at).filter(|var| var.name != name) {
        if let Some(more) = scene.fits(var, kind.as_deref()) {
            drafts.replace(node, &var.name, more + lost + unbound);
        }
    }
    for (other, kinds) in &scene.globals {
        let same = kind.as_ref().is_some_and(|kind| kinds.contains(kind));
        let is_value = kinds.iter().all(|kind| !matches!(kind.as_str(), "module" | "type" | "function"));
        if same && is_value && scene.var(other).is_none() {
            drafts.replace(node, other, 0.6);
        }
    }
}

/// A name that nobody would read any more was hardly bound for nothing, least of all by a loop.
fn lost(drafts: &Drafts, name: &str) -> f64 {
    let scene = drafts.scene;
    let named = |n: &usize| scene.kind(*n) == "identifier" && scene.text(*n) == name;
    let reads = scene.nodes().filter(|n| named(n) && scene.is_value(*n)).count();
    let mut loops = scene.nodes().filter(|n| named(n) && scene.tree[*n].field == Some("left"));
    let of_loop = loops.any(|n| scene.is(scene.parent(n), &["for_statement", "for_in_clause"]));
    match (reads, of_loop) {
        (0 | 1, true) => 0.8,
        (0 | 1, false) => 0.3,
        _ => 0.0,
    }
}

fn is_target(drafts: &Drafts, node: usize) -> bool {
    let scene = drafts.scene;
    scene.tree[node].field == Some("left")
        && matches!(scene.kind(scene.parent(node)), "assignment" | "augmented_assignment")
}

/// The value goes to another variable.
fn targets(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let kind = scene.type_of(node);
    for var in scene.vars.iter().filter(|var| var.name != scene.text(node)) {
        if let Some(more) = scene.fits(var, kind.as_deref()) {
            drafts.replace(node, &var.name, 0.4 + more);
        }
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    ("def f(a, b):\n    return a + c\n", "def f(a, b):\n    return a + b\n"),
    (
        "# start: int, helper: int, end: int, steps: list\ndef f(steps, start, helper, end):\n    steps.append((start, helper))\n",
        "# start: int, helper: int, end: int, steps: list\ndef f(steps, start, helper, end):\n    steps.append((start, end))\n",
    ),
    ("def f(a, b):\n    c = 0\n    a = 1\n    return c\n", "def f(a, b):\n    c = 0\n    c = 1\n    return c\n"),
    (
        "def f(xs):\n    return [y for x in xs for y in x if y in xs]\n",
        "def f(xs):\n    return [x for x in xs for y in x if y in xs]\n",
    ),
];
