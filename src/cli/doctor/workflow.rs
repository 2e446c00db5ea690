//! A workflow file as far as doctor looks into it: its name, what starts it, its jobs, where it uses us.

use serde_yaml::Value;
use std::collections::BTreeMap;
use std::path::Path;

pub const DIRECTORY: &str = ".github/workflows";

/// All workflow files of a repository.
pub struct House<'a> {
    pub files: &'a [Workflow],
    pub root: &'a Path,
}

pub struct Workflow {
    /// `.github/workflows/ci.yml`
    pub path: String,
    pub text: String,
    yaml: Value,
}

#[derive(Clone, Copy)]
pub struct Job<'a> {
    pub key: &'a str,
    pub yaml: &'a Value,
}

/// One place where a job uses thanos-fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub mode: Mode,
    /// The failing command is given: an `if: failure()` step, which only proposes.
    pub in_job: bool,
    /// Its token is not the job's own, so the job's permissions say nothing.
    pub own_token: bool,
    /// The inputs that it sets.
    pub inputs: Vec<String>,
    /// What it says under `mode` when that is no mode.
    pub no_mode: Option<String>,
}

impl Use {
    fn plain(mode: Mode) -> Self {
        Self { mode, in_job: false, own_token: false, inputs: Vec::new(), no_mode: None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Run,
    Propose,
    Publish,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    None,
    Read,
    Write,
}

impl Level {
    fn parse(word: &str) -> Self {
        match word {
            "write" | "write-all" => Self::Write,
            "read" | "read-all" => Self::Read,
            _ => Self::None,
        }
    }
}

impl Workflow {
    /// `Err` says why GitHub would run nothing of it.
    pub fn parse(path: &str, text: String) -> Result<Self, String> {
        let yaml: Value = serde_yaml::from_str(&text).map_err(|e| e.to_string())?;
        if yaml.get("jobs").is_none_or(|jobs| !jobs.is_mapping()) {
            return Err("it has no `jobs:`".to_owned());
        }
        Ok(Self { path: path.to_owned(), text, yaml })
    }

    /// As others refer to it; GitHub takes the path where there is no name.
    pub fn name(&self) -> &str {
        self.yaml.get("name").and_then(Value::as_str).unwrap_or(&self.path)
    }

    /// Each event with its settings.
    pub fn triggers(&self) -> BTreeMap<&str, &Value> {
        let Some(on) = self.yaml.get("on").or_else(|| self.yaml.get(Value::Bool(true))) else { return BTreeMap::new() };
        match on {
            Value::String(name) => BTreeMap::from([(name.as_str(), &Value::Null)]),
            Value::Sequence(names) => names.iter().filter_map(Value::as_str).map(|name| (name, &Value::Null)).collect(),
            Value::Mapping(map) => map.iter().filter_map(|(name, value)| Some((name.as_str()?, value))).collect(),
            _ => BTreeMap::new(),
        }
    }

    /// Whether it builds what is pushed to a branch; what starts for tags alone is a release.
    pub fn builds(&self) -> bool {
        let triggers = self.triggers();
        let tags_alone = |push: &Value| push.get("tags").is_some() && push.get("branches").is_none();
        triggers.contains_key("pull_request") || triggers.get("push").is_some_and(|push| !tags_alone(push))
    }

    /// The workflows whose end starts this one.
    pub fn waits_for(&self) -> Vec<&str> {
        let triggers = self.triggers();
        triggers.get("workflow_run").map(|run| words(run.get("workflows"))).unwrap_or_default()
    }

    pub fn jobs(&self) -> impl Iterator<Item = Job<'_>> {
        let jobs = self.yaml.get("jobs").and_then(Value::as_mapping).into_iter().flatten();
        jobs.filter_map(|(key, yaml)| Some(Job { key: key.as_str()?, yaml }))
    }

    /// What the job's token may do; `None` where nothing says it and the repository's default counts.
    pub fn granted(&self, job: &Job, scope: &str) -> Option<Level> {
        let block = job.yaml.get("permissions").or_else(|| self.yaml.get("permissions"))?;
        Some(match block {
            Value::String(all) => Level::parse(all),
            map => Level::parse(map.get(scope).and_then(Value::as_str).unwrap_or_default()),
        })
    }

    pub fn concurrency<'a>(&'a self, job: &Job<'a>) -> Option<&'a Value> {
        job.yaml.get("concurrency").or_else(|| self.yaml.get("concurrency"))
    }
}

/// One word or a list of them.
pub fn words(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(one)) => vec![one],
        Some(Value::Sequence(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

impl House<'_> {
    /// The workflows that use thanos-fix, each with its jobs that do.
    pub fn ours(&self) -> Vec<(&Workflow, Vec<(Job<'_>, Use)>)> {
        let all = self.files.iter().map(|file| (file, self.jobs_of(file)));
        all.filter(|(_, jobs)| !jobs.is_empty()).collect()
    }

    fn jobs_of<'a>(&self, file: &'a Workflow) -> Vec<(Job<'a>, Use)> {
        let uses = |job: Job<'a>| self.uses(&job).into_iter().map(move |used| (job, used));
        file.jobs().flat_map(uses).collect()
    }

    fn uses(&self, job: &Job) -> Vec<Use> {
        if let Some(called) = job.yaml.get("uses").and_then(Value::as_str) {
            return if self.calls_us(called) { vec![Use::plain(Mode::Run)] } else { Vec::new() };
        }
        let steps = job.yaml.get("steps").and_then(Value::as_sequence).into_iter().flatten();
        steps.filter_map(|step| self.step(step)).collect()
    }

    /// A reusable workflow, here or elsewhere, that uses us.
    fn calls_us(&self, called: &str) -> bool {
        let file = called.split('@').next().unwrap_or_default();
        match file.strip_prefix("./") {
            Some(path) => self.files.iter().filter(|f| f.path == path).flat_map(Workflow::jobs).any(|job| {
                let steps = job.yaml.get("steps").and_then(Value::as_sequence).into_iter().flatten();
                steps.filter_map(|step| self.step(step)).next().is_some()
            }),
            None => file.rsplit('/').next().is_some_and(|name| name.starts_with("thanos-fix.y")),
        }
    }

    fn step(&self, step: &Value) -> Option<Use> {
        if let Some(script) = step.get("run").and_then(Value::as_str) {
            let mut words = script.split_whitespace().skip_while(|word| word.rsplit('/').next() != Some("thanos-fix"));
            return mode_of(words.nth(1)?).map(Use::plain);
        }
        let uses = step.get("uses").and_then(Value::as_str)?;
        if !self.is_our_action(uses.split('@').next().unwrap_or_default()) {
            return None;
        }
        let input = |name: &str| step.get("with").and_then(|with| with.get(name)).and_then(Value::as_str);
        let token = input("token").unwrap_or("github.token");
        let said = input("mode").unwrap_or("run");
        if matches!(said, "doctor" | "dashboard") {
            return None;
        }
        let with = step.get("with").and_then(Value::as_mapping).into_iter().flatten();
        Some(Use {
            mode: mode_of(said).unwrap_or(Mode::Run),
            inputs: with.filter_map(|(name, _)| name.as_str().map(str::to_owned)).collect(),
            no_mode: (mode_of(said).is_none() && !said.contains("${{")).then(|| said.to_owned()),
            in_job: input("command").is_some_and(|command| !command.contains("inputs.")),
            own_token: !token.contains("github.token") && !token.contains("GITHUB_TOKEN"),
        })
    }

    /// Published, or the action that lies in this repository.
    fn is_our_action(&self, name: &str) -> bool {
        let published = env!("CARGO_PKG_REPOSITORY").trim_start_matches("https://github.com/");
        let local =
            || std::fs::read_to_string(self.root.join("action.yml")).is_ok_and(|t| t.contains("THANOS_INPUT_MODE"));
        name.eq_ignore_ascii_case(published) || (name == "./" && local())
    }
}

fn mode_of(word: &str) -> Option<Mode> {
    match word {
        "run" => Some(Mode::Run),
        "propose" => Some(Mode::Propose),
        "publish" => Some(Mode::Publish),
        _ => None,
    }
}
