//! Survivors that are the same to a compiler which optimises: they behave the same, whatever is asked of them.

use super::super::hunt::{Hunt, Shot};
use super::variants;
use crate::command::CommandLine;
use crate::ids::RelPath;
use anyhow::Result;
use std::collections::BTreeMap;
use std::time::Duration;

/// Nothing that would make one function of two, or two of one.
const OPTIONS: &[&str] =
    &["-O2", "-w", "-S", "-fno-ipa-icf", "-fno-inline", "-fno-ipa-cp", "-fno-asynchronous-unwind-tables", "-g0"];
const FOLDERS: &[&str] = &["-I.", "-Iinclude", "-Isrc", "-I..", "-I../include", "-I../src"];
const LIMIT: Duration = Duration::from_secs(20);

/// Those that do the same, the best first in each group; what cannot be compared stands alone.
pub fn groups(hunt: &Hunt, shots: &[Shot], alive: &[usize]) -> Result<Vec<Vec<usize>>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let comparable: Vec<usize> =
        alive.iter().copied().filter(|number| variants::can_be_one(hunt, &shots[*number])).collect();
    let code = if comparable.len() > 1 { code(hunt, shots, &comparable)? } else { BTreeMap::new() };
    for number in alive {
        let key = code.get(number).cloned().unwrap_or_else(|| format!("alone {number}"));
        groups.entry(key).or_default().push(*number);
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    groups.sort_by_key(|group| alive.iter().position(|number| *number == group[0]));
    Ok(groups)
}

/// The machine's code of each, all changed functions of it together.
fn code(hunt: &Hunt, shots: &[Shot], numbers: &[usize]) -> Result<BTreeMap<usize, String>> {
    let mut all: BTreeMap<usize, String> = BTreeMap::new();
    for varied in variants::varied(hunt, shots, numbers) {
        let path = &hunt.files[varied.file].path;
        let folder = path.as_str().rsplit_once('/').and_then(|(folder, _)| RelPath::parse(folder).ok());
        let mut argv = vec!["gcc".to_owned()];
        argv.extend(OPTIONS.iter().chain(FOLDERS).map(|word| (*word).to_owned()));
        argv.extend(["-o", "-", "-x", "c", "-"].map(str::to_owned));
        let command = CommandLine { argv, directory: folder, env: Vec::new() };
        let done = hunt.job().workshop.run(&command, Some(varied.text.as_bytes()), LIMIT)?;
        if !done.success() || done.truncated {
            return Ok(BTreeMap::new());
        }
        for (name, number, text) in functions(&String::from_utf8_lossy(&done.stdout)) {
            if let Some(number) = number.checked_sub(1) {
                all.entry(number).or_default().push_str(&format!("{name}\n{text}"));
            }
        }
    }
    Ok(all)
}

/// `f__v3` and what stands between its label and its size.
fn functions(text: &str) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((name, number)) = line.strip_suffix(':').and_then(variant) else { continue };
        let end = format!("\t.size\t{name}__v{number},");
        let body: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with(&end)).collect();
        found.push((name.clone(), number, plain(&body, &format!("{name}__v{number}"))));
    }
    found
}

fn variant(label: &str) -> Option<(String, usize)> {
    let (name, number) = label.rsplit_once("__v")?;
    Some((name.to_owned(), number.parse().ok()?))
}

/// Labels by their order, for their numbers go through the whole file.
fn plain(lines: &[&str], own: &str) -> String {
    let mut known: Vec<String> = Vec::new();
    let mut out = String::new();
    for line in lines {
        let mut rest = *line;
        while let Some(at) = rest.find(".L") {
            let end = rest[at + 2..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(rest.len(), |n| at + 2 + n);
            let label = &rest[at..end];
            let rank = known.iter().position(|other| other == label).unwrap_or_else(|| {
                known.push(label.to_owned());
                known.len() - 1
            });
            out.push_str(&rest[..at]);
            out.push_str(&format!("L{rank}"));
            rest = &rest[end..];
        }
        out.push_str(rest);
        out.push('\n');
    }
    out.replace(own, "itself")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_the_same_whatever_its_labels_are_called() {
        let one = |n: u32, label: u32, step: u32| {
            format!("f__v{n}:\n.LFB{label}:\n\tje\t.L{label}\n\taddl\t${step}, %eax\n\t.size\tf__v{n}, .-f__v{n}\n")
        };
        let made = functions(&[one(1, 4, 1), one(2, 9, 1), one(3, 12, 2)].concat());
        assert_eq!(made.iter().map(|(_, number, _)| *number).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(made[0].2, made[1].2);
        assert_ne!(made[0].2, made[2].2);
    }
}
