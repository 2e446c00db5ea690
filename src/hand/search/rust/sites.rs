//! Where a candidate can be built in beside the original, so that a number chooses between them when the program
//! runs: an expression, a statement, a gap between two, a block. Small is cheap, so the smallest comes first; when
//! the compiler does not take it there, a larger one may do.

use super::super::hunt::File;
use super::kinds::Untold;
use super::shape;
use crate::syntax::{Branches, Language, Syntax};
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Between two statements.
    Gap,
    Value,
    Statement,
    Block,
    /// A block that comes to something.
    Valued,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
    /// Its type, where that is known.
    pub declared: Option<String>,
}

/// Expressions that make a value of their own.
const MAKING: &[&str] = &[
    "binary_expression",
    "call_expression",
    "macro_invocation",
    "integer_literal",
    "float_literal",
    "boolean_literal",
    "string_literal",
    "raw_string_literal",
    "char_literal",
    "range_expression",
    "tuple_expression",
    "array_expression",
    "struct_expression",
    "reference_expression",
    "type_cast_expression",
    "try_expression",
    "await_expression",
    "if_expression",
    "match_expression",
    "return_expression",
    "break_expression",
    "unary_expression",
    "unit_expression",
    "negative_literal",
];
/// Expressions that name a place: where a value is not taken from it, it must stay a place.
const PLACES: &[&str] = &["identifier", "self", "field_expression", "index_expression", "scoped_identifier"];
/// What no operator beside it can tear apart.
const ATOMS: &[&str] = &[
    "call_expression",
    "macro_invocation",
    "integer_literal",
    "float_literal",
    "boolean_literal",
    "string_literal",
    "char_literal",
    "tuple_expression",
    "array_expression",
    "parenthesized_expression",
    "identifier",
    "self",
    "field_expression",
    "index_expression",
    "scoped_identifier",
    "try_expression",
];

/// The sites for some edits in a function, smallest first, each with the text that the edits make of it.
pub fn sites(file: &File, function: usize, edits: &[(Range<usize>, String)], untold: &Untold) -> Vec<(Site, Vec<u8>)> {
    let Some(hull) = hull(file, edits) else { return Vec::new() };
    let mut found: Vec<(Site, Vec<u8>)> = gap(file, function, edits).into_iter().collect();
    let Some(body) = file.tree.field(function, "body") else { return found };
    let smallest = smallest(file, body, &hull);
    let way: Vec<usize> = std::iter::once(smallest).chain(file.tree.above(smallest)).collect();
    let way = &way[..=way.iter().position(|n| *n == body).unwrap_or(0)];
    // What lies below such a node cannot choose when the program runs.
    let dead = |n: &usize| shape::is_idle(file, *n) || shape::is_constant(file, *n);
    let first = way.iter().rposition(dead).map_or(0, |at| at + 1);
    for (at, node) in way.iter().enumerate().skip(first) {
        let inside = way.get(at + 1).is_some_and(|above| is_receiver(file, *node, *above));
        let Some(kind) = kind(file, *node).filter(|_| !inside) else { continue };
        let range = file.tree[*node].range.clone();
        let Some(text) = shape::edited(&file.text, range.clone(), edits) else { continue };
        if let Some(text) = fitted(file, *node, kind, &text) {
            let declared = declared(file, *node, untold);
            if kind != Kind::Value || declared.is_some() || !is_bare(file, *node) {
                found.push((Site { start: range.start, end: range.end, kind, declared }, text));
            }
        }
    }
    found
}

/// The bytes that edits touch, without white space at their ends that only makes the text look good.
fn hull(file: &File, edits: &[(Range<usize>, String)]) -> Option<Range<usize>> {
    let trimmed = edits.iter().map(|(range, text)| {
        let old = file.text.get(range.clone()).unwrap_or_default();
        let lead = old.len() - old.trim_ascii_start().len();
        let trail = old.len() - old.trim_ascii_end().len();
        if lead < old.len() && text.trim().is_empty() { range.start + lead..range.end - trail } else { range.clone() }
    });
    trimmed.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
}

/// The innermost node that holds the range.
fn smallest(file: &File, from: usize, hull: &Range<usize>) -> usize {
    let mut node = from;
    loop {
        let holds = |child: &&usize| {
            let range = &file.tree[**child].range;
            file.tree[**child].named && range.start <= hull.start && hull.end <= range.end
        };
        match file.tree[node].children.iter().find(holds) {
            Some(child) => node = *child,
            None => return node,
        }
    }
}

