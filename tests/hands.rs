//! The hands with the real tools that this machine has: small projects are broken, `heal` is run, and the
//! text must be as it was before.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test sets its stage as it likes")]

use std::path::Path;
use std::process::Command;

struct Case<'a> {
    files: &'a [(&'a str, &'a str)],
    command: &'a [&'a str],
    /// The file that is repaired, and what it must say then.
    path: &'a str,
    mended: &'a str,
    hand: &'a str,
}

/// The tools that `tests/install` brings, and this machine's.
fn search_path() -> std::ffi::OsString {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    let own = ["venv/bin", "tools/node_modules/.bin"].map(|folder| target.join(folder));
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path))).unwrap()
}

fn is_installed(program: &str) -> bool {
    std::env::split_paths(&search_path()).any(|folder| folder.join(program).is_file())
}

/// Heals a copy of the project; what the command needs on this machine is named when it is missing.
fn heal(case: &Case) {
    let shell = ["sh", "bash"].contains(&case.command[0]);
    assert!(shell || is_installed(case.command[0]), "this test needs {}", case.command[0]);
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in case.files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let out = Command::new(env!("CARGO_BIN_EXE_thanos-fix"))
        .args(["heal", "--json", "--sandbox", "off", "--"])
        .args(case.command)
        .current_dir(folder.path())
        .env("PATH", search_path())
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stderr);
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{told}"));
    assert_eq!(read(folder.path(), case.path), case.mended, "{:?}: {json:#}\n{told}", case.command);
    assert_eq!(json["hand"], case.hand, "{json:#}");
    assert!(out.status.success(), "{told}");
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

const MANIFEST: &str = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

#[test]
fn rust() {
    const MISSPELT: &str = "pub fn area(width: u32) -> u32 {\n    widht * 2\n}\n";
    const ODD_DEFINITION: &str =
        "struct P {\n    lenght: u8,\n}\n\npub fn f() -> u8 {\n    P { length: 1 }.length\n}\n";
    for case in [
        Case {
            files: &[("Cargo.toml", MANIFEST), ("src/lib.rs", MISSPELT)],
            command: &["cargo", "check", "--offline"],
            path: "src/lib.rs",
            mended: "pub fn area(width: u32) -> u32 {\n    width * 2\n}\n",
            hand: "hint",
        },
        Case {
            files: &[("Cargo.toml", MANIFEST), ("src/lib.rs", ODD_DEFINITION)],
            command: &["cargo", "check", "--offline"],
            path: "src/lib.rs",
            mended: "struct P {\n    length: u8,\n}\n\npub fn f() -> u8 {\n    P { length: 1 }.length\n}\n",
            hand: "hint",
        },
        Case {
            files: &[
                ("Cargo.toml", MANIFEST),
                ("src/lib.rs", "#![deny(unused_mut)]\npub fn f() -> u8 {\n    let mut x = 1;\n    x\n}\n"),
            ],
            command: &["cargo", "check", "--offline"],
            path: "src/lib.rs",
            mended: "#![deny(unused_mut)]\npub fn f() -> u8 {\n    let x = 1;\n    x\n}\n",
            hand: "tool",
        },
        Case {
            files: &[("Cargo.toml", MANIFEST), ("src/lib.rs", "pub fn f() -> u8 {\n    return 1;\n}\n")],
            command: &["cargo", "clippy", "--offline", "--", "-D", "warnings"],
            path: "src/lib.rs",
            mended: "pub fn f() -> u8 {\n    1\n}\n",
            hand: "tool",
        },
        Case {
            files: &[("Cargo.toml", MANIFEST), ("src/lib.rs", "pub async fn f()->u8{1}\n")],
            command: &["cargo", "fmt", "--check"],
            path: "src/lib.rs",
            mended: "pub async fn f() -> u8 {\n    1\n}\n",
            hand: "tool",
        },
    ] {
        heal(&case);
    }
}

