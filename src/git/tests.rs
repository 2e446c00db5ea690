use super::*;
use crate::ids::BranchName;
use crate::patch::{FilePatch, Patch};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

fn path(name: &str) -> RelPath {
    RelPath::parse(name).unwrap()
}

fn file(name: &str, before: Option<&str>, after: Option<&str>) -> FilePatch {
    let bytes = |text: &str| text.as_bytes().to_vec();
    FilePatch { path: path(name), before: before.map(bytes), after: after.map(bytes) }
}

/// A work tree with one commit that holds every kind of entry.
fn odd_repo(dir: &Path) -> (Repo, Sha) {
    let raw = git2::Repository::init_opts(dir, git2::RepositoryInitOptions::new().initial_head("main")).unwrap();
    let mut builder = raw.treebuilder(None).unwrap();
    let blob = |text: &[u8]| raw.blob(text).unwrap();
    builder.insert("plain.txt", blob(b"one\n"), 0o100644).unwrap();
    builder.insert("run.sh", blob(b"#!/bin/sh\n"), 0o100755).unwrap();
    builder.insert("crlf.txt", blob(b"a\r\nb\r\n"), 0o100644).unwrap();
    builder.insert("with space\nand line", blob(b"x"), 0o100644).unwrap();
    builder.insert(&b"latin-\xe9"[..], blob(b"y"), 0o100644).unwrap();
    builder.insert("outside", blob(b"/etc"), 0o120000).unwrap();
    builder.insert("sub", git2::Oid::from_str(&"1".repeat(40)).unwrap(), 0o160000).unwrap();
    builder
        .insert("big.bin", blob(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"), 0o100644)
        .unwrap();
    builder.insert(".gitattributes", blob(b"big.bin filter=lfs diff=lfs -text\n"), 0o100644).unwrap();
    let tree = raw.find_tree(builder.write().unwrap()).unwrap();
    let who = git2::Signature::now("a", "a@b").unwrap();
    let id = raw.commit(Some("HEAD"), &who, &who, "odd", &tree, &[]).unwrap();
    (Repo::open(dir).unwrap(), sha(id))
}

#[test]
fn a_commit_is_checked_out_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let (source, commit) = odd_repo(&dir.path().join("source"));
    fs::create_dir_all(source.git_dir().join("hooks")).unwrap();
    fs::write(source.git_dir().join("hooks/post-checkout"), "#!/bin/sh\n").unwrap();
    let into = dir.path().join("into");
    checkout_local(&source, &commit, &into).unwrap();
    assert_eq!(fs::read(into.join("crlf.txt")).unwrap(), b"a\r\nb\r\n");
    assert_eq!(fs::read(into.join("with space\nand line")).unwrap(), b"x");
    assert_eq!(fs::read(into.join(std::ffi::OsStr::from_bytes(b"latin-\xe9"))).unwrap(), b"y");
    assert_eq!(fs::read_link(into.join("outside")).unwrap(), Path::new("/etc"));
    assert!(fs::read_dir(into.join("sub")).unwrap().next().is_none());
    assert!(fs::read_to_string(into.join("big.bin")).unwrap().starts_with("version https"));
    let checked_out = Repo::open(&into).unwrap();
    assert_eq!(checked_out.head().unwrap(), Head { commit: Some(commit.clone()), branch: None });
    assert_eq!(checked_out.dirty().unwrap(), []);
    assert!(!into.join(".git/hooks/post-checkout").exists());
    let again = checkout_local(&source, &commit, &into).unwrap_err();
    assert!(again.to_string().contains("not empty"), "{again}");
}

#[test]
fn a_tree_that_writes_through_a_link_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let outside = dir.path().join("outside");
    fs::create_dir(&outside).unwrap();
    let source = Repo::init_bare(&dir.path().join("source")).unwrap();
    // libgit2 does not write such a tree, so the object is made by hand: `a` is a link and a folder.
    let odb = source.inner.odb().unwrap();
    let inner = source.inner.blob(b"gotcha").unwrap();
    let entry = |mode: &str, name: &str, id: git2::Oid| [format!("{mode} {name}\0").as_bytes(), id.as_bytes()].concat();
    let folder = odb.write(git2::ObjectType::Tree, &entry("100644", "file", inner)).unwrap();
    let target = source.inner.blob(outside.as_os_str().as_bytes()).unwrap();
    let tree = [entry("120000", "a", target), entry("40000", "a", folder)].concat();
    let tree = odb.write(git2::ObjectType::Tree, &tree).unwrap();
    let text = format!("tree {tree}\nauthor a <a@b> 0 +0000\ncommitter a <a@b> 0 +0000\n\nx\n");
    let commit = sha(odb.write(git2::ObjectType::Commit, text.as_bytes()).unwrap());
    let _ = checkout_local(&source, &commit, &dir.path().join("into"));
    assert!(fs::read_dir(&outside).unwrap().next().is_none());
}

