//! Java: what a class keeps for itself is read through its accessor, and an accessor is called as its class has it:
//! `getTitle()` in beans, `title()` in records.

use super::said::Said;
use super::{Scene, place};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::BTreeMap;

static PRIVATE: Said = Said::new(&[r"^(?P<name>\w+) has private access in (?P<class>\w+)"]);
static UNKNOWN: Said =
    Said::new(&[r"cannot find symbol: method (?P<name>\w+)\(\) in (?:class|variable \w+ of type) (?P<class>\w+)"]);
const MOST_FILES: usize = 20;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut edits = Vec::new();
    let mut told = BTreeMap::new();
    for complaint in &scene.complaints {
        let private = PRIVATE.captures(&complaint.message);
        let is_field = private.is_some();
        let Some(said) = private.or_else(|| UNKNOWN.captures(&complaint.message)) else { continue };
        let Some(at) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&at.path)?.filter(|it| it.language() == Language::Java) else { continue };
        let Some(right) = accessor(scene, &at.path, &said["class"], &said["name"])? else { continue };
        for range in place::meant(&syntax, at.line, at.column, &said["name"]) {
            // What is set has another one.
            let behind = syntax.text(&(range.end..syntax.bytes().len())).trim_start();
            if is_field && (behind.starts_with('(') || behind.starts_with('=') && !behind.starts_with("==")) {
                continue;
            }
            let call = if is_field { "()" } else { "" };
            let edit = Edit { path: at.path.clone(), range, text: format!("{right}{call}") };
            if !edits.contains(&edit) {
                edits.push(edit);
            }
            told.insert(said["name"].to_owned(), right.clone());
        }
    }
    let told: Vec<String> = told.iter().map(|(name, right)| format!("`{name}` through `{right}()`")).collect();
    let made = scene.candidate(edits, format!("read {}", told.join(", ")), Confidence::Suggested)?;
    Ok(made.into_iter().collect())
}

/// The accessor that a class has for what a name speaks of.
fn accessor(scene: &Scene, near: &RelPath, class: &str, name: &str) -> Result<Option<String>> {
    let bare = ["get", "is"]
        .iter()
        .find_map(|lead| name.strip_prefix(lead).filter(|rest| rest.starts_with(char::is_uppercase)));
    let (first, rest) = bare.unwrap_or(name).split_at(bare.unwrap_or(name).chars().next().map_or(0, char::len_utf8));
    let (plain, capital) = (format!("{}{rest}", first.to_lowercase()), format!("{}{rest}", first.to_uppercase()));
    let ways = [format!("get{capital}"), format!("is{capital}"), plain.clone()];
    let holders = scene.index(Language::Java, near)?.holders(class);
    let holders: Vec<RelPath> = holders.map(|(path, _)| path.clone()).take(MOST_FILES).collect();
    for path in holders {
        let Some(syntax) = scene.syntax(&path)? else { continue };
        let own: Vec<&String> = ways.iter().filter(|way| *way != name && gives(&syntax, class, way)).collect();
        if let [only] = own[..] {
            return Ok(Some(only.clone()));
        }
    }
    Ok(None)
}

/// Whether a class has a method without parameters of the name, or is a record with such a part.
fn gives(syntax: &Syntax, class: &str, name: &str) -> bool {
    let tree = syntax.branches();
    let text = |node: usize| syntax.text(&tree[node].range);
    let named = |node: usize, name: &str| tree.field(node, "name").is_some_and(|it| text(it) == name);
    let kinds = ["class_declaration", "record_declaration", "interface_declaration"];
    tree.all().filter(|node| kinds.contains(&tree[*node].kind) && named(*node, class)).any(|class| {
        tree.below(class).any(|node| match tree[node].kind {
            "method_declaration" => {
                named(node, name) && tree.field(node, "parameters").is_some_and(|it| tree.inner(it).is_empty())
            }
            "formal_parameter" => {
                let list = tree[node].parent;
                tree[list].parent == class && named(node, name)
            }
            _ => false,
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_is_private_is_read_through_its_accessor() {
        check(&[
            Example {
                files: &[
                    ("Book.java", "class Book extends Media {\n    String f() {\n        return title;\n    }\n}\n"),
                    (
                        "Media.java",
                        "class Media {\n    private String title;\n    String getTitle() {\n        return title;\n    }\n}\n",
                    ),
                ],
                log: "Book.java:3: error: title has private access in Media\n        return title;\n               ^\n1 error\n",
                fixed: "class Book extends Media {\n    String f() {\n        return getTitle();\n    }\n}\n",
            },
            Example {
                files: &[
                    ("T.java", "class T {\n    int f(Booking b) {\n        return b.getAmount();\n    }\n}\n"),
                    ("Booking.java", "record Booking(String text, int amount) {}\n"),
                ],
                log: "T.java:3: error: cannot find symbol\n        return b.getAmount();\n                ^\n  symbol:   method getAmount()\n  location: variable b of type Booking\n1 error\n",
                fixed: "class T {\n    int f(Booking b) {\n        return b.amount();\n    }\n}\n",
            },
        ]);
    }
}
