//! Finds a query's terms in bytes: faster than a general automaton, since terms are few and count only
//! where a word starts.

use super::words::{TAILS, starts_word};

const BITS: u32 = 13;
/// Positions that one load of eight bytes covers: three bytes each and the one before.
const STEP: usize = 5;

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
    table: Box<[u8; 1 << BITS]>,
    buckets: Vec<Vec<usize>>,
}

/// A place where a term stands.
pub struct Hit {
    pub term: usize,
    pub start: usize,
}

impl Finder {
    pub fn new(terms: Vec<Term>) -> Self {
        let (mut table, mut buckets) = (Box::new([0; 1 << BITS]), vec![Vec::new()]);
        for (i, term) in terms.iter().enumerate() {
            let Some(first) = term.text.as_bytes().first_chunk::<3>() else { continue };
            let slot = &mut table[hash(u64::from_le_bytes([first[0], first[1], first[2], 0, 0, 0, 0, 0]))];
            if *slot == 0 {
                *slot = u8::try_from(buckets.len()).unwrap_or(u8::MAX);
                buckets.resize(usize::from(*slot) + 1, Vec::new());
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
        let mut from = 0;
        while let Some(block) = self.candidate(bytes, from) {
            from = bytes.len().min(block + STEP);
            for start in block..from {
                let bucket = self.table[hash(word_before(bytes, start) >> 8)];
                if bucket == 0 {
                    continue;
                }
                let new_word = starts_word(bytes, start);
                for term in &self.buckets[usize::from(bucket)] {
                    if (new_word || self.terms[*term].whole) && self.terms[*term].stands_at(bytes, start) {
                        each(Hit { term: *term, start });
                    }
                }
            }
        }
    }

    /// The next position at which, or in the `STEP` after which, a term may start. Nearly all the time
    /// goes here, so several positions share one load and one branch.
    #[inline(never)]
    fn candidate(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        while at < bytes.len() {
            let word = word_before(bytes, at);
            let starts = starts(word);
            let entry = |i: usize| self.table[hash(word >> (8 * i))] & (starts >> (8 * i)) as u8;
            if (1..=STEP).fold(0, |any, i| any | entry(i)) != 0 {
                return Some(at);
            }
            at += STEP;
        }
        None
    }
}

/// The byte before `at` (lowest) and the seven from it, zeros outside.
fn word_before(bytes: &[u8], at: usize) -> u64 {
    if let Some(chunk) = at.checked_sub(1).and_then(|before| bytes[before..].first_chunk::<8>()) {
        return u64::from_le_bytes(*chunk);
    }
    let mut word = [0; 8];
    let (before, rest) = bytes.split_at(at);
    word[0] = before.last().copied().unwrap_or(0);
    for (to, from) in word[1..].iter_mut().zip(rest) {
        *to = *from;
    }
    u64::from_le_bytes(word)
}

/// All ones in every byte but those that are a lower-case letter after another one: the usual
/// arithmetic on eight bytes at once.
fn starts(word: u64) -> u64 {
    let every = |byte: u8| u64::from_le_bytes([byte; 8]);
    let low = word & every(0x7f);
    let from_a = low + every(0x80 - b'a');
    let past_z = low + every(0x7f - b'z');
    let lower = from_a & !past_z & !word & every(0x80);
    let inside = lower & (lower << 8);
    ((!inside & every(0x80)) >> 7) * 0xff
}

/// Of the first three bytes; letters in either case hash alike.
fn hash(word: u64) -> usize {
    let key = (word as u32 | 0x0020_2020) & 0x00FF_FFFF;
    (key.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

impl Term {
    /// Whether it ends at the end of a word, or is the whole identifier; that a word starts is known.
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
        let upper = found[found.len() - 1].is_ascii_uppercase();
        let same_word = |b: &u8| b.is_ascii_lowercase() || (upper && b.is_ascii_uppercase());
        let tail = bytes[end..].iter().take(4).take_while(|b| same_word(b)).count();
        tail == 0 || TAILS.iter().any(|t| t.as_bytes().eq_ignore_ascii_case(&bytes[end..end + tail]))
    }
}

/// Whether the byte can be part of an identifier.
pub fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}
