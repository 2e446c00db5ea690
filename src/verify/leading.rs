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
/// Words and signs of a script that is more than a list of commands.
const MORE: &[&str] = &["<<", "$(", "`", " | ", "||", "&\n", ";", "\\\n"];
const KEYWORDS: &[&str] = &["if", "for", "while", "until", "case", "function", "{", "(", "!"];

fn is(pattern: &LazyLock<Option<Regex>>, line: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| regex.is_match(line))
}

/// The installs that a shell step begins with, and what is left of it; `None` where it begins with none, is nothing else,
/// or cannot be taken apart safely.
pub fn apart(command: &CommandLine) -> Option<(CommandLine, CommandLine)> {
    let script = command.script()?;
    let parts: Vec<&str> = script.lines().flat_map(|line| line.split(" && ")).map(str::trim).collect();
    let plain = |part: &&str| part.is_empty() || is(&INSTALLS, part) || is(&AROUND, part) || is(&ONCE, part);
    let leading = parts.iter().take_while(|part| plain(part)).count();
    let last = parts[..leading].iter().rposition(|part| is(&INSTALLS, part))?;
    let (first, rest) = parts.split_at(last + 1);
    // `&&` in what is left would have to be put back where it stood.
    let begins = script.lines().scan(0, |count, line| {
        *count += line.split(" && ").count();
        Some(*count)
    });
    let whole = begins.clone().position(|count| count >= first.len())?;
    let cut = begins.into_iter().nth(whole)? - first.len();
    let lines: Vec<&str> = script.lines().collect();
    let own_line = lines.get(whole)?;
    let kept_of_line: Vec<&str> = own_line.split(" && ").collect();
    let behind = kept_of_line[kept_of_line.len() - cut..].join(" && ");
    let tail = lines[whole + 1..].iter().copied();
    if rest.iter().all(|part| part.is_empty() || part.starts_with('#')) || first.iter().any(is_more) {
        return None;
    }
    let around = first.iter().copied().filter(|part| is(&AROUND, part) && !part.starts_with('#'));
    let left: Vec<&str> = around.chain(Some(behind.as_str()).filter(|line| !line.is_empty())).chain(tail).collect();
    let with = |script: String| {
        let mut own = command.clone();
        *own.argv.last_mut()? = script;
        Some(own)
    };
    let whole_first: Vec<&str> = first.iter().copied().filter(|part| !part.is_empty()).collect();
    Some((with(whole_first.join("\n"))?, with(left.join("\n"))?))
}

fn is_more(part: &&str) -> bool {
    MORE.iter().any(|sign| part.contains(sign.trim_end_matches('\n')) && *sign != "&\n")
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
                Some(("cd app\nnpm ci", "cd app\nnpm run lint && npm test")),
            ),
            (
                "python -m venv .venv\nsource .venv/bin/activate\npip install -U pip && pip install .[test] && pytest -q\necho done",
                Some((
                    "python -m venv .venv\nsource .venv/bin/activate\npip install -U pip\npip install .[test]",
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
