//! Make: a recipe without its tab, a target, a file or a variable that is misspelt, a folder of headers that nobody names.

use super::distance::{distance, is_near};
use super::said::Said;
use super::{Scene, offer};
use crate::hand::cc;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;

static SEPARATOR: Said = Said::new(&[r"^(?P<path>[^\s:]+):(?P<line>[0-9]+): \*\*\* missing separator"]);
static UNKNOWN: Said = Said::new(&[
    r"No rule to make target [`'‘](?P<name>[^'’]+)['’]",
    r"^make(?:\[\d+\])?: (?P<name>\S+): No such file or directory",
    r"(?:^|: )(?P<name>[\w./-]+): (?:not found|No such file or directory)$",
]);
static HEADER: Said =
    Said::new(&[r"fatal error: [`'‘]?(?P<name>[\w./-]+)['’]?(?:: No such file or directory| file not found)"]);
const MOST_OFFERS: usize = 4;
const ENDS: &[&str] = &[".o", ".c", ".cc", ".cpp", ".obj", ".s", ".S"];

pub(super) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let log = scene.job.log;
    let files = scene.job.workshop.files()?;
    let makefiles: Vec<&RelPath> = files.iter().filter(|path| cc::is_makefile(path)).collect();
    if makefiles.is_empty()
        || !["make", "***"].iter().any(|word| log.contains(word) || scene.job.command.to_string().contains(word))
    {
        return Ok(Vec::new());
    }
    let mut made = Vec::new();
    for path in makefiles {
        let Some(text) = offer::editable(scene.job, path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            continue;
        };
        let mut add = |changes: Vec<Change>, why: String| -> Result<()> {
            let edits = changes.into_iter().map(|(range, text)| Edit { path: path.clone(), range, text }).collect();
            made.extend(scene.candidate(edits, why, Confidence::Suggested)?);
            Ok(())
        };
        if log.lines().any(|line| {
            SEPARATOR.captures(line).is_some_and(|said| path.as_str().ends_with(said["path"].trim_start_matches("./")))
        }) {
            add(tabs(&text), format!("began the recipes of {path} with tabs"))?;
        }
        for (change, wrong, right) in variables(&text) {
            add(vec![change], format!("corrected the variable `{wrong}` to `{right}` in {path}"))?;
        }
        let unknown: BTreeSet<String> =
            log.lines().filter_map(|line| Some(UNKNOWN.captures(line)?["name"].to_owned())).collect();
        for name in unknown {
            for (right, changes) in respelt(files, path, &text, &name) {
                add(changes, format!("corrected `{name}` to `{right}` in {path}"))?;
            }
        }
        let headers: BTreeSet<String> =
            log.lines().filter_map(|line| Some(HEADER.captures(line)?["name"].to_owned())).collect();
        for name in headers {
            for (change, folder) in searched(files, path, &text, &name) {
                add(vec![change], format!("let {path} search {folder} for `{name}`"))?;
            }
        }
    }
    Ok(made)
}

type Change = (Range<usize>, String);

/// Lines with their starts, without their ends.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    super::lines::lines(text).map(|(at, line)| (at, super::lines::bare(line)))
}

/// What is indented with blanks behind a rule's head, and is no continued line.
fn tabs(text: &str) -> Vec<Change> {
    let (mut inside, mut continued, mut found) = (false, false, Vec::new());
    for (at, line) in lines(text) {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let is_head =
            !line.starts_with([' ', '\t', '#']) && line.contains(':') && !line.contains(":=") && !line.contains("::=");
        if !continued && !line.trim().is_empty() {
            if inside && blanks > 0 {
                found.push((at..at + blanks, "\t".to_owned()));
            } else if !line.starts_with(['\t', '#']) {
                inside = is_head;
            }
        }
        continued = line.ends_with('\\');
    }
    found
}

/// `$(NAME)` that nothing sets, near one that something does.
fn variables(text: &str) -> Vec<(Change, String, String)> {
    let set: BTreeSet<&str> = lines(text)
        .filter(|(_, line)| !line.starts_with('\t'))
        .filter_map(|(_, line)| {
            line.split_once('=').map(|(name, _)| name.trim_end_matches([':', '+', '?', '!']).trim())
        })
        .map(|name| name.rsplit(' ').next().unwrap_or(name))
        .collect();
    let mut found = Vec::new();
    for (at, _) in text.match_indices("$(").chain(text.match_indices("${")) {
        let rest = &text[at + 2..];
        let name: &str = &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())];
        let is_whole = rest[name.len()..].starts_with([')', '}', ':']);
        if !is_whole || name.is_empty() || set.contains(name) {
            continue;
        }
        let near = set.iter().filter(|own| is_near(name, own));
        if let Some(right) = near.min_by(|a, b| distance(name, a).total_cmp(&distance(name, b))) {
            found.push(((at + 2..at + 2 + name.len(), (*right).to_owned()), name.to_owned(), (*right).to_owned()));
        }
    }
    found.truncate(MOST_OFFERS);
    found
}

