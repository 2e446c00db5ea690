//! Sources with the driver's threads woven in: counters in lines, ticks in loops, hooks at the beginning of suspect
//! functions. Only insertions, so what stands there stays what it is, for every tool that reads it after us.

use super::super::hunt::File;
use super::form::Form;
use crate::syntax::{Branches, Language};

/// Where, how near to the right it belongs among those of the same place, what.
type Insertion = (usize, i32, String);

/// What the numbers in a woven file stand for.
#[derive(Default)]
pub struct Places {
    /// File and line.
    pub lines: Vec<(usize, u32)>,
    /// File and first line of a function.
    pub functions: Vec<(usize, u32)>,
}

const FUNCTIONS: &[&str] = &[
    "function_declaration",
    "function_expression",
    "generator_function_declaration",
    "generator_function",
    "arrow_function",
    "method_definition",
];

const LOOPS: &[&str] = &["for_statement", "for_in_statement", "while_statement", "do_statement"];

pub fn is_function(tree: &Branches, node: usize) -> bool {
    FUNCTIONS.contains(&tree[node].kind) && tree.field(node, "body").is_some()
}

/// A source that tells which lines are run, and which kinds of values its variables have.
pub fn traced(file: &File, number: usize, places: &mut Places) -> Vec<u8> {
    let tree = &file.tree;
    let mut made = Vec::new();
    for node in tree.all() {
        let at = tree[node].range.start;
        if is_statement(file, node) {
            made.push((at, 2, counter(file, number, node, places)));
            made.extend(values_of_declaration(file, number, node, places));
        } else if is_lone_body(tree, node) {
            made.push((at, 2, format!("{{{}", counter(file, number, node, places))));
            made.push((tree[node].range.end, -2, "}".to_owned()));
        }
        if is_function(tree, node) {
            made.extend(values_of_parameters(file, number, node, places));
        } else if LOOPS.contains(&tree[node].kind) {
            made.extend(values_of_loop(file, number, node, places));
        }
    }
    made.extend(ticks(file, 0..tree.all().end, 0));
    woven(file, made)
}

/// A source in which these functions (by number) can be exchanged.
pub fn hooked(file: &File, forms: &[(usize, &Form)]) -> Vec<u8> {
    let mut made: Vec<Insertion> = ticks(file, file.tree.all(), 0).collect();
    for (number, form) in forms {
        made.extend(form.hook(*number));
    }
    woven(file, made)
}

/// The script as a function that can be called again and again; what it imports stays outside.
pub fn callable(file: &File) -> Vec<u8> {
    let tree = &file.tree;
    let text = &file.text;
    let mut head = String::new();
    let mut made = Vec::new();
    let mut start = 0;
    for node in tree[0].children.iter().copied() {
        let range = tree[node].range.clone();
        match tree[node].kind {
            "hash_bang_line" => start = range.end,
            "import_statement" => {
                head.push_str(file.syntax.text(&range).trim_end_matches(';'));
                head.push(';');
                made.push((range, String::new()));
            }
            "export_statement" => {
                let end = tree.field(node, "declaration").or(tree.field(node, "value"));
                let cut = end.map_or(range.end, |n| tree[n].range.start);
                made.push((range.start..cut, String::new()));
            }
            _ => {}
        }
    }
    let name = serde_json::to_string(file.path.as_str()).unwrap_or_default();
    // A hash-bang line is one to its end.
    let line = if start > 0 { "\n" } else { "" };
    let opening = format!("{line}{}{head}__thanos.main({name},async()=>{{", unchecked(file));
    let mut out = text[..start].to_vec();
    out.extend(opening.bytes());
    let mut at = start;
    for (range, new) in made {
        out.extend(&text[at..range.start]);
        out.extend(new.bytes());
        at = range.end;
    }
    out.extend(&text[at..]);
    out.extend(b"\n});\n");
    out
}

fn woven(file: &File, mut made: Vec<Insertion>) -> Vec<u8> {
    made.sort_by_key(|one| (one.0, one.1));
    let mut out = unchecked(file).as_bytes().to_vec();
    let mut at = 0;
    for (place, _, text) in made {
        out.extend(&file.text[at..place]);
        out.extend(text.bytes());
        at = place;
    }
    out.extend(&file.text[at..]);
    out
}

