//! CodeRabbit beside us: why it may say nothing about our pull requests, and whether what it says is worked on.

use super::workflow::House;
use super::{Checkup, missing};
use crate::config::Config;
use serde_yaml::Value;
use std::path::Path;

const FILES: [&str; 2] = [".coderabbit.yaml", ".coderabbit.yml"];
/// Larger ones are none.
const LONGEST: u64 = 1 << 20;

pub fn check(root: &Path, house: &House, config: &Config) -> Vec<Checkup> {
    let is_small = |name: &&str| root.join(name).metadata().is_ok_and(|meta| meta.is_file() && meta.len() < LONGEST);
    let Some(name) = FILES.into_iter().find(is_small) else { return Vec::new() };
    let text = std::fs::read_to_string(root.join(name)).unwrap_or_default();
    let settings: Value = serde_yaml::from_str(&text).unwrap_or_default();
    let mut found = Vec::new();
    if config.publish.draft && settings["reviews"]["auto_review"]["drafts"].as_bool() != Some(true) {
        found.push(missing(
            format!("{name}: CodeRabbit passes over drafts, and our pull requests are drafts"),
            "it does not review them (neither does it review authors that are bots without a seat, unless it is asked)",
            format!("in {name}: `reviews: {{auto_review: {{drafts: true}}}}`, or publish.draft: false"),
        ));
    }
    let hears = house
        .ours()
        .iter()
        .any(|(file, _)| file.triggers().keys().any(|event| event.starts_with("pull_request_review")));
    if config.answers.reviews && !hears {
        found.push(missing(
            "no workflow of ours waits for reviews",
            "what CodeRabbit says of our pull requests stays unanswered",
            "thanos-fix init --only on-review, or answers: {reviews: false}",
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::workflow::Workflow;

    fn told(rabbit: Option<&str>, workflow: &str, config: &str) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        if let Some(text) = rabbit {
            std::fs::write(root.path().join(".coderabbit.yaml"), text).unwrap();
        }
        let files = [Workflow::parse(".github/workflows/a.yml", workflow.to_owned()).unwrap()];
        let house = House { files: &files, root: root.path() };
        check(root.path(), &house, &crate::config::parse("t", config).unwrap()).into_iter().map(|c| c.what).collect()
    }

    #[test]
    fn its_silence_is_explained() {
        let (ours, other) = (include_str!("../../../docs/workflows/on-review.yml"), "on: push\njobs: {}\n");
        assert!(told(None, other, "").is_empty());
        let both = told(Some("reviews: {profile: chill}\n"), other, "");
        assert!(both[0].contains("passes over drafts") && both[1].contains("waits for reviews"), "{both:#?}");
        assert!(told(Some(include_str!("../../../docs/coderabbit.yaml")), ours, "").is_empty());
        assert!(told(Some("{}"), ours, "publish: {draft: false}").is_empty());
        assert_eq!(told(Some(":::"), ours, "").len(), 1, "what cannot be read sets nothing");
    }
}
