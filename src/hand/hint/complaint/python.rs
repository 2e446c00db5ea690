//! Python tracebacks, printed by the interpreter, unittest or pytest in its long and short styles.

use super::{Complaint, Finder, Place, mention, pattern};
use regex::Regex;

struct Patterns {
    frame: Regex,
    short_frame: Regex,
    error: Regex,
    trailer: Regex,
}

fn patterns() -> Option<Patterns> {
    Some(Patterns {
        frame: pattern(r#"^\s*File "(.+?)", line ([0-9]+)"#)?,
        short_frame: pattern(r"^(\S.*?\.py):([0-9]+): (?:in .+)?$")?,
        error: pattern(r"^\s*((?:[0-9A-Za-z_]+\.)*[0-9A-Za-z_]*(?:Error|Exception|NotFound|Interrupt|Exit)): (.*)$")?,
        trailer: pattern(r"^(\S.*?\.py):([0-9]+): ([0-9A-Za-z_]+)$")?,
    })
}

pub(super) fn read(lines: &[&str], finder: &Finder) -> Vec<Complaint> {
    // Compiling patterns takes longer than reading a short log.
    if !mention(lines, &["File \"", ".py:"]) {
        return Vec::new();
    }
    let Some(patterns) = patterns() else { return Vec::new() };
    let mut found: Vec<Complaint> = Vec::new();
    let mut frames: Vec<Place> = Vec::new();
    for (at, raw) in lines.iter().enumerate() {
        let line = raw.strip_prefix('E').filter(|rest| rest.starts_with("  ")).unwrap_or(raw);
        if line.contains("Traceback (most recent call last)") || line.starts_with("____") {
            frames.clear();
        } else if let Some(frame) = patterns.frame.captures(line).or_else(|| patterns.short_frame.captures(line)) {
            frames.extend(finder.place(&frame[1], &frame[2], None));
        } else if let Some(trailer) = patterns.trailer.captures(line) {
            // pytest's long style names the place after the error.
            if let (Some(place), Some(last)) = (finder.place(&trailer[1], &trailer[2], None), found.last_mut()) {
                last.places.insert(0, place);
            }
            frames.clear();
        } else if let Some(error) = patterns.error.captures(line) {
            let places = frames.iter().rev().cloned().collect();
            let detail = lines[at.saturating_sub(4)..at].join("\n");
            found.push(Complaint { places, message: error[2].to_owned(), detail });
        }
    }
    found.retain(|complaint| !complaint.places.is_empty());
    found
}
