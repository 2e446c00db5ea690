//! Where the compiler's `use` goes: rustc puts it above the first one; people put it among its like.

use crate::hand::Job;
use crate::ids::RelPath;
use crate::patch::Edit;
use anyhow::Result;

/// What a suggested text imports, when it does nothing else.
pub(super) fn imported(text: &str) -> Option<&str> {
    let item = text.trim().strip_prefix("use ")?.strip_suffix(';')?;
    (!item.contains([';', '\n'])).then_some(item)
}

pub(super) fn edit(job: &Job, path: RelPath, text: &[u8], item: &str) -> Result<Option<Edit>> {
    let text = String::from_utf8_lossy(text);
    let item = match item.strip_prefix("std::") {
        Some(rest) if is_coreless(job, &path, &text)? && is_in_core(rest) => format!("core::{rest}"),
        _ => item.to_owned(),
    };
    let (at, new) = joined(&text, &item).unwrap_or_else(|| place(&text, &item));
    Ok(Some(Edit { path, range: at..at, text: new }))
}

/// Whether the crate does without the standard library, at least sometimes, and this file names `core`.
fn is_coreless(job: &Job, path: &RelPath, text: &str) -> Result<bool> {
    if !text.contains("core::") {
        return Ok(false);
    }
    let folder = path.as_str().rsplit_once("src/").map_or("", |(folder, _)| folder);
    for root in ["lib.rs", "main.rs"] {
        let Ok(root) = RelPath::parse(format!("{folder}src/{root}")) else { continue };
        let text = job.workshop.read(&root)?.unwrap_or_default();
        if String::from_utf8_lossy(&text).lines().any(|line| line.starts_with("#![") && line.contains("no_std")) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_in_core(item: &str) -> bool {
    const CORE: &[&str] = &[
        "any",
        "array",
        "ascii",
        "borrow",
        "cell",
        "char",
        "clone",
        "cmp",
        "convert",
        "default",
        "fmt",
        "hash",
        "hint",
        "iter",
        "marker",
        "mem",
        "num",
        "ops",
        "option",
        "pin",
        "ptr",
        "result",
        "slice",
        "str",
        "sync::atomic",
        "task",
        "time",
        "f32",
        "f64",
        "i32",
        "u8",
        "u32",
        "u64",
        "usize",
    ];
    let is_part = |module: &str| item == module || item.starts_with(&format!("{module}::"));
    // `Cow` and `ToOwned` live in `alloc`.
    CORE.iter().any(|module| is_part(module))
        && !item.starts_with("borrow::Cow")
        && !item.starts_with("borrow::ToOwned")
}

/// Of which sort an import is: the library, this crate, others.
fn sort(item: &str) -> u8 {
    match item.split("::").next().unwrap_or_default().trim_start_matches('{') {
        "std" | "core" | "alloc" => 0,
        "crate" | "self" | "super" => 2,
        _ => 1,
    }
}

/// Among the `use` lines of its sort at the top of the file, sorted where they are; else beside the others.
fn place(text: &str, item: &str) -> (usize, String) {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let statement = format!("use {item};{end}");
    let found = statements(text);
    let like: Vec<&Found> = found.iter().filter(|use_| sort(use_.item) == sort(item)).collect();
    let key = |item: &str| item.trim_start_matches("self::").to_owned();
    let is_sorted = like.windows(2).all(|pair| key(pair[0].item) <= key(pair[1].item));
    if let Some(next) = like.iter().find(|use_| is_sorted && key(use_.item) > key(item)) {
        return (next.start, statement);
    }
    if let Some(last) = like.last() {
        return (last.end, statement);
    }
    let behind = found.iter().rev().find(|use_| sort(use_.item) < sort(item));
    match (behind, found.first()) {
        (Some(before), _) => (before.end, statement),
        (None, Some(first)) => (first.start, statement),
        (None, None) => {
            let at = head(text);
            (at, format!("{statement}{end}"))
        }
    }
}

/// Into the braces of a `use` that takes others from the same module.
fn joined(text: &str, item: &str) -> Option<(usize, String)> {
    let (module, name) = item.rsplit_once("::")?;
    let found = statements(text).into_iter().find_map(|use_| {
        let list = use_.item.strip_prefix(module)?.strip_prefix("::{")?.strip_suffix('}')?;
        (!list.contains(['{', '\n'])).then_some((list, list.as_ptr() as usize - text.as_ptr() as usize))
    });
    let (list, at) = found?;
    // Modules come before types, and types before constants.
    let key = |name: &str| {
        let name = name.trim().to_owned();
        (name.starts_with(char::is_uppercase), name.len() > 1 && !name.contains(char::is_lowercase), name)
    };
    let parts: Vec<&str> = list.split(',').collect();
    let is_sorted = parts.is_sorted_by_key(|part| key(part));
    match parts.iter().find(|part| is_sorted && key(part) > key(name)) {
        Some(next) => {
            let next = next.trim_start();
            Some((at + (next.as_ptr() as usize - list.as_ptr() as usize), format!("{name}, ")))
        }
        None => Some((at + list.trim_end().len(), format!(", {name}"))),
    }
}

struct Found<'t> {
    /// With its attributes.
    start: usize,
    end: usize,
    item: &'t str,
}

/// The `use` statements that stand at the left edge, before the first other item.
fn statements(text: &str) -> Vec<Found<'_>> {
    let (mut found, mut at, mut start, mut open) = (Vec::new(), 0, None, None::<usize>);
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        match open {
            Some(from) if line.contains(';') => {
                found.push(Found { start: start.take().unwrap_or(from), end, item: item(&text[from..end]) });
                open = None;
            }
            Some(_) => {}
            None if line.starts_with("use ") || line.starts_with("pub use ") => {
                if line.contains(';') {
                    found.push(Found { start: start.take().unwrap_or(at), end, item: item(line) });
                } else {
                    open = Some(at);
                }
            }
            None if line.starts_with("#[") => {
                start.get_or_insert(at);
            }
            None => {
                start = None;
                if ["fn ", "pub ", "struct ", "enum ", "impl", "const ", "static ", "trait "]
                    .iter()
                    .any(|it| line.starts_with(it))
                {
                    break;
                }
            }
        }
        at = end;
    }
    found
}

