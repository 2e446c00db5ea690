//! Which files, and which parts of them, are tests.

use crate::guard::change::FileChange;
use crate::ids::RelPath;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Python,
    JavaScript,
    Rust,
    Go,
    Jvm,
    C,
    Ruby,
    Elixir,
    Shell,
    Other,
}

pub fn language(path: &RelPath) -> Language {
    match path.extension().as_str() {
        "py" | "pyi" | "pyx" => Language::Python,
        "js" | "jsx" | "ts" | "tsx" | "mjs" | "cjs" | "mts" | "cts" | "vue" | "svelte" => Language::JavaScript,
        "rs" => Language::Rust,
        "go" => Language::Go,
        "java" | "kt" | "kts" | "scala" | "groovy" | "gradle" => Language::Jvm,
        "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hh" | "cs" | "m" | "mm" | "swift" | "php" => Language::C,
        "rb" | "gemspec" | "rake" => Language::Ruby,
        "ex" | "exs" => Language::Elixir,
        "sh" | "bash" | "bats" => Language::Shell,
        _ => Language::Other,
    }
}

const TEST_FOLDERS: &[&str] = &[
    "test",
    "tests",
    "__tests__",
    "spec",
    "specs",
    "e2e",
    "testing",
    "integration-tests",
    "unittests",
    "androidtest",
    "functional_tests",
];

/// What is nothing but tests, wherever it stands: scenarios, shell's tests, requests.
const TEST_ENDINGS: &[&str] = &[".feature", ".robot", ".bats", ".hurl"];

/// Code that tests, or that tests are made with.
pub fn is_test(path: &RelPath) -> bool {
    let lower = path.as_str().to_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let perl = name.ends_with(".t") && folders.split('/').any(|part| part == "t");
    let by_kind = TEST_ENDINGS.iter().any(|end| name.ends_with(end)) || perl;
    by_kind || folders.split('/').any(|part| TEST_FOLDERS.contains(&part)) || is_test_name(name, path.file_name())
}

fn is_test_name(lower: &str, name: &str) -> bool {
    let stem = lower.split('.').next().unwrap_or_default();
    let middle = lower.contains(".test.") || lower.contains(".spec.") || lower.contains(".cy.");
    let original = name.split('.').next().unwrap_or_default();
    let camel = ["Test", "Tests", "TestCase", "Spec", "IT"].iter().any(|end| original.ends_with(end));
    let around =
        stem.starts_with("test_") || stem.ends_with("_test") || stem.ends_with("_tests") || stem.ends_with("_spec");
    // What a runner loads before the tests.
    let set_up = lower.contains(".setup.") || matches!(stem, "setuptests" | "setup-tests" | "test-setup");
    middle || set_up || camel || around || matches!(stem, "conftest" | "test" | "tests")
}

/// Go builds a file with such an ending on one system or processor alone.
const GO_SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "illumos",
    "ios",
    "js",
    "linux",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "386",
    "amd64",
    "arm",
    "arm64",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mipsle",
    "ppc64",
    "ppc64le",
    "riscv64",
    "s390x",
    "wasm",
];

/// Whether a test runner looks for tests in a file of this name, unless it is told otherwise.
pub fn is_collected(path: &RelPath) -> bool {
    let lower = path.as_str().to_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    match language(path) {
        Language::Python => {
            let stem = name.split('.').next().unwrap_or_default();
            stem.starts_with("test_") || stem.ends_with("_test") || matches!(stem, "test" | "tests")
        }
        Language::Go => {
            let stem = name.strip_suffix("_test.go").unwrap_or_default();
            let system = stem.rsplit_once('_').is_some_and(|(_, end)| GO_SYSTEMS.contains(&end));
            let hidden = folders.split('/').any(|part| part == "testdata" || part.starts_with(['_', '.']));
            !stem.is_empty() && !stem.starts_with(['_', '.']) && !system && !hidden
        }
        Language::Other => false,
        _ => is_test(path),
    }
}

/// Files that hold what a test expects and nothing else.
pub fn is_snapshot(path: &RelPath) -> bool {
    let lower = path.as_str().to_lowercase();
    let ends = [".snap", ".golden", ".approved.txt", ".ambr", ".expected", ".snap.new"];
    let folders = ["__snapshots__", "snapshots", "golden", "goldens"];
    ends.iter().any(|end| lower.ends_with(end))
        || lower.split('/').rev().skip(1).any(|part| folders.contains(&part))
        || is_test(path) && [".stderr", ".stdout"].iter().any(|end| lower.ends_with(end))
}

/// The part of `text` that is tests, from which line on: the whole of a test file; in Rust the test
/// module that stands at the end of a source file, and not what is only imported for it. `None` where there is none.
pub fn test_part<'a>(path: &RelPath, text: &'a str) -> Option<(u32, &'a str)> {
    if is_test(path) {
        return Some((1, text));
    }
    let mut marks = text.match_indices(FOR_TESTS).map(|(at, _)| at).filter(|_| language(path) == Language::Rust);
    let at = marks.find(|at| !is_brought_in(&text[at + FOR_TESTS.len()..]))?;
    let line = text[..at].bytes().filter(|b| *b == b'\n').count() + 1;
    Some((u32::try_from(line).unwrap_or(u32::MAX), &text[at..]))
}

const FOR_TESTS: &str = "#[cfg(test)]";

/// Whether an item is an import or a module in another file: what follows it may be anything.
fn is_brought_in(item: &str) -> bool {
    let mut rest = item.trim_start();
    while let Some(end) = rest.find('\n').filter(|_| rest.starts_with("#[")) {
        rest = rest[end..].trim_start();
    }
    let end = rest.find(['{', ';']).unwrap_or(rest.len());
    match rest[..end].split_whitespace().find(|word| !word.starts_with("pub")) {
        Some("use" | "extern") => true,
        Some("mod") => rest[end..].starts_with(';'),
        _ => false,
    }
}

/// Whether line `number` of the side `text` belongs to tests.
pub fn is_test_line(file: &FileChange, text: Option<&str>, number: u32) -> bool {
    text.and_then(|text| test_part(file.path, text)).is_some_and(|(first, _)| number >= first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_imported_for_tests_is_no_test() {
        let path = RelPath::parse("src/lib.rs").unwrap();
        let first = |text: &str| test_part(&path, text).map(|(line, _)| line);
        for (text, line) in [
            ("#[cfg(test)]\nuse a::{b, c};\nfn f() {}\n", None),
            ("#[cfg(test)]\n#[macro_use]\nextern crate a;\nfn f() {}\n\n#[cfg(test)]\nmod tests {\n}\n", Some(6)),
            ("#[cfg(test)]\n#[path = \"t.rs\"]\npub(crate) mod tests;\nfn f() {}\n", None),
            ("fn f() {}\n#[cfg(test)]\nfn helper() {}\n", Some(2)),
        ] {
            assert_eq!(first(text), line, "{text}");
        }
    }
}
