//! A coding agent that somebody else wrote, for the hand `command`; off unless one is named.

use super::Command;
use crate::command::CommandLine;
use serde::Deserialize;

/// What is filled in where it stands in braces.
pub const PLACES: [&str; 8] = ["prompt", "prompt_file", "dir", "home", "model", "base_url", "key", "seconds"];

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
        if let Some(unknown) = self.command.as_ref().and_then(|command| unknown_place(&command.to_line(None)?)) {
            let known = PLACES.map(|place| format!("{{{place}}}")).join(", ");
            return Err(format!("agent.command has {{{unknown:.40}}}, which nothing is filled in for; known: {known}"));
        }
        super::limits::range("agent.seconds", self.seconds, 1, 21_600)
    }

    /// Whether one is to be asked.
    pub fn is_wanted(&self) -> bool {
        self.preset.is_some() || self.command.is_some()
    }
}

/// A word in braces that is none of ours. A script, also one within an argument, has braces of its own: there only what
/// looks like a slip counts.
fn unknown_place(line: &CommandLine) -> Option<String> {
    let is_name = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let is_slip = |word: &str| PLACES.iter().any(|place| strsim::levenshtein(place, word) <= word.len() / 5);
    let of = |text: &str| {
        let parts: Vec<&str> = text.split('{').collect();
        let places = parts.windows(2).filter(|pair| !pair[0].ends_with('$'));
        let mut words = places.filter_map(|pair| Some(pair[1].split_once('}')?.0)).filter(is_name);
        let is_script = text.contains(char::is_whitespace);
        words.find(|word| !PLACES.contains(word) && (!is_script || is_slip(word))).map(str::to_owned)
    };
    line.argv.iter().find_map(|text| of(text))
}

#[cfg(test)]
mod tests {
    use crate::config;

    #[test]
    fn a_place_that_nothing_is_filled_in_for_is_refused() {
        for (command, unknown) in [
            ("[x, '{promt}']", Some("{promt}")),
            ("[x, '--task={task}']", Some("{task}")),
            ("'x {promtp_file}'", Some("{promtp_file}")),
            ("[x, '{prompt_file}', '{base_url}/v1', '${HOME}', '{\"a\": 1}', '{}']", None),
            ("'awk {print} {prompt_file} | x ${promt}'", None),
            ("[python3, -c, 'print(f\"/proc/{pid}/{key}\") # in short']", None),
        ] {
            let told =
                config::parse("t", &format!("agent: {{command: {command}}}")).map(|_| ()).map_err(|e| e.to_string());
            match (unknown, told) {
                (Some(unknown), Err(why)) => {
                    assert!(why.contains(unknown) && why.contains("{prompt_file}, {dir}"), "{why}");
                }
                (None, Ok(())) => {}
                (_, told) => panic!("{command}: {told:?}"),
            }
        }
    }
}
