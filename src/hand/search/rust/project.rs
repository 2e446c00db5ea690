//! The workspace as cargo knows it, and talking to what runs inside the sandbox.

use super::cargo::{self, Cargo};
use crate::command::CommandLine;
use crate::hand::Job;
use crate::ids::RelPath;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::ops::Range;
use std::time::Duration;

const RUN: &str = include_str!("run.sh");
const DRIVER: &str = include_str!("driver.rs.in");
const WRAPPER: &str = include_str!("wrapper.sh");
const RUNTIME: &str = include_str!("runtime.rs.in");

pub struct Project<'j> {
    pub job: &'j Job<'j>,
    pub cargo: Cargo,
    /// The repository's root and the workspace's, absolute.
    root: String,
    workspace: String,
    /// What is kept between two runs lies here.
    kept: String,
    /// The files in which crates begin.
    pub crates: Vec<RelPath>,
    /// What may be repaired.
    pub sources: Vec<RelPath>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: String,
    workspace_root: String,
}

#[derive(Deserialize)]
struct Package {
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: String,
}

/// What came of a build and the run behind it.
pub enum Outcome {
    /// The driver's lines, and the seconds that the build took.
    Said(String, f64),
    Wrong(Vec<Complaint>, f64),
    /// Neither: the last line that was said.
    Broken(String),
}

/// An error of the compiler.
#[derive(Debug)]
pub struct Complaint {
    pub code: String,
    pub message: String,
    /// The place, what led there through macros first.
    pub places: Vec<(RelPath, Range<usize>)>,
    /// Other places that it names.
    pub others: Vec<(RelPath, Range<usize>)>,
    /// Those of them at which a value went away.
    pub moves: Vec<(RelPath, Range<usize>)>,
    pub labels: String,
}

#[derive(Deserialize)]
struct Line {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    message: String,
    code: Option<Code>,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
    label: Option<String>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

/// `None` where the command is none of cargo's tests, or cargo cannot say what the workspace is.
pub fn open<'j>(job: &'j Job<'j>) -> Result<Option<Project<'j>>> {
    let Some(cargo) = cargo::read(job) else { return Ok(None) };
    let directory = if cargo.directory.is_empty() { "." } else { &cargo.directory };
    let script = "pwd -P\ncd \"$1\" || exit 1\nshift\nCARGO_NET_OFFLINE=true exec \"$@\"";
    let mut argv: Vec<String> = ["sh", "-c", script, "sh", directory].map(str::to_owned).to_vec();
    argv.extend(cargo.metadata());
    let command = CommandLine { argv, directory: None, env: environment(job, &cargo) };
    let done = job.workshop.run(&command, None, Duration::from_secs(60))?;
    let said = String::from_utf8_lossy(&done.stdout);
    let Some((root, told)) = said.split_once('\n') else { return Ok(None) };
    let Ok(metadata) = serde_json::from_str::<Metadata>(told.trim()) else { return Ok(None) };
    let (crates, folders) = roots(&metadata, root);
    let sources = sources(job, &crates, &folders)?;
    let project = Project {
        job,
        root: root.to_owned(),
        workspace: metadata.workspace_root,
        kept: format!("{}/thanos-search", metadata.target_directory),
        crates,
        sources,
        cargo,
    };
    Ok((!project.sources.is_empty()).then_some(project))
}

fn environment(job: &Job, cargo: &Cargo) -> Vec<(String, String)> {
    job.command.env.iter().chain(&cargo.env).cloned().collect()
}

fn below(root: &str, path: &str) -> Option<RelPath> {
    RelPath::parse(path.strip_prefix(root)?.strip_prefix('/')?).ok()
}

/// The files in which libraries and programs begin, and the folders that they and their modules lie in.
fn roots(metadata: &Metadata, root: &str) -> (Vec<RelPath>, Vec<String>) {
    let kinds = ["lib", "rlib", "dylib", "cdylib", "staticlib", "bin", "proc-macro"];
    let targets = metadata.packages.iter().flat_map(|package| &package.targets);
    let own = targets.filter(|target| target.kind.iter().any(|kind| kinds.contains(&kind.as_str())));
    let mut crates: Vec<RelPath> = own.filter_map(|target| below(root, &target.src_path)).collect();
    crates.sort();
    crates.dedup();
    let folder =
        |path: &RelPath| path.as_str().rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let mut folders: Vec<String> = crates.iter().map(folder).collect();
    folders.sort();
    folders.dedup();
    (crates, folders)
}

/// The modules of these crates, without tests, examples and build scripts.
fn sources(job: &Job, crates: &[RelPath], folders: &[String]) -> Result<Vec<RelPath>> {
    let own = |path: &&RelPath| {
        let inside = folders.iter().any(|folder| path.as_str().starts_with(folder.as_str()));
        let other = path
            .as_str()
            .split('/')
            .rev()
            .skip(1)
            .any(|part| matches!(part, "examples" | "benches" | "fuzz" | "target"));
        inside
            && path.extension() == "rs"
            && !other
            && path.file_name() != "build.rs"
            && (!crate::guard::is_test(path) || crates.contains(path))
    };
    Ok(job.workshop.files()?.iter().filter(own).cloned().collect())
}

impl Project<'_> {
    /// The crate roots that a module may belong to.
    pub fn roots_of(&self, path: &RelPath) -> impl Iterator<Item = &RelPath> {
        let folder = |root: &RelPath| root.as_str().rsplit_once('/').map_or(0, |(folder, _)| folder.len() + 1);
        let path = path.as_str().to_owned();
        self.crates.iter().filter(move |root| path.starts_with(&root.as_str()[..folder(root)]))
    }

