//! People are told elsewhere how runs end: Slack, Discord, mail, a signed webhook. Whatever happens here changes nothing
//! about a run: the answer is a sentence for a note. Addresses and keys come as values and are repeated nowhere.

mod chat;
mod mail;
mod webhook;

use crate::config::{Channel, ChannelKind};
use crate::forge::{self, Mask};
use crate::report::Notice;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long what may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub idle: Duration,
    /// For one channel, tries and waits together.
    pub total: Duration,
    /// Before the second try; doubled before each further one.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            idle: Duration::from_secs(10),
            total: Duration::from_secs(60),
            pause: Duration::from_secs(1),
        }
    }
}

const TRIES: u32 = 4;
/// So often it is looked whether everything is to end.
const LOOK: Duration = Duration::from_millis(50);

/// Why a try failed, and whether another one may do better.
struct Fault {
    why: String,
    again: bool,
    /// As the other side asks.
    after: Option<Duration>,
}

impl Fault {
    fn never(why: String) -> Self {
        Self { why, again: false, after: None }
    }

    fn again(why: String, after: Option<Duration>) -> Self {
        Self { why, again: true, after }
    }
}

/// A channel with all that it needs.
pub struct Open<'a> {
    pub channel: &'a Channel,
    way: Way,
}

enum Way {
    Slack(String),
    Discord(String),
    Webhook { url: String, secret: String },
    Mail { server: Box<mail::Server>, from: String, to: String },
}

/// Looks up what the channel names; `Err` says what is missing or cannot be used, without repeating a value.
pub fn open<'a>(channel: &'a Channel, variable: &dyn Fn(&str) -> Option<String>) -> Result<Open<'a>, String> {
    let value = |name: &str| {
        let value = variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        value.ok_or_else(|| format!("the variable {name} is not set"))
    };
    let other = |name: &Option<String>, key: &str| match name {
        Some(name) => value(name),
        None => Err(format!("`{key}` is missing")),
    };
    let url = || {
        let url = value(&channel.url)?;
        match forge::is_safe_url(&url) && reqwest::Url::parse(&url).is_ok() {
            true => Ok(url),
            false => Err(format!("{} holds no https:// address (http:// only for this machine)", channel.url)),
        }
    };
    let way = match channel.kind {
        ChannelKind::Slack => Way::Slack(url()?),
        ChannelKind::Discord => Way::Discord(url()?),
        ChannelKind::Webhook => Way::Webhook { url: url()?, secret: other(&channel.secret, "secret")? },
        ChannelKind::Email => {
            let server = mail::Server::parse(&value(&channel.url)?).map_err(|why| format!("{}: {why}", channel.url))?;
            Way::Mail { server: Box::new(server), from: other(&channel.from, "from")?, to: other(&channel.to, "to")? }
        }
    };
    Ok(Open { channel, way })
}

