//! The test for an example in JavaScript or TypeScript, written as the tests beside it are: same runner, same imports,
//! same kind of name.

use super::super::bench::Bench;
use crate::brain::text::{ScriptExample, Wanted, free_calls};
use crate::guard;
use crate::hand::Workshop as _;
use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use crate::syntax::{Language, Syntax};
use anyhow::Result;
use std::collections::HashMap;

/// The test's own name.
pub const OWN: &str = "it is as reported";
const STEMS: [&str; 2] = ["reported", "reported-issue"];
/// Files that are read for a definition.
const MOST_FILES: usize = 2000;

/// The test that the new one is like.
struct Neighbour {
    path: RelPath,
    text: String,
}

/// How its runner is spoken to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runner {
    Vitest,
    Node,
    /// `expect` is there without an import.
    Global,
    Mocha,
}

/// The tests that can be made of an example; empty where nothing in the repository fits.
pub fn test_of(bench: &Bench, given: &ScriptExample) -> Result<Option<Patch>> {
    let Some(neighbour) = neighbour(bench)? else { return Ok(None) };
    let Some(runner) = neighbour.runner() else { return Ok(None) };
    let package = package_name(bench)?;
    let own = |module: &String| {
        module.starts_with('.') || package.as_ref().is_some_and(|p| module == p || module.starts_with(&format!("{p}/")))
    };
    if !given.modules.iter().all(own) {
        return Ok(None);
    }
    let names = free_calls(&given.example);
    let mut imports = Vec::new();
    for name in &names {
        match import_of(bench, name, &neighbour)? {
            Some(import) => imports.push(import),
            None => return Ok(None),
        }
    }
    if imports.is_empty() {
        return Ok(None);
    }
    let text = text_of(given, runner, &neighbour, &imports);
    for stem in STEMS {
        let Some(path) = neighbour.called(stem) else { return Ok(None) };
        if bench.read(&path)?.is_none() {
            return Ok(Some(Patch::from_files([FilePatch { path, before: None, after: Some(text.into_bytes()) }])));
        }
    }
    Ok(None)
}

fn is_source(path: &RelPath) -> bool {
    Language::with_names(path).is_some_and(Language::is_script) && !path.as_str().contains("node_modules/")
}

fn neighbour(bench: &Bench) -> Result<Option<Neighbour>> {
    let tests = bench.files()?.iter().filter(|path| is_source(path) && guard::is_test(path));
    let mut found: Vec<Neighbour> = Vec::new();
    for path in tests.take(MOST_FILES) {
        let text = String::from_utf8_lossy(&bench.read(path)?.unwrap_or_default()).into_owned();
        let one = Neighbour { path: path.clone(), text };
        if one.runner().is_some() {
            found.push(one);
        }
    }
    let mut crowds: HashMap<&str, usize> = HashMap::new();
    found.iter().for_each(|one| *crowds.entry(one.folder()).or_default() += 1);
    let best = (0..found.len()).max_by_key(|at| (crowds[found[*at].folder()], std::cmp::Reverse(*at)));
    Ok(best.map(|at| found.swap_remove(at)))
}

impl Neighbour {
    fn runner(&self) -> Option<Runner> {
        let has = |word: &str| self.text.contains(word);
        let tests = ["test(", "it(", "test.each("].iter().any(|call| has(call));
        match () {
            () if !tests => None,
            () if has("\"vitest\"") || has("'vitest'") => Some(Runner::Vitest),
            () if has("node:test") => Some(Runner::Node),
            () if has("expect(") && !has("chai") => Some(Runner::Global),
            () if has("describe(") && has("it(") => Some(Runner::Mocha),
            () => None,
        }
    }

    fn is_module(&self) -> bool {
        self.text.lines().any(|line| line.starts_with("import "))
    }

