//! A JUnit report that a runner prints instead of writing it to a file.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::node;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["<failure", "<error "], read };

patterns! {
    FAILED = r#"^\s*<(?:failure|error)\b(?:[^>]*?\bmessage="(?P<message>[^"]*)")?"#;
    CASE = r#"<testcase\b[^>]*?\bname="(?P<name>[^"]+)""#;
    AT = r"^\s*❯ (?:\S+ )?(?P<path>\S+\.[cm]?[jt]sx?):(?P<line>[0-9]+):(?P<column>[0-9]+)$";
}

/// No report says more of one test than this.
const LIMIT: usize = 60;

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let Some(failed) = FAILED.captures(lines.get(at)) else { return };
    let Some(case) = lines.before(at, 3).find_map(|(_, l)| CASE.captures(l)) else { return };
    let end = lines.after(at, LIMIT).find(|(_, l)| l.contains("</failure>") || l.contains("</error>"));
    let end = end.map_or(LIMIT, |(end, _)| end - at);
    let stack = node::stack(lines, at, end);
    let pointed = lines.after(at, end).filter_map(|(_, l)| AT.captures(l));
    let pointed = pointed.map(|c| place(group(&c, "path"), group(&c, "line"), group(&c, "column"), "", ""));
    let spots = node::own_only(pointed.chain(stack).collect());
    let quote = plain(group(&failed, "message"));
    out.push(
        Found::new("junit", FailureClass::Test, Rank::Sure, at, &quote)
            .failing(plain(group(&case, "name")))
            .locations(spots),
    );
}

/// The five entities that every report knows.
fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}
