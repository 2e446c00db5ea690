//! Erlang: the compiler, Dialyzer, EUnit.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &[".erl:", ".hrl:"], read };

patterns! {
    MESSAGE = r"^\s*(?P<path>\S+\.[eh]rl):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?: (?P<text>\S.*)$";
    FRAME = r"^\s*%% (?P<path>\S+\.erl):(?P<line>[0-9]+):in ";
    FAILURE = r"Failure/Error: \S";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = FRAME.captures(line) {
        let Some((_, quote)) = lines.before(at, 12).find(|(_, l)| FAILURE.is_match(l)) else { return };
        let spot = place(group(&c, "path"), group(&c, "line"), "", quote, "");
        out.push(Found::new("eunit", FailureClass::Test, Rank::Sure, at, quote).location(spot));
    } else if let Some(c) = MESSAGE.captures(line).filter(|c| !group(c, "text").starts_with("Warning:")) {
        let analysed = lines.before(at, 200).any(|(_, l)| l.contains("Proceeding with analysis"));
        let (tool, class) = if analysed { ("dialyzer", FailureClass::Type) } else { ("erlc", FailureClass::Compile) };
        let column = c.name("column").map_or("", |m| m.as_str());
        let spot = place(group(&c, "path"), group(&c, "line"), column, group(&c, "text"), "");
        out.push(Found::new(tool, class, Rank::Sure, at, line).location(spot));
    }
}
