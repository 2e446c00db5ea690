//! The tools of MCP servers that the configuration names: JSON-RPC, a message a line, over the streams of a child. A server
//! lives for one question: it is confined as the failing command is, sees the model's copy, and what it writes is undone.

use super::super::Job;
use super::data;
use super::overlay::Overlay;
use crate::command::CommandLine;
use crate::config::Server;
use crate::llm::Tool;
use crate::patch::Patch;
use crate::record::HandId;
use crate::report::markdown::one_line;
use anyhow::Result;
use serde_json::{Value, json};
use std::io::{BufRead, Read as _, Write};
use std::time::Duration;

const VERSION: &str = "2025-06-18";
/// For one question, the start of the server included.
const LIMIT: Duration = Duration::from_secs(120);
const LONGEST_LINE: u64 = 8 << 20;
/// Of one server; each is in every request.
const MOST_TOOLS: usize = 24;
/// For all servers' tools together, in tokens.
const ROOM: usize = 2_000;
const MOST_PAGES: usize = 8;
const LONGEST_DESCRIPTION: usize = 800;
const LONGEST_SCHEMA: usize = 4_000;

/// The servers of a run with what they offer.
pub struct Servers {
    offers: Vec<Offer>,
}

struct Offer {
    tool: Tool,
    /// As the server calls it.
    name: String,
    command: CommandLine,
}

impl Servers {
    /// Who cannot be had is told of, and left out.
    pub fn open(job: &Job) -> Self {
        let mut offers = Vec::new();
        for server in &job.asking.servers {
            let told = |why: &str| {
                let line = format!("the tools of the server {} are not to be had: {}", server.name, one_line(why, 200));
                job.workshop.note(HandId::Model, &line);
            };
            let Some(command) = server.command.to_line(None) else { continue };
            match ask(job, &Patch::default(), &command, list) {
                Ok(Ok(tools)) => offers.extend(tools.iter().filter_map(|tool| offer(server, &command, tool))),
                Ok(Err(why)) => told(&why),
                Err(e) => told(&format!("{e:#}")),
            }
        }
        Self { offers: fitting(job, offers) }
    }

    pub fn tools(&self) -> impl Iterator<Item = Tool> {
        self.offers.iter().map(|offer| offer.tool.clone())
    }

    pub fn has(&self, name: &str) -> bool {
        self.offers.iter().any(|offer| offer.tool.name == name)
    }

    /// What the tool says; `Err`: it refuses.
    pub fn call(&self, job: &Job, overlay: &Overlay, name: &str, arguments: &Value) -> Result<Result<String, String>> {
        let Some(offer) = self.offers.iter().find(|offer| offer.tool.name == name) else {
            return Ok(Err("there is no such tool".to_owned()));
        };
        let params = json!({"name": offer.name, "arguments": arguments});
        let said =
            ask(job, &overlay.patch(), &offer.command, |session| session.question("tools/call", params.clone()))?;
        Ok(said.and_then(|result| {
            let parts = result["content"].as_array().map(Vec::as_slice).unwrap_or_default();
            let text: Vec<String> = parts.iter().map(text_of).collect();
            match result["isError"].as_bool() {
                Some(true) => Err(text.join("\n")),
                _ => Ok(text.join("\n")),
            }
        }))
    }
}

/// Those that there is room for, the first first.
fn fitting(job: &Job, offers: Vec<Offer>) -> Vec<Offer> {
    let (mut room, mut left_out) = (ROOM, Vec::new());
    let mut fit = Vec::new();
    for offer in offers {
        match room.checked_sub(data::tokens_of(&offer.tool)) {
            Some(rest) => {
                room = rest;
                fit.push(offer);
            }
            None => left_out.push(offer.tool.name),
        }
    }
    if !left_out.is_empty() {
        let names = one_line(&left_out.join(", "), 160);
        let mend = "name those that are wanted in `tools` of model.servers";
        let line = format!("not offered, because all together are longer than {ROOM} tokens: {names}; {mend}");
        job.workshop.note(HandId::Model, &line);
    }
    fit
}

fn text_of(part: &Value) -> String {
    let kind = part["type"].as_str().unwrap_or("unknown");
    part["text"].as_str().or(part["resource"]["text"].as_str()).map_or_else(|| format!("[{kind}]"), str::to_owned)
}

/// `None`: it is not wanted, or is no tool that a model can be told of.
fn offer(server: &Server, command: &CommandLine, tool: &Value) -> Option<Offer> {
    let name = tool["name"].as_str()?.to_owned();
    if !server.tools.is_empty() && !server.tools.contains(&name) {
        return None;
    }
    // The names that every provider takes.
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
    let full: String = format!("{}__{name}", server.name).chars().map(plain).take(64).collect();
    let description = data::plain(tool["description"].as_str().unwrap_or_default(), LONGEST_DESCRIPTION);
    let parameters = Some(&tool["inputSchema"]).filter(|schema| schema.is_object())?.clone();
    if parameters.to_string().len() > LONGEST_SCHEMA {
        return None;
    }
    Some(Offer { tool: Tool { name: full, description, parameters }, name, command: command.clone() })
}

fn list(session: &mut Session) -> Result<Vec<Value>, String> {
    let (mut tools, mut params) = (Vec::new(), json!({}));
    for _ in 0..MOST_PAGES {
        let page = session.question("tools/list", params)?;
        tools.extend(page["tools"].as_array().cloned().unwrap_or_default());
        match page["nextCursor"].as_str() {
            Some(cursor) if tools.len() < MOST_TOOLS => params = json!({"cursor": cursor}),
            _ => break,
        }
    }
    tools.truncate(MOST_TOOLS);
    Ok(tools)
}

