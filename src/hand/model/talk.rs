//! One conversation, from the first request to what it hands in. The history is only ever added to.

use super::super::{Cut, Fallen, Job};
use super::mcp::Servers;
use super::tools::{self, Arguments, Tools};
use super::{data, desk};
use crate::llm::{Answer, Call, Message, NoReply, Reply, Request, Tool};
use crate::record::{Candidate, Confidence, HandId};
use crate::report::markdown::one_line;
use crate::report::of_the_change;
use anyhow::Result;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

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
/// Calls of one reply; the others are refused.
const MOST_CALLS: usize = 16;
/// Of what the command printed on a candidate that fell.
const OUTPUT: usize = 6_000;

/// Before its own words.
pub const SAYS: &str = "the model says: ";

pub struct Talk<'a> {
    job: &'a Job<'a>,
    /// Before what is told of it, where there are several.
    name: String,
    tools: Tools<'a>,
    request: Request,
    steps: usize,
    idle: usize,
    refusals: usize,
    calls: HashMap<(String, String), usize>,
    /// Its last word was that what fell already is all that it has.
    insists: bool,
    /// Digests of what was handed in.
    offered: HashSet<String>,
    /// Answers of a reply whose `finish` waits for its judgment.
    waiting: Option<(Vec<Answer>, String)>,
    /// What was handed in and fell, and why it ended, for whoever is asked next.
    pub story: Vec<String>,
    pub is_over: bool,
}

/// What a reply came to.
pub enum Step {
    On,
    Offer(Candidate),
    End(End),
}

pub struct End {
    pub why: String,
    pub kind: EndKind,
    /// What somebody has to set so that it does not end so again.
    pub mend: Option<String>,
    /// What it had done may be enough.
    pub last: Option<Candidate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndKind {
    /// It got nowhere.
    Lost,
    /// It might have got somewhere.
    Cut(Cut),
}

impl<'a> Talk<'a> {
    /// `before`: what others tried in this run.
    pub fn new(job: &'a Job<'a>, name: String, servers: Rc<Servers>, before: &str) -> Result<Self> {
        let system = include_str!("system.md").to_owned();
        let tools: Vec<Tool> = tools::all()?.into_iter().chain(servers.tools()).collect();
        let taken = data::tokens(&system) + tools.iter().map(data::tokens_of).sum::<usize>();
        let messages = vec![Message::User { text: desk::first(job, before, taken)? }];
        let request = Request { system, messages, tools, max_tokens: LONGEST_REPLY };
        Ok(Self {
            job,
            name,
            tools: Tools::new(job, servers),
            request,
            steps: 0,
            idle: 0,
            refusals: 0,
            calls: HashMap::new(),
            insists: false,
            offered: HashSet::new(),
            waiting: None,
            story: Vec::new(),
            is_over: false,
        })
    }

    pub fn request(&self) -> &Request {
        &self.request
    }

    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// What it handed in fell.
    pub fn fallen(&mut self, fallen: &Fallen) {
        self.story.push(format!("a change fell: {}", one_line(&fallen.result, 200)));
        let Some((mut results, id)) = self.waiting.take() else { return };
        let output = data::block("what the command printed", &fallen.output, OUTPUT);
        let text = format!(
            "Your change fell: {}\nIt is still on your copy. Go on from there, or take it back with `revert`.\n{output}",
            data::plain(&fallen.result, 1_000)
        );
        results.push(Answer { id, text, is_error: true });
        self.request.messages.push(Message::Results { results });
    }

    pub fn hear(&mut self, reply: Result<Reply, NoReply>) -> Result<Step> {
        let step = match reply {
            Ok(reply) => self.reply(reply)?,
            Err(NoReply { why, is_budget, is_refused, mend }) => {
                let cut = match (is_budget, is_refused) {
                    (true, _) => Cut::Limit,
                    (_, true) => Cut::Refusal,
                    _ => Cut::Silence,
                };
                match self.end(why, EndKind::Cut(cut)) {
                    Step::End(end) => Step::End(End { mend, ..end }),
                    step => step,
                }
            }
        };
        match step {
            Step::On if self.steps == MOST_STEPS => {
                Ok(self.end(format!("{MOST_STEPS} steps led nowhere"), EndKind::Cut(Cut::Limit)))
            }
            step => Ok(step),
        }
    }

    fn end(&mut self, why: String, kind: EndKind) -> Step {
        self.is_over = true;
        self.story.push(format!("it ended: {}", one_line(&why, 200)));
        Step::End(End { last: self.candidate("the model's change, as far as it came"), why, kind, mend: None })
    }

    fn reply(&mut self, reply: Reply) -> Result<Step> {
        self.steps += 1;
        let calls: Vec<Call> = reply.calls;
        let text = data::head(&reply.text, LONGEST_TEXT).to_owned();
        let said = one_line(&text, 200);
        // What is too long is refused, and does not stay in the history either.
        let kept = calls.iter().map(|call| match call.arguments.len() > LONGEST_TEXT {
            true => Call { arguments: "{}".to_owned(), ..call.clone() },
            false => call.clone(),
        });
        self.request.messages.push(Message::Model { text, calls: kept.collect() });
        if calls.is_empty() {
            return Ok(self.idle(&reply.stop, &said));
        }
        self.idle = 0;
        self.use_tools(&calls)
    }

