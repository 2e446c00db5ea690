//! JavaScript: a line of the other kind of modules: `import` among `require`s, `require` among `import`s.

use super::{Scene, offer};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use regex::Regex;
use std::collections::BTreeSet;

#[rustfmt::skip]
const SIGNS: &[&str] = &[
    "Cannot use import statement outside a module", "Unexpected token 'export'", "imported from", "is not a constructor", "is not a function",
    "require is not defined", "module is not defined", "Cannot require() ES Module",
];
/// Whether modules are required here, what a line of the other kind looks like, and what it becomes.
const TURNS: &[(bool, &str, &str)] = &[
    (true, r#"(?m)^import (?P<what>\w+|\{[^}]*\}) from (?P<from>['"][^'"]+['"])"#, "const $what = require($from)"),
    (true, r"(?m)^export default ", "module.exports = "),
    (true, r"(?m)^export (?P<what>\{[\s\w$,]*\})", "module.exports = $what"),
    (
        false,
        r#"(?m)^(?:const|let|var) (?P<what>\w+|\{[^}]*\}) = require\((?P<from>['"][^'"]+['"])\)"#,
        "import $what from $from",
    ),
    (false, r"(?m)^module\.exports = (?P<what>\{[\s\w$,]*\})", "export $what"),
    (false, r"(?m)^module\.exports = ", "export default "),
];
const MOST_OFFERS: usize = 3;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    if !SIGNS.iter().any(|sign| scene.job.log.contains(sign)) {
        return Ok(made);
    }
    let named: BTreeSet<RelPath> = near(scene)?;
    let mut usual = (0, 0);
    for path in &named {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        let (required, imported) = kinds(&String::from_utf8_lossy(&text));
        usual = (usual.0 + required, usual.1 + imported);
    }
    for path in named {
        let Some(text) = offer::editable(scene.job, &path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            continue;
        };
        if let Some((new, told)) = turned(&path, &text, usual) {
            let edit = Edit { path: path.clone(), range: 0..text.len(), text: new };
            let why = format!("wrote `{told}` in {path}, as its other lines are");
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    made.truncate(MOST_OFFERS);
    Ok(made)
}

/// The files that the output names, and what these take.
fn near(scene: &Scene) -> Result<BTreeSet<RelPath>> {
    let mut found: BTreeSet<RelPath> = scene.scripts().into_iter().collect();
    let log = scene.job.log;
    found.extend(
        scene
            .job
            .workshop
            .files()?
            .iter()
            .filter(|path| path.extension() == "js" && log.contains(path.as_str()))
            .cloned(),
    );
    for path in found.clone() {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        for import in syntax.imports() {
            found.extend(super::paths::target(scene.job.workshop.files()?, &path, &import.source).cloned());
        }
    }
    Ok(found)
}

/// The text with all lines of the other kind turned, and the first of them.
fn turned(path: &RelPath, text: &str, (required, imported): (usize, usize)) -> Option<(String, String)> {
    let is_plain = matches!(path.extension().as_str(), "js" | "cjs" | "mjs" | "jsx");
    let (mut whole, mut told) = (text.to_owned(), None);
    for (is_required, pattern, new) in TURNS.iter().filter(|_| is_plain) {
        let Ok(pattern) = Regex::new(pattern) else { continue };
        // The kind that most lines are of is meant.
        let is_usual = if *is_required { required > imported } else { imported > required };
        if !is_usual || !pattern.is_match(&whole) {
            continue;
        }
        whole = pattern
            .replace_all(&whole, |found: &regex::Captures| {
                let mut line = String::new();
                found.expand(new, &mut line);
                // What gets another name is written otherwise in a pattern.
                let line = if *is_required { line.replace(" as ", ": ") } else { line };
                told.get_or_insert_with(|| line.trim().to_owned());
                line
            })
            .into_owned();
    }
    told.map(|told| (whole, told))
}

/// How many lines require or give what is required, and how many import or export.
fn kinds(text: &str) -> (usize, usize) {
    let count = |is_it: fn(&str) -> bool| text.lines().filter(|line| is_it(line)).count();
    let required = count(|line| line.contains("require(") || line.contains("module.exports"));
    (required, count(|line| line.starts_with("import ") || line.starts_with("export ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_are_of_one_kind() {
        let js = RelPath::parse("a.js").unwrap();
        for (broken, fixed) in [
            (
                "const a = require('a');\nimport b from './b';\nmodule.exports = a + b;\n",
                "const a = require('a');\nconst b = require('./b');\nmodule.exports = a + b;\n",
            ),
            (
                "const a = require('a');\nclass B {}\nmodule.x = require('x');\nexport default B;\n",
                "const a = require('a');\nclass B {}\nmodule.x = require('x');\nmodule.exports = B;\n",
            ),
            (
                "const a = require('a');\nclass B {}\nmodule.y = require('y');\nexport { B, a };\n",
                "const a = require('a');\nclass B {}\nmodule.y = require('y');\nmodule.exports = { B, a };\n",
            ),
            (
                "import a from 'a';\nimport c from 'c';\nconst { b } = require('./b');\n",
                "import a from 'a';\nimport c from 'c';\nimport { b } from './b';\n",
            ),
        ] {
            assert_eq!(turned(&js, broken, kinds(broken)).map(|(text, _)| text).as_deref(), Some(fixed));
        }
        assert!(turned(&js, "import a from 'a';\n", (0, 1)).is_none());
    }
}
