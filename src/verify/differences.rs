//! Formatters that only look can print at the same time what they would write, so that a repair is had without
//! starting them once more.

use super::runner::skip_wrappers;
use super::words::Invocation;
use crate::brain::checkers;
use crate::command::CommandLine;

/// The command as one that prints them; `None` where it does so already or has no way to.
pub fn shown(command: &CommandLine) -> Option<CommandLine> {
    let invocation = Invocation::of(command)?;
    let words = invocation.words();
    let at = skip_wrappers(words);
    let (behind, option) = checkers::difference(&words[at..])?;
    (!invocation.mentioned_before(&words[at])).then(|| invocation.insert(at + behind - 1, &[option.into()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formatter_that_looks_is_asked_for_the_difference() {
        let cases = [
            (vec!["docformatter", "--check", "."], "docformatter --diff --check ."),
            (vec!["python3", "-m", "isort", "src", "--check"], "python3 -m isort --diff src --check"),
            (vec!["sh", "-c", "cd a\npoetry run isort -c ."], "sh -c cd a\npoetry run isort --diff -c ."),
            (vec!["terraform", "fmt", "-check"], "terraform fmt -diff -check"),
        ];
        for (argv, expected) in cases {
            assert_eq!(shown(&CommandLine::new(argv)).unwrap().argv.join(" "), expected);
        }
        for argv in [
            ["isort", "."].as_slice(),
            &["isort", "--check", "--diff", "."],
            &["isort", "-q", "-c", "."],
            &["black", "--check"],
        ] {
            assert_eq!(shown(&CommandLine::new(argv.iter().copied())), None, "{argv:?}");
        }
    }
}
