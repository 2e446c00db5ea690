//! What people see: progress and verdicts on standard error, machine output on standard output.

use super::held::held;
use anstyle::{AnsiColor, Style};
use std::io::{IsTerminal as _, Write as _};

#[derive(Debug, Clone, Copy)]
pub struct Ui {
    pub quiet: bool,
    pub verbose: bool,
    pub color: bool,
    /// A runner reads every line that we print and obeys workflow commands in it.
    pub runner: bool,
}

impl Ui {
    /// `color` is what the user allows; a pipe never gets any.
    pub fn new(quiet: bool, verbose: bool, color: bool, runner: bool) -> Self {
        Self { quiet, verbose, color: color && std::io::stderr().is_terminal(), runner }
    }

    /// One line of progress: which stage, what it found.
    pub fn stage(&self, stage: &str, text: &str) {
        if !self.quiet {
            let style = Style::new().fg_color(Some(AnsiColor::Cyan.into())).bold();
            let text = text.replace(['\n', '\r'], " ");
            self.line(&format!("{} {text}", self.paint(style, &format!("{stage:>9}"))));
        }
    }

    /// The last word; also when quiet.
    pub fn verdict(&self, good: bool, text: &str) {
        let color = if good { AnsiColor::Green } else { AnsiColor::Yellow };
        let text = text.replace(['\n', '\r'], " ");
        self.line(&self.paint(Style::new().fg_color(Some(color.into())).bold(), &text));
    }

    pub fn error(&self, text: &str) {
        let style = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
        self.line(&format!("{}: {text}", self.paint(style, "error")));
    }

    /// A block as it is, for people.
    pub fn block(&self, text: &str) {
        if !self.quiet && !text.is_empty() {
            self.line(text.trim_end_matches('\n'));
        }
    }

    /// A unified diff, coloured where colours are wanted.
    pub fn diff(&self, diff: &str) {
        let paint = |line: &str| {
            let color = match line.as_bytes().first() {
                Some(b'+') => AnsiColor::Green,
                Some(b'-') => AnsiColor::Red,
                Some(b'@') => AnsiColor::Cyan,
                _ => return line.to_owned(),
            };
            self.paint(Style::new().fg_color(Some(color.into())), line)
        };
        self.block(&diff.lines().map(paint).collect::<Vec<_>>().join("\n"));
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// While `act` runs, a runner takes nothing that is printed for a command: what is printed then quotes what
    /// foreign code said.
    pub fn without_commands<R>(&self, act: impl FnOnce() -> R) -> R {
        if !self.runner {
            return act();
        }
        let word = ulid::Ulid::generate().to_string();
        let _ = writeln!(std::io::stderr().lock(), "::stop-commands::{word}");
        let done = act();
        let _ = writeln!(std::io::stderr().lock(), "::{word}::");
        done
    }

    /// A closed pipe is the reader's wish, not our failure.
    fn line(&self, text: &str) {
        let text = held().mask(text);
        let text = if self.runner { disarm(&text) } else { text.into_owned() };
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

/// Breaks what a runner would take for a command: `##[` anywhere in a line, `::` at its start.
fn disarm(text: &str) -> String {
    let lines = text.replace('\r', " ").replace("##[", "#\u{200b}#[");
    let lines = lines.lines().map(|line| match line.trim_start().strip_prefix("::") {
        Some(rest) => format!(":\u{200b}:{rest}"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::disarm;

    #[test]
    fn foreign_text_gives_a_runner_no_command() {
        let text = disarm("x ##[set-output name=a;]b\n  ::error::y\r::add-mask::e\nfine :: here");
        assert!(!text.contains("##["));
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
        assert!(text.ends_with("fine :: here"));
    }
}
