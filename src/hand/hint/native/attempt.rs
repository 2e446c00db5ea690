//! A change to one text that may mend it.

use super::lexer::Source;
use std::ops::Range;

/// A change to one text, with how far-fetched it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Try {
    /// In order, not overlapping, over the text as it is.
    pub edits: Vec<(Range<usize>, String)>,
    pub cost: f64,
    pub why: String,
}

impl Try {
    pub fn new(edits: Vec<(Range<usize>, String)>, cost: f64, why: String) -> Self {
        let mut edits = edits;
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        Self { edits, cost, why }
    }

    pub fn insert(at: usize, text: &str, cost: f64) -> Self {
        Self::new(vec![(at..at, text.to_owned())], cost, format!("put in the missing `{}`", text.trim()))
    }

    pub fn replace(source: &Source, range: Range<usize>, text: &str, cost: f64) -> Self {
        let old = &source.text[range.clone()];
        let why = match text.trim() {
            "" => format!("removed the superfluous `{}`", old.trim()),
            new => format!("replaced `{}` by `{new}`", old.trim()),
        };
        Self::new(vec![(range, text.to_owned())], cost, why)
    }

    /// `None` when the edits collide.
    pub fn applied(&self, text: &str) -> Option<String> {
        let (mut made, mut from) = (String::with_capacity(text.len() + 16), 0);
        for (range, new) in &self.edits {
            made.push_str(text.get(from..range.start)?);
            made.push_str(new);
            from = range.end;
        }
        made.push_str(text.get(from..)?);
        (made != text).then_some(made)
    }
}
