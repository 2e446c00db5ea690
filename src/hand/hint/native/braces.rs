//! Braces: where one is missing or too many, told by how the lines are indented.

use super::attempt::Try;
use super::lexer::Source;
use crate::hand::cc::Problem;

/// How compilers speak when braces do not pair up.
const SIGNS: &[&str] = &[
    "at end of input",
    "invalid storage class for function",
    "expected identifier or '('",
    "expected unqualified-id",
    "expected declaration",
    "'else' without a previous 'if'",
    "expected '}' before 'else'",
    "expected '}' at end of input",
    "not within loop or switch",
    "not within a loop",
    "case label",
    "extraneous closing brace",
    "does not name a type",
    "a function-definition is not allowed here",
    "expected parameter declarator",
    "data definition has no type",
    "expected '=', ','",
    "expected expression before '}'",
    "expected 'while'",
    "expected expression before 'else'",
    "expected statement before '}'",
];
const MOST: usize = 40;

/// Whether braces may be what a message is about.
pub(super) fn may_be_meant(message: &str) -> bool {
    SIGNS.iter().any(|sign| message.contains(sign))
}

pub(super) fn tries(source: &Source, problem: &Problem) -> Vec<Try> {
    if !may_be_meant(&problem.message) {
        return Vec::new();
    }
    let at = match problem.message.contains("end of input") {
        true => source.tokens.len(),
        false => source.token_at(source.offset(problem.line, problem.column)).min(source.tokens.len()),
    };
    let now = oddities(source);
    let mut found: Vec<(f64, Try)> = Vec::new();
    for index in 0..=(at + 1).min(source.tokens.len()) {
        closers(source, index, &mut found);
        openers(source, index, &mut found);
        let text = source.at(index);
        if matches!(text, "{" | "}") {
            found.push((0.6, Try::replace(source, lone(source, index), "", 0.0)));
        }
        if text == ";" && (is_head_end(source, index) || matches!(source.at(index.wrapping_sub(1)), "else" | "do")) {
            found.push((0.2, Try::replace(source, source.tokens[index].range.clone(), "", 0.0)));
        }
    }
    let mut costed: Vec<Try> = found
        .into_iter()
        .filter_map(|(own, mut one)| {
            let text = one.applied(&source.text)?;
            let after = oddities(&Source::read(text));
            let far = source.tokens.get(at).map_or(source.line_count(), |token| token.line);
            let line = source.tokens.get(source.token_at(one.edits[0].0.start)).map_or(far, |token| token.line);
            let far = f64::from(far.saturating_sub(line).min(40));
            one.cost = 1.8 + own + 0.5 * (after - now).clamp(-6.0, 4.0) + 0.01 * far;
            (after <= now + 1.0).then_some(one)
        })
        .collect();
    costed.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    costed.truncate(MOST);
    costed
}

/// A `}` on a line of its own behind a line, as deep as the line that opened what it closes.
fn closers(source: &Source, index: usize, found: &mut Vec<(f64, Try)>) {
    let ends = |at: usize| source.tokens.get(at).map(|token| token.line);
    if index == 0 || ends(index - 1) == ends(index) || !matches!(source.at(index - 1), ";" | "}" | "{") {
        return;
    }
    let mut open: Vec<u32> = Vec::new();
    for at in 0..index {
        match source.at(at) {
            "{" => open.push(source.tokens[at].line),
            "}" => drop(open.pop()),
            _ => {}
        }
    }
    let line = source.tokens[index - 1].line;
    let Some(opened) = open.last() else { return };
    // A line that lost its only mark is still there, as deep as it was.
    let next = source.line_text(line + 1);
    if !next.is_empty()
        && next.trim().is_empty()
        && next.trim_end_matches(['\r', '\n']).len() == source.indent(*opened).len()
    {
        found.push((0.0, Try::insert(source.line_end(line + 1), "}", 0.0)));
    }
    let text = format!("{}{}}}", source.line_break(), source.indent(*opened));
    let place = source.line_end(line);
    // At the end of a file without a last line break.
    let text = if index >= source.tokens.len() && !source.text.ends_with('\n') { format!("{text}\n") } else { text };
    let place = if index >= source.tokens.len() { source.text.trim_end().len() } else { place };
    let cost = if index >= source.tokens.len() { 0.0 } else { 0.3 };
    found.push((cost, Try::insert(place, &text, 0.0)));
}

/// A `{` behind a head that has none.
fn openers(source: &Source, index: usize, found: &mut Vec<(f64, Try)>) {
    if index == 0 || source.at(index) == "{" {
        return;
    }
    let before = source.at(index - 1);
    if matches!(before, "else" | "do") || (before == ")" && is_head_end(source, index)) {
        let end = source.tokens[index - 1].range.end;
        found.push((0.4, Try::insert(end, " {", 0.0)));
    }
}

/// Whether the token before `index` closes the brackets of `if (…)`, `for (…)`, or of a function's head.
fn is_head_end(source: &Source, index: usize) -> bool {
    if index == 0 || source.at(index - 1) != ")" {
        return false;
    }
    let mut depth = 0_usize;
    for at in (0..index).rev() {
        match source.at(at) {
            ")" => depth += 1,
            "(" => {
                depth -= 1;
                if depth == 0 {
                    let head = at.checked_sub(1).map_or("", |head| source.at(head));
                    let typed = at >= 2 && (super::words::is_type(source.at(at - 2)) || source.at(at - 2) == "*");
                    return matches!(head, "if" | "for" | "while" | "switch" | "main") || typed;
                }
            }
            _ => {}
        }
    }
    false
}

/// The token, with its whole line where it stands alone there.
fn lone(source: &Source, index: usize) -> std::ops::Range<usize> {
    let token = &source.tokens[index];
    let alone = source.line_text(token.line).trim() == source.at(index);
    match alone {
        true => source.line_start(token.line)..source.line_start(token.line + 1).max(token.range.end),
        false => token.range.clone(),
    }
}

/// How much the indentation disagrees with the braces; a brace without a partner counts double.
fn oddities(source: &Source) -> f64 {
    struct Open {
        indent: usize,
        first: Option<usize>,
    }
    let mut open: Vec<Open> = vec![Open { indent: 0, first: Some(0) }];
    let (mut odd, mut before) = (0.0, None::<usize>);
    for (index, token) in source.tokens.iter().enumerate() {
        let text = source.at(index);
        let starts = before.is_none_or(|before| source.tokens[before].line != token.line);
        let width = || width(source.indent(token.line));
        if starts && text == "}" {
            odd += if open.last().is_some_and(|open| open.indent == width()) { 0.0 } else { 1.0 };
        } else if starts && is_statement_start(source, before) && !text.starts_with('#') && text != "{" {
            let depth = open.len();
            if let Some(block) = open.last_mut() {
                let expected = *block.first.get_or_insert(width());
                let inside = depth == 1 || width() > block.indent;
                odd += if inside { 0.0 } else { 1.0 } + if width() == expected { 0.0 } else { 0.5 };
            }
        }
        match text {
            "{" => open.push(Open { indent: width(), first: None }),
            "}" if open.len() > 1 => drop(open.pop()),
            "}" => odd += 2.0,
            _ => {}
        }
        before = Some(index);
    }
    odd + 2.0 * f64::from(u32::try_from(open.len() - 1).unwrap_or(9))
}

fn is_statement_start(source: &Source, before: Option<usize>) -> bool {
    before.is_none_or(|before| matches!(source.at(before), ";" | "{" | "}"))
}

fn width(indent: &str) -> usize {
    indent.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum()
}