#[test]
fn entries_say_what_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let (repo, commit) = odd_repo(dir.path());
    let mode = |name: &str| repo.entry(&commit, &path(name)).unwrap().unwrap().mode;
    assert_eq!(mode("plain.txt"), FileMode::File);
    assert_eq!(mode("run.sh"), FileMode::Executable);
    assert_eq!(mode("outside"), FileMode::Symlink);
    assert_eq!(mode("sub"), FileMode::Submodule);
    assert_eq!(repo.entry(&commit, &path("no/such")).unwrap(), None);
    assert_eq!(repo.file(&commit, &path("plain.txt")).unwrap().as_deref(), Some(&b"one\n"[..]));
    assert_eq!(repo.file(&commit, &path("outside")).unwrap(), None);
    // Names that are not UTF-8 or hold a line break have no RelPath.
    let listed: Vec<_> = repo.list(&commit, None).unwrap().into_iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(listed, [".gitattributes", "big.bin", "crlf.txt", "outside", "plain.txt", "run.sh", "sub"]);
}

#[test]
fn a_file_that_moves_keeps_its_mode() {
    let dir = tempfile::tempdir().unwrap();
    let (repo, base) = odd_repo(dir.path());
    let script = Some("#!/bin/sh\n");
    let moved = Patch::from_files([file("run.sh", script, None), file("bin/run.sh", None, script)]);
    let commit = repo.create_commit(Some(&base), &moved, "m", ("t", "t@t")).unwrap().unwrap();
    assert_eq!(repo.entry(&commit, &path("bin/run.sh")).unwrap().unwrap().mode, FileMode::Executable);
    assert_eq!(repo.entry(&commit, &path("run.sh")).unwrap(), None);
}

#[test]
fn commits_are_built_from_patches() {
    let dir = tempfile::tempdir().unwrap();
    let (repo, base) = odd_repo(dir.path());
    let author = ("t", "t@t");
    let patch = Patch::from_files([
        file("run.sh", Some("#!/bin/sh\n"), Some("#!/bin/sh\ntrue\n")),
        file("new/dir/x.txt", None, Some("hi")),
        file("plain.txt", Some("one\n"), None),
    ]);
    let commit = repo.create_commit(Some(&base), &patch, "m", author).unwrap().unwrap();
    assert_eq!(repo.entry(&commit, &path("run.sh")).unwrap().unwrap().mode, FileMode::Executable);
    assert_eq!(repo.file(&commit, &path("new/dir/x.txt")).unwrap().as_deref(), Some(&b"hi"[..]));
    assert_eq!(repo.file(&commit, &path("plain.txt")).unwrap(), None);
    assert_eq!(repo.commit(&commit).unwrap().unwrap().parents, std::slice::from_ref(&base));
    let changes = repo.changes_between(&base, &commit).unwrap();
    assert_eq!(changes.patch, patch);
    assert_eq!(changes.modes, []);
    // A folder that becomes empty goes.
    let gone = Patch::from_files([file("new/dir/x.txt", Some("hi"), None)]);
    let commit = repo.create_commit(Some(&commit), &gone, "m", author).unwrap().unwrap();
    assert_eq!(repo.entry(&commit, &path("new")).unwrap(), None);
    for stale in
        [file("plain.txt", Some("two\n"), Some("x")), file("plain.txt", None, Some("x")), file("sub", Some(""), None)]
    {
        let name = stale.path.clone();
        let refused = repo.create_commit(Some(&base), &Patch::from_files([stale]), "m", author).unwrap();
        assert_eq!(refused, Err(name));
    }
}

