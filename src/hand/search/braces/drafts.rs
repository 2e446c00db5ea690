//! How the families of edits say what they think of: in terms of values and statements.

use super::super::draft::{Draft, Pool};
use super::scene::Scene;
use super::words::Word;
use crate::syntax::Language;
use std::ops::Range;

/// Takes what families think of.
pub struct Drafts<'s, 'a> {
    pub scene: &'s Scene<'a>,
    pool: Pool<'a>,
}

/// How tight a text binds: what is put together by an operator loosely, names and calls tightest.
pub const TIGHT: u8 = 20;
pub const UNARY: u8 = 12;

/// How tight an operator binds.
pub fn strength(operator: &str) -> u8 {
    match operator {
        "**" => 11,
        "*" | "/" | "%" => 10,
        "+" | "-" => 9,
        "<<" | ">>" | ">>>" => 8,
        "<" | "<=" | ">" | ">=" | "instanceof" | "in" => 7,
        "==" | "!=" | "===" | "!==" => 6,
        "&" => 5,
        "^" => 4,
        "|" => 3,
        "&&" => 2,
        _ => 1,
    }
}

impl<'s, 'a> Drafts<'s, 'a> {
    pub fn new(scene: &'s Scene<'a>) -> Self {
        Self { scene, pool: Pool::new(&scene.file.text) }
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

    /// The same for a value that binds so tight: in brackets where what stands around binds tighter.
    pub fn value(&mut self, node: usize, text: &str, binds: u8, more: f64) {
        let text = if binds < wanted(self.scene, node) { format!("({text})") } else { text.to_owned() };
        self.replace(node, text, more);
    }

    pub fn edit(&mut self, edits: Vec<(Range<usize>, String)>, more: f64) {
        self.pool.add(edits, more);
    }

    /// The lines that a statement takes alone; `None` where it shares one.
    pub fn lines(&self, node: usize) -> Option<Range<usize>> {
        let scene = self.scene;
        scene.indent(node)?;
        let range = self.whole(node);
        let end = scene.line_end(range.end.max(range.start + 1) - 1);
        let rest = scene.slice(&(range.end..end));
        let alone = rest.trim().is_empty() || rest.trim_start().starts_with("//");
        (alone && rest.ends_with('\n')).then(|| scene.line_start(range.start)..end)
    }

    /// A statement with its semicolon, where that is not part of the node.
    pub fn whole(&self, node: usize) -> Range<usize> {
        let range = self.scene.tree[node].range.clone();
        let text = &self.scene.file.text;
        match text.get(range.end) {
            Some(b';') if !matches!(text[range.end - 1], b';' | b'}') => range.start..range.end + 1,
            _ => range,
        }
    }

    /// Lines before a statement, indented as it is.
    pub fn insert_before(&mut self, statement: usize, lines: &str, more: f64) {
        let scene = self.scene;
        let range = scene.tree[statement].range.clone();
        if !scene.is_in_block(statement) {
            return self.wrapped(statement, &format!("{lines}\n{}", scene.text(statement)), more);
        }
        let Some(indent) = scene.indent(statement) else {
            let text = lines.replace('\n', " ") + if scene.language == Language::Go { "; " } else { " " };
            return self.edit(vec![(range.start..range.start, text)], more);
        };
        let at = scene.line_start(range.start);
        let text = indented(lines, indent, scene.newline) + scene.newline;
        self.edit(vec![(at..at, text)], more);
    }

    /// Lines behind a statement, indented as it is.
    pub fn insert_after(&mut self, statement: usize, lines: &str, more: f64) {
        let scene = self.scene;
        if !scene.is_in_block(statement) {
            return self.wrapped(statement, &format!("{}\n{lines}", scene.text(statement)), more);
        }
        let end = self.whole(statement).end;
        let Some(indent) = scene.indent(statement) else {
            let text = if scene.language == Language::Go { "; " } else { " " }.to_owned() + &lines.replace('\n', " ");
            return self.edit(vec![(end..end, text)], more);
        };
        let text = scene.newline.to_owned() + &indented(lines, indent, scene.newline);
        self.edit(vec![(end..end, text)], more);
    }

    /// A lone statement becomes several in braces.
    fn wrapped(&mut self, statement: usize, lines: &str, more: f64) {
        let scene = self.scene;
        let outer = scene.indent_of_line(scene.parent(statement));
        let inner = format!("{outer}{}", scene.step());
        let text = format!(" {{{}{}{}{outer}}}", scene.newline, indented(lines, &inner, scene.newline), scene.newline);
        // From behind what it belongs to, on whose line the brace opens.
        let range = scene.tree[statement].range.clone();
        let before = scene.slice(&(0..range.start)).trim_end().len();
        self.edit(vec![(before..range.end, text)], more);
    }

    /// `if (c)`, as the language writes it, with what is done.
    pub fn guard(&self, condition: &str, then: &str) -> String {
        let (scene, step) = (self.scene, self.scene.step());
        match scene.language {
            Language::Rust | Language::Go => format!("if {condition} {{\n{step}{then}\n}}"),
            _ => format!("if ({condition}) {{\n{step}{then}\n}}"),
        }
    }
}

/// How tight what stands in the place of a node must bind.
fn wanted(scene: &Scene, node: usize) -> u8 {
    let parent = scene.parent(node);
    let field = scene.field_of(node);
    match scene.word(parent) {
        Some(Word::Binary) => {
            let operator = strength(scene.operator(parent));
            // Bits among other operators are never left to the reader.
            let own = if matches!(operator, 3 | 4 | 5 | 8) { UNARY } else { operator };
            own + u8::from(field == "right")
        }
        Some(Word::Unary | Word::Refer | Word::Cast) => UNARY,
        Some(Word::Step) => TIGHT,
        Some(Word::Member) => TIGHT,
        Some(Word::Call) => TIGHT,
        Some(Word::Index | Word::Slice) if scene.inner(parent).first() == Some(&node) => TIGHT,
        Some(Word::Ternary) if field == "condition" => 1,
        Some(Word::Range) => 9,
        Some(Word::Value) if matches!(scene.kind(parent), "try_expression" | "await_expression") => TIGHT,
        _ => 0,
    }
}

/// How tight a node's text binds.
pub fn binds(scene: &Scene, node: usize) -> u8 {
    match scene.word(node) {
        Some(Word::Binary) => strength(scene.operator(node)),
        Some(Word::Unary | Word::Refer | Word::Cast) => UNARY,
        Some(Word::Ternary | Word::Assign | Word::Augment | Word::Function | Word::Range) => 0,
        _ => TIGHT,
    }
}

fn indented(lines: &str, indent: &str, newline: &str) -> String {
    // What comes from the file has its line ends already.
    lines.split('\n').map(|line| format!("{indent}{}", line.trim_end_matches('\r'))).collect::<Vec<_>>().join(newline)
}
