//! A runner of GitHub's: a machine of its own, the variables that a step gets and nothing else, and what the
//! step leaves behind.

use crate::common::doubles::World;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// One step of a job that uses the Action.
#[derive(Clone)]
pub struct Step {
    pub event: String,
    pub payload: Vec<u8>,
    pub run: u64,
    pub attempt: u64,
    pub job: String,
    pub verb: Vec<String>,
    /// Inputs and whatever else is in the environment; these win over what GitHub sets.
    pub env: BTreeMap<String, String>,
    pub machine: Arc<TempDir>,
}

/// A step that runs.
pub struct Running {
    pub child: Child,
    machine: Arc<TempDir>,
    number: u64,
    began: Instant,
}

/// How a step ended.
#[derive(Debug)]
pub struct Done {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub outputs: BTreeMap<String, String>,
    pub summary: String,
}

impl Done {
    #[track_caller]
    pub fn expect(&self, exit: i32, outcome: &str) -> &Self {
        let found = (self.status.code(), self.outputs.get("outcome").map_or("", String::as_str));
        assert_eq!(found, (Some(exit), outcome), "{self:#?}");
        self
    }

    #[track_caller]
    pub fn output(&self, name: &str) -> &str {
        self.outputs.get(name).unwrap_or_else(|| panic!("no output {name}: {self:#?}"))
    }

    /// Everything that a person or another step could read.
    pub fn all(&self) -> String {
        format!("{}\n{}\n{}\n{:?}", self.stdout, self.stderr, self.summary, self.outputs)
    }
}

impl Step {
    pub fn new(world: &World, event: &str, payload: &Value) -> Self {
        Self::raw(world, event, serde_json::to_vec(payload).unwrap())
    }

    pub fn raw(world: &World, event: &str, payload: Vec<u8>) -> Self {
        let env = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REPOSITORY", &world.repo),
            ("GITHUB_API_URL", world.api_url()),
            ("GITHUB_SERVER_URL", world.server_url()),
            ("THANOS_INPUT_TOKEN", &world.token),
            ("THANOS_PATIENCE_SECONDS", "4"),
        ];
        Self {
            event: event.to_owned(),
            payload,
            run: 4001,
            attempt: 1,
            job: "fix".to_owned(),
            verb: vec!["run".to_owned()],
            env: env.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            machine: machine(),
        }
    }

    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same step again, in another run or attempt, on a new machine.
    pub fn again(&self, run: u64, attempt: u64) -> Self {
        Self { run, attempt, machine: machine(), ..self.clone() }
    }

    pub fn verb(mut self, words: &[&str]) -> Self {
        self.verb = words.iter().map(|w| (*w).to_owned()).collect();
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.machine.path().join(name)
    }

    /// The job's own checkout.
    pub fn workspace(&self) -> PathBuf {
        self.path("workspace")
    }

    #[expect(clippy::disallowed_methods, reason = "a test starts the program")]
    pub fn start(&self) -> Running {
        let payload = self.path("event.json");
        std::fs::write(&payload, &self.payload).unwrap();
        for file in ["output", "summary"] {
            std::fs::write(self.path(file), "").unwrap();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
        command.args(&self.verb).env_clear().current_dir(self.workspace());
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.path("home"));
        command.env("GITHUB_EVENT_NAME", &self.event).env("GITHUB_EVENT_PATH", &payload);
        command.env("GITHUB_RUN_ID", self.run.to_string()).env("GITHUB_RUN_ATTEMPT", self.attempt.to_string());
        command.env("GITHUB_JOB", &self.job).env("RUNNER_TEMP", self.path("temp"));
        command.env("GITHUB_WORKSPACE", self.workspace());
        command.env("GITHUB_OUTPUT", self.path("output")).env("GITHUB_STEP_SUMMARY", self.path("summary"));
        command.envs(&self.env).stdin(Stdio::null());
        command.stdout(File::create(self.path("stdout")).unwrap()).stderr(File::create(self.path("stderr")).unwrap());
        let child = command.spawn().unwrap();
        Running { child, machine: Arc::clone(&self.machine), number: self.run, began: Instant::now() }
    }

    pub fn go(&self) -> Done {
        self.start().wait()
    }
}

impl Running {
    pub fn wait(mut self) -> Done {
        let limit = Duration::from_secs(300);
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if self.began.elapsed() > limit => {
                    let _ = self.child.kill();
                    panic!("run {} hangs: {}", self.number, self.read("stderr"));
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let pairs = self.read("output");
        Done {
            status,
            stdout: self.read("stdout"),
            stderr: self.read("stderr"),
            outputs: pairs.lines().filter_map(|l| l.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect(),
            summary: self.read("summary"),
        }
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, signal);
    }

    pub fn read(&self, name: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.machine.path().join(name)).unwrap_or_default()).into_owned()
    }

    /// Waits until the step has said this on its standard error.
    pub fn says(&self, what: &str) {
        while !self.read("stderr").contains(what) {
            assert!(self.began.elapsed() < Duration::from_secs(120), "never said `{what}`: {}", self.read("stderr"));
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn machine() -> Arc<TempDir> {
    let dir = tempfile::Builder::new().prefix("runner-").tempdir().unwrap();
    for name in ["home", "temp", "workspace"] {
        std::fs::create_dir(dir.path().join(name)).unwrap();
    }
    Arc::new(dir)
}

/// Processes that live in a folder, by their working directory or their arguments.
pub fn processes_in(folder: &Path) -> Vec<(u32, String)> {
    let folder = folder.canonicalize().unwrap();
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| {
        let place = PathBuf::from(format!("/proc/{pid}"));
        let arguments = String::from_utf8_lossy(&std::fs::read(place.join("cmdline")).ok()?).replace('\0', " ");
        let lives = std::fs::read_link(place.join("cwd")).is_ok_and(|cwd| cwd.starts_with(&folder));
        (lives || arguments.contains(folder.to_str()?)).then_some((pid, arguments))
    })
    .filter(|(_, arguments)| !arguments.is_empty())
    .collect()
}

/// Waits until nothing lives in the folder any more.
#[track_caller]
pub fn assert_no_processes(folder: &Path) {
    let began = Instant::now();
    loop {
        let there = processes_in(folder);
        if there.is_empty() {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "still there: {there:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