/// `a.b()` in `a.b().c()`: the whole chain is the expression.
fn is_receiver(file: &File, node: usize, above: usize) -> bool {
    let field = file.tree[node].field;
    match file.tree[above].kind {
        "field_expression" => field == Some("value"),
        "call_expression" => field == Some("function"),
        _ => false,
    }
}

fn kind(file: &File, node: usize) -> Option<Kind> {
    let branch = &file.tree[node];
    let parent = file.tree[branch.parent].kind;
    match branch.kind {
        "block" => Some(if comes_to_something(file, node) { Kind::Valued } else { Kind::Block }),
        "expression_statement" => Some(Kind::Statement),
        "for_expression" | "while_expression" | "loop_expression" if parent == "block" => Some(Kind::Statement),
        "unary_expression" if file.syntax.text(&branch.range).starts_with('*') => {
            takes(file, node).then_some(Kind::Value)
        }
        kind if MAKING.contains(&kind) && parent != "else_clause" && parent != "let_chain" => Some(Kind::Value),
        kind if PLACES.contains(&kind) && takes(file, node) => Some(Kind::Value),
        _ => None,
    }
}

fn comes_to_something(file: &File, block: usize) -> bool {
    let tree = &file.tree;
    let code = |n: &usize| !tree[*n].kind.ends_with("_comment");
    let last = tree.inner(block).into_iter().rfind(code);
    last.is_some_and(|last| match tree[last].kind {
        "expression_statement" => !file.syntax.text(&tree[last].range).ends_with(';'),
        kind => !kind.ends_with("_item") && !kind.ends_with("_declaration") && !kind.ends_with("_statement"),
    })
}

/// The type that a node must have: that of the variable that it is the value of, that of the function's result.
fn declared(file: &File, node: usize, untold: &Untold) -> Option<String> {
    let tree = &file.tree;
    let parent = tree[node].parent;
    let text = |n: usize| file.syntax.text(&tree[n].range).to_owned();
    let kind = match tree[parent].kind {
        "function_item" => text(tree.field(parent, "return_type")?),
        "return_expression" => result(file, node)?,
        "block"
            if tree.field(tree[parent].parent, "body") == Some(parent)
                && tree[tree[parent].parent].kind == "function_item" =>
        {
            result(file, node)?
        }
        "index_expression" if tree[node].kind == "integer_literal" => "usize".to_owned(),
        "let_declaration" if tree[node].field == Some("value") => match tree.field(parent, "type") {
            Some(kind) => text(kind),
            None => untold
                .get(&(file.path.as_str().to_owned(), tree[tree.field(parent, "pattern")?].range.end))?
                .kind
                .clone(),
        },
        _ => return None,
    };
    // What only a signature can say.
    (!kind.contains("impl ")).then_some(kind)
}

/// The result type of the function that a `return` here leaves.
fn result(file: &File, node: usize) -> Option<String> {
    let tree = &file.tree;
    let enters = |n: &usize| matches!(tree[*n].kind, "function_item" | "closure_expression" | "async_block");
    let within =
        std::iter::once(node).chain(tree.above(node)).find(enters).filter(|n| tree[*n].kind == "function_item")?;
    let kind = file.syntax.text(&tree[tree.field(within, "return_type")?].range).to_owned();
    (!kind.contains("impl ")).then_some(kind)
}

/// A number without a type of its own: what stands beside it would decide.
fn is_bare(file: &File, node: usize) -> bool {
    let inner =
        if file.tree[node].kind == "unary_expression" { file.tree.inner(node).last().copied() } else { Some(node) };
    inner.is_some_and(|n| matches!(file.tree[n].kind, "integer_literal" | "float_literal" | "negative_literal"))
}

/// Whether the value is taken from its place where the node stands.
fn takes(file: &File, node: usize) -> bool {
    let parent = file.tree[node].parent;
    let operator = || file.tree.field(parent, "operator").map(|n| file.syntax.text(&file.tree[n].range));
    match file.tree[parent].kind {
        "binary_expression" => !matches!(operator(), Some("==" | "!=" | "<" | "<=" | ">" | ">=")),
        "unary_expression" => !file.syntax.text(&file.tree[parent].range).starts_with('*'),
        "type_cast_expression" | "range_expression" => true,
        "match_expression" | "let_condition" => false,
        _ => is_delimited(file, node),
    }
}

