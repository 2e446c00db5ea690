//! The language model of a run, made of configuration and environment. The key stays in this process: the heal process
//! asks over a line, and children are started with an environment of their own.

use super::ui::Ui;
use super::{Door, env::Env, held::held, usage};
use crate::config::{self, Config};
use crate::hand::command::Recipe;
use crate::llm::{Chosen, Host, Limits, Live, Model, Recorder, Replay, Seat, Watch, choose, choose_seats};
use crate::record::{HandId, Healing, Outcome};
use crate::spend::{Metered, Purse};
use crate::stage::Say;
use crate::stage::heal::{Agent, Job};
use anyhow::Result;
use secrecy::ExposeSecret as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The reviewer's, where it sits at an address of its own.
const REVIEW_KEY: &str = "THANOS_REVIEW_KEY";

/// In both together: all conversations of one run.
const MOST_TOKENS: u64 = 2_000_000;

/// Whether and how a terminal asks a model.
#[derive(clap::Args)]
pub struct Tape {
    /// Ask a language model where nothing else helps, with the key in the environment; with NAME, that one. Without this
    /// one is asked only where the configuration or --hands names it
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    model: Option<String>,
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

    pub fn talked(&self) -> Talked {
        match self {
            Self::Live(live) => Talked { told: live.transcript(), conversations: live.conversations() },
            Self::Replay(_) => Talked::default(),
        }
    }
}

/// What was said, masked; empty where nobody was asked.
#[derive(Default, Clone)]
pub struct Talked {
    /// For people.
    pub told: String,
    /// For `export`: JSON, a line for each conversation.
    conversations: String,
}

/// In the run's artifact.
pub const CONVERSATIONS: &str = "conversations.jsonl";

impl Talked {
    /// As files of the run's artifact.
    pub fn keep(&self, dir: &Path) -> Result<()> {
        let files = [("model.md", &self.told), (CONVERSATIONS, &self.conversations)];
        let mut files = files.into_iter().filter(|(_, text)| !text.is_empty());
        files.try_for_each(|(name, text)| crate::stage::proposal::write_whole(&dir.join(name), text.as_bytes()))
    }
}

impl Tape {
    /// What the flags say goes over what the configuration says.
    pub fn apply(&self, config: &mut Config) -> Result<()> {
        let Some(name) = &self.model else { return Ok(()) };
        if !name.is_empty() {
            config.model =
                config::Model { name: Some(name.clone()), cheap: None, strong: None, ..config.model.clone() };
            config.model.check().map_err(|why| usage(format!("--model: {why}")))?;
        }
        if !config.hands.0.contains(&HandId::Model) {
            // Giving up the change stays the last resort.
            let at = config.hands.0.iter().position(|hand| *hand == HandId::Revert).unwrap_or(config.hands.0.len());
            config.hands.0.insert(at, HandId::Model);
        }
        Ok(())
    }

    /// Recorded or played.
    pub fn is_turning(&self) -> bool {
        self.record.is_some() || self.replay.is_some()
    }

    /// A key that merely is in somebody's environment is no wish to have their code sent anywhere.
    fn is_wanted(&self, hands: &[HandId], config: &Config) -> bool {
        let by_config = config.model.is_named() || config.agent.is_wanted() || config.hands != config::Hands::default();
        // A terminal reads the working tree's configuration, which may be a stranger's: the key and the code go to an
        // address that stands in it only by a flag.
        let elsewhere = leaves(config.model.base_url.as_ref()) || leaves(config.review.base_url.as_ref());
        let by_config = by_config && !elsewhere;
        let by_flag = self.model.is_some() || self.record.is_some() || hands.contains(&HandId::Model);
        by_flag || by_config
    }
}

/// What a terminal asks for; `hands` are those of `--hands`. Where it asks for nothing and a model could be had, the line
/// that says so.
pub fn of_tape(
    tape: &Tape,
    hands: &[HandId],
    door: &Door,
    config: &Config,
    cancel: &Arc<AtomicBool>,
    say: Say,
) -> Result<(Option<Asked>, Option<String>)> {
    if let Some(dir) = &tape.replay {
        let replay = Replay::open(dir).map_err(|why| usage(format!("--replay: {why}")))?;
        return Ok((Some(Asked::Replay(replay)), None));
    }
    if !tape.is_wanted(hands, config) {
        return Ok((None, offer(&door.env, config)));
    }
    let recorder = match &tape.record {
        Some(dir) => {
            Recorder::to(dir).map_err(|e| usage(format!("--record: cannot write to {}: {e}", dir.display())))?
        }
        None => Recorder::default(),
    };
    let asked = told(live(&door.env, config, cancel, recorder, door.ui, say), say);
    let is_named = tape.model.is_some() || hands.contains(&HandId::Model);
    if let Some(why) = lacking(&door.env, config).filter(|_| asked.is_none() && is_named) {
        say("model", &unasked(why));
    }
    Ok((asked, None))
}

/// Where a model was wanted and cannot be had, that is said.
pub fn told(asked: Result<Option<Asked>, String>, say: Say) -> Option<Asked> {
    asked.inspect_err(|why| say("model", &unasked(why))).ok().flatten()
}

fn unasked(why: &str) -> String {
    format!("none is asked: {why}")
}

/// Why there is none for somebody who asked by name; an unfit choice was told when it was made.
fn lacking(env: &Env, config: &Config) -> Option<&'static str> {
    if config.budget.usd <= 0.0 {
        return Some("the budget is $0 (--budget-usd, budget.usd)");
    }
    let no_key = "no provider's key is in the environment (docs/models.md lists them)";
    matches!(writer(env, config), Ok(None)).then_some(no_key)
}

