//! Run twice, run two at the same time, killed anywhere and run again: one branch, one pull request, one
//! comment, one record for each attempt, nothing lost and nothing left running.

use crate::common::doubles::{Doubles, World};
use crate::look::{self, text};
use crate::runner::{Done, Step, assert_no_processes, processes_in};
use crate::{payload, project};
use rustix::process::Signal;
use serde_json::json;
use std::sync::Mutex;
use std::time::{Duration, Instant};

fn opened(config: &str) -> (World, Step) {
    let dir = project::shop(&[(project::VERIFY.0, config)]);
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let event = payload::issue(&world, "opened", "alice", "alice");
    let step = Step::new(&world, "issues", &event);
    (world, step)
}

fn quick() -> (World, Step) {
    opened(project::VERIFY.1)
}

/// Exactly one of everything, and all of it finished.
#[track_caller]
fn assert_one_of_everything(world: &World, when: &str) {
    assert_eq!(look::branches(world), ["main", "thanos/issue-1", "thanos/ledger"], "{when}");
    let tip = world.branch("thanos/issue-1").unwrap();
    assert_eq!(world.git(&["rev-parse", &format!("{tip}^")]), world.head, "{when}: one commit");
    assert!(world.git(&["show", &format!("{tip}:shop/cart.py")]).contains(project::MENDED.trim_end()), "{when}");
    let pulls = look::pulls(world);
    assert_eq!(pulls.len(), 1, "{when}: {pulls:#?}");
    assert_eq!((text(&pulls[0], "/state"), text(&pulls[0], "/head/sha")), ("open", tip.as_str()), "{when}");
    assert_eq!(text(&pulls[0], "/labels/0/name"), "thanos-fix", "{when}");
    let comments = look::comments(world, 1);
    assert_eq!(comments.len(), 1, "{when}: {comments:#?}");
    assert!(text(&comments[0], "/body").contains(text(&pulls[0], "/html_url")), "{when}: {comments:#?}");
    world.assert_clean();
}

/// The records of attempts of run 4001 after it was killed in its first attempt and ran again.
#[track_caller]
fn assert_recorded(world: &World, again: u64, when: &str) {
    let records = look::outcomes(world);
    let found: Vec<&str> = records.iter().map(String::as_str).collect();
    let whole: &[&[&str]] = match again {
        1 => &[&["4001-1-fix-issue-1 fixed"]],
        // Killed before its record or after it.
        _ => &[
            &["4001-1-fix-issue-1 lost", "4001-2-fix-issue-1 fixed"],
            &["4001-1-fix-issue-1 fixed", "4001-2-fix-issue-1 duplicate"],
        ],
    };
    assert!(whole.contains(&found.as_slice()), "{when}: {found:?}");
}

