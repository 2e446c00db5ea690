//! A change that a family of edits thinks of, before anything judges it.

use std::collections::HashMap;
use std::ops::Range;

#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub edits: Vec<(Range<usize>, String)>,
    /// Small is likely.
    pub cost: f64,
    pub family: &'static str,
}

/// Takes what families think of in one text; the same change counts once, at its lowest cost.
pub struct Pool<'a> {
    text: &'a [u8],
    family: &'static str,
    base: f64,
    all: Vec<Draft>,
    seen: HashMap<Vec<(Range<usize>, String)>, usize>,
}

impl<'a> Pool<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, family: "", base: 0.0, all: Vec::new(), seen: HashMap::new() }
    }

    /// What comes from now on is this family's, and costs so much at least.
    pub fn enter(&mut self, family: &'static str, base: f64) {
        (self.family, self.base) = (family, base);
    }

    pub fn into_all(self) -> Vec<Draft> {
        self.all
    }

    /// `more` is what makes it less likely than its family.
    pub fn add(&mut self, edits: Vec<(Range<usize>, String)>, more: f64) {
        let same = |(range, text): &(Range<usize>, String)| self.text.get(range.clone()) == Some(text.as_bytes());
        if edits.iter().all(same) {
            return;
        }
        let draft = Draft { edits, cost: self.base + more, family: self.family };
        match self.seen.get(&draft.edits) {
            Some(known) if self.all[*known].cost <= draft.cost => {}
            Some(known) => self.all[*known] = draft,
            None => {
                self.seen.insert(draft.edits.clone(), self.all.len());
                self.all.push(draft);
            }
        }
    }
}
