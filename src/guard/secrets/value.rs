//! Tells secrets from placeholders, references and plain words.

use super::assign::Family;
use super::lists::{REFERENCES, SHORT_STAND_INS, STAND_INS, WORDS};
use super::vocabulary::is_made_of_words;
use super::words::{parts, strangeness};
use crate::mask::finder::entropy;

/// From this entropy on a rule means random characters, which no words are.
const RANDOM: f64 = 2.5;
/// The least entropy of what a vague name is given.
const VAGUE: f64 = 3.3;
/// The same for hexadecimal digits, of which there are few.
const HEX: f64 = 2.8;
/// Of a name, between its signs.
const PIECE: usize = 8;
/// Shorter words are anybody's.
const GIVEN: usize = 8;
/// The least entropy where the name says next to nothing.
const LOOSE: f64 = 3.5;

/// Values that vendors print in their documentation, as parts of what is found.
const PUBLISHED: &[&str] = &["SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c", "4eC39HqLyjWDarjtT1zdp7dc"];

/// Whether what a form of its own found can be real: not documentation's own example.
pub fn is_no_example(secret: &str) -> bool {
    let lower = secret.to_lowercase();
    !(PUBLISHED.iter().any(|known| secret.contains(known))
        || lower.contains("example")
        || lower.contains("xxxxxxxx")
        || is_monotone(&lower))
}

/// Whether what a rule with a least entropy found can be real.
pub fn is_random(secret: &str, least: f64) -> bool {
    let lower = secret.to_lowercase();
    entropy(secret) >= least
        && is_no_example(secret)
        && !is_stand_in(&lower)
        && !is_reference(secret)
        && (least < RANDOM || strangeness(secret) > 0.3 || has_digit_inside(secret))
}

/// What is known of an assigned value beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    pub family: Family,
    /// In quotes, or in a file where values need none.
    pub literal: bool,
}

/// Whether a value can be the secret that its name promises.
pub fn is_secret(value: &str, manner: Manner) -> bool {
    let foreign = !value.is_ascii() && (count(value, u8::is_ascii_digit) < 3 || manner.family != Family::Password);
    if foreign || stands_for_another(value) {
        return false;
    }
    match manner.family {
        Family::Loose => is_token(value, manner.literal),
        Family::Password => is_password(value, manner.literal),
        Family::Secret => is_key(value, manner.literal, 2.7, 8),
        Family::Vague => {
            let hex = value.len() >= 16 && value.bytes().all(|b| b.is_ascii_hexdigit());
            let least = if hex { HEX } else { VAGUE };
            is_key(value, manner.literal, least, 10) && (has_digit(value) || is_mixed(value)) && !is_path(value)
        }
    }
}

/// Whether what stands where nothing but a password can stand is one, made of words or not.
pub fn is_given(value: &str) -> bool {
    value.len() >= GIVEN
        && value.is_ascii()
        // None of these stands in a URL's password unescaped.
        && !value.contains(['?', '#', ';'])
        && !stands_for_another(value)
        && !is_words(value)
        && !names_itself(value)
        && !is_path(value)
        && !is_sequence(value)
}

/// A sentence, a reference, a placeholder, a hash: whoever writes that gives no secret away.
fn stands_for_another(value: &str) -> bool {
    let lower = value.to_lowercase();
    value.bytes().any(|b| b.is_ascii_whitespace() || b.is_ascii_control())
        || is_reference(value)
        || is_stand_in(&lower)
        || is_monotone(&lower)
        || is_hash(value)
        || is_date(value)
}

