//! A source that notes which of its statements are run, and with what its simple functions are called.

use super::super::hunt::File;
use super::arguments;
use super::shape;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// What a number in the notes stands for.
pub struct Mark {
    pub path: String,
    pub lines: RangeInclusive<u32>,
}

#[derive(Default)]
pub struct Marks {
    pub statements: Vec<Mark>,
    /// Functions whose arguments are noted: file, first byte.
    pub functions: Vec<(String, usize)>,
    /// Number of a statement → the variable that it declares.
    pub variables: BTreeMap<usize, Variable>,
}

/// A variable without a type in the text.
#[derive(Debug, Clone)]
pub struct Variable {
    pub path: String,
    pub name: String,
    pub line: u32,
    /// Of a loop, not of a `let`.
    pub counts: bool,
    /// The byte where its type could be said; `None` where it may have several.
    pub end: Option<usize>,
}

/// How much is noted. What the compiler does not take in full it mostly takes in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    Nothing,
    Functions,
    Statements,
    Arms,
}

pub fn instrumented(file: &File, depth: Depth, marks: &mut Marks) -> Vec<u8> {
    let mut inserts: Vec<(usize, String)> = Vec::new();
    for node in file.tree.all().filter(|node| depth > Depth::Nothing && shape::is_open(file, *node)) {
        function(file, node, depth, marks, &mut inserts);
    }
    inserts.sort_by_key(|(at, _)| *at);
    let (mut text, mut at) = (Vec::new(), 0);
    for (place, insert) in &inserts {
        text.extend_from_slice(&file.text[at..*place]);
        text.extend_from_slice(insert.as_bytes());
        at = *place;
    }
    text.extend_from_slice(&file.text[at..]);
    text
}

fn function(file: &File, node: usize, depth: Depth, marks: &mut Marks, inserts: &mut Vec<(usize, String)>) {
    let tree = &file.tree;
    let Some(body) = tree.field(node, "body") else { return };
    let head = file.syntax.line_of(tree[node].range.start)..=file.syntax.line_of(tree[body].range.start);
    let mut entry = marks.hit(file, head);
    if let Some(names) = arguments::observable(file, node) {
        let list: String = names.iter().map(|(name, _)| format!("&{name}, ")).collect();
        entry.push_str(&format!("crate::__thanos::called({}, &[{list}]); ", marks.functions.len()));
        marks.functions.push((file.path.as_str().to_owned(), tree[node].range.start));
    }
    // Inner attributes stand first.
    let inner = tree[body].children.iter().rev().find(|child| tree[**child].kind == "inner_attribute_item");
    let start = inner.map_or(tree[body].range.start + 1, |attribute| tree[*attribute].range.end);
    inserts.push((start, format!(" {entry}")));
    if depth < Depth::Statements {
        return;
    }
    let mut skip = 0;
    for inside in tree.below(body) {
        if inside < skip {
            continue;
        }
        // Inner functions have their turn; others run nothing here.
        if inside != body
            && (tree[inside].kind.ends_with("_item")
                || shape::is_idle(file, inside)
                || tree[inside].kind == "const_block")
        {
            skip = tree.below(inside).end;
            continue;
        }
        match tree[inside].kind {
            "block" => block(file, inside, marks, inserts),
            "for_expression" => inserts.extend(variable(file, inside, marks)),
            "match_arm" if depth == Depth::Arms => arm(file, inside, marks, inserts),
            _ => {}
        }
    }
}

fn block(file: &File, block: usize, marks: &mut Marks, inserts: &mut Vec<(usize, String)>) {
    let tree = &file.tree;
    let mut attribute = None;
    for child in &tree[block].children {
        let branch = &tree[*child];
        match branch.kind {
            "attribute_item" => attribute = attribute.or(Some(branch.range.start)),
            kind if !branch.named || kind == "label" || kind.ends_with("_comment") => {}
            kind if kind.ends_with("_item") || matches!(kind, "use_declaration" | "empty_statement") => {
                attribute = None
            }
            _ => {
                let at = attribute.take().unwrap_or(branch.range.start);
                inserts.push((at, marks.hit(file, own_lines(file, *child))));
                inserts.extend(variable(file, *child, marks));
            }
        }
    }
}

/// Behind `let x = …;` and at the start of `for x in … {`: of which type it is.
fn variable(file: &File, node: usize, marks: &mut Marks) -> Option<(usize, String)> {
    let tree = &file.tree;
    let value = tree[node].kind == "let_declaration" && tree.field(node, "value").is_some();
    let open = value && tree.field(node, "type").is_none() && tree.field(node, "alternative").is_none();
    let counts = tree[node].kind == "for_expression";
    let pattern = tree.field(node, "pattern").filter(|n| (open || counts) && tree[*n].kind == "identifier")?;
    let (at, end) = if counts {
        let start = tree[tree.field(node, "body")?].range.start + 1;
        (start, start)
    } else {
        (tree[node].range.end, tree[pattern].range.end)
    };
    let name = file.syntax.text(&tree[pattern].range).to_owned();
    let several = tree.above(node).any(|n| tree.field(n, "type_parameters").is_some());
    let several = several || shape::has_hidden_parameters(file, node);
    let (path, line) = (file.path.as_str().to_owned(), file.syntax.line_of(tree[node].range.start));
    let number = marks.statements.len();
    marks.statements.push(Mark { path: path.clone(), lines: own_lines(file, node) });
    let text = format!(" crate::__thanos::kind({number}, &{name});");
    marks.variables.insert(number, Variable { path, name, line, counts, end: Some(end).filter(|_| !several) });
    Some((at, text))
}

fn arm(file: &File, arm: usize, marks: &mut Marks, inserts: &mut Vec<(usize, String)>) {
    let Some(value) = file.tree.field(arm, "value").filter(|value| file.tree[*value].kind != "block") else { return };
    let lines = own_lines(file, value);
    inserts.push((file.tree[value].range.start, format!("{{ {}", marks.hit(file, lines))));
    inserts.push((file.tree[value].range.end, " }".to_owned()));
}

/// The lines of a statement up to the first block in it: what is in that has its own.
fn own_lines(file: &File, node: usize) -> RangeInclusive<u32> {
    let tree = &file.tree;
    let range = &tree[node].range;
    let block = tree.below(node).find(|n| matches!(tree[*n].kind, "block" | "match_block"));
    let end = block.map_or(range.end, |block| tree[block].range.start);
    file.syntax.line_of(range.start)..=file.syntax.line_of(end)
}

impl Marks {
    fn hit(&mut self, file: &File, lines: RangeInclusive<u32>) -> String {
        self.statements.push(Mark { path: file.path.as_str().to_owned(), lines });
        format!("crate::__thanos::hit({}); ", self.statements.len() - 1)
    }
}