fn item(statement: &str) -> &str {
    statement.trim().trim_start_matches("pub ").trim_start_matches("use ").trim_end_matches(';').trim()
}

/// Behind a file's inner attributes, its comments and what stands beside them.
fn head(text: &str) -> usize {
    let is_head = |line: &str| {
        let line = line.trim();
        line.is_empty() || ["//!", "#!", "// ", "/*", "extern crate"].iter().any(|it| line.starts_with(it))
    };
    text.split_inclusive('\n').take_while(|line| is_head(line)).map(str::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_joins_its_like() {
        for (text, item, wanted) in [
            ("//! x\n\nfn f() {}\n", "std::fmt", "//! x\n\nuse std::fmt;\n\nfn f() {}\n"),
            (
                "use a::b;\nuse std::fmt;\nuse std::mem;\n",
                "std::io",
                "use a::b;\nuse std::fmt;\nuse std::io;\nuse std::mem;\n",
            ),
            (
                "#[cfg(x)]\nuse std::fmt;\n\nuse crate::a;\n",
                "std::env",
                "use std::env;\n#[cfg(x)]\nuse std::fmt;\n\nuse crate::a;\n",
            ),
            (
                "use std::{\n    fmt,\n};\n\nuse crate::a;\n",
                "super::B",
                "use std::{\n    fmt,\n};\n\nuse crate::a;\nuse super::B;\n",
            ),
            ("use std::mem;\nfn f() {}\nuse z;\n", "serde::De", "use std::mem;\nuse serde::De;\nfn f() {}\nuse z;\n"),
        ] {
            let (at, new) = place(text, item);
            let mut made = text.to_owned();
            made.insert_str(at, &new);
            assert_eq!(made, wanted);
        }
        for (text, item, wanted) in [
            (
                "use std::time::{Duration, UNIX_EPOCH};\n",
                "std::time::SystemTime",
                "use std::time::{Duration, SystemTime, UNIX_EPOCH};\n",
            ),
            (
                "use std::time::{Duration, SystemTime};\n",
                "std::time::UNIX_EPOCH",
                "use std::time::{Duration, SystemTime, UNIX_EPOCH};\n",
            ),
        ] {
            let (at, new) = joined(text, item).unwrap();
            assert_eq!(format!("{}{new}{}", &text[..at], &text[at..]), wanted);
        }
        assert!(joined("use std::fmt;\n", "std::io").is_none());
        assert_eq!(imported("use std::fmt;\n\n"), Some("std::fmt"));
        assert!(imported("let x = 1;").is_none());
        assert!(
            is_in_core("iter") && is_in_core("fmt::Write") && !is_in_core("io::Write") && !is_in_core("borrow::Cow")
        );
    }
}
