//! The syntax tree as plain data: nodes in order, each with its kind, its field and its place. For those who look at
//! nodes from all sides and keep what they find.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use tree_sitter::Tree;

/// A node; its number is its place in [`Branches`].
#[derive(Debug, Clone)]
pub struct Branch {
    pub kind: &'static str,
    /// The parent's field that it fills.
    pub field: Option<&'static str>,
    /// Not only a token of the grammar.
    pub named: bool,
    pub range: Range<usize>,
    /// The root is its own.
    pub parent: usize,
    pub children: Vec<usize>,
}

/// All nodes, parents before their children, in the order of the text.
#[derive(Debug, Clone)]
pub struct Branches(Vec<Branch>);

impl std::ops::Index<usize> for Branches {
    type Output = Branch;

    fn index(&self, node: usize) -> &Branch {
        &self.0[node]
    }
}

impl Branches {
    pub fn all(&self) -> Range<usize> {
        0..self.0.len()
    }

    /// The children that are more than tokens, without comments.
    pub fn inner(&self, node: usize) -> Vec<usize> {
        let counts = |child: &usize| self[*child].named && self[*child].kind != "comment";
        self[node].children.iter().copied().filter(counts).collect()
    }

    pub fn field(&self, node: usize, name: &str) -> Option<usize> {
        self[node].children.iter().copied().find(|child| self[*child].field == Some(name))
    }

    /// The parents, nearest first, up to the root.
    pub fn above(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(node), |n| Some(self[*n].parent).filter(|p| p != n)).skip(1)
    }

    /// The node and everything in it, in order.
    pub fn below(&self, node: usize) -> Range<usize> {
        let end = self[node].range.end;
        // What follows in order and begins before the end is inside, but for an empty last one.
        let mut last = node;
        while let Some(child) = self[last].children.last() {
            last = *child;
        }
        debug_assert!(self[last].range.end <= end);
        node..last + 1
    }
}

/// The grammars' own words: a few hundred, kept for as long as we live, so that nodes are plain data.
static WORDS: Mutex<Words> = Mutex::new(Words(BTreeSet::new()));

struct Words(BTreeSet<&'static str>);

impl Words {
    fn lasting(&mut self, word: &str) -> &'static str {
        if let Some(known) = self.0.get(word) {
            return known;
        }
        let kept: &'static str = Box::leak(word.to_owned().into_boxed_str());
        self.0.insert(kept);
        kept
    }
}

pub(super) fn branches(tree: &Tree) -> Branches {
    let mut all: Vec<Branch> = Vec::new();
    let mut path: Vec<usize> = Vec::new();
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let number = all.len();
        let parent = path.last().copied().unwrap_or(number);
        let (kind, field) = (words.lasting(node.kind()), cursor.field_name().map(|name| words.lasting(name)));
        let range = node.byte_range();
        all.push(Branch { kind, field, named: node.is_named(), range, parent, children: Vec::new() });
        if parent != number {
            all[parent].children.push(number);
        }
        if cursor.goto_first_child() {
            path.push(number);
            continue;
        }
        while !cursor.goto_next_sibling() {
            path.pop();
            if !cursor.goto_parent() {
                return Branches(all);
            }
        }
    }
}
