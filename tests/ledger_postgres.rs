//! The ledger in a real PostgreSQL: what it keeps, and what becomes of records when it is away.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[path = "common/postgres.rs"]
#[allow(clippy::expect_used, clippy::disallowed_methods, reason = "a test starts its own server")]
mod postgres;

use postgres::Server;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use thanos_fix::forge::local::Local;
use thanos_fix::git::Repo;
use thanos_fix::ids::{AttemptName, BranchName, RepoSlug, TaskKey};
use thanos_fix::ledger::{
    Branch, By, Damaged, Directory, Line, Postgres, Put, Query, RUN, Spooled, Store, Wanted, archive,
};
use thanos_fix::record::AttemptRecord;
use thanos_fix::record::entry::Entry;

fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(|| Server::start(60))
}

fn open(url: &str, repository: Option<&str>) -> Postgres {
    let slug = repository.map(|slug| RepoSlug::parse(slug).unwrap());
    Postgres::open(url, slug.as_ref(), Arc::new(|text| text.replace("hunter2", "***"))).unwrap()
}

fn folder(path: &Path) -> Directory {
    Directory::new(path, Arc::new(str::to_owned))
}

fn record(attempt: &str, started: &str, repository: &str) -> AttemptRecord {
    serde_json::from_value(json!({
        "schema": 1, "attempt": attempt, "task": "issue-1", "repository": repository, "started": started,
        "ended": started, "event": "issues.opened", "outcome": "fixed", "reason": "said hunter2", "hand": "hint",
        "class": "test", "tried": [], "guards": [{"id": "policy", "status": "pass", "seconds": 0.25}],
        "seconds": {"total": 2.0, "verify": 0.5, "hands": 0.1}, "tokens": {"input": 7, "output": 3},
        "cost_usd": 0.5, "version": "0.1.0",
    }))
    .unwrap()
}

fn entry(id: &str, kind: &str, data: &Value) -> Entry {
    serde_json::from_value(json!({
        "schema": 1, "id": id, "at": "2026-05-02T10:00:00Z", "repository": "o/r", "attempt": "1-1-fix-issue-1",
        "task": "issue-1", "actor": "alice", "trusted": true, "kind": kind, "data": data,
    }))
    .unwrap()
}

fn facts() -> Vec<Entry> {
    let part = json!({"score": 90.0, "reasons": []});
    let remark = |concern: &str| json!({"severity": "warning", "concern": concern, "claim": "c"});
    vec![
        entry("pull-1", "pull", &json!({"number": 4, "url": "u", "state": "merged", "hours": 1.5})),
        entry(
            "review-1",
            "review",
            &json!({"pull": 4, "source": "person", "reviewer": "bob", "verdict": "approved",
            "remarks": [remark("security"), remark("style"), remark("style")], "risks": ["public api"], "complexity": 0.5}),
        ),
        entry(
            "evaluation-1",
            "evaluation",
            &json!({"score": 88.0, "code_quality": part, "test_coverage": part,
            "maintainability": part, "readability": part}),
        ),
        entry(
            "learning-1",
            "learning",
            &json!({"key": "k", "lesson": "fix", "signature": "s", "files": ["a\u{0}b"],
            "text": "nul \u{0} kept", "confidence": 0.5, "origin": "o"}),
        ),
        entry(
            "decision-1",
            "decision",
            &json!({"about": "hands", "choice": "hint", "why": "w",
            "options": [["hint", 0.5]], "seed": u64::MAX}),
        ),
        entry("error-1", "error", &json!({"stage": "heal", "message": "m"})),
        entry("spend-1", "spend", &json!({"state": "settled", "usd": 0.25, "model": "m"})),
    ]
}

/// The first row of an answer, as text.
fn ask(url: &str, sql: &str) -> Vec<Option<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let messages = client.simple_query(sql).await.unwrap();
        let row = messages.iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        row.map(|row| (0..row.len()).map(|n| row.get(n).map(str::to_owned)).collect()).unwrap_or_default()
    })
}

fn words(row: &[Option<String>]) -> String {
    row.iter().map(|word| word.as_deref().unwrap_or("-")).collect::<Vec<_>>().join(" ")
}

