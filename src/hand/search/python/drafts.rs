//! How the families of Python's edits say what they think of: in terms of nodes and statements.

use super::super::draft::{Draft, Pool};
use super::scene::Scene;
use std::ops::Range;

/// Takes what families think of.
pub struct Drafts<'s, 'a> {
    pub scene: &'s Scene<'a>,
    pool: Pool<'a>,
}

impl<'s, 'a> Drafts<'s, 'a> {
    pub fn new(scene: &'s Scene<'a>) -> Self {
        Self { scene, pool: Pool::new(scene.text) }
    }

    pub fn enter(&mut self, family: &'static str, base: f64) {
        self.pool.enter(family, base);
    }

    pub fn into_all(self) -> Vec<Draft> {
        self.pool.into_all()
    }

    /// Another text in the place of a node; `more` is what makes it less likely than its family.
    pub fn replace(&mut self, node: usize, text: impl Into<String>, more: f64) {
        let range = self.scene.tree[node].range.clone();
        self.edit(vec![(range, text.into())], more);
    }

    /// The same for a value that is put together: in brackets where what stands around binds tighter.
    pub fn value(&mut self, node: usize, text: &str, more: f64) {
        let text = if self.binds(node) { format!("({text})") } else { text.to_owned() };
        self.replace(node, text, more);
    }

    pub fn edit(&mut self, edits: Vec<(Range<usize>, String)>, more: f64) {
        self.pool.add(edits, more);
    }

    /// A whole line before a statement, indented as it is.
    pub fn insert_before(&mut self, statement: usize, line: &str, more: f64) {
        let scene = self.scene;
        let Some(indent) = scene.indent(statement) else { return };
        let at = scene.line_start(scene.tree[statement].range.start);
        let text = indented(line, indent, scene.newline) + scene.newline;
        self.edit(vec![(at..at, text)], more);
    }

    /// A whole line behind a statement, indented as it is.
    pub fn insert_after(&mut self, statement: usize, line: &str, more: f64) {
        let scene = self.scene;
        let Some(indent) = scene.indent(statement) else { return };
        let end = scene.tree[statement].range.end;
        let text = scene.newline.to_owned() + &indented(line, indent, scene.newline);
        self.edit(vec![(end..end, text)], more);
    }

    /// Whether an operation in the place of this node needs brackets.
    fn binds(&self, node: usize) -> bool {
        let parent = self.scene.parent(node);
        let field = self.scene.tree[node].field.unwrap_or_default();
        match self.scene.kind(parent) {
            "binary_operator"
            | "unary_operator"
            | "comparison_operator"
            | "not_operator"
            | "boolean_operator"
            | "await"
            | "conditional_expression" => true,
            "attribute" => field == "object",
            "call" => field == "function",
            "subscript" => field == "value",
            _ => false,
        }
    }
}

fn indented(lines: &str, indent: &str, newline: &str) -> String {
    lines.split('\n').map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join(newline)
}
