//! What is taken out of a sequence: the other end, its neighbour, the whole, a part.

use super::super::drafts::Drafts;
use super::super::kinds::Kind;
use super::super::words::Word;
use crate::syntax::Language;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if !scene.is_value(node) {
        return;
    }
    match scene.word(node) {
        Some(Word::Index) => indexed(drafts, node),
        Some(Word::Slice) => slice(drafts, node),
        Some(Word::Name | Word::Member) if !scene.is_target(node) => part(drafts, node),
        Some(Word::Call) => cut(drafts, node),
        _ => {}
    }
}

/// `x[…]` at another place, or all of `x`.
fn indexed(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some((object, index)) = scene.index(node) else { return };
    if scene.word(index) == Some(Word::Range) {
        return;
    }
    let (whole, at) = (scene.text(object), scene.text(index));
    for (other, more) in [("0", 0.3), ("1", 0.6)] {
        drafts.replace(index, other, more);
    }
    if let Some(size) = size(drafts, object) {
        drafts.replace(index, format!("{size} - 1"), 0.4);
        if scene.is(index, &[Word::Name, Word::Number]) {
            drafts.replace(index, format!("{size} - 1 - {at}"), 0.7);
        }
    }
    if scene.language == Language::C || !scene.is_target(node) {
        drafts.replace(node, whole, 0.8);
    }
    // The index itself instead of what is there.
    if !scene.is_target(node) && scene.type_of(node).is_none_or(|kind| kind.is_number()) {
        drafts.replace(node, at, 0.5);
    }
    for var in scene.vars_at(scene.tree[index].range.start).filter(|v| v.kind.as_ref().is_some_and(Kind::is_number)) {
        for other in [format!("{at} + {}", var.name), format!("{at} - {}", var.name)] {
            if var.name != at && !scene.is(index, &[Word::Number]) {
                drafts.replace(index, other, 0.7);
            }
        }
    }
}

/// How the language says how long something is.
pub fn size(drafts: &Drafts, object: usize) -> Option<String> {
    let scene = drafts.scene;
    let text = scene.text(object);
    if !scene.is(object, &[Word::Name, Word::Member, Word::Index]) {
        return None;
    }
    size_of(scene.language, text, scene.type_of(object).as_ref())
}

pub fn size_of(language: Language, text: &str, kind: Option<&Kind>) -> Option<String> {
    match (language, kind) {
        (Language::Rust, _) => Some(format!("{text}.len()")),
        (Language::Go, _) => Some(format!("len({text})")),
        (Language::Java, Some(Kind::Text)) => Some(format!("{text}.length()")),
        (Language::Java, Some(Kind::Other(_))) => Some(format!("{text}.size()")),
        (Language::Java, Some(Kind::Array(_))) => Some(format!("{text}.length")),
        (Language::C, Some(Kind::Text)) => Some(format!("strlen({text})")),
        (Language::JavaScript | Language::TypeScript | Language::Tsx, _) => Some(format!("{text}.length")),
        _ => None,
    }
}

/// Go's `x[a:b]`.
fn slice(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(object) = scene.inner(node).first().copied() else { return };
    let [low, high] = ["start", "end"].map(|name| scene.field(node, name).map_or("", |n| scene.text(n)));
    let whole = scene.text(object);
    let mut say = |low: &str, high: &str, more: f64| drafts.replace(node, format!("{whole}[{low}:{high}]"), more);
    say(high, low, 0.4);
    say(low, "", 0.4);
    say("", high, 0.4);
    if low.is_empty() {
        say("1", high, 0.4);
    } else {
        say(&format!("{low}+1"), high, 0.2);
    }
    if high.is_empty() {
        say(low, &format!("len({whole})-1"), 0.5);
    } else {
        say(low, &format!("{high}+1"), 0.2);
        say(low, &format!("{high}-1"), 0.3);
    }
    drafts.replace(node, whole, 0.5);
}

