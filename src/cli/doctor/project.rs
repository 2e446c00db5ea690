//! The repository as it lies here: its configuration, the command that proves a repair, the programs it needs.

use super::super::env::Env;
use super::super::event::{local_config, parse_config};
use super::super::{Door, UsageError, model, usage};
use super::github::Remote;
use super::{Checkup, fine, missing, unknown};
use crate::command::CommandLine;
use crate::config::{self, Config, Server};
use crate::git::Repo;
use crate::ids::RelPath;
use crate::{notify, process, verify};
use anyhow::Result;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

/// Where a project keeps programs of its own.
const OWN_PROGRAMS: [&str; 3] = ["node_modules/.bin", ".venv/bin", "venv/bin"];
/// Words at the start of a command that are no programs.
const SHELL_WORDS: &[&str] = &[
    ".", ":", "[", "alias", "cd", "command", "echo", "eval", "exec", "exit", "export", "false", "printf", "pwd",
    "return", "set", "shopt", "source", "test", "time", "trap", "true", "type", "ulimit", "umask", "unset", "wait",
];
/// A script that holds one of these is more than a list of commands.
const GRAMMAR: &[&str] =
    &["<<", "()", "if ", "for ", "while ", "case ", "function ", "`", "$(", "'", "\"", "{", "\\\n"];

pub fn check(door: &Door, repo: Option<&Repo>, root: &Path, remote: &Remote) -> Result<(Config, Vec<Checkup>)> {
    let mut found = vec![repository(repo, root, door.env.in_actions())];
    let config = match repo {
        None if door.env.in_actions() => remote_configuration(door, remote, &mut found)?,
        _ => told(local_config(door, root), configured(door, root), &mut found)?,
    };
    let path = door.env.path("PATH").map_or_else(OsString::new, |p| p.into_os_string());
    found.extend(prove(&config, root, &path));
    found.extend(agent(&config, root, &path));
    found.extend(models(&door.env, &config));
    found.extend(servers(&config, &path));
    found.extend(hooks(root, &path));
    found.extend(large_files(root));
    found.extend(channels(door, &config));
    found.extend(caps(&config));
    Ok((config, found))
}

fn channels(door: &Door, config: &Config) -> Vec<Checkup> {
    let checkup = |channel: &config::Channel| match notify::open(channel, &|name| door.env.get(name)) {
        Ok(_) => fine(format!("the channel {} has what it needs (`thanos-fix notify test` tries it)", channel.name())),
        Err(why) => missing(
            format!("the channel {}: {why}", channel.name()),
            "nobody is told there how runs end",
            "give the step that variable from a secret, under `env:`",
        ),
    };
    config.notify.iter().map(checkup).collect()
}

fn caps(config: &Config) -> Option<Checkup> {
    let budget = &config.budget;
    let is_capped = budget.usd_per_day.is_some() || budget.usd_per_month.is_some();
    (is_capped && config.ledger.store == config::LedgerStore::Directory).then(|| {
        unknown(
            "budget.usd-per-day and usd-per-month hold among runs that share a ledger, and ledger.store is `directory`",
            "in the Action every run has a folder of its own, and the caps hold within one run only",
            "ledger: {store: branch}",
        )
    })
}

/// The one that the configuration names; a template's program is the repository's own affair, but it must be there, too.
fn agent(config: &Config, root: &Path, path: &OsString) -> Option<Checkup> {
    const WITHOUT: &str = "the hand `command` asks nobody";
    let recipe = match model::recipe(config)? {
        Ok(recipe) => recipe,
        Err(why) => return Some(missing(why, WITHOUT, "correct that line (docs/agents.md)")),
    };
    let outside = std::env::split_paths(path).filter(|dir| !dir.starts_with(root));
    let outside = std::env::join_paths(outside).unwrap_or_default();
    let program = recipe.program();
    Some(match process::find_program(program, &outside) {
        Some(_) => fine(format!("the agent {program}")),
        None if recipe.install.is_empty() => missing(format!("{program} is not on PATH"), WITHOUT, "install it"),
        None => missing(format!("{program} is not on PATH"), WITHOUT, recipe.install),
    })
}

/// The writer, and the reviewer where it is another.
fn models(env: &Env, config: &Config) -> Vec<Checkup> {
    if config.budget.usd <= 0.0 {
        return vec![fine("no model is asked (budget.usd is 0)")];
    }
    let writer = match model::writer(env, config) {
        Ok(None) => match model::wishes(config) {
            wishes if wishes.is_empty() => fine("no model is asked: there is no key of one; the other hands need none"),
            wishes => missing(
                format!("no key of a model is in the environment, and {} needs one", wishes.join(", ")),
                "nobody is asked there",
                "give the step the key of one provider from a secret, under `env:` (docs/models.md)",
            ),
        },
        Ok(Some(there)) => fine(format!(
            "the model {} at {}, with {}, for at most ${:.2} a run",
            there.model,
            there.provider,
            there.key.as_ref().map_or("no key", |_| there.key_name),
            config.budget.usd
        )),
        Err(lack) => missing(lack.why, "the hand `model` asks nobody", lack.mend),
    };
    let reviewer = match model::reviewer(env, config) {
        Ok(None) => None,
        Ok(Some(there)) => Some(fine(format!("the reviewer {} at {}", there.model, there.provider))),
        Err(lack) => Some(missing(lack.why, "nobody reviews what a model wrote", lack.mend)),
    };
    std::iter::once(writer).chain(reviewer).collect()
}

