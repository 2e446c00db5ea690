//! The language model of a run, made of configuration and environment. The key stays in this process: the heal process
//! asks over a line, and children are started with an environment of their own.

use super::ui::Ui;
use super::{Door, env::Env, held::held, usage};
use crate::config::{self, Config, Hands, Wording};
use crate::hand::command::Recipe;
use crate::llm::{Chosen, Host, Lack, Limits, Live, Model, Recorder, Replay, Seat, Watch, choose, choose_seats};
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
        let by_config = config.model.is_named() || config.agent.is_wanted() || config.hands != Hands::default();
        // A terminal reads the working tree's configuration, which may be a stranger's: the key and the code go to an
        // address that stands in it only by a flag.
        let elsewhere = leaves(config.model.base_url.as_ref()) || leaves(config.review.base_url.as_ref());
        let by_config = by_config && !elsewhere;
        let by_flag = self.model.is_some() || self.record.is_some() || hands.contains(&HandId::Model);
        by_flag || by_config
    }
}

/// Who is there to ask in a run, and why others are not.
#[derive(Default)]
pub struct Company {
    pub asked: Option<Asked>,
    /// Why nobody writes, where somebody was wished for.
    pub lack: Option<Lack>,
    /// Why nobody reviews, where that was wished for.
    pub no_reviewer: Option<String>,
    /// That somebody could be asked, where nobody was wished for.
    pub offered: Option<String>,
}

impl Company {
    /// Why the ending is what it is where a model or an agent could have helped, and what to mend.
    pub fn onto(&self, healing: &mut Healing) {
        if let Some(Lack { why, mend }) = self.lack.as_ref().filter(|_| healing.outcome == Outcome::Explained) {
            healing.reason = format!("{}; {why}", healing.reason);
            healing.mend.get_or_insert_with(|| mend.clone());
        }
    }
}

/// What a terminal asks for; `hands` are those of `--hands`.
pub fn of_tape(
    tape: &Tape,
    hands: &[HandId],
    door: &Door,
    config: &Config,
    cancel: &Arc<AtomicBool>,
    say: Say,
) -> Result<Company> {
    if let Some(dir) = &tape.replay {
        let replay = Replay::open(dir).map_err(|why| usage(format!("--replay: {why}")))?;
        return Ok(Company { asked: Some(Asked::Replay(replay)), ..Company::default() });
    }
    let by_review = config.review.is_another() && !leaves(config.review.base_url.as_ref());
    let whom = match tape.is_wanted(hands, config) {
        true => Whom::All,
        false if by_review => Whom::Reviewer,
        false => {
            let no_reviewer = config.review.is_on().then(|| "in a terminal nobody is asked without --model".to_owned());
            return Ok(Company { offered: offer(&door.env, config), no_reviewer, ..Company::default() });
        }
    };
    let recorder = match &tape.record {
        Some(dir) => {
            Recorder::to(dir).map_err(|e| usage(format!("--record: cannot write to {}: {e}", dir.display())))?
        }
        None => Recorder::default(),
    };
    let is_named = tape.model.is_some() || hands.contains(&HandId::Model);
    let mut company = live(&door.env, config, cancel, recorder, door.ui, whom, say);
    if let Some(lack) = lacking(&door.env, config).filter(|_| is_named && whom == Whom::All && company.lack.is_none()) {
        say("model", &unasked(&lack));
        company.lack = Some(prefixed(lack));
    }
    Ok(company)
}

/// Whom a run may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    All,
    /// Nobody is to write.
    Reviewer,
}

fn unasked(lack: &Lack) -> String {
    format!("none is asked: {lack}")
}

fn prefixed(lack: Lack) -> Lack {
    Lack { why: format!("no model was asked: {}", lack.why), ..lack }
}

