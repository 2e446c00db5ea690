//! Preprocessor lines: a header that a standard name wants, one that is misspelt, a lost `#`.

use super::attempt::Try;
use super::lexer::Source;
use super::{names, words};
use crate::hand::cc::{Problem, include};
use crate::hand::hint::distance::{distance, is_near};

const DIRECTIVES: &[&str] = &["include", "define", "ifdef", "ifndef", "endif", "if", "else", "elif", "undef", "pragma"];

pub(super) fn tries(source: &Source, problem: &Problem, plus: bool) -> Vec<Try> {
    let mut found = included(source, problem, plus);
    found.extend(misspelt_header(source, problem, plus));
    found.extend(malformed(source, problem));
    found.extend(misspelt_directive(source, problem));
    found
}

/// A name of the library whose header is not there.
fn included(source: &Source, problem: &Problem, plus: bool) -> Vec<Try> {
    let Some(name) = names::unknown(&problem.message) else { return Vec::new() };
    let has = |header: &str| source.text.contains(&format!("<{header}>"));
    let wanted = words::headers(&name, plus).find(|header| !has(header));
    let Some(header) = wanted else { return Vec::new() };
    let edit = include::place(&source.text, &format!("<{header}>"));
    // The file may have a name of its own for it: `True` where a beginner writes `true`.
    let is_own = |at: usize| source.is_word(at) && source.at(at) != name && source.at(at).eq_ignore_ascii_case(&name);
    let cost = match name.len() {
        1 => 2.5,
        _ if (0..source.tokens.len()).any(is_own) => 1.2,
        _ => 0.5,
    };
    vec![Try::new(vec![edit], cost, format!("included <{header}> for `{name}`"))]
}

/// `stdoi.h: No such file or directory`.
fn misspelt_header(source: &Source, problem: &Problem, plus: bool) -> Vec<Try> {
    let missing = problem.message.strip_suffix(": No such file or directory");
    let missing = missing.or_else(|| problem.message.strip_prefix('\'')?.strip_suffix("' file not found"));
    let Some(missing) = missing else { return Vec::new() };
    let line = source.line_text(problem.line);
    let Some(start) = line.find(missing).map(|at| source.line_start(problem.line) + at) else { return Vec::new() };
    let range = start..start + missing.len();
    let trimmed = missing.trim();
    let as_header = format!("{trimmed}.h");
    let near = |header: &&str| {
        *header == as_header || is_near(trimmed, header) || is_near(&as_header, header) || trimmed == *header
    };
    let mut found: Vec<Try> = words::known_headers(plus)
        .filter(near)
        .map(|header| {
            Try::replace(
                source,
                range.clone(),
                header,
                0.5 + 0.5 * distance(trimmed, header).min(distance(&as_header, header)),
            )
        })
        .collect();
    let whole = source.line_start(problem.line)..source.line_start(problem.line + 1);
    found.push(Try::replace(source, whole, "", 4.5));
    found
}

/// Without its brackets, or without one of them.
fn malformed(source: &Source, problem: &Problem) -> Option<Try> {
    let line = source.line_text(problem.line);
    let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("include")?;
    let (start, text) = (source.line_start(problem.line), rest.trim());
    let name: String = text.chars().filter(|c| !matches!(c, '<' | '>' | '"' | ';' | ' ' | '(' | ')')).collect();
    let local = text.contains('"');
    let new = if local { format!("#include \"{name}\"") } else { format!("#include <{name}>") };
    (new != line && !name.is_empty()).then(|| Try::replace(source, start..start + line.len(), &new, 0.9))
}

/// `#inculde`, and `include` without the `#`.
fn misspelt_directive(source: &Source, problem: &Problem) -> Vec<Try> {
    let mut found = Vec::new();
    for number in [problem.line, problem.line.saturating_sub(1)] {
        let line = source.line_text(number);
        let start = source.line_start(number) + line.len() - line.trim_start().len();
        let text = line.trim_start();
        if let Some(rest) = text.strip_prefix('#') {
            let blanks = rest.len() - rest.trim_start().len();
            let word: String = rest.trim_start().chars().take_while(|c| c.is_alphanumeric()).collect();
            let at = start + 1 + blanks;
            let near = DIRECTIVES.iter().filter(|other| is_near(&word, other));
            found.extend(
                near.map(|other| Try::replace(source, at..at + word.len(), other, 0.4 + 0.3 * distance(&word, other))),
            );
        } else if text.starts_with("include") || text.starts_with("define ") || text.starts_with("ifdef") {
            found.push(Try::insert(start, "#", 0.3));
        }
    }
    found
}
