//! A statement that is missing: an assignment, a step, something put into a collection, one that stands elsewhere.

use super::super::drafts::Drafts;
use super::super::kinds::Kind;
use super::super::scene::Scene;
use super::super::vars::Var;
use super::super::words::Word;
use super::conditions::known;
use super::storing;
use crate::syntax::Language;
use std::collections::BTreeSet;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    if !scene.is_statement(node) || (!scene.is_in_block(node) && scene.word(node) == Some(Word::If)) {
        return;
    }
    let is_last = scene.inner(scene.parent(node)).last() == Some(&node);
    let behind = is_last && !scene.word(scene.inside(node)).is_some_and(Word::leaves) && !scene.is_tail(node);
    for (line, more) in lines(drafts, node) {
        drafts.insert_before(node, &line, more);
        if behind {
            drafts.insert_after(node, &line, more);
        }
    }
    if behind {
        fresh(drafts, node);
    }
    copied(drafts, node, behind);
}

fn lines(drafts: &Drafts, node: usize) -> Vec<(String, f64)> {
    let scene = drafts.scene;
    let at = scene.tree[node].range.start;
    let vars: Vec<&Var> = scene.vars_at(at).filter(|var| !var.outer).collect();
    let end = scene.end();
    let mut lines = Vec::new();
    for var in &vars {
        let name = &var.name;
        for other in vars.iter().filter(|other| other.name != *name) {
            if let Some(more) = scene.fits(other.kind.as_ref(), var.kind.as_ref()).filter(|_| !var.fixed) {
                lines.push((format!("{name} = {}{end}", other.name), 0.3 + more * 0.7));
            }
            if let Some(put) = put(drafts, var, other) {
                lines.push(put);
            }
        }
        if var.kind.as_ref().is_some_and(Kind::is_number) && !var.fixed {
            let (up, down) = if scene.language == Language::Rust { (" += 1", " -= 1") } else { ("++", "--") };
            let more = if var.parameter { 0.3 } else { 0.0 };
            lines.push((format!("{name}{up}{end}"), 0.2 + more));
            lines.push((format!("{name}{down}{end}"), 0.3 + more));
            lines.push((format!("{name} = 0{end}"), 0.5 + more));
            lines.push((format!("{name} = 1{end}"), 0.6 + more));
        }
        if scene.language == Language::C && var.kind.as_ref().is_some_and(Kind::is_sequence) {
            lines.push((format!("{name}++;"), 0.3));
        }
        follow(drafts, var, &mut lines);
        lines.extend(sorted(scene, var));
        lines.extend(storing::lines(scene, var, &vars));
        if var.kind == Some(Kind::Truth) && !var.fixed {
            lines.push((format!("{name} = true{end}"), 0.3));
            lines.push((format!("{name} = false{end}"), 0.3));
        }
    }
    lines
}

/// What is made here may have to be in order; what others hold too is left as it is.
fn sorted(scene: &Scene, var: &Var) -> Option<(String, f64)> {
    let name = &var.name;
    let Some(Kind::Array(inner)) = var.kind.as_ref().filter(|_| !var.parameter) else { return None };
    let numbers = inner.as_ref().is_some_and(|inner| inner.is_number());
    let line = match scene.language {
        Language::Java => format!("Arrays.sort({name})"),
        Language::Rust => format!("{name}.sort()"),
        language if language.is_script() && numbers => format!("{name}.sort((a, b) => a - b)"),
        language if language.is_script() => format!("{name}.sort()"),
        _ => return None,
    };
    Some((line + scene.end(), 0.5))
}

/// `node = node.next`, for what the file looks into that way.
fn follow(drafts: &Drafts, var: &Var, lines: &mut Vec<(String, f64)>) {
    let scene = drafts.scene;
    let goes_on = |kind: Option<&Kind>| kind.is_none_or(|kind| matches!(kind, Kind::Other(_)));
    if var.fixed || !goes_on(var.kind.as_ref()) {
        return;
    }
    let joint = if scene.language == Language::C { "->" } else { "." };
    for (_, member) in scene.members.iter().filter(|(object, _)| *object == var.name) {
        let kind = scene.fields.get(member);
        if goes_on(kind) && member != "length" {
            lines.push((format!("{0} = {0}{joint}{member}{1}", var.name, scene.end()), 0.2));
        }
    }
}

/// What binds a name is followed by a use of it.
fn fresh(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let range = scene.tree[node].range.clone();
    let end = scene.end();
    let made: Vec<&Var> = scene.vars.iter().filter(|var| var.since > range.start && var.since <= range.end).collect();
    for made in made {
        for var in scene.vars_at(range.end).filter(|var| var.name != made.name && !var.fixed && !var.outer) {
            if scene.fits(made.kind.as_ref(), var.kind.as_ref()) == Some(0.0) {
                drafts.insert_after(node, &format!("{} = {}{end}", var.name, made.name), 0.3);
            }
        }
    }
}

