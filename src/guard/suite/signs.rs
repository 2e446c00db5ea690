//! Lines that switch a test or a check off, wherever they are added. One table; a line that only moved
//! or was only reworded does not count.

use super::files::{Language, is_test_line, language};
use crate::guard::at_line;
use crate::guard::change::{FileChange, tokens};
use crate::mask::finder::{Finder, Rule};
use crate::record::{Finding, Severity};
use Language::{C, Go, JavaScript, Jvm, Other, Python, Ruby, Rust, Shell};
use std::collections::BTreeSet;
use std::sync::LazyLock;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    Tests,
    Program,
}

struct Sign {
    rule: &'static str,
    severity: Severity,
    languages: &'static [Language],
    place: Place,
    what: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
}

const fn error(
    rule: &'static str,
    languages: &'static [Language],
    place: Place,
    what: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
) -> Sign {
    Sign { rule, severity: Severity::Error, languages, place, what, keywords, pattern }
}

const fn warning(
    rule: &'static str,
    languages: &'static [Language],
    place: Place,
    what: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
) -> Sign {
    Sign { rule, severity: Severity::Warning, languages, place, what, keywords, pattern }
}

const SKIPPED: &str = "tests/skipped";
const SUPPRESSED: &str = "tests/suppressed";
const SWALLOWED: &str = "tests/swallowed";
const VACUOUS: &str = "tests/vacuous";
const SPECIAL: &str = "tests/special-case";
const EXIT: &str = "tests/exit";

