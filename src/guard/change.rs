//! A patch as the checks read it: per text file the blocks of lines that changed, and a form of code
//! in which layout, quotes and trailing commas do not count.

use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::borrow::Cow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// From 1, in the file that the line belongs to.
    pub number: u32,
    pub text: &'a str,
}

/// Neighbouring lines that changed together. Either side may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block<'a> {
    pub removed: Vec<Line<'a>>,
    pub added: Vec<Line<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange<'a> {
    pub path: &'a RelPath,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
    pub blocks: Vec<Block<'a>>,
}

impl<'a> FileChange<'a> {
    pub fn added(&self) -> impl Iterator<Item = Line<'a>> + '_ {
        self.blocks.iter().flat_map(|block| block.added.iter().copied())
    }

    pub fn removed(&self) -> impl Iterator<Item = Line<'a>> + '_ {
        self.blocks.iter().flat_map(|block| block.removed.iter().copied())
    }

    /// Nothing but layout changed, as formatters do it.
    pub fn only_layout(&self) -> bool {
        let (Some(before), Some(after)) = (self.before, self.after) else { return false };
        let [before, after] = [before, after].map(|side| side.chars().collect::<Vec<char>>());
        let same = |one: &[char], other: &[char]| one == other || token(one) == token(other);
        let (mut one, mut other) = (Pieces::new(&before), Pieces::new(&after));
        loop {
            match (one.next(), other.next()) {
                (None, None) => return true,
                (Some(one), Some(other)) if same(one, other) => {}
                _ => return false,
            }
        }
    }
}

/// So far into a file a NUL byte tells that it is no text.
const PROBE: usize = 8000;

/// A file's content as text: UTF-8, UTF-16 that says so, and of an old encoding what can be read of it, which is all that
/// is not beyond ASCII; `None` for a binary file.
pub fn text_of(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    };
    match bytes {
        // What PowerShell's `>` writes.
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ if bytes.iter().take(PROBE).any(|byte| *byte == 0) => None,
        // The whole check at once is faster than a lossy reading, and nearly every file passes.
        _ => Some(std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)),
    }
}

/// The patch with every file that is text in UTF-8: one byte of an old encoding must not keep a file from being looked at.
pub fn readable(patch: &Patch) -> Cow<'_, Patch> {
    let is_plain = |side: &Option<Vec<u8>>| side.as_deref().is_none_or(|bytes| std::str::from_utf8(bytes).is_ok());
    if patch.files().iter().all(|file| is_plain(&file.before) && is_plain(&file.after)) {
        return Cow::Borrowed(patch);
    }
    let plain = |side: &Option<Vec<u8>>| {
        let bytes = side.as_deref()?;
        Some(text_of(bytes).map_or_else(|| bytes.to_vec(), |text| text.into_owned().into_bytes()))
    };
    let files = patch.files().iter();
    Cow::Owned(Patch::from_files(files.map(|file| FilePatch {
        path: file.path.clone(),
        before: plain(&file.before),
        after: plain(&file.after),
    })))
}

/// The files of `patch` whose content is UTF-8 on every side that exists: see [`readable`].
pub fn read(patch: &Patch) -> Vec<FileChange<'_>> {
    patch.files().iter().filter_map(read_file).collect()
}

fn read_file(file: &FilePatch) -> Option<FileChange<'_>> {
    let text = |side: &'_ Option<Vec<u8>>| side.as_deref().map(std::str::from_utf8).transpose().ok().map(|_| ());
    text(&file.before).and(text(&file.after))?;
    let before = file.before.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    let after = file.after.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    let blocks = blocks(before.unwrap_or_default(), after.unwrap_or_default());
    Some(FileChange { path: &file.path, before, after, blocks })
}

fn blocks<'a>(before: &'a str, after: &'a str) -> Vec<Block<'a>> {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let pick = |lines: &[&'a str], range: std::ops::Range<usize>| {
        range.filter_map(|i| Some(Line { number: u32::try_from(i + 1).ok()?, text: lines.get(i)? })).collect()
    };
    capture_diff_slices(Algorithm::Myers, &old, &new)
        .into_iter()
        .filter(|op| op.tag() != DiffTag::Equal)
        .map(|op| Block { removed: pick(&old, op.old_range()), added: pick(&new, op.new_range()) })
        .collect()
}

/// Splits code into names, numbers, strings (without their quotes, marked with a leading `"`) and
/// operators. Spaces, brackets' trailing commas, semicolons and round brackets are left out: formatters
/// add and remove them.
pub fn tokens(code: &str) -> Vec<String> {
    let chars: Vec<char> = code.chars().collect();
    Pieces::new(&chars).map(token).collect()
}

/// The tokens as they are written.
struct Pieces<'c> {
    chars: &'c [char],
    at: usize,
}

