//! What a name and a value may have between them where no language's assignment is read: a list's comma, a
//! comparison, a few words, a line's end. All of them join other things too, so that what stands there must
//! be a machine's beyond doubt.

use std::ops::Range;

/// Words between the name and what joins it.
const WORDS: usize = 20;
/// Quotes and blanks before the join.
const BEFORE: usize = 3;
/// Quotes and blanks behind the join, an indented line's among them.
const BEHIND: usize = 16;
const SHORTEST: usize = 10;
const LONGEST: usize = 400;
const JOINS: [&[u8]; 8] = [b"=>", b"?=", b":=", b"||", b"=", b">", b":", b","];

/// The value joined to a name that ends at `at`, and whether it stands behind a quote.
pub fn behind(bytes: &[u8], at: usize) -> Option<(Range<usize>, bool)> {
    let at = skip(bytes, at, WORDS, |b| is_word(b) || matches!(b, b' ' | b'\t'));
    let at = skip(bytes, at, BEFORE, |b| is_blank(b) || is_quote(b));
    let at = at + JOINS.iter().find(|join| bytes[at..].starts_with(join))?.len();
    let start = skip(bytes, at, BEHIND, |b| is_blank(b) || is_quote(b) || matches!(b, b'=' | b':'));
    // What stands further below belongs to something else.
    if memchr::memchr_iter(b'\n', &bytes[at..start]).count() > 1 {
        return None;
    }
    let end = skip(bytes, start, LONGEST, |b| is_word(b) || matches!(b, b'+' | b'/' | b'='));
    let quoted = is_quote(bytes[start - 1]);
    (end - start >= SHORTEST && ends(&bytes[end..])).then_some((start..end, quoted))
}

fn skip(bytes: &[u8], at: usize, most: usize, wanted: impl Fn(u8) -> bool) -> usize {
    at + bytes[at..].iter().take(most).take_while(|b| wanted(**b)).count()
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

fn is_blank(b: u8) -> bool {
    b.is_ascii_whitespace()
}

fn is_quote(b: u8) -> bool {
    matches!(b, b'"' | b'\'' | b'`')
}

/// Neither a call nor a part of something longer.
fn ends(rest: &[u8]) -> bool {
    let escaped = rest.starts_with(b"\\n") || rest.starts_with(b"\\r") || rest.starts_with(b"\\\"");
    escaped || rest.first().is_none_or(|b| is_blank(*b) || is_quote(*b) || *b == b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_is_loosely_joined_to_is_read() {
        let value = "k3Jd9sQw8xPz41";
        for line in [
            "token, §",
            "token undefined, § set",
            "token == §",
            "token: \"§\"",
            "token:\n    §",
            "'token',\n  '§'",
            "token || § }}",
            "token of the account => `§`",
            "token > §;",
            "token ===== \"§\"",
        ] {
            let text = line.replace('§', value);
            let found = behind(text.as_bytes(), "token".len() + usize::from(line.starts_with('\'')));
            assert_eq!(found.map(|(range, _)| &text[range]), Some(value), "{line}");
        }
        for line in ["token §", "token, §(x)", "token:\n\n§", "token of nobody in the whole world: §", "token: short"]
        {
            assert_eq!(behind(line.replace('§', value).as_bytes(), 5), None, "{line}");
        }
    }
}