#[test]
fn records_and_facts_are_kept_and_stand_in_columns() {
    let url = shared().url("columns");
    let store = open(&url, Some("o/r"));
    let mut first = record("1-1-fix-issue-1", "2026-05-01T10:00:00Z", "o/r");
    assert_eq!(store.put(&first).unwrap(), Put::Written);
    assert_eq!(store.put(&first).unwrap(), Put::Unchanged);
    first.cost_usd = 0.75;
    assert_eq!(store.put(&first).unwrap(), Put::Written);
    let mut other = first.clone();
    other.task = TaskKey::parse("issue-9").unwrap();
    assert!(format!("{:#}", store.put(&other).unwrap_err()).contains("something else"));
    assert_eq!(store.append(&facts()).unwrap(), [Put::Written; 7]);
    assert_eq!(store.append(&facts()).unwrap(), [Put::Unchanged; 7]);
    let back = store.get(&first.attempt).unwrap().unwrap().record().unwrap();
    assert_eq!((back.reason.as_str(), back.cost_usd), ("said ***", 0.75));
    assert_eq!(store.entries(&Wanted::default()).unwrap().entries.len(), 7);
    let learning =
        Wanted { kinds: vec!["learning".to_owned()], since: Some("2026-05".to_owned()), limit: 1, ..Wanted::default() };
    let learnt = store.entries(&learning).unwrap();
    assert_eq!(learnt.entries, [facts()[3].clone()]);
    for (sql, wanted) in [
        ("SELECT outcome, hand, tokens, cost_usd FROM agent_runs", "fixed hint 10 0.75"),
        ("SELECT state, number, hours FROM pull_requests", "merged 4 1.5"),
        (
            "SELECT findings, security_findings, performance_findings, style_findings, risk_flags, complexity FROM code_reviews",
            "3 1 0 2 [\"public api\"] 0.5",
        ),
        ("SELECT score, code_quality FROM evaluations", "88 90"),
        ("SELECT key, text, confidence FROM learnings", "k nul  kept 0.5"),
        ("SELECT about, choice, seed FROM decisions", "hands hint 18446744073709551615"),
        ("SELECT stage, message FROM errors", "heal m"),
        ("SELECT state, usd FROM spend", "settled 0.25"),
        (
            "SELECT string_agg(stage || '=' || seconds, ' ' ORDER BY stage) FROM stage_timings",
            "collect=0 guards=0.25 hands=0.1 prepare=0 publish=0 total=2 verify=0.5",
        ),
        ("SELECT pull_state, score, reviews, review_findings FROM run_overview", "merged 88 1 3"),
    ] {
        assert_eq!(words(&ask(&url, sql)), wanted, "{sql}");
    }
    // The most final word on a pull request counts, whatever is told after it.
    let late = Entry {
        at: "2026-05-03T10:00:00Z".to_owned(),
        ..entry("pull-2", "pull", &json!({"number": 4, "url": "u", "state": "green"}))
    };
    store.append(&[late]).unwrap();
    assert_eq!(words(&ask(&url, "SELECT pull_state FROM run_overview")), "merged");
    store.compact("2026-06").unwrap();
    assert_eq!(words(&ask(&url, "SELECT runs, cost_usd FROM system_stats")), "1 0.75");
}

