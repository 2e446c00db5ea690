//! Loops with other bounds, another start, another step, another direction; a branch that should be a loop.

use super::super::drafts::{Drafts, strength};
use super::super::words::Word;
use crate::syntax::Language;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    match scene.word(node) {
        Some(Word::For) => counting(drafts, node),
        Some(Word::Range) => range(drafts, node),
        Some(Word::Each) => over(drafts, node),
        _ => {}
    }
    keyword(drafts, node);
}

/// `for (i = 0; i < n; i++)`.
fn counting(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let (first, next) = scene.clauses(node);
    let range = |n: usize| scene.tree[n].range.clone();
    let condition = scene.condition(node);
    // What the loop counts starts with this.
    let start = first.and_then(|first| start(drafts, first));
    if let Some(start) = start {
        let text = scene.text(start);
        if scene.word(start) == Some(Word::Number) {
            for var in scene.vars_at(range(start).start).filter(|var| var.kind.as_ref().is_some_and(|k| k.is_number()))
            {
                drafts.replace(start, &var.name, 0.3);
                drafts.replace(start, format!("{} + 1", var.name), 0.3);
                drafts.replace(start, format!("{} - 1", var.name), 0.6);
            }
        } else {
            drafts.value(start, &format!("{text} + 1"), strength("+"), 0.1);
            drafts.value(start, &format!("{text} - 1"), strength("+"), 0.1);
            ["0", "1"].iter().for_each(|other| drafts.replace(start, *other, 0.3));
        }
    }
    // The other way round: from the last to the first.
    if let (Some(start), Some(condition), Some(next)) = (start, condition, next)
        && let Some(sides) = scene.sides(condition)
    {
        let step = scene.text(next);
        let (from, to) = (scene.text(start), scene.text(sides.right));
        let last = if scene.text(sides.operator).ends_with('=') { to.to_owned() } else { format!("{to} - 1") };
        if step.contains("++") {
            drafts.edit(
                vec![
                    (range(start), last),
                    (range(sides.operator), ">=".to_owned()),
                    (range(sides.right), from.to_owned()),
                    (range(next), step.replace("++", "--")),
                ],
                0.9,
            );
        }
        // A bound and a start moved together.
        if step.contains("++") && !scene.text(sides.operator).ends_with('=') {
            drafts.edit(vec![(range(start), "1".to_owned()), (range(sides.operator), "<=".to_owned())], 0.5);
        }
        if scene.word(start) == Some(Word::Number) && scene.text(sides.operator) == "<=" {
            drafts.edit(vec![(range(start), "0".to_owned()), (range(sides.operator), "<".to_owned())], 0.5);
        }
    }
    if let Some(next) = next {
        let counted = scene.text(next).trim_end_matches(['+', '-']).to_owned();
        if counted.len() + 2 == scene.text(next).len() {
            for other in ["+= 2", "*= 2", "-= 2"] {
                drafts.replace(next, format!("{counted} {other}"), 0.8);
            }
            for var in scene.vars_at(range(next).start).filter(|var| var.kind.as_ref().is_some_and(|k| k.is_number())) {
                if var.name != counted {
                    drafts.replace(next, format!("{counted} += {}", var.name), 0.6);
                }
            }
        } else if let Some(sides) = scene.sides(next) {
            let counted = scene.text(sides.left);
            drafts.replace(next, format!("{counted}++"), 0.3);
            drafts.replace(next, format!("{counted}--"), 0.6);
        }
    }
}

/// The value with which the (only or last) counter begins.
fn start(drafts: &Drafts, first: usize) -> Option<usize> {
    let scene = drafts.scene;
    if let Some(sides) = scene.sides(first) {
        return Some(sides.right);
    }
    let inner = scene.inner(first);
    let binding = inner.iter().rev().find(|n| scene.word(**n) == Some(Word::Binding));
    if let Some(binding) = binding {
        return scene.bound(*binding).map(|(_, value)| value);
    }
    inner.first().and_then(|n| scene.sides(*n)).map(|sides| sides.right)
}

