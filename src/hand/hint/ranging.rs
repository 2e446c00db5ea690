//! Go: a loop without its `range`, one that takes the index for the element, and a tag of a field without its quotes.

use super::Scene;
use super::said::Said;
use crate::hand::offer;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use regex::Regex;
use std::ops::Range;

static INDEX: Said = Said::new(&[
    r"^(?P<name>\w+)\.\w+ undefined \(type int has no field or method",
    r"cannot use (?P<name>\w+) \(variable of type int\) as",
    r"(?P<name>\w+) \(variable of type int\)",
]);
const MOST_LINES: usize = 60;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first().filter(|place| place.path.extension() == "go") else { continue };
        let Some(bytes) = offer::editable(scene.job, &place.path)? else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let number = usize::try_from(place.line).unwrap_or(1);
        let lines: Vec<&str> = text.split('\n').collect();
        let Some(line) = number.checked_sub(1).and_then(|at| lines.get(at)) else { continue };
        let start = |line: &str| line.as_ptr() as usize - text.as_ptr() as usize;
        let found = if complaint.message.contains("bad syntax for struct tag") {
            quoted(line).map(|(range, new)| (start(line), range, new, "put the tag's value into quotes"))
        } else if let Some(said) = INDEX.captures(&complaint.message) {
            let above = lines[..number.min(lines.len())].iter().rev().take(MOST_LINES);
            let head = format!("for {} := range ", &said["name"]);
            let found = above.copied().find(|line| line.contains(&head));
            found
                .and_then(|line| Some((start(line), line.find(&head)? + 4, line)))
                .map(|(start, at, _)| (start, at..at, "_, ".to_owned(), "took the element, not its index"))
        } else {
            ranged(line).map(|(range, new)| (start(line), range, new, "put in the missing `range`"))
        };
        if let Some((start, range, text, why)) = found {
            let edit = Edit { path: place.path.clone(), range: start + range.start..start + range.end, text };
            made.extend(scene.candidate(vec![edit], format!("{why} in {}", place.path), Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// `for _, x := xs {`.
fn ranged(line: &str) -> Option<(Range<usize>, String)> {
    let pattern = Regex::new(r"^\s*for \w+(?:, \w+)? :?= (?P<what>[^;]+) \{$").ok()?;
    let what = pattern.captures(line)?.name("what")?;
    (!what.as_str().starts_with("range ")).then(|| (what.start()..what.start(), "range ".to_owned()))
}

/// `` `json:name` ``.
fn quoted(line: &str) -> Option<(Range<usize>, String)> {
    let pattern = Regex::new(r#"[`" ](?P<key>\w+): *(?P<value>[^"\s`]+)[` ]"#).ok()?;
    let found = pattern.captures(line)?;
    let (key, value) = (found.name("key")?, found.name("value")?);
    Some((key.start()..value.end(), format!("{}:\"{}\"", key.as_str(), value.as_str())))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn loops_and_tags_are_whole() {
        check(&[
            Example {
                files: &[("a.go", "package a\n\nfunc f(xs []int) {\n\tfor _, x := xs {\n\t\tg(x)\n\t}\n}\n")],
                log: "./a.go:4:14: syntax error: expected for loop condition\n",
                fixed: "package a\n\nfunc f(xs []int) {\n\tfor _, x := range xs {\n\t\tg(x)\n\t}\n}\n",
            },
            Example {
                files: &[("a.go", "package a\n\nfunc f(xs []T) {\n\tfor x := range xs {\n\t\tg(x.Name)\n\t}\n}\n")],
                log: "./a.go:5:7: x.Name undefined (type int has no field or method Name)\n",
                fixed: "package a\n\nfunc f(xs []T) {\n\tfor _, x := range xs {\n\t\tg(x.Name)\n\t}\n}\n",
            },
            Example {
                files: &[("a.go", "package a\n\ntype T struct {\n\tA int `json:a`\n}\n")],
                log: "./a.go:4:2: struct field tag `json:a` not compatible with reflect.StructTag.Get: bad syntax for struct tag value\n",
                fixed: "package a\n\ntype T struct {\n\tA int `json:\"a\"`\n}\n",
            },
        ]);
    }
}
