//! Examples in JavaScript and TypeScript, as an issue shows them. As in Python, only data and calls are taken.

use super::example::{CALL, Example, MOST_LINES, Said, Wanted, prose, said};
use super::names::ascii;
use super::{Block, IssueText};
use crate::syntax::{Language, Role, Syntax, Token};
use regex::Regex;
use std::sync::LazyLock;

/// What a test of ours does not do because somebody wrote it into an issue.
const REFUSED: &[&str] = &[
    "Bun",
    "Deno",
    "Function",
    "Proxy",
    "Reflect",
    "WebSocket",
    "Worker",
    "XMLHttpRequest",
    "child_process",
    "constructor",
    "document",
    "eval",
    "exec",
    "fetch",
    "fs",
    "global",
    "globalThis",
    "import",
    "module",
    "process",
    "prototype",
    "require",
    "self",
    "setImmediate",
    "setInterval",
    "setTimeout",
    "while",
    "window",
];

static RAISED: LazyLock<Option<Regex>> =
    LazyLock::new(|| ascii(r"(?m)^\s*(?:Uncaught )?((?:[A-Z]\w*)?Error)(?: \[\w+\])?: .+"));
static IMPORT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    ascii(r#"^(?:import\b.*\bfrom\s*|(?:const|let|var)\b[^=]*=\s*require\()\s*["']([^"']+)["']\)?(?:\.\w+)?;?$"#)
});

/// An example, and from where it says that its names come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptExample {
    pub example: Example,
    pub modules: Vec<String>,
}

/// The examples of an issue, the most telling first.
pub fn script_examples(issue: &IssueText) -> Vec<ScriptExample> {
    let prose = prose(issue);
    let told = said(&prose, is_literal);
    let error = RAISED.as_ref().and_then(|it| it.captures(&issue.body)).map(|found| found[1].to_owned());
    let mut found = Vec::new();
    for block in issue.code_blocks.iter().filter(|block| is_script(block)) {
        found.extend(snippet(&block.text, &told, error.as_deref()));
    }
    if let (Some(wanted), Some(call)) = (&told.wanted, CALL.as_ref()) {
        let calls = call.captures_iter(&prose).map(|found| found[1].to_owned());
        let subject = calls.into_iter().find(|call| is_expression(call) && !call.ends_with("()"));
        let example = |subject| {
            let wanted = Wanted::Value(wanted.clone());
            Example { setup: Vec::new(), subject, wanted, got: told.got.clone() }
        };
        found.extend(subject.map(|subject| ScriptExample { example: example(subject), modules: Vec::new() }));
    }
    found.retain(|it| is_plain(&it.example));
    found.dedup();
    found
}

fn is_script(block: &Block) -> bool {
    const NAMES: &[&str] = &["", "js", "javascript", "jsx", "mjs", "cjs", "node", "ts", "typescript", "tsx"];
    NAMES.contains(&block.lang.as_str())
}

/// Statements, with what is wanted in a comment behind one or below it, in the text, or with an error beside.
fn snippet(text: &str, prose: &Said, error: Option<&str>) -> Vec<ScriptExample> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut modules = Vec::new();
    let (mut setup, mut found): (Vec<String>, Vec<Example>) = (Vec::new(), Vec::new());
    let last = lines.iter().rposition(|line| !line.starts_with("//"));
    if lines.len() > MOST_LINES {
        return Vec::new();
    }
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.starts_with("//")) {
        if let Some(import) = IMPORT.as_ref().and_then(|it| it.captures(line)) {
            modules.push(import[1].to_owned());
            continue;
        }
        let (code, beside) = line.split_once(" //").unwrap_or((line, ""));
        let below = lines.get(at + 1).filter(|line| line.starts_with("//")).unwrap_or(&"");
        let comment = said(&format!("{beside}\n{below}"), is_literal);
        let bare = code.trim_end().trim_end_matches(';');
        let printed = bare.strip_prefix("console.log(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(bare);
        let wanted = comment.wanted.or_else(|| prose.wanted.clone().filter(|_| Some(at) == last));
        match wanted.filter(|_| is_expression(printed)) {
            Some(wanted) => {
                let got = comment.got.or_else(|| prose.got.clone());
                let (subject, wanted) = (printed.to_owned(), Wanted::Value(wanted));
                found.push(Example { setup: setup.clone(), subject, wanted, got });
            }
            None if Some(at) == last && found.is_empty() && error.is_some() => {
                let (subject, got) = (code.trim_end().to_owned(), error.map(str::to_owned));
                found.push(Example { setup: setup.clone(), subject, wanted: Wanted::NoError, got });
            }
            None => setup.push(code.trim_end().to_owned()),
        }
    }
    found.into_iter().map(|example| ScriptExample { example, modules: modules.clone() }).collect()
}

fn parse(code: &str) -> Option<Syntax> {
    Syntax::parse(Language::JavaScript, code.as_bytes()).filter(Syntax::is_sound)
}

