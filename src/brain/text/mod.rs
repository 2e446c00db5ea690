//! Reads an issue: cleans it of what people cannot see and takes out what points into the code.

mod clean;
mod example;
mod fence;
mod names;
mod quote;
mod reason;
mod script;
mod suggestion;
mod trace;

#[cfg(test)]
mod tests;

pub use clean::{begins_hidden, clean, is_invisible, visible};
pub use example::{Example, Wanted, examples, imported, missing_name, module_of};
pub(in crate::brain) use names::ascii;
pub use quote::{count, cut, inert};
pub use reason::{Errors, errors, has_value, values};
pub use script::{ScriptExample, free_calls, script_examples};
pub use suggestion::{replaced, suggestions};
pub use trace::{Frame, frames};

use fence::Fences;

/// A fenced code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Lower-cased, empty when not given.
    pub lang: String,
    pub text: String,
}

/// An issue as data; everything in it is still hostile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueText {
    pub title: String,
    /// Cleaned of hidden text.
    pub body: String,
    pub code_blocks: Vec<Block>,
    pub commands: Vec<String>,
    pub traces: Vec<Frame>,
    pub tests: Vec<String>,
    /// With a line where one follows the path.
    pub paths: Vec<(String, Option<u32>)>,
    pub symbols: Vec<String>,
    /// Names that code calls, defines or reaches for, wherever they stand.
    pub code_names: Vec<String>,
}

/// Cleans title and body and finds everything that points into the code.
pub fn extract(title: &str, body: &str) -> IssueText {
    let (title, body) = (clean(title), clean(body));
    let (code_blocks, prose) = blocks(&body);
    let prose = format!("{title}\n{prose}");
    let everything = format!("{title}\n{body}");
    let inline = names::inline_code(&prose);
    IssueText {
        commands: commands(&code_blocks, &prose, &inline),
        traces: frames(&body),
        tests: names::tests(&everything),
        paths: names::paths(&everything),
        symbols: names::symbols(&prose, &inline),
        code_names: names::code_names(&everything),
        title,
        body,
        code_blocks,
    }
}

/// The fenced blocks, and the text without them.
fn blocks(body: &str) -> (Vec<Block>, String) {
    let (mut blocks, mut prose) = (Vec::new(), String::new());
    let mut fences = Fences::default();
    let mut open: Option<Block> = None;
    for line in body.split_inclusive('\n') {
        let was_open = open.is_some();
        let in_code = fences.feed(line);
        match (fences.language(), &mut open) {
            (Some(_), Some(block)) if was_open => block.text.push_str(line),
            (Some(lang), _) => open = Some(Block { lang: lang.to_owned(), text: String::new() }),
            (None, _) => blocks.extend(open.take()),
        }
        if !in_code {
            prose.push_str(line);
        }
    }
    blocks.extend(open);
    (blocks, prose)
}

fn commands(blocks: &[Block], prose: &str, inline: &[String]) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let in_blocks = blocks.iter().flat_map(|b| names::block_commands(&b.lang, &b.text));
    let in_prose = names::block_commands("", prose);
    let in_line = inline.iter().filter(|code| names::is_command(code)).cloned();
    for command in in_blocks.chain(in_prose).chain(in_line) {
        if commands.len() < 100 && !commands.contains(&command) {
            commands.push(command);
        }
    }
    commands
}
