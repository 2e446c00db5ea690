//! What can be known of a token without asking anybody: checksums, encodings, alphabets.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
pub const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
pub const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// GitHub's and npm's tokens: a prefix, thirty characters, and their CRC-32 in six digits of base 62.
pub fn github(token: &str) -> bool {
    let body = token.split_once('_').map_or(token, |(_, body)| body);
    body.len() == 36 && body.is_ascii() && base62_crc(&body[..30]) == body[30..]
}

pub fn base62_crc(text: &str) -> String {
    let mut rest = crc32(text.as_bytes()) as usize;
    let mut digits = [0_u8; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % 62];
        rest /= 62;
    }
    digits.map(char::from).iter().collect()
}

/// CRC-32 as gzip and zip have it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// Key ids are base 32; the ones in AWS's documentation end in EXAMPLE.
pub fn aws(id: &str) -> bool {
    let tail = id.get(4..).unwrap_or_default();
    tail.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')) && !id.ends_with("EXAMPLE")
}

/// Letters of both cases or digits among letters, as no word has them.
pub fn mixed(secret: &str) -> bool {
    let has = |class: fn(&u8) -> bool| secret.as_bytes().iter().any(class);
    let (lower, upper, digit) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase), has(u8::is_ascii_digit));
    digit && (lower || upper)
}

/// A bearer token's leading run of `A` is followed by something random.
pub fn twitter(token: &str) -> bool {
    mixed(token.trim_start_matches('A'))
}

/// `user:password` in base64.
pub fn basic(secret: &str) -> bool {
    login(secret).is_some()
}

pub fn login(secret: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(secret).ok()?).ok()?;
    let (user, password) = text.split_once(':').filter(|_| !text.chars().any(char::is_control))?;
    let whole = |part: &str| part.chars().count() >= 2;
    (whole(user) && whole(password)).then(|| (user.to_owned(), password.to_owned()))
}

/// The first part, and the second where there is one, are JSON objects.
pub fn jwt(token: &str) -> bool {
    let object = |part: &str| {
        let bytes = URL_SAFE.decode(part).ok().or_else(|| STANDARD.decode(part).ok());
        bytes.is_some_and(|bytes| {
            bytes.ends_with(b"}")
                && bytes.strip_prefix(b"{").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\""))
        })
    };
    let mut parts = token.split('.');
    parts.next().is_some_and(object)
}

/// The armour holds a key: base64 lines behind its head, not a word or dots that stand for one.
pub fn pem(block: &str) -> bool {
    let tail = block.splitn(3, "-----").nth(2).unwrap_or_default();
    let body = tail.split("-----END").next().unwrap_or_default();
    let digits = body.bytes().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).count();
    digits >= 24 && !body.contains("...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_published_algorithm() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        let body = "aB3dE5gH7jK9mN1pQ2sT4vW6xY8zaB";
        let token = format!("ghp{}{body}{}", "_", base62_crc(body));
        assert!(github(&token) && !github(&token.replacen('B', "C", 1)) && !github("ghp_short"));
        assert_eq!(base62_crc(body).len(), 6);
    }

    #[test]
    fn encodings_are_looked_into() {
        assert!(basic("dXNlcjpwYXNz") && !basic("bm9jb2xvbmhlcmU=") && !basic("???"));
        assert!(
            jwt("eyJhbGciOiJIUzI1NiJ9.e30.x")
                && jwt("eyAiYWxnIjogIkhTMjU2IiB9.e30.x")
                && !jwt("eyJhbGciOi.e30.x")
                && !jwt("bm90anNvbg.e30.x")
        );
        let key = |body: &str| format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----");
        assert!(pem(&key(&"MIIEvQIBADANBgkq".repeat(3))) && !pem(&key("...")) && !pem(&key("key here")));
        let id = |tail: &str| format!("AKI{}{tail}", "A");
        assert!(aws(&id("Q7RSTUVWXYZ234AB")) && !aws(&id("IOSFODNN7EXAMPLE")) && !aws(&id("01RSTUVWXYZ234AB")));
    }
}
