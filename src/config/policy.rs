//! The key `policy:`: what a patch may touch and how strictly each check is taken.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a check's findings count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Block,
    Warn,
    Off,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// Globs of paths that a patch may not touch, beside the built-in ones.
    pub protect: Vec<String>,
    /// Globs of built-in protected paths that it may touch after all.
    pub allow: Vec<String>,
    pub max_files: usize,
    /// Added plus removed lines.
    pub max_lines: usize,
    /// Whether new or changed dependencies only warn (`true`) or block.
    pub allow_dependencies: bool,
    /// Check id → level, where the default is not wanted. Protected paths and secrets always block.
    pub checks: BTreeMap<String, Level>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            protect: Vec::new(),
            allow: Vec::new(),
            max_files: 20,
            max_lines: 400,
            allow_dependencies: true,
            checks: BTreeMap::new(),
        }
    }
}

impl Policy {
    pub(super) fn check(&self) -> Result<(), String> {
        for glob in self.protect.iter().chain(&self.allow) {
            globset::Glob::new(glob).map_err(|e| format!("policy: {e}"))?;
        }
        Ok(())
    }
}
