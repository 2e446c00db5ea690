//! The table of parsers. A parser is called for each line that holds one of its keys.

use super::found::{Found, Rank};
use super::lines::Lines;
use super::phrase;
use super::{diff, generic, listed, said};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// One tool's reader: what its messages hold, and the function that reads them around that line.
pub(super) struct Parser {
    pub keys: &'static [&'static str],
    pub read: fn(&Lines, usize, &mut Vec<Found>),
}

const PARSERS: &[Parser] = &[
    // Rust
    super::rustc::PARSER,
    super::cargo::PARSER,
    super::libtest::PARSER,
    // Python
    super::python::PARSER,
    super::pytest::PARSER,
    super::unittest::PARSER,
    super::mypy::PARSER,
    super::ruff::PARSER,
    super::black::PARSER,
    super::pip::PARSER,
    // JavaScript and TypeScript
    super::tsc::PARSER,
    super::eslint::PARSER,
    super::prettier::PARSER,
    super::formatters::PARSER,
    super::jest::PARSER,
    super::vitest::PARSER,
    super::mocha::PARSER,
    super::karma::PARSER,
    super::tap::PARSER,
    super::bun::PARSER,
    super::node::PARSER,
    super::npm::PARSER,
    super::bundler::PARSER,
    // Go
    super::golang::PARSER,
    super::gotest::PARSER,
    // the JVM
    super::javac::PARSER,
    super::maven::PARSER,
    super::gradle::PARSER,
    super::ant::PARSER,
    super::junit::PARSER,
    super::console::PARSER,
    super::xml::PARSER,
    // C and C++
    super::cc::PARSER,
    super::ld::PARSER,
    super::make::PARSER,
    super::cmake::PARSER,
    super::ctest::PARSER,
    // other stacks
    super::ruby::PARSER,
    super::php::PARSER,
    super::dotnet::PARSER,
    super::elixir::PARSER,
    super::swift::PARSER,
    super::haskell::PARSER,
    super::ocaml::PARSER,
    super::perl::PARSER,
    super::science::PARSER,
    super::runners::PARSER,
    super::bazel::PARSER,
    super::docker::PARSER,
    super::terraform::PARSER,
    super::erlang::PARSER,
    super::lisp::PARSER,
    super::links::PARSER,
    super::webcheck::PARSER,
    super::docs::PARSER,
    super::flow::PARSER,
    super::owntests::PARSER,
    super::linters::PARSER,
    super::http::PARSER,
    super::script::PARSER,
    generic::PARSER,
];

/// Each key with the index of its parser.
static KEYS: LazyLock<Vec<(&'static str, usize)>> = LazyLock::new(|| {
    let keyed =
        |(index, parser): (usize, &Parser)| parser.keys.iter().map(move |key| (*key, index)).collect::<Vec<_>>();
    PARSERS.iter().enumerate().flat_map(keyed).collect()
});

static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(KEYS.iter().map(|(key, _)| key)).ok());

/// More findings than this tell nothing new.
const FOUND_LIMIT: usize = 5_000;

/// Calls every parser on the lines that concern it.
pub(super) fn scan(lines: &Lines) -> Vec<Found> {
    let mut found = Vec::new();
    let Some(search) = SEARCH.as_ref() else { return found };
    for at in 0..lines.len() {
        let mut called = 0_u128;
        for hit in search.find_overlapping_iter(lines.marked(at)) {
            let parser = KEYS[hit.pattern().as_usize()].1;
            if called & (1 << parser) == 0 {
                called |= 1 << parser;
                (PARSERS[parser].read)(lines, at, &mut found);
            }
        }
        found.extend(phrase::first(lines, at));
        if found.len() > FOUND_LIMIT {
            break;
        }
    }
    found.sort_by_key(|f| f.at);
    said::discount(lines, &mut found);
    if found.iter().all(|f| f.rank <= Rank::Echo) {
        found.extend(diff::hint(lines));
    }
    if found.iter().all(|f| f.rank <= Rank::Echo) {
        found.extend(listed::hint(lines));
    }
    if found.iter().all(|f| f.rank == Rank::Context) {
        found.extend(generic::hint(lines));
    }
    found
}
