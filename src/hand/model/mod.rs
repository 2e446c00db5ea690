//! The hand `model`: a language model with a prepared desk, a few tools and a copy of the repository in memory. What it
//! hands in is a candidate like every other; why one fell goes back into the conversation. There may be several
//! conversations side by side, and a dearer model after a cheap one.

pub(super) mod data;
pub(super) mod desk;
mod edit;
mod mcp;
mod overlay;
mod route;
mod talk;
mod tools;

use super::{Hand, Job, Unfinished};
use crate::llm::{self, Seat};
use crate::record::{Candidate, FailureClass, HandId};
use crate::report::markdown::one_line;
use anyhow::Result;
use mcp::Servers;
use std::rc::Rc;
use talk::{End, EndKind, Step, Talk};

pub struct Model;

impl Hand for Model {
    fn id(&self) -> HandId {
        HandId::Model
    }

    fn propose<'a>(&'a self, job: &'a Job<'a>) -> Result<Box<dyn Iterator<Item = Result<Candidate>> + 'a>> {
        // Layout is the business of formatters.
        let model = job.model.filter(|_| job.diagnosis.class != FailureClass::Format);
        let routed = model.and_then(|model| Some((model, route::first(job, model)?)));
        match routed {
            Some((model, seat)) => Ok(Box::new(Talks::new(job, model, seat)?)),
            None => Ok(Box::new(std::iter::empty())),
        }
    }
}

/// Conversations about the same failure, which do not know of each other.
struct Talks<'a> {
    job: &'a Job<'a>,
    model: &'a dyn llm::Model,
    seat: Seat,
    talks: Vec<Talk<'a>>,
    servers: Rc<Servers>,
    /// What they handed in, the smallest last.
    ready: Vec<(usize, Candidate)>,
    /// Whose candidate is being judged.
    judged: Option<usize>,
    /// How they ended.
    ends: Vec<EndKind>,
    is_broken: bool,
}

impl<'a> Talks<'a> {
    fn new(job: &'a Job<'a>, model: &'a dyn llm::Model, seat: Seat) -> Result<Self> {
        let servers = Rc::new(Servers::open(job));
        let talks = begin(job, &servers, "")?;
        Ok(Self {
            job,
            model,
            seat,
            talks,
            servers,
            ready: Vec::new(),
            judged: None,
            ends: Vec::new(),
            is_broken: false,
        })
    }

    /// Whom to offer next, after as many rounds as it takes; `None`: nobody has anything any more.
    fn step(&mut self) -> Result<Option<Candidate>> {
        if let Some(at) = self.judged.take() {
            self.talks[at].fallen(&self.job.workshop.last_result());
        }
        loop {
            // Only when all have handed in or ended is it known which patch is the smallest.
            let open: Vec<usize> =
                self.talks.iter().enumerate().filter(|(_, t)| is_open(t)).map(|(at, _)| at).collect();
            match self.ready.pop_if(|_| open.is_empty()) {
                Some((at, candidate)) => {
                    self.judged = Some(at);
                    return Ok(Some(candidate));
                }
                None if open.is_empty() && !self.escalate()? => return Ok(None),
                None if open.is_empty() => {}
                None => self.round(&open)?,
            }
        }
    }

    /// Every open conversation asks once, all at the same time.
    fn round(&mut self, open: &[usize]) -> Result<()> {
        let requests: Vec<llm::Request> = open.iter().map(|at| self.talks[*at].request().clone()).collect();
        let replies = self.model.complete_all(self.seat, &requests);
        for (at, reply) in open.iter().zip(replies) {
            let handed = match self.talks[*at].hear(reply)? {
                Step::On => None,
                Step::Offer(candidate) => Some(candidate),
                Step::End(end) => self.ended(*at, end),
            };
            self.ready.extend(handed.map(|candidate| (*at, candidate)));
        }
        self.ready.sort_by_key(|(at, candidate)| {
            let stats = candidate.patch.stats();
            std::cmp::Reverse((stats.added + stats.removed, *at))
        });
        Ok(())
    }

    fn ended(&mut self, at: usize, end: End) -> Option<Candidate> {
        self.ends.push(end.kind);
        let why = one_line(&format!("the model stops: {}", end.why), 400);
        self.job.workshop.note(HandId::Model, &why);
        if let EndKind::Cut(cut) = end.kind {
            let work = Some(self.talks[at].work()).filter(|work| !work.patch.is_empty());
            self.job.workshop.leave(Unfinished { why: one_line(&end.why, 300), cut, mend: end.mend, work });
        }
        end.last
    }

    /// The strong one after the cheap one that got nowhere, where the configuration wants it. A limit, and a provider that
    /// does not answer, say nothing of what the cheap one can do.
    fn escalate(&mut self) -> Result<bool> {
        let is_lost = !self.ends.is_empty() && self.ends.iter().all(|end| *end == EndKind::Lost);
        if self.seat != Seat::Cheap || !is_lost || !route::onwards(self.job, self.model) {
            return Ok(false);
        }
        let story: Vec<&str> = self.talks.iter().flat_map(|talk| &talk.story).map(String::as_str).collect();
        self.talks = begin(self.job, &self.servers, &story.join("\n"))?;
        self.seat = Seat::Strong;
        self.ends.clear();
        Ok(true)
    }
}

fn is_open(talk: &Talk) -> bool {
    !talk.is_over && !talk.is_waiting()
}

fn begin<'a>(job: &'a Job<'a>, servers: &Rc<Servers>, before: &str) -> Result<Vec<Talk<'a>>> {
    let samples = job.asking.samples;
    let name = |nth: usize| if samples == 1 { String::new() } else { format!("{nth} of {samples}, ") };
    (1..=samples).map(|nth| Talk::new(job, name(nth), Rc::clone(servers), before)).collect()
}

impl Iterator for Talks<'_> {
    type Item = Result<Candidate>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_broken {
            return None;
        }
        let step = self.step();
        self.is_broken = step.is_err();
        step.transpose()
    }
}
