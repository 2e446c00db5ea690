//! How texts and identifiers fall into words.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words that say nothing about where in the code something is.
const STOP_WORDS: &str = "a about above actual actually after again all already also always am an and another any anything are \
as at be because been before behavior behaviour being below between both bug but by can cannot com could current currently \
describe described did do does doesn doing don done down during each either else even every example expect expected few fix \
fixed fixes following for from further get gets getting github given gives go going got had happen happens has have having \
help here hi how however http https if in instead into is isn issue it its itself just know last latest let like line look \
looks made make makes many may maybe me might more most much must my need needs never new no nor not now of off ok old on \
once one only or org other otherwise our out over own please possible problem pull put re really report reproduce request \
run running said same see seem seems set she should show shows since so some something somehow still such sure take than \
thank thanks that the their them then there these they thing think this those through to too try trying two under until up \
use used using very via want was way we well were what when where whether which while who why will with within without \
won work working works would you your";

/// Words of prose and the words inside identifiers, without those that say nothing.
pub fn split_words(text: &str) -> impl Iterator<Item = &str> {
    let identifiers = text.split(|c: char| !c.is_ascii_alphanumeric());
    identifiers
        .flat_map(split_case)
        .filter(|w| w.len() >= 2 && !w.bytes().all(|b| b.is_ascii_digit()) && !is_stop_word(w))
}

fn is_stop_word(word: &str) -> bool {
    static SET: LazyLock<HashSet<&str>> = LazyLock::new(|| STOP_WORDS.split(' ').collect());
    SET.contains(word.to_ascii_lowercase().as_str())
}

/// `HTTPServerError2` → `HTTP`, `Server`, `Error2`.
pub fn split_case(word: &str) -> impl Iterator<Item = &str> {
    let bytes = word.as_bytes();
    let mut start = 0;
    (1..=bytes.len()).filter_map(move |i| {
        if i < bytes.len() && !starts_word(bytes, i) {
            return None;
        }
        let part = &word[start..i];
        start = i;
        Some(part)
    })
}

/// Whether a word starts at `i`: after anything that is no letter or digit, or where the case says so.
pub fn starts_word(bytes: &[u8], i: usize) -> bool {
    let Some(before) = i.checked_sub(1).map(|b| bytes[b]) else { return true };
    let here = bytes[i];
    if !before.is_ascii_alphanumeric() {
        return true;
    }
    let next_is_lower = bytes.get(i + 1).is_some_and(u8::is_ascii_lowercase);
    here.is_ascii_uppercase() && (!before.is_ascii_uppercase() || next_is_lower)
}

/// Endings that do not make another word.
pub const TAILS: &[&str] = &["", "s", "es", "ed", "d", "ing", "er", "ers", "e", "r", "rs"];

/// Lower-cased, without the ending.
pub fn stem(word: &str) -> String {
    let word = word.to_ascii_lowercase();
    let cut =
        ["ing", "ers", "ed", "es", "er", "s"].into_iter().find(|t| word.ends_with(t) && word.len() >= t.len() + 4);
    match cut {
        Some(_) if word.ends_with("ss") => word,
        Some(tail) => word[..word.len() - tail.len()].to_owned(),
        None => word,
    }
}
