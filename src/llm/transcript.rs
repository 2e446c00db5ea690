//! The conversation for people: what was asked, said and done, once each.

use super::{Message, Reply, Request};
use std::fmt::Write as _;

#[derive(Default)]
pub struct Transcript {
    text: String,
    /// Messages of the present conversation that are in it already.
    told: usize,
    first: Option<Message>,
}

impl Transcript {
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn exchange(&mut self, model: &str, request: &Request, reply: &Reply) {
        if self.first.as_ref() != request.messages.first() {
            self.first = request.messages.first().cloned();
            self.told = 0;
            let _ = write!(self.text, "# Conversation with {model}\n\n## System\n\n{}\n\n", request.system.trim());
        }
        for message in request.messages.iter().skip(self.told) {
            self.message(message);
        }
        // The reply comes back as a message of the next request.
        self.told = request.messages.len() + 1;
        let calls = reply.calls.clone();
        self.message(&Message::Model { text: reply.text.clone(), calls });
        let used = reply.usage;
        let _ = write!(
            self.text,
            "_{} tokens read ({} of them from the cache), {} written, {}_\n\n",
            used.read(),
            used.cache_read,
            used.output,
            reply.stop
        );
    }

    pub fn tell(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub fn failed(&mut self, why: &str) {
        let _ = write!(self.text, "_no reply: {why}_\n\n");
    }

    fn message(&mut self, message: &Message) {
        let _ = match message {
            Message::User { text } => write!(self.text, "## Asked\n\n{}\n\n", text.trim()),
            Message::Model { text, calls } => {
                let calls: String = calls.iter().map(|c| format!("- `{}` {}\n", c.name, c.arguments)).collect();
                let said = text.trim();
                let between = if said.is_empty() || calls.is_empty() { "" } else { "\n\n" };
                write!(self.text, "## Said\n\n{said}{between}{calls}\n\n")
            }
            Message::Results { results } => {
                let results: String = results.iter().map(|r| format!("{}\n\n", indented(&r.text))).collect();
                write!(self.text, "## Got\n\n{results}")
            }
        };
    }
}

/// As code, whatever fences are in it.
fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}
