//! A condition made weaker or stronger, turned round, taken apart, or guarded.

use super::super::drafts::{Drafts, UNARY, binds, strength};
use super::super::kinds::{Kind, is_comparison};
use super::super::scene::Scene;
use super::super::words::Word;
use super::indices::size_of;
use crate::syntax::Language;
use std::collections::BTreeSet;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let parent = scene.parent(node);
    let around = if scene.word(parent) == Some(Word::Paren) { scene.parent(parent) } else { parent };
    let around = if scene.kind(around) == "for_clause" { scene.parent(around) } else { around };
    let around = if scene.kind(around) == "expression_statement" { scene.parent(around) } else { around };
    let truth = scene.is(node, &[Word::Binary, Word::Unary]) && scene.type_of(node) == Some(Kind::Truth);
    let asked = scene.condition(around) == Some(node);
    let held = scene.is(parent, &[Word::Return, Word::Binding, Word::Assign, Word::Several]) && truth;
    let tail = truth && scene.is_tail(node);
    if asked && scene.kind(node) != "let_condition" && scene.kind(node) != "let_chain" {
        turned(drafts, node, 0.0);
        more(drafts, node, 0.0);
    } else if (held || tail) && !scene.is_target(node) {
        turned(drafts, node, 0.4);
        more(drafts, node, 0.4);
    }
}

fn turned(drafts: &mut Drafts, node: usize, plain: f64) {
    let scene = drafts.scene;
    let text = scene.text(node);
    match scene.word(node) {
        Some(Word::Unary) if scene.operator(node) == "!" => {
            let inner = scene.operand(node).map(|n| scene.bare(n));
            inner.into_iter().for_each(|n| drafts.value(node, scene.text(n), binds(scene, n), 0.0));
        }
        Some(Word::True | Word::False) => {
            for var in
                scene.vars_at(scene.tree[node].range.start).filter(|v| v.kind.is_none() || v.kind == Some(Kind::Truth))
            {
                drafts.replace(node, &var.name, 0.1);
                drafts.replace(node, format!("!{}", var.name), 0.6);
            }
        }
        Some(Word::Name | Word::Call | Word::Member | Word::Index) => {
            drafts.value(node, &format!("!{text}"), UNARY, plain);
        }
        _ => drafts.value(node, &format!("!({text})"), UNARY, 0.3 + plain),
    }
    let (yes, no) = if scene.language == Language::C { ("1", "0") } else { ("true", "false") };
    drafts.replace(node, yes, 0.7 + plain);
    drafts.replace(node, no, 0.9 + plain);
}

/// `c` → `c && x`, `c || x`.
fn more(drafts: &mut Drafts, node: usize, plain: f64) {
    let scene = drafts.scene;
    let text = scene.text(node);
    let own = binds(scene, node);
    for (atom, cost, guard) in atoms(scene, node) {
        if atom == text || text.contains(&atom) && cost > 0.3 {
            continue;
        }
        for operator in ["||", "&&"] {
            let inside = if own < strength(operator) { format!("({text})") } else { text.to_owned() };
            // Mixed logic is held together.
            let inside = if matches!(own, 1 | 2) && own != strength(operator) { format!("({text})") } else { inside };
            let cost = plain + cost + 0.1;
            // A guard stands first: what follows would fail without it.
            if guard {
                drafts.value(node, &format!("{atom} {operator} {inside}"), strength(operator), cost);
            } else {
                drafts.value(node, &format!("{inside} {operator} {atom}"), strength(operator), cost + 0.02);
                // The order matters where one of the two is looked into.
                if text.contains(['[', '(', '.', '>']) {
                    drafts.value(node, &format!("{atom} {operator} {inside}"), strength(operator), cost + 0.05);
                }
            }
        }
    }
}

/// How the language says "nothing".
pub fn null(language: Language) -> Option<&'static str> {
    match language {
        Language::C => Some("NULL"),
        Language::Go => Some("nil"),
        Language::Rust => None,
        _ => Some("null"),
    }
}

