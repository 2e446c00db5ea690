//! `.gitleaks.toml`, the settings that many repositories have already: rules of their own, built-in rules
//! switched off, and what is let pass. github.com/gitleaks/gitleaks documents it; pure data here.

mod allow;
mod ignore;
#[cfg(test)]
mod tests;

pub use allow::{Allow, Sight};
pub use ignore::Ignore;

use crate::mask::{dialect, finder};
use regex::Regex;
use serde::Deserialize;

/// How deep `extend.path` may lead.
const DEEPEST: usize = 2;

/// What the settings say.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Whether the built-in rules are in force.
    pub built_in: bool,
    /// Built-in rules, by our id or gitleaks', that are switched off.
    pub disabled: Vec<String>,
    pub rules: Vec<UserRule>,
    pub allow: Vec<Allow>,
}

/// A rule of the repository's own.
#[derive(Debug, Clone)]
pub struct UserRule {
    pub id: String,
    pub name: String,
    pub keywords: Vec<String>,
    /// `None`: the path alone is the finding.
    pub regex: Option<String>,
    pub path: Option<Regex>,
    pub group: usize,
    pub entropy: f64,
    /// Its finds are told by no other rule than those that require it.
    pub silent: bool,
    pub required: Vec<Required>,
}

/// What must be found besides, and how near, for a find to count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Required {
    pub id: String,
    pub within_lines: Option<usize>,
    pub within_columns: Option<usize>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct File {
    extend: Extend,
    rules: Vec<RawRule>,
    allowlist: Option<allow::Raw>,
    allowlists: Vec<allow::Raw>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Extend {
    use_default: bool,
    path: Option<String>,
    disabled_rules: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawRule {
    id: String,
    description: String,
    regex: Option<String>,
    path: Option<String>,
    secret_group: usize,
    entropy: f64,
    keywords: Vec<String>,
    skip_report: bool,
    required: Vec<Required>,
    allowlist: Option<allow::Raw>,
    allowlists: Vec<allow::Raw>,
}

/// Reads settings; `read` gives other files of the same commit. The error is one line that names the place.
pub fn parse(name: &str, text: &str, read: &dyn Fn(&str) -> Option<String>) -> Result<Config, String> {
    parse_at(name, text, read, 0)
}

fn parse_at(name: &str, text: &str, read: &dyn Fn(&str) -> Option<String>, depth: usize) -> Result<Config, String> {
    let file: File = toml::from_str(text).map_err(|e| syntax(name, text, &e))?;
    let mut config = Config::default();
    if let Some(path) = &file.extend.path {
        if depth >= DEEPEST {
            return Err(format!("{name}: extend.path leads more than {DEEPEST} files deep"));
        }
        let base = read(path).ok_or_else(|| format!("{name}: extend.path: there is no file `{path}`"))?;
        config = parse_at(path, &base, read, depth + 1)?;
    }
    // A file with nothing but allowances is meant for the built-in rules, whether it says so or not.
    config.built_in |=
        file.extend.use_default || file.rules.iter().all(|rule| rule.regex.is_none() && rule.path.is_none());
    config.disabled.extend(file.extend.disabled_rules);
    for raw in file.allowlist.into_iter().chain(file.allowlists) {
        config.allow.push(raw.build(Vec::new()).map_err(|e| format!("{name}: allowlist: {e}"))?);
    }
    for raw in file.rules {
        take_rule(&mut config, raw).map_err(|e| format!("{name}: {e}"))?;
    }
    Ok(config)
}

fn syntax(name: &str, text: &str, error: &toml::de::Error) -> String {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1;
    format!("{name} line {line}: {}", error.message().lines().next().unwrap_or("cannot be read"))
}

fn take_rule(config: &mut Config, raw: RawRule) -> Result<(), String> {
    if raw.id.is_empty() {
        return Err("a rule has no id".to_owned());
    }
    let what = |e: String| format!("rule `{}`: {e}", raw.id);
    for allow in raw.allowlist.into_iter().chain(raw.allowlists) {
        config.allow.push(allow.build(vec![raw.id.clone()]).map_err(what)?);
    }
    if raw.regex.is_none() && raw.path.is_none() {
        return Ok(());
    }
    let rule = UserRule {
        name: if raw.description.is_empty() { raw.id.clone() } else { one_line(&raw.description) },
        keywords: raw.keywords.into_iter().filter(|word| !word.is_empty()).map(|word| word.to_lowercase()).collect(),
        regex: raw.regex.map(|text| checked(&text)).transpose().map_err(what)?,
        path: raw.path.map(|text| compile(&text)).transpose().map_err(what)?,
        group: raw.secret_group,
        entropy: raw.entropy,
        silent: raw.skip_report,
        required: raw.required,
        id: raw.id.clone(),
    };
    config.rules.retain(|other| other.id != rule.id);
    config.rules.push(rule);
    Ok(())
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

/// The expression in our own dialect, known to compile.
fn checked(text: &str) -> Result<String, String> {
    let ours = dialect::ours(text);
    finder::compile(&ours).map(|_| ours).map_err(|e| unreadable(text, &e))
}

fn compile(text: &str) -> Result<Regex, String> {
    finder::compile(&dialect::ours(text)).map_err(|e| unreadable(text, &e))
}

fn unreadable(text: &str, error: &regex::Error) -> String {
    let why = error.to_string();
    let why = why.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    format!("`{}` is no regular expression here: {}", one_line(text), why.trim().trim_start_matches("error: "))
}
