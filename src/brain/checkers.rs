//! Programs that check how files are written and can write them so themselves: how a call that only looks becomes one
//! that writes. To add one: a row in [`CHECKERS`], and an example in the tests.

use crate::record::FailureClass;
use crate::syntax::shell::{self, Call, Script, Word};
use std::ops::Range;

/// A way to call a program.
pub struct Checker {
    pub program: &'static str,
    /// The words without a dash that follow it, in order; any, when there are none.
    words: &'static [&'static str],
    pub class: FailureClass,
    /// One of these makes it only look, and goes; nothing is needed when there are none.
    looks: &'static [&'static str],
    /// What else means nothing, or something else, when it writes.
    drop: &'static [&'static str],
    /// What takes the place of the last of `words`.
    instead: Option<&'static str>,
    /// What makes it write; stands behind `words`.
    add: &'static [&'static str],
    /// What makes it print the difference too when it only looks, without changing how it ends; empty where there is
    /// no such option.
    prints: &'static str,
}

/// A formatter: `looks` makes it only look, `add` makes it write.
const fn format(
    program: &'static str,
    words: &'static [&'static str],
    looks: &'static [&'static str],
    add: &'static [&'static str],
) -> Checker {
    Checker { program, words, class: FailureClass::Format, looks, drop: &[], instead: None, add, prints: "" }
}

