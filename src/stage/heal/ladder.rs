//! The ladder: candidates hand by hand, each judged, each tried in place, the first that passes kept. A
//! candidate that removes the first error without breaking a test becomes the ground of the next round,
//! so that several causes are repaired one at a time; if that leads nowhere, nothing stays.

mod alone;
mod ends;
mod reviewed;

pub use alone::{Aim, one_hand};

use super::bench::Bench;
use super::diagnose;
use super::forward::is_better;
use super::outward::summarize;
use crate::brain::log;
use crate::guard::{self, blocked_by};
use crate::hand::{self, Cut, Hand, Job};
use crate::patch::Patch;
use crate::record::entry::ReviewFact;
use crate::record::{Candidate, CheckResult, CheckStatus, Confidence, Diagnosis, HandId, Outcome, RunSummary, Tried};
use crate::verify::{self, Run};
use anyhow::Result;
use std::collections::HashSet;
use std::time::Instant;

/// More causes than this in one command are left to people.
const MAX_ROUNDS: usize = 12;
/// So often a first step that led nowhere is given up for the candidates beside it.
const MAX_STARTS: usize = 3;
/// Candidates whose command was run, in all rounds together.
const MAX_JUDGED: usize = 200;
/// Of a diff that the ledger keeps.
const LONGEST_WORK: usize = 16 << 10;

/// What the climb came to.
pub struct Climb {
    pub ending: Ending,
    pub tried: Vec<Tried>,
    pub judged: usize,
    pub seconds: f64,
    pub skipped: usize,
}

/// How the climb ended.
pub struct Ending {
    pub outcome: Outcome,
    pub reason: String,
    pub candidate: Option<Candidate>,
    pub after: Option<(RunSummary, verify::Comparison)>,
    pub guards: Vec<CheckResult>,
    pub review: Option<ReviewFact>,
    /// A hand's work ended before its time, by this.
    pub cut: Option<Cut>,
    /// What somebody has to set so that it does not again.
    pub mend: Option<String>,
}

impl Ending {
    fn new(outcome: Outcome, reason: impl Into<String>) -> Self {
        let (candidate, after, guards, review, cut, mend) = (None, None, Vec::new(), None, None, None);
        Self { outcome, reason: reason.into(), candidate, after, guards, review, cut, mend }
    }

    /// Why another attempt may come to more, if so.
    pub fn retry_wanted(&self) -> Option<String> {
        (self.cut == Some(Cut::Silence)).then(|| self.reason.clone())
    }
}

/// What one candidate came to.
enum Trial {
    Passed(Box<(Patch, Run, Vec<CheckResult>)>),
    /// It fails later or elsewhere: ground for the next round.
    Better(Box<Run>),
    Fell(String),
    /// The end came while its command ran.
    Unfinished(Outcome),
}

struct State<'b, 'a> {
    bench: &'b Bench<'a>,
    base: &'b Run,
    given: &'b Patch,
    aim: &'b Aim<'b>,
    /// What is applied already; what was given is a part of it.
    ground: Patch,
    why: Vec<String>,
    hand: HandId,
    confidence: Confidence,
    seen: HashSet<String>,
    tried: Vec<Tried>,
    /// What fell on the present ground: on another ground the same change may be right.
    fell_here: Vec<Tried>,
    judged: usize,
    skipped: usize,
    blocked: Option<Vec<CheckResult>>,
    /// Whose candidate is judged.
    author: HandId,
    objections: reviewed::Objections,
    /// What the reviewer says of what is taken.
    review: Option<ReviewFact>,
    /// Passes, but perhaps by chance: shown where nothing better comes, not taken.
    unsure: Option<Ending>,
    /// The command asks git whether something has changed, so that only what is committed can pass.
    compares: bool,
}

/// Climbs from the failing run `base`, whose diagnosis is `first`.
/// `given` is applied already and stays in whatever is proposed.
pub fn climb(bench: &Bench, base: &Run, first: &Diagnosis, given: &Patch, aim: &Aim) -> Result<Climb> {
    climb_so(bench, base, given, aim, |state| state.rounds(first))
}

