//! Calls that a changed signature forgot: an argument more, one less, or another order, as the last change did at the
//! other calls; where it changed the definition alone, what went or changed places there.

use super::{Scene, list, place};
use crate::hand::offer;
use crate::hand::recent::{Recent, is_word, occurrences};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::collections::BTreeMap;
use std::ops::Range;

const MOST_CALLS: usize = 60;
const QUOTES: &str = "\"`'";

/// What happened to the arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Added {
        at: usize,
        text: String,
    },
    Removed {
        at: usize,
    },
    /// For each place the one that it came from.
    Ordered(Vec<usize>),
}

/// A function, how many arguments it had, and what became of them.
struct Changed {
    name: String,
    count: usize,
    turn: Turn,
    /// Seen at a call, not only at the definition.
    at_calls: bool,
}

/// `name(…)` in a text: the arguments, each where it stands.
struct Call {
    name: String,
    start: usize,
    arguments: Vec<Range<usize>>,
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    if scene.complaints.is_empty() {
        return Ok(Vec::new());
    }
    let recent = scene.recent()?;
    let mut offers = Vec::new();
    for changed in changes(recent) {
        offers.extend(forgotten(scene, recent, &changed)?);
    }
    Ok(offers)
}

fn changes(recent: &Recent) -> Vec<Changed> {
    let mut found: BTreeMap<(String, usize, Turn), bool> = BTreeMap::new();
    for pair in &recent.pairs {
        for old in calls(&pair.old) {
            let Some(new) = calls(&pair.new).into_iter().find(|call| call.name == old.name) else { continue };
            let definition = is_definition(&pair.old, &old);
            let side = |line: &str, call: &Call| -> Vec<String> {
                let texts = call.arguments.iter().map(|range| line[range.clone()].trim().to_owned());
                if definition {
                    texts.map(|text| parameter(&text)).filter(|name| !name.is_empty()).collect()
                } else {
                    texts.collect()
                }
            };
            let (before, after) = (side(&pair.old, &old), side(&pair.new, &new));
            let Some(turn) = turn(&before, &after) else { continue };
            // What a new parameter shall be, its definition does not say.
            if definition && matches!(turn, Turn::Added { .. }) {
                continue;
            }
            *found.entry((old.name, before.len(), turn)).or_default() |= !definition;
        }
    }
    let changed = found.into_iter().map(|((name, count, turn), at_calls)| Changed { name, count, turn, at_calls });
    let mut changed: Vec<Changed> = changed.collect();
    changed.sort_by_key(|changed| !changed.at_calls);
    changed
}

fn turn(before: &[String], after: &[String]) -> Option<Turn> {
    let without = |list: &[String], at: usize| -> Vec<String> {
        list.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, text)| text.clone()).collect()
    };
    if after.len() == before.len() + 1 {
        let at = (0..after.len()).rev().find(|at| without(after, *at) == before)?;
        return Some(Turn::Added { at, text: after[at].clone() });
    }
    if before.len() == after.len() + 1 {
        return (0..before.len()).rev().find(|at| without(before, *at) == after).map(|at| Turn::Removed { at });
    }
    let order: Vec<usize> = after.iter().filter_map(|text| before.iter().position(|old| old == text)).collect();
    let mut sorted = order.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let is_order = sorted.len() == before.len() && after.len() == before.len() && before != after;
    is_order.then_some(Turn::Ordered(order))
}

/// The calls that still are as before; all of them, then those of the failing files alone.
fn forgotten(scene: &Scene, recent: &Recent, changed: &Changed) -> Result<Vec<Candidate>> {
    let named: Vec<&RelPath> = scene.complaints.iter().flat_map(|c| &c.places).map(|place| &place.path).collect();
    let mut edits: Vec<Edit> = Vec::new();
    for path in scene.job.workshop.files()? {
        let alike = named.iter().any(|other| other.extension() == path.extension());
        // A test calls as the code shall be called, unless the change itself says otherwise.
        if !alike || (place::is_test(path) && !changed.at_calls) {
            continue;
        }
        let Some(text) = offer::editable(scene.job, path)?.and_then(|text| String::from_utf8(text).ok()) else {
            continue;
        };
        edits.extend(in_file(recent, changed, path, &text));
        if edits.len() > MOST_CALLS {
            return Ok(Vec::new());
        }
    }
    let here: Vec<Edit> = edits.iter().filter(|edit| named.contains(&&edit.path)).cloned().collect();
    let what = match changed.turn {
        Turn::Added { .. } => "gave it the new argument",
        Turn::Removed { .. } => "left out the argument that it has no more",
        Turn::Ordered(_) => "put its arguments in the new order",
    };
    let why = format!("{what} where `{}` is called as it was before the last change", changed.name);
    let confidence = if changed.at_calls { Confidence::Suggested } else { Confidence::Unsure };
    let offers = [scene.candidate(edits, why.clone(), confidence)?, scene.candidate(here, why, confidence)?];
    Ok(offers.into_iter().flatten().collect())
}

