//! Arguments that can be written down: which functions take only such, and others like those that were seen.

use super::super::hunt::File;
use super::shape;

const NUMBERS: &[&str] =
    &["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32", "f64"];

/// The names of a function's parameters, where a debug print shows each of them as it can be written again.
pub fn observable(file: &File, function: usize) -> Option<Vec<String>> {
    let all = shape::parameters(file, function)?;
    let generic = file.tree.field(function, "type_parameters").is_some();
    let plain = !generic && !all.is_empty() && all.iter().all(|(_, kind)| is_plain(kind));
    plain.then(|| all.into_iter().map(|(name, _)| name).collect())
}

fn is_plain(kind: &str) -> bool {
    let kind = kind.trim();
    let kind = kind.strip_prefix('&').map_or(kind, |rest| rest.trim_start().trim_start_matches("mut ").trim());
    let list = kind.strip_prefix("Vec<").and_then(|rest| rest.strip_suffix('>'));
    let list =
        list.or_else(|| kind.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|k| !k.contains(';')));
    match list {
        Some(inner) => is_plain(inner),
        None => NUMBERS.contains(&kind) || matches!(kind, "bool" | "char" | "str" | "String"),
    }
}
