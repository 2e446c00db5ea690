//! TypeScript without its types: what is evaluated while the program runs has to be JavaScript.

use super::super::hunt::File;
use crate::syntax::{Branches, Language, Syntax};

/// Nodes that are types and nothing else.
const TYPES: &[&str] = &[
    "type_annotation",
    "type_arguments",
    "type_parameters",
    "type_predicate_annotation",
    "asserts_annotation",
    "accessibility_modifier",
    "override_modifier",
    "interface_declaration",
    "type_alias_declaration",
    "opting_type_annotation",
    "function_signature",
];

/// What stands for something at run time that only the compiler makes.
const COMPILED: &[&str] = &["enum_declaration", "internal_module", "module", "import_alias", "decorator"];

/// The changes that take the types out of a node (from, to, new text); `None` where that is not enough.
pub fn erased(file: &File, node: usize) -> Option<Vec<(usize, usize, String)>> {
    if file.syntax.language() == Language::JavaScript {
        return Some(Vec::new());
    }
    let tree = &file.tree;
    let mut made: Vec<(usize, usize, String)> = Vec::new();
    for n in tree.below(node) {
        let range = &tree[n].range;
        // Inside of what is taken out already.
        if made.last().is_some_and(|(_, end, _)| range.end <= *end && range.start < *end && !range.is_empty()) {
            continue;
        }
        if COMPILED.contains(&tree[n].kind) || is_parameter_property(tree, n) {
            return None;
        }
        made.extend(cut(tree, n).into_iter().map(|range| (range.start, range.end, String::new())));
        made.sort();
    }
    Some(made)
}

/// `constructor(private name: string)` assigns it too.
fn is_parameter_property(tree: &Branches, node: usize) -> bool {
    matches!(tree[node].kind, "required_parameter" | "optional_parameter")
        && tree[node].children.iter().any(|n| matches!(tree[*n].kind, "accessibility_modifier" | "readonly"))
}

fn cut(tree: &Branches, node: usize) -> Option<std::ops::Range<usize>> {
    let branch = &tree[node];
    let range = branch.range.clone();
    let parent = &tree[branch.parent];
    if TYPES.contains(&branch.kind) {
        return Some(range);
    }
    match branch.kind {
        // `x as T`: from behind the value; `x!`: the mark.
        "as" | "satisfies" if matches!(parent.kind, "as_expression" | "satisfies_expression") => {
            Some(range.start..parent.range.end)
        }
        "!" if parent.kind == "non_null_expression" => Some(range),
        "?" if parent.kind == "optional_parameter" => Some(range),
        "!" | "?" if parent.kind == "variable_declarator" => Some(range),
        // `this` as a parameter is a type alone, with its comma.
        "required_parameter" if tree.inner(node).first().is_some_and(|n| tree[*n].kind == "this") => {
            let next = parent.children.iter().copied().find(|n| tree[*n].range.start >= range.end);
            let comma = next.filter(|n| tree[*n].kind == ",");
            Some(range.start..comma.map_or(range.end, |n| tree[n].range.end))
        }
        _ => None,
    }
}

/// The same for what an edit puts in.
pub fn erased_text(file: &File, text: &str) -> String {
    let language = file.syntax.language();
    let typed = [" as ", " satisfies ", "!", ":", "<"].iter().any(|sign| text.contains(sign));
    if language == Language::JavaScript || !typed {
        return text.to_owned();
    }
    let Some(syntax) = Syntax::parse(language, text.as_bytes()).filter(Syntax::is_sound) else {
        return text.to_owned();
    };
    let own = File { path: file.path.clone(), text: text.as_bytes().to_vec(), tree: syntax.branches(), syntax };
    let mut made = text.to_owned();
    for (from, to, new) in erased(&own, 0).unwrap_or_default().into_iter().rev() {
        made.replace_range(from..to, &new);
    }
    made
}