/// The programs whose tools a model is offered.
fn servers(config: &Config, path: &OsString) -> Vec<Checkup> {
    let program = |server: &Server| Some(server.command.to_line(None)?.argv.first()?.clone());
    let lacking = |server: &Server| {
        let program = program(server).filter(|program| process::find_program(program, path).is_none())?;
        let what = format!("{program}, the MCP server {}, is not on PATH", server.name);
        Some(missing(what, "the model has not its tools", "install it, or correct model.servers"))
    };
    config.model.servers.iter().filter_map(lacking).collect()
}

fn repository(repo: Option<&Repo>, root: &Path, in_actions: bool) -> Checkup {
    match repo {
        Some(repo) if repo.is_shallow() => unknown(
            "the clone is shallow",
            "`heal` has little recent history to rank suspects by",
            "actions/checkout with {fetch-depth: 50}",
        ),
        Some(_) => fine("a git repository"),
        None if in_actions => unknown(
            "the job has no checkout",
            "the command and the tools of the project cannot be looked at here; `run` makes a checkout of its own",
            "uses: actions/checkout before this step, for this look alone",
        ),
        None => missing(
            format!("{} is not in a git repository", root.display()),
            "`heal --branch`, `guard` and the Action; plain `heal` works",
            "run it in a clone, or give --repo",
        ),
    }
}

fn configured(door: &Door, root: &Path) -> bool {
    door.common.config.is_some() || root.join(config::PATH).exists()
}

/// As a run reads it: from the default branch, through the API.
fn remote_configuration(door: &Door, remote: &Remote, found: &mut Vec<Checkup>) -> Result<Config> {
    let named = door.env.input("config");
    let path = named.clone().unwrap_or_else(|| config::PATH.to_owned());
    let text = match RelPath::parse(path.as_str()).map(|path| remote.config(&path)) {
        Err(e) => return told(Err(usage(e)), true, found),
        Ok(None) => {
            let mend = "a token that may read the contents";
            found.push(unknown(format!("{path} on the default branch could not be looked at"), "", mend));
            return Ok(Config::default());
        }
        Ok(Some(text)) => text,
    };
    match text {
        Some(text) => told(parse_config(&path, text.into_bytes()), true, found),
        None if named.is_some() => {
            told(Err(usage(format!("input `config`: there is no {path} on the default branch"))), true, found)
        }
        None => told(Ok(Config::default()), false, found),
    }
}

fn told(config: Result<Config>, there: bool, found: &mut Vec<Checkup>) -> Result<Config> {
    match config {
        Ok(config) => {
            let defaults = format!("no {}: the defaults are used", config::PATH);
            found.push(fine(if there { "the configuration is read".to_owned() } else { defaults }));
            Ok(config)
        }
        Err(e) if e.is::<UsageError>() => {
            let mend = "correct that line (docs/configuration.md lists every key)";
            found.push(missing(e.to_string().trim_start_matches("./"), "every run stops at once", mend));
            Ok(Config::default())
        }
        Err(e) => Err(e),
    }
}

fn prove(config: &Config, root: &Path, path: &OsString) -> Vec<Checkup> {
    let command = config.verify.command.as_ref().and_then(|c| c.to_line(config.verify.directory.as_ref()));
    let Some(command) = command.or_else(|| verify::detect(root)) else {
        return vec![unknown(
            "no command is known that could prove a repair",
            "issues are explained, not fixed; failed builds bring their own command",
            "in .github/thanos.yml: verify: {command: your test command}",
        )];
    };
    let mut found: Vec<Checkup> = programs(&command).iter().filter_map(|name| lacking(name, root, path)).collect();
    if found.is_empty() {
        found.push(fine(format!("repairs are proven with `{command}`")));
    }
    found
}

/// The programs that a command plainly starts.
fn programs(command: &CommandLine) -> BTreeSet<String> {
    let Some(script) = command.script() else { return command.argv.first().cloned().into_iter().collect() };
    let bash = [command.argv[0].clone()];
    if GRAMMAR.iter().any(|sign| script.contains(sign)) {
        return bash.into();
    }
    let parts = script.split(['\n', ';', '|', '&']).filter(|part| !part.trim_start().starts_with('#'));
    let names = parts.filter_map(|part| part.split_whitespace().find(|word| !word.contains('=')));
    let plain = |word: &&str| !SHELL_WORDS.contains(word) && !word.contains(['$', '(', ')', '<', '>', '*', '!']);
    names.filter(plain).map(str::to_owned).chain(bash).collect()
}

