//! Files whose names no patch can hold are protected like every other.

use super::*;
use std::ffi::OsStr;

const ODD: [&[u8]; 5] =
    [b"new\nline", b"bad\xffname", b"back\\slash", b"odd\n\xfe/plain.txt", b"odd\n\xfe/in\\\xff/run.sh"];

impl Yard {
    fn odd(&self, name: &[u8]) -> PathBuf {
        self.dir.path().join("tree").join(OsStr::from_bytes(name))
    }
}

fn odd_files() -> Yard {
    let yard = Yard::new(&[("plain.txt", b"p")]);
    for (at, name) in ODD.iter().enumerate() {
        let path = yard.odd(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content(at)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640 + 0o100 * (at as u32 % 2))).unwrap();
    }
    symlink("plain.txt", yard.odd(b"link\n")).unwrap();
    yard
}

fn content(at: usize) -> Vec<u8> {
    vec![b'0' + at as u8, b'\n', 0xff, 0]
}

fn assert_odd_files(yard: &Yard) {
    for (at, name) in ODD.iter().enumerate() {
        let path = yard.odd(name);
        assert!(path.symlink_metadata().unwrap().is_file(), "{name:?}");
        assert_eq!(fs::read(&path).unwrap(), content(at), "{name:?}");
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o640 + 0o100 * (at as u32 % 2), "{name:?}");
    }
    assert_eq!(fs::read_link(yard.odd(b"link\n")).unwrap(), PathBuf::from("plain.txt"));
    assert_eq!(walk::files(&yard.path(""), true).len(), ODD.len() + 2);
}

/// What a command may do to a file; the last of all also to the folder that holds it.
const HARMS: [fn(&Path); 6] = [
    |path| fs::remove_file(path).unwrap(),
    |path| fs::write(path, "else").unwrap(),
    |path| {
        File::options().append(true).open(path).and_then(|mut f| std::io::Write::write_all(&mut f, b"more")).unwrap()
    },
    |path| {
        fs::remove_file(path).unwrap();
        symlink("/etc/passwd", path).unwrap();
    },
    |path| fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap(),
    |path| {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    },
];

fn harm_all(yard: &Yard, harm: fn(&Path)) {
    ODD.iter().for_each(|name| harm(&yard.odd(name)));
    fs::remove_file(yard.odd(b"link\n")).unwrap();
}

#[test]
fn odd_names_come_back_after_a_command() {
    let yard = odd_files();
    let mut tree = yard.open();
    for harm in HARMS {
        let before = tree.snapshot().unwrap();
        harm_all(&yard, harm);
        assert_eq!(tree.repair(&before).unwrap().put_back.len(), ODD.len() + 1);
        assert_odd_files(&yard);
    }
    let before = tree.snapshot().unwrap();
    fs::remove_dir_all(yard.odd(b"odd\n\xfe")).unwrap();
    symlink("/", yard.odd(b"odd\n\xfe")).unwrap();
    let told: Vec<_> = tree.repair(&before).unwrap().put_back.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["odd\\n\u{fffd}/in\\\u{fffd}/run.sh", "odd\\n\u{fffd}/plain.txt"]);
    assert_odd_files(&yard);
}

#[test]
fn odd_names_that_a_tool_makes_are_taken_away_and_the_others_come_back() {
    let yard = odd_files();
    let mut tree = yard.open();
    let (_, made) = tree
        .capture(&[], || {
            harm_all(&yard, HARMS[0]);
            fs::write(yard.odd(b"made\n"), "m")?;
            fs::create_dir(yard.odd(b"made\xff"))?;
            fs::write(yard.odd(b"made\xff/x"), "m")?;
            Ok(fs::write(yard.path("plain.txt"), "P")?)
        })
        .unwrap();
    assert_eq!(made.files(), [change("plain.txt", Some("p"), Some("P"))]);
    assert_odd_files(&yard);
    assert!(!yard.odd(b"made\xff").exists());
}

#[test]
fn odd_names_come_back_after_a_kill() {
    for harm in HARMS.into_iter().take(5) {
        let yard = odd_files();
        let mut tree = yard.open();
        tree.snapshot().unwrap();
        harm_all(&yard, harm);
        kill(tree);
        let tree = yard.open();
        assert_eq!(tree.recovered().len(), ODD.len() + 1, "{:?}", tree.recovered());
        drop(tree);
        assert_odd_files(&yard);
    }
}

#[test]
fn the_journal_of_an_older_version_is_read() {
    let old = r#"{"path":"a/b.txt","mode":420,"size":0,"missing_parents":["a"]}"#;
    let header: serde_json::Value = serde_json::from_str(old).unwrap();
    let path: AnyPath = serde_json::from_value(header["path"].clone()).unwrap();
    assert_eq!(path, named("a/b.txt"));
    assert_eq!(serde_json::to_string(&path).unwrap(), r#""a/b.txt""#);
    for odd in ODD {
        let path = AnyPath::parse(odd).unwrap();
        let text = serde_json::to_string(&path).unwrap();
        assert!(text.starts_with('[') && path.to_rel().is_none(), "{text}");
        assert_eq!(serde_json::from_str::<AnyPath>(&text).unwrap(), path);
    }
    for bad in ["", "/a", "a//b", "../a", "a/./b", "a/", ".git/x", "a/.GIT", "nul\0"] {
        assert!(AnyPath::parse(bad.as_bytes()).is_none(), "{bad}");
        assert!(serde_json::from_value::<AnyPath>(bad.into()).is_err(), "{bad}");
    }
}
