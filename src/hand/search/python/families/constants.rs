//! Another constant, and off-by-one: numbers, truth values, strings; a value plus or minus one.

use super::super::drafts::Drafts;
use super::super::kinds::base;
use std::collections::BTreeSet;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if !scene.is_value(node) {
        return;
    }
    match scene.kind(node) {
        "integer" => integer(drafts, node),
        "float" => others_of(drafts, node, &["0.0", "1.0"]),
        "true" => drafts.replace(node, "False", 0.0),
        "false" => drafts.replace(node, "True", 0.0),
        "string" => strings(drafts, node),
        "none" => ["0", "[]", "\"\"", "False", "True"].iter().for_each(|other| drafts.replace(node, *other, 0.9)),
        "list" | "dictionary" if scene.inner(node).is_empty() => {
            ["None", "[]", "{}", "set()"].iter().for_each(|other| drafts.replace(node, *other, 0.9));
        }
        _ => {}
    }
    members(drafts, node);
    off_by_one(drafts, node);
    pair(drafts, node);
}

/// Numbers in a row that lacks its first or last, or has one too many: `in (11, 12)` → `in (11, 12, 13)`.
fn members(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let inner = scene.inner(node);
    let numbers: Option<Vec<i64>> = inner.iter().map(|n| scene.text(*n).parse().ok()).collect();
    let Some(numbers) = numbers.filter(|n| n.len() > 1 && scene.is(node, &["tuple", "list", "set"])) else { return };
    let place = |n: usize| scene.tree[n].range.clone();
    if let (Some(last), Some(at)) = (numbers.last().and_then(|n| n.checked_add(1)), inner.last()) {
        drafts.edit(vec![(place(*at).end..place(*at).end, format!(", {last}"))], 0.4);
    }
    if let (Some(first), Some(at)) = (numbers.first().and_then(|n| n.checked_sub(1)), inner.first()) {
        drafts.edit(vec![(place(*at).start..place(*at).start, format!("{first}, "))], 0.5);
    }
    // What is missing in the middle of a row.
    for (pair, at) in numbers.windows(2).zip(&inner) {
        if pair[0].checked_add(2) == Some(pair[1]) {
            drafts.edit(vec![(place(*at).end..place(*at).end, format!(", {}", pair[0] + 1))], 0.4);
        }
    }
    for pair in inner.windows(2) {
        drafts.edit(vec![(place(pair[0]).start..place(pair[1]).start, String::new())], 0.7);
        drafts.edit(vec![(place(pair[0]).end..place(pair[1]).end, String::new())], 0.7);
    }
}

fn integer(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Ok(number) = scene.text(node).parse::<i64>() else { return };
    let is_negative = scene.kind(scene.parent(node)) == "unary_operator";
    for (other, more) in [(number.checked_add(1), 0.0), (number.checked_sub(1), 0.0), (Some(0), 0.4), (Some(1), 0.4)] {
        let Some(other) = other else { continue };
        if other >= 0 || !is_negative {
            number_instead(drafts, node, other, more);
        }
    }
    if is_negative {
        drafts.replace(scene.parent(node), number.to_string(), 0.3);
    } else if number != 0 {
        drafts.value(node, &format!("-{number}"), 0.5);
    }
    others_of(drafts, node, &[]);
    let tens = [number.checked_mul(10), (number % 10 == 0).then_some(number / 10), Some(2), number.checked_mul(2)];
    tens.into_iter().flatten().for_each(|other| drafts.replace(node, other.to_string(), 1.4));
}

/// Another number, or nothing where it would change nothing: who means `x` does not write `0 + x`.
fn number_instead(drafts: &mut Drafts, node: usize, number: i64, more: f64) {
    let scene = drafts.scene;
    let operation = scene.parent(node);
    let side = |name: &str| scene.field(operation, name);
    let is_operand = scene.kind(operation) == "binary_operator";
    let operator = side("operator").filter(|_| is_operand).map_or("", |n| scene.text(n));
    let rest = match (operator, number) {
        ("+", 0) | ("*", 1) if side("left") == Some(node) => side("right"),
        ("+" | "-", 0) | ("*" | "//" | "**", 1) if side("right") == Some(node) => side("left"),
        _ => None,
    };
    match rest {
        Some(rest) => drafts.replace(operation, scene.text(rest), more),
        None => drafts.replace(node, number.to_string(), more),
    }
}

/// The other constants of the same kind in the function.
fn others_of(drafts: &mut Drafts, node: usize, usual: &[&str]) {
    let scene = drafts.scene;
    let kind = scene.kind(node);
    let known: BTreeSet<&str> = scene.nodes().filter(|n| scene.kind(*n) == kind).map(|n| scene.text(n)).collect();
    known.into_iter().chain(usual.iter().copied()).for_each(|other| drafts.replace(node, other, 0.7));
}

