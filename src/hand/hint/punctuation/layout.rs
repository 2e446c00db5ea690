//! Where people set a mark: what opens stands before its first thing, what closes behind its last one, and a bracket that
//! leads a line stands below what it closes. Ties between places that parse alike are broken by it.

use crate::syntax::Syntax;

/// What an odd place costs: less than any reason to think that the mark is missing there.
pub(super) const ODD: f64 = 0.25;

pub(super) fn is_odd(syntax: &Syntax, at: usize, text: &str) -> bool {
    let Some(line) = syntax.line(syntax.line_of(at)) else { return false };
    let (before, after) = (syntax.text(&(line.start..at)), syntax.text(&(at..line.end)));
    let is_open = |text: &str| text.is_empty() || text.ends_with(char::is_whitespace);
    let follows_blank = is_open(before);
    let blank_follows = after.is_empty() || after.starts_with(char::is_whitespace);
    match text.trim_end() {
        "(" | "[" | "&" | "!" | "#" => blank_follows,
        "{" => !follows_blank && !before.ends_with('(') || before.trim().is_empty(),
        // A template's place holds the whole of a call.
        "}" if after.starts_with(['(', '.', '[']) => true,
        mark @ (")" | "]" | "," | ";" | ":") => {
            let leads = after.starts_with(mark) && before.trim().is_empty();
            let behind_lead = before.trim() == mark;
            // What was lost between two blanks leaves both.
            let (between, beside) = (before.ends_with(' ') && after.starts_with(' '), after.starts_with("  "));
            (follows_blank && !between && !before.trim().is_empty())
                || (beside && !follows_blank)
                || leads
                || behind_lead
        }
        // What was lost between two things leaves the blanks around it.
        "=>" | "->" | "=" => after.starts_with("  ") || before.ends_with("  "),
        mark @ ("\"" | "'" | "`") if before.matches(mark).count() % 2 == 0 => blank_follows,
        // Of two blanks behind a text one was its last character.
        "\"" | "'" | "`" => follows_blank && !before.ends_with("  ") && !blank_follows || after.starts_with("  "),
        closer if text.starts_with('\n') && closer.ends_with(['}', ')']) => {
            let indent = &closer[1..closer.len() - 1];
            // Two in a row that are as deep close the same thing.
            let above = before.trim_start();
            let again = above.starts_with(['}', ')']) && before[..before.len() - above.len()] == *indent;
            // What opens in the middle of a line closes in one.
            let hangs = closer.ends_with(')')
                && open_line(syntax, at, false).is_some_and(|line| !line.trim_end().ends_with('('));
            again || hangs || opener(syntax, at, closer.ends_with('}')).is_some_and(|own| own != indent)
        }
        _ => false,
    }
}

/// How the line is indented that opened what is still open at a place.
pub(super) fn opener(syntax: &Syntax, at: usize, is_brace: bool) -> Option<&str> {
    let text = open_line(syntax, at, is_brace)?;
    Some(&text[..text.len() - text.trim_start().len()])
}

/// The line that opened what is still open at a place.
fn open_line(syntax: &Syntax, at: usize, is_brace: bool) -> Option<&str> {
    let (opens, closes) = if is_brace { ("{", "}") } else { ("(", ")") };
    let mut open: Vec<usize> = Vec::new();
    for token in syntax.tokens().iter().take_while(|token| token.range.start < at) {
        let kind = token.kind;
        if kind == opens || (is_brace && kind == "${") {
            open.push(token.range.start);
        } else if kind == closes {
            open.pop();
        }
    }
    let line = syntax.line(syntax.line_of(*open.last()?))?;
    Some(syntax.text(&line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    #[test]
    fn marks_stand_where_people_set_them() {
        for (text, good, odd, mark) in [
            ("f(a, b\")", 5, 4, "\""),
            ("f(\"line  + g)", 8, 7, "\""),
            ("if a ", 5, 4, "{"),
            ("f(a b)", 3, 4, ","),
            ("f(\n  a\n) {", 6, 7, ")"),
            ("f( a  {", 5, 4, ")"),
            ("f(\n  a\n) {", 6, 8, ")"),
            ("f((a)  b)", 6, 5, "=>"),
            ("f(a: mut b)", 5, 4, "&"),
        ] {
            let syntax = Syntax::parse(Language::JavaScript, text.as_bytes()).unwrap();
            assert!(!is_odd(&syntax, good, mark), "{text} {good}");
            assert!(is_odd(&syntax, odd, mark), "{text} {odd}");
        }
        let syntax = Syntax::parse(Language::JavaScript, b"function f() {\n  return 1\n").unwrap();
        assert!(is_odd(&syntax, 25, "\n  }") && !is_odd(&syntax, 25, "\n}"));
    }
}
