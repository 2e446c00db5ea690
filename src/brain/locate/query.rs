//! What an issue text asks for, as weighted terms.

use super::path::Mention;
use super::terms::{Finder, Kind, Term};
use super::words::{TAILS, split_words, stem};
use crate::brain::text::{self, IssueText, ascii};
use regex::Regex;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

/// Terms beyond this say little and cost time in every file.
const MOST_TERMS: usize = 160;
/// Names of which only the definition counts.
const MOST_NAMES: usize = 80;
/// Of a long text only its beginning and end are read for words; traces and names come from all.
const LONGEST_TEXT: usize = 24_000;

const TITLE_WEIGHT: f64 = 2.0;
const BODY_WEIGHT: f64 = 1.0;
const CODE_WEIGHT: f64 = 0.5;

/// An issue text made ready for ranking.
pub struct Query {
    pub(super) finder: Finder,
    by_text: HashMap<String, usize>,
    pub(super) mentions: Vec<Mention>,
    pub(super) about_tests: bool,
    pub(super) about_docs: bool,
}

impl Query {
    /// A text without a known title: its first line counts as one.
    pub fn from_text(text: &str) -> Self {
        let (title, body) = text.trim_start().split_once('\n').unwrap_or((text, ""));
        Self::new(&text::extract(title, body))
    }

    pub fn new(issue: &IssueText) -> Self {
        let terms = terms(issue);
        let in_paths = terms.iter().enumerate().filter(|(_, term)| term.kind != Kind::Definition);
        let by_text = in_paths.map(|(i, term)| (term.text.clone(), i)).collect();
        let title = issue.title.to_ascii_lowercase();
        let word = |list: &[&str]| split_words(&title).any(|w| list.contains(&w.to_ascii_lowercase().as_str()));
        Self {
            finder: Finder::new(terms),
            by_text,
            mentions: Mention::all(issue),
            about_tests: word(&["test", "tests", "testing"]),
            about_docs: word(&["doc", "docs", "documentation", "readme", "changelog"]),
        }
    }

    pub(super) fn terms(&self) -> &[Term] {
        self.finder.terms()
    }

    /// The term that a word of a path stands for.
    pub(super) fn term_of(&self, word: &str) -> Option<usize> {
        if !self.finder.may_start(word.as_bytes()) {
            return None;
        }
        TAILS.iter().filter_map(|tail| word.strip_suffix(tail)).find_map(|stem| self.by_text.get(stem)).copied()
    }
}

fn terms(issue: &IssueText) -> Vec<Term> {
    let mut weights: HashMap<String, f64> = HashMap::new();
    let mut add = |text: &str, weight: f64| {
        for word in split_words(text).map(stem).filter(|w| w.len() >= 3) {
            *weights.entry(word).or_default() += weight;
        }
    };
    add(&issue.title, TITLE_WEIGHT);
    let code: usize = issue.code_blocks.iter().map(|b| b.text.len()).sum();
    let body_weight = if code * 2 > issue.body.len() { CODE_WEIGHT } else { BODY_WEIGHT };
    for part in ends(&without_versions(&issue.body)) {
        add(part, body_weight);
    }
    let words = weights.into_iter().map(|(text, w)| Term { text, weight: 1.0 + w.ln_1p(), kind: Kind::Word });
    let mut terms: Vec<_> = words.chain(identifiers(issue)).collect();
    terms.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.text.cmp(&b.text)));
    terms.dedup_by(|a, b| a.text == b.text);
    terms.truncate(MOST_TERMS);
    let known: HashSet<String> = terms.iter().filter(|t| t.kind == Kind::Name).map(|t| t.text.clone()).collect();
    terms.extend(definitions(issue, &known));
    terms
}

/// The last parts of the symbols, those of several words: `a.b.parse_config` → `parse_config`.
fn identifiers(issue: &IssueText) -> impl Iterator<Item = Term> + '_ {
    let traced = issue.traces.iter().filter_map(|f| f.symbol.clone());
    let named = issue.symbols.iter().flat_map(|s| s.split(['.', ':', '#', '/', '-', '>'])).map(str::to_owned);
    let bare = |name: String| name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_').to_owned();
    let compound = |name: &String| split_words(name).nth(1).is_some() && name.is_ascii();
    named.chain(traced).map(bare).filter(compound).take(MOST_TERMS).map(|name| Term {
        text: name.to_ascii_lowercase(),
        weight: 2.0,
        kind: Kind::Name,
    })
}

/// Names that code calls or reaches for, `known` ones left out: whoever defines one may be meant.
fn definitions(issue: &IssueText, known: &HashSet<String>) -> impl Iterator<Item = Term> {
    let names = issue.code_names.iter().filter(|name| name.is_ascii()).map(|name| name.to_ascii_lowercase());
    let names: BTreeSet<String> = names.filter(|name| !known.contains(name)).take(MOST_NAMES).collect();
    names.into_iter().map(|text| Term { text, weight: 1.0, kind: Kind::Definition })
}

/// Lines that tell of versions and settings of the reporter's machine: `numpy: 1.24.1`, `LOCALE None`.
fn without_versions(body: &str) -> Cow<'_, str> {
    static VERSIONS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let value = r"(?:v?\d+(?:\.\w+)+.*|none|true|false|not installed)";
        ascii(&format!(r"(?im)^[\s>*-]*[\w.() /-]{{1,40}}\s*(?:[:=]+|\s)\s*{value}\s*$"))
    });
    VERSIONS.as_ref().map_or(Cow::Borrowed(body), |versions| versions.replace_all(body, ""))
}

fn ends(text: &str) -> [&str; 2] {
    if text.len() <= LONGEST_TEXT {
        return [text, ""];
    }
    let floor = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    [&text[..floor(LONGEST_TEXT / 2)], &text[floor(text.len() - LONGEST_TEXT / 2)..]]
}
