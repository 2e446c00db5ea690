//! What a run may spend on its models, all conversations together: asked before each request, from an estimate that errs
//! upwards, set aside while it runs, and settled with the provider's own figures.

use super::{Chosen, NoReply, Reply, Request, Spent};
use crate::config::Price;
use crate::record::{Assumed, Tokens};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub usd: f64,
    pub tokens: u64,
    pub until: Instant,
}

const MOST_REQUESTS: u64 = 100;
/// A shorter reply is no use.
const LEAST_REPLY: u64 = 256;

/// What requests that are under way may come to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Aside {
    tokens: u64,
    usd: f64,
}

pub struct Budget {
    limits: Limits,
    /// The setting that the dollars come from.
    usd_by: &'static str,
    pub spent: Spent,
    aside: Aside,
    /// Of each conversation: how heavy its last request was, and how many tokens the provider saw in it.
    last: HashMap<u64, (u64, u64)>,
}

/// A request that may be sent.
pub struct Allowed {
    /// How long its reply may be.
    pub output: u64,
    /// About what it reads.
    pub input: u64,
    weight: u64,
    conversation: u64,
    aside: Aside,
}

impl Budget {
    pub fn new(limits: Limits) -> Self {
        Self { limits, usd_by: "budget.usd", spent: Spent::default(), aside: Aside::default(), last: HashMap::new() }
    }

    /// No more than this, where other runs leave no more under a cap, which is named.
    pub fn hold_to(&mut self, usd: f64, by: &'static str) {
        if usd < self.limits.usd {
            (self.limits.usd, self.usd_by) = (usd, by);
        }
    }

    pub fn left(&self) -> Duration {
        self.limits.until.saturating_duration_since(Instant::now())
    }

    /// Sets aside what `request` may cost as `body`, or says which limit holds no more.
    pub fn allow(&mut self, chosen: &Chosen, request: &Request, body: &str) -> Result<Allowed, NoReply> {
        self.allow_as(chosen, conversation(chosen, request), request.max_tokens, body)
    }

    /// The same for another program's request; `wanted` is the longest reply that it asks for.
    pub fn allow_as(
        &mut self,
        chosen: &Chosen,
        conversation: u64,
        wanted: u64,
        body: &str,
    ) -> Result<Allowed, NoReply> {
        let weight = weight(body);
        let input = estimate(weight, self.last.get(&conversation).copied());
        let price = chosen.price.unwrap_or_default();
        let output = self.allowed(price, input, wanted)?;
        let usd = dearest(price) * input as f64 / 1e6 + price.output * output as f64 / 1e6;
        let aside = Aside { tokens: input + output, usd };
        self.aside.tokens += aside.tokens;
        self.aside.usd += aside.usd;
        self.spent.requests += 1;
        Ok(Allowed { output, input, weight, conversation, aside })
    }

    /// How long the reply may be, or which limit says no.
    fn allowed(&self, price: Price, input: u64, wanted: u64) -> Result<u64, NoReply> {
        let spent = &self.spent;
        if self.left().is_zero() {
            return Err(NoReply::budget("the time for the model is used up (budget.seconds)"));
        }
        if spent.requests >= MOST_REQUESTS {
            return Err(NoReply::budget(format!("{MOST_REQUESTS} requests to the model are used up")));
        }
        let used = spent.tokens.all() + self.aside.tokens;
        let tokens = self.limits.tokens.saturating_sub(used).saturating_sub(input);
        if tokens < LEAST_REPLY {
            let most = self.limits.tokens;
            return Err(NoReply::budget(format!(
                "the budget of {most} tokens holds no further request: {used} used, about {input} to read (model.max-tokens)"
            )));
        }
        let to_read = input as f64 * dearest(price) / 1e6;
        let used = spent.usd + self.aside.usd;
        let left = self.limits.usd - used - to_read;
        let affordable = if price.output > 0.0 { left * 1e6 / price.output } else { f64::MAX };
        if left < 0.0 || affordable < LEAST_REPLY as f64 {
            // Parts of a cent are told, too.
            let digits = if self.limits.usd < 0.01 { 4 } else { 2 };
            let (most, by) = (format!("{:.digits$}", self.limits.usd), self.usd_by);
            let aside = match self.aside.usd {
                none if none < 0.00005 => String::new(),
                usd => format!(", ${usd:.4} set aside for requests under way"),
            };
            let assumed = match spent.assumed {
                none if none.is_none() => String::new(),
                some => format!(" (${:.4} of it assumed)", some.usd),
            };
            return Err(NoReply::budget(format!(
                "the budget of ${most} holds no further request: ${:.4} spent{assumed}{aside}, the next one costs ${to_read:.4} or more to read ({by})",
                spent.usd
            )));
        }
        // Beyond what an f64 counts exactly nobody asks.
        Ok(wanted.min(tokens).min(affordable as u64))
    }