/// What may be asked in addition, and whether it guards what follows.
fn atoms(scene: &Scene, node: usize) -> Vec<(String, f64, bool)> {
    let at = scene.tree[node].range.start;
    let mut atoms: Vec<(String, f64, bool)> = Vec::new();
    for inner in scene.tree.below(node) {
        looked_into(scene, inner, &mut atoms);
    }
    for var in scene.vars_at(at).filter(|var| !var.outer) {
        of_var(scene, &var.name, var.kind.as_ref(), &mut atoms);
    }
    let is_condition = |n: &usize| {
        *n != node && scene.word(*n) == Some(Word::Binary) && is_comparison(scene.operator(*n)) && known(scene, *n, at)
    };
    let asked: BTreeSet<&str> = scene
        .nodes()
        .filter(is_condition)
        .map(|n| scene.text(n))
        .filter(|text| text.len() < 60 && !text.contains('\n'))
        .collect();
    atoms.extend(asked.into_iter().map(|text| (text.to_owned(), 0.5, false)));
    let numbers: Vec<_> =
        scene.vars_at(at).filter(|v| v.kind.as_ref().is_some_and(Kind::is_number) && !v.outer).take(6).collect();
    for (i, one) in numbers.iter().enumerate() {
        for other in &numbers[i + 1..] {
            if scene.fits(one.kind.as_ref(), other.kind.as_ref()) != Some(0.0) {
                continue;
            }
            for operator in ["<", ">", "==", "!=", "<=", ">="] {
                let operator = scripted(scene, operator);
                atoms.push((format!("{} {operator} {}", one.name, other.name), 0.8, false));
            }
        }
    }
    atoms
}

/// Whether all names of an expression are known at a byte.
pub fn known(scene: &Scene, node: usize, at: usize) -> bool {
    let names = scene.tree.below(node).filter(|n| scene.word(*n) == Some(Word::Name) && scene.is_value(*n));
    let mut names = names.map(|n| scene.text(n));
    names.all(|name| scene.var(name, at).is_some() || !scene.vars.iter().any(|var| var.name == name))
}

