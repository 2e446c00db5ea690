//! Questions to a ledger: rows that match, newest first, and sums over all of them. Only what is asked for is read of a
//! record, and many are read at once.

use super::Chunk;
use super::files::quoted;
use super::line::RUN;
use crate::record::SCHEMA;
use anyhow::Result;
use memchr::memmem;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// What is asked; what is `None` or empty is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// RFC 3339, or the beginning of one; this time and later.
    pub since: Option<String>,
    /// The same; before this time.
    pub until: Option<String>,
    pub task: Option<String>,
    pub outcome: Option<String>,
    pub hand: Option<String>,
    pub class: Option<String>,
    pub signature: Option<String>,
    /// [`RUN`] for attempts, else the kind of a fact; empty: everything.
    pub kinds: Vec<String>,
    pub repository: Option<String>,
    /// So many rows.
    pub limit: usize,
    /// Sums in this order instead of rows.
    pub by: Option<By>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Hand,
    Class,
    Outcome,
    Day,
    Repository,
    Kind,
}

impl By {
    pub const ALL: [By; 6] = [By::Hand, By::Class, By::Outcome, By::Day, By::Repository, By::Kind];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Class => "class",
            Self::Outcome => "outcome",
            Self::Day => "day",
            Self::Repository => "repository",
            Self::Kind => "kind",
        }
    }
}

/// The words of one record or fact that a list shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Row {
    pub kind: String,
    pub id: String,
    pub at: String,
    pub repository: Option<String>,
    pub task: Option<String>,
    pub outcome: Option<String>,
    pub hand: Option<String>,
    pub class: Option<String>,
    pub signature: Option<String>,
    pub seconds: f64,
    pub tokens: u64,
    pub cost_usd: f64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Sum {
    /// Empty: the rows have no such word.
    pub key: String,
    pub count: u64,
    /// Of them, attempts that ended with a repair.
    pub repaired: u64,
    pub seconds: f64,
    pub tokens: u64,
    pub cost_usd: f64,
}

/// The outcomes that are a repair.
pub const REPAIRED: [&str; 2] = ["fixed", "proposed"];

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Answer {
    /// How many matched.
    pub matched: u64,
    /// The newest of them.
    pub rows: Vec<Row>,
    /// By [`Query::by`], sorted by their key.
    pub sums: Vec<Sum>,
    /// What could not be read, for people.
    pub notes: Vec<String>,
}

/// Borrowed where there is no escape in it.
#[derive(Deserialize)]
#[serde(transparent)]
struct Word<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize, Default)]
struct Seconds {
    #[serde(default)]
    total: f64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tokens {
    input: u64,
    output: u64,
    cache_read: u64,
    cache_write: u64,
}

/// What costs in a fact, and what it is about.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Data<'a> {
    usd: f64,
    cost_usd: f64,
    tokens: Option<Tokens>,
    #[serde(borrow)]
    state: Option<Word<'a>>,
    #[serde(borrow)]
    hand: Option<Word<'a>>,
    #[serde(borrow)]
    class: Option<Word<'a>>,
    #[serde(borrow)]
    signature: Option<Word<'a>>,
}

/// Of a record or fact what a question may be about; everything may be missing.
#[derive(Deserialize)]
struct Brief<'a> {
    #[serde(default)]
    schema: u32,
    #[serde(borrow)]
    kind: Option<Word<'a>>,
    #[serde(borrow)]
    id: Option<Word<'a>>,
    #[serde(borrow)]
    at: Option<Word<'a>>,
    #[serde(borrow)]
    attempt: Option<Word<'a>>,
    #[serde(borrow)]
    started: Option<Word<'a>>,
    #[serde(borrow)]
    task: Option<Word<'a>>,
    #[serde(borrow)]
    repository: Option<Word<'a>>,
    #[serde(borrow)]
    outcome: Option<Word<'a>>,
    #[serde(borrow)]
    hand: Option<Word<'a>>,
    #[serde(borrow)]
    class: Option<Word<'a>>,
    #[serde(borrow)]
    signature: Option<Word<'a>>,
    seconds: Option<Seconds>,
    tokens: Option<Tokens>,
    #[serde(default)]
    cost_usd: f64,
    #[serde(borrow)]
    data: Option<Data<'a>>,
}

impl<'a> Brief<'a> {
    fn kind(&self) -> &str {
        self.kind.as_ref().map_or(RUN, |kind| &kind.0)
    }

    fn at(&self) -> &str {
        self.at.as_ref().or(self.started.as_ref()).map_or("", |at| &at.0)
    }

    fn id(&self) -> &str {
        // A fact may name its attempt, too.
        let id = if self.kind.is_some() { &self.id } else { &self.attempt };
        id.as_ref().map_or("", |id| &id.0)
    }

