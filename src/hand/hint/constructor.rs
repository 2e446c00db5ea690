//! A constructor that leaves something out: it does not keep what it is given, or does not call its parent's.

use super::said::Said;
use super::{Scene, lines};
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::Language;
use anyhow::Result;
use std::ops::Range;

static UNSET: Said = Said::new(&[
    r"variable (?P<name>\w+) (?:might not have been initialized|not initialized)",
    r"TS2564: Property '(?P<name>\w+)' has no initializer",
    r"^'(?P<class>\w+)' object has no attribute '(?P<name>\w+)'",
]);
static UNCALLED: Said = Said::new(&[
    r"constructor (?P<parent>\w+) in class \w+ cannot be applied to given types",
    r"TS2377: Constructors for derived classes must contain a 'super' call",
    r"^Must call super constructor in derived class",
]);
const MOST_FILES: usize = 20;

/// A field that has the name of a parameter, and is not set: it becomes what is given.
pub(super) fn unset(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let (Some(said), Some(place)) = (UNSET.captures(&complaint.message), complaint.places.first()) else {
            continue;
        };
        let name = &said["name"];
        let files: Vec<RelPath> = match said.name("class") {
            Some(class) => defining(scene, &place.path, class.as_str())?,
            None => vec![place.path.clone()],
        };
        for path in files {
            let Some(syntax) = scene.syntax(&path)? else { continue };
            let text = syntax.text(&(0..syntax.bytes().len()));
            for own in Constructor::all(text, syntax.language()) {
                let is_meant = said.name("class").is_none_or(|class| own.class == class.as_str());
                let Some((at, line)) = own.set(text, name).filter(|_| is_meant) else { continue };
                let edit = Edit { path: path.clone(), range: at..at, text: line };
                let why = format!("kept the `{name}` that the constructor is given");
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
    }
    Ok(made)
}

/// `super(…)` with what the parent's constructor takes and this one is given under the same names.
pub(super) fn parent(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let (Some(said), Some(place)) = (UNCALLED.captures(&complaint.message), complaint.places.first()) else {
            continue;
        };
        if said.name("parent").is_some() && !complaint.detail.contains("no arguments") {
            continue;
        }
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let text = syntax.text(&(0..syntax.bytes().len()));
        let at = syntax.line(place.line).map_or(0, |line| line.end);
        let Some(own) = Constructor::all(text, syntax.language()).into_iter().rfind(|own| own.head.start <= at) else {
            continue;
        };
        if text[own.head.end..].trim_start().starts_with("super(") {
            continue;
        }
        let above = own.parent.clone().unwrap_or_default();
        let mut taken = Vec::new();
        for path in defining(scene, &place.path, &above)? {
            let Some(syntax) = scene.syntax(&path)? else { continue };
            let text = syntax.text(&(0..syntax.bytes().len()));
            taken.extend(Constructor::all(text, syntax.language()).into_iter().find(|it| it.class == above));
        }
        let wanted = taken.first().map(|it| it.parameters.clone()).unwrap_or_default();
        if wanted.iter().any(|name| !own.parameters.contains(name)) {
            continue;
        }
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let line = format!("{}super({}){}{end}", own.indent, wanted.join(", "), own.mark);
        let edit = Edit { path: place.path.clone(), range: own.head.end..own.head.end, text: line };
        let why = format!("called the constructor of `{above}`");
        made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
    }
    Ok(made)
}

/// The files that define a class, by their words.
fn defining(scene: &Scene, near: &RelPath, class: &str) -> Result<Vec<RelPath>> {
    let Some(language) = Language::with_names(near) else { return Ok(Vec::new()) };
    let holders = scene.index(language, near)?.holders(class);
    Ok(holders.map(|(path, _)| path.clone()).take(MOST_FILES).collect())
}

static HEAD: Said = Said::new(&[
    r"(?m)^[ \t]+def __init__\(\s*self\s*,?(?P<parameters>[^)]*)\)[^:\n]*:[ \t]*\r?\n",
    r"(?m)^[ \t]+(?:(?:public|protected|private) )?(?P<name>[A-Z]\w*|constructor)\((?P<parameters>[^(){};]*)\)[^{;()=\n]*\{[ \t]*\r?\n",
]);
static CLASS: Said = Said::new(&[r"(?m)^[^\n/*#]*\bclass (?P<name>\w+)(?:[^\n{]*?extends (?P<parent>\w+))?"]);

struct Constructor {
    class: String,
    parent: Option<String>,
    parameters: Vec<String>,
    /// Up to the start of the first line of the body.
    head: Range<usize>,
    /// Of the lines of the body.
    indent: String,
    owner: &'static str,
    mark: &'static str,
}

impl Constructor {
    fn all(text: &str, language: Language) -> Vec<Self> {
        let is_python = language == Language::Python;
        let heads = HEAD.all(text).into_iter().filter_map(|found| {
            let range = found.get(0)?.range();
            let class = CLASS.all(&text[..range.start]).pop()?;
            // A call of a class's name is no constructor, nor is that of another class.
            let is_own =
                found.name("name").is_none_or(|name| name.as_str() == "constructor" || name.as_str() == &class["name"]);
            let parameters = parts(&found["parameters"]).filter_map(|part| named(part, language)).collect();
            let body = text[range.end..].lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let outer = &text[range.start..][..text[range.start..].len() - text[range.start..].trim_start().len()];
            let indent = &body[..body.len() - body.trim_start().len()];
            let indent = if indent.len() > outer.len() { indent.to_owned() } else { format!("{outer}{outer}") };
            is_own.then(|| Self {
                class: class["name"].to_owned(),
                parent: class.name("parent").map(|it| it.as_str().to_owned()),
                parameters,
                head: range,
                indent,
                owner: if is_python { "self" } else { "this" },
                mark: if is_python || language.is_script() && !text.contains(";\n") { "" } else { ";" },
            })
        });
        heads.collect()
    }

