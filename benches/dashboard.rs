//! What a large ledger costs: `cargo bench --bench dashboard [-- RUNS…]`, 100,000 and 1,000,000 without a number. Time and memory of
//! `dashboard build` from a file of JSON lines; where a browser is, time and bytes of the first view, from a disk and served.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench stops at the first surprise and prints"
)]

#[path = "../tests/dashboard/made.rs"]
mod made;

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

fn main() {
    let mut counts: Vec<u64> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    if counts.is_empty() {
        counts = vec![100_000, 1_000_000];
    }
    println!(
        "{:>9}  {:>8}  {:>8}  {:>8}  {:>8}  {:>7}  first view",
        "runs", "lines MB", "site MB", "build s", "peak MB", "files"
    );
    for count in counts {
        once(count);
    }
}

fn once(count: u64) {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, site) = (dir.path().join("ledger.jsonl"), dir.path().join("site"));
    made::write(count, false, &mut BufWriter::new(File::create(&ledger).unwrap())).unwrap();
    let begun = Instant::now();
    let mut child = program().arg("build").arg("--out").arg(&site).arg("--from").arg(&ledger).spawn().unwrap();
    let mut peak = 0;
    let status = loop {
        peak = peak.max(resident(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    let seconds = begun.elapsed().as_secs_f64();
    assert!(status.success(), "the build failed");
    let (files, bytes) = size(&site);
    let megabytes = |bytes: u64| bytes >> 20;
    let lines = megabytes(ledger.metadata().unwrap().len());
    let disk = view(&format!("file://{}", site.join("index.html").display()));
    let (bytes, peak) = (megabytes(bytes), peak >> 10);
    println!("{count:>9}  {lines:>8}  {bytes:>8}  {seconds:>8.2}  {peak:>8}  {files:>7}  from a disk: {disk}");
    if count <= 100_000 {
        println!("{:>60}  served: {}", "", served(&ledger));
    }
}

fn program() -> Command {
    let given = std::env::var("THANOS_FIX_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_thanos-fix").to_owned());
    let mut command = Command::new(given);
    command.args(["--quiet", "dashboard"]);
    command
}

fn served(ledger: &Path) -> String {
    let mut command = Command::new(program().get_program());
    command.args(["dashboard", "serve", "--listen", "127.0.0.1:0", "--from"]).arg(ledger).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split_whitespace().find(|word| word.starts_with("http://")).expect("an address");
    let seen = view(address);
    child.kill().unwrap();
    child.wait().unwrap();
    seen
}

/// As the browser tells it.
fn view(url: &str) -> String {
    let tools = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-tools.json"));
    let Ok(tools) = tools else { return "no browser: run tests/install".to_owned() };
    let tools: serde_json::Value = serde_json::from_slice(&tools).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/dashboard.mjs");
    let words = ["node_modules", "browser"].map(|key| tools[key].as_str().unwrap_or_default().to_owned());
    let output = Command::new("node").arg(script).args(words).arg(url).output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout).trim(), String::from_utf8_lossy(&output.stderr).trim())
}

/// Kilobytes, at their highest.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn size(folder: &Path) -> (u64, u64) {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.fold((0, 0), |(files, bytes), path| {
        let (more, size) = if path.is_dir() { size(&path) } else { (1, path.metadata().unwrap().len()) };
        (files + more, bytes + size)
    })
}