    /// Words alone.
    fn idle(&mut self, stop: &str, said: &str) -> Step {
        self.idle += 1;
        if stop == "model_context_window_exceeded" {
            return self.end("the conversation is longer than the model reads".to_owned(), EndKind::Cut(Cut::Limit));
        }
        if ["refusal", "content_filter"].contains(&stop) || self.idle == MOST_IDLE {
            return self.end(format!("it only talks ({stop}): {said}"), EndKind::Lost);
        }
        let text = match stop {
            "length" | "max_tokens" | "max_output_tokens" => {
                "Your reply was cut: it is too long. Do it in smaller steps."
            }
            _ => "Nothing has changed by that. Use a tool; `finish` hands your change in, or ends the work.",
        };
        self.request.messages.push(Message::User { text: text.to_owned() });
        Step::On
    }

    fn use_tools(&mut self, calls: &[Call]) -> Result<Step> {
        let mut results = Vec::new();
        let mut end = None;
        for (nth, call) in calls.iter().enumerate() {
            let times = self.calls.entry((call.name.clone(), call.arguments.clone())).or_default();
            *times += 1;
            let times = *times;
            self.job.workshop.tell_as(HandId::Model, &self.describe(call));
            self.insists &= call.name == "finish";
            let said = match call.name.as_str() {
                _ if nth >= MOST_CALLS => Err(format!("more than {MOST_CALLS} calls at once: do less at a time")),
                "finish" if nth + 1 == calls.len() => match self.finish(call) {
                    Finish::Offer(candidate) => {
                        self.waiting = Some((results, call.id.clone()));
                        return Ok(Step::Offer(candidate));
                    }
                    Finish::End(why) => {
                        end = Some(why);
                        Ok(String::new())
                    }
                    Finish::Refused(why) => Err(why),
                },
                "finish" => Err("`finish` comes last, after the other tools".to_owned()),
                _ if call.arguments.len() > LONGEST_TEXT => {
                    Err("the arguments are too long: do less at once".to_owned())
                }
                _ => self.tools.call(call)?,
            };
            self.refusals = if said.is_ok() { 0 } else { self.refusals + 1 };
            if times >= MOST_REPEATS && call.name != "run" || times >= 3 * MOST_REPEATS {
                end = Some(format!(
                    "it goes round in circles: `{}` the same way {times} times",
                    one_line(&call.name, 60)
                ));
            }
            let is_error = said.is_err();
            let text = said.unwrap_or_else(|why| format!("refused: {why}"));
            results.push(Answer { id: call.id.clone(), text, is_error });
        }
        if self.refusals >= MOST_REFUSALS {
            end = Some(format!("{} calls in a row were refused", self.refusals));
        }
        self.request.messages.push(Message::Results { results });
        Ok(end.map_or(Step::On, |why| self.end(why, EndKind::Lost)))
    }

    /// For people who watch.
    fn describe(&self, call: &Call) -> String {
        let arguments = Arguments::of(call).ok();
        let named = ["path", "pattern", "command", "why"];
        let what = arguments.and_then(|a| named.iter().find_map(|name| a.text(name).ok().map(str::to_owned)));
        let (name, step) = (&self.name, self.steps);
        one_line(&format!("{name}step {step}: {} {}", call.name, what.unwrap_or_default()), 160)
    }

    fn finish(&mut self, call: &Call) -> Finish {
        let why = Arguments::of(call).ok().and_then(|a| a.text("why").ok().map(str::to_owned)).unwrap_or_default();
        // Nothing of it is known to be true: what it claims beside its change stays in the conversation, and the rest is
        // marked wherever people read it.
        let why = one_line(&of_the_change(&one_line(&data::plain(&why, 2_000), 1_000)), 200);
        let said = if why.is_empty() { String::new() } else { format!("{SAYS}{why}") };
        match self.candidate(&said) {
            Some(candidate) => Finish::Offer(candidate),
            None if self.tools.overlay.patch().is_empty() => Finish::End(format!("it gives up: {why}")),
            None if self.offered.len() == MOST_CANDIDATES => {
                Finish::End(format!("{MOST_CANDIDATES} changes of it fell, and no more are judged"))
            }
            // It means it.
            None if self.insists => Finish::End(format!("it gives up: {why}")),
            None => {
                self.insists = true;
                let mend = "change something; or, to give up, call `finish` once more and say why";
                Finish::Refused(format!("that very change fell already: {mend}"))
            }
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

    /// What is on the copy, handed in before or not.
    pub fn work(&self) -> Candidate {
        let why = "the model's change, as far as it came".to_owned();
        Candidate { patch: self.tools.overlay.patch(), hand: HandId::Model, why, confidence: Confidence::Unsure }
    }
}

enum Finish {
    Offer(Candidate),
    End(String),
    Refused(String),
}