fn lacking(name: &str, root: &Path, path: &OsString) -> Option<Checkup> {
    let without = "nothing can be proven, so nothing is proposed";
    if name.contains('/') {
        let there = Path::new(name).is_absolute() && Path::new(name).exists() || root.join(name).exists();
        let mend = "make it in verify.prepare, or correct verify.command";
        return (!there).then(|| unknown(format!("`{name}`, which proves repairs, is not there yet"), without, mend));
    }
    if process::find_program(name, path).is_some() {
        return None;
    }
    Some(match own_program(name, root) {
        Some(own) => missing(
            format!("`{name}` is in the project ({own}), but not on PATH"),
            without,
            format!("in .github/thanos.yml, write `{own}` for `{name}` in verify.command"),
        ),
        None => missing(
            format!("`{name}` is not installed"),
            without,
            format!("install {name} in the job before thanos-fix (or in verify.prepare), or set verify.command"),
        ),
    })
}

fn own_program(name: &str, root: &Path) -> Option<String> {
    let own = OWN_PROGRAMS.iter().map(|dir| format!("{dir}/{name}"));
    own.into_iter().find(|path| root.join(path).is_file())
}

fn hooks(root: &Path, path: &OsString) -> Option<Checkup> {
    let configured = [".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml"];
    configured.iter().find(|file| root.join(file).exists())?;
    let has = |name: &&&str| process::find_program(name, path).is_some() || own_program(name, root).is_some();
    Some(match ["prek", "pre-commit"].iter().find(has) {
        Some(runner) => fine(format!("the project's hooks are run with {runner}")),
        None => missing(
            "hooks are configured, but neither prek nor pre-commit is installed",
            "the guard `hooks` is skipped, and a pull request may fail them",
            "pipx install prek",
        ),
    })
}

fn large_files(root: &Path) -> Option<Checkup> {
    let attributes = std::fs::read_to_string(root.join(".gitattributes")).ok()?;
    attributes.lines().any(|l| !l.trim_start().starts_with('#') && l.contains("filter=lfs")).then(|| {
        unknown(
            "some files are kept in Git LFS",
            "our checkout holds their pointers: tests that read them fail for that reason",
            "repair in the job that has them: thanos-fix init --only in-job",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn the_programs_of_a_command_are_seen_where_it_is_plain() {
        for (script, wanted) in [
            ("make test", "bash make"),
            ("cd app && CI=1 npm test", "bash npm"),
            ("set -e\n# all\npytest -q; ruff check .", "bash pytest ruff"),
            ("test -f x && ./run.sh | tee log", "./run.sh bash tee"),
            ("if true; then frobnicate; fi", "bash"),
            ("f() { x; }; f", "bash"),
            ("$RUNNER test", "bash"),
        ] {
            let names: Vec<String> = programs(&CommandLine::shell("bash", script)).into_iter().collect();
            assert_eq!(names.join(" "), wanted, "{script}");
        }
        assert_eq!(programs(&CommandLine::new(["cargo", "test"])).len(), 1);
    }

    #[test]
    fn a_model_and_a_reviewer_are_named_or_what_they_lack() {
        let told = |yaml: &str, keys: &[(&str, &str)]| {
            let config = config::parse("t", yaml).unwrap();
            let found = models(&Env::from_pairs(keys.iter().copied()), &config);
            found.into_iter().map(|one| (one.state, one.what)).collect::<Vec<_>>()
        };
        let (state, what) = told("{}", &[("ANTHROPIC_API_KEY", "k")]).remove(0);
        assert!(state == State::Ok && what.contains("at anthropic, with ANTHROPIC_API_KEY"), "{what}");
        assert_eq!(told("budget: {usd: 0}", &[("ANTHROPIC_API_KEY", "k")])[0].1, "no model is asked (budget.usd is 0)");
        let (state, what) = told("model: {provider: openai}", &[("ANTHROPIC_API_KEY", "k")]).remove(0);
        assert_eq!((state, what.as_str()), (State::Missing, "the provider openai needs the variable OPENAI_API_KEY"));
        // What asks for a model by itself is not left without a word.
        let (state, what) = told("review: {model: same}\nsummary: model", &[]).remove(0);
        assert!(state == State::Missing && what.contains("`review`, `summary: model` needs one"), "{what}");
        let path = OsString::from("/nonexistent");
        let config = config::parse("t", "model: {servers: [{name: s, command: [no-such-server]}]}").unwrap();
        assert!(servers(&config, &path)[0].what.starts_with("no-such-server, the MCP server s, is not on PATH"));
        let both = told("review: {provider: openai}", &[("ANTHROPIC_API_KEY", "k")]);
        assert!(both.len() == 2 && both[1].0 == State::Missing && both[1].1.contains("OPENAI_API_KEY"), "{both:?}");
    }
}
