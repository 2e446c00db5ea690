//! Names in a text: commands, test ids, paths and symbols.

use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Programs that build or test; a text in backticks that starts with one is a command.
const RUNNERS: &[&str] = &[
    "ava",
    "bazel",
    "black",
    "bun",
    "bundle",
    "cargo",
    "cmake",
    "composer",
    "ctest",
    "deno",
    "dotnet",
    "eslint",
    "flake8",
    "go",
    "gradle",
    "gradlew",
    "hatch",
    "jest",
    "just",
    "make",
    "meson",
    "mix",
    "mocha",
    "mvn",
    "mvnw",
    "mypy",
    "ninja",
    "node",
    "nox",
    "npm",
    "npx",
    "php",
    "phpunit",
    "pip",
    "playwright",
    "pnpm",
    "poetry",
    "prettier",
    "py.test",
    "pyright",
    "pytest",
    "python",
    "python3",
    "rake",
    "rspec",
    "ruby",
    "ruff",
    "rustc",
    "sbt",
    "swift",
    "tox",
    "tsc",
    "uv",
    "uvx",
    "vite",
    "vitest",
    "webpack",
    "yarn",
    "zig",
];

/// Words that are also ordinary English or mean nothing alone.
const NEED_ARGUMENT: &[&str] =
    &["black", "go", "just", "node", "php", "python", "python3", "ruby", "swift", "uv", "zig"];

const SHELLS: &[&str] =
    &["bash", "console", "shell", "sh", "shell-session", "shellsession", "terminal", "zsh", "powershell"];

/// Endings that make a word without a `/` a file name.
const FILE_ENDINGS: &str = "bazel|bat|c|cc|cfg|clj|cmake|conf|cpp|cs|css|cts|cxx|dart|ex|exs|go|gradle|graphql|h|hh|hpp|hs|html\
|ini|ipynb|java|jl|js|json|jsx|kt|kts|less|lock|lua|m|md|mjs|ml|mm|mts|php|pl|pm|properties|proto|ps1|py|pyi|pyx|r|rb|rs|rst\
|s|scala|scss|sh|sql|svelte|swift|tcl|tf|toml|ts|tsx|txt|vue|xml|yaml|yml|zig";

const MOST_NAMES: usize = 500;
const MOST_MATCHES: usize = 5_000;

/// In the order of the text, each once, at most `MOST_NAMES`.
#[derive(Default)]
struct Unique<T> {
    seen: HashSet<T>,
    list: Vec<T>,
}

impl<T: Clone + Eq + std::hash::Hash> Unique<T> {
    fn push(&mut self, item: T) {
        if !self.full() && self.seen.insert(item.clone()) {
            self.list.push(item);
        }
    }

    fn full(&self) -> bool {
        self.list.len() >= MOST_NAMES
    }
}

impl Unique<String> {
    /// Adds the first group of every match, at most `MOST_MATCHES` of each pattern.
    fn matches(&mut self, patterns: &[Regex], text: &str) {
        for regex in patterns {
            for found in regex.captures_iter(text).take(MOST_MATCHES) {
                self.push(found[1].trim().to_owned());
            }
        }
    }
}

/// One pattern on each line.
fn all(patterns: &str) -> Vec<Regex> {
    patterns.lines().filter_map(|line| ascii(line.trim())).collect()
}

/// Code's names are ASCII nearly always, and Unicode classes are several times slower.
pub fn ascii(pattern: &str) -> Option<Regex> {
    let pattern = pattern.replace(r"\w", "[0-9A-Za-z_]").replace(r"\d", "[0-9]").replace(r"\b", r"(?-u:\b)");
    Regex::new(&pattern).ok()
}

/// Commands of a code block: what follows a prompt, else every line of a block marked as shell.
pub fn block_commands(language: &str, text: &str) -> Vec<String> {
    let lines = joined(text);
    let prompted: Vec<_> = lines.iter().filter_map(|line| after_prompt(line)).map(str::to_owned).collect();
    if !prompted.is_empty() || !SHELLS.contains(&language) {
        return prompted;
    }
    lines.into_iter().filter(|line| is_command(line)).collect()
}

/// Lines with `\` at their end go on in the next one.
fn joined(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let part = line.trim();
        let piece = part.strip_suffix('\\').unwrap_or(part).trim_end();
        match lines.last_mut() {
            Some(last) if open => *last = format!("{last} {piece}"),
            _ => lines.push(piece.to_owned()),
        }
        open = part.ends_with('\\') && lines.last().is_some_and(|l| l.len() < 4096);
    }
    lines
}

fn after_prompt(line: &str) -> Option<&str> {
    let (prompt, command) = line.split_once("$ ").or_else(|| line.split_once("% "))?;
    let fits = prompt.is_empty() || (!prompt.contains(' ') && prompt.contains(['@', ':', '~', '/']));
    let command = command.trim();
    (fits && !command.is_empty()).then_some(command)
}

