//! Which programs a command runs, and with which arguments, as far as its text says so.

use crate::command::CommandLine;

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
    let calls = match command.script() {
        Some(script) => split(script),
        None => vec![Invocation { env: Vec::new(), words: command.argv.clone() }],
    };
    calls.into_iter().find_map(|call| {
        let at = call.words.iter().position(|word| word.rsplit('/').next() == Some(program))?;
        Some(Invocation { env: call.env, words: call.words[at..].to_vec() })
    })
}

/// Splits a shell script into calls. Words that the shell would still expand are kept as they are.
fn split(script: &str) -> Vec<Invocation> {
    let mut calls = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let text = word.get_or_insert_default();
                text.extend(chars.by_ref().take_while(|end| *end != c));
            }
            '\\' => match chars.next() {
                Some('\n') | None => {}
                Some(escaped) => word.get_or_insert_default().push(escaped),
            },
            '\n' | ';' | '&' | '|' => {
                end_word(&mut word, &mut calls);
                calls.push(Vec::new());
            }
            _ if c.is_whitespace() => end_word(&mut word, &mut calls),
            _ => word.get_or_insert_default().push(c),
        }
    }
    end_word(&mut word, &mut calls);
    calls.into_iter().filter(|words| !words.is_empty()).map(invocation).collect()
}

fn end_word(word: &mut Option<String>, calls: &mut [Vec<String>]) {
    if let (Some(word), Some(call)) = (word.take(), calls.last_mut()) {
        call.push(word);
    }
}

fn invocation(words: Vec<String>) -> Invocation {
    let is_assignment = |word: &&String| {
        word.split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
    };
    let count = words.iter().take_while(is_assignment).count();
    let env = words[..count].iter().filter_map(|w| w.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned()));
    Invocation { env: env.collect(), words: words[count..].to_vec() }
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
        let call = find(&CommandLine::shell("sh", "RUSTFLAGS='-D warnings' cargo check"), "cargo").unwrap();
        assert_eq!(call.env, [("RUSTFLAGS".to_owned(), "-D warnings".to_owned())]);
    }
}
