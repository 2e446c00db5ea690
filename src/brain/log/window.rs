//! Streams a log of any size in bounded memory: keeps the head, the lines around telling words, and
//! the tail.

use super::wide::Wide;
use crate::record::LogReport;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::VecDeque;
use std::sync::LazyLock;

/// A log up to this size is kept whole.
const HEAD: usize = 1024 * 1024;
/// The first and the last telling passages after the head, each.
const TELLING: usize = 512 * 1024;
const TAIL: usize = 512 * 1024;
/// Bytes kept before and after a telling word: a compiler's snippet, a stack trace.
const BEFORE: usize = 2 * 1024;
const AFTER: usize = 6 * 1024;

/// Words that failures are told with: up to `PLAIN` they announce one, from there on they may only be part of
/// a name. A passage without any of them is kept only in head or tail.
const WORDS: [&str; 29] = [
    "error:",
    "error[",
    " error ",
    "Error:",
    "ERROR",
    "##[error]",
    "FAIL",
    "panicked",
    "Traceback",
    "fatal:",
    "Exception:",
    "Killed",
    "denied",
    "o space left",
    "would reformat",
    "ould not ",
    "cannot ",
    "npm ERR",
    "what went wrong",
    "##[group]Run",
    "##[endgroup]", // plain from here
    "error",
    "Error",
    "Fail",
    "fail",
    "Exception",
    "timed out",
    "not found",
    "fatal",
];
const PLAIN: usize = 21;

static TELLING_WORDS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(WORDS).ok());

/// Takes a log piece by piece.
#[derive(Default)]
pub struct Reader {
    wide: Wide,
    head: Vec<u8>,
    announcing: Shelf,
    plain: Shelf,
    tail: Vec<u8>,
    /// Where `tail` starts in the log.
    offset: usize,
    /// How many bytes of `tail` were already kept as part of an announced failure.
    kept: usize,
    /// The same for plain words.
    plain_kept: usize,
    /// How many bytes of `tail` were already searched.
    searched: usize,
}

/// The first and the last passages of one kind, with their place in the log.
#[derive(Default)]
struct Shelf {
    first: Vec<(usize, Vec<u8>)>,
    first_bytes: usize,
    last: VecDeque<(usize, Vec<u8>)>,
    last_bytes: usize,
}

impl Shelf {
    fn keep(&mut self, offset: usize, passage: &[u8]) {
        if self.last.is_empty() && self.first_bytes + passage.len() <= TELLING {
            self.first_bytes += passage.len();
            self.first.push((offset, passage.to_vec()));
            return;
        }
        self.last_bytes += passage.len();
        self.last.push_back((offset, passage.to_vec()));
        while self.last_bytes > TELLING
            && let Some((_, oldest)) = self.last.pop_front()
        {
            self.last_bytes -= oldest.len();
        }
    }
}

impl Reader {
    pub fn push(&mut self, bytes: &[u8]) {
        match self.wide.decode(bytes) {
            Some(text) => self.take(&text),
            None => self.take(bytes),
        }
    }

