//! Requests of other programs on the same key, model and budget: asked before each, counted after each, passed on once.

use super::super::http::{self, Fault, Piece, Post, Take};
use super::super::passage::{Asked, Dialect, Meter, NotPassed, Passage, rules};
use super::super::{Chosen, Wire};
use super::{BYTES_PER_TOKEN, LONGEST_REQUEST, Live, State, estimate};
use crate::forge::mask_json;
use crate::record::Tokens;
use serde_json::Value;
use std::sync::PoisonError;
use std::time::Duration;

/// The reply of a program that does not say how long it may be.
const USUAL_REPLY: u64 = 16_000;

/// What is remembered of the last request that was passed on.
#[derive(Default)]
pub struct Passed {
    history: String,
    /// Its bytes, and how many tokens the provider saw in them.
    last: Option<(u64, u64)>,
}

impl Passed {
    /// What the provider counted last is of use where this request only adds to that one.
    fn last(&self, history: &str) -> Option<(u64, u64)> {
        let before = self.history.strip_suffix(']').filter(|before| before.len() > 1)?;
        self.last.filter(|_| history.starts_with(before))
    }
}

impl Passage for Live {
    fn model(&self) -> &str {
        &self.chosen.model
    }

    fn dialects(&self) -> &[Dialect] {
        dialects(&self.chosen)
    }

    fn pass(&self, asked: &Asked, take: &mut Take) -> Result<(), NotPassed> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = self.forward(asked, &mut state, take);
        let told = match &outcome {
            Ok(used) => format!(
                "_passed on to {}: {} tokens read ({} of them from the cache), {} written_\n\n",
                self.name,
                used.read(),
                used.cache_read,
                used.output
            ),
            Err(no) => format!("_not passed on, or not answered: {}_\n\n", (self.mask)(&no.why)),
        };
        state.recorder.tell(&told);
        outcome.map(drop)
    }

    fn tell(&self, text: &str) {
        let text = (self.mask)(text);
        self.state.lock().unwrap_or_else(PoisonError::into_inner).recorder.tell(&text);
    }
}

impl Live {
    fn forward(&self, asked: &Asked, state: &mut State, take: &mut Take) -> Result<Tokens, NotPassed> {
        let refused = |why: String| NotPassed::new(NotPassed::REFUSED, why);
        let dialect = asked.dialect;
        if !dialects(&self.chosen).contains(&dialect) {
            return Err(refused(format!("{} does not speak {}", self.chosen.provider, dialect.path())));
        }
        let mut body = rules::trimmed(dialect, &asked.body, &self.chosen.model).map_err(refused)?;
        // Not before it is trimmed: the model's own name stays as it is.
        let history = dialect_masked(&mut body, &|value| mask_json(value, &*self.mask), dialect);
        let bytes = body.to_string().len() as u64;
        let input = estimate(bytes, state.passed.last(&history));
        let most = self.allowed(state, input, rules::wanted(dialect, &body).unwrap_or(USUAL_REPLY))?;
        rules::limit(dialect, &mut body, most, &self.chosen.provider);
        state.spent.requests += 1;
        let used = self.send(asked, &body, input, most, take);
        self.pay(state, used.tokens);
        if used.counted {
            state.passed.last = Some((bytes, used.tokens.read()));
            state.passed.history = history;
        }
        used.end.map(|()| used.tokens)
    }