/// A word of the makefile that is no target and no file becomes the nearest that is.
fn respelt(files: &[RelPath], path: &RelPath, text: &str, name: &str) -> Vec<(String, Vec<Change>)> {
    let bare = name.trim_start_matches("./");
    let folder = path.as_str().strip_suffix(path.file_name()).unwrap_or_default();
    let targets = lines(text)
        .filter(|(_, line)| !line.starts_with(['\t', '#', ' ', '.']))
        .filter_map(|(_, line)| Some(line.split_once(':')?.0));
    let mut known: BTreeSet<String> = targets.flat_map(str::split_whitespace).map(str::to_owned).collect();
    let own = ENDS.iter().find(|end| bare.ends_with(**end)).copied().unwrap_or_default();
    for file in files.iter().filter_map(|file| file.as_str().strip_prefix(folder)) {
        match ENDS.iter().find(|end| file.ends_with(**end)) {
            // Objects are made of sources.
            Some(end) if !own.is_empty() => known.insert(format!("{}{own}", file.strip_suffix(end).unwrap_or(file))),
            _ => known.insert(file.to_owned()),
        };
    }
    let mut near: Vec<&String> = known.iter().filter(|other| *other != bare && is_near(bare, other)).collect();
    near.sort_by(|a, b| distance(bare, a).total_cmp(&distance(bare, b)));
    let is_part = |c: char| c.is_alphanumeric() || "_-./".contains(c);
    let sites: Vec<usize> = text
        .match_indices(bare)
        .map(|(at, _)| at)
        .filter(|at| {
            let (before, after) = (&text[..*at], &text[at + bare.len()..]);
            let before = before.strip_suffix("./").unwrap_or(before);
            !before.ends_with(is_part) && !after.starts_with(is_part)
        })
        .collect();
    let changes = |right: &str| sites.iter().map(|at| (*at..at + bare.len(), right.to_owned())).collect();
    near.into_iter().take(2).filter(|_| !sites.is_empty()).map(|right| (right.clone(), changes(right))).collect()
}

/// `-I` for the folder that holds a header, where flags of the compiler are set.
fn searched(files: &[RelPath], path: &RelPath, text: &str, name: &str) -> Vec<(Change, String)> {
    let folder = path.as_str().strip_suffix(path.file_name()).unwrap_or_default();
    let mut found = Vec::new();
    let wanted = format!("/{name}");
    for file in files.iter().filter_map(|file| file.as_str().strip_prefix(folder)) {
        let Some(holder) = file.strip_suffix(&wanted) else { continue };
        for flags in ["CPPFLAGS", "CFLAGS", "CXXFLAGS"] {
            for (at, line) in
                lines(text).filter(|(_, line)| line.starts_with(flags) && line.contains('=') && !line.ends_with('\\'))
            {
                if !line.split_whitespace().any(|word| word == format!("-I{holder}")) {
                    let end = at + line.trim_end().len();
                    found.push(((end..end, format!(" -I{holder}")), holder.to_owned()));
                }
            }
        }
    }
    found.truncate(MOST_OFFERS);
    found
}

#[cfg(test)]
mod tests {
    use crate::hand::hint::tests::{Example, check};

    #[test]
    fn a_makefile_is_made_to_fit() {
        check(&[
            Example {
                files: &[("Makefile", "A = 1 \\\n    2\nall: a\n    ./a\n\ta b\n\nb:\n        c\n")],
                log: "Makefile:4: *** missing separator.  Stop.\n",
                fixed: "A = 1 \\\n    2\nall: a\n\t./a\n\ta b\n\nb:\n\tc\n",
            },
            Example {
                files: &[("Makefile", "OBJS = a.o\nt: $(OBJ)\n\tcc -o t $^\n"), ("a.c", "")],
                log: "cc -o t\ncc: fatal error: no input files\nmake: *** [Makefile:3: t] Error 1\n",
                fixed: "OBJS = a.o\nt: $(OBJS)\n\tcc -o t $^\n",
            },
            Example {
                files: &[
                    ("Makefile", "OBJS = src/list.o src/txt.o\nt: $(OBJS)\n\tcc -o t $^\n"),
                    ("src/text.c", ""),
                    ("src/list.c", ""),
                ],
                log: "make: *** No rule to make target 'src/txt.o', needed by 't'.  Stop.\n",
                fixed: "OBJS = src/list.o src/text.o\nt: $(OBJS)\n\tcc -o t $^\n",
            },
            Example {
                files: &[("Makefile", "run_tests: a.c\n\tcc -o $@ $<\ntest: run_tests\n\t./run_test\n"), ("a.c", "")],
                log: "./run_test\nmake: ./run_test: No such file or directory\nmake: *** [Makefile:4: test] Error 127\n",
                fixed: "run_tests: a.c\n\tcc -o $@ $<\ntest: run_tests\n\t./run_tests\n",
            },
            Example {
                files: &[
                    ("Makefile", "CFLAGS = -Wall\nt: src/a.c\n\t$(CC) $(CFLAGS) -o t src/a.c\n"),
                    ("include/a.h", ""),
                    ("src/a.c", "#include \"a.h\"\n"),
                ],
                log: "src/a.c:1:10: fatal error: a.h: No such file or directory\nmake: *** [Makefile:3: t] Error 1\n",
                fixed: "CFLAGS = -Wall -Iinclude\nt: src/a.c\n\t$(CC) $(CFLAGS) -o t src/a.c\n",
            },
        ]);
    }
}
