//! Which language model the hand `model` asks, where the environment alone does not say it.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Model {
    /// A name of the providers' table; without it the key in the environment decides.
    pub provider: Option<String>,
    /// As the provider calls it; without it the table's.
    pub name: Option<String>,
    /// Another address that speaks as the provider does: a gateway, a server of one's own.
    pub base_url: Option<String>,
    /// For a model that the table of prices does not know.
    pub price: Option<Price>,
    /// Newer than the table of prices: by `model`, or by `provider/model` where they differ.
    pub prices: BTreeMap<String, Price>,
    /// Go on without a price: the budget in dollars cannot hold then, that in tokens does.
    pub allow_unknown_price: bool,
    /// Read and written, in one run.
    pub max_tokens: Option<u64>,
}

/// Dollars per million tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Price {
    pub input: f64,
    pub output: f64,
    /// Without it as dear as input.
    pub cache_read: Option<f64>,
    /// Without it as dear as input.
    pub cache_write: Option<f64>,
}

impl Model {
    pub(super) fn check(&self) -> Result<(), String> {
        let texts = [("provider", &self.provider), ("name", &self.name), ("base-url", &self.base_url)];
        if let Some((key, _)) = texts.into_iter().find(|(_, text)| text.as_ref().is_some_and(|t| t.trim().is_empty())) {
            return Err(format!("model.{key} is empty; leave it out instead"));
        }
        let own = self.price.iter().map(|price| ("model.price".to_owned(), price));
        own.chain(self.prices.iter().map(|(name, price)| (format!("model.prices.{name:.80}"), price)))
            .try_for_each(|(key, price)| price.check(&key))
    }
}

impl Price {
    fn check(&self, key: &str) -> Result<(), String> {
        let prices = [Some(self.input), Some(self.output), self.cache_read, self.cache_write];
        match prices.into_iter().flatten().find(|usd| !usd.is_finite() || *usd < 0.0) {
            Some(usd) => Err(format!("{key} has {usd}; use dollars per million tokens, 0 or more")),
            None => Ok(()),
        }
    }
}
