//! Any tool's error lines, when no parser knows better.

use super::found::{Found, Rank, patterns};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &["rror", "ERR", "FAIL", "fail", "fatal", "FATAL", "##[error]", "xception", "panic", "abort", "✖", "⨯", "✘"],
    read,
};

patterns! {
    CLOSING = r"^##\[error\](?:Process completed with exit code|The process '.*' failed with exit code|The operation was canceled|Bash exited with code)";
    LEADING = r"^\s*(?:##\[error\]|::error[^:]*::)?\s*(?:\[?(?:[Ee]rror|ERROR|fatal|FATAL|Fatal|panic|Uncaught)\b|[✖⨯✘✗×] |[\w.]+(?:Error|Exception)\b: )";
    EMPTY = r"(?i)\b(?:an )?(?:unexpected|unknown|internal) error (?:has )?(?:occurred|happened)\.?$|\bsomething went wrong\b|\bcommand failed(?: with exit code|$)|\bexited? with (?:code|status)\b|\bscript \S+ exited\b|\bexit(?:ed)? (?:code|status) [0-9]+|\bexited [0-9]+";
    RUNNER = r"^##\[error\]\S";
    ZERO = r"\b(?:0 (?:errors?|failures?|failed)|[Nn]o errors?|errors?[:=] ?0)\b";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.marked(at);
    let rank = if CLOSING.is_match(line) {
        Rank::Echo
    } else if ZERO.is_match(line) {
        return;
    } else if EMPTY.is_match(line) {
        Rank::Wrapper
    } else if LEADING.is_match(line) {
        Rank::Generic
    } else if RUNNER.is_match(line) {
        Rank::Wrapper
    } else {
        return;
    };
    out.push(Found::new("", FailureClass::Unknown, rank, at, line));
}
