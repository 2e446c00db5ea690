//! Talking to the script that tries candidates: what it is given, what it says.

use super::super::driver;
use crate::command::CommandLine;
use crate::hand::Job;
use crate::ids::RelPath;
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

const SCRIPT: &str = concat!(include_str!("copies.sh"), include_str!("run.sh"));
const VARIANTS: &str = concat!(include_str!("copies.sh"), include_str!("variants.sh"));

/// Where candidates are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In copies of the tree, one for each core.
    Copies,
    /// In the tree itself, one after the other.
    Tree,
}

/// How they are tried.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub place: Place,
    /// For each candidate.
    pub limit: Duration,
    pub budget: Duration,
    /// The sanitizers want to reserve more than there is.
    pub bounded: bool,
    /// To tell outputs apart, instead of stopping behind the first that passes.
    pub probe: bool,
}

/// Edits of one candidate: file → places with their new texts, in order.
pub type Edits = BTreeMap<usize, Vec<(Range<usize>, String)>>;

/// A candidate and the number of the last one that is worth a try when it passes.
pub struct Try {
    pub number: usize,
    pub last: usize,
    pub edits: Edits,
}

/// What became of one.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    pub exit: i32,
    pub seconds: f64,
    /// Lines that speak of failing.
    pub said: Vec<String>,
    /// Of the output without its digits.
    pub sum: String,
}

impl Tried {
    pub fn timed_out(&self) -> bool {
        matches!(self.exit, 124 | 137 | 152)
    }
}

#[derive(Debug, Default)]
pub struct Told {
    pub tried: BTreeMap<usize, Tried>,
    /// The script came to its end, in time or not.
    pub whole: bool,
    pub late: bool,
    pub seconds: f64,
}

pub fn ask(job: &Job, files: &[RelPath], tries: &[Try], terms: &Terms) -> Result<Told> {
    let cores = driver::workers();
    let workers = if terms.place == Place::Copies { cores.min(tries.len().max(1)) } else { 1 };
    let directory = driver::directory(job);
    let mode = match (terms.probe, terms.place) {
        (true, Place::Copies) => "probe-copy",
        (true, Place::Tree) => "probe-place",
        (false, Place::Copies) => "judge-copy",
        (false, Place::Tree) => "judge-place",
    };
    let memory = if terms.bounded { "4194304" } else { "unlimited" };
    let limit = format!("{:.2}", terms.limit.as_secs_f64());
    let mut argv: Vec<String> = ["sh", "-c", SCRIPT, "sh"].map(str::to_owned).to_vec();
    let budget = terms.budget.as_secs().max(1);
    argv.extend([workers.to_string(), budget.to_string(), limit, memory.to_owned(), directory.to_owned()]);
    argv.push(mode.to_owned());
    argv.extend(job.command.argv.iter().cloned());
    let command = CommandLine { argv, directory: None, env: environment(job) };
    let input = input(files, tries);
    let most = terms.budget + terms.limit + Duration::from_secs(20);
    let done = job.workshop.run(&command, Some(input.as_bytes()), most)?;
    let mut told = read(&String::from_utf8_lossy(&done.stdout));
    told.seconds = done.seconds;
    Ok(told)
}

/// What a build of variants said, and what became of them.
pub struct Built {
    pub errors: Vec<String>,
    pub told: Told,
}

/// How long a variant may take.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// So many times the usual.
    pub scale: u32,
    /// The unchanged command never ends.
    pub endless: bool,
}

