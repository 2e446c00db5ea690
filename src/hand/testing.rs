//! A workshop in memory for the hands' tests: files as texts, programs as functions.

use super::{Fallen, Hand, Job, Workshop};
use crate::command::CommandLine;
use crate::config::OwnFixer;
use crate::git::Step;
use crate::ids::{RelPath, Sha};
use crate::patch::{FilePatch, Patch};
use crate::process::Finished;
use crate::record::entry::Learning;
use crate::record::{Candidate, Complexity, Diagnosis, FailureClass, HandId, Seen, Signature, Tried};
use crate::verify::Trial;
use anyhow::Result;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

/// Given the arguments and stdin: the exit code and what it prints.
pub type Program = fn(&[String], &str) -> (i32, String);

pub struct Shop {
    files: Vec<RelPath>,
    texts: BTreeMap<RelPath, Vec<u8>>,
    programs: BTreeMap<String, Program>,
    /// The file that takes what a program prints, where it writes one.
    written: BTreeMap<String, RelPath>,
    pub fixers: Vec<OwnFixer>,
    steps: Vec<Step>,
    /// The files as they were before each step.
    past: Vec<BTreeMap<RelPath, Vec<u8>>>,
    judge: Option<Judge>,
    pub trials: Cell<usize>,
}

/// What the command says of a tree.
pub type Judge = Box<dyn Fn(&dyn Fn(&str) -> String) -> Trial>;

impl Shop {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let parsed = files.iter().map(|(path, text)| (RelPath::parse(*path).unwrap(), text.as_bytes().to_vec()));
        let texts: BTreeMap<_, _> = parsed.collect();
        let files = texts.keys().cloned().collect();
        let (programs, fixers, steps, past) = (BTreeMap::new(), Vec::new(), Vec::new(), Vec::new());
        let written = BTreeMap::new();
        Self { files, texts, programs, written, fixers, steps, past, judge: None, trials: Cell::new(0) }
    }

    /// One commit more below all that are there: the files that were otherwise before it (`None`: absent).
    pub fn before(mut self, files: &[(&str, Option<&str>)]) -> Self {
        let mut texts = self.past.last().unwrap_or(&self.texts).clone();
        for (path, text) in files {
            let path = RelPath::parse(*path).unwrap();
            match text {
                Some(text) => texts.insert(path, text.as_bytes().to_vec()),
                None => texts.remove(&path),
            };
        }
        self.past.push(texts);
        let n = self.past.len();
        let id = |n: usize| Sha::parse(format!("{n:040x}")).unwrap();
        let (title, author) = (format!("Change {n}"), "Ann".to_owned());
        self.steps.push(Step { from: id(n), to: Some(id(n - 1)), title, author });
        self
    }

    pub fn judged(mut self, judge: Judge) -> Self {
        self.judge = Some(judge);
        self
    }

    pub fn with(mut self, name: &str, program: Program) -> Self {
        self.programs.insert(format!("/bin/{name}"), program);
        self
    }

    /// A program that writes what it prints into a file.
    pub fn writing(mut self, name: &str, program: Program, path: &str) -> Self {
        self.written.insert(format!("/bin/{name}"), RelPath::parse(path).unwrap());
        self.with(name, program)
    }

    pub fn offers(&self, hand: &dyn Hand, command: &str, log: &str, tried: &[Tried]) -> Vec<Candidate> {
        self.asked(hand, command, log, tried, (&[], &[]))
    }

    /// What a hand makes of lessons.
    pub fn recalling(&self, hand: &dyn Hand, seen: &[Seen], learnings: &[Learning]) -> Vec<Candidate> {
        self.asked(hand, "make", "", &[], (seen, learnings))
    }

    fn asked(
        &self,
        hand: &dyn Hand,
        command: &str,
        log: &str,
        tried: &[Tried],
        (seen, learnings): (&[Seen], &[Learning]),
    ) -> Vec<Candidate> {
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
            seen: seen.to_vec(),
        };
        let command = CommandLine::shell("sh", command);
        let job = Job {
            diagnosis: &diagnosis,
            log,
            command: &command,
            workshop: self,
            fixers: &self.fixers,
            tried,
            seed: 0,
            learnings: learnings.iter().collect(),
            aim: super::REPAIR,
            text: "",
            model: None,
            asking: &crate::config::Model::default(),
        };
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
        let done = self.run(command, None, limit)?;
        let file = self.written.get(&command.argv[0]).map(|path| FilePatch {
            path: path.clone(),
            before: self.texts.get(path).cloned(),
            after: Some(done.stdout.clone()),
        });
        Ok((done, Patch::from_files(file)))
    }

    fn find_program(&self, name: &str) -> Option<String> {
        let path = format!("/bin/{name}");
        self.programs.contains_key(&path).then_some(path)
    }

    fn left(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn tell_as(&self, _: HandId, _: &str) {}

    fn note(&self, _: HandId, _: &str) {}

    fn decide(&self, _: crate::record::entry::Decision) {}

    fn leave(&self, _: super::Unfinished) {}

    fn run_with(&self, _: &Patch, line: Option<&str>, limit: Duration) -> Result<Option<Finished>> {
        self.run(&CommandLine::new(["sh", "-c", line.unwrap_or("true")]), None, limit).map(Some)
    }

    fn converse(&self, _: &Patch, _: &CommandLine, _: Duration, _: super::Dialog) -> Result<Option<Finished>> {
        Ok(None)
    }

    fn last_result(&self) -> Fallen {
        Fallen::default()
    }

    fn steps(&self) -> Result<&[Step]> {
        Ok(&self.steps)
    }

    fn change_of(&self, step: &Step) -> Result<Patch> {
        let at = self.steps.iter().position(|other| other == step).unwrap();
        let after = at.checked_sub(1).map_or(&self.texts, |at| &self.past[at]);
        Ok(difference(&self.past[at], after))
    }

    fn change_since(&self, from: &Sha) -> Result<Patch> {
        let at = self.steps.iter().position(|step| step.from == *from).unwrap();
        Ok(difference(&self.past[at], &self.texts))
    }

    fn judge(&self, _: &Patch) -> Vec<crate::record::CheckResult> {
        Vec::new()
    }

    fn try_patch(&self, patch: &Patch, _: &str) -> Result<Trial> {
        self.trials.set(self.trials.get() + 1);
        let mut texts = self.texts.clone();
        for file in patch.files() {
            assert_eq!(texts.get(&file.path), file.before.as_ref(), "{}", file.path);
            match &file.after {
                Some(after) => texts.insert(file.path.clone(), after.clone()),
                None => texts.remove(&file.path),
            };
        }
        let read = |path: &str| {
            let text = texts.get(&RelPath::parse(path).unwrap());
            text.map_or_else(String::new, |text| String::from_utf8(text.clone()).unwrap())
        };
        Ok(self.judge.as_ref().map_or(Trial::Fails, |judge| judge(&read)))
    }
}

fn difference(old: &BTreeMap<RelPath, Vec<u8>>, new: &BTreeMap<RelPath, Vec<u8>>) -> Patch {
    let paths = old.keys().chain(new.keys());
    Patch::from_files(paths.map(|path| {
        let side = |side: &BTreeMap<RelPath, Vec<u8>>| side.get(path).cloned();
        FilePatch { path: path.clone(), before: side(old), after: side(new) }
    }))
}

/// The changed file of a candidate, as text.
pub fn after(candidate: &Candidate) -> &str {
    std::str::from_utf8(candidate.patch.files()[0].after.as_deref().unwrap()).unwrap()
}
