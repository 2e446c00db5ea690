//! A header of this repository that a file forgot: it has the names that the compiler misses there.

use super::names;
use crate::hand::cc::{self, include};
use crate::hand::hint::Scene;
use crate::hand::offer;
use crate::hand::recent::occurrences;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::collections::BTreeSet;

const MOST_HEADERS: usize = 200;
const MOST_OFFERS: usize = 2;

pub(in crate::hand::hint) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for (path, said) in cc::named(scene.job).into_iter().take(3) {
        let unknown: BTreeSet<String> = said.iter().filter_map(|(_, message)| names::unknown(message)).collect();
        let Some(text) = offer::editable(scene.job, &path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            continue;
        };
        let mut found: Vec<(usize, String)> = Vec::new();
        let headers = scene.job.workshop.files()?.iter().filter(|file| cc::is_header(file));
        for header in headers.take(MOST_HEADERS).filter(|_| !unknown.is_empty()) {
            let named = named_from(&path, header);
            if text.contains(&format!("\"{named}\"")) || text.contains(&format!("/{}\"", header.file_name())) {
                continue;
            }
            let Some(own) = offer::editable(scene.job, header)? else { continue };
            let own = String::from_utf8_lossy(&own);
            let has = unknown.iter().filter(|name| !occurrences(&own, name).is_empty()).count();
            found.extend((has > 0).then_some((has, named)));
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.len().cmp(&b.1.len())));
        for (_, named) in found.into_iter().take(MOST_OFFERS) {
            let (range, line) = include::place(&text, &format!("\"{named}\""));
            let edit = Edit { path: path.clone(), range, text: line };
            let why = format!("included \"{named}\", which has what {path} misses");
            made.extend(scene.candidate(vec![edit], why, Confidence::Suggested)?);
        }
    }
    Ok(made)
}

/// How a file names a header: from its own folder, else as other folders of headers are searched.
fn named_from(path: &RelPath, header: &RelPath) -> String {
    let folder = path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
    let own = header.as_str();
    match own.strip_prefix(folder).map(|rest| rest.trim_start_matches('/')) {
        Some(rest) if folder.is_empty() || own[folder.len()..].starts_with('/') => rest.to_owned(),
        _ => own.split_once("include/").map_or(header.file_name(), |(_, rest)| rest).to_owned(),
    }
}