/// Builds files with variants and runs those that are named, with the last that is worth a try when one passes.
pub fn variants(
    job: &Job,
    files: &[(RelPath, &str)],
    runs: &[(usize, usize)],
    pace: Pace,
    budget: Duration,
) -> Result<Built> {
    let cores = driver::workers();
    let directory = driver::directory(job);
    let mode = match (runs.is_empty(), pace.endless) {
        (true, _) => "build",
        (false, true) => "endless",
        (false, false) => "run",
    };
    let mut argv: Vec<String> = ["sh", "-c", VARIANTS, "sh"].map(str::to_owned).to_vec();
    argv.extend([cores.to_string(), budget.as_secs().max(1).to_string(), pace.scale.to_string()]);
    argv.extend([directory.to_owned(), mode.to_owned()]);
    argv.extend(job.command.argv.iter().cloned());
    let command = CommandLine { argv, directory: None, env: job.command.env.clone() };
    let mut input = String::new();
    let mut start = files.len() + runs.len() + 2;
    for (path, text) in files {
        let lines = text.matches('\n').count();
        let _ = writeln!(input, "f {} {start} {lines}", octal(path.as_str()));
        start += lines;
    }
    for (number, last) in runs {
        let _ = writeln!(input, "c {number} {last}");
    }
    input.push_str(".\n");
    files.iter().for_each(|(_, text)| input.push_str(text));
    let done = job.workshop.run(&command, Some(input.as_bytes()), budget + Duration::from_secs(20))?;
    let text = String::from_utf8_lossy(&done.stdout);
    let errors = text.lines().filter_map(|line| line.strip_prefix("e ")).map(str::to_owned).collect();
    let mut told = read(&text);
    told.seconds = done.seconds;
    Ok(Built { errors, told })
}

/// What makes a test run of Go say the same in less time.
fn environment(job: &Job) -> Vec<(String, String)> {
    let mut env = job.command.env.clone();
    let shown = job.command.to_string();
    if shown.contains("go test") && !env.iter().any(|(name, _)| name == "GOFLAGS") {
        env.push(("GOFLAGS".to_owned(), "-vet=off -ldflags=-w".to_owned()));
    }
    env
}

fn input(files: &[RelPath], tries: &[Try]) -> String {
    let mut text = String::new();
    for (number, path) in files.iter().enumerate() {
        let _ = writeln!(text, "f {number} {}", octal(path.as_str()));
    }
    for one in tries {
        let _ = write!(text, "c {} {}", one.number, one.last);
        for (rank, (file, edits)) in one.edits.iter().enumerate() {
            let _ = write!(text, "{} {file}", if rank > 0 { " /" } else { "" });
            for (range, new) in edits {
                let _ = write!(text, " {} ={} {}", range.start, octal(new), range.end);
            }
        }
        text.push('\n');
    }
    text
}

/// One word for `printf %b`.
fn octal(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.,;:(){}<>+-/&|!=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "\\0{byte:03o}");
        }
    }
    out
}

fn read(text: &str) -> Told {
    let mut told = Told::default();
    let mut said: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (number, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        match (word, number.parse::<usize>()) {
            ("m", Ok(number)) => said.entry(number).or_default().push(rest.trim().to_owned()),
            ("r", Ok(number)) => {
                let mut words = rest.split(' ');
                let exit = words.next().and_then(|w| w.parse().ok()).unwrap_or(1);
                let seconds = words.next().and_then(|w| w.parse::<f64>().ok()).unwrap_or(0.0) / 1000.0;
                let sum = words.next().unwrap_or_default().to_owned();
                told.tried.insert(number, Tried { exit, seconds, said: Vec::new(), sum });
            }
            _ => {}
        }
        told.late |= line == "late";
        told.whole |= line == "over";
    }
    for (number, lines) in said {
        if let Some(tried) = told.tried.get_mut(&number) {
            tried.said = lines;
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_one_word_each() {
        assert_eq!(octal("a b\n'\\$*"), "a\\0040b\\0012\\0047\\0134\\0044\\0052");
        assert_eq!(octal("(x->y)"), "(x->y)");
    }

    #[test]
    fn what_the_script_says_is_read() {
        let told = read("m 3 FAIL a b\nr 3 1 250 12:3\nnoise\nr 4 124 9 -\nlate\nover\n");
        assert_eq!(told.tried[&3].said, ["FAIL a b"]);
        assert!((told.tried[&3].seconds - 0.25).abs() < 1e-9);
        assert!(told.tried[&4].timed_out() && told.late && told.whole);
    }
}
