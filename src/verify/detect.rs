//! What command proves this repository, when nobody said.

mod node;
mod python;

use crate::brain::workflow;
use crate::command::CommandLine;
use crate::ids::RelPath;
use std::path::Path;

/// A folder that may be a project, and what the repository's own workflows run.
struct Project<'a> {
    root: &'a Path,
    runs: &'a str,
}

/// A way to build and test.
struct Way {
    find: fn(&Project) -> Option<CommandLine>,
    /// What a workflow that goes this way runs, among others.
    runs: &'static [&'static str],
}

const fn way(find: fn(&Project) -> Option<CommandLine>, runs: &'static [&'static str]) -> Way {
    Way { find, runs }
}

/// In the order in which they are believed where no workflow says more.
const WAYS: &[Way] = &[
    way(cargo, &["cargo test", "cargo nextest", "cargo t"]),
    way(node::command, node::RUNS),
    way(go, &["go test"]),
    way(python::command, &["pytest", "unittest", "manage.py test", "tox", "nox"]),
    way(maven, &["mvn", "mvnw"]),
    way(gradle, &["gradle", "gradlew"]),
    way(ruby, &["rspec", "rake", "rails test"]),
    way(php, &["phpunit", "bin/pest", "composer test", "composer run test"]),
    way(simple, SIMPLE_RUNS),
    way(make, &["make test", "make check"]),
    way(recipe, &["just test", "task test"]),
    way(cmake, &["ctest"]),
    way(autotools, &["./configure"]),
];

/// Files of which one says it all → the command. A name that begins with `*` may begin with anything.
const SIMPLE: &[(&[&str], &[&str])] = &[
    (&["*.sln", "*.slnx", "*.csproj", "*.fsproj"], &["dotnet", "test"]),
    (&["mix.exs"], &["mix", "test"]),
    (&["rebar.config"], &["rebar3", "eunit"]),
    (&["gleam.toml"], &["gleam", "test"]),
    (&["Package.swift"], &["swift", "test"]),
    (&["build.sbt"], &["sbt", "test"]),
    (&["project.clj"], &["lein", "test"]),
    (&["stack.yaml"], &["stack", "test"]),
    (&["cabal.project", "*.cabal"], &["cabal", "test", "all"]),
    (&["dune-project"], &["dune", "test"]),
    (&["build.zig"], &["zig", "build", "test"]),
    (&["shard.yml"], &["crystal", "spec"]),
    (&["*.nimble"], &["nimble", "test"]),
    (&["deno.json", "deno.jsonc"], &["deno", "test"]),
    (&["test/runtests.jl"], &["julia", "--project", "-e", "using Pkg; Pkg.test()"]),
    (&["tests/testthat.R"], &["Rscript", "-e", "testthat::test_local()"]),
    (&["Makefile.PL", "Build.PL", "dist.ini"], &["prove", "-lr", "t"]),
    (&[".busted"], &["busted"]),
    (&["build.xml"], &["ant", "test"]),
    (&["MODULE.bazel", "WORKSPACE.bazel", "WORKSPACE"], &["bazel", "test", "//..."]),
    (&["meson.build"], &["sh", "-c", "test -d build || meson setup build; meson test -C build"]),
];

const SIMPLE_RUNS: &[&str] = &[
    "dotnet test",
    "mix test",
    "rebar3",
    "gleam test",
    "swift test",
    "sbt",
    "lein test",
    "stack test",
    "cabal test",
    "dune",
    "zig build test",
    "crystal spec",
    "nimble test",
    "deno test",
    "deno task",
    "flutter test",
    "dart test",
    "julia",
    "Rscript",
    "prove",
    "busted",
    "ant",
    "bazel test",
    "bazelisk test",
    "meson",
];

/// The way that the root directory shows; of several, the one that the repository's own workflows go most. Where the
/// root shows none, the only folder in it that shows one, else what a workflow plainly runs.
pub fn detect(root: &Path) -> Option<CommandLine> {
    let steps = steps(root);
    let runs: String = steps.iter().flat_map(|(script, _)| [script, "\n"]).collect();
    command_of(&Project { root, runs: &runs }).or_else(|| below(root, &runs)).or_else(|| plainly_run(&steps))
}

