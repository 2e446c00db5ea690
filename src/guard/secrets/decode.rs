//! Finds what is written in base64, hexadecimal digits or URL escapes and reads it.

use crate::mask::shapes::checks::{STANDARD, URL_SAFE};
use base64::Engine as _;
use std::ops::Range;

/// Texts within texts are read so deep.
pub const DEPTH: usize = 3;
/// A shorter run holds no secret with anything around it that would tell.
const SHORTEST: usize = 24;
/// A run of `SHORTEST` covers two places that are so far apart.
const STRIDE: usize = SHORTEST / 2;
const LONGEST: usize = 64 << 10;

/// Something readable, and where it is written.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    pub range: Range<usize>,
    pub text: String,
}

/// Everything in `text` that reads as text once decoded.
pub fn decode(text: &str) -> Vec<Decoded> {
    let mut found = Vec::new();
    runs(text.as_bytes(), |range| found.extend(read_run(text, range)));
    escapes(text, &mut found);
    found
}

/// Runs of base64's digits (hexadecimal ones are among them), long enough. Looks at every twelfth byte
/// only, and around it where it could be in a run.
fn runs(bytes: &[u8], mut each: impl FnMut(Range<usize>)) {
    let mut at = STRIDE - 1;
    while at < bytes.len() {
        let near = &bytes[at..bytes.len().min(at + STRIDE)];
        if near.iter().any(|b| !DIGIT[usize::from(*b)]) {
            at += STRIDE;
            continue;
        }
        let start = at - bytes[..at].iter().rev().take_while(|b| DIGIT[usize::from(**b)]).count();
        let end = at + bytes[at..].iter().take_while(|b| DIGIT[usize::from(**b)]).count();
        let padding = bytes[end..].iter().take(2).take_while(|b| **b == b'=').count();
        if end - start >= SHORTEST && end - start <= LONGEST {
            each(start..end + padding);
        }
        at = end + STRIDE;
    }
}

const DIGIT: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        let c = b as u8;
        table[b] = c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'-' | b'_');
        b += 1;
    }
    table
};

fn read_run(text: &str, range: Range<usize>) -> Option<Decoded> {
    let run = &text[range.clone()];
    let hex = run.len().is_multiple_of(2) && run.len() >= 32 && run.bytes().all(|b| b.is_ascii_hexdigit());
    let text = if hex { hexadecimal(run) } else { base64(run) };
    Some(Decoded { range, text: text? })
}

fn base64(run: &str) -> Option<String> {
    let digits = run.trim_end_matches('=');
    let engine = if digits.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    // Noise is known by its beginning, before all of it is read.
    if !readable(&engine.decode(&digits[..16]).ok()?) {
        return None;
    }
    readable_text(engine.decode(digits).ok()?)
}

fn hexadecimal(run: &str) -> Option<String> {
    let pairs = run.as_bytes().chunks_exact(2);
    let bytes = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    readable_text(bytes.map_while(|b| b.filter(|b| readable(&[*b]))).collect())
        .filter(|text| text.len() == run.len() / 2)
}

fn readable(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t'))
}

fn readable_text(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok().filter(|text| readable(text.as_bytes()))
}

/// Tokens with URL escapes for signs that matter.
fn escapes(text: &str, found: &mut Vec<Decoded>) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for at in memchr::memchr_iter(b'%', bytes) {
        let escape = |i: usize| bytes.get(i + 1..i + 3).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        if at < done || !escape(at) {
            continue;
        }
        let belongs = |b: &u8| b.is_ascii_alphanumeric() || b"%._~+-/:@&=?;,!$*".contains(b);
        let start = at - bytes[done..at].iter().rev().take(LONGEST).take_while(|b| belongs(b)).count();
        let end = at + bytes[at..].iter().take(LONGEST).take_while(|b| belongs(b)).count();
        done = end;
        if end - start >= SHORTEST / 2 {
            let bytes = unescaped(&bytes[start..end]);
            found.extend(readable_text(bytes).map(|text| Decoded { range: start..end, text }));
        }
    }
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(b) = bytes.get(at) {
        let pair = bytes.get(at + 1..at + 3).filter(|_| *b == b'%');
        let value = pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        out.push(value.unwrap_or(*b));
        at += if value.is_some() { 3 } else { 1 };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD as PADDED;

    #[test]
    fn encoded_texts_are_found_where_they_stand() {
        let secret = "password = k3Jd9sQw!x and more";
        let hex: String = secret.bytes().map(|b| format!("{b:02x}")).collect();
        for encoded in [PADDED.encode(secret), hex] {
            for before in ["", "a ", "data: ", "x = '"] {
                let text = format!("{before}{encoded}' end");
                let found = decode(&text);
                assert_eq!(found.len(), 1, "{text}");
                assert_eq!((found[0].text.as_str(), &text[found[0].range.clone()]), (secret, encoded.as_str()));
            }
        }
        let found = decode("u=postgres%3A%2F%2Fapp%3Ak3Jd9sQw%40db");
        assert_eq!(found[0].text, "u=postgres://app:k3Jd9sQw@db");
        assert_eq!(decode("the quick brown fox, internationalization, d41d8cd98f00b204e9800998ecf8427e"), []);
    }

    #[test]
    fn runs_of_every_length_and_place_are_seen() {
        for length in SHORTEST..80 {
            for shift in 0..40 {
                let text = format!("{}{}!", " ".repeat(shift), "a".repeat(length));
                let mut found = Vec::new();
                runs(text.as_bytes(), |range| found.push(range));
                assert_eq!(found, vec![shift..shift + length], "{shift} {length}");
            }
        }
    }
}
