//! The hand `model`: a language model with a prepared desk, six tools and a copy of the repository in memory. What it
//! hands in is a candidate like every other; why one fell goes back into the conversation.

pub(super) mod data;
pub(super) mod desk;
mod edit;
mod overlay;
mod tools;

use super::{Hand, Job};
use crate::llm::{self, Answer, Call, Message, NoReply, Request};
use crate::record::{Candidate, Confidence, FailureClass, HandId};
use crate::report::markdown::one_line;
use anyhow::Result;
use std::collections::{HashMap, HashSet};
use tools::{Arguments, Tools};

const MOST_STEPS: usize = 40;
/// Of one reply, in tokens.
const LONGEST_REPLY: u64 = 8_000;
/// Of a reply, in bytes, and of one call's arguments: the history carries them to the end.
const LONGEST_TEXT: usize = 32_000;
/// The same call so often leads nowhere.
const MOST_REPEATS: usize = 4;
/// So many refusals in a row, too.
const MOST_REFUSALS: usize = 8;
/// Replies in a row that use no tool.
const MOST_IDLE: usize = 3;
/// Candidates of one conversation.
const MOST_CANDIDATES: usize = 6;
/// Of what the command printed on a candidate that fell.
const OUTPUT: usize = 6_000;

pub struct Model;

impl Hand for Model {
    fn id(&self) -> HandId {
        HandId::Model
    }

    fn propose<'a>(&'a self, job: &'a Job<'a>) -> Result<Box<dyn Iterator<Item = Result<Candidate>> + 'a>> {
        match job.model {
            // Layout is the business of formatters.
            Some(model) if job.diagnosis.class != FailureClass::Format => Ok(Box::new(Talk::new(job, model)?)),
            _ => Ok(Box::new(std::iter::empty())),
        }
    }
}

/// One conversation. The history is only ever added to.
struct Talk<'a> {
    job: &'a Job<'a>,
    model: &'a dyn llm::Model,
    tools: Tools<'a>,
    request: Request,
    steps: usize,
    idle: usize,
    refusals: usize,
    calls: HashMap<(String, String), usize>,
    /// Digests of what was handed in.
    offered: HashSet<String>,
    /// Answers of a reply whose `finish` waits for its judgment.
    waiting: Option<(Vec<Answer>, String)>,
    is_over: bool,
}

/// What a reply came to.
enum Step {
    On,
    Offer(Candidate),
    End(String),
}

impl<'a> Talk<'a> {
    fn new(job: &'a Job<'a>, model: &'a dyn llm::Model) -> Result<Self> {
        let request = Request {
            system: include_str!("system.md").to_owned(),
            messages: Vec::new(),
            tools: tools::all()?,
            max_tokens: LONGEST_REPLY,
        };
        Ok(Self {
            job,
            model,
            tools: Tools::new(job),
            request,
            steps: 0,
            idle: 0,
            refusals: 0,
            calls: HashMap::new(),
            offered: HashSet::new(),
            waiting: None,
            is_over: false,
        })
    }

    /// The first request, or how the last candidate fared.
    fn open(&mut self) -> Result<()> {
        if self.request.messages.is_empty() {
            self.job.workshop.tell_as(HandId::Model, &format!("asking {}", self.model.name()));
            let text = desk::first(self.job)?;
            self.request.messages.push(Message::User { text });
        }
        let Some((mut results, id)) = self.waiting.take() else { return Ok(()) };
        let fallen = self.job.workshop.last_result();
        let output = data::block("what the command printed", &fallen.output, OUTPUT);
        let text = format!(
            "Your change fell: {}\nIt is still on your copy. Go on from there, or edit it back.\n{output}",
            data::plain(&fallen.result, 1_000)
        );
        results.push(Answer { id, text, is_error: true });
        self.request.messages.push(Message::Results { results });
        Ok(())
    }

    fn step(&mut self) -> Result<Step> {
        self.open()?;
        if self.steps == MOST_STEPS {
            return Ok(Step::End(format!("{MOST_STEPS} steps led nowhere")));
        }
        self.steps += 1;
        let reply = match self.model.complete(&self.request) {
            Ok(reply) => reply,
            Err(NoReply { why, .. }) => return Ok(Step::End(why)),
        };
        let calls: Vec<Call> = reply.calls;
        let text = data::head(&reply.text, LONGEST_TEXT).to_owned();
        let said = one_line(&text, 200);
        self.request.messages.push(Message::Model { text, calls: calls.clone() });
        if calls.is_empty() {
            return Ok(self.idle(&reply.stop, &said));
        }
        self.idle = 0;
        self.use_tools(&calls)
    }

