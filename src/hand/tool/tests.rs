use super::*;
use crate::hand::testing::{Program, Shop, after};
use crate::record::{Confidence, Tried};

const UPPER: Program = |_, stdin| (0, stdin.to_uppercase());

#[test]
fn a_formatter_rewrites_the_files_that_its_check_names() {
    for (program, command, path, log) in [
        ("rustfmt", "cargo fmt --check", "src/a.rs", "Diff in /repo/src/a.rs:3:\n-x\n+y\n"),
        ("rustfmt", "cargo fmt -- --check", "src/a.rs", "Diff in /repo/src/a.rs at line 3:\n"),
        (
            "black",
            "black --check .",
            "a.py",
            "would reformat /repo/a.py\n\nOh no! 💥 💔 💥\n1 file would be reformatted.\n",
        ),
        (
            "ruff",
            "ruff format --check",
            "a.py",
            "unformatted: File would be reformatted\n --> a.py:5:7\n  |\n\n1 file would be reformatted\n",
        ),
        ("ruff", "ruff format --check", "a.py", "Would reformat: a.py\n1 file would be reformatted\n"),
        ("ruff", "ruff check", "a.py", "F401 [*] `os` imported but unused\n --> a.py:1:8\n  |\n"),
        ("ruff", "ruff check", "a.py", "a.py:1:8: F401 [*] `os` imported but unused\n"),
        ("isort", "isort -c .", "a.py", "ERROR: /repo/a.py Imports are incorrectly sorted and/or formatted.\n"),
        (
            "prettier",
            "npm run lint",
            "web/a.tsx",
            "[warn] web/a.tsx\n[warn] Code style issues found in the above file. Run Prettier with --write to fix.\n",
        ),
        ("gofmt", "gofmt -l .", "a.go", "a.go\n"),
        ("gofmt", "gofmt -d .", "a.go", "diff a.go.orig a.go\n--- a.go.orig\n+++ a.go\n"),
    ] {
        let shop = Shop::new(&[(path, "text\n"), ("other.py", "text\n")]).with(program, UPPER);
        let offers = shop.offers(&Tool, command, log, &[]);
        assert_eq!(offers.len(), 1, "{command}: {log}");
        assert_eq!((offers[0].patch.files().len(), after(&offers[0])), (1, "TEXT\n"), "{command}");
        assert_eq!(offers[0].confidence, Confidence::Confident);
    }
}

#[test]
fn line_ends_stay_whatever_a_formatter_prints() {
    let bare: Program = |_, stdin| (0, stdin.to_uppercase().replace("\r\n", "\n"));
    for (text, wanted) in [("a\r\nb\r\n", "A\r\nB\r\n"), ("a\r\nb\n", "A\nB\n")] {
        let shop = Shop::new(&[("src/a.rs", text)]).with("rustfmt", bare);
        let offers = shop.offers(&Tool, "cargo fmt --check", "Diff in /repo/src/a.rs:3:\n", &[]);
        assert_eq!(after(&offers[0]), wanted);
    }
}

#[test]
fn nothing_is_offered_where_no_fixer_was_asked_for_or_none_is_there() {
    let files = [("a.py", "text\n"), ("src/a.rs", "text\n")];
    let shop = Shop::new(&files).with("black", UPPER).with("ruff", UPPER).with("rustfmt", UPPER);
    assert!(shop.offers(&Tool, "pytest", "FAILED a.py::test - assert 1 == 2\n", &[]).is_empty());
    assert!(Shop::new(&files).offers(&Tool, "black --check .", "would reformat a.py\n", &[]).is_empty());
}

#[test]
fn files_of_others_are_not_formatted() {
    let shop = Shop::new(&[("vendor/a.py", "text\n"), ("b_pb2.py", "text\n")]).with("black", UPPER);
    assert!(
        shop.offers(&Tool, "black --check .", "would reformat vendor/a.py\nwould reformat b_pb2.py\n", &[]).is_empty()
    );
}

