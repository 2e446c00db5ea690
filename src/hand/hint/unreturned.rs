//! A function whose end forgets to give back what it worked out: `return` with the variable that it touched last. The
//! compiler and the tests judge which one is meant.

use super::Scene;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Name, Role, Syntax};
use anyhow::Result;
use std::ops::Range;

#[rustfmt::skip]
const SIGNS: &[&str] = &[
    "missing return", "lacks ending return", "must return a value", "ot all code paths return", "TS2355", "TS7030", "mismatched types",
];
/// Variables that are tried.
const MOST: usize = 3;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|it| SIGNS.iter().any(|sign| it.message.contains(sign))).take(3) {
        if complaint.message == "mismatched types" && !complaint.detail.contains("implicitly returns `()`") {
            continue;
        }
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() != Language::Python) else { continue };
        let Some(function) = around(&syntax, place.line) else { continue };
        let Some(end) = Ending::of(&syntax, &function) else { continue };
        let mut names: Vec<String> = worked_out(&syntax, &function, &end).into_iter().take(MOST).collect();
        // A function that only says whether it went well.
        let only = (syntax.language() == Language::Go).then(|| results(syntax.text(&function))).flatten();
        names.extend(only.filter(|kinds| kinds.len() == 1).map(|kinds| super::results::zero(kinds[0])));
        for name in names {
            let Some(text) = end.statement(&syntax, &function, &name) else { continue };
            let why = format!("gave back `{name}` at the end of the function in line {} of {}", end.line, place.path);
            let edit = Edit { path: place.path.clone(), range: end.at..end.at, text };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The innermost function that a line belongs to.
fn around(syntax: &Syntax, line: u32) -> Option<Range<usize>> {
    let holds = |it: &&Range<usize>| syntax.line_of(it.start) <= line && line <= syntax.line_of(it.end);
    syntax.names().iter().filter_map(|name| name.function.as_ref()).filter(holds).min_by_key(|it| it.len()).cloned()
}

/// The closing brace, alone on its line.
struct Ending {
    /// Where a line before it begins.
    at: usize,
    line: u32,
    /// How the statements of the body are indented.
    indent: String,
}

impl Ending {
    fn of(syntax: &Syntax, function: &Range<usize>) -> Option<Self> {
        let line = syntax.line_of(function.end.saturating_sub(1));
        let range = syntax.line(line)?;
        let first = syntax.line_of(function.start);
        let brace = syntax.text(&range).trim_start();
        let body = (first + 1..line).filter_map(|at| syntax.line(at)).map(|it| syntax.text(&it));
        let outer = syntax.text(&range).len() - brace.len();
        let depth = |text: &str| text.len() - text.trim_start().len();
        let least =
            body.filter(|text| depth(text) > outer && !text.trim().is_empty()).min_by_key(|text| depth(text))?;
        let indent = least[..depth(least)].to_owned();
        brace.starts_with('}').then_some(Self { at: range.start, line, indent })
    }

    fn statement(&self, syntax: &Syntax, function: &Range<usize>, name: &str) -> Option<String> {
        let text = syntax.text(function);
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let value = match syntax.language() {
            Language::Go => match results(text)?.as_slice() {
                [_] => name.to_owned(),
                [_, second] if second.trim().ends_with("error") => format!("{name}, nil"),
                _ => return None,
            },
            _ => name.to_owned(),
        };
        let statement = match syntax.language() {
            Language::Rust => value,
            Language::Java => format!("return {value};"),
            Language::Go => format!("return {value}"),
            _ if String::from_utf8_lossy(syntax.bytes()).contains(";\n") => format!("return {value};"),
            _ => format!("return {value}"),
        };
        Some(format!("{}{statement}{line_end}", self.indent))
    }
}

/// The types that a function in Go gives back.
fn results(function: &str) -> Option<Vec<&str>> {
    let head = &function[..function.find('{')?];
    let last = head.trim_end();
    let inner = match last.strip_suffix(')') {
        // `f(a int) (int, error)`, and not the parameters themselves.
        Some(rest) => {
            let open = rest.rfind('(')?;
            rest[..open].trim_end().ends_with(')').then_some(&rest[open + 1..])?
        }
        None => last.rsplit(')').next()?,
    };
    let all: Vec<&str> = inner.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    (!all.is_empty()).then_some(all)
}

/// The variables that stand at the body's own depth, those first that were touched last.
fn worked_out(syntax: &Syntax, function: &Range<usize>, end: &Ending) -> Vec<String> {
    let inside = |name: &&Name| function.start <= name.range.start && name.range.end <= function.end;
    let starts_line = |name: &Name| {
        let line = syntax.line(syntax.line_of(name.range.start));
        line.is_some_and(|line| {
            let text = syntax.text(&line);
            // What a loop's head defines is gone behind it.
            let is_head = text.trim_end().ends_with('{');
            text.len() - text.trim_start().len() == end.indent.len() && text.starts_with(&end.indent) && !is_head
        })
    };
    let own = syntax.names().iter().filter(inside).filter(|it| it.defined && it.role == Role::Value && starts_line(it));
    let mut found: Vec<(usize, String)> = Vec::new();
    for name in own {
        let text = syntax.text(&name.range);
        let last = syntax.names().iter().filter(inside).filter(|it| syntax.text(&it.range) == text);
        let last = last.map(|it| it.range.start).max().unwrap_or(0);
        if !found.iter().any(|(_, known)| known == text) && text != "_" && text != "err" {
            found.push((last, text.to_owned()));
        }
    }
    found.sort_by_key(|(last, _)| std::cmp::Reverse(*last));
    found.into_iter().map(|(_, text)| text).collect()
}
