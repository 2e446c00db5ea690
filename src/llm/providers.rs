//! Whom there is to ask: names, keys, addresses, wire formats, prices. A provider's own key goes to that provider's
//! address and nowhere else, whatever a configuration says.

use crate::config;
use secrecy::SecretString;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// `/chat/completions`
    OpenAi,
    /// `/messages`
    Anthropic,
}

struct Provider {
    name: &'static str,
    key: &'static str,
    url: &'static str,
    wire: Wire,
    model: &'static str,
}

/// In the order in which keys are looked for.
const PROVIDERS: &[Provider] = &[
    Provider {
        name: "anthropic",
        key: "ANTHROPIC_API_KEY",
        url: "https://api.anthropic.com/v1",
        wire: Wire::Anthropic,
        model: "claude-sonnet-4-5",
    },
    Provider {
        name: "openai",
        key: "OPENAI_API_KEY",
        url: "https://api.openai.com/v1",
        wire: Wire::OpenAi,
        model: "gpt-5-mini",
    },
    Provider {
        name: "gemini",
        key: "GEMINI_API_KEY",
        url: "https://generativelanguage.googleapis.com/v1beta/openai",
        wire: Wire::OpenAi,
        model: "gemini-2.5-flash",
    },
    Provider {
        name: "deepseek",
        key: "DEEPSEEK_API_KEY",
        url: "https://api.deepseek.com/v1",
        wire: Wire::OpenAi,
        model: "deepseek-chat",
    },
    Provider {
        name: "openrouter",
        key: "OPENROUTER_API_KEY",
        url: "https://openrouter.ai/api/v1",
        wire: Wire::OpenAi,
        model: "anthropic/claude-sonnet-4.5",
    },
    Provider {
        name: "together",
        key: "TOGETHER_API_KEY",
        url: "https://api.together.xyz/v1",
        wire: Wire::OpenAi,
        model: "deepseek-ai/DeepSeek-V3.1",
    },
    Provider {
        name: "groq",
        key: "GROQ_API_KEY",
        url: "https://api.groq.com/openai/v1",
        wire: Wire::OpenAi,
        model: "openai/gpt-oss-120b",
    },
];

/// The key for an address that the configuration names.
const OWN_KEY: &str = "THANOS_MODEL_KEY";

const PRICES: &str = include_str!("prices.txt");

/// Whom to ask, what it is called there, and what it costs.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub provider: String,
    pub model: String,
    pub url: String,
    pub wire: Wire,
    /// Where the key came from, for messages.
    pub key_name: &'static str,
    pub key: Option<SecretString>,
    /// `None` only where the configuration allows it.
    pub price: Option<config::Price>,
}

/// `Ok(None)`: nobody asked for a model and no key is there. `Err`: somebody asked for one that cannot be had.
pub fn choose(config: &config::Model, key: &dyn Fn(&str) -> Option<String>) -> Result<Option<Chosen>, String> {
    let Some(provider) = provider(config, key)? else { return Ok(None) };
    let (url, key_name) = match &config.base_url {
        Some(url) if !crate::forge::is_safe_url(url) => {
            return Err(format!("model.base-url is {url:.200}; use https:// (http:// only for this machine)"));
        }
        Some(url) => (url.trim_end_matches('/'), OWN_KEY),
        None => (provider.url, provider.key),
    };
    let key = key(key_name).map(|key| SecretString::from(key.trim()));
    if key.is_none() && config.base_url.is_none() {
        return Err(format!("the provider {} needs the variable {key_name}", provider.name));
    }
    let model = match (&config.name, &config.base_url) {
        (Some(name), _) => name.clone(),
        (None, Some(url)) => return Err(format!("model.name is needed with model.base-url {url}")),
        (None, None) => provider.model.to_owned(),
    };
    let newer =
        || config.prices.get(&format!("{}/{model}", provider.name)).or_else(|| config.prices.get(&model)).copied();
    let price = config.price.or_else(newer).or_else(|| price(provider.name, &model));
    if price.is_none() && !config.allow_unknown_price {
        return Err(format!(
            "no price is known for the model {model} at {}; set model.prices, or model.allow-unknown-price",
            provider.name
        ));
    }
    let (url, name) = (url.to_owned(), provider.name.to_owned());
    Ok(Some(Chosen { provider: name, model, url, wire: provider.wire, key_name, key, price }))
}

