//! A statement that is missing: an assignment, a step, something put into a collection, an early end, a base case.

use super::super::drafts::Drafts;
use super::super::kinds::{alike, is_collection};
use super::super::scene::Var;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let parent = scene.parent(node);
    let is_statement = scene.kind(parent) == "block" && scene.tree[node].named && scene.kind(node) != "comment";
    if !is_statement || scene.indent(node).is_none() {
        return;
    }
    let is_last = scene.statements(parent).last() == Some(&node);
    let ends = scene.is(node, &["return_statement", "raise_statement", "break_statement", "continue_statement"]);
    for (line, more) in lines(drafts, node) {
        drafts.insert_before(node, &line, more);
        if is_last && !ends {
            drafts.insert_after(node, &line, more);
        }
    }
    if is_last && !ends {
        ending(drafts, node);
    }
    copied(drafts, node);
}

fn lines(drafts: &Drafts, node: usize) -> Vec<(String, f64)> {
    let scene = drafts.scene;
    let at = scene.tree[node].range.start;
    let vars: Vec<&Var> = scene.vars_at(at).chain(bound_by(drafts, node)).collect();
    let text = scene.slice(&scene.tree[scene.function].range);
    let mut lines = Vec::new();
    for var in &vars {
        let name = &var.name;
        for other in vars.iter().filter(|other| other.name != *name) {
            let same = var.kinds.iter().any(|kind| other.kinds.iter().any(|o| alike(kind, o)));
            if same || var.is(&["NoneType"]) || other.is(&["NoneType"]) {
                lines.push((format!("{name} = {}", other.name), if same { 0.3 } else { 0.2 }));
            }
            if var.is(&["set"]) {
                let asked = text.contains(&format!("{} in {name}", other.name))
                    || text.contains(&format!("{} not in {name}", other.name));
                lines.push((format!("{name}.add({})", other.name), if asked { 0.0 } else { 0.5 }));
            }
            if var.is(&["list", "deque"]) {
                let used = text.contains(&format!("{name}.append("));
                let inner = var.kinds.iter().any(|k| other.kinds.iter().any(|o| k.ends_with(&format!("[{o}]"))));
                let more = if used { 0.1 } else { 0.4 } + if inner { 0.0 } else { 0.15 };
                lines.push((format!("{name}.append({})", other.name), more));
            }
        }
        if var.is(&["int", "float"]) && !var.parameter {
            lines.push((format!("{name} += 1"), 0.2));
            lines.push((format!("{name} -= 1"), 0.3));
            lines.push((format!("{name} = 0"), 0.5));
        }
        if var.kinds.iter().any(|kind| is_collection(kind)) {
            let (empty, again) = if var.is(&["list"]) { ("[]", 0.5) } else { ("\"\"", 0.7) };
            lines.push((format!("{name} = {empty}"), again));
            if var.is(&["list"]) {
                lines.push((format!("{name}.sort()"), 0.7));
                lines.push((format!("{name} = list({name})"), 0.8));
                lines.push((format!("{name}.pop()"), 0.8));
            }
        }
    }
    lines.extend(base_cases(drafts, node, &vars));
    lines
}

/// What the statement itself binds is known only behind it, which counts for what follows the last one.
fn bound_by<'s>(drafts: &'s Drafts, node: usize) -> impl Iterator<Item = &'s Var> {
    let range = drafts.scene.tree[node].range.clone();
    drafts.scene.vars.iter().filter(move |var| var.since > range.start && var.since <= range.end)
}

/// `if not x: return …` and its like, at the start of the function and before its ends.
fn base_cases(drafts: &Drafts, node: usize, vars: &[&Var]) -> Vec<(String, f64)> {
    let scene = drafts.scene;
    let body = scene.field(scene.function, "body");
    let is_first = body.is_some_and(|body| scene.statements(body).iter().take(3).any(|n| *n == node));
    let mut lines = Vec::new();
    let step = scene.step();
    let ends = returns(drafts);
    for var in vars.iter().take(8) {
        let name = &var.name;
        let mut asks: Vec<String> = Vec::new();
        if var.kinds.is_empty() || var.kinds.iter().any(|kind| is_collection(kind)) {
            asks.extend([format!("not {name}"), format!("len({name}) == 1")]);
        }
        if var.is(&["int", "float"]) {
            asks.extend([
                format!("{name} == 0"),
                format!("{name} < 0"),
                format!("{name} <= 0"),
                format!("{name} <= 1"),
                format!("{name} == 1"),
            ]);
        }
        if var.is(&["NoneType"]) || var.kinds.is_empty() {
            asks.push(format!("{name} is None"));
        }
        for ask in asks {
            if is_first {
                for (end, more) in &ends {
                    lines.push((format!("if {ask}:\n{step}return {end}"), 0.5 + more));
                }
            }
            if in_loop(drafts, node) {
                lines.push((format!("if {ask}:\n{step}continue"), 0.9));
                lines.push((format!("if {ask}:\n{step}break"), 0.9));
            }
        }
    }
    lines
}