    /// Where a line goes that keeps a parameter, and the line; `None` where nothing of the name is given, or it is kept.
    fn set(&self, text: &str, name: &str) -> Option<(usize, String)> {
        let own = self.parameters.iter().position(|it| it == name)?;
        let body = &text[self.head.end..];
        let inner = |line: &str| line.trim().is_empty() || line.starts_with(&self.indent);
        let body: Vec<(usize, &str)> = lines::lines(body).take_while(|(_, line)| inner(line)).collect();
        let kept = |line: &str| {
            let (left, right) = line.trim().trim_end_matches(';').split_once(" = ")?;
            let left = left.strip_prefix(self.owner)?.strip_prefix('.')?.split(':').next()?.trim();
            self.parameters.iter().position(|it| it == left).filter(|_| right.contains(left))
        };
        let ranks: Vec<(usize, &str, usize)> =
            body.iter().filter_map(|(at, line)| Some((*at, *line, kept(line)?))).collect();
        if ranks.iter().any(|(.., rank)| *rank == own) {
            return None;
        }
        let before = ranks.iter().rfind(|(.., rank)| *rank < own).map(|(at, line, _)| at + line.len());
        let after = ranks.iter().find(|(.., rank)| *rank > own).map(|(at, ..)| *at);
        let is_super =
            |(at, line): &&(usize, &str)| line.trim_start().starts_with("super").then_some(at + line.len()).is_some();
        let start = || body.iter().find(is_super).map_or(0, |(at, line)| at + line.len());
        let at = self.head.end + before.or(after).unwrap_or_else(start);
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Some((at, format!("{}{}.{name} = {name}{}{end}", self.indent, self.owner, self.mark)))
    }
}

/// A list cut at the commas that stand in no bracket.
fn parts(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    let cut = move |c: char| {
        depth += i32::from(matches!(c, '<' | '[' | '{')) - i32::from(matches!(c, '>' | ']' | '}'));
        c == ',' && depth == 0
    };
    list.split(cut).map(str::trim).filter(|part| !part.is_empty())
}

/// The name of a parameter; `None` for one that is kept by itself.
fn named(part: &str, language: Language) -> Option<String> {
    let words = |text: &str| super::meaning::words(text).map(str::to_owned).collect::<Vec<_>>();
    let left = part.split('=').next().unwrap_or_default();
    if language == Language::Java {
        return words(left).pop();
    }
    let left = words(left.split(':').next().unwrap_or_default());
    if left.len() == 1 { left.into_iter().next() } else { None }
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_is_given_is_kept() {
        check(&[
            Example {
                files: &[(
                    "A.java",
                    "class A {\n    private final int from;\n    private final int to;\n    A(int from, int to, int by) {\n        this.from = from;\n    }\n}\n",
                )],
                log: "A.java:6: error: variable to might not have been initialized\n    }\n    ^\n1 error\n",
                fixed: "class A {\n    private final int from;\n    private final int to;\n    A(int from, int to, int by) {\n        this.from = from;\n        this.to = to;\n    }\n}\n",
            },
            Example {
                files: &[(
                    "a.py",
                    "class Low(Exception):\n    def __init__(self, owner, missing=0):\n        super().__init__(owner)\n        self.owner = owner\n\n\ndef f(e):\n    return e.missing\n",
                )],
                log: "Traceback (most recent call last):\n  File \"a.py\", line 8, in f\n    return e.missing\nAttributeError: 'Low' object has no attribute 'missing'\n",
                fixed: "class Low(Exception):\n    def __init__(self, owner, missing=0):\n        super().__init__(owner)\n        self.owner = owner\n        self.missing = missing\n\n\ndef f(e):\n    return e.missing\n",
            },
            Example {
                files: &[(
                    "a.ts",
                    "class A {\n  readonly name: string;\n  age: number;\n  constructor(name: string, age: number) {\n    this.age = age;\n  }\n}\n",
                )],
                log: "a.ts(2,12): error TS2564: Property 'name' has no initializer and is not definitely assigned in the constructor.\n",
                fixed: "class A {\n  readonly name: string;\n  age: number;\n  constructor(name: string, age: number) {\n    this.name = name;\n    this.age = age;\n  }\n}\n",
            },
        ]);
    }

    #[test]
    fn the_parent_is_called() {
        check(&[
            Example {
                files: &[
                    (
                        "Album.java",
                        "public class Album extends Media {\n    public Album(int year, String title) {\n    }\n}\n",
                    ),
                    (
                        "Media.java",
                        "public class Media {\n    protected Media(String title, int year) {\n        this.year = year;\n    }\n}\n",
                    ),
                ],
                log: "Album.java:2: error: constructor Media in class Media cannot be applied to given types;\n    public Album(int year, String title) {\n                                         ^\n  required: String,int\n  found:    no arguments\n1 error\n",
                fixed: "public class Album extends Media {\n    public Album(int year, String title) {\n        super(title, year);\n    }\n}\n",
            },
            Example {
                files: &[(
                    "a.js",
                    "class Feed extends EventEmitter {\n  constructor(source) {\n    this.source = source;\n  }\n}\n",
                )],
                log: "/repo/a.js:3\n    this.source = source;\n    ^\n\nReferenceError: Must call super constructor in derived class before accessing 'this' or returning from derived constructor\n    at new Feed (/repo/a.js:3:5)\n",
                fixed: "class Feed extends EventEmitter {\n  constructor(source) {\n    super();\n    this.source = source;\n  }\n}\n",
            },
        ]);
    }
}
