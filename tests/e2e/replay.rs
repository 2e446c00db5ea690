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
