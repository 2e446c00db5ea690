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
                if indent == outer || opened == line {
                    continue;
                }
                if first == token.range.start {
                    return if indent < outer {
                        closing(syntax, opened, outer)
                    } else {
                        heads(syntax, opened, line, indent)
                    };
                }
                // `}}`, where the second one closes what stands further out.
                let leads = syntax.text(&(first..token.range.start));
                if indent > outer && token.kind == "}" && !leads.is_empty() && leads.chars().all(|c| c == '}') {
                    return around(syntax, line);
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

/// Where what a bracket closes should have opened: behind the last line as far out as it with something deeper below.
fn heads(syntax: &Syntax, opened: u32, closed: u32, indent: usize) -> Vec<u32> {
    let depth = |line: u32| line_shape(syntax, line).1;
    let text = |line: u32| syntax.line(line).map(|range| syntax.text(&range).trim_end()).unwrap_or_default();
    let is_head = |line: &u32| {
        depth(*line) == indent
            && depth(line + 1) > indent
            && !text(*line).ends_with(['{', '(', '[', ','])
            && !text(*line).is_empty()
    };
    let mut found: Vec<u32> = (opened + 1..closed).rev().filter(is_head).collect();
    found.extend(around(syntax, opened));
    found
}

/// The bracket that a token is; a template's `${` opens one too.
pub(super) fn bracket(kind: &str) -> Option<char> {
    match kind {
        "${" => Some('{'),
        "(" | ")" | "[" | "]" | "{" | "}" => kind.chars().next(),
        _ => None,
    }
}

/// Lines of scripts on which a text's `${` does not end.
pub(super) fn open_places(syntax: &Syntax) -> Vec<u32> {
    let is_open = |line: &u32| {
        let text = syntax.line(*line).map(|range| syntax.text(&range)).unwrap_or_default();
        text.matches('`').count().is_multiple_of(2)
            && text.contains("${")
            && text.matches('{').count() > text.matches('}').count()
    };
    let lines = (1..=syntax.line_count()).filter(|_| syntax.language().is_script());
    lines.filter(is_open).take(2).collect()
}

/// Whether a `)` between the two would close `((name`, and nothing follows that makes a cast or a function of it.
pub(super) fn is_idle_pair(before: &str, after: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "_.$".contains(c);
    let goes_on = after.starts_with(['.', ')', ',', ';']);
    before.ends_with('(') && after.starts_with('(') || goes_on && before.trim_end_matches(is_part).ends_with("((")
}

/// `((…))` in a line.
pub(super) fn has_pair_in_pair(line: &str) -> bool {
    let mut open: Vec<usize> = Vec::new();
    let mut last = (usize::MAX, usize::MAX);
    for (at, c) in line.char_indices() {
        match c {
            '(' => open.push(at),
            ')' => {
                let Some(from) = open.pop() else { return false };
                if last == (from + 1, at.wrapping_sub(1)) {
                    return true;
                }
                last = (from, at);
            }
            _ => {}
        }
    }
    false
}

/// The byte where a line's text begins, and how deep it is indented.
pub(super) fn line_shape(syntax: &Syntax, line: u32) -> (usize, usize) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    #[test]
    fn open_and_idle_brackets_are_seen_in_their_line() {
        let text = b"function f(a, b) {\n  return `${a}${g(b)`;\n}\n";
        let syntax = Syntax::parse(Language::JavaScript, text).unwrap();
        assert_eq!(open_places(&syntax), [2]);
        assert!(has_pair_in_pair("f((a))") && !has_pair_in_pair("f((a) + (b))"));
        assert!(is_idle_pair("g((t", ".trim());") && !is_idle_pair("f((x", " => x)"));
    }
}
