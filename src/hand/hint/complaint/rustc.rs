//! rustc and clippy: a headline, `-->` places, then notes and help up to the next headline.

use super::{Complaint, Finder, mention, pattern};

pub(super) fn read(lines: &[&str], finder: &Finder) -> Vec<Complaint> {
    if !mention(lines, &["--> "]) {
        return Vec::new();
    }
    let (Some(head), Some(arrow)) =
        (pattern(r"^(error|warning)(?:\[([0-9A-Za-z_]+)\])?: (.+)$"), pattern(r"^\s*--> (.+?):([0-9]+):([0-9]+)$"))
    else {
        return Vec::new();
    };
    let heads: Vec<usize> = (0..lines.len()).filter(|at| head.is_match(lines[*at])).collect();
    let mut found = Vec::new();
    for (index, start) in heads.iter().enumerate() {
        let end = heads.get(index + 1).copied().unwrap_or(lines.len());
        let Some(parts) = head.captures(lines[*start]).filter(|parts| &parts[1] == "error") else { continue };
        let block = &lines[start + 1..end.min(start + 60)];
        let places = block.iter().filter_map(|line| arrow.captures(line));
        let places: Vec<_> = places.filter_map(|p| finder.place(&p[1], &p[2], Some(&p[3]))).collect();
        if !places.is_empty() {
            found.push(Complaint { places, message: parts[3].to_owned(), detail: block.join("\n") });
        }
    }
    found
}
