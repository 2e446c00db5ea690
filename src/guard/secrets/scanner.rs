//! Rules at work on a text: what they match, what of it is plausible, what is told.

use super::assign::{self, Assigned, Family};
use super::baseline::Baseline;
use super::found::{Find, Secret, describe};
use super::gitleaks::{Config, Required, Sight, UserRule};
use super::kind::Kind;
use super::services::SERVICES;
use super::settings::Settings;
use super::value::{self, Manner};
use super::{decode, rules};
use crate::mask::finder::{Engine, Hit, Pattern, Scope, entropy};
use crate::mask::shapes::{Shape, URL_CREDENTIALS, checks, shapes};
use regex::Regex;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

/// Where a rule comes from decides how its finds are judged, and which of two that overlap is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    /// A rule of the repository's own.
    User,
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
    aka: &'static [&'static str],
    /// Only in files with such a path.
    path: Option<Regex>,
    silent: bool,
    required: Vec<Required>,
}

impl Known {
    fn user(rule: &UserRule) -> Self {
        Self {
            id: Cow::Owned(rule.id.clone()),
            name: Cow::Owned(rule.name.clone()),
            origin: Origin::User,
            entropy: rule.entropy,
            check: None,
            aka: &[],
            path: rule.path.clone(),
            silent: rule.silent,
            required: rule.required.clone(),
        }
    }

    /// Everything that the rule is called.
    fn names(&self) -> Vec<&str> {
        std::iter::once(&*self.id).chain(self.aka.iter().copied()).collect()
    }

    fn of(shape: &Shape) -> Self {
        let origin = match &shape.rule {
            rule if rule.pattern.is_empty() => Origin::Read,
            rule if rules::CHOSEN.contains(&rule.id) => Origin::Chosen,
            rule if rule.entropy > 0.0 => Origin::Random,
            _ => Origin::Form,
        };
        let (id, name) = (Cow::Borrowed(shape.rule.id), Cow::Borrowed(shape.rule.name));
        Self {
            id,
            name,
            origin,
            entropy: shape.rule.entropy,
            check: shape.check,
            aka: shape.aka,
            path: None,
            silent: false,
            required: Vec::new(),
        }
    }
}

/// A set of rules, ready to work.
#[derive(Debug)]
pub struct Scanner {
    engine: Arc<Engine>,
    known: Arc<[Known]>,
    /// The rules that the reader of assignments reports as.
    password: usize,
    assigned: usize,
    settings: Settings,
}

static BUILT_IN: LazyLock<Scanner> = LazyLock::new(|| Scanner::compiled(Settings::default(), false));

/// A match that is plausible.
#[derive(Debug, Clone)]
struct Candidate {
    rule: usize,
    range: Range<usize>,
    whole: Range<usize>,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub path: &'a str,
    pub commit: Option<&'a str>,
}

impl Scanner {
    /// `busy`: for so many texts that making a faster automaton pays.
    pub fn new(settings: Settings, busy: bool) -> Self {
        if settings.config.is_some() || busy {
            return Self::compiled(settings, busy);
        }
        // The built-in rules are compiled once, whoever lets what pass.
        let Self { engine, known, password, assigned, .. } = Self::built_in();
        Self { engine: engine.clone(), known: known.clone(), password: *password, assigned: *assigned, settings }
    }

    fn compiled(settings: Settings, busy: bool) -> Self {
        let config = settings.config.clone().unwrap_or(Config { built_in: true, ..Config::default() });
        let enabled = |shape: &&Shape| {
            let off = |id: &str| config.disabled.iter().any(|name| name == id);
            let all_off = !shape.aka.is_empty() && shape.aka.iter().all(|id| off(id));
            config.built_in && !all_off && !off(shape.rule.id)
        };
        let all: Vec<&Shape> = rules::READ.iter().chain(shapes()).chain(rules::PLACES).filter(enabled).collect();
        let mut known: Vec<Known> = all.iter().map(|shape| Known::of(shape)).collect();
        let mut patterns: Vec<Pattern> = all.iter().map(|shape| Pattern::from(*shape)).collect();
        let position = |id: &str| known.iter().position(|rule| rule.id == id).unwrap_or(usize::MAX);
        let (password, assigned) = (position(rules::PASSWORD), position(rules::ASSIGNED));
        // One set of keywords wakes the reader for both.
        for (at, wakes) in [(password, true), (assigned, password == usize::MAX)] {
            if let Some(pattern) = patterns.get_mut(at) {
                pattern.regex = None;
                let words = rules::READER.iter().chain(SERVICES).filter(|_| wakes);
                pattern.keywords = words.map(|word| Cow::Borrowed(*word)).collect();
            }
        }
        let with_text = config.rules.iter().filter(|rule| rule.regex.is_some());
        known.extend(with_text.clone().map(Known::user));
        patterns.extend(with_text.map(user_pattern));
        Self { engine: Arc::new(Engine::new(patterns, busy)), known: known.into(), password, assigned, settings }
    }