#[test]
fn c() {
    const HEAD: &str = "#include <stdio.h>\n\n";
    const COUNT: &str = "int main() {\n    int n;\n    scanf(\"%d\", &n);\n    for (i = 0; i < n; i++) {\n        printf(\"%d\\n\", i);\n    }\n    return 0;\n}\n";
    const TWICE: &str = "#include \"twice.h\"\n\nint twice(int n) {\n    return 2 * n;\n}\n";
    const USES: &str = "#include <stdio.h>\n#include \"twice.h\"\n\nint main() {\n    printf(\"%d\\n\", twcie(4));\n    return 0;\n}\n";
    const MAKE: &str = "CFLAGS = -Iinclude\n\nall: main.o twice.o\n\t@$(CC) -o prog main.o twice.o\n\n%.o: src/%.c\n\t@$(CC) $(CFLAGS) -c -o $@ $<\n";
    const ROOT: &str = "#include <math.h>\n\nint main(int n, char **a) {\n    return (int)sqrt(n) - 1;\n}\n";
    const PLUS: &str = "int main() {\n    std::vector<int> v{1, 2};\n    return v.size() - 2;\n}\n";
    let counted = HEAD.to_owned() + &COUNT.replace("int n;", "int n, i;");
    let project: &[(&str, &str)] =
        &[("include/twice.h", "int twice(int n);\n"), ("src/twice.c", TWICE), ("Makefile", MAKE)];
    for (files, command, path, mended, hand) in [
        (
            vec![("a.c", format!("{HEAD}int main() {{\n    puts(\"a\")\n    return 0;\n}}\n"))],
            &["gcc", "-c", "a.c"][..],
            "a.c",
            format!("{HEAD}int main() {{\n    puts(\"a\");\n    return 0;\n}}\n"),
            "tool",
        ),
        (vec![("a.c", HEAD.to_owned() + COUNT)], &["gcc", "-o", "a", "a.c"], "a.c", counted.clone(), "hint"),
        // Two causes, the second of them a brace.
        (
            vec![("a.c", HEAD.to_owned() + &COUNT.replace("i++) {", "i++)"))],
            &["gcc", "-Wall", "-c", "a.c"],
            "a.c",
            counted,
            "hint",
        ),
        (vec![("src/main.c", USES.to_owned())], &["make"], "src/main.c", USES.replace("twcie", "twice"), "hint"),
        (
            vec![("src/main.c", USES.replace("twcie(4));", "twice(4);"))],
            &["make"],
            "src/main.c",
            USES.replace("twcie", "twice"),
            "hint",
        ),
        (
            vec![("r.c", ROOT.to_owned()), ("Makefile", "r: r.c\n\t$(CC) -o r r.c\n\t./r\n".to_owned())],
            &["make"],
            "Makefile",
            "r: r.c\n\t$(CC) -o r r.c -lm\n\t./r\n".to_owned(),
            "hint",
        ),
        (
            vec![("v.cpp", PLUS.to_owned())],
            &["g++", "-c", "v.cpp"],
            "v.cpp",
            "#include <vector>\n\n".to_owned() + PLUS,
            "tool",
        ),
    ] {
        let with = if files[0].0.starts_with("src/") { project } else { &[] };
        let own: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (*path, text.as_str())).chain(with.iter().copied()).collect();
        heal(&Case { files: &own, command, path, mended: &mended, hand });
    }
}

#[test]
fn python() {
    const TEST: &str = "import unittest\nfrom m import double\n\nclass T(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(double('ab'), 'abab')\n";
    for (broken, mended) in [
        ("def double(text):\n    return txet * 2\n", "def double(text):\n    return text * 2\n"),
        ("def doubel(text):\n    return text * 2\n", "def double(text):\n    return text * 2\n"),
        ("def double(text):\n    retrun text * 2\n", "def double(text):\n    return text * 2\n"),
        ("def double(text)\n    return text * 2\n", "def double(text):\n    return text * 2\n"),
        (
            "def double(text):\n    return ''.jion([text, text])\n",
            "def double(text):\n    return ''.join([text, text])\n",
        ),
        (
            "import os.path\n\ndef double(text):\n    return os.path.basenaem(text) * 2\n",
            "import os.path\n\ndef double(text):\n    return os.path.basename(text) * 2\n",
        ),
        (
            "from fucntools import reduce\n\ndef double(text):\n    return text * 2\n",
            "from functools import reduce\n\ndef double(text):\n    return text * 2\n",
        ),
    ] {
        let files: &'static [_] = vec![("m.py", broken), ("test_m.py", TEST)].leak();
        heal(&Case { files, command: &["python3", "-m", "unittest"], path: "m.py", mended, hand: "hint" });
    }
}