    fn take(&mut self, mut bytes: &[u8]) {
        let room = HEAD - self.head.len();
        let (head, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(head);
        bytes = rest;
        for piece in bytes.chunks(TAIL) {
            self.tail.extend_from_slice(piece);
            if self.tail.len() >= 2 * TAIL {
                self.search();
                self.drop_front();
            }
        }
    }

    pub fn finish(self) -> LogReport {
        super::read_kept(&self.into_text())
    }

    /// The report and the commands that the log shows as run.
    pub fn finish_with_steps(self) -> (LogReport, Vec<super::RunBlock>) {
        let text = self.into_text();
        (super::read_kept(&text), super::steps(&text))
    }

    fn into_text(mut self) -> String {
        let mut log = std::mem::take(&mut self.head);
        let shelves = [self.announcing, self.plain];
        let mut passages: Vec<(usize, Vec<u8>)> =
            shelves.into_iter().flat_map(|s| s.first.into_iter().chain(s.last)).collect();
        passages.sort_by_key(|(offset, _)| *offset);
        for (_, passage) in &passages {
            log.push(b'\n');
            log.extend_from_slice(passage);
        }
        let rest = &self.tail[self.kept.min(self.tail.len())..];
        if !passages.is_empty() {
            log.push(b'\n');
        }
        log.extend_from_slice(rest);
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Keeps the telling passages of the part of the tail that will be dropped.
    fn search(&mut self) {
        let Some(words) = TELLING_WORDS.as_ref() else { return };
        let tail = std::mem::take(&mut self.tail);
        let end = tail.len() - TAIL;
        let mut at = self.searched;
        while at < end
            && let Some(found) = words.find(&tail[at..end])
        {
            let hit = at + found.start();
            let plain = found.pattern().as_usize() >= PLAIN;
            if plain && is_passing(&tail[hit..line_end(&tail, hit)]) {
                at = line_end(&tail, hit).max(hit + 1);
                continue;
            }
            // What only a plain word kept may be given up later: an announced failure keeps it again.
            let known = if plain { self.kept.max(self.plain_kept) } else { self.kept };
            let start = line_start(&tail, hit.saturating_sub(BEFORE)).max(known);
            // A plain word keeps its neighbourhood only: an announced failure may start right after it.
            let reach = if plain { BEFORE } else { AFTER };
            let stop = line_end(&tail, (hit + reach).min(tail.len())).max(start);
            let shelf = if plain { &mut self.plain } else { &mut self.announcing };
            if start < stop {
                shelf.keep(self.offset + start, &tail[start..stop]);
            }
            *(if plain { &mut self.plain_kept } else { &mut self.kept }) = stop;
            at = if plain { at + found.end() } else { stop.max(hit + 1) };
        }
        self.searched = at.max(end);
        self.tail = tail;
    }

    fn drop_front(&mut self) {
        let gone = self.tail.len() - TAIL;
        self.tail.drain(..gone);
        self.offset += gone;
        self.kept = self.kept.saturating_sub(gone);
        self.plain_kept = self.plain_kept.saturating_sub(gone);
        self.searched = self.searched.saturating_sub(gone);
    }
}

/// A test whose name speaks of errors, and which passed.
fn is_passing(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_end();
    let signs: [&[u8]; 4] = [b"ok", b"PASSED", b"SUCCESS", b"\x1b[0m"];
    signs.iter().any(|sign| rest.ends_with(sign)) && !rest.ends_with(b"not ok")
}

/// The start of the line that holds `at`, or `at` where the line is very long.
fn line_start(bytes: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(BEFORE);
    memchr::memrchr(b'\n', &bytes[from..at]).map_or(at, |found| from + found + 1)
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    let to = (at + BEFORE).min(bytes.len());
    memchr::memchr(b'\n', &bytes[at..to]).map_or(at, |found| at + found + 1)
}

#[cfg(test)]
mod tests {
    use super::super::steps;
    use super::*;

    const FAILURE: &str =
        "test a::fails ... FAILED\n---- a::fails stdout ----\nthread 'a::fails' panicked at src/a.rs:4:5:\nboom\n";

    /// Boring lines, some of them with telling words in names, `before` and `after` the failure.
    fn read(before: usize, after: usize) -> LogReport {
        let mut reader = Reader::default();
        let boring = |count: usize, reader: &mut Reader| {
            for number in 0..count {
                reader.push(
                    format!("test errors::case_{number}_fails_well ... ok\nresolved item {number} of error_items\n")
                        .as_bytes(),
                );
            }
        };
        boring(before, &mut reader);
        reader.push(FAILURE.as_bytes());
        boring(after, &mut reader);
        assert!(reader.head.len() + reader.tail.capacity() < 8 * 1024 * 1024);
        reader.finish()
    }

    #[test]
    fn a_failure_is_found_wherever_it_stands() {
        for (before, after) in [(0, 0), (0, 30_000), (30_000, 30_000), (40_000, 0), (40_000, 2_000)] {
            let report = read(before, after);
            assert_eq!(report.failing, ["a::fails"], "{before} {after}");
            assert_eq!(report.first_error.as_deref(), Some("boom"), "{before} {after}");
        }
    }

    #[test]
    fn pieces_make_no_difference() {
        let mut reader = Reader::default();
        FAILURE.as_bytes().chunks(3).for_each(|piece| reader.push(piece));
        assert_eq!(reader.finish(), super::super::read(FAILURE));
    }

    #[test]
    fn what_powershell_redirects_is_read_in_any_pieces() {
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            let wide: Vec<u8> = format!("\u{feff}\u{1f980} {FAILURE}").encode_utf16().flat_map(unit).collect();
            for size in [1, 3, 5, wide.len()] {
                let mut reader = Reader::default();
                wide.chunks(size).for_each(|piece| reader.push(piece));
                assert_eq!(reader.finish().failing, ["a::fails"], "{size}");
            }
        }
    }

    /// Ends: a pattern that looks back or ahead without bound would not.
    #[test]
    fn monstrous_lines_are_read() {
        for unit in ["(((((((((", "error: ", "\u{1b}[", "at f (", "[{\"a\":", "/a/b:1:2: error: ", "1) ", "\r"] {
            super::super::read(&unit.repeat(200_000 / unit.len()));
            super::super::read(&format!("{unit}\n").repeat(20_000 / unit.len()));
            steps(&unit.repeat(200_000 / unit.len()));
        }
    }
}
