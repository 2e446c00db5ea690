//! Forms that no vendor owns: keys in armour, web tokens, headers, URLs.

use super::{Shape, checks, form};

pub const PRIVATE_KEY: &str = "private-key";
pub const URL_CREDENTIALS: &str = "url-credentials";

pub const RULES: &[Shape] = &[
    form(
        "jwt",
        "JSON web token",
        &["eyJ", "eyA"],
        r"\bey[AJ][A-Za-z0-9_/+-]{8,}={0,2}\.(?:ey[AJ][A-Za-z0-9_/+-]{8,}={0,2}\.(?:[A-Za-z0-9_/+-]{8,}={0,2})?|[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,})",
    )
    .check(checks::jwt)
    .aka(&["jwt", "jwt-base64"])
    .yes(&[
        "Authorization: {jwt}",
        "const t = '{jwt}'",
        "unsigned = eyJhbGciOiJub25lIn0.eyJ{w:40}.",
        "spaced = eyAiYWxnIjogIkhTMjU2IiB9.eyJ{w:40}.{u:43}",
    ])
    .no(&["eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOi.eyJub3Rhand0.{w:20}"]),
    form(
        PRIVATE_KEY,
        "private key",
        &["PRIVATE KEY"],
        r#"(?si)-----BEGIN[A-Z0-9 _-]{0,40} PRIVATE KEY(?: BLOCK)?-----(?:(?:\\r)?(?:\\{1,2}n|\r?\n)["'`,+.\\]*\s*["'`]?(?:\\{1,2}n)?[\s"'`+#/*|>]*[A-Za-z0-9+/]{4}|["']?\s*[\s+"'.]{0,6}[A-Za-z0-9+/]{40}|.{0,90}?[A-Za-z0-9+/]{40}).*?(?:-----END[A-Z0-9 _-]{0,40} PRIVATE KEY(?: BLOCK)?-----|\z)"#,
    )
    .check(checks::pem)
    .yes(&[
        "-----BEGIN RSA PRIVATE KEY-----\n{b:64}\n{b:64}\n-----END RSA PRIVATE KEY-----",
        "key = \"-----BEGIN PRIVATE KEY-----\\n{b:64}\\n-----END PRIVATE KEY-----\\n\"",
        "b.append(\"-----BEGIN RSA PRIVATE KEY-----\\n\");\n  b.append(\"{b:64}\\n\");\n  b.append(\"-----END RSA PRIVATE KEY-----\");",
        "-----BEGIN RSA PRIVATE KEY-----%0A{b:64}%0A-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA-PSS PRIVATE KEY-----\n{b:64}\n-----END RSA-PSS PRIVATE KEY-----",
    ])
    .no(&[
        "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\n{b:64}\n-----END PUBLIC KEY-----",
    ]),
    form(
        "putty-key",
        "PuTTY private key",
        &["PuTTY-User-Key-File-"],
        r"(?s)PuTTY-User-Key-File-[23]: [a-z0-9-]+\r?\n.{0,4000}?Private-Lines: \d+\r?\n([A-Za-z0-9+/=\r\n]{40,})",
    )
    .yes(&[
        "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPublic-Lines: 1\n{b:64}\nPrivate-Lines: 1\n{b:64}\n",
        "PuTTY-User-Key-File-3: ssh-ed25519\nComment: x\nPublic-Lines: 1\n{b:64}\nPrivate-Lines: 1\n{b:64}\n",
    ])
    .no(&["PuTTY-User-Key-File-2: ssh-rsa\nPublic-Lines: 1\n{b:64}\n", "see PuTTY-User-Key-File-2: for the format"]),
    form(
        "jwk-private",
        "private JSON web key",
        &["kty"],
        r#"(?s)["']?kty["']?\s*:\s*["'](?:oct|EC|RSA|OKP)["'][^}]{0,2000}?["']?\b(?:k|d)["']?\s*:\s*\\?["']([A-Za-z0-9_-]{16,})\\?["']"#,
    )
    .entropy(3.5)
    .yes(&[r#"{"kty":"oct","k":"{u:43}"}"#, r#"{"kty":"EC","crv":"P-256","d":"{u:43}"}"#])
    .no(&[r#"{"kty":"RSA","n":"{u:43}","e":"AQAB"}"#, r#"{"kty":"oct","k":"short"}"#]),
    form(
        "nats-seed",
        "NATS nkey seed",
        &["SUA", "SUB", "SUC", "SUD", "SAA", "SAB", "SAC", "SAD", "SOA", "SOB", "SOC", "SOD", "SNA", "SNB", "SNC", "SND"],
        r"\bS[UAONC][A-D][A-Z2-7]{55}\b",
    )
    .yes(&["seed: SUA{aws:55}", "var oSeed = []byte(\"SOD{aws:55}\")"])
    .no(&["seed: SUA{aws:20}", "seed: UUA{aws:55}"]),
    form(
        "authorization-header",
        "authorization header",
        &["authorization"],
        r#"(?i)authorization["'`\]]{0,2}(?:\s*(?:=>|[:=])\s*\\?["'`]?(?:(?:basic|bearer|token|digest|apikey|negotiate|key|jwt|oauth|bot)\s+)?|\s*,\s*["'`](?:basic|bearer|token|apikey)\s+)([A-Za-z0-9+/=._~-]{6,})"#,
    )
    .entropy(2.75)
    .aka(&["curl-auth-header"])
    .yes(&["Authorization: Bearer {w:24}", "headers['Authorization'] = 'Token {h:40}'", "'Authorization: token {s:9}'"])
    .no(&["Authorization: Bearer $TOKEN", "Authorization: Bearer <token>"]),
    form(
        "basic-credentials",
        "login of basic authentication",
        &["basic "],
        r#"(?i)\bbasic\s+((?:[a-z0-9+/]{4}){2,}(?:[a-z0-9+/]{2,4}={0,2})?)(?:[^A-Za-z0-9+/=]|$)"#,
    )
    .check(checks::basic)
    .yes(&["Authorization: Basic {basic:10}", "auth != \"Basic {basic:7}\""])
    .no(&["Basic information", "Basic bm9jb2xvbmhlcmU="]),
    form(
        URL_CREDENTIALS,
        "credentials in a URL",
        &["://"],
        r#"[A-Za-z][A-Za-z0-9+.-]*://(?:[^\s/:@"'`<>?#(){}]*(?:@[^\s/:@"'`<>?#(){}]+)?:([^\s/@"'`<>]{3,})|([A-Za-z0-9_-]{20,}))@"#,
    )
    .entropy(2.0)
    .yes(&["git clone https://me:{p:12}@example.org/x", "DATABASE_URL=postgres://app:{w:10}@db:5432/x"])
    .no(&["https://user:password@example.com/", "postgres://${USER}:${PASS}@db/x"]),
];
