//! Names that the compiler does not know: misspelt, or never declared.

use super::agree;
use super::attempt::Try;
use super::declare;
use super::lexer::Source;
use super::words;
use crate::hand::cc::Problem;
use crate::hand::hint::distance::{distance, is_near};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::LazyLock;

const UNKNOWN: &[&str] = &[
    r"^'(\w+)' undeclared",
    r"^'(\w+)' was not declared",
    r"^use of undeclared identifier '(\w+)'",
    r"^unknown type name '(\w+)'",
    r"^'(\w+)' does not name a type",
    r"implicit declaration of function '(\w+)'",
    r"implicitly declaring library function '(\w+)'",
    r"call to undeclared function '(\w+)'",
    r"has no member named '(\w+)'",
    r"^no member named '(\w+)'",
    r"'(\w+)' is not a member of '",
    r"label '(\w+)' used but not defined",
    r"invalid use of undefined type '(?:struct|union) (\w+)'",
    r"storage size of '\w+' isn't known.*'(?:struct|union) (\w+)'",
    r"^'(\w+)' has not been declared",
    r"aggregate 'std::(?:\w+::)*(\w+) \w+' has incomplete type",
];

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| UNKNOWN.iter().filter_map(|p| Regex::new(p).ok()).collect());
static OFFER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"did you mean '([\w:]+)'").ok());

/// The name that a message says is unknown.
pub(super) fn unknown(message: &str) -> Option<String> {
    PATTERNS.iter().find_map(|pattern| Some(pattern.captures(message)?[1].to_owned()))
}

pub(super) fn tries(source: &Source, problem: &Problem, all: &[Problem], plus: bool) -> Vec<Try> {
    let Some(name) = unknown(&problem.message) else { return Vec::new() };
    let from = source.token_at(source.offset(problem.line, problem.column));
    let at = (from..source.tokens.len()).take(4).find(|at| source.at(*at) == name).unwrap_or(from);
    if at >= source.tokens.len() {
        return Vec::new();
    }
    let mut found: Vec<Try> = qualified(source, problem, at, &name).into_iter().collect();
    found.extend(renamed(source, problem, at, &name, plus));
    let is_member = problem.message.contains("member");
    if !is_member && !problem.message.contains("type") {
        found.extend(agree::parameter(source, at, &name, all));
        found.extend(declare::missing(source, at, &name));
        found.extend(defined(source, at, &name));
    }
    if problem.message.contains("undeclared") && all.len() > 1 {
        found.extend(all_missing(source, all));
    }
    found
}

/// The namespace that the compiler knows the name in, wherever the function lacks it.
fn qualified(source: &Source, problem: &Problem, at: usize, name: &str) -> Option<Try> {
    let offered = OFFER.as_ref()?.captures(&problem.message)?[1].to_owned();
    offered.strip_suffix(name)?.strip_suffix("::")?;
    let scope = declare::function(source, at).unwrap_or(at..at + 1);
    let lacks =
        |index: &usize| source.at(*index) == name && !matches!(source.at(index.wrapping_sub(1)), "::" | "." | "->");
    let sites: BTreeSet<usize> = scope.chain([at]).filter(lacks).collect();
    let edits = sites.into_iter().map(|index| (source.tokens[index].range.clone(), offered.clone()));
    Some(Try::new(edits.collect(), 0.3, format!("wrote `{offered}` for `{name}`")))
}

/// All names at once that the compiler misses and that can only be declared: one run instead of many.
fn all_missing(source: &Source, all: &[Problem]) -> Option<Try> {
    let mut rows: BTreeMap<usize, Vec<Try>> = BTreeMap::new();
    for problem in all {
        let name = problem.message.contains("undeclared").then(|| unknown(&problem.message))??;
        let at = source.token_at(source.offset(problem.line, problem.column));
        let one = declare::missing(source, at, &name).into_iter().next()?;
        let place = one.edits.first()?.0.start;
        rows.entry(place).or_default().push(one);
    }
    let cost = rows.values().flatten().map(|one| one.cost).fold(0.0, f64::max);
    let why = rows.values().flatten().map(|one| one.why.clone()).collect::<Vec<_>>().join(", ");
    let joined = |(place, tries): (usize, Vec<Try>)| {
        (place..place, tries.into_iter().flat_map(|one| one.edits).map(|(_, text)| text).collect::<String>())
    };
    Some(Try::new(rows.into_iter().map(joined).collect(), cost + 0.05, why))
}

