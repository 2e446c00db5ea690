//! Another constant, and off-by-one: numbers, truth values, strings, characters; a value plus or minus one.

use super::super::drafts::{Drafts, strength};
use super::super::kinds::{Kind, is_comparison};
use super::super::words::Word;
use crate::syntax::Language;
use std::collections::BTreeSet;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if !scene.is_value(node) {
        return;
    }
    match scene.word(node) {
        Some(Word::Number) => integer(drafts, node),
        Some(Word::Float) => others_of(drafts, node, &["0.0", "1.0", "2.0"]),
        Some(Word::True) => drafts.replace(node, "false", 0.0),
        Some(Word::False) => drafts.replace(node, "true", 0.0),
        Some(Word::Text) => strings(drafts, node),
        Some(Word::Char) => {
            others_of(drafts, node, &["' '", "'0'", "'a'", "'A'"]);
            apart(drafts, node);
        }
        Some(Word::Null) if scene.language.is_script() => {
            ["0", "[]", "''", "false", "true", "null", "undefined"].iter().for_each(|o| drafts.replace(node, *o, 0.9));
        }
        Some(Word::List) if scene.language.is_script() && scene.inner(node).is_empty() => {
            ["null", "[[]]", "[0]"].iter().for_each(|other| drafts.replace(node, *other, 0.7));
        }
        _ => {}
    }
    off_by_one(drafts, node);
    pair(drafts, node);
}

/// Digits and what says their type.
fn split(text: &str) -> Option<(i64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let suffixed = suffix.is_empty() || suffix.starts_with(['u', 'i', 'l', 'L', 'U', 'n', '_', 'f']);
    number.replace('_', "").parse().ok().filter(|_| suffixed).map(|number| (number, suffix))
}

fn integer(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let parent = scene.parent(node);
    let Some((number, suffix)) = split(scene.text(node)) else { return };
    let is_negative = scene.word(parent) == Some(Word::Unary) && scene.operator(parent) == "-";
    for (other, more) in [(number.checked_add(1), 0.0), (number.checked_sub(1), 0.0), (Some(0), 0.4), (Some(1), 0.4)] {
        let Some(other) = other else { continue };
        let more = more + idle(drafts, node, other);
        if other >= 0 {
            drafts.replace(node, format!("{other}{suffix}"), more);
        } else if !is_negative {
            drafts.value(node, &format!("{other}{suffix}"), super::super::drafts::UNARY, more);
        }
    }
    if is_negative {
        drafts.replace(parent, scene.text(node), 0.3);
    } else if number != 0 && !is_index(drafts, node) {
        drafts.value(node, &format!("-{}", scene.text(node)), super::super::drafts::UNARY, 0.5);
    }
    others_of(drafts, node, &[]);
    let tens = [number.checked_mul(10), (number % 10 == 0).then_some(number / 10), Some(2), number.checked_mul(2)];
    tens.into_iter().flatten().for_each(|other| drafts.replace(node, format!("{other}{suffix}"), 0.9));
    limits(drafts, node);
}

/// What adds nothing is better left out, which another family does.
fn idle(drafts: &Drafts, node: usize, number: i64) -> f64 {
    let scene = drafts.scene;
    let parent = scene.parent(node);
    let around = if scene.word(parent) == Some(Word::Binary) { scene.operator(parent) } else { "" };
    match (around, number) {
        ("+" | "-" | "|" | "^", 0) | ("*" | "/" | "%", 0 | 1) => 0.8,
        _ => 0.0,
    }
}

fn is_index(drafts: &Drafts, node: usize) -> bool {
    let scene = drafts.scene;
    scene.index(scene.parent(node)).is_some_and(|(_, index)| index == node)
}

/// Where a best value begins with nought, it may have to begin with the end of all numbers.
fn limits(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let starts = scene.bound(scene.parent(node)).is_some_and(|(_, value)| value == node)
        || scene
            .sides(scene.parent(node))
            .is_some_and(|s| s.right == node && scene.word(scene.parent(node)) == Some(Word::Assign));
    if !starts {
        return;
    }
    let uses = |name: &str| memchr::memmem::find(&scene.file.text, name.as_bytes()).is_some();
    let ends: &[&str] = match scene.language {
        Language::Java => &["Integer.MAX_VALUE", "Integer.MIN_VALUE"],
        Language::Rust => &["i32::MAX", "i32::MIN", "usize::MAX", "i64::MAX", "i64::MIN"],
        Language::C if uses("limits.h") => &["INT_MAX", "INT_MIN"],
        Language::Go if uses("\"math\"") => &["math.MaxInt", "math.MinInt"],
        language if language.is_script() => &["Infinity", "-Infinity"],
        _ => &[],
    };
    ends.iter().for_each(|end| drafts.replace(node, *end, 0.9));
}

/// The other constants of the same kind in the function.
fn others_of(drafts: &mut Drafts, node: usize, usual: &[&str]) {
    let scene = drafts.scene;
    let word = scene.word(node);
    let same = |n: &usize| scene.word(*n) == word && scene.is_value(*n);
    let known: BTreeSet<&str> = scene.nodes().filter(same).map(|n| scene.text(n)).collect();
    known.into_iter().for_each(|other| drafts.replace(node, other, 0.7));
    usual.iter().for_each(|other| drafts.replace(node, *other, 0.9));
}

/// What stands between things: who takes one for another splits nothing, or too much.
const BETWEEN: &[char] = &[',', ';', ':', '.', '-', '_', '/', '=', '|'];