fn provider(config: &config::Model, key: &dyn Fn(&str) -> Option<String>) -> Result<Option<&'static Provider>, String> {
    let named = |name: &str| PROVIDERS.iter().find(|provider| provider.name == name);
    match &config.provider {
        Some(name) => named(name).map(Some).ok_or_else(|| {
            let known: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
            format!("model.provider is {name:.80}; known: {}; any other by model.base-url", known.join(", "))
        }),
        // What most servers speak.
        None if config.base_url.is_some() => Ok(named("openai")),
        None => Ok(PROVIDERS.iter().find(|provider| key(provider.key).is_some())),
    }
}

fn price(provider: &str, model: &str) -> Option<config::Price> {
    let rows = PRICES.lines().filter(|line| !line.starts_with('#'));
    let mut rows = rows.map(|line| line.split_whitespace().collect::<Vec<_>>());
    let row = rows.find(|row| row.len() == 6 && row[0] == provider && is_of(row[1], model))?;
    let usd = |at: usize| row[at].parse::<f64>().ok();
    Some(config::Price { input: usd(2)?, output: usd(3)?, cache_read: usd(4), cache_write: usd(5) })
}

/// The name itself, or with the date of a release behind it.
fn is_of(known: &str, model: &str) -> bool {
    let Some(rest) = model.strip_prefix(known) else { return false };
    let date = rest.strip_prefix('-').unwrap_or_default();
    rest.is_empty() || (date.len() >= 8 && date.chars().all(|c| c.is_ascii_digit() || c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(yaml: &str, keys: &[&str]) -> Result<Option<Chosen>, String> {
        let config = config::parse("t", &format!("model: {yaml}")).unwrap().model;
        choose(&config, &|name| keys.contains(&name).then(|| format!("value of {name}")))
    }

    #[test]
    fn without_a_key_there_is_no_model() {
        assert!(chosen("{}", &[]).unwrap().is_none());
        assert!(chosen("{}", &["THANOS_MODEL_KEY", "SOME_API_KEY"]).unwrap().is_none());
    }

    #[test]
    fn any_one_key_is_enough() {
        for provider in PROVIDERS {
            let chosen = chosen("{}", &[provider.key]).unwrap().unwrap();
            assert_eq!((chosen.provider.as_str(), chosen.url.as_str()), (provider.name, provider.url));
            assert!(chosen.price.is_some_and(|p| p.input > 0.0 && p.output > 0.0), "{}", provider.name);
        }
    }

    /// A configuration comes from the repository, and must not send a key to an address of its choice.
    #[test]
    fn a_providers_key_stays_with_the_provider() {
        let url = "{provider: openai, base-url: 'https://example.org/v1', name: gpt-5}";
        assert!(chosen(url, &["OPENAI_API_KEY"]).unwrap().unwrap().key.is_none());
        let chosen = chosen(url, &["OPENAI_API_KEY", OWN_KEY]).unwrap().unwrap();
        assert_eq!((chosen.key_name, chosen.key.is_some()), (OWN_KEY, true));
    }

    #[test]
    fn what_cannot_be_had_is_said() {
        for (yaml, part) in [
            ("{provider: nobody}", "known: anthropic"),
            ("{provider: anthropic}", "ANTHROPIC_API_KEY"),
            ("{base-url: 'http://example.org', name: x}", "https://"),
            ("{base-url: 'http://127.0.0.1:1/v1'}", "model.name is needed"),
            ("{base-url: 'http://127.0.0.1:1/v1', name: of-nobody}", "no price is known for the model of-nobody"),
            ("{provider: openai, name: gpt-5-of-somebody}", "no price"),
        ] {
            let said = chosen(yaml, &["OPENAI_API_KEY"]).unwrap_err();
            assert!(said.contains(part), "{yaml}: {said}");
        }
        assert!(chosen("{provider: openai, name: gpt-5-2025-08-07}", &["OPENAI_API_KEY"]).is_ok());
        let newer = |name: &str| {
            let prices =
                "{openai/new: {input: 1, output: 2}, new: {input: 3, output: 4}, gpt-5: {input: 5, output: 6}}";
            chosen(&format!("{{provider: {name}, prices: {prices}}}"), &["OPENAI_API_KEY", "GROQ_API_KEY"])
                .unwrap()
                .unwrap()
                .price
                .unwrap()
                .input
        };
        assert_eq!(
            [newer("openai, name: new"), newer("groq, name: new"), newer("openai, name: gpt-5"), newer("openai")],
            [1.0, 3.0, 5.0, 0.25]
        );
        let own = "{base-url: 'http://127.0.0.1:1/v1', name: x, allow-unknown-price: true}";
        assert!(chosen(own, &[]).unwrap().unwrap().price.is_none());
    }
}
