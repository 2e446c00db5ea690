//! A text without the characters that nobody sees: between them a secret would look whole and be missed.

use std::ops::Range;

pub struct Bare {
    pub text: String,
    /// Where each byte of `text` stood.
    places: Vec<usize>,
}

impl Bare {
    /// `None` where nothing is invisible, as in nearly every text.
    pub fn of(text: &str) -> Option<Self> {
        (!text.is_ascii() && text.contains(is_invisible)).then(|| {
            let mut bare = Self { text: String::with_capacity(text.len()), places: Vec::with_capacity(text.len()) };
            for (at, c) in text.char_indices().filter(|(_, c)| !is_invisible(*c)) {
                bare.text.push(c);
                bare.places.extend(at..at + c.len_utf8());
            }
            bare
        })
    }

    /// A range of `text` in the original.
    pub fn place(&self, range: &Range<usize>) -> Range<usize> {
        let at = |i: usize| self.places.get(i).copied().unwrap_or_default();
        if range.is_empty() { at(range.start)..at(range.start) } else { at(range.start)..at(range.end - 1) + 1 }
    }
}

/// Spaces and joiners without width, marks of direction, variation selectors, the soft hyphen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