fn command_of(project: &Project) -> Option<CommandLine> {
    let found: Vec<(&Way, CommandLine)> = WAYS.iter().filter_map(|way| Some((way, (way.find)(project)?))).collect();
    let gone = |way: &Way| way.runs.iter().map(|said| mentions(project.runs, said)).sum::<usize>();
    // Of those that are gone alike the first.
    found.iter().rev().max_by_key(|(way, _)| gone(way)).map(|(_, command)| command.clone())
}

/// How often a command stands in scripts: `make test` is not in `make test-all`.
fn mentions(scripts: &str, command: &str) -> usize {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
    let starts = |at: usize| !scripts[..at].ends_with(is_part);
    let ends = |at: usize| !scripts[at + command.len()..].starts_with(is_part);
    scripts.match_indices(command).filter(|(at, _)| starts(*at) && ends(*at)).count()
}

/// The first line of a workflow that is one of our commands and nothing else, in the root.
fn plainly_run(steps: &[(String, bool)]) -> Option<CommandLine> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " ./_=:,@+-".contains(c);
    let is_test = |line: &&str| {
        let first = |said: &&str| line.starts_with(*said) && mentions(line, said) > 0;
        line.chars().all(is_plain) && WAYS.iter().flat_map(|way| way.runs).any(|said| first(said))
    };
    let lines = steps.iter().filter(|(_, in_root)| *in_root).flat_map(|(script, _)| script.lines()).map(str::trim);
    lines.into_iter().find(is_test).map(|line| CommandLine::new(line.split_whitespace()))
}

/// Folders that are no project of the repository.
const ASIDE: &[&str] =
    &["node_modules", "vendor", "third_party", "examples", "example", "docs", "doc", "target", "build"];

fn below(root: &Path, runs: &str) -> Option<CommandLine> {
    if python::is_package(root) {
        // What lies below is a part of it.
        return None;
    }
    let named = |name: &String| !name.starts_with('.') && !ASIDE.contains(&name.as_str());
    let in_one = |name: String| {
        let mut command = command_of(&Project { root: &root.join(&name), runs })?;
        command.directory = Some(RelPath::parse(name).ok()?);
        Some(command)
    };
    let mut found = names(root).into_iter().filter(named).filter(|name| root.join(name).is_dir()).filter_map(in_one);
    let only = found.next()?;
    found.next().is_none().then_some(only)
}

/// No workflow is longer than that, and no repository needs more of them read.
const LONGEST: u64 = 256 * 1024;
const MOST: usize = 20;

/// What the workflows run that build what is pushed, and whether in the root.
fn steps(root: &Path) -> Vec<(String, bool)> {
    let dir = root.join(".github/workflows");
    let files = names(&dir).into_iter().filter(|name| name.ends_with(".yml") || name.ends_with(".yaml")).take(MOST);
    let small = files.filter(|name| dir.join(name).metadata().is_ok_and(|meta| meta.len() <= LONGEST));
    small.flat_map(|name| workflow::scripts(&text(&dir, &name))).collect()
}

/// What lies in a folder, in order.
fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

fn has(root: &Path, name: &str) -> bool {
    root.join(name).is_file()
}

fn text(root: &Path, name: &str) -> String {
    std::fs::read_to_string(root.join(name)).unwrap_or_default()
}

fn cargo(project: &Project) -> Option<CommandLine> {
    let manifest = has(project.root, "Cargo.toml").then(|| text(project.root, "Cargo.toml"))?;
    let section = |name: &str| manifest.lines().any(|line| line.trim() == name);
    // Beside a package of its own, a workspace's members are only tested when they are asked for.
    let members: &[&str] = if section("[workspace]") && section("[package]") { &["--workspace"] } else { &[] };
    Some(CommandLine::new(["cargo", "test"].iter().chain(members).copied()))
}

fn go(project: &Project) -> Option<CommandLine> {
    if has(project.root, "go.mod") {
        return Some(CommandLine::new(["go", "test", "./..."]));
    }
    // Without a module of its own the root is none of `./...`.
    let work = text(project.root, "go.work");
    let lines = work.lines().map(|line| line.trim().trim_start_matches("use ").trim());
    let modules: Vec<String> = lines
        .filter(|line| line.starts_with("./"))
        .map(|module| format!("{}/...", module.trim_end_matches('/')))
        .collect();
    (!modules.is_empty()).then(|| CommandLine::new(["go".to_owned(), "test".to_owned()].into_iter().chain(modules)))
}

fn maven(project: &Project) -> Option<CommandLine> {
    let program = if has(project.root, "mvnw") { "./mvnw" } else { "mvn" };
    has(project.root, "pom.xml").then(|| CommandLine::new([program, "-B", "test"]))
}

