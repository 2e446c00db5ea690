//! `thanos-fix eval`: cases with a known failure, run through the whole heal stage and compared.

use super::{Door, Exit, event::local_config, local, model, print_json, print_text, usage};
use crate::config::{Command, Config, Sandbox};
use crate::eval::build::{self, Wish};
use crate::eval::{self, Case, Row, Setting, Spec, Total};
use crate::git::Repo;
use crate::learn::Experience;
use crate::process;
use crate::record::{HandId, Healing, Outcome, SCHEMA};
use crate::stage::heal::{self, Job, SEED};
use crate::task::Request;
use crate::verify;
use anyhow::Result;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Run every case of a folder through the whole heal stage, in a copy, and print a table
///
/// A case is a folder with `case.yml`, `tree/` (or `tree.bundle`) and, where it is known, `expected.patch`
/// (docs/learning.md). Nothing is remembered between cases, and the case itself stays as it is. Give `--hands` or
/// `--model` more than once to compare settings side by side.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// The folder with the cases, or one case
    #[arg(value_name = "DIR", required = true)]
    dir: Option<PathBuf>,
    /// The hands to use, in this order; each time it is given is one setting
    #[arg(long, value_name = "A,B,C")]
    hands: Vec<String>,
    /// The model to ask; each time it is given is one setting
    #[arg(long, value_name = "PROVIDER/NAME")]
    model: Vec<String>,
    /// Only cases whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// For each case, where it says nothing itself
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=21_600))]
    budget_seconds: u64,
    /// Spend at most this much on a model in each case; 0 asks none
    #[arg(long, value_name = "X", value_parser = local::dollars)]
    budget_usd: Option<f64>,
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// What the commands may do, as for `heal`
    #[arg(long, value_parser = local::sandbox, default_value = "light", value_name = "full|light|off")]
    sandbox: Sandbox,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make cases of the repository's own past repairs (--repo), proven by running the command before and after
    Build(BuildArgs),
}

#[derive(clap::Args)]
struct BuildArgs {
    /// Where the cases go
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// At most so many cases
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Stop looking after this many seconds
    #[arg(long, value_name = "N", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    budget_seconds: u64,
    /// What the command may do, as for `heal`
    #[arg(long, value_parser = local::sandbox, default_value = "light", value_name = "full|light|off")]
    sandbox: Sandbox,
    /// The command that tells a broken commit from a sound one; without it what the configuration or the files say
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    match (&args.action, &args.dir) {
        (Some(Action::Build(build)), _) => build_cases(door, build),
        (None, Some(dir)) => compare(door, args, dir),
        (None, None) => Err(usage("give the folder with the cases")),
    }
}

fn compare(door: &Door, args: &Args, dir: &Path) -> Result<Exit> {
    let settings = settings(args)?;
    let mut cases = eval::cases(dir).map_err(usage)?;
    cases.retain(|case| args.only.as_ref().is_none_or(|part| case.name.contains(part.as_str())));
    if let (true, Some(part)) = (cases.is_empty(), &args.only) {
        return Err(usage(format!("--only {part}: no case of {} has that in its name", dir.display())));
    }
    let cancel = local::cancel_flag()?;
    let mut rows = Vec::new();
    for case in &cases {
        for setting in &settings {
            if cancel.load(Ordering::Relaxed) {
                break;
            }
            let heal = |tree: &Path, scratch: &Path| heal_case(door, args, (case, setting), (tree, scratch), &cancel);
            let row = eval::run(case, setting, &heal)?;
            let word = if row.fixed { "fixed" } else { row.outcome.as_str() };
            door.ui.stage("eval", &format!("{} ({}): {word} in {:.1} s", row.case, row.setting, row.seconds));
            rows.push(row);
        }
    }
    let totals = eval::totals(&rows, &settings);
    if door.common.json {
        print_json(&json!({"schema": SCHEMA, "settings": settings, "rows": rows, "totals": totals}))?;
    } else {
        print_text(&table(&rows, &totals, settings.len() > 1))?;
    }
    Ok(if cancel.load(Ordering::Relaxed) { Exit::No } else { Exit::Done })
}