#[test]
fn a_typing_error_in_a_test_does_not_rename_what_it_tests() {
    heal(&Case {
        files: &[
            ("m.py", "def average(a, b):\n    return (a + b) / 2\n"),
            (
                "test_m.py",
                "import unittest\nimport m\n\nclass T(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(m.avrage(1, 3), 2)\n",
            ),
        ],
        command: &["python3", "-m", "unittest"],
        path: "test_m.py",
        mended: "import unittest\nimport m\n\nclass T(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(m.average(1, 3), 2)\n",
        hand: "hint",
    });
}

#[test]
fn node() {
    const TEST: &str = "import { test } from 'node:test';\nimport assert from 'node:assert';\nimport { double } from './m.mjs';\n\ntest('doubles', () => assert.equal(double('ab'), 'abab'));\n";
    for (broken, mended) in [
        (
            "export function double(text) {\n  return txet + text;\n}\n",
            "export function double(text) {\n  return text + text;\n}\n",
        ),
        (
            "export fucntion double(text) {\n  return text + text;\n}\n",
            "export function double(text) {\n  return text + text;\n}\n",
        ),
        (
            "export function double(text) {\n  return text.repaet(2);\n}\n",
            "export function double(text) {\n  return text.repeat(2);\n}\n",
        ),
        (
            "export function double(text {\n  return text.repeat(2);\n}\n",
            "export function double(text) {\n  return text.repeat(2);\n}\n",
        ),
        (
            "import path from 'node:paht';\nexport const double = (text) => path.normalize(text + text);\n",
            "import path from 'node:path';\nexport const double = (text) => path.normalize(text + text);\n",
        ),
    ] {
        let files: &'static [_] = vec![("m.mjs", broken), ("m.test.mjs", TEST)].leak();
        heal(&Case { files, command: &["node", "--test"], path: "m.mjs", mended, hand: "hint" });
    }
}

#[test]
fn go() {
    heal(&Case {
        files: &[("a.go", "package a\n\nfunc F()  int {\nreturn 1 }\n")],
        command: &["sh", "-c", "gofmt -d . && test -z \"$(gofmt -l .)\""],
        path: "a.go",
        mended: "package a\n\nfunc F() int {\n\treturn 1\n}\n",
        hand: "tool",
    });
}

#[test]
fn a_checker_that_names_no_file_is_called_so_that_it_writes() {
    const PYTHON: (&str, &str) = ("src/a.py", "x  = 1\n");
    const FORMATTED: &str = "x = 1\n";
    for case in [
        Case {
            files: &[
                PYTHON,
                ("Makefile", "FOLDER=src\nlint:\n\t@echo looking\n\tcd $(FOLDER) && black -q --check .\n"),
            ],
            command: &["make", "lint"],
            path: PYTHON.0,
            mended: FORMATTED,
            hand: "tool",
        },
        Case {
            files: &[
                ("web/b.py", PYTHON.1),
                (
                    "web/package.json",
                    r#"{"name": "a", "scripts": {"ci": "npm run look", "look": "ruff format -s --check ."}}"#,
                ),
            ],
            command: &["sh", "-c", "cd web && npm run ci"],
            path: "web/b.py",
            mended: FORMATTED,
            hand: "tool",
        },
        Case {
            files: &[("a.go", "package a\n\nfunc F()  {}\n")],
            command: &["bash", "-c", "set -e\ntest -z \"$(gofmt -l .)\"\nfalse | true"],
            path: "a.go",
            mended: "package a\n\nfunc F() {}\n",
            hand: "tool",
        },
        Case {
            files: &[
                (".github/thanos.yml", "fixers:\n  - {when: '^stale: names', run: python3 make.py write}\n"),
                (
                    "make.py",
                    "import sys\ntext = 'a b\\n'\nif sys.argv[1:]: open('names.txt', 'w').write(text)\nelif open('names.txt').read() != text: sys.exit('stale: names.txt')\n",
                ),
                ("names.txt", "a\n"),
            ],
            command: &["python3", "make.py"],
            path: "names.txt",
            mended: "a b\n",
            hand: "tool",
        },
    ] {
        heal(&case);
    }
}

