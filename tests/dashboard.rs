//! The dashboard as people meet it: built and served from a ledger of several hundred varied records with hostile texts,
//! every page looked at in a real browser (tests/dashboard/check.mjs).

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "the test starts the program as a person does")]

#[path = "dashboard/made.rs"]
mod made;

use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use thanos_fix::dashboard::Beacon;

const RUNS: u64 = 400;

struct Place {
    dir: TempDir,
}

impl Place {
    fn new(runs: u64) -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap() };
        let mut out = BufWriter::new(File::create(place.ledger()).unwrap());
        made::write(runs, true, &mut out).unwrap();
        place
    }

    fn ledger(&self) -> PathBuf {
        self.dir.path().join("ledger.jsonl")
    }

    fn site(&self) -> PathBuf {
        self.dir.path().join("site")
    }

    fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
        command.args(["--repo", self.dir.path().to_str().unwrap(), "dashboard"]).args(arguments);
        command.env("XDG_STATE_HOME", self.state()).env("HOME", self.dir.path()).stdin(Stdio::null());
        command
    }

    fn build(&self) -> (Option<i32>, String) {
        let (site, ledger) = (self.site(), self.ledger());
        let words = ["build", "--out", site.to_str().unwrap(), "--from", ledger.to_str().unwrap()];
        let output = self.program(&words).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    /// Ends when it is dropped.
    fn serve(&self, arguments: &[&str]) -> Server {
        let ledger = self.ledger();
        let words = [&["serve", "--listen", "127.0.0.1:0", "--from", ledger.to_str().unwrap()], arguments].concat();
        let mut child = self.program(&words).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.unwrap_or_else(|| panic!("no address in `{line}`")).to_owned();
        Server { child, address, _said: said }
    }

    /// What the browser finds wrong; `met` is called with every word that the script prints.
    fn look(&self, url: &str, live: bool, mut met: impl FnMut(&str)) -> String {
        let tools = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-tools.json"));
        let tools: Value = serde_json::from_slice(&tools.expect("run tests/install first")).unwrap();
        let word =
            |key: &str| tools[key].as_str().unwrap_or_else(|| panic!("no `{key}`: run tests/install")).to_owned();
        let mut command = Command::new("node");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dashboard/check.mjs"));
        command.args([&word("node_modules"), &word("browser"), url]).args(live.then_some("live"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("node runs");
        let mut complaints = child.stderr.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            complaints.read_to_string(&mut text).unwrap();
            text
        });
        BufReader::new(child.stdout.take().unwrap()).lines().for_each(|line| met(&line.unwrap()));
        let said = reader.join().unwrap();
        if child.wait().unwrap().success() { String::new() } else { format!("it fails\n{said}") }
    }
}

struct Server {
    child: Child,
    address: String,
    _said: BufReader<std::process::ChildStderr>,
}

