//! The same edit at every place where the function says the same: who got `n - i` wrong once got it wrong twice.

use super::draft::Draft;
use super::hunt::{File, Spot};
use std::collections::BTreeMap;
use std::ops::Range;

/// How much less likely that is than the edit at one place.
const MORE: f64 = 0.4;
/// What is said more often is no slip.
const MOST: usize = 4;

/// Adds to the drafts of one edit those that make it wherever the function says what it replaces.
pub fn extend(file: &File, spot: &Spot, drafts: &mut Vec<Draft>) {
    let same = repeated(file, spot);
    let spread = |draft: &Draft| {
        let [(range, text)] = &draft.edits[..] else { return None };
        let places = same.get(file.text.get(range.clone())?).filter(|places| places.contains(range))?;
        let edits = places.iter().map(|place| (place.clone(), text.clone())).collect();
        Some(Draft { edits, cost: draft.cost + MORE, family: draft.family })
    };
    let more: Vec<Draft> = drafts.iter().filter_map(spread).collect();
    drafts.extend(more);
}

/// Expressions that stand in the function more than once, none of them a mere word.
fn repeated<'f>(file: &'f File, spot: &Spot) -> BTreeMap<&'f [u8], Vec<Range<usize>>> {
    let tree = &file.tree;
    let mut places: BTreeMap<&[u8], Vec<Range<usize>>> = BTreeMap::new();
    for node in tree.below(spot.node).filter(|node| tree[*node].named && !tree[*node].children.is_empty()) {
        let range = &tree[node].range;
        let known = places.entry(&file.text[range.clone()]).or_default();
        if !known.contains(range) {
            known.push(range.clone());
        }
    }
    places.retain(|text, places| (2..=MOST).contains(&places.len()) && !text.contains(&b'\n'));
    places
}

#[cfg(test)]
mod tests {
    use super::super::hunt::testing::{after, opened};
    use super::*;

    #[test]
    fn what_is_wrong_twice_is_mended_twice() {
        let text = "void f(char *s, int n, int i) { char c = s[i]; s[i] = s[n - i]; s[n - i] = c; }";
        let (file, spot) = opened("a.c", text);
        let at = text.find("n - i").unwrap();
        let edit =
            |range: Range<usize>, new: &str| Draft { edits: vec![(range, new.to_owned())], cost: 1.0, family: "x" };
        // A part of an expression and a word are none.
        let mut drafts = vec![edit(at..at + 5, "n - i - 1"), edit(at..at + 3, "n +"), edit(at..at + 1, "i")];
        extend(&file, &spot, &mut drafts);
        assert_eq!(drafts.len(), 4);
        assert_eq!(after(&file, &drafts[3]), text.replace("n - i", "n - i - 1"));
    }
}
