//! Many runs at one cap: threads on a folder, and on the branch of the local twin of GitHub.

use super::*;
use crate::forge::local::Local;
use crate::git::Repo;
use crate::ledger::{Branch, Chunk, Directory, Entries, Line, Listed, Put, Spooled, Taken};
use crate::record::AttemptRecord;
use proptest::prelude::*;
use std::sync::{Arc, Barrier};

fn purse<'a>(store: Opens<'a>, caps: Caps, run: f64) -> Purse<'a> {
    let pause = Duration::from_millis(2);
    Purse { store, late: store, caps, run, repository: None, attempt: None, task: None, pause }
}

/// What each of `runs` runs that start at once gets.
fn race(store: Opens, caps: Caps, run: f64, runs: usize) -> Vec<Result<Reserved, Refused>> {
    let start = Barrier::new(runs);
    std::thread::scope(|scope| {
        let one = || {
            start.wait();
            purse(store, caps, run).reserve()
        };
        let all: Vec<_> = (0..runs).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn granted(all: &[Result<Reserved, Refused>]) -> f64 {
    all.iter().flatten().map(|reserved| reserved.usd).sum()
}

fn folder<'a>(dir: &std::path::Path) -> Result<Box<dyn Store + 'a>> {
    Ok(Box::new(Directory::new(dir, Arc::new(str::to_owned))))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever the figures: together they never get more than there is, and somebody gets something.
    #[test]
    fn the_last_dollar_is_given_once(cents in 0u32..500, run in 1u32..300, runs in 2usize..6, by_day: bool) {
        let dir = tempfile::tempdir().unwrap();
        let opens = || folder(dir.path());
        let cap = f64::from(cents) / 100.0;
        let caps = if by_day {
            Caps { day: Some(cap), month: None }
        } else {
            Caps { day: Some(1e6), month: Some(cap) }
        };
        let all = race(&opens, caps, f64::from(run) / 100.0, runs);
        let sum = granted(&all);
        prop_assert!(sum <= cap + DUST, "{all:?}");
        prop_assert!(cents < 2 || sum > 0.0, "{all:?}");
        // What was withdrawn is free again.
        let book = purse(&opens, caps, 1.0).book(opens().unwrap().as_ref()).unwrap();
        let open: f64 = book.open.iter().map(|claim| claim.usd).sum();
        prop_assert!((open - sum).abs() < DUST, "{open} is set aside, {sum} was granted");
    }
}

#[test]
fn the_cap_holds_on_the_branch_of_a_forge() {
    let dir = tempfile::tempdir().unwrap();
    Repo::init_bare(&dir.path().join("bare")).unwrap();
    let slug = RepoSlug::parse("o/r").unwrap();
    let (bare, hub) = (dir.path().join("bare"), dir.path().join("hub"));
    let forge = Local::open(slug, &bare, &hub, Arc::new(str::to_owned)).unwrap();
    let branch = crate::ids::BranchName::parse("thanos/ledger").unwrap();
    let opens = || {
        let store = Branch::new(&forge, branch.clone()).with_pause(Duration::from_millis(3));
        Ok(Box::new(store) as Box<dyn Store>)
    };
    let caps = Caps { day: Some(2.0), month: None };
    let all = race(&opens, caps, 1.0, 4);
    assert!(granted(&all) <= 2.0 + DUST && granted(&all) > 0.0, "{all:?}");
    let first = all.iter().flatten().next().unwrap();
    purse(&opens, caps, 1.0).settle(&first.claim, 0.25, Some("m"), Tokens::default()).unwrap();
    let book = purse(&opens, caps, 1.0).book(opens().unwrap().as_ref()).unwrap();
    assert_eq!((book.day, book.open.len() + 1), (0.25, all.iter().flatten().count()));
}

#[test]
fn what_is_spent_is_gone_and_what_is_not_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let opens = || folder(dir.path());
    let caps = Caps { day: Some(1.5), month: Some(9.0) };
    let purse = purse(&opens, caps, 1.0);
    let first = purse.reserve().unwrap();
    assert_eq!((first.usd, first.by), (1.0, "budget.usd"));
    let second = purse.reserve().unwrap();
    assert_eq!((second.usd, second.by), (0.5, "budget.usd-per-day"));
    let refused = purse.reserve().unwrap_err();
    assert_eq!(refused.about, "budget.usd-per-day");
    assert!(is_by_cap(&refused.why) && refused.why.contains("$1.50 set aside"), "{}", refused.why);
    purse.settle(&first.claim, 0.2, None, Tokens::default()).unwrap();
    assert!((purse.reserve().unwrap().usd - 0.8).abs() < DUST);
    purse.tell(&refused).unwrap();
    let wanted = Wanted { kinds: vec!["decision".to_owned()], ..Wanted::default() };
    let told = opens().unwrap().entries(&wanted).unwrap().entries;
    assert!(matches!(&told[0].fact, Fact::Decision(d) if d.about == "cap" && d.choice == "budget.usd-per-day"));
}

/// A ledger that goes away while a model is asked: what that cost waits with the run's record.
#[test]
fn what_was_spent_waits_where_the_ledger_is_away() {
    let dir = tempfile::tempdir().unwrap();
    let (opens, spool) = (|| folder(&dir.path().join("ledger")), dir.path().join("spool"));
    let kept = || Directory::new(&spool, Arc::new(str::to_owned));
    let away = || -> Result<Box<dyn Store>> {
        Ok(Box::new(Spooled::new(Box::new(Broken { is_readable: true }), kept(), |_| {})))
    };
    let purse = Purse { late: &away, ..purse(&opens, Caps { day: Some(1.0), month: None }, 1.0) };
    let reserved = purse.reserve().unwrap();
    purse.settle(&reserved.claim, 0.25, None, Tokens::default()).unwrap();
    let there = Spooled::new(opens().unwrap(), kept(), |_| {});
    assert_eq!(there.deliver().unwrap().written, 1);
    let book = purse.book(opens().unwrap().as_ref()).unwrap();
    assert_eq!((book.day, book.open.len()), (0.25, 0));
}

/// Answers nothing, or takes nothing.
struct Broken {
    is_readable: bool,
}

impl Store for Broken {
    fn place(&self) -> String {
        "nowhere".to_owned()
    }

    fn put(&self, _: &AttemptRecord) -> Result<Put> {
        anyhow::bail!("no")
    }

    fn append(&self, _: &[Entry]) -> Result<Vec<Put>> {
        anyhow::bail!("the token lacks contents: write")
    }

    fn entries(&self, _: &Wanted) -> Result<Entries> {
        if self.is_readable { Ok(Entries::default()) } else { anyhow::bail!("the disk is gone") }
    }

    fn list(&self, _: Option<&TaskKey>, _: usize) -> Result<Listed> {
        anyhow::bail!("no")
    }

    fn get(&self, _: &AttemptName) -> Result<Option<Line>> {
        anyhow::bail!("no")
    }

    fn scan(&self, _: Option<&str>, _: &mut dyn FnMut(Vec<Chunk>) -> Result<()>) -> Result<()> {
        anyhow::bail!("no")
    }

    fn mark(&self) -> Result<String> {
        anyhow::bail!("no")
    }

    fn take(&self, _: &[Line]) -> Result<Taken> {
        anyhow::bail!("no")
    }

    fn compact(&self, _: &str) -> Result<Taken> {
        anyhow::bail!("no")
    }
}

#[test]
fn without_the_ledger_no_model_is_asked() {
    for (is_readable, why) in [(false, "the disk is gone"), (true, "the token lacks contents: write")] {
        let opens = move || Ok(Box::new(Broken { is_readable }) as Box<dyn Store>);
        let purse = purse(&opens, Caps { day: None, month: Some(5.0) }, 1.0);
        let refused = purse.reserve().unwrap_err();
        assert_eq!(refused.about, "ledger");
        assert!(refused.why.starts_with("budget.usd-per-month cannot be kept without the ledger"), "{}", refused.why);
        assert!(refused.why.contains(why), "{}", refused.why);
    }
}

/// A clock that is behind must not push a run that was there before out of its place.
#[test]
fn a_late_writer_with_an_early_clock_gets_nothing_that_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let opens = || folder(dir.path());
    let purse = purse(&opens, Caps { day: Some(1.0), month: None }, 1.0);
    let first = purse.reserve().unwrap();
    let mut early = purse.entry(
        "spend-0".to_owned(),
        Fact::Spend(Spend { state: SpendState::Reserved, usd: 1.0, model: None, tokens: Tokens::default() }),
    );
    early.at = (Timestamp::now() - jiff::SignedDuration::from_mins(5)).to_string();
    opens().unwrap().append(&[early]).unwrap();
    let book = purse.book(opens().unwrap().as_ref()).unwrap();
    // It comes first in the order, and still there is nothing left for it while the other holds the dollar.
    assert_eq!(book.left_in_order(&purse.caps, "spend-0").unwrap().0, 1.0);
    assert_eq!(book.left(&purse.caps, "spend-0").unwrap().0, 0.0);
    assert_eq!(first.usd, 1.0);
}

#[test]
fn what_a_proposal_says_that_it_cost_is_bounded() {
    let mut record = crate::ledger::example("7-1-fix-issue-1", "2026-05-01T10:00:00Z");
    for (said, counted) in [(0.5, Some(0.5)), (1e9, Some(1.0)), (-5.0, None), (f64::NAN, None), (0.0, None)] {
        record.cost_usd = said;
        let entry = without_caps(&record, 1.0);
        let usd = entry.map(|entry| match entry.fact {
            Fact::Spend(spend) => spend.usd,
            _ => f64::NAN,
        });
        assert_eq!(usd, counted, "{said}");
    }
}
