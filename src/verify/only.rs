//! The command that runs some tests by themselves.

use super::runner::{Recognised, Runner, recognise};
use super::words::without_preparation;
use crate::command::CommandLine;
use std::path::Path;

/// `None` when the runner is not known, or has no way to name these tests.
pub fn command(command: &CommandLine, root: &Path, tests: &[String]) -> Option<CommandLine> {
    let found = recognise(&without_preparation(command), root)?;
    if tests.is_empty() {
        return None;
    }
    match found.runner {
        Runner::Pytest if found.pass_on.is_none() => Some(found.invocation.cut(found.at, tests)),
        Runner::Unittest => Some(found.added(&each("-k", tests))),
        Runner::Cargo => Some(cargo(&found, tests)),
        Runner::Go => Some(found.added(&["-count=1".into(), "-run".into(), go_pattern(tests)])),
        Runner::Node => Some(found.added(&tests.iter().map(|test| node_pattern(test)).collect::<Vec<_>>())),
        Runner::Jest | Runner::Vitest => Some(found.added(&["-t".into(), titles_pattern(tests)])),
        Runner::Mocha => Some(found.added(&["--grep".into(), titles_pattern(tests)])),
        Runner::Ctest => Some(found.added(&["-R".into(), format!("^({})$", alternatives(tests.iter()))])),
        Runner::Rspec => Some(found.added(&each("-e", tests))),
        Runner::Maven => Some(found.added(&[maven_selection(tests), "-Dsurefire.failIfNoSpecifiedTests=false".into()])),
        Runner::Gradle => Some(found.added(&each("--tests", tests))),
        Runner::Pytest => None,
    }
}

/// The option before every name.
fn each(option: &str, tests: &[String]) -> Vec<String> {
    tests.iter().flat_map(|test| [option.to_owned(), test.clone()]).collect()
}

impl Recognised {
    /// The same command with more arguments, where the runner takes options.
    fn added(&self, args: &[String]) -> CommandLine {
        match (&self.pass_on, self.runner) {
            (Some(pass_on), _) => self.invocation.append(&[pass_on, args].concat()),
            (None, Runner::Node | Runner::Go) => self.invocation.insert(self.at, args),
            (None, _) => self.invocation.append(args),
        }
    }
}

/// Exact names go behind the `--` that separates cargo's arguments from the tests' own.
fn cargo(found: &Recognised, tests: &[String]) -> CommandLine {
    let separated = found.invocation.words().iter().any(|word| word == "--");
    let separator = (!separated).then(|| "--".to_owned());
    let args: Vec<String> = separator.into_iter().chain(["--exact".to_owned()]).chain(tests.iter().cloned()).collect();
    found.invocation.append(&args)
}

/// Packages and subtests cannot be named in one pattern; the top-level tests of all packages can.
fn go_pattern(tests: &[String]) -> String {
    let top = |test: &String| {
        let test = test.rsplit('/').find(|part| part.contains(".Test")).unwrap_or(test).to_owned();
        let test = test.split('/').next().unwrap_or_default().to_owned();
        test.rsplit('.').next().unwrap_or_default().to_owned()
    };
    let mut names: Vec<String> = tests.iter().map(top).collect();
    names.sort();
    names.dedup();
    format!("^({})$", alternatives(names.iter()))
}

/// Node matches each test's own title.
fn node_pattern(test: &str) -> String {
    let title = test.rsplit(" > ").next().unwrap_or(test);
    format!("--test-name-pattern=^{}$", regex::escape(title))
}

/// Jest and mocha match the titles joined with spaces; a file name in front is no title.
fn titles_pattern(tests: &[String]) -> String {
    let titles = |test: &String| {
        let is_file = |part: &str| part.contains('.') && !part.contains(' ');
        let (first, rest) = test.split_once(" > ").unwrap_or(("", test));
        let test = if is_file(first) { rest } else { test.as_str() };
        test.replace(" > ", " ")
    };
    let titles: Vec<String> = tests.iter().map(titles).collect();
    format!("^({})$", alternatives(titles.iter()))
}

fn alternatives<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| regex::escape(name)).collect::<Vec<_>>().join("|")
}

/// `-Dtest=Class#method+other`, classes separated by commas.
fn maven_selection(tests: &[String]) -> String {
    let named = |test: &String| match test.rsplit_once('.') {
        Some((class, method)) => format!("{class}#{}", method.split(['(', '[']).next().unwrap_or(method)),
        None => test.clone(),
    };
    format!("-Dtest={}", tests.iter().map(named).collect::<Vec<_>>().join(","))
}
