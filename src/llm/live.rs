//! The models at their providers. Before each request the budget is asked; what goes out is masked.

mod passage;

use super::budget::{Allowed, Budget, Limits};
use super::http::{Answer, Client, Fault, LOOK, Post};
use super::wire::{Stream, failed};
use super::{Chosen, Message, Model, NoReply, Recorder, Reply, Request, Seat, Seated, Spent};
use crate::forge::{Mask, mask_json};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A request that is busy elsewhere is sent so often.
const TRIES: u32 = 4;
/// The longest wait that a provider may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(90);
const LONGEST_REQUEST: Duration = Duration::from_secs(600);
/// So long may nothing come, unless the configuration says otherwise.
const SILENCE: Duration = Duration::from_secs(180);
/// So often progress is told.
const PROGRESS: Duration = Duration::from_secs(5);
/// About so many bytes come to a token; only for progress.
const BYTES_PER_TOKEN: usize = 4;

/// Hears how far a long answer has come.
pub type Watch = Arc<dyn Fn(&str) + Send + Sync>;

pub struct Live {
    /// The first one also takes what no other is there for.
    chairs: Vec<Chair>,
    mask: Mask,
    cancel: Option<Arc<AtomicBool>>,
    watch: Option<Watch>,
    silence: Duration,
    state: Mutex<State>,
}

struct Chair {
    seat: Seat,
    chosen: Chosen,
    name: String,
    client: Client,
}

struct State {
    budget: Budget,
    recorder: Recorder,
}

impl Live {
    /// Who sits there takes also what no other is there for.
    pub fn new(
        seat: Seat,
        chosen: Chosen,
        limits: Limits,
        mask: Mask,
        cancel: Option<Arc<AtomicBool>>,
        recorder: Recorder,
    ) -> Self {
        let state = Mutex::new(State { budget: Budget::new(limits), recorder });
        let live = Self { chairs: Vec::new(), mask, cancel, watch: None, silence: SILENCE, state };
        live.also(seat, chosen)
    }

    /// Somebody else for one of the seats.
    pub fn also(mut self, seat: Seat, chosen: Chosen) -> Self {
        let name = format!("{} at {}", chosen.model, chosen.provider);
        let client = Client::new(&chosen.url, self.silence);
        self.chairs.push(Chair { seat, chosen, name, client });
        self
    }

    pub fn watched(self, watch: Watch) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// So long may nothing come of an answer.
    pub fn patient(mut self, silence: Duration) -> Self {
        self.silence = silence;
        for chair in &mut self.chairs {
            chair.client = Client::new(&chair.chosen.url, silence);
        }
        self
    }

    /// The conversation for people, masked.
    pub fn transcript(&self) -> String {
        self.state().recorder.transcript().to_owned()
    }

