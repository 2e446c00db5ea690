//! What of a change stays whatever is taken back: its tests, what they expect, and its documentation.

use crate::guard;
use crate::ids::RelPath;

const PROSE: &[&str] = &["md", "markdown", "mdx", "rst", "adoc", "asciidoc", "txt", "org", "tex"];
/// By the name alone, with any ending.
const NAMED: &[&str] = &["readme", "changelog", "changes", "license", "licence", "notice", "authors", "contributing"];
/// Such a text is read by programs.
const MANIFESTS: &[&str] = &["cmakelists.txt", "constraints.txt"];

pub(super) fn is_kept(path: &RelPath) -> bool {
    guard::is_test(path) || guard::is_snapshot(path) || is_prose(path)
}

fn is_prose(path: &RelPath) -> bool {
    let name = path.file_name().to_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    let folders = path.as_str().to_lowercase();
    let read_by_programs = MANIFESTS.contains(&name.as_str()) || name.contains("requirements");
    !read_by_programs
        && (PROSE.contains(&path.extension().as_str())
            || NAMED.contains(&stem)
            || folders.split('/').rev().skip(1).any(|folder| matches!(folder, "docs" | "doc")))
}

/// The line, counted from 0, from which on a source file is tests.
pub(super) fn tests_from(path: &RelPath, text: Option<&[u8]>) -> Option<usize> {
    let text = std::str::from_utf8(text?).ok()?;
    let (first, _) = guard::test_part(path, text)?;
    Some(usize::try_from(first).ok()?.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_texts_stay_and_what_programs_read_does_not() {
        let kept = |path: &str| is_kept(&RelPath::parse(path).unwrap());
        for path in
            ["tests/test_a.py", "src/a.test.ts", "README.md", "docs/conf.py", "LICENSE", "a/__snapshots__/b.snap"]
        {
            assert!(kept(path), "{path}");
        }
        for path in ["src/a.py", "requirements.txt", "CMakeLists.txt", "package.json", "src/changes/a.rs", "Makefile"] {
            assert!(!kept(path), "{path}");
        }
        let text: &[u8] = b"fn f() {}\n#[cfg(test)]\nmod tests {}\n";
        assert_eq!(tests_from(&RelPath::parse("src/a.rs").unwrap(), Some(text)), Some(1));
    }
}
