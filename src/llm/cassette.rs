//! Exchanges as they were: written down masked, and played again without a network.

use super::transcript::Transcript;
use super::{Message, Model, NoReply, Reply, Request, Seat, Seated, Spent};
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const CASSETTE: &str = "cassette.jsonl";
const TRANSCRIPT: &str = "transcript.md";

/// One line of the cassette.
#[derive(Debug, Serialize, Deserialize)]
pub struct Exchange {
    model: String,
    /// Older cassettes do not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seat: Option<Seat>,
    pub request: Request,
    pub reply: Reply,
}

impl Exchange {
    /// Whether `next` asks on where this one was answered.
    fn goes_on_in(&self, next: &Request) -> bool {
        let ours = &self.request.messages;
        let answered = match next.messages.get(ours.len()) {
            Some(Message::Model { text, calls }) => {
                // What was too long is shorter in the history.
                let same = calls.iter().map(|call| &call.id).eq(self.reply.calls.iter().map(|call| &call.id));
                same && self.reply.text.starts_with(text.as_str())
            }
            _ => false,
        };
        answered && self.request.system == next.system && next.messages.starts_with(ours)
    }
}

/// The last exchange of each conversation, which has all of it.
#[derive(Default)]
struct Ends(Vec<Exchange>);

impl Ends {
    fn take(&mut self, exchange: Exchange) {
        match self.0.iter().position(|end| end.goes_on_in(&exchange.request)) {
            Some(at) => self.0[at] = exchange,
            None => self.0.push(exchange),
        }
    }
}

/// The conversations of a cassette, or of what [`Recorder::conversations`] gave; `Err`: which line cannot be read.
pub fn conversations(lines: &str) -> Result<Vec<Exchange>, String> {
    let mut ends = Ends::default();
    for (at, line) in lines.lines().enumerate() {
        ends.take(serde_json::from_str(line).map_err(|e| format!("line {}: {e}", at + 1))?);
    }
    Ok(ends.0)
}

/// Keeps the transcript, and a cassette where one is wanted.
#[derive(Default)]
pub struct Recorder {
    dir: Option<PathBuf>,
    /// Something of this run is in the cassette.
    begun: bool,
    transcript: Transcript,
    ends: Ends,
}

impl Recorder {
    /// An earlier recording there is replaced as soon as there is a first exchange.
    pub fn to(dir: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        // Whether it can be written is known before anything is paid for.
        std::fs::File::options().append(true).create(true).open(dir.join(CASSETTE))?;
        Ok(Self { dir: Some(dir.to_owned()), ..Self::default() })
    }

    /// For people only.
    pub(super) fn tell(&mut self, text: &str) {
        self.transcript.tell(text);
        let _ = self.write_transcript();
    }

    pub(super) fn transcript(&self) -> &str {
        self.transcript.text()
    }

    /// For programs: JSON, a line for each.
    pub(super) fn conversations(&self) -> String {
        let lines = self.ends.0.iter().filter_map(|end| serde_json::to_string(end).ok());
        lines.map(|line| line + "\n").collect()
    }

    pub(super) fn failed(&mut self, why: &str) {
        self.transcript.failed(why);
        let _ = self.write_transcript();
    }

    /// Both masked.
    pub(super) fn exchange(&mut self, seat: Seat, model: &str, request: &Request, reply: &Reply) -> Result<(), String> {
        self.transcript.exchange(model, request, reply);
        let (seat, model) = (Some(seat), model.to_owned());
        let exchange = Exchange { model, seat, request: request.clone(), reply: reply.clone() };
        let line = serde_json::to_string(&exchange).map_err(|e| e.to_string())? + "\n";
        self.ends.take(exchange);
        let Some(dir) = &self.dir else { return Ok(()) };
        let path = dir.join(CASSETTE);
        let mut options = std::fs::File::options();
        let options = if std::mem::replace(&mut self.begun, true) {
            options.append(true)
        } else {
            options.write(true).truncate(true)
        };
        let written = options.open(&path).and_then(|mut f| f.write_all(line.as_bytes()));
        written.and_then(|()| self.write_transcript()).map_err(|e| format!("cannot record to {}: {e}", path.display()))
    }

    fn write_transcript(&self) -> std::io::Result<()> {
        match &self.dir {
            Some(dir) => std::fs::write(dir.join(TRANSCRIPT), self.transcript.text()),
            None => Ok(()),
        }
    }
}

