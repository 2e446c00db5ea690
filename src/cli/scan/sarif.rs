//! Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), which code scanning reads.

use super::Found;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub fn report(found: &[Found]) -> Value {
    let rules: BTreeMap<&str, &str> = found.iter().map(|found| (&*found.secret.rule, &*found.secret.name)).collect();
    let order: Vec<&str> = rules.keys().copied().collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "thanos-fix",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.iter().map(|(id, name)| rule(id, name)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": found.iter().map(|found| result(found, &order)).collect::<Vec<_>>(),
        }],
    })
}

fn rule(id: &str, name: &str) -> Value {
    json!({
        "id": id,
        "shortDescription": {"text": name},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["security"], "security-severity": "8.0"},
    })
}

fn result(found: &Found, rules: &[&str]) -> Value {
    let secret = &found.secret;
    json!({
        "ruleId": secret.rule,
        "ruleIndex": rules.iter().position(|rule| *rule == secret.rule),
        "level": "error",
        "message": {"text": format!("{}: {}", secret.name, secret.excerpt)},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(&found.path), "uriBaseId": "%SRCROOT%"},
            "region": {
                "startLine": secret.line,
                "startColumn": secret.column,
                "endLine": secret.end_line,
                "endColumn": secret.end_column,
            },
        }}],
        "partialFingerprints": {"secretLine/v1": secret.fingerprint},
        "properties": {"commit": found.commit},
    })
}

/// A relative reference (RFC 3986); a colon in its first part would make a scheme of it.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::scan::scan_text;
    use crate::guard::secrets::Scanner;

    #[test]
    fn the_report_names_places_and_never_the_secret() {
        let secret = format!("rubygems{}{}", "_", "0a1b2c3d4e5f6978".repeat(3));
        let mut found = Vec::new();
        scan_text(Scanner::built_in(), "src/a b.env", format!("x\nexport T={secret}\n").as_bytes(), &mut found);
        scan_text(
            Scanner::built_in(),
            "src/b.py",
            format!("t = '{secret}'  # gitleaks:allow\n").as_bytes(),
            &mut found,
        );
        scan_text(Scanner::built_in(), "src/c.bin", format!("\0{secret}").as_bytes(), &mut found);
        let report = report(&found);
        assert!(!report.to_string().contains(&secret));
        let result = &report["runs"][0]["results"];
        assert_eq!(result.as_array().unwrap().len(), 1);
        let place = &result[0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "src/a%20b.env");
        assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&json!(2), &json!(10)));
        assert_eq!(report["runs"][0]["tool"]["driver"]["rules"][0]["id"], "rubygems-key");
    }
}
