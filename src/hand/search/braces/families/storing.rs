//! Something that is not remembered: one thing put into a set, a queue or a map, the way its type wants it.

use super::super::kinds::Kind;
use super::super::scene::Scene;
use super::super::vars::Var;
use crate::syntax::Language;

/// The lines that put one of these variables into that one, with what makes each less likely than its family.
pub fn lines(scene: &Scene, into: &Var, vars: &[&Var]) -> Vec<(String, f64)> {
    let Some(Kind::Other(kind)) = &into.kind else { return Vec::new() };
    let (name, end) = (&into.name, scene.end());
    let things = || {
        let others = vars.iter().filter(|var| var.name != *name && !is_collection(var));
        others.flat_map(|var| spelt(scene.language, var)).collect::<Vec<_>>()
    };
    // The first part of the type's name is the collection: `Map<String, List<String>>`.
    let outer = kind.split('<').next().unwrap_or_default();
    let outer = outer.rsplit([':', '.', ' ', '&']).next().unwrap_or_default();
    if let Some(method) = one(scene.language, outer) {
        return things()
            .into_iter()
            .map(|(thing, more)| (format!("{name}.{method}({thing}){end}"), 0.1 + more))
            .collect();
    }
    let Some(method) = two(scene.language, outer) else { return Vec::new() };
    let (keys, mut values) = (things(), things());
    values.extend(["1", "true"].map(|value| (value.to_owned(), 0.3)));
    let pairs = keys.iter().flat_map(|key| values.iter().map(move |value| (key, value)));
    let apart = pairs.filter(|(key, value)| key.0.trim_matches('*') != value.0.trim_matches('*'));
    apart
        .map(|((key, more), (value, rest))| (format!("{name}.{method}({key}, {value}){end}"), 0.2 + more + rest))
        .collect()
}

fn one(language: Language, outer: &str) -> Option<&'static str> {
    let is = |end: &str| outer.ends_with(end);
    match language {
        Language::Rust if is("Set") => Some("insert"),
        Language::Rust if outer == "VecDeque" => Some("push_back"),
        Language::Rust if outer == "BinaryHeap" => Some("push"),
        Language::Java if is("Stack") => Some("push"),
        Language::Java if ["Set", "List", "Queue", "Deque", "Collection"].iter().any(|end| is(end)) => Some("add"),
        language if language.is_script() && is("Set") => Some("add"),
        _ => None,
    }
}

fn two(language: Language, outer: &str) -> Option<&'static str> {
    match language {
        _ if !outer.ends_with("Map") => None,
        Language::Rust => Some("insert"),
        Language::Java => Some("put"),
        language if language.is_script() => Some("set"),
        _ => None,
    }
}

fn is_collection(var: &Var) -> bool {
    matches!(&var.kind, Some(Kind::Other(kind)) if ["Map", "Set", "Deque", "Queue"].iter().any(|part| kind.contains(part)))
}

/// Rust wants what a reference stands for; where nothing is known either may do.
fn spelt(language: Language, var: &Var) -> Vec<(String, f64)> {
    let plain = (var.name.clone(), 0.0);
    let behind = || (format!("*{}", var.name), 0.0);
    match &var.kind {
        Some(Kind::Other(kind)) if language == Language::Rust && kind.starts_with('&') => vec![behind(), plain],
        None if language == Language::Rust => vec![plain, behind()],
        Some(Kind::Text) if language == Language::Rust => vec![plain, (format!("{}.clone()", var.name), 0.2)],
        _ => vec![plain],
    }
}
