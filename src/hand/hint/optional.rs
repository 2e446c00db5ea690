//! TypeScript: a property or a parameter that nobody gives any more: where it may be left out, its `?` is lost.

use super::said::Said;
use super::{Scene, meaning, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::BTreeMap;

static MISSED: Said = Said::new(&[
    r"Property '(?P<name>[\w$]+)' is missing in type .+ but required in type '(?P<owner>\w+)",
    r"Property '(?P<name2>[\w$]+)' does not exist on type '(?P<owner2>\w+)[^']* \| ",
]);
static FEW: Said = Said::new(&[r"Expected (?P<wanted>\d+)(?:-\d+)? arguments, but got (?P<given>\d+)"]);
const MOST_FILES: usize = 20;
const MOST_OFFERS: usize = 3;
const PARTS: &[&str] = &["required_parameter", "property_signature", "public_field_definition"];

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut found: BTreeMap<(RelPath, usize), (usize, String)> = BTreeMap::new();
    for complaint in &scene.complaints {
        let Some(place) = complaint.places.first() else { continue };
        let Some(language) = Language::with_names(&place.path).filter(|it| it.is_script()) else { continue };
        let (name, asked) = if let Some(said) = MISSED.captures(&complaint.message) {
            let one = |names: [&str; 2]| names.iter().find_map(|name| said.name(name)).map(|it| it.as_str().to_owned());
            let owner = one(["owner", "owner2"]).unwrap_or_default();
            (one(["name", "name2"]).unwrap_or_default(), Asked::Property(owner))
        } else if let Some(said) = FEW.captures(&complaint.message) {
            let Some(called) = called(scene, place)? else { continue };
            (called, Asked::Parameter(said["given"].parse::<usize>().unwrap_or(0)))
        } else {
            continue;
        };
        let index = scene.index(language, &place.path)?;
        for path in index.holders(&name).map(|(path, _)| path.clone()).take(MOST_FILES).collect::<Vec<_>>() {
            let Some(syntax) = scene.syntax(&path)? else { continue };
            for (at, told) in needed(&syntax, &name, &asked) {
                found.entry((path.clone(), at)).or_insert((0, told)).0 += 1;
            }
        }
    }
    let mut all: Vec<_> = found.into_iter().collect();
    all.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let mut made = Vec::new();
    for ((path, at), (_, name)) in all.into_iter().take(MOST_OFFERS) {
        let why = format!("made `{name}` in {path} optional, as it is used");
        made.extend(scene.candidate(
            vec![Edit { path, range: at..at, text: "?".to_owned() }],
            why,
            Confidence::Suggested,
        )?);
    }
    Ok(made)
}

/// The name of what is called at a place.
fn called(scene: &Scene, place: &super::complaint::Place) -> Result<Option<String>> {
    let Some(syntax) = scene.syntax(&place.path)? else { return Ok(None) };
    let Some(at) = place.column.and_then(|column| syntax.offset(place.line, column)) else { return Ok(None) };
    let rest = syntax.text(&(at..syntax.bytes().len()));
    Ok(meaning::words(&rest[..rest.find('(').unwrap_or(0)]).last().map(str::to_owned))
}

/// What is not given: a property of a type, or the parameter at a position.
enum Asked {
    Property(String),
    Parameter(usize),
}

/// Where a `?` would go: behind a property of that name, or behind the first parameter of a function of that name which is
/// not given and which the function asks for its absence.
fn needed(syntax: &Syntax, name: &str, asked: &Asked) -> Vec<(usize, String)> {
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let own = |node: usize| tree.field(node, "name").or_else(|| tree.field(node, "pattern"));
    let is_called = |node: usize, name: &str| own(node).is_some_and(|it| text(it) == name);
    let is_typed = |node: &usize| PARTS.contains(&tree[*node].kind) && tree.field(*node, "type").is_some();
    let end = |node: usize| own(node).map(|it| (tree[it].range.end, text(it).to_owned()));
    match asked {
        Asked::Property(owner) => {
            let properties = tree.all().filter(is_typed).filter(|node| is_called(*node, name));
            let owned = properties.filter(|node| tree.above(*node).any(|it| is_called(it, owner)));
            owned.filter(|node| !text(*node).contains("?:")).filter_map(end).collect()
        }
        Asked::Parameter(position) => {
            let lists = tree.all().filter(|node| is_called(*node, name)).filter_map(|it| tree.field(it, "parameters"));
            let parameters = lists.filter_map(|list| tree.inner(list).get(*position).copied().filter(is_typed));
            let bare = parameters.filter(|node| tree.field(*node, "value").is_none());
            bare.filter_map(end).filter(|(at, name)| is_asked_for(syntax, *at, name)).collect()
        }
    }
}

/// Whether a function does without a parameter, or passes it on to one that may.
fn is_asked_for(syntax: &Syntax, at: usize, name: &str) -> bool {
    let uses = place::occurrences(syntax, at..syntax.bytes().len().min(at + 2000), name);
    let signs = ["?", "===", "!==", "&&", "||", "=", ",", "}", ")", ";"];
    uses.iter().any(|range| {
        signs.iter().any(|sign| syntax.text(&(range.end..syntax.bytes().len())).trim_start().starts_with(sign))
    })
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_may_be_left_out_says_so() {
        check(&[
            Example {
                files: &[(
                    "a.ts",
                    "interface Card {\n  id: string;\n  estimate: number;\n}\nexport const card: Card = { id: 'a' };\nexport const hours = (it: Card) => it.estimate ?? 0;\n",
                )],
                log: "a.ts(5,14): error TS2741: Property 'estimate' is missing in type '{ id: string; }' but required in type 'Card'.\n",
                fixed: "interface Card {\n  id: string;\n  estimate?: number;\n}\nexport const card: Card = { id: 'a' };\nexport const hours = (it: Card) => it.estimate ?? 0;\n",
            },
            Example {
                files: &[(
                    "a.ts",
                    "class A {\n  after(delay: number, every: number): void {\n    this.push({ delay, every });\n  }\n  once() {\n    this.after(1);\n  }\n}\n",
                )],
                log: "a.ts(6,10): error TS2554: Expected 2 arguments, but got 1.\n",
                fixed: "class A {\n  after(delay: number, every?: number): void {\n    this.push({ delay, every });\n  }\n  once() {\n    this.after(1);\n  }\n}\n",
            },
        ]);
    }
}
