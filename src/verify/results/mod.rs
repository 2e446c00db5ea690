//! Per-test results, however the runner told them, and what changed between two runs.

pub mod json;
pub mod junit;
pub mod text;

use std::collections::BTreeSet;

/// The tests of one run by name. A name that stands for several tests has the worst of their results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestResults {
    pub passed: BTreeSet<String>,
    pub failed: BTreeSet<String>,
    pub skipped: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Passed,
    Failed,
    Skipped,
}

impl TestResults {
    pub fn add(&mut self, name: String, status: Status) {
        if status == Status::Failed {
            self.passed.remove(&name);
            self.skipped.remove(&name);
            self.failed.insert(name);
        } else if status == Status::Passed && !self.failed.contains(&name) {
            self.skipped.remove(&name);
            self.passed.insert(name);
        } else if !self.failed.contains(&name) && !self.passed.contains(&name) {
            self.skipped.insert(name);
        }
    }

    pub fn merge(&mut self, other: Self) {
        let sets = [(other.passed, Status::Passed), (other.failed, Status::Failed), (other.skipped, Status::Skipped)];
        for (names, status) in sets {
            names.into_iter().for_each(|name| self.add(name, status));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.passed.is_empty() && self.failed.is_empty() && self.skipped.is_empty()
    }

    pub fn non_empty(self) -> Option<Self> {
        (!self.is_empty()).then_some(self)
    }
}

/// What changed from one run to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    pub fail_to_pass: Vec<String>,
    /// `None` when the runs do not say which tests passed.
    pub pass_to_pass: Option<usize>,
    /// Passed before, now failing, skipped or missing.
    pub broken: Vec<String>,
    /// Exit code 0, results readable if they were before, nothing broken.
    pub accepted: bool,
}

/// `clean`: the second run ended with exit code 0 and within its limits.
pub fn compare(before: Option<&TestResults>, after: Option<&TestResults>, clean: bool) -> Comparison {
    let nothing = TestResults::default();
    let (old, new) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
    let broken: Vec<String> = old.passed.difference(&new.passed).cloned().collect();
    // Some formats name failures only: there a clean end without the failure is all that can be seen.
    let names_passes = !old.passed.is_empty() || !new.passed.is_empty();
    let mended = |name: &&String| {
        if names_passes { new.passed.contains(*name) } else { clean && !new.failed.contains(*name) }
    };
    let readable = before.is_none() || after.is_some() || !names_passes;
    Comparison {
        fail_to_pass: old.failed.iter().filter(mended).cloned().collect(),
        pass_to_pass: names_passes.then(|| old.passed.intersection(&new.passed).count()),
        accepted: clean && readable && broken.is_empty(),
        broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(passed: &[&str], failed: &[&str]) -> TestResults {
        let mut results = TestResults::default();
        passed.iter().for_each(|name| results.add(name.to_string(), Status::Passed));
        failed.iter().for_each(|name| results.add(name.to_string(), Status::Failed));
        results
    }

    #[test]
    fn a_repair_must_break_nothing() {
        let before = results(&["a", "b"], &["c"]);
        let good = compare(Some(&before), Some(&results(&["a", "b", "c"], &[])), true);
        assert_eq!((good.fail_to_pass, good.pass_to_pass, good.accepted), (vec!["c".into()], Some(2), true));
        for (after, clean) in [
            (Some(results(&["a", "c"], &[])), true),
            (Some(results(&["a", "c"], &["b"])), true),
            (Some(results(&["a", "b", "c"], &[])), false),
            (None, true),
        ] {
            assert!(!compare(Some(&before), after.as_ref(), clean).accepted, "{after:?}");
        }
    }

    #[test]
    fn formats_without_passes_are_judged_by_what_they_say() {
        let compared = compare(Some(&results(&[], &["c"])), None, true);
        assert_eq!((compared.fail_to_pass, compared.pass_to_pass, compared.accepted), (vec!["c".into()], None, true));
        assert!(compare(None, None, true).accepted);
    }

    #[test]
    fn one_name_has_its_worst_result() {
        assert_eq!(results(&["a"], &["a"]), results(&[], &["a"]));
    }
}
