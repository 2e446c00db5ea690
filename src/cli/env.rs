//! The only reader of the environment. Everything else gets what it needs passed in.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The environment as it was when we started.
#[derive(Debug, Clone, Default)]
pub struct Env(BTreeMap<OsString, OsString>);

impl Env {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn read() -> Self {
        Self(std::env::vars_os().collect())
    }

    pub fn from_pairs<K: Into<OsString>, V: Into<OsString>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }

    /// `None` when unset or empty: GitHub passes an input that was not given as an empty string.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = self.0.get(OsStr::new(name))?.to_string_lossy().into_owned();
        Some(value).filter(|v| !v.is_empty())
    }

    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(OsStr::new(name));
        self
    }

    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.get(OsStr::new(name)).filter(|v| !v.is_empty()).map(PathBuf::from)
    }

    /// An input of the Action. A composite action maps each one by hand, so the names are ours.
    pub fn input(&self, name: &str) -> Option<String> {
        let name = format!("THANOS_INPUT_{}", name.to_uppercase().replace('-', "_"));
        self.get(&name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
    }

    pub fn in_actions(&self) -> bool {
        self.get("GITHUB_ACTIONS").as_deref() == Some("true")
    }

    pub fn pairs(&self) -> Vec<(OsString, OsString)> {
        self.0.iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    /// Values that must never leave, by the name of their variable.
    pub fn secrets(&self) -> Vec<String> {
        let secret = |name: &str| {
            let name = name.to_ascii_uppercase();
            ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "PRIVATE_KEY", "CREDENTIAL"]
                .iter()
                .any(|word| name.contains(word))
        };
        self.0
            .iter()
            .filter(|(name, _)| secret(&name.to_string_lossy()))
            .map(|(_, value)| value.to_string_lossy().into_owned())
            .chain(self.get("THANOS_LEDGER_URL").iter().flat_map(|url| crate::ledger::secrets_of(url)))
            .filter(|value| value.len() >= 6 && value.parse::<i64>().is_err())
            .collect()
    }
}
