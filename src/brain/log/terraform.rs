//! Terraform and OpenTofu: diagnostics in their frame, and files that `fmt` would change.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["│ Error: ", "+++ new/", "Error: "], read };

patterns! {
    HEAD = r"^(?:│ )?Error: (?P<text>\S.*)$";
    ON = r"^(?:│)?\s+on (?P<path>\S+\.tf(?:vars|\.json)?) line (?P<line>[0-9]+)";
    DIFF = r"^\+\+\+ new/(?P<path>\S+\.tf\S*)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = DIFF.captures(line) {
        let quote = lines.before(at, 2).find(|(_, l)| l.trim() == group(&c, "path")).map_or(line, |(_, l)| l);
        let spot = place(group(&c, "path"), "", "", "not formatted", "");
        out.push(Found::new("terraform", FailureClass::Format, Rank::Sure, at, quote).location(spot));
        return;
    }
    let Some(c) = HEAD.captures(line) else { return };
    let on = lines.after(at, 6).find_map(|(_, l)| ON.captures(l));
    if on.is_none() && !line.starts_with('│') {
        return;
    }
    let text = group(&c, "text");
    let known = text.contains("query available provider packages") || text.contains("Could not load plugin");
    let class = if known { FailureClass::Dependency } else { FailureClass::Config };
    let spot = on.map(|on| place(group(&on, "path"), group(&on, "line"), "", text, ""));
    let quote = format!("Error: {text}");
    out.push(Found::new("terraform", class, Rank::Strong, at, &quote).locations(spot));
}