/// A part of a sequence instead of the whole.
fn part(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let parent = scene.parent(node);
    let used = matches!(scene.word(parent), Some(Word::Member | Word::Index | Word::Slice))
        && scene.inner(parent).first() == Some(&node);
    let called = scene.callee(parent).is_some_and(|callee| callee.object == Some(node) || callee.name == node);
    let kind = scene.type_of(node);
    if used || called || !kind.as_ref().is_some_and(Kind::is_sequence) {
        return;
    }
    let text = scene.text(node);
    let ways: &[&str] = match (scene.language, kind) {
        (Language::Go, _) => &["[1:]", "[:len({})-1]", "[0]", "[len({})-1]"],
        (Language::Rust, Some(Kind::Array(_))) => &["[1..]", "[..{}.len() - 1]", "[0]", "[{}.len() - 1]"],
        (Language::Rust, _) => &["[1..]"],
        (Language::Java, Some(Kind::Text)) => &[".substring(1)", ".substring(0, {}.length() - 1)"],
        (Language::Java, _) => &["[0]", "[{}.length - 1]"],
        (Language::C, _) => &["[0]", " + 1", "[1]"],
        _ => &[".slice(1)", ".slice(0, -1)", "[0]", "[{}.length - 1]", ".slice()"],
    };
    // A part of a part is written as one.
    let is_cut = scene.callee(node).is_some_and(|it| matches!(scene.text(it.name), "slice" | "substring" | "subList"));
    let again = is_cut || scene.word(node) == Some(Word::Slice);
    let more = if again { 1.2 } else { 0.0 };
    for (rank, way) in ways.iter().enumerate() {
        let text = format!("{text}{}", way.replace("{}", text));
        let binds = if way.contains(" + ") { 9 } else { super::super::drafts::TIGHT };
        drafts.value(node, &text, binds, more + 0.1 * rank as f64);
    }
}

/// `s.slice(a, b)` and its like with other bounds.
fn cut(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(callee) = scene.callee(node).filter(|c| matches!(scene.text(c.name), "slice" | "substring" | "subList"))
    else {
        return;
    };
    let args: Vec<&str> = scene.inner(callee.arguments).iter().map(|n| scene.text(*n)).collect();
    let mut say = |text: String, more: f64| drafts.replace(callee.arguments, format!("({text})"), more);
    match args[..] {
        [from] => {
            say(format!("0, {from}"), 0.3);
            say(format!("{from} + 1"), 0.2);
            say(format!("{from} - 1"), 0.4);
        }
        [from, to] => {
            say(format!("{from} + 1, {to}"), 0.2);
            say(format!("{from}, {to} + 1"), 0.2);
            say(format!("{from}, {to} - 1"), 0.3);
            say(format!("{from}, {from} + {to}"), 0.4);
            say(from.to_owned(), 0.4);
            say(to.to_owned(), 0.5);
            say(format!("0, {to}"), 0.4);
        }
        _ => {}
    }
    if let Some(object) = callee.object {
        drafts.replace(node, scene.text(object), 0.5);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    ("js", "function f(a, i) { return a[i] }", "function f(a, i) { return a[a.length - 1] }"),
    (
        "java",
        "class A { int f(String s) { return g(s); } }",
        "class A { int f(String s) { return g(s.substring(1)); } }",
    ),
    (
        "go",
        "package a\nfunc f(a []int) []int { return a[1:2] }",
        "package a\nfunc f(a []int) []int { return a[1+1:2] }",
    ),
    ("rs", "fn f(a: &[u8]) -> u8 { g(a) }", "fn f(a: &[u8]) -> u8 { g(a[1..]) }"),
    ("c", "int f(const char *s) { return f(s); }", "int f(const char *s) { return f(s + 1); }"),
    ("js", "function f(s) { return s.slice(1, 2) }", "function f(s) { return s.slice(1 + 1, 2) }"),
];
