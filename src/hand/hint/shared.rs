//! Python: a dataclass whose objects would share one list, dictionary or set: each gets its own.

use super::Scene;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::ops::Range;

static SAID: Said = Said::new(&[r"mutable default <class '(?P<kind>[\w.]+)'> for field (?P<name>\w+) is not allowed"]);

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(said) = SAID.captures(&complaint.message) else { continue };
        for place in complaint.places.iter().take(2) {
            let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Python) else {
                continue;
            };
            let Some(value) = default(&syntax, &said["name"]) else { continue };
            let text = syntax.text(&value);
            let is_empty = text.trim_end_matches("()") == &said["kind"] || ["[]", "{}"].contains(&text);
            let factory = if is_empty { said["kind"].to_owned() } else { format!("lambda: {text}") };
            let whole = syntax.imports().iter().any(|import| import.bound == "dataclasses");
            let owner = if whole { "dataclasses." } else { "" };
            let text = format!("{owner}field(default_factory={factory})");
            let why = format!("gave each object its own `{}`", &said["name"]);
            let edit = Edit { path: place.path.clone(), range: value, text };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// What stands behind the `=` of a field.
fn default(syntax: &Syntax, name: &str) -> Option<Range<usize>> {
    let tree = syntax.branches();
    let is_it = |node: &usize| {
        tree[*node].kind == "assignment"
            && tree.field(*node, "left").is_some_and(|it| syntax.text(&tree[it].range) == name)
            && tree.field(*node, "type").is_some()
            && tree.above(*node).nth(2).is_some_and(|above| tree[above].kind == "class_definition")
    };
    let node = tree.all().find(is_it)?;
    tree.field(node, "right").map(|value| tree[value].range.clone())
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn each_object_gets_its_own() {
        check(&[
            Example {
                files: &[(
                    "m.py",
                    "from dataclasses import dataclass, field\n\n\n@dataclass\nclass A:\n    tags: list[str] = []\n",
                )],
                log: "  File \"/repo/m.py\", line 4, in <module>\n    @dataclass\nValueError: mutable default <class 'list'> for field tags is not allowed: use default_factory\n",
                fixed: "from dataclasses import dataclass, field\n\n\n@dataclass\nclass A:\n    tags: list[str] = field(default_factory=list)\n",
            },
            Example {
                files: &[(
                    "m.py",
                    "import dataclasses\n\n\n@dataclasses.dataclass\nclass A:\n    sizes: dict = {\"a\": 1}\n",
                )],
                log: "  File \"/repo/m.py\", line 4, in <module>\nValueError: mutable default <class 'dict'> for field sizes is not allowed: use default_factory\n",
                fixed: "import dataclasses\n\n\n@dataclasses.dataclass\nclass A:\n    sizes: dict = dataclasses.field(default_factory=lambda: {\"a\": 1})\n",
            },
        ]);
    }
}
