//! Go: a method that changes its receiver, of which it is given a copy. No compiler says so.

use super::draft::Draft;
use super::hunt::{File, Spot};
use crate::syntax::Language;

const COST: f64 = 0.8;

pub fn drafts(file: &File, spot: &Spot) -> Vec<Draft> {
    if file.syntax.language() != Language::Go {
        return Vec::new();
    }
    copied(file, spot)
        .map(|at| Draft { edits: vec![(at..at, "*".to_owned())], cost: COST, family: "receiver" })
        .into_iter()
        .collect()
}

/// Where the type of a receiver begins that is a copy and is changed.
fn copied(file: &File, spot: &Spot) -> Option<usize> {
    let (tree, syntax) = (&file.tree, &file.syntax);
    let list = tree.field(spot.node, "receiver")?;
    let receiver = tree.below(list).find(|node| tree[*node].kind == "parameter_declaration")?;
    let (name, of) = (tree.field(receiver, "name")?, tree.field(receiver, "type")?);
    if tree[of].kind == "pointer_type" {
        return None;
    }
    let own = format!("{}.", syntax.text(&tree[name].range));
    // What a map or a slice holds is the same in every copy.
    let is_own = |text: &str| text.trim().starts_with(&own) && !text.contains('[');
    let changes = |node: usize| match tree[node].kind {
        "assignment_statement" => {
            tree.field(node, "left").is_some_and(|left| syntax.text(&tree[left].range).split(',').any(is_own))
        }
        "inc_statement" | "dec_statement" => is_own(syntax.text(&tree[node].range)),
        _ => false,
    };
    tree.below(spot.node).any(changes).then_some(tree[of].range.start)
}

#[cfg(test)]
mod tests {
    use super::super::hunt::testing::{after, opened};
    use super::*;

    #[test]
    fn who_changes_its_receiver_is_given_it() {
        for (text, changed) in [
            ("package a\n\nfunc (a Acc) Add(x int) { a.n += x }\n", Some("(a *Acc)")),
            ("package a\n\nfunc (a Acc) Add() {\n\tb, a.n = 1, 2\n}\n", Some("(a *Acc)")),
            ("package a\n\nfunc (a Acc) Add() { a.n++ }\n", Some("(a *Acc)")),
            ("package a\n\nfunc (a *Acc) Add() { a.n++ }\n", None),
            ("package a\n\nfunc (a Acc) Add(k string) { a.m[k]++ }\n", None),
            ("package a\n\nfunc (a Acc) N() int { b.n = a.n; return b.n }\n", None),
        ] {
            let (file, spot) = opened("a.go", text);
            let made: Vec<String> = drafts(&file, &spot).iter().map(|draft| after(&file, draft)).collect();
            assert_eq!(made, changed.map(|new| text.replace("(a Acc)", new)).into_iter().collect::<Vec<_>>(), "{text}");
        }
    }
}
