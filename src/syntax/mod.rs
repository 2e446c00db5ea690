//! Source text as a syntax tree: names with their roles, tokens, and the places where the grammar
//! gave up. The only user of tree-sitter. Pure.

mod branches;
mod language;
mod modules;
mod names;
pub mod shell;

pub use branches::{Branch, Branches};
pub use language::Language;
pub use modules::{Exports, Form, Import, Taken};
pub use names::{Name, Role};

use std::cell::OnceCell;
use std::ops::Range;
use tree_sitter::{InputEdit, Node, Parser, Point, Tree};

/// A parsed file.
pub struct Syntax {
    language: Language,
    text: Vec<u8>,
    tree: Tree,
    /// The byte at which each line starts.
    lines: Vec<usize>,
    names: OnceCell<Vec<Name>>,
}

/// A leaf of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'t> {
    pub range: Range<usize>,
    /// The grammar's name for it: `identifier`, `(`, `return`, `string_content`.
    pub kind: &'t str,
}

/// Where the text is not in the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault<'t> {
    pub range: Range<usize>,
    /// The token that the grammar would have liked here.
    pub missing: Option<&'t str>,
}

impl Syntax {
    /// `None` when the parser cannot be set up for the language.
    pub fn parse(language: Language, text: &[u8]) -> Option<Self> {
        let tree = parser(language)?.parse(text, None)?;
        Some(Self { language, text: text.to_vec(), tree, lines: line_starts(text), names: OnceCell::new() })
    }

    /// The same file after one replacement, parsed again as far as it changed.
    pub fn edited(&self, range: Range<usize>, new: &str) -> Option<Self> {
        let mut text = Vec::with_capacity(self.text.len() + new.len());
        text.extend_from_slice(self.text.get(..range.start)?);
        text.extend_from_slice(new.as_bytes());
        text.extend_from_slice(self.text.get(range.end..)?);
        let lines = line_starts(&text);
        let new_end = range.start + new.len();
        let mut old = self.tree.clone();
        old.edit(&InputEdit {
            start_byte: range.start,
            old_end_byte: range.end,
            new_end_byte: new_end,
            start_position: point(&self.lines, range.start),
            old_end_position: point(&self.lines, range.end),
            new_end_position: point(&lines, new_end),
        });
        let tree = parser(self.language)?.parse(&text, Some(&old))?;
        Some(Self { language: self.language, text, tree, lines, names: OnceCell::new() })
    }

    pub fn language(&self) -> Language {
        self.language
    }

    pub fn bytes(&self) -> &[u8] {
        &self.text
    }

    /// The text of a range; empty where it is not UTF-8.
    pub fn text(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    pub fn is_sound(&self) -> bool {
        !self.tree.root_node().has_error()
    }

    pub fn faults(&self) -> Vec<Fault<'_>> {
        let mut faults = Vec::new();
        visit(self.tree.root_node(), &mut |node| {
            if node.is_error() {
                faults.push(Fault { range: node.byte_range(), missing: None });
            } else if node.is_missing() {
                faults.push(Fault { range: node.byte_range(), missing: Some(node.kind()) });
            }
            node.has_error()
        });
        faults
    }

    /// The leaves in order. Comments and the insides of strings are leaves too.
    pub fn tokens(&self) -> Vec<Token<'_>> {
        let mut tokens = Vec::new();
        visit(self.tree.root_node(), &mut |node| {
            if node.child_count() == 0 && !node.is_missing() && node.end_byte() > node.start_byte() {
                tokens.push(Token { range: node.byte_range(), kind: node.kind() });
            }
            true
        });
        tokens
    }

    /// The tree as plain data.
    pub fn branches(&self) -> Branches {
        branches::branches(&self.tree)
    }

    /// Every identifier with what it is used for.
    pub fn names(&self) -> &[Name] {
        self.names.get_or_init(|| names::names(&self.tree, self.language))
    }

    /// What the file takes from other modules, at its top level.
    pub fn imports(&self) -> Vec<Import> {
        modules::imports(&self.tree, &self.text, self.language)
    }

    /// What other modules may take from the file.
    pub fn exports(&self) -> Exports {
        modules::exports(&self.tree, &self.text, self.language)
    }

    /// Where imports can stand that are the first.
    pub fn body(&self) -> usize {
        modules::body(&self.tree)
    }

    /// The bytes of a line, counted from 1, without its line end.
    pub fn line(&self, number: u32) -> Option<Range<usize>> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        let start = *self.lines.get(index)?;
        let end = self.lines.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let end = if end > start && self.text.get(end - 1) == Some(&b'\r') { end - 1 } else { end };
        Some(start..end)
    }

    pub fn line_count(&self) -> u32 {
        u32::try_from(self.lines.len()).unwrap_or(u32::MAX)
    }

    /// The line, counted from 1, that holds a byte.
    pub fn line_of(&self, byte: usize) -> u32 {
        u32::try_from(point(&self.lines, byte).row + 1).unwrap_or(u32::MAX)
    }

    /// The byte at a line and a column that counts characters from 1.
    pub fn offset(&self, line: u32, column: u32) -> Option<usize> {
        let range = self.line(line)?;
        let text = self.text(&range);
        let wanted = usize::try_from(column).ok()?.saturating_sub(1);
        let within = text.char_indices().nth(wanted).map_or(text.len(), |(at, _)| at);
        Some(range.start + within)
    }
}

fn parser(language: Language) -> Option<Parser> {
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).ok()?;
    Some(parser)
}

fn line_starts(text: &[u8]) -> Vec<usize> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|at| at + 1)).collect()
}

fn point(lines: &[usize], byte: usize) -> Point {
    let row = lines.partition_point(|start| *start <= byte).saturating_sub(1);
    Point { row, column: byte - lines.get(row).copied().unwrap_or(0) }
}

/// Visits nodes in order; `enter` says whether to go into the node's children. No recursion: sources
/// from outside nest as deep as they like.
fn visit<'t>(root: Node<'t>, enter: &mut dyn FnMut(Node<'t>) -> bool) {
    let mut cursor = root.walk();
    loop {
        if enter(cursor.node()) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
