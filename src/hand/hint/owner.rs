//! A member that is used without what it belongs to: `self.` or `this.` is put before it.

use super::complaint::Place;
use super::meaning::{self, Sort};
use super::{Scene, place};
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Branches, Language, Syntax};
use anyhow::Result;
use std::ops::Range;

const CLASSES: &[&str] = &["class_definition", "class_declaration", "class", "abstract_class_declaration"];
const METHODS: &[&str] = &["function_definition", "method_definition"];

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(unknown) = meaning::unknown(complaint).filter(|it| it.sort == Sort::Name) else { continue };
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let sites = place::meant(&syntax, place.line, place.column, &unknown.name);
        if syntax.language() == Language::Go {
            made.extend(received(scene, place, &syntax, &sites)?);
            continue;
        }
        if syntax.language() == Language::Rust {
            made.extend(associated(scene, place, &syntax, &sites, &unknown.name)?);
            continue;
        }
        let put = |site: &Range<usize>| owned(&syntax, site).map(|owner| (site.start, owner));
        let edits: Vec<Edit> = sites
            .iter()
            .filter_map(put)
            .map(|(at, owner)| Edit { path: place.path.clone(), range: at..at, text: format!("{owner}.") })
            .collect();
        let Some(owner) = edits.first().map(|edit| edit.text.clone()) else { continue };
        let why = format!("wrote `{owner}{}`, which is a member of the class", unknown.name);
        made.extend(scene.candidate(edits, why, Confidence::Suggested)?);
    }
    Ok(made)
}

/// Rust: a type or a constant that others find behind `Self::`.
fn associated(
    scene: &Scene,
    place: &Place,
    syntax: &Syntax,
    sites: &[Range<usize>],
    name: &str,
) -> Result<Option<Candidate>> {
    let tree = syntax.branches();
    let inside = |site: &Range<usize>| {
        let leaf = tree.all().rev().find(|node| tree[*node].range == *site);
        leaf.is_some_and(|leaf| tree.above(leaf).any(|it| ["impl_item", "trait_item"].contains(&tree[it].kind)))
    };
    let is_bare = |site: &&Range<usize>| !syntax.text(&(0..site.start)).ends_with([':', '.']);
    let here: Vec<&Range<usize>> = sites.iter().filter(|site| inside(site)).filter(is_bare).collect();
    // A name that stands nowhere else is rather misspelt.
    let is_known = scene.index(Language::Rust, &place.path)?.count(name) > here.len();
    if here.is_empty() || !is_known || !name.starts_with(char::is_uppercase) {
        return Ok(None);
    }
    let edit = |site: &&Range<usize>| Edit {
        path: place.path.clone(),
        range: site.start..site.start,
        text: "Self::".to_owned(),
    };
    scene.candidate(here.iter().map(edit).collect(), format!("wrote `Self::{name}`"), Confidence::Suggested)
}

/// Go: another receiver's name, of which something is asked, becomes that of the method around.
fn received(scene: &Scene, place: &Place, syntax: &Syntax, sites: &[Range<usize>]) -> Result<Option<Candidate>> {
    let tree = syntax.branches();
    let all = syntax.bytes().len();
    let method = |site: &Range<usize>| {
        let around = |node: &usize| tree[*node].range.start <= site.start && site.end <= tree[*node].range.end;
        tree.all().filter(|node| tree[*node].kind == "method_declaration").find(around)
    };
    let mut edits = Vec::new();
    for site in sites.iter().filter(|site| site.len() <= 3 && syntax.text(&(site.end..all)).starts_with('.')) {
        let list = method(site).and_then(|node| tree.field(node, "receiver"));
        let own = list.and_then(|list| tree.field(*tree.inner(list).first()?, "name"));
        let Some(own) = own.map(|node| syntax.text(&tree[node].range).to_owned()) else { continue };
        edits.push(Edit { path: place.path.clone(), range: site.clone(), text: own });
    }
    let Some(own) = edits.first().map(|edit| edit.text.clone()) else { return Ok(None) };
    scene.candidate(edits, format!("wrote `{own}`, as the method calls what it belongs to"), Confidence::Suggested)
}

