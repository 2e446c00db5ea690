//! Expressions and statements taken apart: who is called with what, what is asked, what is done then.

use super::scene::Scene;
use super::words::Word;
use crate::syntax::Language;

/// A call, taken apart.
pub struct Callee {
    pub name: usize,
    pub object: Option<usize>,
    pub arguments: usize,
}

/// An operation or an assignment, taken apart.
pub struct Sides {
    pub left: usize,
    pub operator: usize,
    pub right: usize,
}

impl<'a> Scene<'a> {
    pub fn sides(&self, node: usize) -> Option<Sides> {
        let [left, right] = ["left", "right"].map(|side| self.field(node, side).map(|n| self.single(n)));
        let (left, right) = (left?, right?);
        let between = |n: &usize| !self.tree[*n].named && self.tree[*n].range.start >= self.tree[left].range.end;
        let operator = self.field(node, "operator").or_else(|| self.tree[node].children.iter().copied().find(between));
        Some(Sides { left, operator: operator?, right })
    }

    /// Go's list of one expression is that expression.
    pub fn single(&self, node: usize) -> usize {
        match self.inner(node)[..] {
            [only] if self.kind(node) == "expression_list" => only,
            _ => node,
        }
    }

    pub fn operator(&self, node: usize) -> &'a str {
        match self.word(node) {
            Some(Word::Binary | Word::Assign | Word::Augment) => {
                self.sides(node).map_or("", |sides| self.text(sides.operator))
            }
            _ => self.tree[node].children.iter().find(|n| !self.tree[**n].named).map_or("", |n| self.text(*n)),
        }
    }

    /// What a unary operator, brackets, a reference or a step stand around.
    pub fn operand(&self, node: usize) -> Option<usize> {
        let inner = self.inner(node);
        if self.word(node) == Some(Word::Cast) {
            inner.iter().copied().find(|n| self.field_of(*n) == "value")
        } else {
            inner.last().copied()
        }
    }

    /// A value without the brackets around it.
    pub fn bare(&self, mut node: usize) -> usize {
        while self.word(node) == Some(Word::Paren) {
            let Some(inner) = self.operand(node) else { break };
            node = inner;
        }
        node
    }

    pub fn callee(&self, node: usize) -> Option<Callee> {
        if self.word(node) != Some(Word::Call) {
            return None;
        }
        let arguments = self.field(node, "arguments").filter(|n| self.word(*n) == Some(Word::Arguments))?;
        if self.kind(node) == "method_invocation" {
            return Some(Callee { name: self.field(node, "name")?, object: self.field(node, "object"), arguments });
        }
        let function = self.field(node, "function")?;
        match (self.word(function), self.kind(function)) {
            (Some(Word::Name), _) => Some(Callee { name: function, object: None, arguments }),
            (Some(Word::Member), _) => {
                let (object, name) = self.member(function)?;
                Some(Callee { name, object: Some(object), arguments })
            }
            (_, "scoped_identifier") => {
                Some(Callee { name: self.field(function, "name")?, object: self.field(function, "path"), arguments })
            }
            _ => None,
        }
    }

    /// Whether a member is the function of a call.
    pub fn is_called(&self, node: usize) -> bool {
        self.field_of(node) == "function"
    }

    /// Object and name.
    pub fn member(&self, node: usize) -> Option<(usize, usize)> {
        if self.word(node) != Some(Word::Member) {
            return None;
        }
        let object = ["object", "value", "operand", "argument"].iter().find_map(|name| self.field(node, name))?;
        let name = ["property", "field"].iter().find_map(|name| self.field(node, name))?;
        Some((object, name))
    }

    /// Object and index.
    pub fn index(&self, node: usize) -> Option<(usize, usize)> {
        match self.inner(node)[..] {
            [object, index] if self.word(node) == Some(Word::Index) => Some((object, index)),
            _ => None,
        }
    }

    /// What a branch, a loop or a ternary asks, without its own brackets.
    pub fn condition(&self, node: usize) -> Option<usize> {
        let known = self.field(node, "condition");
        let go = || {
            let first = self.inner(node).first().copied().filter(|_| self.kind(node) == "for_statement")?;
            match self.kind(first) {
                "for_clause" => self.field(first, "condition"),
                "range_clause" | "block" => None,
                _ => Some(first),
            }
        };
        let node = known.or_else(go)?;
        match self.kind(node) {
            "parenthesized_expression" if self.language != Language::Go && self.language != Language::Rust => {
                self.operand(node)
            }
            "expression_statement" => self.inner(node).first().copied(),
            "empty_statement" | ";" => None,
            _ => Some(node),
        }
    }

    /// The parts of a counting loop: how it begins, how it goes on.
    pub fn clauses(&self, node: usize) -> (Option<usize>, Option<usize>) {
        let clause = self.inner(node).first().copied().filter(|n| self.kind(*n) == "for_clause").unwrap_or(node);
        let first = ["initializer", "init"].iter().find_map(|name| self.field(clause, name));
        let next = ["update", "increment"].iter().find_map(|name| self.field(clause, name));
        (first, next)
    }

    /// What is done where a condition holds, and where it does not.
    pub fn branches(&self, node: usize) -> (Option<usize>, Option<usize>) {
        let other = self.field(node, "alternative").map(|other| match self.word(other) {
            Some(Word::Else) => self.inner(other).first().copied().unwrap_or(other),
            _ => other,
        });
        (self.field(node, "consequence"), other)
    }

    /// The value of a declaration or a binding, with the node that names it.
    pub fn bound(&self, node: usize) -> Option<(usize, usize)> {
        let name = ["name", "declarator", "pattern"].iter().find_map(|name| self.field(node, name));
        match (self.kind(node), name, self.field(node, "value")) {
            ("short_var_declaration", ..) => {
                let sides = self.sides(node)?;
                Some((sides.left, sides.right))
            }
            (_, Some(name), Some(value)) => Some((name, self.single(value))),
            _ => None,
        }
    }

    /// What a `return` gives back.
    pub fn returned(&self, node: usize) -> Option<usize> {
        self.inner(node).first().map(|value| self.single(*value))
    }
}