    /// The text of a crate's root behind what it holds: `count` statements are counted.
    pub fn runtime(count: usize) -> String {
        RUNTIME.replace("@COUNT@", &count.max(1).to_string())
    }

    /// Builds the tests with these files in the place of the tree's, and runs the driver behind it.
    pub fn run(&self, files: &[(RelPath, Vec<u8>)], request: &str, limit: Duration) -> Result<Outcome> {
        let own = [("@wrapper", WRAPPER), ("@driver.rs", DRIVER), ("@request", request)];
        let own = own.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes()));
        let changed = files.iter().map(|(path, text)| (path.as_str().to_owned(), text.as_slice()));
        let all: Vec<(String, &[u8])> = own.chain(changed).collect();
        let directory = if self.cargo.directory.is_empty() { "." } else { &self.cargo.directory };
        let mut argv: Vec<String> = ["sh", "-c", RUN, "sh", directory, &self.kept].map(str::to_owned).to_vec();
        argv.push(all.len().to_string());
        argv.extend(all.iter().flat_map(|(path, text)| [text.len().to_string(), path.clone()]));
        argv.extend(self.cargo.build());
        let command = CommandLine { argv, directory: None, env: environment(self.job, &self.cargo) };
        let stdin: Vec<u8> = all.iter().flat_map(|(_, text)| text.iter().copied()).collect();
        let done = self.job.workshop.run(&command, Some(&stdin), limit)?;
        let said = String::from_utf8_lossy(&done.stdout);
        let took = said.lines().find_map(|line| line.strip_prefix("took\t")?.parse::<f64>().ok());
        if let Some(took) = took {
            return Ok(Outcome::Said(said.into_owned(), done.seconds - took));
        }
        let complaints: Vec<Complaint> = said.lines().filter_map(|line| self.complaint(line)).collect();
        if complaints.is_empty() {
            let said = String::from_utf8_lossy(&done.stderr);
            let last = crate::report::markdown::tail(said.trim_end(), 1);
            return Ok(Outcome::Broken(crate::report::markdown::one_line(&last, 160)));
        }
        Ok(Outcome::Wrong(complaints, done.seconds))
    }

    /// A line of cargo's, where it is an error; one that was cut is none.
    fn complaint(&self, line: &str) -> Option<Complaint> {
        let Message { message, code, spans } = serde_json::from_str::<Line>(line).ok()?.message;
        let places = |primary: bool| {
            let own = spans.iter().filter(|span| span.is_primary == primary);
            own.flat_map(|span| self.places(span)).collect::<Vec<_>>()
        };
        let labels = spans.iter().filter_map(|span| span.label.as_deref()).collect::<Vec<_>>().join("\n");
        let (own, others) = (places(true), places(false));
        let moved = |span: &&Span| span.label.as_deref().is_some_and(|label| label.contains("moved here"));
        let moves = spans.iter().filter(moved).flat_map(|span| self.places(span)).collect();
        (!spans.is_empty()).then(|| Complaint {
            code: code.map_or_else(String::new, |code| code.code),
            message,
            places: own,
            others,
            moves,
            labels,
        })
    }

    /// A place, and those of the macros that it came out of.
    fn places(&self, span: &Span) -> Vec<(RelPath, Range<usize>)> {
        let mut all = Vec::new();
        let mut next = Some(span);
        while let Some(span) = next {
            let whole = if span.file_name.starts_with('/') {
                span.file_name.clone()
            } else {
                format!("{}/{}", self.workspace, span.file_name)
            };
            all.extend(below(&self.root, &whole).map(|path| (path, span.byte_start..span.byte_end)));
            next = span.expansion.as_deref().map(|expansion| &expansion.span);
        }
        all
    }
}

/// What all requests begin with.
pub fn head(mode: &str, cargo: &Cargo, budget: Duration) -> Result<String> {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut request = format!("mode\t{mode}\nworkers\t{workers}\nbudget\t{:.3}\n", budget.as_secs_f64());
    let listed = cargo.filters.iter().map(|filter| ("filter", filter));
    let listed = listed.chain(cargo.skipped.iter().map(|filter| ("skip", filter)));
    for (what, word) in listed.chain(cargo.ignored.iter().map(|word| ("ignored", word))) {
        use std::fmt::Write as _;
        writeln!(request, "{what}\t{word}").context("a request")?;
    }
    if cargo.exact {
        request.push_str("exact\n");
    }
    Ok(request)
}