fn is_literal(value: &str) -> bool {
    let is_constant = |name: &str| ["undefined", "NaN", "Infinity"].contains(&name);
    is_constant(value)
        || parse(&format!("({value});\n")).is_some_and(|syntax| {
            syntax.names().iter().all(|name| name.role == Role::Member || is_constant(syntax.text(&name.range)))
                && !value.contains('(')
        })
}

fn is_expression(text: &str) -> bool {
    let assigns = parse(&format!("{text};\n")).is_some_and(|syntax| {
        syntax.names().iter().any(|name| name.defined && !matches!(name.role, Role::Keyword | Role::Member))
    });
    !assigns && text.contains('(') && parse(&format!("x = ({text});\n")).is_some()
}

fn is_plain(example: &Example) -> bool {
    let code = format!("{}\n{}\n", example.setup.join("\n"), example.subject);
    let Some(syntax) = parse(&code) else { return false };
    let words = code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
    let mut refused = words.filter(|word| REFUSED.contains(word) || word.starts_with("__"));
    let tokens = syntax.tokens();
    // A name may be written `\u0065val`, and a member's be put together.
    let names = || tokens.iter().filter(|token| token.kind.ends_with("identifier"));
    let plain =
        names().all(|name| syntax.text(&name.range).chars().all(|c| c.is_ascii_alphanumeric() || "_$".contains(c)));
    let text = |token: &Token| syntax.text(&token.range).to_owned();
    let computed = tokens.windows(3).any(|three| {
        let behind = three[0].kind.ends_with("identifier") || [")", "]"].contains(&text(&three[0]).as_str());
        behind && text(&three[1]) == "[" && three[2].kind != "number"
    });
    plain && !computed && refused.next().is_none()
}

/// The names that an example calls and does not bring in itself.
pub fn free_calls(example: &Example) -> Vec<String> {
    let code = format!("{}\n{}\n", example.setup.join("\n"), example.subject);
    let Some(syntax) = parse(&code) else { return Vec::new() };
    let own: Vec<&str> =
        syntax.names().iter().filter(|name| name.defined).map(|name| syntax.text(&name.range)).collect();
    let mut free: Vec<String> = Vec::new();
    for name in syntax.names().iter().filter(|name| !name.defined && name.role != Role::Member) {
        let text = syntax.text(&name.range);
        let is_called = code[name.range.end..].starts_with(['(', '.']);
        if is_called && !own.contains(&text) && !BUILT_IN.contains(&text) && !free.iter().any(|it| it == text) {
            free.push(text.to_owned());
        }
    }
    free
}

const BUILT_IN: &[&str] = &[
    "Array",
    "BigInt",
    "Boolean",
    "Date",
    "Error",
    "JSON",
    "Map",
    "Math",
    "Number",
    "Object",
    "Promise",
    "RegExp",
    "Set",
    "String",
    "Symbol",
    "URL",
    "console",
    "parseFloat",
    "parseInt",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brain::text::extract;

    #[test]
    fn examples_in_javascript_are_read_as_people_write_them() {
        let value = |setup: &[&str], subject: &str, wanted: &str, got: Option<&str>| Example {
            setup: setup.iter().map(|line| (*line).to_owned()).collect(),
            subject: subject.to_owned(),
            wanted: Wanted::Value(wanted.to_owned()),
            got: got.map(str::to_owned),
        };
        for (title, body, expected) in [
            (
                "Wrong",
                "`slugify('A b')` returns 'A-b' but should return 'a-b'.",
                Some(value(&[], "slugify('A b')", "'a-b'", Some("'A-b'"))),
            ),
            (
                "Wrong",
                "```js\nimport { f } from 'pkg';\nconst a = [1, 2];\nconsole.log(f(a)); // expected true, got false\n```\n",
                Some(value(&["const a = [1, 2];"], "f(a)", "true", Some("false"))),
            ),
            (
                "Wrong",
                "```ts\nconst { f } = require('pkg');\nf({ a: 1 });\n```\nExpected: undefined\n",
                Some(value(&[], "f({ a: 1 })", "undefined", None)),
            ),
            ("Wrong", "```js\nf(process.env) // expected 1\n```", None),
            ("Wrong", "```js\nf['constr' + 'uctor']('x') // expected 1\n```", None),
            ("Wrong", "```js\n\\u0065val('1') // expected 1\n```", None),
            ("Wrong", "`f()` does not work", None),
        ] {
            let found = script_examples(&extract(title, body));
            assert_eq!(found.first().map(|it| it.example.clone()), expected, "{body}");
        }
        let crash = "```js\nf([])\n```\n\n```\nTypeError: Cannot read properties of undefined (reading 'x')\n    at f (a.js:1:1)\n```\n";
        let found = &script_examples(&extract("Crash", crash))[0].example;
        assert_eq!((found.wanted.clone(), found.got.as_deref()), (Wanted::NoError, Some("TypeError")));
        assert_eq!(free_calls(found), ["f"]);
    }
}
