//! How a file is compiled: from the command itself, from what make, ninja or a build script printed, or guessed.

use crate::hand::{Job, offer};
use crate::ids::RelPath;
use crate::syntax::shell;
use regex::Regex;
use std::sync::LazyLock;

/// A compiler with the options that decide what it accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    pub compiler: String,
    pub options: Vec<String>,
    pub env: Vec<(String, String)>,
    /// Relative to the root; `None` is the root.
    pub directory: Option<RelPath>,
}

static COMPILER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:\S*/)?(?:[\w.]+-)*(?:gcc|g\+\+|clang|clang\+\+|cc|c\+\+)(?:-[0-9.]+)?$").ok());

/// More than this is a log of something else.
const MOST_LINES: usize = 4000;
const MOST_WAYS: usize = 6;
const MOST_MAKEFILES: usize = 8;

/// The ways in which the file may have been compiled, the likeliest first; the last one is a guess.
pub fn ways(job: &Job, path: &RelPath) -> Vec<Invocation> {
    let name = path.file_name();
    let own = job.command.to_string();
    let printed = job.log.lines().take(MOST_LINES).filter(|line| line.contains(name));
    let mut found: Vec<Invocation> = Vec::new();
    for text in std::iter::once(own.as_str()).chain(printed) {
        let Some(is_compiler) = COMPILER.as_ref() else { break };
        // A line that no compiler stands on costs a parse for nothing.
        if !text.split([' ', '"', '\'', '`']).any(|word| is_compiler.is_match(word)) {
            continue;
        }
        for call in shell::read(&text.replace('`', "'")).calls {
            let words: Vec<&str> = call.texts().collect();
            let Some(at) = words.iter().position(|word| is_compiler.is_match(word)) else { continue };
            let names = |word: &&str| word.rsplit('/').next() == Some(name);
            if words[at + 1..].iter().any(names) || text == own {
                let env = job.command.env.iter().cloned().chain(call.env.iter().cloned()).collect();
                let options = kept(&words[at + 1..]);
                add(
                    &mut found,
                    job,
                    path,
                    Invocation { compiler: words[at].to_owned(), options, env, directory: None },
                );
            }
        }
    }
    found.truncate(MOST_WAYS);
    if let Some(guess) = guessed(job, path) {
        add(&mut found, job, path, guess);
    }
    found
}

/// From the folder of the command, then from the file's own: relative options mean one of them.
fn add(found: &mut Vec<Invocation>, job: &Job, path: &RelPath, way: Invocation) {
    let own = path.as_str().rsplit_once('/').and_then(|(folder, _)| RelPath::parse(folder).ok());
    for directory in [job.command.directory.clone(), own] {
        let way = Invocation { directory, ..way.clone() };
        if !found.contains(&way) {
            found.push(way);
        }
    }
}

/// What decides how a text is read: no inputs, no outputs, nothing about files that are made.
fn kept(words: &[&str]) -> Vec<String> {
    const WITH_VALUE: &[&str] = &["-I", "-D", "-U", "-include", "-isystem", "-iquote", "-idirafter", "-std", "-target"];
    const DROPPED_WITH_VALUE: &[&str] = &["-o", "-MF", "-MT", "-MQ", "-x", "-L", "-l", "-T", "-Xlinker", "-u"];
    const DROPPED: &[&str] =
        &["-c", "-S", "-E", "-pipe", "-M", "-l", "-L", "-o", "-fdiagnostics", "-fsyntax-only", "-save"];
    let mut options = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if DROPPED_WITH_VALUE.contains(word) {
            words.next();
        } else if WITH_VALUE.contains(word) {
            options.push((*word).to_owned());
            options.extend(words.next().map(|value| (*value).to_owned()));
        } else if word.starts_with('-')
            && *word != "-"
            && !word.starts_with("-Wl,")
            && !word.contains(['$', '`'])
            && !DROPPED.iter().any(|start| word.starts_with(start))
        {
            options.push((*word).to_owned());
        }
    }
    options
}

/// The system's compiler, with every folder that holds a header to look in.
fn guessed(job: &Job, path: &RelPath) -> Option<Invocation> {
    let names: &[&str] = if super::is_plus(path) { &["c++", "g++", "clang++"] } else { &["cc", "gcc", "clang"] };
    let compiler = names.iter().find_map(|name| job.workshop.find_program(name))?;
    let headers = job.workshop.files().ok()?.iter().filter(|file| super::is_header(file));
    let mut folders: Vec<&str> = headers.map(|file| file.as_str().rsplit_once('/').map_or(".", |(f, _)| f)).collect();
    folders.sort_unstable();
    folders.dedup();
    let up = job.command.directory.as_ref().map_or(0, |directory| directory.as_str().split('/').count());
    let folders = folders.iter().take(60).map(|folder| format!("-I{}{folder}", "../".repeat(up)));
    let options = folders.chain(asked(job.log)).chain(listed(job, super::is_plus(path))).collect();
    Some(Invocation { compiler, options, env: job.command.env.clone(), directory: job.command.directory.clone() })
}

static ASKED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m): (?:error|warning): .* \[(-W[\w=+.-]*)\]$").ok());

/// The options that asked for what is complained of, as a compiler puts them behind its messages: `make -s` tells of no
/// others.
fn asked(log: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for option in ASKED.iter().flat_map(|asked| asked.captures_iter(log)) {
        // `-Werror=format=` is the error of a warning that takes a number.
        let option = option[1].trim_end_matches('=').to_owned();
        if !found.contains(&option) {
            found.push(option);
        }
    }
    found
}

/// The standard and the macros that makefiles name for a language.
fn listed(job: &Job, plus: bool) -> Vec<String> {
    let files = job.workshop.files().unwrap_or_default().iter();
    let texts = files.filter(|path| super::is_makefile(path)).take(MOST_MAKEFILES);
    let texts = texts.filter_map(|path| offer::editable(job, path).ok().flatten());
    let own = |line: &&str| {
        let wanted = if plus { "CXXFLAGS" } else { "CFLAGS" };
        (line.contains(wanted) || line.contains("CPPFLAGS")) && !line.contains(['#', '$'])
    };
    let is_kept =
        |word: &&str| (word.starts_with("-std=") || word.starts_with("-D")) && !word.contains(['"', '\'', '\\', '`']);
    let words = |text: Vec<u8>| {
        let text = String::from_utf8_lossy(&text).into_owned();
        let words = text.lines().filter(own).flat_map(str::split_whitespace).filter(is_kept);
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    texts.flat_map(words).collect()
}
