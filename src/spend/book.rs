//! What a repository has spent and set aside, from its entries: pure arithmetic, so that every run comes to the same sum.

use crate::ids::RepoSlug;
use crate::record::entry::{Entry, Fact, Spend, SpendState};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A reservation that nobody settled is forgotten then: its run is long over. One that far in the future is of a clock that
/// was wrong, and would count for ever.
const FORGOTTEN: i64 = 24 * 3600;
/// Behind the id of a reservation: the entry that ends it.
const SETTLED: &str = "-settled";

/// The most that may be spent, all runs of a repository together. Days and months are UTC's.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Caps {
    pub day: Option<f64>,
    pub month: Option<f64>,
}

impl Caps {
    pub fn is_none(&self) -> bool {
        self.day.is_none() && self.month.is_none()
    }
}

/// A reservation that counts: its id is its claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub id: String,
    /// RFC 3339, as its run's clock said.
    pub at: String,
    pub usd: f64,
}

/// What counts against the caps now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Book {
    /// Spent today and this month.
    pub day: f64,
    pub month: f64,
    /// Set aside by runs that are under way, in the order of their entries.
    pub open: Vec<Claim>,
}

/// A cap that leaves nothing, or not enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// As the configuration calls it.
    pub key: &'static str,
    pub cap: f64,
    pub spent: f64,
    pub reserved: f64,
}

impl Hit {
    /// For people; names the mend.
    pub fn sentence(&self) -> String {
        let Self { key, cap, .. } = self;
        // A sum of nothing is -0 in floating point.
        let (spent, reserved) = (self.spent + 0.0, self.reserved + 0.0);
        format!("{key} is ${cap:.2}: ${spent:.2} of it are spent and ${reserved:.2} set aside by other runs")
    }
}

pub fn id_of_settled(claim: &str) -> String {
    format!("{claim}{SETTLED}")
}

/// The oldest time that can matter, for the question to the store.
pub fn since(now: Timestamp) -> String {
    let month = format!("{}-01T00:00:00Z", &now.to_string()[..7]);
    let forgotten = now - jiff::SignedDuration::from_secs(FORGOTTEN);
    // Clocks differ: an hour more costs nothing.
    let oldest = month.parse::<Timestamp>().map_or(forgotten, |month| month.min(forgotten));
    (oldest - jiff::SignedDuration::from_hours(1)).to_string()
}

impl Book {
    /// Entries of other repositories, of other kinds, and amounts that cannot be meant, do not count. What is told twice
    /// counts once.
    pub fn of(entries: &[Entry], repository: Option<&RepoSlug>, now: Timestamp) -> Self {
        let mut spends: BTreeMap<&str, (&Entry, &Spend)> = BTreeMap::new();
        let ours = entries.iter().filter(|entry| repository.is_none() || entry.repository.as_ref() == repository);
        for entry in ours {
            if let Fact::Spend(spend) = &entry.fact {
                spends.entry(&entry.id).or_insert((entry, spend));
            }
        }
        let mut book = Self::default();
        let today = now.to_string();
        for (id, (entry, spend)) in &spends {
            let usd = if spend.usd.is_finite() { spend.usd.max(0.0) } else { 0.0 };
            match spend.state {
                SpendState::Settled => {
                    book.day += if same(&entry.at, &today, 10) { usd } else { 0.0 };
                    book.month += if same(&entry.at, &today, 7) { usd } else { 0.0 };
                }
                SpendState::Reserved if spends.contains_key(id_of_settled(id).as_str()) => {}
                SpendState::Reserved if is_forgotten(&entry.at, now) => {}
                SpendState::Reserved => {
                    book.open.push(Claim { id: (*id).to_owned(), at: entry.at.clone(), usd });
                }
            }
        }
        book.open.sort_by(|a, b| (&a.at, &a.id).cmp(&(&b.at, &b.id)));
        book
    }

    /// What is left for `claim` under the narrowest cap, and that cap.
    pub fn left(&self, caps: &Caps, claim: &str) -> Option<(f64, Hit)> {
        self.under(caps, self.open.iter().filter(|other| other.id != claim))
    }

    /// The same if those that come after `claim` in the order of entries took theirs back.
    pub fn left_in_order(&self, caps: &Caps, claim: &str) -> Option<(f64, Hit)> {
        self.under(caps, self.open.iter().take_while(|other| other.id != claim))
    }

