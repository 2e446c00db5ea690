//! The ledger in PostgreSQL, for teams that outgrew a branch: every record and fact word for word in `records`, and
//! beside it in the columns of a table of its kind. Many repositories share one database.

mod session;
mod table;

use super::line::{Key, Line, RUN, Taken};
use super::query::{self, REPAIRED};
use super::{Answer, By, Chunk, Damaged, Entries, Listed, Put, Query, Row, Store, Sum, Wanted};
use crate::forge::Mask;
use crate::ids::{AttemptName, RepoSlug, TaskKey};
use crate::record::AttemptRecord;
use crate::record::entry::Entry;
use anyhow::{Context as _, Result, bail};
use rayon::prelude::*;
use serde_json::Value;
pub use session::Away;
use session::{Pool, said};
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;
use table::{Table, instant, plain};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row as Found, Transaction};

/// In order; each is applied once, in a transaction.
const MIGRATIONS: &[&str] = &[include_str!("0001.sql"), include_str!("0002.sql"), include_str!("0003.sql")];
/// So many of them have what is read and written; the others change views.
const NEEDED: usize = 1;
/// Any number that nobody else uses: whoever migrates holds it.
const LOCK: i64 = 0x7468_616e_6f73;
/// So many rows go in one statement.
const BATCH: usize = 1000;
/// So many statements of an import run at the same time: a small server has few connections.
const WRITERS: usize = 4;
/// So many are read at once.
const READ: usize = 4096;
/// A run does not wait longer for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Postgres {
    pool: Pool,
    /// Only this one's are read; `None`: all.
    repository: Option<String>,
    mask: Mask,
}

/// What of the URL must never be shown: it and its password, as it stands there and decoded.
pub fn secrets_of(url: &str) -> Vec<String> {
    session::secrets_of(url)
}

impl Postgres {
    /// Nothing is connected until the first question.
    pub fn open(url: &str, repository: Option<&RepoSlug>, mask: Mask) -> Result<Self> {
        let repository = repository.map(|slug| slug.as_str().to_owned());
        Ok(Self { pool: Pool::new(url, PATIENCE)?, repository, mask })
    }

