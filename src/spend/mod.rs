//! Caps in dollars that hold across runs. Before its first request to a model a run writes down what it may spend, and
//! only then reads what all runs wrote: of two runs the one that wrote later sees the other, whatever their clocks say,
//! and nobody goes on while the sum of what it sees is above a cap. Where two see each other, the order of their entries
//! decides who takes its reservation back. A store that does not answer means that no model is asked.

mod book;
mod metered;

pub use book::{Book, Caps, Hit};
pub use metered::Metered;

use crate::config::Budget;
use crate::ids::{AttemptName, RepoSlug, TaskKey};
use crate::ledger::{Store, Wanted};
use crate::record::entry::{Decision, Entry, Fact, Spend, SpendState};
use crate::record::{AttemptRecord, SCHEMA, Tokens};
use anyhow::Result;
use jiff::Timestamp;
use std::time::Duration;

/// What a run may spend where no cap leaves less.
const RUN: &str = "budget.usd";
/// Less is no use to anybody.
const LEAST: f64 = 0.01;
/// So often a run begins anew after it took its reservation back.
const TRIES: u32 = 6;
/// So often the first in order looks whether the others took theirs back.
const LOOKS: u32 = 10;
/// Sums of dollars are not exact.
const DUST: f64 = 1e-9;

/// Opens the ledger, where it is needed: a store stays in its thread.
pub type Opens<'a> = &'a (dyn Fn() -> Result<Box<dyn Store + 'a>> + Sync);

/// The money of one run.
pub struct Purse<'a> {
    pub store: Opens<'a>,
    /// The same where what cannot be written now waits: what was spent must count, however late. What is set aside must
    /// be seen at once.
    pub late: Opens<'a>,
    pub caps: Caps,
    /// The run's own cap (`budget.usd`).
    pub run: f64,
    pub repository: Option<RepoSlug>,
    pub attempt: Option<AttemptName>,
    pub task: Option<TaskKey>,
    /// The first wait after a collision; they grow.
    pub pause: Duration,
}

/// What was set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct Reserved {
    pub claim: String,
    pub usd: f64,
    /// The setting that allows no more.
    pub by: &'static str,
}

/// Why nothing was.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The cap, as the configuration calls it, or `ledger`.
    pub about: String,
    pub why: String,
    options: Vec<(String, f64)>,
}

impl Refused {
    fn by(hit: &Hit) -> Self {
        let options =
            vec![("spent".to_owned(), hit.spent), ("reserved".to_owned(), hit.reserved), ("cap".to_owned(), hit.cap)];
        Self { about: hit.key.to_owned(), why: hit.sentence(), options }
    }

    fn unreadable(caps: &Caps, error: &anyhow::Error) -> Self {
        let key = if caps.day.is_some() { "budget.usd-per-day" } else { "budget.usd-per-month" };
        let why = format!("{key} cannot be kept without the ledger: {error:#}");
        Self { about: "ledger".to_owned(), why, options: Vec::new() }
    }
}

enum Tried {
    /// So much, and the setting that allows no more.
    Yes(f64, &'static str),
    No(Refused),
    /// Others hold it at this moment.
    Later(Refused),
}

impl<'a> Purse<'a> {
    /// `None` without a cap. Whose it is, the caller fills in.
    pub fn new(budget: &Budget, store: Opens<'a>) -> Option<Self> {
        let caps = Caps { day: budget.usd_per_day, month: budget.usd_per_month };
        let pause = Duration::from_millis(500);
        (!caps.is_none()).then_some(Self {
            store,
            late: store,
            caps,
            run: budget.usd,
            repository: None,
            attempt: None,
            task: None,
            pause,
        })
    }

    /// Sets aside the run's own cap, or what is left under the others.
    pub fn reserve(&self) -> Result<Reserved, Refused> {
        let unreadable = |e: anyhow::Error| Refused::unreadable(&self.caps, &e);
        let store = (self.store)().map_err(unreadable)?;
        let store = store.as_ref();
        let mut last = None;
        for nth in 1..=TRIES {
            let claim = format!("spend-{}", ulid::Ulid::generate().to_string().to_lowercase());
            match self.try_reserve(store, &claim).map_err(unreadable)? {
                Tried::Yes(usd, by) => return Ok(Reserved { claim, usd, by }),
                Tried::No(refused) => return Err(refused),
                Tried::Later(refused) => last = Some(refused),
            }
            std::thread::sleep(self.pause * nth + self.spread(&claim));
        }
        Err(last.unwrap_or_else(|| unreachable!("there is at least one try")))
    }