fn is_password(value: &str, literal: bool) -> bool {
    let (letters, digits, length) =
        (count(value, |b| b.is_ascii_alphabetic()), count(value, |b| b.is_ascii_digit()), value.len());
    if length < if literal { 4 } else { 6 }
        || is_words(value)
        || is_path(value)
        || is_number(value)
        || value.contains("123456")
    {
        return false;
    }
    let symbols = length - letters - digits;
    if letters == 0 {
        return digits >= 5 && symbols <= 2 && !is_sequence(value);
    }
    let strange = strangeness(value);
    if digits == 0 && symbols <= length / 4 {
        // What a person reads has a capital first, in whatever language.
        let told = is_capitalized(value) || !literal;
        return !is_made_of_words(value) && !names_itself(value) && (!told || strange >= word_limit(letters));
    }
    // Of all kinds, as policies ask for; names of things are not written so.
    if literal && length >= GIVEN && symbols > 0 && digits > 0 && has_both_cases(value) {
        return true;
    }
    // `random_md5` is a name; `Welcome1` is what people choose.
    if value.contains(['_', '-', ':']) && digits <= 3 && is_made_of_words(value) {
        return false;
    }
    if literal && (letters >= 2 || digits >= 5) {
        return strange >= 0.3 || digits + symbols >= 2 && length >= 6 || !is_made_of_words(value);
    }
    strange >= word_limit(letters) && digits > 0
}

/// A machine's beyond doubt: digits among letters, and the letters are no words.
fn is_token(value: &str, literal: bool) -> bool {
    let kept = |b: u8| b.is_ascii_alphanumeric() || b"+/=_-.".contains(&b);
    let digits = count(value, u8::is_ascii_digit);
    value.bytes().all(kept)
        && (digits >= 2 || digits == 1 && strangeness(value) >= 0.45)
        && is_key(value, literal, if is_long_hex(value) { HEX } else { LOOSE }, 10)
        && !is_path(value)
        && !is_name_in_pieces(value)
        // Hexadecimal digits spell a word now and then.
        && (value.bytes().all(|b| b.is_ascii_hexdigit()) || !is_made_of_words(value))
}

/// `DHE-PSK-AES256-SHA384`: letters, then digits, in every one of several short pieces.
fn is_name_in_pieces(value: &str) -> bool {
    let mut pieces = value.split(['-', '_', '.']);
    let short = |piece: &str| {
        let letters = piece.trim_end_matches(|c: char| c.is_ascii_digit());
        piece.len() <= PIECE && letters.bytes().all(|b| b.is_ascii_alphabetic())
    };
    !is_long_hex(value) && pieces.clone().count() >= 3 && pieces.all(short)
}

/// Digits of a digest or a UUID.
fn is_long_hex(value: &str) -> bool {
    value.len() >= 32 && value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// `0x4000000D`.
fn is_number(value: &str) -> bool {
    value.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// `newpass`, `testpwd`: whoever writes that means no password.
fn names_itself(value: &str) -> bool {
    let lower = value.to_lowercase();
    ["pass", "pwd", "pw_", "_pw"].iter().any(|word| lower.contains(word))
}

/// A capital and small letters, and what ends a sentence.
fn is_capitalized(value: &str) -> bool {
    let bytes = value.trim_end_matches(['?', '!', '.', ':']).as_bytes();
    bytes
        .split_first()
        .is_some_and(|(first, rest)| first.is_ascii_uppercase() && rest.iter().all(u8::is_ascii_lowercase))
}

/// From this strangeness on letters are no word; few letters can be strange by chance.
fn word_limit(letters: usize) -> f64 {
    match letters {
        0..=5 => 0.5,
        6..=7 => 0.42,
        _ => 0.36,
    }
}

/// Made by a machine.
fn is_key(value: &str, literal: bool, least: f64, shortest: usize) -> bool {
    let shortest = if literal { shortest } else { shortest.max(10) };
    if value.len() < shortest || entropy(value) < least || is_words(value) || is_sequence(value) {
        return false;
    }
    let letters = count(value, |b| b.is_ascii_alphabetic());
    let digits = count(value, |b| b.is_ascii_digit());
    let odd = value.bytes().filter(|b| !b.is_ascii_alphanumeric() && !b"+/=_-.~:".contains(b)).count();
    if odd > 2 || value.bytes().any(|b| b"()[]{}<>;,\\\"'`".contains(&b)) {
        // Of all characters, as frameworks make them.
        let promised = literal && least < VAGUE && value.len() >= 16;
        return promised && odd >= 3 && digits >= 2 && strangeness(value) >= 0.35 && letters > odd;
    }
    // `refresh12345`: machines do not make keys of words.
    let stem = value.trim_end_matches(|c: char| c.is_ascii_digit());
    if count(stem, u8::is_ascii_digit) == 0 && is_made_of_words(stem) {
        return false;
    }
    match digits {
        // A name that promises a secret needs less proof.
        0 if literal && least < VAGUE && letters == value.len() && !is_capitalized(value) => {
            letters >= 6 && strangeness(value) >= 0.3 && !is_made_of_words(value)
        }
        0 => strangeness(value) >= 0.4 && letters >= 8,
        _ => strangeness(value) >= 0.25 || digits * 3 >= value.len() && letters >= 2 || digits >= 16,
    }
}

fn count(value: &str, wanted: impl Fn(&u8) -> bool) -> usize {
    value.as_bytes().iter().filter(|b| wanted(b)).count()
}

/// Small and capital letters in no order that words have.
fn is_mixed(value: &str) -> bool {
    let turns = value.as_bytes().windows(2).filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()).count();
    value.len() >= 12 && turns >= 2 && strangeness(value) >= 0.55 && !is_made_of_words(value)
}

fn has_both_cases(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_lowercase()) && value.bytes().any(|b| b.is_ascii_uppercase())
}

