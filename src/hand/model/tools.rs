//! What the model can do: look, edit its copy, run. Every answer is a text, and a refusal says how to do better.

use super::super::Job;
use super::data;
use super::edit;
use super::mcp::Servers;
use super::overlay::Overlay;
use crate::ids::RelPath;
use crate::llm::{Call, Tool};
use anyhow::Result;
use regex::RegexBuilder;
use serde_json::Value;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Duration;

/// Of one answer; the history carries it to the end.
const MOST_BYTES: usize = 12_000;
const MOST_LINES: usize = 300;
const MOST_HITS: usize = 60;
const LONGEST_LINE: usize = 300;
/// For one run that the model asks for.
const RUN: Duration = Duration::from_secs(600);

/// The tools as the model is told of them.
pub fn all() -> Result<Vec<Tool>> {
    Ok(serde_json::from_str(include_str!("tools.json"))?)
}

/// `Err`: the tool refuses, and says why.
pub type Said = std::result::Result<String, String>;

pub struct Tools<'a> {
    job: &'a Job<'a>,
    pub overlay: Overlay<'a>,
    servers: Rc<Servers>,
}

fn not_run(why: &str) -> String {
    format!("nothing is run with your change as it is, which is {why}; edit it, or `revert` the file")
}

/// The arguments of a call, checked as they are taken.
pub struct Arguments(Value);

impl Arguments {
    pub fn of(call: &Call) -> std::result::Result<Self, String> {
        let text = if call.arguments.trim().is_empty() { "{}" } else { &call.arguments };
        let value: Value = serde_json::from_str(text).map_err(|e| format!("the arguments are no JSON: {e}"))?;
        if value.is_object() { Ok(Self(value)) } else { Err("the arguments are no JSON object".to_owned()) }
    }

    pub fn text(&self, name: &str) -> std::result::Result<&str, String> {
        self.0[name].as_str().ok_or_else(|| format!("the argument `{name}` is missing, or no string"))
    }

    fn line(&self, name: &str) -> Option<usize> {
        self.0[name].as_u64().and_then(|n| usize::try_from(n).ok())
    }
}

impl<'a> Tools<'a> {
    pub fn new(job: &'a Job<'a>, servers: Rc<Servers>) -> Self {
        Self { job, overlay: Overlay::new(job), servers }
    }

    /// Every tool but `finish`.
    pub fn call(&mut self, call: &Call) -> Result<Said> {
        let arguments = match Arguments::of(call) {
            Ok(arguments) => arguments,
            Err(why) => return Ok(Err(why)),
        };
        let said = match call.name.as_str() {
            "search" => self.search(&arguments)?,
            "read" => self.read(&arguments)?,
            "edit" => self.edit(&arguments)?,
            "create" => self.create(&arguments)?,
            "revert" => self.revert(&arguments)?,
            "run" => self.run(&arguments)?,
            name if self.servers.has(name) => match self.overlay.not_to_run() {
                Some(why) => Err(not_run(&why)),
                None => self.servers.call(self.job, &self.overlay, name, &arguments.0)?,
            },
            _ => Err("there is no such tool: use search, read, edit, create, revert, run or finish".to_owned()),
        };
        Ok(said.map(|text| data::plain(&text, MOST_BYTES)).map_err(|why| data::plain(&why, MOST_BYTES)))
    }

    fn search(&self, arguments: &Arguments) -> Result<Said> {
        let pattern = match arguments.text("pattern") {
            Ok(pattern) => pattern,
            Err(why) => return Ok(Err(why)),
        };
        let regex = RegexBuilder::new(pattern).size_limit(1 << 20).build();
        let regex = match regex {
            Ok(regex) => regex,
            Err(e) => return Ok(Err(format!("the pattern is no regular expression: {e}"))),
        };
        let within = arguments.text("path").unwrap_or_default();
        let (mut hits, mut shown) = (0, String::new());
        for path in self.overlay.files()?.iter().filter(|path| path.as_str().contains(within)) {
            let Some(text) = self.overlay.read(path)? else { continue };
            for (at, line) in text.lines().enumerate().filter(|(_, line)| regex.is_match(line)) {
                hits += 1;
                if hits <= MOST_HITS {
                    let line = data::spelled(data::head(line, LONGEST_LINE));
                    let _ = writeln!(shown, "{path}:{}: {line}", at + 1);
                }
            }
        }
        if hits > MOST_HITS {
            let _ = writeln!(shown, "[{} more lines match]", hits - MOST_HITS);
        }
        Ok(Ok(if hits == 0 { "no line matches".to_owned() } else { shown }))
    }

    /// The file that is meant, with its text.
    fn file(&self, arguments: &Arguments) -> Result<std::result::Result<(RelPath, String), String>> {
        let named = match arguments.text("path") {
            Ok(named) => named,
            Err(why) => return Ok(Err(why)),
        };
        let Some(path) = self.overlay.path(named) else { return Ok(Err(self.no_such_file(named)?)) };
        Ok(match self.overlay.read(&path)? {
            Some(text) => Ok((path, text)),
            None => Err(format!("{path} is no text file of the repository")),
        })
    }

