//! CommonJS: a module that is one thing is taken apart, or one that gives several is taken for one of them. Who requires
//! it otherwise than all others is mended, else the module.

use super::{Scene, meaning, paths, place, required};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Form, Import, Language, Syntax, Taken};
use anyhow::Result;
use std::ops::Range;

/// Files that are read for how they require a module.
const MOST_FILES: usize = 200;

/// What `module.exports` is.
enum Gives {
    One(String),
    Several(Vec<String>),
}

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    if !["is not a constructor", "is not a function", "undefined"].iter().any(|sign| scene.job.log.contains(sign)) {
        return Ok(made);
    }
    for path in scene.scripts() {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        for import in syntax.imports().iter().filter(|it| it.form == Form::Require && paths::is_relative(&it.source)) {
            let files = scene.job.workshop.files()?;
            let Some(other) = paths::target(files, &path, &import.source).filter(|it| !place::is_test(it)) else {
                continue;
            };
            let Some(target) = scene.syntax(other)? else { continue };
            let Some((range, gives)) = exported(&target) else { continue };
            let Some((own, text)) = turned(&syntax, import, &gives) else { continue };
            let name = &import.bound;
            let (edit, why) = if place::is_test(&path) || !is_taken_well(scene, other, &gives)? {
                let text = match gives {
                    Gives::One(name) => format!("{{ {} }}", wanted(scene, other, &target, &name)?.join(", ")),
                    Gives::Several(names) if names.len() == 1 => names[0].clone(),
                    Gives::Several(_) => continue,
                };
                (Edit { path: other.clone(), range, text }, format!("let {other} give `{name}` as it is required"))
            } else {
                (Edit { path: path.clone(), range: own, text }, format!("required `{name}` as {other} gives it"))
            };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// What others take of a module that is there: its own names in their order, `name` among them.
fn wanted(scene: &Scene, other: &RelPath, target: &Syntax, name: &str) -> Result<Vec<String>> {
    let mut taken = vec![name.to_owned()];
    let files = scene.job.workshop.files()?;
    for path in files.iter().filter(|path| Language::with_names(path).is_some_and(Language::is_script)).take(MOST_FILES)
    {
        let Some(syntax) = scene.syntax(path)? else { continue };
        for import in syntax.imports().iter().filter(|it| paths::is_relative(&it.source)) {
            if paths::target(files, path, &import.source) != Some(other) {
                continue;
            }
            match &import.taken {
                Taken::Named(own) => taken.push(own.clone()),
                _ => taken.extend(members(&syntax, &import.bound)),
            }
        }
    }
    let mut found: Vec<String> = Vec::new();
    for own in target.names().iter().filter(|own| own.defined && own.function.is_none()) {
        let own = target.text(&own.range);
        if taken.iter().any(|name| name == own) && !found.iter().any(|name| name == own) {
            found.push(own.to_owned());
        }
    }
    Ok(if found.is_empty() { taken } else { found })
}

/// What is asked of a name: `x` in `name.x`.
fn members(syntax: &Syntax, name: &str) -> Vec<String> {
    let text = syntax.text(&(0..syntax.bytes().len()));
    let dotted = format!("{name}.");
    let asked = text.match_indices(&dotted).filter_map(|(at, _)| meaning::words(&text[at + dotted.len()..]).next());
    asked.map(str::to_owned).collect()
}

fn exported(syntax: &Syntax) -> Option<(Range<usize>, Gives)> {
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let right = required::exported(syntax, &tree)?;
    let range = tree[right].range.clone();
    match tree[right].kind {
        "identifier" => Some((range, Gives::One(text(right).to_owned()))),
        "object" => {
            let names = tree
                .inner(right)
                .into_iter()
                .map(|item| text(item).split([':', '(']).next().unwrap_or_default().trim().to_owned());
            Some((range, Gives::Several(names.collect())))
        }
        _ => None,
    }
}

/// The import as what is given wants it; `None` where it is so.
fn turned(syntax: &Syntax, import: &Import, gives: &Gives) -> Option<(Range<usize>, String)> {
    match (gives, &import.taken) {
        (Gives::One(own), Taken::Named(name)) if own == name => {
            let statement = syntax.text(&import.statement);
            let start = statement.find('{')?;
            let end = start + statement[start..].find('}')? + 1;
            (statement[start + 1..end - 1].trim() == name).then_some(())?;
            Some((import.statement.start + start..import.statement.start + end, name.clone()))
        }
        (Gives::Several(names), Taken::Whole | Taken::Default) if names.contains(&import.bound) => {
            Some((import.binding.clone(), format!("{{ {} }}", import.bound)))
        }
        _ => None,
    }
}

/// Whether anybody requires the module as it is.
fn is_taken_well(scene: &Scene, target: &RelPath, gives: &Gives) -> Result<bool> {
    let files = scene.job.workshop.files()?;
    for path in files.iter().filter(|path| Language::with_names(path).is_some_and(Language::is_script)).take(MOST_FILES)
    {
        let Some(syntax) = scene.syntax(path)? else { continue };
        for import in syntax.imports().iter().filter(|it| it.form == Form::Require && paths::is_relative(&it.source)) {
            let is_whole = !matches!(import.taken, Taken::Named(_));
            let fits = matches!((gives, is_whole), (Gives::One(_), true) | (Gives::Several(_), false));
            if fits && paths::target(files, path, &import.source) == Some(target) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    const LOG: &str = "/repo/a.js:2\nnew Box(1);\n^\n\nTypeError: Box is not a constructor\n    at Object.<anonymous> (/repo/a.js:2:1)\n";

    #[test]
    fn a_module_is_taken_as_it_gives() {
        check(&[
            Example {
                files: &[
                    ("a.js", "const { Box } = require('./box');\nnew Box(1);\n"),
                    ("b.js", "const Box = require('./box');\n"),
                    ("box.js", "class Box {}\nmodule.exports = Box;\n"),
                ],
                log: LOG,
                fixed: "const Box = require('./box');\nnew Box(1);\n",
            },
            Example {
                files: &[
                    ("box.js", "class Box {}\nmodule.exports = { Box };\n"),
                    ("a.js", "const Box = require('./box');\nnew Box(1);\n"),
                    ("b.js", "const Box = require('./box');\n"),
                ],
                log: LOG,
                fixed: "class Box {}\nmodule.exports = Box;\n",
            },
        ]);
    }
}
