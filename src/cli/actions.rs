//! What a GitHub workflow gets and gives: inputs over the configuration, outputs, the job summary,
//! annotations.

use super::{Door, Exit, env::Env, held::held, print_json, usage};
use crate::config::{self, Config, Hands};
use crate::pipeline::{Ended, ThisRun};
use crate::record::{HandId, Outcome};
use crate::report::{self, Story};
use crate::stage::proposal;
use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Inputs override the file.
pub fn apply_inputs(env: &Env, config: &mut Config) -> Result<()> {
    // A mistake in it must not wait until the work is done.
    fail_on(env)?;
    if let Some(hands) = word(env, "hands") {
        let known = |name: &str| HandId::ALL.into_iter().find(|h| h.as_str() == name);
        let parsed: Option<Vec<_>> = hands.split(',').map(|h| known(h.trim())).collect();
        let parsed = parsed.filter(|h| !h.is_empty());
        let names = HandId::ALL.map(HandId::as_str).join(", ");
        let parsed = parsed.ok_or_else(|| usage(format!("input `hands`: `{hands}`; known hands: {names}")))?;
        if let Some(hand) = config::twice(&parsed) {
            return Err(usage(format!("input `hands` names `{}` twice", hand.as_str())));
        }
        config.hands = Hands(parsed);
        config.hands_are_listed = true;
    }
    if let Some(seconds) = env.input("budget-seconds") {
        let parsed = seconds.parse().ok().filter(|n| (1..=21_600).contains(n));
        config.budget.seconds =
            parsed.ok_or_else(|| usage(format!("input `budget-seconds`: `{seconds}`; use 1 to 21600")))?;
    }
    if let Some(wanted) = word(env, "sandbox") {
        config.sandbox.tier = super::local::sandbox(&wanted).map_err(|e| usage(format!("input `sandbox`: {e}")))?;
    }
    if let Some(draft) = word(env, "draft") {
        config.publish.draft = match draft.as_str() {
            "true" => true,
            "false" => false,
            _ => return Err(usage(format!("input `draft`: `{draft}`; use true or false"))),
        };
    }
    Ok(())
}

/// GitHub's own actions take `True` and `TRUE`, too.
fn word(env: &Env, name: &str) -> Option<String> {
    env.input(name).map(|value| value.to_lowercase())
}

/// Which outcomes turn the step red, from the input `fail-on`.
fn fail_on(env: &Env) -> Result<Vec<Outcome>> {
    let Some(list) = word(env, "fail-on") else { return Ok(Vec::new()) };
    let known = |name: &str| Outcome::ALL.into_iter().find(|o| o.as_str() == name);
    let names = || Outcome::ALL.map(Outcome::as_str).join(", ");
    list.split([',', ' '])
        .map(str::trim)
        .filter(|n| !n.is_empty())
        .map(|n| known(n).ok_or_else(|| usage(format!("input `fail-on`: `{n}` is no outcome; known: {}", names()))))
        .collect()
}

pub struct Report<'a> {
    pub door: &'a Door,
    pub this: &'a ThisRun,
    /// Where people look at the repository.
    pub web: &'a str,
    /// Where a proposal was sealed, or was read from.
    pub dir: &'a Path,
    pub ended: &'a Ended,
    pub transcript: &'a str,
    /// The conversation with a model; empty where none was asked.
    pub talked: &'a super::model::Talked,
}

/// Prints, writes outputs and summary, and says how the step ends.
pub fn report(report: &Report) -> Result<Exit> {
    let ended = report.ended;
    let patch = write_patch(report)?;
    if let Err(e) = keep(report) {
        report.door.ui.stage("artifact", &held().mask(&format!("{e:#}")));
    }
    outputs(report, patch.as_deref())?;
    summary(report)?;
    annotations(report);
    let ui = report.door.ui;
    if report.door.common.json {
        print_json(&super::local::as_json(&ended.healing))?;
    }
    if let Some(refused) = &ended.published.refused {
        ui.stage("publish", &held().mask(refused));
        if let Some(url) = &ended.published.compare_url {
            ui.stage("publish", &format!("open the pull request by hand: {url}"));
        }
        // Who reads this is elsewhere, and the runner's folder is gone by then.
        if patch.is_some() {
            let file = proposal::PATCH;
            ui.stage("publish", &format!("take it by hand: git apply {file}, which is in the run's artifact"));
        }
    }
    let outcome = ended.healing.outcome;
    let good = matches!(
        outcome,
        Outcome::Fixed | Outcome::Healthy | Outcome::Proposed | Outcome::Duplicate | Outcome::Recorded
    );
    let line = format!("{}: {}", report::outcome_phrase(outcome), ended.healing.reason);
    ui.verdict(good, &held().mask(&line));
    Ok(match outcome {
        Outcome::Error => Exit::Internal,
        other if fail_on(&report.door.env)?.contains(&other) => Exit::No,
        _ => Exit::Done,
    })
}

fn write_patch(report: &Report) -> Result<Option<std::path::PathBuf>> {
    let Some(candidate) = &report.ended.healing.candidate else { return Ok(None) };
    let path = report.dir.join(proposal::PATCH);
    make(report.dir)?;
    proposal::write_whole(&path, candidate.patch.unified_diff().as_bytes())?;
    Ok(Some(path))
}

/// The whole attempt in the run's artifact: what a proposal is, for `export`.
pub const ATTEMPT: &str = "attempt.json";

