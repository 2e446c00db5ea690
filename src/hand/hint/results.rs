//! Go: a call gives more values than are taken, or a `return` fewer than are promised: the error is taken, `nil` or an
//! empty value is given for what is not there.

use super::said::Said;
use super::{Scene, lines, list};
use crate::hand::offer;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::ops::Range;

static ASSIGNED: Said = Said::new(&[
    r"assignment mismatch: (?P<taken>[0-9]+) variables? but (?P<call>.+) returns? (?P<given>[0-9]+) values?",
]);
const MOST_OFFERS: usize = 4;
/// Lines below the call in which its last value is asked for.
const BELOW: u32 = 6;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first().filter(|place| place.path.extension() == "go") else { continue };
        let Some(bytes) = offer::editable(scene.job, &place.path)? else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((start, line)) = lines::line(&text, place.line) else { continue };
        let mut found: Vec<(Range<usize>, String, String)> = Vec::new();
        if let Some(said) = ASSIGNED.captures(&complaint.message) {
            let count = |name: &str| said[name].parse::<usize>().unwrap_or(0);
            let below =
                lines::line(&text, place.line + 1).is_some_and(|(_, next)| next.trim_start().starts_with("if err "));
            let asks = (below || scene.log.contains("undefined: err")).then(|| "err".to_owned());
            let asks = asks.or_else(|| asked(scene, &place.path, place.line));
            found.extend(
                taken(line, count("taken"), count("given"), asks.as_deref())
                    .map(|(range, new)| (range, new, "took as many values as the call gives".to_owned())),
            );
        } else if complaint.message.starts_with("not enough return values") {
            for (range, new) in given(line, &scene.log, &complaint.message) {
                found.push((range, new, "gave back as many values as are promised".to_owned()));
            }
        }
        for (range, text, why) in found.into_iter().take(MOST_OFFERS) {
            let edit = Edit { path: place.path.clone(), range: start + range.start..start + range.end, text };
            let why = format!("{why}, in line {} of {}", place.line, place.path);
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The name that is missed within the next lines.
fn asked(scene: &Scene, path: &RelPath, line: u32) -> Option<String> {
    scene.complaints.iter().find_map(|complaint| {
        let place = complaint.places.first()?;
        let near = place.path == *path && (line..line + BELOW).contains(&place.line);
        complaint.message.strip_prefix("undefined: ").filter(|name| near && !name.contains('.')).map(str::to_owned)
    })
}

/// The left side of `x := f()` with a name more, or with those too many gone. `asks`: what somebody reads below.
fn taken(line: &str, taken: usize, given: usize, asks: Option<&str>) -> Option<(Range<usize>, String)> {
    let end = line.find(":=").or_else(|| line.find(" = ").map(|at| at + 1))?;
    let start = line.len() - line.trim_start().len();
    let start = ["if ", "switch ", "for ", "var "]
        .iter()
        .find(|word| line[start..].starts_with(**word))
        .map_or(start, |word| start + word.len());
    let names: Vec<&str> = line.get(start..end)?.split(',').map(str::trim).collect();
    if names.len() != taken || names.iter().any(|name| name.is_empty()) {
        return None;
    }
    let mut new: Vec<&str> = names;
    while new.len() < given {
        new.push(asks.filter(|_| new.len() + 1 == given).unwrap_or("_"));
    }
    new.truncate(given);
    let space = if line[..end].ends_with(' ') { " " } else { "" };
    (!new.is_empty()).then(|| (start..end, format!("{}{space}", new.join(", "))))
}

/// `return x` with what is missing, by the types that stand below the message: `have (int)`, `want (int, error)`.
fn given(line: &str, log: &str, message: &str) -> Vec<(Range<usize>, String)> {
    let types = |word: &str| -> Option<Vec<String>> {
        let behind = &log[log.find(message)? + message.len()..];
        let found = behind.lines().take(4).find_map(|line| line.trim().strip_prefix(word))?;
        let inner = found.trim().strip_prefix('(')?.strip_suffix(')')?;
        Some(parts(inner).into_iter().map(str::to_owned).collect())
    };
    let (Some(have), Some(want), Some(at)) = (types("have"), types("want"), line.find("return")) else {
        return Vec::new();
    };
    let (start, end) = (at + "return".len(), line.trim_end().len());
    let Some(value) = line.get(start..end).map(str::trim) else { return Vec::new() };
    let alike = |have: &str, want: &str| {
        have == want || (have == "number" && zero(want) == "0") || (have == "nil" && zero(want) == "nil")
    };
    let written = parts(value);
    if written.len() != have.len() || have.len() >= want.len() {
        return Vec::new();
    }
    // What is there stands in its order; for what is not there stands an empty value.
    let (mut at, mut new) = (0, Vec::new());
    for (number, kind) in want.iter().enumerate() {
        let left = want.len() - number;
        let fits = have.get(at).is_some_and(|own| alike(own, kind) || have.len() - at == left);
        if fits {
            new.push(written[at].to_owned());
            at += 1;
        } else {
            new.push(zero(kind));
        }
    }
    if at == written.len() { vec![(start..end, format!(" {}", new.join(", ")))] } else { Vec::new() }
}

/// What stands between commas that are in no brackets and no texts.
fn parts(text: &str) -> Vec<&str> {
    let closed = format!("{text})");
    match list::parts(&closed, "\"`'") {
        Some((parts, end)) if end == text.len() => parts.into_iter().map(|range| &text[range]).collect(),
        _ => Vec::from([text.trim()]),
    }
}

/// The empty value of a type.
pub(super) fn zero(kind: &str) -> String {
    let is_number =
        ["int", "uint", "float", "byte", "rune", "complex", "uintptr"].iter().any(|name| kind.starts_with(name));
    let is_nil = kind == "error"
        || kind == "any"
        || ["*", "[]", "map[", "func", "chan ", "<-chan", "interface"].iter().any(|mark| kind.starts_with(mark));
    match kind {
        "string" => "\"\"".to_owned(),
        "bool" => "false".to_owned(),
        _ if is_nil => "nil".to_owned(),
        _ if is_number && !kind.contains('.') => "0".to_owned(),
        _ => format!("{kind}{{}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(line: &str, (range, new): (Range<usize>, String)) -> String {
        format!("{}{new}{}", &line[..range.start], &line[range.end..])
    }

    #[test]
    fn as_many_are_taken_as_are_given() {
        for (line, counts, asks, wanted) in [
            ("\ttext := run(x)", (1, 2), Some("err"), "\ttext, err := run(x)"),
            ("\turl := c.Get(id)", (1, 2), Some("ok"), "\turl, ok := c.Get(id)"),
            ("\tn := f(a, b)", (1, 2), None, "\tn, _ := f(a, b)"),
            ("\tx, err = f()", (2, 1), None, "\tx = f()"),
            ("\tif v := f(); v {", (1, 2), None, "\tif v, _ := f(); v {"),
        ] {
            assert_eq!(put(line, taken(line, counts.0, counts.1, asks).unwrap()), wanted);
        }
    }

    #[test]
    fn as_many_are_given_as_are_promised() {
        let log =
            |have: &str, want: &str| format!("a.go:1:2: not enough return values\n\thave ({have})\n\twant ({want})\n");
        for (line, have, want, fixed) in [
            ("\treturn v.Done()", "int", "int, error", "\treturn v.Done(), nil"),
            ("\treturn fmt.Errorf(\"a, %w\", e)", "error", "*Account, error", "\treturn nil, fmt.Errorf(\"a, %w\", e)"),
            ("\treturn 1, \"a\"", "number, string", "int, string, error", "\treturn 1, \"a\", nil"),
            ("\treturn", "", "string, error", "\treturn \"\", nil"),
        ] {
            let found = given(line, &log(have, want), "not enough return values");
            assert_eq!(put(line, found.into_iter().next().unwrap()), fixed);
        }
    }
}
