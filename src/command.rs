//! A command as data: what failed, what proves the repair.

use crate::ids::RelPath;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};

/// An argument vector with its working directory and the variables that the step set for it.
/// A shell step is the shell's own argument vector: `["bash", "-eo", "pipefail", "-c", SCRIPT]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    /// Never empty.
    pub argv: Vec<String>,
    /// Relative to the repository's root; `None` is the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<RelPath>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<(String, String)>,
}

/// A command that is run before the one that matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUp {
    pub command: CommandLine,
    /// `continue-on-error`: its failure stops nothing.
    pub may_fail: bool,
}

/// Programs that take a script as an argument, and behind which option.
const INTERPRETERS: &[(&str, &str)] = &[
    ("python", "-c"),
    ("python3", "-c"),
    ("perl", "-e"),
    ("ruby", "-e"),
    ("node", "-e"),
    ("php", "-r"),
    ("rscript", "-e"),
    ("julia", "-e"),
    ("zsh", "-c"),
    ("fish", "-c"),
];

/// A shell template of GitHub's; on Windows its program has an ending, and perhaps a space in its path.
fn program_and_options(shell: &str) -> (&str, &str) {
    let shell = shell.trim();
    match shell.to_ascii_lowercase().find(".exe") {
        Some(end) => (&shell[..end], &shell[end + ".exe".len()..]),
        None => shell.split_once(char::is_whitespace).unwrap_or((shell, "")),
    }
}

/// Names that bash takes behind `-o`.
const BASH_SETTINGS: &[&str] = &["pipefail", "errexit", "nounset", "xtrace", "noglob", "noclobber", "posix", "verbose"];

/// Those of bash's options that change how a script runs, and nothing else.
fn bash_options<'w>(words: impl Iterator<Item = &'w str>) -> Vec<&'w str> {
    let mut options = Vec::new();
    let mut words = words.peekable();
    while let Some(word) = words.next() {
        let letters = word.strip_prefix('-').filter(|letters| !letters.is_empty()).unwrap_or("?");
        let plain = letters.chars().all(|letter| "euxlvEo".contains(letter));
        match words.peek().filter(|name| BASH_SETTINGS.contains(name)).copied() {
            Some(name) if plain && letters.ends_with('o') => options.extend([word, name]),
            _ if plain && !letters.contains('o') => options.push(word),
            _ if ["--noprofile", "--norc", "--login", "--posix"].contains(&word) => options.push(word),
            _ => {}
        }
    }
    options
}

impl CommandLine {
    /// Its directory in the tree at `root`.
    pub fn place(&self, root: &Path) -> PathBuf {
        self.directory.as_ref().map_or_else(|| root.to_owned(), |directory| root.join(directory.as_str()))
    }

    pub fn new(argv: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { argv: argv.into_iter().map(Into::into).collect(), directory: None, env: Vec::new() }
    }

    /// What GitHub's runner does for `run:` with the named shell, or with a template like `bash -e {0}`, which is
    /// what it takes where none is named (docs: workflow syntax, `jobs.<job_id>.steps[*].shell`). Unknown shells are
    /// treated as `sh`.
    pub fn shell(shell: &str, script: &str) -> Self {
        let (program, rest) = program_and_options(shell);
        let name = program.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        let words = rest.split_whitespace();
        // The template may come from a log: an option that names a file or a command is none of these.
        let options = bash_options(words);
        match name.as_str() {
            "bash" if !options.is_empty() => Self::new(["bash"].into_iter().chain(options).chain(["-c", script])),
            "bash" => Self::new(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]),
            "pwsh" | "powershell" => Self::new(["pwsh", "-command", script]),
            name if let Some((program, flag)) = INTERPRETERS.iter().find(|(known, _)| *known == name) => {
                Self::new([program, flag, script])
            }
            _ => Self::new(["sh", "-e", "-c", script]),
        }
    }

    /// The script of a shell step, `None` for a plain argument vector.
    pub fn script(&self) -> Option<&str> {
        let shell = self.argv.first()?.rsplit('/').next()?;
        let flag = self.argv.len().checked_sub(2).and_then(|i| self.argv.get(i))?;
        let known = matches!(shell, "bash" | "sh" | "dash" | "zsh") && flag == "-c";
        if known { self.argv.last().map(String::as_str) } else { None }
    }
}

impl fmt::Display for CommandLine {
    /// The script of a shell step, else the arguments quoted as a POSIX shell takes them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(script) = self.script() {
            return f.write_str(script.trim_end());
        }
        for (i, arg) in self.argv.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
            if !arg.is_empty() && arg.chars().all(plain) {
                f.write_str(arg)?;
            } else {
                write!(f, "'{}'", arg.replace('\'', r"'\''"))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_read_as_people_type_them() {
        assert_eq!(CommandLine::new(["cargo", "test", "it's"]).to_string(), r"cargo test 'it'\''s'");
        let step = CommandLine::shell("/usr/bin/bash -e {0}", "npm ci\nnpm test\n");
        assert_eq!(step.to_string(), "npm ci\nnpm test");
        assert_eq!(step.argv[..3], ["bash", "-e", "-c"], "without a named shell there is no pipefail");
        let options = |shell: &str| CommandLine::shell(shell, "x").argv.join(" ");
        assert_eq!(options("bash"), "bash --noprofile --norc -eo pipefail -c x");
        assert_eq!(
            options("/usr/bin/bash --noprofile --norc -e -o pipefail {0}"),
            "bash --noprofile --norc -e -o pipefail -c x"
        );
        assert_eq!(options("bash -c evil --rcfile /tmp/x -e {0}"), "bash -e -c x");
        assert_eq!(options("bash -euo pipefail -o evil {0}"), "bash -euo pipefail -c x");
        assert_eq!(options("perl {0}"), "perl -e x");
        assert_eq!(
            options(r"C:\Program Files\Git\bin\bash.EXE --noprofile --norc -e {0}"),
            "bash --noprofile --norc -e -c x"
        );
        assert_eq!(options(r"C:\Program Files\PowerShell\7\pwsh.EXE -command . '{0}'"), "pwsh -command x");
        assert_eq!(options(""), "sh -e -c x");
        assert_eq!(step.script(), Some("npm ci\nnpm test\n"));
        assert_eq!(CommandLine::new(["make", "-c", "x"]).script(), None);
    }
}
