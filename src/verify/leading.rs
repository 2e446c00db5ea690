//! A step that installs before it tests: `npm ci && npm test`. What comes first needs the network, which the rest must
//! not have.

use crate::command::CommandLine;
use regex::Regex;
use std::sync::LazyLock;

/// Package managers at what they do before anything is tested.
static INSTALLS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:sudo\s+(?:-\w+\s+)*)?(?:[A-Z_]+=\S*\s+)*(?:",
        r"(?:\S*python[\d.]*\s+-m\s+)?\S*pip[\d.]*\s+install|uv\s+(?:sync|pip\s+install|venv)|poetry\s+(?:install|sync)|pdm\s+(?:install|sync)",
        r"|pipenv\s+(?:install|sync)|conda\s+(?:install|env|create)|mamba\s+(?:install|env|create)|hatch\s+env\s+create",
        r"|npm\s+(?:ci|i|install|clean-install)\b|pnpm\s+(?:i|install)\b|yarn(?:\s+install\b|\s+--frozen-lockfile|\s+--immutable|$)|bun\s+(?:i|install)\b|corepack\s+enable|npx\s+playwright\s+install",
        r"|bundle\s+install|gem\s+install|composer\s+(?:install|update)|cargo\s+(?:fetch|install)|rustup\s|go\s+(?:mod\s+download|get|install)\b",
        r"|(?:apt|apt-get|apk|yum|dnf|brew)\s|dotnet\s+(?:restore|tool)|mix\s+(?:deps\.get|local\.)|mvn\b.*\bdependency:|opam\s+install|cabal\s+update|dart\s+pub\s+get|flutter\s+pub\s+get",
        r")"
    ))
    .ok()
});
/// What only says where and how the next lines run: both halves need it.
static AROUND: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:cd\s+\S+|export\s+\w+=|[A-Za-z_]\w*=\S*$|set\s+[-+]|source\s|\.\s|shopt\s|#)").ok()
});
/// What is done once, by the first half alone.
static ONCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?:echo\s|mkdir\s|(?:\S*python[\d.]*\s+-m\s+)?(?:venv|virtualenv)\s|\S+\s+--version$|\S+\s+-v$|which\s)",
    )
    .ok()
});
/// Signs of a script that is more than a list of commands.
const MORE: &[&str] = &["<<", "$(", "`", " | ", "||", ";"];
const KEYWORDS: &[&str] = &["if", "for", "while", "until", "case", "function", "{", "(", "!"];

fn is(pattern: &LazyLock<Option<Regex>>, line: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| regex.is_match(line))
}

/// The installs that a shell step begins with, and what is left of it; `None` where it begins with none, is nothing else,
/// or cannot be taken apart safely.
pub fn apart(command: &CommandLine) -> Option<(CommandLine, CommandLine)> {
    let script = command.script()?;
    let lines: Vec<Vec<&str>> = script.lines().map(|line| line.split(" && ").map(str::trim).collect()).collect();
    let all = lines
        .iter()
        .enumerate()
        .flat_map(|(line, parts)| parts.iter().enumerate().map(move |(nth, part)| (line, nth, *part)));
    let leading: Vec<_> = all.take_while(|(.., part)| is_plain(part)).collect();
    let last = leading.iter().rposition(|(.., part)| is(&INSTALLS, part))?;
    let (line, nth, _) = leading[last];
    let first: Vec<&str> = leading[..=last].iter().map(|(.., part)| *part).filter(|part| !part.is_empty()).collect();
    let behind = lines[line][nth + 1..].join(" && ");
    let rest: Vec<&str> = Some(behind.as_str())
        .filter(|text| !text.is_empty())
        .into_iter()
        .chain(script.lines().skip(line + 1))
        .collect();
    let is_idle = |text: &&str| text.trim().is_empty() || text.trim_start().starts_with('#');
    if rest.iter().all(is_idle) || first.iter().any(|part| is_more(part)) {
        return None;
    }
    let around = first.iter().copied().filter(|part| is(&AROUND, part) && !part.starts_with('#'));
    let rest: Vec<&str> = around.chain(rest).collect();
    let with = |script: String| {
        let mut own = command.clone();
        *own.argv.last_mut()? = script;
        Some(own)
    };
    let first: Vec<&str> = first.into_iter().filter(|part| !part.starts_with('#')).collect();
    // An install that fails ends the set-up, whatever the shell was told.
    Some((with(first.join(" && "))?, with(rest.join("\n"))?))
}

fn is_plain(part: &str) -> bool {
    part.is_empty() || is(&INSTALLS, part) || is(&AROUND, part) || is(&ONCE, part)
}

fn is_more(part: &str) -> bool {
    MORE.iter().any(|sign| part.contains(sign))
        || part.ends_with(['\\', '&'])
        || part.split_whitespace().next().is_some_and(|word| KEYWORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_installs_first_is_taken_apart() {
        for (script, wanted) in [
            ("npm ci && npm test", Some(("npm ci", "npm test"))),
            (
                "pip install -r requirements.txt\npython -m unittest -v\n",
                Some(("pip install -r requirements.txt", "python -m unittest -v")),
            ),
            (
                "cd app\nnpm ci\nnpm run lint && npm test\n",
                Some(("cd app && npm ci", "cd app\nnpm run lint && npm test")),
            ),
            (
                "python -m venv .venv\nsource .venv/bin/activate\npip install -U pip && pip install .[test] && pytest -q\necho done",
                Some((
                    "python -m venv .venv && source .venv/bin/activate && pip install -U pip && pip install .[test]",
                    "source .venv/bin/activate\npytest -q\necho done",
                )),
            ),
            ("npm ci", None),
            ("npm test", None),
            ("npm test && npm ci", None),
            ("npm ci || true\nnpm test", None),
            ("if true; then\nnpm ci\nfi\nnpm test", None),
            ("pip install \\\n  -r requirements.txt\npytest", None),
            ("pip install $(cat list)\npytest", None),
            ("yarn test", None),
        ] {
            let told =
                apart(&CommandLine::shell("bash", script)).map(|(first, rest)| (first.to_string(), rest.to_string()));
            let told = told.as_ref().map(|(first, rest)| (first.as_str(), rest.as_str()));
            assert_eq!(told, wanted, "{script}");
        }
        assert!(apart(&CommandLine::new(["npm", "ci"])).is_none());
    }
}