#[test]
fn exactly_one_of_many_creates_a_branch() {
    let dir = tempfile::tempdir().unwrap();
    let (_, commit) = odd_repo(dir.path());
    let branch = BranchName::parse("thanos/issue-1").unwrap();
    let try_once = || {
        let repo = Repo::open(dir.path()).unwrap();
        repo.move_branch(&branch, RefState::Absent, Some(&commit)).unwrap()
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(try_once)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|result| **result == Moved::Yes).count(), 1);
    let repo = Repo::open(dir.path()).unwrap();
    let other = repo.create_commit(Some(&commit), &Patch::default(), "o", ("t", "t@t")).unwrap().unwrap();
    let moved = |expected: &Sha, new| repo.move_branch(&branch, RefState::At(expected), new).unwrap();
    assert_eq!(moved(&other, Some(&other)), Moved::No(Some(commit.clone())));
    assert_eq!(moved(&commit, Some(&other)), Moved::Yes);
    assert!(repo.is_forward(&commit, &other).unwrap() && !repo.is_forward(&other, &commit).unwrap());
    assert_eq!(moved(&other, None), Moved::Yes);
    assert_eq!(moved(&other, None), Moved::No(None));
}

#[test]
fn head_and_the_working_tree() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("work");
    git2::Repository::init_opts(&root, git2::RepositoryInitOptions::new().initial_head("main")).unwrap();
    let unborn = Repo::open(&root).unwrap();
    assert_eq!(unborn.head().unwrap(), Head { commit: None, branch: Some("main".to_owned()) });
    assert!(unborn.recent_paths(10).unwrap().is_empty());
    assert!(Repo::discover(&dir.path().join("..")).unwrap().is_none_or(|repo| repo.git_dir() != root));

    let (source, first) = odd_repo(&dir.path().join("source"));
    let patch = Patch::from_files([file("plain.txt", Some("one\n"), Some("two\n"))]);
    let second = source.create_commit(Some(&first), &patch, "second", ("t", "t@t")).unwrap().unwrap();
    let into = dir.path().join("into");
    checkout_local(&source, &second, &into).unwrap();
    let repo = Repo::discover(&into.join("sub")).unwrap().unwrap();
    assert_eq!(repo.workdir().unwrap().canonicalize().unwrap(), into.canonicalize().unwrap());
    let ranks = repo.recent_paths(10).unwrap();
    assert_eq!((ranks["plain.txt"], ranks["run.sh"]), (0, 1));
    assert_eq!(repo.resolve("HEAD~1").unwrap(), Some(first.clone()));
    assert_eq!(repo.resolve("nothing").unwrap(), None);

    fs::write(into.join("plain.txt"), "three\n").unwrap();
    fs::write(into.join("fresh.txt"), "f").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", into.join("link")).unwrap();
    let dirty = repo.dirty().unwrap();
    assert!(dirty.contains(&Dirty { path: "plain.txt".to_owned(), untracked: false }), "{dirty:?}");
    assert!(dirty.contains(&Dirty { path: "fresh.txt".to_owned(), untracked: true }), "{dirty:?}");
    let changes = repo.changes_since(&first).unwrap();
    let expected = [file("fresh.txt", None, Some("f")), file("plain.txt", Some("one\n"), Some("three\n"))];
    assert_eq!(changes.patch, Patch::from_files(expected));
    assert_eq!(changes.modes, [ModeChange { path: "link".to_owned(), before: None, after: Some(FileMode::Symlink) }]);
}

#[test]
fn remotes_name_their_repository() {
    for (url, slug) in [
        ("https://github.com/o/r.git", Some("o/r")),
        ("https://x:y@github.com/o/r/", Some("o/r")),
        ("git@github.com:o/r.git", Some("o/r")),
        ("ssh://git@host:22/o/r", Some("o/r")),
        ("/tmp/some/path", None),
        ("../o:r/x", None),
        ("file:///o/r", None),
        ("https://host/only", None),
    ] {
        assert_eq!(slug_of_url(url).map(String::from).as_deref(), slug, "{url}");
    }
}
