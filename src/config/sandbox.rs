//! What the command may do: `sandbox: full`, or a table with the tier, the hosts and the limits.

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sandbox {
    #[default]
    Full,
    Light,
    Off,
}

/// What `full` allows beyond the tree, and how much the command may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Confinement {
    pub tier: Sandbox,
    /// Hosts that the command reaches though the network is off.
    pub network: Vec<String>,
    /// Resident memory of all processes; `None` means three quarters of the machine's.
    pub memory_mb: Option<u64>,
    pub processes: u64,
    /// What one run may write.
    pub disk_mb: u64,
    /// Of all processes; `None` means that only time counts.
    pub cpu_seconds: Option<u64>,
}

impl Default for Confinement {
    fn default() -> Self {
        Self {
            tier: Sandbox::Full,
            network: Vec::new(),
            memory_mb: None,
            processes: 4096,
            disk_mb: 20 << 10,
            cpu_seconds: None,
        }
    }
}

impl Confinement {
    pub fn check(&self) -> Result<(), String> {
        if let Some(host) = self.network.iter().find(|host| !is_host(host)) {
            return Err(format!("sandbox.network has `{host}`; use a host, `*.` and a host, either with `:port`"));
        }
        let least = |name: &str, value: u64, least: u64| {
            if value < least { Err(format!("sandbox.{name} is {value}; use {least} or more")) } else { Ok(()) }
        };
        least("memory-mb", self.memory_mb.unwrap_or(u64::MAX), 64)?;
        least("processes", self.processes, 16)?;
        least("disk-mb", self.disk_mb, 64)?;
        least("cpu-seconds", self.cpu_seconds.unwrap_or(u64::MAX), 1)
    }
}

/// A whole top-level domain is no host that anybody meant.
fn is_host(text: &str) -> bool {
    let (name, port) = text.rsplit_once(':').map_or((text, "443"), |(name, port)| (name, port));
    let bare = name.strip_prefix("*.").unwrap_or(name);
    let label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let wide = name.starts_with("*.") && !bare.contains('.');
    bare.split('.').all(label) && !wide && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// A word alone is the tier.
pub(super) fn either<'de, D: Deserializer<'de>>(from: D) -> Result<Confinement, D::Error> {
    struct Either;
    impl<'de> Visitor<'de> for Either {
        type Value = Confinement;

        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("`full`, `light`, `off` or a table with `tier` and others")
        }

        fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Confinement, E> {
            let tier = Sandbox::deserialize(serde::de::value::StrDeserializer::<E>::new(word))?;
            Ok(Confinement { tier, ..Confinement::default() })
        }

        // In YAML 1.1 the word `off` is no word.
        fn visit_bool<E: serde::de::Error>(self, word: bool) -> Result<Confinement, E> {
            self.visit_str(if word { "on" } else { "off" })
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Confinement, A::Error> {
            Confinement::deserialize(MapAccessDeserializer::new(map))
        }
    }
    from.deserialize_any(Either)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    #[test]
    fn a_word_or_a_table() {
        let of = |text: &str| parse("t", text).map(|config| config.sandbox).map_err(|e| e.to_string());
        assert_eq!(of("sandbox: light").unwrap().tier, Sandbox::Light);
        assert_eq!(of("sandbox: off").unwrap().tier, Sandbox::Off);
        let table = of("sandbox: {network: [crates.io, '*.npmjs.org', 'db.example:5432'], memory-mb: 512}").unwrap();
        assert_eq!((table.tier, table.network.len(), table.memory_mb), (Sandbox::Full, 3, Some(512)));
        assert_eq!(table.processes, Confinement::default().processes);
        assert!(of("sandbox: {netwrk: []}").unwrap_err().contains("did you mean `network`?"));
        assert!(of("sandbox: open").unwrap_err().contains("light"));
        assert!(of("sandbox: {processes: 1}").unwrap_err().contains("16 or more"));
    }

    #[test]
    fn hosts_are_hosts() {
        for host in ["crates.io", "*.npmjs.org", "localhost:8080", "10.0.0.7", "x_y.example:1"] {
            assert!(is_host(host), "{host}");
        }
        for host in ["", "*", "*.io", "https://crates.io", "crates.io/x", "a b", "a..b", "a:0", "a:http", "*.a.*"] {
            assert!(!is_host(host), "{host}");
        }
    }
}
