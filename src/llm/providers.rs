//! Whom there is to ask: names, keys, addresses, wire formats, prices. A provider's own key goes to that provider's
//! address and nowhere else, whatever a configuration says.

use super::{Seat, Wire};
use crate::config;
use secrecy::SecretString;

struct Provider {
    name: &'static str,
    key: &'static str,
    /// Empty where the environment says it, in the variable after the key's.
    url: &'static str,
    wire: Wire,
    /// For what is hard, and for what is simple, unless the configuration says otherwise.
    strong: &'static str,
    cheap: &'static str,
}

/// In the order in which keys are looked for.
const PROVIDERS: &[Provider] = &[
    Provider {
        name: "anthropic",
        key: "ANTHROPIC_API_KEY",
        url: "https://api.anthropic.com/v1",
        wire: Wire::Anthropic,
        strong: "claude-sonnet-4-5",
        cheap: "claude-haiku-4-5",
    },
    Provider {
        name: "openai",
        key: "OPENAI_API_KEY",
        url: "https://api.openai.com/v1",
        wire: Wire::Responses,
        strong: "gpt-5",
        cheap: "gpt-5-mini",
    },
    Provider {
        name: "gemini",
        key: "GEMINI_API_KEY",
        url: "https://generativelanguage.googleapis.com/v1beta/openai",
        wire: Wire::OpenAi,
        strong: "gemini-2.5-pro",
        cheap: "gemini-2.5-flash",
    },
    Provider {
        name: "deepseek",
        key: "DEEPSEEK_API_KEY",
        url: "https://api.deepseek.com/v1",
        wire: Wire::OpenAi,
        strong: "deepseek-chat",
        cheap: "deepseek-chat",
    },
    Provider {
        name: "openrouter",
        key: "OPENROUTER_API_KEY",
        url: "https://openrouter.ai/api/v1",
        wire: Wire::OpenAi,
        strong: "anthropic/claude-sonnet-4.5",
        cheap: "anthropic/claude-haiku-4.5",
    },
    Provider {
        name: "together",
        key: "TOGETHER_API_KEY",
        url: "https://api.together.xyz/v1",
        wire: Wire::OpenAi,
        strong: "deepseek-ai/DeepSeek-V3.1",
        cheap: "deepseek-ai/DeepSeek-V3.1",
    },
    Provider {
        name: "groq",
        key: "GROQ_API_KEY",
        url: "https://api.groq.com/openai/v1",
        wire: Wire::OpenAi,
        strong: "openai/gpt-oss-120b",
        cheap: "openai/gpt-oss-120b",
    },
    // What a deployment is called there is nobody's business but its owner's.
    Provider { name: "azure", key: "AZURE_OPENAI_API_KEY", url: "", wire: Wire::Azure, strong: "", cheap: "" },
];

/// Where Azure's own tools look for the address of a resource.
const AZURE_URL: &str = "AZURE_OPENAI_ENDPOINT";

/// The key for an address that the configuration names.
const OWN_KEY: &str = "THANOS_MODEL_KEY";

/// What such an address is called in every text.
const OWN_SERVER: &str = "your server";

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
    /// Azure's.
    pub api_version: Option<String>,
    /// The answer is asked for as a stream.
    pub streams: bool,
}

impl Chosen {
    /// An address that the configuration names, and that nobody here knows more of.
    pub fn is_own(&self) -> bool {
        self.provider == OWN_SERVER
    }

    /// What to do about a key that is refused, or missing.
    pub fn mend_of_key(&self) -> String {
        let Self { provider, key_name, .. } = self;
        match self.key {
            Some(_) => format!("put a key that {provider} takes into the secret that {key_name} comes from"),
            None => format!("give the step {key_name} from a secret, under `env:`"),
        }
    }

    /// What to do about a name that is not known there.
    pub fn mend_of_name(&self) -> String {
        match self.is_own() {
            true => "correct model.name or model.base-url".to_owned(),
            false => format!("set model.name to a model that {} has", self.provider),
        }
    }

    /// What the length of a reply is called there: OpenAI's own models take no `max_tokens` any more, whatever stands
    /// before them.
    pub fn length_name(&self) -> &'static str {
        let name = self.model.rsplit('/').next().unwrap_or(&self.model);
        let is_newer = ["gpt-5", "o1", "o3", "o4"]
            .iter()
            .any(|start| name.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.'])));
        let is_openais = self.provider == "openai" || self.wire == Wire::Azure;
        if is_openais || is_newer { "max_completion_tokens" } else { "max_tokens" }
    }
}

/// Why one that was asked for cannot be had, and what somebody has to set so that it can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    pub why: String,
    pub mend: String,
}

impl Lack {
    fn new(why: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { why: why.into(), mend: mend.into() }
    }

    pub fn of_key(why: impl Into<String>, key: &str) -> Self {
        Self::new(why, format!("give the step {key} from a secret, under `env:`"))
    }

