//! The commands that a GitHub job ran, as its log spells them: each evaluated `##[group]Run` block.

use memchr::memmem;

/// One `run:` step: the evaluated script, its shell and the environment that the step was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunBlock {
    pub command: String,
    /// As written: `/usr/bin/bash -e {0}`.
    pub shell: Option<String>,
    pub env: Vec<(String, String)>,
    /// The line of the log, from 1, that opens the block.
    pub line: usize,
    /// The step ended with `##[error]Process completed with exit code`.
    pub failed: bool,
}

const CYAN: &str = "\u{1b}[36;1m";
const RESET: &str = "\u{1b}[0m";
/// A script or an environment beyond this size is cut: nothing that long is a command to repeat.
const BLOCK_LIMIT: usize = 256 * 1024;

/// Every block that ran a script; blocks of `uses:` steps have no shell line and are left out.
pub fn steps(log: &str) -> Vec<RunBlock> {
    let mut blocks: Vec<RunBlock> = Vec::new();
    let mut state = State::default();
    for (index, raw) in log.split('\n').enumerate() {
        if !state.open && memmem::find(raw.as_bytes(), b"##[").is_none() {
            continue;
        }
        state.line(text_of(raw), index + 1, &mut blocks);
    }
    blocks
}

/// The text after the stamp, colours kept: they tell the script from what follows it.
fn text_of(raw: &str) -> &str {
    super::clean::strip_stamp(raw.trim_end_matches(['\r', '\n']))
}

#[derive(Default)]
struct State {
    open: bool,
    part: Part,
    script: Vec<String>,
    size: usize,
    title: String,
    shell: Option<String>,
    env: Vec<(String, String)>,
    line: usize,
    /// The last group was a script's, so that a closing error is about it.
    script_last: bool,
}

#[derive(Default, PartialEq)]
enum Part {
    #[default]
    Script,
    Inputs,
    Env,
}

impl State {
    fn line(&mut self, text: &str, number: usize, blocks: &mut Vec<RunBlock>) {
        if let Some(title) = text.strip_prefix("##[group]Run ") {
            *self = Self { open: true, title: plain(title), line: number, ..Self::default() };
        } else if text.starts_with("##[endgroup]") && self.open {
            self.close(blocks);
        } else if text.starts_with("##[error]Process completed with exit code") && self.script_last {
            if let Some(block) = blocks.last_mut() {
                block.failed = true;
            }
        } else if self.open {
            self.inside(text);
        }
    }

    fn inside(&mut self, text: &str) {
        self.size += text.len();
        if self.size > BLOCK_LIMIT {
            return;
        }
        if let Some(code) = text.strip_prefix(CYAN) {
            self.script.push(code.strip_suffix(RESET).unwrap_or(code).to_owned());
        } else if self.part == Part::Script && text.starts_with("with:") {
            self.part = Part::Inputs;
        } else if let Some(shell) = text.strip_prefix("shell: ") {
            self.shell = Some(plain(shell));
            self.part = Part::Inputs;
        } else if text == "env:" {
            self.part = Part::Env;
        } else if self.part == Part::Env {
            self.variable(text);
        } else if self.part == Part::Script {
            // Logs that went through a viewer have lost their colours.
            self.script.push(plain(text));
        }
    }

    /// `  NAME: value`; a line that is no such pair continues the value before it.
    fn variable(&mut self, text: &str) {
        let pair = text.strip_prefix("  ").and_then(|pair| pair.split_once(':')).filter(|(name, _)| is_name(name));
        match (pair, self.env.last_mut()) {
            (Some((name, value)), _) => {
                self.env.push((name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned()));
            }
            (None, Some((_, value))) => {
                value.push('\n');
                value.push_str(text);
            }
            (None, None) => {}
        }
    }

    fn close(&mut self, blocks: &mut Vec<RunBlock>) {
        let state = std::mem::take(self);
        if state.shell.is_none() {
            return;
        }
        let command = if state.script.is_empty() { state.title } else { state.script.join("\n") };
        let (shell, env, line) = (state.shell, state.env, state.line);
        blocks.push(RunBlock { command, shell, env, line, failed: false });
        self.script_last = true;
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

fn plain(text: &str) -> String {
    let mut out = String::new();
    super::clean::strip_ansi(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
2026-01-02T03:04:05.0000001Z ##[group]Run actions/checkout@v5
2026-01-02T03:04:05.0000001Z with:
2026-01-02T03:04:05.0000001Z   repository: o/r
2026-01-02T03:04:05.0000001Z env:
2026-01-02T03:04:05.0000001Z   CI: true
2026-01-02T03:04:05.0000001Z ##[endgroup]
2026-01-02T03:04:05.0000001Z ##[group]Run npm ci
2026-01-02T03:04:05.0000001Z \u{1b}[36;1mnpm ci\u{1b}[0m
2026-01-02T03:04:05.0000001Z \u{1b}[36;1m\u{1b}[0m
2026-01-02T03:04:05.0000001Z \u{1b}[36;1m  npm test -- --ci\u{1b}[0m
2026-01-02T03:04:05.0000001Z shell: /usr/bin/bash -e {0}
2026-01-02T03:04:05.0000001Z env:
2026-01-02T03:04:05.0000001Z   CI: true
2026-01-02T03:04:05.0000001Z   KEY: one
2026-01-02T03:04:05.0000001Z two
2026-01-02T03:04:05.0000001Z   URL: http://a:1
2026-01-02T03:04:05.0000001Z ##[endgroup]
2026-01-02T03:04:06.0000001Z boom
2026-01-02T03:04:06.0000001Z ##[error]Process completed with exit code 1.
2026-01-02T03:04:06.0000001Z ##[group]Run echo done
2026-01-02T03:04:06.0000001Z echo done
2026-01-02T03:04:06.0000001Z shell: pwsh -command \". '{0}'\"
2026-01-02T03:04:06.0000001Z ##[endgroup]
2026-01-02T03:04:06.0000001Z done";

    fn check(log: &str) {
        let blocks = steps(log);
        assert_eq!(blocks.len(), 2);
        assert_eq!(blocks[0].command, "npm ci\n\n  npm test -- --ci");
        assert_eq!(blocks[0].shell.as_deref(), Some("/usr/bin/bash -e {0}"));
        let env: Vec<_> = blocks[0].env.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(env, [("CI", "true"), ("KEY", "one\ntwo"), ("URL", "http://a:1")]);
        assert_eq!((blocks[0].line, blocks[0].failed), (7, true));
        assert_eq!((blocks[1].command.as_str(), blocks[1].failed), ("echo done", false));
    }

    #[test]
    fn script_blocks_are_read_in_every_spelling_of_the_log() {
        check(LOG);
        check(&LOG.replace("2026-", "build\tRun tests\t2026-"));
        check(&LOG.replace('\n', "\r\n"));
    }

    #[test]
    fn an_error_after_an_action_does_not_fail_the_script_before_it() {
        let log = LOG.replace("boom", "##[group]Run actions/cache@v4\n##[endgroup]");
        assert!(steps(&log).iter().all(|block| !block.failed));
    }

    #[test]
    fn an_unclosed_block_is_none() {
        assert_eq!(steps("##[group]Run x\nshell: bash"), []);
    }
}
