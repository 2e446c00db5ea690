//! A value put into something, or taken out of it.

use super::super::drafts::{Drafts, TIGHT, UNARY, binds, strength};
use super::super::kinds::Kind;
use super::super::scene::Scene;
use super::super::words::Word;
use crate::syntax::Language;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if !scene.is_value(node) || scene.is_target(node) {
        return;
    }
    match scene.word(node) {
        Some(Word::Binary) => sides(drafts, node),
        Some(Word::Call) => unwrap(drafts, node),
        Some(Word::Unary | Word::Refer | Word::Cast) => {
            let inner = scene.operand(node);
            inner.into_iter().for_each(|inner| drafts.value(node, scene.text(inner), binds(scene, inner), 0.0));
        }
        Some(Word::Ternary) => {
            let (one, other) = scene.branches(node);
            [one, other].into_iter().flatten().for_each(|n| drafts.value(node, scene.text(n), binds(scene, n), 0.4));
        }
        _ => {}
    }
    if is_operand(scene, node) {
        calculate(drafts, node);
        convert(drafts, node);
    }
}

/// Not a called function, the object of a member, or the whole of a statement.
fn is_operand(scene: &Scene, node: usize) -> bool {
    let parent = scene.parent(node);
    let object = scene.member(parent).is_some_and(|(object, _)| object == node)
        || scene.index(parent).is_some_and(|(object, _)| object == node);
    let called = scene.callee(parent).is_some_and(|callee| callee.object == Some(node));
    let whole = scene.is(parent, &[Word::Simple, Word::Function, Word::Throw]);
    let odd = [Word::Assign, Word::Augment, Word::Step, Word::Function, Word::Range, Word::Macro];
    let other = object || called || whole || scene.is_called(node) || scene.is(node, &odd);
    let statement = scene.is_in_block(node) && !scene.is_tail(node);
    !(other || statement)
}

/// `a + b` → `a`, `b`.
fn sides(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let Some(sides) = scene.sides(node) else { return };
    for (inner, more) in [(sides.left, 0.0), (sides.right, 0.05)] {
        drafts.value(node, scene.text(inner), binds(scene, inner), more);
    }
}

/// `f(x)` → `x`; `x.trim()` → `x`.
fn unwrap(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if scene.word(scene.parent(node)) == Some(Word::Simple) {
        return;
    }
    let Some(callee) = scene.callee(node) else { return };
    let args = scene.inner(callee.arguments);
    args.iter().take(3).for_each(|n| drafts.value(node, scene.text(*n), binds(scene, *n), 0.3));
    let object = callee.object.filter(|n| scene.is(*n, &[Word::Name, Word::Call, Word::Member]));
    object.into_iter().for_each(|n| drafts.value(node, scene.text(n), binds(scene, n), 0.5));
}

/// The smaller or the larger of two, as the language says it.
pub fn chosen(scene: &Scene, which: &str, one: &str, other: &str, kind: Option<&Kind>) -> Option<String> {
    let plain =
        |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '(' | ')'));
    match scene.language {
        Language::Rust if plain(one) => Some(format!("{one}.{which}({other})")),
        Language::Rust => Some(format!("({one}).{which}({other})")),
        Language::Go if kind.is_none_or(Kind::is_number) => Some(format!("{which}({one}, {other})")),
        Language::C if scene.callables.contains_key(which) => Some(format!("{which}({one}, {other})")),
        Language::C => {
            let sign = if which == "max" { ">" } else { "<" };
            Some(format!("({one} {sign} {other} ? {one} : {other})"))
        }
        Language::Go => None,
        _ => Some(format!("Math.{which}({one}, {other})")),
    }
}

