//! A stream's head and tail in bounded memory.

/// Keeps the first and the last half of `limit` bytes.
pub struct Keep {
    half: usize,
    head: Vec<u8>,
    tail: Vec<u8>,
    total: usize,
}

impl Keep {
    pub fn new(limit: usize) -> Self {
        Self { half: (limit / 2).max(1), head: Vec::new(), tail: Vec::new(), total: 0 }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len();
        let (first, rest) = bytes.split_at(bytes.len().min(self.half - self.head.len()));
        self.head.extend_from_slice(first);
        self.tail.extend_from_slice(&rest[rest.len().saturating_sub(self.half)..]);
        // Twice the room before moving anything keeps the cost per byte constant.
        if self.tail.len() > 2 * self.half {
            self.tail.drain(..self.tail.len() - self.half);
        }
    }

    pub fn total(&self) -> usize {
        self.total
    }

    /// The kept bytes, with a line that says how much is missing, and whether any is.
    pub fn finish(mut self) -> (Vec<u8>, bool) {
        self.tail.drain(..self.tail.len().saturating_sub(self.half));
        let missing = self.total - self.head.len() - self.tail.len();
        if missing > 0 {
            self.head.extend_from_slice(format!("\n[... {missing} bytes left out ...]\n").as_bytes());
        }
        self.head.append(&mut self.tail);
        (self.head, missing > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(limit: usize, pieces: &[&str]) -> (String, bool) {
        let mut keep = Keep::new(limit);
        pieces.iter().for_each(|p| keep.push(p.as_bytes()));
        let (bytes, cut) = keep.finish();
        (String::from_utf8(bytes).unwrap(), cut)
    }

    #[test]
    fn head_and_tail_stay() {
        assert_eq!(kept(8, &["abc", "defgh"]), ("abcdefgh".into(), false));
        assert_eq!(kept(8, &["abcdefghi"]), ("abcd\n[... 1 bytes left out ...]\nfghi".into(), true));
        let many: Vec<String> = (0..100).map(|n| format!("{n:02}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(kept(8, &many), ("0001\n[... 192 bytes left out ...]\n9899".into(), true));
    }
}