/// Every use of the name in the function becomes a name that is near.
fn renamed(source: &Source, problem: &Problem, at: usize, name: &str, plus: bool) -> Vec<Try> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for index in (0..source.tokens.len()).filter(|index| source.is_word(*index)) {
        *counts.entry(source.at(index)).or_default() += 1;
    }
    for directive in source.tokens.iter().filter(|token| source.text[token.range.clone()].starts_with("#define")) {
        let text = &source.text[directive.range.clone()];
        text.split(|c: char| !(c.is_alphanumeric() || c == '_')).skip(2).take(1).for_each(|word| {
            *counts.entry(word).or_default() += 1;
        });
    }
    let offered = OFFER.as_ref().and_then(|offer| Some(offer.captures(&problem.message)?[1].to_owned()));
    let is_call = source.at(at + 1) == "(";
    let is_type = problem.message.contains("type");
    let scope = declare::function(source, at).unwrap_or(at..at + 1);
    let sites: Vec<Range<usize>> = scope
        .chain([at])
        .filter(|index| source.at(*index) == name && source.is_word(*index))
        .map(|index| source.tokens[index].range.clone())
        .collect();
    let declared: Vec<String> = declare::declarations(source).iter().map(|d| source.at(d.name).to_owned()).collect();
    let own = counts.keys().copied().filter(|other| {
        declared.iter().any(|d| d == other) || counts[other] > 1 || is_call || name.eq_ignore_ascii_case(other)
    });
    let library = words::library(plus).filter(|_| is_call || is_type || name.len() > 3);
    let reserved = words::reserved(plus).iter().copied();
    let mut found = Vec::new();
    let mut pool: Vec<&str> = own.collect();
    pool.extend(library.chain(reserved).map(|word| -> &str { word }));
    pool.extend(offered.iter().map(String::as_str));
    for other in pool {
        let is_offer = offered.as_deref() == Some(other);
        let only_case = name != other && name.eq_ignore_ascii_case(other);
        if other == name || !(is_near(name, other) || is_offer || only_case) {
            continue;
        }
        let short = match name.chars().count().min(other.chars().count()) {
            0 | 1 => 1.6,
            2 => 1.3,
            3 => 0.8,
            4 => 0.3,
            _ => 0.0,
        };
        let unused = counts.get(other).copied().unwrap_or(0) == 1 && declared.iter().any(|d| d == other);
        let known = declared.iter().any(|d| d == other) || (is_call && words::headers(other, plus).next().is_some());
        let cost = 0.4
            + 0.6 * distance(name, other).max(if only_case { 0.3 } else { 0.9 })
            + if only_case { short * 0.4 } else { short }
            - if unused { 0.7 } else { 0.0 }
            - if is_offer { 0.3 } else { 0.0 }
            + if known || words::is_reserved(other) == is_type { 0.0 } else { 0.6 }
            - if words::is_reserved(other) { 0.3 } else { 0.0 }
            + if sites.len() > 2 && short > 0.0 { 0.8 } else { 0.0 };
        let mut edits: Vec<(Range<usize>, String)> =
            sites.iter().map(|site| (site.clone(), other.to_owned())).collect();
        edits.sort_by_key(|(range, _)| range.start);
        edits.dedup();
        found.push(Try::new(edits, cost, format!("corrected `{name}` to `{other}`")));
    }
    found.sort_by(|a, b| a.cost.total_cmp(&b.cost).then_with(|| a.why.cmp(&b.why)));
    found.truncate(6);
    found.extend(misdeclared(source, at, name, &counts));
    found
}

/// The declaration may be what is misspelt: a name that stands there alone.
fn misdeclared(source: &Source, at: usize, name: &str, counts: &HashMap<&str, usize>) -> Vec<Try> {
    let uses = counts.get(name).copied().unwrap_or(0);
    let all = declare::declarations(source);
    let lone = all.iter().filter(|d| d.name < at && counts.get(source.at(d.name)) == Some(&1));
    let near = lone.filter(|d| uses > 1 && is_near(name, source.at(d.name)));
    let one = |d: &declare::Declared| {
        let other = source.at(d.name);
        let cost = if name.len() > 2 { -0.5 } else { 1.4 } + 0.3 * distance(name, other);
        let range = source.tokens[d.name].range.clone();
        Try::new(vec![(range, name.to_owned())], cost, format!("corrected the declared `{other}` to `{name}`"))
    };
    near.map(one).collect()
}

/// A function that is defined further down gets its head as a declaration in front.
fn defined(source: &Source, at: usize, name: &str) -> Option<Try> {
    let heads = declare::declarations(source);
    let head = heads.iter().find(|d| source.at(d.name) == name && d.next == "(" && d.start > at)?;
    let close = source.closing(head.name + 1)?;
    (source.at(close + 1) == "{").then_some(())?;
    let text = &source.text[source.tokens[head.start].range.start..source.tokens[close].range.end];
    let first = heads.iter().find(|d| d.next == "(" && !d.is_parameter)?;
    let place = source.line_start(source.tokens[first.start].line);
    let new = format!("{text};{}", source.line_break());
    Some(Try::new(vec![(place..place, new)], 0.6, format!("declared the function `{name}` before its use")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_are_read_from_messages() {
        assert_eq!(PATTERNS.len(), UNKNOWN.len());
        for (message, name) in [
            ("'x' undeclared (first use in this function); did you mean 'y'?", "x"),
            ("implicit declaration of function 'prinft'; did you mean 'printf'?", "prinft"),
            ("'struct s' has no member named 'lenght'", "lenght"),
            ("'std::vecotr' was not declared in this scope", ""),
        ] {
            assert_eq!(unknown(message).unwrap_or_default(), name, "{message}");
        }
    }
}
