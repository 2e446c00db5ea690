//! Where a bracket is missing, told by indentation.

use crate::syntax::Syntax;

/// Lines near which a bracket is missing, told by indentation: a closing bracket at the start of a
/// line belongs to an opening one on a line of the same depth.
pub(super) fn ill_indented(syntax: &Syntax) -> Vec<u32> {
    let mut open: Vec<(u32, usize)> = Vec::new();
    for token in syntax.tokens() {
        let line = syntax.line_of(token.range.start);
        let (first, indent) = line_shape(syntax, line);
        match bracket(token.kind) {
            Some('(' | '[' | '{') => open.push((line, indent)),
            Some(_) => {
                let Some((opened, outer)) = open.pop() else { return (line.saturating_sub(10)..=line).rev().collect() };
                if first == token.range.start && indent != outer && opened != line {
                    return if indent < outer { closing(syntax, opened, outer) } else { around(syntax, opened) };
                }
            }
            None => {}
        }
    }
    open.last().map(|(opened, indent)| closing(syntax, *opened, *indent)).unwrap_or_default()
}

/// Where a bracket that never closes should have: before the first line that is as far out as its own.
fn closing(syntax: &Syntax, opened: u32, indent: usize) -> Vec<u32> {
    let closes = (opened + 1..=syntax.line_count()).find(|line| {
        let (start, depth) = line_shape(syntax, *line);
        depth <= indent && syntax.line(*line).is_some_and(|range| start < range.end)
    });
    let end = around(syntax, closes.unwrap_or(syntax.line_count()));
    end.into_iter().chain(around(syntax, opened)).collect()
}

/// The bracket that a token is; a template's `${` opens one too.
pub(super) fn bracket(kind: &str) -> Option<char> {
    match kind {
        "${" => Some('{'),
        "(" | ")" | "[" | "]" | "{" | "}" => kind.chars().next(),
        _ => None,
    }
}

/// The byte where a line's text begins, and how deep it is indented.
fn line_shape(syntax: &Syntax, line: u32) -> (usize, usize) {
    let range = syntax.line(line).unwrap_or(0..0);
    let text = syntax.text(&range);
    let indent = text.len() - text.trim_start().len();
    (range.start + indent, indent)
}

/// The line, and the ones above it up to the first that holds code.
fn around(syntax: &Syntax, line: u32) -> Vec<u32> {
    let mut found = vec![line];
    let is_blank = |l: &u32| syntax.line(*l).is_some_and(|range| syntax.text(&range).trim().is_empty());
    let above: Vec<u32> = (1..line).rev().take(6).collect();
    let code = above.iter().take_while(|l| is_blank(l)).count();
    found.extend(above.into_iter().take(code + 2));
    found
}
