//! What a name says about the value it is given.

use super::words;

/// What a name says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Could be anything; only what is clearly random counts.
    Vague,
    /// A token, a key: made by a machine.
    Secret,
    /// Chosen by a person.
    Password,
}

const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passwort",
    "passphrase",
    "passcode",
    "pass",
    "pwd",
    "passw",
    "pswd",
    "psw",
    "userpass",
    "passin",
    "passout",
    "kennwort",
    "userpassword",
    "dbpassword",
    "dbpass",
    "identified",
];
const SECRETS: &[&str] = &[
    "secret",
    "secrets",
    "token",
    "tokens",
    "apikey",
    "secretkey",
    "accesskey",
    "privatekey",
    "authtoken",
    "accesstoken",
    "apitoken",
    "clientsecret",
    "credential",
    "credentials",
    "authkey",
    "appsecret",
    "appkey",
    "secretid",
];
/// What makes a `key` one that locks something.
const LOCKS: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "auth",
    "encryption",
    "signing",
    "master",
    "account",
    "storage",
    "app",
    "client",
    "shared",
    "consumer",
    "license",
    "service",
    "admin",
    "deploy",
    "write",
    "crypt",
    "aes",
    "hmac",
    "jwt",
    "session",
    "cookie",
    "ssh",
    "subscription",
    "oauth",
    "application",
    "integration",
    "root",
    "user",
];
/// Words at a name's end that change nothing.
const NEUTRAL: &[&str] = &[
    "value",
    "val",
    "string",
    "str",
    "text",
    "default",
    "old",
    "new",
    "env",
    "plain",
    "plaintext",
    "confirmation",
    "confirm",
    "again",
    "repeat",
    "base",
    "b",
    "hex",
    "raw",
    "encoded",
    "test",
    "current",
    "prod",
    "production",
    "dev",
    "live",
    "staging",
    "by",
    "param",
    "a",
    "mock",
    "field",
];
/// Words at a name's end with which it no longer names the secret itself.
const OTHERS: &[&str] = &[
    "id",
    "ids",
    "name",
    "names",
    "type",
    "types",
    "path",
    "file",
    "files",
    "url",
    "uri",
    "label",
    "length",
    "len",
    "size",
    "hash",
    "salt",
    "policy",
    "prompt",
    "placeholder",
    "error",
    "message",
    "msg",
    "title",
    "hint",
    "reset",
    "expiry",
    "expires",
    "expiration",
    "count",
    "index",
    "header",
    "prefix",
    "suffix",
    "class",
    "parser",
    "manager",
    "provider",
    "store",
    "format",
    "regex",
    "pattern",
    "selector",
    "element",
    "input",
    "button",
    "form",
    "page",
    "endpoint",
    "version",
    "algorithm",
    "alg",
    "ref",
    "key_id",
    "map",
    "list",
    "set",
    "word",
    "words",
    "board",
    "code",
    "codes",
    "event",
    "press",
    "down",
    "up",
    "pair",
    "pairs",
    "usage",
    "ops",
    "author",
    "authors",
    "through",
    "required",
    "enabled",
    "method",
    "mode",
    "strategy",
    "scheme",
    "flow",
    "user",
    "username",
    "domain",
    "host",
    "server",
    "filename",
    "dir",
    "fingerprint",
    "digest",
    "checksum",
    "public",
    "dn",
    "arn",
    "column",
];

/// No keys, whatever their ending.
const ANIMALS: &[&str] = &["monkey", "donkey", "turkey", "hockey", "jockey", "whiskey", "smokey"];

/// What a name says: by its last part that says anything.
pub fn family(name: &str) -> Option<Family> {
    let parts = words::parts(name);
    let mut rest: &[String] = &parts;
    while let [head @ .., last] = rest
        && !head.is_empty()
        && (NEUTRAL.contains(&last.as_str()) || last.bytes().all(|b| b.is_ascii_digit()))
    {
        rest = head;
    }
    let [head @ .., last] = rest else { return None };
    let before = head.last().map(String::as_str).unwrap_or_default();
    if PASSWORDS.contains(&last.as_str()) || last.ends_with("password") || last.ends_with("passwd") {
        return Some(Family::Password);
    }
    if SECRETS.contains(&last.as_str()) || last.ends_with("secret") && last.len() > 6 || last.ends_with("apikey") {
        return Some(Family::Secret);
    }
    if before == "secret" && last == "id" {
        return Some(Family::Secret);
    }
    if matches!(last.as_str(), "key" | "keys") && LOCKS.contains(&before) && !head.iter().any(|p| p == "public") {
        return Some(Family::Secret);
    }
    if OTHERS.contains(&last.as_str()) || parts.iter().any(|p| matches!(p.as_str(), "public" | "author" | "encrypted"))
    {
        return None;
    }
    let speaks = |p: &String| {
        matches!(
            p.as_str(),
            "key" | "keys" | "auth" | "credential" | "credentials" | "cred" | "creds" | "oauth" | "access"
        ) || PASSWORDS.contains(&p.as_str())
            || SECRETS.contains(&p.as_str())
            || ["key", "token", "secret", "auth"].iter().any(|end| p.ends_with(end) && !ANIMALS.contains(&p.as_str()))
    };
    parts.iter().any(speaks).then_some(Family::Vague)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_hold() {
        use Family::{Password, Secret, Vague};
        for (name, expected) in [
            ("password", Some(Password)),
            ("POSTGRES_PASSWORD", Some(Password)),
            ("newPasswordConfirmation", Some(Password)),
            ("adminpassword", Some(Password)),
            ("password_file", None),
            ("passwordLabel", None),
            ("clientSecret", Some(Secret)),
            ("secret_key_base", Some(Secret)),
            ("token_type", None),
            ("API_KEY", Some(Secret)),
            ("key", Some(Vague)),
            ("nkey", Some(Vague)),
            ("public_key", None),
            ("keyboard", None),
            ("author", None),
            ("monkey_business", None),
        ] {
            assert_eq!(family(name), expected, "{name}");
        }
    }
}
