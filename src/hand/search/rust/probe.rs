//! What the tests do: each by itself, in a build that notes which statements are run.

use super::super::aim::{Test, Types};
use super::super::hunt::File;
use super::instrument::{self, Depth, Marks};
use super::kinds::{self, Saying, Untold};
use super::project::{self, Complaint, Outcome, Project};
use crate::hand::Job;
use crate::ids::RelPath;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Sources that are looked into at most.
const MOST: usize = 600;

pub struct Probe {
    pub tests: Vec<Test>,
    /// For each test: the binary, its name there.
    pub places: Vec<(String, String)>,
    /// Functions with simple arguments (file, first byte), and what they were called with.
    pub calls: BTreeMap<(String, usize), BTreeSet<Vec<String>>>,
    /// File, line, variable and the types that were seen in it.
    pub types: Vec<(String, u32, Types)>,
    pub untold: Untold,
}

/// `None` where nothing can be built or no test fails by itself.
pub fn probe(project: &Project, budget: Duration) -> Result<Option<Probe>> {
    let job = project.job;
    let end = Instant::now() + budget;
    let mut files = Vec::new();
    for path in project.sources.iter().take(MOST) {
        files.extend(File::open(job, path.clone())?);
    }
    let mut depths: BTreeMap<RelPath, Depth> = files.iter().map(|file| (file.path.clone(), Depth::Arms)).collect();
    for _ in 0..6 {
        let left = end.saturating_duration_since(Instant::now());
        let (texts, marks) = instrument(project, &files, &depths)?;
        match project.run(&texts, &request(project, left)?, left + Duration::from_secs(90))? {
            Outcome::Said(said, _) => return Ok(read(job, &said, &marks)),
            Outcome::Wrong(complaints, _) if !left.is_zero() && lower(&mut depths, &complaints) => {}
            Outcome::Wrong(complaints, _) => {
                let first = complaints.first().map(|complaint| complaint.message.as_str()).unwrap_or_default();
                job.workshop.tell(&format!("the tests cannot be judged one by one here: {first}"));
                return Ok(None);
            }
            Outcome::Broken(why) => {
                job.workshop.tell(&format!("the tests cannot be judged one by one here: {why}"));
                return Ok(None);
            }
        }
    }
    Ok(None)
}

fn request(project: &Project, left: Duration) -> Result<String> {
    let mut request = project::head("probe", &project.cargo, left)?;
    for name in &project.job.diagnosis.failing {
        request.push_str(&format!("first\t{}\n", name.replace(['\t', '\n'], " ")));
    }
    Ok(request)
}

type Texts = Vec<(RelPath, Vec<u8>)>;

fn instrument(project: &Project, files: &[File], depths: &BTreeMap<RelPath, Depth>) -> Result<(Texts, Marks)> {
    let mut marks = Marks::default();
    let depth = |path: &RelPath| depths.get(path).copied().unwrap_or(Depth::Nothing);
    let noted = |file: &&File| depth(&file.path) > Depth::Nothing;
    let noted: Vec<&File> = files.iter().filter(noted).collect();
    let texts =
        noted.iter().map(|file| (file.path.clone(), instrument::instrumented(file, depth(&file.path), &mut marks)));
    let mut texts: BTreeMap<RelPath, Vec<u8>> = texts.collect();
    let runtime = Project::runtime(marks.statements.len());
    for root in noted.iter().flat_map(|file| project.roots_of(&file.path)).collect::<BTreeSet<_>>() {
        let text = match texts.remove(root) {
            Some(text) => Some(text),
            None => project.job.workshop.read(root)?,
        };
        texts.extend(text.map(|text| (root.clone(), [&text, runtime.as_bytes()].concat())));
    }
    Ok((texts.into_iter().collect(), marks))
}

/// Notes less in the files that the compiler complains of; `false` when it complains of none.
fn lower(depths: &mut BTreeMap<RelPath, Depth>, complaints: &[Complaint]) -> bool {
    let named: BTreeSet<&RelPath> =
        complaints.iter().flat_map(|c| c.places.iter().chain(&c.others)).map(|(path, _)| path).collect();
    let mut any = false;
    for path in named {
        if let Some(depth) = depths.get_mut(path).filter(|depth| **depth > Depth::Nothing) {
            *depth = match depth {
                Depth::Arms => Depth::Statements,
                Depth::Statements => Depth::Functions,
                _ => Depth::Nothing,
            };
            any = true;
        }
    }
    any
}

fn read(job: &Job, said: &str, marks: &Marks) -> Option<Probe> {
    let (types, untold) = (Vec::new(), BTreeMap::new());
    let mut probe = Probe { tests: Vec::new(), places: Vec::new(), calls: BTreeMap::new(), types, untold };
    let mut kinds: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let mut skipped = 0;
    for line in said.lines() {
        let words: Vec<&str> = line.split('\t').collect();
        match words[..] {
            ["skipped", ..] => skipped += 1,
            ["call", number, ref arguments @ ..] => {
                if let Some(function) = number.parse().ok().and_then(|n: usize| marks.functions.get(n)) {
                    let seen = probe.calls.entry(function.clone()).or_default();
                    seen.insert(arguments.iter().map(|word| (*word).to_owned()).collect());
                }
            }
            ["kind", number, kind] => {
                kinds.entry(number.parse().unwrap_or(usize::MAX)).or_default().insert(kind);
            }
            ["test", binary, target, name, result, seconds, hits] => {
                let lines = lines(hits, marks);
                let file = binary.rsplit('/').next().unwrap_or(binary);
                let (name, result) = (name.to_owned(), result.to_owned());
                probe.places.push((binary.to_owned(), name.clone()));
                let name = format!("{target} ({file}) {name}");
                probe.tests.push(Test { name, result, seconds: seconds.parse().unwrap_or(0.0), lines });
            }
            _ => {}
        }
    }
    for (number, kinds) in kinds {
        let Some(variable) = marks.variables.get(&number) else { continue };
        let types = kinds.iter().map(|kind| kinds::short(kind)).collect();
        probe.types.push((variable.path.clone(), variable.line, Types::from([(variable.name.clone(), types)])));
        let only = kinds.first().filter(|_| kinds.len() == 1).and_then(|kind| kinds::written(kind));
        // In a broken program a number that nothing decides about is an `i32` or `f64` by default: in a list of them the
        // repair may be what decides.
        let only = only.filter(|kind| !kind.contains('<') || !kind.contains("i32") && !kind.contains("f64"));
        if let (Some(end), Some(only)) = (variable.end, only) {
            let text =
                if variable.counts { format!(" let _: &{only} = &{};", variable.name) } else { format!(": {only}") };
            probe.untold.insert((variable.path.clone(), end), Saying { kind: only, text });
        }
    }
    if skipped > 0 {
        let tests = crate::report::count(skipped, "test");
        job.workshop.tell(&format!("the tests take long: {tests} left out, the whole command decides about them"));
    }
    probe.tests.iter().any(|test| !test.passed()).then_some(probe)
}

fn lines(hits: &str, marks: &Marks) -> BTreeMap<String, BTreeSet<u32>> {
    let mut lines: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for mark in hits.split(',').filter_map(|hit| marks.statements.get(hit.parse::<usize>().ok()?)) {
        lines.entry(mark.path.clone()).or_default().extend(mark.lines.clone());
    }
    lines
}