    /// Nothing was answered, and nothing is charged for that.
    pub fn free(&mut self, allowed: &Allowed) {
        self.aside.tokens = self.aside.tokens.saturating_sub(allowed.aside.tokens);
        self.aside.usd = (self.aside.usd - allowed.aside.usd).max(0.0);
    }

    /// Nobody said what it cost: as much as it can have.
    pub fn assume(&mut self, chosen: &Chosen, allowed: &Allowed) {
        let most = Tokens { input: allowed.input, output: allowed.output, ..Tokens::default() };
        self.assume_as(chosen, allowed, most);
    }

    /// Nobody counted it, and that is what it can have come to.
    pub fn assume_as(&mut self, chosen: &Chosen, allowed: &Allowed, tokens: Tokens) {
        self.free(allowed);
        let usd = self.pay(chosen, tokens);
        self.spent.assumed.add(Assumed { answers: 1, tokens: tokens.all(), usd });
    }

    /// The provider's figures; where it gives none, ours.
    pub fn settle(&mut self, chosen: &Chosen, allowed: &Allowed, reply: &Reply) -> Tokens {
        if reply.usage.all() > 0 {
            self.settle_as(chosen, allowed, reply.usage);
            return reply.usage;
        }
        let calls: u64 = reply.calls.iter().map(|call| weight(&call.arguments)).sum();
        let guessed = Tokens { input: allowed.input, output: weight(&reply.text) + calls, ..Tokens::default() };
        self.assume_as(chosen, allowed, guessed);
        guessed
    }

    pub fn settle_as(&mut self, chosen: &Chosen, allowed: &Allowed, usage: Tokens) {
        self.free(allowed);
        self.pay(chosen, usage);
        self.last.insert(allowed.conversation, (allowed.weight, usage.read()));
    }

    fn pay(&mut self, chosen: &Chosen, tokens: Tokens) -> f64 {
        let usd = usd(chosen.price.unwrap_or_default(), tokens);
        self.spent.tokens.add(tokens);
        self.spent.usd += usd;
        usd
    }
}

fn dearest(price: Price) -> f64 {
    [price.cache_read, price.cache_write].into_iter().flatten().fold(price.input, f64::max)
}

fn usd(price: Price, tokens: Tokens) -> f64 {
    let (read, write) = (price.cache_read.unwrap_or(price.input), price.cache_write.unwrap_or(price.input));
    let parts = [
        (tokens.input, price.input),
        (tokens.output, price.output),
        (tokens.cache_read, read),
        (tokens.cache_write, write),
    ];
    parts.into_iter().map(|(count, price)| count as f64 * price / 1e6).sum()
}

/// More tokens than a text has: letters and spaces come several to a token, everything else may be one by itself. It has
/// to hold for keys and random letters too, which the nearer estimate of the desk (`hand/model/data.rs`) does not.
fn weight(text: &str) -> u64 {
    let light = text.bytes().filter(|b| b.is_ascii_alphabetic() || *b == b' ').count() as u64;
    text.len() as u64 - light + light.div_ceil(2)
}

/// What the last request's tokens were is known; what came since is guessed.
fn estimate(weight: u64, last: Option<(u64, u64)>) -> u64 {
    match last {
        Some((before, tokens)) if weight >= before => weight.min(tokens + (weight - before) + 64),
        _ => weight,
    }
}

