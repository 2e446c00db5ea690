//! Examples of secrets are made from templates, the same ones every time.

use super::checks;
use base64::Engine as _;
use sha2::{Digest as _, Sha256};

/// Endless characters of an alphabet, from a seed.
struct Stream {
    seed: String,
    block: Vec<u8>,
    count: u64,
}

impl Stream {
    fn next(&mut self) -> usize {
        if self.block.is_empty() {
            self.count += 1;
            self.block = Sha256::digest(format!("{}/{}", self.count, self.seed)).to_vec();
        }
        usize::from(self.block.pop().unwrap())
    }

    fn take(&mut self, alphabet: &str, n: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..n).map(|_| char::from(letters[self.next() % letters.len()])).collect()
    }
}

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

fn alphabet(kind: &str) -> String {
    match kind {
        "w" => format!("{LOWER}{UPPER}{DIGITS}"),
        "u" => format!("{LOWER}{UPPER}{DIGITS}-_"),
        "b" => format!("{LOWER}{UPPER}{DIGITS}+/"),
        "a" => format!("{LOWER}{DIGITS}"),
        "U" => format!("{UPPER}{DIGITS}"),
        "h" => "0123456789abcdef".to_owned(),
        "H" => "0123456789ABCDEF".to_owned(),
        "d" => DIGITS.to_owned(),
        "l" => format!("{LOWER}{UPPER}"),
        "s" => LOWER.to_owned(),
        "2" => format!("{LOWER}234567"),
        "aws" => format!("{UPPER}234567"),
        "p" => format!("{LOWER}{UPPER}{DIGITS}!%^*-_"),
        "x" => "x".to_owned(),
        other => panic!("no alphabet is called {other}"),
    }
}

/// `{w:36}` becomes 36 letters and digits, `{uuid}` a UUID, `{crc:30}` 30 characters and their checksum,
/// `{basic:9}` a login in base64, `{jwt}` a JSON web token.
pub fn fill(template: &str) -> String {
    let mut stream = Stream { seed: template.to_owned(), block: Vec::new(), count: 0 };
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((inside, tail)) = after.split_once('}').filter(|(inside, _)| is_slot(inside)) else {
            out.push('{');
            rest = after;
            continue;
        };
        let (kind, n) = inside.split_once(':').unwrap_or((inside, "0"));
        out.push_str(&slot(kind, n.parse().unwrap(), &mut stream));
        rest = tail;
    }
    out + rest
}

fn is_slot(inside: &str) -> bool {
    let kinds = ["uuid", "jwt"];
    let sized = |text: &str| text.split_once(':').is_some_and(|(_, n)| !n.is_empty() && n.parse::<usize>().is_ok());
    kinds.contains(&inside) || sized(inside)
}

fn slot(kind: &str, n: usize, stream: &mut Stream) -> String {
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let url = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    match kind {
        "uuid" => [8, 4, 4, 4, 12].map(|n| stream.take(&alphabet("h"), n)).join("-"),
        "jwt" => {
            let body = format!("{{\"sub\":\"{}\",\"iat\":1716239022}}", stream.take(DIGITS, 10));
            format!("{}.{}.{}", url("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"), url(&body), stream.take(&alphabet("w"), 43))
        }
        "crc" => {
            let body = stream.take(&alphabet("w"), n);
            let sum = checks::base62_crc(&body);
            body + &sum
        }
        "basic" => base64(&format!("deploy:{}", stream.take(&alphabet("w"), n))),
        kind => stream.take(&alphabet(kind), n),
    }
}

#[test]
fn templates_are_filled_the_same_way_every_time() {
    assert_eq!(fill("a {h:8} {b} {}"), fill("a {h:8} {b} {}"));
    assert!(fill("a {h:8} {b} {}").ends_with(" {b} {}") && fill("{w:36}").len() == 36);
}
