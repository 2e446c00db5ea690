//! Tells letters that form words from letters that do not.

use super::trigrams::NEXT;

/// Share of the letter triples in `text` that no word has: near 0 for words and names made of words, near
/// 0.7 for random letters. 0 for a text without letters.
pub fn strangeness(text: &str) -> f64 {
    let (mut strange, mut all) = (0_u32, 0_u32);
    for (run, between) in runs(text.as_bytes()) {
        if between && run.len() <= 2 {
            strange += 2;
            all += 2;
            continue;
        }
        strange += lonely(run);
        let codes = run.iter().map(|b| usize::from(b.to_ascii_lowercase() - b'a' + 1)).chain([0]);
        let (mut a, mut b) = (0, 0);
        for (i, c) in codes.enumerate() {
            // The first triple is the edge and two letters.
            if i > 0 {
                all += 1;
                strange += u32::from(NEXT[a * 27 + b] >> c & 1 == 0);
            }
            (a, b) = (b, c);
        }
    }
    if all == 0 { 0.0 } else { (f64::from(strange) / f64::from(all)).min(1.0) }
}

/// The runs of letters in either case, and whether digits stand on both sides.
fn runs(bytes: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    let letter = |b: &u8| b.is_ascii_alphabetic();
    let mut at = 0;
    bytes.chunk_by(move |a, b| letter(a) == letter(b)).filter_map(move |run| {
        let start = at;
        at += run.len();
        let digit = |i: Option<&u8>| i.is_some_and(u8::is_ascii_digit);
        let between = start > 0 && digit(bytes.get(start - 1)) && digit(bytes.get(at));
        run[0].is_ascii_alphabetic().then_some((run, between))
    })
}

/// Small letters alone among capitals, as no style of naming has them.
fn lonely(run: &[u8]) -> u32 {
    let alone = |w: &&[u8]| w[0].is_ascii_uppercase() && w[1].is_ascii_lowercase() && w[2].is_ascii_uppercase();
    run.windows(3).filter(alone).count() as u32
}

/// The lower-case parts of a name: `dbPassword_2` is `db`, `password`, `2`.
pub fn parts(name: &str) -> Vec<String> {
    let kind = |b: u8| match b {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 3,
        _ => 0,
    };
    let bytes = name.as_bytes();
    let mut parts = Vec::new();
    let mut start = 0;
    for i in 1..=bytes.len() {
        let ends = i == bytes.len() || {
            let (a, b) = (kind(bytes[i - 1]), kind(bytes[i]));
            // `APIKey`: the last capital belongs to the word that it begins.
            let turn = a == 2 && b == 2 && bytes.get(i + 1).is_some_and(|c| kind(*c) == 1);
            a != b && !(a == 2 && b == 1) || turn
        };
        if ends {
            if kind(bytes[start]) != 0 {
                parts.push(name[start..i].to_ascii_lowercase());
            }
            start = i;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_less_strange_than_noise() {
        for word in ["password", "connection", "textField", "CONSUMER_SECRET", "authelia", "my-app-db-credentials"] {
            assert!(strangeness(word) < 0.35, "{word} {}", strangeness(word));
        }
        for noise in ["xkqwzrtv", "gqzjxkwp", "hpbxnfqjd", "zvlqyxbfjxxf", "aB3dE5gH7jK9mN1p"] {
            assert!(strangeness(noise) > 0.45, "{noise} {}", strangeness(noise));
        }
        assert!(strangeness("12345") < f64::EPSILON);
    }

    #[test]
    fn names_fall_into_their_parts() {
        let cases = [
            ("dbPassword", "db password"),
            ("DB_PASSWORD2", "db password 2"),
            ("APIKey", "api key"),
            ("spring.datasource.password", "spring datasource password"),
            ("--client-secret", "client secret"),
            ("AWSSecretKey", "aws secret key"),
            ("x", "x"),
        ];
        for (name, expected) in cases {
            assert_eq!(parts(name).join(" "), expected);
        }
    }
}
