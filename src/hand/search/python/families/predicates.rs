//! A condition made weaker or stronger, turned round, or guarded.

use super::super::drafts::Drafts;
use super::super::kinds::is_collection;
use std::collections::BTreeSet;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let parent = scene.kind(scene.parent(node));
    let is_condition = match parent {
        "if_statement" | "elif_clause" | "while_statement" => scene.tree[node].field == Some("condition"),
        "conditional_expression" => scene.inner(scene.parent(node)).get(1) == Some(&node),
        "if_clause" => scene.tree[node].named,
        "return_statement" | "assignment" => {
            scene.is(node, &["comparison_operator", "boolean_operator", "not_operator"])
        }
        _ => false,
    };
    if is_condition {
        let plain = if matches!(parent, "return_statement" | "assignment") { 0.4 } else { 0.0 };
        turned(drafts, node, plain);
        more(drafts, node, plain);
    }
    match scene.kind(node) {
        "elif" => drafts.replace(node, "if", 0.3),
        "if" if parent == "if_statement" => {
            let lone = scene.field(scene.parent(node), "alternative").is_none();
            if lone {
                drafts.replace(node, "while", 0.2);
                drafts.replace(node, "elif", 0.6);
            }
        }
        "while" => drafts.replace(node, "if", 0.3),
        _ => {}
    }
}

fn turned(drafts: &mut Drafts, node: usize, plain: f64) {
    let scene = drafts.scene;
    let text = scene.text(node);
    match scene.kind(node) {
        "not_operator" => {
            let inner = scene.field(node, "argument").map(|n| scene.text(n));
            inner.into_iter().for_each(|inner| drafts.replace(node, inner, 0.0));
        }
        "true" | "false" => {
            let open = falls_off(drafts, node);
            for var in scene.vars_at(scene.tree[node].range.start) {
                drafts.replace(node, &var.name, 0.1 + open);
                drafts.replace(node, format!("not {}", var.name), 0.6 + open);
            }
        }
        "identifier" | "call" | "attribute" => drafts.replace(node, format!("not {text}"), plain),
        _ => drafts.replace(node, format!("not ({text})"), 0.3 + plain),
    }
    drafts.replace(node, "True", 0.7 + plain);
    drafts.replace(node, "False", 0.9 + plain);
}

/// A function that gives something back, and whose last statement is a loop, would end without a result.
fn falls_off(drafts: &Drafts, node: usize) -> f64 {
    let scene = drafts.scene;
    let around = scene.parent(node);
    let body = scene.field(scene.function, "body").map(|body| scene.statements(body)).unwrap_or_default();
    let returns = |n| scene.kind(n) == "return_statement" && !scene.inner(n).is_empty();
    let is_last = scene.kind(around) == "while_statement" && body.last() == Some(&around);
    if is_last && scene.nodes().any(returns) { 0.9 } else { 0.0 }
}

/// `c` → `c and x`, `c or x`.
fn more(drafts: &mut Drafts, node: usize, plain: f64) {
    let scene = drafts.scene;
    let text = scene.text(node);
    for (atom, cost) in atoms(drafts, node) {
        if atom == text || text.contains(&atom) && cost > 0.3 {
            continue;
        }
        let inside = if scene.kind(node) == "boolean_operator" { format!("({text})") } else { text.to_owned() };
        // A guard stands first: what follows would fail without it.
        let guard = atom.contains(" None") || atom.contains(" < len(");
        for (operator, more) in [("or", 0.1), ("and", 0.1)] {
            let has = scene.kind(node) == "boolean_operator" && text.contains(&format!(" {operator} "));
            let inside = if has { text } else { &inside };
            let cost = plain + cost + more;
            if guard {
                drafts.value(node, &format!("{atom} {operator} {inside}"), cost);
            } else {
                drafts.value(node, &format!("{inside} {operator} {atom}"), cost + 0.02);
                drafts.value(node, &format!("{atom} {operator} {inside}"), cost + 0.05);
            }
        }
    }
}

/// What may be asked in addition.
fn atoms(drafts: &Drafts, node: usize) -> Vec<(String, f64)> {
    let scene = drafts.scene;
    let at = scene.tree[node].range.start;
    let mut atoms: Vec<(String, f64)> = Vec::new();
    // What is looked into may be nothing.
    for inner in scene.tree.below(node) {
        let object = match scene.kind(inner) {
            "attribute" => scene.field(inner, "object"),
            "subscript" => scene.field(inner, "value"),
            _ => None,
        };
        if let Some(object) = object {
            atoms.push((format!("{} is None", scene.text(object)), 0.0));
            atoms.push((format!("{} is not None", scene.text(object)), 0.05));
            atoms.push((format!("not {}", scene.text(object)), 0.3));
        }
        if let ("subscript", Some(value), Some(index)) =
            (scene.kind(inner), scene.field(inner, "value"), scene.field(inner, "subscript"))
        {
            let (value, index) = (scene.text(value), scene.text(index));
            atoms.push((format!("{index} < len({value})"), 0.2));
            atoms.push((format!("{index} == 0"), 0.4));
        }
    }
    for var in scene.vars_at(at) {
        let name = &var.name;
        let collection = var.kinds.iter().any(|kind| is_collection(kind));
        if collection || var.kinds.is_empty() || var.is(&["NoneType", "bool"]) {
            atoms.push((format!("not {name}"), 0.2));
            atoms.push((name.clone(), 0.25));
        }
        if var.is(&["NoneType"]) || var.kinds.is_empty() {
            atoms.push((format!("{name} is None"), 0.3));
            atoms.push((format!("{name} is not None"), 0.3));
        }
        if var.is(&["int", "float"]) {
            for ask in ["== 0", "< 0", "> 0", "<= 0", "== 1"] {
                atoms.push((format!("{name} {ask}"), 0.5));
            }
        }
    }
    let asked: BTreeSet<&str> = scene
        .nodes()
        .filter(|n| scene.kind(*n) == "comparison_operator" && *n != node)
        .map(|n| scene.text(n))
        .filter(|text| text.len() < 60 && !text.contains('\n'))
        .collect();
    atoms.extend(asked.into_iter().map(|text| (text.to_owned(), 0.5)));
    let numbers: Vec<&str> =
        scene.vars_at(at).filter(|v| v.is(&["int", "float"])).map(|v| v.name.as_str()).take(6).collect();
    for (i, one) in numbers.iter().enumerate() {
        for other in &numbers[i + 1..] {
            for operator in ["<", ">", "==", "!=", "<=", ">="] {
                atoms.push((format!("{one} {operator} {other}"), 0.8));
            }
        }
    }
    atoms
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    (
        "def f(h):\n    if h.next is None:\n        return False\n    return True\n",
        "def f(h):\n    if h is None or h.next is None:\n        return False\n    return True\n",
    ),
    (
        "# c: list, t: int\ndef f(c, t):\n    if t < 0:\n        return 0\n    return 1\n",
        "# c: list, t: int\ndef f(c, t):\n    if t < 0 or not c:\n        return 0\n    return 1\n",
    ),
    (
        "# q: list\ndef f(q):\n    while True:\n        q.pop()\n",
        "# q: list\ndef f(q):\n    while q:\n        q.pop()\n",
    ),
    ("def f(a):\n    if not a:\n        return 1\n", "def f(a):\n    if a:\n        return 1\n"),
    (
        "def f(a):\n    if a:\n        return 1\n    if a > 1:\n        return 2\n",
        "def f(a):\n    if a:\n        return 1\n    while a > 1:\n        return 2\n",
    ),
];