fn apart(drafts: &mut Drafts, node: usize) {
    let text = drafts.scene.text(node);
    let Some((quote, inner)) = text.get(..1).zip(text.get(1..text.len().max(2) - 1)) else { return };
    if inner.len() == 1 && inner.starts_with(BETWEEN) {
        BETWEEN.iter().for_each(|other| drafts.replace(node, format!("{quote}{other}{quote}"), 0.6));
    }
}

fn strings(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let plain = |text: &str| text.len() <= 40 && text.starts_with(['"', '\'']) && !text.contains('\n');
    let text = scene.text(node);
    if !plain(text) {
        return;
    }
    let known: BTreeSet<&str> =
        scene.nodes().filter(|n| scene.is(*n, &[Word::Text]) && scene.is_value(*n)).map(|n| scene.text(n)).collect();
    known.into_iter().filter(|other| plain(other)).for_each(|other| drafts.replace(node, other, 0.7));
    let quote = &text[..1];
    for usual in ["", " ", ", ", ",", "\\n", "0"] {
        drafts.replace(node, format!("{quote}{usual}{quote}"), 1.2);
    }
    apart(drafts, node);
    let inside = &text[1..text.len() - 1];
    let others = [inside.to_lowercase(), inside.to_uppercase(), inside.trim().to_owned(), format!("{inside} ")];
    others.iter().for_each(|other| drafts.replace(node, format!("{quote}{other}{quote}"), 1.0));
}

/// A number that is one too small or too large.
fn off_by_one(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let counts = [Word::Name, Word::Call, Word::Index, Word::Binary, Word::Member];
    if !scene.is(node, &counts) || scene.is_target(node) || scene.is_called(node) {
        return;
    }
    let kind = scene.type_of(node);
    if !kind.as_ref().is_none_or(Kind::is_number) {
        return;
    }
    let parent = scene.parent(node);
    let word = scene.word(parent);
    let compared = word == Some(Word::Binary) && is_comparison(scene.operator(parent));
    let place = match word {
        Some(
            Word::Arguments | Word::Binary | Word::Return | Word::Binding | Word::Several | Word::Range | Word::Slice,
        ) => true,
        Some(Word::Paren | Word::Ternary | Word::Declare | Word::List) => true,
        Some(Word::Assign | Word::Augment) => true,
        Some(Word::Index) => scene.index(parent).is_some_and(|(_, index)| index == node),
        Some(Word::Block) => scene.is_tail(node),
        _ => false,
    };
    let is_first = word == Some(Word::Slice) && scene.inner(parent).first() == Some(&node);
    if !place || is_first || (scene.word(node) == Some(Word::Binary) && is_comparison(scene.operator(node))) {
        return;
    }
    let known = kind.is_some();
    // `low = mid` is a bound more often than another variable.
    let likely: f64 = match (known, word) {
        (true, Some(Word::Assign)) => 0.05,
        (true, _) => 0.15,
        (false, _) => 0.9,
    };
    let more = likely + if word == Some(Word::Binary) || compared { 0.3 } else { 0.0 };
    let one = if matches!(kind, Some(Kind::Float(_))) && scene.language == Language::Rust { "1.0" } else { "1" };
    let text = scene.text(node);
    let text = if scene.word(node) == Some(Word::Binary) && strength(scene.operator(node)) < 9 {
        format!("({text})")
    } else {
        text.to_owned()
    };
    for (rank, sign) in ["+", "-"].into_iter().enumerate() {
        drafts.value(node, &format!("{text} {sign} {one}"), strength("+"), more + 0.05 * rank as f64);
    }
}

/// `x.length == 0` → `x.length <= 1`: operator and constant together.
fn pair(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let parent = scene.parent(node);
    if scene.word(node) != Some(Word::Number) || scene.word(parent) != Some(Word::Binary) {
        return;
    }
    let Some(sides) = scene.sides(parent).filter(|sides| is_comparison(scene.text(sides.operator))) else { return };
    let Some((number, suffix)) = split(scene.text(node)).filter(|_| sides.right == node) else { return };
    let range = |n: usize| scene.tree[n].range.clone();
    let equal = if scene.text(sides.operator).len() == 3 { "===" } else { "==" };
    for (other, constant) in
        [("<=", number + 1), (">=", number + 1), ("<=", number - 1), (">=", number - 1), (equal, number + 1)]
    {
        if constant >= 0 {
            let constant = format!("{constant}{suffix}");
            drafts.edit(vec![(range(sides.operator), other.to_owned()), (range(node), constant)], 1.0);
        }
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    ("c", "int f(int *a) { return a[1]; }", "int f(int *a) { return a[0]; }"),
    ("rs", "fn f(a: &str) { a.split(',') }", "fn f(a: &str) { a.split(';') }"),
    ("js", "function f(a) { return a[0] }", "function f(a) { return a[1] }"),
    (
        "java",
        "class A { int f(int[] a) { return g(a.length); } }",
        "class A { int f(int[] a) { return g(a.length - 1); } }",
    ),
    ("rs", "fn f(n: usize) -> usize { n * 3 }", "fn f(n: usize) -> usize { (n + 1) * 3 }"),
    ("go", "package a\nfunc f() bool { return true }", "package a\nfunc f() bool { return false }"),
    ("js", "function f(a) { return a.length == 0 }", "function f(a) { return a.length <= 1 }"),
    (
        "java",
        "class A { int f() { int best = 0; return best; } }",
        "class A { int f() { int best = Integer.MIN_VALUE; return best; } }",
    ),
    ("rs", "fn f(a: u8) -> bool { a > 10u8 }", "fn f(a: u8) -> bool { a > 9u8 }"),
];