/// Where a run is killed.
#[derive(Debug, Clone)]
pub enum Moment {
    /// At its n-th request, before or after GitHub did what was asked.
    Request(usize, bool),
    /// There, but it is asked to stop, and what it asked GitHub for is never answered.
    Asked(usize, bool),
    /// So many milliseconds after it said something.
    Said(&'static str, u64),
    /// The heal process alone, so many milliseconds after the run said something.
    Heal(&'static str, u64),
}

/// Kills a run at the moment, runs it again (in this attempt's number), and looks. `false` when the run was
/// over before the moment came.
fn kill_and_run_again(moment: &Moment, again: u64) -> bool {
    let (world, step) = quick();
    let when = format!("{moment:?}, then attempt {again}");
    if let Moment::Request(n, applied) | Moment::Asked(n, applied) = moment {
        world.fault(json!({"path": ".", "skip": n, "do": "hang", "applied": applied}));
    }
    let mut running = step.start();
    let over = match moment {
        Moment::Request(..) | Moment::Asked(..) => loop {
            if world.journal().iter().any(|s| s.fault.is_some() && s.done) {
                break false;
            }
            if running.child.try_wait().unwrap().is_some() {
                break true;
            }
            std::thread::sleep(Duration::from_millis(5));
        },
        Moment::Said(what, wait) | Moment::Heal(what, wait) => {
            running.says(what);
            std::thread::sleep(Duration::from_millis(*wait));
            running.child.try_wait().unwrap().is_some()
        }
    };
    if let (Moment::Heal(..), false) = (moment, over) {
        let healing = processes_in(step.machine.path()).into_iter().find(|(_, arguments)| arguments.contains("__heal"));
        if let Some((pid, _)) = healing {
            let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
        let done = running.wait();
        // It may have been over just then.
        if done.status.code() == Some(0) {
            return false;
        }
        done.expect(3, "error");
        assert_eq!(done.output("retry"), "true", "{when}");
        assert_no_processes(step.machine.path());
        step.again(4001, 2).go().expect(0, "fixed");
        assert_one_of_everything(&world, &when);
        assert_eq!(look::outcomes(&world), ["4001-1-fix-issue-1 error", "4001-2-fix-issue-1 fixed"], "{when}");
        let broke = look::facts(&world, "error");
        assert_eq!((broke.len(), text(&broke[0], "/data/stage")), (1, "heal"), "{when}");
        return true;
    }
    match moment {
        Moment::Asked(..) => {
            running.signal(Signal::TERM);
            let done = running.wait();
            let outcome = done.output("outcome");
            let is_told = ["cancelled", "fixed"].contains(&outcome);
            assert!(done.status.code() == Some(0) && is_told, "{when}: {done:#?}");
        }
        _ => {
            running.signal(Signal::KILL);
            let _ = running.wait();
        }
    }
    assert_no_processes(step.machine.path());
    // On the same machine: what the dead attempt left there must not hurt either.
    let next = Step { attempt: again, ..step.clone() };
    let done = next.go();
    let outcome = done.output("outcome");
    assert!(done.status.code() == Some(0) && ["fixed", "duplicate"].contains(&outcome), "{when}: {done:#?}");
    assert_one_of_everything(&world, &when);
    // Whoever could still write its record did.
    if !matches!(moment, Moment::Asked(..)) {
        assert_recorded(&world, again, &when);
    }
    let left: Vec<_> = std::fs::read_dir(step.path("temp")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!left.iter().any(|n| n.to_string_lossy().starts_with("thanos-fix-4001")), "{when}: {left:?}");
    !over
}

/// `count` moments spread over every request of a whole run, and more around what it says of its stages.
pub fn moments(count: usize, waits: &[u64]) -> Vec<Moment> {
    let (world, step) = quick();
    let before = world.journal().len();
    step.go().expect(0, "fixed");
    let requests = world.journal().len() - before;
    let spread = (0..count).map(|i| match count <= requests {
        true => Moment::Request(i * requests / count, i % 2 == 0),
        false => Moment::Request(i % requests, (i / requests) % 2 == 0),
    });
    let said =
        ["checking out", "verify running", "it fails", "diagnose", "candidate 1", "publish branch", "pull request"];
    let said = waits.iter().flat_map(|wait| said.iter().map(|what| Moment::Said(what, *wait)));
    let heal = ["verify running", "it fails", "diagnose"];
    let heal = waits.iter().flat_map(|wait| heal.iter().map(|what| Moment::Heal(what, *wait)));
    spread.chain(said).chain(heal).collect()
}

/// Several worlds at a time; answers how many moments were met.
pub fn matrix(moments: Vec<Moment>, at_once: usize) -> usize {
    let queue = Mutex::new(moments.into_iter().enumerate().collect::<Vec<_>>());
    let met = Mutex::new(0);
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let Some((i, moment)) = queue.lock().unwrap().pop() else { return };
                    let again = if i % 3 == 0 { 1 } else { 2 };
                    if kill_and_run_again(&moment, again) {
                        *met.lock().unwrap() += 1;
                    }
                }
            });
        }
    });
    met.into_inner().unwrap()
}

#[test]
fn killed_anywhere_and_run_again_nothing_is_doubled_and_nothing_lost() {
    let met = matrix(moments(14, &[0]), 4);
    assert!(met >= 20, "only {met} moments were met");
}

/// The next event is another run: it sees that the first one is over and left no record.
#[test]
fn what_a_killed_run_began_another_one_finishes() {
    let (world, step) = quick();
    let before = world.journal().len();
    step.go().expect(0, "fixed");
    let requests = world.journal().len() - before;
    for n in (requests / 2..requests).step_by(3) {
        let (world, step) = quick();
        let when = format!("killed at request {n}");
        world.fault(json!({"path": ".", "skip": n, "do": "hang", "applied": true}));
        let mut running = step.start();
        while !world.journal().iter().any(|s| s.fault.is_some() && s.done)
            && running.child.try_wait().unwrap().is_none()
        {
            std::thread::sleep(Duration::from_millis(5));
        }
        running.signal(Signal::KILL);
        let _ = running.wait();
        world.add_run(&json!({"id": 4001, "head_branch": "main", "conclusion": "failure"}));
        let done = Step { run: 4002, ..step.clone() }.go();
        let outcome = done.output("outcome");
        assert!(done.status.code() == Some(0) && ["fixed", "duplicate"].contains(&outcome), "{when}: {done:#?}");
        assert_one_of_everything(&world, &when);
        let records = look::outcomes(&world);
        assert!(records.iter().any(|record| record.ends_with(" fixed")), "{when}: {records:?}");
        let was_there = records.iter().any(|record| record.starts_with("4001-1-fix-issue-1 "));
        let began = outcome == "fixed" && world.branch("thanos/issue-1").is_some();
        assert!(was_there || began, "{when}: {records:?}");
    }
}