/// Whether no operator beside the node can change what belongs together.
fn is_delimited(file: &File, node: usize) -> bool {
    let field = file.tree[node].field;
    let parent = file.tree[node].parent;
    match file.tree[parent].kind {
        "arguments"
        | "parenthesized_expression"
        | "return_expression"
        | "break_expression"
        | "tuple_expression"
        | "array_expression"
        | "block"
        | "match_pattern" => true,
        "let_declaration" | "field_initializer" | "match_arm" | "for_expression" | "match_expression" => {
            field == Some("value")
        }
        "assignment_expression" | "compound_assignment_expr" => field == Some("right"),
        "if_expression" | "while_expression" => field == Some("condition"),
        "closure_expression" => field == Some("body"),
        "let_condition" => field == Some("value") && file.tree[file.tree[parent].parent].kind != "let_chain",
        "index_expression" => file.tree.inner(parent).get(1) == Some(&node),
        _ => false,
    }
}

/// The text as it is built in; `None` where it does not mean what it means without the parentheses of its own.
fn fitted(file: &File, node: usize, kind: Kind, text: &[u8]) -> Option<Vec<u8>> {
    let (before, after): (&[u8], &[u8]) = match kind {
        Kind::Value => (b"fn f() { (", b"\n); }"),
        _ => (b"fn f() {{", b"\n}}"),
    };
    let syntax = Syntax::parse(Language::Rust, &[before, text, after].concat()).filter(Syntax::is_sound)?;
    let tree = syntax.branches();
    if kind == Kind::Value {
        let outer = tree.all().find(|n| tree[*n].kind == "parenthesized_expression")?;
        let [inner] = tree.inner(outer)[..] else { return None };
        let whole = tree[inner].range.start == before.len();
        if !whole || !(is_delimited(file, node) || ATOMS.contains(&tree[inner].kind)) {
            return None;
        }
    }
    Some(typed_returns(file, node, &tree, text, before.len()))
}

/// Every early result says of which type it is: the compiler complains of the first wrong one alone otherwise.
fn typed_returns(file: &File, node: usize, tree: &Branches, text: &[u8], offset: usize) -> Vec<u8> {
    let Some(kind) = result(file, node) else { return text.to_vec() };
    let mut edits = Vec::new();
    for result in tree.all().filter(|n| tree[*n].kind == "return_expression") {
        let own = tree
            .above(result)
            .find(|n| matches!(tree[*n].kind, "function_item" | "closure_expression" | "async_block"));
        let inner = tree.inner(result);
        if let ([value], Some(true)) = (inner.as_slice(), own.map(|n| tree[n].range.start == 0)) {
            let range = &tree[*value].range;
            edits.push((range.start - offset..range.start - offset, format!("{{ let __r: {kind} = ")));
            edits.push((range.end - offset..range.end - offset, "; __r }".to_owned()));
        }
    }
    // One result in another would need an order of its own.
    let nested = edits.windows(3).any(|w| w[0].0.start <= w[1].0.start && w[1].1 == w[0].1);
    let whole = if nested { None } else { shape::edited(text, 0..text.len(), &edits) };
    whole.unwrap_or_else(|| text.to_vec())
}

/// What is put in between two statements.
fn gap(file: &File, function: usize, edits: &[(Range<usize>, String)]) -> Option<(Site, Vec<u8>)> {
    let [(range, text)] = edits else { return None };
    let (at, tree) = (range.start, &file.tree);
    let statement = text.trim_end().ends_with([';', '}']) && !text.trim_start().starts_with("let ");
    if !range.is_empty() || !statement {
        return None;
    }
    let body = tree.field(function, "body")?;
    let around = |n: &usize| tree[*n].range.start < at && at < tree[*n].range.end;
    let innermost = tree.below(body).rev().find(around)?;
    let block = Some(innermost).filter(|n| tree[*n].kind == "block")?;
    let constant = std::iter::once(block).chain(tree.above(block)).any(|n| shape::is_constant(file, n));
    let last = tree.inner(block).into_iter().rfind(|n| tree[*n].range.end <= at);
    let is_statement = |n: usize| {
        let kind = tree[n].kind;
        kind.ends_with("_statement")
            || kind.ends_with("_declaration")
            || kind.ends_with("_item")
            || kind.ends_with("_comment")
    };
    let open = last.is_none_or(is_statement) && !constant;
    let site = Site { start: at, end: at, kind: Kind::Gap, declared: None };
    let bytes = text.as_bytes().to_vec();
    let text = Some(bytes).filter(|_| open)?;
    Some((site, fitted(file, block, Kind::Gap, &text)?))
}