fn climb_so<'b, 'a>(
    bench: &'b Bench<'a>,
    base: &'b Run,
    given: &'b Patch,
    aim: &'b Aim<'b>,
    act: impl FnOnce(&mut State<'b, 'a>) -> Result<Ending>,
) -> Result<Climb> {
    let started = Instant::now();
    let verified_before = bench.verify_seconds();
    bench.start_from(base);
    // Of an earlier climb.
    bench.unfinished.take();
    let mut state = State {
        bench,
        base,
        given,
        aim,
        ground: given.clone(),
        why: Vec::new(),
        hand: HandId::Tool,
        confidence: Confidence::Confident,
        // The tree as it was is no repair: a second edit that takes back the first would lead round in a circle.
        seen: bench.job.tried.iter().map(|t| t.digest.clone()).chain([given.digest()]).collect(),
        tried: Vec::new(),
        fell_here: bench.job.tried.clone(),
        judged: 0,
        skipped: 0,
        blocked: None,
        author: HandId::Tool,
        objections: reviewed::Objections::default(),
        review: None,
        unsure: None,
        compares: false,
    };
    let ending = act(&mut state)?;
    let State { tried, judged, skipped, .. } = state;
    let seconds = started.elapsed().as_secs_f64() - (bench.verify_seconds() - verified_before);
    Ok(Climb { ending, tried, judged, seconds, skipped })
}

impl State<'_, '_> {
    fn rounds(&mut self, first: &Diagnosis) -> Result<Ending> {
        let mut diagnosis = first.clone();
        let mut log = self.base.text.clone();
        let mut starts = 1;
        for _ in 0..MAX_ROUNDS * MAX_STARTS {
            match self.round(&diagnosis, &log)? {
                Step::Done(ending) => return Ok(*ending),
                Step::Next(run) => {
                    log = run.text;
                    diagnosis = diagnose(self.bench, &log)?;
                    (self.bench.say)("heal", &format!("one cause removed; next: {}", quoted(&diagnosis)));
                }
                Step::Stuck if self.ground != *self.given && starts < MAX_STARTS && self.judged < MAX_JUDGED => {
                    starts += 1;
                    self.start_over()?;
                    (diagnosis, log) = (first.clone(), self.base.text.clone());
                }
                Step::Stuck => break,
            }
        }
        let ending = self.give_up_the_change(first)?;
        Ok(ending.unwrap_or_else(|| self.gave_up()))
    }

    /// What was taken may have been the wrong one of several: what stands beside the first step is tried too.
    fn start_over(&mut self) -> Result<()> {
        (self.bench.say)("heal", "that leads nowhere; the next candidates start from the beginning again");
        let ground = std::mem::replace(&mut self.ground, self.given.clone());
        self.bench.undo(&self.given.reversed().then(&ground))?;
        self.why.clear();
        (self.hand, self.confidence) = (HandId::Tool, Confidence::Confident);
        self.fell_here = self.bench.job.tried.iter().chain(&self.tried).cloned().collect();
        Ok(())
    }

    fn round(&mut self, diagnosis: &Diagnosis, log: &str) -> Result<Step> {
        self.find_out_about_git(diagnosis, log)?;
        for hand in rungs(&diagnosis.strategy).iter().filter(|hand| hand.id() != HandId::Revert) {
            if let Some(step) = self.ask(hand.as_ref(), diagnosis, log)? {
                return Ok(step);
            }
        }
        Ok(Step::Stuck)
    }

