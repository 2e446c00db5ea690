mod edits;
mod kills;
mod names;

use super::*;
use anyhow::bail;
use proptest::prelude::*;
use rustix::fs::FlockOperation;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::PathBuf;
use tempfile::TempDir;

struct Yard {
    dir: TempDir,
}

impl Yard {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let yard = Self { dir: tempfile::tempdir().unwrap() };
        fs::create_dir(yard.dir.path().join("tree")).unwrap();
        for (path, bytes) in files {
            let path = yard.path(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        yard
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join("tree").join(path)
    }

    fn open(&self) -> Tree {
        Tree::open(&self.path(""), &self.dir.path().join("journal")).unwrap()
    }

    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.path(path)).ok()
    }
}

/// What SIGKILL leaves: the kernel frees the lock, nothing else happens. As if just now, however slow the test.
fn kill(tree: Tree) {
    die(tree, std::time::SystemTime::now() + std::time::Duration::from_secs(600));
}

fn die(mut tree: Tree, last_beat: std::time::SystemTime) {
    tree.beat.stop_at(last_beat);
    rustix::fs::flock(&tree._lock, FlockOperation::Unlock).unwrap();
    std::mem::forget(tree);
}

fn rel(path: &str) -> RelPath {
    RelPath::parse(path).unwrap()
}

fn named(path: &str) -> AnyPath {
    AnyPath::parse(path.as_bytes()).unwrap()
}

fn change(path: &str, before: Option<&str>, after: Option<&str>) -> FilePatch {
    let bytes = |text: Option<&str>| text.map(|t| t.as_bytes().to_vec());
    FilePatch { path: rel(path), before: bytes(before), after: bytes(after) }
}

fn patch(files: impl IntoIterator<Item = FilePatch>) -> Patch {
    Patch::from_files(files)
}

fn three_changes() -> Patch {
    patch([
        change("a.txt", Some("a"), Some("A")),
        change("gone.txt", Some("g"), None),
        change("new/deep/n.txt", None, Some("n")),
    ])
}

fn three_files() -> Yard {
    Yard::new(&[("a.txt", b"a"), ("gone.txt", b"g"), ("other.txt", b"o")])
}

fn assert_untouched(yard: &Yard) {
    let names: Vec<_> = fs::read_dir(yard.path("")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(yard.text("a.txt").as_deref(), Some("a"));
    assert_eq!(yard.text("gone.txt").as_deref(), Some("g"));
}

#[test]
fn a_patch_is_applied_and_taken_back() {
    let yard = three_files();
    let mut tree = yard.open();
    assert_eq!(tree.apply(&three_changes()).unwrap(), ApplyResult::Applied);
    assert_eq!(yard.text("a.txt").as_deref(), Some("A"));
    assert_eq!(yard.text("gone.txt"), None);
    assert_eq!(yard.text("new/deep/n.txt").as_deref(), Some("n"));
    tree.restore().unwrap();
    assert_untouched(&yard);
    tree.apply(&three_changes()).unwrap();
    drop(tree);
    assert_untouched(&yard);
}

#[test]
fn what_is_accepted_stays() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.apply(&three_changes()).unwrap();
    tree.accept().unwrap();
    tree.apply(&patch([change("a.txt", Some("A"), Some("AA"))])).unwrap();
    drop(tree);
    assert_eq!(yard.text("a.txt").as_deref(), Some("A"));
    assert_eq!(yard.text("gone.txt"), None);
}

#[test]
fn a_killed_process_is_cleaned_up_after() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.apply(&three_changes()).unwrap();
    tree.apply(&patch([change("a.txt", Some("A"), Some("twice"))])).unwrap();
    kill(tree);
    assert_eq!(yard.text("a.txt").as_deref(), Some("twice"));
    drop(yard.open());
    assert_untouched(&yard);
}

#[test]
fn a_torn_journal_record_is_ignored() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.apply(&patch([change("a.txt", Some("a"), Some("A"))])).unwrap();
    let at = tree.journal.append(&Record::new(named("other.txt"), Found::Absent, Vec::new())).unwrap();
    tree.journal.cut(at + 5);
    kill(tree);
    drop(yard.open());
    assert_untouched(&yard);
}

