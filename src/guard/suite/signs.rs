//! Lines that switch a test or a check off, wherever they are added.

use super::files::Language::{C, Elixir, Go, JavaScript, Jvm, Other, Python, Ruby, Rust, Shell};
use crate::guard::change::FileChange;
use crate::guard::signs::{Place, Sign, Table, error, warning};
use crate::record::Finding;
use std::sync::LazyLock;

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
        // What a comma ends is an argument, a field or an arm.
        r"(?sm)#!\[cfg\((?:not\(|any\(\)|all\(|feature|target|FALSE|false)|#\[cfg\((?:not\(|any\(\)|all\(|feature|target|FALSE|false)[^\]]*\](?:[ \t]*\n[ \t]*(?:#\[|//)[^\n]*)*[ \t]*\n?[ \t]*(?:[^\n]*\b(?:fn|mod)\b|[^\s#/,](?:[^\n]*[^\s,])?[ \t]*$)",
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
        &["disabled", "ignore", "assum", "enabled"],
        r"@(?:\w+\.)*(?:Disabled\w*|Ignore\w*|Enabled(?:On|If)\w*)\b|\bassume(?:True|False|That|NoException)\s*\(|@Test\s*\([^)]*enabled\s*=\s*false",
    ),
    error(
        SKIPPED,
        &[C],
        Place::Anywhere,
        "skips a test",
        &[
            "skip",
            "disabled_",
            "ignore",
            "incomplete",
            "inconclusive",
            "explicit",
            ".disabled",
            "expectfailure",
            "toperform",
        ],
        r"\bGTEST_SKIP\b|\bDISABLED_\w+|\bmarkTest(?:Skipped|Incomplete)\b|\bexpectNotToPerformAssertions\b|\[(?:Ignore|Explicit)\b|\bAssert\.(?:Ignore|Inconclusive|Skip\w*)\s*\(|\[\w*(?:Fact|Theory|Test|TestCase)\s*\([^)]*\b(?:Skip|Ignore|Explicit)\s*=|\bXCT(?:Skip|ExpectFailure)|@(?:Test|Suite)\s*\([^)\n]*\.disabled\b|\bwithKnownIssue\b",
    ),
    error(
        SKIPPED,
        &[Ruby],
        Place::Tests,
        "skips a test",
        &["skip", "pending", "xit", "xdescribe", "xcontext"],
        r"^\s*(?:skip|pending|xit|xdescribe|xcontext|xspecify)\b|,\s*(?:skip|pending):|,\s*:(?:skip|pending)\b",
    ),
    error(
        SKIPPED,
        &[Elixir],
        Place::Anywhere,
        "skips a test",
        &["skip", "exclude"],
        r"@(?:module|describe)?tag\s+(?:skip:|:skip\b|\[?\s*skip:)|\bExUnit\.(?:start|configure)\b.*\bexclude:",
    ),
    error(
        SKIPPED,
        &[Go],
        Place::Tests,
        "builds tests only sometimes",
        &["go:build", "+build"],
        r"^//\s*(?:go:build|\+build)\b",
    ),
    error(
        SKIPPED,
        &[Python],
        Place::Tests,
        "never runs",
        &["if false", "if 0", "if not true"],
        r"^\s*if\s+(?:False|0|not\s+True)\s*:",
    ),
    error(
        SKIPPED,
        &[JavaScript, Rust, Go, Jvm, C],
        Place::Tests,
        "never runs",
        &["if", "#if 0"],
        r"\bif\s*\(?\s*(?:false|0|!true)\s*\)?\s*\{|^\s*#\s*if\s+0\b",
    ),
    error(
        SKIPPED,
        &[C],
        Place::Tests,
        "compiles tests only sometimes",
        &["#if", "# if", "#elif"],
        // A header's guard ends in `_H`.
        r"^\s*#\s*(?:if|ifdef|elif)\b|^\s*#\s*ifndef\s+\w*[^H_\s]\s*$",
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
            "ndebug",
            "#pragma warning",
            "phpstan-ignore",
            "psalm-suppress",
            "swiftlint:",
            "suppressmessage",
            "nosonar",
        ],
        r"#\s*define\s+NDEBUG\b|#\s*pragma\s+(?:GCC|clang)\s+diagnostic\s+ignored|\bNOLINT|#\s*pragma\s+warning\s*\(?\s*disable|@phpstan-ignore|@psalm-suppress|swiftlint:\s*disable|\bSuppressMessage\b|\bNOSONAR\b",
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
        r"(?s)\bexcept(?:[ \t]+\(?(?:Base)?Exception\)?(?:[ \t]+as[ \t]+\w+)?)?[ \t]*:[ \t]*(?:#[^\n]*)?\s*(?:pass|\.\.\.|continue|return(?:[ \t]+(?:None|True|False|-?\d+|\[\]|\{\}|\(\)|''|\x22\x22))?)[ \t]*(?:#[^\n]*)?(?:\n|\z)|\bsuppress\(\s*(?:Base)?Exception\s*\)",
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
    error(
        SWALLOWED,
        &[JavaScript, Jvm, C],
        Place::Anywhere,
        "answers a failure with nothing",
        &["catch"],
        r"(?s)\bcatch\s*(?:\([^)]*\)\s*)?\{\s*return(?:\s+(?:null|undefined|false|true|-?\d+|\[\]|\{\}|''|\x22\x22))?\s*;?\s*\}|\.catch\(\s*(?:\(\s*\w*\s*\)|\w+)\s*=>\s*(?:\[\]|\(\{\}\)|false|true|0|''|\x22\x22)\s*\)",
    ),
    error(
        SWALLOWED,
        &[Ruby],
        Place::Anywhere,
        "swallows a failure",
        &["rescue"],
        r"(?s)\brescue[ \t]+nil\b|\brescue(?:[ \t]+(?:StandardError|Exception))?(?:[ \t]*=>[ \t]*\w+)?[ \t]*(?:#[^\n]*)?\n\s*(?:nil\s+|next\s+|return(?:[ \t]+nil)?\s+|#[^\n]*\s+)?end\b",
    ),
    error(SWALLOWED, &[Go], Place::Anywhere, "drops an error", &["_ = err"], r"^\s*_\s*=\s*err\b"),
    warning(SWALLOWED, &[Go], Place::Program, "drops what a call returns", &["_ ="], r"^\s*_\s*=\s*[\w.]+\("),
    warning(SWALLOWED, &[Rust], Place::Anywhere, "drops a result", &[".ok();"], r"\.ok\(\);\s*$"),
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
    error(
        EXIT,
        &[Shell],
        Place::Anywhere,
        "ends before the commands that follow",
        &["exit"],
        r"(?sm)^exit(?:[ \t]+0)?[ \t]*\n(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*[\w./$\x22]",
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
        &["pytest", "unittest", "stack(", "currentframe", "_getframe"],
        r"\b(?:inspect\.(?:stack|currentframe)|_getframe|extract_stack)\(.*test|test.*\b(?:inspect\.(?:stack|currentframe)|_getframe|extract_stack)\(|\bPYTEST_\w+|['\x22](?:pytest|unittest)['\x22]\s+in\s+sys\.modules|['\x22]pytest['\x22]\s+in\s+sys\.argv",
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
