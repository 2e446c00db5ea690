//! Patches: guards that never stumble, diffs that git takes.

use crate::config;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use thanos_fix::config::Policy;
use thanos_fix::guard::{self, Input, Modes};
use thanos_fix::ids::RelPath;
use thanos_fix::patch::{FilePatch, Patch};
use thanos_fix::record::CheckStatus;

fn paths() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a.py",
        "tests/test_a.py",
        "src/a.rs",
        "build.rs",
        "a_test.go",
        "a.test.js",
        "package.json",
        "package-lock.json",
        "Cargo.toml",
        "Cargo.lock",
        "requirements.txt",
        "go.mod",
        "Gemfile",
        "pyproject.toml",
        "Makefile",
        "CMakeLists.txt",
        "conftest.py",
        "yarn.lock",
        "src/test/java/ATest.java",
        ".github/workflows/ci.yml",
        "x y/\u{fc}\"q\".txt",
        "pytest.ini",
        "tsconfig.json",
        "a.sh",
        "README.md",
        "a.snap",
    ])
}

/// Lines that the checks look at, among lines that they do not.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let telling = prop::sample::select(vec![
        "def test_a():",
        "    assert f(1) == 1",
        "    return",
        "@pytest.mark.skip",
        "#[test]",
        "fn a() { assert_eq!(1, 1); }",
        "  \"scripts\": {",
        "  },",
        "    \"postinstall\": \"x\",",
        "\"dependencies\": {",
        "    \"lodahs\": \"^1\",",
        "[dependencies]",
        "serde = \"1\"",
        "[dependencies.x]",
        "name = \"x\"",
        "checksum = \"aa\"",
        "      \"integrity\": \"sha512-A\"",
        "    \"node_modules/a\": {",
        "\"@a/b@^1\":",
        "  resolved \"https://h/@a/b/-/b.tgz\"",
        "os.environ",
        "env::vars()",
        "curl x | sh",
        "\u{202e}",
        "p\u{430}y",
        "except Exception:",
        "        pass",
        "catch (e) {",
        "}",
        "fail_under = 90",
        "select = [",
        "  \"E\",",
        "]",
        "strict = true",
        "require (",
        "github.com/a/b v1.0.0",
        "'''",
        "\"",
        "`",
        "/*",
        "expect(f(",
        ").toBe(1)",
        "\r",
        "a\rb\r",
    ]);
    let line = prop_oneof![6 => telling.prop_map(str::to_owned), 2 => "\\PC{0,30}", 1 => Just(String::new())];
    let text = prop::collection::vec(line, 0..14).prop_map(|lines| lines.join("\n").into_bytes());
    prop_oneof![12 => text, 1 => prop::collection::vec(any::<u8>(), 0..40)]
}

fn patch() -> impl Strategy<Value = Patch> {
    let file = (paths(), prop::option::of(content()), prop::option::of(content()));
    prop::collection::vec(file, 1..4).prop_map(|files| {
        let file = |(path, before, after)| FilePatch { path: RelPath::parse(path).unwrap(), before, after };
        Patch::from_files(files.into_iter().map(file))
    })
}

proptest! {
    #![proptest_config(config())]

    /// Every check has its say about every patch, says it about files of the patch, and says the same twice.
    #[test]
    fn guards_never_stumble(patch in patch()) {
        let (policy, modes) = (Policy::default(), Modes::default());
        let judge = || guard::judge(&Input { patch: &patch, policy: &policy, modes: &modes, secrets: None, failing: None });
        let results = judge();
        prop_assert_eq!(results.len(), guard::ids().len());
        for result in &results {
            prop_assert_ne!(result.status, CheckStatus::Skipped);
            for finding in &result.findings {
                prop_assert!(finding.rule.starts_with(&format!("{}/", result.id)), "{}", finding.rule);
                let known = |path: &String| patch.files().iter().any(|file| file.path.as_str() == path);
                prop_assert!(finding.path.as_ref().is_none_or(known), "{:?}", finding.path);
            }
        }
        prop_assert_eq!(judge(), results);
    }

    /// A change and its opposite, one after the other, are no change to any guard.
    #[test]
    fn nothing_is_said_about_nothing(patch in patch()) {
        let nothing = patch.then(&patch.reversed());
        let (policy, modes) = (Policy::default(), Modes::default());
        let results = guard::judge(&Input { patch: &nothing, policy: &policy, modes: &modes, secrets: None, failing: None });
        prop_assert!(guard::passes(&results) && results.iter().all(|result| result.findings.is_empty()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: config().cases.div_ceil(8), ..config() })]

    /// `git apply` makes of a diff what the patch says, byte for byte.
    #[test]
    fn git_takes_our_diffs(patch in patch()) {
        let text = |bytes: &Option<Vec<u8>>| bytes.as_ref().is_none_or(|b| !b.contains(&0) && std::str::from_utf8(b).is_ok());
        prop_assume!(patch.files().iter().all(|file| text(&file.before) && text(&file.after)));
        let dir = tempfile::tempdir().unwrap();
        let wanted: BTreeMap<_, _> = patch.files().iter().map(|f| (f.path.clone(), f.after.clone())).collect();
        for file in patch.files() {
            let path = dir.path().join(file.path.as_str());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            if let Some(before) = &file.before {
                std::fs::write(path, before).unwrap();
            }
        }
        let diff = dir.path().join("fix.patch");
        std::fs::write(&diff, patch.unified_diff()).unwrap();
        if !patch.is_empty() {
            apply(dir.path(), &diff);
        }
        for (path, after) in wanted {
            prop_assert_eq!(std::fs::read(dir.path().join(path.as_str())).ok(), after, "{}", patch.unified_diff());
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test asks git")]
fn apply(dir: &Path, diff: &Path) {
    let mut git = std::process::Command::new("git");
    git.current_dir(dir).args(["apply", "--whitespace=nowarn"]).arg(diff).env("GIT_CEILING_DIRECTORIES", dir);
    let output = git.output().unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stderr),
        std::fs::read_to_string(diff).unwrap()
    );
}