#[test]
fn a_live_process_is_left_alone() {
    let yard = three_files();
    let tree = yard.open();
    let second = Tree::open(&yard.path(""), &yard.dir.path().join("journal"));
    let Unusable(message) = second.err().unwrap().downcast().unwrap();
    assert!(message.contains(&std::process::id().to_string()), "{message}");
    drop(tree);
    yard.open();
}

#[test]
fn the_journal_may_not_lie_in_the_tree() {
    let yard = three_files();
    let error = Tree::open(&yard.path(""), &yard.path("x/journal")).err().unwrap();
    assert!(error.is::<Unusable>(), "{error:#}");
    assert_untouched(&yard);
}

#[test]
fn a_conflict_writes_nothing() {
    let yard = three_files();
    let mut tree = yard.open();
    for (conflict, path) in [
        (change("other.txt", Some("else"), Some("x")), "other.txt"),
        (change("other.txt", None, Some("x")), "other.txt"),
        (change("missing.txt", Some("m"), Some("x")), "missing.txt"),
        (change("other.txt/below.txt", None, Some("x")), "other.txt/below.txt"),
    ] {
        let files = three_changes().files().iter().cloned().chain([conflict]).collect::<Vec<_>>();
        assert_eq!(tree.apply(&patch(files)).unwrap(), ApplyResult::Conflict(rel(path)));
        assert_untouched(&yard);
    }
}

#[test]
fn write_protection_is_respected_and_modes_are_kept() {
    let yard = Yard::new(&[("locked.txt", b"l"), ("run.sh", b"r"), ("shut/in.txt", b"i")]);
    let chmod = |path: &str, mode| fs::set_permissions(yard.path(path), fs::Permissions::from_mode(mode)).unwrap();
    let mode = |path: &str| fs::metadata(yard.path(path)).unwrap().permissions().mode() & 0o777;
    chmod("locked.txt", 0o444);
    chmod("run.sh", 0o751);
    chmod("shut", 0o555);
    let mut tree = yard.open();
    for (file, path) in [
        (change("locked.txt", Some("l"), Some("x")), "locked.txt"),
        (change("shut/new.txt", None, Some("x")), "shut/new.txt"),
        (change("shut/in.txt", Some("i"), None), "shut/in.txt"),
    ] {
        let both = patch([change("run.sh", Some("r"), Some("R")), file]);
        assert_eq!(tree.apply(&both).unwrap(), ApplyResult::ReadOnly(rel(path)));
        assert_eq!(yard.text("run.sh").as_deref(), Some("r"));
    }
    tree.apply(&patch([change("run.sh", Some("r"), Some("R"))])).unwrap();
    assert_eq!(mode("run.sh"), 0o751);
    tree.restore().unwrap();
    tree.apply(&patch([change("run.sh", Some("r"), None)])).unwrap();
    tree.restore().unwrap();
    assert_eq!(mode("run.sh"), 0o751);
    let moved = [change("run.sh", Some("r"), None), change("tools/run.sh", None, Some("r"))];
    tree.apply(&patch(moved)).unwrap();
    assert_eq!(mode("tools/run.sh"), 0o751);
    tree.restore().unwrap();
    assert_eq!(mode("run.sh"), 0o751);
    chmod("shut", 0o755);
}

