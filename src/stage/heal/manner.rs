//! How a heal is to go about its work, beyond what it works on.

use crate::config::{Config, Reproduce, Wording};
use crate::record::Wish;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manner {
    /// What reviewers of our own pull request ask for; then nothing else is done.
    pub wishes: Vec<Wish>,
    pub reproduce: Reproduce,
    /// Somebody who looks over what the model wrote.
    pub review: Option<Reviewing>,
    /// The model words what was wrong and what was changed.
    pub words: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewing {
    /// So often what blocks goes back.
    pub rounds: u64,
    /// Also what the hands without a model propose.
    pub always: bool,
    /// Another model than the one that writes.
    pub another: bool,
    /// Why there is nobody, if so.
    #[serde(default)]
    pub missing: Option<String>,
}

impl Manner {
    /// Nobody reviews, and why.
    pub fn without_reviewer(mut self, why: Option<String>) -> Self {
        if let Some(review) = &mut self.review {
            review.missing = why;
        }
        self
    }

    pub fn of(config: &Config, wishes: Vec<Wish>) -> Self {
        let review = &config.review;
        Self {
            wishes,
            reproduce: config.reproduce,
            review: review.is_on().then_some(Reviewing {
                rounds: review.rounds,
                always: review.always,
                another: review.is_another(),
                missing: None,
            }),
            words: config.summary == Wording::Model,
        }
    }
}