#[test]
fn what_was_tried_is_not_offered_again() {
    let shop = Shop::new(&[("a.py", "text\n")]).with("black", UPPER);
    let first = shop.offers(&Tool, "black --check .", "would reformat a.py\n", &[]);
    let tried = Tried {
        digest: first[0].patch.digest(),
        hand: HandId::Tool,
        why: String::new(),
        result: String::new(),
        work: None,
    };
    assert!(shop.offers(&Tool, "black --check .", "would reformat a.py\n", &[tried]).is_empty());
}

#[test]
fn options_of_the_failing_call_are_kept_and_its_paths_are_not() {
    let shop = Shop::new(&[("a.py", "text\n")]).with("black", |words, _| (0, words.join(" ")));
    let offers =
        shop.offers(&Tool, "black --check -l 100 --skip-string-normalization src/ a.py", "would reformat a.py\n", &[]);
    assert_eq!(after(&offers[0]), "--quiet --stdin-filename a.py - -l 100 --skip-string-normalization");
}

#[test]
fn rustfmt_is_told_the_edition_of_the_nearest_manifest_that_names_one() {
    let shop = Shop::new(&[
        ("Cargo.toml", "[workspace.package]\nedition = \"2021\"\n"),
        ("inner/Cargo.toml", "[package]\nedition.workspace = true\n"),
        ("inner/src/lib.rs", "x"),
    ])
    .with("rustfmt", |words, _| (0, words.join(" ")));
    let offers = shop.offers(&Tool, "cargo fmt --check", "Diff in inner/src/lib.rs:1:\n", &[]);
    assert_eq!(after(&offers[0]), "--emit stdout --edition 2021");
}