/// `==` as this file says it.
pub fn scripted(scene: &Scene, operator: &'static str) -> &'static str {
    let strict = scene.language.is_script() && memchr::memmem::find(&scene.file.text, b" == ").is_none();
    match operator {
        "==" if strict => "===",
        "!=" if strict => "!==",
        _ => operator,
    }
}

/// What is looked into may be nothing, and an index may be beyond the end.
fn looked_into(scene: &Scene, inner: usize, atoms: &mut Vec<(String, f64, bool)>) {
    if let (Some((object, _)), Some(null)) = (scene.member(inner), null(scene.language)) {
        let nullable = scene.type_of(object).is_none_or(|kind| matches!(kind, Kind::Other(_)));
        let text = scene.text(object);
        if nullable && !matches!(text, "this" | "Math") {
            atoms.push((format!("{text} {} {null}", scripted(scene, "==")), 0.0, true));
            atoms.push((format!("{text} {} {null}", scripted(scene, "!=")), 0.05, true));
        }
    }
    if let Some((object, index)) = scene.index(inner) {
        let (text, at) = (scene.text(object), scene.text(index));
        if scene.word(index) != Some(Word::Range)
            && let Some(size) = size_of(scene.language, text, scene.type_of(object).as_ref())
        {
            atoms.push((format!("{at} < {size}"), 0.2, true));
        }
        let bounds = scene.vars_at(scene.tree[inner].range.start).filter(|var| !var.outer && var.name != at);
        for var in bounds.filter(|var| scene.language == Language::C && matches!(var.kind, Some(Kind::Int(_)))) {
            atoms.push((format!("{at} < {}", var.name), 0.2, true));
        }
        if scene.word(index) != Some(Word::Number) {
            atoms.push((format!("{at} {} 0", scripted(scene, "==")), 0.4, true));
            atoms.push((format!("{at} > 0"), 0.4, true));
            if scene.language != Language::Rust {
                atoms.push((format!("{at} >= 0"), 0.2, true));
            }
        }
    }
}

fn of_var(scene: &Scene, name: &str, kind: Option<&Kind>, atoms: &mut Vec<(String, f64, bool)>) {
    let mut say = |text: String, more: f64| atoms.push((text, more, false));
    let (equal, unequal) = (scripted(scene, "=="), scripted(scene, "!="));
    match kind {
        Some(Kind::Truth) => {
            say(format!("!{name}"), 0.2);
            say(name.to_owned(), 0.25);
        }
        Some(Kind::Int(kind) | Kind::Float(kind)) => {
            let float = scene.language == Language::Rust && kind.starts_with('f');
            let dot = if float { ".0" } else { "" };
            say(format!("{name} {equal} 0{dot}"), 0.5);
            say(format!("{name} > 0{dot}"), 0.5);
            say(format!("{name} {equal} 1{dot}"), 0.5);
            if !kind.starts_with('u') {
                say(format!("{name} < 0{dot}"), 0.5);
                say(format!("{name} <= 0{dot}"), 0.5);
            }
        }
        Some(kind) if kind.is_sequence() => {
            if let Some(empty) = empty(scene.language, name, Some(kind)) {
                say(empty, 0.2);
            }
            if let (Kind::Array(_) | Kind::Text, Language::C) = (kind, scene.language) {
                say(format!("{name} == NULL"), 0.3);
            }
        }
        Some(Kind::Other(_)) | None => {
            if let Some(null) = null(scene.language) {
                say(format!("{name} {equal} {null}"), 0.3);
                say(format!("{name} {unequal} {null}"), 0.3);
            }
            if scene.language.is_script() && kind.is_none() {
                say(format!("!{name}"), 0.4);
                say(name.to_owned(), 0.45);
                say(format!("{name}.length {equal} 0"), 0.4);
            }
            if scene.language == Language::Java
                && scene.methods.iter().any(|(object, method, _)| {
                    object == name && matches!(method.as_str(), "size" | "isEmpty" | "add" | "get")
                })
            {
                say(format!("{name}.isEmpty()"), 0.2);
            }
        }
        _ => {}
    }
}

/// `x` has nothing in it.
pub fn empty(language: Language, name: &str, kind: Option<&Kind>) -> Option<String> {
    match (language, kind) {
        (Language::Rust, Some(kind)) if kind.is_sequence() => Some(format!("{name}.is_empty()")),
        (Language::Java, Some(Kind::Text)) => Some(format!("{name}.isEmpty()")),
        (Language::C, Some(Kind::Text)) => Some(format!("*{name} == '\\0'")),
        (Language::C, _) => None,
        _ => size_of(language, name, kind)
            .map(|size| format!("{size} {} 0", if language.is_script() { "===" } else { "==" })),
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "js",
        "function f(h) { if (h.next === null) { return false } return true }",
        "function f(h) { if (h === null || h.next === null) { return false } return true }",
    ),
    (
        "c",
        "int f(int *a, int n) { int i = 0; while (a[i] > 0) { i++; } return i; }",
        "int f(int *a, int n) { int i = 0; while (i < n && a[i] > 0) { i++; } return i; }",
    ),
    (
        "java",
        "class A { int f(int t) { if (!(t < 0)) return 0; return 1; } }",
        "class A { int f(int t) { if (t < 0) return 0; return 1; } }",
    ),
    (
        "rs",
        "fn f(v: &[u8], t: i32) -> i32 { if t < 0 { return 0; } 1 }",
        "fn f(v: &[u8], t: i32) -> i32 { if t < 0 || v.is_empty() { return 0; } 1 }",
    ),
    (
        "go",
        "package a\nfunc f(t int) int { if t < 0 { return 0 }; return 1 }",
        "package a\nfunc f(t int) int { if true { return 0 }; return 1 }",
    ),
    (
        "java",
        "class A { boolean f(int a, int b) { return a > 0; } }",
        "class A { boolean f(int a, int b) { return a > 0 && a < b; } }",
    ),
];