/// What a name stands for a member of, where it does.
fn owned(syntax: &Syntax, site: &Range<usize>) -> Option<String> {
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let is_script = syntax.language().is_script();
    if !is_script && syntax.language() != Language::Python || syntax.text(&(0..site.start)).ends_with('.') {
        return None;
    }
    let leaf = tree.all().rev().find(|node| tree[*node].range == *site)?;
    // A keyword's or a key's name is no use of the variable.
    if matches!(
        (tree[tree[leaf].parent].kind, tree[leaf].field),
        ("keyword_argument", Some("name")) | ("pair", Some("key"))
    ) {
        return None;
    }
    let class = tree.above(leaf).find(|node| CLASSES.contains(&tree[*node].kind))?;
    let method =
        tree.above(leaf).take_while(|node| *node != class).filter(|node| METHODS.contains(&tree[*node].kind)).last()?;
    let owner = if is_script {
        "this".to_owned()
    } else {
        let parameters = tree.inner(tree.field(method, "parameters")?);
        parameters.first().map(|node| text(*node)).filter(|first| ["self", "cls"].contains(first))?.to_owned()
    };
    has_member(syntax, &tree, class, &owner, syntax.text(site)).then_some(owner)
}

fn has_member(syntax: &Syntax, tree: &Branches, class: usize, owner: &str, name: &str) -> bool {
    let text = |node: usize| syntax.text(&tree[node].range);
    let whole = format!("{owner}.{name}");
    let body = tree.field(class, "body");
    // `@decorator`, `x: int = 1` and the like are one node deeper.
    let is_own = |node: usize| tree.above(node).take(3).any(|above| Some(above) == body);
    tree.below(class).any(|node| match tree[node].kind {
        "attribute" | "member_expression" => text(node) == whole,
        "function_definition" | "method_definition" => {
            is_own(node) && tree.field(node, "name").is_some_and(|it| text(it) == name)
        }
        "assignment" => is_own(node) && tree.field(node, "left").is_some_and(|it| text(it) == name),
        "field_definition" | "public_field_definition" => tree.inner(node).iter().any(|it| text(*it) == name),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_member_gets_its_owner() {
        check(&[
            Example {
                files: &[
                    ("src/lib.rs", "pub trait Lower: ToOwned {\n    fn lower(&self) -> Owned;\n}\n"),
                    ("src/upper.rs", "pub trait Upper: ToOwned {\n    fn upper(&self) -> Self::Owned;\n}\n"),
                ],
                log: "error[E0425]: cannot find type `Owned` in this scope\n --> src/lib.rs:2:24\n  |\n2 |     fn lower(&self) -> Owned;\n  |                        ^^^^^ not found in this scope\n",
                fixed: "pub trait Lower: ToOwned {\n    fn lower(&self) -> Self::Owned;\n}\n",
            },
            Example {
                files: &[("a.go", "package a\n\ntype T struct{ n int }\n\nfunc (t *T) N() int {\n\treturn s.n\n}\n")],
                log: "./a.go:6:9: undefined: s\n",
                fixed: "package a\n\ntype T struct{ n int }\n\nfunc (t *T) N() int {\n\treturn t.n\n}\n",
            },
            Example {
                files: &[(
                    "m.py",
                    "class A:\n    def find(self, x):\n        return x\n\n    def take(self, x):\n        return find(x)\n",
                )],
                log: "  File \"/repo/m.py\", line 6, in take\n    return find(x)\nNameError: name 'find' is not defined\n",
                fixed: "class A:\n    def find(self, x):\n        return x\n\n    def take(self, x):\n        return self.find(x)\n",
            },
            Example {
                files: &[(
                    "m.py",
                    "@dataclass\nclass A:\n    count: int = 0\n\n    @property\n    def twice(self):\n        return 2 * count\n",
                )],
                log: "  File \"/repo/m.py\", line 7, in twice\nNameError: name 'count' is not defined\n",
                fixed: "@dataclass\nclass A:\n    count: int = 0\n\n    @property\n    def twice(self):\n        return 2 * self.count\n",
            },
            Example {
                files: &[(
                    "a.js",
                    "class A {\n  constructor(list) {\n    this.list = list;\n  }\n  size() {\n    return list.length;\n  }\n}\n",
                )],
                log: "/repo/a.js:6\n    return list.length;\n           ^\n\nReferenceError: list is not defined\n    at A.size (/repo/a.js:6:12)\n",
                fixed: "class A {\n  constructor(list) {\n    this.list = list;\n  }\n  size() {\n    return this.list.length;\n  }\n}\n",
            },
        ]);
    }
}
