//! Allowlists: what is found and let pass.

use regex::Regex;
use serde::Deserialize;

/// A find as an allowlist sees it.
pub struct Sight<'a> {
    /// Our id, and what gitleaks calls the rule.
    pub rules: Vec<&'a str>,
    pub path: &'a str,
    pub commit: Option<&'a str>,
    pub secret: &'a str,
    /// The whole match, around the secret.
    pub whole: &'a str,
    pub line: &'a str,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Target {
    #[default]
    Secret,
    Match,
    Line,
}

/// What is let pass, by any or by all of its kinds of test.
#[derive(Debug, Clone, Default)]
pub struct Allow {
    all: bool,
    /// For these rules only; for every rule without any.
    rules: Vec<String>,
    paths: Vec<Regex>,
    regexes: Vec<Regex>,
    target: Target,
    stop_words: Vec<String>,
    commits: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Raw {
    condition: String,
    paths: Vec<String>,
    regexes: Vec<String>,
    regex_target: String,
    stopwords: Vec<String>,
    commits: Vec<String>,
    target_rules: Vec<String>,
}

impl Raw {
    pub fn build(self, rules: Vec<String>) -> Result<Allow, String> {
        let all = match self.condition.to_uppercase().as_str() {
            "" | "OR" | "||" => false,
            "AND" | "&&" => true,
            _ => return Err(format!("condition `{}`: use AND or OR", self.condition)),
        };
        let target = match self.regex_target.as_str() {
            "" | "secret" => Target::Secret,
            "match" => Target::Match,
            "line" => Target::Line,
            other => return Err(format!("regexTarget `{other}`: use secret, match or line")),
        };
        let compile = |all: Vec<String>| all.iter().map(|text| super::compile(text)).collect::<Result<Vec<_>, _>>();
        Ok(Allow {
            all,
            rules: if rules.is_empty() { self.target_rules } else { rules },
            paths: compile(self.paths)?,
            regexes: compile(self.regexes)?,
            target,
            stop_words: self.stopwords.iter().map(|word| word.to_lowercase()).filter(|word| !word.is_empty()).collect(),
            commits: self.commits,
        })
    }
}

impl Allow {
    /// Whether the path alone settles it for every rule.
    pub fn takes_path(&self, path: &str) -> bool {
        let only_path = !self.all || self.regexes.is_empty() && self.stop_words.is_empty() && self.commits.is_empty();
        only_path && self.rules.is_empty() && self.paths.iter().any(|regex| regex.is_match(path))
    }

    pub fn covers(&self, sight: &Sight) -> bool {
        if !self.rules.is_empty() && !self.rules.iter().any(|rule| sight.rules.contains(&rule.as_str())) {
            return false;
        }
        let target = match self.target {
            Target::Secret => sight.secret,
            Target::Match => sight.whole,
            Target::Line => sight.line,
        };
        let lower = sight.secret.to_lowercase();
        let tests = [
            (!self.paths.is_empty(), self.paths.iter().any(|regex| regex.is_match(sight.path))),
            (!self.regexes.is_empty(), self.regexes.iter().any(|regex| regex.is_match(target))),
            (!self.stop_words.is_empty(), self.stop_words.iter().any(|word| lower.contains(word))),
            (!self.commits.is_empty(), self.commits.iter().any(|commit| is_commit(commit, sight.commit))),
        ];
        let mut set = tests.iter().filter(|(set, _)| *set).peekable();
        set.peek().is_some() && if self.all { set.all(|(_, met)| *met) } else { set.any(|(_, met)| *met) }
    }
}

/// A whole id, or the beginning of one that people write.
fn is_commit(listed: &str, commit: Option<&str>) -> bool {
    listed.len() >= 7 && commit.is_some_and(|commit| commit.starts_with(&listed.to_lowercase()))
}