#[test]
fn nothing_outside_is_reached_through_symlinks() {
    let yard = Yard::new(&[("real/in.txt", b"i")]);
    let outside = yard.dir.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret.txt"), "s").unwrap();
    symlink(&outside, yard.path("dir")).unwrap();
    symlink(outside.join("secret.txt"), yard.path("file.txt")).unwrap();
    symlink("real", yard.path("inner")).unwrap();
    let mut tree = yard.open();
    assert_eq!(tree.files().unwrap(), [rel("real/in.txt")]);
    for path in ["dir/secret.txt", "file.txt", "inner/in.txt"] {
        assert_eq!(tree.read(&rel(path)).unwrap(), None, "{path}");
        for before in [None, Some("s"), Some("i")] {
            let result = tree.apply(&patch([change(path, before, Some("x"))])).unwrap();
            assert_eq!(result, ApplyResult::Conflict(rel(path)));
        }
    }
    assert!(matches!(tree.apply(&patch([change("dir/new.txt", None, Some("x"))])), Ok(ApplyResult::Conflict(_))));
    assert_eq!(fs::read_to_string(outside.join("secret.txt")).unwrap(), "s");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
fn a_second_name_of_a_file_keeps_its_content() {
    let yard = Yard::new(&[("a.txt", b"a")]);
    let outside = yard.dir.path().join("outside.txt");
    fs::hard_link(yard.path("a.txt"), &outside).unwrap();
    let mut tree = yard.open();
    tree.apply(&patch([change("a.txt", Some("a"), Some("A"))])).unwrap();
    assert_eq!(fs::read_to_string(&outside).unwrap(), "a");
}

#[test]
fn every_write_moves_the_time_forward() {
    let yard = Yard::new(&[("a.txt", b"a")]);
    let time = || {
        let meta = fs::metadata(yard.path("a.txt")).unwrap();
        (meta.mtime(), meta.mtime_nsec())
    };
    let future = std::time::SystemTime::now() + std::time::Duration::from_secs(500);
    File::options().write(true).open(yard.path("a.txt")).unwrap().set_modified(future).unwrap();
    let mut tree = yard.open();
    let mut times = vec![time()];
    for _ in 0..3 {
        tree.apply(&patch([change("a.txt", Some("a"), Some("A"))])).unwrap();
        times.push(time());
        tree.restore().unwrap();
        times.push(time());
    }
    assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
}

#[test]
fn hidden_names_are_listed_and_ignored_ones_are_not() {
    let yard = Yard::new(&[
        (".gitignore", b"target/\n*.log\n"),
        (".git/config", b""),
        (".ignore", b"src\n"),
        ("src/with space.rs", b""),
        ("src/new\nline.rs", b""),
        ("target/out.rs", b""),
        ("x.log", b""),
    ]);
    fs::write(yard.path("src").join(std::ffi::OsStr::from_bytes(b"caf\xe9.rs")), "").unwrap();
    let files = yard.open().files().unwrap();
    assert_eq!(files, [rel(".gitignore"), rel(".ignore"), rel("src/with space.rs")]);
}

#[test]
fn a_tool_that_rewrites_in_place_becomes_a_patch() {
    let yard = three_files();
    let mut tree = yard.open();
    let act = || {
        fs::write(yard.path("a.txt"), "tool").unwrap();
        fs::remove_file(yard.path("gone.txt")).unwrap();
        fs::create_dir_all(yard.path("cache/x")).unwrap();
        fs::write(yard.path("cache/x/c"), "c").unwrap();
        Ok(7)
    };
    let (answer, all) = tree.capture(&[], act).unwrap();
    assert_eq!(answer, 7);
    let expected = [
        change("a.txt", Some("a"), Some("tool")),
        change("cache/x/c", None, Some("c")),
        change("gone.txt", Some("g"), None),
    ];
    assert_eq!(all.files(), expected);
    assert_untouched(&yard);
    let (_, one) = tree.capture(&[rel("a.txt")], act).unwrap();
    assert_eq!(one.files(), &expected[..1]);
    assert_untouched(&yard);
}

#[test]
fn a_tool_that_fails_leaves_nothing() {
    let yard = three_files();
    let mut tree = yard.open();
    let failed = tree.capture(&[], || -> Result<()> {
        fs::write(yard.path("a.txt"), "half").unwrap();
        bail!("tool broke")
    });
    assert!(failed.is_err());
    assert_untouched(&yard);
}

#[test]
fn captures_keep_what_was_applied_before() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.apply(&patch([change("a.txt", Some("a"), Some("A"))])).unwrap();
    let (_, made) = tree.capture(&[], || Ok(fs::write(yard.path("a.txt"), "tool")?)).unwrap();
    assert_eq!(made.files(), [change("a.txt", Some("A"), Some("tool"))]);
    assert_eq!(yard.text("a.txt").as_deref(), Some("A"));
}

