//! A job's matrix: its combinations as GitHub makes them, and which of them a job is, by the name it is shown with.

use super::file::{Job, entries, scalar};
use super::names::matches;
use super::values::Values;
use serde_yaml::Value;

/// Names and values in the order in which a job's name shows them.
pub type Combination = Vec<(String, Value)>;

/// More jobs than that are refused by GitHub.
const MOST: usize = 256;

/// The combinations of `strategy.matrix`; none where an expression makes them.
pub fn combinations(job: &Job) -> Vec<Combination> {
    let Some(matrix) = job.strategy.get("matrix").filter(|matrix| matrix.is_mapping()) else { return Vec::new() };
    let list = |name: &str| matrix.get(name).and_then(Value::as_sequence).cloned().unwrap_or_default();
    let axes: Vec<(&str, &Vec<Value>)> = entries(matrix)
        .filter(|(name, _)| !matches!(*name, "include" | "exclude"))
        .filter_map(|(name, values)| Some((name, values.as_sequence()?)))
        .collect();
    let mut made: Vec<Combination> = vec![Vec::new()];
    for (name, values) in &axes {
        let longer = |one: &Combination| {
            let with = |value: &Value| [one.as_slice(), &[((*name).to_owned(), value.clone())]].concat();
            values.iter().map(with).collect::<Vec<_>>()
        };
        made = made.iter().flat_map(longer).take(MOST).collect();
    }
    made.retain(|one| !one.is_empty() && !list("exclude").iter().any(|out| agrees(one, out, |_| true)));
    include(&mut made, &list("include"), &|name| axes.iter().any(|(axis, _)| *axis == name));
    made.truncate(MOST);
    made
}

/// Adds what is included to every combination whose own values it leaves alone, else as one more combination.
fn include(made: &mut Vec<Combination>, included: &[Value], is_axis: &dyn Fn(&str) -> bool) {
    let crossed = made.len();
    for more in included.iter().filter(|more| more.is_mapping()) {
        let mut fits = false;
        for one in made.iter_mut().take(crossed).filter(|one| agrees(one, more, is_axis)) {
            fits = true;
            for (name, value) in entries(more) {
                one.retain(|(known, _)| known != name || is_axis(name));
                if !is_axis(name) {
                    one.push((name.to_owned(), value.clone()));
                }
            }
        }
        if !fits {
            made.push(entries(more).map(|(name, value)| (name.to_owned(), value.clone())).collect());
        }
    }
}

/// Whether a combination has the values that `asked` gives to the names that count.
fn agrees(one: &Combination, asked: &Value, counts: impl Fn(&str) -> bool) -> bool {
    entries(asked)
        .filter(|(name, _)| counts(name))
        .all(|(name, value)| one.iter().any(|(known, own)| known == name && holds(own, value)))
}

/// A table may be named by some of its values.
fn holds(own: &Value, asked: &Value) -> bool {
    match asked {
        Value::Mapping(_) => entries(asked).all(|(name, value)| own.get(name).is_some_and(|own| holds(own, value))),
        asked => own == asked,
    }
}

/// The values of the job that is shown as `shown`: those in which all combinations that it can be agree.
/// `None` when it can be none of them.
pub fn chosen(job: &Job, key: &str, shown: &str, values: &Values) -> Option<Values> {
    let all = combinations(job);
    let is_shown = |one: &&Combination| {
        let template = values.clone().with_matrix(one).fill(job.name.as_deref().unwrap_or(key));
        let brackets = format!("{template} ({})", leaves(one).join(", "));
        matches(&template, shown) && template_tells(job) || same_name(&brackets, shown)
    };
    let fitting: Vec<&Combination> = all.iter().filter(is_shown).collect();
    let (first, others) = fitting.split_first()?;
    let shared = |(name, value): &&(String, Value)| {
        others.iter().all(|one| one.iter().any(|(known, own)| known == name && own == value))
    };
    Some(values.clone().with_matrix(&first.iter().filter(shared).cloned().collect()))
}

/// A name without an expression says nothing of the combination; its values stand behind it.
fn template_tells(job: &Job) -> bool {
    job.name.as_deref().is_some_and(|name| name.contains("${{"))
}

/// GitHub cuts long names.
fn same_name(whole: &str, shown: &str) -> bool {
    whole == shown || shown.strip_suffix("...").is_some_and(|start| start.len() > 20 && whole.starts_with(start))
}

fn leaves(one: &Combination) -> Vec<String> {
    fn of(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Mapping(_) => entries(value).for_each(|(_, value)| of(value, into)),
            Value::Sequence(list) => list.iter().for_each(|value| of(value, into)),
            value => into.extend(scalar(value)),
        }
    }
    let mut found = Vec::new();
    one.iter().for_each(|(_, value)| of(value, &mut found));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(yaml: &str) -> Job {
        serde_yaml::from_str(yaml).unwrap()
    }

    fn shown(job: &Job) -> Vec<String> {
        combinations(job).iter().map(|one| leaves(one).join(" ")).collect()
    }

    #[test]
    fn combinations_are_githubs() {
        // The example of GitHub's documentation (workflow syntax, matrix.include).
        let fruits = job("strategy: {matrix: {fruit: [apple, pear], animal: [cat, dog], include: [
            {color: green}, {color: pink, animal: cat}, {fruit: apple, shape: circle}, {fruit: banana}, {fruit: banana, animal: cat}]}}");
        assert_eq!(
            shown(&fruits),
            [
                "apple cat pink circle",
                "apple dog green circle",
                "pear cat pink",
                "pear dog green",
                "banana",
                "banana cat"
            ]
        );
        let less = job("strategy: {matrix: {os: [a, b], n: [1, 2], exclude: [{os: a}, {os: b, n: 2}]}}");
        assert_eq!(shown(&less), ["b 1"]);
        assert!(shown(&job("strategy: {matrix: '${{ fromJSON(x) }}'}")).is_empty());
        assert_eq!(shown(&job("strategy: {matrix: {include: [{dir: x}, {dir: y}]}}")), ["x", "y"]);
    }

    #[test]
    fn a_job_is_known_by_its_name() {
        let plain = job("strategy: {matrix: {py: ['3.11', '3.12'], dir: [a, b]}}");
        let of = |job: &Job, name: &str| {
            chosen(job, "test", name, &Values::default()).map(|v| v.fill("${{ matrix.py }} ${{ matrix.dir }}"))
        };
        assert_eq!(of(&plain, "test (3.12, b)").as_deref(), Some("3.12 b"));
        assert_eq!(of(&plain, "test (3.13, b)"), None);
        let named = job("{name: 'Tests on ${{ matrix.py }}', strategy: {matrix: {py: ['3.11', '3.12'], dir: [a, b]}}}");
        assert_eq!(of(&named, "Tests on 3.11").as_deref(), Some("3.11 ${{ matrix.dir }}"));
    }
}