/// Whether the line starts with a program that builds or tests.
pub fn is_command(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|w| w.contains('=') && !w.starts_with('-'));
    let Some(program) = words.next() else { return false };
    let name = program.rsplit('/').next().unwrap_or_default();
    RUNNERS.contains(&name) && (words.next().is_some() || !NEED_ARGUMENT.contains(&name))
}

static INLINE: LazyLock<Vec<Regex>> = LazyLock::new(|| all(r"`([^`\n]{1,300})`"));

/// The texts in single backticks.
pub fn inline_code(prose: &str) -> Vec<String> {
    let mut found = Unique::default();
    found.matches(&INLINE, prose);
    found.list
}

static TESTS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    all(r"([\w./-]+\.py(?:::\w+)+(?:\[[^\]\s]{1,200}\])?)
        --- FAIL: (\S+)
        (?m)^[ \t]*test (\S+) \.\.\. FAILED
        (?m)^[ \t]*● (.{1,300})$
        \b((?:\w+::)*tests?::\w+(?:::\w+)*)\b
        \b(test_\w+)\b
        \b(Test[A-Z]\w*(?:[./]\w+)*)\b
        \b(\w+Tests?[.#]\w+)\b")
});

/// Test ids in the forms of pytest, Go, Rust, Jest and JUnit.
pub fn tests(text: &str) -> Vec<String> {
    let mut found = Unique::default();
    found.matches(&TESTS, text);
    found.list
}

static PATH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let file =
        format!(r"(?<path>(?:[\w.@+~-]*[/\\])*[\w.@+-]+\.(?i:{FILE_ENDINGS}))\b(?:(?::|#L|, line |\()(?<line>\d+))?");
    ascii(&file)
});

/// Paths and file names with the line that follows them. Of URLs only links to files on a forge count.
pub fn paths(text: &str) -> Vec<(String, Option<u32>)> {
    let mut found = Unique::default();
    let Some(regex) = PATH.as_ref() else { return Vec::new() };
    for word in text
        .split([' ', '\n', '\t', '`', '"', '\'', '<', '>', '[', ']'])
        .filter(|w| w.contains('.'))
        .take(4 * MOST_MATCHES)
    {
        let Some(word) = path_part(word) else { continue };
        if found.full() {
            break;
        }
        for c in regex.captures_iter(word) {
            let path = c["path"].replace('\\', "/");
            let line = c.name("line").and_then(|m| m.as_str().parse().ok());
            found.push((path.trim_start_matches("./").to_owned(), line));
        }
    }
    found.list
}

/// `https://host/o/r/blob/REF/src/a.rs#L3` → `src/a.rs#L3`; other URLs are no paths.
fn path_part(word: &str) -> Option<&str> {
    let Some((_, url)) = word.split_once("://") else { return Some(word) };
    let (_, rest) = url.split_once("/blob/")?;
    rest.split_once('/').map(|(_, path)| path)
}

static SYMBOL: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    all(r"\b([A-Za-z_]\w*_\w+|_\w*[A-Za-z]\w*)\b
        \b([a-z]+\d*[A-Z]\w*|[A-Z][a-z\d]+[A-Z]\w*|[A-Z]{2,}[a-z]\w*)\b
        \b([A-Za-z_]\w+)\(\)
        \b([A-Za-z_]\w*(?:(?:\.|::|->|#)[A-Za-z_]\w+)+)\b")
});

static IDENTIFIER: LazyLock<Option<Regex>> =
    LazyLock::new(|| ascii(r"^[@$#.]?([A-Za-z_$][\w$]*(?:(?:\.|::|->|#|/)[A-Za-z_$][\w$]*)*)(?:\(.*\))?!?$"));

static CODE_NAMES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    all(r"\b([A-Za-z_]\w{2,})\(
        \b(?:class|def|fn|func|function|import|new|struct)\s+([A-Za-z_]\w{2,})
        \.([A-Za-z_]\w{2,})\b
        `([A-Za-z_]\w{2,})`
        \b([A-Z][a-z\d]+[A-Z]\w*)\b")
});

/// Names that stand where code calls, defines or reaches for something, in prose and in code alike; of paths like
/// `a.b.c` the last part.
pub fn code_names(text: &str) -> Vec<String> {
    let mut found = Unique::default();
    found.matches(&CODE_NAMES, text);
    found.list
}

/// Names of code in prose: in backticks, or with the shape that only code has.
pub fn symbols(prose: &str, inline: &[String]) -> Vec<String> {
    let mut found = Unique::default();
    for code in inline {
        if let Some(name) = IDENTIFIER.as_ref().and_then(|regex| regex.captures(code)) {
            found.push(name[1].to_owned());
        }
    }
    found.matches(&SYMBOL, prose);
    found.list
}
