//! JavaScript: a class of the language that wants `new`, where the stack does not say which call it is.

use super::said::Said;
use super::{Scene, place};
use crate::hand::offer;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Language;
use anyhow::Result;
use regex::Regex;

const MOST_FILES: usize = 400;
/// More calls than these, and nobody knows which one is meant.
const MOST_CALLS: usize = 4;

static TYPED: Said = Said::new(&[r"'typeof (?P<name>\w+)' is not assignable to (?:parameter of )?type"]);

/// TypeScript: the class itself where one of its kind is wanted.
fn typed(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let (Some(said), Some(at)) = (TYPED.captures(&complaint.message), complaint.places.first()) else { continue };
        let Some(syntax) = scene.syntax(&at.path)? else { continue };
        let name = &said["name"];
        for range in place::meant(&syntax, at.line, at.column, name) {
            let edit = Edit { path: at.path.clone(), range, text: format!("new {name}()") };
            let why = format!("made a `{name}` with `new` in {}", at.path);
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let typed = typed(scene)?;
    if !typed.is_empty() {
        return Ok(typed);
    }
    let said = scene.log.split_once("Constructor ").and_then(|(_, rest)| rest.split_once(" requires 'new'"));
    let Some((name, _)) = said.filter(|(name, _)| !name.is_empty() && name.chars().all(char::is_alphanumeric)) else {
        return Ok(Vec::new());
    };
    let call = Regex::new(&format!(r"(?:[=(,:?\[]|\breturn)\s*({name}\()"))?;
    let mut made = Vec::new();
    let is_code = |path: &&crate::ids::RelPath| {
        Language::with_names(path).is_some_and(Language::is_script) && !place::is_test(path)
    };
    for path in scene.job.workshop.files()?.iter().filter(is_code).take(MOST_FILES) {
        let Some(text) = offer::editable(scene.job, path)?.and_then(|text| String::from_utf8(text).ok()) else {
            continue;
        };
        for found in call.captures_iter(&text).filter_map(|found| found.get(1)) {
            let edit = Edit { path: path.clone(), range: found.start()..found.start(), text: "new ".to_owned() };
            let why = format!("made a `{name}` with `new` in {path}");
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    if made.len() > MOST_CALLS {
        made.clear();
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_class_is_made_with_new() {
        check(&[
            Example {
                files: &[("a.ts", "const p = new Planner(Memory);\n")],
                log: "a.ts(1,23): error TS2345: Argument of type 'typeof Memory' is not assignable to parameter of type 'Repository'.\n",
                fixed: "const p = new Planner(new Memory());\n",
            },
            Example {
                files: &[(
                    "lib/store.js",
                    "class A {\n  constructor() {\n    this.all = Map()\n    this.more = new Map()\n  }\n}\n",
                )],
                log: "  1) store\n       loads:\n     TypeError: Constructor Map requires 'new'\n",
                fixed: "class A {\n  constructor() {\n    this.all = new Map()\n    this.more = new Map()\n  }\n}\n",
            },
        ]);
    }
}