    /// A word of the record itself, else of what the fact says.
    fn word<'s>(own: &'s Option<Word<'a>>, data: Option<&'s Option<Word<'a>>>) -> Option<&'s str> {
        own.as_ref().or_else(|| data.and_then(Option::as_ref)).map(|word| &*word.0)
    }

    fn outcome(&self) -> Option<&str> {
        Self::word(&self.outcome, self.data.as_ref().map(|data| &data.state))
    }

    fn hand(&self) -> Option<&str> {
        Self::word(&self.hand, self.data.as_ref().map(|data| &data.hand))
    }

    fn class(&self) -> Option<&str> {
        Self::word(&self.class, self.data.as_ref().map(|data| &data.class))
    }

    fn signature(&self) -> Option<&str> {
        Self::word(&self.signature, self.data.as_ref().map(|data| &data.signature))
    }

    fn tokens(&self) -> u64 {
        let tokens = self.tokens.as_ref().or_else(|| self.data.as_ref().and_then(|data| data.tokens.as_ref()));
        tokens.map_or(0, |t| [t.output, t.cache_read, t.cache_write].iter().fold(t.input, |a, b| a.saturating_add(*b)))
    }

    fn cost(&self) -> f64 {
        self.cost_usd + self.data.as_ref().map_or(0.0, |data| data.usd + data.cost_usd)
    }

    /// Set aside is not spent; and where attempts are counted, too, what a run spent is in its record.
    fn is_spent_elsewhere(&self, query: &Query) -> bool {
        let is_reserved = self.kind() == "spend" && self.outcome() == Some("reserved");
        let of_attempt = query.kinds.is_empty() && self.kind.is_some() && self.attempt.is_some();
        is_reserved || of_attempt
    }

    fn seconds(&self) -> f64 {
        self.seconds.as_ref().map_or(0.0, |seconds| seconds.total)
    }

    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (Self::word(&self.repository, None), self.kind.is_none(), self.id()).hash(&mut hasher);
        hasher.finish()
    }

    fn row(&self) -> Row {
        let owned = |word: Option<&str>| word.map(str::to_owned);
        Row {
            kind: self.kind().to_owned(),
            id: self.id().to_owned(),
            at: self.at().to_owned(),
            repository: owned(Self::word(&self.repository, None)),
            task: owned(Self::word(&self.task, None)),
            outcome: owned(self.outcome()),
            hand: owned(self.hand()),
            class: owned(self.class()),
            signature: owned(self.signature()),
            seconds: self.seconds(),
            tokens: self.tokens(),
            cost_usd: self.cost(),
        }
    }
}

impl Query {
    /// The words that a matching record must have, as they stand in JSON.
    fn needles(&self) -> Vec<memmem::Finder<'static>> {
        let words = [&self.task, &self.outcome, &self.hand, &self.class, &self.signature, &self.repository];
        let finder = |word: &str| memmem::Finder::new(&quoted(word)).into_owned();
        words.into_iter().flatten().map(|word| finder(word)).collect()
    }

    fn takes(&self, brief: &Brief) -> bool {
        let is = |wanted: &Option<String>, word: Option<&str>| wanted.is_none() || wanted.as_deref() == word;
        (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == brief.kind()))
            && self.since.as_deref().is_none_or(|since| brief.at() >= since)
            && self.until.as_deref().is_none_or(|until| brief.at() < until)
            && is(&self.task, Brief::word(&brief.task, None))
            && is(&self.repository, Brief::word(&brief.repository, None))
            && is(&self.outcome, brief.outcome())
            && is(&self.hand, brief.hand())
            && is(&self.class, brief.class())
            && is(&self.signature, brief.signature())
    }

    fn key(&self, brief: &Brief) -> String {
        match self.by {
            None => String::new(),
            Some(By::Hand) => brief.hand().unwrap_or_default().to_owned(),
            Some(By::Class) => brief.class().unwrap_or_default().to_owned(),
            Some(By::Outcome) => brief.outcome().unwrap_or_default().to_owned(),
            Some(By::Day) => brief.at().get(..10).unwrap_or_default().to_owned(),
            Some(By::Repository) => Brief::word(&brief.repository, None).unwrap_or_default().to_owned(),
            Some(By::Kind) => brief.kind().to_owned(),
        }
    }
}

/// What one thread found in its share of the pieces. Hashes tell which are of the same key.
#[derive(Default)]
struct Found {
    /// `None`: it does not match, and neither may an older version of it.
    rows: Vec<(u64, Option<Match>)>,
    newer: u64,
    notes: Vec<String>,
}

struct Match {
    row: Option<Row>,
    key: String,
    repaired: bool,
    seconds: f64,
    tokens: u64,
    cost_usd: f64,
}