    fn try_reserve(&self, store: &dyn Store, claim: &str) -> Result<Tried> {
        let book = self.book(store)?;
        let Some((left, hit)) = book.left(&self.caps, claim) else { return Ok(Tried::Yes(self.run, RUN)) };
        let (usd, by) = if left < self.run { (left, hit.key) } else { (self.run, RUN) };
        if usd < LEAST.min(self.run) {
            return Ok(Tried::No(Refused::by(&hit)));
        }
        self.write(store, claim, SpendState::Reserved, usd, None, Tokens::default())?;
        for look in 1..=LOOKS {
            let book = self.book(store)?;
            let Some((left, hit)) = book.left(&self.caps, claim) else { return Ok(Tried::Yes(usd, by)) };
            if usd <= left + DUST {
                return Ok(Tried::Yes(usd, by));
            }
            let is_entitled = book.left_in_order(&self.caps, claim).is_none_or(|(left, _)| usd <= left + DUST);
            if !is_entitled || look == LOOKS {
                self.write(store, &book::id_of_settled(claim), SpendState::Settled, 0.0, None, Tokens::default())?;
                return Ok(Tried::Later(Refused::by(&hit)));
            }
            std::thread::sleep(self.pause * look);
        }
        unreachable!("the last look decides")
    }

    /// Ends the reservation with what it came to.
    pub fn settle(&self, claim: &str, usd: f64, model: Option<&str>, tokens: Tokens) -> Result<()> {
        let id = book::id_of_settled(claim);
        self.write((self.late)()?.as_ref(), &id, SpendState::Settled, usd, model, tokens)
    }

    /// For the audit trail: why no model was asked.
    pub fn tell(&self, refused: &Refused) -> Result<()> {
        let fact = Fact::Decision(Decision {
            about: "cap".to_owned(),
            choice: refused.about.clone(),
            why: refused.why.clone(),
            options: refused.options.clone(),
            seed: None,
        });
        let id = format!("cap-{}", ulid::Ulid::generate().to_string().to_lowercase());
        (self.late)()?.append(&[self.entry(id, fact)]).map(drop)
    }

    /// What counts now.
    pub fn book(&self, store: &dyn Store) -> Result<Book> {
        let now = Timestamp::now();
        let wanted = Wanted {
            kinds: vec!["spend".to_owned()],
            repository: self.repository.clone(),
            since: Some(book::since(now)),
            ..Wanted::default()
        };
        Ok(Book::of(&store.entries(&wanted)?.entries, self.repository.as_ref(), now))
    }

    fn write(
        &self,
        store: &dyn Store,
        id: &str,
        state: SpendState,
        usd: f64,
        model: Option<&str>,
        tokens: Tokens,
    ) -> Result<()> {
        let fact = Fact::Spend(Spend { state, usd, model: model.map(str::to_owned), tokens });
        store.append(&[self.entry(id.to_owned(), fact)]).map(drop)
    }

    fn entry(&self, id: String, fact: Fact) -> Entry {
        let (repository, attempt, task) = (self.repository.clone(), self.attempt.clone(), self.task.clone());
        let at = Timestamp::now().to_string();
        Entry { schema: SCHEMA, id, at, repository, attempt, task, actor: None, trusted: true, fact }
    }

    /// Runs that collided wait differently long.
    fn spread(&self, claim: &str) -> Duration {
        let sum: u32 = claim.bytes().map(u32::from).sum();
        self.pause * (sum % 16) / 16
    }
}

/// What a run spent whose money was not set aside: caps that come later must know of it. A proposal's own figures come from
/// a job that ran foreign code; more than its cap it cannot have spent.
pub fn without_caps(record: &AttemptRecord, most: f64) -> Option<Entry> {
    let usd = if record.cost_usd.is_finite() { record.cost_usd.clamp(0.0, most) } else { 0.0 };
    let fact = Fact::Spend(Spend { state: SpendState::Settled, usd, model: None, tokens: record.tokens });
    (usd > 0.0).then(|| Entry {
        schema: SCHEMA,
        id: format!("spent-{}", record.attempt),
        at: record.ended.clone(),
        repository: record.repository.clone(),
        attempt: Some(record.attempt.clone()),
        task: Some(record.task.clone()),
        actor: None,
        trusted: true,
        fact,
    })
}

/// After a run: under a cap the money was written down before it was spent.
pub fn account(store: &dyn Store, budget: &Budget, record: &AttemptRecord) -> Result<()> {
    let is_capped = budget.usd_per_day.is_some() || budget.usd_per_month.is_some();
    match without_caps(record, budget.usd).filter(|_| !is_capped) {
        Some(entry) => store.append(&[entry]).map(drop),
        None => Ok(()),
    }
}

/// Whether a run ended because of a cap: the next attempt would end the same way.
pub fn is_by_cap(reason: &str) -> bool {
    reason.starts_with("budget.usd-per-")
}

#[cfg(test)]
mod tests;
