//! The ladder: candidates hand by hand, each judged, each tried in place, the first that passes kept. A
//! candidate that removes the first error without breaking a test becomes the ground of the next round,
//! so that several causes are repaired one at a time; if that leads nowhere, nothing stays.

use super::bench::Bench;
use super::{diagnose, summarize};
use crate::brain::log;
use crate::guard;
use crate::hand::{self, Hand, Job};
use crate::patch::Patch;
use crate::record::{
    Candidate, CheckResult, CheckStatus, Confidence, Diagnosis, FailureClass, HandId, Location, LogReport, Outcome,
    RunSummary, Tried,
};
use crate::verify::{self, Run};
use anyhow::Result;
use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;

/// More causes than this in one command are left to people.
const MAX_ROUNDS: usize = 12;
/// Candidates whose command was run, in all rounds together.
const MAX_JUDGED: usize = 200;

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
}

impl Ending {
    fn new(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self { outcome, reason: reason.into(), candidate: None, after: None, guards: Vec::new() }
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
    /// What is applied already.
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
}

/// Climbs from the failing run `base`, whose diagnosis is `first`.
pub fn climb(bench: &Bench, base: &Run, first: &Diagnosis) -> Result<Climb> {
    let started = Instant::now();
    let verified_before = bench.verify_seconds();
    let mut state = State {
        bench,
        base,
        ground: Patch::default(),
        why: Vec::new(),
        hand: HandId::Tool,
        confidence: Confidence::Confident,
        seen: bench.job.tried.iter().map(|t| t.digest.clone()).collect(),
        tried: Vec::new(),
        fell_here: bench.job.tried.clone(),
        judged: 0,
        skipped: 0,
        blocked: None,
    };
    let ending = state.rounds(first)?;
    let State { tried, judged, skipped, .. } = state;
    let seconds = started.elapsed().as_secs_f64() - (bench.verify_seconds() - verified_before);
    Ok(Climb { ending, tried, judged, seconds, skipped })
}

impl State<'_, '_> {
    fn rounds(&mut self, first: &Diagnosis) -> Result<Ending> {
        let mut diagnosis = first.clone();
        let mut log = self.base.text.clone();
        for _ in 0..MAX_ROUNDS {
            match self.round(&diagnosis, &log)? {
                Step::Done(ending) => return Ok(*ending),
                Step::Next(run) => {
                    log = run.text;
                    diagnosis = diagnose(self.bench, &log)?;
                    (self.bench.say)("heal", &format!("one cause removed; next: {}", quoted(&diagnosis)));
                }
                Step::Stuck => break,
            }
        }
        Ok(self.gave_up())
    }

    fn round(&mut self, diagnosis: &Diagnosis, log: &str) -> Result<Step> {
        for hand in rungs(&diagnosis.strategy) {
            let tried = self.fell_here.clone();
            let job = Job { diagnosis, log, command: &self.bench.job.command, workshop: self.bench, tried: &tried };
            let candidates = match hand.propose(&job) {
                Ok(candidates) => candidates,
                Err(e) => {
                    tracing::warn!("the hand {} broke: {e:#}", hand.id().as_str());
                    continue;
                }
            };
            for candidate in candidates {
                if let Some(step) = self.consider(candidate, hand.as_ref(), diagnosis)? {
                    return Ok(step);
                }
            }
        }
        Ok(Step::Stuck)
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
        let full = self.ground.then(&candidate.patch);
        let digest = full.digest();
        if candidate.patch.is_empty() || !self.seen.insert(digest.clone()) {
            self.skipped += usize::from(self.bench.job.tried.iter().any(|t| t.digest == digest));
            return Ok(None);
        }
        if self.judged >= MAX_JUDGED {
            return Ok(Some(Step::Stuck));
        }
        let trial = self.try_one(&candidate, &full, diagnosis)?;
        let result = match &trial {
            Trial::Passed(_) => "passed".to_owned(),
            Trial::Better(_) => Tried::STEP.to_owned(),
            Trial::Fell(why) => why.clone(),
            // It says nothing about the candidate: a later attempt tries it again.
            Trial::Unfinished(outcome) => return Ok(Some(Step::Done(Box::new(self.ended(*outcome))))),
        };
        (self.bench.say)("heal", &format!("candidate {}: {} → {result}", self.tried.len() + 1, candidate.why));
        let tried = Tried { digest, hand: candidate.hand, why: candidate.why.clone(), result };
        self.tried.push(tried.clone());
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

    fn take(&mut self, candidate: &Candidate, ground: Patch) {
        self.ground = ground;
        self.fell_here.clear();
        if !self.why.contains(&candidate.why) {
            self.why.push(candidate.why.clone());
        }
        self.hand = candidate.hand;
        self.confidence = self.confidence.min(candidate.confidence);
    }

    fn try_one(&mut self, candidate: &Candidate, full: &Patch, diagnosis: &Diagnosis) -> Result<Trial> {
        let guards = self.bench.judge(full);
        if !guard::passes(&guards) {
            let why = blocked_by(&guards);
            self.blocked = Some(guards);
            return Ok(Trial::Fell(why));
        }
        if !self.bench.apply(&candidate.patch)? {
            return Ok(Trial::Fell("does not apply".to_owned()));
        }
        self.judged += 1;
        let run = self.bench.verify()?;
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
        verified.detail =
            format!("`{}` passes", crate::report::markdown::one_line(&self.bench.job.command.to_string(), 80));
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
        let run = self.bench.verify()?;
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
            return Ok(Trial::Passed(Box::new((patch, run, guards))));
        }
        let why = blocked_by(&guards);
        self.blocked = Some(guards);
        Ok(Trial::Fell(why))
    }