/// `x` → `x + y`, `max(x, y)`, `abs(x)`, …
fn calculate(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let kind = scene.type_of(node);
    let simple = scene.is(node, &[Word::Name, Word::Number, Word::Float, Word::Call, Word::Index, Word::Member]);
    if kind.as_ref().is_some_and(|kind| !kind.is_number() && *kind != Kind::Text) {
        return;
    }
    let unknown = if kind.is_none() { 0.6 } else { 0.0 };
    let number = kind.as_ref().is_none_or(Kind::is_number);
    let (text, tight) = (scene.text(node), binds(scene, node));
    if number && (simple || scene.is(node, &[Word::Binary, Word::Paren])) {
        let abs = match scene.language {
            Language::Rust => format!("({text}).abs()"),
            Language::C => format!("abs({text})"),
            Language::Go => format!("math.Abs({text})"),
            _ => format!("Math.abs({text})"),
        };
        drafts.replace(node, abs, 0.6 + unknown);
        if kind.is_some() {
            let zero = chosen(scene, "max", text, "0", kind.as_ref());
            zero.into_iter().for_each(|zero| drafts.value(node, &zero, TIGHT, 0.6));
        }
        bounds(drafts, node, unknown, kind.as_ref());
    }
    if !simple && scene.word(node) != Some(Word::Binary) {
        return;
    }
    for var in scene.vars_at(scene.tree[node].range.start) {
        let fit = scene.fits(var.kind.as_ref(), kind.as_ref());
        if fit != Some(0.0) && !(kind.is_none() && var.kind.is_none() && scene.language.is_script()) {
            continue;
        }
        let name = &var.name;
        let far = if var.outer { 0.4 } else { 0.0 };
        if number {
            for (rank, operator) in ["-", "+", "*", "/", "%"].into_iter().enumerate() {
                let own = strength(operator);
                let held = if tight < own { format!("({text})") } else { text.to_owned() };
                let more = 0.5 + far + unknown + 0.1 * rank as f64;
                drafts.value(node, &format!("{held} {operator} {name}"), own, more);
            }
        } else if scene.language != Language::C && scene.language != Language::Rust {
            drafts.value(node, &format!("{name} + {text}"), 9, 0.4 + far);
            drafts.value(node, &format!("{text} + {name}"), 9, 0.4 + far);
        }
    }
}

/// `x = y` → `x = max(x, y)`.
fn bounds(drafts: &mut Drafts, node: usize, unknown: f64, kind: Option<&Kind>) {
    let scene = drafts.scene;
    let parent = scene.parent(node);
    let assigned = scene.sides(parent).filter(|s| s.right == node && scene.word(parent) == Some(Word::Assign));
    let text = scene.text(node);
    if let Some(sides) = assigned {
        for which in ["max", "min"] {
            let value = chosen(scene, which, scene.text(sides.left), text, kind);
            value.into_iter().for_each(|value| drafts.replace(node, value, 0.2 + unknown * 0.5));
        }
        return;
    }
    if !scene.is(node, &[Word::Name]) || kind.is_none() {
        return;
    }
    for var in scene.vars_at(scene.tree[node].range.start).filter(|v| v.name != text && !v.outer) {
        if var.kind.is_some() && scene.fits(var.kind.as_ref(), kind) == Some(0.0) {
            for which in ["max", "min"] {
                let value = chosen(scene, which, text, &var.name, kind);
                value.into_iter().for_each(|value| drafts.replace(node, value, 0.8));
            }
        }
    }
}