fn strings(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let plain = |text: &str| text.len() <= 40 && !text.starts_with(['f', 'F', 'b', 'B']) && !text.contains('\n');
    let known: BTreeSet<&str> =
        scene.nodes().filter(|n| scene.is(*n, &["string"]) && scene.is_value(*n)).map(|n| scene.text(n)).collect();
    let text = scene.text(node);
    if !plain(text) {
        return;
    }
    known.into_iter().filter(|other| plain(other)).for_each(|other| drafts.replace(node, other, 0.7));
    for usual in ["\"\"", "\" \"", "\", \"", "\"\\n\""] {
        drafts.replace(node, usual, 1.2);
    }
    let inside = text.trim_matches(['"', '\'']);
    if text.len() == inside.len() + 2 {
        let quote = &text[..1];
        for other in [inside.to_lowercase(), inside.to_uppercase(), inside.trim().to_owned(), format!("{inside} ")] {
            drafts.replace(node, format!("{quote}{other}{quote}"), 1.0);
        }
    }
}

/// A number that is one too small or too large.
fn off_by_one(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let counts = matches!(scene.kind(node), "identifier" | "call" | "subscript" | "binary_operator" | "attribute");
    let is_number = scene.type_of(node).is_none_or(|kind| matches!(base(&kind), "int" | "float"));
    let parent = scene.kind(scene.parent(node));
    let place = matches!(
        parent,
        "argument_list"
            | "slice"
            | "subscript"
            | "comparison_operator"
            | "return_statement"
            | "assignment"
            | "binary_operator"
            | "tuple"
            | "list"
            | "pair"
            | "expression_list"
            | "augmented_assignment"
    ) && scene.tree[node].field != Some("value");
    if !counts || !is_number || !place {
        return;
    }
    let known = scene.type_of(node).is_some();
    let likely: f64 = if known { 0.15 } else { 0.9 };
    let more = likely + if matches!(parent, "binary_operator" | "comparison_operator") { 0.3 } else { 0.0 };
    let text = scene.text(node);
    // What follows with the same strength needs no brackets.
    let bare = matches!(parent, "comparison_operator");
    for (rank, sign) in ["+", "-"].into_iter().enumerate() {
        let longer = format!("{text} {sign} 1");
        let more = more + 0.05 * rank as f64;
        if bare { drafts.replace(node, longer, more) } else { drafts.value(node, &longer, more) }
    }
}

/// `len(x) == 0` → `len(x) <= 1`: operator and constant together.
fn pair(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let parent = scene.parent(node);
    if scene.kind(node) != "integer" || scene.kind(parent) != "comparison_operator" {
        return;
    }
    let Ok(number) = scene.text(node).parse::<i64>() else { return };
    let Some(operator) = scene.field(parent, "operators") else { return };
    let range = |n: usize| scene.tree[n].range.clone();
    for (other, constant) in
        [("<=", number + 1), (">=", number + 1), ("<=", number - 1), (">=", number - 1), ("==", number + 1)]
    {
        drafts.edit(vec![(range(operator), other.to_owned()), (range(node), constant.to_string())], 1.0);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    ("def f(s):\n    return 1 + f(s[1:])\n", "def f(s):\n    return f(s[1:])\n"),
    ("def f(n):\n    return n in (11, 12)\n", "def f(n):\n    return n in (11, 12, 13)\n"),
    ("def f(n):\n    return n in (11, 13)\n", "def f(n):\n    return n in (11, 12, 13)\n"),
    ("def f(n):\n    return n in [1, 2, 5]\n", "def f(n):\n    return n in [1, 2]\n"),
    ("def f(a):\n    return a[1]\n", "def f(a):\n    return a[0]\n"),
    ("def f(a):\n    return a[-1]\n", "def f(a):\n    return a[1]\n"),
    ("def f(n):\n    return list(range(n))\n", "def f(n):\n    return list(range(n + 1))\n"),
    ("def f(a):\n    return a[:len(a)] * 2\n", "def f(a):\n    return a[:len(a) - 1] * 2\n"),
    ("def f(a, n):\n    return (len(a)) * n\n", "def f(a, n):\n    return (len(a)) * (n + 1)\n"),
    ("def f(a):\n    if len(a) == 0:\n        return a\n", "def f(a):\n    if len(a) <= 1:\n        return a\n"),
    ("def f(a):\n    ok = True\n    return ok\n", "def f(a):\n    ok = False\n    return ok\n"),
    ("def f(a):\n    return 'x' if a else 'y'\n", "def f(a):\n    return 'y' if a else 'y'\n"),
];