const SIGNS: &[Sign] = &[
    // Tests that no longer run
    error(
        SKIPPED,
        &[Python],
        Place::Anywhere,
        "skips a test",
        &["skip", "xfail", "expectedfailure", "importorskip"],
        r"@(?:\w+\.)*(?:skip\w*|xfail|expectedFailure)\b|\bpytest\.(?:skip|xfail|importorskip|mark\.(?:skip|skipif|xfail))\b|\.skipTest\(|\bSkipTest\b|\bmarks\s*=.*\b(?:skip|xfail)",
    ),
    error(
        SKIPPED,
        &[Python],
        Place::Anywhere,
        "keeps tests from being collected",
        &["collect_ignore", "__test__"],
        r"\bcollect_ignore(?:_glob)?\b|\b__test__\s*=\s*False",
    ),
    error(
        SKIPPED,
        &[JavaScript],
        Place::Anywhere,
        "skips tests",
        &[
            "skip",
            "todo",
            "fixme",
            "only",
            "fail",
            "xit",
            "xtest",
            "xdescribe",
            "xcontext",
            "fit",
            "fdescribe",
            "runif",
        ],
        r"\b(?:it|test|describe|context|suite|specify|bench)(?:\.\w+)*\.(?:skip|todo|fixme|only|fails|failing|skipIf|runIf)\b|\b(?:xit|xtest|xdescribe|xcontext|xspecify|fit|fdescribe|ftest|fcontext)\s*(?:\.\w+)*\(|\bthis\.skip\(|\bt\.(?:skip|todo)\(|\{\s*(?:skip|todo|only)\s*:\s*(?:true|['\x22])",
    ),
    error(
        SKIPPED,
        &[Rust],
        Place::Anywhere,
        "ignores a test",
        &["ignore", "should_panic", "no_run", "compile_fail"],
        r"#\[\s*(?:ignore\b|should_panic\b|cfg_attr\([^\]]*\bignore\b)|^\s*//[/!]\s*```.*\b(?:ignore|no_run|compile_fail|should_panic)\b",
    ),
    error(
        SKIPPED,
        &[Rust],
        Place::Tests,
        "compiles tests only sometimes",
        &["#[cfg("],
        r"#!?\[cfg\((?:not\(|any\(\)|all\(|feature|target|FALSE|false)",
    ),
    error(
        SKIPPED,
        &[Go],
        Place::Anywhere,
        "skips a test",
        &["skip", "go:build ignore", "+build ignore"],
        r"\b\w+\.Skip(?:Now|f)?\(|^//\s*(?:go:build|\+build)\s+ignore\b",
    ),
    error(
        SKIPPED,
        &[Jvm],
        Place::Anywhere,
        "disables a test",
        &["@disabled", "@ignore", "assum", "enabled", "@enabled"],
        r"@(?:\w+\.)*(?:Disabled\w*|Ignore\w*|Enabled(?:On|If)\w*)\b|\bassume(?:True|False|That|NoException)\s*\(|@Test\s*\([^)]*enabled\s*=\s*false",
    ),
    error(
        SKIPPED,
        &[C],
        Place::Anywhere,
        "skips a test",
        &["skip", "disabled_", "ignore"],
        r"\bGTEST_SKIP\b|\bDISABLED_\w+|\bmarkTest(?:Skipped|Incomplete)\b|\[Ignore\b|\[(?:Fact|Theory)\s*\([^)]*\bSkip\b|\bXCTSkip",
    ),
    error(
        SKIPPED,
        &[Ruby],
        Place::Tests,
        "skips a test",
        &["skip", "pending", "xit", "xdescribe", "xcontext"],
        r"^\s*(?:skip|pending|xit|xdescribe|xcontext|xspecify)\b|,\s*(?:skip|pending):",
    ),
    // Checks that no longer speak
    error(
        SUPPRESSED,
        &[Python],
        Place::Anywhere,
        "silences a check",
        &["ignore", "noqa", "pylint", "nosec", "no cover", "no_type_check", "fmt:"],
        r"#\s*(?:type:\s*ignore|(?:ruff|flake8):\s*noqa|noqa\b|pylint:\s*(?:disable|skip-file)|pyright:\s*(?:ignore|basic)|mypy:\s*(?:ignore|disable|allow)|ty:\s*ignore|nosec\b|pragma:\s*no cover|fmt:\s*(?:off|skip))|@(?:typing\.)?no_type_check\b|\b(?:simplefilter|filterwarnings)\(\s*['\x22]ignore",
    ),
    error(
        SUPPRESSED,
        &[JavaScript],
        Place::Anywhere,
        "silences a check",
        &[
            "eslint-",
            "oxlint-",
            "@ts-",
            "tslint:",
            "prettier-ignore",
            "istanbul",
            "c8 ",
            "v8 ",
            "biome-ignore",
            "@flow",
        ],
        r"(?:eslint|oxlint)-disable|/\*\s*eslint\s+\S|@ts-(?:ignore|expect-error|nocheck)|tslint:\s*disable|prettier-ignore|\b(?:istanbul|c8|v8)\s+ignore|biome-ignore",
    ),
    warning(
        SUPPRESSED,
        &[JavaScript],
        Place::Anywhere,
        "casts a type away",
        &["as any", "as unknown", "as never", ": any"],
        r"\bas\s+(?:any|unknown|never)\b|:\s*any\b",
    ),
    error(
        SUPPRESSED,
        &[Rust],
        Place::Anywhere,
        "silences a lint",
        &["allow(", "expect(", "rustfmt::skip", "rustfmt_skip"],
        r"#!?\[\s*(?:allow\s*\(|expect\s*\(|cfg_attr\([^\]]*\b(?:allow|expect)\s*\(|rustfmt::skip|rustfmt_skip)",
    ),
    error(
        SUPPRESSED,
        &[Go],
        Place::Anywhere,
        "silences a check",
        &["nolint", "lint:", "#nosec"],
        r"//\s*nolint\b|//\s*lint:(?:file-)?ignore|#nosec\b",
    ),
    error(
        SUPPRESSED,
        &[Jvm],
        Place::Anywhere,
        "silences a check",
        &["suppress", "nosonar", "checkstyle:off", "nopmd"],
        r"@(?:\w+[.:])*Suppress\w*\b|\bNOSONAR\b|CHECKSTYLE:\s*OFF|\bNOPMD\b",
    ),
    error(
        SUPPRESSED,
        &[C],
        Place::Anywhere,
        "silences a check",
        &[
            "ignored",
            "nolint",
            "#pragma warning",
            "phpstan-ignore",
            "psalm-suppress",
            "swiftlint:",
            "suppressmessage",
            "nosonar",
        ],
        r"#\s*pragma\s+(?:GCC|clang)\s+diagnostic\s+ignored|\bNOLINT|#\s*pragma\s+warning\s*\(?\s*disable|@phpstan-ignore|@psalm-suppress|swiftlint:\s*disable|\bSuppressMessage\b|\bNOSONAR\b",
    ),
    error(
        SUPPRESSED,
        &[Ruby, Shell, Other],
        Place::Anywhere,
        "silences a check",
        &[
            "rubocop:",
            "shellcheck",
            "hadolint",
            "markdownlint-disable",
            "yamllint",
            "checkov:",
            "tfsec:",
            "stylelint-disable",
        ],
        r"\brubocop:\s*(?:disable|todo)|\bshellcheck\s+disable|\bhadolint\s+ignore|markdownlint-disable|yamllint\s+disable|checkov:skip|tfsec:ignore|stylelint-disable",
    ),
    // Failures that nobody hears of
    error(
        SWALLOWED,
        &[Python],
        Place::Anywhere,
        "swallows every failure",
        &["except", "suppress("],
        r"(?s)\bexcept(?:[ \t]+\(?(?:Base)?Exception\)?(?:[ \t]+as[ \t]+\w+)?)?[ \t]*:[ \t]*(?:#[^\n]*)?\s*(?:pass|\.\.\.|continue)[ \t]*(?:#[^\n]*)?(?:\n|\z)|\bsuppress\(\s*(?:Base)?Exception\s*\)",
    ),
    warning(
        SWALLOWED,
        &[Python],
        Place::Anywhere,
        "catches every failure",
        &["except"],
        r"\bexcept\s*(?:\(?\s*(?:Base)?Exception\b[^:]*)?:",
    ),
    error(
        SWALLOWED,
        &[JavaScript, Jvm, C],
        Place::Anywhere,
        "swallows a failure",
        &["catch"],
        r"(?s)\bcatch\s*(?:\([^)]*\)\s*)?\{\s*(?:(?://[^\n]*|/\*.*?\*/)\s*)*\}|\.catch\(\s*(?:\(\s*\w*\s*\)|\w+)\s*=>\s*(?:\{\s*\}|null|undefined|void 0)\s*\)",
    ),
    warning(
        SWALLOWED,
        &[Jvm, C],
        Place::Anywhere,
        "catches every failure",
        &["catch"],
        r"\bcatch\s*\(\s*(?:final\s+|const\s+)?(?:(?:java\.lang\.)?(?:Exception|Throwable|RuntimeException)\b|\.\.\.)",
    ),
    error(
        SWALLOWED,
        &[Go],
        Place::Anywhere,
        "swallows a failure",
        &["err != nil", "recover()"],
        r"(?s)\bif\s+(?:[^\n{]*;\s*)?err\s*!=\s*nil\s*\{\s*(?://[^\n]*\s*)*\}|\bdefer\s+func\(\)\s*\{\s*(?:_\s*=\s*)?recover\(\)\s*;?\s*\}",
    ),
    warning(SWALLOWED, &[Rust], Place::Anywhere, "catches a panic", &["catch_unwind"], r"\bcatch_unwind\b"),
    error(
        SWALLOWED,
        &[Shell],
        Place::Anywhere,
        "hides a command's failure",
        &["|| true", "|| :", "set +e", "|| exit 0"],
        r"\|\|\s*(?:true|:|exit\s+0)(?:\s|;|$)|\bset\s+\+e\b",
    ),
    // Assertions that cannot fail
    error(
        VACUOUS,
        &[Python],
        Place::Anywhere,
        "asserts nothing",
        &["assert"],
        r"\bassert\s*\(?\s*(?:True|1|not\s+False)\s*\)?\s*(?:,|#|$)|\bassert\b.*\bor\s+(?:True|1)\b|\.assertTrue\(\s*True\b|\.assertFalse\(\s*False\b|\.assertEqual\(\s*(?:True\s*,\s*True|1\s*,\s*1)\s*\)",
    ),
    error(
        VACUOUS,
        &[JavaScript],
        Place::Anywhere,
        "asserts nothing",
        &["expect", "assert"],
        r"\bexpect\(\s*(?:true|1)\s*\)\.to|\bexpect\([^)]*\|\|\s*true\s*\)|\bassert(?:\.\w+)?\(\s*(?:true|1)\s*(?:,\s*['\x22`]|,\s*true|\))",
    ),
    error(
        VACUOUS,
        &[Rust],
        Place::Anywhere,
        "asserts nothing",
        &["assert"],
        r"\bassert!\(\s*true\b|\bassert!\(.*\|\|\s*true\b|\bassert_eq!\(\s*(?:true\s*,\s*true|1\s*,\s*1)\s*[,)]",
    ),
    error(
        VACUOUS,
        &[Jvm, C],
        Place::Anywhere,
        "asserts nothing",
        &["assert", "expect"],
        r"(?i)\b(?:assert|expect)(?:_?true)?\s*\(\s*true\s*\)|\bassert_?equals?\(\s*(?:1\s*,\s*1|true\s*,\s*true)\s*\)",
    ),
    // Programs that know that they are tested
    error(
        SPECIAL,
        &[Python],
        Place::Program,
        "behaves differently under test",
        &["pytest", "unittest"],
        r"\bPYTEST_\w+|['\x22](?:pytest|unittest)['\x22]\s+in\s+sys\.modules|['\x22]pytest['\x22]\s+in\s+sys\.argv",
    ),
    error(
        SPECIAL,
        &[JavaScript],
        Place::Program,
        "behaves differently under test",
        &["node_env", "jest_worker", "vitest"],
        r"NODE_ENV\s*(?:===?|!==?)\s*['\x22]test['\x22]|\bJEST_WORKER_ID\b|\benv\.VITEST\b",
    ),
    error(
        SPECIAL,
        &[Rust],
        Place::Program,
        "behaves differently under test",
        &["cfg"],
        r"\bcfg!\(\s*(?:not\(\s*)?test\b|#\[cfg\(not\(test\)\)\]",
    ),
    error(
        SPECIAL,
        &[Go],
        Place::Program,
        "behaves differently under test",
        &["testing.testing", "test.v"],
        r"\btesting\.Testing\(\)|test\.v\b",
    ),
    // Tests that leave before they judge
    error(
        EXIT,
        &[Python],
        Place::Tests,
        "ends the test run",
        &["exit"],
        r"\b(?:sys\.exit|os\._exit|pytest\.exit)\s*\(",
    ),
    error(EXIT, &[JavaScript], Place::Tests, "ends the test run", &["process.exit"], r"\bprocess\.exit\("),
    error(EXIT, &[Rust, Go], Place::Tests, "ends the test run", &["exit("], r"\bprocess::exit\(|\bos\.Exit\(\s*0"),
    error(EXIT, &[Jvm], Place::Tests, "ends the test run", &["system.exit"], r"\bSystem\.exit\("),
];