#[test]
fn many_repositories_share_a_database_and_see_their_own() {
    let url = shared().url("many");
    let (here, there, all) = (open(&url, Some("o/here")), open(&url, Some("o/there")), open(&url, None));
    here.put(&record("1-1-fix-issue-1", "2026-05-01T10:00:00Z", "o/here")).unwrap();
    // The same run id in another repository is another run.
    there.put(&record("1-1-fix-issue-1", "2026-05-02T10:00:00Z", "o/there")).unwrap();
    there.put(&record("2-1-fix-issue-1", "2026-05-03T10:00:00Z", "o/there")).unwrap();
    let task = TaskKey::parse("issue-1").unwrap();
    assert_eq!(here.of_task(&task, 9).unwrap().len(), 1);
    assert_eq!(there.list(None, 9).unwrap().records.len(), 2);
    let sums = |query: Query| {
        let answer = all.query(&Query { kinds: vec![RUN.to_owned()], limit: 9, ..query }).unwrap();
        let sums = answer.sums.iter().map(|sum| format!("{}={}/{}", sum.key, sum.repaired, sum.count));
        sums.chain(answer.rows.iter().map(|row| row.id.clone())).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(sums(Query { by: Some(By::Repository), ..Query::default() }), "o/here=1/1 o/there=2/2");
    assert_eq!(
        sums(Query { by: Some(By::Day), until: Some("2026-05-03".to_owned()), ..Query::default() }),
        "2026-05-01=1/1 2026-05-02=1/1"
    );
    assert_eq!(
        sums(Query { repository: Some("o/there".to_owned()), ..Query::default() }),
        "2-1-fix-issue-1 1-1-fix-issue-1"
    );
    // By columns the same is found as by reading everything.
    let dir = tempfile::tempdir().unwrap();
    let copy = folder(dir.path());
    archive::copy(&there, &copy).unwrap();
    for by in [None, Some(By::Hand), Some(By::Class), Some(By::Outcome), Some(By::Day)] {
        let query =
            Query { kinds: vec![RUN.to_owned()], limit: 9, by, hand: Some("hint".to_owned()), ..Query::default() };
        assert_eq!(there.query(&query).unwrap(), copy.query(&query).unwrap(), "{by:?}");
    }
    // All of them go into one folder and back, and are all counted.
    let copy = folder(&dir.path().join("all"));
    assert_eq!(archive::copy(&all, &copy).unwrap().written, 3);
    assert_eq!(exported(&copy), exported(&all));
    for store in [&all as &dyn Store, &copy] {
        assert_eq!(store.query(&Query { by: Some(By::Kind), ..Query::default() }).unwrap().matched, 3);
    }
}

/// Others may write there, too: what is no record is told, and takes no run its memory.
#[test]
fn a_damaged_row_is_told_and_passed_over() {
    let url = shared().url("damaged");
    let store = open(&url, Some("o/r"));
    store.put(&record("1-1-fix-issue-1", "2026-05-01T10:00:00Z", "o/r")).unwrap();
    store.append(&facts()).unwrap();
    let before = store.entries(&Wanted::default()).unwrap().entries;
    for (kind, id, text) in [("pull", "bad-1", r#"{"x":1}"#), ("run", "3-1-fix-issue-1", "[]")] {
        let insert = "INSERT INTO records (repository, kind, id, at, task, schema, record) VALUES";
        ask(&url, &format!("{insert} ('o/r', '{kind}', '{id}', now(), 'issue-1', 1, '{text}')"));
    }
    let found = store.entries(&Wanted::default()).unwrap();
    assert_eq!(found.entries, before);
    assert!(found.notes.iter().any(|note| note.starts_with("bad-1: skipped: not a record")), "{:?}", found.notes);
    let listed = store.list(None, 9).unwrap();
    assert_eq!((listed.records.len(), listed.notes.len()), (1, 1), "{:?}", listed.notes);
    let attempt = AttemptName::parse("3-1-fix-issue-1").unwrap();
    assert!(store.get(&attempt).unwrap_err().is::<Damaged>());
    assert_eq!(archive::check(&store).unwrap().problems.len(), 2);
    // It is never overwritten, and what is delivered with it arrives.
    let here = [
        record(attempt.as_str(), "2026-05-03T10:00:00Z", "o/r"),
        record("4-1-fix-issue-1", "2026-05-03T10:00:00Z", "o/r"),
    ];
    let lines = here.map(|record| Line::of_record(&record, &str::to_owned).unwrap());
    let taken = store.take(&lines).unwrap();
    assert_eq!((taken.written, taken.notes.len()), (1, 1), "{taken:?}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[\\PC\u{0}\n\"\\\\]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map("[\\PC]{0,6}", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Records and facts of any version, with anything in them.
fn any_line() -> impl Strategy<Value = Line> {
    let id = "[a-z][a-z0-9_-]{0,20}";
    (id, 0..6_u32, 1..13_u32, any_json(), 1..4_u32).prop_map(|(id, kind, month, data, schema)| {
        let at = format!("2026-{month:02}-03T04:05:06Z");
        let mut value = match kind {
            0 => serde_json::to_value(record(&id, &at, "o/r")).unwrap(),
            1 => json!({"attempt": id, "started": at, "ended": at, "task": "issue-1"}),
            2 => json!({"kind": "pull", "id": id, "at": at}),
            3 => json!({"kind": "decision", "id": id, "at": at, "repository": "o/r"}),
            _ => json!({"kind": "telepathy", "id": id, "at": at}),
        };
        value["schema"] = schema.into();
        value["data"] = data;
        Line::parse(value.to_string().as_bytes()).unwrap()
    })
}

fn exported(store: &dyn Store) -> Vec<String> {
    let mut out = Vec::new();
    let (_, notes) = archive::export(store, None, &mut out).unwrap();
    assert_eq!(notes, [""; 0]);
    let mut lines: Vec<String> = String::from_utf8(out).unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Folder, database, branch, compacted or not, and back: word for word the same.
    #[test]
    fn nothing_is_lost_between_stores(lines in proptest::collection::vec(any_line(), 1..90)) {
        static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let dir = tempfile::tempdir().unwrap();
        let first = folder(&dir.path().join("first"));
        first.take(&lines).unwrap();
        let all = exported(&first);
        let url = shared().url(&format!("trip{number}"));
        let database = Postgres::open(&url, None, Arc::new(str::to_owned)).unwrap();
        archive::copy(&first, &database).unwrap();
        prop_assert_eq!(&exported(&database), &all);
        Repo::init_bare(&dir.path().join("bare")).unwrap();
        let slug = RepoSlug::parse("o/r").unwrap();
        let twin = Local::open(slug, &dir.path().join("bare"), &dir.path().join("hub"), Arc::new(str::to_owned)).unwrap();
        let branch = Branch::new(&twin, BranchName::parse("thanos/ledger").unwrap());
        archive::copy(&database, &branch).unwrap();
        prop_assert_eq!(&exported(&branch), &all);
        branch.compact("2026-08").unwrap();
        prop_assert_eq!(&exported(&branch), &all);
        let last = folder(&dir.path().join("last"));
        archive::copy(&branch, &last).unwrap();
        last.compact("2027-01").unwrap();
        prop_assert_eq!(&exported(&last), &all);
        prop_assert_eq!(archive::copy(&last, &database).unwrap().written, 0);
    }
}

#[test]
fn what_cannot_be_delivered_waits_and_comes_once() {
    let server = Server::start(20);
    let url = server.url("away");
    let dir = tempfile::tempdir().unwrap();
    let said = std::cell::RefCell::new(Vec::new());
    let spooled = || {
        let say = |text: &str| said.borrow_mut().push(text.to_owned());
        Spooled::new(Box::new(open(&url, Some("o/r"))), folder(&dir.path().join("spool")), say)
    };
    let run = |number: u32| record(&format!("{number}-1-fix-issue-1"), "2026-05-01T10:00:00Z", "o/r");
    let before = spooled();
    assert_eq!(before.put(&run(1)).unwrap(), Put::Written);
    server.down();
    // Also on a connection that was good before.
    assert_eq!(before.put(&run(2)).unwrap(), Put::Spooled);
    assert_eq!(spooled().append(&facts()).unwrap(), [Put::Spooled; 7]);
    assert!(spooled().list(None, 9).is_err());
    assert!(said.borrow().iter().all(|text| !text.contains("s3cret-w0rd")), "{said:?}");
    assert!(said.borrow()[0].contains("kept in"), "{said:?}");
    server.up();
    let after = spooled();
    assert_eq!(after.put(&run(3)).unwrap(), Put::Written);
    assert!(said.borrow().last().unwrap().starts_with("8 records delivered"), "{said:?}");
    assert_eq!(after.list(None, 9).unwrap().records.len(), 3);
    assert_eq!(after.entries(&Wanted::default()).unwrap().entries.len(), 7);
    assert_eq!(after.deliver().unwrap(), thanos_fix::ledger::Taken::default());
    // Restarted between two writes, it is connected anew.
    server.down();
    server.up();
    assert_eq!(after.put(&run(4)).unwrap(), Put::Written);
}

/// Through the program, which cannot even ask what is known: the run's score waits with its record.
#[test]
fn a_database_that_is_away_costs_no_run_its_score() {
    let home = tempfile::tempdir().unwrap();
    let tree = home.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    std::fs::write(tree.join("a.py"), "def total(prices):\n    amount = sum(prices)\n    return amuont\n").unwrap();
    std::fs::write(tree.join("t.py"), "import a\nassert a.total([]) == 0\n").unwrap();
    let done = thanos_away(&tree, home.path());
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && told.contains("kept in") && told.contains("its lessons are not kept"), "{told}");
    let mut waiting = Vec::new();
    let mut folders = vec![home.path().join(".local/state/thanos-fix/ledger-spool")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() { folders.push(entry) } else { waiting.push(entry.display().to_string()) }
        }
    }
    let has = |word: &str| waiting.iter().any(|path| path.contains(word));
    assert!(has("/runs/") && has("/evaluation-") && !has("/learning-"), "{waiting:?}");
}

#[expect(clippy::disallowed_methods, reason = "the test starts the program as a person does")]
fn thanos_away(tree: &Path, home: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thanos-fix"))
        .args(["heal", "--", "python3", "t.py"])
        .current_dir(tree)
        .env_clear()
        .env("HOME", home)
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("THANOS_LEDGER_URL", "postgres://thanos:s3cret-w0rd@127.0.0.1:1/away?sslmode=disable")
        .output()
        .unwrap()
}

#[test]
fn a_database_without_a_free_connection_costs_no_run_its_record() {
    let server = Server::start(3);
    let url = server.url("busy");
    open(&url, None).list(None, 1).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let held: Vec<_> = (0..3)
        .map(|_| {
            runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                client
            })
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let store = Spooled::new(Box::new(open(&url, None)), folder(dir.path()), |_| {});
    assert_eq!(store.put(&record("1-1-fix-issue-1", "2026-05-01T10:00:00Z", "o/r")).unwrap(), Put::Spooled);
    drop(held);
    // Their ends are only told while the runtime runs.
    runtime.block_on(async { tokio::time::sleep(Duration::from_millis(300)).await });
    let store = Spooled::new(Box::new(open(&url, None)), folder(dir.path()), |_| {});
    assert_eq!(store.deliver().unwrap().written, 1);
    assert_eq!(store.list(None, 9).unwrap().records.len(), 1);
}

/// One pool, many threads: no more than twenty connections at a time.
#[test]
fn many_threads_share_twenty_connections() {
    let url = shared().url("threads");
    let store = open(&url, None);
    std::thread::scope(|scope| {
        for number in 0..40 {
            let store = &store;
            scope.spawn(move || {
                let name = format!("{number}-1-fix-issue-1");
                store.put(&record(&name, "2026-05-01T10:00:00Z", "o/r")).unwrap();
            });
        }
    });
    assert_eq!(store.list(None, 100).unwrap().records.len(), 40);
    let open = words(&ask(
        &url,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = 'threads' AND application_name = 'thanos-fix'",
    ));
    assert!(open.parse::<u32>().unwrap() <= 20, "{open}");
}

#[expect(clippy::disallowed_methods, reason = "a test runs the program")]
fn ledger(dir: &Path, url: Option<&str>, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
    command
        .arg("ledger")
        .args(words)
        .current_dir(dir)
        .env_clear()
        .env("HOME", dir)
        .env("XDG_STATE_HOME", dir.join("state"));
    if let Some(url) = url {
        command.env("THANOS_LEDGER_URL", url);
    }
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_ledger_moves_with_one_variable_and_one_command() {
    let url = shared().url("moved");
    let dir = tempfile::tempdir().unwrap();
    let old = folder(&dir.path().join("old"));
    for number in 1..=3 {
        old.put(&record(&format!("{number}-1-fix-issue-1"), "2026-05-01T10:00:00Z", "o/r")).unwrap();
    }
    old.append(&facts()).unwrap();
    let moved = ledger(dir.path(), Some(&url), &["sync", "--store", "old", "--to", "database"]);
    assert!(
        moved.status.success() && text(&moved).contains("10 records copied into PostgreSQL database moved"),
        "{}",
        text(&moved)
    );
    let shown = text(&ledger(dir.path(), Some(&url), &["show"]));
    assert!(shown.contains("3-1-fix-issue-1"), "{shown}");
    let sums = text(&ledger(dir.path(), Some(&url), &["query", "--by", "hand"]));
    assert!(sums.contains("hint  3      3         100 %"), "{sums}");
    let health = text(&ledger(dir.path(), Some(&url), &["check"]));
    assert!(health.contains("10 records") && health.contains("nothing is wrong"), "{health}");
    let backup = ledger(dir.path(), Some(&url), &["backup", "--out", "all.jsonl"]);
    assert!(backup.status.success(), "{}", text(&backup));
    let restored = text(&ledger(dir.path(), None, &["restore", "all.jsonl", "--store", "new"]));
    assert!(restored.contains("10 records restored into new"), "{restored}");
    let all = ledger(dir.path(), None, &["export", "--store", "new"]);
    assert_eq!(String::from_utf8_lossy(&all.stdout).lines().count(), 10);
    for words in [&["show"][..], &["check"], &["sync"]] {
        let nobody = "postgres://thanos:s3cret-w0rd@127.0.0.1:1/none";
        let output = ledger(dir.path(), Some(nobody), words);
        let said = text(&output);
        assert!(!output.status.success() || words == ["sync"], "{words:?}: {said}");
        assert!(!said.contains("s3cret"), "{words:?}: {said}");
        let bad = text(&ledger(dir.path(), Some("mysql://u:s3cret-w0rd@h/d"), words));
        assert!(
            bad.contains("THANOS_LEDGER_URL: it is not an address like postgres://") && !bad.contains("s3cret"),
            "{bad}"
        );
    }
    let both = text(&ledger(dir.path(), None, &["sync", "--store", "new", "--to", "new"]));
    assert!(both.contains("are both new"), "{both}");
    let missing = ledger(dir.path(), None, &["show", "--store", "database"]);
    assert!(text(&missing).contains("THANOS_LEDGER_URL is not set") && missing.status.code() == Some(2));
}
