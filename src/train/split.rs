//! Train, validation, test. Where there are many repositories some are kept for the two latter alone; within one the
//! oldest rows train, the newest test, and rows about one failure stay together.

use super::{Row, near};
use std::collections::{BTreeMap, BTreeSet};

/// From so many on whole repositories are kept apart.
const MANY: usize = 10;
/// Of ten parts: to train, to train or validate.
const TENTHS: [usize; 2] = [8, 9];

pub fn split(rows: Vec<Row>) -> [Vec<Row>; 3] {
    let repositories: BTreeSet<String> = rows.iter().map(|row| row.repository.clone()).collect();
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    let mut by_repository: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows {
        match near::number_of(&row.repository) % 10 {
            8 if repositories.len() >= MANY => parts[1].push(row),
            9 if repositories.len() >= MANY => parts[2].push(row),
            _ => by_repository.entry(row.repository.clone()).or_default().push(row),
        }
    }
    by_repository.into_values().for_each(|rows| by_time(rows, &mut parts));
    parts
}

/// A group is as old as its newest row.
fn by_time(rows: Vec<Row>, parts: &mut [Vec<Row>; 3]) {
    let all = rows.len();
    let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    rows.into_iter().for_each(|row| groups.entry(row.group.clone()).or_default().push(row));
    let newest = |rows: &[Row]| rows.iter().map(|row| row.at.clone()).max().unwrap_or_default();
    let mut groups: Vec<(String, Vec<Row>)> = groups.into_values().map(|rows| (newest(&rows), rows)).collect();
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    let mut before = 0;
    for (_, mut rows) in groups {
        let tenth = before * 10 / all.max(1);
        let part = TENTHS.iter().filter(|end| tenth >= **end).count();
        before += rows.len();
        parts[part].append(&mut rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(repository: &str, group: &str, at: usize) -> Row {
        let text = |text: &str| text.to_owned();
        let at = format!("2026-01-01T{:02}:{:02}:00Z", at / 60, at % 60);
        Row {
            value: serde_json::Value::Null,
            repository: text(repository),
            group: text(group),
            at,
            licence: text("MIT"),
        }
    }

    #[test]
    fn the_newest_tests_and_groups_stay_together() {
        let rows: Vec<Row> = (0..100).map(|nth| row("o/r", &(nth / 3).to_string(), nth)).collect();
        let parts = split(rows);
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 100);
        assert!(parts.iter().all(|part| !part.is_empty()));
        let last = |part: &[Row]| part.iter().map(|row| row.at.clone()).max().unwrap();
        let first = |part: &[Row]| part.iter().map(|row| row.at.clone()).min().unwrap();
        assert!(last(&parts[0]) < first(&parts[1]) && last(&parts[1]) < first(&parts[2]));
        let groups = |part: &[Row]| part.iter().map(|row| row.group.clone()).collect::<BTreeSet<_>>();
        assert!(groups(&parts[0]).is_disjoint(&groups(&parts[2])) && groups(&parts[1]).is_disjoint(&groups(&parts[2])));
    }

    #[test]
    fn of_many_repositories_some_are_only_asked() {
        let rows: Vec<Row> = (0..400).map(|nth| row(&format!("o/r{}", nth % 40), &nth.to_string(), nth)).collect();
        let parts = split(rows.clone());
        assert_eq!(parts, split(rows));
        let of = |part: &[Row]| part.iter().map(|row| row.repository.clone()).collect::<BTreeSet<_>>();
        assert!(of(&parts[2]).difference(&of(&parts[0])).count() > 0);
    }
}