/// The settings that ask for a model by themselves.
pub fn wishes(config: &Config) -> Vec<&'static str> {
    let wishes = [
        ("`review`", config.review.is_on() && !config.review.is_another()),
        ("`summary: model`", config.summary == Wording::Model),
        ("`model.name`", config.model.name.is_some()),
        ("the hand `model`", config.hands != Hands::default() && config.hands.0.contains(&HandId::Model)),
    ];
    wishes.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect()
}

/// Why there is none for somebody who asked by name; an unfit choice was told when it was made.
fn lacking(env: &Env, config: &Config) -> Option<Lack> {
    if config.budget.usd <= 0.0 {
        let why = "the budget is $0 (--budget-usd, budget.usd)".to_owned();
        return Some(Lack { why, mend: "raise budget.usd".to_owned() });
    }
    matches!(writer(env, config), Ok(None)).then(|| Lack::of_key("no key of a model is in the environment", A_KEY))
}

/// Any one of them.
const A_KEY: &str = "the key of one provider (docs/models.md)";

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

/// Nobody where no key is there and nobody asked for a model.
pub fn live(
    env: &Env,
    config: &Config,
    cancel: &Arc<AtomicBool>,
    recorder: Recorder,
    ui: Ui,
    whom: Whom,
    say: Say,
) -> Company {
    let reviews = config.review.is_on();
    if config.budget.usd <= 0.0 {
        let no_reviewer = reviews.then(|| "the budget is $0 (budget.usd)".to_owned());
        return Company { no_reviewer, ..Company::default() };
    }
    let (seats, lack) = match writers(env, config) {
        _ if whom == Whom::Reviewer || !is_of_use(config) => (None, None),
        Ok(None) => {
            let wishes = wishes(config);
            let why = || format!("no key of a model is in the environment, and {} needs one", wishes.join(", "));
            (None, (!wishes.is_empty()).then(|| Lack::of_key(why(), A_KEY)))
        }
        Ok(seats) => (seats, None),
        Err(lack) => (None, Some(lack)),
    };
    lack.iter().for_each(|lack| say("model", &unasked(lack)));
    let (reviewer, no_reviewer) = match reviewer(env, config) {
        Ok(Some(reviewer)) => (Some(reviewer), None),
        Ok(None) if reviews && seats.is_none() => (None, Some("nobody writes, who could review as well".to_owned())),
        Ok(None) => (None, None),
        // The writer's own model does not stand in for another that was asked for.
        Err(lack) => {
            say("review", &format!("nobody reviews: {lack}"));
            (None, Some(lack.why))
        }
    };
    let told = |base_url: &Option<String>, stage: &str, chosen: &Chosen| {
        if leaves(base_url.as_ref()) {
            say(stage, &format!("the one at {} ({stage}.base-url)", chosen.url));
        }
    };
    let mut seated = Vec::new();
    if let Some([strong, cheap]) = seats {
        held().learn(strong.key.iter().map(|key| key.expose_secret().to_owned()));
        told(&config.model.base_url, "model", &strong);
        seated.extend([(Seat::Strong, strong), (Seat::Cheap, cheap)]);
    }
    if let Some(reviewer) = reviewer {
        told(&config.review.base_url, "review", &reviewer);
        seated.push((Seat::Reviewer, reviewer));
    }
    let asked = seat_all(seated, config, cancel, recorder, ui).map(|live| Asked::Live(Box::new(live)));
    Company { asked, lack: lack.map(prefixed), no_reviewer, offered: None }
}

/// Where trust keeps every model and agent away from what a stranger reported.
pub fn kept_out(env: &Env, config: &Config) -> Company {
    let is_there = matches!(writer(env, config), Ok(Some(_))) || config.agent.is_wanted();
    let why = "no model and no agent was asked: trust.strangers is no-model, and this was reported by somebody without write access";
    let mend = "let somebody with write access comment `/thanos fix`, or take it from here by hand";
    let lack = is_there.then(|| Lack { why: why.to_owned(), mend: mend.to_owned() });
    let no_reviewer = config.review.is_on().then(|| "trust.strangers is no-model".to_owned());
    Company { lack, no_reviewer, ..Company::default() }
}

