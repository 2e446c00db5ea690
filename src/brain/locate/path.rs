//! What paths say: which files a text names, and which kind of file a path is.

use super::query::Query;
use super::words::split_case;
use crate::brain::text::IssueText;
use crate::ids::RelPath;

/// A file that the text names, more or less exactly.
#[derive(Debug, Clone)]
pub struct Mention {
    /// Lower-cased parts, the last one first.
    parts: Vec<String>,
    /// Without an extension: `a.b.c` or `a::b::c` for `a/b/c.py`.
    module: bool,
    pub line: Option<u32>,
    from_trace: bool,
    /// 1.0 for the innermost frame, less for its callers.
    pub weight: f64,
}

impl Mention {
    pub fn all(issue: &IssueText) -> Vec<Self> {
        let frames = issue.traces.iter().enumerate().map(|(i, frame)| {
            let python = frame.path.ends_with(".py");
            // Python prints the innermost frame last, the others first.
            let depth = if python { issue.traces.len() - 1 - i } else { i };
            let weight = 0.4 + 0.6 / f64::from(u32::try_from(depth).unwrap_or(u32::MAX).saturating_add(1));
            Self { line: Some(frame.line), from_trace: true, ..Self::new(&frame.path, weight) }
        });
        let paths = issue.paths.iter().map(|(path, line)| Self { line: *line, ..Self::new(path, 0.8) });
        let modules = issue.symbols.iter().filter(|s| s.contains('.') || s.contains("::"));
        let modules = modules.map(|s| Self { module: true, ..Self::new(&s.replace("::", "/").replace('.', "/"), 0.5) });
        frames.chain(paths).chain(modules).take(500).collect()
    }

    fn new(path: &str, weight: f64) -> Self {
        let parts = path.split('/').filter(|p| !p.is_empty() && *p != ".").rev().map(str::to_ascii_lowercase);
        Self { parts: parts.collect(), module: false, line: None, from_trace: false, weight }
    }

    /// File names without endings that the mentioned file may have.
    pub fn stems(&self) -> impl Iterator<Item = &str> {
        let candidates = if self.module { 3 } else { 1 };
        self.parts.iter().take(candidates).map(|part| part.split('.').next().unwrap_or_default())
    }

    pub fn reason(&self) -> String {
        let place = if self.from_trace { "named in the stack trace" } else { "named in the text" };
        self.line.map_or_else(|| place.to_owned(), |line| format!("{place} at line {line}"))
    }

    /// How many trailing parts of `path` the mention agrees with: 0 when it means another file.
    pub fn agreement(&self, path: &PathParts) -> usize {
        if self.module {
            return self.module_agreement(path);
        }
        let same = self.parts.iter().zip(&path.parts).take_while(|(a, b)| a == b).count();
        let whole = same == self.parts.len() || same == path.parts.len();
        // `/build/x/src/net/a.c` is `src/net/a.c` here, and `other/net/a.c` may still be `net/a.c`.
        if whole || same >= 3 { same } else { 0 }
    }

    /// `pkg.net.client.send` agrees with `src/pkg/net/client.py` in three parts.
    fn module_agreement(&self, path: &PathParts) -> usize {
        let dirs = || std::iter::once(&path.stem).chain(&path.parts[1..]);
        (0..self.parts.len().min(3))
            .map(|skip| self.parts[skip..].iter().zip(dirs()).take_while(|(a, b)| a == b).count())
            .max()
            .filter(|same| *same >= 2)
            .unwrap_or(0)
    }
}

/// A path taken apart once for all mentions.
pub struct PathParts {
    parts: Vec<String>,
    stem: String,
}

impl PathParts {
    pub fn new(path: &RelPath) -> Self {
        let lower = path.as_str().to_ascii_lowercase();
        let parts: Vec<_> = lower.rsplit('/').map(str::to_owned).collect();
        let stem = parts[0].split('.').next().unwrap_or_default().to_owned();
        Self { parts, stem }
    }
}

/// Which terms are words of the path: (term, whether of the file's name, share of the name's words).
pub fn path_terms(query: &Query, path: &RelPath) -> Vec<(usize, bool, f64)> {
    let (folder, name) = path.as_str().rsplit_once('/').unwrap_or(("", path.as_str()));
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let mut found: Vec<(usize, bool, f64)> = Vec::new();
    for (text, is_name) in [(stem, true), (folder, false)] {
        let from = found.len();
        let mut words = 0.0;
        let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(split_case).filter(|w| !w.is_empty());
        for word in parts.map(str::to_ascii_lowercase) {
            words += 1.0;
            found.extend(query.term_of(&word).map(|term| (term, is_name, 0.0)));
        }
        found.extend(
            query.term_of(&text.to_ascii_lowercase()).filter(|_| is_name && words > 1.0).map(|t| (t, true, 0.0)),
        );
        for (_, _, share) in &mut found[from..] {
            *share = 1.0 / words;
        }
    }
    found.sort_by_key(|(term, is_name, _)| (*term, !is_name));
    found.dedup_by_key(|(term, is_name, _)| (*term, *is_name));
    found
}

/// How likely a repair is in such a file at all.
pub fn kind_weight(query: &Query, path: &RelPath) -> f64 {
    let lower = path.as_str().to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    let in_folder = |names: &[&str]| lower.split('/').rev().skip(1).any(|part| names.contains(&part));
    if in_folder(&["vendor", "third_party", "node_modules", "dist", "external", ".yarn"]) || name.contains(".min.") {
        return 0.1;
    }
    if is_test(&lower, name) || in_folder(&["fixtures", "testdata", "examples", "example", "benches", "benchmarks"]) {
        return if query.about_tests { 0.9 } else { 0.45 };
    }
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
    match extension {
        _ if name.starts_with("change") || name.starts_with("history") || name.starts_with("news") => 0.15,
        "md" | "rst" | "txt" | "adoc" | "html" | "ipynb" | "po" | "csv" | "svg" => {
            if query.about_docs {
                0.9
            } else {
                0.35
            }
        }
        "json" | "yml" | "yaml" | "toml" | "xml" | "ini" | "cfg" => 0.5,
        _ if in_folder(&["docs", "doc", "changelog"]) && !query.about_docs => 0.35,
        _ => 1.0,
    }
}

fn is_test(path: &str, name: &str) -> bool {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    path.split('/').rev().skip(1).any(|p| matches!(p, "test" | "tests" | "__tests__" | "spec" | "specs" | "e2e"))
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || name.contains(".test.")
        || name.contains(".spec.")
        || name == "conftest.py"
}

/// Whether a file can hold something that a person wrote; the others need not even be read.
pub fn worth_reading(path: &RelPath) -> bool {
    const BINARY: &[&str] = &[
        "png", "jpg", "jpeg", "gif", "webp", "ico", "pdf", "zip", "gz", "xz", "bz2", "zst", "tar", "jar", "class",
        "so", "a", "o", "dll", "dylib", "exe", "bin", "wasm", "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4",
        "mov", "webm", "pyc", "whl", "lock", "map", "snap", "rlib", "db", "sqlite",
    ];
    let name = path.file_name();
    let locks = ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "go.sum"];
    !BINARY.contains(&path.extension().as_str()) && !locks.contains(&name)
}
