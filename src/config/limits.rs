//! What a configuration may say: values that could not be meant are refused where they are read.

use super::{Config, fixers, guards, notify};
use crate::ids::BranchName;
use crate::record::HandId;
use std::collections::BTreeSet;

pub(super) fn check(config: &Config) -> Result<(), String> {
    range("verify.timeout-seconds", config.verify.timeout_seconds, 1, 21_600)?;
    range("budget.seconds", config.budget.seconds, 1, 21_600)?;
    range("trust.triage-per-day", config.trust.triage_per_day, 1, 100)?;
    range("retry.attempts", config.retry.attempts, 1, 10)?;
    range("policy.max-files", config.policy.max_files as u64, 1, 1000)?;
    range("policy.max-lines", config.policy.max_lines as u64, 1, 100_000)?;
    let budget = &config.budget;
    let caps = [("", Some(budget.usd)), ("-per-day", budget.usd_per_day), ("-per-month", budget.usd_per_month)];
    for (key, usd) in caps.into_iter().filter_map(|(key, usd)| Some((key, usd?))) {
        if !usd.is_finite() || usd < 0.0 {
            return Err(format!("budget.usd{key} is {usd}; use 0 or more"));
        }
    }
    config.model.check()?;
    config.agent.check()?;
    config.review.check()?;
    config.answers.check()?;
    commands(config)?;
    hands(&config.hands.0)?;
    publish(config)?;
    kept(&config.environment.keep)?;
    branches(config)?;
    fixers::check(&config.fixers)?;
    guards::check(&config.guards)?;
    notify::check(&config.notify)?;
    config.sandbox.check()?;
    config.policy.check()
}

pub(super) fn range(name: &str, value: u64, low: u64, high: u64) -> Result<(), String> {
    let ok = (low..=high).contains(&value);
    if ok { Ok(()) } else { Err(format!("{name} is {value}; use {low} to {high}")) }
}

fn commands(config: &Config) -> Result<(), String> {
    let verify = &config.verify;
    if verify.command.as_ref().is_some_and(|command| command.to_line(None).is_none()) {
        return Err("verify.command is empty; leave it out to have the command detected".to_owned());
    }
    if verify.prepare.iter().any(|command| command.to_line(None).is_none()) {
        return Err("verify.prepare has an empty command".to_owned());
    }
    Ok(())
}

fn hands(hands: &[HandId]) -> Result<(), String> {
    if hands.is_empty() {
        return Err("hands is empty; name at least one".to_owned());
    }
    if hands.contains(&HandId::Review) {
        return Err("hands names `review`, which is no rung of the ladder: see answers.reviews".to_owned());
    }
    match twice(hands) {
        Some(hand) => Err(format!("hands names `{}` twice", hand.as_str())),
        None => Ok(()),
    }
}

/// The first that was named before.
pub fn twice(hands: &[HandId]) -> Option<HandId> {
    let mut seen = BTreeSet::new();
    hands.iter().copied().find(|hand| !seen.insert(hand.as_str()))
}

fn publish(config: &Config) -> Result<(), String> {
    if config.triggers.label.trim().is_empty() {
        return Err("triggers.label is empty; name the label that asks for a repair".to_owned());
    }
    let progress = config.publish.progress;
    if progress != 0 && !(10..=3600).contains(&progress) {
        return Err(format!("publish.progress is {progress}; use 10 to 3600 seconds, or 0 for none"));
    }
    let Some(name) = &config.publish.dispatch_ci else { return Ok(()) };
    // It becomes a part of an address at the API.
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    let is_file = name.ends_with(".yml") || name.ends_with(".yaml");
    if is_file && name.chars().all(plain) && !name.starts_with('.') {
        return Ok(());
    }
    Err(format!("publish.dispatch-ci is `{name:.80}`; use the file name of a workflow, such as ci.yml"))
}

fn kept(names: &[String]) -> Result<(), String> {
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    match names.iter().find(|name| !plain(name)) {
        Some(name) => Err(format!("environment.keep has `{name:.80}`; use names of variables, one each")),
        None => Ok(()),
    }
}

fn branches(config: &Config) -> Result<(), String> {
    let (prefix, ledger) = (config.branch.prefix.as_str(), config.ledger.branch.as_str());
    if !collides(prefix, ledger) {
        return Ok(());
    }
    Err(format!(
        "branch.prefix {prefix} and ledger.branch {ledger} collide: git keeps no branch `a/b` beside a branch `a`; choose \
         another for one of them"
    ))
}

/// The default branch, known only at the forge, is people's alone.
pub fn apart(config: &Config, default: &BranchName) -> Result<(), String> {
    if config.ledger.branch == *default {
        return Err(format!("ledger.branch is {default}, the default branch; name one for the ledger alone"));
    }
    if collides(config.branch.prefix.as_str(), default.as_str()) {
        return Err(format!("branch.prefix is {}, which collides with the default branch", config.branch.prefix));
    }
    Ok(())
}

/// Whether branches below `prefix` cannot be beside the branch `other`.
fn collides(prefix: &str, other: &str) -> bool {
    prefix == other || prefix.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_branches_stay_apart_from_the_default_one() {
        let said = |text: &str, default: &str| {
            let config = crate::config::parse("t", text).unwrap();
            apart(&config, &BranchName::parse(default).unwrap()).err().unwrap_or_default()
        };
        assert!(said("ledger: {branch: main}", "main").contains("the default branch"));
        assert!(said("branch: {prefix: main/x}", "main").contains("collides"));
        assert_eq!(said("ledger: {branch: main}", "trunk"), "");
        assert_eq!(said("{}", "main"), "");
    }
}
