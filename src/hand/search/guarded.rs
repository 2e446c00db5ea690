//! JavaScript and TypeScript: something is asked of what may not be there, `u.address.city`.

use super::draft::Draft;
use super::hunt::{File, Spot};

/// More than what mends the cause.
const COST: f64 = 1.2;

pub fn drafts(file: &File, spot: &Spot) -> Vec<Draft> {
    if !file.syntax.language().is_script() {
        return Vec::new();
    }
    let places = file.tree.below(spot.node).filter_map(|node| asked(file, node));
    places.map(|at| Draft { edits: vec![(at..at, "?".to_owned())], cost: COST, family: "guard" }).collect()
}

/// Where the dot of a member stands that may be asked for with `?.`.
fn asked(file: &File, node: usize) -> Option<usize> {
    let (tree, syntax) = (&file.tree, &file.syntax);
    let object = tree.field(node, "object").filter(|_| tree[node].kind == "member_expression")?;
    let at = tree[object].range.end;
    let text = syntax.text(&tree[object].range);
    // These are there; a class is called with a capital.
    let is_there = ["this", "super", "module", "exports", "console", "process"].contains(&text)
        || text.starts_with(|c: char| c.is_uppercase());
    let is_set = tree.above(node).next().is_some_and(|above| {
        let left = tree.field(above, "left").filter(|_| tree[above].kind.contains("assignment"));
        left == Some(node) || tree[above].kind == "update_expression"
    });
    (!is_there && !is_set && syntax.bytes().get(at) == Some(&b'.')).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::super::hunt::testing::{after, opened};
    use super::*;

    #[test]
    fn what_may_not_be_there_is_asked_with_care() {
        let text = "function city(u) { this.n = Math.max(u.n); u.seen = 1; return u.address.city; }";
        let (file, spot) = opened("a.js", text);
        let made: Vec<String> = drafts(&file, &spot).iter().map(|draft| after(&file, draft)).collect();
        let wanted = ["u?.n)", "u.address?.city", "u?.address.city"];
        assert_eq!(made.len(), wanted.len(), "{made:#?}");
        for new in wanted {
            assert!(made.contains(&text.replace(&new.replace('?', ""), new)), "{new} {made:#?}");
        }
    }
}