/// Takes chunks of a ledger as they are read.
type Each<'e> = &'e mut dyn FnMut(Vec<Chunk>) -> Result<()>;

pub(super) fn answer(query: &Query, scan: impl FnOnce(Each) -> Result<()>) -> Result<Answer> {
    let mut tally = Tally { query, seen: HashSet::new(), answer: Answer::default(), sums: BTreeMap::new(), newer: 0 };
    let needles = query.needles();
    scan(&mut |chunks| {
        for found in read(&chunks, query, &needles) {
            tally.add(found);
        }
        Ok(())
    })?;
    Ok(tally.end())
}

/// One result for each share, in the order of the chunks.
fn read(chunks: &[Chunk], query: &Query, needles: &[memmem::Finder]) -> Vec<Found> {
    let pieces: Vec<(&Chunk, &[u8])> =
        chunks.iter().flat_map(|chunk| chunk.pieces().into_iter().map(move |piece| (chunk, piece))).collect();
    let share = |share: &[(&Chunk, &[u8])]| {
        let mut found = Found::default();
        for (chunk, piece) in share {
            // A small file may be the newer version of a line of its month, matching or not.
            if !chunk.is_lines || needles.iter().all(|needle| needle.find(piece).is_some()) {
                found.look(chunk, piece, query);
            }
        }
        found
    };
    pieces.par_chunks(2048).map(share).collect()
}

impl Found {
    fn look(&mut self, chunk: &Chunk, piece: &[u8], query: &Query) {
        let brief: Brief = match serde_json::from_slice(piece) {
            Ok(brief) => brief,
            Err(error) => return self.notes.push(format!("{}: skipped: not a record: {error}", chunk.place)),
        };
        if !query.takes(&brief) {
            if !chunk.is_lines {
                self.rows.push((brief.hash(), None));
            }
            return;
        }
        self.newer += u64::from(brief.schema > SCHEMA);
        let is_counted = !brief.is_spent_elsewhere(query);
        let found = Match {
            row: query.by.is_none().then(|| brief.row()),
            key: query.key(&brief),
            repaired: brief.kind.is_none() && brief.outcome().is_some_and(|outcome| REPAIRED.contains(&outcome)),
            seconds: brief.seconds(),
            tokens: if is_counted { brief.tokens() } else { 0 },
            cost_usd: if is_counted { brief.cost() } else { 0.0 },
        };
        self.rows.push((brief.hash(), Some(found)));
    }
}

struct Tally<'q> {
    query: &'q Query,
    seen: HashSet<u64>,
    answer: Answer,
    sums: BTreeMap<String, Sum>,
    newer: u64,
}

impl Tally<'_> {
    fn add(&mut self, found: Found) {
        self.answer.notes.extend(found.notes);
        self.newer += found.newer;
        for (hash, found) in found.rows {
            let is_new = self.seen.insert(hash);
            let Some(found) = found.filter(|_| is_new) else { continue };
            self.answer.matched += 1;
            self.answer.rows.extend(found.row);
            if self.query.by.is_some() {
                let sum = self.sums.entry(found.key).or_default();
                sum.count += 1;
                sum.repaired += u64::from(found.repaired);
                sum.seconds += found.seconds;
                sum.tokens = sum.tokens.saturating_add(found.tokens);
                sum.cost_usd += found.cost_usd;
            }
        }
        if self.answer.rows.len() > self.query.limit.saturating_mul(4).max(4096) {
            self.trim();
        }
    }

    fn trim(&mut self) {
        self.answer.rows.sort_by(|a, b| (&b.at, &b.id).cmp(&(&a.at, &a.id)));
        self.answer.rows.truncate(self.query.limit);
    }

    fn end(mut self) -> Answer {
        self.trim();
        if self.newer > 0 {
            let many = crate::report::count(usize::try_from(self.newer).unwrap_or(usize::MAX), "record");
            self.answer.notes.push(format!("{many} written by a newer version: what this one knows of them is shown"));
        }
        self.answer.sums = self.sums.into_iter().map(|(key, sum)| Sum { key, ..sum }).collect();
        self.answer
    }
}

/// Whether a line is an attempt's record, and its time; `None` for what cannot be read.
pub(super) fn when(line: &[u8]) -> Option<(bool, String)> {
    #[derive(Deserialize)]
    struct When<'a> {
        #[serde(borrow)]
        kind: Option<Word<'a>>,
        #[serde(borrow)]
        started: Option<Word<'a>>,
    }
    let when: When = serde_json::from_slice(line).ok()?;
    Some((when.kind.is_none(), when.started.map(|at| at.0.into_owned()).unwrap_or_default()))
}