    /// What the hand proposes, one by one; `Some` ends the round.
    fn ask(&mut self, hand: &dyn Hand, diagnosis: &Diagnosis, log: &str) -> Result<Option<Step>> {
        let tried = self.fell_here.clone();
        let mut job = job(self.bench, diagnosis, log, &tried);
        job.aim = self.aim.aim.unwrap_or(job.aim);
        job.text = self.aim.text.unwrap_or(job.text);
        let candidates = match hand.propose(&job) {
            Ok(candidates) => candidates,
            Err(e) => {
                tracing::warn!("the hand {} broke: {e:#}", hand.id().as_str());
                return Ok(None);
            }
        };
        for candidate in candidates {
            if let Some(step) = self.consider(candidate, hand, diagnosis)? {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    /// To give up the change that broke it comes after everything that keeps it, and starts from what it left.
    fn give_up_the_change(&mut self, first: &Diagnosis) -> Result<Option<Ending>> {
        let rungs = rungs(&first.strategy);
        let Some(revert) = rungs.iter().find(|hand| hand.id() == HandId::Revert) else { return Ok(None) };
        if self.ground != *self.given {
            self.start_over()?;
        }
        let log = self.base.text.clone();
        let step = self.ask(revert.as_ref(), first, &log)?;
        match step {
            Some(Step::Done(ending)) => Ok(Some(*ending)),
            _ => Ok(self.bench.over().map(|outcome| self.ended(outcome))),
        }
    }

    /// Judges one candidate; `Some` ends the round.
    fn consider(
        &mut self,
        candidate: Result<Candidate>,
        hand: &dyn Hand,
        diagnosis: &Diagnosis,
    ) -> Result<Option<Step>> {
        if let Some(outcome) = self.bench.over() {
            return Ok(Some(Step::Done(Box::new(self.ended(outcome)))));
        }
        let candidate = match candidate {
            Ok(candidate) => candidate,
            Err(e) => {
                tracing::warn!("the hand {} broke on a candidate: {e:#}", hand.id().as_str());
                return Ok(None);
            }
        };
        self.bench.tell_output("");
        self.bench.tell_result("it changes nothing, or was tried before");
        let full = self.ground.then(&candidate.patch);
        let digest = full.digest();
        if candidate.patch.is_empty() || !self.seen.insert(digest.clone()) {
            self.skipped += usize::from(self.bench.job.tried.iter().any(|t| t.digest == digest));
            return Ok(None);
        }
        if self.judged >= MAX_JUDGED {
            return Ok(Some(Step::Stuck));
        }
        let by_chance = candidate.hand == HandId::Search && candidate.confidence == Confidence::Unsure;
        if by_chance && self.unsure.is_some() {
            return Ok(None);
        }
        let mut trial = self.try_one(&candidate, &full, diagnosis)?;
        if by_chance && matches!(trial, Trial::Passed(_) | Trial::Better(_)) {
            trial = self.set_aside(&candidate, full.clone(), trial)?;
        }
        let result = match &trial {
            Trial::Passed(_) => "passed".to_owned(),
            Trial::Better(_) => Tried::STEP.to_owned(),
            Trial::Fell(why) => why.clone(),
            // It says nothing about the candidate: a later attempt tries it again.
            Trial::Unfinished(outcome) => return Ok(Some(Step::Done(Box::new(self.ended(*outcome))))),
        };
        self.bench.tell_result(&result);
        (self.bench.say)("heal", &format!("candidate {}: {} → {result}", self.tried.len() + 1, candidate.why));
        let tried = Tried { digest, hand: candidate.hand, why: candidate.why.clone(), result, work: None };
        self.tried.push(tried.clone());
        if self.objections.is_last {
            return Ok(self.objections.ending.take().map(|ending| Step::Done(Box::new(ending))));
        }
        Ok(match trial {
            Trial::Unfinished(_) => None,
            Trial::Fell(_) => {
                self.fell_here.push(Tried { digest: candidate.patch.digest(), ..tried });
                None
            }
            Trial::Better(run) => {
                self.take(&candidate, full);
                Some(Step::Next(run))
            }
            Trial::Passed(passed) => {
                let (patch, run, guards) = *passed;
                self.take(&candidate, patch);
                Some(Step::Done(Box::new(self.passed(&run, guards))))
            }
        })
    }

    /// A patch of which the tests say too little is no repair on its own.
    fn set_aside(&mut self, candidate: &Candidate, full: Patch, trial: Trial) -> Result<Trial> {
        let fell = Trial::Fell("passes, perhaps by chance: left to people".to_owned());
        let applied = match &trial {
            Trial::Passed(passed) => passed.0.clone(),
            _ => full,
        };
        self.bench.undo(&self.ground.reversed().then(&applied))?;
        if let Trial::Passed(passed) = trial {
            let (patch, run, guards) = *passed;
            let reason = format!(
                "the tests cannot tell a repair from what passes them by chance, so nothing is taken; the likeliest: {}",
                candidate.why
            );
            self.unsure = Some(Ending {
                candidate: Some(Candidate { patch, ..candidate.clone() }),
                after: Some((summarize(&run), verify::compare(self.base, &run))),
                guards,
                ..Ending::new(Outcome::Explained, reason)
            });
        }
        Ok(fell)
    }

    fn take(&mut self, candidate: &Candidate, ground: Patch) {
        self.ground = ground;
        self.fell_here.clear();
        if !self.why.contains(&candidate.why) {
            self.why.push(candidate.why.clone());
        }
        self.hand = candidate.hand;
        self.confidence = self.confidence.min(candidate.confidence);
    }

    fn find_out_about_git(&mut self, diagnosis: &Diagnosis, log: &str) -> Result<()> {
        let job = job(self.bench, diagnosis, log, &[]);
        self.compares = self.compares || hand::tool::compares_with_git(&job)?;
        Ok(())
    }

    fn verify(&self, applied: &Patch) -> Result<Run> {
        if self.compares { self.bench.verify_committed(applied) } else { self.bench.verify() }
    }

    fn try_one(&mut self, candidate: &Candidate, full: &Patch, diagnosis: &Diagnosis) -> Result<Trial> {
        let guards = self.bench.judge(full);
        if !guard::passes(&guards) {
            let why = blocked_by(&guards);
            self.blocked = Some(guards);
            return Ok(Trial::Fell(why));
        }
        if self.aim.reach.is_some_and(|reach| !reach.has(full)) {
            let why = "the change stands nowhere that the made test comes by: repair the code that it calls";
            return Ok(Trial::Fell(why.to_owned()));
        }
        if !self.bench.apply(&candidate.patch)? {
            let shut = self.bench.shut.borrow().as_ref().map(|path| format!("{path} is read-only"));
            return Ok(Trial::Fell(shut.unwrap_or_else(|| "does not apply".to_owned())));
        }
        self.judged += 1;
        self.author = candidate.hand;
        let run = self.verify(full)?;
        self.bench.tell_output(&run.text);
        let compared = verify::compare(self.base, &run);
        let was_limited = run.finished.limit.is_some();
        let trial = if run.passed() && compared.broken.is_empty() {
            self.prove(full, run, guards)?
        } else if let Some(broken) = compared.broken.first() {
            Trial::Fell(format!("breaks {}", crate::report::markdown::one_line(broken, 200)))
        } else if is_better(diagnosis, &run, &compared, candidate) {
            return Ok(Trial::Better(Box::new(run)));
        } else {
            Trial::Fell(still_fails(&run))
        };
        let Trial::Fell(_) = trial else { return Ok(trial) };
        self.bench.undo(&candidate.patch)?;
        // Whatever failed while everything was being stopped says nothing.
        let end = self.bench.over().filter(|end| was_limited || *end == Outcome::Cancelled);
        Ok(end.map_or(trial, Trial::Unfinished))
    }

    /// The last guards: the repository's hooks, which may add to the patch, and its own commands.
    fn prove(&mut self, full: &Patch, run: Run, mut guards: Vec<CheckResult>) -> Result<Trial> {
        let mut verified = CheckResult::from_findings("verify", Vec::new());
        verified.seconds = run.finished.seconds;
        let command = crate::report::markdown::one_line(&self.bench.job.command.to_string(), 80);
        let once = if self.compares { " once the repair is committed" } else { "" };
        verified.detail = format!("`{command}` passes{once}");
        guards.push(verified);
        let (hooks, addition) = super::hooks::run(self.bench, full)?;
        let failed = hooks.status == CheckStatus::Fail;
        guards.push(hooks);
        if failed {
            let why = blocked_by(&guards);
            self.blocked = Some(guards);
            return Ok(Trial::Fell(why));
        }
        let Some(addition) = addition.filter(|a| !a.is_empty()) else {
            return self.ask_own(full.clone(), run, guards);
        };
        // What a hook rewrote is judged and proven like everything else.
        let with_hooks = full.then(&addition);
        let again = self.bench.judge(&with_hooks);
        if !guard::passes(&again) || !self.bench.apply(&addition)? {
            return Ok(Trial::Fell(format!("after the hooks: {}", blocked_by(&again))));
        }
        let run = self.verify(&with_hooks)?;
        let trial = if run.passed() && verify::compare(self.base, &run).broken.is_empty() {
            guard::replace(&mut guards, again);
            self.ask_own(with_hooks, run, guards)?
        } else {
            Trial::Fell("fails after the hooks rewrote it".to_owned())
        };
        if matches!(trial, Trial::Fell(_)) {
            self.bench.undo(&addition)?;
        }
        Ok(trial)
    }

    /// The repository's own guards have the last word.
    fn ask_own(&mut self, patch: Patch, run: Run, mut guards: Vec<CheckResult>) -> Result<Trial> {
        guards.extend(super::hooks::own(self.bench, &patch)?);
        if guard::passes(&guards) {
            return self.reviewed(patch, run, guards);
        }
        let why = blocked_by(&guards);
        self.blocked = Some(guards);
        Ok(Trial::Fell(why))
    }
}

pub fn job<'a>(bench: &'a Bench<'a>, diagnosis: &'a Diagnosis, log: &'a str, tried: &'a [Tried]) -> Job<'a> {
    let whole = bench.job;
    Job {
        diagnosis,
        log,
        command: &whole.command,
        workshop: bench,
        fixers: &whole.fixers,
        tried,
        aim: hand::REPAIR,
        text: &whole.text,
        model: bench.model,
        learnings: super::memory::learnings(bench, &diagnosis.seen),
        asking: &whole.asking,
        seed: whole.seed,
    }
}

/// The hands that the strategy names, in its order.
fn rungs(strategy: &[HandId]) -> Vec<Box<dyn Hand>> {
    let mut hands = hand::ladder();
    hands.retain(|h| strategy.contains(&h.id()));
    hands.sort_by_key(|h| strategy.iter().position(|id| *id == h.id()));
    hands
}

enum Step {
    Done(Box<Ending>),
    Next(Box<Run>),
    Stuck,
}

fn quoted(diagnosis: &Diagnosis) -> String {
    crate::report::markdown::one_line(diagnosis.first_error.as_deref().unwrap_or(diagnosis.class.as_str()), 120)
}

fn still_fails(run: &Run) -> String {
    let report = log::read(&run.text);
    let line = report.first_error.unwrap_or_else(|| run.ending());
    format!("still fails: {}", crate::report::markdown::one_line(&line, 120))
}