#[test]
fn what_the_failing_command_made_is_new_to_the_tool_that_makes_it() {
    let yard = three_files();
    let mut tree = yard.open();
    let before = tree.snapshot().unwrap();
    fs::write(yard.path("made.txt"), "m").unwrap();
    fs::write(yard.path("cache.txt"), "c").unwrap();
    assert_eq!(tree.repair(&before).unwrap(), Repaired::default());
    let (_, made) = tree.capture(&[], || Ok(fs::write(yard.path("made.txt"), "m")?)).unwrap();
    assert_eq!(made.files(), [change("made.txt", None, Some("m"))]);
    assert_eq!(tree.apply(&made).unwrap(), ApplyResult::Applied);
    assert_eq!(yard.text("made.txt").as_deref(), Some("m"));
    assert_eq!(tree.apply(&made.reversed()).unwrap(), ApplyResult::Applied);
    assert_eq!((yard.text("made.txt"), yard.text("cache.txt").as_deref()), (None, Some("c")));
    tree.restore().unwrap();
    assert_eq!(yard.text("made.txt").as_deref(), Some("m"));
}

#[test]
fn a_process_killed_while_a_tool_runs_is_cleaned_up_after() {
    let yard = three_files();
    let mut tree = yard.open();
    tree.apply(&patch([change("a.txt", Some("a"), Some("A"))])).unwrap();
    tree.snapshot().unwrap();
    fs::write(yard.path("other.txt"), "tool").unwrap();
    fs::write(yard.path("a.txt"), "tool").unwrap();
    kill(tree);
    drop(yard.open());
    assert_untouched(&yard);
    assert_eq!(yard.text("other.txt").as_deref(), Some("o"));
}

#[test]
fn a_command_that_deletes_the_tree_is_repaired() {
    let yard = Yard::new(&[("src/a.txt", b"a"), ("src/b.txt", b"b"), ("c.txt", b"c")]);
    let mut tree = yard.open();
    tree.apply(&patch([change("c.txt", Some("c"), Some("C"))])).unwrap();
    let before = tree.snapshot().unwrap();
    assert_eq!(tree.repair(&before).unwrap(), Repaired::default());
    fs::remove_dir_all(yard.path("")).unwrap();
    assert_eq!(tree.repair(&before).unwrap().put_back.len(), 3);
    assert_eq!(yard.text("c.txt").as_deref(), Some("C"));

    let outside = yard.dir.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::remove_dir_all(yard.path("src")).unwrap();
    symlink(&outside, yard.path("src")).unwrap();
    fs::remove_file(yard.path("c.txt")).unwrap();
    fs::create_dir_all(yard.path("c.txt/junk")).unwrap();
    assert_eq!(tree.repair(&before).unwrap().put_back.len(), 3);
    assert_eq!(yard.text("src/b.txt").as_deref(), Some("b"));
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    drop(tree);
    assert_eq!(yard.text("c.txt").as_deref(), Some("c"));
}

#[test]
fn symlinks_are_put_back() {
    let yard = three_files();
    for name in ["deleted", "changed", "replaced", "same"] {
        symlink("a.txt", yard.path(name)).unwrap();
    }
    let mut tree = yard.open();
    let act = || {
        fs::remove_file(yard.path("deleted"))?;
        fs::remove_file(yard.path("changed"))?;
        symlink("gone.txt", yard.path("changed"))?;
        fs::remove_file(yard.path("replaced"))?;
        Ok(fs::write(yard.path("replaced"), "r")?)
    };
    let assert_back = || {
        for name in ["deleted", "changed", "replaced", "same"] {
            assert_eq!(fs::read_link(yard.path(name)).unwrap(), PathBuf::from("a.txt"), "{name}");
        }
    };
    let before = tree.snapshot().unwrap();
    act().unwrap();
    let put_back = tree.repair(&before).unwrap().put_back;
    assert_eq!(put_back, [named("changed"), named("deleted"), named("replaced")]);
    assert_back();
    let (_, made) = tree.capture(&[], || act().and_then(|()| Ok(symlink("x", yard.path("new"))?))).unwrap();
    assert_eq!(made.files(), []);
    assert_back();
    assert!(yard.path("new").symlink_metadata().is_err());
}

#[test]
fn what_cannot_be_protected_is_reported() {
    let yard = Yard::new(&[("a.txt", b"a"), (".git/HEAD", b"ref")]);
    let large = File::create(yard.path("large.bin")).unwrap();
    large.set_len(17 << 20).unwrap();
    let mut tree = yard.open();
    let before = tree.snapshot().unwrap();
    assert_eq!(tree.repair(&before).unwrap(), Repaired::default());
    large.set_len(5).unwrap();
    fs::remove_file(yard.path(".git/HEAD")).unwrap();
    let unprotected = vec![named("large.bin")];
    let expected = Repaired { put_back: Vec::new(), unprotected, git_destroyed: true };
    assert_eq!(tree.repair(&before).unwrap(), expected);
    let after = tree.snapshot().unwrap();
    assert_eq!(tree.repair(&after).unwrap(), Repaired::default());
}