/// As many as the longer list has; the shorter one's last counts for the rest.
fn settings(args: &Args) -> Result<Vec<Setting>> {
    let many = args.hands.len().max(args.model.len()).max(1);
    let at = |list: &[String], i: usize| list.get(i).or(list.last()).cloned();
    let one = |i: usize| {
        let (hands, model) = (at(&args.hands, i), at(&args.model, i));
        let parsed: Result<Vec<HandId>, String> =
            hands.iter().flat_map(|list| list.split(',')).map(|name| local::hand(name.trim())).collect();
        let parsed = parsed.map_err(|e| usage(format!("--hands: {e}")))?;
        if model.as_ref().is_some_and(|model| !model.contains('/')) {
            return Err(usage("--model: write it as provider/name"));
        }
        let names: Vec<String> = [hands, model.clone()].into_iter().flatten().collect();
        let name = if names.is_empty() { "default".to_owned() } else { names.join(" ") };
        Ok(Setting { name, hands: parsed, model })
    };
    let settings: Vec<Setting> = (0..many).map(one).collect::<Result<_>>()?;
    let twice = settings.iter().enumerate().any(|(i, one)| settings[..i].iter().any(|other| other.name == one.name));
    if twice { Err(usage("two settings are the same")) } else { Ok(settings) }
}

fn heal_case(
    door: &Door,
    args: &Args,
    (case, setting): (&Case, &Setting),
    (tree, scratch): (&Path, &Path),
    cancel: &Arc<AtomicBool>,
) -> Result<Healing> {
    let mut config = own_config(tree)?;
    if !setting.hands.is_empty() {
        config.hands.0.clone_from(&setting.hands);
    }
    if let Some((provider, name)) = setting.model.as_deref().and_then(|model| model.split_once('/')) {
        config.model.provider = Some(provider.to_owned());
        config.model.name = Some(name.to_owned());
    }
    config.budget.usd = args.budget_usd.unwrap_or(config.budget.usd);
    config.budget.seconds = case.spec.budget_seconds.unwrap_or(args.budget_seconds);
    config.sandbox.tier = args.sandbox;
    let Some(mut job) = job(door, &config, &case.spec, tree, scratch) else {
        return Ok(Healing::ended(Outcome::Explained, "no command: set `command` in case.yml"));
    };
    let say = |stage: &str, text: &str| tracing::debug!("{stage}: {text}");
    // Parts of a case leave the machine only where somebody named a model, or its hand.
    let is_wanted = setting.model.is_some() || setting.hands.contains(&HandId::Model);
    let (ui, whom) = (door.ui, model::Whom::All);
    let live = || model::live(&door.env, &config, cancel, Default::default(), ui, whom, &say);
    let company = if is_wanted { live() } else { model::Company::default() };
    let asked = company.asked.as_ref();
    job.hands = model::hands(&config.hands.0, asked, None);
    job.manner = job.manner.without_reviewer(company.no_reviewer.clone());
    job.seed = args.seed;
    heal::heal(&job, asked.map(model::Asked::model), &Experience::default, cancel, &say)
}

/// The case's own configuration; `--config` is the reader's and not the case's.
fn own_config(tree: &Path) -> Result<Config> {
    let file = tree.join(crate::config::PATH);
    match std::fs::read(&file) {
        Ok(text) => super::event::parse_config(&file.display().to_string(), text),
        Err(_) => Ok(Config::default()),
    }
}

fn job(door: &Door, config: &Config, spec: &Spec, tree: &Path, scratch: &Path) -> Option<Job> {
    let configured = || config.verify.command.as_ref().and_then(|c| c.to_line(config.verify.directory.as_ref()));
    let command = spec.line().or_else(configured).or_else(|| verify::detect(tree))?;
    let prepare = if spec.prepare.is_empty() { &config.verify.prepare } else { &spec.prepare };
    let prepare = prepare.iter().filter_map(|line| line.to_line(spec.directory.as_ref()));
    let prepare = prepare.map(|command| crate::command::SetUp { command, may_fail: false }).collect();
    Some(Job {
        prepare,
        text: crate::brain::text::clean(spec.issue.as_deref().unwrap_or_default()),
        env: local::strings(process::terminal_env(&door.env.pairs())),
        ..Job::of(config, tree.to_owned(), scratch, command)
    })
}

