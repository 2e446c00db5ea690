//! Whether a run that fails is closer to passing than another, by what both say of failing.

use std::collections::BTreeSet;

/// Fewer of the same failures, or the same kind of failure further on.
pub fn is_better(before: &[String], after: &[String]) -> bool {
    let names = |lines: &[String]| lines.iter().map(|line| plain(line)).collect::<BTreeSet<_>>();
    let (before_names, after_names) = (names(before), names(after));
    let same = after_names.intersection(&before_names).count();
    if same > 0 && same < before_names.len() {
        return true;
    }
    let further = |one: &String| {
        let Some((file, line)) = place(one) else { return false };
        after.iter().filter_map(|other| place(other)).any(|(other, at)| other == file && at > line)
    };
    same == 0 && before.iter().filter(|line| line.contains("ssert")).any(further)
}

/// Whether two runs fail in the same way, but for what the build adds.
pub fn are_alike(one: &[String], other: &[String]) -> bool {
    let names = |lines: &[String]| lines.iter().map(|line| plain(line)).collect::<BTreeSet<_>>();
    let (one, other) = (names(one), names(other));
    one.is_empty() || one.intersection(&other).count() * 2 >= one.len()
}

/// Without what a clock says.
fn plain(line: &str) -> String {
    let line = line.split(" (").next().unwrap_or(line);
    line.trim().to_owned()
}

/// `test.c:25: … Assertion` → its file and line.
fn place(line: &str) -> Option<(&str, u32)> {
    if !line.contains("ssert") {
        return None;
    }
    let mut parts = line.split(':').map(str::trim);
    let mut last = parts.next()?;
    for part in parts {
        if let Ok(number) = part.parse() {
            return Some((last.rsplit([' ', '/']).next().unwrap_or(last), number));
        }
        last = part;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn fewer_failures_are_better_and_other_ones_are_not() {
        let before = lines("--- FAIL: TestA (0.01s)\n--- FAIL: TestB (0.00s)\nFAIL");
        assert!(is_better(&before, &lines("--- FAIL: TestB (0.02s)\nFAIL")));
        assert!(!is_better(&before, &lines("--- FAIL: TestA (0.02s)\n--- FAIL: TestB (0.02s)\nFAIL")));
        assert!(!is_better(&before, &lines("a.go:3: error: undefined: x")));
    }

    #[test]
    fn an_assertion_further_on_is_better() {
        let at = |line: u32| lines(&format!("t: test.c:{line}: main: Assertion `f(1) == 2' failed."));
        assert!(is_better(&at(9), &at(12)));
        assert!(!is_better(&at(9), &at(9)));
        assert!(!is_better(&at(9), &at(7)));
    }
}