/// A linter that mends what it can when it is told to by `add`.
const fn lint(program: &'static str, words: &'static [&'static str], add: &'static [&'static str]) -> Checker {
    Checker { class: FailureClass::Lint, ..format(program, words, &[], add) }
}

/// A task of a build tool that looks, and the task that writes.
const fn task(program: &'static str, looks: &'static [&'static str], writes: &'static str) -> Checker {
    Checker { instead: Some(writes), ..format(program, looks, &[], &[]) }
}

const PRETTIER_LOOKS: &[&str] = &["--check", "-c", "--list-different", "-l"];

#[rustfmt::skip]
const CHECKERS: &[Checker] = &[
    // Python
    // With `--diff` black forgets what it knows of unchanged files, and takes longer than one more start of it.
    Checker { drop: &["--color"], ..format("black", &[], &["--check", "--diff"], &[]) },
    format("ruff", &["format"], &["--check", "--diff"], &[]),
    Checker { drop: &["--no-fix", "--diff"], ..lint("ruff", &["check"], &["--fix"]) },
    Checker { prints: "--diff", ..format("isort", &[], &["--check", "--check-only", "-c", "--diff"], &[]) },
    format("autopep8", &[], &["--diff", "-d", "--exit-code"], &["--in-place"]),
    Checker { drop: &["-q", "--quiet"], ..format("yapf", &[], &["--diff", "-d"], &["--in-place"]) },
    Checker { prints: "--diff", ..format("docformatter", &[], &["--check", "-c"], &["--in-place"]) },
    format("mdformat", &[], &["--check"], &[]),
    format("pyproject-fmt", &[], &["--check"], &[]),
    format("djlint", &[], &["--check"], &["--reformat"]),
    format("sqlfmt", &[], &["--check", "--diff"], &[]),
    Checker { instead: Some("fix"), ..lint("sqlfluff", &["lint"], &[]) },
    format("pyupgrade", &[], &[], &[]),
    format("add-trailing-comma", &[], &[], &[]),
    // JavaScript and TypeScript
    format("prettier", &[], PRETTIER_LOOKS, &["--write"]),
    lint("eslint", &[], &["--fix"]),
    lint("stylelint", &[], &["--fix"]),
    lint("standard", &[], &["--fix"]),
    lint("xo", &[], &["--fix"]),
    lint("oxlint", &[], &["--fix"]),
    lint("biome", &["check"], &["--write"]),
    lint("biome", &["lint"], &["--write"]),
    format("biome", &["format"], &[], &["--write"]),
    Checker { instead: Some("check"), ..lint("biome", &["ci"], &["--write"]) },
    Checker { instead: Some("fmt"), ..format("dprint", &["check"], &[], &[]) },
    format("deno", &["fmt"], &["--check"], &[]),
    Checker { instead: Some("fix"), ..format("rome", &["ci"], &[], &[]) },
    lint("tslint", &[], &["--fix"]),
    lint("markdownlint", &[], &["--fix"]),
    lint("markdownlint-cli2", &[], &["--fix"]),
    format("sort-package-json", &[], &["--check", "-c"], &[]),
    // Rust
    format("cargo", &["fmt"], &["--check", "-l"], &[]),
    format("rustfmt", &[], &["--check", "-l"], &[]),
    format("cargo", &["sort"], &["--check", "-c"], &[]),
    format("taplo", &["fmt"], &["--check", "--diff"], &[]),
    format("taplo", &["format"], &["--check", "--diff"], &[]),
    format("leptosfmt", &[], &["--check"], &[]),
    // Go
    Checker { drop: &["-e"], ..format("gofmt", &[], &["-l", "-d"], &["-w"]) },
    Checker { drop: &["-e"], ..format("goimports", &[], &["-l", "-d"], &["-w"]) },
    Checker { drop: &["-e"], ..format("gofumpt", &[], &["-l", "-d"], &["-w"]) },
    format("golines", &[], &["--dry-run", "-l"], &["-w"]),
    lint("golangci-lint", &["run"], &["--fix"]),
    format("go", &["mod", "tidy"], &["-diff"], &[]),
    // C and C++
    Checker { drop: &["-Werror", "--Werror"], ..format("clang-format", &[], &["--dry-run", "-n"], &["-i"]) },
    format("cmake-format", &[], &["--check"], &["-i"]),
    format("gersemi", &[], &["--check", "-c"], &["-i"]),
    // Java, Kotlin, Scala
    Checker { drop: &["--set-exit-if-changed"], ..format("google-java-format", &[], &["--dry-run", "-n"], &["--replace"]) },
    lint("ktlint", &[], &["--format"]),
    task("mvn", &["spotless:check"], "spotless:apply"),
    task("mvnw", &["spotless:check"], "spotless:apply"),
    task("mvn", &["formatter:validate"], "formatter:format"),
    task("mvn", &["fmt:check"], "fmt:format"),
    task("mvn", &["com.spotify.fmt:fmt-maven-plugin:check"], "com.spotify.fmt:fmt-maven-plugin:format"),
    task("gradle", &["spotlessCheck"], "spotlessApply"),
    task("gradlew", &["spotlessCheck"], "spotlessApply"),
    task("gradlew", &["ktlintCheck"], "ktlintFormat"),
    task("sbt", &["scalafmtCheckAll"], "scalafmtAll"),
    task("sbt", &["scalafmtCheck"], "scalafmt"),
    format("scalafmt", &[], &["--test", "--check"], &[]),
    // The rest
    Checker { prints: "-diff", ..format("terraform", &["fmt"], &["-check", "-check=true", "-diff"], &[]) },
    Checker { prints: "-diff", ..format("tofu", &["fmt"], &["-check", "-check=true", "-diff"], &[]) },
    format("shfmt", &[], &["-d", "--diff", "-l", "--list"], &["-w"]),
    lint("rubocop", &[], &["--autocorrect"]),
    lint("standardrb", &[], &["--fix"]),
    Checker { drop: &["--diff"], ..format("php-cs-fixer", &["fix"], &["--dry-run"], &[]) },
    format("mix", &["format"], &["--check-formatted"], &[]),
    format("dotnet", &["format"], &["--verify-no-changes"], &[]),
    format("swiftformat", &[], &["--lint"], &[]),
    format("stylua", &[], &["--check", "-c"], &[]),
    format("zig", &["fmt"], &["--check"], &[]),
    format("gleam", &["format"], &["--check"], &[]),
    format("nixfmt", &[], &["--check", "-c"], &[]),
    format("alejandra", &[], &["--check", "-c"], &[]),
    format("nixpkgs-fmt", &[], &["--check"], &[]),
    format("buf", &["format"], &["-d", "--diff", "--exit-code"], &["-w"]),
    format("buildifier", &[], &["-mode=check", "--mode=check", "-mode=diff", "--mode=diff"], &[]),
    format("elm-format", &[], &["--validate"], &["--yes"]),
    lint("codespell", &[], &["-w"]),
    lint("typos", &[], &["-w"]),
];

/// What stands before a program in a call of it, beside options.
#[rustfmt::skip]
const CARRIERS: &[&str] = &[
    "npx", "bunx", "pnpx", "npm", "pnpm", "yarn", "bun", "exec", "dlx", "x", "poetry", "pdm", "pipenv", "hatch", "rye",
    "uv", "uvx", "pipx", "run", "python", "python3", "py", "bundle", "time", "env", "command", "nice", "xargs", "dart",
    "composer", "mise", "nix", "develop", "tool", "timeout", "gtimeout",
];

/// Options of `git ls-files` that list what differs from what is committed.
const CHANGED: &[&str] = &["-o", "--others", "-m", "--modified", "-d", "--deleted"];

/// A call of a checker in a script.
pub struct Check<'s> {
    pub checker: &'static Checker,
    pub call: &'s Call,
    /// Where in the call the program's own name stands.
    pub at: usize,
}

/// Every call in the script of a program that could have written what it complains about.
pub fn checks(script: &Script) -> Vec<Check<'_>> {
    script.calls.iter().filter_map(check).collect()
}

/// What failed when a command failed without a word.
pub fn silent(command: &str) -> Option<(FailureClass, &'static str)> {
    let script = shell::read(command);
    checks(&script).first().map(|check| (check.checker.class, check.checker.program))
}

/// Of a call, given as its words, that only looks: the option that makes it print the difference too, and behind how
/// many words it goes. `None` where it does so already, is told to be quiet, or has no such option.
pub fn difference(words: &[String]) -> Option<(usize, &'static str)> {
    let has = |flag: &str| words.iter().any(|word| word == flag);
    let checker = CHECKERS.iter().filter(|checker| !checker.prints.is_empty()).find(|checker| {
        let called = std::iter::once(&checker.program).chain(checker.words);
        let looks = checker.looks.iter().any(|flag| *flag != checker.prints && has(flag));
        words.len() > checker.words.len() && words.iter().zip(called).all(|(a, b)| a == b) && looks
    })?;
    let quiet = ["-q", "--quiet", checker.prints].into_iter().any(has);
    (!quiet).then_some((1 + checker.words.len(), checker.prints))
}

/// Whether the script asks git if something has changed.
pub fn compares_with_git(script: &Script) -> bool {
    script.calls.iter().any(|call| match call.texts().collect::<Vec<_>>().as_slice() {
        ["git", "diff", rest @ ..] => {
            let told = rest.iter().any(|word| ["--exit-code", "--quiet"].contains(word));
            // Else its output is looked at; with commits to compare it is about something else.
            told || rest.iter().take_while(|word| **word != "--").all(|word| word.starts_with('-'))
        }
        ["git", "diff-index" | "diff-files", ..] => true,
        ["git", "ls-files", rest @ ..] => rest.iter().any(|word| CHANGED.contains(word)),
        ["git", "status", rest @ ..] => rest.iter().any(|word| word.starts_with("--porcelain") || *word == "-s"),
        _ => false,
    })
}

fn check(call: &Call) -> Option<Check<'_>> {
    CHECKERS.iter().find_map(|checker| {
        let at = position(call, checker.program)?;
        let check = Check { checker, call, at };
        let words = check.own_words();
        let looks = checker.looks.is_empty() || check.rest().any(|word| checker.looks.contains(&word.text.as_str()));
        let writes = !checker.add.is_empty() && check.rest().any(|word| checker.add.contains(&word.text.as_str()));
        let is_it = match checker.instead {
            // A build tool's task may stand among others.
            Some(_) => checker.words.iter().all(|wanted| words.iter().any(|word| word.text == *wanted)),
            None => words.len() >= checker.words.len() && words.iter().zip(checker.words).all(|(a, b)| a.text == *b),
        };
        (is_it && looks && !writes).then_some(check)
    })
}

