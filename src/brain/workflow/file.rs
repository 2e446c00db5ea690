//! What a workflow file and an action's file say, as far as running a step again needs it. Lenient: whatever else
//! stands there is no concern of ours.

use serde::{Deserialize, Deserializer, de};
use serde_yaml::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub struct Workflow {
    #[serde(default)]
    pub on: Value,
    #[serde(default)]
    pub defaults: Defaults,
    #[serde(default)]
    pub env: Value,
    #[serde(default)]
    pub jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Defaults {
    pub run: RunDefaults,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default, rename_all = "kebab-case")]
pub struct RunDefaults {
    pub shell: Option<Text>,
    pub working_directory: Option<Text>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Job {
    pub name: Option<Text>,
    pub defaults: Defaults,
    pub env: Value,
    pub services: Value,
    pub container: Value,
    pub strategy: Value,
    pub steps: Vec<Step>,
    /// A reusable workflow, and what it is given.
    pub uses: Option<Text>,
    pub with: Value,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default, rename_all = "kebab-case")]
pub struct Step {
    pub name: Option<Text>,
    pub id: Option<Text>,
    pub run: Option<Text>,
    pub uses: Option<Text>,
    pub with: Value,
    #[serde(rename = "if")]
    pub condition: Value,
    pub shell: Option<Text>,
    pub working_directory: Option<Text>,
    pub continue_on_error: Value,
    pub env: Value,
}

/// `action.yml`; one that is not composite has no steps.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Action {
    pub inputs: Value,
    pub runs: Runs,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Runs {
    pub steps: Vec<Step>,
}

/// Text to GitHub, whatever YAML takes it for: `name: 3.11`, `run: true`.
#[derive(Clone, Debug)]
pub struct Text(String);

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        scalar(&value).map(Self).ok_or_else(|| de::Error::custom("expected a text"))
    }
}

pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

/// The names of a table and their values.
pub fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_mapping().into_iter().flatten().filter_map(|(name, value)| Some((name.as_str()?, value)))
}