/// Rust's `a..b`.
fn range(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let operator = scene.tree[node].children.iter().copied().find(|n| !scene.tree[*n].named);
    let Some(operator) = operator else { return };
    let ends = scene.inner(node);
    let sign = scene.text(operator);
    if ends.len() == 2 {
        let other = if sign == ".." { "..=" } else { ".." };
        drafts.replace(operator, other, 0.0);
    }
    let range = |n: usize| scene.tree[n].range.clone();
    if let [from, to] = ends[..] {
        let (a, b) = (scene.text(from), scene.text(to));
        for (low, high, more) in [
            (format!("{a} + 1"), b.to_owned(), 0.1),
            ("0".to_owned(), b.to_owned(), 0.2),
            ("1".to_owned(), b.to_owned(), 0.2),
            (a.to_owned(), format!("{b} - 1"), 0.1),
            (a.to_owned(), format!("{b} + 1"), 0.2),
            (format!("{a} + 1"), format!("{b} + 1"), 0.5),
            (b.to_owned(), a.to_owned(), 0.8),
        ] {
            drafts.edit(vec![(range(from), low), (range(to), high)], more);
        }
        for var in scene.vars_at(range(node).start).filter(|var| var.kind.as_ref().is_some_and(|k| k.is_number())) {
            drafts.replace(from, &var.name, 0.4);
            drafts.replace(from, format!("{} + 1", var.name), 0.4);
            drafts.replace(to, &var.name, 0.4);
        }
        // A part up to its end, from its start.
        if scene.word(scene.parent(node)) == Some(Word::Index) {
            drafts.replace(node, format!("{a}.."), 0.4);
            drafts.replace(node, format!("..{b}"), 0.4);
        } else {
            drafts.replace(node, format!("({}).rev()", scene.text(node)), 0.5);
        }
    }
}

/// `for x in xs` → in another order.
fn over(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(values) = scene.field(node, "value").filter(|_| scene.kind(node) == "for_expression") else { return };
    let text = scene.text(values);
    if text.ends_with(".rev()") {
        drafts.replace(values, text.trim_end_matches(".rev()"), 0.2);
    } else if text.ends_with(".iter()") || text.ends_with(".chars()") {
        ["rev()", "skip(1)", "step_by(2)"].iter().for_each(|way| drafts.replace(values, format!("{text}.{way}"), 0.5));
    }
    if let Some(inner) = scene.inner(values).first().filter(|n| scene.word(**n) == Some(Word::Range)) {
        let bare = text.trim_start_matches('(').split(')').next().unwrap_or_default();
        if scene.text(*inner) == bare {
            drafts.replace(values, bare, 0.3);
        }
    }
}

/// `if` → `while` and the other way round.
fn keyword(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let parent = scene.parent(node);
    let lone = scene.field(parent, "alternative").is_none();
    match (scene.kind(node), scene.word(parent)) {
        ("if", Some(Word::If)) if lone && scene.field(parent, "initializer").is_none() => {
            let word = if scene.language == Language::Go { "for" } else { "while" };
            drafts.replace(node, word, 0.4);
        }
        ("while", Some(Word::While)) => drafts.replace(node, "if", 0.5),
        ("for", Some(Word::While)) if scene.language == Language::Go => drafts.replace(node, "if", 0.5),
        ("else", Some(Word::Else))
            if scene.branches(scene.parent(parent)).1.is_some_and(|n| scene.is(n, &[Word::If])) =>
        {
            drafts.replace(node, "", 0.5);
        }
        ("of", Some(Word::Each)) => drafts.replace(node, "in", 0.2),
        ("in", Some(Word::Each)) if scene.language.is_script() => drafts.replace(node, "of", 0.2),
        _ => {}
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "c",
        "void f(int n, int k) { for (int i = 0; i < n; i++) g(i); }",
        "void f(int n, int k) { for (int i = k + 1; i < n; i++) g(i); }",
    ),
    (
        "java",
        "class A { void f(int n) { for (int i = 0; i < n; i++) g(i); } }",
        "class A { void f(int n) { for (int i = n - 1; i >= 0; i--) g(i); } }",
    ),
    (
        "js",
        "function f(n) { for (let i = 0; i < n; i++) g(i); }",
        "function f(n) { for (let i = 1; i <= n; i++) g(i); }",
    ),
    (
        "go",
        "package a\nfunc f(n int) { for i := 0; i < n; i++ { g(i) } }",
        "package a\nfunc f(n int) { for i := 1; i <= n; i++ { g(i) } }",
    ),
    ("rs", "fn f(n: usize) { for i in 0..n { g(i); } }", "fn f(n: usize) { for i in 0..=n { g(i); } }"),
    ("rs", "fn f(n: usize) { for i in 0..n { g(i); } }", "fn f(n: usize) { for i in (0..n).rev() { g(i); } }"),
    ("js", "function f(n) { if (n > 0) { n--; } }", "function f(n) { while (n > 0) { n--; } }"),
    (
        "c",
        "void f(int n) { int i; for (i = n; i > 0; i--) g(i); }",
        "void f(int n) { int i; for (i = n - 1; i > 0; i--) g(i); }",
    ),
];
