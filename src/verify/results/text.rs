//! Results from what runners print for people, for want of a report. Each form is distinctive enough that a
//! log with several runners in it reads right.

use super::Status::{Failed, Passed, Skipped};
use super::{Status, TestResults};

type Found = Option<(String, Status)>;

const READERS: &[fn(&str) -> Found] =
    &[libtest, nextest, go, pytest, unittest, unittest_summary, tap, ctest, jest_file];

pub fn read(text: &str) -> TestResults {
    let (mut results, mut previous) = (TestResults::default(), "");
    // What a test prints comes between its name and its verdict.
    let mut open: Option<String> = None;
    for line in text.lines().map(str::trim_end) {
        let found = READERS.iter().find_map(|reader| reader(line)).or_else(|| unittest_described(previous, line));
        let found = found.or_else(|| Some((open.clone()?, verdict(line)?)));
        if let Some((name, status)) = found {
            results.add(name, status);
            open = None;
        } else if let Some(name) = begun(previous, line) {
            open = Some(name);
        } else if line.starts_with("=====") || line.starts_with("Ran ") || line.starts_with("failures:") {
            open = None;
        }
        previous = line;
    }
    results
}

/// `test_a (module.Class.test_a) ... what it prints`, `test a::b ... what it prints`.
fn begun(previous: &str, line: &str) -> Option<String> {
    let (name, _) = line.split_once(" ... ").or_else(|| Some((line.strip_suffix(" ...")?, "")))?;
    let libtest = name.strip_prefix("test ").filter(|name| !name.contains(' '));
    libtest.map(str::to_owned).or_else(|| unittest_name(name)).or_else(|| unittest_name(previous))
}

/// A line that is nothing but the end of a test.
fn verdict(line: &str) -> Option<Status> {
    match line {
        "ok" => Some(Passed),
        "FAIL" | "ERROR" | "FAILED" => Some(Failed),
        "ignored" | "expected failure" => Some(Skipped),
        _ => line.starts_with("skipped '").then_some(Skipped),
    }
}

/// `test module::name ... ok`
fn libtest(line: &str) -> Found {
    let (name, ending) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let name = name.strip_suffix(" - should panic").unwrap_or(name);
    let status = match ending.split([' ', ',', '<']).next()? {
        "ok" => Passed,
        "FAILED" => Failed,
        "ignored" => Skipped,
        _ => return None,
    };
    Some((name.to_owned(), status))
}

/// `        PASS [   0.005s] crate::binary module::name`
fn nextest(line: &str) -> Found {
    let (word, rest) = line.trim_start().split_once(" [")?;
    let status = match word {
        "PASS" => Passed,
        "FAIL" | "TIMEOUT" | "SIGABRT" | "SIGSEGV" => Failed,
        "SKIP" => Skipped,
        _ => return None,
    };
    let (_, name) = rest.split_once("] ")?;
    Some((name.split(' ').next_back()?.to_owned(), status))
}

/// `    --- PASS: TestName/case (0.00s)`
fn go(line: &str) -> Found {
    let (word, rest) = line.trim_start().strip_prefix("--- ")?.split_once(": ")?;
    let status = match word {
        "PASS" => Passed,
        "FAIL" => Failed,
        "SKIP" => Skipped,
        _ => return None,
    };
    Some((rest.split(" (").next()?.to_owned(), status))
}

/// `tests/test_a.py::test_b PASSED [ 50%]` and `FAILED tests/test_a.py::test_b - why`
fn pytest(line: &str) -> Found {
    let line = line.find("] ").filter(|_| line.starts_with("[gw")).map_or(line, |at| line[at + 2..].trim_start());
    let line = if line.starts_with('[') { line.split_once("] ")?.1 } else { line };
    let file = line.find(".py")?;
    if let Some((status, name)) = line.split_once(' ').and_then(|(word, name)| Some((pytest_word(word)?, name))) {
        let name = name.trim_start().split(" - ").next()?;
        return name.contains(".py").then(|| (name.to_owned(), status));
    }
    let words = line.trim_end_matches(|c: char| "[]% ".contains(c) || c.is_ascii_digit());
    let (name, word) = words.trim_end().rsplit_once(' ')?;
    let plain = line[file..].starts_with(".py::") && !line[..file].contains(' ');
    plain.then_some((name.trim_end().to_owned(), pytest_word(word)?))
}