    /// The built-in rules.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Every secret in `text`, by place, but for what the settings let pass.
    pub fn scan(&self, place: Place, text: &str) -> Vec<Secret> {
        let allow = self.settings.config.as_ref().map_or(&[][..], |config| &config.allow);
        if allow.iter().any(|allow| allow.takes_path(place.path)) {
            return Vec::new();
        }
        let mut found = self.candidates(Kind::of(place.path), text, 0);
        if !found.is_empty() && Baseline::is_one(place.path, text) {
            return Vec::new();
        }
        found.retain(|c| self.known[c.rule].path.as_ref().is_none_or(|path| path.is_match(place.path)));
        let found = self.composed(text, found);
        let mut found = distinct(found, &self.known);
        if !allow.is_empty() {
            found.retain(|c| !allow.iter().any(|allow| allow.covers(&self.sight(place, text, c))));
        }
        let mut secrets = self.by_path(place);
        if !found.is_empty() {
            let find = |c: &Candidate| (&*self.known[c.rule].id, &*self.known[c.rule].name, c.range.clone());
            let finds: Vec<Find> =
                found.iter().map(find).map(|(rule, name, range)| Find { rule, name, range }).collect();
            secrets.extend(describe(place.path, text, &finds));
        }
        let passed = |s: &Secret| self.settings.lets_pass(&self.names_of(&s.rule), place.path, place.commit, s);
        secrets.retain(|secret| !passed(secret));
        secrets
    }

    /// Without what counts only beside something else that is not there, and without what is told by no rule but others.
    fn composed(&self, text: &str, found: Vec<Candidate>) -> Vec<Candidate> {
        let composed = |c: &Candidate| self.known[c.rule].silent || !self.known[c.rule].required.is_empty();
        if !found.iter().any(composed) {
            return found;
        }
        let place = |c: &Candidate| {
            let start = text[..c.range.start].rfind('\n').map_or(0, |at| at + 1);
            (text[..start].matches('\n').count(), c.range.start - start)
        };
        let is_near = |c: &Candidate, wanted: &Required| {
            let (line, column) = place(c);
            found.iter().filter(|other| self.known[other.rule].names().contains(&wanted.id.as_str())).any(|other| {
                let (there, at) = place(other);
                wanted.within_lines.is_none_or(|most| line.abs_diff(there) <= most)
                    && wanted.within_columns.is_none_or(|most| column.abs_diff(at) <= most)
            })
        };
        let counts = |c: &&Candidate| {
            let rule = &self.known[c.rule];
            !rule.silent && rule.required.iter().all(|wanted| is_near(c, wanted))
        };
        found.iter().filter(counts).cloned().collect()
    }

    fn names_of<'a>(&'a self, rule: &'a str) -> Vec<&'a str> {
        self.known.iter().find(|known| known.id == rule).map_or_else(|| vec![rule], Known::names)
    }

