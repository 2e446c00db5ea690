//! SIGKILL at every kind of moment, and what the user did before the next start.

use super::*;

fn back(path: &str) -> Recovered {
    Recovered::PutBack(named(path))
}

fn copies(yard: &Yard, recovered: &[Recovered]) -> Vec<(String, String)> {
    let copy = |r: &Recovered| match r {
        Recovered::PutBack(_) | Recovered::Stays(_) => None,
        Recovered::Kept { path, old } => Some((path.to_string(), old.clone()?)),
        Recovered::SavedAside { path, copy } => Some((path.to_string(), copy.clone())),
    };
    let journals = yard.dir.path().canonicalize().unwrap().join("journal");
    let read = |(path, copy): (String, PathBuf)| {
        assert!(copy.starts_with(&journals) && copy.ends_with(&path), "{}", copy.display());
        (path, fs::read_to_string(copy).unwrap())
    };
    recovered.iter().filter_map(copy).map(read).collect()
}

fn pair(path: &str, text: &str) -> (String, String) {
    (path.to_owned(), text.to_owned())
}

#[test]
fn what_the_user_edited_after_a_kill_is_kept() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.apply(&three_changes()).unwrap();
    kill(tree);
    fs::write(yard.path("a.txt"), "A and mine").unwrap();
    fs::write(yard.path("gone.txt"), "mine").unwrap();
    fs::write(yard.path("new/deep/n.txt"), "n and mine").unwrap();
    let tree = yard.open();
    assert!(tree.recovered().iter().all(|r| matches!(r, Recovered::Kept { .. })), "{:?}", tree.recovered());
    assert_eq!(tree.recovered().len(), 3);
    assert_eq!(copies(&yard, tree.recovered()), [pair("a.txt", "a"), pair("gone.txt", "g")]);
    drop(tree);
    assert_eq!(yard.text("a.txt").as_deref(), Some("A and mine"));
    assert_eq!(yard.text("gone.txt").as_deref(), Some("mine"));
    assert_eq!(yard.text("new/deep/n.txt").as_deref(), Some("n and mine"));
    assert_eq!(yard.open().recovered(), []);
}

#[test]
fn a_directory_in_the_place_of_a_file_is_kept() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.apply(&three_changes()).unwrap();
    kill(tree);
    fs::create_dir(yard.path("gone.txt")).unwrap();
    fs::write(yard.path("gone.txt/mine"), "mine").unwrap();
    let tree = yard.open();
    assert_eq!(copies(&yard, tree.recovered()), [pair("gone.txt", "g")]);
    assert_eq!(yard.text("gone.txt/mine").as_deref(), Some("mine"));
    assert_eq!(yard.text("a.txt").as_deref(), Some("a"));
}

#[test]
fn whatever_we_had_written_is_put_back() {
    let second = || patch([change("a.txt", Some("A"), Some("twice"))]);
    for left in ["A", "twice", "", "a"] {
        let yard = three_files();
        let mut tree = yard.open();
        tree.apply(&three_changes()).unwrap();
        tree.apply(&second()).unwrap();
        kill(tree);
        fs::write(yard.path("a.txt"), left).unwrap();
        let tree = yard.open();
        let expected: &[_] = if left == "a" {
            &[back("gone.txt"), back("new/deep/n.txt")]
        } else {
            &[back("a.txt"), back("gone.txt"), back("new/deep/n.txt")]
        };
        assert_eq!(tree.recovered(), expected, "{left:?}");
        assert_untouched(&yard);
    }
}

#[test]
fn a_write_cut_short_is_told_from_an_edit() {
    let old = "old ".repeat(3000);
    let new = "new ".repeat(3000);
    for (left, ours) in
        [(&new[..4096], true), (&new[..8192], true), (&old[..4096], true), (&new[..5000], false), (&old[..8], false)]
    {
        let yard = Yard::new(&[("a.txt", old.as_bytes())]);
        let mut tree = yard.open();
        tree.apply(&patch([change("a.txt", Some(&old), Some(&new))])).unwrap();
        kill(tree);
        fs::write(yard.path("a.txt"), left).unwrap();
        let tree = yard.open();
        assert_eq!(tree.recovered() == [back("a.txt")], ours);
        assert_eq!(yard.text("a.txt").as_deref(), Some(if ours { &old } else { left }));
        assert_eq!(copies(&yard, tree.recovered()).len(), usize::from(!ours));
    }
}