/// One thing put into another, the way this file does it.
fn put(drafts: &Drafts, var: &Var, other: &Var) -> Option<(String, f64)> {
    let scene = drafts.scene;
    let end = scene.end();
    let (name, thing) = (&var.name, &other.name);
    let on = |method: &str| scene.methods.iter().any(|(object, other, _)| object == name && other == method);
    let inner = match &var.kind {
        Some(Kind::Array(Some(inner))) => other.kind.as_ref().is_some_and(|kind| scene.alike(inner, kind)),
        _ => false,
    };
    let way = match (scene.language, &var.kind) {
        (Language::Rust, Some(Kind::Array(_))) if !var.fixed => Some(format!("{name}.push({thing}){end}")),
        (Language::Go, Some(Kind::Array(_))) => Some(format!("{name} = append({name}, {thing})")),
        (Language::JavaScript | Language::TypeScript | Language::Tsx, Some(Kind::Array(_))) => {
            Some(format!("{name}.push({thing}){end}"))
        }
        _ => ["add", "push", "insert", "offer", "append"]
            .iter()
            .find(|method| on(method))
            .map(|method| format!("{name}.{method}({thing}){end}")),
    }?;
    let used = on("push") || on("add");
    Some((way, 0.2 + if used { 0.0 } else { 0.3 } + if inner { 0.0 } else { 0.2 }))
}

/// A statement of the function once more in another place.
fn copied(drafts: &mut Drafts, node: usize, behind: bool) {
    let scene = drafts.scene;
    let at = scene.tree[node].range.start;
    let plain = [Word::Assign, Word::Augment, Word::Step, Word::Call];
    let usable = |n: &usize| {
        let inside = scene.inside(*n);
        let text = scene.text(*n);
        let is_jump = scene.is(inside, &[Word::Break, Word::Continue]);
        scene.is_statement(*n)
            && *n != node
            && !scene.is_tail(*n)
            && (scene.is(inside, &plain) || (is_jump && scene.in_loop(node)))
            && text.len() < 70
            && !text.contains('\n')
            && known(scene, *n, at)
    };
    let others: BTreeSet<&str> = scene.nodes().filter(usable).map(|n| scene.slice(&drafts.whole(n))).take(30).collect();
    for other in others {
        drafts.insert_before(node, other, 0.4);
        if behind {
            drafts.insert_after(node, other, 0.4);
        }
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "js",
        "function f(n) {\n  while (n.next) {\n    g(n);\n  }\n}\n",
        "function f(n) {\n  while (n.next) {\n    g(n);\n    n = n.next;\n  }\n}\n",
    ),
    (
        "c",
        "void f(int n) {\n    while (n > 0) {\n        g(n);\n    }\n}\n",
        "void f(int n) {\n    while (n > 0) {\n        g(n);\n        n--;\n    }\n}\n",
    ),
    (
        "java",
        "class A {\n    void f(int a, int b) {\n        if (a > 0)\n            a--;\n    }\n}\n",
        "class A {\n    void f(int a, int b) {\n        if (a > 0) {\n            a = b;\n            a--;\n        }\n    }\n}\n",
    ),
    (
        "go",
        "package a\nfunc f(a []int, b int) {\n\tg(b)\n}\n",
        "package a\nfunc f(a []int, b int) {\n\ta = append(a, b)\n\tg(b)\n}\n",
    ),
    (
        "java",
        "class A {\n    void f(Set<String> a, String b) {\n        g(b);\n    }\n}\n",
        "class A {\n    void f(Set<String> a, String b) {\n        a.add(b);\n        g(b);\n    }\n}\n",
    ),
    (
        "java",
        "class A {\n    void f(String s) {\n        char[] a = s.toCharArray();\n        g(a);\n    }\n}\n",
        "class A {\n    void f(String s) {\n        char[] a = s.toCharArray();\n        Arrays.sort(a);\n        g(a);\n    }\n}\n",
    ),
    (
        "rs",
        "fn f(a: &mut HashMap<u8, usize>, b: &u8, c: usize) {\n    g(c);\n}\n",
        "fn f(a: &mut HashMap<u8, usize>, b: &u8, c: usize) {\n    a.insert(*b, c);\n    g(c);\n}\n",
    ),
    ("rs", "fn f(mut n: u8) {\n    g(n);\n}\n", "fn f(mut n: u8) {\n    g(n);\n    n += 1;\n}\n"),
    (
        "js",
        "function f(s, t) {\n  const a = [];\n  a.push(t);\n  s.pop();\n  return a;\n}\n",
        "function f(s, t) {\n  const a = [];\n  a.push(t);\n  s.pop();\n  a.push(s);\n  return a;\n}\n",
    ),
];
