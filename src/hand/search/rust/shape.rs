//! What Rust's code is in the eyes of the judge: what is tests, what the compiler runs itself, what is where.

use super::super::hunt::File;
use std::ops::Range;

/// Attributes that make tests of what they stand at.
const OF_TESTS: &[&str] = &["cfg(test)", "cfg(all(test", "test]", "test(", "rstest", "bench]", "test_case", "proptest"];

/// The attributes that stand right before a node.
fn attributes(file: &File, node: usize) -> impl Iterator<Item = &str> {
    let tree = &file.tree;
    let before = tree[tree[node].parent].children.iter().rev().skip_while(move |child| **child != node).skip(1);
    let near =
        before.take_while(|child| matches!(tree[**child].kind, "attribute_item" | "line_comment" | "block_comment"));
    near.map(|child| file.syntax.text(&tree[*child].range))
}

/// Whether a node is part of the tests.
pub fn is_test(file: &File, node: usize) -> bool {
    let tree = &file.tree;
    let item = |n: &usize| matches!(tree[*n].kind, "mod_item" | "function_item" | "impl_item");
    let own = std::iter::once(node).chain(tree.above(node)).filter(item);
    own.into_iter().any(|n| attributes(file, n).any(|text| OF_TESTS.iter().any(|mark| text.contains(mark))))
}

/// Whether the compiler itself may run it: nothing can be chosen there when the program runs.
pub fn is_constant(file: &File, node: usize) -> bool {
    let tree = &file.tree;
    let modifiers = tree[node].children.iter().find(|child| tree[**child].kind == "function_modifiers");
    let constant = |n: &usize| file.syntax.text(&tree[*n].range).split_whitespace().any(|word| word == "const");
    match tree[node].kind {
        "const_item" | "static_item" | "const_block" | "macro_definition" => true,
        "function_item" => modifiers.is_some_and(constant),
        _ => false,
    }
}

/// Whether it is no code that runs where it stands: types, patterns, attributes, lengths, what macros are given.
pub fn is_idle(file: &File, node: usize) -> bool {
    let branch = &file.tree[node];
    let parent = file.tree[branch.parent].kind;
    let pattern = branch.field == Some("pattern") || parent == "match_pattern" && branch.field != Some("condition");
    let length = matches!(parent, "array_expression" | "array_type") && branch.field == Some("length");
    let kind = matches!(
        branch.kind,
        "type_arguments" | "attribute_item" | "token_tree" | "parameters" | "closure_parameters" | "enum_item"
    );
    pattern || length || kind || branch.field == Some("type") || branch.field == Some("return_type")
}

/// Functions that can be looked into: with a body, no test, not run by the compiler.
pub fn is_open(file: &File, node: usize) -> bool {
    let tree = &file.tree;
    tree[node].kind == "function_item"
        && tree.field(node, "body").is_some()
        && !is_test(file, node)
        && !std::iter::once(node).chain(tree.above(node)).any(|n| is_constant(file, n))
}

/// The names and types of a function's parameters; `None` where one is no plain name.
pub fn parameters(file: &File, function: usize) -> Option<Vec<(String, String)>> {
    let tree = &file.tree;
    let list = tree.field(function, "parameters")?;
    let text = |n: usize| file.syntax.text(&tree[n].range).to_owned();
    let one = |n: usize| {
        let name = tree.field(n, "pattern").filter(|name| tree[*name].kind == "identifier")?;
        Some((text(name), text(tree.field(n, "type")?)))
    };
    let counts = |n: &usize| !matches!(tree[*n].kind, "line_comment" | "block_comment" | "attribute_item");
    tree.inner(list).into_iter().filter(counts).map(one).collect()
}

/// Whether the function around a node takes what `impl` hides.
pub fn has_hidden_parameters(file: &File, node: usize) -> bool {
    let tree = &file.tree;
    let functions = tree.above(node).filter(|n| tree[*n].kind == "function_item");
    let hidden =
        |n: usize| tree.field(n, "parameters").is_some_and(|p| file.syntax.text(&tree[p].range).contains("impl "));
    functions.into_iter().any(hidden)
}

/// A text with edits in it; `None` where they overlap.
pub fn edited(text: &[u8], range: Range<usize>, edits: &[(Range<usize>, String)]) -> Option<Vec<u8>> {
    let mut sorted: Vec<_> = edits.iter().collect();
    sorted.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut new, mut at) = (Vec::new(), range.start);
    for (place, with) in sorted {
        new.extend_from_slice(text.get(at..place.start)?);
        new.extend_from_slice(with.as_bytes());
        at = place.end;
    }
    new.extend_from_slice(text.get(at..range.end)?);
    Some(new)
}