/// `make generate && git diff --exit-code`: it can pass only where the repair is committed.
#[test]
fn what_a_generator_would_change_is_the_repair() {
    let git = |folder: &Path, words: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"];
        let status = Command::new("git").args(identity).args(words).current_dir(folder).status().unwrap();
        assert!(status.success(), "git {words:?}");
    };
    for check in [
        "git diff --exit-code --quiet",
        "git diff --exit-code",
        "test -z \"$(git status --porcelain)\"",
        "test -z \"$(git ls-files -o)\"",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        // One file was out of date, and one was never committed.
        write("sub/make.py", "for n in 'ab': open(n + '.txt', 'w').write('# Generated. DO NOT EDIT.\\nb\\n')\n");
        write("sub/a.txt", "# Generated. DO NOT EDIT.\n");
        git(folder.path(), &["init", "-q"]);
        git(folder.path(), &["add", "-A"]);
        git(folder.path(), &["commit", "-qm", "a"]);
        let before = std::fs::read(folder.path().join(".git/index")).unwrap();
        let out = Command::new(env!("CARGO_BIN_EXE_thanos-fix"))
            .args(["heal", "--json", "--", "sh", "-c"])
            .arg(format!("python3 make.py && {check}"))
            .current_dir(folder.path().join("sub"))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{check}: {told}");
        assert_eq!(read(folder.path(), "sub/a.txt"), "# Generated. DO NOT EDIT.\nb\n", "{check}");
        let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        assert!(json["patch"].as_str().unwrap().contains("+++ b/b.txt"), "{json:#}");
        assert!(json["guards"].to_string().contains("once the repair is committed"), "{json:#}");
        assert_eq!(std::fs::read(folder.path().join(".git/index")).unwrap(), before, "the index is the user's");
    }
}

#[test]
fn a_missing_import_is_added() {
    const TEST: &str = "import unittest\nfrom m import words\n\nclass T(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(words('a b'), ['a', 'b'])\n";
    for (broken, mended) in [
        (
            "import os\n\ndef words(be):\n    return re.findall('[a-z]', be)\n",
            "import os\nimport re\n\ndef words(be):\n    return re.findall('[a-z]', be)\n",
        ),
        (
            "def words(text):\n    return split_it(text)\n",
            "from other import split_it\n\ndef words(text):\n    return split_it(text)\n",
        ),
    ] {
        let other = ("other.py", "def split_it(text):\n    return text.split()\n");
        let files: &'static [_] = vec![("m.py", broken), ("test_m.py", TEST), other].leak();
        heal(&Case { files, command: &["python3", "-m", "unittest"], path: "m.py", mended, hand: "hint" });
    }
    heal(&Case {
        files: &[
            ("a.mjs", "export const twice = (n) => n * 2;\n"),
            ("m.test.mjs", "import assert from 'node:assert';\n\nassert.equal(twice(2), 4);\n"),
        ],
        command: &["node", "m.test.mjs"],
        path: "m.test.mjs",
        mended: "import assert from 'node:assert';\nimport { twice } from './a.mjs';\n\nassert.equal(twice(2), 4);\n",
        hand: "hint",
    });
    heal(&Case {
        files: &[
            ("go.mod", "module small\n\ngo 1.20\n"),
            (
                "a.go",
                "package small\n\nimport \"fmt\"\n\nfunc F() string { return fmt.Sprint(strings.ToUpper(\"a\")) }\n",
            ),
        ],
        command: &["go", "vet", "./..."],
        path: "a.go",
        mended: "package small\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n)\n\nfunc F() string { return fmt.Sprint(strings.ToUpper(\"a\")) }\n",
        hand: "hint",
    });
    heal(&Case {
        files: &[("Cargo.toml", MANIFEST), ("src/lib.rs", "pub fn f() -> HashMap<u8, u8> {\n    HashMap::new()\n}\n")],
        command: &["cargo", "check", "--offline"],
        path: "src/lib.rs",
        mended: "use std::collections::HashMap;\n\npub fn f() -> HashMap<u8, u8> {\n    HashMap::new()\n}\n",
        hand: "tool",
    });
}