fn pytest_word(word: &str) -> Option<Status> {
    match word {
        "PASSED" | "XPASS" => Some(Passed),
        "FAILED" | "ERROR" => Some(Failed),
        "SKIPPED" | "XFAIL" => Some(Skipped),
        _ => None,
    }
}

/// `test_a (module.Class.test_a) ... ok`
fn unittest(line: &str) -> Found {
    let (test, ending) = line.rsplit_once(" ... ")?;
    Some((unittest_name(test)?, unittest_word(ending)?))
}

/// A test with a description: its name, then `The description ... ok` on the next line.
fn unittest_described(previous: &str, line: &str) -> Found {
    let (_, ending) = line.rsplit_once(" ... ")?;
    Some((unittest_name(previous)?, unittest_word(ending)?))
}

/// `FAIL: test_a (module.Class.test_a)`
fn unittest_summary(line: &str) -> Found {
    let test = line.strip_prefix("FAIL: ").or_else(|| line.strip_prefix("ERROR: "))?;
    Some((unittest_name(test)?, Failed))
}

fn unittest_name(test: &str) -> Option<String> {
    let (name, rest) = test.split_once(" (")?;
    let (place, _) = rest.split_once(')')?;
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    if !is_name(name) || !is_name(place) || !place.contains('.') {
        return None;
    }
    let whole = place.rsplit('.').next() == Some(name);
    Some(if whole { place.to_owned() } else { format!("{place}.{name}") })
}

fn unittest_word(ending: &str) -> Option<Status> {
    match ending.split(' ').next()? {
        "ok" => Some(Passed),
        "FAIL" | "ERROR" => Some(Failed),
        "skipped" | "expected" => Some(Skipped),
        _ => None,
    }
}

/// `not ok 3 - name # SKIP why`
fn tap(line: &str) -> Found {
    let line = line.trim_start();
    let (passed, rest) = match line.strip_prefix("not ok ") {
        Some(rest) => (Failed, rest),
        None => (Passed, line.strip_prefix("ok ")?),
    };
    let (number, name) = rest.split_once(' ')?;
    number.parse::<u32>().ok()?;
    let name = name.strip_prefix("- ").unwrap_or(name);
    let (name, directive) = name.split_once(" # ").unwrap_or((name, ""));
    let directive = directive.to_ascii_uppercase();
    let skipped = directive.starts_with("SKIP") || directive.starts_with("TODO");
    Some((name.trim().to_owned(), if skipped { Skipped } else { passed }))
}

/// ` 1/10 Test  #1: name .............   Passed    0.01 sec`
fn ctest(line: &str) -> Found {
    let (count, rest) = line.split_once(" Test ")?;
    count.trim_start().split_once('/')?.0.parse::<u32>().ok()?;
    let (_, rest) = rest.trim_start().strip_prefix('#')?.split_once(": ")?;
    let (name, ending) = rest.split_once(' ')?;
    let ending = ending.trim_start_matches(['.', ' ']);
    let status = match ending.trim_start_matches('*').split_whitespace().next()? {
        "Passed" => Passed,
        "Skipped" | "Not" => Skipped,
        _ => Failed,
    };
    Some((name.to_owned(), status))
}

/// `FAIL src/a.test.ts (5 s)`: whole files, as jest and vitest show them.
fn jest_file(line: &str) -> Found {
    let (word, rest) = line.trim_start().split_once(' ')?;
    let status = match word {
        "PASS" => Passed,
        "FAIL" => Failed,
        _ => return None,
    };
    let path = rest.split_whitespace().next()?;
    let extension = path.rsplit('.').next()?;
    let known = matches!(extension, "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts");
    known.then(|| (path.to_owned(), status))
}

/// Mocha's tree: titles by indentation, `✓` or a number before each test.
pub fn tree(text: &str) -> TestResults {
    let (mut results, mut above) = (TestResults::default(), Vec::<(usize, &str)>::new());
    for line in text.lines() {
        let title = line.trim();
        if is_total(title) {
            break;
        }
        let indent = line.len() - line.trim_start().len();
        above.retain(|(outer, _)| *outer < indent);
        match tree_mark(title) {
            Some((name, status)) => {
                let name = above.iter().fold(String::new(), |path, (_, title)| path + title + " > ") + name;
                results.add(name, status);
            }
            None if !title.is_empty() => above.push((indent, title)),
            None => {}
        }
    }
    results
}