static FINDER: LazyLock<Finder> = LazyLock::new(|| {
    let rule = |sign: &Sign| Rule {
        id: sign.rule,
        name: sign.what,
        keywords: sign.keywords,
        pattern: sign.pattern,
        entropy: 0.0,
    };
    Finder::new(SIGNS.iter().map(rule).collect())
});

/// One sign on one line of one side.
struct Seen {
    sign: usize,
    line: u32,
    block: usize,
    /// What must stand elsewhere for the line to count as moved.
    key: Vec<String>,
}

pub fn check(files: &[FileChange]) -> Vec<Finding> {
    let mut moved_from: Vec<Vec<String>> =
        files.iter().flat_map(|file| seen(file, false)).map(|seen| seen.key).collect();
    files.iter().flat_map(|file| check_file(file, &mut moved_from)).collect()
}

fn check_file(file: &FileChange, moved_from: &mut Vec<Vec<String>>) -> Vec<Finding> {
    let mut reworded: Vec<(usize, usize)> = seen(file, false).iter().map(|seen| (seen.sign, seen.block)).collect();
    let mut said = BTreeSet::new();
    let mut findings = Vec::new();
    for found in seen(file, true) {
        let moved = take(moved_from, &found.key);
        let known = take(&mut reworded, &(found.sign, found.block)) || moved;
        let sign = &SIGNS[found.sign];
        if !known && said.insert((sign.rule, found.line)) {
            findings.push(at_line(sign.rule, sign.severity, file.path, found.line, sign.what));
        }
    }
    findings
}

