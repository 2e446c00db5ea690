//! Tells people on the issue or pull request how far a run is: in the one comment, now and then, from a thread of its own
//! so that a slow forge slows nothing down.

use crate::config::Publish;
use crate::forge::{Forge, ForgeError};
use crate::record::Outcome;
use crate::report;
use crate::stage::collect::Collected;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const LOOK: Duration = Duration::from_millis(100);

/// What was heard, and whether anything was told.
#[derive(Default)]
pub struct Watch {
    state: Mutex<State>,
    /// The number under which something was told.
    told: Mutex<Option<u64>>,
}

#[derive(Default)]
struct State {
    stage: String,
    line: String,
    candidates: usize,
}

/// Where and how often.
pub struct Teller<'a> {
    pub forge: &'a dyn Forge,
    pub work: &'a Collected,
    pub run_url: Option<&'a str>,
    pub every: Duration,
    /// So long the repair may take.
    pub budget: Duration,
}

impl<'a> Teller<'a> {
    /// `None` where nobody is to be told, or there is no place for it.
    pub fn new(publish: &Publish, forge: &'a dyn Forge, work: &'a Collected) -> Option<Self> {
        let wanted = publish.comment && publish.progress > 0 && work.task.number.is_some();
        let every = Duration::from_secs(publish.progress);
        wanted.then_some(Self { forge, work, run_url: None, every, budget: Duration::ZERO })
    }
}

impl Watch {
    pub fn hear(&self, stage: &str, line: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = line.strip_prefix("candidate ").and_then(|rest| rest.split(':').next()?.parse().ok());
        state.candidates = nth.unwrap_or(state.candidates);
        (state.stage, state.line) = (stage.to_owned(), line.to_owned());
    }

    /// Runs `act`, and tells how far it is until it ends. What cannot be told is left out.
    pub fn during<R>(&self, teller: Option<&Teller>, act: impl FnOnce() -> R) -> R {
        let Some(teller) = teller else { return act() };
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let telling = scope.spawn(|| {
                if let Err(e) = self.tell(teller, &over) {
                    tracing::debug!("no progress is told: {e}");
                }
            });
            let done = act();
            over.store(true, Ordering::Relaxed);
            let _ = telling.join();
            done
        })
    }

    fn tell(&self, teller: &Teller, over: &AtomicBool) -> Result<(), ForgeError> {
        let Some(number) = teller.work.task.number else { return Ok(()) };
        let marker = report::marker(&teller.work.task.key);
        let started = Instant::now();
        let until = jiff::Timestamp::now() + teller.budget;
        let until = until.strftime("%H:%M UTC").to_string();
        let (mut last, mut comment) = (started, None);
        while !over.load(Ordering::Relaxed) {
            if last.elapsed() < teller.every {
                std::thread::sleep(LOOK.min(teller.every));
                continue;
            }
            let now = self.now(started.elapsed().as_secs());
            let there = match comment.take() {
                Some(there) => Some(there),
                None => teller.forge.our_comment(number, &marker)?,
            };
            let before = there.as_ref().map(|there| there.body.as_str());
            let body = report::progress(&now, &teller.work.task.key, teller.run_url, &until, before);
            let written = match &there {
                Some(there) => teller.forge.update_comment(there.id, &body)?,
                None => teller.forge.create_comment(number, &marker, &body)?,
            };
            *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(number);
            (last, comment) = (Instant::now(), Some(written));
        }
        Ok(())
    }

    fn now(&self, seconds: u64) -> report::Progress {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { stage, line, candidates } = &*state;
        report::Progress { stage: stage.clone(), line: line.clone(), candidates: *candidates, seconds }
    }

    /// At the end: where the comment still says that the run, or one that was killed before it, is under way, the truth.
    pub fn close(&self, forge: &dyn Forge, number: Option<u64>, marker: &str, (outcome, reason): (Outcome, &str)) {
        let told = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(number) = told.or(number) else { return };
        let found = forge.our_comment(number, marker).ok().flatten();
        let Some(found) = found.filter(|found| report::is_under_way(&found.body)) else { return };
        if let Err(e) = forge.update_comment(found.id, &report::ended(&found.body, outcome, reason)) {
            tracing::debug!("the comment stays under way: {e}");
        }
    }
}
