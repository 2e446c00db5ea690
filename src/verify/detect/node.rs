//! The tests of a package: its script, by the manager that its files name.

use super::{Project, has, text};
use crate::command::CommandLine;
use serde_json::Value;

pub(super) const RUNS: &[&str] = &[
    "npm test",
    "npm run test",
    "npm t\n",
    "yarn test",
    "yarn run test",
    "pnpm test",
    "pnpm run test",
    "bun test",
    "bun run test",
    "npx jest",
    "npx vitest",
];

/// What tests are called where nothing is called `test`.
const SCRIPTS: &[&str] = &["test", "test:unit", "test:ci", "test:run", "unit", "tests"];

pub(super) fn command(project: &Project) -> Option<CommandLine> {
    let package: Value = serde_json::from_str(&text(project.root, "package.json")).ok()?;
    let scripts = package.get("scripts")?;
    let script = SCRIPTS.iter().find(|name| scripts.get(name).and_then(Value::as_str).is_some_and(is_test))?;
    let manager = manager(project, &package);
    // `bun test` is a runner of its own.
    let words: &[&str] = if *script == "test" && manager != "bun" { &[] } else { &["run"] };
    Some(CommandLine::new([manager].iter().chain(words).chain([script]).copied()))
}

/// What `npm init` writes is not a test.
fn is_test(script: &str) -> bool {
    !script.trim().is_empty() && !script.contains("no test specified")
}

fn manager(project: &Project, package: &Value) -> &'static str {
    let named = package.get("packageManager").and_then(Value::as_str).unwrap_or_default();
    let uses = |name: &str, locks: &[&str]| named.starts_with(name) || locks.iter().any(|lock| has(project.root, lock));
    match () {
        () if uses("pnpm", &["pnpm-lock.yaml"]) => "pnpm",
        () if uses("yarn", &["yarn.lock"]) => "yarn",
        () if uses("bun", &["bun.lock", "bun.lockb"]) => "bun",
        () => "npm",
    }
}
