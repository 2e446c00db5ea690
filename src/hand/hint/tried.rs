//! Rust: a `Result` or an `Option` where what it holds is wanted, in a function that may give back the other case: `?`.
//! A function that gives back an error of another type than what it tries: that type.

use super::Scene;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::ops::Range;

static HELD: Said = Said::new(&[
    r"expected `(?P<wants>[^`]+)`, found `(?P<holder>Result|Option)<(?P<has>[^`]+)>`",
    r"expected `(?P<wants>[^`]+)`, found enum `(?P<holder>Result|Option)<(?P<has>[^`]+)>`",
]);
static OTHER: Said = Said::new(&[r"`\?` couldn't convert the error(?: to `(?P<has>[^`]+)`|: `(?P<wants>[^`]+)`: )"]);
static GIVES: Said =
    Said::new(&[r"this (?:can't be annotated with `\?` because it )?has type `Result<_, (?P<wants>[^`]+)>`"]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Rust) else { continue };
        let Some(head) = head(&syntax, place.line) else { continue };
        let said = HELD.captures(&complaint.detail).filter(|_| complaint.message == "mismatched types");
        let change = if let Some(said) = said {
            // What is still to be inferred may be anything.
            let holds = said["has"].starts_with(&said["wants"]) || said["has"].starts_with('_');
            let gives = syntax.text(&head).contains(&format!("{}<", &said["holder"]));
            let end = end(&syntax, place.line, &said["wants"]).filter(|_| holds && gives);
            end.map(|at| (at..at, "?".to_owned(), format!("gave back the other case of a `{}`", &said["holder"])))
        } else if let (Some(said), Some(gives)) =
            (OTHER.captures(&complaint.message), GIVES.captures(&complaint.detail))
        {
            let has = said.name("has").map(|it| it.as_str().to_owned());
            has.and_then(|has| {
                let at = head.start + syntax.text(&head).rfind(&format!(", {has}>"))? + 2;
                let wants = gives["wants"].to_owned();
                Some((at..at + has.len(), wants.clone(), format!("declared the error as `{wants}`, as it is given")))
            })
        } else {
            None
        };
        if let Some((range, text, why)) = change {
            let edit = Edit { path: place.path.clone(), range, text };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The innermost function around a line, up to its body.
fn head(syntax: &Syntax, line: u32) -> Option<Range<usize>> {
    let at = syntax.line(line)?.start;
    let around = syntax.names().iter().filter_map(|name| name.function.clone());
    let function = around.filter(|it| it.start <= at && at < it.end).max_by_key(|it| it.start)?;
    let open = syntax.text(&function).find('{')?;
    Some(function.start..function.start + open)
}

/// Where the expression ends that stands on one line of its own.
fn end(syntax: &Syntax, line: u32, wants: &str) -> Option<usize> {
    let range = syntax.line(line)?;
    let text = syntax.text(&range).trim_end();
    let bare = text.strip_suffix(';').or_else(|| text.strip_suffix(','))?;
    (bare.ends_with(')') && !wants.starts_with(['R', 'O', '('])).then_some(range.start + bare.len())
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_may_fail_is_tried() {
        check(&[
            Example {
                files: &[(
                    "src/lib.rs",
                    "fn f(a: &str) -> Result<u32, E> {\n    let n: u32 = a.trim().parse();\n    Ok(n)\n}\n",
                )],
                log: "error[E0308]: mismatched types\n --> src/lib.rs:2:18\n  |\n2 |     let n: u32 = a.trim().parse();\n  |            ---   ^^^^^^^^^^^^^^^^ expected `u32`, found `Result<_, _>`\n  |            |\n  |            expected due to this\n",
                fixed: "fn f(a: &str) -> Result<u32, E> {\n    let n: u32 = a.trim().parse()?;\n    Ok(n)\n}\n",
            },
            Example {
                files: &[("src/lib.rs", "fn f(a: &str) -> Result<i64, &str> {\n    let n = g(a)?;\n    Ok(n)\n}\n")],
                log: "error[E0277]: `?` couldn't convert the error to `&str`\n --> src/lib.rs:2:17\n  |\n1 | fn f(a: &str) -> Result<i64, &str> {\n  |                  ----------------- expected `&str` because of this\n2 |     let n = g(a)?;\n  |             ----^ the trait `From<String>` is not implemented for `&str`\n  |             |\n  |             this can't be annotated with `?` because it has type `Result<_, String>`\n",
                fixed: "fn f(a: &str) -> Result<i64, String> {\n    let n = g(a)?;\n    Ok(n)\n}\n",
            },
        ]);
    }
}
