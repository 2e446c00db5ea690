//! A log's report becomes a diagnosis: suspects, how hard it looks, which hands to try.

use super::log;
use crate::record::{Complexity, Diagnosis, FailureClass, HandId, LogReport, Suspect};

/// Exceptions and diagnostics that do not come and go: the code itself is wrong in a way that every
/// run sees.
const STEADY: &[&str] = &[
    "NameError",
    "ImportError",
    "ModuleNotFoundError",
    "SyntaxError",
    "IndentationError",
    "TabError",
    "AttributeError",
    "UnboundLocalError",
    "ReferenceError",
    "is not a function",
    "Cannot find module",
    "ERR_MODULE_NOT_FOUND",
    "is not defined",
    "does not provide an export",
    "error[E",
];

/// Puts the diagnosis together. `hands` is the configured ladder.
pub fn diagnose(report: LogReport, suspects: Vec<Suspect>, hands: &[HandId]) -> Diagnosis {
    let signature = log::signature(&report);
    let strategy = if may_be_patched(report.class) { hands.to_vec() } else { Vec::new() };
    Diagnosis {
        complexity: complexity(&report),
        class: report.class,
        failing: report.failing,
        locations: report.locations,
        first_error: report.first_error,
        tool: report.tool,
        suspects,
        strategy,
        signature,
        seen: Vec::new(),
    }
}

/// Infrastructure is rerun, not patched.
pub fn may_be_patched(class: FailureClass) -> bool {
    !matches!(class, FailureClass::Transient | FailureClass::Resource)
}

/// Whether one look is enough: a compiler, a formatter or a missing name says the same thing every time,
/// an assertion may not.
pub fn is_steady(report: &LogReport) -> bool {
    let steady_class = matches!(
        report.class,
        FailureClass::Compile | FailureClass::Type | FailureClass::Lint | FailureClass::Format | FailureClass::Config
    );
    let says = |text: &str| STEADY.iter().any(|word| text.contains(word));
    let messages = report.locations.iter().map(|l| l.message.as_str());
    // One that stays is enough: the failing tests cannot all pass the second time.
    steady_class || report.first_error.as_deref().into_iter().chain(messages).any(says)
}

fn complexity(report: &LogReport) -> Complexity {
    let spelled_out =
        report.locations.iter().any(|l| l.message.contains("similar name") || l.message.contains("id you mean"));
    match report.class {
        FailureClass::Format | FailureClass::Lint => Complexity::Trivial,
        _ if spelled_out => Complexity::Trivial,
        FailureClass::Compile | FailureClass::Type | FailureClass::Dependency => Complexity::Simple,
        _ => Complexity::Hard,
    }
}

/// Whether what was seen here is what was recorded there: the same signature, a failing test in common,
/// or the same class with a place or a quoted line in common.
pub fn same_failure(recorded: &LogReport, here: &LogReport) -> bool {
    if log::signature(recorded) == log::signature(here) {
        return true;
    }
    let leaf = |id: &str| id.rsplit("::").next().unwrap_or(id).trim().to_owned();
    if !recorded.failing.is_empty() && !here.failing.is_empty() {
        return recorded.failing.iter().any(|a| here.failing.iter().any(|b| leaf(a) == leaf(b)));
    }
    let quoted = |r: &LogReport| r.first_error.as_deref().map(log::normalise);
    let same_line = match (quoted(recorded), quoted(here)) {
        (Some(there), Some(here)) => there == here || abbreviates(&there, &here) || abbreviates(&here, &there),
        _ => false,
    };
    let file = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
    let same_place = recorded
        .locations
        .iter()
        .any(|a| here.locations.iter().any(|b| file(&a.path) == file(&b.path) && a.line == b.line && a.line.is_some()));
    same_line || (recorded.class == here.class && same_place)
}

/// Whether people quoted only how the line begins: so much of it that it says what is wrong.
fn abbreviates(short: &str, long: &str) -> bool {
    let short = short.trim_end_matches(['.', '…', ' ']);
    let Some(rest) = long.strip_prefix(short) else { return false };
    let ends_a_word = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    // `error: test failed` begins many lines; with a quoted word, or longer, it begins one.
    let says_what = short.contains(['`', '\'', '"']) || short.split_whitespace().count() >= 6;
    ends_a_word && says_what && short.split_whitespace().count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Location;

    fn report(class: FailureClass, failing: &[&str], place: (&str, u32), quote: &str) -> LogReport {
        LogReport {
            class,
            failing: failing.iter().map(|s| (*s).to_owned()).collect(),
            locations: vec![Location { path: place.0.to_owned(), line: Some(place.1), ..Location::default() }],
            first_error: Some(quote.to_owned()),
            tool: None,
        }
    }

    #[test]
    fn the_same_failure_is_known_again_elsewhere() {
        use FailureClass::{Compile, Test};
        let there = report(Test, &["tests/test_a.py::test_x"], ("/home/runner/work/p/p/a.py", 3), "NameError: x");
        let here = report(Test, &["test_a.py::test_x", "test_b.py::test_y"], ("/tmp/t/a.py", 3), "other");
        assert!(same_failure(&there, &here));
        assert!(!same_failure(&there, &report(Test, &["t::test_z"], ("a.py", 3), "NameError: x")));
        let there = report(Compile, &[], ("/home/runner/work/p/p/src/a.rs", 3), "error[E0425]: cannot find value `a`");
        assert!(same_failure(&there, &report(Compile, &[], ("src/a.rs", 3), "something else")));
        assert!(!same_failure(&there, &report(Compile, &[], ("src/b.rs", 3), "something else")));
    }

    #[test]
    fn a_quote_may_be_cut_short() {
        let quoted = |text: &str, at: (&str, u32)| report(FailureClass::Compile, &[], at, text);
        let same = |there: &str, here: &str| same_failure(&quoted(there, ("", 0)), &quoted(here, ("src/eval.rs", 45)));
        let whole = "error[E0609]: no field `majro` on type `&Version`";
        assert!(same("error[E0609]: no field `majro`", whole));
        assert!(same("error[E0609]: no field `majro` on…", whole));
        assert!(!same("error[E0609]: no field `maj", whole));
        assert!(!same("error[E0609]: no field", whole));
        assert!(!same("error[E0609]: no field `minor`", whole));
        assert!(!same("error: could", "error: could not compile `x` due to 2 previous errors"));
    }

    #[test]
    fn assertions_are_looked_at_twice_and_names_once() {
        assert!(is_steady(&report(FailureClass::Test, &[], ("a", 1), "E   NameError: name 'a' is not defined")));
        let mut failed = report(FailureClass::Test, &[], ("a", 1), "E   assert 1 == 2");
        assert!(!is_steady(&failed));
        failed.locations[0].message = "ReferenceError: f is not defined".to_owned();
        assert!(is_steady(&failed));
    }
}