    fn no_such_file(&self, named: &str) -> Result<String> {
        let name = named.rsplit('/').next().unwrap_or(named);
        let files = self.overlay.files()?;
        let mut near: Vec<(usize, &RelPath)> =
            files.iter().map(|path| (strsim::levenshtein(path.file_name(), name), path)).collect();
        near.sort();
        let near: Vec<&str> = near.iter().take(5).map(|(_, path)| path.as_str()).collect();
        Ok(format!("there is no file {named:.200}; the nearest by name: {}", near.join(", ")))
    }

    fn read(&self, arguments: &Arguments) -> Result<Said> {
        let (path, text) = match self.file(arguments)? {
            Ok(file) => file,
            Err(why) => return Ok(Err(why)),
        };
        let lines = text.lines().count();
        let from = arguments.line("from").unwrap_or(1).max(1);
        if from > lines.max(1) {
            return Ok(Err(format!("{path} has {lines} lines: there is no line {from}")));
        }
        let to = arguments.line("to").unwrap_or(lines).min(lines).min(from.saturating_add(MOST_LINES - 1));
        let mut shown = format!("{path}, lines {from} to {to} of {lines}\n");
        let wanted = text.lines().enumerate().skip(from - 1).take((to + 1).saturating_sub(from));
        for (at, line) in wanted {
            shown += &data::numbered(at, line);
            if shown.len() > MOST_BYTES {
                // What follows is cut to the same length, in its middle.
                shown.truncate(data::head(&shown, MOST_BYTES - 100).len());
                let _ = write!(shown, "\n[cut here: read on from line {}]", at + 1);
                break;
            }
        }
        Ok(Ok(shown))
    }

    fn edit(&mut self, arguments: &Arguments) -> Result<Said> {
        let (path, text) = match self.file(arguments)? {
            Ok(file) => file,
            Err(why) => return Ok(Err(why)),
        };
        if !self.overlay.may_edit(&path)? {
            return Ok(Err(format!("{path} is vendored, generated or a lock file: it is not edited by hand")));
        }
        let replaced = arguments.text("old").and_then(|old| edit::replace(&text, old, arguments.text("new")?));
        Ok(match replaced {
            Ok(after) => self.overlay.write(&path, after)?.map(|()| format!("{path} is changed")),
            Err(why) => Err(format!("{path}: {why}")),
        })
    }

    fn create(&mut self, arguments: &Arguments) -> Result<Said> {
        let (named, content) = match arguments.text("path").and_then(|path| Ok((path, arguments.text("content")?))) {
            Ok(both) => both,
            Err(why) => return Ok(Err(why)),
        };
        let path = match RelPath::parse(named.trim().trim_start_matches("./")) {
            Ok(path) => path,
            Err(e) => return Ok(Err(format!("{named:.200} is no path inside the repository: {e}"))),
        };
        if self.overlay.read(&path)?.is_some() || self.job.workshop.read(&path)?.is_some() {
            return Ok(Err(format!("{path} is there already: use edit")));
        }
        Ok(self.overlay.write(&path, content.to_owned())?.map(|()| format!("{path} is made")))
    }

    /// Without a path: everything.
    fn revert(&mut self, arguments: &Arguments) -> Result<Said> {
        let Ok(named) = arguments.text("path") else {
            self.overlay.revert_all();
            return Ok(Ok("nothing is changed any more".to_owned()));
        };
        let path = match self.overlay.path(named) {
            Some(path) if self.overlay.revert(&path) => path,
            Some(path) => return Ok(Err(format!("{path} is not changed"))),
            None => return Ok(Err(self.no_such_file(named)?)),
        };
        let is_there = self.overlay.read(&path)?.is_some();
        Ok(Ok(if is_there { format!("{path} is as it was") } else { format!("{path} is gone again") }))
    }

    fn run(&self, arguments: &Arguments) -> Result<Said> {
        if let Some(why) = self.overlay.not_to_run() {
            return Ok(Err(not_run(&why)));
        }
        let line = arguments.text("command").ok().filter(|line| !line.trim().is_empty());
        let Some(done) = self.job.workshop.run_with(&self.overlay.patch(), line, RUN)? else {
            return Ok(Err("the repository is not as you read it: read the files that you changed again".to_owned()));
        };
        let ended = match (done.exit, done.limit) {
            (_, Some(limit)) => format!("stopped: {limit:?}"),
            (Some(code), None) => format!("exit code {code}"),
            (None, None) => "killed".to_owned(),
        };
        Ok(Ok(format!("{ended}\n{}", String::from_utf8_lossy(&done.combined))))
    }
}
