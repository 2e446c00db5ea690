//! The model at its provider. Before each request the budget is asked, from an estimate that errs upwards; afterwards
//! the provider's own figures count. What goes out is masked.

mod passage;

use super::http::{self, Answer, Fault, LOOK, Post};
use super::{Chosen, Model, NoReply, Recorder, Reply, Request, Spent, Wire, anthropic, openai};
use crate::config::Price;
use crate::forge::{Mask, mask_json};
use crate::record::Tokens;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a run may spend on its model, all conversations together.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub usd: f64,
    pub tokens: u64,
    pub until: Instant,
}

const MOST_REQUESTS: u64 = 100;
/// A request that is busy elsewhere is sent so often.
const TRIES: u32 = 4;
/// The longest wait that a provider may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(90);
const LONGEST_REQUEST: Duration = Duration::from_secs(600);
/// A shorter reply is no use.
const LEAST_REPLY: u64 = 256;
/// Tokens are longer than this nearly everywhere: the estimate errs upwards.
const BYTES_PER_TOKEN: u64 = 2;

pub struct Live {
    chosen: Chosen,
    name: String,
    limits: Limits,
    mask: Mask,
    cancel: Option<Arc<AtomicBool>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    spent: Spent,
    recorder: Recorder,
    /// How long the last request was, and how many tokens the provider saw in it.
    last: Option<(u64, u64)>,
    passed: passage::Passed,
}

impl Live {
    pub fn new(
        chosen: Chosen,
        limits: Limits,
        mask: Mask,
        cancel: Option<Arc<AtomicBool>>,
        recorder: Recorder,
    ) -> Self {
        let name = format!("{} at {}", chosen.model, chosen.provider);
        Self { chosen, name, limits, mask, cancel, state: Mutex::new(State { recorder, ..State::default() }) }
    }

