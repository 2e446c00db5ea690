//! Published packages, broken by one word, healed in place by `thanos-fix heal` with the real tools. Nothing is
//! downloaded: tests/install put them on disk (the Rust one is a dependency of ours).

use crate::project;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

struct Package {
    dir: TempDir,
    home: TempDir,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten().filter(|e| e.file_name() != "__pycache__") {
        let (here, there) = (entry.path(), to.join(entry.file_name()));
        if here.is_dir() {
            copy(&here, &there);
        } else {
            std::fs::write(&there, std::fs::read(&here).unwrap()).unwrap();
        }
    }
}

impl Package {
    fn of(source: &Path, into: &str) -> Self {
        assert!(source.is_dir(), "{} is not installed: run tests/run", source.display());
        let (dir, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        copy(source, &dir.path().join(into));
        Self { dir, home }
    }

    /// The tools that the tests installed, and the toolchain wherever it lives; nothing else of this machine.
    #[expect(clippy::disallowed_methods, reason = "a test starts the program with what a terminal would give it")]
    fn heal(&self, command: &[&str]) -> Output {
        let path = std::env::var("PATH").unwrap();
        let path = format!("{0}/venv/bin:{0}/tools/node_modules/.bin:{path}", root().join("target").display());
        let mut heal = Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
        heal.env_clear().env("PATH", path).env("HOME", self.home.path()).current_dir(self.dir.path());
        let own = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            heal.env(name, std::env::var_os(name).unwrap_or_else(|| own.join(folder).into_os_string()));
        }
        heal.args(["heal", "--json", "--"]).args(command).output().unwrap()
    }

    /// Breaks one word, heals, and wants the file back as its authors wrote it.
    #[track_caller]
    fn breaks_and_heals(&self, path: &str, word: &str, broken: &str, command: &[&str]) {
        let file = self.dir.path().join(path);
        let whole = std::fs::read_to_string(&file).unwrap();
        assert_eq!(whole.matches(word).count(), 1, "{word} is not the one place any more");
        std::fs::write(&file, whole.replace(word, broken)).unwrap();
        let output = self.heal(command);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{broken}: {told}");
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((said["outcome"].as_str(), said["hand"].as_str()), (Some("proposed"), Some("hint")), "{said:#}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), whole, "{broken}: {told}");
    }
}

#[test]
fn a_rust_package() {
    let package = Package::of(&dependency("strsim"), "");
    let command = ["cargo", "test", "--offline"];
    package.breaks_and_heals("src/lib.rs", "let sim = generic_jaro(a, b)", "let sim = generic_jarro(a, b)", &command);
    package.breaks_and_heals(
        "src/lib.rs",
        "generic_hamming(a.chars(), b.chars())",
        "generic_hamming(a.chras(), b.chars())",
        &command,
    );
}

/// The sources that cargo unpacked to build us.
#[expect(clippy::disallowed_methods, reason = "a test asks cargo")]
fn dependency(name: &str) -> PathBuf {
    let mut cargo = Command::new("cargo");
    let output = cargo.args(["metadata", "--format-version", "1", "--offline"]).current_dir(root()).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|p| p["name"] == name).unwrap();
    PathBuf::from(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}

#[test]
fn a_python_package() {
    let lib = root().join("target/venv/lib");
    let version = std::fs::read_dir(&lib).unwrap().flatten().next().unwrap().path();
    let package = Package::of(&version.join("site-packages/toolz"), "toolz");
    let command = ["python", "-m", "pytest", "-q", "toolz/tests"];
    package.breaks_and_heals("toolz/itertoolz.py", "seen_add(val)", "seen_ad(val)", &command);
    package.breaks_and_heals(
        "toolz/dicttoolz.py",
        "from functools import reduce",
        "from functools import reducee",
        &command,
    );
}

#[test]
fn a_typescript_package() {
    let package = Package::of(&root().join("target/tools/node_modules/immer/src"), "src");
    project::write(
        package.dir.path(),
        &[
            ("src/process.d.ts", "declare const process: { env: Record<string, string | undefined> };\n"),
            (
                "tsconfig.json",
                "{\"compilerOptions\": {\"strict\": true, \"noEmit\": true, \"target\": \"es2020\", \"module\": \"esnext\", \
             \"moduleResolution\": \"bundler\", \"skipLibCheck\": true}, \"include\": [\"src\"]}\n",
            ),
        ],
    );
    package.breaks_and_heals(
        "src/core/finalize.ts",
        "if (isDraftable(result))",
        "if (isDraftabel(result))",
        &["tsc", "-p", "."],
    );
}
