//! What a file usually writes after what, and which brackets it is short of.

use super::brackets::bracket;
use super::tries::Try;
use crate::syntax::{Language, Syntax};
use std::collections::HashMap;
use std::ops::Range;

/// What this file usually writes after what.
pub(super) struct Habits {
    triples: HashMap<[String; 3], usize>,
    brackets: HashMap<char, i64>,
}

impl Habits {
    pub fn of(syntax: &Syntax) -> Self {
        let text = String::from_utf8_lossy(syntax.bytes()).into_owned();
        let shapes = shapes(&text, syntax.language());
        let mut triples: HashMap<[String; 3], usize> = HashMap::new();
        for three in shapes.windows(3) {
            *triples.entry([three[0].clone(), three[1].clone(), three[2].clone()]).or_default() += 1;
        }
        let mut brackets = HashMap::new();
        for token in syntax.tokens() {
            if let Some(bracket) = bracket(token.kind) {
                *brackets.entry(bracket).or_default() += 1;
            }
        }
        Self { triples, brackets }
    }

    /// How often the sequence around the change occurs elsewhere, on a logarithmic scale.
    pub fn usual(&self, syntax: &Syntax, attempt: &Try) -> f64 {
        let (start, end) = attempt.range;
        let before = syntax.text(&(back(syntax, start)..start)).to_owned();
        let after = syntax.text(&(end..forward(syntax, end))).to_owned();
        let text = format!("{before}{}{after}", attempt.text);
        let all = shapes(&text, syntax.language());
        let (left, right) = (shapes(&before, syntax.language()).len(), shapes(&after, syntax.language()).len());
        let from = left.saturating_sub(2);
        let to = (all.len().saturating_sub(right) + 2).min(all.len());
        let triples: Vec<f64> = all
            .get(from..to)
            .unwrap_or_default()
            .windows(3)
            .map(|three| self.triples.get(three).copied().unwrap_or(0))
            .map(|count| f64::from(u32::try_from(count).unwrap_or(u32::MAX)).ln_1p())
            .collect();
        let count = f64::from(u32::try_from(triples.len().max(1)).unwrap_or(1));
        triples.iter().sum::<f64>() / count
    }

    /// Where brackets do not pair up only a bracket can mend it, or a quote that hides one; where they
    /// do, none can.
    pub fn allows(&self, syntax: &Syntax, attempt: &Try) -> bool {
        let token = if attempt.text.is_empty() {
            syntax.text(&(attempt.range.0..attempt.range.1))
        } else {
            attempt.text.trim()
        };
        if token.starts_with(['"', '\'', '`']) {
            return true;
        }
        let count = |c| self.brackets.get(&c).copied().unwrap_or(0);
        let unpaired: Vec<(char, char)> =
            [('(', ')'), ('[', ']'), ('{', '}')].into_iter().filter(|(a, b)| count(*a) != count(*b)).collect();
        let old = syntax.text(&(attempt.range.0..attempt.range.1));
        match unpaired.as_slice() {
            // One for another of the same pair is no matter of pairs.
            pairs if attempt.replaces() && old.starts_with(['(', ')', '[', ']', '{', '}']) => {
                pairs.iter().any(|(a, b)| token.contains([*a, *b])) && pairs.iter().any(|(a, b)| old.contains([*a, *b]))
            }
            [] => !token.starts_with(['(', ')', '[', ']', '{', '}']),
            pairs => pairs.iter().any(|(a, b)| token.contains([*a, *b])),
        }
    }

    /// Whether there are more of a bracket than of its partner.
    pub fn has_many(&self, token: &str) -> bool {
        let count = |c| self.brackets.get(&c).copied().unwrap_or(0);
        let partner = match token {
            "(" => ')',
            ")" => '(',
            "[" => ']',
            "]" => '[',
            "{" => '}',
            "}" => '{',
            _ => return false,
        };
        token.chars().next().is_some_and(|own| count(own) > count(partner))
    }

    /// Putting in what is short, or taking out what is too many, costs nothing.
    pub fn imbalance(&self, token: &str, removes: bool) -> f64 {
        let removal = f64::from(u8::from(removes)) * 0.8;
        let pair = match token.chars().next() {
            Some('(' | ')') => ('(', ')'),
            Some('[' | ']') => ('[', ']'),
            Some('{' | '}') => ('{', '}'),
            _ => return removal,
        };
        let count = |c| self.brackets.get(&c).copied().unwrap_or(0);
        let opens = token.starts_with(pair.0);
        let short = if opens { count(pair.1) > count(pair.0) } else { count(pair.0) > count(pair.1) };
        let many = if opens { count(pair.0) > count(pair.1) } else { count(pair.1) > count(pair.0) };
        let fits = if removes { many } else { short };
        removal + if fits { 0.0 } else { 0.8 }
    }
}

fn back(syntax: &Syntax, at: usize) -> usize {
    let line = syntax.line_of(at).saturating_sub(2).max(1);
    syntax.line(line).map_or(0, |range| range.start)
}

fn forward(syntax: &Syntax, at: usize) -> usize {
    let line = (syntax.line_of(at) + 2).min(syntax.line_count());
    syntax.line(line).map_or(syntax.bytes().len(), |range: Range<usize>| range.end)
}

/// Words become `id` unless they are reserved; blanks vanish, line ends stay.
fn shapes(text: &str, language: Language) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_alphanumeric() || c == '_' || c == '$' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            let is_reserved = language.keywords().contains(&word.as_str());
            let shape = if is_reserved { word.as_str() } else { "id" };
            found.push(shape.to_owned());
            word.clear();
        }
        let repeats = c == '\n' && found.last().is_some_and(|last| last == "\n");
        if (!c.is_whitespace() || c == '\n') && !repeats {
            found.push(c.to_string());
        }
    }
    found.pop();
    found
}