#[test]
fn an_import_takes_what_the_other_file_exports() {
    heal(&Case {
        files: &[
            ("b.mjs", "export default class Shelf {}\nexport const other = 1;\n"),
            ("a.mjs", "import { other, Shelf } from './b.mjs';\n\nnew Shelf(other);\n"),
        ],
        command: &["node", "a.mjs"],
        path: "a.mjs",
        mended: "import Shelf, { other } from './b.mjs';\n\nnew Shelf(other);\n",
        hand: "hint",
    });
}

#[test]
fn a_lock_file_is_brought_up_to_date_by_its_manager() {
    let lock = |packages: &str| {
        format!(
            "# This file is automatically @generated by Cargo.\n# It is not intended for manual editing.\nversion = 4\n\n{packages}"
        )
    };
    let manifest = format!("{MANIFEST}\n[dependencies]\nnear = {{ path = \"near\" }}\n");
    let old = lock("[[package]]\nname = \"small\"\nversion = \"0.1.0\"\n");
    let sorted = lock(
        "[[package]]\nname = \"near\"\nversion = \"0.2.0\"\n\n[[package]]\nname = \"small\"\nversion = \"0.1.0\"\ndependencies = [\n \"near\",\n]\n",
    );
    heal(&Case {
        files: &[
            ("Cargo.toml", manifest.as_str()),
            ("Cargo.lock", old.as_str()),
            ("src/lib.rs", "pub use near::one;\n"),
            ("near/Cargo.toml", "[package]\nname = \"near\"\nversion = \"0.2.0\"\nedition = \"2024\"\n"),
            ("near/src/lib.rs", "pub fn one() -> u8 {\n    1\n}\n"),
        ],
        command: &["cargo", "check", "--locked"],
        path: "Cargo.lock",
        mended: &sorted,
        hand: "tool",
    });
    heal(&Case {
        files: &[
            ("go.mod", "module example.com/a\n\ngo 1.20\n\nreplace example.com/near => ./near\n"),
            ("a.go", "package a\n\nimport \"example.com/near\"\n\nvar A = near.One\n"),
            ("near/go.mod", "module example.com/near\n\ngo 1.20\n"),
            ("near/near.go", "package near\n\nconst One = 1\n"),
        ],
        command: &["go", "build", "./..."],
        path: "go.mod",
        mended: "module example.com/a\n\ngo 1.20\n\nreplace example.com/near => ./near\n\nrequire example.com/near v0.0.0-00010101000000-000000000000\n",
        hand: "tool",
    });
    heal(&Case {
        files: &[
            (
                "package.json",
                "{\n  \"name\": \"a\",\n  \"version\": \"1.0.0\",\n  \"dependencies\": {\n    \"near\": \"file:near\"\n  }\n}\n",
            ),
            (
                "package-lock.json",
                "{\n  \"name\": \"a\",\n  \"version\": \"1.0.0\",\n  \"lockfileVersion\": 3,\n  \"requires\": true,\n  \"packages\": {\n    \"\": {\n      \"name\": \"a\",\n      \"version\": \"1.0.0\"\n    }\n  }\n}\n",
            ),
            ("near/package.json", "{ \"name\": \"near\", \"version\": \"2.0.0\" }\n"),
        ],
        command: &["npm", "ci"],
        path: "package-lock.json",
        mended: "{\n  \"name\": \"a\",\n  \"version\": \"1.0.0\",\n  \"lockfileVersion\": 3,\n  \"requires\": true,\n  \"packages\": {\n    \"\": {\n      \"name\": \"a\",\n      \"version\": \"1.0.0\",\n      \"dependencies\": {\n        \"near\": \"file:near\"\n      }\n    },\n    \"near\": {\n      \"version\": \"2.0.0\"\n    },\n    \"node_modules/near\": {\n      \"resolved\": \"near\",\n      \"link\": true\n    }\n  }\n}\n",
        hand: "tool",
    });
}