fn in_file(recent: &Recent, changed: &Changed, path: &RelPath, text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if !occurrences(line, &changed.name).is_empty() && !recent.wrote(path, line.trim_end_matches(['\r', '\n'])) {
            for call in calls(line).iter().filter(|call| call.name == changed.name && !is_definition(line, call)) {
                if call.arguments.len() == changed.count {
                    edits.extend(edit(&changed.turn, line, call).map(|(range, text)| Edit {
                        path: path.clone(),
                        range: start + range.start..start + range.end,
                        text,
                    }));
                }
            }
        }
        start += line.len();
    }
    edits
}

/// All arguments of the call, anew.
fn edit(turn: &Turn, line: &str, call: &Call) -> Option<(Range<usize>, String)> {
    let mut texts: Vec<&str> = call.arguments.iter().map(|range| line[range.clone()].trim()).collect();
    match turn {
        Turn::Added { at, text } => texts.insert(*at, text),
        Turn::Removed { at } => drop(texts.remove(*at)),
        Turn::Ordered(order) => texts = order.iter().map(|from| texts[*from]).collect(),
    }
    let whole = match (call.arguments.first(), call.arguments.last()) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => call.start..call.start,
    };
    Some((whole, texts.join(", ")))
}

/// Those whose arguments end on the same line.
fn calls(line: &str) -> Vec<Call> {
    let opens = line.match_indices('(').map(|(at, _)| at);
    let call = |open: usize| {
        let before = line[..open].trim_end_matches('!');
        let name: String =
            before.chars().rev().take_while(|c| is_word(*c)).collect::<Vec<_>>().into_iter().rev().collect();
        let first = name.chars().next()?;
        let (arguments, _) = list::parts(&line[open + 1..], QUOTES)?;
        let arguments = arguments.into_iter().map(|range| open + 1 + range.start..open + 1 + range.end).collect();
        (!first.is_ascii_digit()).then_some(Call { name, start: open + 1, arguments })
    };
    opens.filter_map(call).collect()
}

fn is_definition(line: &str, call: &Call) -> bool {
    let before = line[..call.start - 1].trim_end_matches(&call.name).trim_end();
    let last = before.rsplit(|c: char| !is_word(c)).next().unwrap_or_default();
    ["def", "fn", "func", "function"].contains(&last)
        // Go's receiver, or a type before the name and a body behind it.
        || (before.starts_with("func (") && before.ends_with(')'))
        || (line.trim_end().ends_with('{') && !last.is_empty() && !["return", "if", "while", "for", "switch", "await", "else", "new", "throw"].contains(&last))
}

/// The name of a parameter; nothing for the receiver.
fn parameter(text: &str) -> String {
    let bare = text.trim_start_matches(['&', '*', ' ']).trim_start_matches("mut ");
    let name = bare.split(['=', ':']).next().unwrap_or(bare).trim();
    // C and Java have the type first, Go has it last.
    if ["self", "cls"].contains(&name) { String::new() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_taken_apart() {
        let texts = |line: &str| {
            let all = calls(line);
            all.iter()
                .map(|c| (c.name.clone(), c.arguments.iter().map(|r| line[r.clone()].to_owned()).collect::<Vec<_>>()))
                .collect::<Vec<_>>()
        };
        let found = texts("x = f(a, g(1, 2), \"(,\", [3, 4])");
        assert_eq!(found[0], ("f".to_owned(), ["a", "g(1, 2)", "\"(,\"", "[3, 4]"].map(str::to_owned).to_vec()));
        assert_eq!(found[1].1, ["1", "2"]);
        assert!(texts("f(a,").is_empty());
    }

    #[test]
    fn what_became_of_the_arguments() {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(turn(&list("a b"), &list("a x b")), Some(Turn::Added { at: 1, text: "x".to_owned() }));
        assert_eq!(turn(&list("a b c"), &list("a c")), Some(Turn::Removed { at: 1 }));
        assert_eq!(turn(&list("a b c"), &list("c a b")), Some(Turn::Ordered(vec![2, 0, 1])));
        assert_eq!(turn(&list("a b"), &list("a c")), None);
        assert_eq!(turn(&list("a b"), &list("a b")), None);
    }
}