fn gradle(project: &Project) -> Option<CommandLine> {
    let program = if has(project.root, "gradlew") { "./gradlew" } else { "gradle" };
    let files = ["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"];
    files.iter().any(|name| has(project.root, name)).then(|| CommandLine::new([program, "test"]))
}

fn ruby(project: &Project) -> Option<CommandLine> {
    let root = project.root;
    let bundled: &[&str] = if has(root, "Gemfile") { &["bundle", "exec"] } else { &[] };
    let rakefile = text(root, "Rakefile");
    let task: &[&str] = match () {
        () if has(root, ".rspec") || has(root, "spec/spec_helper.rb") => &["rspec"],
        () if has(root, "bin/rails") && root.join("test").is_dir() => {
            return Some(CommandLine::new(["bin/rails", "test"]));
        }
        () if rakefile.contains("TestTask") || rakefile.contains("task :test") => &["rake", "test"],
        () => return None,
    };
    Some(CommandLine::new(bundled.iter().chain(task).copied()))
}

fn php(project: &Project) -> Option<CommandLine> {
    let root = project.root;
    let composer: serde_json::Value = serde_json::from_str(&text(root, "composer.json")).unwrap_or_default();
    if composer.pointer("/scripts/test").is_some() {
        return Some(CommandLine::new(["composer", "test"]));
    }
    if has(root, "tests/Pest.php") {
        return Some(CommandLine::new(["vendor/bin/pest"]));
    }
    let configured = ["phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml"].iter().any(|name| has(root, name));
    configured.then(|| CommandLine::new(["vendor/bin/phpunit"]))
}

fn simple(project: &Project) -> Option<CommandLine> {
    let here = names(project.root);
    let there = |sign: &&str| match sign.strip_prefix('*') {
        Some(ending) => here.iter().any(|name| name.ends_with(ending)),
        None => has(project.root, sign),
    };
    if has(project.root, "pubspec.yaml") {
        let is_flutter = text(project.root, "pubspec.yaml").contains("sdk: flutter");
        return Some(CommandLine::new([if is_flutter { "flutter" } else { "dart" }, "test"]));
    }
    let row = SIMPLE.iter().find(|(signs, _)| signs.iter().any(there))?;
    Some(CommandLine::new(row.1.iter().copied()))
}

fn make(project: &Project) -> Option<CommandLine> {
    let file = ["GNUmakefile", "makefile", "Makefile"].into_iter().find(|name| has(project.root, name))?;
    let makefile = text(project.root, file);
    ["test", "check"].into_iter().find(|name| has_target(&makefile, name)).map(|name| CommandLine::new(["make", name]))
}

fn has_target(makefile: &str, target: &str) -> bool {
    makefile.lines().any(|line| {
        line.split_once(':').is_some_and(|(names, rest)| {
            !line.starts_with(['\t', ' ', '#', '.'])
                && !rest.starts_with('=')
                && names.split_whitespace().any(|name| name == target)
        })
    })
}

/// A recipe called `test` of one of make's successors.
fn recipe(project: &Project) -> Option<CommandLine> {
    let just = ["justfile", "Justfile", ".justfile"].iter().map(|name| text(project.root, name)).collect::<String>();
    if has_target(&just, "test") {
        return Some(CommandLine::new(["just", "test"]));
    }
    let task = ["Taskfile.yml", "Taskfile.yaml"].iter().map(|name| text(project.root, name)).collect::<String>();
    task.lines().any(|line| line.trim_end() == "  test:").then(|| CommandLine::new(["task", "test"]))
}

fn cmake(project: &Project) -> Option<CommandLine> {
    let file = text(project.root, "CMakeLists.txt").to_lowercase();
    let has_tests = ["enable_testing", "include(ctest)", "add_test"].iter().any(|word| file.contains(word));
    let script = "cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure";
    has_tests.then(|| CommandLine::new(["sh", "-c", script]))
}

fn autotools(project: &Project) -> Option<CommandLine> {
    let script = match () {
        () if has(project.root, "configure") => "test -f Makefile || ./configure; make check",
        () if has(project.root, "configure.ac") => "test -f Makefile || { autoreconf -i && ./configure; }; make check",
        () => return None,
    };
    Some(CommandLine::new(["sh", "-c", script]))
}

#[cfg(test)]
mod tests;
