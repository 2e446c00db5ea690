//! The signs that runners print, as they stand in a log that was read in a Windows code page and written again:
//! `ÔùÅ` and `ΓùÅ` were `●`.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Each sign, then its three bytes as code pages 437, 850 and 1252 show them.
const SIGNS: [(&str, [&str; 3]); 20] = [
    ("●", ["ΓùÅ", "ÔùÅ", "ÔùÅ"]),
    ("›", ["ΓÇ║", "ÔÇ║", "â€º"]),
    ("✓", ["Γ£ô", "Ô£ô", "âœ“"]),
    ("✔", ["Γ£ö", "Ô£ö", "âœ”"]),
    ("√", ["ΓêÜ", "ÔêÜ", "âˆš"]),
    ("×", ["├ù", "├ù", "Ã—"]),
    ("❯", ["Γ¥»", "ÔØ»", "ÔØ»"]),
    ("✖", ["Γ£û", "Ô£û", "âœ–"]),
    ("✘", ["Γ£ÿ", "Ô£ÿ", "âœ˜"]),
    ("❌", ["Γ¥î", "ÔØî", "ÔØî"]),
    ("—", ["ΓÇö", "ÔÇö", "â€”"]),
    ("…", ["ΓÇª", "ÔÇª", "â€¦"]),
    ("→", ["ΓåÆ", "ÔåÆ", "â†’"]),
    ("⎯", ["ΓÄ»", "ÔÄ»", "âŽ¯"]),
    ("│", ["Γöé", "Ôöé", "â”‚"]),
    ("─", ["ΓöÇ", "ÔöÇ", "â”€"]),
    ("┌", ["Γöî", "Ôöî", "â”Œ"]),
    ("└", ["Γöö", "Ôöö", "â””"]),
    ("╭", ["Γò¡", "Ôò¡", "â•\u{ad}"]),
    ("╰", ["Γò░", "Ôò░", "â•°"]),
];

static SEARCH: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(SIGNS.iter().flat_map(|(_, shown)| shown)).ok());

/// Puts the signs back into what stands in `line` from `start` on.
pub(super) fn repair(line: &mut String, start: usize) {
    let Some(search) = SEARCH.as_ref().filter(|_| !line[start..].is_ascii()) else { return };
    if !search.is_match(&line[start..]) {
        return;
    }
    let mut whole = String::with_capacity(line.len() - start);
    search.replace_all_with(&line[start..], &mut whole, |found, _, out| {
        out.push_str(SIGNS[found.pattern().as_usize() / 3].0);
        true
    });
    line.replace_range(start.., &whole);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_come_back_and_words_stay() {
        for (shown, meant) in [
            ("  ΓùÅ Cart ΓÇ║ sums", "  ● Cart › sums"),
            (" ÔØ» src/a.test.ts:17:63", " ❯ src/a.test.ts:17:63"),
            ("âœ– 5 problems", "✖ 5 problems"),
            ("● Cart › sums, ä, Γ, ÔÔ", "● Cart › sums, ä, Γ, ÔÔ"),
        ] {
            let mut line = format!("ÔùÅ{shown}");
            repair(&mut line, "ÔùÅ".len());
            assert_eq!(line, format!("ÔùÅ{meant}"));
        }
    }
}