    /// Where the settings of a model have another name.
    pub fn worded(self, words: impl Fn(&str) -> String) -> Self {
        Self { why: words(&self.why), mend: words(&self.mend) }
    }
}

impl std::fmt::Display for Lack {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}; {}", self.why, self.mend)
    }
}

type Key<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The strong one. `Ok(None)`: nobody asked for a model and no key is there. `Err`: somebody asked for one that cannot
/// be had.
pub fn choose(config: &config::Model, key: Key) -> Result<Option<Chosen>, Lack> {
    Ok(choose_seats(config, key)?.map(|[strong, _]| strong))
}

/// The one of each seat, in the order of [`Seat::ALL`].
pub fn choose_seats(config: &config::Model, key: Key) -> Result<Option<[Chosen; 2]>, Lack> {
    // An empty secret is none.
    let key: Key = &|name| key(name).map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
    let Some(provider) = provider(config, key)? else { return Ok(None) };
    let strong = chosen(config, provider, Seat::Strong, key)?;
    Ok(Some([strong, chosen(config, provider, Seat::Cheap, key)?]))
}

fn chosen(config: &config::Model, provider: &Provider, seat: Seat, key: Key) -> Result<Chosen, Lack> {
    let (url, key_name) = match &config.base_url {
        Some(url) if !crate::forge::is_safe_url(url) => {
            let mend = "use https:// (http:// only for this machine)";
            return Err(Lack::new(format!("model.base-url is {url:.200}"), mend));
        }
        Some(url) => (url.clone(), OWN_KEY),
        None if provider.url.is_empty() => {
            let url = key(AZURE_URL).filter(|url| crate::forge::is_safe_url(url.trim()));
            let lack = || {
                let why = format!("the provider {} needs model.base-url, or the variable {AZURE_URL}", provider.name);
                Lack::new(why, format!("set {AZURE_URL} in the step's `env:`, or model.base-url"))
            };
            (url.ok_or_else(lack)?.trim().to_owned(), provider.key)
        }
        None => (provider.url.to_owned(), provider.key),
    };
    let url = url.trim_end_matches('/').to_owned();
    let key = key(key_name);
    if key.as_ref().is_some_and(|key| key.contains(char::is_control)) {
        let why = format!("the key in {key_name} holds a line break or another control character");
        return Err(Lack::new(why, format!("set the secret that {key_name} comes from anew")));
    }
    let key = key.map(SecretString::from);
    if key.is_none() && config.base_url.is_none() {
        return Err(Lack::of_key(format!("the provider {} needs the variable {key_name}", provider.name), key_name));
    }
    let model = model(config, provider, seat, &url)?;
    let of = |wanted: &str| config.prices.iter().find(|(known, _)| is_of(known, wanted)).map(|(_, price)| *price);
    let newer = || of(&format!("{}/{model}", provider.name)).or_else(|| of(&model));
    let price = config.price.or_else(newer).or_else(|| price(provider.name, &model));
    let own_address = config.base_url.is_some();
    let called = if own_address && config.provider.is_none() { OWN_SERVER } else { provider.name }.to_owned();
    if price.is_none() && !config.allow_unknown_price {
        let mend = "set model.price, model.prices, or model.allow-unknown-price";
        return Err(Lack::new(format!("no price is known for the model {model} at {called}"), mend));
    }
    let wire = match config.wire {
        Some(config::Wire::Chat) => Wire::OpenAi,
        Some(config::Wire::Responses) => Wire::Responses,
        Some(config::Wire::Messages) => Wire::Anthropic,
        // What most servers speak.
        None if own_address && provider.wire == Wire::Responses => Wire::OpenAi,
        None => provider.wire,
    };
    let (api_version, streams) = (config.api_version.clone(), config.stream);
    Ok(Chosen { provider: called, model, url, wire, key_name, key, price, api_version, streams })
}

fn model(config: &config::Model, provider: &Provider, seat: Seat, url: &str) -> Result<String, Lack> {
    let (own, table) = match seat {
        Seat::Strong | Seat::Reviewer => (&config.strong, provider.strong),
        Seat::Cheap => (&config.cheap, provider.cheap),
    };
    let elsewhere = config.base_url.is_some() || table.is_empty();
    match own.as_ref().or(config.name.as_ref()) {
        Some(name) => Ok(name.clone()),
        None if elsewhere => Err(Lack::new(format!("model.name is needed with the address {url}"), "set model.name")),
        None => Ok(table.to_owned()),
    }
}

