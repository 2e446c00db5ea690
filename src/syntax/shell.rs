//! Shell scripts: which programs they call, with which words, and after what they stand. Pure.

use std::ops::Range;
use tree_sitter::{Node, Parser};

/// One call of a program in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `NAME=value` in front of the program.
    pub env: Vec<(String, String)>,
    /// The program and what follows it.
    pub words: Vec<Word>,
    /// Which statement of the script's own level the call is part of.
    pub statement: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Bytes of the script.
    pub range: Range<usize>,
    /// Without its quotes; what the shell would still expand is as it was written.
    pub text: String,
}

/// A script as the statements of its own level, and every call in it, those of substitutions too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// `a && b` are two.
    pub statements: Vec<Statement>,
    pub calls: Vec<Call>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Bytes of the script.
    pub range: Range<usize>,
    /// It does nothing but say how the later ones run: where, with which variables and options.
    pub sets: bool,
}

/// Commands that change the shell that runs them.
const SETTERS: &[&str] = &["cd", "pushd", "set", "shopt", "export", "source", ".", "alias", "umask"];

impl Call {
    pub fn texts(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.words.iter().map(|word| word.text.as_str())
    }
}

/// What the shell's grammar does not take is passed over.
pub fn read(text: &str) -> Script {
    let mut parser = Parser::new();
    let set = parser.set_language(&tree_sitter_bash::LANGUAGE.into());
    let Some(tree) = set.ok().and_then(|()| parser.parse(text, None)) else { return Script::default() };
    let mut script = Script::default();
    statements(tree.root_node(), text, &mut script);
    script
}

fn statements(node: Node, text: &str, script: &mut Script) {
    for child in children(node) {
        match child.kind() {
            "list" => statements(child, text, script),
            _ if !child.is_named() || child.kind() == "comment" => {}
            _ => {
                script.statements.push(Statement { range: child.byte_range(), sets: sets(child, text) });
                calls(child, text, script);
            }
        }
    }
}

fn sets(node: Node, text: &str) -> bool {
    match node.kind() {
        "variable_assignment"
        | "variable_assignments"
        | "declaration_command"
        | "unset_command"
        | "function_definition" => true,
        "command" => node.child_by_field_name("name").is_some_and(|name| SETTERS.contains(&plain(name, text).as_str())),
        _ => false,
    }
}

fn calls(node: Node, text: &str, script: &mut Script) {
    if node.kind() == "command" {
        let statement = script.statements.len() - 1;
        let env = children(node).filter(|child| child.kind() == "variable_assignment");
        let env = env.filter_map(|child| text[child.byte_range()].split_once('='));
        let env = env.map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned())).collect();
        let is_word = |child: &Node| child.is_named() && !child.kind().ends_with("_redirect");
        let words = children(node).filter(|child| is_word(child) && child.kind() != "variable_assignment");
        let words: Vec<_> = words.map(|child| Word { range: child.byte_range(), text: plain(child, text) }).collect();
        if !words.is_empty() {
            script.calls.push(Call { env, words, statement });
        }
    }
    children(node).for_each(|child| calls(child, text, script));
}

/// A word without its quotes.
fn plain(node: Node, text: &str) -> String {
    let written = &text[node.byte_range()];
    match node.kind() {
        "raw_string" | "string" => written.get(1..written.len().saturating_sub(1)).unwrap_or_default().to_owned(),
        "concatenation" | "command_name" if node.named_child_count() > 0 => {
            children(node).map(|child| plain(child, text)).collect()
        }
        _ => written.replace("\\\n", "").replace('\\', ""),
    }
}

fn children(node: Node) -> impl Iterator<Item = Node> {
    (0..node.child_count()).filter_map(move |at| node.child(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let line = |call: &Call| format!("{}: {}", call.statement, call.texts().collect::<Vec<_>>().join("|"));
        read(text).calls.iter().map(line).collect()
    }

    #[test]
    fn calls_are_found_wherever_they_stand() {
        for (text, expect) in [
            ("cd a && npx prettier --check 'src/**'", &["0: cd|a", "1: npx|prettier|--check|src/**"][..]),
            ("python -m black \\\n --check . | cat", &["0: python|-m|black|--check|.", "0: cat"]),
            ("if ! gofmt -l \"a b\"/x; then exit 1; fi", &["0: gofmt|-l|a b/x", "0: exit|1"]),
            ("set -e\n# c\ntest -z \"$(gofmt -l .)\"", &["0: set|-e", "1: test|-z|$(gofmt -l .)", "1: gofmt|-l|."]),
            ("./node_modules/.bin/eslint . > out 2>&1", &["0: ./node_modules/.bin/eslint|."]),
            ("", &[]),
        ] {
            assert_eq!(told(text), expect, "{text}");
        }
    }

    #[test]
    fn what_is_set_for_one_call_is_its_own() {
        let script = read("A=1\nRUSTFLAGS='-D warnings' B=\"2\" cargo check");
        let env = [("RUSTFLAGS", "-D warnings"), ("B", "2")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!((script.statements.len(), script.calls[0].env.as_slice()), (2, &env[..]));
    }

    #[test]
    fn what_only_sets_is_told_apart() {
        let script = read("F=$(ls)\nexport A=b; cd x && set -e\nA=1 make\nf() { ls; }\nif a; then cd b; fi");
        let sets: Vec<bool> = script.statements.iter().map(|statement| statement.sets).collect();
        assert_eq!(sets, [true, true, true, true, false, true, false]);
    }

    #[test]
    fn a_script_that_is_none_is_survived() {
        for text in ["'", "$(", "if", "<<EOF", "\u{0}", "a 'b\nc && \"d"] {
            drop(read(text));
        }
    }
}
