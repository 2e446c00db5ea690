//! A source that no build file lists, though the linker misses what it defines: it is listed beside its like.

use crate::hand::hint::Scene;
use crate::hand::offer;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;

/// What a source is called where it is listed.
const FORMS: &[&str] = &["", ".o", ".obj", ".lo"];

pub(super) fn propose(scene: &Scene, source: &RelPath) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    let files = scene.job.workshop.files()?;
    for path in files.iter().filter(|path| is_build(path)) {
        let Some(text) = offer::editable(scene.job, path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            continue;
        };
        // Seen from the folder of the build file.
        let folder = path.as_str().strip_suffix(path.file_name()).unwrap_or_default();
        let Some(own) = source.as_str().strip_prefix(folder) else { continue };
        let others = files.iter().filter(|file| *file != source && file.extension() == source.extension());
        let others: Vec<&str> = others.filter_map(|file| file.as_str().strip_prefix(folder)).collect();
        for (at, new) in places(&text, own, &others) {
            let why = format!("listed `{}` in {path}, whose definitions the linker misses", new.trim());
            let edit = Edit { path: path.clone(), range: at..at, text: new };
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

pub(super) fn is_build(path: &RelPath) -> bool {
    matches!(path.file_name(), "Makefile" | "makefile" | "GNUmakefile" | "CMakeLists.txt" | "meson.build")
        || path.extension() == "mk"
}

/// Behind the last of its like in each list, with what stands before that one.
fn places(text: &str, own: &str, others: &[&str]) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let (mut at, mut continued) = (0, false);
    for line in text.split_inclusive('\n') {
        let continues = std::mem::replace(&mut continued, line.trim_end().ends_with('\\'));
        let lists = continues || !line.starts_with(['\t', '#']);
        let mut last = None;
        for word in line.split([' ', '\t', '\n', '\r', '(', ')', ',', '\'', '"', '[', ']']).filter(|_| lists) {
            for (form, other) in FORMS.iter().flat_map(|form| others.iter().map(move |other| (form, other))) {
                if !word.is_empty() && word == in_form(other, form) {
                    let start = word.as_ptr() as usize - line.as_ptr() as usize;
                    last = Some((start, start + word.len(), *form));
                }
            }
        }
        if let Some((start, end, form)) = last {
            let is_quoted = line[..start].ends_with(['\'', '"']);
            let quote = if is_quoted { &line[start - 1..start] } else { "" };
            let comma = if is_quoted { "," } else { "" };
            let own = in_form(own, form);
            let indent = &line[..line.len() - line.trim_start().len()];
            // A list with a line for each.
            let alone = !indent.is_empty()
                && line[..start].trim_matches(|c: char| c.is_whitespace() || c == '\'' || c == '"').is_empty();
            let behind = &line[end..];
            let new = match alone {
                true if continues || behind.trim_end().ends_with('\\') => format!(" \\\n{indent}{own}"),
                true => format!("{quote}{comma}\n{indent}{quote}{own}"),
                false => format!("{quote}{comma} {quote}{own}"),
            };
            if !line.contains(own.as_str()) {
                found.push((at + end, new));
            }
        }
        at += line.len();
    }
    found
}

fn in_form(source: &str, form: &str) -> String {
    if form.is_empty() {
        return source.to_owned();
    }
    let stem = source.rsplit_once('.').map_or(source, |(stem, _)| stem);
    format!("{stem}{form}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_listed_beside_its_like() {
        for (text, wanted) in [
            ("OBJS = src/a.o src/b.o\nall: $(OBJS)\n", "OBJS = src/a.o src/b.o src/c.o\nall: $(OBJS)\n"),
            ("OBJ = src/a.o \\\n  src/b.o\n", "OBJ = src/a.o \\\n  src/b.o \\\n  src/c.o\n"),
            ("add_executable(t src/a.c src/b.c)\n", "add_executable(t src/a.c src/b.c src/c.c)\n"),
            ("add_library(t\n  src/a.c\n  src/b.c\n)\n", "add_library(t\n  src/a.c\n  src/b.c\n  src/c.c\n)\n"),
            ("executable('t', 'src/a.c', 'src/b.c')\n", "executable('t', 'src/a.c', 'src/b.c', 'src/c.c')\n"),
        ] {
            let (at, new) = places(text, "src/c.c", &["src/a.c", "src/b.c"]).pop().unwrap();
            let made = format!("{}{new}{}", &text[..at], &text[at..]);
            assert_eq!(made, wanted);
        }
    }
}
