//! A header of this repository that a file forgot: it has the names that the compiler misses there.

use super::names;
use crate::hand::cc::{self, include};
use crate::hand::hint::Scene;
use crate::hand::hint::distance::{distance, is_near};
use crate::hand::hint::said::Said;
use crate::hand::offer;
use crate::hand::recent::occurrences;
use crate::ids::RelPath;
use crate::patch::Edit;
use crate::record::{Candidate, Confidence};
use anyhow::Result;
use std::collections::BTreeSet;

const MOST_HEADERS: usize = 200;
const MOST_OFFERS: usize = 2;

/// Words of a text whose quote is lost are no names, and a macro that is given too little is known.
const KNOWN_OTHERWISE: &[&str] = &["missing terminating", " arguments, but only "];

static ABSENT: Said =
    Said::new(&[r"fatal error: [`'‘]?(?P<name>[\w./-]+)['’]?(?:: No such file or directory| file not found)"]);

pub(in crate::hand::hint) fn propose(scene: &Scene) -> Result<Vec<Candidate>> {
    let mut made = misspelt(scene)?;
    for (path, said) in cc::named(scene.job).into_iter().take(3) {
        let is_told = |line: u32| {
            let told = |message: &str| KNOWN_OTHERWISE.iter().any(|sign| message.contains(sign));
            said.iter().any(|(at, message)| *at == line && told(message))
        };
        let named = said.iter().filter(|(line, _)| !is_told(*line));
        let unknown: BTreeSet<String> = named.filter_map(|(_, message)| names::unknown(message)).collect();
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

/// A header that is not there, and one of the repository that is nearly called so.
fn misspelt(scene: &Scene) -> Result<Vec<Candidate>> {
    let files = scene.job.workshop.files()?;
    let headers: Vec<&RelPath> = files.iter().filter(|file| cc::is_header(file)).take(MOST_HEADERS).collect();
    let absent: BTreeSet<String> =
        scene.job.log.lines().filter_map(|line| Some(ABSENT.captures(line)?["name"].to_owned())).collect();
    let mut made = Vec::new();
    for name in absent {
        let last = name.rsplit('/').next().unwrap_or(&name);
        let near = headers.iter().filter(|header| header.file_name() != last && is_near(last, header.file_name()));
        let near = near.min_by(|a, b| distance(last, a.file_name()).total_cmp(&distance(last, b.file_name())));
        let Some(header) = near.filter(|_| headers.iter().all(|header| header.file_name() != last)) else { continue };
        for path in files.iter().filter(|path| cc::is_unit(path) || cc::is_header(path)) {
            let Some(text) = offer::editable(scene.job, path)?.and_then(|bytes| String::from_utf8(bytes).ok()) else {
                continue;
            };
            let found = [format!("\"{name}\""), format!("<{name}>")]
                .into_iter()
                .find_map(|it| Some((text.find(&it)?, it.len())));
            let Some((at, length)) = found else { continue };
            let named = named_from(path, header);
            let why = format!("included {named}, which is there, and not {name}");
            // In the brackets that it has: the system may have one of that name, too.
            let bracketed = text[at..].starts_with('<').then(|| format!("<{named}>"));
            for new in bracketed.into_iter().chain([format!("\"{named}\"")]) {
                let edit = Edit { path: path.clone(), range: at..at + length, text: new };
                made.extend(scene.candidate(vec![edit], why.clone(), Confidence::Suggested)?);
            }
        }
    }
    made.truncate(MOST_OFFERS);
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

#[cfg(test)]
mod tests {
    use crate::hand::hint::Hint;
    use crate::hand::hint::tests::{Example, check};
    use crate::hand::testing::{Shop, after};

    #[test]
    fn a_header_that_is_nearly_there_is_meant() {
        check(&[Example {
            files: &[("src/text.c", "#include \"txt.h\"\n\nint a;\n"), ("include/text.h", ""), ("include/list.h", "")],
            log: "src/text.c:1:10: fatal error: txt.h: No such file or directory\n    1 | #include \"txt.h\"\n",
            fixed: "#include \"text.h\"\n\nint a;\n",
        }]);
        let wrong = "src/text.c:1:10: fatal error: Txt.h: No such file or directory\n    1 | #include <Txt.h>\n";
        let offers =
            Shop::new(&[("src/text.c", "#include <Txt.h>\n"), ("src/txt.h", "")]).offers(&Hint, "cc", wrong, &[]);
        assert_eq!(offers.iter().map(after).collect::<Vec<_>>()[..2], ["#include <txt.h>\n", "#include \"txt.h\"\n"]);
    }

    #[test]
    fn words_of_a_text_are_no_names() {
        let files = [("src/a.c", "void f(void) { g(string too long\"); }\n"), ("src/b.h", "int string;\n")];
        let log = "src/a.c:1:18: error: 'string' undeclared (first use in this function)\nsrc/a.c:1:33: error: missing terminating \" character\n";
        let offers = Shop::new(&files).offers(&Hint, "cc", log, &[]);
        assert!(offers.iter().all(|offer| !after(offer).contains("#include")));
    }
}
