//! A line that stands twice, as after a merge or a slip of the clipboard: the second one goes.

use super::Scene;
use super::keyword::is_syntactic;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Syntax;
use anyhow::Result;
use std::collections::BTreeSet;

/// How tools say that something is there already, or that nothing comes here.
#[rustfmt::skip]
const SIGNS: &[&str] = &[
    "already defined", "already been declared", "already declared", "annot redeclare", "uplicate identifier", "uplicate declaration",
    "uplicate field", "uplicate class", "uplicate key", "redeclared in this block", "redeclaration of", "no new variables on left side", "defined multiple times",
    "reimported here", "nreachable", "redefinition of", "already been imported", "duplicate definitions", "uplicate case",
    "uplicate method", "uplicate export", "already exported",
];
/// Lines above in which the first of two may stand.
const REACH: u32 = 40;
const MOST_OFFERS: usize = 4;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let mut seen = BTreeSet::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let said = SIGNS.iter().any(|sign| complaint.message.contains(sign));
        let lines = match () {
            () if said => first_of(&syntax, place.line).into_iter().collect(),
            () if is_syntactic(&complaint.message) || !syntax.is_sound() => {
                heads(&syntax).into_iter().chain(closers(&syntax)).collect()
            }
            () => Vec::new(),
        };
        for line in lines {
            if made.len() < MOST_OFFERS && seen.insert((place.path.clone(), line)) {
                made.extend(without(scene, &place.path, &syntax, line)?);
            }
        }
    }
    Ok(made)
}

fn text(syntax: &Syntax, line: u32) -> &str {
    syntax.line(line).map(|range| syntax.text(&range).trim()).unwrap_or_default()
}

/// The line that is complained of, where it says again what is said above it, or right below.
fn first_of(syntax: &Syntax, line: u32) -> Option<u32> {
    let own = text(syntax, line);
    if !own.contains(char::is_alphanumeric) {
        return None;
    }
    let mut others = (line.saturating_sub(REACH)..line).rev().filter(|above| *above > 0).chain([line + 1]);
    others.find(|other| text(syntax, *other) == own).map(|other| line.max(other))
}

/// Heads of blocks that stand twice: the block of the first never ends.
fn heads(syntax: &Syntax) -> Vec<u32> {
    let opens = |line: &u32| {
        let own = text(syntax, *line);
        own.ends_with(['{', '(', '[', ':']) && own.contains(char::is_alphanumeric) && text(syntax, line - 1) == own
    };
    (2..=syntax.line_count()).filter(opens).collect()
}

/// Lines that close what the line above them closed already: two in a row never stand as deep.
fn closers(syntax: &Syntax) -> Vec<u32> {
    let whole = |line: u32| syntax.line(line).map(|range| syntax.text(&range).trim_end()).unwrap_or_default();
    let closes = |line: &u32| {
        let own = whole(*line);
        let bare = own.trim_start();
        bare.starts_with('}') && !bare.contains(char::is_alphanumeric) && whole(line - 1) == own
    };
    let lines = (2..=syntax.line_count()).filter(|_| !syntax.is_sound());
    lines.filter(closes).take(MOST_OFFERS).collect()
}

fn without(scene: &Scene, path: &RelPath, syntax: &Syntax, line: u32) -> Result<Option<Candidate>> {
    let Some(range) = syntax.line(line) else { return Ok(None) };
    let end = syntax.line(line + 1).map_or(syntax.bytes().len(), |next| next.start);
    let range = range.start..end;
    if syntax.edited(range.clone(), "").is_none_or(|edited| edited.faults().len() > syntax.faults().len()) {
        return Ok(None);
    }
    let why = format!("took out line {line} of {path}, which stands there twice");
    let edit = Edit { path: path.clone(), range, text: String::new() };
    scene.candidate(vec![edit], why, Confidence::Suggested)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn the_second_line_goes() {
        check(&[
            Example {
                files: &[(
                    "A.java",
                    "class A {\n    int f() {\n        int n = 1;\n        int n = 1;\n        return n;\n    }\n}\n",
                )],
                log: "A.java:4: error: variable n is already defined in method f()\n        int n = 1;\n            ^\n1 error\n",
                fixed: "class A {\n    int f() {\n        int n = 1;\n        return n;\n    }\n}\n",
            },
            Example {
                files: &[("src/lib.rs", "fn f() -> u8 {\nfn f() -> u8 {\n    1\n}\n")],
                log: "error: this file contains an unclosed delimiter\n --> src/lib.rs:4:3\n",
                fixed: "fn f() -> u8 {\n    1\n}\n",
            },
            Example {
                files: &[("a.ts", "import { b } from './b';\nimport { c } from './c';\nimport { b } from './b';\n")],
                log: "a.ts(1,10): error TS2300: Duplicate identifier 'b'.\na.ts(3,10): error TS2300: Duplicate identifier 'b'.\n",
                fixed: "import { b } from './b';\nimport { c } from './c';\n",
            },
        ]);
    }
}