#[test]
fn eslint_prints_what_it_would_write() {
    let shop = Shop::new(&[("a.js", "var a\n")])
        .with("eslint", |_, _| (1, r#"[{"filePath":"/repo/a.js","messages":[],"output":"let a\n"}]"#.to_owned()));
    let log = "\n/repo/a.js\n  1:1  error  Unexpected var  no-var\n\n  1 error and 0 warnings potentially fixable with the `--fix` option.\n";
    assert_eq!(after(&shop.offers(&Tool, "npx eslint .", log, &[])[0]), "let a\n");
}

/// The shape of rustc's JSON, cut to what is read.
const MESSAGES: Program = |words, _| {
    assert!(words.contains(&"--message-format=json".to_owned()) && words.contains(&"--no-run".to_owned()));
    let span = |start: usize, end: usize, text: &str, sure: &str| {
        format!(
            r#"{{"file_name":"src/lib.rs","byte_start":{start},"byte_end":{end},"suggested_replacement":"{text}","suggestion_applicability":"{sure}"}}"#
        )
    };
    let line = |level: &str, message: &str, help: &str, spans: &[String]| {
        format!(
            r#"{{"reason":"compiler-message","message":{{"message":"{message}","level":"{level}","children":[{{"message":"{help}","level":"help","spans":[{}]}}]}}}}"#,
            spans.join(",")
        )
    };
    let lines = [
        line("error", "unused import", "remove it", &[span(0, 2, "", "MachineApplicable")]),
        line(
            "error",
            "wrong type",
            "convert it",
            &[span(4, 4, ".x", "MaybeIncorrect"), span(6, 6, "!", "MaybeIncorrect")],
        ),
        line("error", "no such name", "a similar name exists", &[span(2, 3, "Q", "MaybeIncorrect")]),
        line("error", "fill it in", "like so", &[span(2, 3, "/* */", "HasPlaceholders")]),
        line("warning", "not asked for", "change", &[span(3, 4, "W", "MachineApplicable")]),
    ];
    (101, lines.join("\n"))
};

#[test]
fn compiler_suggestions_are_applied_the_certain_ones_first() {
    let shop = Shop::new(&[("src/lib.rs", "abcdefgh")]).with("cargo", MESSAGES);
    let offers = shop.offers(&Tool, "cargo test --all", "error: unused import\nhelp: remove it\n", &[]);
    let shown: Vec<_> = offers.iter().map(|offer| (after(offer), offer.confidence)).collect();
    assert_eq!(shown, [("cdefgh", Confidence::Confident), ("cd.xef!gh", Confidence::Suggested)]);
}

/// What each manager says, as it was recorded; those that are not on every machine are tested by this alone.
#[test]
fn a_manager_refreshes_the_lock_file_that_it_complains_about() {
    const SAYS: Program =
        |words, _| (i32::from(words.iter().any(|word| word == "--offline" || word == "--no-update")), words.join(" "));
    for (program, lock, command, log, words) in [
        (
            "cargo",
            "Cargo.lock",
            "cargo +1.90 build --locked --manifest-path a/Cargo.toml",
            "error: cannot update the lock file /repo/a/Cargo.lock because --locked was passed to prevent this\n",
            "+1.90 update --workspace --manifest-path a/Cargo.toml",
        ),
        (
            "npm",
            "package-lock.json",
            "npm ci && npm test",
            "npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.\n",
            "install --package-lock-only --ignore-scripts --prefer-offline --no-audit --no-fund",
        ),
        (
            "pnpm",
            "pnpm-lock.yaml",
            "pnpm install --frozen-lockfile",
            " ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with \"frozen-lockfile\" because pnpm-lock.yaml is not up to date with package.json\n",
            "install --lockfile-only --no-frozen-lockfile --ignore-scripts --prefer-offline",
        ),
        (
            "yarn",
            "yarn.lock",
            "yarn install --frozen-lockfile",
            "error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.\n",
            "install --ignore-scripts --prefer-offline --non-interactive",
        ),
        (
            "yarn",
            "yarn.lock",
            "yarn install --immutable",
            "YN0028: The lockfile would have been modified by this install, which is explicitly forbidden.\n",
            "install --mode=update-lockfile",
        ),
        (
            "uv",
            "uv.lock",
            "uv sync --locked",
            "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided. To update the lockfile, run `uv lock`.\n",
            "lock",
        ),
        (
            "poetry",
            "poetry.lock",
            "poetry install",
            "pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.\n",
            "lock --no-interaction",
        ),
        (
            "go",
            "go.sum",
            "go test ./...",
            "a.go:3:8: missing go.sum entry for module providing package x.org/y; to add:\n\tgo get example.com/a\n",
            "mod tidy",
        ),
    ] {
        let shop = Shop::new(&[(lock, "old\n"), ("a.txt", "")]).writing(program, SAYS, lock);
        let offers = shop.offers(&Tool, command, log, &[]);
        assert_eq!(offers.len(), 1, "{command}");
        assert_eq!(after(&offers[0]), words, "{command}");
        assert!(shop.offers(&Tool, command, "error: something else\n", &[]).is_empty(), "{command}");
    }
    let elsewhere = Shop::new(&[("Cargo.lock", "old\n"), ("a.txt", "")]).writing("cargo", SAYS, "a.txt");
    let log = "error: cannot update the lock file /repo/Cargo.lock because --locked was passed to prevent this\n";
    assert!(elsewhere.offers(&Tool, "cargo check --locked", log, &[]).is_empty());
}

#[test]
fn what_typescript_would_write_is_offered() {
    const FIXES: Program = |words, stdin| {
        assert!(words[0] == "-e" && stdin.contains("\"project\":\"web/tsconfig.ci.json\""), "{stdin}");
        let made = r#"[{"what":["Add 'await'"],"sure":false,"files":[{"path":"web/a.ts","text":"new\n"}]}]"#;
        (0, made.to_owned())
    };
    let shop = Shop::new(&[("web/a.ts", "\u{feff}old\n")]).with("node", FIXES);
    let log = "web/a.ts(1,2): error TS2365: Operator '+' cannot be applied to types 'Promise<number>' and 'number'.\n";
    let offers = shop.offers(&Tool, "cd web && npx tsc -p tsconfig.ci.json", log, &[]);
    assert_eq!((after(&offers[0]), offers[0].confidence), ("\u{feff}new\n", Confidence::Suggested));
    assert_eq!(offers[0].why, "took TypeScript's own fix: Add 'await'");
}
