//! Finds a query's terms in bytes: faster than a general automaton, since terms are few and count only
//! where a word starts.

use super::words::{TAILS, starts_word};

const BITS: u32 = 13;
/// Bytes whose word starts are found together.
const BLOCK: usize = 64;

/// One term: its lower-cased ASCII text and what it is worth.
#[derive(Debug, Clone)]
pub struct Term {
    /// At least three bytes.
    pub text: String,
    pub weight: f64,
    pub kind: Kind,
}

/// Where a term counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At the start of a word, with another ending too.
    Word,
    /// As a whole identifier.
    Name,
    /// As a whole identifier, where it is defined.
    Definition,
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
            let slot = &mut table[hash(u32::from_le_bytes([first[0], first[1], first[2], 0]))];
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

    /// Whether a term may begin as these bytes do.
    pub fn may_start(&self, bytes: &[u8]) -> bool {
        self.table[hash(four(bytes, 0))] != 0
    }

    /// Calls `each` for every hit, in the order of the bytes.
    pub fn find(&self, bytes: &[u8], mut each: impl FnMut(Hit)) {
        for at in (0..bytes.len()).step_by(BLOCK) {
            let mut starts = word_starts(bytes, at);
            while starts != 0 {
                self.find_at(bytes, at + starts.trailing_zeros() as usize, &mut each);
                starts &= starts - 1;
            }
        }
    }

    fn find_at(&self, bytes: &[u8], start: usize, each: &mut impl FnMut(Hit)) {
        let bucket = self.table[hash(four(bytes, start))];
        if bucket == 0 || !starts_word(bytes, start) {
            return;
        }
        for term in &self.buckets[usize::from(bucket)] {
            if self.terms[*term].stands_at(bytes, start) {
                each(Hit { term: *term, start });
            }
        }
    }
}

/// One bit for each of the `BLOCK` bytes from `at` where a word or an identifier may start: a little more
/// than what `starts_word` says. Plain arithmetic on whole blocks, which compilers turn into vectors.
fn word_starts(bytes: &[u8], at: usize) -> u64 {
    let mut padded = [0; BLOCK + 1];
    let window = match at.checked_sub(1).and_then(|from| bytes[from..].first_chunk()) {
        Some(window) => window,
        None => {
            let from = at.saturating_sub(1);
            let rest = &bytes[from..bytes.len().min(at + BLOCK)];
            padded[usize::from(at == 0)..][..rest.len()].copy_from_slice(rest);
            &padded
        }
    };
    let mut flags = [0u8; BLOCK];
    for ((flag, before), here) in flags.iter_mut().zip(&window[..BLOCK]).zip(&window[1..]) {
        let goes_on = alphanumeric(*before) & !between(*here, b'A', b'Z');
        *flag = u8::from((alphanumeric(*here) | (*here == b'_')) & !goes_on);
    }
    let (eights, _) = flags.as_chunks::<8>();
    // The product moves the lowest bits of eight bytes side by side.
    let bits = |eight: &[u8; 8]| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    eights.iter().rev().fold(0, |all, eight| all << 8 | bits(eight))
}

/// Without the branches of the library's.
fn alphanumeric(b: u8) -> bool {
    between(b | 0x20, b'a', b'z') | between(b, b'0', b'9')
}

fn between(b: u8, first: u8, last: u8) -> bool {
    b.wrapping_sub(first) <= last - first
}

/// The bytes from `at`, zeros beyond the end.
fn four(bytes: &[u8], at: usize) -> u32 {
    let rest = &bytes[at..];
    rest.first_chunk().map_or_else(
        || rest.iter().rev().fold(0, |all, byte| all << 8 | u32::from(*byte)),
        |four| u32::from_le_bytes(*four),
    )
}

/// Of the first three bytes; letters in either case hash alike.
fn hash(four: u32) -> usize {
    let key = (four | 0x0020_2020) & 0x00FF_FFFF;
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
        if self.kind != Kind::Word {
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