    fn folder(&self) -> &str {
        self.path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// `a/slug.test.js` → `a/reported.test.js`, `a/slug_test.js` → `a/reported_test.js`.
    fn called(&self, stem: &str) -> Option<RelPath> {
        let (old, end) = self.path.file_name().split_once('.')?;
        let tail =
            ["_test", "-test", "_spec", "-spec", ".test"].iter().find(|tail| old.ends_with(*tail)).unwrap_or(&"");
        let head = if old.starts_with("test_") || old.starts_with("test-") { &old[..5] } else { "" };
        let name = format!("{head}{stem}{tail}.{end}");
        RelPath::parse(if self.folder().is_empty() { name } else { format!("{}/{name}", self.folder()) }).ok()
    }

    /// How this test's folder names a source: with or without an ending, as its other imports do.
    fn specifier(&self, to: &RelPath) -> String {
        let (up, rest) = to.seen_from(&self.path);
        let way = if up == 0 { format!("./{rest}") } else { format!("{}{rest}", "../".repeat(up)) };
        let endings = [".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".mts"];
        let relative = self.text.split(['"', '\'']).filter(|it| it.starts_with("./") || it.starts_with("../"));
        let mut used = relative.map(|it| endings.iter().find(|end| it.ends_with(**end)).copied());
        let (bare, own) = way.rsplit_once('.').unwrap_or((&way, ""));
        match used.next() {
            Some(None) => bare.to_owned(),
            // TypeScript's modules are imported by the names that they will have.
            Some(Some(".js")) if own == "ts" || own == "tsx" => format!("{bare}.js"),
            None if !self.is_module() || own.starts_with("ts") => bare.to_owned(),
            _ => way.clone(),
        }
    }
}

fn package_name(bench: &Bench) -> Result<Option<String>> {
    let manifest = bench.read(&RelPath::parse("package.json")?)?.unwrap_or_default();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap_or_default();
    Ok(manifest["name"].as_str().map(str::to_owned))
}

/// The import of a name that one file of the repository exports.
fn import_of(bench: &Bench, name: &str, neighbour: &Neighbour) -> Result<Option<String>> {
    let mut found = Vec::new();
    for path in bench.files()?.iter().filter(|path| is_source(path) && !guard::is_test(path)).take(MOST_FILES) {
        let source = bench.read(path)?.unwrap_or_default();
        if memchr::memmem::find(&source, name.as_bytes()).is_none() {
            continue;
        }
        let Some(language) = Language::with_names(path) else { continue };
        let Some(syntax) = Syntax::parse(language, &source) else { continue };
        let defines = syntax.names().iter().any(|own| own.defined && syntax.text(&own.range) == name);
        if let Some(whole) = exported(&syntax, name).filter(|_| defines) {
            let from = neighbour.specifier(path);
            found.push(match (neighbour.is_module(), whole) {
                (true, true) => format!("import {name} from \"{from}\";"),
                (true, false) => format!("import {{ {name} }} from \"{from}\";"),
                (false, true) => format!("const {name} = require(\"{from}\");"),
                (false, false) => format!("const {{ {name} }} = require(\"{from}\");"),
            });
        }
    }
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// Whether a file gives the name away; `true` where it is all that it gives.
fn exported(syntax: &Syntax, name: &str) -> Option<bool> {
    let exports = syntax.exports();
    if exports.named.iter().any(|(own, _)| own == name) {
        return Some(false);
    }
    if exports.default.flatten().as_deref() == Some(name) {
        return Some(true);
    }
    let text = syntax.text(&(0..syntax.bytes().len())).to_owned();
    let behind = |mark: &str| text.split(mark).skip(1).map(str::trim_start).collect::<Vec<_>>();
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    for rest in behind("module.exports =").into_iter().chain(behind("module.exports=")) {
        let word: String = rest.chars().take_while(|c| is_word(*c)).collect();
        let named = rest.strip_prefix("function ").unwrap_or_default();
        if word == name || named.strip_prefix(name).is_some_and(|rest| !rest.starts_with(is_word)) {
            return Some(true);
        }
        let listed = rest.strip_prefix('{').and_then(|rest| rest.split('}').next()).unwrap_or_default();
        if listed.split(|c: char| !is_word(c)).any(|word| word == name) {
            return Some(false);
        }
    }
    let member = behind("exports.").into_iter().any(|rest| {
        let after = rest.strip_prefix(name).unwrap_or("?").trim_start();
        after.starts_with('=') && !after.starts_with("==")
    });
    member.then_some(false)
}

fn text_of(given: &ScriptExample, runner: Runner, neighbour: &Neighbour, imports: &[String]) -> String {
    let bring = |what: &str, from: &str| match neighbour.is_module() {
        true => format!("import {what} from \"{from}\";"),
        false => format!("const {what} = require(\"{from}\");"),
    };
    let mut lines: Vec<String> = match runner {
        Runner::Vitest => vec![bring("{ expect, test }", "vitest")],
        Runner::Node => vec![bring("assert", "node:assert"), bring("{ test }", "node:test")],
        Runner::Mocha => vec![bring("assert", "assert")],
        Runner::Global => Vec::new(),
    };
    lines.extend(imports.iter().cloned());
    let call = if runner == Runner::Mocha || !neighbour.text.contains("test(") && runner == Runner::Global {
        "it"
    } else {
        "test"
    };
    lines.extend([String::new(), format!("{call}(\"{OWN}\", async () => {{")]);
    lines.extend(given.example.setup.iter().map(|line| format!("  {line}")));
    let subject = &given.example.subject;
    lines.push(match (&given.example.wanted, runner) {
        (Wanted::NoError, _) => format!("  {subject}"),
        (Wanted::Value(value), Runner::Vitest | Runner::Global) => {
            format!("  expect(await {subject}).toEqual({value});")
        }
        (Wanted::Value(value), _) => format!("  assert.deepStrictEqual(await {subject}, {value});"),
    });
    lines.push("});\n".to_owned());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brain::text::{extract, script_examples};

    fn neighbour(path: &str, text: &str) -> Neighbour {
        Neighbour { path: RelPath::parse(path).unwrap(), text: text.to_owned() }
    }

    #[test]
    fn a_test_is_named_and_imports_as_its_neighbour_does() {
        let to = RelPath::parse("src/slug.ts").unwrap();
        for (path, text, called, specifier) in [
            ("test/a.test.js", "const { a } = require('../src/a');", "test/reported.test.js", "../src/slug"),
            ("src/a.spec.ts", "import { a } from './a';", "src/reported.spec.ts", "./slug"),
            ("src/a.spec.ts", "import { a } from './a.js';", "src/reported.spec.ts", "./slug.js"),
            ("a_test.ts", "import { a } from './src/a.ts';", "reported_test.ts", "./src/slug.ts"),
        ] {
            let one = neighbour(path, text);
            assert_eq!(one.called("reported").unwrap().as_str(), called);
            assert_eq!(one.specifier(&to), specifier, "{text}");
        }
    }

    #[test]
    fn what_a_file_exports_is_found_in_every_form() {
        for (text, whole) in [
            ("export function f() {}", Some(false)),
            ("export default function f() {}", Some(true)),
            ("function f() {}\nmodule.exports = f;", Some(true)),
            ("module.exports = function f() {};", Some(true)),
            ("function f() {}\nmodule.exports = { g, f };", Some(false)),
            ("exports.f = function () {};", Some(false)),
            ("function f() {}", None),
            ("function f() {}\nmodule.exports = { fg };", None),
        ] {
            let syntax = Syntax::parse(Language::JavaScript, text.as_bytes()).unwrap();
            assert_eq!(exported(&syntax, "f"), whole, "{text}");
        }
    }

    #[test]
    fn the_test_speaks_to_its_runner() {
        let given = &script_examples(&extract("x", "`f(2)` returns 3 but should return 4."))[0];
        let made = |path: &str, text: &str| {
            let one = neighbour(path, text);
            text_of(given, one.runner().unwrap(), &one, &["import { f } from \"./f\";".to_owned()])
        };
        let vitest = made("a.test.ts", "import { test } from 'vitest';\ntest('a', () => {});");
        assert!(vitest.starts_with("import { expect, test } from \"vitest\";\nimport { f }"), "{vitest}");
        assert!(vitest.ends_with("  expect(await f(2)).toEqual(4);\n});\n"), "{vitest}");
        let mocha = made("a.js", "const assert = require('assert');\ndescribe('a', () => { it('b', () => {}); });");
        assert!(mocha.contains("it(\"it is as reported\"") && mocha.contains("assert.deepStrictEqual(await f(2), 4);"));
    }
}
