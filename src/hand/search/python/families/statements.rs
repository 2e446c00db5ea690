//! Whole statements: left out, moved, put into or out of a block.

use super::super::drafts::Drafts;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let in_block = scene.kind(scene.parent(node)) == "block";
    if !in_block || !scene.tree[node].named || scene.kind(node) == "comment" || scene.indent(node).is_none() {
        return;
    }
    match scene.kind(node) {
        "break_statement" => ["continue", "return", "pass"].iter().for_each(|other| drafts.replace(node, *other, 0.2)),
        "continue_statement" => ["break", "pass"].iter().for_each(|other| drafts.replace(node, *other, 0.2)),
        _ => {}
    }
    left_out(drafts, node);
    swapped(drafts, node);
    moved_out(drafts, node);
    moved_in(drafts, node);
    unwrapped(drafts, node);
}

/// The lines that a statement takes alone; `None` where it shares one.
fn lines(drafts: &Drafts, node: usize) -> Option<std::ops::Range<usize>> {
    let scene = drafts.scene;
    scene.indent(node)?;
    let range = &scene.tree[node].range;
    let end = scene.line_end(range.end.max(range.start + 1) - 1);
    let rest = scene.slice(&(range.end..end));
    let alone = rest.trim().is_empty() || rest.trim_start().starts_with('#');
    (alone && rest.ends_with('\n')).then(|| scene.line_start(range.start)..end)
}

fn left_out(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let siblings = scene.statements(scene.parent(node));
    let more = if scene.is(node, &["if_statement", "for_statement", "while_statement"]) { 0.5 } else { 0.0 };
    match lines(drafts, node) {
        Some(lines) if siblings.len() > 1 => drafts.edit(vec![(lines, String::new())], more),
        _ => drafts.replace(node, "pass", more + 0.1),
    }
}

/// With the one that follows.
fn swapped(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let siblings = scene.statements(scene.parent(node));
    let Some(at) = siblings.iter().position(|n| *n == node) else { return };
    for (distance, next) in siblings[at + 1..].iter().take(3).enumerate() {
        let (Some(one), Some(other)) = (lines(drafts, node), lines(drafts, *next)) else { return };
        if one.end > other.start {
            return;
        }
        let (a, b) = (scene.slice(&one).to_owned(), scene.slice(&other).to_owned());
        if distance == 0 {
            drafts.edit(vec![(one.clone(), b), (other.clone(), a)], 0.1);
        } else {
            // Moved behind, and the later one moved up to here.
            drafts.edit(vec![(one.clone(), String::new()), (other.end..other.end, a)], 0.4);
            drafts.edit(vec![(one.start..one.start, b), (other, String::new())], 0.4);
        }
    }
}

fn reindented(drafts: &Drafts, range: &std::ops::Range<usize>, deeper: bool) -> Option<String> {
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
    let siblings = scene.statements(block);
    if scene.field(scene.function, "body") == Some(block) || siblings.len() < 2 {
        return;
    }
    let Some(own) = lines(drafts, node) else { return };
    let Some(text) = reindented(drafts, &own, false) else { return };
    let outer = scene.statement(scene.parent(block));
    if siblings.last() == Some(&node)
        && let Some(whole) = lines(drafts, outer)
    {
        if whole.end == own.end {
            drafts.edit(vec![(own.clone(), text.clone())], 0.1);
        } else {
            drafts.edit(vec![(own.clone(), String::new()), (whole.end..whole.end, text.clone())], 0.2);
        }
    }
    if siblings.first() == Some(&node) {
        let start = scene.line_start(scene.tree[outer].range.start);
        drafts.edit(vec![(start..start, text), (own, String::new())], 0.3);
    }
}

/// What stands behind a block belongs into it.
fn moved_in(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let siblings = scene.statements(scene.parent(node));
    let Some(at) = siblings.iter().position(|n| *n == node).filter(|at| *at > 0) else { return };
    let before = siblings[at - 1];
    if !scene.is(before, &["if_statement", "for_statement", "while_statement", "with_statement", "try_statement"]) {
        return;
    }
    let Some(own) = lines(drafts, node) else { return };
    let Some(text) = reindented(drafts, &own, true) else { return };
    drafts.edit(vec![(own.clone(), text.clone())], 0.1);
    // Two levels deep, where the block ends with a block.
    let twice: Option<String> =
        text.split_inclusive('\n').map(|line| Some(format!("{}{line}", scene.step()))).collect();
    if let Some(twice) = twice {
        drafts.edit(vec![(own, twice)], 0.6);
    }
}

/// The body of an `if` without its condition.
fn unwrapped(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if scene.kind(node) != "if_statement" || scene.field(node, "alternative").is_some() {
        return;
    }
    let (Some(whole), Some(body)) = (lines(drafts, node), scene.field(node, "consequence")) else { return };
    let start = scene.line_start(scene.tree[body].range.start);
    let body = start..whole.end;
    if start <= whole.start {
        return;
    }
    if let Some(text) = reindented(drafts, &body, false) {
        drafts.edit(vec![(whole, text)], 0.6);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    ("def f(a):\n    a.sort()\n    a.pop()\n    return a\n", "def f(a):\n    a.sort()\n    return a\n"),
    ("def f(a):\n    a.sort()\n    a.pop()\n    return a\n", "def f(a):\n    a.pop()\n    a.sort()\n    return a\n"),
    (
        "def f(a):\n    for x in a:\n        a.pop()\n        return a\n",
        "def f(a):\n    for x in a:\n        a.pop()\n    return a\n",
    ),
    (
        "def f(a):\n    for x in a:\n        a.pop()\n    a.sort()\n    return a\n",
        "def f(a):\n    for x in a:\n        a.pop()\n        a.sort()\n    return a\n",
    ),
    ("def f(a):\n    for x in a:\n        break\n", "def f(a):\n    for x in a:\n        continue\n"),
];
