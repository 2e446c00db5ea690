//! A JSX closing tag that does not belong to its opening tag.

use super::complaint::{Complaint, Place};
use super::said::Said;
use super::{Scene, words};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Syntax;
use anyhow::Result;
use regex::Regex;
use std::ops::Range;

static COMPLAINTS: Said = Said::new(&[
    r"Expected corresponding (?:JSX )?closing tag for ['<]([\w.]+)['>]",
    r"JSX element '([\w.]+)' has no corresponding closing tag",
    r#"closing "[\w.]+" tag does not match opening "([\w.]+)" tag"#,
]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let (Some(opened), Some(place)) = (opened(complaint), complaint.places.first()) else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        if complaint.message.contains("no corresponding closing tag")
            && let Some((at, text)) = closing(&syntax, place.line, &opened)
        {
            let why = format!("closed the tag `{opened}` of line {}", place.line);
            let edit = Edit { path: place.path.clone(), range: at..at, text };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
        for (range, text) in repairs(&syntax, place, &opened)? {
            let why = format!("made the tag `{}` match `{text}`", syntax.text(&range));
            let edit = Edit { path: place.path.clone(), range, text };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

fn opened(complaint: &Complaint) -> Option<String> {
    COMPLAINTS.captures(&complaint.message).map(|found| found[1].to_owned())
}

/// Where a lost closing tag stood: behind what stands on the tag's own line, else above the first line that is no
/// deeper, on an empty line there if there is one.
fn closing(syntax: &Syntax, line: u32, opened: &str) -> Option<(usize, String)> {
    let text = |line: u32| syntax.line(line).map(|range| syntax.text(&range)).unwrap_or_default();
    let depth = |line: u32| text(line).len() - text(line).trim_start().len();
    let (own, tag) = (text(line), format!("</{opened}>"));
    let indent = &own[..depth(line)];
    let below =
        (line + 1..=syntax.line_count()).find(|at| !text(*at).trim().is_empty() && depth(*at) <= indent.len())?;
    let is_alone = own.trim_end().ends_with('>') || !own.contains('>');
    if below == line + 1 && !is_alone {
        return Some((syntax.line(line)?.end, tag));
    }
    let last = (line + 1..below).next_back().filter(|at| text(*at) == indent && !indent.is_empty());
    match last {
        Some(empty) => Some((syntax.line(empty)?.end, tag)),
        None => Some((syntax.line(below)?.start, format!("{indent}{tag}\n"))),
    }
}

/// The closing tag takes the opening name, or the other way round; a name that HTML knows wins.
fn repairs(syntax: &Syntax, place: &Place, opened: &str) -> Result<Vec<(Range<usize>, String)>> {
    let (Some(line), closing, opening) = (
        syntax.line(place.line),
        Regex::new(r"</\s*([\w.]+)")?,
        Regex::new(&format!("<({})\\b", regex::escape(opened)))?,
    ) else {
        return Ok(Vec::new());
    };
    let rest = line.start..syntax.bytes().len();
    let Some(close) = closing.captures(syntax.text(&rest)).and_then(|found| found.get(1)) else {
        return Ok(Vec::new());
    };
    let closed = close.as_str().to_owned();
    let close = rest.start + close.start()..rest.start + close.end();
    let above = 0..close.start;
    let open = opening.captures_iter(syntax.text(&above)).last().and_then(|found| found.get(1));
    let mut found = vec![(close, opened.to_owned())];
    found.extend(open.map(|open| (open.start()..open.end(), closed.clone())));
    let is_known = |name: &str| words::builtins(syntax.language()).any(|word| word == name);
    if is_known(&closed) && !is_known(opened) {
        found.reverse();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_tag_is_closed_where_it_ends() {
        check(&[
            Example {
                files: &[(
                    "a.tsx",
                    "export const A = () => (\n  <main>\n    <section className=\"a\">\n      <h2>one</h2>\n    <p>two</p>\n  </main>\n);\n",
                )],
                log: "a.tsx(3,6): error TS17008: JSX element 'section' has no corresponding closing tag.\n",
                fixed: "export const A = () => (\n  <main>\n    <section className=\"a\">\n      <h2>one</h2>\n    </section>\n    <p>two</p>\n  </main>\n);\n",
            },
            Example {
                files: &[("a.tsx", "export const A = () => (\n  <main>\n    <h2>one\n    <p>two</p>\n  </main>\n);\n")],
                log: "a.tsx(3,6): error TS17008: JSX element 'h2' has no corresponding closing tag.\n",
                fixed: "export const A = () => (\n  <main>\n    <h2>one</h2>\n    <p>two</p>\n  </main>\n);\n",
            },
        ]);
    }
}
