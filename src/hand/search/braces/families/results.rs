//! What a function gives back: another value.

use super::super::drafts::Drafts;
use super::super::kinds::Kind;
use super::super::scene::Scene;
use super::super::words::Word;
use super::conditions::{empty, known, null, scripted};
use crate::syntax::Language;
use std::collections::BTreeSet;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let value = match scene.word(node) {
        Some(Word::Return) => scene.returned(node),
        _ if scene.is_tail(node) && scene.body().is_some_and(|body| scene.parent(node) == body) => {
            Some(node).filter(|n| scene.word(*n).is_some_and(Word::is_value))
        }
        _ => return,
    };
    let at = scene.tree[node].range.start;
    let Some(value) = value.filter(|n| scene.word(*n) != Some(Word::Several)) else { return };
    let wanted = super::super::vars::given_back(scene, owner(scene, node)).or_else(|| scene.type_of(value));
    let is_truth = scene.is(value, &[Word::True, Word::False]);
    for var in scene.vars_at(at).filter(|var| !var.outer) {
        if let Some(more) = scene.fits(var.kind.as_ref(), wanted.as_ref()) {
            drafts.replace(value, &var.name, more * 0.4 + if is_truth { 0.3 } else { 0.5 });
        }
        if is_truth && var.kind.as_ref().is_some_and(Kind::is_number) {
            for (operator, more) in [("==", 0.3), ("!=", 0.4), (">", 0.4)] {
                drafts.replace(value, format!("{} {} 0", var.name, scripted(scene, operator)), more);
            }
        } else if is_truth && let Some(empty) = empty(scene.language, &var.name, var.kind.as_ref()) {
            drafts.replace(value, empty, 0.4);
        }
    }
    for usual in usual(scene.language, wanted.as_ref()) {
        drafts.replace(value, usual, 0.9);
    }
    let others: BTreeSet<&str> = scene
        .nodes()
        .filter(|n| scene.word(*n) == Some(Word::Return) && *n != node)
        .filter_map(|n| scene.returned(n))
        .filter(|n| known(scene, *n, at))
        .map(|n| scene.text(n))
        .filter(|text| !text.contains('\n'))
        .collect();
    others.into_iter().for_each(|other| drafts.replace(value, other, 0.5));
}

/// The function around a node, closures included.
fn owner(scene: &Scene, node: usize) -> usize {
    scene.tree.above(node).find(|n| scene.word(*n) == Some(Word::Function)).unwrap_or(scene.function)
}

/// The values that are given back where there is nothing to say.
pub fn usual(language: Language, kind: Option<&Kind>) -> Vec<&'static str> {
    let script = language.is_script();
    match kind {
        Some(Kind::Truth) if language == Language::C => vec!["1", "0", "true", "false"],
        Some(Kind::Truth) => vec!["true", "false"],
        Some(Kind::Int(name)) if language == Language::Rust && name.starts_with('u') => vec!["0", "1"],
        Some(Kind::Int(_)) => vec!["0", "1", "-1"],
        Some(Kind::Float(_)) if language == Language::Rust => vec!["0.0", "1.0"],
        Some(Kind::Float(_)) => vec!["0", "1", "-1"],
        Some(Kind::Text) if language == Language::Rust => vec!["String::new()", "\"\""],
        Some(Kind::Text) if language == Language::C => vec!["NULL"],
        Some(Kind::Text) => vec!["\"\""],
        Some(Kind::Array(_)) if language == Language::Rust => vec!["Vec::new()", "vec![]"],
        Some(Kind::Array(_)) if script => vec!["[]", "null"],
        Some(Kind::Other(name)) if language == Language::Rust => {
            if name.starts_with("Option") {
                vec!["None"]
            } else {
                Vec::new()
            }
        }
        Some(_) => null(language).into_iter().collect(),
        None if script => vec!["null", "undefined", "true", "false", "0", "1", "-1", "[]", "''"],
        None => Vec::new(),
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    ("c", "int f(int d) { return 7; }", "int f(int d) { return d; }"),
    ("java", "class A { boolean f(int d) { return true; } }", "class A { boolean f(int d) { return d == 0; } }"),
    ("js", "function f(x) { if (x) { return x } return 3 }", "function f(x) { if (x) { return 3 } return 3 }"),
    ("rs", "fn f(x: &[u8]) -> usize { x.len() }", "fn f(x: &[u8]) -> usize { 0 }"),
    ("go", "package a\nfunc f(x []int) []int { return x }", "package a\nfunc f(x []int) []int { return nil }"),
];
