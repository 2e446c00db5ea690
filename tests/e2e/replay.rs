//! The earlier steps of a failed job are replayed as its runner ran them.

use crate::common::doubles::Doubles;
use crate::look;
use crate::payload;
use crate::project::{self, File};
use crate::runner::Step;
use serde_json::json;

const WORKFLOW: File = (
    ".github/workflows/ci.yml",
    "name: CI
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Set
        run: |
          echo \"NEEDS=shop\" >> $GITHUB_ENV
          echo \"$GITHUB_WORKSPACE/shop\" >> \"$GITHUB_PATH\"
          echo \"a=b\" >> $GITHUB_OUTPUT
          echo '# ready' >> $GITHUB_STEP_SUMMARY
          touch $RUNNER_TEMP/ready
          git config --local user.name builder && git tag v1.2.3
      - name: Elsewhere
        if: runner.os == 'Windows'
        run: exit 3
      - name: Try
        continue-on-error: true
        run: exit 4
      - name: Test
        working-directory: ${{ github.workspace }}/tests
        run: test \"$NEEDS\" = shop && [[ $PATH == */shop:* ]] && test -f $RUNNER_TEMP/ready && test $(git tag) = v1.2.3 && cd .. && python3 -m unittest discover -v
",
);

#[test]
fn what_a_step_set_the_failed_one_has() {
    let good = project::CART.replace("amuont", "amount");
    let dir = project::shop(&[WORKFLOW, ("shop/cart.py", &good)]);
    let broken = project::shop(&[WORKFLOW]);
    let step = |name: &str, conclusion: &str| json!({"name": name, "conclusion": conclusion});
    let steps = [
        step("Set up job", "success"),
        step("Set", "success"),
        step("Elsewhere", "skipped"),
        step("Try", "success"),
        step("Test", "failure"),
    ];
    // The log of the failed run is gone.
    let run = json!({"id": 78, "head_branch": "feature", "actor": "alice",
        "jobs": [{"id": 780, "name": "test", "steps": steps}]});
    let mut scenario = project::scenario(dir.path());
    scenario["branches"] = json!({"feature": broken.path()});
    scenario["runs"] = json!([run]);
    let world = Doubles::shared().world(scenario);
    let done = Step::new(&world, "workflow_run", &payload::run(&world, 78)).go();
    done.expect(0, "fixed");
    assert!(done.stderr.contains("exit 4; the job goes on all the same"), "{}", done.stderr);
    assert!(!done.stderr.contains("exit 3"), "{}", done.stderr);
    assert_eq!(look::pulls(&world).len(), 1);
}

/// A job of a reusable workflow, for one folder of several, with an action of the repository's own, on a branch with an
/// odd name.
const CALLER: File = (
    ".github/workflows/ci.yml",
    "name: CI
on: [push]
jobs:
  checks:
    strategy: {matrix: {dir: [docs, shop]}}
    uses: ./.github/workflows/checks.yml
    with: {dir: '${{ matrix.dir }}'}
",
);
const CALLED: File = (
    ".github/workflows/checks.yml",
    "on: {workflow_call: {inputs: {dir: {type: string}}}}
env: {PYTHONPATH: '${{ github.workspace }}'}
jobs:
  test:
    runs-on: ubuntu-latest
    defaults: {run: {working-directory: '${{ inputs.dir }}'}}
    steps:
      - uses: actions/checkout@v5
      - uses: ./.github/actions/ready
        with: {file: ready}
      - name: Test
        run: test -f $PYTHONPATH/build/ready && python3 -m unittest discover -s ../tests -t .. -v
",
);
const READY: File = (
    ".github/actions/ready/action.yml",
    "inputs: {file: {default: none}}
runs:
  using: composite
  steps:
    - {shell: bash, run: 'mkdir build && touch build/${{ inputs.file }}'}
",
);

#[test]
fn a_job_is_found_wherever_its_steps_stand() {
    let files = [CALLER, CALLED, READY];
    let good = project::CART.replace("amuont", "amount");
    let dir = project::shop(&[files.as_slice(), &[("shop/cart.py", &good)]].concat());
    let broken = project::shop(&files);
    let branch = "größe/ab-1";
    let steps = [
        json!({"name": "Run ./.github/actions/ready", "conclusion": "success"}),
        json!({"name": "Test", "conclusion": "failure"}),
    ];
    let windows = json!({"id": 789, "name": "far / test", "labels": ["windows-latest"], "steps": [{"name": "Test", "conclusion": "failure"}]});
    let run = json!({"id": 79, "head_branch": branch, "actor": "alice",
        "jobs": [windows, {"id": 790, "name": "checks (shop) / test", "steps": steps}]});
    let mut scenario = project::scenario(dir.path());
    scenario["branches"] = json!({branch: broken.path()});
    scenario["runs"] = json!([run]);
    let world = Doubles::shared().world(scenario);
    let done = Step::new(&world, "workflow_run", &payload::run(&world, 79)).go();
    done.expect(0, "fixed");
    let pulls = look::pulls(&world);
    assert_eq!(look::text(&pulls[0], "/base/ref"), branch);
    let body = look::text(&pulls[0], "/body");
    assert!(body.contains("discover -s ../tests") && body.contains("far / test"), "{body}");
}