    fn send(&self, asked: &Asked, body: &Value, input: u64, most: u64, take: &mut Take) -> Used {
        let (url, headers, header, before) = address(&self.chosen, asked);
        let mut meter = Meter::default();
        let mut head = None;
        let sent = http::post_through(
            &Post {
                url: &url,
                headers: &headers,
                key: self.chosen.key.as_ref().map(|key| (header, before, key)),
                body,
                limit: self.left().clamp(Duration::from_secs(1), LONGEST_REQUEST),
                cancel: self.cancel.as_ref(),
            },
            &mut |piece| {
                match &piece {
                    Piece::Head { status, content_type, .. } => {
                        head = Some(*status);
                        meter = Meter::new(content_type);
                    }
                    Piece::Bytes(bytes) => meter.push(bytes),
                }
                take(piece)
            },
        );
        let (length, counted) = meter.finish();
        let worst = Tokens { input, output: most, ..Tokens::default() };
        let tokens = match (&sent, head, counted) {
            (_, _, Some(tokens)) => tokens,
            (Err(Fault::Unreached(_)), ..) => Tokens::default(),
            // An error is not charged.
            (_, Some(status), None) if status != 200 => Tokens::default(),
            (Ok(()), ..) => Tokens { output: (length / BYTES_PER_TOKEN).min(most), ..worst },
            (Err(_), ..) => worst,
        };
        let end = match (sent, head) {
            (Err(Fault::Unreached(why)), _) => Err(format!("{} is not reached: {why}", self.chosen.url)),
            (Err(Fault::Cut(why)), _) => Err(format!("the answer of {} broke off: {why}", self.name)),
            (Err(Fault::Cancelled), _) => Err("stopped from outside".to_owned()),
            (Ok(()), Some(200)) => Ok(()),
            (Ok(()), status) => Err(self.refusal(status.unwrap_or_default())),
        };
        Used {
            tokens,
            counted: counted.is_some() && end.is_ok(),
            end: end.map_err(|why| NotPassed::new(NotPassed::BROKEN, why)),
        }
    }

    /// The program is told by the answer itself; this is for people.
    fn refusal(&self, status: u16) -> String {
        let Chosen { provider, model, key_name, .. } = &self.chosen;
        match status {
            401 | 403 => format!("{provider} refused the key {key_name} for the model {model} ({status})"),
            404 => format!("{provider} knows no model {model}, or not this way to ask it (404)"),
            _ => format!("{provider} answered {status} for the model {model}"),
        }
    }
}

struct Used {
    tokens: Tokens,
    /// By the provider.
    counted: bool,
    end: Result<(), NotPassed>,
}

/// Masks all but the model's name, and gives the history as text.
fn dialect_masked(body: &mut Value, mask: &dyn Fn(&Value) -> Value, dialect: Dialect) -> String {
    let model = body["model"].take();
    *body = mask(body);
    match model {
        Value::Null => drop(body.as_object_mut().map(|fields| fields.remove("model"))),
        model => body["model"] = model,
    }
    rules::history(dialect, body).to_string()
}

/// What a provider understands beside what our own hand asks it.
fn dialects(chosen: &Chosen) -> &'static [Dialect] {
    use Dialect::{Chat, Gemini, Messages, Responses};
    match (chosen.wire, chosen.provider.as_str()) {
        (Wire::Anthropic, _) if chosen.url.starts_with("https://api.anthropic.com/") => &[Messages, Chat],
        (Wire::Anthropic, _) => &[Messages],
        (Wire::OpenAi, "openai" | "openrouter") => &[Chat, Responses],
        (Wire::OpenAi, "gemini") => &[Chat, Gemini],
        (Wire::OpenAi, _) => &[Chat],
    }
}

/// Where it goes: the address, headers, and how the key is given there.
fn address(chosen: &Chosen, asked: &Asked) -> (String, Vec<(&'static str, String)>, &'static str, &'static str) {
    let url = &chosen.url;
    match asked.dialect {
        Dialect::Messages => {
            let version = vec![("anthropic-version", "2023-06-01".to_owned())];
            (format!("{url}/messages"), version, "x-api-key", "")
        }
        Dialect::Gemini => {
            let root = url.strip_suffix("/openai").unwrap_or(url);
            let how = if asked.stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
            (format!("{root}/models/{}:{how}", chosen.model), Vec::new(), "x-goog-api-key", "")
        }
        Dialect::Chat => (format!("{url}/chat/completions"), Vec::new(), "authorization", "Bearer "),
        Dialect::Responses => (format!("{url}/responses"), Vec::new(), "authorization", "Bearer "),
    }
}
