use super::*;
use crate::record::AttemptRecord;
use crate::record::entry::{Entry, PullState};
use std::cell::RefCell;

/// What a test tells.
struct Told(RefCell<Vec<Item>>);

impl Source for Told {
    fn place(&self) -> String {
        "a test".to_owned()
    }

    fn read(&self, take: super::super::source::Take) -> Result<()> {
        take(self.0.take())
    }

    fn mark(&self) -> Result<String> {
        Ok(String::new())
    }
}

fn run(attempt: &str, outcome: &str, pr: Option<u64>) -> Item {
    let mut record: AttemptRecord = crate::ledger::example(attempt, "2026-05-01T10:00:00Z");
    record.outcome = serde_json::from_value(json!(outcome)).unwrap();
    record.pr = pr;
    Item::Run(Box::new(record))
}

fn fact(id: &str, at: &str, attempt: &str, kind: &str, data: Value) -> Item {
    let entry: Entry = serde_json::from_value(json!({"schema": 1, "id": id, "at": at, "repository": null,
        "attempt": attempt, "task": null, "kind": kind, "data": data}))
    .unwrap();
    Item::Fact(Box::new(entry))
}

fn pull(state: &str) -> Value {
    json!({"number": 5, "url": "https://x/5", "state": state, "branch": null, "commit": null, "hours": 2.0})
}

fn options() -> Options {
    Options { minutes: 30.0, hourly: 60.0, now: "2026-05-02T00:00:00Z".to_owned(), live: false }
}

fn built(items: Vec<Item>) -> (tempfile::TempDir, Value) {
    let dir = tempfile::tempdir().unwrap();
    build(&Told(RefCell::new(items)), dir.path(), &options()).unwrap();
    let overview = data(&dir, "overview");
    (dir, overview)
}

fn data(dir: &tempfile::TempDir, name: &str) -> Value {
    let text = fs::read_to_string(dir.path().join(format!("data/{name}.js"))).unwrap();
    let inside = text.strip_prefix(&format!("thanos(\"{name}\",")).and_then(|rest| rest.strip_suffix(")\n"));
    serde_json::from_str(inside.unwrap()).unwrap()
}

#[test]
fn facts_bear_on_their_run_in_the_order_of_time() {
    let one = "7-1-fix-issue-1";
    let (dir, overview) = built(vec![
        // By the clock of somebody who was behind.
        fact("p3", "2026-05-01T00:00:00Z", one, "pull", pull("reverted")),
        fact("p2", "2026-05-02T00:00:00Z", one, "pull", pull("merged")),
        fact("p4", "2026-05-04T00:00:00Z", one, "pull", pull("green")),
        fact("s", "2026-05-02T00:00:00Z", one, "spend", json!({"state": "settled", "usd": 0.5, "model": "m"})),
        fact("x", "2026-05-02T00:00:00Z", "9-1-fix-issue-9", "pull", pull("merged")),
        run(one, "fixed", Some(5)),
        run("8-1-fix-issue-2", "explained", None),
    ]);
    let totals = &overview["totals"];
    assert_eq!((&totals["all"]["merged"], &totals["all"]["reverted"]), (&json!(0), &json!(1)));
    assert_eq!(totals["kept"], 0);
    assert_eq!(totals["models"][0]["name"], "m");
    assert_eq!(totals["models"][0]["usd"], 0.5);
    let shard = data(&dir, "run-0");
    assert_eq!((shard["runs"].as_array().unwrap().len(), shard["facts"].as_array().unwrap().len()), (2, 5));
    let trail = data(&dir, "trail-0");
    let order: Vec<&str> = trail.as_array().unwrap().iter().filter_map(|e| e["id"].as_str()).collect();
    assert_eq!(order, ["p3", "p2", "s", "x", "p4"]);
}

#[test]
fn repositories_may_name_their_runs_alike() {
    let of = |repository: &str| {
        let mut record = crate::ledger::example("7-1-fix-issue-1", "2026-05-01T10:00:00Z");
        record.repository = crate::ids::RepoSlug::parse(repository).ok();
        Item::Run(Box::new(record))
    };
    let merged = |repository: &str| {
        let entry: serde_json::Result<Entry> = serde_json::from_value(
            json!({"schema": 1, "id": "pull-5", "at": "2026-05-02T00:00:00Z",
            "repository": repository, "attempt": "7-1-fix-issue-1", "task": null, "kind": "pull", "data": pull("merged")}),
        );
        Item::Fact(Box::new(entry.unwrap()))
    };
    let (dir, overview) = built(vec![of("o/r"), of("p/q"), of("o/r"), merged("p/q")]);
    assert_eq!(overview["runs"], 2);
    let columns = &data(&dir, "runs-0");
    let of_each: Vec<(&str, i64)> = (0..2)
        .map(|n| {
            let name = columns["repository"][n].as_u64().unwrap() as usize;
            (columns["repositories"][name].as_str().unwrap(), columns["pull"][n].as_i64().unwrap())
        })
        .collect();
    let merged = PullState::Merged as i64;
    assert!(of_each.contains(&("p/q", merged)) && !of_each.contains(&("o/r", merged)), "{of_each:?}");
}

