//! `printf`'s conversions: the one that the argument's type wants, in the place of the one that is complained of.

use super::attempt::Try;
use super::statement::Scene;
use crate::hand::hint::said::Said;

static GCC: Said = Said::new(&[
    r"format '(?P<have>%[^']+)' expects argument of type '[^']+', but argument [0-9]+ has type '(?P<type>[^']+)'(?: \{aka '(?P<meant>[^']+)'\})?",
]);

/// Each place of the text where the conversion stands; mostly there is one.
pub(super) fn conversion(scene: &Scene) -> Vec<Try> {
    let Some(said) = GCC.captures(&scene.problem.message) else { return Vec::new() };
    let meant = || said.name("meant").and_then(|meant| verb(meant.as_str()));
    let (have, Some(verb)) = (&said["have"], verb(&said["type"]).or_else(meant)) else { return Vec::new() };
    let kept = have.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let text = scene.range(scene.at);
    let places = scene.source.text[text.clone()].match_indices(have).map(|(at, _)| text.start + at);
    let new = format!("{kept}{verb}");
    places
        .enumerate()
        .map(|(rank, at)| {
            let rank = u8::try_from(rank).unwrap_or(u8::MAX);
            Try::replace(scene.source, at..at + have.len(), &new, 0.3 + 0.2 * f64::from(rank))
        })
        .collect()
}

/// The length and letter for a value of this type (C11, 7.21.6.1).
fn verb(kind: &str) -> Option<&'static str> {
    Some(match kind.trim_start_matches("const ") {
        "int" | "short int" | "signed char" | "_Bool" => "d",
        "char" => "c",
        "long int" => "ld",
        "long long int" => "lld",
        "unsigned int" | "short unsigned int" | "unsigned char" => "u",
        "size_t" => "zu",
        "ssize_t" => "zd",
        "long unsigned int" => "lu",
        "long long unsigned int" => "llu",
        "double" | "float" => "f",
        "long double" => "Lf",
        "char *" => "s",
        _ => return None,
    })
}