    /// The same for programs, a line for each conversation.
    pub fn conversations(&self) -> String {
        self.state().recorder.conversations()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chair(&self, seat: Seat) -> &Chair {
        let own = self.chairs.iter().find(|chair| chair.seat == seat);
        own.unwrap_or_else(|| &self.chairs[0])
    }

    fn is_stopped(&self) -> bool {
        self.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }

    fn wait(&self, time: Duration) {
        let until = Instant::now() + time;
        while !self.is_stopped() && Instant::now() < until {
            std::thread::sleep(LOOK.min(until.saturating_duration_since(Instant::now())));
        }
    }

    /// Once; `Again` when another try may help.
    fn ask(&self, chair: &Chair, body: &Value, left: Duration) -> Asked {
        let (chosen, mut stream) = (&chair.chosen, Stream::new(chair.chosen.wire));
        let target = chosen.wire.target(chosen);
        let mut told = Instant::now();
        let mut heard = |data: &str| {
            stream.hear(data);
            if let Some(watch) = self.watch.as_ref().filter(|_| told.elapsed() >= PROGRESS) {
                told = Instant::now();
                watch(&format!("{}: about {} tokens written so far", chair.name, stream.written / BYTES_PER_TOKEN));
            }
        };
        let post = Post {
            url: &target.url,
            headers: &target.headers,
            key: target.key,
            body,
            limit: left.clamp(Duration::from_secs(1), LONGEST_REQUEST),
            cancel: self.cancel.as_ref(),
        };
        let answer = match chair.client.post(&post, &mut heard) {
            Ok(answer) => answer,
            Err(Fault::Cancelled) => return Asked::Stopped,
            Err(Fault::Unreached(why)) => {
                return Asked::Again { why: format!("{} is not reached: {why}", chosen.url), after: None, paid: false };
            }
            Err(Fault::Cut(why)) => return Asked::cut(&chair.name, &why),
        };
        if answer.was_stream {
            return match stream.end() {
                Ok(reply) => Asked::Said(reply),
                Err(why) => Asked::cut(&chair.name, &(self.mask)(&one_line(&why))),
            };
        }
        let read = serde_json::from_slice::<Value>(&answer.body);
        if !(200..300).contains(&answer.status) {
            return self.refused(chosen, answer.status, &answer, &read.unwrap_or_default());
        }
        match read {
            Ok(body) => self.said(chair, &answer, &body),
            Err(_) if answer.body.trim_ascii_start().starts_with(b"{") => {
                Asked::cut(&chair.name, "its JSON ends in the middle")
            }
            Err(_) => {
                let said = (self.mask)(&one_line(&String::from_utf8_lossy(&answer.body)));
                let said: String = said.chars().take(80).collect();
                let url = &chosen.url;
                // A page of a proxy's; nobody charges for that.
                let why =
                    format!("what answers at {url} is no model: {said:?}; is model.base-url the address up to /v1?");
                Asked::Again { why, after: None, paid: false }
            }
        }
    }

    fn said(&self, chair: &Chair, answer: &Answer, body: &Value) -> Asked {
        let reply = chair.chosen.wire.reply(body);
        let is_mute = reply.as_ref().is_none_or(|reply| reply.text.is_empty() && reply.calls.is_empty());
        // OpenRouter and other gateways put an error into an answer that is none.
        if is_mute && is_error(body) {
            let status = body["error"]["code"].as_u64().and_then(|code| u16::try_from(code).ok());
            let status = status.filter(|code| (400..600).contains(code)).unwrap_or(400);
            return self.refused(&chair.chosen, status, answer, body);
        }
        let none = || Asked::Again {
            why: format!("the answer of {} is no completion", chair.name),
            after: None,
            paid: wrote(&body["usage"]),
        };
        reply.map_or_else(none, Asked::Said)
    }

    fn refused(&self, chosen: &Chosen, status: u16, answer: &Answer, body: &Value) -> Asked {
        let Chosen { provider, model, key_name, .. } = chosen;
        // Gemini wraps it in a list.
        let body = body.get(0).unwrap_or(body);
        let code = body["error"]["code"].as_str().unwrap_or_default();
        let other = || [&body["message"], &body["detail"]].into_iter().find_map(Value::as_str).map(str::to_owned);
        let said = failed(body).or_else(other);
        let too_long = status == 413 || is_too_long(code) || said.as_deref().is_some_and(is_too_long);
        let of_key = said.as_deref().is_some_and(is_of_key);
        let of_name = said.as_deref().is_some_and(|said| is_of_name(code, said, model));
        let said = said.map(|said| format!(": {}", (self.mask)(&one_line(&said)))).unwrap_or_default();
        let never = |why: String| Asked::Never(NoReply::refused(why));
        let refused = |why: String, mend: String| Asked::Never(NoReply::refused(why).mended_by(mend));
        match status {
            400 | 413 if too_long => Asked::Never(NoReply::budget(format!(
                "the conversation is longer than the model {model} at {provider} reads ({status}){said}"
            ))),
            401 | 403 if chosen.key.is_none() => refused(
                format!("{provider} asks for a key for the model {model} ({status}){said}"),
                chosen.mend_of_key(),
            ),
            // Gemini calls a wrong key a bad request.
            400 | 401 | 403 if of_key || status != 400 => refused(
                format!("{provider} refused the key {key_name} for the model {model} ({status}){said}"),
                chosen.mend_of_key(),
            ),
            402 => refused(
                format!("{provider} refused the request to the model {model} (402){said}"),
                format!("look at the account at {provider} that {key_name} is of"),
            ),
            404 if chosen.is_own() => {
                let url = &chosen.url;
                let why = format!("{url} knows no model {model}, or is no address of a model (404){said}");
                refused(why, chosen.mend_of_name())
            }
            404 => refused(format!("{provider} knows no model {model} (404){said}"), chosen.mend_of_name()),
            400 if of_name => refused(format!("{provider} knows no model {model} (400){said}"), chosen.mend_of_name()),
            408 | 409 | 429 | 500..=599 => Asked::Again {
                why: format!("{provider} is busy or broken for the model {model} ({status}){said}"),
                after: answer.retry_after,
                paid: false,
            },
            _ => never(format!("{provider} refused the request to the model {model} ({status}){said}")),
        }
    }

    /// Before each try the budget is asked.
    fn allow(&self, chair: &Chair, request: &Request) -> Result<(Allowed, Value, Duration), NoReply> {
        let chosen = &chair.chosen;
        let mut body = chosen.wire.body(request, chosen);
        let mut state = self.state();
        let allowed = state.budget.allow(chosen, request, &body.to_string())?;
        if allowed.output != request.max_tokens {
            body = chosen.wire.body(&Request { max_tokens: allowed.output, ..request.clone() }, chosen);
        }
        Ok((allowed, body, state.budget.left()))
    }

    /// The tries of one request, within what is left of the budget.
    fn tries(&self, chair: &Chair, request: &Request) -> Result<Reply, NoReply> {
        let mut pause = Duration::from_secs(1);
        let mut last = String::new();
        for nth in 1..=TRIES {
            let allowed = self.allow(chair, request).map_err(|no| match last.is_empty() {
                true => no,
                // What nobody told the price of was counted in full.
                false => NoReply { why: format!("{}; before that {last}, which is counted as answered", no.why), ..no },
            });
            let (allowed, body, left) = allowed?;
            let asked = self.ask(chair, &body, left);
            let mut state = self.state();
            match asked {
                Asked::Said(reply) => {
                    let usage = state.budget.settle(&chair.chosen, &allowed, &reply);
                    return Ok(Reply { usage, ..reply });
                }
                Asked::Never(no) => {
                    state.budget.free(&allowed);
                    return Err(no);
                }
                Asked::Stopped => {
                    // It was sent, and may be charged.
                    state.budget.assume(&chair.chosen, &allowed);
                    return Err(NoReply::broken("stopped from outside"));
                }
                Asked::Again { why, after, paid } => {
                    match paid {
                        true => state.budget.assume(&chair.chosen, &allowed),
                        false => state.budget.free(&allowed),
                    }
                    last = why;
                    if state.budget.left().is_zero() {
                        let why =
                            format!("the time for the model was over before it had answered (budget.seconds): {last}");
                        return Err(NoReply::budget(why));
                    }
                    // To ask again at once helps nobody who is busy.
                    let time = after.unwrap_or(pause).max(pause);
                    pause *= 2;
                    if nth == TRIES || time > LONGEST_WAIT.min(state.budget.left()) || self.is_stopped() {
                        if time > LONGEST_WAIT {
                            last = format!("{last}; it asks to wait {} s", time.as_secs());
                        }
                        break;
                    }
                    drop(state);
                    if let Some(watch) = self.watch.as_ref().filter(|_| time >= PROGRESS) {
                        watch(&format!("{last}; asked again in {} s", time.as_secs()));
                    }
                    self.wait(time);
                }
            }
        }
        Err(NoReply::broken(last))
    }

    /// What the provider gave to be handed back goes back as it was: it came from there.
    fn masked(&self, request: &Request) -> Result<Request, NoReply> {
        let mut masked: Request = through(request, &self.mask)?;
        for (masked, plain) in masked.messages.iter_mut().zip(&request.messages) {
            match (masked, plain) {
                (Message::Model { calls, .. }, Message::Model { calls: plain, .. }) => {
                    for (masked, plain) in calls.iter_mut().zip(plain) {
                        (masked.mark, masked.id) = (plain.mark.clone(), plain.id.clone());
                    }
                }
                (Message::Results { results }, Message::Results { results: plain }) => {
                    results.iter_mut().zip(plain).for_each(|(masked, plain)| masked.id.clone_from(&plain.id));
                }
                _ => {}
            }
        }
        Ok(masked)
    }

    fn record(&self, seat: Seat, request: &Request, outcome: &Result<Reply, NoReply>) -> Result<(), NoReply> {
        let mut state = self.state();
        match outcome {
            Ok(reply) => {
                let shown = through(reply, &self.mask)?;
                state.recorder.exchange(seat, &self.chair(seat).name, request, &shown).map_err(NoReply::broken)
            }
            Err(no) => {
                state.recorder.failed(&(self.mask)(&no.why));
                Ok(())
            }
        }
    }
}

/// An answer that is an error all the same.
fn is_error(body: &Value) -> bool {
    failed(body).is_some() || body["detail"].is_string()
}

/// Whether the provider counts anything that the model wrote.
fn wrote(usage: &Value) -> bool {
    ["completion_tokens", "output_tokens"].iter().any(|name| usage[*name].as_u64().is_some_and(|count| count > 0))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

/// The providers' words for a request that does not fit.
fn is_too_long(said: &str) -> bool {
    let said = said.to_lowercase();
    const WORDS: [&str; 11] = [
        "context length",
        "context window",
        "context_length",
        "context limit",
        "context size",
        "prompt is too long",
        "too many tokens",
        "maximum context",
        "maximum number of tokens",
        "input is too long",
        "request too large",
    ];
    WORDS.iter().any(|words| said.contains(words))
}

fn is_of_key(said: &str) -> bool {
    let said = said.to_lowercase();
    said.contains("api key") && ["not valid", "invalid", "incorrect", "expired"].iter().any(|word| said.contains(word))
}

/// Not every provider says with a 404 that there is no such model.
fn is_of_name(code: &str, said: &str, model: &str) -> bool {
    const WORDS: [&str; 5] = ["not a valid model", "invalid model", "does not exist", "not found", "unknown model"];
    let names = said.contains(model) && said.to_lowercase().contains("model");
    code == "model_not_found" || names && WORDS.iter().any(|words| said.to_lowercase().contains(words))
}

fn through<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T, mask: &Mask) -> Result<T, NoReply> {
    let plain = serde_json::to_value(value).map_err(|e| NoReply::broken(e.to_string()))?;
    serde_json::from_value(mask_json(&plain, &**mask)).map_err(|e| NoReply::broken(e.to_string()))
}

enum Asked {
    Said(Reply),
    Never(NoReply),
    /// From outside, while it was under way.
    Stopped,
    Again {
        why: String,
        after: Option<Duration>,
        /// It may have been answered and charged.
        paid: bool,
    },
}

impl Asked {
    fn cut(name: &str, why: &str) -> Self {
        Self::Again { why: format!("the answer of {name} broke off: {why}"), after: None, paid: true }
    }
}

impl Model for Live {
    fn name(&self) -> &str {
        &self.chairs[0].name
    }

