//! A function where what it gives back is meant: the call.

use super::Scene;
use super::said::Said;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use crate::syntax::{Language, Syntax};
use anyhow::Result;

static UNCALLED: Said = Said::new(&[
    r"(?:^|[\s.])(?P<name>\w+)\.(?P<asked>\w+) undefined \(type func\(",
    r"TS\d+: Property '(?P<asked>\w+)' does not exist on type '\(\) =>",
    r"'(?:function|method|builtin_function_or_method)' object has no attribute '(?P<asked>\w+)'",
    r"'(?:function|method|builtin_function_or_method)' object is not (?:iterable|subscriptable)",
    r"unsupported operand type\(s\) for .*'(?:function|method|builtin_function_or_method)'",
    r"not supported between instances of .*'(?:function|method|builtin_function_or_method)'",
    r"expression in (?:defer|go) must be (?:a )?function call",
    r"invalid use of member function '[^']*\b(?P<name>\w+)\(",
]);
const MOST_OFFERS: usize = 3;

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for complaint in &scene.complaints {
        let Some(said) = UNCALLED.captures(&complaint.message) else { continue };
        let Some(place) = complaint.places.first() else { continue };
        let Some(syntax) = scene.syntax(&place.path)? else { continue };
        let part = |group: &str| said.name(group).map(|part| part.as_str().to_owned());
        for at in uncalled(&syntax, place.line, part("name").as_deref(), part("asked").as_deref()) {
            let edit = Edit { path: place.path.clone(), range: at..at, text: "()".to_owned() };
            let why = format!("called the function in line {} of {}", place.line, place.path);
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    made.truncate(MOST_OFFERS);
    Ok(made)
}

/// Behind the names on a line that are members, or that are asked for one, and are not called.
fn uncalled(syntax: &Syntax, line: u32, name: Option<&str>, asked: Option<&str>) -> Vec<usize> {
    let Some(range) = syntax.line(line) else { return Vec::new() };
    let text = syntax.text(&range);
    let own =
        syntax.names().iter().filter(|it| range.start <= it.range.start && it.range.end <= range.end && !it.defined);
    let is_meant = |at: usize, word: &str| {
        let behind = &text[at - range.start..];
        let before = text[..at - range.start - word.len()].trim_end();
        let member = behind.strip_prefix('.').or_else(|| behind.strip_prefix("?."));
        let is_asked = asked.is_none_or(|asked| member.is_some_and(|rest| rest.starts_with(asked)));
        let is_import = syntax.language() == Language::Python
            && text.trim_start().starts_with(['@', 'f'])
            && text.contains(" import ");
        is_asked
            && name.is_none_or(|name| name == word)
            && (asked.is_some() || before.ends_with('.') && !behind.starts_with('.'))
            && !behind.starts_with(['(', '[', '<'])
            && !is_import
    };
    own.map(|it| (it.range.end, syntax.text(&it.range)))
        .filter(|(at, word)| is_meant(*at, word))
        .map(|(at, _)| at)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_is_a_function_is_called() {
        check(&[
            Example {
                files: &[(
                    "a.go",
                    "package a\n\nimport \"net/http\"\n\nfunc f(w http.ResponseWriter) {\n\tw.Header.Set(\"a\", \"b\")\n}\n",
                )],
                log: "./a.go:6:11: w.Header.Set undefined (type func() http.Header has no field or method Set)\n",
                fixed: "package a\n\nimport \"net/http\"\n\nfunc f(w http.ResponseWriter) {\n\tw.Header().Set(\"a\", \"b\")\n}\n",
            },
            Example {
                files: &[("b.go", "package a\n\nfunc (s *S) f() {\n\ts.mu.Lock()\n\tdefer s.mu.Unlock\n}\n")],
                log: "./b.go:5:2: expression in defer must be function call\n",
                fixed: "package a\n\nfunc (s *S) f() {\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n}\n",
            },
            Example {
                files: &[("a.py", "def f(d):\n    return [k for k, v in d.items]\n")],
                log: "Traceback (most recent call last):\n  File \"a.py\", line 2, in f\n    return [k for k, v in d.items]\nTypeError: 'builtin_function_or_method' object is not iterable\n",
                fixed: "def f(d):\n    return [k for k, v in d.items()]\n",
            },
        ]);
    }
}