    fn under<'a>(&self, caps: &Caps, others: impl Iterator<Item = &'a Claim>) -> Option<(f64, Hit)> {
        let reserved = others.map(|other| other.usd).sum();
        let of = |key, cap: Option<f64>, spent: f64| {
            cap.map(|cap| (cap - spent - reserved, Hit { key, cap, spent, reserved }))
        };
        let both = [of("budget.usd-per-day", caps.day, self.day), of("budget.usd-per-month", caps.month, self.month)];
        both.into_iter().flatten().min_by(|(a, _), (b, _)| a.total_cmp(b))
    }
}

fn same(at: &str, now: &str, length: usize) -> bool {
    at.get(..length).is_some_and(|at| Some(at) == now.get(..length))
}

/// A time that cannot be read never ends a reservation by itself: the cap must hold.
fn is_forgotten(at: &str, now: Timestamp) -> bool {
    at.parse::<Timestamp>().is_ok_and(|at| now.duration_since(at).as_secs().abs() > FORGOTTEN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::SCHEMA;

    fn spend(id: &str, at: &str, state: SpendState, usd: f64) -> Entry {
        let fact = Fact::Spend(Spend { state, usd, model: None, tokens: Default::default() });
        let at = at.to_owned();
        Entry {
            schema: SCHEMA,
            id: id.to_owned(),
            at,
            repository: None,
            attempt: None,
            task: None,
            actor: None,
            trusted: true,
            fact,
        }
    }

    fn now() -> Timestamp {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn days_and_months_count_apart_and_reservations_until_they_end() {
        use SpendState::{Reserved, Settled};
        let entries = [
            spend("a", "2026-03-02T01:00:00Z", Settled, 1.0),
            spend("a", "2026-03-02T01:00:00Z", Settled, 1.0),
            spend("b", "2026-03-01T23:59:59Z", Settled, 2.0),
            spend("c", "2026-02-28T12:00:00Z", Settled, 4.0),
            spend("d", "2026-03-02T11:00:00Z", Reserved, 8.0),
            spend("e", "2026-03-02T11:30:00Z", Reserved, 16.0),
            spend("e-settled", "2026-03-02T11:40:00Z", Settled, 0.5),
            spend("f", "2026-03-01T11:59:00Z", Reserved, 32.0),
            spend("g", "2026-03-02T10:00:00Z", Settled, f64::NAN),
            spend("h", "2026-03-02T10:00:00Z", Settled, -64.0),
            spend("i", "no time", Reserved, 0.25),
            spend("j", "2026-03-03T11:00:00Z", Reserved, 0.5),
            spend("k", "2099-03-03T11:00:00Z", Reserved, 64.0),
        ];
        let book = Book::of(&entries, None, now());
        assert_eq!((book.day, book.month), (1.5, 3.5));
        assert_eq!(book.open.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["d", "j", "i"]);
        let (left, hit) = book.left(&Caps { day: Some(20.0), month: Some(13.0) }, "d").unwrap();
        assert_eq!((left, hit.key), (13.0 - 3.5 - 0.75, "budget.usd-per-month"));
        let caps = Caps { day: Some(10.0), month: None };
        assert_eq!(book.left(&caps, "d").unwrap().0, 10.0 - 1.5 - 0.75);
        assert_eq!(book.left_in_order(&caps, "d").unwrap().0, 10.0 - 1.5);
        assert_eq!(book.left_in_order(&caps, "i").unwrap().0, 10.0 - 1.5 - 8.5);
        assert!(book.left(&Caps::default(), "").is_none());
    }

    #[test]
    fn what_is_asked_of_the_store_reaches_back_far_enough() {
        assert_eq!(since(now()), "2026-02-28T23:00:00Z");
        assert_eq!(since("2026-03-01T06:00:00Z".parse().unwrap()), "2026-02-28T05:00:00Z");
    }

    #[test]
    fn other_repositories_do_not_count() {
        let mut other = spend("a", "2026-03-02T01:00:00Z", SpendState::Settled, 1.0);
        let (a, b) = (RepoSlug::parse("o/a").unwrap(), RepoSlug::parse("o/b").unwrap());
        other.repository = Some(b.clone());
        let entries = [other];
        assert_eq!(Book::of(&entries, Some(&a), now()).day, 0.0);
        assert_eq!(Book::of(&entries, Some(&b), now()).day, 1.0);
    }
}