    /// For imports and reports, which may take longer than a run may wait.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.pool.set_patience(patience);
        self
    }

    fn line(&self, value: Result<Line>) -> Result<Line> {
        let mut line = value?;
        // A record of a terminal, or of before there were many in one place.
        if line.repository.is_none() {
            line.repository.clone_from(&self.repository);
        }
        Ok(line)
    }

    /// One transaction for each batch, some at once: the server works while the next is prepared, and as no two batches
    /// have a key in common none waits for another. What is not written was there.
    fn write(&self, lines: &[Line], mode: Mode) -> Result<Vec<Put>> {
        let newest = newest(lines);
        let many = newest.len().div_ceil(BATCH);
        let written = newest.par_chunks(BATCH).with_min_len(many.div_ceil(WRITERS)).map(|batch| {
            let written = self.pool.with(async |client: &mut Client| write(client, batch, mode).await);
            written.with_context(|| format!("cannot write to the {}", self.pool.place()))
        });
        let mut written: HashSet<Key> = written.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
        let put = |line: &Line| if written.remove(&line.key()) { Put::Written } else { Put::Unchanged };
        Ok(lines.iter().map(put).collect())
    }

    fn ask(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Found>> {
        let asked = self.pool.with(async |client: &mut Client| client.query(sql, parameters).await.map_err(said));
        asked.with_context(|| format!("cannot read the {}", self.pool.place()))
    }

    /// Whether what lies there under the name of an attempt is none of the same task.
    fn is_anothers(&self, line: &Line) -> Result<bool> {
        let sql = "SELECT record::text, id FROM records WHERE repository = $1 AND id = $2 AND (kind = 'run') = $3";
        let repository = line.repository.as_deref().unwrap_or_default();
        let rows = self.ask(sql, &[&repository, &line.id, &line.is_run()])?;
        let is_another = |row: &Found| line_of(row).map_or(true, |there| there.task != line.task);
        Ok(rows.first().is_some_and(is_another))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// New content of a record replaces the old.
    Put,
    /// Only what ended later does.
    Take,
}

/// Applies the migrations that are missing. A database that is further than we are is used as it is: columns are only
/// ever added.
async fn migrate(client: &mut Client) -> Result<()> {
    const THERE: &str = "SELECT count(*) FROM thanos_migrations";
    let is_there = client.query_one("SELECT to_regclass('thanos_migrations') IS NOT NULL", &[]).await.map_err(said)?;
    let done = |count: i64| usize::try_from(count).unwrap_or(0);
    if is_there.get(0) {
        let done = done(client.query_one(THERE, &[]).await.map_err(said)?.get(0));
        // A user who may only read and write goes on with views that are older.
        let theirs = "SELECT coalesce(bool_or(NOT pg_has_role(relowner, 'USAGE')), false) FROM pg_class WHERE oid = to_regclass('run_overview')";
        if done >= MIGRATIONS.len()
            || done >= NEEDED && client.query_one(theirs, &[]).await.map_err(said)?.get::<_, bool>(0)
        {
            return Ok(());
        }
    }
    let transaction = client.transaction().await.map_err(said)?;
    transaction.query_one("SELECT 1 FROM pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(said)?;
    let make = "CREATE TABLE IF NOT EXISTS thanos_migrations (number int PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())";
    transaction.batch_execute(make).await.map_err(said).context("cannot make tables: give the user the right to")?;
    let first = done(transaction.query_one(THERE, &[]).await.map_err(said)?.get(0));
    for (number, sql) in MIGRATIONS.iter().enumerate().skip(first) {
        transaction.batch_execute(sql).await.map_err(said).with_context(|| format!("migration {}", number + 1))?;
        let number = i32::try_from(number + 1)?;
        transaction.execute("INSERT INTO thanos_migrations (number) VALUES ($1)", &[&number]).await.map_err(said)?;
    }
    transaction.commit().await.map_err(said)
}

/// One of each key, as a statement may touch a row once; in the order of the keys.
fn newest(lines: &[Line]) -> Vec<&Line> {
    let mut last: BTreeMap<Key, &Line> = BTreeMap::new();
    for line in lines {
        let key = line.key();
        if last.get(&key).is_none_or(|there| line.replaces(there)) {
            last.insert(key, line);
        }
    }
    last.into_values().collect()
}

/// Returns the keys of what was written; no two lines have the same.
async fn write(client: &mut Client, lines: &[&Line], mode: Mode) -> Result<HashSet<Key>> {
    let transaction = client.transaction().await.map_err(said)?;
    let written = write_records(&transaction, lines, mode).await?;
    let fresh: Vec<&Line> = lines.iter().copied().filter(|line| written.contains(&line.key())).collect();
    for table in table::TABLES {
        let of_it: Vec<&Line> = fresh.iter().copied().filter(|line| line.kind == table.kind).collect();
        if !of_it.is_empty() {
            write_columns(&transaction, table, &of_it).await?;
        }
    }
    transaction.commit().await.map_err(said)?;
    Ok(written)
}

/// What lies there and is no record is kept.
async fn write_records(transaction: &Transaction<'_>, lines: &[&Line], mode: Mode) -> Result<HashSet<Key>> {
    let newer = if mode == Mode::Put { "" } else { "AND records.ended < excluded.ended" };
    let sql = format!(
        "INSERT INTO records (repository, kind, id, at, ended, task, schema, record) \
         SELECT c0, c1, c2, c3::timestamptz, c4, c5, c6::bigint, c7::json \
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) \
         AS t(c0, c1, c2, c3, c4, c5, c6, c7) \
         ON CONFLICT (repository, id, (kind = 'run')) DO UPDATE SET record = excluded.record, ended = excluded.ended, \
         at = excluded.at, schema = excluded.schema \
         WHERE records.kind = 'run' AND records.task IS NOT DISTINCT FROM excluded.task \
         AND records.record::text <> excluded.record::text AND records.record::text LIKE '%\"attempt\"%' {newer} \
         RETURNING repository, kind = 'run', id"
    );
    let column = |of: &dyn Fn(&Line) -> Option<String>| lines.iter().map(|line| of(line)).collect::<Vec<_>>();
    let some = |text: &str| Some(plain(text));
    let columns = [
        column(&|line| Some(line.repository.clone().unwrap_or_default())),
        column(&|line| some(&line.kind)),
        column(&|line| some(&line.id)),
        column(&|line| Some(moment(line))),
        column(&|line| some(&line.ended)),
        column(&|line| line.task.as_deref().map(plain)),
        column(&|line| Some(line.schema.to_string())),
        column(&|line| Some(line.text.clone())),
    ];
    let parameters: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect();
    let rows = transaction.query(&sql, &parameters).await.map_err(said)?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// A time whose month is right but that is none otherwise counts as the month's beginning.
fn moment(line: &Line) -> String {
    let month = || instant(line.month()).unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned());
    instant(&line.at).unwrap_or_else(month)
}

async fn write_columns(transaction: &Transaction<'_>, table: &Table, lines: &[&Line]) -> Result<()> {
    let records = lines.iter().map(|line| Ok(serde_json::from_str(&line.text)?)).collect::<Result<Vec<Value>>>()?;
    let mut columns: Vec<Vec<Option<String>>> = vec![
        lines.iter().map(|line| Some(line.repository.clone().unwrap_or_default())).collect(),
        lines.iter().map(|line| Some(plain(&line.id))).collect(),
    ];
    for (_, kind, from) in table.all() {
        columns.push(records.iter().map(|record| table::value(record, kind, from)).collect());
    }
    let parameters: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect();
    transaction.execute(&table.insert(), &parameters).await.map_err(said).with_context(|| table.name)?;
    if table.kind == RUN { write_stages(transaction, lines, &records).await } else { Ok(()) }
}

async fn write_stages(transaction: &Transaction<'_>, lines: &[&Line], records: &[Value]) -> Result<()> {
    let mut columns: [Vec<String>; 4] = Default::default();
    for (line, record) in lines.iter().zip(records) {
        let guards = record["guards"].as_array().into_iter().flatten().filter_map(|guard| guard["seconds"].as_f64());
        let of = |name: &str| record["seconds"][name].as_f64();
        let stages = ["total", "collect", "prepare", "verify", "hands", "publish"].map(|stage| (stage, of(stage)));
        for (stage, seconds) in stages.into_iter().chain([("guards", Some(guards.sum::<f64>()))]) {
            let Some(seconds) = seconds else { continue };
            let values =
                [line.repository.clone().unwrap_or_default(), plain(&line.id), stage.to_owned(), seconds.to_string()];
            columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
        }
    }
    let sql = "INSERT INTO stage_timings (repository, id, stage, seconds) \
               SELECT c0, c1, c2, c3::double precision FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) \
               AS t(c0, c1, c2, c3) ON CONFLICT (repository, id, stage) DO UPDATE SET seconds = excluded.seconds";
    let [a, b, c, d] = &columns;
    transaction.execute(sql, &[a, b, c, d]).await.map_err(said).context("stage_timings")?;
    Ok(())
}

impl Store for Postgres {
    fn place(&self) -> String {
        self.pool.place()
    }

    fn put(&self, record: &AttemptRecord) -> Result<Put> {
        let line = self.line(Line::of_record(record, &*self.mask))?;
        let put = self.write(std::slice::from_ref(&line), Mode::Put)?[0];
        if put == Put::Unchanged && self.is_anothers(&line)? {
            bail!("the {} holds something else than attempt {}", self.place(), line.id);
        }
        Ok(put)
    }

    fn append(&self, entries: &[Entry]) -> Result<Vec<Put>> {
        let lines = entries.iter().map(|entry| self.line(Line::of_entry(entry, &*self.mask)));
        self.write(&lines.collect::<Result<Vec<_>>>()?, Mode::Take)
    }

    fn entries(&self, wanted: &Wanted) -> Result<Entries> {
        let sql = "SELECT record::text, id FROM records WHERE kind NOT IN ('run', 'transcript') AND ($1::text IS NULL OR repository = $1) \
                   AND ($2::text IS NULL OR repository = $2) AND (cardinality($3::text[]) = 0 OR kind = ANY($3)) \
                   AND ($4::text IS NULL OR task = $4) AND ($5::text IS NULL OR at >= $5::timestamptz) \
                   ORDER BY at DESC, id DESC LIMIT $6";
        let asked = wanted.repository.as_ref().map(RepoSlug::as_str);
        let task = wanted.task.as_ref().map(TaskKey::as_str);
        let since = wanted.since.as_deref().and_then(instant);
        let limit = if wanted.limit == 0 { None } else { Some(i64::try_from(wanted.limit)?) };
        let rows = self.ask(sql, &[&self.repository, &asked, &wanted.kinds, &task, &since, &limit])?;
        let mut found = Entries::default();
        for row in rows {
            match line_of(&row).and_then(|line| line.entry().map_err(|why| format!("{}: {why}", line.id))) {
                Ok(entry) if wanted.takes(&entry) => found.entries.push(entry),
                Ok(_) => {}
                Err(why) => found.notes.push(why),
            }
        }
        Ok(found)
    }

    fn list(&self, task: Option<&TaskKey>, limit: usize) -> Result<Listed> {
        let sql = "SELECT record::text, id FROM records WHERE kind = 'run' AND ($1::text IS NULL OR repository = $1) \
                   AND ($2::text IS NULL OR task = $2) ORDER BY at DESC, id DESC LIMIT $3";
        let rows = self.ask(sql, &[&self.repository, &task.map(TaskKey::as_str), &i64::try_from(limit)?])?;
        let mut listed = Listed::default();
        for row in rows {
            let line = match line_of(&row) {
                Ok(line) => line,
                Err(why) => {
                    listed.notes.push(why);
                    continue;
                }
            };
            if line.is_newer() {
                listed.notes.push(format!("{}: {}", line.id, line.newer()));
            }
            match line.record() {
                Ok(record) => listed.records.push(record),
                Err(why) => listed.notes.push(format!("{}: {why}", line.id)),
            }
        }
        Ok(listed)
    }

    fn get(&self, attempt: &AttemptName) -> Result<Option<Line>> {
        let sql = "SELECT record::text, id FROM records WHERE kind = 'run' AND id = $1 \
                   AND ($2::text IS NULL OR repository = $2) ORDER BY at DESC LIMIT 1";
        let rows = self.ask(sql, &[&attempt.as_str(), &self.repository])?;
        Ok(rows.first().map(line_of).transpose().map_err(Damaged)?)
    }

    fn scan(&self, since: Option<&str>, each: &mut dyn FnMut(Vec<Chunk>) -> Result<()>) -> Result<()> {
        self.stream(since, &[], each)
    }

    fn mark(&self) -> Result<String> {
        let sql = "SELECT count(*)::text || ' ' || coalesce(max(ended), '') FROM records \
                   WHERE $1::text IS NULL OR repository = $1";
        let rows = self.ask(sql, &[&self.repository])?;
        Ok(rows.first().map(|row| row.get::<_, &str>(0).to_owned()).unwrap_or_default())
    }

    fn take(&self, lines: &[Line]) -> Result<Taken> {
        let masked = lines.iter().map(|line| self.line(line.masked(&*self.mask))).collect::<Result<Vec<_>>>()?;
        let puts = self.write(&masked, Mode::Take)?;
        let mut taken = Taken::of(&puts);
        for (line, _) in masked.iter().zip(&puts).filter(|(line, put)| **put == Put::Unchanged && line.is_run()) {
            if self.is_anothers(line)? {
                taken.unchanged -= 1;
                taken.notes.push(format!("{} holds something else: left as it is", line.id));
            }
        }
        Ok(taken)
    }

    /// Rows are small already; what is kept ready for reports is made anew.
    fn compact(&self, _before: &str) -> Result<Taken> {
        let refreshed = self.pool.with(async |client: &mut Client| {
            client.batch_execute("REFRESH MATERIALIZED VIEW CONCURRENTLY system_stats").await.map_err(said)?;
            client.batch_execute("VACUUM ANALYZE records").await.map_err(said)?;
            client.batch_execute("VACUUM ANALYZE agent_runs").await.map_err(said)
        });
        refreshed.with_context(|| format!("cannot tidy the {}", self.place()))?;
        Ok(Taken::default())
    }

    fn query(&self, query: &Query) -> Result<Answer> {
        match *query.kinds == [RUN.to_owned()] {
            true => self.runs(query),
            false => query::answer(query, |each| self.stream(query.since.as_deref(), &query.kinds, each)),
        }
    }
}

/// The record in a row, or why it is none: somebody else may have written there.
fn line_of(row: &Found) -> Result<Line, String> {
    let (text, id): (&str, &str) = (row.get(0), row.get(1));
    Line::parse(text.as_bytes()).map_err(|error| format!("{id}: skipped: {error:#}"))
}

/// What of a question the columns of `agent_runs` answer.
const MATCHING: &str = "FROM agent_runs WHERE ($1::text IS NULL OR repository = $1) \
    AND ($2::text IS NULL OR repository = $2) AND ($3::text IS NULL OR started >= $3::timestamptz) \
    AND ($4::text IS NULL OR started < $4::timestamptz) AND ($5::text IS NULL OR task = $5) \
    AND ($6::text IS NULL OR outcome = $6) AND ($7::text IS NULL OR hand = $7) AND ($8::text IS NULL OR class = $8) \
    AND ($9::text IS NULL OR signature = $9)";

impl Postgres {
    /// Page after page by what the index has in order: no answer is held whole, and none takes long.
    fn stream(
        &self,
        since: Option<&str>,
        kinds: &[String],
        each: &mut dyn FnMut(Vec<Chunk>) -> Result<()>,
    ) -> Result<()> {
        let sql = "SELECT record::text, repository, id, kind = 'run' FROM records \
                   WHERE ($1::text IS NULL OR repository = $1) AND ($2::text IS NULL OR at >= $2::timestamptz) \
                   AND (cardinality($3::text[]) = 0 OR kind = ANY($3)) \
                   AND ($4::text IS NULL OR (repository, id, (kind = 'run')) > ($4, $5, $6)) \
                   ORDER BY repository, id, (kind = 'run') LIMIT $7";
        let since = since.and_then(|since| instant(since.get(..7.min(since.len()))?));
        let mut last: (Option<String>, String, bool) = (None, String::new(), false);
        loop {
            let page = i64::try_from(READ)?;
            let rows = self.ask(sql, &[&self.repository, &since, &kinds, &last.0, &last.1, &last.2, &page])?;
            let Some(end) = rows.last() else { return Ok(()) };
            last = (Some(end.get(1)), end.get(2), end.get(3));
            let text = rows.iter().map(|row| row.get::<_, &str>(0)).collect::<Vec<_>>().join("\n");
            each(vec![Chunk { place: self.place(), text: text.into_bytes(), is_lines: true }])?;
        }
    }

    fn runs(&self, query: &Query) -> Result<Answer> {
        let times = [&query.since, &query.until].map(|time| time.as_deref().and_then(instant));
        let filters: [&(dyn ToSql + Sync); 9] = [
            &self.repository,
            &query.repository,
            &times[0],
            &times[1],
            &query.task,
            &query.outcome,
            &query.hand,
            &query.class,
            &query.signature,
        ];
        let mut answer = Answer::default();
        if let Some(by) = query.by {
            let key = match by {
                By::Hand => "hand",
                By::Class => "class",
                By::Outcome => "outcome",
                By::Repository => "repository",
                By::Day => "to_char(started AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
                By::Kind => "'run'::text",
            };
            let repaired = REPAIRED.map(|outcome| format!("'{outcome}'")).join(", ");
            let sql = format!(
                "SELECT coalesce({key}, ''), count(*), count(*) FILTER (WHERE outcome IN ({repaired})), \
                 coalesce(sum(seconds), 0), least(coalesce(sum(tokens), 0), 9e18)::bigint, coalesce(sum(cost_usd), 0) \
                 {MATCHING} GROUP BY 1"
            );
            let count = |row: &Found, at: usize| u64::try_from(row.get::<_, i64>(at)).unwrap_or(0);
            let sum = |row: &Found| Sum {
                key: row.get(0),
                count: count(row, 1),
                repaired: count(row, 2),
                seconds: row.get(3),
                tokens: count(row, 4),
                cost_usd: row.get(5),
            };
            answer.sums = self.ask(&sql, &filters)?.iter().map(sum).collect();
            answer.sums.sort_by(|a, b| a.key.cmp(&b.key));
            answer.matched = answer.sums.iter().map(|sum| sum.count).sum();
            return Ok(answer);
        }
        let count = self.ask(&format!("SELECT count(*) {MATCHING}"), &filters)?;
        answer.matched = count.first().map_or(0, |row| u64::try_from(row.get::<_, i64>(0)).unwrap_or(0));
        let sql = format!(
            "SELECT id, to_char(started AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), repository, task, outcome, \
             hand, class, signature, coalesce(seconds, 0), tokens, coalesce(cost_usd, 0) {MATCHING} \
             ORDER BY started DESC, id DESC LIMIT $10"
        );
        let limit = i64::try_from(query.limit)?;
        let parameters: Vec<_> = filters.into_iter().chain([&limit as &(dyn ToSql + Sync)]).collect();
        let row = |row: &Found| Row {
            kind: RUN.to_owned(),
            id: row.get(0),
            at: row.get::<_, Option<String>>(1).unwrap_or_default(),
            repository: Some(row.get::<_, String>(2)).filter(|name| !name.is_empty()),
            task: row.get(3),
            outcome: row.get(4),
            hand: row.get(5),
            class: row.get(6),
            signature: row.get(7),
            seconds: row.get(8),
            tokens: row.get::<_, Option<i64>>(9).and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
            cost_usd: row.get(10),
        };
        answer.rows = self.ask(&sql, &parameters)?.iter().map(row).collect();
        Ok(answer)
    }
}