    /// Words alone.
    fn idle(&mut self, stop: &str, said: &str) -> Step {
        self.idle += 1;
        if stop == "refusal" || stop == "content_filter" || self.idle == MOST_IDLE {
            return Step::End(format!("it only talks ({stop}): {said}"));
        }
        let text = match stop {
            "length" | "max_tokens" => "Your reply was cut: it is too long. Do it in smaller steps.",
            _ => "Nothing has changed by that. Use a tool; `finish` hands your change in, or ends the work.",
        };
        self.request.messages.push(Message::User { text: text.to_owned() });
        Step::On
    }

    fn use_tools(&mut self, calls: &[Call]) -> Result<Step> {
        let mut results = Vec::new();
        let mut end = None;
        for call in calls {
            let times = self.calls.entry((call.name.clone(), call.arguments.clone())).or_default();
            *times += 1;
            let times = *times;
            self.job.workshop.tell_as(HandId::Model, &self.describe(call));
            let said = match call.name.as_str() {
                "finish" if call.id == calls.last().map(|c| c.id.as_str()).unwrap_or_default() => {
                    match self.finish(call) {
                        Finish::Offer(candidate) => {
                            self.waiting = Some((results, call.id.clone()));
                            return Ok(Step::Offer(candidate));
                        }
                        Finish::End(why) => {
                            end = Some(why);
                            Ok(String::new())
                        }
                        Finish::Refused(why) => Err(why),
                    }
                }
                "finish" => Err("`finish` comes last, after the other tools".to_owned()),
                _ if call.arguments.len() > LONGEST_TEXT => {
                    Err("the arguments are too long: do less at once".to_owned())
                }
                _ => self.tools.call(call)?,
            };
            self.refusals = if said.is_ok() { 0 } else { self.refusals + 1 };
            if times >= MOST_REPEATS && call.name != "run" || times >= 3 * MOST_REPEATS {
                end = Some(format!("it goes round in circles: `{}` the same way {times} times", call.name));
            }
            let is_error = said.is_err();
            let text = said.unwrap_or_else(|why| format!("refused: {why}"));
            results.push(Answer { id: call.id.clone(), text, is_error });
        }
        if self.refusals >= MOST_REFUSALS {
            end = Some(format!("{} calls in a row were refused", self.refusals));
        }
        self.request.messages.push(Message::Results { results });
        Ok(end.map_or(Step::On, Step::End))
    }

    /// For people who watch.
    fn describe(&self, call: &Call) -> String {
        let arguments = Arguments::of(call).ok();
        let named = ["path", "pattern", "command", "why"];
        let what = arguments.and_then(|a| named.iter().find_map(|name| a.text(name).ok().map(str::to_owned)));
        one_line(&format!("step {}: {} {}", self.steps, call.name, what.unwrap_or_default()), 160)
    }

    fn finish(&mut self, call: &Call) -> Finish {
        let why = Arguments::of(call).ok().and_then(|a| a.text("why").ok().map(str::to_owned)).unwrap_or_default();
        let why = one_line(&data::plain(&why, 2_000), 200);
        match self.candidate(&why) {
            Some(candidate) => Finish::Offer(candidate),
            None if self.tools.overlay.patch().is_empty() => Finish::End(format!("it gives up: {why}")),
            None => Finish::Refused("that very change fell already: change something".to_owned()),
        }
    }

    /// What is on the copy, where it was not handed in before.
    fn candidate(&mut self, why: &str) -> Option<Candidate> {
        let patch = self.tools.overlay.patch();
        if patch.is_empty() || self.offered.len() == MOST_CANDIDATES || !self.offered.insert(patch.digest()) {
            return None;
        }
        let why = if why.is_empty() { "the model's change, without a word".to_owned() } else { why.to_owned() };
        Some(Candidate { patch, hand: HandId::Model, why, confidence: Confidence::Suggested })
    }
}

enum Finish {
    Offer(Candidate),
    End(String),
    Refused(String),
}

impl Iterator for Talk<'_> {
    type Item = Result<Candidate>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            match self.step() {
                Ok(Step::On) => {}
                Ok(Step::Offer(candidate)) => return Some(Ok(candidate)),
                Ok(Step::End(why)) => {
                    self.is_over = true;
                    self.job.workshop.note(HandId::Model, &one_line(&format!("the model stops: {why}"), 400));
                    // What it had done may be enough.
                    return self.candidate("the model's change, as far as it came").map(Ok);
                }
                Err(e) => {
                    self.is_over = true;
                    return Some(Err(e));
                }
            }
        }
        None
    }
}
