//! What the failing command asks of cargo: which packages and features are built, which tests are run.

use crate::brain::checkers;
use crate::hand::Job;
use crate::ids::RelPath;
use crate::syntax::shell::{self, Call};

/// A call of cargo's tests, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cargo {
    /// `cargo`, with the toolchain that it names.
    pub program: Vec<String>,
    /// What decides about the build.
    pub options: Vec<String>,
    /// A test is run when its name has one of these in it; none: every test.
    pub filters: Vec<String>,
    /// A test is not run when its name has one of these in it.
    pub skipped: Vec<String>,
    pub exact: bool,
    /// `--ignored` or `--include-ignored`.
    pub ignored: Option<String>,
    /// Variables in front of the program.
    pub env: Vec<(String, String)>,
    /// Below the root of the repository; empty: the root.
    pub directory: String,
}

/// Options that decide what is built, with a value of their own.
const VALUED: &[&str] = &[
    "-p",
    "--package",
    "--exclude",
    "--bin",
    "--example",
    "--test",
    "-F",
    "--features",
    "--target",
    "--manifest-path",
    "--profile",
    "--cargo-profile",
    "-Z",
    "--config",
];
const PLAIN: &[&str] = &[
    "--workspace",
    "--all",
    "--lib",
    "--bins",
    "--tests",
    "--all-targets",
    "--release",
    "-r",
    "--all-features",
    "--no-default-features",
    "--locked",
    "--frozen",
    "--ignore-rust-version",
];
/// Options with a value that say how tests are run or shown.
const PASSED_OVER: &[&str] = &[
    "-j",
    "--jobs",
    "--color",
    "--message-format",
    "--target-dir",
    "-E",
    "--filter-expr",
    "--filterset",
    "--retries",
    "--partition",
    "--test-threads",
    "--status-level",
    "--final-status-level",
    "--failure-output",
    "--success-output",
    "--max-fail",
    "--run-ignored",
    "--tool-config-file",
    "--config-file",
    "--archive-file",
    "--format",
    "--logfile",
];

/// The first call of cargo's tests in the command. Where a script hides it, the log of cargo's own test runner is
/// enough to ask for all tests.
pub fn read(job: &Job) -> Option<Cargo> {
    let script = shell::read(&job.command.to_string());
    let base = job.command.directory.as_ref().map_or("", RelPath::as_str);
    let mut directory = base.to_owned();
    for call in &script.calls {
        let words: Vec<&str> = call.texts().collect();
        if let ["cd" | "pushd", into] = words[..] {
            directory = below(&directory, into)?;
        }
        if let Some(cargo) = of_call(call, &directory) {
            return Some(cargo);
        }
    }
    let hidden = job.diagnosis.tool.as_deref() == Some("libtest") && job.log.contains("Running ");
    let program = vec!["cargo".to_owned()];
    hidden.then(|| Cargo { program, directory: base.to_owned(), ..Cargo::default() })
}

