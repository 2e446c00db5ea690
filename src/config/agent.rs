//! A coding agent that somebody else wrote, for the hand `command`; off unless one is named.

use super::Command;
use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Agent {
    /// A name of the table of agents.
    pub preset: Option<String>,
    /// Any other program that edits files, as a template.
    pub command: Option<Command>,
    /// After which it is stopped, with everything that it started.
    pub seconds: u64,
}

impl Default for Agent {
    fn default() -> Self {
        Self { preset: None, command: None, seconds: 900 }
    }
}

impl Agent {
    pub(super) fn check(&self) -> Result<(), String> {
        if self.preset.is_some() && self.command.is_some() {
            return Err("agent has a preset and a command; use one of them".to_owned());
        }
        if self.preset.as_ref().is_some_and(|preset| preset.trim().is_empty()) {
            return Err("agent.preset is empty; leave it out instead".to_owned());
        }
        if self.command.as_ref().is_some_and(|command| command.to_line(None).is_none()) {
            return Err("agent.command is empty; leave it out instead".to_owned());
        }
        // It has text of strangers in it.
        let script = self.command.as_ref().and_then(|command| command.to_line(None)?.script().map(str::to_owned));
        if script.is_some_and(|script| script.contains("{prompt}")) {
            return Err("agent.command has {prompt} in a script, where it would be run; use {prompt_file}, or a list"
                .to_owned());
        }
        super::limits::range("agent.seconds", self.seconds, 1, 21_600)
    }

    /// Whether one is to be asked.
    pub fn is_wanted(&self) -> bool {
        self.preset.is_some() || self.command.is_some()
    }
}
