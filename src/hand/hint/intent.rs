//! Whether a name in a test may be a typing error. A test says what the code shall be, so a name that it
//! uses and the code does not have is rather a wish: it is left alone unless the evidence is strong.

use super::distance::distance;
use super::index::Index;
use super::place;
use super::spelling::{self, Sense};
use crate::guard;
use crate::ids::RelPath;
use crate::syntax::{Language, Syntax};
use std::ops::Range;

/// Shorter words are near too many others.
const SHORTEST: usize = 4;

/// Whether any of `sites` stands in a test.
pub(super) fn in_test(path: &RelPath, syntax: &Syntax, sites: &[Range<usize>]) -> bool {
    let part = || guard::test_part(path, std::str::from_utf8(syntax.bytes()).ok()?);
    let first = if place::is_test(path) { Some(1) } else { part().map(|(first, _)| first) };
    first.is_some_and(|first| sites.iter().any(|site| syntax.line_of(site.start) >= first))
}

/// Whether `wrong` may be `right` misspelt, judged by the words alone. `is_local`: the test itself defines `right`.
pub(super) fn is_typing_error(index: &Index, language: Language, wrong: &str, right: &str, is_local: bool) -> bool {
    if guard::is_means(wrong) && guard::is_means(right) {
        return true;
    }
    if guard::is_relative(wrong, right) || wrong.chars().count() < SHORTEST || index.is_spoken_of(wrong) {
        return false;
    }
    if distance(wrong, right) < 1.0 {
        return true;
    }
    let sense = |name, other| spelling::sense(index, language, name, other);
    let (of_wrong, of_right) = (sense(wrong, right), sense(right, wrong));
    // Where neither is a word that we know, a test that has used the right one knew it.
    let unused = || is_local || !index.holders(right).any(|(path, _)| place::is_test(path));
    of_wrong != Sense::Common && (of_right > of_wrong || (of_right == of_wrong && is_slip(wrong, right) && unused()))
}

/// Letters swapped, or one lost or put in, after a first one that is right. Another letter may be another word.
fn is_slip(wrong: &str, right: &str) -> bool {
    let letters = |word: &str| {
        let mut all: Vec<char> = word.chars().collect();
        all.sort_unstable();
        all
    };
    wrong.chars().next() == right.chars().next()
        && (letters(wrong) == letters(right) || wrong.chars().count().abs_diff(right.chars().count()) == 1)
}

/// Of several the nearest, if there is one.
pub(super) fn nearest(wrong: &str, rights: Vec<String>) -> Option<String> {
    let far = |right: &String| distance(wrong, right);
    let least = rights.iter().map(far).min_by(f64::total_cmp)?;
    let mut near = rights.into_iter().filter(|right| far(right) <= least);
    near.next().filter(|_| near.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_no_typing_error() {
        let mut index = Index::default();
        index.add(RelPath::parse("m.py").unwrap(), "load dump encode Object zorble jump total subtract parse");
        index.add(RelPath::parse("README.md").unwrap(), "Use wibble.");
        index.count_parts();
        let judged = |wrong, right| is_typing_error(&index, Language::Python, wrong, right, false);
        for (wrong, right) in [
            ("loads", "load"),
            ("encodes", "encode"),
            ("reload", "load"),
            ("isObject", "Object"),
            ("dump", "jump"),
            ("wibble", "wobble"),
            ("sam", "sum"),
        ] {
            assert!(!judged(wrong, right), "{wrong} {right}");
        }
        for (wrong, right) in [
            ("totl", "total"),
            ("substract", "subtract"),
            ("zorbel", "zorble"),
            ("assertEquals", "assertEqual"),
            ("parse_It", "parse_it"),
        ] {
            assert!(judged(wrong, right), "{wrong} {right}");
        }
    }
}
