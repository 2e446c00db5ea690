//! A name or a key that is spelt otherwise than everybody else spells it. No compiler and no error tells of a property
//! that is not there or a key that nobody put in; the rest of the code and the tests do.

use super::chance::numbers;
use super::draft::Draft;
use super::hunt::{File, Spot};
use crate::hand::hint::distance::{distance, is_near};
use crate::hand::{Job, offer};
use crate::syntax::{Language, Role, Syntax};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The likeliest of all edits where the odd spelling stands there alone.
const COST: f64 = 0.8;
/// So much more costs each typing error.
const FAR: f64 = 0.08;
/// Who is said more often than that is no slip.
const ODD: usize = 3;
/// Files that are read for how others spell it.
const MOST_FILES: usize = 300;
const LARGEST: usize = 200_000;

/// How often each word is said, in the suspect files, the tests and the files beside them.
pub struct Words {
    counts: BTreeMap<String, usize>,
    /// The numbers that the tests say.
    pub expected: BTreeSet<String>,
}

impl Words {
    pub fn of(job: &Job, suspects: &[File]) -> Result<Self> {
        let (mut counts, mut expected) = (BTreeMap::new(), BTreeSet::new());
        suspects.iter().for_each(|file| count(&mut counts, &file.text));
        let languages: Vec<Language> = suspects.iter().map(|file| file.syntax.language()).collect();
        let is_other = |path: &&crate::ids::RelPath| {
            let known = Language::of(path).is_some_and(|language| languages.contains(&language));
            known && !suspects.iter().any(|file| file.path == **path)
        };
        let mut others: Vec<_> = job.workshop.files()?.iter().filter(is_other).collect();
        others.sort_by_key(|path| !crate::guard::is_test(path));
        for path in others.into_iter().take(MOST_FILES) {
            let text = offer::editable(job, path)?.filter(|text| text.len() < LARGEST);
            text.iter().for_each(|text| count(&mut counts, text));
            let text = text.filter(|_| crate::guard::is_test(path)).unwrap_or_default();
            expected.extend(numbers(&String::from_utf8_lossy(&text)).map(|(_, number)| number.to_owned()));
        }
        Ok(Self { counts, expected })
    }

    /// What the odd words of a function could have been meant to be, the nearest first.
    pub fn drafts(&self, file: &File, spot: &Spot) -> Vec<Draft> {
        let mut places: BTreeMap<&str, Vec<Range<usize>>> = BTreeMap::new();
        for range in members(&file.syntax).chain(keys(file, spot)) {
            if spot.start <= range.start && range.end <= spot.end {
                places.entry(file.syntax.text(&range)).or_default().push(range);
            }
        }
        places.iter().flat_map(|(word, places)| self.meant(word, places)).collect()
    }

    fn meant(&self, word: &str, places: &[Range<usize>]) -> Vec<Draft> {
        let said = self.counts.get(word).copied().unwrap_or_default();
        // What is said elsewhere as well is hardly a slip.
        let elsewhere = said.saturating_sub(places.len());
        if said > ODD || word.len() < 3 {
            return Vec::new();
        }
        let others = self.counts.iter().filter(|(other, count)| **count >= said && is_near(word, other));
        let draft = |(other, _): (&String, &usize)| Draft {
            edits: places.iter().map(|place| (place.clone(), other.clone())).collect(),
            cost: COST + FAR * distance(word, other) + 0.5 * elsewhere as f64,
            family: "spelling",
        };
        others.map(draft).collect()
    }
}

fn count(counts: &mut BTreeMap<String, usize>, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
        if word.len() > 2 && !word.starts_with(|c: char| c.is_ascii_digit()) {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
}

/// The names behind dots; a compiler has looked at those of other languages.
fn members(syntax: &Syntax) -> impl Iterator<Item = Range<usize>> + '_ {
    let loose = syntax.language().is_script() || syntax.language() == Language::Python;
    let is_member = move |name: &&crate::syntax::Name| loose && name.role == Role::Member && !name.defined;
    syntax.names().iter().filter(is_member).map(|name| name.range.clone())
}

/// Texts that are one word, without their quotes.
fn keys<'f>(file: &'f File, spot: &Spot) -> impl Iterator<Item = Range<usize>> + 'f {
    let is_text = |node: &usize| file.tree[*node].kind.contains("string") && file.tree[*node].named;
    let bare = |node: usize| {
        let range = &file.tree[node].range;
        let text = file.syntax.text(range);
        let word = text.trim_matches(['"', '\'']);
        let at = range.start + text.find(word)?;
        let plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
        (plain && text.len() == word.len() + 2).then(|| at..at + word.len())
    };
    file.tree.below(spot.node).filter(is_text).filter_map(bare)
}

#[cfg(test)]
mod tests {
    use super::super::hunt::testing::{after, opened};
    use super::*;

    /// The function with the cheapest draft applied.
    fn first(text: &str, tests: &str) -> Option<String> {
        let (file, spot) = opened("a.js", text);
        let mut counts = BTreeMap::new();
        [text, tests].iter().for_each(|text| count(&mut counts, text.as_bytes()));
        let drafts = Words { counts, expected: BTreeSet::new() }.drafts(&file, &spot);
        let best = drafts.into_iter().min_by(|a, b| a.cost.total_cmp(&b.cost))?;
        Some(after(&file, &best))
    }

    #[test]
    fn the_odd_spelling_becomes_that_of_the_others() {
        let tests = "total({ price: 2, quantity: 3 }); total({ price: 1, quantity: 1 })";
        let text = "function total(i) { return i.price * i.quantiy + i.quantiy }";
        assert_eq!(first(text, tests).as_deref(), Some(&*text.replace("quantiy", "quantity")));
        let keyed = "function f(p) { const o = { last: p.last }; return o['lst'] }";
        assert_eq!(first(keyed, "").as_deref(), Some(&*keyed.replace("'lst'", "'last'")));
        let tests = "f({ counts: 1, count: 2 });".repeat(4);
        assert_eq!(first("function f(i) { return i.counts + i.count }", &tests), None);
    }
}
