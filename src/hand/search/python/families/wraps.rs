//! A value put into something, or taken out of it.

use super::super::drafts::Drafts;
use super::super::kinds::{base, is_collection};

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if !scene.is_value(node) {
        return;
    }
    match scene.kind(node) {
        "binary_operator" | "boolean_operator" => sides(drafts, node),
        "call" => unwrap(drafts, node),
        "list" => list(drafts, node),
        "identifier" => absent(drafts, node),
        "unary_operator" => {
            let inner = scene.field(node, "argument").map(|n| scene.text(n));
            inner.into_iter().for_each(|inner| drafts.replace(node, inner, 0.0));
        }
        "conditional_expression" => {
            if let [one, _, other] = scene.inner(node)[..] {
                [one, other].iter().for_each(|n| drafts.replace(node, scene.text(*n), 0.4));
            }
        }
        _ => {}
    }
    if is_operand(drafts, node) {
        calculate(drafts, node);
        convert(drafts, node);
    }
}

/// Not a called function, the object of an attribute, or the whole of a statement.
fn is_operand(drafts: &Drafts, node: usize) -> bool {
    let scene = drafts.scene;
    let parent = scene.kind(scene.parent(node));
    let field = scene.tree[node].field.unwrap_or_default();
    let used =
        matches!(parent, "attribute" | "expression_statement" | "raise_statement" | "list_splat" | "dictionary_splat");
    field != "function" && !used && !(parent == "subscript" && field == "value") && scene.kind(node) != "yield"
}

/// `a + b` → `a`, `b`.
fn sides(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    for (side, more) in [("left", 0.0), ("right", 0.05)] {
        let inner = scene.field(node, side).map(|n| scene.text(n));
        inner.into_iter().for_each(|inner| drafts.replace(node, inner, more));
    }
}

/// `f(x)` → `x`; `x.copy()` → `x`.
fn unwrap(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let arguments = scene.field(node, "arguments").map(|n| scene.inner(n)).unwrap_or_default();
    arguments.iter().take(3).for_each(|n| drafts.replace(node, scene.text(*n), 0.3));
    let function = scene.field(node, "function").filter(|n| scene.kind(*n) == "attribute");
    let object = function.and_then(|n| scene.field(n, "object"));
    object.into_iter().for_each(|n| drafts.replace(node, scene.text(n), 0.5));
}

/// `options.get(…)` → `(options or {}).get(…)`, where nobody need give any.
fn absent(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let own = scene.text(node);
    let is_absent = |n: &usize| {
        let given = |field: &str| scene.field(*n, field).map(|n| scene.text(n));
        matches!(scene.kind(*n), "default_parameter" | "typed_default_parameter")
            && given("name") == Some(own)
            && given("value") == Some("None")
    };
    let parent = scene.kind(scene.parent(node));
    let used = matches!(scene.tree[node].field, Some("object" | "value" | "right")) || parent == "argument_list";
    if !used || !matches!(parent, "attribute" | "subscript" | "for_statement" | "for_in_clause" | "argument_list") {
        return;
    }
    if scene.nodes().any(|n| is_absent(&n)) {
        for (rank, empty) in ["{}", "[]", "()"].into_iter().enumerate() {
            let text = format!("{own} or {empty}");
            let text = if matches!(parent, "attribute" | "subscript") { format!("({text})") } else { text };
            drafts.replace(node, text, 0.05 * rank as f64);
        }
    }
}

/// `[]` → `[x]`, `[[]]`; `[x]` → `x`.
fn list(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let inner = scene.inner(node);
    if inner.is_empty() {
        drafts.replace(node, "[[]]", 0.2);
        drafts.replace(node, "[0]", 0.7);
        for var in scene.vars_at(scene.tree[node].range.start) {
            drafts.replace(node, format!("[{}]", var.name), 0.3);
        }
    } else if let [only] = inner[..] {
        drafts.replace(node, scene.text(only), 0.2);
    }
}