fn has_digit(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_digit())
}

/// Digits between letters, as names have them only at their end.
fn has_digit_inside(value: &str) -> bool {
    let tail = value.trim_end_matches(|c: char| c.is_ascii_digit());
    count(tail, u8::is_ascii_digit) >= 2
}

fn is_stand_in(lower: &str) -> bool {
    let alone = |part: &str| SHORT_STAND_INS.contains(&part);
    STAND_INS.iter().any(|word| lower.contains(word)) || lower.split(|c: char| !c.is_ascii_alphabetic()).any(alone)
}

/// Nothing but words that stand for a secret, and digits.
pub fn is_words(value: &str) -> bool {
    let parts = parts(value);
    let known = |part: &String| WORDS.contains(&part.as_str()) || part.bytes().all(|b| b.is_ascii_digit());
    !parts.is_empty() && parts.iter().any(|p| p.bytes().any(|b| b.is_ascii_alphabetic())) && parts.iter().all(known)
        || WORDS.contains(&value.to_lowercase().trim_end_matches(|c: char| !c.is_ascii_alphabetic()))
}

/// One or two characters over and over, after the form's own prefix.
fn is_monotone(lower: &str) -> bool {
    let tail = lower.rsplit(['_', '-', '.', ':']).next().unwrap_or(lower);
    let mut letters: Vec<u8> = tail.bytes().collect();
    let count = letters.len();
    letters.sort_unstable();
    letters.dedup();
    let mut often = [0_usize; 256];
    lower.bytes().for_each(|b| often[usize::from(b)] += 1);
    let most = often.into_iter().max().unwrap_or(0);
    count >= 6 && letters.len() <= 2
        || count == lower.len() && count >= 3 && letters.len() == 1
        || count >= 16 && most * 5 >= lower.len() * 4
}

/// `12345678`, `abcdef12`, `98765`.
fn is_sequence(value: &str) -> bool {
    let bytes = value.as_bytes();
    let steps = |by: i16| bytes.windows(2).filter(|w| i16::from(w[1]) - i16::from(w[0]) == by).count();
    let longest = steps(1).max(steps(-1)).max(steps(0));
    bytes.len() >= 4 && longest * 10 >= (bytes.len() - 1) * 7
}

/// What is stored of a password so that it cannot be read back.
fn is_hash(value: &str) -> bool {
    const HEADS: &[&str] = &[
        "$2a$", "$2b$", "$2y$", "$2$", "$1$", "$5$", "$6$", "$argon2", "$pbkdf2", "$scrypt", "{ssha", "{sha", "pbkdf2",
        "sha256:", "sha1:", "md5:", "sha512-", "sha256-", "sha384-", "scrypt:", "bcrypt", "crypt:",
    ];
    let lower = value.get(..12.min(value.len())).unwrap_or_default().to_lowercase();
    HEADS.iter().any(|head| lower.starts_with(head))
}

/// `2026-01-30T14:51:12`.
fn is_date(value: &str) -> bool {
    let form = b"dddd-dd-dd";
    let fits = |(b, f): (u8, &u8)| if *f == b'd' { b.is_ascii_digit() } else { b == *f };
    value.len() >= form.len() && value.bytes().zip(form).all(fits)
}

