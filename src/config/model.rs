//! Which language model the hand `model` asks, and how, where the environment alone does not say it.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Model {
    /// A name of the providers' table; without it the key in the environment decides.
    pub provider: Option<String>,
    /// As the provider calls it; without it the table's.
    pub name: Option<String>,
    /// For what is simple, instead of `name`.
    pub cheap: Option<String>,
    /// For what is hard, instead of `name`.
    pub strong: Option<String>,
    /// Another address that speaks as the provider does: a gateway, a server of one's own.
    pub base_url: Option<String>,
    /// How that address speaks, where it is not as the provider does.
    pub wire: Option<Wire>,
    /// Of Azure's interface.
    pub api_version: Option<String>,
    /// For a model that the table of prices does not know.
    pub price: Option<Price>,
    /// Go on without a price: the budget in dollars cannot hold then, that in tokens does.
    pub allow_unknown_price: bool,
    /// Read and written, in one run.
    pub max_tokens: Option<u64>,
    /// Answers are asked for as streams.
    pub stream: bool,
    /// So long may nothing come of an answer.
    pub silence_seconds: u64,
    /// Conversations side by side.
    pub samples: usize,
    /// Where the cheap one found nothing, the strong one is asked, within the same budget.
    pub escalate: bool,
    /// Who is asked for which kind of failure.
    pub routes: Routes,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            provider: None,
            name: None,
            cheap: None,
            strong: None,
            base_url: None,
            wire: None,
            api_version: None,
            price: None,
            allow_unknown_price: false,
            max_tokens: None,
            stream: true,
            silence_seconds: 180,
            samples: 1,
            escalate: true,
            routes: Routes::default(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    Chat,
    Responses,
    Messages,
}

/// By the complexity that the diagnosis tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Routes {
    pub trivial: Route,
    pub simple: Route,
    pub hard: Route,
}

impl Default for Routes {
    fn default() -> Self {
        Self { trivial: Route::None, simple: Route::Cheap, hard: Route::Strong }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    None,
    Cheap,
    Strong,
}

/// Dollars per million tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Price {
    pub input: f64,
    pub output: f64,
    /// Without it as dear as input.
    pub cache_read: Option<f64>,
    /// Without it as dear as input.
    pub cache_write: Option<f64>,
}

/// More conversations at once than this are no help.
const MOST_SAMPLES: usize = 8;

impl Model {
    pub fn check(&self) -> Result<(), String> {
        let texts = [
            ("provider", &self.provider),
            ("name", &self.name),
            ("cheap", &self.cheap),
            ("strong", &self.strong),
            ("base-url", &self.base_url),
            ("api-version", &self.api_version),
        ];
        if let Some((key, _)) = texts.into_iter().find(|(_, text)| text.as_ref().is_some_and(|t| t.trim().is_empty())) {
            return Err(format!("model.{key} is empty; leave it out instead"));
        }
        // They become part of an address.
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || "?#&%".contains(c);
        let named = texts.into_iter().filter(|(key, _)| *key != "base-url");
        if let Some((key, _)) = named.into_iter().find(|(_, text)| text.as_ref().is_some_and(|t| t.contains(is_odd))) {
            return Err(format!("model.{key} holds a space or one of ?#&%"));
        }
        if !(1..=MOST_SAMPLES).contains(&self.samples) {
            return Err(format!("model.samples is {}; use 1 to {MOST_SAMPLES}", self.samples));
        }
        if self.silence_seconds == 0 {
            return Err("model.silence-seconds is 0; use 1 or more".to_owned());
        }
        let Some(price) = self.price else { return Ok(()) };
        let prices = [Some(price.input), Some(price.output), price.cache_read, price.cache_write];
        match prices.into_iter().flatten().find(|usd| !usd.is_finite() || *usd < 0.0) {
            Some(usd) => Err(format!("model.price has {usd}; use dollars per million tokens, 0 or more")),
            None => Ok(()),
        }
    }

    /// Somebody wrote down whom to ask.
    pub fn is_named(&self) -> bool {
        [&self.provider, &self.name, &self.cheap, &self.strong, &self.base_url].into_iter().any(Option::is_some)
    }
}