/// An operation more: with a variable, a square, a bound.
fn calculate(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let kind = scene.type_of(node);
    let text = scene.text(node);
    let at = scene.tree[node].range.start;
    let simple =
        matches!(scene.kind(node), "identifier" | "call" | "subscript" | "attribute" | "parenthesized_expression");
    let number = kind.as_deref().is_none_or(|kind| matches!(base(kind), "int" | "float"));
    let unknown = if kind.is_none() { 0.8 } else { 0.0 };
    if number {
        if simple {
            drafts.value(node, &format!("{text} ** 2"), 0.5 + unknown);
            drafts.value(node, &format!("-{text}"), 0.5 + unknown);
        }
        drafts.replace(node, format!("abs({text})"), 0.5 + unknown);
        drafts.replace(node, format!("max(0, {text})"), 0.5 + unknown);
        bounds(drafts, node, unknown);
    }
    // A condition takes more of its operands than other places do.
    for var in scene.vars_at(at) {
        let Some(fit) = scene.fits(var, kind.as_deref()) else { continue };
        let same = kind.as_deref().map_or(var.kinds.is_empty(), |_| fit == 0.0);
        if !same || (!simple && scene.kind(node) != "binary_operator" && scene.kind(node) != "list_comprehension") {
            continue;
        }
        let name = &var.name;
        let inner = if scene.kind(node) == "binary_operator" { format!("({text})") } else { text.to_owned() };
        match kind.as_deref().map(base) {
            Some("int" | "float") | None => {
                for (rank, operator) in ["-", "+", "*", "//", "%"].into_iter().enumerate() {
                    let first = if matches!(operator, "+" | "-") { text } else { &inner };
                    drafts.value(node, &format!("{first} {operator} {name}"), 0.5 + unknown + 0.1 * rank as f64);
                }
            }
            Some("str" | "list" | "tuple") => {
                drafts.value(node, &format!("{name} + {text}"), 0.4);
                drafts.value(node, &format!("{text} + {name}"), 0.4);
            }
            Some("set") => {
                ["|", "-", "&"].iter().for_each(|op| drafts.value(node, &format!("{text} {op} {name}"), 0.5));
            }
            _ => {}
        }
    }
    if kind.as_deref().is_some_and(|k| base(k) == "list") {
        for var in scene.vars_at(at).filter(|v| !v.is(&["list"])).take(12) {
            drafts.value(node, &format!("{text} + [{}]", var.name), 0.8);
            drafts.value(node, &format!("[{}] + {text}", var.name), 0.8);
        }
    }
}

/// `x = y` → `x = max(x, y)`.
fn bounds(drafts: &mut Drafts, node: usize, unknown: f64) {
    let scene = drafts.scene;
    let parent = scene.parent(node);
    let left = scene.field(parent, "left").filter(|_| scene.kind(parent) == "assignment");
    let text = scene.text(node);
    if let Some(left) = left.filter(|_| scene.tree[node].field == Some("right")) {
        for function in ["max", "min"] {
            drafts.replace(node, format!("{function}({}, {text})", scene.text(left)), 0.2 + unknown * 0.5);
        }
    }
}

/// `list(x)`, `sorted(x)`, `str(x)`, …
fn convert(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let kind = scene.type_of(node);
    let kind = kind.as_deref().map(base);
    let text = scene.text(node);
    let ways: &[&str] = match kind {
        Some("int") => &["str", "float"],
        Some("float") => &["int", "round"],
        Some("str") => &["int", "list", "sorted", "len"],
        Some("list" | "tuple") => &["sorted", "len", "list", "set", "sum", "max", "min", "tuple", "reversed"],
        Some("set" | "dict") => &["sorted", "len", "list"],
        Some("bool") => &["not "],
        _ => &["list", "len", "int", "str", "sorted"],
    };
    let unknown = if kind.is_none() { 0.6 } else { 0.0 };
    for (rank, way) in ways.iter().enumerate() {
        let wrapped = if *way == "not " { format!("not {text}") } else { format!("{way}({text})") };
        drafts.replace(node, wrapped, 0.6 + unknown + 0.05 * rank as f64);
    }
    if kind == Some("str") {
        for method in ["strip", "lower", "upper"] {
            drafts.replace(node, format!("{text}.{method}()"), 0.8);
        }
    }
    if kind.is_some_and(is_collection) && scene.kind(node) == "identifier" {
        drafts.replace(node, format!("{text}.copy()"), 0.8);
    }
    if kind == Some("list") || kind.is_none() {
        drafts.replace(node, format!("[{text}]"), 0.6 + unknown);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    ("def f(s, t):\n    return 1 + f(s, t)\n", "def f(s, t):\n    return f(s, t)\n"),
    ("def f(x):\n    yield f(x)\n", "def f(x):\n    yield x\n"),
    ("def f(o=None):\n    return o.get(1)\n", "def f(o=None):\n    return (o or {}).get(1)\n"),
    ("def f(n):\n    return []\n", "def f(n):\n    return [n]\n"),
    ("def f(n):\n    return []\n", "def f(n):\n    return [[]]\n"),
    (
        "# a: int, n: int\ndef f(a, n):\n    a = n\n    return a\n",
        "# a: int, n: int\ndef f(a, n):\n    a = max(a, n)\n    return a\n",
    ),
    (
        "# x: float, y: float\ndef f(x, y):\n    return abs(x - y)\n",
        "# x: float, y: float\ndef f(x, y):\n    return abs(x - (y ** 2))\n",
    ),
    (
        "# k: int, n: int\ndef f(k, n):\n    return f(k, n)\n",
        "# k: int, n: int\ndef f(k, n):\n    return f(k - n, n)\n",
    ),
    (
        "# r: list, a: int\ndef f(r, a):\n    return [[a] + s for s in r]\n",
        "# r: list, a: int\ndef f(r, a):\n    return r + [[a] + s for s in r]\n",
    ),
];