/// One machine's clock, or one figure that nobody meant, spoils nobody's pages.
#[test]
fn what_cannot_be_is_in_no_curve_and_no_sum() {
    let of = |attempt: &str, started: &str, usd: f64| {
        let mut record = crate::ledger::example(attempt, started);
        record.cost_usd = usd;
        Item::Run(Box::new(record))
    };
    let (_, overview) = built(vec![
        of("7-1-fix-issue-1", "2026-05-01T10:00:00Z", 0.5),
        of("8-1-fix-issue-1", "2026-05-02T10:00:00Z", 1e308),
        of("9-1-fix-issue-1", "2099-05-02T10:00:00Z", 0.25),
    ]);
    assert_eq!((&overview["runs"], &overview["totals"]["all"]["usd"]), (&json!(3), &json!(0.75)));
    assert_eq!(overview["totals"]["days"]["day"].as_array().unwrap().len(), 2, "{overview}");
}

/// Ends in the middle, as on a full disk.
struct Broken;

impl Source for Broken {
    fn place(&self) -> String {
        "a test".to_owned()
    }

    fn read(&self, take: super::super::source::Take) -> Result<()> {
        take(vec![run("8-1-fix-issue-8", "fixed", None)])?;
        anyhow::bail!("no space is left")
    }

    fn mark(&self) -> Result<String> {
        Ok(String::new())
    }
}

#[test]
fn earlier_pages_stay_until_the_new_ones_are_complete() {
    let (dir, before) = built(vec![run("7-1-fix-issue-7", "fixed", None)]);
    let names = || fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect::<BTreeSet<_>>();
    let (options, files) = (options(), names());
    let said = format!("{:#}", build(&Broken, dir.path(), &options).unwrap_err());
    assert!(said.contains("are not renewed: no space is left"), "{said}");
    assert_eq!((data(&dir, "overview"), names()), (before, files.clone()));
    // Killed between two renames.
    fs::create_dir(dir.path().join(NEXT)).unwrap();
    fs::remove_dir_all(dir.path().join("data")).unwrap();
    let two = vec![run("7-1-fix-issue-7", "fixed", None), run("8-1-fix-issue-8", "fixed", None)];
    build(&Told(RefCell::new(two)), dir.path(), &options).unwrap();
    assert_eq!((&data(&dir, "overview")["runs"], names()), (&json!(2), files));
    // Into a new folder, which a failure leaves as if nothing had been.
    let fresh = dir.path().join("fresh");
    assert!(build(&Broken, &fresh, &options).is_err());
    assert!(build(&Told(RefCell::new(Vec::new())), &fresh, &options).is_ok());
    // Somebody else's is neither touched nor taken for ours.
    let others = tempfile::tempdir().unwrap();
    fs::create_dir(others.path().join("data")).unwrap();
    let refused = build(&Told(RefCell::new(Vec::new())), others.path(), &options).unwrap_err();
    assert!(refused.is::<Unusable>() && !others.path().join(NEXT).exists());
}

#[test]
fn nothing_at_all_is_a_site_too() {
    let (dir, overview) = built(Vec::new());
    assert_eq!((&overview["runs"], &overview["totals"]["all"]["median"]), (&json!(0), &Value::Null));
    assert_eq!(data(&dir, "run-0"), json!({"runs": [], "facts": []}));
    assert!(dir.path().join("index.html").exists());
}

#[test]
fn files_are_bounded_and_told_of() {
    let runs = (0..2500).map(|n| run(&format!("{n}-1-fix-issue-{n}"), "fixed", None));
    let again = std::iter::once(run("7-1-fix-issue-7", "fixed", None));
    let notes = (0..300).map(|n| Item::Note(format!("bad {n}")));
    let (dir, overview) = built(runs.chain(again).chain(notes).collect());
    assert_eq!((&overview["runs"], &overview["skipped"]), (&json!(2500), &json!(300)));
    assert_eq!(overview["notes"].as_array().unwrap().len(), NOTES);
    let chunks = overview["chunks"].as_array().unwrap();
    let sizes: Vec<&Value> = chunks.iter().map(|chunk| &chunk[2]).collect();
    assert_eq!(sizes, [&json!(1000), &json!(1000), &json!(500)]);
    let shards = overview["shards"].as_u64().unwrap();
    assert!(shards.is_power_of_two() && shards >= 64, "{shards}");
    let all: usize = (0..shards).map(|n| data(&dir, &format!("run-{n}"))["runs"].as_array().unwrap().len()).sum();
    assert_eq!(all, 2500);
}
