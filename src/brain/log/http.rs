//! HTTP statuses that a tool reports when a request of its own failed.

use super::found::{Found, Rank, group, patterns};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[" 401", " 403", " 404", " 407", " 408", " 429", " 500", " 502", " 503", " 504", "(4", "(5", "=4", "=5"],
    read,
};

patterns! {
    STATUS = r"(?i)\b(?:https?(?:/[0-9.]+)?|status|response|returned|request|download\w*|fetch\w*|upload\w*|code)\b[^0-9\n]{0,40}\b(?P<status>401|403|404|407|408|429|500|502|503|504|522|524)\b";
    ERROR = r"(?i)^\W*(?:\w+ )?(?:error|fatal|failed|err!|e:|curl|unexpected|could not|unable)|\berror\b";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let Some(c) = STATUS.captures(line) else { return };
    let class = match group(&c, "status") {
        "401" | "403" | "407" => FailureClass::Permission,
        "404" => FailureClass::Dependency,
        _ => FailureClass::Transient,
    };
    if ERROR.is_match(line) {
        out.push(Found::new("http", class, Rank::Generic, at, line));
    }
}