fn take<T: PartialEq>(from: &mut Vec<T>, wanted: &T) -> bool {
    from.iter().position(|item| item == wanted).map(|at| from.swap_remove(at)).is_some()
}

/// The signs on the added (or removed) lines of a file, errors before warnings.
fn seen(file: &FileChange, added: bool) -> Vec<Seen> {
    let side = if added { file.after } else { file.before };
    let Some(text) = side else { return Vec::new() };
    let language = language(file.path);
    let mut seen: Vec<Seen> = Vec::new();
    for hit in FINDER.find(text) {
        let line = u32::try_from(text[..hit.range.start].matches('\n').count() + 1).unwrap_or(u32::MAX);
        let last = line + u32::try_from(text[hit.range.clone()].trim_end().matches('\n').count()).unwrap_or(0);
        if let Some(block) = block_of(file, added, line..=last)
            && fits(&SIGNS[hit.rule], language, is_test_line(file, side, line))
        {
            seen.push(Seen { sign: hit.rule, line, block, key: key(hit.rule, text, line) });
        }
    }
    seen.sort_by_key(|seen| (std::cmp::Reverse(SIGNS[seen.sign].severity), seen.line));
    seen
}

fn fits(sign: &Sign, language: Language, test: bool) -> bool {
    sign.languages.contains(&language)
        && match sign.place {
            Place::Anywhere => true,
            Place::Tests => test,
            Place::Program => !test,
        }
}

/// The block in which one of the lines changed.
fn block_of(file: &FileChange, added: bool, lines: std::ops::RangeInclusive<u32>) -> Option<usize> {
    let side = |block: &crate::guard::change::Block| {
        let changed = if added { &block.added } else { &block.removed };
        changed.iter().any(|line| lines.contains(&line.number))
    };
    file.blocks.iter().position(side)
}

/// The line; with the next one where it says nothing by itself (an attribute, a comment of its own), so
/// that moving `skip` from one test to another is seen.
fn key(sign: usize, text: &str, line: u32) -> Vec<String> {
    let mut lines = text.lines().skip(line.saturating_sub(1) as usize);
    let own = lines.next().unwrap_or_default().trim_start();
    let mut key = vec![sign.to_string()];
    key.extend(tokens(own));
    if own.starts_with(['@', '#', '/', '*']) {
        key.extend(tokens(lines.next().unwrap_or_default()));
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for sign in SIGNS {
            assert!(regex::Regex::new(sign.pattern).is_ok(), "{}: {}", sign.rule, sign.pattern);
        }
    }
}