    fn passed(&self, run: &Run, guards: Vec<CheckResult>) -> Ending {
        let candidate = Candidate {
            patch: self.ground.clone(),
            hand: self.hand,
            why: self.why.join("; "),
            confidence: self.confidence,
        };
        Ending {
            candidate: Some(candidate),
            after: Some((summarize(run), verify::compare(self.base, run))),
            guards,
            ..Ending::new(Outcome::Proposed, self.why.join("; "))
        }
    }

    fn ended(&self, outcome: Outcome) -> Ending {
        let reason = match outcome {
            Outcome::Cancelled => "stopped from outside; the tree is as it was".to_owned(),
            _ => format!("the budget of {} s is used up (budget.seconds)", self.bench.job.budget_seconds),
        };
        Ending::new(outcome, reason)
    }

    fn gave_up(&self) -> Ending {
        if let Some(guards) = self.blocked.clone().filter(|_| self.judged == 0) {
            let reason = format!("the only candidates were refused: {}", blocked_by(&guards));
            return Ending { guards, ..Ending::new(Outcome::Blocked, reason) };
        }
        let earlier = self.bench.job.tried.len();
        let reason = match (self.judged, earlier) {
            (0, 0) => "no hand has a candidate for this failure".to_owned(),
            (0, n) => format!(
                "no hand has a candidate beside {} that failed on this commit before",
                crate::report::count(n, "candidate")
            ),
            (n, _) => format!("{} tried, none passes", crate::report::count(n, "candidate")),
        };
        Ending::new(Outcome::Explained, reason)
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

fn blocked_by(guards: &[CheckResult]) -> String {
    let failed = guards.iter().find(|g| g.status == CheckStatus::Fail);
    failed.map_or_else(String::new, |g| {
        let finding = g.findings.first().map(|f| f.message.as_str()).unwrap_or(&g.detail);
        format!("refused by the guard {}: {finding}", g.id)
    })
}

fn still_fails(run: &Run) -> String {
    let report = log::read(&run.text);
    let line = report.first_error.unwrap_or_else(|| run.ending());
    format!("still fails: {}", crate::report::markdown::one_line(&line, 120))
}

/// Whether a run that still fails is a step forward: a failing test passes now (and, as was asked before, none is
/// broken); or fewer of the same complaints and no new one; or the first error gone, nothing said about the lines
/// that the candidate wrote, and not more wrong than before.
fn is_better(before: &Diagnosis, run: &Run, compared: &verify::Comparison, candidate: &Candidate) -> bool {
    let after = log::read(&run.text);
    let mended = !compared.fail_to_pass.is_empty() && !blames(&after, candidate);
    run.finished.limit.is_none() && (mended || steps_forward(before, &after, &run.text, candidate))
}

fn steps_forward(before: &Diagnosis, after: &LogReport, text: &str, candidate: &Candidate) -> bool {
    if after.class == FailureClass::Unknown || blames(after, candidate) {
        return false;
    }
    let (old, new) = (complaints(&before.locations), complaints(&after.locations));
    let fewer_complaints = new.len() < old.len() && new.iter().all(|c| old.contains(c)) && !new.is_empty();
    let fewer_tests = !before.failing.is_empty() && after.failing.len() < before.failing.len();
    let gone = match (&before.first_error, &after.first_error) {
        (Some(old), Some(new)) => log::normalise(old) != log::normalise(new) && !text.contains(old.trim()),
        _ => false,
    };
    let later = stage_of(after.class) > stage_of(before.class);
    // A deeper traceback has more places, not more causes.
    let no_more = match after.class {
        FailureClass::Test => after.failing.len() <= before.failing.len().max(1),
        _ => after.locations.len() <= before.locations.len(),
    };
    fewer_complaints || fewer_tests || (gone && (later || no_more))
}

/// What is said about which file, as often as it is said; lines move, so they do not count.
fn complaints(locations: &[Location]) -> Vec<(&str, String)> {
    let file = |path: &'_ str| path.rfind('/').map_or(0, |at| at + 1);
    locations.iter().map(|l| (&l.path[file(&l.path)..], log::normalise(&l.message))).collect()
}

/// Something is wrong on a line that the candidate wrote, and it is the candidate's doing: what is said
/// there speaks of a word that it brought in, or of none that stood there before.
fn blames(after: &LogReport, candidate: &Candidate) -> bool {
    let removed: Vec<String> = candidate.patch.removed_lines().iter().flat_map(|(_, _, line)| words(line)).collect();
    let written = candidate.patch.added_lines();
    // A word may stand there before and be brought in once more.
    let mut new: Vec<String> = written.iter().flat_map(|(_, _, line)| words(line)).collect();
    for word in &removed {
        if let Some(at) = new.iter().position(|w| w == word) {
            new.swap_remove(at);
        }
    }
    let at = |l: &Location| {
        let is_there = |path: &str| Path::new(&l.path).ends_with(path);
        l.line.is_some_and(|line| written.iter().any(|(path, n, _)| *n == line && is_there(path.as_str())))
    };
    // The first place is where it fails, and the quoted line is about it; the callers of a traceback only lead there.
    let quote = words(after.first_error.as_deref().unwrap_or_default());
    after.locations.iter().enumerate().filter(|(_, l)| at(l)).any(|(i, l)| {
        let mut said = words(&l.message);
        if i == 0 {
            said.extend(quote.iter().cloned());
        }
        said.iter().any(|w| new.contains(w)) || (i == 0 && !said.iter().any(|w| removed.contains(w)))
    })
}

fn words(text: &str) -> Vec<String> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.split(|c| !word(c)).filter(|w| w.len() > 1).map(str::to_owned).collect()
}

/// A build fails in this order: what comes later is only seen once the earlier is repaired.
fn stage_of(class: FailureClass) -> u8 {
    match class {
        FailureClass::Dependency | FailureClass::Config => 0,
        FailureClass::Compile => 1,
        FailureClass::Type => 2,
        FailureClass::Lint | FailureClass::Format => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RelPath;
    use crate::patch::FilePatch;
    use crate::record::{Complexity, Signature};

    fn report(places: &[(u32, &str)]) -> LogReport {
        let place = |(line, message): &(u32, &str)| Location {
            path: "/tmp/x/src/a.py".to_owned(),
            line: Some(*line),
            message: (*message).to_owned(),
            ..Location::default()
        };
        LogReport {
            class: FailureClass::Type,
            failing: Vec::new(),
            locations: places.iter().map(place).collect(),
            first_error: places.first().map(|(_, m)| (*m).to_owned()),
            tool: None,
        }
    }

    fn candidate(before: &str, after: &str) -> Candidate {
        let file = FilePatch {
            path: RelPath::parse("src/a.py").unwrap(),
            before: Some(before.as_bytes().to_vec()),
            after: Some(after.as_bytes().to_vec()),
        };
        let patch = Patch::from_files([file]);
        Candidate { patch, hand: HandId::Hint, why: String::new(), confidence: Confidence::Unsure }
    }

    fn diagnosis(report: LogReport) -> Diagnosis {
        Diagnosis {
            class: report.class,
            failing: report.failing,
            locations: report.locations,
            first_error: report.first_error,
            tool: None,
            suspects: Vec::new(),
            complexity: Complexity::Hard,
            strategy: Vec::new(),
            signature: Signature(String::new()),
        }
    }

    #[test]
    fn a_candidate_is_blamed_for_what_it_brought_in_and_not_for_what_it_uncovered() {
        let renamed = candidate("return u.dsplay.stripp()\n", "return u.display.stripp()\n");
        assert!(!blames(&report(&[(1, "'str' object has no attribute 'stripp'")]), &renamed));
        assert!(blames(&report(&[(1, "'User' object has no attribute 'display'")]), &renamed));
        assert!(blames(&report(&[(1, "unsupported operand")]), &renamed));
        let twice = candidate("from app.confg import Config\n", "from app.Config import Config\n");
        assert!(blames(&report(&[(1, "No module named 'app.Config'")]), &twice));
        assert!(!blames(&report(&[(7, "unsupported operand")]), &renamed));
        let mut namesake = report(&[(1, "unsupported operand")]);
        namesake.locations[0].path = "/tmp/x/src/test_a.py".to_owned();
        let candidate = candidate("return amuont\n", "return amount\n");
        assert!(blames(&report(&[(1, "unsupported operand")]), &candidate));
        assert!(!blames(&namesake, &candidate));
        namesake.locations[0].path = "/tmp/x/other_src/a.py".to_owned();
        assert!(!blames(&namesake, &candidate));
    }

    #[test]
    fn fewer_of_the_same_complaints_are_a_step_and_new_ones_are_not() {
        let step = |before: &[(u32, &str)], after: &[(u32, &str)]| {
            let other = candidate("a\n", "b\n");
            steps_forward(&diagnosis(report(before)), &report(after), "", &other)
        };
        assert!(step(&[(3, "no x"), (5, "no y")], &[(5, "no y")]));
        assert!(!step(&[(3, "no x"), (5, "no y")], &[(5, "no y"), (9, "no z"), (3, "no x")]));
        assert!(!step(&[(3, "no x")], &[(3, "no x")]));
        assert!(step(&[(3, "no x")], &[(4, "no y")]));
    }
}
