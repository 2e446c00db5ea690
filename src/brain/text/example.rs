//! What an issue shows as code: a call with what it should give, or code that should not raise; Python. It is a
//! stranger's text: only what is plainly data and calls is taken.

use super::names::ascii;
use super::{Block, IssueText};
use crate::ids::RelPath;
use crate::syntax::{Language, Syntax};
use regex::Regex;
use std::sync::LazyLock;

/// What the reporter wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The last expression gives this.
    Value(String),
    /// Nothing is raised.
    NoError,
}

/// Code that shows what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub setup: Vec<String>,
    /// Empty where the setup is all there is.
    pub subject: String,
    pub wanted: Wanted,
    /// What it is said to give or to raise instead.
    pub got: Option<String>,
}

/// Longer examples are programs.
pub(super) const MOST_LINES: usize = 30;
/// What a test of ours does not do because somebody wrote it into an issue.
const REFUSED: &[&str] = &[
    "eval",
    "exec",
    "compile",
    "open",
    "input",
    "breakpoint",
    "globals",
    "locals",
    "vars",
    "getattr",
    "setattr",
    "delattr",
    "exit",
    "quit",
    "os",
    "sys",
    "subprocess",
    "shutil",
    "socket",
    "ctypes",
    "importlib",
    "builtins",
    "pickle",
    "marshal",
    "multiprocessing",
    "threading",
    "signal",
    "pathlib",
    "urllib",
    "requests",
    "http",
];

/// The examples of an issue, the most telling first.
pub fn examples(issue: &IssueText) -> Vec<Example> {
    let prose = prose(issue);
    let said = said(&prose, is_literal);
    let mut found: Vec<Example> = Vec::new();
    let shown = issue.code_blocks.iter().filter(|block| is_python(block)).map(|block| block.text.as_str());
    for text in shown.chain(std::iter::once(prose.as_str())) {
        found.extend(if text.contains(">>> ") { sessions(text, &said) } else { Vec::new() });
    }
    for block in issue.code_blocks.iter().filter(|block| is_python(block) && !block.text.contains(">>> ")) {
        found.extend(snippet(&block.text, &said, raised(&issue.body)));
    }
    found.extend(in_prose(&prose, &said));
    let mut plain: Vec<Example> = Vec::new();
    for example in found.into_iter().filter(is_plain) {
        if !plain.contains(&example) {
            plain.push(example);
        }
    }
    plain
}

fn is_python(block: &Block) -> bool {
    matches!(block.lang.as_str(), "" | "python" | "py" | "python3" | "pycon" | "doctest")
}

/// The text without its code blocks.
pub(super) fn prose(issue: &IssueText) -> String {
    format!("{}\n{}", issue.title, super::blocks(&issue.body).1)
}

/// Wanted and got, as a sentence has them.
#[derive(Default)]
pub(super) struct Said {
    pub wanted: Option<String>,
    pub got: Option<String>,
}

/// A literal, in backticks or not.
const VALUE: &str = r#"`?((?:-?\d[\d_]*(?:\.\d+)?(?:e-?\d+)?|[Tt]rue|[Ff]alse|None|null|undefined|NaN|[rbu]?"[^"\n]*"|[rbu]?'[^'\n]*'|\[[^\]\n]*\]|\([^)\n]*\)|\{[^}\n]*\}))`?"#;

static WANTED: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let before = [
        r"(?:instead of|rather than)(?: the (?:expected|correct))?",
        r"(?:should|must|ought to)(?: have)?(?: be| been| return(?:ed)?| give[ns]?| equal| yield| print| evaluate to| produced?)",
        r"\bexpect(?:ed|s|ing)?(?: (?:output|result|value|answer|behaviou?r|to be|to get|to return|it to be|it to return|was|is))*",
        r"\bcorrect (?:answer|result|value) (?:is|would be)",
    ];
    before.iter().filter_map(|before| ascii(&format!(r"(?i){before}\s*[:=]?\s*{VALUE}"))).collect()
});

static GOT: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let before = [
        r"\b(?:got|gets?|gives?|gave|returns?|returned|prints?|printed|yields?|produces?|actual(?:ly)?|it is)(?: (?:output|result|value|is|was|me|back))*",
    ];
    before.iter().filter_map(|before| ascii(&format!(r"(?i){before}\s*[:=]?\s*{VALUE}"))).collect()
});

pub(super) fn said(text: &str, is_literal: fn(&str) -> bool) -> Said {
    let first = |patterns: &[Regex]| patterns.iter().find_map(|p| p.captures(text)).map(|found| found[1].to_owned());
    Said {
        wanted: first(&WANTED).filter(|value| is_literal(value)),
        got: first(&GOT).filter(|value| is_literal(value)),
    }
}

fn is_literal(value: &str) -> bool {
    let parsed = Syntax::parse(Language::Python, value.as_bytes());
    parsed.is_some_and(|syntax| syntax.is_sound() && syntax.names().is_empty())
}

