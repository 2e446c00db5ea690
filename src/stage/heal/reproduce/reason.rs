//! Whether a made test fails for the reason that the report gives, and not for one of its own.

use super::super::bench::Bench;
use super::super::suspects;
use crate::brain::text::{self, Frame};
use crate::guard;
use crate::hand::Workshop as _;
use crate::ids::RelPath;
use crate::patch::Patch;
use regex::Regex;
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

/// An error that was raised, as runners print one: at the head of a line or behind a place, and not in a line of source.
static RAISED: Pattern = LazyLock::new(|| {
    Regex::new(r"^(?:[^'\x22`]{0,120}[:»(]\s*|E\s+|[#\s>✕×●-]*(?:name: ')?|thread '[^']*' \(?[^)]*\)?\s*)?(?:[\w$]+[.:\\]+)*([A-Z]\w*(?:Error|Exception)|StopIteration|SystemExit|SIGSEGV|panic(?:ked)?)\b(?:\s*$|\s*[:(\[']|\s+at\b)").ok()
});
/// Lines of source that have the name of an error in them.
const SOURCE: [&str; 9] =
    ["raise ", "raises(", "except ", "throw ", "catch", "throws", "panic!(", "panic(", "assertRaises"];
/// What a test says that holds what came against what should have come.
const ASSERTS: [&str; 3] = ["AssertionError", "AssertionFailedError", "ComparisonFailure"];
/// How a test asks whether something is there at all.
static PROBES: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:hasattr|getattr|l?exists|exists_?sync|is_?file|is_?dir|access_?sync|stat_?sync|find_spec|import_module|__import__|to_?have_?property|to_?be_?defined|respond_to\??|method_defined\??|const_defined\??|os\.stat|in\s+dir|vars|globals|locals|getmembers|own_?keys)\s*\(|\b__dict__\b").ok()
});
static QUOTED: Pattern = LazyLock::new(|| Regex::new(r#"["'`]([^"'`\n]{3,})["'`]"#).ok());
/// A report that says how badly it ends, and not with which error.
static CRASHES: Pattern = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:crash\w*|rais(?:es|ed|ing)|throw\w*|exceptions?|traceback|aborts?|blows? up|segfaults?|errors?)\b",
    )
    .ok()
});

/// A shorter line may stand in any report.
const MESSAGE: usize = 16;

/// What was printed on the way to a failure.
pub struct Failure<'a> {
    printed: &'a str,
    raised: Vec<String>,
    frames: Vec<Frame>,
    /// The files of the repository, without tests, that it came through.
    through: Vec<RelPath>,
}

impl<'a> Failure<'a> {
    pub fn of(bench: &Bench, printed: &'a str) -> Self {
        let frames = text::frames(printed);
        let through = frames.iter().filter_map(|frame| bench.resolve(&frame.path));
        let through: Vec<RelPath> = through.filter(|path| !guard::is_test(path)).collect();
        let mut raised = raised(printed);
        // Where nothing of the repository stands on the way, that is how an assertion ends in Rust.
        raised.retain(|name| name != "panic" || !through.is_empty());
        Self { printed, raised, frames, through }
    }

    /// An error came out of the repository's own code.
    pub fn is_crash(&self) -> bool {
        !self.through.is_empty() && !self.raised.is_empty()
    }

    /// The report names the error, or says that something crashes.
    pub fn is_told(&self, reported: &str) -> bool {
        let come = text::errors(reported).come;
        self.is_crash() && (self.raised.iter().any(|name| come.contains(name)) || is(&CRASHES, reported))
    }

    /// Out of the code that the report is about, as far as that can be told.
    fn is_about(&self, bench: &Bench, reported: &str) -> bool {
        let suspects = suspects::of_text(bench);
        let said = |word: &str| word.len() > 2 && reported.to_lowercase().contains(&word.to_lowercase());
        suspects.is_empty()
            || self.through.iter().any(|path| suspects.iter().any(|suspect| suspect.path == *path))
            || self.frames.iter().any(|frame| frame.symbol.as_deref().is_some_and(said))
    }
}

/// What is missing where the test runs is nobody's mistake in the code.
const OF_THE_PLACE: [&str; 11] = [
    "FileNotFoundError",
    "PermissionError",
    "OSError",
    "IOError",
    "ConnectionError",
    "ConnectionRefusedError",
    "TimeoutError",
    "ModuleNotFoundError",
    "ImportError",
    "NameError",
    "SyntaxError",
];

fn raised(printed: &str) -> Vec<String> {
    let Some(regex) = RAISED.as_ref() else { return Vec::new() };
    let lines = printed.lines().filter(|line| line.len() < 2_000 && !SOURCE.iter().any(|word| line.contains(word)));
    let name = |line: &str| {
        let name = regex.captures(line.trim_start())?[1].to_owned();
        Some(if name.starts_with("panic") { "panic".to_owned() } else { name })
    };
    lines.filter_map(name).filter(|name| !ASSERTS.contains(&name.as_str())).collect()
}

