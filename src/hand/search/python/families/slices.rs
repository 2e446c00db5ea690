//! A part of a sequence instead of the whole, another part, the other end; ranges with other bounds.

use super::super::drafts::Drafts;
use super::super::kinds::is_sequence;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    match scene.kind(node) {
        "slice" => bounds(drafts, node),
        "subscript" => whole(drafts, node),
        "call" => range(drafts, node),
        _ => {}
    }
    if scene.is_value(node) && matches!(scene.kind(node), "identifier" | "attribute" | "subscript" | "call") {
        part(drafts, node);
    }
}

/// `x` → `x[1:]`, `x[:-1]`, `x[k:]`, `x[:k]`, `x[0]`, `x[-1]`, `x[:]`, `x[::-1]`.
fn part(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let is_called = scene.tree[node].field == Some("function");
    let is_object = matches!(scene.kind(scene.parent(node)), "attribute" | "subscript")
        && scene.tree[node].field != Some("subscript");
    let kind = scene.type_of(node);
    if is_called || is_object || !kind.as_deref().is_none_or(is_sequence) {
        return;
    }
    if kind.is_none() && scene.kind(node) != "identifier" {
        return;
    }
    let unknown = if kind.is_none() { 0.8 } else { 0.0 };
    // A part of a part is written as one: `x[a:b]`, not `x[a:][:b]`.
    let is_part = scene.field(node, "subscript").is_some_and(|index| scene.kind(index) == "slice");
    let unknown = unknown + if is_part { 1.2 } else { 0.0 };
    let text = scene.text(node);
    for (rank, slice) in ["1:", ":-1", "0", "-1", ":", "::-1"].into_iter().enumerate() {
        drafts.replace(node, format!("{text}[{slice}]"), unknown + 0.1 * rank as f64);
    }
    for var in scene.vars_at(scene.tree[node].range.start).filter(|var| var.is(&["int"])) {
        for slice in
            [format!("{}:", var.name), format!(":{}", var.name), var.name.clone(), format!("{} + 1:", var.name)]
        {
            drafts.replace(node, format!("{text}[{slice}]"), unknown + 0.5);
        }
    }
}

/// `x[a:b]` with a bound less, or with another one.
fn bounds(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let text = scene.text(node);
    let Some((low, high)) = text.split_once(':').filter(|(_, high)| !high.contains(':')) else {
        if text == "::-1" {
            drafts.replace(node, ":", 0.3);
        }
        return;
    };
    let (low, high) = (low.trim(), high.trim());
    drafts.replace(node, format!("{high}:{low}"), 0.4);
    drafts.replace(node, format!("{low}:"), 0.4);
    drafts.replace(node, format!(":{high}"), 0.4);
    // From the end instead of from the start.
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_name(high) && low.is_empty() {
        drafts.replace(node, format!("-{high}:"), 0.5);
    }
    if is_name(low) && high.is_empty() {
        drafts.replace(node, format!("-{low}:"), 0.5);
    }
    if low.is_empty() {
        drafts.replace(node, format!("1:{high}"), 0.5);
    }
    if high.is_empty() {
        ["-1", "1", "2"].iter().for_each(|end| drafts.replace(node, format!("{low}:{end}"), 0.5));
    }
    for step in ["2", "-1"] {
        drafts.replace(node, format!("{low}:{high}:{step}"), 0.8);
    }
    if let Ok(number) = high.parse::<i64>() {
        drafts.replace(node, format!("{low}:{}", -number), 0.5);
    }
    drafts.replace(node, if high.is_empty() { low } else { high }, 1.0);
}

/// `x[…]` → `x`, the other end of it, or a slice from there.
fn whole(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let (Some(value), Some(index)) = (scene.field(node, "value"), scene.field(node, "subscript")) else { return };
    if scene.tree[node].field == Some("left") {
        return;
    }
    drafts.replace(node, scene.text(value), 0.5);
    if scene.kind(index) == "slice" {
        return;
    }
    let text = scene.text(index);
    for (other, more) in [("0", 0.3), ("-1", 0.3), ("1", 0.6)] {
        drafts.replace(index, other, more);
    }
    for other in [format!("{text}:"), format!(":{text}"), format!("-{text}"), format!("~{text}")] {
        drafts.replace(index, other, 0.9);
    }
}

fn range(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let called = scene.field(node, "function").map(|n| scene.text(n));
    let Some(list) = scene.field(node, "arguments").filter(|_| called == Some("range")) else { return };
    let args: Vec<&str> = scene.inner(list).iter().map(|n| scene.text(*n)).collect();
    let mut say = |text: String, more: f64| drafts.replace(list, format!("({text})"), more);
    match args[..] {
        [end] => {
            say(format!("1, {end}"), 0.1);
            say(format!("1, {end} + 1"), 0.2);
            say(format!("{end} - 1, -1, -1"), 0.7);
            say(format!("0, {end}, 2"), 0.9);
            let sized = end.strip_prefix("len(").and_then(|e| e.strip_suffix(')'));
            sized.into_iter().for_each(|whole| say(whole.to_owned(), 1.2));
        }
        [start, end] => {
            say(end.to_owned(), 0.3);
            say(format!("{start} + 1, {end} + 1"), 0.5);
            say(format!("{start} - 1, {end} - 1"), 0.6);
            say(format!("{start}, {end}, 2"), 0.9);
            say(format!("{end}, {start}, -1"), 0.7);
            say(format!("{end} - 1, {start} - 1, -1"), 0.8);
        }
        [start, end, step] => {
            say(format!("{start}, {end}"), 0.5);
            say(format!("{start}, {end}, -{step}"), 0.5);
            say(format!("{start} + {step}, {end}, {step}"), 0.5);
        }
        _ => {}
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    (
        "# arr: list, k: int\ndef f(arr, k):\n    for x in arr:\n        yield x\n",
        "# arr: list, k: int\ndef f(arr, k):\n    for x in arr[k:]:\n        yield x\n",
    ),
    (
        "# a: str, b: str\ndef f(a, b):\n    return f(a[1:], b)\n",
        "# a: str, b: str\ndef f(a, b):\n    return f(a[1:], b[1:])\n",
    ),
    ("def f(a):\n    return a[0]\n", "def f(a):\n    return a[-1]\n"),
    ("def f(a):\n    return a[1:]\n", "def f(a):\n    return a[:1]\n"),
    ("def f(a, n):\n    return a[:n]\n", "def f(a, n):\n    return a[-n:]\n"),
    ("def f(n):\n    return range(n)\n", "def f(n):\n    return range(1, n + 1)\n"),
];