/// The exception at the end of a traceback.
fn raised(text: &str) -> Option<String> {
    let trace = text.find("Traceback (most recent call last)")?;
    let error = |line: &str| {
        let name = line.trim().split(':').next()?;
        let last = name.rsplit('.').next()?;
        let is_error = ["Error", "Exception", "Warning", "Interrupt", "Exit"].iter().any(|end| last.ends_with(end));
        (is_error && name.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '_')).then(|| last.to_owned())
    };
    text[trace..].lines().find_map(error)
}

/// Interpreter sessions: `>>>`, `...`, and what came out.
fn sessions(text: &str, said: &Said) -> Vec<Example> {
    let mut found = Vec::new();
    let mut setup: Vec<String> = Vec::new();
    let mut lines = text.lines().map(str::trim_start).peekable();
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix(">>> ") else { continue };
        let mut statement = vec![first.to_owned()];
        while let Some(more) = lines.next_if(|line| line.starts_with("...")) {
            statement.push(more.trim_start_matches("...").strip_prefix(' ').unwrap_or_default().to_owned());
        }
        let mut output = Vec::new();
        while let Some(more) =
            lines.next_if(|line| !line.is_empty() && !line.starts_with(">>>") && !line.starts_with("```"))
        {
            output.push(more);
        }
        let output = output.join("\n");
        let subject = statement.join("\n").trim_end().to_owned();
        let alone = statement.len() == 1 && is_expression(&subject);
        if let Some(error) = raised(&output) {
            found.push(Example {
                setup: setup.clone(),
                subject: subject.clone(),
                wanted: Wanted::NoError,
                got: Some(error),
            });
        } else if alone && is_literal(&output) && !output.is_empty() {
            let (subject, output) = (subject.clone(), output.clone());
            // What is shown is what came out, where another value is said to be wanted.
            let other = said.wanted.clone().filter(|wanted| *wanted != output);
            let got = other.is_some().then(|| output.clone()).or_else(|| said.got.clone());
            let wanted = Wanted::Value(other.unwrap_or(output));
            found.push(Example { setup: setup.clone(), subject, wanted, got });
        }
        if !alone {
            setup.extend(statement);
        }
    }
    found
}

/// A block of code: with what is wanted in a comment or in the text, with assertions, or with a traceback beside it.
fn snippet(text: &str, prose: &Said, error: Option<String>) -> Option<Example> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let code: Vec<&str> = lines.iter().copied().filter(|line| !line.starts_with('#')).collect();
    if code.is_empty() || code.len() > MOST_LINES || text.contains("Traceback (most recent") {
        return None;
    }
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    if code.iter().any(|line| line.trim_start().starts_with("assert ")) {
        let error = Some("AssertionError".to_owned());
        return Some(Example { setup: owned(&code), subject: String::new(), wanted: Wanted::NoError, got: error });
    }
    let (last, before) = code.split_last()?;
    let (bare, comment) = last.split_once("  #").or_else(|| last.split_once(" #")).unwrap_or((last, ""));
    let beside =
        said(&format!("{comment}\n{}", lines.last().filter(|line| line.starts_with('#')).unwrap_or(&"")), is_literal);
    let bare = bare.trim_end();
    let printed = bare.strip_prefix("print(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(bare);
    if let Some(wanted) = beside.wanted.or_else(|| prose.wanted.clone()).filter(|_| is_expression(printed)) {
        let got = beside.got.or_else(|| prose.got.clone());
        return Some(Example { setup: owned(before), subject: printed.to_owned(), wanted: Wanted::Value(wanted), got });
    }
    let got = Some(error?);
    Some(Example { setup: owned(before), subject: (*last).to_owned(), wanted: Wanted::NoError, got })
}

pub(super) static CALL: LazyLock<Option<Regex>> =
    LazyLock::new(|| ascii(r"\b([A-Za-z_][\w.]*\((?:[^()\n`]|\([^()\n`]*\))*\)(?:\[[^\]\n]*\])?)"));

/// `f(2)` returns 3 but should return 4.
fn in_prose(prose: &str, said: &Said) -> Option<Example> {
    let wanted = said.wanted.clone()?;
    let calls = CALL.as_ref()?.captures_iter(prose).map(|found| found[1].to_owned());
    // `f()` is how people write a name.
    let subject = calls.into_iter().find(|call| is_expression(call) && !call.ends_with("()"))?;
    Some(Example { setup: Vec::new(), subject, wanted: Wanted::Value(wanted), got: said.got.clone() })
}

fn is_expression(text: &str) -> bool {
    let test = format!("x = ({text})\n");
    let parsed = Syntax::parse(Language::Python, test.as_bytes());
    let assigns = Syntax::parse(Language::Python, text.as_bytes())
        .is_some_and(|s| s.names().iter().any(|n| n.defined && n.role != crate::syntax::Role::Keyword));
    !assigns && parsed.is_some_and(|syntax| syntax.is_sound())
}