/// The compiler has nothing to say about what is woven in.
fn unchecked(file: &File) -> &'static str {
    if file.syntax.language() == Language::JavaScript { "" } else { "// @ts-nocheck\n" }
}

/// A tick in every block and every condition of a loop. `base` is where the text begins.
pub fn ticks(file: &File, nodes: std::ops::Range<usize>, base: usize) -> impl Iterator<Item = Insertion> + '_ {
    let tree = &file.tree;
    nodes.filter_map(move |node| {
        let parent = tree[node].parent;
        let place = tree[node].range.start - base;
        match tree[node].kind {
            "statement_block" if tree[parent].kind != "class_static_block" => {
                directive_end(file, node).map(|end| (end - base, 1, "__thanos.k();".to_owned()))
            }
            "parenthesized_expression"
                if tree[parent].kind == "while_statement" && tree[node].field == Some("condition") =>
            {
                Some((place + 1, 1, "__thanos.k(),".to_owned()))
            }
            kind if tree[parent].kind == "for_statement" && tree[node].field == Some("condition") => {
                (tree[node].named && kind != "empty_statement").then(|| (place, 1, "__thanos.k(),".to_owned()))
            }
            _ => None,
        }
    })
}

/// Behind the opening brace of a block, and the directives (`'use strict'`) at its beginning.
pub fn directive_end(file: &File, block: usize) -> Option<usize> {
    let tree = &file.tree;
    let mut end = tree[block].children.first().map(|brace| tree[*brace].range.end)?;
    for child in tree.inner(block) {
        if !is_directive(file, child) {
            break;
        }
        end = tree[child].range.end;
    }
    Some(end)
}

fn is_directive(file: &File, node: usize) -> bool {
    let tree = &file.tree;
    let inner = tree.inner(node);
    tree[node].kind == "expression_statement" && inner.first().is_some_and(|n| tree[*n].kind == "string") && {
        let siblings = tree.inner(tree[node].parent);
        siblings.iter().take_while(|n| **n != node).all(|n| is_directive(file, *n))
    }
}

fn is_statement(file: &File, node: usize) -> bool {
    let tree = &file.tree;
    let branch = &tree[node];
    let parent = tree[branch.parent].kind;
    let block = matches!(parent, "statement_block" | "program")
        || (matches!(parent, "switch_case" | "switch_default") && branch.field == Some("body"));
    let runs = branch.kind.ends_with("statement") && !matches!(branch.kind, "import_statement" | "export_statement")
        || matches!(branch.kind, "lexical_declaration" | "variable_declaration");
    branch.named && block && runs && !is_directive(file, node)
}

/// The only statement of a branch or a loop, without braces.
fn is_lone_body(tree: &Branches, node: usize) -> bool {
    let branch = &tree[node];
    let parent = tree[branch.parent].kind;
    let place = matches!(
        (parent, branch.field),
        ("if_statement", Some("consequence"))
            | ("for_statement" | "for_in_statement" | "while_statement" | "do_statement", Some("body"))
    ) || parent == "else_clause";
    let runs = branch.kind.ends_with("statement") && !matches!(branch.kind, "statement_block" | "empty_statement");
    branch.named && place && runs && branch.kind != "labeled_statement"
}

fn counter(file: &File, number: usize, node: usize, places: &mut Places) -> String {
    places.lines.push((number, file.syntax.line_of(file.tree[node].range.start)));
    format!("__thanos.c({});", places.lines.len() - 1)
}

/// The function around a node, as the place of its variables.
fn place(file: &File, number: usize, node: usize, places: &mut Places) -> Option<usize> {
    let tree = &file.tree;
    let function = std::iter::once(node).chain(tree.above(node)).find(|n| is_function(tree, *n))?;
    let key = (number, *file.lines_of(function).start());
    Some(places.functions.iter().rposition(|known| *known == key).unwrap_or_else(|| {
        places.functions.push(key);
        places.functions.len() - 1
    }))
}

