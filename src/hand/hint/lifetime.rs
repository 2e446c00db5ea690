//! Rust: a type or a reference that lacks its lifetime gets the one that the item around it declares, else `'_`.

use super::Scene;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::ops::Range;

static MISSING: Said = Said::new(&[
    "implicit elided lifetime not allowed here",
    "missing lifetime specifiers?",
    "hidden lifetime parameters in types are deprecated",
]);
/// Lines above a place where the head of its item may stand.
const REACH: u32 = 200;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in scene.complaints.iter().filter(|it| MISSING.captures(&it.message).is_some()) {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Rust) else { continue };
        let Some(at) = place.column.and_then(|column| syntax.offset(place.line, column)) else { continue };
        // What comes out of nothing that is borrowed is owned.
        let is_made = complaint.detail.contains("no value for it to be borrowed from");
        if let Some((range, text)) = is_made.then(|| owned(&syntax, at)).flatten() {
            let why =
                format!("wrote `{text}` instead of `{}` in line {} of {}", syntax.text(&range), place.line, place.path);
            let edit = Edit { path: place.path.clone(), range, text: text.to_owned() };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
        for lifetime in declared(&syntax, place.line) {
            let Some((at, text)) = put(&syntax, at, &lifetime) else { continue };
            let why = format!("gave the lifetime `{lifetime}` in line {} of {}", place.line, place.path);
            let edit = Edit { path: place.path.clone(), range: at..at, text };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// The owned form of a borrowed text.
fn owned(syntax: &Syntax, at: usize) -> Option<(Range<usize>, &'static str)> {
    const OWNED: &[(&str, &str)] = &[("&str", "String"), ("&Path", "PathBuf"), ("&OsStr", "OsString")];
    let rest = syntax.text(&(at..syntax.bytes().len()));
    let (borrowed, owned) = OWNED.iter().find(|(borrowed, _)| rest.starts_with(borrowed))?;
    Some((at..at + borrowed.len(), owned))
}

/// `&T` → `&'a T`, `T` → `T<'a>`, `T<u8>` → `T<'a, u8>`.
fn put(syntax: &Syntax, at: usize, lifetime: &str) -> Option<(usize, String)> {
    let rest = syntax.text(&(at..syntax.bytes().len()));
    if rest.starts_with('&') {
        return Some((at + 1, format!("{lifetime} ")));
    }
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).filter(|end| *end > 0)?;
    Some(match rest[word..].strip_prefix('<') {
        Some(inner) => {
            (at + word + 1, if inner.starts_with('>') { lifetime.to_owned() } else { format!("{lifetime}, ") })
        }
        None => (at + word, format!("<{lifetime}>")),
    })
}

/// The lifetimes that the heads of the item and of what is around it declare, the nearest first.
fn declared(syntax: &Syntax, line: u32) -> Vec<String> {
    let depth = |text: &str| text.len() - text.trim_start().len();
    let mut found: Vec<String> = Vec::new();
    let mut least = usize::MAX;
    for number in (line.saturating_sub(REACH).max(1)..=line).rev() {
        let text = syntax.line(number).map(|range| syntax.text(&range)).unwrap_or_default();
        if text.trim().is_empty() || depth(text) >= least {
            continue;
        }
        least = depth(text);
        let head = ["impl", "fn ", "struct ", "enum ", "trait ", "type "].iter().any(|word| text.contains(word));
        let list = text.find('<').filter(|_| head).map(|at| &text[at + 1..]).unwrap_or_default();
        let names = list.split([',', '>', ':', ' ']).take_while(|part| part.is_empty() || part.starts_with('\''));
        for name in names.filter(|name| name.len() > 1).map(str::to_owned) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found.push("'_".to_owned());
    found
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_lifetime_is_the_one_around() {
        check(&[
            Example {
                files: &[(
                    "src/lib.rs",
                    "struct A<'a>(&'a str);\n\nimpl<'a> Clone for A {\n    fn clone(&self) -> Self {\n        A(self.0)\n    }\n}\n",
                )],
                log: "error[E0726]: implicit elided lifetime not allowed here\n --> src/lib.rs:3:20\n  |\n3 | impl<'a> Clone for A {\n  |                    ^ expected lifetime parameter\n",
                fixed: "struct A<'a>(&'a str);\n\nimpl<'a> Clone for A<'a> {\n    fn clone(&self) -> Self {\n        A(self.0)\n    }\n}\n",
            },
            Example {
                files: &[("src/lib.rs", "fn f(n: u8) -> &str {\n    g(n)\n}\n")],
                log: "error[E0106]: missing lifetime specifier\n --> src/lib.rs:1:16\n  |\n1 | fn f(n: u8) -> &str {\n  |                ^ expected named lifetime parameter\n  |\n  = help: this function's return type contains a borrowed value, but there is no value for it to be borrowed from\n",
                fixed: "fn f(n: u8) -> String {\n    g(n)\n}\n",
            },
            Example {
                files: &[("src/lib.rs", "struct A<'a> {\n    text: &str,\n    rest: &'a str,\n}\n")],
                log: "error[E0106]: missing lifetime specifier\n --> src/lib.rs:2:11\n  |\n2 |     text: &str,\n  |           ^ expected named lifetime parameter\n",
                fixed: "struct A<'a> {\n    text: &'a str,\n    rest: &'a str,\n}\n",
            },
        ]);
    }
}
