//! Java: a class that nothing imports: as other files import it, from the package that defines it here, or from the
//! library.

use super::{Want, Way, count, next_line};
use crate::hand::hint::{Scene, jdk};
use crate::patch::Edit;
use anyhow::Result;

/// Files that are read for what they import and define.
const MOST_FILES: usize = 600;
/// What the library has only stands behind what the repository uses.
const LIBRARY: usize = 0;
/// Packages that are usually meant, before others of the library.
const USUAL: &[&str] =
    &["java.util", "java.io", "java.util.function", "java.util.stream", "java.nio.file", "java.time"];

pub(super) fn ways(scene: &Scene, want: &Want) -> Result<Vec<Way>> {
    if !want.name.starts_with(char::is_uppercase) {
        return Ok(Vec::new());
    }
    let mut found: Vec<(String, usize)> = Vec::new();
    let files = scene.job.workshop.files()?.iter().filter(|path| path.extension() == "java" && *path != want.path);
    for path in files.take(MOST_FILES) {
        let text = scene.job.workshop.read(path)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        for class in imported(&text).filter(|class| class.rsplit('.').next() == Some(want.name)) {
            count(&mut found, class.to_owned(), 2);
        }
        if path.file_name().strip_suffix(".java") == Some(want.name)
            && let Some(package) = package(&text)
        {
            count(&mut found, format!("{package}.{}", want.name), 10);
        }
    }
    for (package, _) in jdk::classes(scene.job)?.iter().filter(|(_, name)| name == want.name) {
        count(&mut found, format!("{package}.{}", want.name), LIBRARY + usize::from(USUAL.contains(&package.as_str())));
    }
    Ok(found.into_iter().filter_map(|(class, weight)| way(want, &class, weight)).collect())
}

fn imported(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("import ")?.trim_end().strip_suffix(';'));
    lines.map(|rest| rest.trim_start_matches("static ").trim())
}

pub(in crate::hand::hint) fn package(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("package ")?.trim_end().strip_suffix(';')).map(str::trim)
}

/// The statement among its like, sorted where they are; else behind the package clause.
fn way(want: &Want, class: &str, weight: usize) -> Option<Way> {
    let syntax = want.syntax;
    let text = std::str::from_utf8(syntax.bytes()).ok()?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let statement = format!("import {class};");
    let (mut at, mut lines) = (0, Vec::new());
    for line in text.split_inclusive('\n') {
        if line.starts_with("import ") && !line.starts_with("import static ") {
            lines.push((at, line));
        }
        at += line.len();
    }
    let top = |line: &str| line.trim_start_matches("import ").split('.').next().unwrap_or_default().to_owned();
    let like: Vec<_> = lines.iter().filter(|(_, line)| top(line) == top(&statement)).collect();
    let group = if like.is_empty() { lines.iter().collect() } else { like };
    let (at, new) = match (group.iter().find(|(_, line)| line.trim_end() > statement.as_str()), group.last()) {
        (Some((at, _)), _) => (*at, format!("{statement}{end}")),
        (None, Some((at, line))) => (at + line.len(), format!("{statement}{end}")),
        _ => {
            let clause = text.lines().find(|line| line.starts_with("package "));
            let start = clause.map(|line| line.as_ptr() as usize - text.as_ptr() as usize);
            match start {
                Some(start) => (next_line(syntax, start), format!("{end}{statement}{end}")),
                None => (0, format!("{statement}{end}{end}")),
            }
        }
    };
    let edit = Edit { path: want.path.clone(), range: at..at, text: new };
    Some(Way { edit, told: statement, weight })
}
