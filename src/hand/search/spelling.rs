//! A name or a key that is spelt otherwise than everybody else spells it. No compiler and no error tells of a property
//! that is not there or a key that nobody put in; the rest of the code and the tests do.

use super::chance::{numbers, texts};
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
/// A member for another is no slip of the keys.
const OF_THE_SAME: f64 = 1.5;
/// Who is said more often than that is no slip.
const ODD: usize = 3;
/// Files that are read for how others spell it.
const MOST_FILES: usize = 300;
const LARGEST: usize = 200_000;

/// How often each word is said, in the suspect files, the tests, the files beside them and what is read as data.
#[derive(Default)]
pub struct Words {
    counts: BTreeMap<String, usize>,
    /// The numbers and the quoted texts that the tests say.
    pub expected: BTreeSet<String>,
    /// `Color` → `RED`, `GREEN`: what anybody asks of a type by name.
    members: BTreeMap<String, BTreeSet<String>>,
}

impl Words {
    pub fn of(job: &Job, suspects: &[File]) -> Result<Self> {
        let mut words = Self::default();
        suspects.iter().for_each(|file| words.read(&file.text, false));
        let languages: Vec<Language> = suspects.iter().map(|file| file.syntax.language()).collect();
        let is_other = |path: &&crate::ids::RelPath| {
            let known = Language::of(path).is_some_and(|language| languages.contains(&language));
            (known || is_data(path)) && !suspects.iter().any(|file| file.path == **path)
        };
        let mut others: Vec<_> = job.workshop.files()?.iter().filter(is_other).collect();
        others.sort_by_key(|path| !crate::guard::is_test(path));
        for path in others.into_iter().take(MOST_FILES) {
            let text = offer::editable(job, path)?.filter(|text| text.len() < LARGEST);
            text.iter().for_each(|text| words.read(text, crate::guard::is_test(path) && !is_data(path)));
        }
        Ok(words)
    }

    fn read(&mut self, text: &[u8], expects: bool) {
        let text = String::from_utf8_lossy(text);
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            if word.len() > 2 && !word.starts_with(|c: char| c.is_ascii_digit()) {
                *self.counts.entry(word.to_owned()).or_default() += 1;
            }
        }
        for (of, member) in of_types(&text) {
            self.members.entry(of.to_owned()).or_default().insert(member.to_owned());
        }
        if expects {
            self.expected.extend(numbers(&text).map(|(_, number)| number.to_owned()));
            self.expected.extend(texts(&text).map(str::to_owned));
        }
    }

    /// What the odd words of a function could have been meant to be, the nearest first.
    pub fn drafts(&self, file: &File, spot: &Spot) -> Vec<Draft> {
        let mut places: BTreeMap<&str, Vec<Range<usize>>> = BTreeMap::new();
        for range in members(&file.syntax).chain(keys(file, spot)) {
            if spot.start <= range.start && range.end <= spot.end {
                places.entry(file.syntax.text(&range)).or_default().push(range);
            }
        }
        let mut drafts: Vec<Draft> = places.iter().flat_map(|(word, places)| self.meant(word, places)).collect();
        drafts.extend(self.of_the_same(file, spot));
        drafts
    }

    /// Another member of the same type: `Color.RED` → `Color.GREEN`.
    fn of_the_same(&self, file: &File, spot: &Spot) -> Vec<Draft> {
        let text = file.syntax.text(&(spot.start..spot.end));
        let at = |part: &str| spot.start + (part.as_ptr() as usize - text.as_ptr() as usize);
        let said = of_types(text).flat_map(|(of, member)| {
            let others = self.members.get(of).into_iter().flatten().filter(move |other| *other != member);
            others.map(move |other| (member, other))
        });
        let draft = |(member, other): (&str, &String)| Draft {
            edits: vec![(at(member)..at(member) + member.len(), other.clone())],
            cost: OF_THE_SAME,
            family: "member",
        };
        said.map(draft).collect()
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

/// What tests and programs read: its keys are spelt as they are.
fn is_data(path: &crate::ids::RelPath) -> bool {
    matches!(path.extension().as_str(), "json" | "yaml" | "yml" | "toml" | "csv") && !path.file_name().contains("lock")
}

/// `Color.RED`, `Color::Red`: a type and what is asked of it, no call.
fn of_types(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let joints = text.match_indices('.').chain(text.match_indices("::"));
    joints.filter_map(move |(at, joint)| {
        let of = text[..at].rfind(|c| !word(c)).map_or("", |n| text[n..at].trim_start_matches(|c| !word(c)));
        let rest = &text[at + joint.len()..];
        let member = &rest[..rest.find(|c| !word(c)).unwrap_or(rest.len())];
        let is_type = of.starts_with(char::is_uppercase) && member.starts_with(char::is_uppercase);
        (is_type && !rest[member.len()..].starts_with('(')).then_some((of, member))
    })
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
        let mut words = Words::default();
        [text, tests].iter().for_each(|text| words.read(text.as_bytes(), false));
        let drafts = words.drafts(&file, &spot);
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
    #[test]
    fn another_member_of_the_same_type() {
        let text = "function f(n) { return n ? Color.RED : State.RED }";
        let green = text.replacen("RED", "GREEN", 1);
        assert_eq!(first(text, "f(1) == Color.GREEN; State.of(2)").as_deref(), Some(&*green));
        let pairs: BTreeSet<_> = of_types("let a = Color::Red; b.X; Kind.MAX.min(Level.of(x)) Mode.A").collect();
        assert_eq!(pairs, BTreeSet::from([("Color", "Red"), ("Kind", "MAX"), ("Mode", "A")]));
    }
}
