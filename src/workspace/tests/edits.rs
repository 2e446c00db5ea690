//! What the user changed after a kill, told by its time from what the killed process left.

use super::*;
use crate::workspace::beat::GRACE;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

const A_WHILE: Duration = Duration::from_millis(50);

/// Whatever happens from now on happens after the killed process and its command have ended.
fn kill_long_ago(tree: Tree) {
    sleep(A_WHILE);
    die(tree, SystemTime::now() - GRACE);
    sleep(A_WHILE);
}

/// Each file that was left as the user has it, and what its copy holds.
fn left(tree: &Tree) -> Vec<(String, Option<String>)> {
    let left = |r: &Recovered| match r {
        Recovered::Kept { path, old } => {
            Some((path.to_string(), old.as_ref().map(|copy| fs::read_to_string(copy).unwrap())))
        }
        _ => None,
    };
    tree.recovered().iter().filter_map(left).collect()
}

fn old(path: &str, text: &str) -> (String, Option<String>) {
    (path.to_owned(), Some(text.to_owned()))
}

#[test]
fn an_edit_after_the_kill_of_a_command_stays() {
    let yard = Yard::new(&[
        ("a.txt", b"a"),
        ("by command.txt", b"c"),
        ("emptied.txt", b"e"),
        ("harmed/1.txt", b"1"),
        ("harmed/2.txt", b"2"),
        ("mine/x.txt", b"x"),
        ("mine/same.txt", b"s"),
    ]);
    let mut tree = yard.open();
    tree.snapshot().unwrap();
    for path in ["a.txt", "by command.txt"] {
        fs::write(yard.path(path), "damaged").unwrap();
    }
    for path in ["harmed/1.txt", "harmed/2.txt"] {
        fs::remove_file(yard.path(path)).unwrap();
    }
    kill_long_ago(tree);
    fs::write(yard.path("a.txt"), "of another branch").unwrap();
    fs::write(yard.path("emptied.txt"), "").unwrap();
    fs::remove_file(yard.path("mine/x.txt")).unwrap();
    fs::write(yard.path("mine/same.txt"), "s").unwrap();
    let tree = yard.open();
    assert_eq!(left(&tree), [old("a.txt", "a"), old("emptied.txt", "e"), old("mine/x.txt", "x")]);
    let others: Vec<_> = tree.recovered()[3..].iter().map(|r| matches!(r, Recovered::PutBack(_))).collect();
    assert_eq!(others, [false, true, true], "{:?}", tree.recovered());
    drop(tree);
    for (path, text) in [
        ("a.txt", Some("of another branch")),
        ("by command.txt", Some("c")),
        ("emptied.txt", Some("")),
        ("harmed/1.txt", Some("1")),
        ("harmed/2.txt", Some("2")),
        ("mine/x.txt", None),
        ("mine/same.txt", Some("s")),
    ] {
        assert_eq!(yard.text(path).as_deref(), text, "{path}");
    }
    assert_eq!(yard.open().recovered(), []);
}

#[test]
fn an_edit_after_the_kill_of_a_candidate_stays() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.apply(&three_changes()).unwrap();
    tree.apply(&patch([change("other.txt", Some("o"), Some("O"))])).unwrap();
    kill_long_ago(tree);
    fs::write(yard.path("a.txt"), "").unwrap();
    fs::remove_file(yard.path("new/deep/n.txt")).unwrap();
    fs::write(yard.path("other.txt"), "O").unwrap();
    fs::write(yard.path("fresh.txt"), "moves the time of the folder").unwrap();
    let tree = yard.open();
    assert_eq!(left(&tree), [old("a.txt", "a")]);
    assert_eq!(
        tree.recovered()[1..],
        ["gone.txt", "other.txt"].map(|path| Recovered::PutBack(named(path))),
        "what we wrote or took away is ours at any time"
    );
    drop(tree);
    assert_eq!(yard.text("a.txt").as_deref(), Some(""));
    assert_eq!(yard.text("gone.txt").as_deref(), Some("g"));
    assert_eq!(yard.text("other.txt").as_deref(), Some("o"));
    assert!(!yard.path("new").exists());
}

#[test]
fn an_edit_after_the_kill_of_a_command_on_a_candidate_is_told_once() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.apply(&three_changes()).unwrap();
    tree.snapshot().unwrap();
    fs::write(yard.path("a.txt"), "damaged").unwrap();
    kill_long_ago(tree);
    fs::write(yard.path("a.txt"), "mine").unwrap();
    fs::write(yard.path("new/deep/n.txt"), "mine").unwrap();
    let tree = yard.open();
    assert_eq!(left(&tree), [old("a.txt", "a"), ("new/deep/n.txt".to_owned(), None)]);
    assert_eq!(tree.recovered()[2..], [Recovered::PutBack(named("gone.txt"))]);
    assert_eq!(yard.text("a.txt").as_deref(), Some("mine"));
    assert_eq!(yard.text("new/deep/n.txt").as_deref(), Some("mine"));
}

#[test]
fn a_file_that_the_user_removed_after_the_kill_of_a_candidate_stays_away() {
    let yard = Yard::new(&[("d/a.txt", b"a"), ("d/b.txt", b"b")]);
    let mut tree = yard.open();
    tree.apply(&patch([change("d/a.txt", Some("a"), Some("A"))])).unwrap();
    kill_long_ago(tree);
    fs::remove_file(yard.path("d/a.txt")).unwrap();
    let tree = yard.open();
    assert_eq!(left(&tree), [old("d/a.txt", "a")]);
    assert_eq!(yard.text("d/a.txt"), None);
}

#[test]
fn a_tree_beats_as_long_as_it_is_open() {
    let yard = three_files();
    let tree = yard.open();
    let own = fs::read_dir(yard.dir.path().join("journal")).unwrap().next().unwrap().unwrap().path();
    let time = || own.join("beat").metadata().unwrap().modified().unwrap();
    let first = time();
    let deadline = SystemTime::now() + Duration::from_secs(20);
    while time() == first && SystemTime::now() < deadline {
        sleep(A_WHILE);
    }
    assert!(time() > first);
    drop(tree);
    assert!(!own.join("beat").exists());
}

#[test]
fn a_time_to_come_is_the_users() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("beat");
    let time =
        |seconds: u64| SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() + Duration::from_secs(seconds);
    assert!(!Beat::open(&path).ended_before(time(9000)));
    let file = File::create(&path).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(9000)).unwrap();
    let beat = Beat::open(&path);
    assert!(beat.ended_before(time(50)));
    assert!(!beat.ended_before(time(0) - Duration::from_secs(1)));
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    let beat = Beat::open(&path);
    assert!(beat.ended_before(time(0) - GRACE));
    assert!(!beat.ended_before(time(0) - Duration::from_secs(58)));
}
