//! Two things in the wrong order: arguments, operands, elements, branches.

use super::super::drafts::Drafts;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    match scene.kind(node) {
        "argument_list" => {
            let is_plain = |n: &usize| !scene.is(*n, &["keyword_argument", "list_splat", "dictionary_splat"]);
            let args: Vec<usize> = scene.inner(node).into_iter().filter(is_plain).collect();
            each_two(drafts, &args, 0.0);
        }
        "tuple" | "expression_list" | "list" => {
            let parts = scene.inner(node);
            if parts.len() <= 4 {
                each_two(drafts, &parts, 0.1);
            }
        }
        "subscript" => {
            let parts: Vec<usize> =
                scene.inner(node).into_iter().filter(|n| scene.tree[*n].field == Some("subscript")).collect();
            each_two(drafts, &parts, 0.0);
        }
        "binary_operator" => {
            let sides = ["left", "right"].map(|side| scene.field(node, side));
            if let ([Some(left), Some(right)], Some(operator)) = (sides, scene.field(node, "operator")) {
                // Where order does not matter for numbers it still does for sequences.
                let numbers =
                    [left, right].iter().all(|n| scene.type_of(*n).is_some_and(|k| k == "int" || k == "float"));
                if !(numbers && matches!(scene.text(operator), "+" | "*" | "&" | "|" | "^")) {
                    swap(drafts, left, right, 0.1);
                }
            }
        }
        "boolean_operator" => {
            if let (Some(left), Some(right)) = (scene.field(node, "left"), scene.field(node, "right")) {
                swap(drafts, left, right, 0.8);
            }
        }
        "conditional_expression" => {
            if let [one, _, other] = scene.inner(node)[..] {
                swap(drafts, one, other, 0.3);
            }
        }
        "if_statement" => {
            let other = scene.field(node, "alternative").filter(|n| scene.kind(*n) == "else_clause");
            let bodies = (scene.field(node, "consequence"), other.and_then(|n| scene.field(n, "body")));
            if let (Some(one), Some(other)) = bodies {
                swap(drafts, one, other, 0.9);
            }
        }
        "pair" => {
            if let (Some(key), Some(value)) = (scene.field(node, "key"), scene.field(node, "value")) {
                swap(drafts, key, value, 0.6);
            }
        }
        "assignment" => targets(drafts, node),
        _ => {}
    }
}

fn targets(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    for side in ["left", "right"] {
        let list = scene.field(node, side).filter(|n| scene.is(*n, &["pattern_list", "expression_list"]));
        if let Some(list) = list {
            each_two(drafts, &scene.inner(list), 0.1);
        }
    }
}

fn each_two(drafts: &mut Drafts, parts: &[usize], more: f64) {
    for (i, one) in parts.iter().enumerate() {
        for (distance, other) in parts[i + 1..].iter().enumerate() {
            swap(drafts, *one, *other, more + 0.2 * distance as f64);
        }
    }
}

fn swap(drafts: &mut Drafts, one: usize, other: usize, more: f64) {
    let scene = drafts.scene;
    let (a, b) = (scene.text(one).to_owned(), scene.text(other).to_owned());
    if a == b || a.is_empty() || b.is_empty() {
        return;
    }
    drafts.edit(vec![(scene.tree[one].range.clone(), b), (scene.tree[other].range.clone(), a)], more);
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    ("def f(a, b):\n    return f(a % b, b)\n", "def f(a, b):\n    return f(b, a % b)\n"),
    ("def f(d, j, k):\n    return d[j, k]\n", "def f(d, j, k):\n    return d[k, j]\n"),
    ("def f(r, c):\n    r = r + c\n    return r\n", "def f(r, c):\n    r = c + r\n    return r\n"),
    ("def f(a):\n    return 1 if a else 2\n", "def f(a):\n    return 2 if a else 1\n"),
    ("def f(a, b):\n    a, b = b, a\n    return a\n", "def f(a, b):\n    b, a = b, a\n    return a\n"),
];
