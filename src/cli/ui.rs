//! What people see: progress and verdicts on standard error, machine output on standard output.

use super::held::held;
use anstyle::{AnsiColor, Style};
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

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

    /// From now on a runner's log has a group for each part of the story.
    pub fn in_groups(&self) {
        log().is_grouped = self.runner && !self.quiet;
    }

    /// One line of progress: which stage, what it found.
    pub fn stage(&self, stage: &str, text: &str) {
        log().enter(part_of(stage));
        if !self.quiet {
            let style = Style::new().fg_color(Some(AnsiColor::Cyan.into())).bold();
            let text = text.replace(['\n', '\r'], " ");
            self.line(&format!("{} {text}", self.paint(style, &format!("{stage:>9}"))));
        }
    }

    /// The last word; also when quiet.
    pub fn verdict(&self, good: bool, text: &str) {
        log().leave();
        let color = if good { AnsiColor::Green } else { AnsiColor::Yellow };
        let text = text.replace(['\n', '\r'], " ");
        self.line(&self.paint(Style::new().fg_color(Some(color.into())).bold(), &text));
    }

    pub fn error(&self, text: &str) {
        log().leave();
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
        log().stop();
        let done = act();
        log().go_on();
        done
    }

    /// A closed pipe is the reader's wish, not our failure.
    fn line(&self, text: &str) {
        let text = held().mask(text);
        let text = if self.runner { disarm(&text) } else { text.into_owned() };
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

/// What a runner has been told: one log, one state.
#[derive(Default)]
struct Log {
    is_grouped: bool,
    /// The open group, by its place in [`PARTS`].
    part: Option<usize>,
    /// The word that lets commands through again.
    stopped: Option<String>,
}

/// The parts of a run in their order. Stages go back and forth between hands and command; the log goes on.
const PARTS: [(&str, &[&str]); 5] = [
    ("find out what is asked", &["event", "collect"]),
    ("set up", &["prepare"]),
    ("see it fail", &["verify", "diagnose"]),
    ("repair", &["heal", "recall", "tool", "hint", "search", "model", "command", "revert"]),
    ("publish", &["publish", "propose", "ledger", "artifact", "notify"]),
];

fn part_of(stage: &str) -> Option<usize> {
    PARTS.iter().position(|(_, stages)| stages.contains(&stage))
}

fn log() -> MutexGuard<'static, Log> {
    static LOG: Mutex<Log> = Mutex::new(Log { is_grouped: false, part: None, stopped: None });
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Log {
    fn enter(&mut self, part: Option<usize>) {
        let Some(part) = part.filter(|part| self.is_grouped && self.part.is_none_or(|open| *part > open)) else {
            return;
        };
        let is_stopped = self.stopped.is_some();
        self.go_on();
        self.close();
        self.command(&format!("::group::{}", PARTS[part].0));
        self.part = Some(part);
        if is_stopped {
            self.stop();
        }
    }

    /// The last word stands in no group.
    fn leave(&mut self) {
        if self.stopped.is_none() {
            self.close();
        }
        self.is_grouped = false;
    }

    fn close(&mut self) {
        if self.part.take().is_some() {
            self.command("::endgroup::");
        }
    }

    fn stop(&mut self) {
        let word = ulid::Ulid::generate().to_string();
        self.command(&format!("::stop-commands::{word}"));
        self.stopped = Some(word);
    }

    fn go_on(&mut self) {
        if let Some(word) = self.stopped.take() {
            self.command(&format!("::{word}::"));
        }
    }

    fn command(&self, line: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{line}");
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
