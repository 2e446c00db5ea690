//! Finds a query's terms in bytes: faster than a general automaton, since terms are few and count only
//! where a word starts.

use super::words::{TAILS, starts_word};

const BITS: u32 = 13;

/// One term: its lower-cased ASCII text and what it is worth.
#[derive(Debug, Clone)]
pub struct Term {
    /// At least three bytes.
    pub text: String,
    pub weight: f64,
    /// A whole identifier of several words, matched only as a whole.
    pub whole: bool,
}

/// Terms by a hash of their first three letters.
pub struct Finder {
    terms: Vec<Term>,
    /// For each hash the number of its bucket, 0 for none.
    table: Vec<u16>,
    buckets: Vec<Vec<usize>>,
}

/// A place where a term stands.
pub struct Hit {
    pub term: usize,
    pub start: usize,
}

impl Finder {
    pub fn new(terms: Vec<Term>) -> Self {
        let (mut table, mut buckets) = (vec![0u16; 1 << BITS], vec![Vec::new()]);
        for (i, term) in terms.iter().enumerate() {
            let Some(first) = term.text.as_bytes().first_chunk::<3>() else { continue };
            let slot = &mut table[hash(*first)];
            if *slot == 0 {
                *slot = u16::try_from(buckets.len()).unwrap_or(0);
                buckets.push(Vec::new());
            }
            buckets[usize::from(*slot)].push(i);
        }
        Self { terms, table, buckets }
    }

    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Calls `each` for every hit, in the order of the bytes.
    pub fn find(&self, bytes: &[u8], mut each: impl FnMut(Hit)) {
        for (start, first) in bytes.windows(3).enumerate() {
            let bucket = self.table[hash([first[0], first[1], first[2]])];
            if bucket == 0 {
                continue;
            }
            for term in &self.buckets[usize::from(bucket)] {
                if self.terms[*term].stands_at(bytes, start) {
                    each(Hit { term: *term, start });
                }
            }
        }
    }
}

/// Letters in either case hash alike.
fn hash(first: [u8; 3]) -> usize {
    let key = u32::from_le_bytes([first[0], first[1], first[2], 0]) | 0x0020_2020;
    (key.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

impl Term {
    /// Whether it is a word of its own or of an identifier here, or the whole identifier.
    fn stands_at(&self, bytes: &[u8], start: usize) -> bool {
        let end = start + self.text.len();
        let Some(found) = bytes.get(start..end) else { return false };
        if !found.eq_ignore_ascii_case(self.text.as_bytes()) {
            return false;
        }
        if self.whole {
            let before = start.checked_sub(1).is_none_or(|i| !is_name(bytes[i]));
            return before && bytes.get(end).is_none_or(|b| !is_name(*b));
        }
        if !starts_word(bytes, start) {
            return false;
        }
        let upper = found[found.len() - 1].is_ascii_uppercase();
        let same_word = |b: &u8| b.is_ascii_lowercase() || (upper && b.is_ascii_uppercase());
        let tail = bytes[end..].iter().take(4).take_while(|b| same_word(b)).count();
        TAILS.iter().any(|t| t.as_bytes().eq_ignore_ascii_case(&bytes[end..end + tail]))
    }
}

/// Whether the byte can be part of an identifier.
pub fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}