impl Open<'_> {
    /// What must not be printed: also the parts of an address that alone open the door.
    pub fn secrets(&self) -> Vec<String> {
        match &self.way {
            Way::Slack(url) | Way::Discord(url) => {
                let path = reqwest::Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default();
                [url.clone(), path].into_iter().filter(|part| part.len() >= 8).collect()
            }
            Way::Webhook { url, secret } => vec![url.clone(), secret.clone()],
            Way::Mail { server, .. } => server.password().map(str::to_owned).into_iter().collect(),
        }
    }

    /// Sends it, with further tries where they may help. `Err`: why it did not arrive.
    pub fn send(&self, notice: &Notice, mask: &Mask, limits: &Limits, cancel: &AtomicBool) -> Result<(), String> {
        let notice = masked(notice, mask);
        let delivery = ulid::Ulid::generate().to_string();
        let (until, mut pause) = (Instant::now() + limits.total, limits.pause);
        let attempt = self.prepared(&notice, &delivery)?;
        for nth in 1..=TRIES {
            let fault = match attempt(limits) {
                Ok(()) => return Ok(()),
                Err(fault) => fault,
            };
            let wait = fault.after.unwrap_or(pause);
            if !fault.again || nth == TRIES || Instant::now() + wait > until || cancel.load(Ordering::Relaxed) {
                let tries = if nth > 1 { format!(" ({nth} tries)") } else { String::new() };
                return Err(format!("{}{tries}", mask(&fault.why)));
            }
            rest(wait, cancel);
            pause *= 2;
        }
        unreachable!("the last try decides")
    }

    /// The message is made once; every try sends the same.
    fn prepared(&self, notice: &Notice, delivery: &str) -> Result<Send<'_>, String> {
        let json = |url: &'_ str, value: serde_json::Value| {
            let (url, body) = (url.to_owned(), value.to_string().into_bytes());
            let headers = vec![("content-type", "application/json".to_owned())];
            Box::new(move |limits: &Limits| post(&url, &headers, &body, limits)) as Send<'_>
        };
        Ok(match &self.way {
            Way::Slack(url) => json(url, chat::slack(notice)),
            Way::Discord(url) => json(url, chat::discord(notice)),
            Way::Webhook { url, secret } => {
                let seconds = jiff::Timestamp::now().as_second();
                let signed = webhook::sign(notice, secret, delivery, seconds).map_err(|e| e.to_string())?;
                Box::new(move |limits| post(url, &signed.headers, &signed.body, limits))
            }
            Way::Mail { server, from, to } => {
                let message = mail::message(notice, from, to, delivery)?;
                Box::new(move |limits| mail::hand_in(server, &message, limits))
            }
        })
    }
}

/// One try.
type Send<'a> = Box<dyn Fn(&Limits) -> Result<(), Fault> + 'a>;

/// Everything in it that people may have written, and everything else.
fn masked(notice: &Notice, mask: &Mask) -> Notice {
    let facts = notice.facts.iter().map(|(name, value)| (mask(name), mask(value))).collect();
    let link = notice.link.as_deref().map(|link| mask(link));
    Notice { title: mask(&notice.title), facts, link, ..notice.clone() }
}

fn rest(time: Duration, cancel: &AtomicBool) {
    let until = Instant::now() + time;
    while !cancel.load(Ordering::Relaxed) && Instant::now() < until {
        std::thread::sleep(LOOK.min(until.saturating_duration_since(Instant::now())));
    }
}

/// Once. Redirects are not followed: the address was given by somebody who meant it.
fn post(url: &str, headers: &[(&'static str, String)], body: &[u8], limits: &Limits) -> Result<(), Fault> {
    let client = forge::http_client(url, limits.connect, limits.idle).map_err(|e| Fault::never(e.to_string()))?;
    let request = headers.iter().fold(client.post(url), |request, (name, value)| request.header(*name, value));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Fault::never(e.to_string()))?;
    let request = request.body(body.to_vec());
    let sent = runtime.block_on(async { tokio::time::timeout(limits.idle * 2, request.send()).await });
    let response = match sent {
        Err(_) => return Err(Fault::again("no answer".to_owned(), None)),
        Ok(Err(e)) => return Err(Fault::again(innermost(&e), None)),
        Ok(Ok(response)) => response,
    };
    let after = response.headers().get("retry-after").and_then(|v| v.to_str().ok()?.trim().parse::<f64>().ok());
    let after = after.filter(|seconds| (0.0..=86_400.0).contains(seconds)).map(Duration::from_secs_f64);
    match response.status().as_u16() {
        200..=299 => Ok(()),
        status @ 300..=399 => {
            Err(Fault::never(format!("it answered with a redirect ({status}), which is not followed")))
        }
        status @ (408 | 425 | 429 | 500..=599) => Err(Fault::again(format!("it is busy or broken ({status})"), after)),
        status => Err(Fault::never(format!("it refused the message ({status})"))),
    }
}

/// The outer messages hold the URL, which is the secret; a resolver's holds the host, and its own query.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut chain = std::iter::successors(Some(error), |error| error.source());
    if chain.any(|error| error.to_string() == "dns error") {
        return "its host is not known here (DNS)".to_owned();
    }
    forge::root_cause(error)
}

#[cfg(test)]
mod tests;