fn in_loop(drafts: &Drafts, node: usize) -> bool {
    let scene = drafts.scene;
    let mut above = scene.tree.above(node).take_while(|n| *n != scene.function);
    above.any(|n| scene.is(n, &["for_statement", "while_statement"]))
}

/// What may be given back early: what is given back elsewhere, the arguments, the empty values.
fn returns(drafts: &Drafts) -> Vec<(String, f64)> {
    let scene = drafts.scene;
    let mut ends: Vec<(String, f64)> = Vec::new();
    for node in scene.nodes().filter(|n| scene.kind(*n) == "return_statement") {
        if let Some(value) = scene.inner(node).first() {
            let simple =
                scene.is(*value, &["identifier", "integer", "string", "true", "false", "none", "list", "float"]);
            if simple {
                ends.push((scene.text(*value).to_owned(), 0.0));
            }
        }
    }
    let parameters = scene.vars.iter().filter(|var| var.parameter).map(|var| (var.name.clone(), 0.3));
    ends.extend(parameters.take(4));
    ends.extend(["None", "0", "1", "[]", "False", "True", "\"\"", "-1"].map(|value| (value.to_owned(), 0.4)));
    ends.sort_by(|a, b| (&a.0, a.1).partial_cmp(&(&b.0, b.1)).unwrap_or(std::cmp::Ordering::Equal));
    ends.dedup_by(|a, b| a.0 == b.0);
    ends
}

/// `break`, `continue` or `return x` behind the last statement.
fn ending(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if in_loop(drafts, node) {
        drafts.insert_after(node, "break", 0.2);
        drafts.insert_after(node, "continue", 0.4);
    }
    for var in scene.vars_at(scene.tree[node].range.end) {
        drafts.insert_after(node, &format!("return {}", var.name), 0.3);
    }
    for value in ["True", "False", "None"] {
        drafts.insert_after(node, &format!("return {value}"), 0.6);
    }
}

/// A statement of the function once more, here, also with another of its arguments.
fn copied(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let is_simple = |n: &usize| scene.is(*n, &["expression_statement"]) && scene.kind(scene.parent(*n)) == "block";
    let copies: Vec<usize> = scene.nodes().filter(is_simple).filter(|n| *n != node).collect();
    for copy in copies.into_iter().take(40) {
        let text = scene.text(copy).to_owned();
        if text.contains('\n') || text.starts_with(['"', '\'']) {
            continue;
        }
        drafts.insert_before(node, &text, 0.4);
        let is_last = scene.statements(scene.parent(node)).last() == Some(&node);
        if is_last && scene.kind(node) == "expression_statement" {
            drafts.insert_after(node, &text, 0.4);
        }
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str)] = &[
    (
        "# p: NoneType, n: Node\ndef f(n):\n    p = None\n    while n:\n        n = n.next\n    return p\n",
        "# p: NoneType, n: Node\ndef f(n):\n    p = None\n    while n:\n        p = n\n        n = n.next\n    return p\n",
    ),
    (
        "# seen: set, n: int\ndef f(n, seen):\n    if n in seen:\n        return False\n    else:\n        return True\n",
        "# seen: set, n: int\ndef f(n, seen):\n    if n in seen:\n        return False\n    else:\n        seen.add(n)\n        return True\n",
    ),
    (
        "# a: list, s: str\ndef f(s):\n    a = []\n    a.append(s[1:])\n    s = s[1:]\n    return a\n",
        "# a: list, s: str\ndef f(s):\n    a = []\n    a.append(s[1:])\n    s = s[1:]\n    a.append(s)\n    return a\n",
    ),
    (
        "# a: list\ndef f(a):\n    return a[0]\n",
        "# a: list\ndef f(a):\n    if not a:\n        return None\n    return a[0]\n",
    ),
    (
        "# i: int, a: list\ndef f(a):\n    i = 0\n    for x in a:\n        a.pop()\n",
        "# i: int, a: list\ndef f(a):\n    i = 0\n    for x in a:\n        a.pop()\n        break\n",
    ),
];
