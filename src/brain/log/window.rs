//! Streams a log of any size in bounded memory: keeps the head, the lines around telling words, and
//! the tail.

use crate::record::LogReport;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::VecDeque;
use std::sync::LazyLock;

/// A log up to this size is kept whole.
const HEAD: usize = 2 * 1024 * 1024;
/// The first and the last telling passages after the head, each.
const TELLING: usize = 1024 * 1024;
const TAIL: usize = 1024 * 1024;
/// Bytes kept before and after a telling word: a compiler's snippet, a stack trace.
const BEFORE: usize = 2 * 1024;
const AFTER: usize = 6 * 1024;

/// Words that failures are told with. A passage without any of them is kept only in head or tail.
const WORDS: [&str; 20] = [
    "error",
    "Error",
    "ERROR",
    "FAIL",
    "Fail",
    "fail:",
    "failed",
    "panic",
    "Traceback",
    "fatal",
    "Exception",
    "Killed",
    "denied",
    "not found",
    "no space",
    "No space",
    "timed out",
    "would reformat",
    "##[group]Run",
    "##[endgroup]",
];

static TELLING_WORDS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(WORDS).ok());

/// Takes a log piece by piece.
#[derive(Default)]
pub struct Reader {
    head: Vec<u8>,
    first: Vec<u8>,
    last: VecDeque<Vec<u8>>,
    last_bytes: usize,
    tail: Vec<u8>,
    /// How many bytes of `tail` were already kept as part of a telling passage.
    kept: usize,
    /// How many bytes of `tail` were already searched.
    searched: usize,
}

impl Reader {
    pub fn push(&mut self, mut bytes: &[u8]) {
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
        log.append(&mut self.first);
        for passage in &self.last {
            log.push(b'\n');
            log.extend_from_slice(passage);
        }
        log.extend_from_slice(&self.tail[self.kept.min(self.tail.len())..]);
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
            let start = line_start(&tail, hit.saturating_sub(BEFORE)).max(self.kept);
            let stop = line_end(&tail, (hit + AFTER).min(tail.len())).max(start);
            self.keep(&tail[start..stop]);
            self.kept = stop;
            at = stop.max(hit + 1);
        }
        self.searched = at.max(end);
        self.tail = tail;
    }

    fn keep(&mut self, passage: &[u8]) {
        if self.last.is_empty() && self.first.len() + passage.len() <= TELLING {
            self.first.push(b'\n');
            self.first.extend_from_slice(passage);
            return;
        }
        self.last_bytes += passage.len();
        self.last.push_back(passage.to_vec());
        while self.last_bytes > TELLING
            && let Some(oldest) = self.last.pop_front()
        {
            self.last_bytes -= oldest.len();
        }
    }

    fn drop_front(&mut self) {
        let gone = self.tail.len() - TAIL;
        self.tail.drain(..gone);
        self.kept = self.kept.saturating_sub(gone);
        self.searched = self.searched.saturating_sub(gone);
    }
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
