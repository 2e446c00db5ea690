//! Lines by which a test is still there and no longer asks anything: hooks that choose what runs, conditions
//! that do not hold, assertions that nobody hears, names taken away.

use super::files::Language::{C, Elixir, Go, JavaScript, Jvm, Python, Ruby, Rust};
use crate::guard::change::FileChange;
use crate::guard::signs::{Place, Sign, Table, error, warning};
use crate::record::Finding;
use std::sync::LazyLock;

const COLLECTION: &str = "tests/collection";
const SKIPPED: &str = "tests/skipped";
const SWALLOWED: &str = "tests/swallowed";
const SUBJECT: &str = "tests/subject";
const VACUOUS: &str = "tests/vacuous";
const SOMETIMES: &str = "tests only where a variable is set";

const SIGNS: &[Sign] = &[
    error(
        COLLECTION,
        &[Python],
        Place::Anywhere,
        "decides which tests are run or how the run ends",
        &["def pytest_"],
        r"\bdef\s+pytest_(?:collect\w*|ignore_collect|deselected|itemcollected|pycollect_\w+|pyfunc_call|runtest\w*|make_collect_report|report_\w*status|sessionfinish|unconfigure|cmdline_\w+|exception_interact)\s*\(",
    ),
    error(
        COLLECTION,
        &[Python],
        Place::Tests,
        "decides which tests are run or how the run ends",
        &["items", "exitstatus", "testsfailed", "outcome", "force_result", "load_tests"],
        r"\bitems\s*\[\s*:\s*\]\s*=|\.(?:exitstatus|testsfailed)\s*=[^=]|\.outcome\s*=\s*['\x22]passed|\bforce_result\s*\(|^def\s+load_tests\s*\(",
    ),
    error(
        SKIPPED,
        &[Python],
        Place::Anywhere,
        "leaves an example of the documentation out",
        &["doctest:"],
        r"#\s*doctest:\s*\+(?:SKIP|IGNORE_EXCEPTION_DETAIL|ELLIPSIS)\b",
    ),
    error(
        SKIPPED,
        &[Python, JavaScript, Rust, Jvm],
        Place::Tests,
        "tries a property with less than before",
        &["assume", "max_examples", "fc.pre(", "numruns", "with_cases"],
        r"^\s*(?:hypothesis\.)?assume\(|\bmax_examples\s*=\s*\d{1,2}\b|\bfc\.pre\(|\bnumRuns\s*:\s*\d{1,2}\b|\bprop_assume!\(|\bwith_cases\(\s*\d{1,2}\s*\)",
    ),
    error(
        SWALLOWED,
        &[Jvm],
        Place::Tests,
        "hears no failed assertion",
        &["expectedexceptions"],
        r"\bexpectedExceptions\s*=\s*\{?[^)]*\b(?:Throwable|Error|AssertionError)\.class",
    ),
    error(SKIPPED, &[JavaScript], Place::Tests, "tests for no case at all", &[".each("], r"\.each\(\s*\[\s*\]\s*\)"),
    error(
        VACUOUS,
        &[JavaScript],
        Place::Tests,
        "gives assertions a meaning of its own",
        &["expect", "assert"],
        r"^\s*(?:const|let|var)\s+(?:expect|assert)\s*=\s*(?:async\s*)?(?:\(|function\b|\w+\s*=>|\{|new\s+Proxy)|^\s*function\s+(?:expect|assert)\s*\(",
    ),
    error(
        VACUOUS,
        &[JavaScript],
        Place::Anywhere,
        "gives assertions a meaning of its own",
        &["expect.extend"],
        r"(?s)\bexpect\.extend\(\s*\{.{0,400}?\b(?:to[A-Z]\w*)\s*(?:\(|:).{0,400}?\bpass:\s*true\b",
    ),
    error(
        SKIPPED,
        &[Python],
        Place::Anywhere,
        "skips a test",
        &["getattr"],
        r"\bgetattr\(\s*(?:pytest(?:\.mark)?|unittest)\s*,",
    ),
    error(
        SKIPPED,
        &[Python],
        Place::Tests,
        "never runs",
        &["while", "for ", "if none", "if ()", "if []", "if ''", "if \"\""],
        r"^\s*(?:while\s+(?:False|0|not\s+True|None)|if\s+(?:None|\(\)|\[\]|''|\x22\x22)|for\s+[\w, ]+\s+in\s+(?:\[\]|\(\)|\{\}|range\(\s*0\s*\)|''|\x22\x22))\s*:",
    ),
    error(
        SKIPPED,
        &[Python],
        Place::Tests,
        "always leaves",
        &["if true", "if 1", "if not false"],
        r"(?sm)^[ \t]*if\s+(?:True|1|not\s+False)\s*:\s*(?:return\b|raise\s+SystemExit)",
    ),
    error(
        SKIPPED,
        &[JavaScript, Go, Rust, Jvm],
        Place::Tests,
        "always leaves",
        &["if (true", "if(true", "if true", "if (1", "if(1"],
        r"(?sm)\bif\s*\(?\s*(?:true|1)\s*\)?\s*\{?\s*return\b",
    ),
    error(
        SKIPPED,
        &[Python],
        Place::Tests,
        "takes a test away",
        &["del ", "delattr", "test_"],
        r"^del\s+[tT]est\w*|^\s*del\s+[A-Z]\w*\.test\w*|\bdelattr\([^,]+,\s*['\x22]test|^(?:[A-Z]\w*\.)?test_\w+\s*=\s*(?:None|False|0|lambda\b)",
    ),
    error(
        SKIPPED,
        &[Python],
        Place::Tests,
        SOMETIMES,
        &["environ", "getenv"],
        r"(?sm)^[ \t]*(?:if|elif|while)\b[^\n]*\b(?:environ\.get|getenv)\b|^[ \t]*(?:if|elif|while)\b[^\n]*\benviron\b[^\n]*:[^\n]*\n\s*(?:assert|self\.assert|return|pass\b|with|for)\b",
    ),
    error(
        SKIPPED,
        &[JavaScript],
        Place::Tests,
        SOMETIMES,
        &["process.env"],
        r"\b(?:if|while)\s*\([^\n]*\bprocess\.env\b|\bprocess\.env\.?\w*[^\n]*(?:&&|\?)\s*(?:it|test|describe)\b",
    ),
    error(
        SKIPPED,
        &[Go],
        Place::Tests,
        SOMETIMES,
        &["os.getenv", "os.lookupenv", "testing.short"],
        r#"\btesting\.Short\(\)|\bif\s+!?os\.Getenv\([^)]*\)\s*[!=]=\s*"|\bif\s+_,\s*\w+\s*:=\s*os\.LookupEnv\("#,
    ),
    error(
        SKIPPED,
        &[Rust],
        Place::Tests,
        SOMETIMES,
        &["env::var", "option_env!"],
        r"\bif\b[^\n]*(?:\benv::var|\boption_env!)",
    ),
    error(
        SKIPPED,
        &[Jvm],
        Place::Tests,
        SOMETIMES,
        &["system.getenv", "system.getproperty", "boolean.getboolean"],
        r"\bif\s*\([^\n]*\b(?:System\.get(?:env|Property)|Boolean\.getBoolean)\(",
    ),
    error(SKIPPED, &[Ruby], Place::Tests, SOMETIMES, &["env"], r"\b(?:if|unless)\b[^\n]*\bENV(?:\[|\.)"),
    warning(
        SKIPPED,
        &[Jvm],
        Place::Tests,
        "a tag by which a run may leave the test out",
        &["@tag", "@category", "tag(", "category("],
        r"@(?:\w+\.)*(?:Tag|Category)\s*\(",
    ),
    error(
        SWALLOWED,
        &[Python],
        Place::Tests,
        "hears no failed assertion",
        &["suppress(", "except", "raises("],
        r"(?s)\bsuppress\([^)\n]*\b(?:AssertionError|(?:Base)?Exception)\b|\bexcept\b[^:\n]*\b(?:AssertionError|Failed)\b[^:\n]*:[ \t]*(?:#[^\n]*)?\s*(?:pass\b|\.\.\.|continue\b|return\b|(?:print|warn\w*|log\w*(?:\.\w+)*|\w+[ \t]*=)[ \t(])|\b(?:assertR|r)aises\(\s*AssertionError\b[^\n]*\n\s*(?:assert\b|self\.assert)",
    ),
    error(
        SWALLOWED,
        &[Jvm, C],
        Place::Tests,
        "hears no failed assertion",
        &["catch", "runcatching", "assertionerror", "expected"],
        r"\bcatch\s*\(\s*(?:final\s+)?(?:\w+\s*:\s*)?(?:[\w.\\]+\s*\|\s*)*(?:[\w.\\]*[.\\])?(?:Throwable|Error|AssertionError|AssertionFailed(?:Error|Exception)|AssertionException|AssertFailedException|XunitException)\b|\brunCatching\s*\{[^}]*\bassert|@Test\s*\([^)]*expected\s*=\s*(?:\w+\.)*(?:Throwable|Error|AssertionError)\b",
    ),
    error(
        SWALLOWED,
        &[Python],
        Place::Tests,
        "tells of a failure and lets the test pass",
        &["except"],
        r"(?s)\bexcept(?:[ \t]+\(?(?:Base)?Exception\)?(?:[ \t]+as[ \t]+\w+)?)?[ \t]*:\s*(?:print|log\w*(?:\.\w+)*|warnings\.warn)\([^\n]*\)[ \t]*(?:\s*\z|\n\s*\n|\n\s*(?:def|class|@|assert|self\.assert))",
    ),
    error(
        SWALLOWED,
        &[JavaScript],
        Place::Tests,
        "tells of a failure and lets the test pass",
        &["catch"],
        r"(?s)\bcatch\s*(?:\([^)]*\)\s*)?\{\s*(?:console\.\w+\([^\n]*\);?\s*)+\}",
    ),
    error(
        SWALLOWED,
        &[Python, JavaScript, Jvm, C, Ruby, Elixir],
        Place::Anywhere,
        "lets a failing test try again",
        &["retr", "flaky", "reruns"],
        r"\bjest\.retryTimes\(|\bthis\.retries\(|@(?:\w+\.)*flaky\b|@RetryingTest\b|\[Retry\s*\(|\b(?:test|it|describe)\([^\n]*\bretry:\s*[1-9]|[\s'\x22=]--reruns[= ]",
    ),
    error(
        SWALLOWED,
        &[Go],
        Place::Tests,
        "asserts in a goroutine that the test does not wait for",
        &["go func"],
        r"(?s)\bgo\s+func\([^)]*\)\s*\{\s*(?:if\b[^\n]*\{\s*)?(?:t\.(?:Error|Fatal|Fail)\w*|(?:assert|require)\.\w+)\(",
    ),
    error(
        SUBJECT,
        &[Python],
        Place::Tests,
        "a fixture that replaces code in every test",
        &["autouse"],
        r"(?s)\bautouse\s*=\s*True[^\n]*\n\s*(?:async\s+)?def\s+\w+\([^)]*\)[^\n]*:(?:\n[ \t]+[^\n]*){0,5}?\n[ \t]+[^\n]*\b(?:setattr|patch(?:\.object)?)\(",
    ),
    error(
        VACUOUS,
        &[Rust, Jvm],
        Place::Tests,
        "an assertion that nobody runs, or of another meaning",
        &["assert"],
        r"^\s*(?:final\s+)?\w+(?:<[^>]*>)?\s+\w+\s*=\s*\(\w*\)\s*->\s*\{?\s*(?:\w+\.)?assert|\bmacro_rules!\s*(?:debug_)?assert\w*",
    ),
    error(
        SWALLOWED,
        &[Rust],
        Place::Tests,
        "hears no failed assertion",
        &["catch_unwind", "spawn("],
        r"\b_\w*\s*=\s*(?:\w+::)*spawn\(.*\bassert|(?:\b_\w*\s*=|\bdrop\()\s*(?:\w+::)*catch_unwind\b|\bcatch_unwind\b.*\bassert|\bcatch_unwind\b.*\.ok\(\)",
    ),
    error(
        VACUOUS,
        &[JavaScript],
        Place::Tests,
        "an assertion that nobody waits for",
        &[".resolves", ".rejects"],
        r"^\s*expect\(.*\)\.(?:resolves|rejects)\b",
    ),
];

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(SIGNS, |_| false));

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    TABLE.check(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        crate::guard::signs::assert_compile(SIGNS);
    }
}
