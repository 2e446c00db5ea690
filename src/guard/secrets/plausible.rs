//! Tells secrets from placeholders, references and plain words.

use crate::mask::finder::{Rule, entropy};

/// Parts of values that stand for a secret and are none.
const STAND_INS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "replace",
    "your",
    "dummy",
    "sample",
    "redacted",
    "fake",
    "mock",
    "insert",
    "todo",
    "xxxx",
    "****",
    "....",
    "1234567890",
    "abcdefgh",
    "00000000",
    "deadbeef",
    "foobar",
    "undefined",
    "not-a-secret",
    "notasecret",
];

/// What a reference to a secret kept elsewhere looks like.
const REFERENCES: &[&str] = &[
    "${",
    "{{",
    "$(",
    "#{",
    "%(",
    "%s",
    "{0}",
    "<%",
    "process.env",
    "os.environ",
    "getenv",
    "env.",
    "env[",
    "secrets.",
    "config.",
    "settings.",
    "vault:",
    "ssm:",
    "arn:",
    "keyring",
    "op://",
    "file://",
];

/// Whether `secret`, found by `rule`, can be a real one.
pub fn is_plausible(rule: &Rule, generic: bool, secret: &str) -> bool {
    if entropy(secret) < rule.entropy {
        return false;
    }
    let lower = secret.to_lowercase();
    if generic {
        !is_stand_in(&lower) && !is_reference(&lower, secret) && !is_word_like(secret)
    } else {
        !is_published(&lower) && (rule.entropy == 0.0 || !is_reference(&lower, secret) && !is_stand_in(&lower))
    }
}

/// Documentation's own examples of real forms.
fn is_published(lower: &str) -> bool {
    lower.contains("example") || lower.contains("xxxxxxxx") || has_one_letter(lower)
}

fn is_stand_in(lower: &str) -> bool {
    STAND_INS.iter().any(|word| lower.contains(word)) || has_one_letter(lower)
}

/// Nothing but one character, or two, over and over, after the form's own prefix.
fn has_one_letter(lower: &str) -> bool {
    let tail = lower.rsplit(['_', '-', '.', ':']).next().unwrap_or(lower);
    let mut letters: Vec<char> = tail.chars().collect();
    let count = letters.len();
    letters.sort_unstable();
    letters.dedup();
    count >= 6 && letters.len() <= 2
}

fn is_reference(lower: &str, secret: &str) -> bool {
    let bracketed = |open, close| secret.starts_with(open) && secret.ends_with(close);
    REFERENCES.iter().any(|word| lower.contains(word))
        || secret.starts_with(['$', '@', '&', '*', '/', '.', '~'])
        || bracketed('<', '>')
        || bracketed('[', ']')
        || bracketed('{', '}')
        || bracketed('%', '%')
        || secret.contains("::")
        || secret.contains("://")
        || secret.contains(['(', ')'])
}

/// A name, a sentence's word, a path, a version: letters alone, or letters cut by `_`, `-`, `.` or `/`.
fn is_word_like(secret: &str) -> bool {
    let letters = |part: &str| part.chars().all(char::is_alphabetic);
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    let parts: Vec<&str> = secret.split(['_', '-', '.', '/', ':', ' ', '[', ']']).collect();
    parts.iter().all(|part| letters(part) || digits(part)) && !looks_random(secret)
}

/// Capitals and small letters mixed as no name mixes them.
fn looks_random(secret: &str) -> bool {
    let chars: Vec<char> = secret.chars().collect();
    let switches =
        chars.windows(3).filter(|w| w[0].is_uppercase() && w[1].is_lowercase() && w[2].is_uppercase()).count();
    chars.len() >= 16 && switches >= 3
}
