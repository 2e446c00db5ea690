//! Places that steer the forge, git, hooks or agents rather than the program: no patch touches them
//! unless the trusted configuration says so.

use super::{Case, Input, about, policy};
use crate::brain::text::is_invisible;
use crate::ids::RelPath;
use crate::record::{Finding, Severity};

/// A folder anywhere in the tree, what is in it.
const FOLDERS: &[(&str, &str)] = &[
    (".github", "workflows and forge settings"),
    (".gitlab", "forge settings"),
    (".gitea", "forge settings"),
    (".forgejo", "forge settings"),
    (".dependabot", "a bot's settings"),
    (".circleci", "build service settings"),
    (".buildkite", "build service settings"),
    (".woodpecker", "build service settings"),
    (".semaphore", "build service settings"),
    (".tekton", "build service settings"),
    (".teamcity", "build service settings"),
    (".husky", "git hooks"),
    (".githooks", "git hooks"),
    (".lefthook", "git hooks"),
    (".devcontainer", "commands that an editor runs"),
    (".vscode", "commands that an editor runs"),
    (".idea", "commands that an editor runs"),
    (".zed", "commands that an editor runs"),
    (".agents", "agent configuration"),
    (".amazonq", "agent configuration"),
    (".claude", "agent configuration"),
    (".cline", "agent configuration"),
    (".clinerules", "agent configuration"),
    (".codex", "agent configuration"),
    (".continue", "agent configuration"),
    (".cursor", "agent configuration"),
    (".gemini", "agent configuration"),
    (".junie", "agent configuration"),
    (".kiro", "agent configuration"),
    (".opencode", "agent configuration"),
    (".qwen", "agent configuration"),
    (".roo", "agent configuration"),
    (".trae", "agent configuration"),
    (".windsurf", "agent configuration"),
];

/// A file name anywhere in the tree, or its beginning where it ends in `*`.
const FILES: &[(&str, &str)] = &[
    ("action.yml", "an action's definition"),
    ("action.yaml", "an action's definition"),
    ("codeowners", "review rules"),
    (".gitlab-ci*", "build service settings"),
    (".travis.y*", "build service settings"),
    ("azure-pipelines*", "build service settings"),
    ("appveyor.y*", "build service settings"),
    (".appveyor.y*", "build service settings"),
    (".cirrus.*", "build service settings"),
    (".drone.*", "build service settings"),
    (".woodpecker.y*", "build service settings"),
    ("buildspec*.y*", "build service settings"),
    ("cloudbuild*.y*", "build service settings"),
    ("wercker.yml", "build service settings"),
    ("bitbucket-pipelines*", "build service settings"),
    ("dependabot.y*", "a bot's settings"),
    ("renovate.json*", "a bot's settings"),
    (".renovaterc*", "a bot's settings"),
    ("mergify.y*", "a bot's settings"),
    (".mergify.y*", "a bot's settings"),
    (".kodiak.toml", "a bot's settings"),
    ("bors.toml", "a bot's settings"),
    (".bulldozer.y*", "a bot's settings"),
    (".pyup.y*", "a bot's settings"),
    (".scala-steward.conf", "a bot's settings"),
    (".snyk", "a bot's settings"),
    ("jenkinsfile*", "build service settings"),
    (".pre-commit-config.y*", "git hooks"),
    (".pre-commit-hooks.y*", "git hooks"),
    ("prek.toml", "git hooks"),
    ("lefthook*", "git hooks"),
    (".lefthook*", "git hooks"),
    (".huskyrc*", "git hooks"),
    (".lintstagedrc*", "git hooks"),
    (".overcommit.y*", "git hooks"),
    (".gitattributes", "git settings"),
    (".gitmodules", "git settings"),
    (".gitconfig", "git settings"),
    (".lfsconfig", "git settings"),
    (".mailmap", "git settings"),
    (".gitleaks*", "secret scan settings"),
    (".secrets.baseline", "secret scan settings"),
    (".trufflehog*", "secret scan settings"),
    (".gitguardian.y*", "secret scan settings"),
    (".talismanrc", "secret scan settings"),
    (".semgrepignore", "secret scan settings"),
    (".trivyignore*", "secret scan settings"),
    (".exrc", "commands that an editor runs"),
    (".nvim.lua", "commands that an editor runs"),
    (".dir-locals*.el", "commands that an editor runs"),
    (".envrc", "commands that a shell runs"),
    ("agents*.md", "agent configuration"),
    ("claude*.md", "agent configuration"),
    ("gemini.md", "agent configuration"),
    ("qwen.md", "agent configuration"),
    ("copilot-instructions.md", "agent configuration"),
    (".aider*", "agent configuration"),
    (".clinerules*", "agent configuration"),
    (".clineignore", "agent configuration"),
    (".coderabbit.y*", "agent configuration"),
    (".cursorrules", "agent configuration"),
    (".cursorignore", "agent configuration"),
    (".goosehints", "agent configuration"),
    (".mcp.json", "agent configuration"),
    ("mcp.json", "agent configuration"),
    (".roomodes", "agent configuration"),
    (".windsurfrules", "agent configuration"),
    ("opencode.json*", "agent configuration"),
];

pub fn check(case: &Case) -> Vec<Finding> {
    let input = &case.input;
    let odd = input.patch.files().iter().filter(|file| file.before.is_none()).filter_map(|file| odd(&file.path, input));
    input.patch.files().iter().filter_map(|file| judge(&file.path, input)).chain(odd).collect()
}

/// A new path that not every file system takes, or that shows otherwise than it is.
fn odd(path: &RelPath, input: &Input) -> Option<Finding> {
    let hidden = path.as_str().chars().any(|c| c.is_control() || is_invisible(c));
    let is_foreign = |part: &str| {
        let stem = part.split('.').next().unwrap_or_default().trim_end().to_lowercase();
        let numbered = |start: &str| {
            stem.strip_prefix(start).is_some_and(|n| n.len() == 1 && n.starts_with(|c: char| c.is_ascii_digit()))
        };
        part.ends_with(['.', ' '])
            || part.contains(['<', '>', ':', '"', '|', '?', '*', '\\'])
            || matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
            || numbered("com")
            || numbered("lpt")
    };
    let what = if hidden {
        "a path with characters that are not seen"
    } else if path.as_str().split('/').any(is_foreign) {
        "a path that Windows cannot check out"
    } else {
        return None;
    };
    let allowed = policy::matches(&input.policy.allow, path.as_str());
    (!allowed).then(|| about("paths/odd-name", Severity::Error, path, what))
}

fn judge(path: &RelPath, input: &Input) -> Option<Finding> {
    let why = protected(path, input)?;
    if policy::matches(&input.policy.allow, path.as_str()) {
        return None;
    }
    Some(about("paths/protected", Severity::Error, path, format!("protected path: {why}")))
}

fn protected(path: &RelPath, input: &Input) -> Option<&'static str> {
    if policy::covers(&input.policy.protect, path.as_str()) {
        return Some("`policy.protect` names it");
    }
    // Two file systems in three do not tell `.GitHub` from `.github`.
    let lower = path.as_str().to_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let folder = FOLDERS.iter().find(|(folder, _)| folders.split('/').any(|part| part == *folder) || name == *folder);
    folder.or_else(|| FILES.iter().find(|(pattern, _)| fits(pattern, name))).map(|(_, why)| *why)
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
        None => name == pattern,
    }
}