#[test]
fn asked_to_stop_anywhere_it_ends_in_words_and_the_next_one_finishes() {
    let asked = moments(20, &[]).into_iter().map(|moment| match moment {
        Moment::Request(n, applied) => Moment::Asked(n, applied),
        moment => moment,
    });
    let met = matrix(asked.collect(), 4);
    assert!(met >= 18, "only {met} moments were met");
}

#[test]
fn run_twice_the_second_says_duplicate() {
    let (world, step) = quick();
    step.go().expect(0, "fixed");
    let tip = world.branch("thanos/issue-1");
    let other = step.again(4002, 1).go();
    other.expect(0, "duplicate");
    let pull = text(&look::pulls(&world)[0], "/html_url").to_owned();
    assert!(other.output("reason").contains(&pull), "{other:#?}");
    step.again(4001, 2).go().expect(0, "duplicate");
    step.again(4001, 1).go().expect(0, "duplicate");
    assert_eq!(world.branch("thanos/issue-1"), tip);
    assert_one_of_everything(&world, "run twice");
    let records = look::outcomes(&world);
    assert_eq!(records, ["4001-1-fix-issue-1 fixed", "4001-2-fix-issue-1 duplicate", "4002-1-fix-issue-1 duplicate"]);
}

#[test]
fn two_at_the_same_time_make_one_of_everything() {
    for second in [4002, 4001, 4002] {
        let (world, step) = quick();
        let other = step.again(second, 1);
        let running = [step.start(), other.start()];
        let done: Vec<Done> = running.into_iter().map(|r| r.wait()).collect();
        let mut outcomes: Vec<&str> = done.iter().map(|d| d.output("outcome")).collect();
        outcomes.sort_unstable();
        assert!(done.iter().all(|d| d.status.code() == Some(0)), "{done:#?}");
        assert!(outcomes.contains(&"fixed"), "{done:#?}");
        assert_one_of_everything(&world, &format!("{outcomes:?}"));
        let records = look::outcomes(&world);
        if second == 4001 {
            assert_eq!(records, ["4001-1-fix-issue-1 fixed"]);
        } else {
            assert_eq!(outcomes, ["duplicate", "fixed"], "{done:#?}");
            assert_eq!(records.len(), 2, "{records:?}");
        }
    }
}

/// Without a branch as the lock, comments may be written at the same moment.
#[test]
fn two_diagnoses_at_the_same_time_leave_one_comment() {
    let wrong = "def total(prices):\n    return 0\n\n\ndef count(prices):\n    return len(prices)\n";
    let dir = project::shop(&[project::VERIFY, ("shop/cart.py", wrong)]);
    for _ in 0..3 {
        let world = Doubles::shared().world(project::scenario(dir.path()));
        let step = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice"));
        let running: Vec<_> = (4001..4004).map(|run| step.again(run, 1).start()).collect();
        for running in running {
            running.wait().expect(0, "explained");
        }
        assert_eq!(look::comments(&world, 1).len(), 1);
        assert_eq!(look::records(&world).len(), 3);
    }
}

#[test]
fn a_cancelled_run_says_so_and_leaves_no_half_state() {
    let slow = "verify:\n  command: sleep 3; python3 -m unittest discover -v\n";
    for (signal, what) in [
        (Signal::TERM, "verify running"),
        (Signal::HUP, "verify running"),
        (Signal::INT, "verify it fails"),
        (Signal::INT, "collect checking out"),
    ] {
        let (world, step) = opened(slow);
        let running = step.start();
        running.says(what);
        let began = Instant::now();
        running.signal(signal);
        let done = running.wait();
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        done.expect(0, "cancelled");
        assert_eq!(look::branches(&world), ["main", "thanos/ledger"]);
        assert_eq!((look::pulls(&world).len(), look::comments(&world, 1).len()), (0, 0));
        assert_eq!(look::outcomes(&world), ["4001-1-fix-issue-1 cancelled"]);
        assert_no_processes(step.machine.path());
        step.again(4001, 2).go().expect(0, "fixed");
        assert_one_of_everything(&world, what);
    }
    // Once publishing has begun it is quicker to finish than to take back.
    let (world, step) = quick();
    let running = step.start();
    running.says("publish branch");
    running.signal(Signal::TERM);
    running.wait().expect(0, "fixed");
    assert_one_of_everything(&world, "publish branch");
}
