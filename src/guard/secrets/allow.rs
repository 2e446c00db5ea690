//! Comments with which people silence scanners.

use crate::guard::{at_line, change};
use crate::record::{Finding, Severity};

const SAME_LINE: &[&str] = &["gitleaks:allow", "pragma: allowlist secret", "trufflehog:ignore", "nosecret", "ggignore"];
const NEXT_LINE: &[&str] = &["pragma: allowlist nextline secret"];

/// Whether the line carries a comment that says: not a secret.
pub fn is_allowed(line: &str) -> bool {
    says(line, SAME_LINE) || says(line, NEXT_LINE)
}

fn says(line: &str, comments: &[&str]) -> bool {
    let lower = line.to_lowercase();
    comments.iter().any(|comment| lower.match_indices(comment).any(|(at, _)| stands_alone(&lower, at, comment.len())))
}

/// `NoSecretError` is no comment.
fn stands_alone(line: &str, at: usize, length: usize) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    !line[..at].ends_with(letter) && !line[at + length..].starts_with(letter)
}

/// Whether a comment on the line, or on the one before, lets a secret on it pass. `line` is counted from 1.
pub fn lets_pass(lines: &[&str], line: u32) -> bool {
    let at = line as usize;
    let get = |i: usize| lines.get(i).copied().unwrap_or_default();
    at > 0 && says(get(at - 1), SAME_LINE) || at > 1 && says(get(at - 2), NEXT_LINE)
}

/// Comments that silence scanners, when there are more of them than before.
pub fn comments(file: &change::FileChange) -> Vec<Finding> {
    let added: Vec<_> = file.added().filter(|line| is_allowed(line.text)).collect();
    if added.len() <= file.removed().filter(|line| is_allowed(line.text)).count() {
        return Vec::new();
    }
    let what = "adds a comment that silences secret scanners";
    added.iter().map(|line| at_line("secrets/allow-comment", Severity::Warning, file.path, line.number, what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_comment_of_its_own_silences() {
        for line in ["k = 'x' # nosecret", "k = 'x' // gitleaks:allow", "k: x #pragma: allowlist secret"] {
            assert!(is_allowed(line), "{line}");
        }
        for line in ["raise NoSecretError('x')", "k_nosecret = 'x'"] {
            assert!(!is_allowed(line), "{line}");
        }
    }
}
