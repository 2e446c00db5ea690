//! Actions of others that do no more than start one program over the checkout: what they start.

use super::file::{Step, scalar};
use super::values::Values;

/// The action, and its command with its inputs in the place of `<input|default>` (each action's own `action.yml`).
const CHECKS: &[(&str, &str)] = &[
    ("pre-commit/action", "pre-commit run <extra_args|--all-files>"),
    ("golangci/golangci-lint-action", "golangci-lint run <args>"),
    ("psf/black", "black <options|--check --diff> <src|.>"),
    ("astral-sh/ruff-action", "ruff <args|check> <src|.>"),
    ("chartboost/ruff-action", "ruff <args|check> <src|.>"),
    ("isort/isort-action", "isort <configuration|--check-only --diff> <sort-paths|.>"),
    ("jakebailey/pyright-action", "pyright"),
    ("actions-rs/cargo", "cargo <command> <args>"),
    ("embarkstudios/cargo-deny-action", "cargo deny <arguments|--all-features> <command|check> <command-arguments>"),
    ("crate-ci/typos", "typos <files|.>"),
    ("codespell-project/actions-codespell", "codespell <path|.>"),
    ("davidanson/markdownlint-cli2-action", "markdownlint-cli2 <globs|*.{md,markdown}>"),
    ("ibiqlik/action-yamllint", "yamllint <file_or_dir|.>"),
    ("dprint/check", "dprint check <args>"),
    ("gradle/gradle-build-action", "./gradlew <arguments>"),
    // These run what they are told.
    ("nick-fields/retry", "<command>"),
    ("nick-invision/retry", "<command>"),
    ("coactions/setup-xvfb", "<run>"),
    ("gabrielbb/xvfb-action", "<run>"),
    ("aganders3/headless-gui", "<run>"),
];

/// The step as the shell step that it comes to; `None` for every other action, or where a value is not known.
pub fn as_run(step: &Step, values: &Values) -> Option<Step> {
    let uses = step.uses.as_deref()?.split('@').next()?.to_lowercase();
    let (_, template) = CHECKS.iter().find(|(action, _)| *action == uses)?;
    let script = filled(template, step, values)?;
    let text = |text: String| Some(super::file::Text::from(text));
    let directory = step.with.get("working-directory").and_then(scalar).map(|place| values.fill(&place));
    let working_directory = directory.filter(|place| !place.is_empty()).and_then(text);
    Some(Step { run: text(script), shell: text("bash".to_owned()), working_directory, ..step.clone() })
}

fn filled(template: &str, step: &Step, values: &Values) -> Option<String> {
    let mut script = String::new();
    let mut rest = template;
    while let Some((before, input, after)) = next(rest) {
        let (name, default) = input.split_once('|').unwrap_or((input, ""));
        let given = step.with.get(name).and_then(scalar).map(|text| values.fill(&text));
        script.push_str(before);
        script.push_str(given.as_deref().filter(|given| !given.trim().is_empty()).unwrap_or(default).trim());
        rest = after;
    }
    script.push_str(rest);
    let script = script.trim().to_owned();
    (!script.is_empty() && !script.contains("${{")).then_some(script)
}

fn next(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('<')?;
    let (input, after) = rest.split_once('>')?;
    Some((before, input, after))
}
