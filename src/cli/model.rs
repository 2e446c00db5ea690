//! The language model of a run, made of configuration and environment. The key stays in this process: the heal process
//! asks over a line, and children are started with an environment of their own.

use super::{env::Env, held::held, usage};
use crate::config::Config;
use crate::hand::command::Recipe;
use crate::llm::{Host, Limits, Live, Model, Recorder, Replay, choose};
use crate::record::{HandId, Healing};
use crate::stage::Say;
use crate::stage::heal::{Agent, Job};
use anyhow::Result;
use secrecy::ExposeSecret as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// In both together: all conversations of one run.
const MOST_TOKENS: u64 = 2_000_000;

/// Recording and replay, in a terminal.
#[derive(clap::Args)]
pub struct Tape {
    /// Write every exchange with the model there, masked: cassette.jsonl and transcript.md
    #[arg(long, value_name = "DIR", conflicts_with = "replay")]
    record: Option<PathBuf>,
    /// Answer from a recording instead of asking a model: no network, no key
    #[arg(long, value_name = "DIR")]
    replay: Option<PathBuf>,
}

/// Who is asked.
pub enum Asked {
    Live(Box<Live>),
    Replay(Replay),
}

impl Asked {
    pub fn model(&self) -> &dyn Model {
        match self {
            Self::Live(live) => live.as_ref(),
            Self::Replay(replay) => replay,
        }
    }

    /// The conversation for people; empty where nobody was asked.
    pub fn transcript(&self) -> String {
        match self {
            Self::Live(live) => live.transcript(),
            Self::Replay(_) => String::new(),
        }
    }
}

/// What a terminal asks for.
pub fn of_tape(tape: &Tape, env: &Env, config: &Config, cancel: &Arc<AtomicBool>, say: Say) -> Result<Option<Asked>> {
    if let Some(dir) = &tape.replay {
        return Ok(Some(Asked::Replay(Replay::open(dir).map_err(|why| usage(format!("--replay: {why}")))?)));
    }
    let recorder = match &tape.record {
        Some(dir) => {
            Recorder::to(dir).map_err(|e| usage(format!("--record: cannot write to {}: {e}", dir.display())))?
        }
        None => Recorder::default(),
    };
    Ok(live(env, config, cancel, recorder, say))
}

/// `None` where no key is there and nobody asked for a model; where one was asked for in vain, that is said.
pub fn live(env: &Env, config: &Config, cancel: &Arc<AtomicBool>, recorder: Recorder, say: Say) -> Option<Asked> {
    let has = |hand| config.hands.0.contains(&hand);
    if config.budget.usd <= 0.0 || !(has(HandId::Model) || has(HandId::Command) && config.agent.is_wanted()) {
        return None;
    }
    let chosen = match choose(&config.model, &|name| env.get(name)) {
        Ok(chosen) => chosen?,
        Err(why) => {
            say("model", &format!("none is asked: {why}"));
            return None;
        }
    };
    held().learn(chosen.key.iter().map(|key| key.expose_secret().to_owned()));
    let limits = Limits {
        usd: config.budget.usd,
        tokens: config.model.max_tokens.unwrap_or(MOST_TOKENS),
        until: Instant::now() + Duration::from_secs(config.budget.seconds),
    };
    let live = Live::new(chosen, limits, held().mask_fn(), Some(Arc::clone(cancel)), recorder);
    Some(Asked::Live(Box::new(live)))
}

/// Without a model nothing is to be seen of its hand, and without an agent nothing of that one.
pub fn hands(hands: &[HandId], asked: Option<&Asked>, agent: Option<&Agent>) -> Vec<HandId> {
    let is_there = |hand: &HandId| match hand {
        HandId::Model => asked.is_some(),
        HandId::Command => agent.is_some(),
        _ => true,
    };
    hands.iter().copied().filter(is_there).collect()
}

/// How the agent is started that the configuration names.
pub fn recipe(config: &Config) -> Option<Result<Recipe, String>> {
    let own = config.agent.command.as_ref().and_then(|command| command.to_line(None));
    match (&config.agent.preset, own) {
        (Some(preset), _) => Some(Recipe::preset(preset)),
        (None, Some(own)) => Some(Ok(Recipe::own(own.argv))),
        (None, None) => None,
    }
}

/// The agent that the configuration names.
pub fn agent(config: &Config, say: Say) -> Option<Agent> {
    let agent = recipe(config)?.map(|recipe| Agent { recipe, seconds: config.agent.seconds });
    agent.inspect_err(|why| say("command", &format!("no agent is asked: {why}"))).ok()
}

/// Runs the heal process with the model at hand. What was spent is what this process saw.
pub fn serve(
    asked: Option<&Asked>,
    mut job: Job,
    say: Say,
    start: impl FnOnce(&Job) -> Result<Healing>,
) -> Result<Healing> {
    let Some(model) = asked.map(Asked::model) else { return start(&job) };
    let host = Host::open(model.name())?.passing(model.passage());
    job.model = Some(host.address().clone());
    let over = AtomicBool::new(false);
    let (healing, served) = std::thread::scope(|scope| {
        let serving = scope.spawn(|| host.serve(model, &over));
        let healing = start(&job);
        over.store(true, Ordering::Relaxed);
        (healing, serving.join())
    });
    match served {
        Ok(Ok(())) => {}
        Ok(Err(e)) => say("model", &format!("the line to it broke: {e:#}")),
        Err(_) => say("model", "the line to it broke"),
    }
    let mut healing = healing?;
    let spent = model.spent();
    (healing.tokens, healing.cost_usd) = (spent.tokens, spent.usd);
    Ok(healing)
}

/// The conversation as a file of the run's artifact.
pub fn keep(dir: &Path, transcript: &str) -> Result<()> {
    if transcript.is_empty() {
        return Ok(());
    }
    crate::stage::proposal::write_whole(&dir.join("model.md"), transcript.as_bytes())
}
