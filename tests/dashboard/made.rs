//! A made-up ledger as lines of JSON: varied, the same for the same number, with texts of people who mean harm.
#![allow(dead_code, reason = "the test and the bench each use a part")]

use serde_json::{Value, json};
use std::io::{self, Write};

/// What a page must show and never obey.
pub const HOSTILE: [&str; 6] = [
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">",
    "</script><script src=https://evil.example/x.js></script>",
    "javascript:alert(1) ${document.title='owned'} {{7*7}} \u{202e}txet desrever\u{202c} \u{2028}\u{2029}\0",
    "\"><svg/onload=document.title='owned'> &lt;b&gt; &amp;quot; ' `",
    "日本語のテスト، عربى, emoji 👩‍👩‍👧‍👦🏳️‍🌈, combining Z̷̡̛a̸l̵g̶o̴, and __proto__ constructor",
    "[link](javascript:alert(1)) *** \\\\\" \\u003cscript\\u003e",
];

/// A small generator of numbers: the same start, the same history.
pub struct Lots(u64);

impl Lots {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn is(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    #[expect(clippy::cast_precision_loss, reason = "it is below a million")]
    fn part(&mut self) -> f64 {
        self.below(1_000_000) as f64 / 1e6
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap_or(0)]
    }
}

const REPOSITORIES: [&str; 9] = [
    "acme/checkout",
    "acme/ledger-core",
    "acme/web",
    "acme/mobile-app",
    "acme/docs",
    "octo/parser",
    "octo/http-kit",
    "example/monorepo",
    "example/infra",
];
const FILES: [&str; 6] = [
    "src/cart/total.py",
    "src/parser/lexer.rs",
    "web/src/hooks/useCart.ts",
    "pkg/store/store.go",
    "lib/format.js",
    "core/Invoice.java",
];
const TITLES: [&str; 10] = [
    "TypeError when the cart is empty",
    "Build fails since the last merge",
    "`cargo test` fails",
    "Discount is applied twice",
    "CI: lint job is red on main",
    "NullPointerException in invoice export",
    "undefined name `lenght` in totals",
    "Parser drops the last token",
    "Version conflict of two dependencies",
    "Timezone is wrong around midnight",
];
const CLASSES: [&str; 11] = [
    "test",
    "compile",
    "type",
    "lint",
    "format",
    "dependency",
    "config",
    "transient",
    "resource",
    "permission",
    "unknown",
];
const MODELS: [&str; 3] = ["claude-sonnet-4-5 at anthropic", "gpt-5-mini at openai", "qwen3-coder at ollama"];
const START: i64 = 1_735_689_600;

fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| String::new(), |time| time.to_string())
}

/// Writes `count` runs with their facts, the last one a day before the end of 2026-10.
pub fn write(count: u64, hostile: bool, out: &mut impl Write) -> io::Result<()> {
    let mut lots = Lots::new(7);
    for number in 0..count {
        let at = START + i64::try_from(number * 57_600_000 / count.max(1)).unwrap_or(0);
        let is_bad = hostile && lots.is(12);
        let run = run(&mut lots, number, at, is_bad);
        writeln!(out, "{run}")?;
        for fact in facts(&mut lots, number, at, &run, is_bad) {
            writeln!(out, "{fact}")?;
        }
    }
    Ok(())
}

fn text(lots: &mut Lots, plain: &str, is_bad: bool) -> String {
    if is_bad && lots.is(8) {
        return format!("{plain} {}", "very long ".repeat(3000));
    }
    if is_bad { format!("{plain} {}", lots.of(&HOSTILE)) } else { plain.to_owned() }
}