fn seen(place: usize, names: &[String]) -> String {
    names.iter().map(|name| format!("__thanos.v({place},\"{name}\",{name});")).collect()
}

/// The names that a pattern binds.
fn bound(file: &File, pattern: usize) -> Vec<String> {
    let tree = &file.tree;
    let binds = |node: &usize| {
        let branch = &tree[*node];
        let default = branch.field == Some("right") && tree[branch.parent].kind.contains("assignment_pattern");
        let other = matches!(branch.field, Some("type" | "value" | "decorator" | "return_type"));
        matches!(branch.kind, "identifier" | "shorthand_property_identifier_pattern") && !default && !other
    };
    // Only simple ones: what stands in defaults and types is no name of ours.
    let plain = |node: &usize| {
        tree.above(*node).take_while(|n| *n != pattern).all(|n| {
            let in_default = tree[n].field == Some("right") || tree[n].field == Some("value");
            !in_default && !tree[n].kind.contains("type") && !is_function(tree, n)
        })
    };
    tree.below(pattern).filter(binds).filter(plain).map(|n| file.syntax.text(&tree[n].range).to_owned()).collect()
}

fn values_of_declaration(file: &File, number: usize, node: usize, places: &mut Places) -> Option<Insertion> {
    let tree = &file.tree;
    let names: Vec<String> = match tree[node].kind {
        "lexical_declaration" | "variable_declaration" => tree
            .inner(node)
            .into_iter()
            .filter(|n| tree.field(*n, "value").is_some())
            .filter_map(|n| tree.field(n, "name"))
            .flat_map(|n| bound(file, n))
            .collect(),
        "expression_statement" => {
            let inner = *tree.inner(node).first()?;
            let target = tree.field(inner, "left").or(tree.field(inner, "argument"))?;
            let assigns = matches!(
                tree[inner].kind,
                "assignment_expression" | "augmented_assignment_expression" | "update_expression"
            );
            if !assigns || tree[target].kind != "identifier" {
                return None;
            }
            vec![file.syntax.text(&tree[target].range).to_owned()]
        }
        _ => return None,
    };
    let place = place(file, number, node, places)?;
    (!names.is_empty()).then(|| (tree[node].range.end, -1, format!(";{}", seen(place, &names))))
}

fn values_of_parameters(file: &File, number: usize, node: usize, places: &mut Places) -> Vec<Insertion> {
    let tree = &file.tree;
    let Some(body) = tree.field(node, "body") else { return Vec::new() };
    let parameters = tree.field(node, "parameters").or(tree.field(node, "parameter"));
    let names = parameters.map(|n| bound(file, n)).unwrap_or_default();
    let Some(place) = place(file, number, node, places) else { return Vec::new() };
    places.lines.push((number, file.syntax.line_of(tree[body].range.start)));
    let line = format!("__thanos.c({});", places.lines.len() - 1);
    let text = line + &seen(place, &names.into_iter().filter(|name| name != "this").collect::<Vec<_>>());
    if tree[body].kind == "statement_block" {
        return directive_end(file, body).map(|at| (at, 1, text)).into_iter().collect();
    }
    let range = &tree[body].range;
    vec![(range.start, 1, format!("({}", text.replace(';', ","))), (range.end, -1, ")".to_owned())]
}

fn values_of_loop(file: &File, number: usize, node: usize, places: &mut Places) -> Option<Insertion> {
    let tree = &file.tree;
    let body = tree.field(node, "body").filter(|n| tree[*n].kind == "statement_block")?;
    let names: Vec<String> = match tree[node].kind {
        "for_in_statement" if tree.field(node, "kind").is_some() => bound(file, tree.field(node, "left")?),
        "for_statement" => tree
            .inner(tree.field(node, "initializer")?)
            .into_iter()
            .filter(|n| tree[*n].kind == "variable_declarator")
            .filter_map(|n| tree.field(n, "name"))
            .flat_map(|n| bound(file, n))
            .collect(),
        _ => return None,
    };
    let place = place(file, number, node, places)?;
    Some((directive_end(file, body)?, 1, seen(place, &names)))
}
