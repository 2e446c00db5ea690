//! Excerpts of what the tools print, each with what a person would say of it (`tests/logs/`).

use super::read;
use proptest::prelude::*;

/// What one excerpt must give. `quote` names alternatives with ` | `, `failing` lists ids with ` | `.
struct Case<'t> {
    title: &'t str,
    class: &'t str,
    failing: Vec<&'t str>,
    place: &'t str,
    quote: Vec<&'t str>,
    log: &'t str,
}

fn cases(text: &str) -> impl Iterator<Item = Case<'_>> {
    text.split("#### ").filter(|part| !part.trim().is_empty()).map(|part| {
        let (head, log) = part.split_once("\n----\n").unwrap();
        let field = |name: &str| head.lines().find_map(|l| l.strip_prefix(name)).map(str::trim).unwrap();
        let list = |text| if str::is_empty(text) { vec![] } else { str::split(text, " | ").collect() };
        let (failing, quote) = (list(field("failing:")), list(field("quote:")));
        Case {
            title: head.lines().next().unwrap(),
            class: field("class:"),
            failing,
            place: field("place:"),
            quote,
            log,
        }
    })
}

/// What differs, in words.
fn differences(case: &Case<'_>) -> Vec<String> {
    let report = read(case.log);
    let mut wrong = Vec::new();
    if report.class.as_str() != case.class {
        wrong.push(format!("class {} ({:?})", report.class.as_str(), report.tool));
    }
    if report.failing != case.failing {
        wrong.push(format!("failing {:?}", report.failing));
    }
    let first = report.locations.first();
    let place = first.map(|l| l.line.map_or(l.path.clone(), |line| format!("{}:{line}", l.path))).unwrap_or_default();
    let in_full = case.place.is_empty() || place == case.place || place.ends_with(&format!("/{}", case.place));
    if !in_full {
        wrong.push(format!("place {place}"));
    }
    let quote = report.first_error.unwrap_or_default();
    if quote.is_empty() || !case.quote.iter().any(|q| q.contains(&quote) || quote.contains(q)) {
        wrong.push(format!("quote {quote:?}"));
    }
    wrong
}

fn check(file: &str) {
    let told: Vec<String> = cases(file)
        .map(|case| (case.title.to_owned(), differences(&case)))
        .filter(|(_, wrong)| !wrong.is_empty())
        .map(|(title, wrong)| format!("{title}\n    {}", wrong.join("\n    ")))
        .collect();
    assert!(told.is_empty(), "{} cases differ:\n{}", told.len(), told.join("\n"));
}

#[test]
fn python() {
    check(include_str!("../../../tests/logs/python.txt"));
}

#[test]
fn javascript() {
    check(include_str!("../../../tests/logs/javascript.txt"));
}

#[test]
fn rust() {
    check(include_str!("../../../tests/logs/rust.txt"));
}

#[test]
fn go_and_the_jvm() {
    check(include_str!("../../../tests/logs/go_jvm.txt"));
}

#[test]
fn native() {
    check(include_str!("../../../tests/logs/native.txt"));
}

#[test]
fn more_languages() {
    check(include_str!("../../../tests/logs/languages.txt"));
}

#[test]
fn what_ci_adds() {
    check(include_str!("../../../tests/logs/ci.txt"));
}

#[test]
fn other_stacks() {
    check(include_str!("../../../tests/logs/other.txt"));
}

#[test]
fn machine_and_runner() {
    check(include_str!("../../../tests/logs/machine.txt"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        read(&String::from_utf8_lossy(&bytes));
    }

    /// Telling words in any order reach every parser with broken context.
    #[test]
    fn any_order_of_lines_is_read(order in prop::collection::vec(0_usize..10_000, 0..80)) {
        let text = concat!(
            include_str!("../../../tests/logs/python.txt"),
            include_str!("../../../tests/logs/javascript.txt"),
            include_str!("../../../tests/logs/rust.txt"),
            include_str!("../../../tests/logs/go_jvm.txt"),
            include_str!("../../../tests/logs/native.txt"),
            include_str!("../../../tests/logs/languages.txt"),
            include_str!("../../../tests/logs/ci.txt"),
            include_str!("../../../tests/logs/other.txt"),
            include_str!("../../../tests/logs/machine.txt"),
        );
        let lines: Vec<&str> = text.lines().collect();
        let log: Vec<&str> = order.iter().map(|index| lines[index % lines.len()]).collect();
        read(&log.join("\n"));
    }

    /// Lines cut anywhere, with what no tool prints in between, in pieces of any size.
    #[test]
    fn any_ruins_are_read(
        order in prop::collection::vec((0_usize..10_000, 0_usize..200), 0..40),
        noise in prop::collection::vec(any::<u8>(), 0..12),
        joint in prop::sample::select(vec!["\n", "\r\n", "\r", "\0", "\u{feff}", ""]),
        size in 1_usize..400,
    ) {
        let text = concat!(include_str!("../../../tests/logs/python.txt"), include_str!("../../../tests/logs/ci.txt"));
        let lines: Vec<&str> = text.lines().collect();
        let mut log = Vec::new();
        for (index, cut) in order {
            let line = lines[index % lines.len()].as_bytes();
            log.extend_from_slice(&line[cut.min(line.len())..]);
            log.extend_from_slice(&noise);
            log.extend_from_slice(joint.as_bytes());
        }
        let mut reader = super::Reader::default();
        log.chunks(size).for_each(|piece| reader.push(piece));
        reader.finish();
    }
}
