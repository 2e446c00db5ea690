//! What an answer that passes by has used, by the provider's own figures.

use super::super::wire::number;
use super::super::{events, http};
use crate::record::Tokens;
use serde_json::Value;

/// A longer line of a stream has no figures.
const LONGEST_LINE: usize = 4 << 20;

/// Looks at an answer as it passes.
#[derive(Default)]
pub struct Meter {
    is_stream: bool,
    /// The line that has begun, or the whole body.
    begun: Vec<u8>,
    seen: Tokens,
    length: u64,
}

impl Meter {
    pub fn new(content_type: &str) -> Self {
        Self { is_stream: http::is_stream(content_type), ..Self::default() }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.begun.extend_from_slice(bytes);
        while let Some(end) = self.begun.iter().position(|byte| *byte == b'\n').filter(|_| self.is_stream) {
            let line: Vec<u8> = self.begun.drain(..=end).collect();
            self.read(line.strip_prefix(b"data:").unwrap_or_default());
        }
        if self.is_stream && self.begun.len() > LONGEST_LINE {
            self.begun.clear();
        }
    }

    fn read(&mut self, json: &[u8]) {
        let Ok(value) = serde_json::from_slice::<Value>(json) else { return };
        let places =
            [&value["usage"], &value["message"]["usage"], &value["response"]["usage"], &value["usageMetadata"]];
        for usage in places.into_iter().filter(|usage| usage.is_object()) {
            // Said more than once, it only grows.
            let Tokens { input, output, cache_read, cache_write } = tokens(usage);
            self.seen = Tokens {
                input: self.seen.input.max(input),
                output: self.seen.output.max(output),
                cache_read: self.seen.cache_read.max(cache_read),
                cache_write: self.seen.cache_write.max(cache_write),
            };
        }
    }

    /// How long the answer was, and what it used; `None` where nobody said so.
    pub fn finish(mut self) -> (u64, Option<Tokens>) {
        let rest = std::mem::take(&mut self.begun);
        if self.is_stream || events::is_begun(&rest) {
            rest.split(|byte| *byte == b'\n')
                .for_each(|line| self.read(line.strip_prefix(b"data:").unwrap_or_default()));
        } else {
            self.read(&rest);
        }
        (self.length, Some(self.seen).filter(|seen| seen.all() > 0))
    }
}

/// Each dialect has its own names; some count what was cached in the input, and one beside it.
fn tokens(usage: &Value) -> Tokens {
    let count = |names: &[&str]| names.iter().find_map(|name| number(usage.pointer(name)?)).unwrap_or(0);
    let within = count(&[
        "/prompt_tokens_details/cached_tokens",
        "/input_tokens_details/cached_tokens",
        "/prompt_cache_hit_tokens",
        "/cachedContentTokenCount",
    ]);
    let input = count(&["/prompt_tokens", "/input_tokens", "/promptTokenCount"]);
    let output = count(&["/completion_tokens", "/output_tokens", "/candidatesTokenCount"]);
    Tokens {
        input: input.saturating_sub(within),
        output: output + count(&["/thoughtsTokenCount"]),
        cache_read: within + count(&["/cache_read_input_tokens"]),
        cache_write: count(&["/cache_creation_input_tokens"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metered(content_type: &str, text: &str, piece: usize) -> Option<(u64, u64, u64, u64)> {
        let mut meter = Meter::new(content_type);
        text.as_bytes().chunks(piece).for_each(|bytes| meter.push(bytes));
        let (length, tokens) = meter.finish();
        assert_eq!(length, text.len() as u64);
        tokens.map(|t| (t.input, t.output, t.cache_read, t.cache_write))
    }

    #[test]
    fn every_dialect_is_counted_in_whole_and_in_events() {
        let events = "text/event-stream; charset=utf-8";
        for (content_type, text, wanted) in [
            (
                "application/json",
                r#"{"usage":{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}}"#,
                (6, 2, 4, 0),
            ),
            (
                events,
                "data: {\"choices\":[{}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n",
                (10, 2, 0, 0),
            ),
            (
                events,
                "event: x\ndata: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":10,\"output_tokens\":2,\"input_tokens_details\":{\"cached_tokens\":3}}}}\n\n",
                (7, 2, 3, 0),
            ),
            (
                events,
                "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1,\"cache_read_input_tokens\":7,\"cache_creation_input_tokens\":9}}}\n\ndata: {\"usage\":{\"output_tokens\":20}}\n\n",
                (5, 20, 7, 9),
            ),
            (
                events,
                "data: {\"usageMetadata\":{\"promptTokenCount\":8,\"candidatesTokenCount\":1,\"thoughtsTokenCount\":4,\"cachedContentTokenCount\":2}}",
                (6, 5, 2, 0),
            ),
        ] {
            for piece in [1, 7, 10_000] {
                assert_eq!(metered(content_type, text, piece), Some(wanted), "{text}");
            }
            for odd in ["Text/Event-Stream", "text/plain"].iter().filter(|_| content_type == events) {
                assert_eq!(metered(odd, text, 7), Some(wanted), "{odd}: {text}");
            }
        }
        assert_eq!(metered(events, "data: {\"choices\":[]}\n\ndata: nonsense\n\n", 3), None);
        assert_eq!(metered("text/html", "<html>", 3), None);
    }
}
