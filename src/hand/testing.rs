//! A workshop in memory for the hands' tests: files as texts, programs as functions.

use super::{Hand, Job, Workshop};
use crate::command::CommandLine;
use crate::config::OwnFixer;
use crate::ids::RelPath;
use crate::patch::Patch;
use crate::process::Finished;
use crate::record::{Candidate, Complexity, Diagnosis, FailureClass, Signature, Tried};
use anyhow::Result;
use std::collections::BTreeMap;
use std::time::Duration;

/// Given the arguments and stdin: the exit code and what it prints.
pub type Program = fn(&[String], &str) -> (i32, String);

pub struct Shop {
    files: Vec<RelPath>,
    texts: BTreeMap<RelPath, Vec<u8>>,
    programs: BTreeMap<String, Program>,
    pub fixers: Vec<OwnFixer>,
}

impl Shop {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let parsed = files.iter().map(|(path, text)| (RelPath::parse(*path).unwrap(), text.as_bytes().to_vec()));
        let texts: BTreeMap<_, _> = parsed.collect();
        Self { files: texts.keys().cloned().collect(), texts, programs: BTreeMap::new(), fixers: Vec::new() }
    }

    pub fn with(mut self, name: &str, program: Program) -> Self {
        self.programs.insert(format!("/bin/{name}"), program);
        self
    }

    pub fn offers(&self, hand: &dyn Hand, command: &str, log: &str, tried: &[Tried]) -> Vec<Candidate> {
        let diagnosis = Diagnosis {
            class: FailureClass::Unknown,
            failing: Vec::new(),
            locations: Vec::new(),
            first_error: None,
            tool: None,
            suspects: Vec::new(),
            complexity: Complexity::Simple,
            strategy: Vec::new(),
            signature: Signature(String::new()),
        };
        let command = CommandLine::shell("sh", command);
        let job = Job { diagnosis: &diagnosis, log, command: &command, workshop: self, fixers: &self.fixers, tried };
        hand.propose(&job).unwrap().collect::<Result<_>>().unwrap()
    }
}

impl Workshop for Shop {
    fn read(&self, path: &RelPath) -> Result<Option<Vec<u8>>> {
        Ok(self.texts.get(path).cloned())
    }

    fn files(&self) -> Result<&[RelPath]> {
        Ok(&self.files)
    }

    fn resolve(&self, path: &str) -> Option<RelPath> {
        let path = path.trim_start_matches("/repo/").trim_start_matches("./");
        self.files.iter().find(|file| file.as_str() == path).cloned()
    }

    fn run(&self, command: &CommandLine, stdin: Option<&[u8]>, _: Duration) -> Result<Finished> {
        let stdin = String::from_utf8_lossy(stdin.unwrap_or_default()).into_owned();
        let program = self.programs.get(&command.argv[0]);
        let (exit, stdout) = program.map_or((127, String::new()), |run| run(&command.argv[1..], &stdin));
        Ok(Finished::imagined(exit, &stdout))
    }

    fn capture(&self, command: &CommandLine, _: &[RelPath], limit: Duration) -> Result<(Finished, Patch)> {
        Ok((self.run(command, None, limit)?, Patch::default()))
    }

    fn find_program(&self, name: &str) -> Option<String> {
        let path = format!("/bin/{name}");
        self.programs.contains_key(&path).then_some(path)
    }

    fn left(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn tell(&self, _: &str) {}
}

/// The changed file of a candidate, as text.
pub fn after(candidate: &Candidate) -> &str {
    std::str::from_utf8(candidate.patch.files()[0].after.as_deref().unwrap()).unwrap()
}