    fn sight<'a>(&'a self, place: Place<'a>, text: &'a str, c: &Candidate) -> Sight<'a> {
        let start = memchr::memrchr(b'\n', &text.as_bytes()[..c.range.start]).map_or(0, |i| i + 1);
        let end = memchr::memchr(b'\n', &text.as_bytes()[c.range.end..]).map_or(text.len(), |i| c.range.end + i);
        Sight {
            rules: self.known[c.rule].names(),
            path: place.path,
            commit: place.commit,
            secret: &text[c.range.clone()],
            whole: &text[c.whole.clone()],
            line: &text[start..end],
        }
    }

    /// Rules of the repository's own that forbid files by their path alone.
    fn by_path(&self, place: Place) -> Vec<Secret> {
        let rules = self.settings.config.iter().flat_map(|config| &config.rules).filter(|rule| rule.regex.is_none());
        let forbidden = rules.filter(|rule| rule.path.as_ref().is_some_and(|path| path.is_match(place.path)));
        forbidden
            .flat_map(|rule| describe(place.path, "", &[Find { rule: &rule.id, name: &rule.name, range: 0..0 }]))
            .collect()
    }

    fn candidates(&self, kind: Kind, text: &str, depth: usize) -> Vec<Candidate> {
        let mut found = Vec::new();
        let mut named = 0;
        for hit in self.engine.find(text) {
            if self.engine.is_bare(hit.rule) {
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
            Origin::User => rule.entropy <= 0.0 || entropy(secret) > rule.entropy,
            Origin::Form => value::is_no_example(secret) && !is_weak_login(rule, secret),
            Origin::Random => kind != Kind::Made && value::is_random(secret, rule.entropy),
            Origin::Chosen if kind == Kind::Made => false,
            Origin::Chosen => {
                value::is_secret(secret, Manner { family: Family::Password, literal: true })
                    || rule.id == URL_CREDENTIALS && is_login(&text[hit.whole.clone()], secret)
            }
            Origin::Read => false,
        };
        plausible && rule.check.is_none_or(|check| check(secret))
    }

    fn assigned(&self, kind: Kind, text: &str, found: &Assigned) -> Option<Candidate> {
        let value = without_line_end(&text[found.value.clone()]).trim_end_matches(['.', ':']);
        let literal = found.quoted || found.literal || kind == Kind::Settings;
        if value.starts_with('{') && found.family == Family::Secret {
            return self.within(text, found);
        }
        if !value::is_secret(value, Manner { family: found.family, literal }) {
            return None;
        }
        // A variable is named again where it is made; a secret is not.
        let known = found.literal && found.family > Family::Vague;
        let variable =
            || !value::is_secret(value, Manner { family: Family::Loose, literal }) && !stands_once(text, value);
        if !found.quoted && !known && kind == Kind::Code && variable() {
            return None;
        }
        let rule = if found.family == Family::Password { self.password } else { self.assigned };
        self.known.get(rule)?;
        let range = found.value.start..found.value.start + value.len();
        Some(Candidate { rule, range, whole: found.name.start..found.value.end })
    }

    /// A token that is wrapped in an object, in a string.
    fn within(&self, text: &str, found: &Assigned) -> Option<Candidate> {
        let value = &text[found.value.clone()];
        let manner = Manner { family: Family::Vague, literal: true };
        let runs = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| run.len() >= 20);
        self.known.get(self.assigned)?;
        let best = runs.filter(|run| value::is_secret(run, manner)).max_by_key(|run| run.len())?;
        let start = found.value.start + (best.as_ptr() as usize - value.as_ptr() as usize);
        let range = start..start + best.len();
        Some(Candidate { rule: self.assigned, range, whole: found.name.start..found.value.end })
    }
}

/// A password in a URL that says nothing of its user: `root:root` is a default that everybody knows.
fn is_login(url: &str, password: &str) -> bool {
    value::is_given(password) && !url.contains(&format!("{password}:"))
}

/// `foo:bar` in base64.
fn is_weak_login(rule: &Known, secret: &str) -> bool {
    rules::LOGINS.contains(&&*rule.id) && checks::login(secret).is_some_and(|(_, password)| value::is_words(&password))
}

/// gitleaks looks for a keyword anywhere in a file, and tries the expression on all of it.
fn user_pattern(rule: &UserRule) -> Pattern {
    Pattern {
        keywords: rule.keywords.iter().cloned().map(Cow::Owned).collect(),
        regex: rule.regex.clone().map(Cow::Owned),
        scope: Scope::Text,
        group: rule.group,
        ascii: false,
    }
}

/// Without the escapes for a line's end that close many a string.
fn without_line_end(value: &str) -> &str {
    let mut value = value;
    while let Some(head) = value.strip_suffix("\\n").or_else(|| value.strip_suffix("\\r")) {
        value = head.trim_end_matches('\\');
    }
    value
}

fn stands_once(text: &str, value: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), value.as_bytes()).nth(1).is_none()
}

/// One candidate per place: the one of the most particular rule, then the longer one.
fn distinct(mut all: Vec<Candidate>, known: &[Known]) -> Vec<Candidate> {
    all.sort_by_key(|c| (known[c.rule].origin, std::cmp::Reverse(c.range.len()), c.rule));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in all {
        let overlaps =
            |other: &Candidate| candidate.range.start < other.range.end && other.range.start < candidate.range.end;
        if !kept.iter().any(overlaps) {
            kept.push(candidate);
        }
    }
    kept.sort_by_key(|c| c.range.start);
    kept
}
