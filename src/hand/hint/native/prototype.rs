//! A function that is defined in one file and called in another, and that no header declares: its declaration goes into
//! the header of the file that defines it, where its neighbours' stand.

use super::declare::declarations;
use super::lexer::Source;
use super::link;
use crate::hand::cc;
use crate::hand::hint::Scene;
use crate::hand::hint::said::Said;
use crate::hand::offer;
use crate::hand::recent::occurrences;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;

static MISSED: Said = Said::new(&[
    r"implicit declaration of function [`'‘](\w+)['’]",
    r"call to undeclared function '(\w+)'",
    r"no previous (?:prototype|declaration) for (?:function )?[`'‘](\w+)['’]",
    r"[`'‘](\w+)['’] was not declared in this scope",
]);

static CONFLICT: Said = Said::new(&[r"conflicting types for [`'‘](\w+)['’]"]);
/// Calls that do not fit what is declared: it is the header that is wrong.
static MISCALLED: Said = Said::new(&[r"too (?:many|few) arguments to function (?:call )?[`'‘](\w+)['’]"]);

pub(in crate::hand::hint) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let named = |said: &Said| -> BTreeSet<String> {
        scene.log.lines().filter_map(|line| Some(said.captures(line)?[1].to_owned())).collect()
    };
    let names = named(&MISSED);
    let stale = named(&CONFLICT);
    let miscalled = named(&MISCALLED);
    let mut made = Vec::new();
    if names.is_empty() && stale.is_empty() {
        return Ok(made);
    }
    let units = link::units(scene)?;
    for name in stale {
        let defined =
            units.iter().filter(|(path, _)| cc::is_unit(path)).find_map(|(_, source)| declared(source, &name));
        let Some(head) = defined else { continue };
        for (path, source) in units.iter().filter(|(path, _)| cc::is_header(path)) {
            let Some(range) = prototype(source, &name) else { continue };
            // What is defined takes more than is declared, and would miss it.
            let commas = |text: &str| text.matches(',').count();
            if !miscalled.contains(&name) && commas(&head) <= commas(&source.text[range.clone()]) {
                continue;
            }
            let why = format!("declared `{name}` in {path} as it is defined");
            let edit = Edit { path: path.clone(), range, text: head.clone() };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    for name in names {
        for (path, source) in units.iter().filter(|(path, _)| cc::is_unit(path)) {
            let Some(line) = declared(source, &name) else { continue };
            for header in units.keys().filter(|header| cc::is_header(header) && stem(header) == stem(path)) {
                let Some(text) = offer::editable(scene.job, header)?.and_then(|bytes| String::from_utf8(bytes).ok())
                else {
                    continue;
                };
                if !occurrences(&text, &name).is_empty() {
                    continue;
                }
                let Some(at) = place(source, &text, &name) else { continue };
                let why = format!("declared `{name}` in {header}, as {path} defines it");
                let edit =
                    Edit { path: header.clone(), range: at..at, text: format!("{line};{}", source.line_break()) };
                made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
            }
        }
    }
    Ok(made)
}

fn stem(path: &RelPath) -> &str {
    path.file_name().rsplit_once('.').map_or(path.file_name(), |(stem, _)| stem)
}

/// The head of a function that others may call.
fn declared(source: &Source, name: &str) -> Option<String> {
    let found = declarations(source).into_iter().find(|d| {
        source.at(d.name) == name
            && d.next == "("
            && source.closing(d.name + 1).is_some_and(|close| source.at(close + 1) == "{")
    })?;
    let close = source.closing(found.name + 1)?;
    let start = source.line_start(source.line_of(source.tokens[found.name].range.start));
    let head = source.text.get(start..source.tokens[close].range.end)?;
    // What is static is its file's own; a type on a line of its own is not looked for.
    let has_type = !head.trim_start().starts_with(name);
    let is_own = head.split_whitespace().any(|word| word == "static");
    (has_type && !is_own && !head.starts_with([' ', '\t'])).then(|| head.to_owned())
}

/// From its type to its closing bracket, on lines of its own.
fn prototype(source: &Source, name: &str) -> Option<Range<usize>> {
    let is_head = |at: &usize| source.at(*at) == name && source.at(at + 1) == "(";
    let at = (0..source.tokens.len()).find(is_head)?;
    let close = source.closing(at + 1).filter(|close| source.at(close + 1) == ";")?;
    Some(source.line_start(source.tokens[at].line)..source.tokens[close].range.end)
}

/// Behind the declaration of the function before it in the source, else before that of the next one, else before the end.
fn place(source: &Source, header: &str, name: &str) -> Option<usize> {
    let order = link::bodied(source);
    let own = order.iter().position(|other| other == name)?;
    let line = |other: &String| {
        let at = occurrences(header, other).into_iter().map(|range| range.start).find(|at| {
            let line = header[*at..].split('\n').next().unwrap_or_default();
            line.trim_end().ends_with(';')
        })?;
        Some((
            header[..at].rfind('\n').map_or(0, |at| at + 1),
            at + header[at..].find('\n').map_or(header.len() - at, |end| end + 1),
        ))
    };
    let before = order[..own].iter().rev().find_map(line).map(|(_, end)| end);
    let after = || order[own + 1..].iter().find_map(line).map(|(start, _)| start);
    before.or_else(after).or_else(|| header.rfind("#endif"))
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn what_others_call_is_declared() {
        check(&[
            Example {
                files: &[
                    ("a.h", "int put(char *to, const char *text);\n"),
                    ("a.c", "#include \"a.h\"\n\nint put(char *to, const char *text, int n)\n{\n    return 0;\n}\n"),
                ],
                log: "a.c:3:5: error: conflicting types for ‘put’; have ‘int(char *, const char *, int)’\na.h:1:5: note: previous declaration of ‘put’ with type ‘int(char *, const char *)’\nt.c:5:12: error: too many arguments to function ‘put’\n",
                fixed: "int put(char *to, const char *text, int n);\n",
            },
            Example {
                files: &[
                    ("include/text.h", "#ifndef T\n#define T\n\nint one(void);\nint three(void);\n\n#endif\n"),
                    (
                        "src/text.c",
                        "#include \"text.h\"\n\nint one(void)\n{\n    return 1;\n}\n\nchar *two(const char *a, int b)\n{\n    return 0;\n}\n\nint three(void)\n{\n    return 3;\n}\n",
                    ),
                    ("t.c", "#include \"text.h\"\n\nint main(void)\n{\n    return two(0, 1) != 0;\n}\n"),
                ],
                log: "t.c:5:12: error: implicit declaration of function ‘two’ [-Werror=implicit-function-declaration]\n",
                fixed: "#ifndef T\n#define T\n\nint one(void);\nchar *two(const char *a, int b);\nint three(void);\n\n#endif\n",
            },
        ]);
    }
}