fn build_cases(door: &Door, args: &BuildArgs) -> Result<Exit> {
    let root = local::project(door)?;
    let Some(repo) = Repo::discover(&root)? else {
        return Err(usage(format!("--repo: {} is not in a git repository", root.display())));
    };
    std::fs::create_dir_all(&args.out).map_err(|e| usage(format!("--out: cannot make {}: {e}", args.out.display())))?;
    let config = local_config(door, &root)?;
    let command = (!args.command.is_empty()).then(|| Command::Argv(args.command.clone()));
    let spec = Spec { command: command.or(config.verify.command.clone()), ..Spec::default() };
    if spec.line().or_else(|| verify::detect(&root)).is_none() {
        return Err(usage("no command tells a broken commit from a sound one: give one after --"));
    }
    let cancel = local::cancel_flag()?;
    let mut config = config;
    config.sandbox.tier = args.sandbox;
    config.budget.seconds = args.budget_seconds;
    let passes = |tree: &Path| {
        let scratch = tempfile::Builder::new().prefix("thanos-fix-eval-").tempdir()?;
        let Some(job) = job(door, &config, &spec, tree, scratch.path()) else { return Ok(None) };
        // A diagnosis runs the command once, and changes nothing.
        let job = Job { request: Request::Explain, hands: Vec::new(), ..job };
        let healing =
            heal::heal(&job, None, &Experience::default, &cancel, &|stage, text| tracing::debug!("{stage}: {text}"))?;
        Ok(match healing.outcome {
            Outcome::Healthy => Some(true),
            Outcome::Explained if healing.evidence.is_some() => Some(false),
            _ => None,
        })
    };
    let wish = Wish { limit: args.limit, budget: Duration::from_secs(args.budget_seconds), spec: spec.clone() };
    let say = |line: &str| door.ui.stage("eval", line);
    let built = build::build(&repo, &args.out, &wish, &passes, &say)?;
    let names: Vec<&str> = built.cases.iter().map(|case| case.name.as_str()).collect();
    if door.common.json {
        print_json(&json!({"schema": SCHEMA, "cases": names, "tried": built.tried, "cut_short": built.cut_short}))?;
    } else {
        let cut = if built.cut_short { "; the time was over before the history was (--budget-seconds)" } else { "" };
        let (cases, tried) = (crate::report::count(names.len(), "case"), crate::report::count(built.tried, "commit"));
        print_text(&format!("{cases} in {} of {tried} tried{cut}", args.out.display()))?;
    }
    Ok(if names.is_empty() { Exit::No } else { Exit::Done })
}

/// For people: a line for each case and setting, then one for each setting.
fn table(rows: &[Row], totals: &[Total], settings: bool) -> String {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let head =
        ["CASE", "SETTING", "FIXED", "EXACT", "HAND", "SECONDS", "TOKENS", "DOLLARS", "SCORE"].map(str::to_owned);
    let mut lines = vec![head.to_vec()];
    lines.extend(rows.iter().map(|row| {
        vec![
            row.case.clone(),
            row.setting.clone(),
            if row.fixed { "yes".to_owned() } else { row.outcome.as_str().to_owned() },
            row.exact.map_or_else(|| "-".to_owned(), yes),
            row.hand.map_or("-", HandId::as_str).to_owned(),
            format!("{:.1}", row.seconds),
            row.tokens.to_string(),
            format!("{:.4}", row.usd),
            row.score.map_or_else(|| "-".to_owned(), |score| format!("{score:.0}")),
        ]
    }));
    lines.extend(totals.iter().map(|total| {
        vec![
            format!("all {}", total.cases),
            total.setting.clone(),
            format!("{}/{}", total.fixed, total.cases),
            format!("{}/{}", total.exact, total.expected),
            "-".to_owned(),
            format!("{:.1}", total.seconds),
            total.tokens.to_string(),
            format!("{:.4}", total.usd),
            "-".to_owned(),
        ]
    }));
    if !settings {
        lines.iter_mut().for_each(|line| drop(line.remove(1)));
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let line = |cells: &Vec<String>| {
        let cells: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
