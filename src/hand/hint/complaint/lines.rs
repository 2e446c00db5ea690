//! Tools that put place and message on one line (tsc, gcc-like linters, mypy, ruff) or the path on a
//! line of its own (eslint).

use super::{Complaint, Finder, mention, pattern};

const ONE_LINE: &[&str] = &[
    r"^(?P<path>.+?)\((?P<line>[0-9]+),(?P<column>[0-9]+)\): error (?P<message>.+)$",
    r"^(?P<path>.+?):(?P<line>[0-9]+):(?P<column>[0-9]+) - error (?P<message>.+)$",
    r"^(?P<path>[^\s:][^:]*\.[0-9A-Za-z]+):(?P<line>[0-9]+):(?:(?P<column>[0-9]+):)? ?(?:error: |ERROR: )?(?P<message>\S.*)$",
];

pub(super) fn read(lines: &[&str], finder: &Finder) -> Vec<Complaint> {
    let patterns: Vec<_> = ONE_LINE.iter().filter_map(|text| pattern(text)).collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(parts) = patterns.iter().find_map(|p| p.captures(line)) else { continue };
        let column = parts.name("column").map(|c| c.as_str());
        if parts["message"].starts_with("warning: ") {
            continue;
        }
        let Some(place) = finder.place(&parts["path"], &parts["line"], column) else { continue };
        let indented = lines.iter().skip(at + 1).take_while(|line| line.starts_with("  ")).take(8);
        let detail = indented.copied().collect::<Vec<_>>().join("\n");
        found.push(Complaint { places: vec![place], message: parts["message"].to_owned(), detail });
    }
    found.extend(under_headings(lines, finder));
    found
}

/// eslint's stylish form, and ruff's, whose message stands above its arrow.
fn under_headings(lines: &[&str], finder: &Finder) -> Vec<Complaint> {
    if !mention(lines, &[" error ", "--> "]) {
        return Vec::new();
    }
    let (Some(row), Some(arrow)) =
        (pattern(r"^\s+([0-9]+):([0-9]+)\s+error\s+(.+)$"), pattern(r"^\s*--> (.+?):([0-9]+):([0-9]+)$"))
    else {
        return Vec::new();
    };
    let (mut found, mut heading) = (Vec::new(), "");
    for line in lines {
        let parts = row.captures(line).map(|p| (heading.to_owned(), p[1].to_owned(), p[2].to_owned(), p[3].to_owned()));
        let arrowed =
            arrow.captures(line).map(|p| (p[1].to_owned(), p[2].to_owned(), p[3].to_owned(), heading.to_owned()));
        if let Some((path, number, column, message)) = parts.or(arrowed.filter(|_| !heading.starts_with("warning"))) {
            let place = finder.place(&path, &number, Some(&column));
            found.extend(place.map(|p| Complaint { places: vec![p], message, detail: String::new() }));
        } else if !line.is_empty() && !line.starts_with(' ') {
            heading = line;
        }
    }
    found
}
