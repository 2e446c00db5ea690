//! Judging texts: each is given to the compiler in the place of a file, several in one go.

use super::included::Frame;
use super::invocation::{self, Invocation};
use super::report::{Problem, problems};
use crate::command::CommandLine;
use crate::hand::Job;
use crate::ids::RelPath;
use anyhow::Result;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);
/// The name that the compilers give to standard input.
const STDIN: &str = "<stdin>";
const MARK: &str = "==== text ";
const END: &str = "THANOS_END_OF_TEXT";

/// One file with the compiler that judges it.
pub struct Judge<'a> {
    job: &'a Job<'a>,
    frame: Rc<Frame>,
    way: Invocation,
    runs: Cell<usize>,
    spent: Cell<f64>,
    /// So much of the budget is for what comes after.
    reserve: Duration,
}

/// Texts that are judged for one file, and how long that may take: C++ is slow to read.
const MOST_RUNS: usize = 200;
const MOST_SECONDS: f64 = 5.0;

const FLOWS: &[&str] =
    &["=return-type", "-Wreturn-type", "=uninitialized", "=maybe-uninitialized", "=unused-but-set-variable"];

/// What the compiler says about a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// In the text itself.
    pub problems: Vec<Problem>,
    /// The compiler is content.
    pub is_clean: bool,
}

impl<'a> Judge<'a> {
    /// The first way of compiling the file that complains about it as the log does (`said`: lines with messages).
    pub fn find(
        job: &'a Job<'a>,
        path: &RelPath,
        text: &[u8],
        said: &[(u32, String)],
    ) -> Result<Option<(Self, Verdict)>> {
        if job.workshop.find_program("sh").is_none() {
            return Ok(None);
        }
        let Some(frame) = Frame::of(job, path)?.map(Rc::new) else { return Ok(None) };
        let mut fallback = None;
        for way in invocation::ways(job, &frame.unit) {
            let reserve = job.workshop.left() / 2;
            let judge = Self { job, frame: frame.clone(), way, runs: Cell::new(0), spent: Cell::default(), reserve };
            let Some(verdict) = judge.judge(&[text])?.pop() else { continue };
            let same = |p: &Problem| said.iter().any(|(line, message)| *line == p.line && *message == p.message);
            if verdict.problems.iter().any(same) {
                return Ok(Some((judge, verdict)));
            }
            if said.is_empty() && !verdict.problems.is_empty() {
                fallback.get_or_insert((judge, verdict));
            }
        }
        Ok(fallback)
    }

    /// Whether enough was judged.
    pub fn is_tired(&self) -> bool {
        self.runs.get() > MOST_RUNS || self.spent.get() > MOST_SECONDS
    }

    /// Whether the text is read as C++.
    pub fn is_plus(&self) -> bool {
        super::is_plus(&self.frame.unit) || self.way.compiler.contains("++")
    }

    /// Judges in order and stops behind the first text that is clean.
    pub fn judge(&self, texts: &[&[u8]]) -> Result<Vec<Verdict>> {
        let left = self.job.workshop.left().saturating_sub(self.reserve);
        if left.is_zero() {
            return Ok(Vec::new());
        }
        let mut script = b"export LC_ALL=C\n".to_vec();
        let (call, end) = (self.call(), end_of(texts));
        for (at, text) in texts.iter().enumerate() {
            script.extend(format!("echo; echo '{MARK}{at}'; {call} 2>&1 <<'{end}' && exit 0\n").bytes());
            script.extend(self.frame.around(text, STDIN));
            if !text.ends_with(b"\n") {
                script.push(b'\n');
            }
            script.extend(format!("{end}\n").bytes());
        }
        let command = CommandLine {
            argv: vec![self.job.workshop.find_program("sh").unwrap_or_else(|| "sh".to_owned())],
            directory: self.way.directory.clone(),
            env: self.way.env.clone(),
        };
        let done = self.job.workshop.run(&command, Some(&script), LIMIT.min(left))?;
        self.runs.set(self.runs.get() + texts.len());
        self.spent.set(self.spent.get() + done.seconds);
        let out = String::from_utf8_lossy(&done.stdout).into_owned();
        let mut parts: Vec<&str> = out.split(MARK).skip(1).collect();
        let judged = parts.len();
        if done.limit.is_some() {
            parts.pop();
        }
        Ok(parts
            .into_iter()
            .enumerate()
            .map(|(at, part)| Self::verdict(part, done.success() && at + 1 == judged))
            .collect())
    }

    fn verdict(output: &str, passed: bool) -> Verdict {
        let own = problems(output).into_iter().filter(|problem| problem.path == STDIN).collect();
        Verdict { is_clean: passed, problems: own }
    }

    fn call(&self) -> String {
        let language = if self.is_plus() { "c++" } else { "c" };
        let ups = self.way.directory.as_ref().map_or(0, |directory| directory.as_str().split('/').count());
        let near = self
            .frame
            .folders
            .iter()
            .flat_map(|folder| ["-iquote".to_owned(), format!("{}{folder}", "../".repeat(ups))]);
        // What a function's ways through it tell is not looked at where only the syntax is.
        let flows = FLOWS.iter().any(|option| self.job.log.contains(&format!("{option}]")));
        let depth: &[&str] = if flows { &["-S", "-o", "/dev/null"] } else { &["-fsyntax-only"] };
        let fixed = depth.iter().chain(&["-fdiagnostics-parseable-fixits", "-fno-diagnostics-color"]);
        let fixed = fixed.map(|option| (*option).to_owned());
        let tail = ["-x", language, "-"].map(str::to_owned);
        let words = std::iter::once(self.way.compiler.clone()).chain(fixed).chain(self.way.options.clone());
        let words = words.chain(near).chain(tail);
        CommandLine::new(words).to_string()
    }
}

/// A word that stands in none of the texts, so that none of them ends before its end: what came behind it would be read
/// by the shell.
fn end_of(texts: &[&[u8]]) -> String {
    let mut end = END.to_owned();
    while texts.iter().any(|text| memchr::memmem::find(text, end.as_bytes()).is_some()) {
        end.push('_');
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_before_its_end() {
        assert_eq!(end_of(&[b"int a;\n"]), END);
        let hostile = format!("{END}\ntouch here\n{END}_\n");
        let end = end_of(&[b"int a;\n", hostile.as_bytes()]);
        assert!(end.starts_with(END) && !hostile.contains(&end), "{end}");
    }
}
