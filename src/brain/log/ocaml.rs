//! OCaml, and what prints places the same way.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["File \""], read };

patterns! {
    PLACE = r#"^File "(?P<path>[^"]+\.(?:mli?|mll|mly|v|dune)|dune[^"]*)", lines? (?P<line>[0-9]+)(?:-[0-9]+)?(?:, characters (?P<column>[0-9]+)-[0-9]+)?:"#;
    ERROR = r"^(?:Error|Alert|Error \([^)]*\)): \S.*$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let Some(c) = PLACE.captures(lines.get(at)) else { return };
    let body = lines.after(at, 10).take_while(|(_, l)| !PLACE.is_match(l));
    let Some((index, quote)) = body.into_iter().find(|(_, l)| ERROR.is_match(l)) else { return };
    let column = c.name("column").map_or("", |m| m.as_str());
    let spot = place(group(&c, "path"), group(&c, "line"), column, quote, "");
    out.push(Found::new("ocaml", FailureClass::Compile, Rank::Sure, index, quote).location(spot));
}
