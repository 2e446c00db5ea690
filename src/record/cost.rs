//! What a run cost: the provider's figures, and what had to be assumed where it gave none.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Read anew; what came from the provider's cache, or was written to it, is counted apart.
    pub input: u64,
    pub output: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_read: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_write: u64,
}

impl Tokens {
    /// Those that a model read.
    pub fn read(&self) -> u64 {
        self.input.saturating_add(self.cache_read).saturating_add(self.cache_write)
    }

    pub fn all(&self) -> u64 {
        self.read().saturating_add(self.output)
    }

    pub fn add(&mut self, more: Tokens) {
        let sums = [
            (&mut self.input, more.input),
            (&mut self.output, more.output),
            (&mut self.cache_read, more.cache_read),
            (&mut self.cache_write, more.cache_write),
        ];
        sums.into_iter().for_each(|(sum, more)| *sum = sum.saturating_add(more));
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The part of the sum that is nobody's figure: of answers that broke off, were stopped, or came without any count, what
/// they can have come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assumed {
    pub answers: u64,
    pub tokens: u64,
    pub usd: f64,
}

impl Assumed {
    pub fn is_none(&self) -> bool {
        self.answers == 0
    }

    pub fn add(&mut self, more: Assumed) {
        self.answers = self.answers.saturating_add(more.answers);
        self.tokens = self.tokens.saturating_add(more.tokens);
        self.usd += more.usd;
    }
}
