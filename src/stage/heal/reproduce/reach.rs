//! What a made test runs, as far as names tell: the functions that it names, what those name, and so on. A test that names
//! none shows nothing of the code, and a change beside all of them is no repair of what it shows.

use super::super::bench::Bench;
use crate::guard;
use crate::hand::Workshop as _;
use crate::ids::RelPath;
use crate::patch::Patch;
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// Of larger repositories nobody waits for all the names.
const MOST_FILES: usize = 3_000;
/// A longer file is none that people wrote.
const LONGEST: usize = 1 << 20;

/// Grammars call by these words what has a name and a body.
const BODIES: [&str; 9] =
    ["function", "method", "constructor", "class", "struct", "impl", "trait", "interface", "enum"];

/// A function or type of the repository.
struct Definition {
    name: String,
    /// From 1, the last one included.
    lines: (u32, u32),
    words: BTreeSet<String>,
}

#[derive(Default)]
struct Source {
    definitions: Vec<Definition>,
    /// Names that a line brings into being.
    defined: BTreeMap<u32, BTreeSet<String>>,
}

pub struct Reach {
    sources: BTreeMap<RelPath, Source>,
    /// What the test names of them.
    used: BTreeSet<String>,
}

impl Reach {
    /// `None` where nobody here reads the test's language, or there is too much of it.
    pub fn of(bench: &Bench, test: &Patch) -> Result<Option<Self>> {
        let files = bench.files()?;
        let sources = files.iter().filter(|path| is_source(path));
        if sources.clone().count() > MOST_FILES {
            return Ok(None);
        }
        let mut texts = Vec::new();
        for path in sources {
            texts.extend(bench.read(path)?.filter(|text| text.len() <= LONGEST).map(|text| (path.clone(), text)));
        }
        Ok(Self::from_texts(texts, test))
    }

    fn from_texts(texts: Vec<(RelPath, Vec<u8>)>, test: &Patch) -> Option<Self> {
        let mut named = BTreeSet::new();
        for file in test.files() {
            let syntax = Syntax::parse(Language::of(&file.path)?, file.after.as_deref()?)?;
            named.extend(words(&syntax, 0..syntax.bytes().len()));
        }
        let sources: BTreeMap<RelPath, Source> =
            texts.into_iter().filter_map(|(path, text)| Some((path.clone(), read(&path, &text)?))).collect();
        let used = sources.values().flat_map(|source| &source.definitions).map(|it| &it.name);
        let used = used.filter(|name| named.contains(*name)).cloned().collect();
        Some(Self { sources, used })
    }

    pub fn used(&self) -> &BTreeSet<String> {
        &self.used
    }

    /// The files in which something stands that the test names.
    pub fn files(&self) -> impl Iterator<Item = &RelPath> {
        let is_used = |source: &Source| source.definitions.iter().any(|it| self.used.contains(&it.name));
        self.sources.iter().filter(move |(_, source)| is_used(source)).map(|(path, _)| path)
    }

    /// Whether a part of the change stands where the test may come by.
    pub fn has(&self, change: &Patch) -> bool {
        let (mut after, mut of_data) = (BTreeMap::new(), false);
        for file in change.files().iter().filter(|file| !guard::is_test(&file.path)) {
            let text = file.after.as_deref().unwrap_or_default();
            match read(&file.path, text) {
                Some(source) => drop(after.insert(&file.path, source)),
                // Who reads data nobody can tell.
                None => of_data |= file.before.is_some() && !is_prose(&file.path),
            }
        }
        let before = self.sources.iter().filter(|(path, _)| !after.contains_key(path));
        let all: Vec<&Source> = before.map(|(_, source)| source).chain(after.values()).collect();
        let reached = reached(&all, &self.used);
        let on = |source: Option<&Source>, line: u32, text: &str| {
            source.is_some_and(|source| !is_comment(text) && source.is_on(line, &reached))
        };
        let added = change.added_lines().into_iter().any(|(path, line, text)| on(after.get(path), line, &text));
        let removed =
            change.removed_lines().into_iter().any(|(path, line, text)| on(self.sources.get(path), line, &text));
        added || removed || of_data
    }
}

impl Source {
    fn is_on(&self, line: u32, reached: &BTreeSet<&str>) -> bool {
        let mut around = self.definitions.iter().filter(|it| it.lines.0 <= line && line <= it.lines.1).peekable();
        match around.peek() {
            Some(_) => around.any(|it| reached.contains(it.name.as_str())),
            None => self.defined.get(&line).is_some_and(|names| names.iter().any(|it| reached.contains(it.as_str()))),
        }
    }
}

fn is_source(path: &RelPath) -> bool {
    Language::of(path).is_some() && !guard::is_test(path)
}

fn is_prose(path: &RelPath) -> bool {
    ["md", "rst", "txt", "adoc"].contains(&path.extension().as_str())
}

fn is_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || ["#", "//", "/*", "*"].iter().any(|mark| line.starts_with(mark)) && !line.starts_with("#[")
}

