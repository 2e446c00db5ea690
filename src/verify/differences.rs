//! Formatters that only look can print at the same time what they would write, so that a repair is had without
//! starting them once more.

use super::runner::skip_wrappers;
use super::words::Invocation;
use crate::command::CommandLine;

/// Program and words, what makes it only look, and what makes it print the difference too without changing how it
/// ends.
const FORMATTERS: &[(&[&str], &[&str], &str)] = &[
    (&["black"], &["--check"], "--diff"),
    (&["isort"], &["--check-only", "--check", "-c"], "--diff"),
    (&["docformatter"], &["--check", "-c"], "--diff"),
    (&["terraform", "fmt"], &["-check"], "-diff"),
    (&["tofu", "fmt"], &["-check"], "-diff"),
];

/// The command as one that prints them; `None` where it does so already or has no way to.
pub fn shown(command: &CommandLine) -> Option<CommandLine> {
    let invocation = Invocation::of(command)?;
    let words = invocation.words();
    let at = skip_wrappers(words);
    let has = |flag: &str| words[at..].iter().any(|word| word == flag);
    let called = |name: &[&str]| words.len() >= at + name.len() && words[at..].iter().zip(name).all(|(a, b)| a == b);
    let (name, _, prints) =
        FORMATTERS.iter().find(|(name, looks, _)| called(name) && looks.iter().any(|flag| has(flag)))?;
    let quiet = ["-q", "--quiet", prints].into_iter().any(has);
    (!quiet && !invocation.mentioned_before(name[0]))
        .then(|| invocation.insert(at + name.len() - 1, &[(*prints).into()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formatter_that_looks_is_asked_for_the_difference() {
        let cases = [
            (vec!["black", "--check", "."], "black --diff --check ."),
            (vec!["python3", "-m", "black", "src", "--check"], "python3 -m black --diff src --check"),
            (vec!["sh", "-c", "cd a\npoetry run isort -c ."], "sh -c cd a\npoetry run isort --diff -c ."),
            (vec!["terraform", "fmt", "-check"], "terraform fmt -diff -check"),
        ];
        for (argv, expected) in cases {
            assert_eq!(shown(&CommandLine::new(argv)).unwrap().argv.join(" "), expected);
        }
        for argv in [["black", "."].as_slice(), &["black", "--check", "--diff", "."], &["black", "-q", "--check", "."]]
        {
            assert_eq!(shown(&CommandLine::new(argv.iter().copied())), None, "{argv:?}");
        }
    }
}
