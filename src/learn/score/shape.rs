//! What a syntax tree says of how hard code is to follow: ways through it, and how deep they are nested.

use crate::syntax::Syntax;

/// Kinds of nodes that open one more way through the code, in all grammars that are read.
const FORKS: &[&str] = &[
    "if_statement",
    "if_expression",
    "elif_clause",
    "for_statement",
    "for_in_statement",
    "for_expression",
    "enhanced_for_statement",
    "while_statement",
    "while_expression",
    "loop_expression",
    "do_statement",
    "case_clause",
    "expression_case",
    "type_case",
    "switch_case",
    "switch_block_statement_group",
    "switch_rule",
    "match_arm",
    "catch_clause",
    "except_clause",
    "conditional_expression",
    "ternary_expression",
    "boolean_operator",
    "if_clause",
];

/// Those that also push what is in them one level deeper.
fn nests(kind: &str) -> bool {
    let is_expression =
        ["conditional_expression", "ternary_expression", "boolean_operator", "if_clause"].contains(&kind);
    FORKS.contains(&kind) && !is_expression && !["elif_clause", "match_arm"].contains(&kind)
}

/// How many ways lead through a text beyond the straight one.
pub fn ways(syntax: &Syntax) -> usize {
    let tree = syntax.branches();
    let is_fork = |node: &usize| {
        let branch = &tree[*node];
        let logical = branch.kind == "binary_expression" && {
            let operator = branch.children.iter().find(|child| !tree[**child].named);
            operator.is_some_and(|operator| ["&&", "||", "??"].contains(&tree[*operator].kind))
        };
        FORKS.contains(&branch.kind) || logical
    };
    tree.all().filter(is_fork).count()
}

/// How deep the deepest place is nested.
pub fn depth(syntax: &Syntax) -> usize {
    let tree = syntax.branches();
    let mut depths: Vec<usize> = Vec::with_capacity(tree.all().len());
    for node in tree.all() {
        let above = if tree[node].parent == node { 0 } else { depths[tree[node].parent] };
        depths.push(above + usize::from(nests(tree[node].kind)));
    }
    depths.into_iter().max().unwrap_or(0)
}

/// Of each line, counted from 1, how many lines the innermost function has that holds it; 0 where none does.
pub fn function_lines(syntax: &Syntax) -> Vec<usize> {
    let tree = syntax.branches();
    let is_function = |kind: &str| {
        ["function", "method", "constructor"].iter().any(|word| kind.contains(word))
            && ["definition", "declaration", "item"].iter().any(|word| kind.contains(word))
    };
    let ends = |node: usize| {
        let range = &tree[node].range;
        (syntax.line_of(range.start) as usize, syntax.line_of(range.end) as usize)
    };
    let mut functions: Vec<_> = tree.all().filter(|node| is_function(tree[*node].kind)).map(ends).collect();
    functions.sort_by_key(|(from, to)| std::cmp::Reverse(to - from));
    let mut lines = vec![0; functions.iter().map(|(_, to)| to + 1).max().unwrap_or(0)];
    for (from, to) in functions {
        lines[from..=to].fill(to - from + 1);
    }
    lines
}