#[test]
fn what_a_command_had_damaged_is_repaired_and_no_edit_is_lost() {
    let yard = Yard::new(&[("a.txt", b"a"), ("d/m.txt", b"m"), ("gone.txt", b"g"), ("same.txt", b"s")]);
    symlink("a.txt", yard.path("link")).unwrap();
    let mut tree = yard.open();
    tree.apply(&patch([change("a.txt", Some("a"), Some("A"))])).unwrap();
    tree.snapshot().unwrap();
    fs::write(yard.path("a.txt"), "damaged").unwrap();
    fs::write(yard.path("d/m.txt"), "mine").unwrap();
    fs::write(yard.path("made.txt"), "made").unwrap();
    fs::remove_file(yard.path("gone.txt")).unwrap();
    fs::remove_file(yard.path("link")).unwrap();
    kill(tree);
    let tree = yard.open();
    assert_eq!(copies(&yard, tree.recovered()), [pair("a.txt", "damaged"), pair("d/m.txt", "mine")]);
    for path in ["gone.txt", "link", "a.txt"] {
        assert!(tree.recovered().contains(&back(path)), "{path}: {:?}", tree.recovered());
    }
    assert_eq!(tree.recovered().len(), 5);
    for (path, text) in [("a.txt", "a"), ("d/m.txt", "m"), ("gone.txt", "g"), ("same.txt", "s"), ("made.txt", "made")] {
        assert_eq!(yard.text(path).as_deref(), Some(text));
    }
    assert_eq!(fs::read_link(yard.path("link")).unwrap(), PathBuf::from("a.txt"));
}

#[test]
fn what_a_command_replaced_by_a_directory_is_left() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.snapshot().unwrap();
    fs::remove_file(yard.path("a.txt")).unwrap();
    fs::create_dir(yard.path("a.txt")).unwrap();
    fs::write(yard.path("a.txt/mine"), "mine").unwrap();
    kill(tree);
    let tree = yard.open();
    assert_eq!(copies(&yard, tree.recovered()), [pair("a.txt", "a")]);
    assert_eq!(yard.text("a.txt/mine").as_deref(), Some("mine"));
}

#[test]
fn a_file_put_back_twice_is_told_once() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.apply(&three_changes()).unwrap();
    tree.snapshot().unwrap();
    fs::remove_file(yard.path("a.txt")).unwrap();
    fs::remove_file(yard.path("other.txt")).unwrap();
    kill(tree);
    let tree = yard.open();
    assert_eq!(tree.recovered(), ["a.txt", "other.txt", "gone.txt", "new/deep/n.txt"].map(back));
    drop(tree);
    assert_untouched(&yard);
}

#[test]
fn a_recovery_that_fails_touches_nothing_and_can_be_tried_again() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.apply(&three_changes()).unwrap();
    tree.snapshot().unwrap();
    kill(tree);
    fs::write(yard.path("a.txt"), "mine").unwrap();
    let journals = yard.dir.path().join("journal");
    let blocked = fs::read_dir(&journals).unwrap().next().unwrap().unwrap().path().join("kept");
    fs::write(&blocked, "in the way").unwrap();
    assert!(Tree::open(&yard.path(""), &journals).is_err());
    assert_eq!(yard.text("a.txt").as_deref(), Some("mine"));
    assert_eq!(yard.text("gone.txt"), None);
    fs::remove_file(&blocked).unwrap();
    let tree = yard.open();
    assert_eq!(copies(&yard, tree.recovered()), [pair("a.txt", "mine")]);
    assert_untouched(&yard);
}

#[test]
fn edits_after_a_repair_are_not_touched() {
    let yard = three_files();
    let mut tree = yard.open();
    let before = tree.snapshot().unwrap();
    tree.repair(&before).unwrap();
    fs::write(yard.path("a.txt"), "mine").unwrap();
    kill(tree);
    assert_eq!(yard.open().recovered(), []);
    assert_eq!(yard.text("a.txt").as_deref(), Some("mine"));
}

#[test]
fn what_an_older_snapshot_held_does_not_come_back() {
    let yard = three_files();
    let mut tree = yard.open();
    let first = tree.snapshot().unwrap();
    tree.repair(&first).unwrap();
    fs::remove_file(yard.path("other.txt")).unwrap();
    tree.snapshot().unwrap();
    kill(tree);
    assert_eq!(yard.open().recovered(), []);
    assert_eq!(yard.text("other.txt"), None);
}

#[test]
fn a_repair_that_nobody_heard_of_is_told_once() {
    let yard = three_files();
    let stays = |tree: &Tree| tree.recovered().iter().filter(|r| matches!(r, Recovered::Stays(_))).count();
    let mut tree = yard.open();
    tree.apply(&three_changes()).unwrap();
    tree.keep_repair(&three_changes()).unwrap();
    kill(tree);
    let tree = yard.open();
    assert_eq!((stays(&tree), tree.recovered().len()), (3, 3));
    assert_eq!(fs::read_to_string(yard.path("a.txt")).unwrap(), "A");
    drop(tree);
    let mut tree = yard.open();
    assert!(tree.recovered().is_empty());
    tree.apply(&patch([change("a.txt", Some("A"), Some("B"))])).unwrap();
    tree.keep_repair(&patch([change("a.txt", Some("A"), Some("B"))])).unwrap();
    drop(tree);
    repair_was_told(&yard.path(""), &yard.dir.path().join("journal")).unwrap();
    assert!(yard.open().recovered().is_empty());
}
