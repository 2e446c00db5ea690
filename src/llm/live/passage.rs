//! Requests of other programs on the same key, model and budget: asked before each, counted after each, passed on once.

use super::super::http::{Fault, Piece, Post, Take};
use super::super::passage::{Asked, Dialect, Meter, NotPassed, Passage, rules};
use super::super::{Chosen, Seat, Wire};
use super::{Chair, LONGEST_REQUEST, Live};
use crate::forge::mask_json;
use crate::record::Tokens;
use serde_json::Value;
use std::time::Duration;

/// The reply of a program that does not say how long it may be.
const USUAL_REPLY: u64 = 16_000;
/// Where nobody counts: tokens are longer than this nearly everywhere.
const BYTES_PER_TOKEN: u64 = 2;

impl Passage for Live {
    fn model(&self) -> &str {
        &self.chair(Seat::Strong).chosen.model
    }

    fn dialects(&self) -> &[Dialect] {
        dialects(&self.chair(Seat::Strong).chosen)
    }

    fn pass(&self, asked: &Asked, take: &mut Take) -> Result<(), NotPassed> {
        let outcome = self.forward(asked, take);
        let told = match &outcome {
            Ok(used) => format!(
                "_passed on to {}: {} tokens read ({} of them from the cache), {} written_\n\n",
                self.chair(Seat::Strong).name,
                used.read(),
                used.cache_read,
                used.output
            ),
            Err(no) => format!("_not passed on, or not answered: {}_\n\n", (self.mask)(&no.why)),
        };
        self.state().recorder.tell(&told);
        outcome.map(drop)
    }

    fn tell(&self, text: &str) {
        let text = (self.mask)(text);
        self.state().recorder.tell(&text);
    }
}

impl Live {
    fn forward(&self, asked: &Asked, take: &mut Take) -> Result<Tokens, NotPassed> {
        let refused = |why: String| NotPassed::new(NotPassed::REFUSED, why);
        let (dialect, chair) = (asked.dialect, self.chair(Seat::Strong));
        let chosen = &chair.chosen;
        if !dialects(chosen).contains(&dialect) {
            return Err(refused(format!("{} does not speak {}", chosen.provider, dialect.path())));
        }
        let mut body = rules::trimmed(dialect, &asked.body, &chosen.model).map_err(refused)?;
        // Not before it is trimmed: the model's own name stays as it is.
        let model = body["model"].take();
        body = mask_json(&body, &*self.mask);
        rules::set_model(dialect, &mut body, model);
        let wanted = rules::wanted(dialect, &body).unwrap_or(USUAL_REPLY);
        let conversation = rules::conversation(dialect, &body);
        let (allowed, left) = {
            let mut state = self.state();
            let allowed = state.budget.allow_as(chosen, conversation, wanted, &body.to_string())?;
            (allowed, state.budget.left())
        };
        rules::limit(dialect, &mut body, allowed.output, chosen.length_name());
        let sent = self.send(chair, asked, &body, left, take);
        let budget = &mut self.state().budget;
        let used = match sent.used {
            Cost::Counted(tokens) => tokens,
            Cost::Nothing => {
                budget.free(&allowed);
                return sent.end.map(|()| Tokens::default());
            }
            Cost::Bytes(bytes) => {
                let output = (bytes / BYTES_PER_TOKEN).min(allowed.output);
                let guessed = Tokens { input: allowed.input, output, ..Tokens::default() };
                budget.assume_as(chosen, &allowed, guessed);
                return sent.end.map(|()| guessed);
            }
            Cost::Unknown => {
                budget.assume(chosen, &allowed);
                return sent.end.map(|()| Tokens::default());
            }
        };
        budget.settle_as(chosen, &allowed, used);
        sent.end.map(|()| used)
    }

