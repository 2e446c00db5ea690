//! A base case or an early end that is missing: `if (x == 0) return …`.

use super::super::drafts::Drafts;
use super::super::kinds::Kind;
use super::super::words::Word;
use super::conditions::{empty, null, scripted};
use super::results::usual;
use crate::syntax::Language;

/// So many arguments are asked about.
const ASKED: usize = 6;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if !scene.is_statement(node) || !scene.is_in_block(node) {
        return;
    }
    let is_first = scene.body().is_some_and(|body| scene.inner(body).iter().take(3).any(|n| *n == node));
    let in_loop = scene.in_loop(node) && scene.word(scene.inside(node)).is_none_or(|word| !word.leaves());
    if !is_first && !in_loop {
        return;
    }
    let ends = if is_first { ends(drafts) } else { Vec::new() };
    let end = scene.end();
    let at = scene.tree[node].range.start;
    let vars: Vec<_> = scene.vars_at(at).filter(|var| !var.outer).take(ASKED).collect();
    for var in vars {
        for ask in asks(drafts, &var.name, var.kind.as_ref()) {
            for (value, more) in &ends {
                let then = if value.is_empty() { format!("return{end}") } else { format!("return {value}{end}") };
                drafts.insert_before(node, &drafts.guard(&ask, &then), 0.5 + more);
            }
            if in_loop {
                drafts.insert_before(node, &drafts.guard(&ask, &format!("continue{end}")), 0.9);
                drafts.insert_before(node, &drafts.guard(&ask, &format!("break{end}")), 0.9);
            }
        }
    }
}

fn asks(drafts: &Drafts, name: &str, kind: Option<&Kind>) -> Vec<String> {
    let scene = drafts.scene;
    let equal = scripted(scene, "==");
    let mut asks = Vec::new();
    match kind {
        Some(Kind::Int(kind)) => {
            asks.extend([format!("{name} {equal} 0"), format!("{name} {equal} 1"), format!("{name} <= 1")]);
            if !kind.starts_with('u') {
                asks.extend([format!("{name} < 0"), format!("{name} <= 0")]);
            }
        }
        Some(Kind::Float(_)) if scene.language != Language::Rust => asks.push(format!("{name} {equal} 0")),
        Some(Kind::Truth) => asks.extend([name.to_owned(), format!("!{name}")]),
        _ => {}
    }
    asks.extend(empty(scene.language, name, kind).filter(|_| kind.is_some() || scene.language.is_script()));
    let nullable = matches!(kind, None | Some(Kind::Other(_)))
        || (scene.language == Language::C && kind.is_some_and(Kind::is_sequence));
    if nullable && let Some(null) = null(scene.language) {
        asks.push(format!("{name} {equal} {null}"));
        if scene.language.is_script() {
            asks.push(format!("!{name}"));
        }
    }
    asks
}

/// What may be given back early: what is given back elsewhere, the arguments, the empty values.
pub fn ends(drafts: &Drafts) -> Vec<(String, f64)> {
    let scene = drafts.scene;
    let kind = super::super::vars::given_back(scene, scene.function);
    let mut ends: Vec<(String, f64)> = Vec::new();
    let simple = [
        Word::Name,
        Word::Number,
        Word::Float,
        Word::Text,
        Word::True,
        Word::False,
        Word::Null,
        Word::List,
        Word::Unary,
    ];
    for node in scene.nodes().filter(|n| scene.word(*n) == Some(Word::Return)) {
        if let Some(value) = scene.returned(node).filter(|value| scene.is(*value, &simple)) {
            let known = scene.word(value) != Some(Word::Name) || scene.var_of(value).is_some_and(|var| var.parameter);
            if known {
                ends.push((scene.text(value).to_owned(), 0.0));
            }
        }
    }
    let none =
        kind.is_none() && scene.nodes().all(|n| scene.word(n) != Some(Word::Return) || scene.returned(n).is_none());
    if none {
        ends.push((String::new(), 0.0));
    }
    let fits = |of: Option<&Kind>| kind.is_none() || scene.fits(of, kind.as_ref()).is_some();
    if !none {
        let parameters = scene.vars.iter().filter(|var| var.parameter && fits(var.kind.as_ref()));
        ends.extend(parameters.take(4).map(|var| (var.name.clone(), 0.3)));
        ends.extend(usual(scene.language, kind.as_ref()).into_iter().map(|value| (value.to_owned(), 0.4)));
    }
    ends.sort_by(|a, b| (&a.0, a.1).partial_cmp(&(&b.0, b.1)).unwrap_or(std::cmp::Ordering::Equal));
    ends.dedup_by(|a, b| a.0 == b.0);
    ends
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "c",
        "int f(int n) {\n    return f(n - 1);\n}\n",
        "int f(int n) {\n    if (n == 0) {\n        return 0;\n    }\n    return f(n - 1);\n}\n",
    ),
    (
        "java",
        "class A {\n  int f(String s) {\n    return s.charAt(0);\n  }\n}\n",
        "class A {\n  int f(String s) {\n    if (s.isEmpty()) {\n      return -1;\n    }\n    return s.charAt(0);\n  }\n}\n",
    ),
    (
        "js",
        "function f(a) {\n  return a[0];\n}\n",
        "function f(a) {\n  if (!a) {\n    return null;\n  }\n  return a[0];\n}\n",
    ),
    (
        "rs",
        "fn f(a: &[i32]) -> i32 {\n    a[0]\n}\n",
        "fn f(a: &[i32]) -> i32 {\n    if a.is_empty() {\n        return 0;\n    }\n    a[0]\n}\n",
    ),
    (
        "go",
        "package a\nfunc f(a []int) int {\n\treturn a[0]\n}\n",
        "package a\nfunc f(a []int) int {\n\tif len(a) == 0 {\n\t\treturn 0\n\t}\n\treturn a[0]\n}\n",
    ),
];
