//! What a name says about the value it is given.

use super::services::is_service;
use super::words;

/// What a name says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Speaks of a secret somewhere, but of something about it; only what nothing but chance writes counts.
    Loose,
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
    "pw",
    "passwrd",
    "psk",
    "storepass",
    "keypass",
    "senha",
    "contrasena",
    "wachtwoord",
    "haslo",
    "parola",
    "mdp",
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
/// Parts that may begin a longer one.
const BEGINS: &[&str] = &["key", "auth", "token", "secret", "passw", "cred", "api"];
/// Parts that may end a longer one.
const ENDS: &[&str] = &["api", "auth", "creds"];
/// Words that begin like one of those and are others.
const UNLIKE: &[&str] = &[
    "keyboard",
    "keyframe",
    "keyframes",
    "keyword",
    "keywords",
    "author",
    "authors",
    "credit",
    "credits",
    "secretary",
];
/// What is told to everybody, whatever it is about: a name of a thing, what is computed from it.
const TOLD: &[&str] = &[
    "id",
    "ids",
    "uuid",
    "guid",
    "arn",
    "dn",
    "hash",
    "digest",
    "checksum",
    "fingerprint",
    "signature",
    "sig",
    "version",
    "algorithm",
    "alg",
    "public",
    "pub",
    "author",
    "encrypted",
    "hashed",
    "wrapped",
    "thumbprint",
    "integrity",
    "address",
    "contract",
    "etag",
    "sha",
    "md",
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

/// Anywhere in a name these make a random value suspicious.
const VAGUE: &[&str] = &[
    "key",
    "keys",
    "auth",
    "credential",
    "credentials",
    "cred",
    "creds",
    "oauth",
    "access",
    "nonce",
    "salt",
    "seed",
    "csrf",
    "xsrf",
    "session",
    "sessid",
    "sessionid",
    "sid",
    "verifier",
    "bearer",
    "hmac",
    "otp",
    "totp",
    "jwt",
];
const VAGUE_ENDS: &[&str] =
    &["key", "token", "secret", "auth", "salt", "nonce", "sessionid", "sessid", "password", "passwd"];

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
    if is_password(last) {
        return Some(Family::Password);
    }
    if SECRETS.contains(&last.as_str()) || last.ends_with("secret") && last.len() > 6 || last.ends_with("apikey") {
        // `PublicKeyToken` of an assembly.
        return if before == "key" && head.iter().any(|part| part == "public") { None } else { Some(Family::Secret) };
    }
    // `api_hash` is how a messenger calls its applications' secret.
    if before == "secret" && last == "id" || before == "api" && last == "hash" {
        return Some(Family::Secret);
    }
    let public = |part: &String| matches!(part.as_str(), "public" | "author" | "encrypted" | "hash");
    if matches!(last.as_str(), "key" | "keys") && LOCKS.contains(&before) && !head.iter().any(public) {
        return Some(Family::Secret);
    }
    // A code that is no secret is none by its name alone: a verifier's and an authorization's are.
    let gives = matches!(before, "auth" | "authorization" | "authentication" | "oauth" | "access");
    let code = matches!(last.as_str(), "code" | "codes") && gives;
    if parts.iter().any(public) {
        return None;
    }
    if OTHERS.contains(&last.as_str()) && !code {
        return is_loose(&parts);
    }
    if last == "api" || last.ends_with("api") {
        return Some(Family::Vague);
    }
    if parts.iter().any(|part| speaks(part)) { Some(Family::Vague) } else { is_loose(&parts) }
}

fn is_loose(parts: &[String]) -> Option<Family> {
    let about = |part: &String| {
        let like = BEGINS.iter().any(|begin| part.starts_with(begin)) && !UNLIKE.contains(&part.as_str())
            || ENDS.iter().any(|end| part.ends_with(end));
        like || speaks(part) || is_service(part)
    };
    let told = parts.iter().any(|part| TOLD.contains(&part.as_str()));
    (!told && parts.iter().any(about)).then_some(Family::Loose)
}

fn is_password(part: &str) -> bool {
    PASSWORDS.contains(&part)
        || ["password", "passwd", "passwort", "passphrase"].iter().any(|end| part.ends_with(end))
        || part.len() > 5 && ["pwd", "pass"].iter().any(|end| part.ends_with(end)) && !WAYS.contains(&part)
}

/// Ways through, not words to pass.
const WAYS: &[&str] = &["bypass", "compass", "encompass", "surpass", "trespass", "overpass", "subpass", "multipass"];

fn speaks(part: &str) -> bool {
    VAGUE.contains(&part)
        || PASSWORDS.contains(&part)
        || SECRETS.contains(&part)
        || VAGUE_ENDS.iter().any(|end| part.ends_with(end)) && !ANIMALS.contains(&part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_hold() {
        use Family::{Loose, Password, Secret, Vague};
        for (name, expected) in [
            ("password", Some(Password)),
            ("POSTGRES_PASSWORD", Some(Password)),
            ("newPasswordConfirmation", Some(Password)),
            ("adminpassword", Some(Password)),
            ("password_file", Some(Loose)),
            ("passwordLabel", Some(Loose)),
            ("clientSecret", Some(Secret)),
            ("secret_key_base", Some(Secret)),
            ("token_type", Some(Loose)),
            ("API_KEY", Some(Secret)),
            ("key", Some(Vague)),
            ("nkey", Some(Vague)),
            ("public_key", None),
            ("keyboard", None),
            ("author", None),
            ("monkey_business", None),
            ("auth_header", Some(Loose)),
            ("api_client", Some(Loose)),
            ("api_hash", Some(Secret)),
            ("token_id", None),
            ("oauth_signature", Some(Vague)),
            ("openapi_commit", Some(Loose)),
            ("twitter", Some(Loose)),
            ("FACEBOOK_APP", Some(Loose)),
            ("twitter_id", None),
            ("password_hash", None),
        ] {
            assert_eq!(family(name), expected, "{name}");
        }
    }
}
