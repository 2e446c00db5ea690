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

/// Whole values that nobody keeps secret.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "secret",
    "token",
    "user",
    "username",
    "admin",
    "root",
    "test",
    "postgres",
    "mysql",
    "guest",
    "pass123",
    "password1",
    "password123",
    "passw0rd",
    "secret123",
    "mypassword",
    "mysecret",
    "mytoken",
    "foo",
    "bar",
    "string",
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

/// From this entropy on a rule means random characters, which no words are.
const RANDOM: f64 = 2.5;

/// Whether `secret`, found by `rule`, can be a real one.
pub fn is_plausible(rule: &Rule, secret: &str) -> bool {
    let lower = secret.to_lowercase();
    if entropy(secret) < rule.entropy || is_published(&lower) {
        return false;
    }
    let by_form = rule.entropy == 0.0;
    let words = rule.entropy >= RANDOM && is_word_like(secret);
    by_form || !(is_stand_in(&lower) || is_reference(&lower, secret) || words)
}

/// Documentation's own examples of real forms.
fn is_published(lower: &str) -> bool {
    lower.contains("example") || lower.contains("xxxxxxxx") || has_one_letter(lower)
}

fn is_stand_in(lower: &str) -> bool {
    WORDS.contains(&lower) || STAND_INS.iter().any(|word| lower.contains(word)) || has_one_letter(lower)
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