fn is_path(value: &str) -> bool {
    let begins = ["/", "./", "../", "~/", "\\\\"].iter().any(|head| value.starts_with(head));
    let slashes = count(value, |b| matches!(b, b'/'));
    begins && strangeness(value) < 0.4 || slashes >= 2 && strangeness(value) < 0.3
}

fn is_reference(value: &str) -> bool {
    let bracketed = |open, close| value.starts_with(open) && value.ends_with(close);
    let lower = value.to_lowercase();
    let name = |rest: &str| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
    };
    REFERENCES.iter().any(|word| lower.contains(word))
        || value.strip_prefix(['$', '@', '&', '*', ':', '%']).is_some_and(name) && strangeness(value) < 0.45
        || is_format(value)
        || bracketed('<', '>')
        || bracketed('[', ']')
        || bracketed('{', '}')
        || bracketed('%', '%')
        || value.starts_with("...")
        || value.ends_with("...")
        || value.starts_with(['(', '[', '{', '<'])
}

/// `%s`, `{0}`, `{name}`.
fn is_format(value: &str) -> bool {
    let percent = value.as_bytes().windows(2).any(|w| w[0] == b'%' && b"sdvqx@".contains(&w[1]));
    let braces = value.find('{').is_some_and(|open| value[open..].contains('}'));
    percent && value.len() <= 24 && strangeness(value) < 0.6 || braces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_pieces_are_no_tokens() {
        for (value, token) in [("DHE-PSK-AES256-SHA384", false), ("k3Jd9sQw-8xPz41_bQ", true)] {
            assert_eq!(is_secret(value, Manner { family: Family::Loose, literal: true }), token, "{value}");
        }
    }

    #[test]
    fn where_only_a_password_stands_words_are_one() {
        for value in ["hunter2horse", "sunshine-days", "correcthorsebattery", "Sommer2019!"] {
            assert!(is_given(value), "{value}");
        }
        for value in [
            "password",
            "hunter2",
            "%PORT?a=name",
            "$PASSWORD",
            "<password>",
            "mypassword1",
            "admin123",
            "sun",
            "12345678",
        ] {
            assert!(!is_given(value), "{value}");
        }
    }

    #[test]
    fn values_are_judged_by_what_their_name_promises() {
        let judged = |family, value| is_secret(value, Manner { family, literal: true });
        for value in [
            "xkqwzrtv",
            "Ppnuyce0",
            "DP@$7r(h8(w@dbKGsh!5^%",
            "047553",
            "k3Jd9sQw!x",
            "Sommer2019!",
            "renjor",
            "belo",
            "eedx1",
            "correct-Horse7battery",
        ] {
            assert!(judged(Family::Password, value), "{value}");
        }
        for value in [
            "password",
            "Password123",
            "changeme",
            "$DB_PASSWORD",
            "${X}",
            "<your password>",
            "rootpassword",
            "smtp_pass",
            "random_md5",
            "Wachtwoord?",
            "secret1",
            "test_password",
            "config.password",
            "{{ pw }}",
            "%s",
            "12345678",
            "/run/secrets/db",
            "aaaaaaaa",
            "$2a$08$NO9tkFLCoSqX1c5wk3s7z",
            "Passwort vergessen",
            "getPassword()",
            "user.password",
            "mot de passe",
        ] {
            assert!(!judged(Family::Password, value), "{value}");
        }
        for value in [
            "6fEAA7627F6CC0DD094346EB40ABD9A5",
            "aB3dE5gH7jK9mN1pQ2sT4vW6",
            "vazenmgjyegjyvmosnr",
            "dyv8cxk7d97*t=m&jeh;+1$9de=-#xje$xv^#@nr",
            "VyVNzNoNEJgq5cAhnoNEIN9W",
        ] {
            assert!(judged(Family::Secret, value), "{value}");
        }
        for value in [
            "bearer-token",
            "expression_statement",
            "my-app-db-credentials",
            "identifier",
            "short",
            "refresh12345",
            "none-3f9a1c77",
        ] {
            assert!(!judged(Family::Secret, value), "{value}");
        }
    }
}
