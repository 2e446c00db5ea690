//! What the tests say for a repair: not how many of them it mends, but how often they ask and are answered otherwise
//! than before. One test that asks a dozen times says more than two that ask once.

use super::hunt::{Answer, Hunt};
use crate::hand::offer;
use anyhow::Result;
use std::collections::BTreeSet;

/// Test files that are read for what they ask.
const MOST_FILES: usize = 300;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Questions of the tests to which a repair gives another answer than the program as it is, and they accept it.
    pub mended: usize,
    /// All that they ask of what it changes.
    pub asked: usize,
}

/// So many questions that a repair does not answer otherwise, but might have, say as much as one.
const HELD: usize = 6;
/// So many questions are in a test that nobody can read.
const USUAL: usize = 3;

impl Evidence {
    pub fn weight(self) -> usize {
        self.mended + (self.asked.saturating_sub(self.mended) / HELD).min(1)
    }

    /// Of each survivor, where the judge has seen calls; `tests` failed and pass now.
    pub fn seen(answer: &Answer, number: usize, tests: usize) -> Option<Self> {
        let (mended, asked) = answer.evidence.get(&number).copied().filter(|(mended, _)| *mended > 0)?;
        Some(Self { mended: mended.max(tests), asked: asked.max(tests) })
    }

    /// Where nobody sees calls: each failing test has at least one answer mended, and says in its text what it asks.
    pub fn read(hunt: &Hunt, tests: &[String]) -> Result<Self> {
        let names: BTreeSet<&str> = tests.iter().filter_map(|test| bare(test)).collect();
        let mut asked = 0;
        let own = |path: &crate::ids::RelPath| hunt.files.iter().any(|file| file.path == *path);
        let job = hunt.job();
        let files = job.workshop.files()?.iter().filter(|path| crate::guard::is_test(path) || own(path));
        for path in files.take(MOST_FILES) {
            let text = offer::editable(job, path)?.unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            asked += names.iter().filter_map(|name| body(&text, name)).map(|body| questions(&body)).sum::<usize>();
        }
        let asked = if asked == 0 { USUAL } else { asked };
        Ok(Self { mended: tests.len(), asked: asked.max(tests.len()) })
    }
}

/// `a (a-1f) tests::halves` → `halves`, `TestHalf/empty` → `TestHalf`.
fn bare(test: &str) -> Option<&str> {
    let last = test.rsplit([' ', ':', '.']).next()?;
    let name = last.split(['/', '[', '(']).next()?;
    (name.len() > 2).then_some(name)
}

/// The lines of a function in a language of braces, as everybody lays them out.
fn body<'t>(text: &'t str, name: &str) -> Option<Vec<&'t str>> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let starts = |line: &&str| {
        let at = line.find(name).filter(|at| line[..*at].ends_with(' '));
        at.is_some_and(|at| line[at + name.len()..].starts_with('(')) && line.trim_end().ends_with('{')
    };
    let mut lines = text.lines().skip_while(|line| !starts(line));
    let first = lines.next()?;
    Some(lines.take_while(|line| !(line.trim_start().starts_with('}') && depth(line) <= depth(first))).collect())
}

/// Different assertions, and in a loop different rows of a table.
fn questions(body: &[&str]) -> usize {
    const ASKS: &[&str] = &["assert", "expect", "require.", ".Error", ".Fatal", "CHECK", "check("];
    let lines: BTreeSet<&str> = body.iter().map(|line| line.trim()).collect();
    let asks = lines.iter().filter(|line| ASKS.iter().any(|word| line.contains(word))).count();
    let is_row = |line: &&&str| {
        line.starts_with(['(', '{', '['])
            && line.ends_with(',')
            && line.trim_end_matches(',').ends_with([')', '}', ']'])
    };
    let rows = lines.iter().filter(is_row).count();
    let loops = lines.iter().any(|line| line.starts_with("for ") || line.starts_with("for("));
    if loops { asks.max(rows) } else { asks }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_asks_as_often_as_it_asserts_or_has_rows() {
        let rust = "#[test]\nfn halves() {\n    assert_eq!(half(2), 1);\n    assert_eq!(half(2), 1);\n    assert!(half(9) > 3);\n}\n\nfn other() {\n    assert!(x);\n}\n";
        let go = "func TestHalf(t *testing.T) {\n\tfor _, tt := range []struct{ n, want int }{\n\t\t{2, 1},\n\t\t{9, 4},\n\t\t{0, 0},\n\t} {\n\t\tif got := Half(tt.n); got != tt.want {\n\t\t\tt.Errorf(\"%d\", got)\n\t\t}\n\t}\n}\n";
        let count = |text: &str, test: &str| bare(test).and_then(|name| body(text, name)).map(|body| questions(&body));
        assert_eq!(count(rust, "a (a-1f) tests::halves"), Some(2));
        assert_eq!(count(go, "TestHalf/empty"), Some(3));
        assert_eq!(count(go, "TestOther"), None);
    }
}
