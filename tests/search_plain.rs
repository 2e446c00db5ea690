//! The hand `search` where nothing but the command itself can judge: C with make or a line of shell, Go.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test sets its stage as it likes")]

#[path = "common/heal.rs"]
mod heal;

use heal::Healed;

fn heal(files: &[(&str, &str)], command: &[&str]) -> Healed {
    heal::heal(files, &["--budget-seconds", "240"], command)
}

const DIGITS: &str = "#include <ctype.h>\n#include \"digits.h\"\n\nint digits(const char *text) {\n    int sum = 0;\n    for (int i = 0; text[i] != '\\0'; i++) {\n        if (isdigit((unsigned char)text[i])) {\n            sum += text[i] - '0';\n        }\n    }\n    return sum;\n}\n\nint even(int n) {\n    return n % 2 == 0;\n}\n";
const HEADER: &str = "int digits(const char *text);\nint even(int n);\n";

#[test]
fn a_function_in_c_behind_make_is_repaired() {
    let tests = "#include <stdio.h>\n#include \"../digits.h\"\n\nstatic int failed;\n\nstatic void check(const char *what, int got, int want) {\n    if (got != want) {\n        printf(\"FAIL: %s: %d\\n\", what, got);\n        failed = 1;\n    }\n}\n\nint main(void) {\n    check(\"digits of nothing\", digits(\"\"), 0);\n    check(\"digits among letters\", digits(\"a1b22\"), 5);\n    check(\"digits alone\", digits(\"990\"), 18);\n    check(\"even\", even(4) && !even(3), 1);\n    return failed;\n}\n";
    let makefile = "CFLAGS = -O1 -Wall\n\ntest: tests/run\n\t./tests/run\n\ntests/run: tests/test_digits.o digits.o\n\t$(CC) -o $@ $^\n\n.PHONY: test\n";
    let broken = DIGITS.replace("sum += text[i]", "sum = text[i]");
    let files =
        [("digits.c", broken.as_str()), ("digits.h", HEADER), ("tests/test_digits.c", tests), ("Makefile", makefile)];
    let healed = heal(&files, &["make", "test"]);
    assert_eq!(healed.json["hand"], "search", "{:#}\n{}", healed.json, healed.told);
    assert_eq!(healed.text("digits.c"), DIGITS, "{}", healed.told);
    assert_eq!(healed.text("tests/test_digits.c"), tests);
}

#[test]
fn a_line_of_shell_that_builds_and_runs_is_a_judge_too() {
    let tests = "#include <assert.h>\n#include \"digits.h\"\n\nint main(void) {\n    assert(digits(\"\") == 0);\n    assert(even(4));\n    assert(!even(3));\n    assert(digits(\"a1b22\") == 5);\n    assert(digits(\"990\") == 18);\n    return 0;\n}\n";
    let heal_with = |broken: &str| {
        let files = [("digits.c", broken), ("digits.h", HEADER), ("test_digits.c", tests)];
        heal(&files, &["sh", "-c", "gcc -o run digits.c test_digits.c && ./run"])
    };
    let healed = heal_with(&DIGITS.replace("sum += text[i]", "sum = text[i]"));
    assert_eq!(healed.json["hand"], "search", "{:#}\n{}", healed.json, healed.told);
    assert_eq!(healed.text("digits.c"), DIGITS, "{}", healed.told);
    assert_eq!(healed.text("test_digits.c"), tests);
    // Two ways that do different things, and one command that tells: people are shown both.
    let broken = DIGITS.replace("n % 2 == 0", "n % 2 > 0");
    let healed = heal_with(&broken);
    assert!(healed.told.contains("left to people"), "{}", healed.told);
    assert_eq!(healed.text("digits.c"), broken, "{}", healed.told);
}
