//! Python: an argument is given by a name that the function has not, and that is near none of its own: it gets the name of
//! a parameter that the call leaves out.

use super::said::Said;
use super::{Scene, place};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;

static SAID: Said = Said::new(&[
    r"(?:(?P<class>\w+)\.)?(?P<name>\w+)\(\) got an unexpected keyword argument '(?P<wrong>\w+)'",
    r#"Unexpected keyword argument "(?P<wrong>\w+)" for "(?P<name>\w+)""#,
]);
const MOST_FILES: usize = 20;
const MOST_OFFERS: usize = 4;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(said) = SAID.captures(&complaint.message) else { continue };
        let Some(place) = complaint.places.first().filter(|place| !place::is_test(&place.path)) else { continue };
        let Some(syntax) = scene.syntax(&place.path)?.filter(|it| it.language() == Language::Python) else { continue };
        let name = match said.name("class") {
            Some(class) if &said["name"] == "__init__" => class.as_str(),
            _ => &said["name"],
        };
        let index = scene.index(Language::Python, &place.path)?;
        let holders: Vec<_> = index.holders(name).map(|(path, _)| path.clone()).take(MOST_FILES).collect();
        let mut parameters = Vec::new();
        for path in holders {
            parameters.extend(scene.syntax(&path)?.map(|syntax| taken(&syntax, name)).unwrap_or_default());
        }
        for (range, given) in wrong(&syntax, place.line, &said["wrong"]) {
            let free = parameters.iter().filter(|(at, own)| *at >= given.positional && !given.named.contains(own));
            // What is new in the function stands last.
            for (_, own) in free.rev().take(MOST_OFFERS) {
                let why = format!("gave `{name}` what it calls `{own}`, not `{}`", &said["wrong"]);
                let edit = Edit { path: place.path.clone(), range: range.clone(), text: own.clone() };
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
    }
    Ok(made)
}

struct Given {
    positional: usize,
    named: BTreeSet<String>,
}

/// Where the wrong name stands in the calls of a line, and what else they give.
fn wrong(syntax: &Syntax, line: u32, name: &str) -> Vec<(Range<usize>, Given)> {
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let is_it = |node: &usize| {
        let around = tree.above(*node).nth(1);
        tree[*node].kind == "keyword_argument"
            && tree.field(*node, "name").is_some_and(|own| text(own) == name)
            && around.is_some_and(|call| {
                syntax.line_of(tree[call].range.start) <= line && line <= syntax.line_of(tree[call].range.end)
            })
    };
    let given = |node: usize| {
        let all = tree.inner(tree[node].parent);
        let own =
            |argument: &usize| tree.field(*argument, "name").filter(|_| tree[*argument].kind == "keyword_argument");
        let named: BTreeSet<String> = all.iter().filter_map(own).map(|it| text(it).to_owned()).collect();
        Some((tree[tree.field(node, "name")?].range.clone(), Given { positional: all.len() - named.len(), named }))
    };
    tree.all().filter(is_it).filter_map(given).collect()
}

/// The parameters of a function, or what makes a class, with their places.
fn taken(syntax: &Syntax, name: &str) -> Vec<(usize, String)> {
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let named = |node: &usize| tree.field(*node, "name").is_some_and(|own| text(own) == name);
    let Some(node) =
        tree.all().filter(|node| ["function_definition", "class_definition"].contains(&tree[*node].kind)).find(named)
    else {
        return Vec::new();
    };
    let init = |node: &usize| {
        tree[*node].kind == "function_definition"
            && tree.field(*node, "name").is_some_and(|own| text(own) == "__init__")
    };
    let function = if tree[node].kind == "class_definition" { tree.below(node).find(init) } else { Some(node) };
    let names: Vec<String> = match function {
        Some(function) => parameters(syntax, &tree, function),
        None => fields(syntax, &tree, node),
    };
    let own = names.into_iter().filter(|name| name != "self" && name != "cls");
    own.enumerate().collect()
}

fn parameters(syntax: &Syntax, tree: &Branches, function: usize) -> Vec<String> {
    let list = tree.field(function, "parameters").map(|list| tree.inner(list)).unwrap_or_default();
    let first = |node: usize| {
        let leaf = if tree[node].kind == "identifier" { Some(node) } else { tree.inner(node).first().copied() };
        leaf.filter(|leaf| tree[*leaf].kind == "identifier" && !syntax.text(&tree[node].range).starts_with('*'))
    };
    list.into_iter().filter_map(first).map(|node| syntax.text(&tree[node].range).to_owned()).collect()
}

/// `x: int = 0` in a class, as a dataclass takes them.
fn fields(syntax: &Syntax, tree: &Branches, class: usize) -> Vec<String> {
    let body = tree.field(class, "body");
    let is_own = |node: &usize| tree[*node].kind == "assignment" && tree.above(*node).nth(1) == body;
    let annotated = tree.below(class).filter(is_own).filter(|node| tree.field(*node, "type").is_some());
    annotated
        .filter_map(|node| tree.field(node, "left"))
        .map(|node| syntax.text(&tree[node].range).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn an_argument_gets_the_name_of_a_parameter() {
        check(&[
            Example {
                files: &[
                    ("m.py", "from r import render\n\n\ndef f(x):\n    return render(x, heading=\"a\")\n"),
                    ("r.py", "def render(items, title=\"b\", *, wide: bool = False):\n    return title\n"),
                ],
                log: "  File \"/repo/m.py\", line 5, in f\nTypeError: render() got an unexpected keyword argument 'heading'\n",
                fixed: "from r import render\n\n\ndef f(x):\n    return render(x, title=\"a\")\n",
            },
            Example {
                files: &[(
                    "m.py",
                    "@dataclass\nclass A:\n    name: str\n    size: int = 0\n\n\ndef f():\n    return A(\"x\", count=1)\n",
                )],
                log: "  File \"/repo/m.py\", line 8, in f\nTypeError: A.__init__() got an unexpected keyword argument 'count'\n",
                fixed: "@dataclass\nclass A:\n    name: str\n    size: int = 0\n\n\ndef f():\n    return A(\"x\", size=1)\n",
            },
        ]);
    }
}