/// Where the program's own name stands in the call, behind nothing but what carries it.
pub fn position(call: &Call, program: &str) -> Option<usize> {
    let base = |text: &str| text.rsplit('/').next().unwrap_or(text).to_owned();
    let at = call.texts().position(|text| base(text) == program)?;
    // `timeout 60`, `nice -n 5`.
    let carries = |text: &str| {
        text.starts_with('-')
            || text.starts_with(|c: char| c.is_ascii_digit())
            || CARRIERS.contains(&base(text).as_str())
    };
    let carried = call.texts().take(at).all(carries);
    carried.then_some(at)
}

impl Check<'_> {
    fn rest(&self) -> impl Iterator<Item = &Word> {
        self.call.words.iter().skip(self.at + 1)
    }

    /// The words without a dash (or a `+toolchain`) that follow the program.
    fn own_words(&self) -> Vec<&Word> {
        self.rest().filter(|word| !word.text.starts_with(['-', '+'])).collect()
    }

    /// The changes to the script's text that make the call write, by position; none where it writes already.
    pub fn edits(&self) -> Vec<(Range<usize>, String)> {
        let checker = self.checker;
        let gone = |word: &&Word| {
            let text = word.text.as_str();
            checker.looks.contains(&text) || checker.drop.contains(&text)
        };
        let mut edits: Vec<_> = self.rest().filter(gone).map(|word| (word.range.clone(), String::new())).collect();
        let words = self.own_words();
        let wanted = |word: &&&Word| checker.words.last().is_some_and(|last| word.text == *last);
        let last = words.iter().find(wanted).copied().unwrap_or(&self.call.words[self.at]);
        if let Some(instead) = checker.instead {
            edits.push((last.range.clone(), instead.to_owned()));
        }
        if !checker.add.is_empty() {
            edits.push((last.range.end..last.range.end, format!(" {}", checker.add.join(" "))));
        }
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        edits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writing(text: &str) -> String {
        let script = shell::read(text);
        let mut edits: Vec<_> = checks(&script).iter().flat_map(Check::edits).collect();
        edits.sort_by_key(|(range, _)| range.start);
        let mut written = text.to_owned();
        edits.iter().rev().for_each(|(range, new)| written.replace_range(range.clone(), new));
        written.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_call_that_looks_becomes_one_that_writes() {
        for (looks, writes) in [
            ("black --check --diff -l 100 src", "black -l 100 src"),
            ("python -m black -q --check .", "python -m black -q ."),
            ("uv run ruff format --check .", "uv run ruff format ."),
            ("ruff check --no-fix src", "ruff check --fix src"),
            ("npx --no-install prettier -c 'src/**'", "npx --no-install prettier --write 'src/**'"),
            ("node_modules/.bin/eslint . --ext .ts", "node_modules/.bin/eslint --fix . --ext .ts"),
            ("cargo +nightly fmt --all -- --check", "cargo +nightly fmt --all --"),
            ("test -z \"$(gofmt -s -l .)\"", "test -z \"$(gofmt -w -s .)\""),
            ("clang-format --dry-run -Werror a.c", "clang-format -i a.c"),
            ("git ls-files '*.c' | xargs clang-format -n", "git ls-files '*.c' | xargs clang-format -i"),
            ("./gradlew clean spotlessCheck test", "./gradlew clean spotlessApply test"),
            ("mvn -B spotless:check", "mvn -B spotless:apply"),
            ("biome ci src", "biome check --write src"),
            ("terraform fmt -check -recursive", "terraform fmt -recursive"),
            ("go mod tidy -diff", "go mod tidy"),
            ("a && yapf -d -r . && b", "a && yapf --in-place -r . && b"),
        ] {
            assert_eq!(writing(looks), writes);
        }
    }

    #[test]
    fn what_asks_git_for_changes_is_seen() {
        let asks = |text: &str| compares_with_git(&shell::read(text));
        for text in [
            "make gen && git diff --exit-code -- out",
            "test -z \"$(git status --porcelain)\"",
            "[ -z \"$(git diff --name-only)\" ]",
            "test -z \"$(git ls-files --others --exclude-standard)\"",
        ] {
            assert!(asks(text), "{text}");
        }
        for text in ["git diff origin/main HEAD | flake8 --diff", "git ls-files '*.py' | xargs flake8", "git status"] {
            assert!(!asks(text), "{text}");
        }
    }

    #[test]
    fn what_does_not_look_or_only_names_a_checker_stays() {
        for text in [
            "pip install black",
            "black .",
            "eslint --fix .",
            "cargo test fmt --check",
            "echo prettier --check .",
            "ruff",
            "go mod download",
            "make black --check",
        ] {
            assert_eq!(writing(text), text);
        }
    }
}