#[test]
fn a_journal_folder_that_others_can_change_is_refused() {
    let yard = three_files();
    let refused = |journal: &Path, why: &str| {
        let error = Tree::open(&yard.path(""), journal).err().unwrap();
        let Unusable(said) = error.downcast_ref().unwrap();
        let place = journal.display().to_string();
        assert!(said.contains(why) && said.contains(&place) && said.contains("XDG_STATE_HOME"), "{said}");
    };
    let journal = yard.dir.path().join("journal");
    drop(yard.open());
    let own = fs::read_dir(&journal).unwrap().next().unwrap().unwrap().path();
    let chmod = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for dir in [&journal, &own] {
        for mode in [0o720, 0o702, 0o1777] {
            chmod(dir, mode);
            refused(&journal, "written by others");
        }
        chmod(dir, 0o755);
        drop(yard.open());
        assert_eq!(fs::metadata(dir).unwrap().permissions().mode() & 0o7777, 0o700);
    }
    symlink(&journal, yard.dir.path().join("link")).unwrap();
    refused(&yard.dir.path().join("link"), "no real directory");
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&journal, Some(12345), None).unwrap();
        refused(&journal, "another user");
    } else {
        refused(Path::new("/"), "another user");
    }
}

#[test]
fn a_copy_shares_nothing() {
    let yard = Yard::new(&[("src/a.sh", b"a"), ("skip.log", b""), (".gitignore", b"*.log")]);
    fs::set_permissions(yard.path("src/a.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("src/a.sh", yard.path("link")).unwrap();
    let target = yard.dir.path().join("copy");
    yard.open().copy_to(&target).unwrap();
    fs::write(target.join("src/a.sh"), "changed").unwrap();
    assert_eq!(yard.text("src/a.sh").as_deref(), Some("a"));
    assert_eq!(fs::metadata(target.join("src/a.sh")).unwrap().permissions().mode() & 0o777, 0o755);
    assert!(fs::symlink_metadata(target.join("link")).unwrap().is_symlink());
    assert!(!target.join("skip.log").exists());
}

#[test]
fn visiting_reads_each_wanted_file_once() {
    let yard = Yard::new(&[("a.txt", b"a"), ("d/b.txt", b"bb"), ("big.txt", b"too large"), ("c.png", b"c")]);
    let seen = std::sync::Mutex::new(Vec::new());
    let wanted = |path: &RelPath| path.extension() == "txt";
    visit(&yard.path(""), 2, wanted, |path, bytes| seen.lock().unwrap().push((path.clone(), bytes.len())));
    let mut seen = seen.into_inner().unwrap();
    seen.sort();
    assert_eq!(seen, [(rel("a.txt"), 1), (rel("d/b.txt"), 2)]);
    assert_eq!(read(&yard.path(""), &rel("d/b.txt")).unwrap().as_deref(), Some(&b"bb"[..]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn applying_and_restoring_loses_no_byte(
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 3),
        after in prop::collection::vec(prop::option::of(prop::collection::vec(any::<u8>(), 0..40)), 3),
    ) {
        let names = ["crlf bom.txt", "d/b", "c"];
        let files: Vec<_> = names.iter().zip(&contents).map(|(n, b)| (*n, b.as_slice())).collect();
        let yard = Yard::new(&files);
        let changes = names.iter().zip(&contents).zip(&after)
            .map(|((n, b), a)| FilePatch { path: rel(n), before: Some(b.clone()), after: a.clone() });
        let mut tree = yard.open();
        prop_assert_eq!(tree.apply(&patch(changes)).unwrap(), ApplyResult::Applied);
        for (name, bytes) in names.iter().zip(&after) {
            prop_assert_eq!(&fs::read(yard.path(name)).ok(), bytes);
        }
        tree.restore().unwrap();
        for (name, bytes) in names.iter().zip(&contents) {
            prop_assert_eq!(&fs::read(yard.path(name)).unwrap(), bytes);
        }
    }
}
