//! Which programs a command runs, and with which arguments, as far as its text says so.

use crate::brain::checkers::position;
use crate::command::CommandLine;
use crate::syntax::shell;

/// One program call inside a command or script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Invocation {
    /// `NAME=value` in front of the program.
    pub env: Vec<(String, String)>,
    /// The program and what follows it.
    pub words: Vec<String>,
}

/// The first call of `program` in the command, also behind `npx`, `python -m`, `poetry run` and the like.
pub(super) fn find(command: &CommandLine, program: &str) -> Option<Invocation> {
    let script = shell::read(&command.to_string());
    script.calls.iter().find_map(|call| {
        let words = call.texts().skip(position(call, program)?).map(str::to_owned).collect();
        Some(Invocation { env: call.env.clone(), words })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(script: &str, program: &str) -> Option<String> {
        find(&CommandLine::shell("bash", script), program).map(|call| call.words.join(" "))
    }

    #[test]
    fn a_call_is_found_wherever_it_stands() {
        for (script, program, expect) in [
            ("cd a && npx prettier --check 'src/**'", "prettier", "prettier --check src/**"),
            ("python -m black \\\n --check . | cat", "black", "black --check ."),
            ("FOO='a b' ./node_modules/.bin/eslint .", "eslint", "./node_modules/.bin/eslint ."),
        ] {
            assert_eq!(found(script, program).as_deref(), Some(expect));
        }
        assert_eq!(found("make all", "black"), None);
        assert_eq!(found("pip install black", "black"), None);
        let call = find(&CommandLine::new(["cargo", "check", "--config", "a b"]), "cargo").unwrap();
        assert_eq!(call.words, ["cargo", "check", "--config", "a b"]);
        let call = find(&CommandLine::shell("sh", "RUSTFLAGS='-D warnings' cargo check"), "cargo").unwrap();
        assert_eq!(call.env, [("RUSTFLAGS".to_owned(), "-D warnings".to_owned())]);
    }
}
