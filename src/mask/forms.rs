//! The forms in which a secret comes back: encoded by a tool, quoted by a log, escaped by a page.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Every form of `secret` that can stand in a text, itself included.
pub fn forms(secret: &str) -> BTreeSet<String> {
    let json = json_escaped(secret);
    let mut forms = BTreeSet::from([
        secret.to_owned(),
        json_escaped(&json),
        json.replace('/', "\\/"),
        ascii_escaped(&json),
        json,
        html_escaped(secret),
        secret.replace('\'', r"'\''"),
    ]);
    forms.extend(url_encoded(secret));
    forms.extend(hex(secret));
    forms.extend(every_character(secret));
    forms.extend(base64(secret.as_bytes()));
    // How git and the runner send a token: `basic base64(x-access-token:TOKEN)`.
    forms.extend(base64(format!("x-access-token:{secret}").as_bytes()));
    forms
}

/// The beginning by which a cut-off secret is known, and what follows it; `None` for one that is short or
/// begins like other things do (an address, an object, a key's armour).
pub fn head(secret: &str) -> Option<(&str, &str)> {
    const LENGTH: usize = 20;
    let (head, tail) = secret.split_at_checked(LENGTH)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+/=.".contains(c);
    (!tail.is_empty() && head.chars().all(plain) && head.contains(|c: char| c.is_ascii_digit())).then_some((head, tail))
}

/// As a JSON string writes it, without the quotes.
fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Many JSON writers keep to ASCII, and some escape what HTML could read.
fn ascii_escaped(json: &str) -> String {
    let mut out = String::new();
    for unit in json.encode_utf16() {
        match u8::try_from(unit) {
            Ok(b) if b.is_ascii() && !matches!(b, b'<' | b'>' | b'&') => out.push(char::from(b)),
            _ => {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

fn html_escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// Percent-encoding: strict (RFC 3986), as JavaScript does it, and as forms do it, in both cases.
fn url_encoded(text: &str) -> Vec<String> {
    let encode = |kept: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            let plain = byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte);
            if plain {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    };
    let upper = [encode("-_.~"), encode("-_.~!'()*"), encode("-_.~/"), encode("-_.*").replace("%20", "+"), encode("")];
    upper.iter().map(|form| lower_escapes(form)).chain(upper.iter().cloned()).collect()
}

/// Every character escaped, needed or not: `%41`, `\u0041`, `\x41`, `&#65;`, `&#x41;`.
fn every_character(text: &str) -> Vec<String> {
    let bytes = |escape: fn(u8) -> String| text.bytes().map(escape).collect::<String>();
    let units = |escape: fn(u16) -> String| text.encode_utf16().map(escape).collect::<String>();
    let chars = |escape: fn(u32) -> String| text.chars().map(|c| escape(c.into())).collect::<String>();
    vec![
        bytes(|b| format!("%{b:02X}")),
        bytes(|b| format!("%{b:02x}")),
        bytes(|b| format!("\\x{b:02x}")),
        bytes(|b| format!("\\x{b:02X}")),
        units(|u| format!("\\u{u:04x}")),
        units(|u| format!("\\u{u:04X}")),
        chars(|c| format!("&#{c};")),
        chars(|c| format!("&#x{c:x};")),
        chars(|c| format!("&#x{c:X};")),
    ]
}

fn lower_escapes(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        let _ = write!(out, "%{}{rest}", digits.to_ascii_lowercase());
    }
    out
}

fn hex(text: &str) -> [String; 2] {
    let lower = text.bytes().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    });
    [lower.to_ascii_uppercase(), lower]
}

/// The digits that depend on the secret alone, wherever it stands among other bytes (three alignments),
/// in both alphabets.
fn base64(secret: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    for shift in 0..3 {
        let bytes = [&[0; 3][..shift], secret].concat();
        let (first, last) = ((shift * 8).div_ceil(6), bytes.len() * 8 / 6);
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            out.push(engine.encode(&bytes)[first..last].to_owned());
        }
    }
    out
}