/// `!x`, `-x`, another type, a copy.
fn convert(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let kind = scene.type_of(node);
    let (text, tight) = (scene.text(node), binds(scene, node));
    let held = if tight < UNARY { format!("({text})") } else { text.to_owned() };
    match kind {
        Some(Kind::Truth) if ![node, scene.parent(node)].iter().any(|n| scene.is(*n, &[Word::Unary])) => {
            drafts.value(node, &format!("!{held}"), UNARY, 0.5);
        }
        Some(Kind::Int(_) | Kind::Float(_)) => {
            if !scene.is(node, &[Word::Number, Word::Float, Word::Unary]) && !is_index(scene, node) {
                drafts.value(node, &format!("-{held}"), UNARY, 0.6);
            }
            let ways: &[&str] = match scene.language {
                Language::Java => &["(double) {}", "(long) {}", "(int) {}"],
                Language::C => &["(double){}", "(long){}"],
                Language::Go => &["float64({})"],
                Language::Rust => &["{} as f64", "{} as usize", "{} as i64"],
                _ => &["Math.floor({})", "Math.round({})", "Math.ceil({})", "String({})"],
            };
            for (rank, way) in ways.iter().enumerate() {
                let inner = if way.contains("({})") { text } else { &held };
                let tight = if way.ends_with("({})") { TIGHT } else { UNARY };
                drafts.value(node, &way.replace("{}", inner), tight, 0.7 + 0.05 * rank as f64);
            }
        }
        // A digit and the number that it stands for.
        Some(Kind::Char)
            if matches!(scene.language, Language::C | Language::Java) && scene.word(node) != Some(Word::Char) =>
        {
            for (rank, way) in ["- '0'", "- 'a'", "- 'A'", "+ 1", "+ '0'"].iter().enumerate() {
                drafts.value(node, &format!("{held} {way}"), strength("+"), 0.3 + 0.1 * rank as f64);
            }
        }
        Some(Kind::Text) if scene.language.is_script() => {
            for (rank, way) in [".trim()", ".toLowerCase()", ".length", ".toUpperCase()"].iter().enumerate() {
                let held = if tight < TIGHT { format!("({text})") } else { text.to_owned() };
                drafts.replace(node, format!("{held}{way}"), 0.7 + 0.05 * rank as f64);
            }
            drafts.replace(node, format!("Number({text})"), 0.9);
        }
        Some(Kind::Text) if scene.language == Language::Java && tight == TIGHT => {
            for way in [".trim()", ".toLowerCase()", ".toUpperCase()"] {
                drafts.replace(node, format!("{text}{way}"), 0.8);
            }
        }
        Some(Kind::Array(_)) if scene.language.is_script() && scene.is(node, &[Word::Name, Word::Member]) => {
            for (rank, way) in [".length", ".slice().sort((a, b) => a - b)", ".slice().reverse()"].iter().enumerate() {
                drafts.replace(node, format!("{text}{way}"), 0.8 + 0.1 * rank as f64);
            }
            drafts.replace(node, format!("[...{text}]"), 0.6);
            drafts.replace(node, format!("[{text}]"), 0.7);
        }
        None if scene.language.is_script() && scene.is(node, &[Word::Name, Word::Member, Word::Call, Word::Index]) => {
            drafts.value(node, &format!("!{held}"), UNARY, 1.0);
            for (rank, way) in ["[{}]", "Math.floor({})", "[...{}]", "String({})", "Number({})"].iter().enumerate() {
                drafts.replace(node, way.replace("{}", text), 1.0 + 0.05 * rank as f64);
            }
        }
        _ => {}
    }
    // A whole quotient.
    if scene.language.is_script() && scene.word(node) == Some(Word::Binary) && scene.operator(node) == "/" {
        ["floor", "ceil", "round", "trunc"].iter().enumerate().for_each(|(rank, way)| {
            drafts.replace(node, format!("Math.{way}({text})"), 0.1 * rank as f64);
        });
    }
}

fn is_index(scene: &Scene, node: usize) -> bool {
    scene.index(scene.parent(node)).is_some_and(|(_, index)| index == node)
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    ("c", "int f(int s, int t) { return 1 + f(s, t); }", "int f(int s, int t) { return f(s, t); }"),
    ("js", "function f(a, b) { return a / b }", "function f(a, b) { return Math.floor(a / b) }"),
    (
        "java",
        "class A { int f(int a, int n) { a = n; return a; } }",
        "class A { int f(int a, int n) { a = Math.max(a, n); return a; } }",
    ),
    ("rs", "fn f(mut a: i32, n: i32) -> i32 { a = n; a }", "fn f(mut a: i32, n: i32) -> i32 { a = a.min(n); a }"),
    ("c", "int f(int a, int n) { a = n; return a; }", "int f(int a, int n) { a = (a > n ? a : n); return a; }"),
    (
        "go",
        "package a\nfunc f(k, n int) int { return f(k, n) }",
        "package a\nfunc f(k, n int) int { return f(k - n, n) }",
    ),
    ("java", "class A { boolean f(boolean a) { return a; } }", "class A { boolean f(boolean a) { return !a; } }"),
    ("c", "int f(const char *s) { return 10 * s[0]; }", "int f(const char *s) { return 10 * (s[0] - '0'); }"),
    ("js", "function f(a) { return !a }", "function f(a) { return a }"),
];
