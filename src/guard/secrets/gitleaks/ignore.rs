//! `.gitleaksignore`: single finds that are let pass, as `file:rule:line` or `commit:file:rule:line`.

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    commit: Option<String>,
    path: String,
    rule: String,
    line: u32,
}

#[derive(Debug, Clone, Default)]
pub struct Ignore(Vec<Entry>);

impl Ignore {
    /// Lines that are no entry are no error: the file is other tools' too.
    pub fn parse(text: &str) -> Self {
        Self(text.lines().map(str::trim).filter(|line| !line.starts_with('#')).filter_map(entry).collect())
    }

    pub fn covers(&self, rules: &[&str], path: &str, line: u32, commit: Option<&str>) -> bool {
        let same = |entry: &Entry| {
            entry.line == line
                && entry.path == path
                && rules.contains(&entry.rule.as_str())
                && (entry.commit.is_none() || entry.commit.as_deref() == commit)
        };
        self.0.iter().any(same)
    }
}

fn entry(line: &str) -> Option<Entry> {
    let mut parts = line.rsplitn(3, ':');
    let (number, rule, place) = (parts.next()?, parts.next()?, parts.next()?);
    let (commit, path) = match place.split_once(':') {
        Some((commit, path)) if is_hash(commit) => (Some(commit.to_lowercase()), path),
        _ => (None, place),
    };
    let path = path.trim_start_matches("./").to_owned();
    Some(Entry { commit, path, rule: rule.to_owned(), line: number.parse().ok()? })
}

fn is_hash(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