    fn send(&self, chair: &Chair, asked: &Asked, body: &Value, left: Duration, take: &mut Take) -> Sent {
        let chosen = &chair.chosen;
        let (url, headers, header, before) = address(chosen, asked);
        let (mut meter, mut head) = (Meter::default(), None);
        let post = Post {
            url: &url,
            headers: &headers,
            key: chosen.key.as_ref().map(|key| (header, before, key)),
            body,
            limit: left.clamp(Duration::from_secs(1), LONGEST_REQUEST),
            cancel: self.cancel.as_ref(),
        };
        let sent = chair.client.post_through(&post, &mut |piece| {
            match &piece {
                Piece::Head { status, content_type, .. } => {
                    head = Some(*status);
                    meter = Meter::new(content_type);
                }
                Piece::Bytes(bytes) => meter.push(bytes),
            }
            take(piece)
        });
        let (length, counted) = meter.finish();
        let used = match (&sent, head, counted) {
            // One that broke off has told the beginning at most.
            (Ok(()), _, Some(tokens)) => Cost::Counted(tokens),
            (Err(Fault::Unreached(_)), ..) => Cost::Nothing,
            // An error is not charged.
            (_, Some(status), _) if status != 200 => Cost::Nothing,
            (Ok(()), ..) => Cost::Bytes(length),
            (Err(_), ..) => Cost::Unknown,
        };
        let broken = |why: String| Err(NotPassed::new(NotPassed::BROKEN, why));
        let end = match (sent, head) {
            (Err(Fault::Unreached(why)), _) => broken(format!("{} is not reached: {why}", chosen.url)),
            (Err(Fault::Cut(why)), _) => broken(format!("the answer of {} broke off: {why}", chair.name)),
            (Err(Fault::Cancelled), _) => broken("stopped from outside".to_owned()),
            (Ok(()), Some(200)) => Ok(()),
            (Ok(()), status) => Err(refusal(chosen, status.unwrap_or_default())),
        };
        Sent { used, end }
    }
}

/// The program is told by the answer itself; this is for people.
fn refusal(chosen: &Chosen, status: u16) -> NotPassed {
    let Chosen { provider, model, key_name, .. } = chosen;
    let (why, mend) = match status {
        401 | 403 => {
            let why = format!("{provider} refused the key {key_name} for the model {model} ({status})");
            (why, Some(chosen.mend_of_key()))
        }
        404 => {
            let why = format!("{provider} knows no model {model}, or not this way to ask it (404)");
            (why, Some(chosen.mend_of_name()))
        }
        _ => (format!("{provider} answered {status} for the model {model}"), None),
    };
    NotPassed { mend, ..NotPassed::new(NotPassed::BROKEN, why) }
}

struct Sent {
    used: Cost,
    end: Result<(), NotPassed>,
}

enum Cost {
    Nothing,
    /// By the provider.
    Counted(Tokens),
    /// Nobody counted, but so long it was.
    Bytes(u64),
    /// As much as it can have.
    Unknown,
}

/// What a provider understands beside what our own hand asks it.
fn dialects(chosen: &Chosen) -> &'static [Dialect] {
    use Dialect::{Chat, Gemini, Messages, Responses};
    match (chosen.wire, chosen.provider.as_str()) {
        (Wire::Anthropic, _) if chosen.url.starts_with("https://api.anthropic.com/") => &[Messages, Chat],
        (Wire::Anthropic, _) => &[Messages],
        (Wire::Azure, _) => &[Chat],
        (Wire::Responses, _) | (Wire::OpenAi, "openai" | "openrouter") => &[Responses, Chat],
        (Wire::OpenAi, "gemini") => &[Chat, Gemini],
        (Wire::OpenAi, _) => &[Chat],
    }
}

/// Where it goes: the address, headers, and how the key is given there.
fn address(chosen: &Chosen, asked: &Asked) -> (String, Vec<(&'static str, String)>, &'static str, &'static str) {
    let wire = match asked.dialect {
        Dialect::Messages => Wire::Anthropic,
        Dialect::Responses => Wire::Responses,
        Dialect::Chat if chosen.wire == Wire::Azure => Wire::Azure,
        Dialect::Chat => Wire::OpenAi,
        Dialect::Gemini => {
            let root = chosen.url.strip_suffix("/openai").unwrap_or(&chosen.url);
            let how = if asked.stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
            return (format!("{root}/models/{}:{how}", chosen.model), Vec::new(), "x-goog-api-key", "");
        }
    };
    let target = wire.target(chosen);
    let (header, before) = target.key.map_or(("authorization", "Bearer "), |(header, before, _)| (header, before));
    (target.url, target.headers, header, before)
}