impl<'c> Pieces<'c> {
    fn new(chars: &'c [char]) -> Self {
        Self { chars, at: 0 }
    }

    fn is_macro_mark(&self) -> bool {
        let named = self.at.checked_sub(1).is_some_and(|before| is_word(self.chars[before]));
        named && self.chars.get(self.at + 1).is_some_and(|next| "([{".contains(*next))
    }
}

impl<'c> Iterator for Pieces<'c> {
    type Item = &'c [char];

    fn next(&mut self) -> Option<&'c [char]> {
        let chars = self.chars;
        let is_left_out = |c: char| c.is_whitespace() || "();,".contains(c);
        while chars.get(self.at).is_some_and(|c| is_left_out(*c)) {
            self.at += 1;
        }
        let at = self.at;
        self.at = match *chars.get(at)? {
            '"' | '\'' | '`' => string_end(chars, at),
            c if is_word(c) => run(chars, at, is_word),
            // The mark of a macro, with the bracket that makes it one: `f(!x)` denies, `assert!(x)` does not.
            '!' if self.is_macro_mark() => at + 2,
            c if "=!<>&|+-*/%^".contains(c) => run(chars, at, |c| "=!<>&|+-*/%^".contains(c)),
            _ => at + 1,
        };
        chars.get(at..self.at)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn run(chars: &[char], from: usize, belongs: impl Fn(char) -> bool) -> usize {
    chars[from..].iter().position(|&c| !belongs(c)).map_or(chars.len(), |n| from + n)
}

/// Past the closing quote (three of them where three open), or past the opening one where the line ends
/// first: an apostrophe, a lifetime.
pub fn string_end(chars: &[char], open: usize) -> usize {
    let quote = chars[open];
    let triple = chars[open..].starts_with(&[quote; 3]);
    let mut at = if triple { open + 3 } else { open + 1 };
    while let Some(&c) = chars.get(at) {
        match c {
            '\\' => at += 1,
            '\n' if quote != '`' && !triple => return open + 1,
            c if c == quote && (!triple || chars[at..].starts_with(&[quote; 3])) => {
                return at + if triple { 3 } else { 1 };
            }
            _ => {}
        }
        at += 1;
    }
    open + 1
}

/// Strings without their quotes and backslashes; numbers and escapes, which have no case, in small letters.
fn token(chars: &[char]) -> String {
    match chars {
        [open @ ('"' | '\'' | '`'), inner @ .., close] if open == close => {
            let inner = inner.strip_prefix(&[*open; 2]).and_then(|i| i.strip_suffix(&[*open; 2])).unwrap_or(inner);
            std::iter::once('"').chain(unescaped(inner)).collect()
        }
        [first, ..] if first.is_ascii_digit() => chars.iter().flat_map(|c| c.to_lowercase()).collect(),
        _ => chars.iter().collect(),
    }
}

fn unescaped(inner: &[char]) -> impl Iterator<Item = char> {
    let mut small = 0;
    let mut before = ' ';
    inner.iter().filter_map(move |&c| {
        small = match (before, c) {
            ('\\', 'x') => 3,
            ('\\', 'u') => 5,
            ('\\', 'U') => 9,
            _ => small,
        };
        let shown = if small > 0 && before != '\\' { c.to_ascii_lowercase() } else { c };
        small = (small - 1).max(0);
        before = c;
        (c != '\\').then_some(shown)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_does_not_count() {
        for (a, b) in [
            ("f( 'a', 1 )", "f(\n    \"a\",\n    1,\n)"),
            ("x = \"it's\"", "x = 'it\\'s'"),
            ("return (a == b);", "return a == b"),
            ("x = 0XFF + 1E5", "x = 0xff + 1e5"),
            ("'\\u03D5'", "\"\\u03d5\""),
            ("f('''a \"b\" c\n''')", "f(\n  \"\"\"a \"b\" c\n\"\"\"\n)"),
        ] {
            assert_eq!(tokens(a), tokens(b));
        }
        assert_ne!(tokens("a == 1"), tokens("a != 1"));
        assert_eq!(tokens("assert!(f(!x))"), ["assert", "!(", "f", "!", "x"]);
        assert_ne!(tokens("'a b'"), tokens("'ab'"));
        assert_ne!(tokens("'A'"), tokens("'a'"));
        assert_eq!(tokens("&'a str"), ["&", "'", "a", "str"]);
    }

    #[test]
    fn blocks_carry_the_line_numbers_of_their_side() {
        let found = blocks("a\nb\nc\n", "a\nB\nc\nd\n");
        let line = |number, text| Line { number, text };
        assert_eq!(found[0], Block { removed: vec![line(2, "b")], added: vec![line(2, "B")] });
        assert_eq!(found[1], Block { removed: vec![], added: vec![line(4, "d")] });
    }
}
