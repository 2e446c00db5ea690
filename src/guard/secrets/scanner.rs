//! Rules at work on a text: what they match, what of it is plausible, what is told.

use super::assign::{self, Assigned, Family};
use super::found::{Find, Secret, describe};
use super::kind::Kind;
use super::value::{self, Manner};
use super::{decode, rules};
use crate::mask::finder::{Engine, Hit, Pattern, Scope};
use crate::mask::shapes::{Shape, shapes};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// Where a rule comes from decides how its finds are judged, and which of two that overlap is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    /// A form: what has it is what it says, unless it is documentation's example.
    Form,
    /// A form that words could have too.
    Random,
    /// A value that a person may have chosen, by its place.
    Chosen,
    /// Read from an assignment.
    Read,
}

#[derive(Debug)]
struct Known {
    id: Cow<'static, str>,
    name: Cow<'static, str>,
    origin: Origin,
    entropy: f64,
    check: Option<fn(&str) -> bool>,
}

impl Known {
    fn of(shape: &Shape) -> Self {
        let origin = match &shape.rule {
            rule if rule.pattern.is_empty() => Origin::Read,
            rule if rules::CHOSEN.contains(&rule.id) => Origin::Chosen,
            rule if rule.entropy > 0.0 => Origin::Random,
            _ => Origin::Form,
        };
        let (id, name) = (Cow::Borrowed(shape.rule.id), Cow::Borrowed(shape.rule.name));
        Self { id, name, origin, entropy: shape.rule.entropy, check: shape.check }
    }
}

/// A set of rules, ready to work.
#[derive(Debug)]
pub struct Scanner {
    engine: Engine,
    known: Vec<Known>,
    /// The rules that the reader of assignments reports as.
    password: usize,
    assigned: usize,
}

static BUILT_IN: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(false));
static BUSY: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(true));

/// A match that is plausible.
#[derive(Debug, Clone)]
struct Candidate {
    rule: usize,
    range: Range<usize>,
    whole: Range<usize>,
}

impl Scanner {
    fn new(busy: bool) -> Self {
        let all: Vec<&Shape> = rules::READ.iter().chain(shapes()).chain(rules::PLACES).collect();
        let known: Vec<Known> = all.iter().map(|shape| Known::of(shape)).collect();
        let mut patterns: Vec<Pattern> = all.iter().map(|shape| Pattern::from(&shape.rule)).collect();
        let position = |id: &str| known.iter().position(|rule| rule.id == id).unwrap_or_default();
        let (password, assigned) = (position(rules::PASSWORD), position(rules::ASSIGNED));
        // One set of keywords wakes the reader for both.
        patterns[password] = Pattern { regex: None, scope: Scope::Line, ..patterns[password].clone() };
        patterns[assigned] = Pattern { keywords: vec!["\u{1}no text has this\u{1}".into()], ..patterns[assigned].clone() };
        Self { engine: Engine::new(patterns, busy), known, password, assigned }
    }

    /// The built-in rules.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// The built-in rules, for many texts.
    pub fn busy() -> &'static Self {
        &BUSY
    }

    /// Every secret in `text`, by place.
    pub fn scan(&self, path: &str, text: &str) -> Vec<Secret> {
        let found = distinct(self.candidates(Kind::of(path), text, 0), &self.known);
        if found.is_empty() {
            return Vec::new();
        }
        let find = |c: &Candidate| Find { rule: &self.known[c.rule].id, name: &self.known[c.rule].name, range: c.range.clone() };
        describe(path, text, &found.iter().map(find).collect::<Vec<_>>())
    }

    fn candidates(&self, kind: Kind, text: &str, depth: usize) -> Vec<Candidate> {
        let mut found = Vec::new();
        let mut named = 0;
        for hit in self.engine.find(text) {
            if hit.rule == self.password {
                if hit.range.start >= named && kind != Kind::Made {
                    let (end, assigned) = assign::read(text, hit.range.start);
                    named = end;
                    found.extend(assigned.and_then(|assigned| self.assigned(kind, text, &assigned)));
                }
            } else if self.fits(kind, text, &hit) {
                found.push(Candidate { rule: hit.rule, range: hit.range, whole: hit.whole });
            }
        }
        if depth < decode::DEPTH && kind != Kind::Made {
            self.decoded(text, depth, &mut found);
        }
        found
    }

    /// What stands in encoded texts is told at the place where it is written.
    fn decoded(&self, text: &str, depth: usize, found: &mut Vec<Candidate>) {
        for inner in decode::decode(text) {
            let inside = self.candidates(Kind::Settings, &inner.text, depth + 1);
            let best = distinct(inside, &self.known).into_iter().min_by_key(|c| self.known[c.rule].origin);
            found.extend(best.map(|c| Candidate { rule: c.rule, range: inner.range.clone(), whole: inner.range }));
        }
    }

    fn fits(&self, kind: Kind, text: &str, hit: &Hit) -> bool {
        let rule = &self.known[hit.rule];
        let secret = &text[hit.range.clone()];
        let plausible = match rule.origin {
            Origin::Form => value::is_no_example(secret),
            Origin::Random => kind != Kind::Made && value::is_random(secret, rule.entropy),
            Origin::Chosen => {
                kind != Kind::Made && value::is_secret(secret, Manner { family: Family::Password, literal: true })
            }
            Origin::Read => false,
        };
        plausible && rule.check.is_none_or(|check| check(secret))
    }

    fn assigned(&self, kind: Kind, text: &str, found: &Assigned) -> Option<Candidate> {
        let value = text[found.value.clone()].trim_end_matches(['.', ':']);
        let literal = found.quoted || found.literal || kind == Kind::Settings;
        if !value::is_secret(value, Manner { family: found.family, literal }) {
            return None;
        }
        // A variable is named again where it is made; a secret is not.
        if !found.quoted && kind == Kind::Code && !stands_once(text, value) {
            return None;
        }
        let rule = if found.family == Family::Password { self.password } else { self.assigned };
        let range = found.value.start..found.value.start + value.len();
        Some(Candidate { rule, range, whole: found.name.start..found.value.end })
    }
}

fn stands_once(text: &str, value: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), value.as_bytes()).nth(1).is_none()
}

/// One candidate per place: the one of the most particular rule, then the longer one.
fn distinct(mut all: Vec<Candidate>, known: &[Known]) -> Vec<Candidate> {
    all.sort_by_key(|c| (known[c.rule].origin, c.rule == 0, std::cmp::Reverse(c.range.len()), c.rule));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in all {
        let overlaps = |other: &Candidate| candidate.range.start < other.range.end && other.range.start < candidate.range.end;
        if !kept.iter().any(overlaps) {
            kept.push(candidate);
        }
    }
    kept.sort_by_key(|c| c.range.start);
    kept
}
