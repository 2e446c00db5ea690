//! Whole statements: left out, swapped, moved, put into or out of a block; `break` for `continue`.

use super::super::drafts::Drafts;
use super::super::words::Word;
use std::ops::Range;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if !scene.is_statement(node) {
        return;
    }
    let end = scene.end();
    let inside = scene.inside(node);
    match scene.word(inside) {
        Some(Word::Break) => replaced(drafts, inside, &["continue", "return"]),
        Some(Word::Continue) => replaced(drafts, inside, &["break", "return"]),
        _ => {}
    }
    if scene.is_tail(node) {
        return unwrapped(drafts, node);
    }
    left_out(drafts, node, end);
    unwrapped(drafts, node);
    if scene.is_in_block(node) {
        swapped(drafts, node);
        moved_out(drafts, node);
        moved_in(drafts, node);
    }
}

fn replaced(drafts: &mut Drafts, node: usize, others: &[&str]) {
    let scene = drafts.scene;
    let mark = if scene.text(node).ends_with(';') { ";" } else { "" };
    let void = super::super::vars::given_back(scene, scene.function).is_none();
    for other in others
        .iter()
        .filter(|other| **other != "return" || (void && !scene.language.is_script()) || scene.language.is_script())
    {
        drafts.replace(node, format!("{other}{mark}"), 0.2);
    }
}

fn left_out(drafts: &mut Drafts, node: usize, end: &str) {
    let scene = drafts.scene;
    let inside = scene.inside(node);
    let heavy = scene.word(inside).is_some_and(|word| word.is_loop() || word == Word::If);
    let more = match scene.word(inside) {
        // What it declares is needed by those who follow.
        Some(Word::Declare) => 0.8,
        _ if heavy => 0.5,
        _ => 0.0,
    };
    if !scene.is_in_block(node) {
        // A branch that is not taken otherwise.
        let lone = if scene.word(scene.parent(node)) == Some(Word::Else) || scene.field_of(node) == "alternative" {
            0.1
        } else {
            0.3
        };
        return drafts.replace(node, if end.is_empty() { "{}" } else { ";" }, more + lone);
    }
    match drafts.lines(node) {
        Some(lines) => drafts.edit(vec![(lines, String::new())], more),
        None => {
            let range = drafts.whole(node);
            let rest = scene.slice(&(range.end..range.end + 1));
            let to = if rest == " " || (rest == ";" && end.is_empty()) { range.end + 1 } else { range.end };
            drafts.edit(vec![(range.start..to, String::new())], more);
        }
    }
}

/// The range that is moved: whole lines, else the statement.
fn place(drafts: &Drafts, node: usize) -> Range<usize> {
    drafts.lines(node).unwrap_or_else(|| drafts.whole(node))
}

/// With the one that follows.
fn swapped(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let siblings: Vec<usize> = scene.inner(scene.parent(node));
    let Some(at) = siblings.iter().position(|n| *n == node) else { return };
    for (distance, next) in siblings[at + 1..].iter().take(3).enumerate() {
        if scene.is_tail(*next) {
            return;
        }
        let (one, other) = (place(drafts, node), place(drafts, *next));
        if one.end > other.start || drafts.lines(node).is_some() != drafts.lines(*next).is_some() {
            return;
        }
        let (a, b) = (scene.slice(&one).to_owned(), scene.slice(&other).to_owned());
        if distance == 0 {
            drafts.edit(vec![(one.clone(), b), (other.clone(), a)], 0.1);
        } else if drafts.lines(node).is_some() {
            // Moved behind, and the later one moved up to here.
            drafts.edit(vec![(one.clone(), String::new()), (other.end..other.end, a)], 0.4);
            drafts.edit(vec![(one.start..one.start, b), (other, String::new())], 0.4);
        }
    }
}

fn reindented(drafts: &Drafts, range: &Range<usize>, deeper: bool) -> Option<String> {
    let scene = drafts.scene;
    let step = scene.step();
    let mut text = String::new();
    for line in scene.slice(range).split_inclusive('\n') {
        match (deeper, line.trim().is_empty()) {
            (_, true) => text.push_str(line),
            (true, _) => {
                text.push_str(step);
                text.push_str(line);
            }
            (false, _) => text.push_str(line.strip_prefix(step)?),
        }
    }
    Some(text)
}

