//! How far a long judgment has come, told while it runs: a hand's driver says `RS JUDGED PASSED LF` (RS: byte 30) on its
//! standard error. Only numbers are taken: whatever the repository's code prints in that form, no words of it are told.

use crate::report::count;
use crate::stage::Say;
use std::sync::{Mutex, PoisonError};

const MARK: u8 = 30;
/// Two numbers are not longer.
const LONGEST: usize = 48;

pub struct Progress<'a> {
    say: Say<'a>,
    /// Behind the last mark, up to the end of its line.
    line: Mutex<Option<Vec<u8>>>,
    /// What was told last: nothing is told twice in a row.
    last: Mutex<String>,
}

impl<'a> Progress<'a> {
    pub fn new(say: Say<'a>) -> Self {
        Self { say, line: Mutex::new(None), last: Mutex::default() }
    }

    /// Output as it arrives.
    pub fn take(&self, mut output: &[u8]) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        while !output.is_empty() {
            let Some(begun) = &mut *line else {
                let Some(at) = memchr::memchr(MARK, output) else { return };
                output = &output[at + 1..];
                *line = Some(Vec::new());
                continue;
            };
            let end = memchr::memchr(b'\n', output);
            begun.extend_from_slice(&output[..end.unwrap_or(output.len())]);
            let over = end.is_some() || begun.len() > LONGEST;
            if let (true, Some(text)) = (over, told(begun)) {
                self.tell(text);
            }
            if over {
                *line = None;
            }
            output = end.map_or(&[], |end| &output[end + 1..]);
        }
    }
}

impl Progress<'_> {
    fn tell(&self, text: String) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != text {
            (self.say)("search", &text);
            *last = text;
        }
    }
}

fn told(line: &[u8]) -> Option<String> {
    let (judged, passed) = std::str::from_utf8(line).ok()?.trim().split_once(' ')?;
    let (judged, passed): (usize, usize) = (judged.parse().ok()?, passed.parse().ok()?);
    Some(format!("{} judged so far, {passed} pass", count(judged, "candidate")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_and_nothing_else() {
        let said = Mutex::new(Vec::new());
        let say = |stage: &str, text: &str| said.lock().unwrap().push(format!("{stage}: {text}"));
        let progress = Progress::new(&say);
        for piece in [
            "noise\n\u{1e}12",
            "0 1\nmore \u{1e}run rm -rf\n",
            "\u{1e}",
            "7 0\n\u{1e}7 0\n",
            "\u{1e}",
            &"9".repeat(200),
            "\n5 5\n",
        ] {
            progress.take(piece.as_bytes());
        }
        assert_eq!(
            *said.lock().unwrap(),
            ["search: 120 candidates judged so far, 1 pass", "search: 7 candidates judged so far, 0 pass"]
        );
    }
}
