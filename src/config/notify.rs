//! Whom to tell how runs end. Addresses and passwords are secrets: the file names the variable of the environment that
//! holds one, and never the thing itself.

use crate::record::{Outcome, Severity};
use serde::Deserialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    Slack,
    Discord,
    Email,
    Webhook,
}

impl ChannelKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Email => "email",
            Self::Webhook => "webhook",
        }
    }
}

/// When a channel hears of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Telling {
    /// At its end, and in the digest.
    #[default]
    Both,
    /// At its end.
    Each,
    /// Only in the digest.
    Digest,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Channel {
    pub kind: ChannelKind,
    /// For people, and for `--to`; without it the kind.
    #[serde(default)]
    pub name: Option<String>,
    /// The variable with the address; for mail `smtp://` or `smtps://`, with user and password.
    pub url: String,
    /// The variable with the key that signs (webhook).
    #[serde(default)]
    pub secret: Option<String>,
    /// The variable with the recipients, between commas (email).
    #[serde(default)]
    pub to: Option<String>,
    /// The variable with the sender (email).
    #[serde(default)]
    pub from: Option<String>,
    /// Which endings; without it all that are news to somebody.
    #[serde(default)]
    pub on: Option<Vec<Outcome>>,
    /// Nothing less severe than this.
    #[serde(default = "least")]
    pub severity: Severity,
    /// At most so many; the rest is told as a number.
    #[serde(default = "per_hour")]
    pub per_hour: u64,
    #[serde(default)]
    pub tell: Telling,
}

/// How much an ending is news: an error of ours, something that waits for people, or a note.
pub fn severity(outcome: Outcome) -> Severity {
    match outcome {
        Outcome::Error | Outcome::Lost => Severity::Error,
        Outcome::Blocked | Outcome::Budget | Outcome::Explained | Outcome::Flaky => Severity::Warning,
        _ => Severity::Note,
    }
}

fn least() -> Severity {
    Severity::Note
}

fn per_hour() -> u64 {
    20
}

impl Channel {
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.kind.as_str())
    }

    /// The variables that it needs, all of them secrets.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        [Some(&self.url), self.secret.as_ref(), self.to.as_ref(), self.from.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// Whether an ending is for this channel.
    pub fn wants(&self, outcome: Outcome) -> bool {
        let wanted = match &self.on {
            Some(on) => on.contains(&outcome),
            None => !matches!(
                outcome,
                Outcome::Ignored | Outcome::Recorded | Outcome::Duplicate | Outcome::Healthy | Outcome::Cancelled
            ),
        };
        wanted && severity(outcome) >= self.severity
    }
}

pub(super) fn check(channels: &[Channel]) -> Result<(), String> {
    for (at, channel) in channels.iter().enumerate() {
        let name = channel.name();
        if name.trim().is_empty() || name.len() > 60 || name.chars().any(char::is_control) {
            return Err(format!("notify: the name of channel {} is empty or too long", at + 1));
        }
        if channels[..at].iter().any(|other| other.name() == name) {
            return Err(format!("notify: two channels are called `{name}`; give one a `name` of its own"));
        }
        if let Some(word) = channel.variables().find(|word| !is_variable(word)) {
            // It may be the secret itself, which nobody should read in a log.
            let shown: String = word.chars().take(8).collect();
            return Err(format!(
                "notify: `{name}` has `{shown}…` where the name of a variable belongs, such as SLACK_WEBHOOK_URL: the address \
                 itself is a secret and stays out of this file"
            ));
        }
        let (secret, mail) = (channel.secret.is_some(), (channel.to.is_some(), channel.from.is_some()));
        match channel.kind {
            ChannelKind::Webhook if !secret => {
                return Err(format!("notify: `{name}` needs `secret`, the variable with the key that signs"));
            }
            ChannelKind::Email if mail != (true, true) => {
                return Err(format!("notify: `{name}` needs `to` and `from`, the variables with the addresses"));
            }
            ChannelKind::Email | ChannelKind::Webhook => {}
            _ if secret || mail != (false, false) => {
                return Err(format!(
                    "notify: `{name}` is {} and takes no `secret`, `to` or `from`",
                    channel.kind.as_str()
                ));
            }
            _ => {}
        }
        super::limits::range("notify: per-hour", channel.per_hour, 1, 1000)?;
        if channel.on.as_ref().is_some_and(Vec::is_empty) {
            return Err(format!("notify: `{name}` has an empty `on`; leave it out, or take the channel out"));
        }
    }
    Ok(())
}

fn is_variable(word: &str) -> bool {
    let starts = word.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
    starts && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') && word.len() <= 100
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels(yaml: &str) -> Result<Vec<Channel>, String> {
        crate::config::parse("t", &format!("notify: {yaml}")).map(|config| config.notify).map_err(|e| e.message)
    }

    #[test]
    fn a_channel_hears_what_it_asked_for() {
        let slack = &channels("[{kind: slack, url: SLACK_WEBHOOK_URL}]").unwrap()[0];
        assert!(slack.wants(Outcome::Fixed) && slack.wants(Outcome::Error) && !slack.wants(Outcome::Ignored));
        let grave = &channels("[{kind: slack, url: U, severity: warning}]").unwrap()[0];
        assert!(grave.wants(Outcome::Blocked) && !grave.wants(Outcome::Fixed));
        let few = &channels("[{kind: discord, url: U, on: [fixed, ignored]}]").unwrap()[0];
        assert!(few.wants(Outcome::Ignored) && !few.wants(Outcome::Error));
    }

    #[test]
    fn what_cannot_work_is_refused_and_secrets_are_not_repeated() {
        for (yaml, part) in [
            ("[{kind: slack, url: 'https://hooks.slack.com/services/T0/B0/abcdefgh'}]", "`https://…` where the name"),
            ("[{kind: webhook, url: U}]", "needs `secret`"),
            ("[{kind: email, url: U, to: T}]", "needs `to` and `from`"),
            ("[{kind: slack, url: U, secret: S}]", "takes no `secret`"),
            ("[{kind: slack, url: U}, {kind: slack, url: V}]", "two channels are called `slack`"),
            ("[{kind: slack, url: U, per-hour: 0}]", "per-hour is 0"),
            ("[{kind: slack, url: U, on: []}]", "empty `on`"),
            ("[{kind: pager, url: U}]", "pager"),
            ("[{kind: slack, ulr: U}]", "did you mean"),
        ] {
            let said = channels(yaml).unwrap_err();
            assert!(said.contains(part) && !said.contains("abcdefgh"), "{yaml}: {said}");
        }
    }
}
