//! Reviews: the model that looks over candidates, the answers to what people and programs say of our pull requests,
//! and how a report is reproduced and told.

use super::{Bot, Model, Price, Wire};
use serde::Deserialize;

/// The model that reviews candidates.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Review {
    /// `same`: the model that wrote it, which starts anew and sees nothing of how it was made.
    pub model: Option<Reviewer>,
    pub provider: Option<String>,
    pub name: Option<String>,
    pub base_url: Option<String>,
    pub wire: Option<Wire>,
    pub api_version: Option<String>,
    pub price: Option<Price>,
    pub allow_unknown_price: bool,
    /// Without it as `model.stream` says.
    pub stream: Option<bool>,
    /// So often what blocks goes back to the model that wrote the candidate.
    pub rounds: u64,
    /// Also what the hands without a model propose.
    pub always: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reviewer {
    Same,
}

impl Default for Review {
    fn default() -> Self {
        Self {
            model: None,
            provider: None,
            name: None,
            base_url: None,
            wire: None,
            api_version: None,
            price: None,
            allow_unknown_price: false,
            stream: None,
            rounds: 2,
            always: false,
        }
    }
}

impl Review {
    /// Somebody asked for a reviewer.
    pub fn is_on(&self) -> bool {
        self.model.is_some() || self.is_another()
    }

    /// Of its own, not the one that writes.
    pub fn is_another(&self) -> bool {
        self.provider.is_some() || self.name.is_some() || self.base_url.is_some()
    }

    /// In the words in which every model is chosen; what holds for all of them stands with the `writer`.
    pub fn as_model(&self, writer: &Model) -> Model {
        Model {
            provider: self.provider.clone(),
            name: self.name.clone(),
            base_url: self.base_url.clone(),
            wire: self.wire,
            api_version: self.api_version.clone(),
            price: self.price,
            prices: writer.prices.clone(),
            allow_unknown_price: self.allow_unknown_price,
            stream: self.stream.unwrap_or(writer.stream),
            ..Model::default()
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.model.is_some() && self.is_another() {
            return Err("review.model is `same`, and review names another one: leave one of them out".to_owned());
        }
        if self.rounds > 5 {
            return Err(format!("review.rounds is {}; use 0 to 5", self.rounds));
        }
        self.as_model(&Model::default()).check().map_err(|why| why.replace("model.", "review."))
    }
}

/// What is done about reviews of our own pull requests.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Answers {
    pub reviews: bool,
    /// Programs whose threads are worked on like those of people with write access.
    pub bots: Vec<Bot>,
    /// So many follow-up commits one pull request gets.
    pub rounds: u64,
}

impl Default for Answers {
    fn default() -> Self {
        let rabbit = |login: &str| Bot { login: login.to_owned(), kind: "Bot".to_owned() };
        Self { reviews: true, bots: vec![rabbit("coderabbitai[bot]"), rabbit("coderabbit[bot]")], rounds: 3 }
    }
}

impl Answers {
    pub(super) fn check(&self) -> Result<(), String> {
        match self.rounds {
            1..=10 => Ok(()),
            other => Err(format!("answers.rounds is {other}; use 1 to 10, or `reviews: false`")),
        }
    }
}

/// What an issue reports and no test shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reproduce {
    /// A test is made of it where that can be done; else what fails is repaired.
    #[default]
    Prefer,
    /// What cannot be shown to fail as reported is not repaired.
    Required,
    /// No test is written.
    Off,
}

/// Who words the few sentences at the top.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wording {
    /// Code alone.
    #[default]
    Template,
    /// The model says what was wrong and what was changed, where there is one and code finds nothing wrong with it.
    Model,
}
