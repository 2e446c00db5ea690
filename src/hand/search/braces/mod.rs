//! What could be wrong in a function of a language with braces: JavaScript, TypeScript, Java, Rust, Go. Their trees
//! differ in words, hardly in shape, so one set of families serves them all.

mod operators;

use super::aim::Types;
use super::draft::{Draft, Pool};
use super::hunt::{File, Spot};

/// Nodes that are functions with a body.
const FUNCTIONS: &[&str] = &[
    "function_declaration",
    "function_expression",
    "generator_function_declaration",
    "generator_function",
    "arrow_function",
    "method_definition",
    "method_declaration",
    "constructor_declaration",
    "function_item",
    "function_definition",
];

/// The functions that are in no other function.
pub fn spots(file: &File) -> Vec<Spot> {
    let tree = &file.tree;
    let is_function = |n: &usize| FUNCTIONS.contains(&tree[*n].kind) && tree.field(*n, "body").is_some();
    let outermost = tree.all().filter(is_function).filter(|n| !tree.above(*n).any(|above| is_function(&above)));
    outermost.map(|node| spot(file, node)).collect()
}

fn spot(file: &File, node: usize) -> Spot {
    let tree = &file.tree;
    let text = |n: usize| file.syntax.text(&tree[n].range).to_owned();
    let lines = file.lines_of(node);
    let class = tree.above(node).find(|n| tree[*n].kind.contains("class") && tree.field(*n, "name").is_some());
    let range = &tree[node].range;
    Spot {
        file: 0,
        node,
        line: *lines.start(),
        lines,
        start: file.line_start(range.start),
        end: range.end,
        name: tree.field(node, "name").map(text).unwrap_or_default(),
        class: class.and_then(|n| tree.field(n, "name")).map(text),
        body: tree.field(node, "body").map_or(range.end, |body| tree[body].range.start),
    }
}

/// What the families think of in one function, in no order. `types` are those that were seen in its variables, where
/// the judge can see any.
pub fn drafts(file: &File, spot: &Spot, _types: &Types) -> Vec<Draft> {
    let mut pool = Pool::new(&file.text);
    pool.enter("operator", 1.0);
    for node in file.tree.below(spot.node) {
        operators::propose(&mut pool, file, node);
    }
    pool.into_all()
}
