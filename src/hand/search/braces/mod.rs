//! What could be wrong in a function of a language with braces: JavaScript, TypeScript, Java, Rust, Go, C. Their trees
//! differ in words, hardly in shape, so one set of families serves them all.

mod drafts;
mod families;
mod kinds;
mod parts;
mod scene;
mod vars;
mod words;

use super::aim::Types;
use super::draft::Draft;
use super::hunt::{File, Spot};
use crate::syntax::Language;
use scene::Scene;
use words::Word;

/// The functions that are in no other function.
pub fn spots(file: &File) -> Vec<Spot> {
    let tree = &file.tree;
    let language = file.syntax.language();
    let is_function =
        |n: &usize| words::word(language, tree[*n].kind) == Some(Word::Function) && tree.field(*n, "body").is_some();
    let outermost = tree.all().filter(is_function).filter(|n| !tree.above(*n).any(|above| is_function(&above)));
    outermost.map(|node| spot(file, node)).collect()
}

fn spot(file: &File, node: usize) -> Spot {
    let tree = &file.tree;
    let text = |n: usize| file.syntax.text(&tree[n].range).to_owned();
    let lines = file.lines_of(node);
    let holds = |n: &usize| {
        (tree[*n].kind.contains("class") && tree.field(*n, "name").is_some()) || tree[*n].kind == "impl_item"
    };
    let class = tree.above(node).find(holds);
    let range = &tree[node].range;
    Spot {
        file: 0,
        node,
        line: *lines.start(),
        lines,
        start: file.line_start(range.start),
        end: range.end,
        name: name(file, node).map(text).unwrap_or_default(),
        class: class.and_then(|n| tree.field(n, "name").or_else(|| tree.field(n, "type"))).map(text),
        body: tree.field(node, "body").map_or(range.end, |body| tree[body].range.start),
    }
}

/// The node that names a function: its own, in C that of its declarator, else what it is assigned to.
fn name(file: &File, node: usize) -> Option<usize> {
    let tree = &file.tree;
    if file.syntax.language() == Language::C {
        let inner = std::iter::successors(tree.field(node, "declarator"), |n| tree.field(*n, "declarator"));
        return inner.last();
    }
    let parent = tree[node].parent;
    let given = || tree.field(parent, "name").filter(|_| tree[parent].kind == "variable_declarator");
    tree.field(node, "name").or_else(given)
}

/// What the families think of in one function, in no order. `types` are those that were seen in its variables, where
/// the judge can see any.
pub fn drafts(file: &File, spot: &Spot, types: &Types) -> Vec<Draft> {
    families::drafts(&Scene::new(file, spot, types))
}