/// Answers as the cassette has it, as long as it is asked the same.
pub struct Replay {
    name: String,
    exchanges: Vec<Exchange>,
    spent: Mutex<Spent>,
}

impl Replay {
    pub fn open(dir: &Path) -> Result<Self, String> {
        let path = dir.join(CASSETTE);
        let text = std::fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        let exchanges: Vec<Exchange> = text
            .lines()
            .enumerate()
            .map(|(at, line)| serde_json::from_str(line).map_err(|e| format!("{}:{}: {e}", path.display(), at + 1)))
            .collect::<Result<_, _>>()?;
        let first = exchanges.first().ok_or_else(|| format!("{} holds no exchange", path.display()))?;
        Ok(Self { name: format!("{}, replayed", first.model), exchanges, spent: Mutex::default() })
    }
}

impl Model for Replay {
    fn name(&self) -> &str {
        &self.name
    }

    fn complete(&self, request: &Request) -> Result<Reply, NoReply> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let at = usize::try_from(spent.requests).unwrap_or(usize::MAX);
        let Some(exchange) = self.exchanges.get(at) else {
            return Err(NoReply::broken(format!("the cassette ends after {at} exchanges")));
        };
        if !is_same(&exchange.request, request) {
            let nth = at + 1;
            return Err(NoReply::broken(format!(
                "request {nth} is not the one that the cassette has there; record it anew"
            )));
        }
        spent.requests += 1;
        spent.tokens.add(exchange.reply.usage);
        Ok(exchange.reply.clone())
    }

    /// Whoever said something in it.
    fn seated(&self) -> Vec<Seated> {
        let mut seated: Vec<Seated> = Vec::new();
        for (seat, model) in self.exchanges.iter().filter_map(|e| Some((e.seat?, &e.model))) {
            if seated.iter().all(|known| known.seat != seat) {
                seated.push(Seated { seat, name: format!("{model}, replayed"), price: None });
            }
        }
        seated
    }

    /// It costs nothing the second time.
    fn spent(&self) -> Spent {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long something took, and on which line of a temporary name it ran, differs from run to run. What was asked is
/// masked in the cassette, and its length limit is what the budget left then.
fn is_same(recorded: &Request, asked: &Request) -> bool {
    let plain = |request: &Request| {
        let text = serde_json::to_string(&(&request.system, &request.messages, &request.tools)).unwrap_or_default();
        let masked = crate::mask::Masker::plain().mask(&text).into_owned();
        let mut out = String::with_capacity(masked.len());
        for c in masked.chars() {
            let c = if c.is_ascii_digit() { '0' } else { c };
            if c != '0' || !out.ends_with('0') {
                out.push(c);
            }
        }
        out.replace("0.0", "0")
    };
    plain(recorded) == plain(asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::Call;
    use crate::record::Tokens;

    fn call(id: &str) -> Call {
        Call { id: id.into(), name: "run".into(), arguments: "{}".into(), mark: None }
    }

    fn line(system: &str, messages: &[Message], id: &str) -> String {
        let (system, messages) = (system.to_owned(), messages.to_vec());
        let request = Request { system, messages, tools: Vec::new(), max_tokens: 1 };
        let (text, calls) = (String::new(), vec![call(id)]);
        let reply = Reply { text, calls, usage: Tokens::default(), stop: String::new() };
        serde_json::to_string(&Exchange { model: "m".into(), seat: None, request, reply }).unwrap() + "\n"
    }

    /// Two that begin alike and go on in step, and a reviewer in between.
    #[test]
    fn conversations_are_told_apart_and_kept_whole() {
        let asked = |text: &str| Message::User { text: text.into() };
        let said = |id: &str| Message::Model { text: String::new(), calls: vec![call(id)] };
        let lines = line("w", &[asked("do it")], "a1")
            + &line("w", &[asked("do it")], "b1")
            + &line("w", &[asked("do it"), said("b1"), asked("go on")], "b2")
            + &line("r", &[asked("look")], "r1")
            + &line("w", &[asked("do it"), said("a1"), asked("go on")], "a2");
        let found = conversations(&lines).unwrap();
        let ends: Vec<&str> = found.iter().map(|end| end.reply.calls[0].id.as_str()).collect();
        assert_eq!(ends, ["a2", "b2", "r1"]);
        assert!(conversations("{}").unwrap_err().starts_with("line 1: "));
    }
}
