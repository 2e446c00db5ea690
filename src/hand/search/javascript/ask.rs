//! Talking to the driver: a request with the woven sources on its input, an answer behind its end.

use super::super::aim::{Test, Types, names_in_order};
use super::super::driver;
use super::super::hunt::{Answer, File, Hunt, Shot};
use super::form::Form;
use super::{types, weave};
use crate::hand::Job;
use crate::ids::RelPath;
use anyhow::{Context as _, Result};
use base64::Engine as _;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const CONDUCTOR: &str = include_str!("driver/conductor.cjs");
const DRIVERS: &[(&str, &str)] = &[
    ("door.cjs", include_str!("driver/door.cjs")),
    ("core.cjs", include_str!("driver/core.cjs")),
    ("doors.cjs", include_str!("driver/doors.cjs")),
    ("judge.cjs", include_str!("driver/judge.cjs")),
    ("behave.cjs", include_str!("driver/behave.cjs")),
    ("host.cjs", include_str!("driver/host.cjs")),
    ("hooks.mjs", include_str!("driver/hooks.mjs")),
    ("runner.cjs", include_str!("driver/runner.cjs")),
    ("vitest.cjs", include_str!("driver/vitest.cjs")),
    ("vitest-hooks.mjs", include_str!("driver/vitest-hooks.mjs")),
    ("runner.mjs", include_str!("driver/runner.mjs")),
];
/// What runs longer than so many lines before any change is taken for endless.
const MOST_TICKS: u64 = 3_000_000;

/// How the processes that run tests are started, in the driver's own words.
#[derive(Debug, Deserialize)]
pub struct Starts {
    pub starts: Vec<Start>,
}

#[derive(Debug, Deserialize, serde::Serialize)]
pub struct Start {
    pub kind: String,
    pub script: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug)]
pub struct Probe {
    pub tests: Vec<Test>,
    pub types: Vec<(String, u32, Types)>,
    /// Files that hold the tests themselves.
    pub files: BTreeSet<String>,
    starts: Value,
    /// Scripts that are tests as a whole, as the driver is to have them.
    scripts: Vec<(RelPath, Vec<u8>)>,
    /// Test → what the driver measured about it.
    measured: BTreeMap<String, Value>,
}

/// A variable and the types seen in it.
type Seen = (String, Vec<String>);

#[derive(Deserialize)]
struct Probed {
    tests: Vec<Value>,
    types: Vec<(usize, Vec<Seen>)>,
    files: Vec<String>,
}

/// Which processes the failing command starts to run tests.
pub fn discover(job: &Job, budget: Duration) -> Result<Option<Starts>> {
    let Some(answer) = ask(job, &json!({ "mode": "discover" }), &[], budget)? else { return Ok(None) };
    Ok(Some(serde_json::from_str(&answer).context("the driver's starts cannot be read")?))
}

pub fn probe(
    job: &Job,
    starts: &Starts,
    scripts: Vec<(RelPath, Vec<u8>)>,
    sources: &[File],
    budget: Duration,
) -> Result<Option<Probe>> {
    let mut places = weave::Places::default();
    let traced = |(number, file): (usize, &File)| (file.path.clone(), weave::traced(file, number, &mut places));
    let mut texts: Vec<(RelPath, Vec<u8>)> = sources.iter().enumerate().map(traced).collect();
    texts.extend(scripts.iter().cloned());
    let starts = serde_json::to_value(&starts.starts)?;
    let request = json!({ "mode": "probe", "starts": starts, "most_ticks": MOST_TICKS });
    let Some(answer) = ask(job, &request, &texts, budget)? else { return Ok(None) };
    let probed: Probed = serde_json::from_str(&answer).context("the probe of the tests cannot be read")?;
    let path = |file: usize| sources.get(file).map(|file| file.path.as_str().to_owned());
    let place_of = |(place, names): (usize, Vec<Seen>)| {
        let (file, line) = *places.functions.get(place)?;
        Some((path(file)?, line, names.into_iter().collect::<Types>()))
    };
    let mut measured = BTreeMap::new();
    let tests = probed.tests.into_iter().filter_map(|told| {
        let mut lines: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for number in told["lines"].as_array().into_iter().flatten().filter_map(Value::as_u64) {
            let (file, line) = *places.lines.get(usize::try_from(number).ok()?)?;
            lines.entry(path(file)?).or_default().insert(line);
        }
        let name = told["name"].as_str()?.to_owned();
        let test = Test {
            name: name.clone(),
            result: told["result"].as_str()?.to_owned(),
            seconds: told["seconds"].as_f64()?,
            lines,
        };
        let Value::Object(mut told) = told else { return None };
        told.remove("lines");
        measured.insert(name, Value::Object(told));
        Some(test)
    });
    let tests = tests.collect();
    Ok(Some(Probe {
        tests,
        types: probed.types.into_iter().filter_map(place_of).collect(),
        files: probed.files.into_iter().collect(),
        starts,
        scripts,
        measured,
    }))
}

