//! Python: a method without `self`: it is given one argument more than it takes.

use super::Scene;
use super::complaint::Complaint;
use super::said::Said;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;

static TAKES: Said = Said::new(&[
    r"(?:(?P<class>\w+)\.)?(?P<name>\w+)\(\) takes (?:from [0-9]+ to )?(?P<takes>[0-9]+) positional arguments? but (?P<given>[0-9]+) (?:was|were) given",
]);
static MISSES: Said =
    Said::new(&[r"(?:(?P<class>\w+)\.)?(?P<name>\w+)\(\) missing 1 required positional argument: '\w+'"]);
/// Files that may define it.
const MOST_FILES: usize = 20;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        made.extend(undecorated(scene, complaint)?);
        let (Some(said), Some(place)) = (TAKES.captures(&complaint.message), complaint.places.first()) else {
            continue;
        };
        let count = |group: &str| said[group].parse::<u32>().unwrap_or(0);
        if count("given") != count("takes") + 1 {
            continue;
        }
        let class = said.name("class").map(|it| it.as_str());
        for path in holders(scene, &place.path, &said["name"])? {
            let Some(syntax) = scene.syntax(&path)? else { continue };
            for (at, text) in bare_methods(&syntax, &said["name"], class) {
                let why = format!("gave the method `{}` its `self`", &said["name"]);
                let edit = Edit { path: path.clone(), range: at..at, text };
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
    }
    Ok(made)
}

/// A method that takes its class and is called on it lacks its decorator.
fn undecorated(scene: &Scene, complaint: &Complaint) -> Result<Vec<Candidate>> {
    let (Some(said), Some(place)) = (MISSES.captures(&complaint.message), complaint.places.first()) else {
        return Ok(Vec::new());
    };
    let mut made = Vec::new();
    for path in holders(scene, &place.path, &said["name"])? {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let tree = syntax.branches();
        let text = |node: usize| syntax.text(&tree[node].range);
        let takes_class = |node: &usize| {
            let parameters = tree.field(*node, "parameters").map(|it| tree.inner(it)).unwrap_or_default();
            parameters.first().is_some_and(|first| text(*first) == "cls")
        };
        let named = |node: &usize| {
            let is_own = tree.field(*node, "name").is_some_and(|it| text(it) == &said["name"]);
            tree[*node].kind == "function_definition" && is_own && owner(&tree, *node).is_some()
        };
        for node in tree.all().filter(named).filter(takes_class) {
            let at = tree[node].range.start;
            let line = syntax.line(syntax.line_of(at)).map_or(at, |line| line.start);
            let new = format!("@classmethod\n{}", syntax.text(&(line..at)));
            let edit = Edit { path: path.clone(), range: at..at, text: new };
            let why = format!("made `{}` a method of its class", &said["name"]);
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

fn holders(scene: &Scene, near: &RelPath, name: &str) -> Result<Vec<RelPath>> {
    let holders = scene.index(Language::Python, near)?.holders(name);
    Ok(holders.map(|(path, _)| path.clone()).take(MOST_FILES).collect())
}

/// What goes where in the lists of parameters of methods that have no receiver.
fn bare_methods(syntax: &Syntax, name: &str, class: Option<&str>) -> Vec<(usize, String)> {
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let named = |node: usize, name: &str| tree.field(node, "name").is_some_and(|it| text(it) == name);
    let methods = tree.all().filter(|node| tree[*node].kind == "function_definition" && named(*node, name));
    let put = |node: usize| {
        let owner = owner(&tree, node)?;
        let parameters = tree.field(node, "parameters")?;
        let first = tree.inner(parameters).first().map(|it| text(*it)).unwrap_or_default();
        let fits = class.is_none_or(|class| named(owner, class))
            && !["self", "cls", "*"].iter().any(|it| first.starts_with(it));
        let at = tree[parameters].range.start + 1;
        fits.then(|| (at, if first.is_empty() { "self" } else { "self, " }.to_owned()))
    };
    methods.filter_map(put).collect()
}

/// The class that a function is a method of; a decorator makes it another thing.
fn owner(tree: &Branches, function: usize) -> Option<usize> {
    let mut above = tree.above(function);
    let block = above.next().filter(|node| tree[*node].kind == "block")?;
    above.next().filter(|node| tree[*node].kind == "class_definition" && tree.field(*node, "body") == Some(block))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_method_is_given_its_receiver() {
        check(&[
            Example {
                files: &[(
                    "m.py",
                    "class A:\n    @staticmethod\n    def h(x):\n        return x\n\n    def g(x):\n        return x\n\n\ndef f(x):\n    return A().g(x)\n",
                )],
                log: "  File \"/repo/m.py\", line 11, in f\n    return A().g(x)\nTypeError: A.g() takes 1 positional argument but 2 were given\n",
                fixed: "class A:\n    @staticmethod\n    def h(x):\n        return x\n\n    def g(self, x):\n        return x\n\n\ndef f(x):\n    return A().g(x)\n",
            },
            Example {
                files: &[("m.py", "class A:\n    def g():\n        return 1\n\n\nA().g()\n")],
                log: "  File \"/repo/m.py\", line 6, in <module>\nTypeError: g() takes 0 positional arguments but 1 was given\n",
                fixed: "class A:\n    def g(self):\n        return 1\n\n\nA().g()\n",
            },
            Example {
                files: &[("m.py", "class A:\n    def g(x, y=1):\n        return x\n\n\nA().g(1, 2)\n")],
                log: "  File \"/repo/m.py\", line 6, in <module>\nTypeError: A.g() takes from 1 to 2 positional arguments but 3 were given\n",
                fixed: "class A:\n    def g(self, x, y=1):\n        return x\n\n\nA().g(1, 2)\n",
            },
        ]);
    }
}
