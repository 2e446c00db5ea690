//! Knows the words of programs and of their documentation, and sees whether a text is made of them.

use super::words::parts;
use std::cmp::Ordering;

/// In order, one a line. Counted over some two thousand published packages and documents: what stands in
/// a dozen of them is a word (short ones, and ones of hexadecimal digits, in more).
static WORDS: &str = include_str!("words.txt");
/// Words written together have four letters and more on the average.
const TOGETHER: usize = 4;
const SHORTEST: usize = 3;
const LONG: usize = 5;
const LONGEST: usize = 12;
/// Longer runs of letters are no few words.
const LONGEST_RUN: usize = 40;

/// Whether this is a word. Only lower case ones are known.
pub fn knows(word: &str) -> bool {
    let (mut low, mut high) = (0, WORDS.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = WORDS[..middle].rfind('\n').map_or(0, |i| i + 1).max(low);
        let end = WORDS[middle..].find('\n').map_or(WORDS.len(), |i| middle + i);
        match WORDS[start..end].cmp(word) {
            Ordering::Equal => return true,
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = start,
        }
    }
    false
}

/// Whether the letters in `text` are words, whatever digits and signs stand between them. One long word
/// among others that are not known is enough: chance does not write it.
pub fn is_made_of_words(text: &str) -> bool {
    let parts = parts(text);
    let mut letters = parts.iter().filter(|part| part.bytes().all(|b| b.is_ascii_lowercase())).peekable();
    if letters.clone().any(|part| part.len() >= LONG && knows(part)) {
        return true;
    }
    // One or two letters between others are nothing; nothing but them is no text.
    let tiny: usize = letters.clone().map(|part| part.len()).filter(|length| *length < SHORTEST).sum();
    let all: usize = letters.clone().map(|part| part.len()).sum();
    letters.peek().is_some()
        && tiny * 2 <= all
        && letters.all(|part| part.len() < SHORTEST || knows(part) || is_several(part))
}

/// Words written together, as in `rootpassword`; one of two letters may lead, as in `mypassword`.
fn is_several(letters: &str) -> bool {
    if letters.len() > LONGEST_RUN {
        return false;
    }
    // The least number of words up to each place.
    let mut least = vec![usize::MAX; letters.len() + 1];
    least[0] = 0;
    for start in 0..letters.len() {
        let Some(count) = least[start].checked_add(1) else { continue };
        let shortest = if start == 0 { SHORTEST - 1 } else { SHORTEST };
        for end in start + shortest..=letters.len().min(start + LONGEST) {
            if count < least[end] && (end - start < SHORTEST || knows(&letters[start..end])) {
                least[end] = count;
            }
        }
    }
    least[letters.len()] <= letters.len() / TOGETHER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_every_word_is_found() {
        let words: Vec<&str> = WORDS.lines().collect();
        assert!(words.len() > 5000 && words.is_sorted(), "{}", words.len());
        assert!(words.iter().all(|word| knows(word)));
        assert!(!knows("") && !knows("aaaaaaaaaaab") && !knows("zzzzzzzzzzzz"));
    }

    #[test]
    fn texts_of_words_are_told_from_others() {
        for words in ["password", "rootpassword", "my-app_credentials", "userPassword2", "APIKey", "mypassword"] {
            assert!(is_made_of_words(words), "{words}");
        }
        for other in ["renjor", "belo", "xkqwzrtv", "tbropdoxt", "12345", "passwqrd"] {
            assert!(!is_made_of_words(other), "{other}");
        }
    }
}