fn provider(config: &config::Model, key: Key) -> Result<Option<&'static Provider>, Lack> {
    let named = |name: &str| PROVIDERS.iter().find(|provider| provider.name == name);
    match &config.provider {
        Some(name) => named(name).map(Some).ok_or_else(|| {
            let known: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
            let mend = format!("use one of {}; any other by model.base-url", known.join(", "));
            Lack::new(format!("model.provider is {name:.80}, which is not known"), mend)
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

    fn chosen(yaml: &str, keys: &[&str]) -> Result<Option<Chosen>, Lack> {
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
        for provider in PROVIDERS.iter().filter(|provider| !provider.url.is_empty()) {
            let config = config::Model { stream: true, ..config::Model::default() };
            let key = |name: &str| (name == provider.key).then(|| "k".to_owned());
            for chosen in choose_seats(&config, &key).unwrap().unwrap() {
                assert_eq!((chosen.provider.as_str(), chosen.url.as_str()), (provider.name, provider.url));
                assert!(chosen.price.is_some_and(|p| p.input > 0.0 && p.output > 0.0), "{}", chosen.model);
            }
        }
    }

    #[test]
    fn seats_have_names_of_their_own() {
        let key = |name: &str| (name == "OPENAI_API_KEY").then(|| "k".to_owned());
        let names = |yaml: &str| {
            let config = config::parse("t", &format!("model: {yaml}")).unwrap().model;
            choose_seats(&config, &key).unwrap().unwrap().map(|chosen| chosen.model)
        };
        assert_eq!(names("{name: gpt-4o}"), ["gpt-4o", "gpt-4o"]);
        assert_eq!(names("{name: gpt-4o, cheap: gpt-4o-mini}"), ["gpt-4o", "gpt-4o-mini"]);
        assert_eq!(names("{strong: gpt-4o}"), ["gpt-4o", "gpt-5-mini"]);
    }

    /// Its address comes from the environment, beside its key, or from the configuration, with a key of its own.
    #[test]
    fn azure_is_where_the_environment_says() {
        let keys = ["AZURE_OPENAI_API_KEY", AZURE_URL];
        let config = |yaml: &str| config::parse("t", &format!("model: {yaml}")).unwrap().model;
        let key = |name: &str| match name {
            AZURE_URL => Some("https://x.openai.azure.com/".to_owned()),
            name => keys.contains(&name).then(|| "k".to_owned()),
        };
        let found = choose(&config("{provider: azure, name: d, price: {input: 1, output: 1}}"), &key).unwrap().unwrap();
        assert_eq!((found.url.as_str(), found.wire), ("https://x.openai.azure.com", Wire::Azure));
        assert!(choose(&config("{provider: azure, name: d}"), &key).unwrap_err().why.contains("no price"));
        let other = "{provider: azure, name: d, base-url: 'https://example.org', price: {input: 1, output: 1}}";
        assert!(choose(&config(other), &key).unwrap().unwrap().key.is_none());
        let said = chosen("{provider: azure, name: d}", &["AZURE_OPENAI_API_KEY"]).unwrap_err();
        assert!(said.why.contains("AZURE_OPENAI_ENDPOINT"), "{said}");
    }

    #[test]
    fn openais_newer_models_are_known_behind_any_gateway() {
        let url = "http://127.0.0.1:1/v1";
        let name = |provider: &str, model: &str| {
            let yaml = format!("{{{provider}base-url: '{url}', name: {model}, allow-unknown-price: true}}");
            chosen(&yaml, &[]).unwrap().unwrap().length_name()
        };
        for (model, newer) in [
            ("gpt-5", true),
            ("openai/gpt-5-mini", true),
            ("o3", true),
            ("gpt-5.1", true),
            ("gpt-4o", false),
            ("o1x", false),
        ] {
            assert_eq!(name("", model) == "max_completion_tokens", newer, "{model}");
        }
        assert_eq!(name("provider: openai, ", "gpt-4o"), "max_completion_tokens");
        assert_eq!(name("provider: azure, ", "d"), "max_completion_tokens");
        assert_eq!(name("provider: groq, ", "llama"), "max_tokens");
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
            ("{provider: nobody}", "use one of anthropic"),
            ("{provider: anthropic}", "ANTHROPIC_API_KEY"),
            ("{base-url: 'http://example.org', name: x}", "https://"),
            ("{base-url: 'http://127.0.0.1:1/v1'}", "model.name is needed"),
            ("{base-url: 'http://127.0.0.1:1/v1', name: of-nobody}", "no price is known for the model of-nobody"),
            ("{provider: openai, name: gpt-5-of-somebody}", "no price"),
        ] {
            let said = chosen(yaml, &["OPENAI_API_KEY"]).unwrap_err().to_string();
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
            [
                newer("openai, name: new"),
                newer("groq, name: new"),
                newer("openai, name: gpt-5"),
                newer("openai, name: gpt-5-2025-08-07")
            ],
            [1.0, 3.0, 5.0, 5.0]
        );
        let own = "{base-url: 'http://127.0.0.1:1/v1', name: x, allow-unknown-price: true}";
        assert!(chosen(own, &[]).unwrap().unwrap().price.is_none());
    }
}