/// Starts the server, says hello, and asks; `Err` inside: it does not answer as servers do.
fn ask<T: Send>(
    job: &Job,
    patch: &Patch,
    command: &CommandLine,
    question: impl Fn(&mut Session) -> Result<T, String> + Sync,
) -> Result<Result<T, String>> {
    let mut said = None;
    let ran = job.workshop.converse(patch, command, LIMIT, &mut |to, from| {
        let mut session = Session { to, from, last: 0 };
        said = Some(session.hello().and_then(|()| question(&mut session)));
    })?;
    let ended = || match ran.as_ref().map(|done| done.exit) {
        // As every shell says that there is no such program, or none that can be started.
        Some(Some(127)) => format!(" ({} is not found)", command.argv.first().map_or("it", String::as_str)),
        Some(Some(126)) => " (it cannot be started)".to_owned(),
        Some(Some(code)) => format!(" (it ended with exit code {code})"),
        Some(None) => " (it was stopped)".to_owned(),
        None => String::new(),
    };
    Ok(match said {
        Some(said) => said.map_err(|why| format!("{why}{}", ended())),
        None => Err("the repository is not as you read it: read the files that you changed again".to_owned()),
    })
}

struct Session<'a> {
    to: &'a mut dyn Write,
    from: &'a mut dyn BufRead,
    last: u64,
}

impl Session<'_> {
    fn hello(&mut self) -> Result<(), String> {
        let own = json!({"name": "thanos-fix", "version": env!("CARGO_PKG_VERSION")});
        let params = json!({"protocolVersion": VERSION, "capabilities": {}, "clientInfo": own});
        self.question("initialize", params)?;
        self.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
    }

    fn say(&mut self, message: &Value) -> Result<(), String> {
        let line = format!("{message}\n");
        self.to.write_all(line.as_bytes()).and_then(|()| self.to.flush()).map_err(|e| e.to_string())
    }

    fn question(&mut self, method: &str, params: Value) -> Result<Value, String> {
        self.last += 1;
        let id = self.last;
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        loop {
            let message = self.hear()?;
            if message["method"].is_string() {
                self.answer(&message)?;
            } else if message["id"] == id {
                return match message["error"].is_object() {
                    true => Err(message["error"]["message"].as_str().unwrap_or("an error").to_owned()),
                    false => Ok(message["result"].clone()),
                };
            }
        }
    }

    /// What the server asks: that we are there. We offer nothing else.
    fn answer(&mut self, message: &Value) -> Result<(), String> {
        let (id, method) = (&message["id"], &message["method"]);
        match id.is_null() {
            true => Ok(()),
            false if method == "ping" => self.say(&json!({"jsonrpc": "2.0", "id": id, "result": {}})),
            false => {
                let error = json!({"code": -32601, "message": "not offered here"});
                self.say(&json!({"jsonrpc": "2.0", "id": id, "error": error}))
            }
        }
    }

    /// The next line that is a message; servers print other things, too.
    fn hear(&mut self) -> Result<Value, String> {
        loop {
            let mut line = Vec::new();
            let read = (&mut *self.from).take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(|e| e.to_string())?;
            if read == 0 {
                return Err("it says nothing more".to_owned());
            }
            if let Ok(message) = serde_json::from_slice::<Value>(&line)
                && message.is_object()
            {
                return Ok(message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(said: &str, act: impl Fn(&mut Session) -> Result<Value, String>) -> (Result<Value, String>, String) {
        let (mut to, mut from) = (Vec::new(), said.as_bytes());
        let result = act(&mut Session { to: &mut to, from: &mut from, last: 0 });
        (result, String::from_utf8(to).unwrap())
    }

    #[test]
    fn a_question_finds_its_answer_among_other_messages() {
        let said = "starting up\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}\n{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"roots/list\"}\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":1}}\n";
        let (result, sent) = session(said, |session| session.question("x", json!({})));
        assert_eq!(result.unwrap(), json!({"a": 1}));
        assert!(sent.contains("\"id\":7,\"jsonrpc\":\"2.0\",\"result\":{}") && sent.contains("-32601"), "{sent}");
        let (result, _) = session("{\"id\":1,\"error\":{\"message\":\"no\"}}\n", |s| s.question("x", json!({})));
        assert_eq!(result.unwrap_err(), "no");
        let (result, _) = session("nothing of it\n", |s| s.question("x", json!({})));
        assert!(result.unwrap_err().contains("nothing more"));
    }

    #[test]
    fn a_tool_gets_a_name_that_every_provider_takes() {
        let server = |tools: &[&str]| Server {
            name: "docs".into(),
            command: crate::config::Command::Argv(vec!["x".into()]),
            tools: tools.iter().map(|t| (*t).to_owned()).collect(),
        };
        let tool = json!({"name": "look.up/now", "description": "x⟧\u{200b}", "inputSchema": {"type": "object"}});
        let command = CommandLine::new(["x"]);
        let found = offer(&server(&[]), &command, &tool).unwrap();
        assert_eq!((found.tool.name.as_str(), found.name.as_str()), ("docs__look_up_now", "look.up/now"));
        assert!(!found.tool.description.contains('⟧'));
        assert!(offer(&server(&["other"]), &command, &tool).is_none());
        assert!(offer(&server(&[]), &command, &json!({"name": "a"})).is_none());
    }
}