#[test]
fn typescript_mends_what_it_complains_about() {
    const CONFIG: (&str, &str) = (
        "tsconfig.json",
        "{ \"compilerOptions\": { \"strict\": true, \"noEmit\": true, \"noImplicitOverride\": true, \"module\": \"nodenext\", \"target\": \"es2022\", \"types\": [] }, \"include\": [\"src\"] }\n",
    );
    const BASE: (&str, &str) =
        ("src/base.ts", "export class Base {\n\trun(): number {\n\t\treturn 1;\n\t}\n}\nexport const unit = 1;\n");
    for (broken, mended) in [
        (
            "import { Base } from './base.js';\r\nexport class Own extends Base {\r\n\trun(): number {\r\n\t\treturn 2;\r\n\t}\r\n}\r\n",
            "import { Base } from './base.js';\r\nexport class Own extends Base {\r\n\toverride run(): number {\r\n\t\treturn 2;\r\n\t}\r\n}\r\n",
        ),
        (
            "\u{feff}import { Base } from './base.js';\nexport const own = (): number => Base().run() + unit;\n",
            "\u{feff}import { Base, unit } from './base.js';\nexport const own = (): number => new Base().run() + unit;\n",
        ),
        (
            "export function later(given: Promise<number>): Promise<number> {\n\tconst it = await given;\n\treturn it;\n}\n",
            "export async function later(given: Promise<number>): Promise<number> {\n\tconst it = await given;\n\treturn it;\n}\n",
        ),
        (
            "export async function next(given: Promise<number>): Promise<number> {\n\treturn given + 1;\n}\n",
            "export async function next(given: Promise<number>): Promise<number> {\n\treturn await given + 1;\n}\n",
        ),
    ] {
        heal(&Case {
            files: &[CONFIG, ("package.json", "{ \"type\": \"module\" }\n"), BASE, ("src/a.ts", broken)],
            command: &["tsc", "-p", "."],
            path: "src/a.ts",
            mended,
            hand: "tool",
        });
    }
}

#[test]
fn go_vet_is_heeded() {
    const MODULE: (&str, &str) = ("go.mod", "module example.com/a\n\ngo 1.24\n");
    for (broken, mended, hand) in [
        ("func f(s string) { fmt.Printf(\"%d\\n\", s) }", "func f(s string) { fmt.Printf(\"%s\\n\", s) }", "hint"),
        ("func f(s string) { fmt.Println(\"%s\", s) }", "func f(s string) { fmt.Printf(\"%s\\n\", s) }", "hint"),
        (
            "func f(n int) string { return fmt.Sprint(string(n)) }",
            "func f(n int) string { return fmt.Sprint(fmt.Sprint(n)) }",
            "tool",
        ),
    ] {
        let file = |body: &str| format!("package a\n\nimport \"fmt\"\n\n{body}\n");
        let (before, after) = (file(broken), file(mended));
        let files = &[MODULE, ("a.go", before.as_str())];
        heal(&Case { files, command: &["go", "vet", "./..."], path: "a.go", mended: &after, hand });
    }
}

#[test]
fn a_manifest_is_told_of_a_crate_of_the_workspace() {
    let member = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
    };
    let (before, after) =
        (member("y", "\n[dependencies]\n"), member("y", "\n[dependencies]\nz-ed = { path = \"../z\" }\n"));
    heal(&Case {
        files: &[
            ("Cargo.toml", "[workspace]\nmembers = [\"y\", \"z\"]\nresolver = \"3\"\n"),
            ("z/Cargo.toml", &member("z-ed", "")),
            ("z/src/lib.rs", "pub fn one() -> u8 {\n    1\n}\n"),
            ("y/Cargo.toml", &before),
            ("y/src/lib.rs", "pub fn two() -> u8 {\n    z_ed::one() + 1\n}\n"),
        ],
        command: &["cargo", "check"],
        path: "y/Cargo.toml",
        mended: &after,
        hand: "hint",
    });
}