fn run(lots: &mut Lots, number: u64, at: i64, is_bad: bool) -> Value {
    // It gets better with time.
    let skill = 45 + number % 1000 / 40;
    let class = if lots.is(35) { "test" } else { lots.of(&CLASSES) };
    let outcome = if class == "transient" {
        "transient"
    } else if lots.is(skill) {
        if lots.is(85) { "fixed" } else { "proposed" }
    } else {
        lots.of(&[
            "explained",
            "explained",
            "explained",
            "healthy",
            "flaky",
            "blocked",
            "budget",
            "duplicate",
            "cancelled",
            "error",
            "lost",
        ])
    };
    let is_fix = outcome == "fixed" || outcome == "proposed";
    let hand = lots.of(&["tool", "hint", "hint", "search", "model", "revert"]);
    let file = lots.of(&FILES);
    let title = lots.of(&TITLES);
    let title = text(lots, title, is_bad);
    let repository = if lots.is(40) { REPOSITORIES[0] } else { lots.of(&REPOSITORIES) };
    let command = 1.0 + 90.0 * lots.part() * lots.part();
    let hands = 0.2 + 20.0 * lots.part() * lots.part() * if hand == "model" { 6.0 } else { 1.0 };
    let is_model = is_fix && hand == "model" || lots.is(15);
    let usd = if is_model { 0.01 + 0.4 * lots.part() * lots.part() } else { 0.0 };
    let (read, written) = if is_model { (4000 + lots.below(60_000), 300 + lots.below(6000)) } else { (0, 0) };
    let pr = (outcome == "fixed").then(|| 100 + number % 9000);
    let base = format!("{:040x}", u128::from(lots.next()) << 64 | u128::from(lots.next()));
    let key = format!("issue-{}", 1 + number / 2);
    let why = text(lots, &format!("renamed the misspelt name in {file}"), is_bad);
    let mut tried: Vec<Value> = (0..lots.below(4))
        .map(|n| {
            let result = lots.of(&["still fails: 1 failed, 11 passed", "breaks tests/test_cart.py::test_empty", "policy: touches a lock file", "removes one cause, others remain"]);
            json!({"digest": format!("{n:064x}"), "hand": lots.of(&["tool", "hint", "search", "model"]), "why": text(lots, "replaced `<` by `<=`", is_bad), "result": result})
        })
        .collect();
    if is_fix {
        tried.push(json!({"digest": "f".repeat(64), "hand": hand, "why": why, "result": "passed"}));
    }
    let diff = diff(lots, file);
    let error = text(lots, "AssertionError: assert 12 == 10", is_bad);
    let before =
        json!({"exit": 1, "seconds": command / 2.0, "excerpt": format!("{error}\n1 failed, 11 passed in 0.12s")});
    let after = is_fix.then(|| json!({"exit": 0, "seconds": command / 2.0, "excerpt": "12 passed in 0.11s"}));
    let mut diagnosis = json!({
        "class": class, "failing": ["tests/test_cart.py::test_total"], "first_error": error, "tool": "pytest", "complexity": "simple",
        "locations": [{"path": file, "line": 42, "column": 7, "message": error, "code": "E0425"}],
        "suspects": [{"path": file, "line": 42, "score": 1.0, "why": ["named by the trace"]}, {"path": "src/util.py", "line": null, "score": 0.4, "why": ["imported by it"]}],
        "strategy": ["tool", "hint", "search", "model"], "signature": format!("{class}:{file}:assert"),
    });
    if is_bad {
        diagnosis["seen"] = json!([{"key": "fix-40208930-5f1a9c02", "lesson": "fix", "match": "signature", "text": title, "origin": "pull request #4, merged by ann", "confidence": 0.75}]);
    }
    let detail = json!({
        "title": title, "why": is_fix.then_some(why), "confidence": is_fix.then(|| if lots.is(65) { "confident" } else { "suggested" }),
        "diff": is_fix.then_some(diff), "notes": ["1 attempt before this one, 2 candidates not tried again"], "diagnosis": diagnosis,
    });
    let guards = json!([
        {"id": "policy", "status": "pass", "findings": [], "detail": "", "seconds": 0.01},
        {"id": "secrets", "status": "pass", "findings": [], "detail": "", "seconds": 0.08},
        {"id": "suite", "status": "warn", "detail": "one assertion is weaker", "seconds": 0.05, "findings": [{"rule": "suite/weaker", "severity": "warning", "path": file, "line": 12, "message": text(lots, "the assertion compares less than before", is_bad)}]},
        {"id": "hooks", "status": "skipped", "findings": [], "detail": "no hooks here", "seconds": 0.0},
    ]);
    let evidence = json!({
        "command": text(lots, "python -m pytest -q", is_bad), "before": before, "after": after,
        "fail_to_pass": if is_fix { vec!["tests/test_cart.py::test_total"] } else { vec![] }, "pass_to_pass": 11, "reproduced": true,
        "sandbox": "full: namespaces, landlock, seccomp",
    });
    json!({
        "schema": 1, "attempt": format!("{}-1-fix-{key}", 9_000_000 + number), "task": key, "repository": repository,
        "started": time(at), "ended": time(at + 200), "event": lots.of(&["issues.labeled", "workflow_run.completed", "issue_comment.created", "terminal"]),
        "outcome": outcome, "reason": text(lots, if is_fix { "the command passes with this patch" } else { "no candidate passes" }, is_bad),
        "base": base, "target": "main", "branch": pr.map(|_| format!("thanos/{key}")), "commit": pr.map(|_| base.clone()),
        "pr": pr, "pr_url": pr.map(|pr| if is_bad && pr % 2 == 0 { "javascript:alert(document.domain)".to_owned() } else { format!("https://github.com/{repository}/pull/{pr}") }),
        "hand": is_fix.then_some(hand), "class": (outcome != "healthy").then_some(class), "signature": format!("{class}:{file}:assert"),
        "patch": is_fix.then(|| json!({"files": 1, "added": 2, "removed": 1})), "tried": tried,
        "guards": guards, "evidence": evidence, "detail": detail,
        "seconds": {"total": command + hands + 1.2, "verify": command, "hands": hands, "collect": 0.4 + lots.part(), "prepare": 2.0 * lots.part(), "publish": if pr.is_some() { 1.1 } else { 0.0 }},
        "tokens": {"input": read, "output": written}, "cost_usd": usd, "retry_wanted": null, "version": "0.1.0",
    })
}