/// Data and calls, nothing that reaches beyond the code it is about.
fn is_plain(example: &Example) -> bool {
    let code = format!("{}\n{}\n", example.setup.join("\n"), example.subject);
    let Some(syntax) = Syntax::parse(Language::Python, code.as_bytes()) else { return false };
    let words = code.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let mut refused = words.filter(|word| REFUSED.contains(word) || word.starts_with("__"));
    // Python reads other letters that look alike as these: `ｅｖａｌ` is `eval`.
    let names = || syntax.tokens().into_iter().filter(|token| token.kind == "identifier");
    let ascii = names().all(|name| syntax.text(&name.range).is_ascii());
    syntax.is_sound() && ascii && refused.next().is_none() && code.lines().count() <= MOST_LINES + 2
}

/// The modules that the example imports: `a.b` of `import a.b` and of `from a.b import c`.
pub fn imported(example: &Example) -> Vec<String> {
    let module = |line: &String| {
        let mut words = line.trim().split([' ', ',']);
        matches!(words.next(), Some("import" | "from")).then(|| words.next().unwrap_or_default().to_owned())
    };
    example.setup.iter().chain([&example.subject]).filter_map(module).collect()
}

/// The name that the subject calls first, where the example does not bring it in itself.
pub fn missing_name(example: &Example) -> Option<String> {
    let head = example.subject.split(|c: char| !(c.is_alphanumeric() || c == '_')).find(|word| !word.is_empty())?;
    let known = example.setup.iter().any(|line| {
        line.contains("import *") || line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == head)
    });
    (!known && !example.subject.starts_with(['"', '\'', '[', '{'])).then(|| head.to_owned())
}

/// How Python imports a file of the repository.
pub fn module_of(path: &RelPath) -> Option<String> {
    let stem = path.as_str().strip_suffix(".py")?;
    let stem = ["src/", "lib/"].iter().find_map(|folder| stem.strip_prefix(folder)).unwrap_or(stem);
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    stem.split('/').all(is_name).then(|| stem.replace('/', "."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brain::text::extract;

    fn first(title: &str, body: &str) -> Option<Example> {
        examples(&extract(title, body)).into_iter().next()
    }

    fn value(setup: &[&str], subject: &str, wanted: &str, got: Option<&str>) -> Option<Example> {
        Some(Example {
            setup: setup.iter().map(|line| (*line).to_owned()).collect(),
            subject: subject.to_owned(),
            wanted: Wanted::Value(wanted.to_owned()),
            got: got.map(str::to_owned),
        })
    }

    #[test]
    fn examples_are_read_as_people_write_them() {
        for (title, body, expected) in [
            ("Wrong", "`area(2, 3)` returns 5 but should return 6.", value(&[], "area(2, 3)", "6", Some("5"))),
            ("mean([1, 2]) gives 1 instead of 1.5", "", value(&[], "mean([1, 2])", "1.5", Some("1"))),
            (
                "Wrong",
                "```python\nfrom m import f\nprint(f('a'))  # got 'A', expected 'a'\n```\n",
                value(&["from m import f"], "f('a')", "'a'", Some("'A'")),
            ),
            (
                "Wrong",
                "```\n>>> import m\n>>> m.f(1)\n2\n```\nExpected: 3\n",
                value(&["import m"], "m.f(1)", "3", Some("2")),
            ),
            (
                "It should work",
                "Like this:\n\n    >>> from m import f\n    >>> f(1)\n    4\n",
                value(&["from m import f"], "f(1)", "4", None),
            ),
            ("Wrong", "Nothing to see, `f()` is broken.", None),
            ("Wrong", "```python\nfrom m import f\nf(ｅｖａｌ('1'))  # expected 1\n```", None),
            ("Wrong", "```python\nimport os\nprint(os.system('x'))  # expected 1\n```", None),
        ] {
            assert_eq!(first(title, body), expected, "{title} {body}");
        }
        let raising = "```python\nfrom m import f\nf([])\n```\n\n```\nTraceback (most recent call last):\n  File \"a.py\", line 2, in <module>\nIndexError: list index out of range\n```\n";
        let found = first("Crash", raising).unwrap();
        assert_eq!(
            (found.subject.as_str(), found.wanted, found.got.as_deref()),
            ("f([])", Wanted::NoError, Some("IndexError"))
        );
        let asserting = first("x", "```py\nfrom m import f\nassert f(1) == 2\n```").unwrap();
        assert_eq!((asserting.setup.len(), asserting.wanted), (2, Wanted::NoError));
    }

    #[test]
    fn modules_and_names() {
        let path = |text: &str| RelPath::parse(text).unwrap();
        assert_eq!(module_of(&path("src/pkg/a.py")).as_deref(), Some("pkg.a"));
        assert_eq!(module_of(&path("pkg/__init__.py")).as_deref(), Some("pkg"));
        assert_eq!(module_of(&path("my-app/a.py")), None);
        let example = first("f(1) should be 2", "").unwrap();
        assert_eq!(missing_name(&example).as_deref(), Some("f"));
    }
}
