//! A use and a definition differ in spelling: which of the two may be the misspelt one, judged by
//! words that people use and by where else each spelling stands.

use super::index::{Index, parts};
use super::words;
use crate::syntax::Language;

/// What may be renamed, most trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Use,
    UseThenDefinition,
    DefinitionThenUse,
}

/// What is known of the words that only one of two spellings has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sense {
    Unknown,
    /// It stands elsewhere in the repository.
    Seen,
    Common,
}

/// Where the two spellings stand.
pub(super) struct Facts {
    pub used: Sense,
    pub defined: Sense,
    /// How often the spelling of the use stands in the repository.
    pub uses: usize,
    pub used_outside_tests: bool,
    /// The spelling of the definition stands somewhere that is not the definition.
    pub defined_spelling_elsewhere: bool,
    /// The tool offers the definition's spelling.
    pub offered: bool,
}

/// So many uses agree that a single definition is the odd one.
const AGREED: usize = 4;

pub(super) fn verdict(facts: &Facts) -> Verdict {
    if facts.defined_spelling_elsewhere || facts.uses < 2 || facts.defined > facts.used {
        return Verdict::Use;
    }
    if facts.used == Sense::Common && facts.defined == Sense::Unknown {
        return Verdict::DefinitionThenUse;
    }
    if facts.offered || !facts.used_outside_tests {
        return Verdict::Use;
    }
    if facts.used > facts.defined || facts.uses >= AGREED {
        Verdict::DefinitionThenUse
    } else {
        Verdict::UseThenDefinition
    }
}

/// The least known of the words that `name` has and `other` has not.
pub(super) fn sense(index: &Index, language: Language, name: &str, other: &str) -> Sense {
    let others: Vec<String> = parts(other).collect();
    let differing = parts(name).filter(|part| !others.contains(part));
    let sense = |part: String| match () {
        () if is_common(&part, language) => Sense::Common,
        () if index.has_elsewhere(&part, name) || index.is_spoken_of(name) => Sense::Seen,
        () => Sense::Unknown,
    };
    differing.map(sense).min().unwrap_or(Sense::Seen)
}

fn is_common(word: &str, language: Language) -> bool {
    let known = |word: &str| {
        words::common().any(|common| common == word)
            || words::builtins(language).any(|own| own.eq_ignore_ascii_case(word))
            || language.keywords().contains(&word)
    };
    known(word) || stems(word).any(|stem| known(&stem))
}

/// `sizes`, `sized`, `sizing` → `size`.
fn stems(word: &str) -> impl Iterator<Item = String> {
    let ends = ["s", "es", "ed", "er", "ing", "ly"].iter().filter_map(|end| word.strip_suffix(end));
    ends.filter(|stem| stem.len() > 2).flat_map(|stem| [stem.to_owned(), format!("{stem}e")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RelPath;

    #[test]
    fn the_word_that_people_use_is_right_on_either_side() {
        for (right, wrong) in [
            ("length", "lenght"),
            ("average", "avrage"),
            ("slugify", "slugfy"),
            ("parse_header", "parse_heder"),
            ("customerName", "customrName"),
            ("getResponse", "getRepsonse"),
            ("sizing", "sizign"),
            ("MAX_WIDTH", "MAX_WIDHT"),
            ("frobnicate_all", "frobncate_all"),
        ] {
            let mut index = Index::default();
            index.add(RelPath::parse("README.md").unwrap(), "To frobnicate is to tweak.");
            index.count_parts();
            let of = |name, other| sense(&index, Language::Python, name, other);
            assert!(of(right, wrong) > of(wrong, right), "{right} {wrong}");
        }
    }

    #[test]
    fn two_good_words_and_two_made_up_ones_are_even() {
        let index = Index::default();
        for (a, b) in [("rate", "rates"), ("userName", "user_name"), ("zorble", "zorbel")] {
            let of = |name, other| sense(&index, Language::Python, name, other);
            assert_eq!(of(a, b), of(b, a), "{a} {b}");
        }
    }

    #[test]
    fn the_definition_yields_only_to_evidence() {
        use Sense::{Common, Seen, Unknown};
        use Verdict::{DefinitionThenUse, Use, UseThenDefinition};
        // (word of the use, of the definition), uses, (outside tests, elsewhere, offered)
        for (senses, uses, (used_outside_tests, defined_spelling_elsewhere, offered), wanted) in [
            ((Common, Unknown), 2, (false, false, true), DefinitionThenUse),
            ((Common, Unknown), 1, (true, false, false), Use),
            ((Common, Unknown), 3, (true, true, false), Use),
            ((Unknown, Common), 9, (true, false, false), Use),
            ((Unknown, Seen), 9, (true, false, false), Use),
            ((Seen, Unknown), 2, (true, false, false), DefinitionThenUse),
            ((Seen, Unknown), 2, (true, false, true), Use),
            ((Seen, Unknown), 2, (false, false, false), Use),
            ((Unknown, Unknown), 2, (true, false, false), UseThenDefinition),
            ((Unknown, Unknown), 5, (true, false, false), DefinitionThenUse),
            ((Unknown, Unknown), 5, (true, false, true), Use),
            ((Unknown, Unknown), 5, (false, false, false), Use),
            ((Common, Common), 2, (true, false, false), UseThenDefinition),
        ] {
            let (used, defined) = senses;
            let facts = Facts { used, defined, uses, used_outside_tests, defined_spelling_elsewhere, offered };
            assert_eq!(verdict(&facts), wanted, "{senses:?} {uses} {used_outside_tests} {offered}");
        }
    }
}