    fn complete(&self, request: &Request) -> Result<Reply, NoReply> {
        let all = self.complete_all(Seat::Strong, std::slice::from_ref(request));
        all.into_iter().next().unwrap_or_else(|| Err(NoReply::broken("nothing was asked")))
    }

    fn hold_to(&self, usd: f64, by: &'static str) {
        self.state().budget.hold_to(usd, by);
    }

    fn spent(&self) -> Spent {
        self.state().budget.spent
    }

    fn writes(&self) -> bool {
        self.chairs.iter().any(|chair| chair.seat != Seat::Reviewer)
    }

    fn passage(&self) -> Option<&dyn super::Passage> {
        self.writes().then_some(self as &dyn super::Passage)
    }

    fn seated(&self) -> Vec<Seated> {
        let of = |seat| {
            let chair = self.chair(seat);
            Seated { seat, name: chair.name.clone(), price: chair.chosen.price }
        };
        let writers = Seat::ALL.into_iter().filter(|_| self.writes());
        let reviewer = self.chairs.iter().any(|chair| chair.seat == Seat::Reviewer).then_some(Seat::Reviewer);
        writers.chain(reviewer).map(of).collect()
    }

    /// Recorded in the order of the requests, whichever answer came first.
    fn complete_all(&self, seat: Seat, requests: &[Request]) -> Vec<Result<Reply, NoReply>> {
        let chair = self.chair(seat);
        let masked: Vec<Result<Request, NoReply>> = requests.iter().map(|request| self.masked(request)).collect();
        let ask = |masked: &Result<Request, NoReply>| self.tries(chair, masked.as_ref().map_err(Clone::clone)?);
        let outcomes: Vec<Result<Reply, NoReply>> = match masked.as_slice() {
            [one] => vec![ask(one)],
            several => std::thread::scope(|scope| {
                let threads: Vec<_> = several.iter().map(|one| scope.spawn(|| ask(one))).collect();
                let broke = || Err(NoReply::broken("asking the model broke"));
                threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| broke())).collect()
            }),
        };
        let recorded = |(request, outcome): (Result<Request, NoReply>, Result<Reply, NoReply>)| {
            if let Ok(request) = request {
                self.record(seat, &request, &outcome)?;
            }
            outcome
        };
        masked.into_iter().zip(outcomes).map(recorded).collect()
    }
}