fn below(directory: &str, into: &str) -> Option<String> {
    let joined = if directory.is_empty() { into.to_owned() } else { format!("{directory}/{into}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!into.starts_with('/')).then(|| parts.join("/"))
}

fn of_call(call: &Call, directory: &str) -> Option<Cargo> {
    let at = checkers::position(call, "cargo")?;
    let mut words = call.texts().skip(at).peekable();
    let mut cargo = Cargo { env: call.env.clone(), directory: directory.to_owned(), ..Cargo::default() };
    cargo.program.push(words.next()?.to_owned());
    if let Some(toolchain) = words.next_if(|word| word.starts_with('+')) {
        cargo.program.push(toolchain.to_owned());
    }
    let nextest = match words.next()? {
        "test" | "t" => false,
        "nextest" if matches!(words.next()?, "run" | "r") => true,
        _ => return None,
    };
    let words: Vec<&str> = words.collect();
    let end = words.iter().position(|word| *word == "--").unwrap_or(words.len());
    cargo.take_options(&words[..end], nextest);
    cargo.take_harness(words.get(end + 1..).unwrap_or_default());
    let only_documentation = words[..end].contains(&"--doc");
    (!only_documentation).then_some(cargo)
}

impl Cargo {
    fn take_options(&mut self, words: &[&str], nextest: bool) {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (name, value) = word.split_once('=').map_or((*word, None), |(name, value)| (name, Some(value)));
            // With nextest a profile says how tests are run.
            let of_nextest = nextest && name == "--profile";
            let kept = VALUED.contains(&name) && !of_nextest;
            let name = if nextest && name == "--cargo-profile" { "--profile" } else { name };
            if PLAIN.contains(&name) || glued(word) {
                self.options.push((*word).to_owned());
            } else if kept || of_nextest || PASSED_OVER.contains(&name) {
                let value = value.or_else(|| words.next().copied());
                if let Some(value) = value.filter(|_| kept) {
                    self.options.extend([name.to_owned(), value.to_owned()]);
                }
            } else if !word.starts_with('-') {
                self.filters.push((*word).to_owned());
            }
        }
    }

    /// What follows `--`: cargo's test runner takes it, and nextest's is alike.
    fn take_harness(&mut self, words: &[&str]) {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--exact" => self.exact = true,
                "--skip" => self.skipped.extend(words.next().map(|word| (*word).to_owned())),
                "--ignored" | "--include-ignored" => self.ignored = Some((*word).to_owned()),
                word if PASSED_OVER.contains(&word) => drop(words.next()),
                word if !word.starts_with('-') => self.filters.push(word.to_owned()),
                _ => {}
            }
        }
    }

    /// The command that builds the tests and says what it built.
    pub fn build(&self) -> Vec<String> {
        let own = ["test", "--no-run", "--message-format=json"].map(str::to_owned);
        self.program.iter().chain(&own).chain(&self.options).cloned().collect()
    }

    /// The command that says what the workspace holds.
    pub fn metadata(&self) -> Vec<String> {
        let own = ["metadata", "--no-deps", "--format-version", "1"].map(str::to_owned);
        let manifest = self.options.iter().position(|option| option == "--manifest-path");
        let manifest = manifest.map_or(&[][..], |at| &self.options[at..(at + 2).min(self.options.len())]);
        self.program.iter().chain(&own).chain(manifest).cloned().collect()
    }
}

/// `-pname`, `-Fname`.
fn glued(word: &str) -> bool {
    ["-p", "-F"].iter().any(|short| word.starts_with(short) && word.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<Cargo> {
        let script = shell::read(line);
        script.calls.iter().find_map(|call| of_call(call, ""))
    }

    #[test]
    fn the_build_is_asked_for_as_the_command_asks_for_it() {
        for (line, build, filters) in [
            ("cargo test", "cargo test --no-run --message-format=json", ""),
            (
                "timeout 60 cargo +nightly t -p a -q --features=x,y parse -- --nocapture --test-threads 1",
                "cargo +nightly test --no-run --message-format=json -p a --features x,y",
                "parse",
            ),
            (
                "cargo nextest run --workspace --profile ci --cargo-profile release -E 'test(x)' one two",
                "cargo test --no-run --message-format=json --workspace --profile release",
                "one two",
            ),
        ] {
            let cargo = read(line).unwrap();
            assert_eq!(cargo.build().join(" "), build, "{line}");
            assert_eq!(cargo.filters.join(" "), filters, "{line}");
        }
        assert_eq!(read("cargo build"), None);
        assert_eq!(read("cargo test --doc"), None);
        let cargo = read("cargo test -- --exact --skip slow --ignored a::b").unwrap();
        assert_eq!((cargo.exact, cargo.skipped, cargo.filters), (true, vec!["slow".into()], vec!["a::b".into()]));
        assert_eq!(cargo.ignored.as_deref(), Some("--ignored"));
    }

    #[test]
    fn directories_are_followed() {
        assert_eq!(below("", "a/b").as_deref(), Some("a/b"));
        assert_eq!(below("a/b", "../c").as_deref(), Some("a/c"));
        assert_eq!(below("", ".."), None);
        assert_eq!(below("a", "/b"), None);
    }
}
