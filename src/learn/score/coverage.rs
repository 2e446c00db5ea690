//! Which lines ran, out of the files in which test runners say it: LCOV, Go's cover profiles, Cobertura's XML.

use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Where such files lie by default.
pub const PLACES: [&str; 9] = [
    "coverage/lcov.info",
    "lcov.info",
    "coverage.lcov",
    "coverage.xml",
    "coverage/cobertura-coverage.xml",
    "cobertura.xml",
    "coverage.out",
    "cover.out",
    "c.out",
];

/// For each file, as the runner calls it: line → whether it ran.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coverage {
    files: BTreeMap<String, BTreeMap<u32, bool>>,
}

impl Coverage {
    /// Reads a text in whatever of the forms it is; `None` where it is in none.
    pub fn read(text: &str) -> Option<Self> {
        let start = text.trim_start();
        let found = if start.starts_with("mode: ") {
            go(text)
        } else if start.starts_with('<') {
            cobertura(text)
        } else {
            lcov(text)
        };
        (!found.files.is_empty()).then_some(found)
    }

    /// The lines of a file: by its own name, else by the only longer name that ends with it.
    pub fn of(&self, path: &str) -> Option<&BTreeMap<u32, bool>> {
        if let Some(lines) = self.files.get(path) {
            return Some(lines);
        }
        let same = |name: &str| {
            let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with('/'));
            ends(name, path) || ends(path, name)
        };
        let mut found = self.files.iter().filter(|(name, _)| same(name));
        found.next().filter(|_| found.next().is_none()).map(|(_, lines)| lines)
    }

    fn add(&mut self, file: &str, line: u32, ran: bool) {
        let file = file.replace('\\', "/");
        *self.files.entry(file).or_default().entry(line).or_insert(false) |= ran;
    }
}

fn lcov(text: &str) -> Coverage {
    let (mut found, mut file) = (Coverage::default(), None);
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("SF:") {
            file = Some(name.trim());
        } else if let (Some(rest), Some(file)) = (line.strip_prefix("DA:"), file) {
            let mut parts = rest.split(',');
            let number = parts.next().and_then(|n| n.trim().parse().ok());
            let hits = parts.next().and_then(|n| n.trim().parse::<u64>().ok());
            if let (Some(number), Some(hits)) = (number, hits) {
                found.add(file, number, hits > 0);
            }
        }
    }
    found
}

/// `module/path/file.go:12.34,15.2 3 1`
fn go(text: &str) -> Coverage {
    static BLOCK: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.+\.go):(\d+)\.\d+,(\d+)\.\d+ \d+ (\d+)$"));
    let mut found = Coverage::default();
    for block in text.lines().filter_map(|line| BLOCK.captures(line.trim_end())) {
        let number = |group: usize| block.get(group).and_then(|n| n.as_str().parse::<u32>().ok()).unwrap_or(0);
        let (from, to) = (number(2), number(3).min(number(2).saturating_add(10_000)));
        (from..=to).for_each(|line| found.add(&block[1], line, number(4) > 0));
    }
    found
}

fn cobertura(text: &str) -> Coverage {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"<class\b[^>]*\bfilename="([^"]+)"|<line\b[^>]*?\b(?:number="(\d+)"[^>]*\bhits="(\d+)"|hits="(\d+)"[^>]*\bnumber="(\d+)")"#,
        )
    });
    let (mut found, mut file) = (Coverage::default(), None);
    for tag in TAG.captures_iter(text) {
        if let Some(name) = tag.get(1) {
            file = Some(name.as_str());
        } else if let Some(file) = file {
            let number = |group: usize| tag.get(group).and_then(|n| n.as_str().parse::<u64>().ok());
            let (line, hits) = (number(2).or(number(5)), number(3).or(number(4)));
            if let (Some(Ok(line)), Some(hits)) = (line.map(u32::try_from), hits) {
                found.add(file, line, hits > 0);
            }
        }
    }
    found
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|e| unreachable!("{e}"))
}