fn is_total(title: &str) -> bool {
    title.split_once(' ').is_some_and(|(count, rest)| count.parse::<u32>().is_ok() && rest.starts_with("passing"))
}

fn tree_mark(title: &str) -> Option<(&str, Status)> {
    let (mark, name) = title.split_once(' ')?;
    let status = match mark {
        "✓" | "✔" | "√" => Passed,
        "-" => Skipped,
        _ if mark.strip_suffix(')').is_some_and(|n| n.parse::<u32>().is_ok()) => Failed,
        _ => return None,
    };
    let timed = name.strip_suffix("ms)").and_then(|name| name.rsplit_once(" ("));
    Some((timed.map_or(name, |(name, _)| name), status))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(results: TestResults) -> String {
        let join = |names: std::collections::BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(",");
        format!("{} | {} | {}", join(results.passed), join(results.failed), join(results.skipped))
    }

    #[test]
    fn what_runners_print() {
        for (log, expected) in [
            (
                "running 3 tests\ntest a::b ... ok\ntest a::c - should panic ... FAILED\ntest d ... ignored, why\n\
                 test result: FAILED. 1 passed",
                "a::b | a::c | d",
            ),
            ("test src/lib.rs - f (line 3) ... ok", "src/lib.rs - f (line 3) |  | "),
            ("        PASS [   0.005s] one::it a::b\n        FAIL [   0.1s] (2/2) one c", "a::b | c | "),
            (
                "=== RUN   TestA\n--- FAIL: TestA (0.00s)\n    --- PASS: TestA/x (0.00s)\n--- SKIP: TestB (0.00s)",
                "TestA/x | TestA | TestB",
            ),
            (
                "test_a (t.T.test_a) ... /t/t.py:4: ResourceWarning: unclosed file <x>\n  n = 1\nFAIL\ntest_b (t.T.test_b)\n\
                 It works ... a warning\nok\ntest_c (t.T.test_c) ... ok\n\n=====\nFAIL: test_a (t.T.test_a)\nok",
                "t.T.test_b,t.T.test_c | t.T.test_a | ",
            ),
            ("test a::b ... hello\nok\ntest c ... ok\n", "a::b,c |  | "),
            (
                "t/test_a.py::T::test_b PASSED   [ 50%]\nt/test_a.py::test_c[a b] FAILED [100%]",
                "t/test_a.py::T::test_b | t/test_a.py::test_c[a b] | ",
            ),
            (
                "PASSED t/test_a.py::test_b\nFAILED t/test_a.py::test_c - assert 1 == 2\nERROR t/test_d.py",
                "t/test_a.py::test_b | t/test_a.py::test_c,t/test_d.py | ",
            ),
            ("[gw0] [ 50%] PASSED t/test_a.py::test_b ", "t/test_a.py::test_b |  | "),
            (
                "test_a (m.T.test_a) ... ok\ntest_b (m.T)\nDoes it. ... FAIL\ntest_s (m.T.test_s) ... skipped 'no'",
                "m.T.test_a | m.T.test_b | m.T.test_s",
            ),
            ("ERROR: setUpClass (m.T)\nFAIL: test_a (m.T.test_a) (i=1)", " | m.T.setUpClass,m.T.test_a | "),
            (
                "TAP version 13\nok 1 - one\n    not ok 2 - two # time=3ms\nok 3 - three # SKIP no\nok then",
                "one | two | three",
            ),
            (
                " 1/3 Test  #1: good ...........   Passed    0.01 sec\n 2/3 Test #2: bad ....***Failed    0.0 sec\n\
                 3/3 Test #3: x ...***Skipped",
                "good | bad | x",
            ),
            ("PASS src/a.test.ts (5.1 s)\n FAIL  src/b.test.js > suite > it", "src/a.test.ts | src/b.test.js | "),
            ("PASS\nok   example.com/m 0.1s\ntest this ... please", " |  | "),
        ] {
            assert_eq!(told(read(log)), expected, "{log}");
        }
    }

    #[test]
    fn mocha_tree() {
        let log = "\n  Array\n    #indexOf\n      ✓ finds (12ms)\n      1) misses\n      - later\n    ✔ is\n\n  \
                   2 passing (5ms)\n  1 failing\n\n  1) Array\n       misses:\n";
        let expected = "Array > #indexOf > finds,Array > is | Array > #indexOf > misses | Array > #indexOf > later";
        assert_eq!(told(tree(log)), expected);
    }
}