/// The last statements of a block belong behind it; the first ones before it.
fn moved_out(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let block = scene.parent(node);
    let siblings = scene.inner(block);
    if scene.body() == Some(block) {
        return;
    }
    let outer = scene.statement(scene.parent(block));
    if outer == node || !scene.is_in_block(outer) {
        return;
    }
    let (Some(own), Some(whole)) = (drafts.lines(node), drafts.lines(outer)) else {
        let own = drafts.whole(node);
        let text = scene.slice(&own).to_owned();
        let around = drafts.whole(outer);
        if siblings.last() == Some(&node) {
            drafts.edit(vec![(own.clone(), String::new()), (around.end..around.end, format!(" {text}"))], 0.2);
        }
        if siblings.first() == Some(&node) {
            drafts.edit(vec![(around.start..around.start, format!("{text} ")), (own, String::new())], 0.3);
        }
        return;
    };
    if whole.end <= own.end {
        return;
    }
    let Some(text) = reindented(drafts, &own, false) else { return };
    if siblings.last() == Some(&node) {
        drafts.edit(vec![(own.clone(), String::new()), (whole.end..whole.end, text.clone())], 0.2);
    }
    if siblings.first() == Some(&node) {
        drafts.edit(vec![(whole.start..whole.start, text), (own, String::new())], 0.3);
    }
}

/// What stands behind a block belongs into it.
fn moved_in(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let siblings = scene.inner(scene.parent(node));
    let Some(at) = siblings.iter().position(|n| *n == node).filter(|at| *at > 0) else { return };
    let before = scene.inside(siblings[at - 1]);
    if !scene.word(before).is_some_and(|word| word.is_loop() || word == Word::If) {
        return;
    }
    let Some(own) = drafts.lines(node) else { return };
    let Some(text) = reindented(drafts, &own, true) else { return };
    for (block, more) in [(last_block(drafts, before), 0.1)] {
        let Some(block) = block else { continue };
        let close = scene.tree[block].range.end - 1;
        let at = scene.line_start(close);
        if scene.slice(&(at..close)).trim().is_empty() && close < own.start {
            drafts.edit(vec![(at..at, text.clone()), (own.clone(), String::new())], more);
        }
    }
}

/// The block with which a statement ends.
fn last_block(drafts: &Drafts, node: usize) -> Option<usize> {
    let scene = drafts.scene;
    let end = scene.tree[node].range.end;
    let is_block = |n: &usize| {
        let kind = scene.kind(*n);
        scene.tree[*n].range.end == end && (kind.ends_with("block") || kind == "compound_statement")
    };
    scene.tree.below(node).find(is_block)
}

/// The body of an `if` without its condition; one branch instead of both.
fn unwrapped(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let inside = scene.inside(node);
    if scene.word(inside) != Some(Word::If) || scene.kind(node) == "let_declaration" {
        return;
    }
    let (one, other) = scene.branches(inside);
    for (branch, more) in [(one, 0.6), (other, 0.7)] {
        let Some(branch) = branch else { continue };
        let text = scene.text(branch);
        drafts.replace(inside, text, more);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "js",
        "function f(a) {\n  a.sort();\n  a.pop();\n  return a;\n}\n",
        "function f(a) {\n  a.sort();\n  return a;\n}\n",
    ),
    ("c", "void f(int a) {\n  g(a);\n  a++;\n}\n", "void f(int a) {\n  a++;\n  g(a);\n}\n"),
    ("c", "void f(int a) { g(a); a++; }\n", "void f(int a) { a++; g(a); }\n"),
    (
        "java",
        "class A {\n  int f(int n) {\n    while (n > 0) {\n      n--;\n      return n;\n    }\n    n = 1;\n  }\n}\n",
        "class A {\n  int f(int n) {\n    while (n > 0) {\n      n--;\n    }\n    return n;\n    n = 1;\n  }\n}\n",
    ),
    (
        "go",
        "package a\nfunc f(n int) {\n\tfor n > 0 {\n\t\tn--\n\t}\n\tg(n)\n}\n",
        "package a\nfunc f(n int) {\n\tfor n > 0 {\n\t\tn--\n\t\tg(n)\n\t}\n}\n",
    ),
    ("rs", "fn f(n: i32) { loop { break; } }", "fn f(n: i32) { loop { continue; } }"),
    ("java", "class A { void f(int n) { if (n > 0) g(); } }", "class A { void f(int n) { g(); } }"),
];
