//! What is about a person, or is a secret, goes before a row is written.

use crate::guard::secrets::hidden;
use crate::mask::Masker;
use regex::{Captures, Regex};
use serde_json::Value;
use std::sync::OnceLock;

/// Pattern and what stands in its place; `$1` is kept.
const PATTERNS: &[(&str, &str)] = &[
    // Lines that name people; what follows on the line goes.
    (
        r"(?mi)^([ +\-#*/;%!]*(?:signed-off-by|co-authored-by|reviewed-by|acked-by|reported-by|author|authors|maintainer|committer)\s*[:=]\s*)\S.*$",
        "${1}<person>",
    ),
    (r"(?mi)(@author\s+)\S.*$", "${1}<person>"),
    (r"(?mi)(copyright\s+(?:\(c\)\s*|©\s*)?[0-9][0-9, \-]*)\S.*$", "${1}<person>"),
    (r"(?i)\b[a-z0-9._%+\-]+@[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?(?:\.[a-z0-9\-]+)*\.[a-z]{2,}\b", "<email>"),
    (r"((?:/home|/Users)/)[^/\s:;,'\x22`)\]]+", "${1}user"),
    (r"(?i)([a-z]:\\+Users\\+)[^\\\s:;,'\x22`)\]]+", "${1}user"),
    (r"\+[0-9]{1,3}[ .\-]?(?:\([0-9]{1,4}\)[ .\-]?)?[0-9]{2,4}(?:[ .\-][0-9]{2,4}){2,4}\b", "<phone>"),
    (r"\(?\b[0-9]{3}\)?[ .\-][0-9]{3}[.\-][0-9]{4}\b", "<phone>"),
];

fn patterns() -> &'static [(Regex, &'static str)] {
    static PATTERNS_READ: OnceLock<Vec<(Regex, &'static str)>> = OnceLock::new();
    PATTERNS_READ.get_or_init(|| PATTERNS.iter().filter_map(|(p, to)| Some((Regex::new(p).ok()?, *to))).collect())
}

fn addresses() -> Option<&'static Regex> {
    static READ: OnceLock<Option<Regex>> = OnceLock::new();
    let four = r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b";
    let six = r"(?i)\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b";
    READ.get_or_init(|| Regex::new(&format!("{four}|{six}")).ok()).as_ref()
}

pub fn text(text: &str) -> String {
    let mut text = hidden(&Masker::plain().mask(text));
    for (pattern, to) in patterns() {
        if pattern.is_match(&text) {
            text = pattern.replace_all(&text, *to).into_owned();
        }
    }
    match addresses() {
        Some(pattern) => pattern.replace_all(&text, |found: &Captures| address(&found[0])).into_owned(),
        None => text,
    }
}

/// Addresses of this machine, of documentation and of nobody are nobody's.
fn address(found: &str) -> String {
    let is_nobodys = match found.parse::<core::net::IpAddr>() {
        Ok(core::net::IpAddr::V4(ip)) => {
            ip.is_loopback() || ip.is_unspecified() || ip.is_documentation() || ip.is_broadcast() || ip.is_link_local()
        }
        Ok(core::net::IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unspecified(),
        // A time or a version, for instance.
        Err(_) => true,
    };
    if is_nobodys { found.to_owned() } else { "<ip>".to_owned() }
}

/// Every text in a row but those that we made ourselves; whether anything was changed.
pub fn mask(value: &mut Value) -> bool {
    match value {
        Value::String(old) => {
            let new = text(old);
            let changed = new != *old;
            *old = new;
            changed
        }
        Value::Array(items) => items.iter_mut().fold(false, |changed, item| mask(item) | changed),
        Value::Object(fields) => {
            let texts = fields.iter_mut().filter(|(name, _)| *name != "metadata" && *name != "role");
            texts.fold(false, |changed, (_, value)| mask(value) | changed)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_go_and_code_stays() {
        for (before, after) in [
            ("mail jane.doe+x@example.co.uk now", "mail <email> now"),
            ("E  password=Xk29fLq81mZpW in x", "E  password=*** in x"),
            ("at /home/jane/src/a.py:3", "at /home/user/src/a.py:3"),
            ("\"/Users/jane.doe/x\"", "\"/Users/user/x\""),
            (r"C:\Users\Jane\x.cs", r"C:\Users\user\x.cs"),
            ("from 203.0.114.9 and 8.8.8.8:53", "from <ip> and <ip>:53"),
            ("on 127.0.0.1 and 0.0.0.0, version 1.2.3.4567", "on 127.0.0.1 and 0.0.0.0, version 1.2.3.4567"),
            ("fe80:0:0:0:1:2:3:4 at 12:34:56", "<ip> at 12:34:56"),
            ("call +49 30 1234 5678 or (555) 123-4567", "call <phone> or <phone>"),
            ("+# Author: Jane Doe\n+x = 1", "+# Author: <person>\n+x = 1"),
            ("Signed-off-by: Jane <j@x.org>", "Signed-off-by: <person>"),
            (" * @author Jane Doe", " * @author <person>"),
            ("Copyright (c) 2020-2024 Jane Doe", "Copyright (c) 2020-2024 <person>"),
            ("-    return a + 1\n+    return a - 1", "-    return a + 1\n+    return a - 1"),
            ("@@ -12,7 +12,7 @@ def f():", "@@ -12,7 +12,7 @@ def f():"),
            ("a[1] = 100 200 300 4000", "a[1] = 100 200 300 4000"),
            ("user@decorator\nx = b@c", "user@decorator\nx = b@c"),
        ] {
            assert_eq!(text(before), after, "{before}");
        }
    }

    #[test]
    fn secrets_go_too_and_our_own_words_stay() {
        let token = format!("ghp{}{}", "_", "aB3dE5gH7jK9mN1pQ2sT4vW6xY8zaB3dE5gH");
        let mut row = serde_json::json!({"prompt": format!("x {token}"), "metadata": {"at": "a@b.org"}});
        assert!(mask(&mut row));
        assert_eq!(row["prompt"], "x ***");
        assert_eq!(row["metadata"]["at"], "a@b.org");
    }
}
