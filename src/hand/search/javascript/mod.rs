//! The judge for JavaScript and TypeScript: the processes in which the failing command runs its tests are started again
//! with a driver in them. It takes the tests from their runner (Node's own, jest, mocha, vitest, or a script that is a
//! test as a whole) and judges candidates in the same process, through hooks that are woven into the suspect functions.

mod ask;
mod form;
mod types;
mod weave;

use super::aim::{self, Test};
use super::braces;
use super::draft::Draft;
use super::hunt::{Answer, File, Hunt, Judge, Shot, Spot};
use crate::hand::Job;
use crate::ids::RelPath;
use crate::syntax::Language;
use anyhow::Result;
use ask::{Probe, Starts};
use form::Form;
use std::time::Duration;

/// So much source is watched at most.
const MOST_FILES: usize = 1500;
const LARGEST: usize = 400_000;

/// Words of a command that may run JavaScript's tests.
const COMMANDS: &[&str] = &[
    "node", "npm", "npx", "pnpm", "pnpx", "yarn", "corepack", "jest", "mocha", "vitest", "tsx", "ts-node", "c8", "nyc",
    "make", "sh", "bash",
];

/// Runners of which nobody takes the tests here: a script of theirs is no test as a whole.
const OTHERS: &[&str] = &["tape", "ava", "tap", "uvu", "zora", "qunit", "jasmine", "baretest", "tapzero", "brittle"];

pub fn open<'j>(job: &'j Job<'j>, budget: Duration) -> Result<Option<Box<dyn Judge + 'j>>> {
    if !concerns(job)? {
        return Ok(None);
    }
    let Some(starts) = ask::discover(job, budget / 8)? else { return Ok(None) };
    let Some((scripts, sources)) = texts(job, &starts)? else { return Ok(None) };
    let probe = ask::probe(job, &starts, scripts, &sources, budget / 4)?;
    // Where nothing fails here, another judge may see what the command sees.
    let probe = probe.filter(|probe| probe.tests.iter().any(|test| !test.passed()));
    Ok(probe.map(|probe| Box::new(JavaScript { job, probe }) as Box<dyn Judge>))
}

struct JavaScript<'j> {
    job: &'j Job<'j>,
    probe: Probe,
}

impl Judge for JavaScript<'_> {
    fn tests(&self) -> &[Test] {
        &self.probe.tests
    }

    fn spots(&self, file: &File) -> Vec<Spot> {
        if self.probe.files.contains(file.path.as_str()) {
            return Vec::new();
        }
        braces::spots(file).into_iter().filter(|spot| Form::of(file, spot).is_some()).collect()
    }

    fn drafts(&self, file: &File, spot: &Spot) -> Vec<Draft> {
        let types = aim::types(&self.probe.types, &file.path, spot.lines.clone());
        braces::drafts(file, spot, &types)
    }

    fn judge(&self, hunt: &Hunt, tests: &[Test], shots: &[Shot], margin: f64, budget: Duration) -> Result<Answer> {
        ask::judge(self.job, &self.probe, tests, hunt, shots, margin, budget)
    }
}

fn concerns(job: &Job) -> Result<bool> {
    let name = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
    let named = job.command.argv.iter().any(|word| COMMANDS.contains(&name(word).as_str()));
    let is_script = |path: &RelPath| Language::of(path).is_some_and(Language::is_script);
    Ok(named && job.workshop.files()?.iter().any(is_script))
}

type Texts = (Vec<(RelPath, Vec<u8>)>, Vec<File>);

/// Scripts that are tests as a whole, and the sources that may be repaired; `None` where a runner is not known.
fn texts(job: &Job, starts: &Starts) -> Result<Option<Texts>> {
    let mut scripts = Vec::new();
    let mut tests = Vec::new();
    for start in starts.starts.iter().filter(|start| start.kind == "node") {
        let Some(path) = job.workshop.resolve(&start.script) else { continue };
        let Some(file) = File::open(job, path.clone())? else { return Ok(None) };
        tests.push(path.clone());
        let imports = |name: &str| {
            let text = String::from_utf8_lossy(&file.text);
            ["'", "\"", "`"].iter().any(|quote| text.contains(&format!("{quote}{name}{quote}")))
        };
        if OTHERS.iter().any(|name| imports(name)) {
            return Ok(None);
        }
        if !imports("node:test") {
            scripts.push((path, weave::callable(&file)));
        }
    }
    let mut sources = Vec::new();
    for path in job.workshop.files()? {
        let script = Language::of(path).is_some_and(Language::is_script);
        if script && !tests.contains(path) && !is_setting(path) && !crate::guard::is_test(path) {
            sources.extend(File::open(job, path.clone())?.filter(|file| file.text.len() < LARGEST));
        }
        if sources.len() >= MOST_FILES {
            break;
        }
    }
    Ok(Some((scripts, sources)))
}

/// What tools read before there is any test.
fn is_setting(path: &RelPath) -> bool {
    let name = path.file_name();
    let middle = [".config.", ".conf.", ".d.", ".setup.", ".stories."].iter().any(|part| name.contains(part));
    middle || name.starts_with('.') || matches!(name, "gulpfile.js" | "Gruntfile.js" | "karma.conf.js")
}
