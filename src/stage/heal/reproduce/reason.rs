//! Whether a made test fails for the reason that the report gives, and not for one of its own.

use super::super::bench::Bench;
use super::super::suspects;
use super::reach::Reach;
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
    Regex::new(r"(?i)\b(?:hasattr|getattr|l?exists|exists_?sync|is_?file|is_?dir|access_?sync|stat_?sync|find_spec|import_module|__import__|to_?have_?property|to_?be_?defined|respond_to\??|method_defined\??|const_defined\??|os\.stat|in\s+dir|vars|globals|locals|getmembers|own_?keys|listdir|scandir|i?glob|read_?dir(?:_?sync)?)\s*\(|\b__dict__\b").ok()
});
/// How it looks at what the code says, and not at what it does.
static OF_SOURCE: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\binspect\.|\bgetsource\w*\(|\blinecache\b|\bast\.parse|\b__(?:file|doc|code|defaults|annotations|version|all|name)__(?:\b|\.)|__dirname|__filename|\bimport\.meta\b|CARGO_MANIFEST_DIR|\binclude_str!|\bsignature\s*\(|\bgit\s+(?:log|diff|show|grep)\b|\bgrep\b|\brequire\.resolve\b|package\.json|pyproject\.toml|cargo\.toml").ok()
});
/// What it takes from around it, which no change of the code decides.
static SURROUNDINGS: Pattern = LazyLock::new(|| {
    Regex::new(r"\bos\.(?:environ|getenv|putenv|Getenv|LookupEnv)\b|\bgetenv\s*\(|\bprocess\.env\b|\benv::vars?\b|\bSystem\.(?:getenv|getProperty)\b|\bENV\[|\bsys\.(?:modules|path|argv)\b").ok()
});
/// How it reads a file.
static READS: Pattern = LazyLock::new(|| {
    Regex::new(
        r"(?i)\bopen\s*\(|\bread_?(?:text|bytes|to_string|file|file_?sync|all_?(?:text|lines|bytes))\s*\(|\bfs::read",
    )
    .ok()
});
static PATH: Pattern = LazyLock::new(|| Regex::new(r"[\w./-]+\.\w{1,6}").ok());
/// How it makes the error by itself that the code should come to.
static OWN_ERROR: Pattern = LazyLock::new(|| {
    Regex::new(r"(?m)\braise\s+\w|\bthrow\s+new\b|\bside_effect\b|\bmock(?:Rejected|Implementation)\w*|\bpanic(?:!|\()|^\s*(?:return\s+)?\d+\s*/\s*0\b").ok()
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

    /// Where it was raised is the test itself, however it came there: innermost stands last in Python's prints alone.
    fn is_raised_in(&self, bench: &Bench, test: &Patch) -> bool {
        let of_test = |frame: &&Frame| test.files().iter().any(|file| frame.path.ends_with(file.path.as_str()));
        let mut known = self.frames.iter().filter(|frame| of_test(frame) || bench.resolve(&frame.path).is_some());
        let is_python = test.files().iter().any(|file| file.path.extension() == "py");
        let innermost = if is_python { known.next_back() } else { known.next() };
        innermost.as_ref().is_some_and(of_test)
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
/// `reach`: what it runs, where that is known.
pub fn is_stated(
    bench: &Bench,
    test: &Patch,
    reach: Option<&Reach>,
    printed: &str,
    reported: &str,
) -> Result<(), String> {
    let source = source(test);
    asks_for_no_name(&source, reported)?;
    let is_own = |path: &str| bench.resolve(path).is_some_and(|path| !guard::is_test(&path));
    looks_at_what_runs(&source, reported, &is_own)?;
    let (errors, failure) = (text::errors(reported), Failure::of(bench, printed));
    let named = |names: &std::collections::BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(" or ");
    if let Some(reach) = reach {
        uses_what_is_reported(bench, reach, &failure, reported)?;
        asserts_on(&source, reach.used())?;
    }
    if failure.raised.iter().any(|name| errors.come.contains(name)) {
        return match (failure.through.is_empty(), failure.is_about(bench, reported)) {
            (true, _) => Err(format!("{} is raised, but not by the repository's code", named(&errors.come))),
            _ if failure.is_raised_in(bench, test) || is(&OWN_ERROR, &source) => {
                Err(format!("{} is made by the test, and not by the repository's code", named(&errors.come)))
            }
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
        Some(name) if failure.is_crash() && is(&CRASHES, reported) && !OF_THE_PLACE.contains(&name.as_str()) => {
            match failure.is_raised_in(bench, test) || is(&OWN_ERROR, &source) {
                true => Err(format!("{name} is made by the test, and not by the repository's code")),
                false => Ok(()),
            }
        }
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

/// It shows what the code does, and not what it says, what lies around it, or what the machine has.
fn looks_at_what_runs(source: &str, reported: &str, is_own: &dyn Fn(&str) -> bool) -> Result<(), String> {
    let mut paths = PATH.as_ref().into_iter().flat_map(|regex| regex.find_iter(source));
    if is(&OF_SOURCE, source) || is(&READS, source) && paths.any(|path| is_own(path.as_str())) {
        return Err("it looks at the source of the repository, and not at what the code does".to_owned());
    }
    let is_asked = reported.to_lowercase().contains("environment") || reported.contains("env var");
    if is(&SURROUNDINGS, source) && !is_asked {
        return Err("it depends on the environment, of which the report says nothing".to_owned());
    }
    Ok(())
}

/// It calls code that is there, and that the report is about.
fn uses_what_is_reported(bench: &Bench, reach: &Reach, failure: &Failure, reported: &str) -> Result<(), String> {
    if reach.used().is_empty() {
        return Err("it calls nothing of the repository's code".to_owned());
    }
    let reported = reported.to_lowercase();
    let is_said = |name: &String| name.len() > 2 && reported.contains(&name.to_lowercase());
    let suspects = suspects::of_text(bench);
    let is_about = suspects.is_empty()
        || reach.used().iter().any(is_said)
        || reach.files().any(|path| failure.through.contains(path) || suspects.iter().any(|it| it.path == *path));
    is_about.then_some(()).ok_or_else(|| "it calls other code than the report is about".to_owned())
}

static ASSERTION: Pattern = LazyLock::new(|| {
    Regex::new(r"^\s*(?:self\.)?(?:(?i:assert\w*)|expect|should|t\.(?:is|deepEqual|equal|same)|chai\.|require\.\w+|debug_assert\w*)\b").ok()
});
static ASSIGNED: Pattern = LazyLock::new(|| {
    Regex::new(r"^\s*(?:(?:const|let|var|final|auto|static|mut)\s+)*(?:[\w<>\[\]:&*]+\s+)?([\w.,\s()]+?)\s*(?::[^=]+)?:?=[^=>]").ok()
});
static IMPORTS: Pattern = LazyLock::new(|| {
    Regex::new(r"^\s*(?:import|from|use|package|#include)\b|\brequire\(|^\s*(?:const|let|var)\s.*\bimport\(").ok()
});
static WORD: Pattern = LazyLock::new(|| Regex::new(r"[A-Za-z_]\w*").ok());
static TEXT: Pattern = LazyLock::new(|| Regex::new(r#""[^"\n]*"|'[^'\n]*'|`[^`\n]*`"#).ok());
/// What every test is given by its runner.
const OF_THE_RUNNER: [&str; 6] = ["self", "this", "cls", "t", "T", "testing"];

/// Each of its assertions looks at something that came out of the code, or went through it.
fn asserts_on(source: &str, used: &std::collections::BTreeSet<String>) -> Result<(), String> {
    let words = |text: &str| -> Vec<String> {
        let text = TEXT.as_ref().map_or(text.into(), |regex| regex.replace_all(text, " "));
        let all = WORD.as_ref().into_iter().flat_map(|regex| regex.find_iter(&text));
        all.map(|it| it.as_str().to_owned()).filter(|word| !OF_THE_RUNNER.contains(&word.as_str())).collect()
    };
    let statements = statements(source);
    let imported: Vec<String> = statements.iter().filter(|it| is(&IMPORTS, it)).flat_map(|it| words(it)).collect();
    let mut known = used.clone();
    for statement in statements.iter().filter(|it| !is(&IMPORTS, it)) {
        let all = words(statement);
        let touches = all.iter().any(|word| known.contains(word));
        let head = statement.trim_start();
        let is_head = ["def ", "fn ", "func ", "function ", "async def "].iter().any(|it| head.starts_with(it));
        if is(&ASSERTION, statement) && !touches {
            let shown: String = head.chars().take(80).collect();
            return Err(format!("an assertion of it looks at nothing that came out of the code: {shown}"));
        }
        // What it is given, and what comes back; a module is neither.
        if touches || is_head {
            let assigned = ASSIGNED.as_ref().and_then(|regex| regex.captures(statement));
            let assigned = assigned.map(|found| words(&found[1])).unwrap_or_default();
            let given = if touches && is(&ASSERTION, statement) && !is_head { Vec::new() } else { all };
            known.extend(assigned.into_iter().chain(given).filter(|word| !imported.contains(word)));
        }
    }
    Ok(())
}

/// Lines with what belongs to them: until brackets close, and the line behind the head of a block.
fn statements(source: &str) -> Vec<String> {
    let (mut out, mut open, mut whole) = (Vec::new(), 0_i32, String::new());
    for line in source.lines().filter(|line| !line.trim().is_empty()) {
        whole += line;
        whole.push('\n');
        open += line.chars().map(|c| if "([".contains(c) { 1 } else { -i32::from(")]".contains(c)) }).sum::<i32>();
        let is_head = line.trim_end().ends_with([':', '{']);
        let asserts = is(&ASSERTION, whole.trim_start().trim_start_matches("with "));
        // A block stands for itself, but for one of which something is asserted.
        if is_head && !asserts || open <= 0 && !is_head {
            out.push(std::mem::take(&mut whole));
            open = 0;
        }
    }
    out.push(whole);
    out
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

    /// What the change alone would make true is no failure of the code.
    #[test]
    fn a_test_looks_at_what_the_code_does() {
        let reported = "The mean of an empty list should be 0.";
        let is_own = |path: &str| path == "shop/stats.py";
        for test in [
            "assertIn('if prices', inspect.getsource(mean))",
            "assertIn('if', open('shop/stats.py').read())",
            "assertEqual(mean.__doc__, 'mean of nothing is 0')",
            "assertEqual(os.environ.get('MENDED'), '0')",
            "expect(process.env.MENDED).toBe(0)",
            "assert!(include_str!(\"../src/stats.rs\").contains(\"0\"))",
        ] {
            assert!(looks_at_what_runs(test, reported, &is_own).is_err(), "{test}");
        }
        for test in ["assertEqual(mean([]), 0)", "path.write_text('1,2')\nassertEqual(load(open(path)), [1, 2])"] {
            assert!(looks_at_what_runs(test, reported, &is_own).is_ok(), "{test}");
        }
    }

    #[test]
    fn every_assertion_looks_at_what_came_out_of_the_code() {
        let used = ["mean", "Cart"].map(str::to_owned).into();
        for test in [
            "self.assertEqual(mean([]), 0)",
            "got = mean([])\nassert got == 0",
            "let got = mean(&[]);\nassert_eq!(got, 0);",
            "const got = mean([]);\nexpect(got).toBe(0);",
            "expect(() => mean([])).toThrow();",
            "cart = Cart()\ncart.add(1)\nself.assertEqual(cart.total, 0)",
            "with self.assertRaises(ValueError):\n    mean([])",
            "calls = []\nmean(calls)\nassert calls == [0]",
            "for x, want in CASES:\n    assert mean(x) == want",
            "def check(got, want):\n    assert got == want\n\ncheck(mean([]), 0)",
            "self.assertEqual(\n    mean([]),\n    0,\n)",
            "test('a', () => {\n  expect(mean([])).toBe(0);\n});",
            "test('a', () => {\n  expect(() => {\n    mean([]);\n  }).toThrow();\n});",
            "class A:\n    def test_a(self):\n        got = mean([])\n        self.assertEqual(got, 0)",
        ] {
            assert_eq!(asserts_on(test, &used), Ok(()), "{test}");
        }
        for test in [
            "import stats\nstats.mean([2])\nself.assertEqual(stats.FIXED, 0)",
            "from shop import stats\nassert stats.LIMIT == 0",
            "self.fail('the mean is wrong')\nassert 1 == 0",
            "const stats = require('./stats');\nstats.mean([1]);\nexpect(stats.fixed).toBe(0);",
            "import * as stats from './stats';\ntest('a', () => {\n  stats.mean([1]);\n  expect(stats.fixed).toBe(0);\n});",
            "from shop.stats import mean\n\nclass A:\n    def test_a(self):\n        self.assertEqual(len(['mean']), 0)",
            "func TestA(t *testing.T) {\n\tassert.Equal(t, 1, 0)\n}",
        ] {
            assert!(asserts_on(test, &used).is_err(), "{test}");
        }
    }

    #[test]
    fn an_assertion_needs_a_value_of_the_report() {
        assert!(compares("assertEqual(mean([]), 0)", "it should be zero").is_ok());
        assert!(compares("assertEqual(mean([]), 7)", "it should be zero").is_err());
        assert!(compares("assertTrue(False)", "the mean is wrong").is_err());
    }
}
