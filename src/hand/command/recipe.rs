//! How an agent is started: a template with places, a preset's or the repository's own.

use crate::config::PLACES;
use crate::ids::RelPath;
use crate::llm::Dialect;
use anyhow::{Context as _, Result};
use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

const PRESETS: &str = include_str!("presets.yml");

/// What starts an agent, with places to fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    pub name: String,
    /// For people who lack the program.
    #[serde(default)]
    pub install: String,
    pub argv: Vec<String>,
    /// Empty: any, or none.
    #[serde(default)]
    pub speaks: Vec<Dialect>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Below its home.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    #[serde(default)]
    pub droppings: Vec<String>,
    #[serde(default)]
    pub tells: Option<Tells>,
}

/// Where JSON lines say how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tells {
    pub end: String,
    pub good: Vec<String>,
    pub said: String,
}

/// What is filled in.
pub struct Places<'a> {
    pub prompt: &'a str,
    pub prompt_file: &'a Path,
    pub dir: &'a Path,
    pub home: &'a Path,
    /// The model, where it is asked, and the key there; `None` where there is none.
    pub model: Option<(&'a str, &'a str, &'a str)>,
    pub seconds: u64,
}

impl Recipe {
    /// The table's.
    pub fn preset(name: &str) -> Result<Self, String> {
        let mut all = presets().map_err(|e| format!("{e:#}"))?;
        match all.iter().position(|recipe| recipe.name == name) {
            Some(at) => Ok(all.swap_remove(at)),
            None => {
                let known: Vec<&str> = all.iter().map(|recipe| recipe.name.as_str()).collect();
                Err(format!("agent.preset is {name:.80}; known: {}; any other by agent.command", known.join(", ")))
            }
        }
    }

    /// The repository's own.
    pub fn own(argv: Vec<String>) -> Self {
        let (install, speaks, env) = (String::new(), Vec::new(), BTreeMap::new());
        let (files, droppings, tells) = (BTreeMap::new(), Vec::new(), None);
        Self { name: "agent.command".to_owned(), install, argv, speaks, env, files, droppings, tells }
    }

    /// Whether a model is asked through us.
    pub fn asks_a_model(&self) -> bool {
        let texts = self.argv.iter().chain(self.env.values()).chain(self.files.values());
        ["{model}", "{base_url}", "{key}"].iter().any(|place| texts.clone().any(|text| text.contains(place)))
    }

    /// The program, for messages and to look for.
    pub fn program(&self) -> &str {
        self.argv.first().map_or("", String::as_str)
    }

    /// Whether a new file is the agent's own and no part of its result.
    pub fn droppings(&self) -> Result<GlobSet> {
        let mut set = GlobSetBuilder::new();
        for glob in &self.droppings {
            set.add(Glob::new(glob)?);
        }
        Ok(set.build()?)
    }

    pub fn arguments(&self, places: &Places) -> Vec<String> {
        self.argv.iter().map(|text| places.fill(text, &str::to_owned)).collect()
    }

    pub fn environment<'a>(&'a self, places: &'a Places) -> impl Iterator<Item = (&'a str, String)> {
        self.env.iter().map(|(name, text)| (name.as_str(), places.fill(text, &str::to_owned)))
    }

    pub fn home_files<'a>(&'a self, places: &'a Places) -> impl Iterator<Item = Result<(RelPath, String)>> + 'a {
        self.files.iter().map(|(path, text)| {
            let path = RelPath::parse(path.as_str()).context("a preset lays a file outside of its home")?;
            // All are JSON or TOML, whose strings are alike in this.
            Ok((path, places.fill(text, &|value| value.replace('\\', "\\\\").replace('"', "\\\""))))
        })
    }
}

impl Places<'_> {
    /// Once through the text: what is filled in is not looked at again.
    fn fill(&self, text: &str, quoted: &dyn Fn(&str) -> String) -> String {
        let (model, base_url, key) = self.model.unwrap_or_default();
        let (dir, home, file) =
            (self.dir.to_string_lossy(), self.home.to_string_lossy(), self.prompt_file.to_string_lossy());
        let seconds = self.seconds.to_string();
        let values: [&str; PLACES.len()] = [self.prompt, &file, &dir, &home, model, base_url, key, &seconds];
        let places = PLACES.map(|place| format!("{{{place}}}"));
        let (mut out, mut rest) = (String::new(), text);
        while let Some(at) = rest.find('{') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            match places.iter().zip(values).find(|(place, _)| rest.starts_with(place.as_str())) {
                Some((place, value)) => {
                    out.push_str(&quoted(value));
                    rest = &rest[place.len()..];
                }
                None => {
                    out.push('{');
                    rest = &rest[1..];
                }
            }
        }
        out + rest
    }
}

fn presets() -> Result<Vec<Recipe>> {
    serde_yaml::from_str(PRESETS).context("the table of agents cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places<'a>(prompt: &'a str) -> Places<'a> {
        let model = Some(("a\"b", "http://127.0.0.1:1", "k"));
        let path = Path::new;
        Places { prompt, prompt_file: path("/p"), dir: path("/d"), home: path("/h"), model, seconds: 7 }
    }

    #[test]
    fn every_preset_can_be_read_and_asks_through_us() {
        let all = presets().unwrap();
        assert!(all.len() >= 7 && all[0].name == "cline");
        for recipe in all {
            assert!(
                recipe.asks_a_model() && !recipe.speaks.is_empty() && !recipe.install.is_empty(),
                "{}",
                recipe.name
            );
            recipe.droppings().unwrap();
            let places = places("do {it}");
            let filled: Vec<String> = recipe
                .arguments(&places)
                .into_iter()
                .chain(recipe.environment(&places).map(|(_, text)| text))
                .chain(recipe.home_files(&places).map(|file| file.unwrap().1))
                .collect();
            let text = filled.join("\n");
            assert!(text.contains("http://127.0.0.1:1") && text.contains("do {it}") | text.contains("/p"), "{text}");
            for place in ["{prompt", "{dir}", "{home}", "{model}", "{base_url}", "{key}", "{seconds}"] {
                assert!(!text.contains(place), "{place} in {text}");
            }
            for (path, text) in recipe.home_files(&places).map(Result::unwrap) {
                if path.as_str().ends_with(".json") {
                    serde_json::from_str::<serde_json::Value>(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
                } else {
                    toml::from_str::<toml::Table>(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
                }
            }
        }
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let own = Recipe::own(vec!["x".into(), "{prompt}".into(), "{unknown} {".into()]);
        assert_eq!(own.arguments(&places("{key} {model}")), ["x", "{key} {model}", "{unknown} {"]);
        assert!(!own.asks_a_model());
    }

    #[test]
    fn an_unknown_preset_is_told_the_known_ones() {
        assert!(Recipe::preset("clyne").unwrap_err().contains("known: cline, codex"));
    }
}
