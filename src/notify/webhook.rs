//! The generic webhook: JSON, signed as GitHub signs its own. Time and number of the delivery are in the signed body, so
//! that a delivery that is sent again by somebody else is known for what it is.

use crate::record::SCHEMA;
use crate::report::Notice;
use serde_json::json;

pub const SIGNATURE: &str = "x-thanos-signature-256";
pub const TIMESTAMP: &str = "x-thanos-timestamp";
pub const DELIVERY: &str = "x-thanos-delivery";
pub const EVENT: &str = "x-thanos-event";

/// What is posted, tries of one delivery alike.
pub struct Signed {
    pub body: Vec<u8>,
    pub headers: Vec<(&'static str, String)>,
}

pub fn sign(notice: &Notice, secret: &str, delivery: &str, seconds: i64) -> anyhow::Result<Signed> {
    let body = json!({
        "schema": SCHEMA, "delivery": delivery, "timestamp": seconds, "notice": notice, "text": notice.text(),
    });
    let body = serde_json::to_vec(&body)?;
    let event = serde_json::to_value(notice.kind)?.as_str().unwrap_or_default().to_owned();
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        (SIGNATURE, signature(&body, secret)),
        (TIMESTAMP, seconds.to_string()),
        (DELIVERY, delivery.to_owned()),
        (EVENT, event),
    ];
    Ok(Signed { body, headers })
}

fn signature(body: &[u8], secret: &str) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    format!("sha256={}", crate::ids::hex(ring::hmac::sign(&key, body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in GitHub's own documentation of webhook signatures.
    #[test]
    fn signatures_are_those_of_the_documentation() {
        assert_eq!(
            signature(b"Hello, World!", "It's a Secret to Everybody"),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }
}
