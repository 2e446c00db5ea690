//! A `break`, `continue` or `return` that is missing behind the last statement of a block.

use super::super::drafts::Drafts;
use super::super::words::Word;
use super::guards::ends;

pub fn propose(drafts: &mut Drafts, node: usize) {
    let scene = drafts.scene;
    let is_last = scene.inner(scene.parent(node)).last() == Some(&node);
    let place = scene.is_statement(node) && scene.is_in_block(node) && is_last;
    if !place || scene.word(scene.inside(node)).is_some_and(Word::leaves) || scene.is_tail(node) {
        return;
    }
    let end = scene.end();
    if scene.in_loop(node) {
        drafts.insert_after(node, &format!("break{end}"), 0.2);
        drafts.insert_after(node, &format!("continue{end}"), 0.4);
    }
    let kind = super::super::vars::given_back(scene, scene.function);
    let at = scene.tree[node].range.end;
    if kind.is_some() || scene.language.is_script() {
        for var in scene.vars_at(at).filter(|var| !var.outer) {
            if let Some(more) = scene.fits(var.kind.as_ref(), kind.as_ref()) {
                drafts.insert_after(node, &format!("return {}{end}", var.name), 0.3 + more * 0.3);
            }
        }
    }
    for (value, more) in ends(drafts) {
        let text = if value.is_empty() { format!("return{end}") } else { format!("return {value}{end}") };
        drafts.insert_after(node, &text, 0.3 + more);
    }
}

#[cfg(test)]
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "js",
        "function f(a) {\n  for (const x of a) {\n    g(x);\n  }\n}\n",
        "function f(a) {\n  for (const x of a) {\n    g(x);\n    break;\n  }\n}\n",
    ),
    (
        "c",
        "int f(int a) {\n  if (a) {\n    g();\n  }\n  return 0;\n}\n",
        "int f(int a) {\n  if (a) {\n    g();\n    return a;\n  }\n  return 0;\n}\n",
    ),
    (
        "go",
        "package a\nfunc f(a int) {\n\tif a > 0 {\n\t\tg()\n\t}\n\th()\n}\n",
        "package a\nfunc f(a int) {\n\tif a > 0 {\n\t\tg()\n\t\treturn\n\t}\n\th()\n}\n",
    ),
    (
        "rs",
        "fn f(a: bool) -> u8 {\n    if a {\n        g();\n    }\n    1\n}\n",
        "fn f(a: bool) -> u8 {\n    if a {\n        g();\n        return 0;\n    }\n    1\n}\n",
    ),
    (
        "java",
        "class A {\n  boolean f(int a) {\n    while (a > 0) {\n      a--;\n    }\n    return false;\n  }\n}\n",
        "class A {\n  boolean f(int a) {\n    while (a > 0) {\n      a--;\n      return true;\n    }\n    return false;\n  }\n}\n",
    ),
];
