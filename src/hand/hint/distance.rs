//! How far one spelling is from another: Damerau-Levenshtein, where case and underscores weigh little.

/// Typing errors; below 1.0 when only case or underscores differ.
pub(in crate::hand) fn distance(a: &str, b: &str) -> f64 {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    if a != b && plain(a) == plain(b) {
        return 0.5;
    }
    let edits = u32::try_from(strsim::osa_distance(a, b)).unwrap_or(u32::MAX);
    f64::from(edits)
}

/// Close enough to be the same word misspelt. A one-letter name is close to everything, so to nothing.
pub(in crate::hand) fn is_near(a: &str, b: &str) -> bool {
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    let allowed = match short {
        0 | 1 => return false,
        2..=4 => 1,
        5..=9 => 2,
        _ => 3,
    };
    long - short <= allowed + 2 && a != b && distance(a, b) <= f64::from(u32::try_from(allowed).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_near_and_other_words_are_not() {
        for (a, b) in
            [("lenght", "length"), ("retrun", "return"), ("user_name", "userName"), ("fo", "foo"), ("itmes", "items")]
        {
            assert!(is_near(a, b), "{a} {b}");
        }
        for (a, b) in [("x", "y"), ("length", "length"), ("cat", "dog"), ("read", "write"), ("more", "None")] {
            assert!(!is_near(a, b), "{a} {b}");
        }
    }
}
