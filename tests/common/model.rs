//! A scripted model on loopback that speaks all wire formats, without streams. It is our reading of the providers' documentation.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the double does with one request.
#[derive(Clone)]
pub enum Turn {
    /// Tools with their arguments, as JSON text that may be none.
    Calls(Vec<(&'static str, String)>),
    Text(String),
    /// Status, headers, body.
    Refusal(u16, &'static str, &'static str),
    /// The headers promise more than comes.
    Cut,
    NoJson,
}

pub fn call(name: &'static str, arguments: Value) -> Turn {
    Turn::Calls(vec![(name, arguments.to_string())])
}

/// A request as it came: the head in lower case, the body.
pub struct Seen {
    pub head: String,
    pub body: Value,
}

pub struct Double {
    pub url: String,
    pub seen: Arc<Mutex<Vec<Seen>>>,
}

impl Double {
    /// Plays the turns in order; the last one again and again.
    pub fn new(turns: Vec<Turn>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let request = read(&stream);
                let mut log = log.lock().unwrap();
                let turn = turns.get(log.len()).or(turns.last()).unwrap().clone();
                let kind = request.head.split_whitespace().nth(1).unwrap().rsplit('/').next().unwrap().to_owned();
                log.push(request);
                answer(stream, &turn, &kind, log.len());
            }
        });
        Self { url, seen }
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub fn bodies(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|seen| seen.body.to_string()).collect()
    }
}

fn read(stream: &TcpStream) -> Seen {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line.to_lowercase());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Seen { head, body: serde_json::from_slice(&body).unwrap() }
}

fn answer(mut stream: TcpStream, turn: &Turn, kind: &str, nth: usize) {
    let (status, extra, body) = match turn {
        Turn::Refusal(status, extra, body) => (*status, *extra, (*body).to_owned()),
        Turn::NoJson => (200, "", "<html>busy</html>".to_owned()),
        Turn::Calls(calls) => (200, "", said(kind, "", calls, nth)),
        Turn::Text(text) => (200, "", said(kind, text, &[], nth)),
        Turn::Cut => (200, "", said(kind, "half of it", &[], nth)),
    };
    let length = if matches!(turn, Turn::Cut) { body.len() + 100 } else { body.len() };
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{extra}connection: close\r\n\r\n"
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body.as_bytes());
}

fn said(kind: &str, text: &str, calls: &[(&str, String)], nth: usize) -> String {
    let ids = calls.iter().enumerate().map(|(at, call)| (format!("id-{nth}-{at}"), call));
    if kind == "messages" {
        let mut content: Vec<Value> = vec![json!({"type": "text", "text": text})];
        content.extend(ids.map(|(id, (name, arguments))| {
            json!({"type": "tool_use", "id": id, "name": name, "input": serde_json::from_str::<Value>(arguments).unwrap()})
        }));
        let usage = json!({"input_tokens": 100, "output_tokens": 20, "cache_read_input_tokens": 1000,
            "cache_creation_input_tokens": 50});
        return json!({"content": content, "stop_reason": "tool_use", "usage": usage}).to_string();
    }
    if kind == "responses" {
        let mut output: Vec<Value> =
            vec![json!({"type": "message", "content": [{"type": "output_text", "text": text}]})];
        output.extend(ids.map(|(id, (name, arguments))| {
            json!({"type": "function_call", "call_id": id, "name": name, "arguments": arguments})
        }));
        let usage = json!({"input_tokens": 1000, "output_tokens": 20, "input_tokens_details": {"cached_tokens": 600}});
        return json!({"status": "completed", "output": output, "usage": usage}).to_string();
    }
    let calls: Vec<Value> = ids
        .map(|(id, (name, arguments))| {
            json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
        })
        .collect();
    let stop = if calls.is_empty() { "stop" } else { "tool_calls" };
    let usage =
        json!({"prompt_tokens": 1000, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 600}});
    let message = json!({"role": "assistant", "content": text, "tool_calls": calls});
    json!({"choices": [{"message": message, "finish_reason": stop}], "usage": usage}).to_string()
}
