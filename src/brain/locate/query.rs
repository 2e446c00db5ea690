//! What an issue text asks for, as weighted terms for one automaton.

use super::path::Mention;
use crate::brain::text::{self, IssueText};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::HashMap;

/// Terms beyond this say little and cost time in every file.
const MOST_TERMS: usize = 160;
/// Of a long text only its beginning and end are read for words; traces and names come from all.
const LONGEST_TEXT: usize = 24_000;

const TITLE_WEIGHT: f64 = 2.0;
const BODY_WEIGHT: f64 = 1.0;
const CODE_WEIGHT: f64 = 0.5;

/// Words that say nothing about where in the code something is.
const STOP_WORDS: &str = "a about above actual actually after again all already also always am an and another any anything are \
as at be because been before behavior behaviour being below between both bug but by can cannot com could current currently \
describe described did do does doesn doing don done down during each either else even every example expect expected few fix \
fixed fixes following for from further get gets getting github given gives go going got had happen happens has have having \
help here hi how however http https if in instead into is isn issue it its itself just know last latest let like line look \
looks made make makes many may maybe me might more most much must my need needs never new no nor not now of off ok old on \
once one only or org other otherwise our out over own please possible problem pull put re really report reproduce request \
run running said same see seem seems set she should show shows since so some something somehow still such sure take than \
thank thanks that the their them then there these they thing think this those through to too try trying two under until up \
use used using very via want was way we well were what when where whether which while who why will with within without \
won work working works would you your";

/// One term: its lower-cased text and what it is worth.
#[derive(Debug, Clone)]
pub struct Term {
    pub text: String,
    pub weight: f64,
    /// A whole identifier of several words, matched only as a whole.
    pub whole: bool,
}

/// An issue text made ready for ranking.
pub struct Query {
    pub(super) terms: Vec<Term>,
    pub(super) automaton: AhoCorasick,
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
        let patterns = terms.iter().map(|t| t.text.as_bytes());
        let builder = |kind| AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(patterns.clone());
        let automaton = builder(Some(AhoCorasickKind::DFA)).or_else(|_| builder(None));
        let title = issue.title.to_ascii_lowercase();
        let word = |list: &[&str]| split_words(&title).any(|w| list.contains(&w.to_ascii_lowercase().as_str()));
        Self {
            // Patterns this few and short never exceed the automaton's limits.
            automaton: automaton.unwrap_or_else(|_| empty_automaton()),
            mentions: Mention::all(issue),
            about_tests: word(&["test", "tests", "testing"]),
            about_docs: word(&["doc", "docs", "documentation", "readme", "changelog"]),
            terms,
        }
    }
}

fn empty_automaton() -> AhoCorasick {
    AhoCorasick::new(std::iter::empty::<&[u8]>()).unwrap_or_else(|_| unreachable!("no patterns cannot be too many"))
}

fn terms(issue: &IssueText) -> Vec<Term> {
    let mut weights: HashMap<String, f64> = HashMap::new();
    let mut add = |text: &str, weight: f64| {
        for word in split_words(text).map(stem).filter(|w| w.len() >= 3 || w == "io") {
            *weights.entry(word).or_default() += weight;
        }
    };
    add(&issue.title, TITLE_WEIGHT);
    let code: usize = issue.code_blocks.iter().map(|b| b.text.len()).sum();
    let body_weight = if code * 2 > issue.body.len() { CODE_WEIGHT } else { BODY_WEIGHT };
    for part in ends(&issue.body) {
        add(part, body_weight);
    }
    let words = weights.into_iter().map(|(text, w)| Term { text, weight: 1.0 + w.ln_1p(), whole: false });
    let mut terms: Vec<_> = words.chain(identifiers(issue)).collect();
    terms.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.text.cmp(&b.text)));
    terms.dedup_by(|a, b| a.text == b.text);
    terms.truncate(MOST_TERMS);
    terms
}

/// The last parts of the symbols, those of several words: `a.b.parse_config` → `parse_config`.
fn identifiers(issue: &IssueText) -> impl Iterator<Item = Term> + '_ {
    let traced = issue.traces.iter().filter_map(|f| f.symbol.clone());
    let named = issue.symbols.iter().flat_map(|s| s.split(['.', ':', '#', '/', '-', '>'])).map(str::to_owned);
    let compound = |name: &String| split_words(name).nth(1).is_some() && name.is_ascii();
    named.chain(traced).filter(compound).take(MOST_TERMS).map(|name| Term {
        text: name.to_ascii_lowercase(),
        weight: 2.0,
        whole: true,
    })
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

/// Words of prose and the words inside identifiers, without those that say nothing.
pub fn split_words(text: &str) -> impl Iterator<Item = &str> {
    let identifiers = text.split(|c: char| !c.is_ascii_alphanumeric());
    identifiers
        .flat_map(split_case)
        .filter(|w| w.len() >= 2 && !w.bytes().all(|b| b.is_ascii_digit()) && !is_stop_word(w))
}

fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.split(' ').any(|stop| stop.eq_ignore_ascii_case(word))
}

/// `HTTPServerError2` → `HTTP`, `Server`, `Error2`.
fn split_case(word: &str) -> impl Iterator<Item = &str> {
    let bytes = word.as_bytes();
    let mut start = 0;
    (1..=bytes.len()).filter_map(move |i| {
        if i < bytes.len() && !starts_word(bytes, i) {
            return None;
        }
        let part = &word[start..i];
        start = i;
        Some(part)
    })
}

/// Whether a word starts at `i`: after anything that is no letter or digit, or where the case says so.
pub fn starts_word(bytes: &[u8], i: usize) -> bool {
    let Some(before) = i.checked_sub(1).map(|b| bytes[b]) else { return true };
    let here = bytes[i];
    if !before.is_ascii_alphanumeric() {
        return true;
    }
    let next_is_lower = bytes.get(i + 1).is_some_and(u8::is_ascii_lowercase);
    here.is_ascii_uppercase() && (!before.is_ascii_uppercase() || next_is_lower)
}

/// Endings that do not make another word.
pub const TAILS: &[&[u8]] = &[b"", b"s", b"es", b"ed", b"d", b"ing", b"er", b"ers", b"e"];

/// Lower-cased, without the ending.
fn stem(word: &str) -> String {
    let word = word.to_ascii_lowercase();
    let cut =
        ["ing", "ers", "ed", "es", "er", "s"].into_iter().find(|t| word.ends_with(t) && word.len() >= t.len() + 4);
    match cut {
        Some(_) if word.ends_with("ss") => word,
        Some(tail) => word[..word.len() - tail.len()].to_owned(),
        None => word,
    }
}