/// That a model could be asked, whom, and for how much at most.
fn offer(env: &Env, config: &Config) -> Option<String> {
    if config.budget.usd <= 0.0 || !config.hands.0.contains(&HandId::Model) {
        return None;
    }
    let strong = writer(env, config).ok()??;
    let (model, key, usd) = (strong.model, strong.key_name, config.budget.usd);
    let provider = match config.model.base_url {
        Some(_) => format!("{} ({})", strong.provider, strong.url),
        None => strong.provider,
    };
    Some(format!(
        "{model} at {provider} could be asked: --model does it, with the key in {key}, for at most ${usd:.2}; it would be sent parts of this repository"
    ))
}

/// Whether a hand asks one.
fn is_of_use(config: &Config) -> bool {
    let has = |hand| config.hands.0.contains(&hand);
    has(HandId::Model) || has(HandId::Command) && config.agent.is_wanted()
}

/// `None` where no key is there and nobody asked for a model; `Err`: why one that was asked for cannot be had.
pub fn live(
    env: &Env,
    config: &Config,
    cancel: &Arc<AtomicBool>,
    recorder: Recorder,
    ui: Ui,
    say: Say,
) -> Result<Option<Asked>, String> {
    if config.budget.usd <= 0.0 || !is_of_use(config) {
        return Ok(None);
    }
    let Some([strong, cheap]) = choose_seats(&config.model, &|name| env.get(name))? else {
        if config.review.is_on() {
            say("review", "nobody reviews: without a model that writes, none is asked");
        }
        return Ok(None);
    };
    held().learn(strong.key.iter().map(|key| key.expose_secret().to_owned()));
    if leaves(config.model.base_url.as_ref()) {
        say("model", &format!("the one at {} (model.base-url)", strong.url));
    }
    let watch: Watch = Arc::new(move |text| ui.stage("model", text));
    let limits = Limits {
        usd: config.budget.usd,
        tokens: config.model.max_tokens.unwrap_or(MOST_TOKENS),
        until: Instant::now() + Duration::from_secs(config.budget.seconds),
    };
    let live = Live::new(strong, limits, held().mask_fn(), Some(Arc::clone(cancel)), recorder)
        .also(Seat::Cheap, cheap)
        .patient(Duration::from_secs(config.model.silence_seconds))
        .watched(watch);
    let live = match reviewer(env, config) {
        Ok(Some(chosen)) => {
            if leaves(config.review.base_url.as_ref()) {
                say("review", &format!("the one at {} (review.base-url)", chosen.url));
            }
            live.also(Seat::Reviewer, chosen)
        }
        Ok(None) => live,
        // The writer's own model does not stand in for another that was asked for.
        Err(why) => {
            say("review", &format!("there is none: {why}"));
            live
        }
    };
    Ok(Some(Asked::Live(Box::new(live))))
}

/// An address of the configuration's that is not on this machine.
fn leaves(base_url: Option<&String>) -> bool {
    base_url.is_some_and(|url| !crate::forge::is_this_machine(url))
}

/// The writer whom the environment and the configuration give.
pub fn writer(env: &Env, config: &Config) -> Result<Option<Chosen>, String> {
    choose(&config.model, &|name| env.get(name))
}

/// A reviewer of its own, where one is asked for. A server of one's own may have a key of its own.
pub fn reviewer(env: &Env, config: &Config) -> Result<Option<Chosen>, String> {
    if !config.review.is_another() {
        return Ok(None);
    }
    let key = |name: &str| match name {
        "THANOS_MODEL_KEY" => env.get(REVIEW_KEY).or_else(|| env.get(name)),
        name => env.get(name),
    };
    // The table of prices is one for all.
    let in_its_words = |why: String| why.replace("model.", "review.").replace("review.prices", "model.prices");
    let mut chosen = choose(&config.review.as_model(&config.model), &key).map_err(in_its_words)?;
    if let Some(own) = chosen.as_mut().filter(|c| c.key_name == "THANOS_MODEL_KEY" && env.get(REVIEW_KEY).is_some()) {
        own.key_name = REVIEW_KEY;
    }
    held().learn(chosen.iter().filter_map(|c| Some(c.key.as_ref()?.expose_secret().to_owned())));
    Ok(chosen)
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

/// Runs `act` with the model, whose money comes out of the purse where there is one.
pub fn metered(
    asked: Option<&Asked>,
    purse: Option<Purse>,
    say: Say,
    act: impl FnOnce(Option<&dyn Model>) -> Result<Healing>,
) -> Result<Healing> {
    let (model, purse) = match (asked, purse) {
        // A recording costs nothing.
        (Some(Asked::Live(live)), Some(purse)) => (live.as_ref() as &dyn Model, purse),
        _ => return act(asked.map(Asked::model)),
    };
    let metered = Metered::new(model, purse);
    let healing = act(Some(&metered));
    if let Err(e) = metered.close() {
        say(
            "model",
            &format!("what it cost could not be written down, and counts as the whole reservation for a day: {e:#}"),
        );
    }
    let mut healing = healing?;
    if let Some(refused) = metered.refused() {
        say("model", &format!("none was asked: {}", refused.why));
        // Nothing else helped: with the money it may have been repaired.
        if healing.outcome == Outcome::Explained {
            healing = healing.end(Outcome::Budget, refused.why.clone());
        }
    }
    Ok(healing)
}

/// Runs the heal process with the model at hand. What was spent is what this process saw.
pub fn serve(
    model: Option<&dyn Model>,
    mut job: Job,
    say: Say,
    start: impl FnOnce(&Job) -> Result<Healing>,
) -> Result<Healing> {
    let Some(model) = model else { return start(&job) };
    let host = Host::open(model)?;
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