/// Requests with the same beginning at the same model.
fn conversation(chosen: &Chosen, request: &Request) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&chosen.model, &request.system).hash(&mut hasher);
    serde_json::to_string(&request.messages.first()).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::Wire;

    const PRICE: Price = Price { input: 3.0, output: 15.0, cache_read: Some(0.3), cache_write: Some(3.75) };

    fn chosen() -> Chosen {
        Chosen {
            provider: "p".into(),
            model: "m".into(),
            url: "http://127.0.0.1:9".into(),
            wire: Wire::OpenAi,
            key_name: "K",
            key: None,
            price: Some(PRICE),
            api_version: None,
            streams: true,
        }
    }

    fn budget(usd: f64, tokens: u64) -> Budget {
        Budget::new(Limits { usd, tokens, until: Instant::now() + Duration::from_secs(3600) })
    }

    /// Whatever is allowed costs no more than what is left, in the worst case.
    #[test]
    fn what_is_allowed_can_be_paid() {
        for cents in 0..60 {
            let budget = budget(f64::from(cents) / 100.0, 1_000_000);
            for input in [0, 1_000, 12_000, 90_000] {
                let Ok(output) = budget.allowed(PRICE, input, 8_000) else { continue };
                let worst = usd(PRICE, Tokens { cache_write: input, output, ..Tokens::default() });
                assert!(worst <= budget.limits.usd + 1e-9, "{cents} cents, {input} to read: {worst}");
            }
        }
        let poor = budget(0.001, 1_000_000).allowed(PRICE, 1_000, 8_000).unwrap_err();
        assert!(poor.is_budget && poor.why.ends_with("(budget.usd)"), "{}", poor.why);
        let mut held = budget(0.05, 1_000_000);
        held.hold_to(0.001, "budget.usd-per-day");
        held.hold_to(0.01, "budget.usd-per-month");
        let poor = held.allowed(PRICE, 1_000, 8_000).unwrap_err();
        assert!(poor.why.contains("of $0.0010") && poor.why.ends_with("(budget.usd-per-day)"), "{}", poor.why);
        let few = budget(9.0, 1_000).allowed(PRICE, 900, 8_000).unwrap_err();
        assert!(few.is_budget && few.why.contains("model.max-tokens"), "{}", few.why);
    }

    /// Requests that run at the same time share what is left, also where all of them cost the most they can.
    #[test]
    fn what_is_under_way_is_set_aside() {
        let (mut budget, chosen) = (budget(0.2, 1_000_000), chosen());
        let request = Request { system: "x".into(), messages: Vec::new(), tools: Vec::new(), max_tokens: 4_000 };
        let body = "word ".repeat(200);
        let allowed: Vec<Allowed> =
            std::iter::from_fn(|| budget.allow(&chosen, &request, &body).ok()).take(50).collect();
        assert!((2..10).contains(&allowed.len()), "{}", allowed.len());
        allowed.iter().for_each(|allowed| budget.assume(&chosen, allowed));
        assert!(budget.spent.usd > 0.1 && budget.spent.usd <= 0.2, "{}", budget.spent.usd);
        let assumed = budget.spent.assumed;
        assert_eq!((assumed.answers, assumed.tokens), (allowed.len() as u64, budget.spent.tokens.all()));
        assert!((assumed.usd - budget.spent.usd).abs() < 1e-9);
        assert!(budget.aside.tokens == 0 && budget.aside.usd < 1e-9);
    }

    /// Only what nobody counted is assumed: an answer without figures is.
    #[test]
    fn the_providers_figures_are_no_assumption() {
        let (mut budget, chosen) = (budget(1.0, 1_000_000), chosen());
        let request = Request { system: "x".into(), messages: Vec::new(), tools: Vec::new(), max_tokens: 4_000 };
        let counted = Tokens { input: 10, output: 5, ..Tokens::default() };
        for usage in [counted, Tokens::default()] {
            let allowed = budget.allow(&chosen, &request, "some words").unwrap();
            let reply = Reply { text: "four".into(), calls: Vec::new(), usage, stop: "stop".into() };
            budget.settle(&chosen, &allowed, &reply);
            assert_eq!(budget.spent.assumed.is_none(), usage == counted);
        }
        assert_eq!(budget.spent.assumed.answers, 1);
        assert_eq!(budget.spent.assumed.tokens, budget.spent.tokens.all() - counted.all());
    }

    #[test]
    fn the_estimate_follows_what_the_provider_counted() {
        assert_eq!(estimate(5_000, None), 5_000);
        assert_eq!(estimate(5_000, Some((4_000, 2_000))), 3_064);
        assert_eq!(estimate(500, Some((4_000, 2_000))), 500);
        // Numbers and other scripts may be a token a byte.
        assert_eq!((weight("ab cd"), weight("12345"), weight("日本")), (3, 5, 6));
    }
}
