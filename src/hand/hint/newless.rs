//! JavaScript: a class of the language that wants `new`, where the stack does not say which call it is.

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

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
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
        check(&[Example {
            files: &[(
                "lib/store.js",
                "class A {\n  constructor() {\n    this.all = Map()\n    this.more = new Map()\n  }\n}\n",
            )],
            log: "  1) store\n       loads:\n     TypeError: Constructor Map requires 'new'\n",
            fixed: "class A {\n  constructor() {\n    this.all = new Map()\n    this.more = new Map()\n  }\n}\n",
        }]);
    }
}
