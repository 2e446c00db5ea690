//! A command as a configuration writes it: a script or an argument vector.

use crate::command::CommandLine;
use crate::ids::RelPath;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Command {
    Script(String),
    Argv(Vec<String>),
}

impl Command {
    /// `None` when it is empty.
    pub fn to_line(&self, directory: Option<&RelPath>) -> Option<CommandLine> {
        let mut line = match self {
            Self::Script(script) if !script.trim().is_empty() => CommandLine::shell("bash", script),
            Self::Argv(argv) if argv.first().is_some_and(|program| !program.is_empty()) => CommandLine::new(argv),
            _ => return None,
        };
        line.directory = directory.cloned();
        Some(line)
    }
}

/// By hand, because serde says of an untagged enum only that nothing matched.
impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Command;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a command: a string or a list of strings (quote what YAML takes for another type)")
            }

            fn visit_str<E>(self, script: &str) -> Result<Command, E> {
                Ok(Command::Script(script.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Command, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(Command::Argv)
            }
        }
        from.deserialize_any(Either)
    }
}