fn diff(lots: &mut Lots, file: &str) -> String {
    let limit = lots.below(90);
    let (old, new) = match file.rsplit('.').next() {
        Some("py") => (
            format!("    return sum(item.price for item in items[:{limit}])  # all but the last"),
            "    return sum(item.price for item in items)".to_owned(),
        ),
        Some("rs") => (
            format!("    let end = tokens.len() - {limit};"),
            "    let end: usize = tokens.len(); // \"all\" of them".to_owned(),
        ),
        Some("ts" | "js") => (
            format!("  const total = items.slice({limit}).reduce((a, b) => a + b, 0);"),
            "  const total = items.reduce((a, b) => a + b.price, 0);".to_owned(),
        ),
        _ => (format!("\tfor i := 1; i < {limit}; i++ {{"), "\tfor i := 0; i < len(items); i++ {".to_owned()),
    };
    format!(
        "--- a/{file}\n+++ b/{file}\n@@ -40,4 +40,5 @@\n context before the change\n-{old}\n+{new}\n+\n -- not a header\n context after it\n"
    )
}

fn facts(lots: &mut Lots, number: u64, at: i64, run: &Value, is_bad: bool) -> Vec<Value> {
    let entry = |kind: &str, later: i64, actor: Option<&str>, data: Value| {
        json!({"schema": 1, "id": format!("{kind}-{number}-{later}"), "at": time(at + later), "repository": run["repository"], "attempt": run["attempt"], "task": run["task"],
            "actor": actor, "trusted": actor != Some("stranger"), "kind": kind, "data": data})
    };
    let mut all = Vec::new();
    if number.is_multiple_of(3) {
        all.push(entry("decision", 1, None, json!({"about": "hands", "choice": "hint, tool, search, model", "why": text(lots, "drawn from 41 outcomes of this class", is_bad), "options": [["hint", 0.81], ["tool", 0.62], ["search", 0.4]], "seed": 20})));
    }
    if run["cost_usd"].as_f64().is_some_and(|usd| usd > 0.0) {
        all.push(entry(
            "spend",
            2,
            None,
            json!({"state": "settled", "usd": run["cost_usd"], "model": lots.of(&MODELS), "tokens": run["tokens"]}),
        ));
    }
    if run["outcome"] == "error" {
        all.push(entry(
            "error",
            3,
            None,
            json!({"stage": "heal", "message": text(lots, "the sandbox could not be made", is_bad)}),
        ));
    }
    let Some(pr) = run["pr"].as_u64() else { return all };
    let score = (55.0 + 43.0 * lots.part()).round();
    let part = |add: f64, why: &str| json!({"score": (score + add).clamp(0.0, 100.0), "reasons": [why]});
    all.push(entry("evaluation", 4, None, json!({"score": score, "code_quality": part(3.0, "no new lint finding"), "test_coverage": part(-8.0, "2 of 3 changed lines are run by tests"), "maintainability": part(2.0, "1 file, 3 lines"), "readability": part(1.0, "names as around it"), "opinion": null})));
    let pull = |state: &str, hours: Option<f64>, edits: Option<&str>| json!({"number": pr, "url": run["pr_url"], "state": state, "branch": run["branch"], "commit": run["commit"], "hours": hours, "edits": edits});
    all.push(entry("pull", 5, None, pull("opened", None, None)));
    all.push(entry("review", 600, Some("coderabbitai"), json!({"pull": pr, "source": "coderabbit", "reviewer": "coderabbitai", "verdict": "commented", "risks": ["public api"], "remarks": [{"path": "src/cart/total.py", "line": 42, "severity": "warning", "concern": "style", "claim": text(lots, "the name could say more", is_bad), "suggestion": "call it `sum`"}]})));
    let sure = run["detail"]["confidence"] == "confident";
    let ending = if lots.is(if sure { 82 } else { 58 }) {
        "merged"
    } else if lots.is(60) {
        "closed"
    } else {
        "open"
    };
    if ending != "open" {
        let hours = 0.5 + 60.0 * lots.part() * lots.part();
        let edits = (ending == "merged" && lots.is(10))
            .then_some("--- a/src/cart/total.py\n+++ b/src/cart/total.py\n@@ -1 +1 @@\n-sum\n+total\n");
        all.push(entry("review", 900, Some("octocat"), json!({"pull": pr, "source": "person", "reviewer": "octocat", "verdict": if ending == "merged" { "approved" } else { "changes" }, "remarks": []})));
        all.push(entry("pull", 4000, Some("octocat"), pull(ending, Some(hours), edits)));
        if ending == "merged" && lots.is(5) {
            all.push(entry("pull", 90_000, Some("octocat"), pull("reverted", Some(hours + 24.0), None)));
        }
    }
    if number.is_multiple_of(10) {
        let key = format!("fix-{}", number / 10 % 400);
        all.push(entry("learning", 5000, Some("octocat"), json!({"key": key, "lesson": lots.of(&["fix", "objection", "flaky", "transient", "note"]), "signature": run["signature"], "class": run["class"], "hand": run["hand"], "files": ["src/cart/total.py"], "text": text(lots, "a bound that is one too small", is_bad), "patch": run["detail"]["diff"], "confidence": lots.part(), "wins": lots.below(9), "losses": lots.below(3), "origin": format!("pull request #{pr}, merged by octocat"), "retired": lots.is(10)})));
    }
    all
}