fn read(path: &RelPath, text: &[u8]) -> Option<Source> {
    let syntax = Syntax::parse(Language::of(path)?, text)?;
    let tree = syntax.branches();
    let mut source = Source::default();
    for node in tree.all() {
        let kind = tree[node].kind;
        let is_body = BODIES.iter().any(|word| kind.contains(word))
            && ["definition", "declaration", "item"].iter().any(|word| kind.contains(word));
        let value = tree.field(node, "value").filter(|_| kind == "variable_declarator");
        if !is_body && !value.is_some_and(|value| tree[value].kind.contains("function")) {
            continue;
        }
        let first = || tree.below(node).find(|it| tree[*it].kind == "identifier");
        let of_impl = || tree.field(node, "type").filter(|_| kind == "impl_item");
        let own = tree.field(node, "name").or_else(of_impl).or_else(first);
        let Some(own) = own else { continue };
        let range = tree[node].range.clone();
        let lines = (syntax.line_of(range.start), syntax.line_of(range.end.saturating_sub(1)));
        let name = syntax.text(&tree[own].range).to_owned();
        source.definitions.push(Definition { name, lines, words: words(&syntax, range) });
    }
    for name in syntax.names().iter().filter(|name| name.defined) {
        let word = syntax.text(&name.range).to_owned();
        source.defined.entry(syntax.line_of(name.range.start)).or_default().insert(word);
    }
    Some(source)
}

fn words(syntax: &Syntax, within: std::ops::Range<usize>) -> BTreeSet<String> {
    let names = syntax.names().iter().filter(|name| within.start <= name.range.start && name.range.end <= within.end);
    names.map(|name| syntax.text(&name.range).to_owned()).collect()
}

/// Everything that is named on the way.
fn reached<'a>(sources: &[&'a Source], from: &'a BTreeSet<String>) -> BTreeSet<&'a str> {
    let mut bodies: BTreeMap<&str, Vec<&'a Definition>> = BTreeMap::new();
    for it in sources.iter().flat_map(|source| &source.definitions) {
        bodies.entry(&it.name).or_default().push(it);
    }
    let mut reached: BTreeSet<&str> = from.iter().map(String::as_str).collect();
    let mut left: Vec<&str> = reached.iter().copied().collect();
    while let Some(name) = left.pop() {
        let words = bodies.remove(name).into_iter().flatten().flat_map(|it| &it.words);
        left.extend(words.map(String::as_str).filter(|word| reached.insert(word)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::FilePatch;

    const STATS: &str = "LIMIT = 3\n\n\ndef mean(prices):\n    return total(prices) / len(prices)\n\n\ndef total(prices):\n    return sum(prices[:SIZE])\n\n\ndef other():\n    return 1\n\n\nSIZE = 9\n";

    fn path(name: &str) -> RelPath {
        RelPath::parse(name).unwrap()
    }

    fn file(name: &str, before: Option<&str>, after: &str) -> FilePatch {
        let bytes = |text: &str| text.as_bytes().to_vec();
        FilePatch { path: path(name), before: before.map(bytes), after: Some(bytes(after)) }
    }

    fn reach(test: &str) -> Reach {
        let test = Patch::from_files([file("tests/test_a.py", None, test)]);
        Reach::from_texts(vec![(path("shop/stats.py"), STATS.as_bytes().to_vec())], &test).unwrap()
    }

    #[test]
    fn a_change_is_on_what_the_test_runs_or_beside_it() {
        let reach = reach("from shop import stats\n\ndef test_a():\n    assert stats.mean([]) == stats.LIMIT\n");
        assert_eq!(reach.used().iter().collect::<Vec<_>>(), ["mean"]);
        let changed = |old: &str, new: &str| {
            Patch::from_files([file("shop/stats.py", Some(STATS), &STATS.replacen(old, new, 1))])
        };
        for (old, new) in [("/ len(prices)", "/ 1"), ("return sum", "return 0 + sum"), ("SIZE = 9", "SIZE = 8")] {
            assert!(reach.has(&changed(old, new)), "{new}");
        }
        for (old, new) in [
            ("def mean", "fixed = True\n\n\ndef mean"),
            ("LIMIT = 3", "LIMIT = 0"),
            ("return 1", "return 0"),
            ("    return total", "    # mended\n    return total"),
        ] {
            assert!(!reach.has(&changed(old, new)), "{new}");
        }
        let new = Patch::from_files([file("shop/done.py", None, "DONE = 1\n"), file("done.txt", None, "x\n")]);
        assert!(!reach.has(&new));
        // A new function counts where one that the test runs names it.
        let both = [
            file("shop/stats.py", Some(STATS), &STATS.replace("total(prices) /", "safe(prices) /")),
            file("shop/safe.py", None, "def safe(prices):\n    return 0\n"),
        ];
        assert!(reach.has(&Patch::from_files(both)));
    }

    #[test]
    fn functions_are_known_in_every_language() {
        for (name, text) in [
            ("a.rs", "impl Cart {\n    pub fn mean(&self) -> f64 { 0.0 }\n}\n"),
            ("a.ts", "export const mean = (x: number[]) => x.length;\n"),
            ("a.js", "function mean(x) { return x; }\n"),
            ("a.go", "package a\n\nfunc mean(x []int) int { return 0 }\n"),
            ("A.java", "class A {\n  int mean(int x) { return 0; }\n}\n"),
            ("a.c", "double mean(const int *x) { return 0; }\n"),
        ] {
            let source = read(&path(name), text.as_bytes()).unwrap();
            assert!(source.definitions.iter().any(|it| it.name == "mean"), "{name}");
        }
    }
}