impl Server {
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.replace("HOST", &self.address).as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// As Ctrl-C does.
    fn interrupt(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn every_page_of_a_built_site_stands_up_in_a_browser() {
    let place = Place::new(RUNS);
    let (exit, said) = place.build();
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains("400 runs and "), "{said}");
    let url = format!("file://{}", place.site().join("index.html").display());
    assert_eq!(place.look(&url, false, |_| ()), "");
}

#[test]
fn a_served_site_follows_the_ledger_and_a_run_in_progress() {
    let place = Place::new(60);
    let server = place.serve(&[]);
    let mut beacon = None;
    let wrong = place.look(&format!("http://{}/", server.address), true, |word| match word {
        "watching" => {
            let mut more = Vec::new();
            made::write(61, true, &mut more).unwrap();
            fs::write(place.ledger(), more).unwrap();
            let lit = Beacon::light(&place.state().join("thanos-fix/live"), "`make test` fails", "o/r").unwrap();
            lit.step("verify", "running <img src=x onerror=alert(1)>");
            beacon = Some(lit);
        }
        "seen" => beacon = None,
        other => panic!("{other}"),
    });
    assert_eq!(wrong, "");
    assert_eq!(server.interrupt(), Some(0));
}

#[test]
fn the_server_answers_nobody_else_and_takes_nothing() {
    let place = Place::new(3);
    let server = place.serve(&["--name", "dash.internal"]);
    let ask = |line: &str, host: &str, more: &str| {
        server.ask(&format!("{line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{more}\r\n"))
    };
    let page = ask("GET /", "HOST", "");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    for header in ["content-security-policy: default-src 'none'", "x-content-type-options: nosniff", "same-origin"] {
        assert!(page.contains(header), "{header} is not in {page}");
    }
    assert!(ask("GET /data/overview.js", "dash.internal", "").starts_with("HTTP/1.1 200"));
    assert!(ask("GET /api/data.json", "localhost", "").contains("application/json"));
    assert!(ask("GET /data/overview.js", "evil.example", "").starts_with("HTTP/1.1 421"));
    let foreign = "sec-fetch-site: cross-site\r\nsec-fetch-mode: no-cors\r\n";
    assert!(ask("GET /data/overview.js", "HOST", foreign).starts_with("HTTP/1.1 403"));
    assert!(ask("POST /", "HOST", "").starts_with("HTTP/1.1 405"));
    for path in ["/../../etc/passwd", "/data/..%2f..%2fx.js", "/data/none.js", "/.nojekyll"] {
        assert!(ask(&format!("GET {path}"), "HOST", "").starts_with("HTTP/1.1 404"), "{path}");
    }
    let open = place.program(&["serve", "--listen", "0.0.0.0:0"]).output().unwrap();
    let said = String::from_utf8_lossy(&open.stderr).into_owned();
    assert_eq!(open.status.code(), Some(2), "{said}");
    assert!(said.contains("--name"), "{said}");
    let none = place.program(&["build", "--out", "x", "--from", "/none"]).output().unwrap();
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn a_directory_of_somebody_elses_stays_as_it_is() {
    let place = Place::new(2);
    fs::create_dir_all(place.site()).unwrap();
    fs::write(place.site().join("thesis.txt"), "years of work").unwrap();
    let (exit, said) = place.build();
    assert_eq!(exit, Some(2), "{said}");
    assert!(said.contains("holds thesis.txt and no dashboard"), "{said}");
    assert_eq!(fs::read_dir(place.site()).unwrap().count(), 1);
    // What other programs call their own build is no leftover of ours.
    fs::create_dir(place.site().join(".next")).unwrap();
    assert_eq!(place.build().0, Some(2));
    fs::remove_dir(place.site().join(".next")).unwrap();
    fs::remove_file(place.site().join("thesis.txt")).unwrap();
    assert_eq!(place.build().0, Some(0));
    // A later one takes the place of an earlier one.
    fs::write(place.site().join("data/runs-7.js"), "old").unwrap();
    fs::write(place.site().join("CNAME"), "dash.example").unwrap();
    assert_eq!(place.build().0, Some(0));
    assert!(!place.site().join("data/runs-7.js").exists());
    assert_eq!(read(&place.site().join("CNAME")), "dash.example");
}

#[test]
fn machines_get_the_same_numbers() {
    let place = Place::new(RUNS);
    assert_eq!(place.build().0, Some(0));
    let api: Value = serde_json::from_str(&read(&place.site().join("api/data.json"))).unwrap();
    let lines = read(&place.ledger());
    let records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let runs: Vec<&Value> = records.iter().filter(|record| record.get("kind").is_none()).collect();
    let with = |outcome: &str| runs.iter().filter(|run| run["outcome"] == outcome).count();
    assert_eq!(api["runs"], runs.len());
    assert_eq!(api["facts"], records.len() - runs.len());
    let told = api["totals"]["outcomes"].as_array().unwrap();
    for pair in told {
        assert_eq!(pair[1], with(pair[0].as_str().unwrap()), "{pair}");
    }
    assert_eq!(api["totals"]["all"]["fixed"], with("fixed") + with("proposed"));
    assert_eq!(api["recent"]["text"].as_array().unwrap().len(), 200);
    assert_eq!(api["recent"]["text"][0][0], runs.last().unwrap()["attempt"]);
}
