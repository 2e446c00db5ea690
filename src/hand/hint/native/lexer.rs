//! C and C++ as tokens. Half a program has them too, which a grammar may not see a tree in.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Word,
    Number,
    /// A string or a character with both its quotes.
    Text,
    /// One that the line's end cuts off.
    Cut,
    Mark,
    /// A whole preprocessor line.
    Directive,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub range: Range<usize>,
    pub kind: Kind,
    /// Counted from 1.
    pub line: u32,
}

/// A text with its tokens.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub text: String,
    pub tokens: Vec<Token>,
    /// The byte at which each line starts.
    lines: Vec<usize>,
}

/// Operators of more than one character, the longest first.
const LONG: &[&str] = &[
    "<<=", ">>=", "...", "->*", "<=>", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=",
    "*=", "/=", "%=", "&=", "^=", "|=", "##", "::",
];

impl Source {
    pub fn read(text: String) -> Self {
        let lines = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        let tokens = tokens(&text);
        Self { text, tokens, lines }
    }

    pub fn at(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| &self.text[token.range.clone()])
    }

    pub fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    pub fn is_word(&self, index: usize) -> bool {
        self.kind(index) == Some(Kind::Word)
    }

    /// The byte at a line and a byte column, both counted from 1.
    pub fn offset(&self, line: u32, column: u32) -> usize {
        let start = usize::try_from(line).ok().and_then(|line| self.lines.get(line.saturating_sub(1)));
        let at = start.map_or(self.text.len(), |start| start + usize::try_from(column.max(1) - 1).unwrap_or(0));
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// The first token that ends behind a byte.
    pub fn token_at(&self, byte: usize) -> usize {
        self.tokens.partition_point(|token| token.range.end <= byte)
    }

    pub fn line_of(&self, byte: usize) -> u32 {
        u32::try_from(self.lines.partition_point(|start| *start <= byte)).unwrap_or(u32::MAX)
    }

    pub fn line_text(&self, line: u32) -> &str {
        let index = usize::try_from(line).unwrap_or(0).saturating_sub(1);
        let start = self.lines.get(index).copied().unwrap_or(self.text.len());
        let end = self.lines.get(index + 1).map_or(self.text.len(), |next| next - 1);
        self.text[start..end].trim_end_matches('\r')
    }

    /// The blanks with which a line begins.
    pub fn indent(&self, line: u32) -> &str {
        let text = self.line_text(line);
        &text[..text.len() - text.trim_start().len()]
    }

    pub fn line_start(&self, line: u32) -> usize {
        self.offset(line, 1)
    }

    pub fn line_end(&self, line: u32) -> usize {
        self.line_start(line) + self.line_text(line).len()
    }

    pub fn line_count(&self) -> u32 {
        u32::try_from(self.lines.len()).unwrap_or(u32::MAX)
    }

    /// Where the file ends its lines with both characters, so do we.
    pub fn line_break(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// The index of the bracket that closes the one at `open`.
    pub fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in open..self.tokens.len() {
            match self.at(at) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Where the outermost block that holds a token opens: the index of its `{`.
    pub fn outer_block(&self, index: usize) -> Option<usize> {
        let mut open: Vec<usize> = Vec::new();
        for at in 0..index.min(self.tokens.len()) {
            match self.at(at) {
                "{" => open.push(at),
                "}" => drop(open.pop()),
                _ => {}
            }
        }
        open.first().copied()
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let (mut found, mut at, mut line, mut fresh) = (Vec::new(), 0, 1_u32, true);
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\n' {
            (line, fresh, at) = (line + 1, true, at + 1);
            continue;
        }
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let (end, kind) = match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => (line_end(text, at), None),
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                (text[at + 2..].find("*/").map_or(text.len(), |found| at + found + 4), None)
            }
            b'#' if fresh => (directive_end(text, at), Some(Kind::Directive)),
            b'"' | b'\'' => text_end(text, at),
            _ if byte.is_ascii_digit() => {
                (run(text, at, |c| c.is_alphanumeric() || c == '_' || c == '.'), Some(Kind::Number))
            }
            _ if byte == b'_' || byte.is_ascii_alphabetic() || byte >= 128 => {
                let end = run(text, at, |c| c.is_alphanumeric() || c == '_');
                let end = if end == at { at + text[at..].chars().next().map_or(1, char::len_utf8) } else { end };
                (end, Some(Kind::Word))
            }
            _ => {
                let long = LONG.iter().find(|long| text[at..].starts_with(**long)).map_or(1, |long| long.len());
                (at + long, Some(Kind::Mark))
            }
        };
        if let Some(kind) = kind {
            found.push(Token { range: at..end, kind, line });
            fresh = false;
        }
        line += u32::try_from(memchr::memchr_iter(b'\n', &bytes[at..end]).count()).unwrap_or(0);
        at = end;
    }
    found
}

fn run(text: &str, at: usize, part: impl Fn(char) -> bool) -> usize {
    at + text[at..].find(|c| !part(c)).unwrap_or(text.len() - at)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |found| at + found)
}

/// Lines that a backslash joins are one; a comment behind it is not part of it.
fn directive_end(text: &str, at: usize) -> usize {
    let mut end = line_end(text, at);
    while text[at..end].trim_end_matches('\r').ends_with('\\') && end < text.len() {
        end = line_end(text, end + 1);
    }
    let comment = text[at..end].find("/*").or_else(|| text[at..end].find("//"));
    comment.map_or(end, |found| at + found)
}

fn text_end(text: &str, at: usize) -> (usize, Option<Kind>) {
    let quote = text.as_bytes()[at];
    let mut escaped = false;
    for (offset, byte) in text.bytes().enumerate().skip(at + 1) {
        match byte {
            b'\n' if !escaped => return (offset, Some(Kind::Cut)),
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if byte == quote => return (offset + 1, Some(Kind::Text)),
            _ => {}
        }
    }
    (text.len(), Some(Kind::Cut))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_with_their_lines() {
        let source =
            Source::read("#include <a.h> // x\nint a=b->c /* y\n */ + 0x1F;\nputs(\"a\\\"b);\nx='c';é".to_owned());
        let told: Vec<_> = source.tokens.iter().map(|t| (&source.text[t.range.clone()], t.line)).collect();
        let expected = [
            ("#include <a.h> ", 1),
            ("int", 2),
            ("a", 2),
            ("=", 2),
            ("b", 2),
            ("->", 2),
            ("c", 2),
            ("+", 3),
            ("0x1F", 3),
            (";", 3),
            ("puts", 4),
            ("(", 4),
            ("\"a\\\"b);", 4),
            ("x", 5),
            ("=", 5),
            ("'c'", 5),
            (";", 5),
            ("é", 5),
        ];
        assert_eq!(told, expected);
        assert_eq!(source.kind(12), Some(Kind::Cut));
        assert_eq!((source.offset(2, 5), source.token_at(24)), (24, 2));
    }

    #[test]
    fn brackets_are_paired() {
        let source = Source::read("int f(int a[2]) { if (a) { b; } c; }".to_owned());
        assert_eq!(source.closing(2), Some(8));
        let c = source.tokens.iter().position(|t| &source.text[t.range.clone()] == "c");
        assert_eq!(c.and_then(|c| source.outer_block(c)), Some(9));
    }
}
