//! Machine formats, unfolded into the plain lines that the same tool prints for people, so that one
//! parser reads both.

use serde_json::Value;

/// A JSON document over several lines is given up beyond this size.
const DOCUMENT_LIMIT: usize = 8 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Unfolder {
    document: String,
    held: Vec<String>,
}

impl Unfolder {
    pub fn line(&mut self, line: &str, out: &mut dyn FnMut(&str)) {
        if !self.held.is_empty() || line == "[" {
            self.hold(line, out);
        } else if !unfold_line(line, out) {
            out(line);
        }
    }

    /// Whatever is still held was no document: it stays as it was.
    pub fn end(&mut self, out: &mut dyn FnMut(&str)) {
        self.document.clear();
        for line in self.held.drain(..) {
            out(&line);
        }
    }

    fn hold(&mut self, line: &str, out: &mut dyn FnMut(&str)) {
        self.document.push_str(line);
        self.document.push('\n');
        self.held.push(line.to_owned());
        let looks_json = line.starts_with([' ', '[', ']', '{', '}', '\t', '"']);
        if line.starts_with(']') && unfold_document(&self.document, out) {
            self.document.clear();
            self.held.clear();
        } else if line.starts_with(']') || !looks_json || self.document.len() > DOCUMENT_LIMIT {
            self.end(out);
        }
    }
}

fn unfold_line(line: &str, out: &mut dyn FnMut(&str)) -> bool {
    if line.starts_with("[{\"") {
        return unfold_document(line, out);
    }
    if !line.starts_with('{') {
        return false;
    }
    let keys = ["\"reason\":", "\"Action\":", "\"event\":"];
    if !keys.iter().any(|key| line.contains(key)) {
        return false;
    }
    let Ok(value) = serde_json::from_str::<Value>(line) else { return false };
    cargo_message(&value, out) || go_event(&value, out) || libtest_event(&value, out)
}

fn each_line(text: &str, out: &mut dyn FnMut(&str)) {
    let mut buffer = String::new();
    for line in text.trim_end_matches('\n').split('\n') {
        buffer.clear();
        super::clean::clean(line, &mut buffer);
        out(&buffer);
    }
}

/// `cargo build --message-format=json`.
fn cargo_message(value: &Value, out: &mut dyn FnMut(&str)) -> bool {
    if value["reason"] != "compiler-message" {
        return value["reason"].is_string();
    }
    each_line(value["message"]["rendered"].as_str().unwrap_or_default(), out);
    true
}

/// `go test -json`.
fn go_event(value: &Value, out: &mut dyn FnMut(&str)) -> bool {
    if !value["Action"].is_string() {
        return false;
    }
    if let Some(output) = value["Output"].as_str() {
        each_line(output, out);
    }
    true
}

/// libtest's `--format json`.
fn libtest_event(value: &Value, out: &mut dyn FnMut(&str)) -> bool {
    if value["type"] != "test" && value["type"] != "suite" {
        return false;
    }
    if value["type"] == "test" && value["event"] == "failed" {
        let name = value["name"].as_str().unwrap_or_default();
        out(&format!("test {name} ... FAILED"));
        out(&format!("---- {name} stdout ----"));
        each_line(value["stdout"].as_str().unwrap_or_default(), out);
    }
    true
}

/// ESLint's and Ruff's JSON reports.
fn unfold_document(text: &str, out: &mut dyn FnMut(&str)) -> bool {
    let Ok(Value::Array(entries)) = serde_json::from_str::<Value>(text) else { return false };
    let known = |entry: &Value| entry["filePath"].is_string() || entry["filename"].is_string();
    if entries.is_empty() || !entries.iter().all(known) {
        return false;
    }
    for entry in &entries {
        eslint_file(entry, out);
        ruff_finding(entry, out);
    }
    true
}

fn eslint_file(entry: &Value, out: &mut dyn FnMut(&str)) {
    let (Some(path), Some(messages)) = (entry["filePath"].as_str(), entry["messages"].as_array()) else { return };
    if messages.is_empty() {
        return;
    }
    out(path);
    for message in messages {
        let severity = if message["severity"] == 2 { "error" } else { "warning" };
        let text = message["message"].as_str().unwrap_or_default().replace('\n', " ");
        let rule = message["ruleId"].as_str().unwrap_or_default();
        out(&format!("  {}:{}  {severity}  {text}  {rule}", message["line"], message["column"]));
    }
    out("");
}

fn ruff_finding(entry: &Value, out: &mut dyn FnMut(&str)) {
    let Some(path) = entry["filename"].as_str() else { return };
    let code = entry["code"].as_str().unwrap_or("invalid-syntax");
    let text = entry["message"].as_str().unwrap_or_default();
    let place = &entry["location"];
    out(&format!("{path}:{}:{}: {code} {text}", place["row"], place["column"]));
}