/// What a person may want of the run's artifact: what was said, and the ledger's entry.
fn keep(report: &Report) -> Result<()> {
    let Some(record) = &report.ended.record else { return Ok(()) };
    let masked = crate::forge::mask_json(&serde_json::to_value(record)?, &*held().mask_fn());
    let record = serde_json::to_vec_pretty(&masked)?;
    make(report.dir)?;
    proposal::write_whole(&report.dir.join("record.json"), &record)?;
    proposal::write_whole(&report.dir.join("transcript.txt"), report.transcript.as_bytes())?;
    if let Some(whole) = &report.ended.proposal {
        proposal::write_whole(&report.dir.join(ATTEMPT), &whole.to_bytes(&*held().mask_fn())?)?;
    }
    report.talked.keep(report.dir)
}

fn make(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))
}

/// The pull request that somebody else's work is, as our own words name it.
fn named(web: &str, reason: &str) -> Option<(u64, String)> {
    let url = format!("{web}/pull/");
    let rest = &reason[reason.find(&url)? + url.len()..];
    let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
    Some((digits.parse().ok()?, format!("{url}{digits}")))
}

fn outputs(report: &Report, patch: Option<&Path>) -> Result<()> {
    let Some(file) = report.door.env.path("GITHUB_OUTPUT") else { return Ok(()) };
    let (healing, published) = (&report.ended.healing, &report.ended.published);
    let text = |value: Option<&dyn std::fmt::Display>| value.map_or_else(String::new, ToString::to_string);
    let tokens = healing.tokens.all();
    let own = published.pull.zip(published.pull_url.clone());
    let pull = own.or_else(|| named(report.web, &healing.reason).filter(|_| healing.outcome == Outcome::Duplicate));
    let pairs = [
        ("outcome", healing.outcome.as_str().to_owned()),
        ("reason", report::markdown::one_line(&why(report.ended), 500)),
        ("pr-number", text(pull.as_ref().map(|(n, _)| n as _))),
        ("pr-url", pull.as_ref().map(|(_, url)| url.clone()).unwrap_or_default()),
        ("branch", text(published.branch.as_ref().map(|b| b as _))),
        ("patch-path", patch.map(|p| p.display().to_string()).unwrap_or_default()),
        ("hand", healing.candidate.as_ref().map(|c| c.hand.as_str().to_owned()).unwrap_or_default()),
        ("seconds", format!("{:.1}", healing.seconds.total)),
        ("tokens", tokens.to_string()),
        ("cost-usd", format!("{:.4}", healing.cost_usd)),
        ("cost-assumed-usd", format!("{:.4}", healing.assumed.usd)),
        ("retry", report.ended.retry.to_string()),
        ("proposal-path", report.ended.digest.as_ref().map(|_| report.dir.display().to_string()).unwrap_or_default()),
        ("proposal-digest", report.ended.digest.clone().unwrap_or_default()),
    ];
    let mut block = String::new();
    for (name, value) in pairs {
        // One line each: no value can open another output.
        let _ = writeln!(block, "{name}={}", held().mask(&value).replace(['\n', '\r'], " "));
    }
    append(&file, &block)
}

/// Why it ended as it did: with a repair that could not be published, why not.
fn why(ended: &Ended) -> String {
    let reason = &ended.healing.reason;
    match ended.published.refused.as_deref().filter(|_| ended.healing.outcome == Outcome::Proposed) {
        Some(refused) => format!("{} (the repair: {reason})", refused.trim_end_matches('.')),
        None => reason.clone(),
    }
}

fn summary(report: &Report) -> Result<()> {
    let Some(file) = report.door.env.path("GITHUB_STEP_SUMMARY") else { return Ok(()) };
    let ended = report.ended;
    let text = match &ended.proposal {
        Some(proposal) => report::summary(&Story {
            healing: &ended.healing,
            ..ended.published.story(proposal, report.web, report.this.url.as_deref())
        }),
        None => format!(
            "## thanos-fix: {}\n\n{}\n",
            report::outcome_phrase(ended.healing.outcome),
            crate::brain::text::inert(&report::markdown::one_line(&ended.healing.reason, 600))
        ),
    };
    append(&file, &held().mask(&text))
}

/// Workflow commands, where the Checks API did not take them (docs: workflow commands).
fn annotations(report: &Report) {
    if !report.door.env.in_actions() {
        return;
    }
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escape(text).replace(':', "%3A").replace(',', "%2C");
    for (path, line, message) in &report.ended.published.annotations {
        let text = escape(&held().mask(message));
        let command = format!("::warning file={},line={line},title=thanos-fix::{text}", property(path));
        // On the stream on which commands were stopped and allowed again: the runner reads each in order.
        let _ = writeln!(std::io::stderr().lock(), "{command}");
    }
}

fn append(file: &Path, text: &str) -> Result<()> {
    std::fs::File::options()
        .append(true)
        .create(true)
        .open(file)
        .and_then(|mut f| f.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_inputs_are_taken_in_any_case() {
        let with = |name: &str, value: &str| {
            let mut config = Config::default();
            apply_inputs(&Env::from_pairs([(format!("THANOS_INPUT_{name}"), value.to_owned())]), &mut config)
                .map(|()| config)
        };
        for (value, draft) in [("True", true), (" FALSE ", false), ("false", false), ("", true)] {
            assert_eq!(with("DRAFT", value).unwrap().publish.draft, draft, "{value}");
        }
        assert_eq!(with("HANDS", " Tool, hint ").unwrap().hands.0, [HandId::Tool, HandId::Hint]);
        assert_eq!(with("SANDBOX", "Light").unwrap().sandbox.tier, config::Sandbox::Light);
        for (name, value) in
            [("DRAFT", "yes"), ("SANDBOX", "none"), ("HANDS", "tol"), ("FAIL_ON", "red"), ("BUDGET_SECONDS", "9m")]
        {
            let refused = with(name, value).unwrap_err();
            let told = refused.to_string().to_uppercase().replace('-', "_");
            assert!(refused.is::<crate::cli::UsageError>() && told.contains(name), "{refused}");
        }
    }
}
