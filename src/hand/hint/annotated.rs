//! Python, as mypy says it: an annotation that forgets `None`, a function that gives nothing back and does not say so, a
//! number that is not whole where `int` is written.

use super::said::Said;
use super::{Scene, lines};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::ops::Range;

static RETURNED: Said =
    Said::new(&[r#"Incompatible return value type \(got "(?P<has>[^"]+)", expected "(?P<wants>[^"]+)"\)"#]);
static ASSIGNED: Said = Said::new(&[
    r#"Incompatible types in assignment \(expression has type "(?P<has>[^"]+)", variable has type "(?P<wants>[^"]+)"\)"#,
    r#"Incompatible default for (?:argument|parameter) "\w+" \(default has type "(?P<has>[^"]+)", (?:argument|parameter) has type "(?P<wants>[^"]+)"\)"#,
    r#"(?:List item|Dict entry) [0-9]+ has incompatible type (?:"[^"]+": )?"(?P<has>[^"]+)"; expected (?:"[^"]+": )?"(?P<wants>[^"]+)""#,
]);
const SAYS_NOTHING: &str = "Function is missing a return type annotation";

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first().filter(|place| place.path.extension() == "py") else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let text = syntax.text(&(0..syntax.bytes().len()));
        let Some((start, line)) = lines::line(text, place.line) else { continue };
        let change = if let Some(said) = RETURNED.captures(&complaint.message) {
            head(text, start).and_then(|head| widened(text, head, "-> ", &said["has"], &said["wants"]))
        } else if let Some(said) = ASSIGNED.captures(&complaint.message) {
            widened(text, start..start + line.len(), ": ", &said["has"], &said["wants"])
        } else if complaint.message.contains(SAYS_NOTHING) && scene.log.contains("Use \"-> None\" if function") {
            let end =
                head(text, start + line.len()).and_then(|head| Some(head.start + text[head.clone()].rfind("):")? + 1));
            end.filter(|_| !gives(text, start)).map(|at| (at..at, " -> None".to_owned()))
        } else {
            None
        };
        if let Some((range, new)) = change {
            let why = format!(
                "annotated line {} of {} as it is used: `{}`",
                syntax.line_of(range.start),
                place.path,
                new.trim()
            );
            let edit = Edit { path: place.path.clone(), range, text: new };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

type Change = (Range<usize>, String);

/// The head of the function that a byte stands in, as far as that.
fn head(text: &str, at: usize) -> Option<Range<usize>> {
    let start = text[..at].rfind("def ")?;
    let end = start + text[start..].find(":\n").or_else(|| text[start..].find(":\r\n"))? + 1;
    Some(start..end)
}

fn gives(text: &str, at: usize) -> bool {
    let body = &text[at..];
    let indent = body.len() - body.trim_start_matches(' ').len();
    let inner =
        body.lines().skip(1).take_while(|line| line.trim().is_empty() || line.len() - line.trim_start().len() > indent);
    inner.into_iter().any(|line| line.trim_start().starts_with("return ") || line.contains("yield"))
}

/// The type as it is written behind `lead`, with `None` beside it, or as a number that need not be whole.
fn widened(text: &str, within: Range<usize>, lead: &str, has: &str, wants: &str) -> Option<Change> {
    let line = &text[within.clone()];
    let is_none = has == "None" || has.strip_suffix(" | None") == Some(wants) || has == format!("Optional[{wants}]");
    let is_number = has == "float" && wants == "int";
    // The last but a value: of `a: int, b: int = None` the second.
    let from =
        if lead == ": " && is_none { line[..line.rfind(" = ")?].rfind(lead)? } else { line.find(lead)? } + lead.len();
    let at = from
        + crate::hand::recent::occurrences(&line[from..], wants)
            .first()
            .map(|range| range.start)
            .or_else(|| line[from..].find(wants))?;
    if is_none && at != from || !is_none && !is_number {
        return None;
    }
    let new = match () {
        () if is_number => has.to_owned(),
        () if text.contains("Optional[") => format!("Optional[{wants}]"),
        () => format!("{wants} | None"),
    };
    let start = within.start + at;
    Some((start..start + wants.len(), new))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_is_written_agrees_with_what_is_done() {
        check(&[
            Example {
                files: &[("a.py", "def f(a: int, b: int = None) -> int:\n    return a\n")],
                log: "a.py:1: error: Incompatible default for parameter \"b\" (default has type \"None\", parameter has type \"int\")  [assignment]\n",
                fixed: "def f(a: int, b: int | None = None) -> int:\n    return a\n",
            },
            Example {
                files: &[("a.py", "def f(\n    a: dict[str, int],\n) -> int:\n    return a.get(\"x\")\n")],
                log: "a.py:4: error: Incompatible return value type (got \"int | None\", expected \"int\")  [return-value]\n",
                fixed: "def f(\n    a: dict[str, int],\n) -> int | None:\n    return a.get(\"x\")\n",
            },
            Example {
                files: &[("a.py", "R: dict[str, int] = {\"a\": 1.5}\n")],
                log: "a.py:1: error: Dict entry 0 has incompatible type \"str\": \"float\"; expected \"str\": \"int\"  [dict-item]\n",
                fixed: "R: dict[str, float] = {\"a\": 1.5}\n",
            },
            Example {
                files: &[("a.py", "def f(a: int):\n    print(a)\n")],
                log: "a.py:1: error: Function is missing a return type annotation  [no-untyped-def]\na.py:1: note: Use \"-> None\" if function does not return a value\n",
                fixed: "def f(a: int) -> None:\n    print(a)\n",
            },
        ]);
    }
}
