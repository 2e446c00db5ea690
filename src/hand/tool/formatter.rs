//! Formatters and fixers that read a file from stdin and print it as it should be.

use super::invocation::{self, Invocation};
use super::{LIMIT, program};
use crate::command::CommandLine;
use crate::hand::{Job, offer};
use crate::ids::RelPath;
use crate::patch::Patch;
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;
use regex::Regex;
use std::collections::BTreeSet;

/// More files than this at once are a change of style, not a repair.
const MOST_FILES: usize = 500;

pub(super) struct Formatter {
    pub program: &'static str,
    /// One of them is in the log when this formatter complains.
    pub marks: &'static [&'static str],
    /// Lines that name a file to be formatted, in group 1.
    pub files: &'static [&'static str],
    /// The arguments that print the file at this path, given on stdin, as it should be.
    pub arguments: fn(&Job, &RelPath) -> Result<Vec<String>>,
    /// Words of the failing call that would make it only look.
    pub check_flags: &'static [&'static str],
    /// The tool wants to stand in the file's folder to find its configuration.
    pub beside_the_file: bool,
    /// Exit codes with which the printed text is good.
    pub good_exits: &'static [i32],
    pub confidence: Confidence,
}

impl Formatter {
    pub fn propose(&self, job: &Job) -> Result<Vec<Candidate>> {
        if !self.marks.iter().any(|mark| job.log.contains(mark)) {
            return Ok(Vec::new());
        }
        let paths = self.complained_about(job)?;
        let Some(program) = (!paths.is_empty()).then(|| program(job, self.program)).flatten() else {
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        for path in &paths {
            if let Some(after) = self.run(job, &program, path)? {
                files.extend(offer::rewritten(job, path, after)?);
            }
        }
        let patch = Patch::from_files(files);
        let why = match patch.files() {
            [] => return Ok(Vec::new()),
            [one] => format!("let {} rewrite {}", self.program, one.path),
            many => format!("let {} rewrite {} files", self.program, many.len()),
        };
        Ok(vec![Candidate { patch, hand: HandId::Tool, why, confidence: self.confidence }])
    }

    fn complained_about(&self, job: &Job) -> Result<BTreeSet<RelPath>> {
        let patterns = self.files.iter().map(|p| Regex::new(p)).collect::<Result<Vec<_>, _>>()?;
        let named = job.log.lines().flat_map(|line| patterns.iter().filter_map(move |p| p.captures(line)));
        let paths = named.filter_map(|found| job.workshop.resolve(found.get(1)?.as_str().trim()));
        Ok(paths.take(MOST_FILES).collect())
    }

    fn run(&self, job: &Job, program: &str, path: &RelPath) -> Result<Option<Vec<u8>>> {
        let Some(text) = offer::editable(job, path)? else { return Ok(None) };
        let mut command = CommandLine::new([program.to_owned()]);
        let call = invocation::find(job.command, self.program);
        command.argv.extend((self.arguments)(job, path)?);
        command.argv.extend(call.iter().flat_map(|call| self.options(job, call)));
        command.env = job.command.env.iter().cloned().chain(call.into_iter().flat_map(|call| call.env)).collect();
        if self.beside_the_file {
            command.directory = path.as_str().rsplit_once('/').and_then(|(folder, _)| RelPath::parse(folder).ok());
        }
        let done = job.workshop.run(&command, Some(&text), LIMIT)?;
        let good = done.exit.is_some_and(|exit| self.good_exits.contains(&exit)) && !done.stdout.is_empty();
        Ok(good.then(|| with_line_ends_of(&text, done.stdout)))
    }

    /// What the failing call asked for beyond checking these paths: line lengths, rule selections.
    fn options(&self, job: &Job, call: &Invocation) -> Vec<String> {
        let mut options: Vec<String> = Vec::new();
        for word in call.words.iter().skip(1).take_while(|word| *word != "--") {
            let is_option = word.starts_with('-') && word != "-";
            let is_value = options.last().is_some_and(|last| last.starts_with('-') && !last.contains('='));
            let is_place = job.workshop.resolve(word).is_some() || word.contains(['/', '*', '.']) || word == "-";
            if self.check_flags.contains(&word.as_str()) || word.starts_with("--output-format") {
                continue;
            }
            if is_option || (is_value && !is_place) {
                options.push(word.clone());
            }
        }
        options
    }
}

/// rustfmt knows a file's line ends from the file, and not from what it is given on stdin.
fn with_line_ends_of(before: &[u8], after: Vec<u8>) -> Vec<u8> {
    let ends = |text: &[u8]| memchr::memmem::find_iter(text, b"\r\n").count();
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    if lines == 0 || ends(before) < lines || ends(&after) > 0 {
        return after;
    }
    after
        .split_inclusive(|byte| *byte == b'\n')
        .flat_map(|line| match line.strip_suffix(b"\n") {
            Some(bare) => [bare, b"\r\n"],
            None => [line, b""],
        })
        .flatten()
        .copied()
        .collect()
}