/// `Err`: why it shows nothing of what is reported.
pub fn is_stated(bench: &Bench, test: &Patch, printed: &str, reported: &str) -> Result<(), String> {
    let source = source(test);
    asks_for_no_name(&source, reported)?;
    let (errors, failure) = (text::errors(reported), Failure::of(bench, printed));
    let named = |names: &std::collections::BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(" or ");
    if failure.raised.iter().any(|name| errors.come.contains(name)) {
        return match (failure.through.is_empty(), failure.is_about(bench, reported)) {
            (true, _) => Err(format!("{} is raised, but not by the repository's code", named(&errors.come))),
            (_, false) => Err("the error comes from other code than the report is about".to_owned()),
            _ => Ok(()),
        };
    }
    let printed_of_it =
        || failure.printed.lines().filter(|line| !source.contains(line.trim_start_matches(['E', '>', ' '])));
    let is_missed =
        |line: &str| errors.missed.iter().any(|name| line.contains(name.as_str()) && !failure.raised.contains(name));
    if printed_of_it().any(is_missed) {
        return Ok(());
    }
    let is_quoted = |line: &str| line.len() >= MESSAGE && reported.contains(line);
    if !failure.through.is_empty() && printed_of_it().any(|line| is_quoted(line.trim_start_matches(['E', ' ']).trim()))
    {
        return Ok(());
    }
    if !errors.come.is_empty() {
        return Err(format!("the report names {}, and that is not what it fails with", named(&errors.come)));
    }
    match failure.raised.first() {
        Some(_) if failure.is_crash() && is(&CRASHES, reported) => Ok(()),
        // Where a value should come, and the code that should give it breaks, it does not come.
        Some(name)
            if failure.is_crash() && failure.is_about(bench, reported) && !OF_THE_PLACE.contains(&name.as_str()) =>
        {
            compares(&source, reported)
        }
        Some(name) => Err(format!("it fails with {name}, of which the report says nothing")),
        None => compares(&source, reported),
    }
}

fn source(test: &Patch) -> String {
    let texts = test.files().iter().filter_map(|file| file.after.as_deref());
    texts.map(|text| String::from_utf8_lossy(text).into_owned()).collect()
}

fn is(pattern: &Pattern, text: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// A test that only asks whether a file or a name is there is satisfied by making one, unless the report asks for that.
fn asks_for_no_name(source: &str, reported: &str) -> Result<(), String> {
    let quoted = QUOTED.as_ref().into_iter().flat_map(|regex| regex.captures_iter(source));
    let mut names = quoted.map(|found| found[1].to_owned());
    if is(&PROBES, source) && !names.any(|name| reported.contains(&name)) {
        return Err("it asks whether a name or a file is there, of which the report says nothing".to_owned());
    }
    Ok(())
}

/// An assertion by itself shows what is reported only where it holds a value of the report's against what comes.
fn compares(source: &str, reported: &str) -> Result<(), String> {
    let values = text::values(reported);
    if values.is_empty() {
        return Err("the report states neither an error nor a value that an assertion could show".to_owned());
    }
    match text::has_value(source, &values) {
        Some(_) => Ok(()),
        None => Err("it compares with no value that the report states".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_was_raised_is_known_in_every_runners_print() {
        for (line, name) in [
            ("ZeroDivisionError: division by zero", "ZeroDivisionError"),
            ("E       ZeroDivisionError: division by zero", "ZeroDivisionError"),
            ("shop/stats.py:2: ZeroDivisionError", "ZeroDivisionError"),
            ("    TypeError: Cannot read properties of undefined", "TypeError"),
            ("TypeError [ERR_INVALID_ARG]: x", "TypeError"),
            ("java.lang.NullPointerException: x", "NullPointerException"),
            ("E   shop.errors.CartError: x", "CartError"),
            ("  name: 'TypeError'", "TypeError"),
            ("panic: runtime error: index out of range [recovered]", "panic"),
            ("thread 'tests::a' panicked at src/lib.rs:4:5:", "panic"),
            ("thread 'tests::a' (81) panicked at src/lib.rs:4:5:", "panic"),
        ] {
            assert_eq!(raised(line), [name], "{line}");
        }
        for line in [
            "AssertionError: 1 != 0",
            "    raise ZeroDivisionError: x",
            "with pytest.raises(ValueError):",
            "'ZeroDivisionError: x' said the test",
            "test_zero_division_error ... FAIL",
        ] {
            assert!(raised(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_name_that_is_there_or_not_is_no_failure_of_code() {
        let reported = "The mean of an empty list should be 0. `export` should write report.csv.";
        for test in ["assertTrue(os.path.exists('shop/done.py'))", "assert hasattr(stats, 'fixed')"] {
            assert!(asks_for_no_name(test, reported).is_err(), "{test}");
        }
        for test in ["assertEqual(mean([]), 0)", "export(tmp)\nassert (tmp / 'report.csv').exists()"] {
            assert!(asks_for_no_name(test, reported).is_ok(), "{test}");
        }
    }

    #[test]
    fn an_assertion_needs_a_value_of_the_report() {
        assert!(compares("assertEqual(mean([]), 0)", "it should be zero").is_ok());
        assert!(compares("assertEqual(mean([]), 7)", "it should be zero").is_err());
        assert!(compares("assertTrue(False)", "the mean is wrong").is_err());
    }
}
