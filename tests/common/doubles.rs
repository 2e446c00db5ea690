//! GitHub on loopback (tests/doubles): its API held against GitHub's own description, real git behind it.
//!
//! ```ignore
//! let world = Doubles::shared().world(json!({"directory": project, "issues": [{"title": "It broke"}]}));
//! run_with(world.api_url(), world.server_url(), &world.repo, &world.token);
//! world.assert_clean();
//! ```

use super::http::{self, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub struct Doubles {
    /// `GITHUB_API_URL` and `GITHUB_SERVER_URL` are the same here.
    pub url: String,
    /// The other host, which logs and artifacts are redirected to.
    pub blobs_url: String,
    /// Its closed stdin, when this process ends, ends the double.
    _child: Child,
}

#[derive(Deserialize)]
struct Ready {
    api: String,
    blobs: String,
}

/// One repository of the double with everything around it; worlds share nothing.
pub struct World {
    /// `owner/name`
    pub repo: String,
    /// A token like `GITHUB_TOKEN`: it belongs to `github-actions[bot]` and may write.
    pub token: String,
    /// The bare repository itself.
    pub git_dir: PathBuf,
    /// The default branch's commit at the start.
    pub head: String,
    doubles: &'static Doubles,
}

/// One request that the double saw.
#[derive(Debug, Clone, Deserialize)]
pub struct Seen {
    pub method: Option<String>,
    pub target: Option<String>,
    /// GitHub's name of the operation, such as `pulls/create`.
    pub operation: Option<String>,
    pub body: Option<Value>,
    pub status: Option<u16>,
    /// What GitHub's description has against the request.
    #[serde(default)]
    pub refused: Vec<String>,
    /// GitHub's description has no such operation.
    #[serde(default)]
    pub unknown: bool,
    pub fault: Option<String>,
    /// It was answered, or the work of a fault that came after it is done.
    #[serde(default)]
    pub done: bool,
    /// The token was sent on to the host of the logs.
    #[serde(default)]
    pub token_sent: bool,
    /// The double itself broke.
    pub broken: Option<String>,
}

impl Doubles {
    /// The double of this test binary, started at the first call.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Doubles> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    #[expect(clippy::disallowed_methods, reason = "a test starts the double")]
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(root.join("target/doubles/operations.json").exists(), "the doubles are not installed: run tests/run");
        let mut child = Command::new("node")
            .arg(root.join("tests/doubles/github.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is installed: run tests/run");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("the double speaks");
        let ready: Ready = serde_json::from_str(&line).expect("the double says where it listens");
        Self { url: ready.api, blobs_url: ready.blobs, _child: child }
    }

    /// A new repository as the scenario (tests/doubles/world.mjs) says; its name and token are its own.
    pub fn world(&'static self, mut scenario: Value) -> World {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (repo, token) = (format!("octo-org/project-{number}"), format!("ghs_{number:036}"));
        scenario["repo"] = json!(repo);
        scenario["tokens"][&token] = scenario.get("token").cloned().unwrap_or_else(|| json!({}));
        let seeded = self.control("/__seed", &scenario);
        let text = |key: &str| seeded[key].as_str().unwrap_or_default().to_owned();
        World { repo, token, git_dir: text("git_dir").into(), head: text("head"), doubles: self }
    }

    fn control(&self, target: &str, body: &Value) -> Value {
        let answer = http::send(&self.url, "POST", target, &[], Some(&body.to_string()));
        assert_eq!(answer.status, 200, "{target}: {}", answer.json());
        answer.json()
    }
}

impl World {
    pub fn api_url(&self) -> &str {
        &self.doubles.url
    }

    pub fn server_url(&self) -> &str {
        &self.doubles.url
    }

    /// Where `git clone` finds it.
    pub fn clone_url(&self) -> String {
        format!("{}/{}", self.doubles.url, self.repo)
    }

    /// Everything in `directory` as one more commit on the branch; a new branch starts at the default one.
    pub fn commit(&self, branch: &str, directory: &Path, message: &str) -> String {
        let parent = self.git(&["rev-parse", "HEAD"]);
        let known = self.branch(branch).unwrap_or(parent);
        let body =
            json!({"repo": self.repo, "branch": branch, "directory": directory, "message": message, "parent": known});
        self.doubles.control("/__commit", &body)["sha"].as_str().unwrap_or_default().to_owned()
    }

    /// One more workflow run (tests/doubles/actions.mjs).
    pub fn add_run(&self, run: &Value) {
        self.doubles.control("/__run", &json!({"repo": self.repo, "run": run}));
    }

    /// One more thread on the pull request (tests/doubles/graphql.mjs).
    pub fn add_thread(&self, thread: &Value) {
        self.doubles.control("/__thread", &json!({"repo": self.repo, "thread": thread}));
    }

    /// Asks GitHub's API about this repository as our token: `path` comes after `/repos/owner/name`.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Response {
        self.request_as(&self.token, method, path, body)
    }

    pub fn request_as(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Response {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("accept", "application/vnd.github+json")];
        let target = format!("/repos/{}{path}", self.repo);
        http::send(&self.doubles.url, method, &target, &headers, body.map(Value::to_string).as_deref())
    }

    pub fn get(&self, path: &str) -> Value {
        let answer = self.request("GET", path, None);
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.json());
        answer.json()
    }

    /// The payload of an `issues` event about one of our issues.
    pub fn issue_event(&self, number: u64, action: &str) -> Value {
        let issue = self.get(&format!("/issues/{number}"));
        json!({"action": action, "sender": issue["user"], "issue": issue, "repository": self.get("")})
    }

    /// The payload of an `issue_comment` event: `login` writes `text` under the issue or pull request.
    pub fn comment_event(&self, number: u64, login: &str, text: &str) -> Value {
        let mut event = self.issue_event(number, "created");
        let mut comment =
            self.request("POST", &format!("/issues/{number}/comments"), Some(&json!({"body": text}))).json();
        comment["user"]["login"] = json!(login);
        comment["user"]["type"] = json!("User");
        event["sender"] = comment["user"].clone();
        event["comment"] = comment;
        event
    }

    /// The payload of a `workflow_run` event about a run of the scenario that has ended.
    pub fn run_event(&self, id: u64) -> Value {
        let run = self.get(&format!("/actions/runs/{id}"));
        let workflow = json!({"id": run["workflow_id"], "name": run["name"], "path": run["path"]});
        json!({"action": "completed", "sender": run["actor"], "workflow": workflow, "workflow_run": run, "repository": self.get("")})
    }

    /// A fault for the next matching requests (tests/doubles/faults.mjs), such as
    /// `{"method": "POST", "path": "/git/refs$", "skip": 1, "do": "hang", "applied": true}`.
    pub fn fault(&self, mut fault: Value) {
        fault["repo"] = json!(self.repo);
        self.doubles.control("/__fault", &fault);
    }

    pub fn journal(&self) -> Vec<Seen> {
        let target = format!("/__journal?repo={}", self.repo);
        let answer = http::send(&self.doubles.url, "GET", &target, &[], None);
        serde_json::from_slice(&answer.bytes).expect("the journal is a list")
    }

    /// Check runs, reactions, dispatches and runs as they stand now.
    pub fn state(&self) -> Value {
        http::send(&self.doubles.url, "GET", &format!("/__state?repo={}", self.repo), &[], None).json()
    }

    /// Waits until the journal shows what is wanted, such as a request that hangs.
    pub fn wait_for(&self, what: &str, wanted: impl Fn(&Seen) -> bool) -> Seen {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(120) {
            if let Some(seen) = self.journal().into_iter().find(&wanted) {
                return seen;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("never seen: {what}; {:#?}", self.journal());
    }

    /// Nothing that GitHub would have refused as malformed, no unknown operation, no token where it does not belong.
    pub fn assert_clean(&self) {
        let bad = |seen: &Seen| !seen.refused.is_empty() || seen.unknown || seen.token_sent || seen.broken.is_some();
        let found: Vec<_> = self.journal().into_iter().filter(bad).collect();
        assert!(found.is_empty(), "{found:#?}");
    }

    /// The commit of a branch.
    pub fn branch(&self, name: &str) -> Option<String> {
        let list = self.git(&["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/"]);
        let wanted = format!(" refs/heads/{name}");
        list.lines().find_map(|line| line.strip_suffix(&wanted)).map(str::to_owned)
    }

    /// Asks git about the bare repository.
    #[expect(clippy::disallowed_methods, reason = "a test looks at what was pushed")]
    pub fn git(&self, args: &[&str]) -> String {
        let mut command = Command::new("git");
        command.arg("--git-dir").arg(&self.git_dir).args(args);
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.output().expect("git runs");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }
}