pub fn judge(
    job: &Job,
    probe: &Probe,
    tests: &[Test],
    hunt: &Hunt,
    shots: &[Shot],
    margin: f64,
    budget: Duration,
) -> Result<Answer> {
    let forms: Vec<Option<Form>> = hunt.spots.iter().map(|spot| Form::of(&hunt.files[spot.file], spot)).collect();
    let of_file = |number: usize| {
        let own = hunt.spots.iter().zip(&forms).enumerate().filter(move |(_, (spot, _))| spot.file == number);
        own.filter_map(|(at, (_, form))| Some((at, form.as_ref()?))).collect::<Vec<_>>()
    };
    let hooked = |(number, file): (usize, &File)| (file.path.clone(), weave::hooked(file, &of_file(number)));
    let mut texts: Vec<(RelPath, Vec<u8>)> = hunt.files.iter().enumerate().map(hooked).collect();
    texts.extend(probe.scripts.iter().cloned());
    let failing = names_in_order(tests, |test| !test.passed());
    let request = json!({
        "mode": "judge",
        "starts": probe.starts,
        "workers": driver::workers(),
        "seed": job.seed,
        "margin": margin,
        "spots": forms,
        "candidates": shots.iter().map(|shot| told(hunt, shot)).collect::<Vec<_>>(),
        "tests": tests.iter().filter_map(|test| probe.measured.get(&test.name)).collect::<Vec<_>>(),
        "failing": failing,
        "passing": names_in_order(tests, |test| test.passed() && hunt.comes_by(test)),
        "slowest": tests.iter().map(|test| test.seconds).fold(0.0, f64::max),
    });
    driver::verdicts(ask(job, &request, &texts, budget)?)
}

/// The shot without the types of its language: the driver evaluates it.
fn told(hunt: &Hunt, shot: &Shot) -> Value {
    let edits = shot.edits.iter().map(|(place, range, text)| {
        let text = hunt.file(*place).map_or_else(|| text.clone(), |file| types::erased_text(file, text));
        (*place, range.clone(), text)
    });
    Shot { edits: edits.collect(), ..shot.clone() }.told()
}

/// `None` where the driver did not come to an answer.
fn ask(job: &Job, request: &Value, texts: &[(RelPath, Vec<u8>)], budget: Duration) -> Result<Option<String>> {
    let encoded = |(path, text): &(RelPath, Vec<u8>)| {
        (path.as_str().to_owned(), Value::from(base64::engine::general_purpose::STANDARD.encode(text)))
    };
    let mut request = request.clone();
    request["budget"] = budget.as_secs_f64().into();
    request["drivers"] = DRIVERS.iter().map(|(name, text)| ((*name).to_owned(), Value::from(*text))).collect();
    request["texts"] = Value::Object(texts.iter().map(encoded).collect());
    let stdin = serde_json::to_vec(&request).context("a request to the driver")?;
    let mut argv: Vec<String> = ["node", "-e", CONDUCTOR, "--", driver::directory(job)].map(str::to_owned).to_vec();
    argv.extend(driver::without_timeout(&job.command.argv).iter().cloned());
    driver::answer(job, argv, &stdin, budget + budget / 2 + Duration::from_secs(30))
}
