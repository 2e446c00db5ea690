//! Finds rules' matches in a text: one pass over all keywords, and a rule's expression only on the
//! lines where one of its keywords stands, compiled when it is first needed.

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;
use std::ops::Range;
use std::sync::OnceLock;

/// What a secret looks like.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub id: &'static str,
    pub name: &'static str,
    /// ASCII, any case; without one of them on the line the pattern is not tried.
    pub keywords: &'static [&'static str],
    /// The secret is group 1 if there is one, else the whole match.
    pub pattern: &'static str,
    /// Least Shannon entropy of the secret in bits per character; 0 where the form alone is proof.
    pub entropy: f64,
}

impl Rule {
    /// May match past the end of the line.
    fn spans_lines(&self) -> bool {
        self.pattern.starts_with("(?s")
    }
}

/// One match: which rule, and where the secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub rule: usize,
    pub range: Range<usize>,
}

#[derive(Debug)]
pub struct Finder {
    rules: Vec<Rule>,
    keywords: AhoCorasick,
    /// The rule of each keyword, in the automaton's order.
    owners: Vec<usize>,
    regexes: Vec<OnceLock<Regex>>,
}

impl Finder {
    #[expect(clippy::expect_used, reason = "the rules are constants, and a test compiles every one")]
    pub fn new(rules: Vec<Rule>) -> Self {
        let words: Vec<(usize, &str)> =
            rules.iter().enumerate().flat_map(|(i, r)| r.keywords.iter().map(move |k| (i, *k))).collect();
        let keywords = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(words.iter().map(|(_, word)| word))
            .expect("a constant table of short words");
        let owners = words.into_iter().map(|(owner, _)| owner).collect();
        let regexes = rules.iter().map(|_| OnceLock::new()).collect();
        Self { rules, keywords, owners, regexes }
    }

    pub fn rule(&self, index: usize) -> &Rule {
        &self.rules[index]
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    #[expect(clippy::expect_used, reason = "the rules are constants, and a test compiles every one")]
    fn regex(&self, rule: usize) -> &Regex {
        self.regexes[rule].get_or_init(|| Regex::new(self.rules[rule].pattern).expect("a constant pattern"))
    }

    /// Every match of every rule, in no particular order; matches of different rules may overlap.
    pub fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        // Up to where each rule has been tried already.
        let mut tried = vec![0; self.rules.len()];
        for word in self.keywords.find_overlapping_iter(text) {
            let rule = self.owners[word.pattern().as_usize()];
            if word.start() < tried[rule] {
                continue;
            }
            let area = self.area(rule, text, word.start().max(tried[rule]));
            tried[rule] = area.end.max(word.end());
            self.find_in(rule, text, area, &mut hits);
        }
        hits
    }

    /// Every match of one rule in all of `text`.
    pub fn find_one(&self, rule: usize, text: &str) -> Vec<Range<usize>> {
        let mut hits = Vec::new();
        self.find_in(rule, text, 0..text.len(), &mut hits);
        hits.into_iter().map(|hit| hit.range).collect()
    }

    /// The line around `at`, or everything from that line on for a rule that spans lines.
    fn area(&self, rule: usize, text: &str, at: usize) -> Range<usize> {
        let bytes = text.as_bytes();
        let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |i| i + 1);
        if self.rules[rule].spans_lines() {
            return start..text.len();
        }
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(text.len(), |i| at + i);
        start..end
    }

    fn find_in(&self, rule: usize, text: &str, area: Range<usize>, hits: &mut Vec<Hit>) {
        for captures in self.regex(rule).captures_iter(&text[area.clone()]) {
            if let Some(secret) = captures.get(1).or_else(|| captures.get(0)) {
                hits.push(Hit { rule, range: area.start + secret.start()..area.start + secret.end() });
            }
        }
    }
}

/// Shannon entropy in bits per character.
pub fn entropy(text: &str) -> f64 {
    let mut counts = std::collections::BTreeMap::new();
    for c in text.chars() {
        *counts.entry(c).or_insert(0_u32) += 1;
    }
    let total = f64::from(counts.values().sum::<u32>());
    counts.values().map(|&n| f64::from(n) / total).map(|p| -p * p.log2()).sum()
}