    /// The conversation for people, masked.
    pub fn transcript(&self) -> String {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).recorder.transcript().to_owned()
    }

    fn price(&self) -> Price {
        self.chosen.price.unwrap_or_default()
    }

    fn usd(&self, tokens: Tokens) -> f64 {
        let price = self.price();
        let (read, write) = (price.cache_read.unwrap_or(price.input), price.cache_write.unwrap_or(price.input));
        let parts = [
            (tokens.input, price.input),
            (tokens.output, price.output),
            (tokens.cache_read, read),
            (tokens.cache_write, write),
        ];
        parts.into_iter().map(|(count, price)| count as f64 * price / 1e6).sum()
    }

    fn left(&self) -> Duration {
        self.limits.until.saturating_duration_since(Instant::now())
    }

    fn is_stopped(&self) -> bool {
        self.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }

    /// How long the reply may be, or which limit says no.
    fn allowed(&self, state: &State, input: u64, wanted: u64) -> Result<u64, NoReply> {
        let spent = &state.spent;
        if self.left().is_zero() {
            return Err(NoReply::budget("the time for the model is used up (budget.seconds)"));
        }
        if spent.requests >= MOST_REQUESTS {
            return Err(NoReply::budget(format!("{MOST_REQUESTS} requests to the model are used up")));
        }
        let tokens = self.limits.tokens.saturating_sub(spent.tokens.all()).saturating_sub(input);
        if tokens < LEAST_REPLY {
            let (most, all) = (self.limits.tokens, spent.tokens.all());
            return Err(NoReply::budget(format!(
                "the budget of {most} tokens holds no further request: {all} used, about {input} to read (model.max-tokens)"
            )));
        }
        let price = self.price();
        let dearest = [price.cache_read, price.cache_write].into_iter().flatten().fold(price.input, f64::max);
        let to_read = input as f64 * dearest / 1e6;
        let left = self.limits.usd - spent.usd - to_read;
        let affordable = if price.output > 0.0 { left * 1e6 / price.output } else { f64::MAX };
        if left < 0.0 || affordable < LEAST_REPLY as f64 {
            let most = self.limits.usd;
            return Err(NoReply::budget(format!(
                "the budget of ${most:.2} holds no further request: ${:.4} spent, the next one costs ${to_read:.4} or more to read (budget.usd)",
                spent.usd
            )));
        }
        // Beyond what an f64 counts exactly nobody asks.
        Ok(wanted.min(tokens).min(affordable as u64))
    }

    fn body(&self, request: &Request) -> Value {
        match self.chosen.wire {
            Wire::Anthropic => anthropic::request(request, &self.chosen.model),
            Wire::OpenAi if self.chosen.provider == "openai" => {
                openai::request(request, &self.chosen.model, "max_completion_tokens")
            }
            Wire::OpenAi => openai::request(request, &self.chosen.model, "max_tokens"),
        }
    }

    fn post(&self, body: &Value) -> Result<Answer, Fault> {
        let chosen = &self.chosen;
        let (path, headers, header, before) = match chosen.wire {
            Wire::Anthropic => ("messages", vec![("anthropic-version", "2023-06-01".to_owned())], "x-api-key", ""),
            Wire::OpenAi => ("chat/completions", Vec::new(), "authorization", "Bearer "),
        };
        http::post(&Post {
            url: &format!("{}/{path}", chosen.url),
            headers: &headers,
            key: chosen.key.as_ref().map(|key| (header, before, key)),
            body,
            limit: self.left().clamp(Duration::from_secs(1), LONGEST_REQUEST),
            cancel: self.cancel.as_ref(),
        })
    }

    fn wait(&self, time: Duration) {
        let until = Instant::now() + time;
        while !self.is_stopped() && Instant::now() < until {
            std::thread::sleep(LOOK.min(until.saturating_duration_since(Instant::now())));
        }
    }

    /// Once; `Again` when another try may help.
    fn ask(&self, body: &Value) -> Asked {
        let answer = match self.post(body) {
            Ok(answer) => answer,
            Err(Fault::Cancelled) => return Asked::Never(NoReply::broken("stopped from outside")),
            Err(Fault::Unreached(why)) => return Asked::again(format!("{} is not reached: {why}", self.chosen.url)),
            Err(Fault::Cut(why)) => {
                return Asked::Again {
                    why: format!("the answer of {} broke off: {why}", self.name),
                    after: None,
                    paid: true,
                };
            }
        };
        let read = serde_json::from_slice::<Value>(&answer.body);
        if answer.status != 200 {
            return self.refused(&answer, &read.unwrap_or_default());
        }
        let reply = read.ok().and_then(|body| match self.chosen.wire {
            Wire::Anthropic => anthropic::reply(&body),
            Wire::OpenAi => openai::reply(&body),
        });
        match reply {
            Some(reply) => Asked::Said(reply),
            None => {
                let why = format!("the answer of {} is no completion: it is cut, or no JSON", self.name);
                Asked::Again { why, after: None, paid: true }
            }
        }
    }

    fn refused(&self, answer: &Answer, body: &Value) -> Asked {
        let Chosen { provider, model, key_name, .. } = &self.chosen;
        let said = [&body["error"]["message"], &body["message"], &body["error"]].into_iter().find_map(Value::as_str);
        let said = said.map(|said| {
            let said = (self.mask)(said);
            let one_line: Vec<&str> = said.split_whitespace().collect();
            format!(": {}", one_line.join(" ").chars().take(300).collect::<String>())
        });
        let (said, status) = (said.unwrap_or_default(), answer.status);
        let after = answer.retry_after.map(Duration::from_secs);
        let never = |why: String| Asked::Never(NoReply::broken(why));
        match status {
            401 | 403 if self.chosen.key.is_none() => {
                never(format!("{provider} asks for a key for the model {model} ({status}){said}; set {key_name}"))
            }
            401 | 403 => never(format!("{provider} refused the key {key_name} for the model {model} ({status}){said}")),
            404 => never(format!("{provider} knows no model {model} (404){said}")),
            408 | 409 | 429 | 500..=599 => Asked::Again {
                why: format!("{provider} is busy or broken for the model {model} ({status}){said}"),
                after,
                paid: false,
            },
            _ => never(format!("{provider} refused the request to the model {model} ({status}){said}")),
        }
    }

    /// The tries of one request, within what is left of the budget.
    fn tries(&self, request: &Request, state: &mut State) -> Result<Reply, NoReply> {
        let mut pause = Duration::from_secs(1);
        let mut last = String::new();
        for nth in 1..=TRIES {
            let mut request = request.clone();
            let bytes = self.body(&request).to_string().len() as u64;
            let input = estimate(bytes, state.last);
            request.max_tokens = self.allowed(state, input, request.max_tokens)?;
            state.spent.requests += 1;
            match self.ask(&self.body(&request)) {
                Asked::Said(reply) => {
                    let usage = counted(reply.usage, input, &reply);
                    self.pay(state, usage);
                    state.last = Some((bytes, usage.read()));
                    return Ok(Reply { usage, ..reply });
                }
                Asked::Never(no) => return Err(no),
                Asked::Again { why, after, paid } => {
                    if paid {
                        // Nobody said what it cost: as much as it can have.
                        self.pay(state, Tokens { input, output: request.max_tokens, ..Tokens::default() });
                    }
                    last = why;
                    let time = after.unwrap_or(pause);
                    pause *= 2;
                    if nth == TRIES || time > LONGEST_WAIT.min(self.left()) || self.is_stopped() {
                        break;
                    }
                    self.wait(time);
                }
            }
        }
        Err(NoReply::broken(last))
    }

    fn pay(&self, state: &mut State, tokens: Tokens) {
        state.spent.tokens.add(tokens);
        state.spent.usd += self.usd(tokens);
    }
}

