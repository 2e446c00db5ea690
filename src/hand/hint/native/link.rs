//! What the linker misses: a function that is spelt otherwise where it is defined or called, or a library.

use super::super::Scene;
use super::declare::declarations;
use super::lexer::Source;
use super::listed;
use super::words;
use crate::hand::cc;
use crate::hand::hint::distance::{distance, is_near};
use crate::hand::offer;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static MISSED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:undefined reference to|undefined symbol:?) [`'\x22‘]?(\w+)").ok());
/// Sources that are looked through for the name.
const MOST_FILES: usize = 400;
const MOST_NAMES: usize = 4;

pub(in crate::hand::hint) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let Some(missed) = MISSED.as_ref() else { return Ok(Vec::new()) };
    let mut names: Vec<String> = missed.captures_iter(scene.job.log).map(|found| found[1].to_owned()).collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let units = units(scene)?;
    let mut made = Vec::new();
    for name in names.iter().take(MOST_NAMES) {
        made.extend(library(scene, name)?);
        for (path, _) in units.iter().filter(|(path, source)| cc::is_unit(path) && bodied(source).contains(name)) {
            made.extend(listed::propose(scene, path)?);
        }
        made.extend(respelt(scene, &units, name)?);
    }
    Ok(made)
}

pub(super) fn units(scene: &Scene) -> Result<BTreeMap<RelPath, Source>> {
    let mut found = BTreeMap::new();
    let files = scene.job.workshop.files()?.iter().filter(|path| cc::is_unit(path) || cc::is_header(path));
    for path in files.take(MOST_FILES) {
        if let Some(text) = offer::editable(scene.job, path)?.and_then(|bytes| String::from_utf8(bytes).ok()) {
            found.insert(path.clone(), Source::read(text));
        }
    }
    Ok(found)
}

/// The functions that a source defines.
pub(super) fn bodied(source: &Source) -> Vec<String> {
    let all = declarations(source).into_iter().filter(|d| d.next == "(");
    let bodied = all.filter(|d| source.closing(d.name + 1).is_some_and(|close| source.at(close + 1) == "{"));
    bodied.map(|d| source.at(d.name).to_owned()).collect()
}

/// The name becomes one that is defined or in the library; or what is defined becomes the name, where nobody asks
/// for it as it is.
fn respelt(scene: &Scene, units: &BTreeMap<RelPath, Source>, name: &str) -> Result<Vec<Candidate>> {
    let mut all: Vec<String> = units.values().flat_map(bodied).collect();
    all.extend(words::library(false).map(str::to_owned));
    all.retain(|other| is_near(name, other));
    all.sort_by(|a, b| distance(name, a).total_cmp(&distance(name, b)).then(a.cmp(b)));
    all.dedup();
    let mut made = Vec::new();
    for other in all {
        let asked = units.values().map(|source| places(source, &other).len()).sum::<usize>();
        let ways = if asked == 1 {
            [(other.as_str(), name), (name, other.as_str())]
        } else {
            [(name, &*other), (&*other, name)]
        };
        for (old, new) in ways.into_iter().take(if asked == 1 || name == "main" { 2 } else { 1 }) {
            let edits = units.iter().flat_map(|(path, source)| {
                let edit = move |at: usize| Edit {
                    path: path.clone(),
                    range: source.tokens[at].range.clone(),
                    text: new.to_owned(),
                };
                places(source, old).into_iter().map(edit)
            });
            let why = format!("corrected `{old}` to `{new}`, which the linker misses");
            made.extend(scene.candidate(edits.collect(), why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

fn places(source: &Source, name: &str) -> Vec<usize> {
    (0..source.tokens.len()).filter(|at| source.is_word(*at) && source.at(*at) == name).collect()
}

/// Functions of the mathematics library want it to be linked.
fn library(scene: &Scene, name: &str) -> Result<Vec<Candidate>> {
    let flag = match () {
        () if words::headers(name, false).any(|header| matches!(header, "math.h" | "complex.h")) => "m",
        () if name.starts_with("pthread_") => "pthread",
        () => return Ok(Vec::new()),
    };
    let mut made = Vec::new();
    for path in scene.job.workshop.files()? {
        let read: fn(&str, &str) -> Vec<(usize, String)> = match path.file_name() {
            "Makefile" | "makefile" | "GNUmakefile" => in_makefile,
            "CMakeLists.txt" => in_cmake,
            _ => continue,
        };
        let Some(text) = offer::editable(scene.job, path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            continue;
        };
        for (at, new) in read(&text, flag) {
            let why = format!("linked the library `{flag}` for `{name}` in {path}");
            let edit = Edit { path: path.clone(), range: at..at, text: new };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// Behind the libraries that are linked already, else behind a call that links.
fn in_makefile(text: &str, flag: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.trim_end().len();
        let name = line.split(['=', ':', '+', '?']).next().unwrap_or_default().trim();
        let lists = matches!(name, "LDLIBS" | "LIBS" | "LOADLIBES") && line.contains('=');
        let calls =
            line.starts_with('\t') && ["$(CC)", "${CC}", "gcc", "clang", "cc "].iter().any(|cc| line.contains(cc));
        let links = calls && line.contains("-o") && !line.split_whitespace().any(|word| word == "-c");
        if lists {
            found.insert(0, (end, format!(" -l{flag}")));
        } else if links {
            found.push((end, format!(" -l{flag}")));
        }
        at += line.len();
    }
    if found.is_empty() {
        found.push((0, format!("LDLIBS += -l{flag}\n")));
    }
    found
}

fn in_cmake(text: &str, flag: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for call in ["target_link_libraries(", "add_executable(", "add_library("] {
        for (at, _) in text.match_indices(call) {
            let Some(end) = text[at..].find(')').map(|end| at + end) else { continue };
            let target = text[at + call.len()..end].split_whitespace().next().unwrap_or_default();
            match call {
                "target_link_libraries(" => found.push((end, format!(" {flag}"))),
                _ => found.push((end + 1, format!("\ntarget_link_libraries({target} {flag})"))),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_linked_where_the_others_are() {
        let put = |text: &str, (at, new): &(usize, String)| format!("{}{new}{}", &text[..*at], &text[*at..]);
        for (text, expected) in [
            ("LDLIBS = -lz\nall: a\n", "LDLIBS = -lz -lm\nall: a\n"),
            ("a: a.o\n\t$(CC) -o a a.o\n", "a: a.o\n\t$(CC) -o a a.o -lm\n"),
            ("all: a\n", "LDLIBS += -lm\nall: a\n"),
        ] {
            assert_eq!(put(text, &in_makefile(text, "m")[0]), expected);
        }
        let text = "add_executable(a a.c)\n";
        assert_eq!(put(text, &in_cmake(text, "m")[0]), "add_executable(a a.c)\ntarget_link_libraries(a m)\n");
    }
}
