//! Finds rules' matches in a text: one pass over all keywords, and a rule's expression only on the
//! lines where one of its keywords stands, compiled when it is first needed.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::Regex;
use std::borrow::Cow;
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

/// How much of the text an expression is tried on when a keyword was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Line,
    /// From the keyword's line to the end.
    Rest,
    /// All of it, once; for expressions whose keyword may stand on another line.
    Text,
}

/// An expression and the words without which it cannot match.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// ASCII, any case. Without any, the expression is tried on every text.
    pub keywords: Vec<Cow<'static, str>>,
    /// `None`: the keywords themselves are the hits.
    pub regex: Option<Cow<'static, str>>,
    pub scope: Scope,
    /// The secret's group; 0 for the first one that took part, else the whole match.
    pub group: usize,
    /// Letters, digits and words' edges are those of ASCII.
    pub ascii: bool,
}

impl From<&Rule> for Pattern {
    fn from(rule: &Rule) -> Self {
        let scope = if rule.pattern.starts_with("(?s") { Scope::Rest } else { Scope::Line };
        let keywords = rule.keywords.iter().map(|word| Cow::Borrowed(*word)).collect();
        Self { keywords, regex: Some(Cow::Borrowed(rule.pattern)), scope, group: 0, ascii: false }
    }
}

/// One match: which rule, and where the secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub rule: usize,
    pub range: Range<usize>,
    /// The whole match, around the secret.
    pub whole: Range<usize>,
}

/// Many patterns at once.
#[derive(Debug)]
pub struct Engine {
    patterns: Vec<Pattern>,
    keywords: AhoCorasick,
    /// The pattern of each keyword, in the automaton's order.
    owners: Vec<u32>,
    always: Vec<usize>,
    regexes: Vec<OnceLock<Option<Regex>>>,
}

impl Engine {
    /// `busy`: for so many texts that a faster automaton is worth its making.
    #[expect(clippy::expect_used, reason = "fails only for gigabytes of keywords")]
    pub fn new(patterns: Vec<Pattern>, busy: bool) -> Self {
        let words: Vec<(u32, &str)> =
            (0..).zip(&patterns).flat_map(|(i, p)| p.keywords.iter().map(move |k| (i, &**k))).collect();
        let keywords = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(busy.then_some(AhoCorasickKind::DFA))
            .prefilter(false)
            .build(words.iter().map(|(_, word)| word))
            .expect("an automaton over short words");
        let owners = words.into_iter().map(|(owner, _)| owner).collect();
        let always =
            (0..patterns.len()).filter(|i| patterns[*i].keywords.is_empty() && patterns[*i].regex.is_some()).collect();
        let regexes = patterns.iter().map(|_| OnceLock::new()).collect();
        Self { patterns, keywords, owners, always, regexes }
    }

    /// Whether the pattern's hits are its keywords.
    pub fn is_bare(&self, pattern: usize) -> bool {
        self.patterns[pattern].regex.is_none()
    }

    /// A pattern that does not compile matches nothing; whoever takes patterns from outside compiles them first.
    fn regex(&self, pattern: usize) -> Option<&Regex> {
        let Pattern { regex, ascii, .. } = &self.patterns[pattern];
        let read = |text: &str| if *ascii { compile(&super::dialect::ours(text)) } else { compile(text) };
        self.regexes[pattern].get_or_init(|| regex.as_deref().and_then(|text| read(text).ok())).as_ref()
    }

    /// Every match of every pattern, in no particular order; matches of different patterns may overlap.
    pub fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        // Up to where each pattern has been tried already.
        let mut tried = vec![0; self.patterns.len()];
        for word in self.keywords.find_overlapping_iter(text) {
            let pattern = self.owners[word.pattern().as_usize()] as usize;
            if word.start() < tried[pattern] {
                continue;
            }
            if self.patterns[pattern].regex.is_none() {
                tried[pattern] = word.end();
                hits.push(Hit { rule: pattern, range: word.range(), whole: word.range() });
                continue;
            }
            let area = self.area(pattern, text, word.start().max(tried[pattern]));
            tried[pattern] = area.end.max(word.end());
            self.find_in(pattern, text, area, &mut hits);
        }
        for pattern in &self.always {
            self.find_in(*pattern, text, 0..text.len(), &mut hits);
        }
        hits
    }

    /// Where a pattern is tried when one of its keywords stands at `at`.
    fn area(&self, pattern: usize, text: &str, at: usize) -> Range<usize> {
        let bytes = text.as_bytes();
        let line = || memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |i| i + 1);
        match self.patterns[pattern].scope {
            Scope::Line => line()..memchr::memchr(b'\n', &bytes[at..]).map_or(text.len(), |i| at + i),
            Scope::Rest => line()..text.len(),
            Scope::Text => 0..text.len(),
        }
    }

    fn find_in(&self, pattern: usize, text: &str, area: Range<usize>, hits: &mut Vec<Hit>) {
        let Some(regex) = self.regex(pattern) else { return };
        let moved = |found: regex::Match| area.start + found.start()..area.start + found.end();
        for captures in regex.captures_iter(&text[area.clone()]) {
            let first = match self.patterns[pattern].group {
                0 => captures.iter().skip(1).flatten().find(|group| !group.is_empty()),
                group => captures.get(group),
            };
            let whole = captures.get_match();
            hits.push(Hit { rule: pattern, range: moved(first.unwrap_or(whole)), whole: moved(whole) });
        }
    }
}

/// A bounded expression: what a user's file asks for must not take all memory.
pub fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    regex::RegexBuilder::new(pattern).size_limit(8 << 20).build()
}

/// An engine over constant rules.
#[derive(Debug)]
pub struct Finder {
    rules: Vec<Rule>,
    engine: Engine,
}

impl Finder {
    pub fn new(rules: Vec<Rule>) -> Self {
        let engine = Engine::new(rules.iter().map(Pattern::from).collect(), false);
        Self { rules, engine }
    }

    pub fn rule(&self, index: usize) -> &Rule {
        &self.rules[index]
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Every match of every rule, in no particular order; matches of different rules may overlap.
    pub fn find(&self, text: &str) -> Vec<Hit> {
        self.engine.find(text)
    }

    /// Every match of one rule in all of `text`.
    pub fn find_one(&self, rule: usize, text: &str) -> Vec<Range<usize>> {
        let mut hits = Vec::new();
        self.engine.find_in(rule, text, 0..text.len(), &mut hits);
        hits.into_iter().map(|hit| hit.range).collect()
    }
}

/// Shannon entropy in bits per byte.
pub fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|b| counts[usize::from(b)] += 1);
    let total = f64::from(counts.iter().sum::<u32>());
    counts.iter().filter(|n| **n > 0).map(|&n| f64::from(n) / total).map(|p| -p * p.log2()).sum()
}