enum Asked {
    Said(Reply),
    Never(NoReply),
    Again {
        why: String,
        after: Option<Duration>,
        /// It may have been answered and charged.
        paid: bool,
    },
}

impl Asked {
    fn again(why: String) -> Self {
        Self::Again { why, after: None, paid: false }
    }
}

/// What the last request's tokens were is known; what came since is guessed.
fn estimate(bytes: u64, last: Option<(u64, u64)>) -> u64 {
    let flat = bytes / BYTES_PER_TOKEN;
    match last {
        Some((before, tokens)) if bytes >= before => flat.min(tokens + (bytes - before) / BYTES_PER_TOKEN + 64),
        _ => flat,
    }
}

/// The provider's figures; where it gives none, ours.
fn counted(usage: Tokens, input: u64, reply: &Reply) -> Tokens {
    if usage.all() > 0 {
        return usage;
    }
    let written = reply.text.len() + reply.calls.iter().map(|call| call.arguments.len()).sum::<usize>();
    Tokens { input, output: written as u64 / BYTES_PER_TOKEN, ..Tokens::default() }
}

impl Model for Live {
    fn name(&self) -> &str {
        &self.name
    }

    fn complete(&self, request: &Request) -> Result<Reply, NoReply> {
        let plain = serde_json::to_value(request).map_err(|e| NoReply::broken(e.to_string()))?;
        let masked = mask_json(&plain, &*self.mask);
        let masked: Request = serde_json::from_value(masked).map_err(|e| NoReply::broken(e.to_string()))?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = self.tries(&masked, &mut state);
        let reply = outcome.inspect_err(|no| state.recorder.failed(&(self.mask)(&no.why)))?;
        let plain = serde_json::to_value(&reply).map_err(|e| NoReply::broken(e.to_string()))?;
        let shown =
            serde_json::from_value(mask_json(&plain, &*self.mask)).map_err(|e| NoReply::broken(e.to_string()))?;
        state.recorder.exchange(&self.name, &masked, &shown).map_err(NoReply::broken)?;
        Ok(reply)
    }

    fn spent(&self) -> Spent {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).spent
    }

    fn passage(&self) -> Option<&dyn super::Passage> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(usd: f64, tokens: u64, price: Price) -> Live {
        let chosen = Chosen {
            provider: "p".into(),
            model: "m".into(),
            url: "http://127.0.0.1:9".into(),
            wire: Wire::OpenAi,
            key_name: "K",
            key: None,
            price: Some(price),
        };
        let limits = Limits { usd, tokens, until: Instant::now() + Duration::from_secs(3600) };
        Live::new(chosen, limits, Arc::new(str::to_owned), None, Recorder::default())
    }

    /// Whatever is allowed costs no more than what is left, in the worst case.
    #[test]
    fn what_is_allowed_can_be_paid() {
        let price = Price { input: 3.0, output: 15.0, cache_read: Some(0.3), cache_write: Some(3.75) };
        for cents in 0..60 {
            let live = live(f64::from(cents) / 100.0, 1_000_000, price);
            for input in [0, 1_000, 12_000, 90_000] {
                let Ok(output) = live.allowed(&State::default(), input, 8_000) else { continue };
                let worst = live.usd(Tokens { cache_write: input, output, ..Tokens::default() });
                assert!(worst <= live.limits.usd + 1e-9, "{cents} cents, {input} to read: {worst}");
            }
        }
        let poor = live(0.001, 1_000_000, price).allowed(&State::default(), 1_000, 8_000).unwrap_err();
        assert!(poor.is_budget && poor.why.contains("budget.usd"), "{}", poor.why);
        let few = live(9.0, 1_000, price).allowed(&State::default(), 900, 8_000).unwrap_err();
        assert!(few.is_budget && few.why.contains("model.max-tokens"), "{}", few.why);
    }

    #[test]
    fn the_estimate_follows_what_the_provider_counted() {
        assert_eq!(estimate(10_000, None), 5_000);
        assert_eq!(estimate(10_000, Some((8_000, 2_000))), 3_064);
        assert_eq!(estimate(1_000, Some((8_000, 2_000))), 500);
    }
}
