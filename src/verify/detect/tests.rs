//! Files of a repository → the command that is taken for its proof.

use super::*;

#[test]
fn the_usual_command_is_found() {
    for (files, expected) in [
        (&[("Cargo.toml", ""), ("Makefile", "test:\n")][..], "cargo test"),
        (&[("package.json", r#"{"scripts":{"test":"jest"}}"#)], "npm test"),
        (&[("package.json", r#"{"scripts":{"test":"jest"}}"#), ("yarn.lock", "")], "yarn test"),
        (&[("package.json", r#"{"scripts":{"test":"a"},"packageManager":"pnpm@9"}"#)], "pnpm test"),
        (&[("package.json", r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#)], ""),
        (&[("go.mod", "module x")], "go test ./..."),
        (&[("tests/test_a.py", "def test_a(): pass")], "python3 -m pytest"),
        (&[("test_a.py", "import unittest")], "python3 -m unittest"),
        (
            &[("tests/test_a.py", "import unittest"), ("tests/__init__.py", "")],
            "python3 -m unittest discover -s tests -t .",
        ),
        (&[("pom.xml", ""), ("mvnw", "")], "./mvnw -B test"),
        (&[("build.gradle.kts", "")], "gradle test"),
        (&[("Makefile", "CHECK := 1\nall: x\ncheck lint: all\n\ttest: no\n")], "make check"),
        (&[("README", "")], ""),
        (&[("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n[package]\nname = \"x\"\n")], "cargo test --workspace"),
        (&[("go.work", "go 1.24\n\nuse (\n\t./a\n\t./b/\n)\n")], "go test ./a/... ./b/..."),
        (&[("go.work", "use ./a\n")], "go test ./a/..."),
        (&[("package.json", r#"{"scripts":{"test:ci":"a","lint":"b"}}"#)], "npm run test:ci"),
        (&[("package.json", r#"{"scripts":{"test":"vitest"}}"#), ("bun.lock", "")], "bun run test"),
        (&[("manage.py", ""), ("shop/tests.py", "")], "python3 manage.py test"),
        (&[("Gemfile", ""), (".rspec", ""), ("Rakefile", "")], "bundle exec rspec"),
        (&[("Rakefile", "Rake::TestTask.new")], "rake test"),
        (&[("Gemfile", ""), ("bin/rails", ""), ("test/x_test.rb", "")], "bin/rails test"),
        (&[("composer.json", r#"{"scripts":{"test":"x"}}"#), ("phpunit.xml", "")], "composer test"),
        (&[("composer.json", "{}"), ("phpunit.xml.dist", "")], "vendor/bin/phpunit"),
        (&[("Shop.sln", "")], "dotnet test"),
        (&[("pubspec.yaml", "dependencies:\n  flutter:\n    sdk: flutter\n")], "flutter test"),
        (&[("mix.exs", ""), ("Makefile", "test:\n")], "mix test"),
        (&[("justfile", "# x\ntest *args: build\n  x\n")], "just test"),
        (&[("Taskfile.yml", "tasks:\n  build:\n  test:\n")], "task test"),
        (
            &[("CMakeLists.txt", "Enable_Testing()")],
            "cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure",
        ),
        (&[("CMakeLists.txt", "project(x)")], ""),
    ] {
        let found = found(files).map(|command| command.to_string()).unwrap_or_default();
        assert_eq!(found, expected, "{files:?}");
    }
}

fn found(files: &[(&str, &str)]) -> Option<CommandLine> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    detect(dir.path())
}

/// What the repository's own builds do is the best witness.
#[test]
fn of_several_ways_the_one_that_is_gone_counts() {
    let package = ("package.json", r#"{"scripts":{"test":"x"}}"#);
    let project = [package, ("go.mod", ""), ("Makefile", "test:\n"), ("pytest.ini", "")];
    for (on, run, expected) in [
        ("push", "make test", "make test"),
        ("[push, pull_request]", "go test -race ./...", "go test ./..."),
        ("{pull_request: {branches: [main]}}", "uv run pytest tests", "uv run pytest"),
        ("push", "echo hello", "npm test"),
        // Not a build.
        ("{schedule: [{cron: '1 1 * * *'}]}", "make test", "npm test"),
    ] {
        let workflow = format!("on: {on}\njobs: {{a: {{steps: [{{uses: x}}, {{run: '{run}'}}]}}}}\n");
        let files: Vec<_> = project.into_iter().chain([(".github/workflows/ci.yml", workflow.as_str())]).collect();
        assert_eq!(found(&files).unwrap().to_string(), expected, "{on}: {run}");
    }
}

#[test]
fn what_no_file_shows_a_workflow_may_say() {
    let ci = |steps: &str| format!("on: [push]\njobs: {{a: {{steps: [{steps}]}}}}\n");
    for (steps, expected) in [
        ("{run: pip install pytest}, {run: \"cd x\\npytest -x --cov=app\"}", "pytest -x --cov=app"),
        ("{run: 'pytest $ARGS'}, {run: 'make tests'}, {run: 'pytest | tee log'}", ""),
        ("{run: npm test, working-directory: web}", ""),
    ] {
        let found = found(&[(".github/workflows/ci.yml", &ci(steps))]);
        assert_eq!(found.map(|command| command.to_string()).unwrap_or_default(), expected, "{steps}");
    }
    // Mentioned more often.
    let both = ci("{run: mix test}, {run: mix test --slow}, {run: npm test}");
    let files =
        [(".github/workflows/ci.yml", both.as_str()), ("package.json", r#"{"scripts":{"test":"x"}}"#), ("mix.exs", "")];
    assert_eq!(found(&files).unwrap().to_string(), "mix test");
    // A package's own folder is no project beside it.
    assert_eq!(
        found(&[("setup.py", ""), ("tornado/test/a_test.py", "import unittest"), ("tox.ini", "")]).unwrap().to_string(),
        "tox"
    );
    assert_eq!(found(&[("setup.py", ""), ("tornado/test/a_test.py", "import unittest")]), None);
}

#[test]
fn the_only_project_below_an_empty_root_is_it() {
    let one = [("README.md", ""), ("app/go.mod", ""), ("docs/package.json", r#"{"scripts":{"test":"x"}}"#)];
    let command = found(&one).unwrap();
    assert_eq!((command.to_string().as_str(), command.directory.unwrap().as_str()), ("go test ./...", "app"));
    assert_eq!(found(&[("app/go.mod", ""), ("web/Cargo.toml", "")]), None, "which one is for people to say");
}
