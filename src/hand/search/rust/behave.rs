//! Survivors on arguments like those that the tests used: those that do the same there are one way to repair it.

use super::super::hunt::{Hunt, Shot};
use super::arguments::{self, Kind, Value};
use super::compile::{self, Addition, Variant};
use super::probe::Probe;
use super::project::{self, Project};
use super::vary;
use anyhow::Result;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Functions that are called, and calls of each.
const FUNCTIONS: usize = 10;
const CALLS: usize = 96;
/// What ours is called; whoever looks for the tests finds it by this.
const NAME: &str = "__thanos_outcomes";

/// The survivors that do the same together; one whose behaviour cannot be seen is by itself.
pub fn groups(
    project: &Project,
    probe: &Probe,
    hunt: &Hunt,
    shots: &[Shot],
    alive: &[usize],
    end: Instant,
) -> Result<Vec<Vec<usize>>> {
    let alone = || alive.iter().map(|shot| vec![*shot]).collect();
    let mut additions = observers(probe, hunt);
    if alive.len() < 2 || additions.is_empty() {
        return Ok(alone());
    }
    let made: Vec<(usize, Variant)> =
        alive.iter().filter_map(|shot| Some((*shot, Variant::new(hunt, &shots[*shot], &probe.untold)?))).collect();
    let (numbers, mut variants): (Vec<usize>, Vec<Variant>) = made.into_iter().unzip();
    let left = end.saturating_duration_since(Instant::now()).clamp(Duration::from_secs(2), Duration::from_secs(20));
    let count = additions.len();
    additions.extend(compile::types(hunt, &probe.untold));
    let built =
        compile::build(hunt, project, &mut variants, &mut additions, Instant::now() + left, &mut |_, chosen| {
            let mut request = project::head("behave", &project.cargo, left / 2)?;
            for number in 0..count {
                request.push_str(&format!("test\t\t{NAME}_{number}_\t0\n"));
            }
            // The original, to compare with, then those that are in the build.
            request.push_str("shot\t0\t0\n");
            for (variant, _) in numbers.iter().enumerate() {
                request.push_str(&format!("shot\t{}\t0\n", chosen.get(&variant).copied().unwrap_or(0)));
            }
            Ok(request)
        })?;
    Ok(built.map_or_else(alone, |built| grouped(&built.said, &numbers, alive)))
}

/// Test of ours → a digest of what its calls came to.
type Seen<'s> = BTreeMap<&'s str, &'s str>;

/// A survivor was seen where it does something else than the original: the failing test makes sure that it should.
fn grouped(said: &str, numbers: &[usize], alive: &[usize]) -> Vec<Vec<usize>> {
    let mut seen: BTreeMap<usize, Seen> = BTreeMap::new();
    for line in said.lines() {
        if let ["seen", shot, test, hash, _] = line.split('\t').collect::<Vec<_>>()[..] {
            seen.entry(shot.parse().unwrap_or(0)).or_default().insert(test, hash);
        }
    }
    let original = seen.get(&0).cloned().unwrap_or_default();
    let mut groups: Vec<(Option<Seen>, Vec<usize>)> = Vec::new();
    for shot in alive {
        let number = numbers.iter().position(|number| number == shot).map(|at| at + 1);
        let own = number.and_then(|number| seen.get(&number)).filter(|own| **own != original).cloned();
        match groups.iter_mut().find(|(other, _)| own.is_some() && *other == own) {
            Some((_, group)) => group.push(*shot),
            None => groups.push((own, vec![*shot])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Tests of ours that call what the tests called.
fn observers(probe: &Probe, hunt: &Hunt) -> Vec<Addition> {
    let mut additions = Vec::new();
    for ((path, start), calls) in &probe.calls {
        let Some(file) = hunt.files.iter().position(|file| file.path.as_str() == path) else { continue };
        let tree = &hunt.files[file].tree;
        let Some(function) = tree.all().find(|n| tree[*n].kind == "function_item" && tree[*n].range.start == *start)
        else {
            continue;
        };
        let Some((at, prefix)) = neighbour(&hunt.files[file], function) else { continue };
        let Some(parameters) = arguments::observable(&hunt.files[file], function) else { continue };
        let name =
            tree.field(function, "name").map(|n| hunt.files[file].syntax.text(&tree[n].range)).unwrap_or_default();
        let kinds: Vec<Kind> = parameters.into_iter().map(|(_, kind)| kind).collect();
        let seen: Vec<Vec<Value>> = calls.iter().filter_map(|call| read(&kinds, call)).collect();
        if seen.is_empty() || additions.len() == FUNCTIONS {
            continue;
        }
        let calls = vary::tuples(&kinds, &seen, CALLS);
        let number = additions.len();
        additions.push(Addition {
            file,
            at,
            text: observer(number, &format!("{prefix}{name}"), &kinds, &calls),
            alone: true,
        });
    }
    additions
}

/// Where a test can stand that calls the function, and what it calls it by; `None` where it is out of reach.
fn neighbour(file: &super::super::hunt::File, function: usize) -> Option<(usize, String)> {
    let tree = &file.tree;
    let parent = tree[function].parent;
    let above = tree[parent].parent;
    match (tree[parent].kind, tree[above].kind) {
        ("source_file", _) | ("declaration_list", "mod_item") => Some((tree[function].range.end, String::new())),
        ("declaration_list", "impl_item") => {
            let inherent = tree.field(above, "trait").is_none() && tree.field(above, "type_parameters").is_none();
            let kind = file.syntax.text(&tree[tree.field(above, "type")?].range);
            inherent.then(|| (tree[above].range.end, format!("<{kind}>::")))
        }
        _ => None,
    }
}

fn read(kinds: &[Kind], call: &[String]) -> Option<Vec<Value>> {
    let values: Option<Vec<Value>> = call.iter().map(|text| arguments::parse(text)).collect();
    let values = values.filter(|values| values.len() == kinds.len())?;
    kinds.iter().zip(&values).all(|(kind, value)| kind.written(value).is_some()).then_some(values)
}

fn observer(number: usize, name: &str, kinds: &[Kind], calls: &[Vec<Value>]) -> String {
    let mut text = format!("\n#[cfg(test)] #[test] fn {NAME}_{number}_() {{\n");
    for (at, call) in calls.iter().enumerate() {
        let mut declared = String::new();
        for (place, (kind, value)) in kinds.iter().zip(call).enumerate() {
            let value = kind.written(value).unwrap_or_default();
            declared.push_str(&format!("let mut a{place}: {} = {value}; ", kind.owned()));
        }
        let handed: Vec<String> =
            kinds.iter().enumerate().map(|(place, kind)| kind.handed(&format!("a{place}"))).collect();
        let changed: String = kinds
            .iter()
            .enumerate()
            .filter(|(_, kind)| matches!(kind, Kind::Borrowed(true, _)))
            .map(|(place, _)| format!("&a{place}, "))
            .collect();
        text.push_str(&format!(
            "crate::__thanos::outcome({at}, &mut || {{ {declared}let r = {name}({}); ::std::format!(\"{{:?}} {{:?}}\", r, ({changed})) }});\n",
            handed.join(", ")
        ));
    }
    text.push_str("}\n");
    text
}