fn seat_all(
    seated: Vec<(Seat, Chosen)>,
    config: &Config,
    cancel: &Arc<AtomicBool>,
    recorder: Recorder,
    ui: Ui,
) -> Option<Live> {
    let watch: Watch = Arc::new(move |text| ui.stage("model", text));
    let limits = Limits {
        usd: config.budget.usd,
        tokens: config.model.max_tokens.unwrap_or(MOST_TOKENS),
        until: Instant::now() + Duration::from_secs(config.budget.seconds),
    };
    let mut seated = seated.into_iter();
    let (seat, first) = seated.next()?;
    let live = Live::new(seat, first, limits, held().mask_fn(), Some(Arc::clone(cancel)), recorder);
    let live = seated.fold(live, |live, (seat, chosen)| live.also(seat, chosen));
    Some(live.patient(Duration::from_secs(config.model.silence_seconds)).watched(watch))
}

/// An address of the configuration's that is not on this machine.
fn leaves(base_url: Option<&String>) -> bool {
    base_url.is_some_and(|url| !crate::forge::is_this_machine(url))
}

/// The writer whom the environment and the configuration give.
pub fn writer(env: &Env, config: &Config) -> Result<Option<Chosen>, Lack> {
    choose(&config.model, &|name| env.get(name))
}

fn writers(env: &Env, config: &Config) -> Result<Option<[Chosen; 2]>, Lack> {
    choose_seats(&config.model, &|name| env.get(name))
}

/// A reviewer of its own, where one is asked for. A server of one's own may have a key of its own.
pub fn reviewer(env: &Env, config: &Config) -> Result<Option<Chosen>, Lack> {
    if !config.review.is_another() {
        return Ok(None);
    }
    let key = |name: &str| match name {
        "THANOS_MODEL_KEY" => env.get(REVIEW_KEY).or_else(|| env.get(name)),
        name => env.get(name),
    };
    // The table of prices is one for all.
    let in_its_words = |said: &str| said.replace("model.", "review.").replace("review.prices", "model.prices");
    let chosen = choose(&config.review.as_model(&config.model), &key);
    let mut chosen = chosen.map_err(|lack| lack.worded(in_its_words))?;
    if let Some(own) = chosen.as_mut().filter(|c| c.key_name == "THANOS_MODEL_KEY" && env.get(REVIEW_KEY).is_some()) {
        own.key_name = REVIEW_KEY;
    }
    held().learn(chosen.iter().filter_map(|c| Some(c.key.as_ref()?.expose_secret().to_owned())));
    Ok(chosen)
}

/// Without a model nothing is to be seen of its hand, and without an agent nothing of that one.
pub fn hands(hands: &[HandId], asked: Option<&Asked>, agent: Option<&Agent>) -> Vec<HandId> {
    let is_there = |hand: &HandId| match hand {
        HandId::Model => asked.is_some_and(|asked| asked.model().writes()),
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

/// The agent that the configuration names, or why there is none that was wished for.
pub fn agent(config: &Config, company: &mut Company, say: Say) -> Option<Agent> {
    let is_wished = config.hands != Hands::default() && config.hands.0.contains(&HandId::Command);
    let why = match recipe(config) {
        Some(Ok(recipe)) => return Some(Agent { recipe, seconds: config.agent.seconds }),
        Some(Err(why)) => why,
        None if is_wished => "the configuration names none".to_owned(),
        None => return None,
    };
    let mend = "name one in agent.preset or agent.command (docs/agents.md)".to_owned();
    let lack = Lack { why: format!("no agent was asked: {why}"), mend };
    say("command", &lack.to_string());
    company.lack.get_or_insert(lack);
    None
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
    model.spent().onto(&mut healing);
    Ok(healing)
}
