//! The parts of a bracketed list in a text, whatever the language.

use std::ops::Range;

/// What stands between the commas of a list whose `(` is just before `text`, without blanks around it, and where the list
/// closes. Nothing is looked for in strings, which `quotes` open and close. `None` where it does not close.
pub(super) fn parts(text: &str, quotes: &str) -> Option<(Vec<Range<usize>>, usize)> {
    let (mut found, mut depth, mut start, mut quote, mut escaped) = (Vec::new(), 0_usize, 0, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(open), _) if open == c && !escaped => quote = None,
            (None, _) if quotes.contains(c) => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') if depth > 0 => depth -= 1,
            (None, ')' | ',') if depth == 0 => {
                let body = text[start..at].trim_start();
                let first = at - body.len();
                let part = first..first + body.trim_end().len();
                found.extend((!part.is_empty()).then_some(part));
                start = at + 1;
                if c == ')' {
                    return Some((found, at));
                }
            }
            _ => {}
        }
        escaped = false;
    }
    None
}
