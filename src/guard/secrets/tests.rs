//! Secrets are put together here, so that no scanner takes this file for a leak.

use super::rules::{PLACES, READ};
use super::*;
use crate::config::Policy;
use crate::guard::{Input, Modes, judge, passes};
use crate::mask::MASK;
use crate::mask::shapes::{Shape, checks, shapes, template};
use crate::patch::{FilePatch, Patch};
use proptest::prelude::*;

fn word(n: usize) -> String {
    "aB3dE5gH7jK9mN1pQ2sT4vW6xY8z".chars().cycle().take(n).collect()
}

/// Lines of one kind of word over and over took minutes; they end.
#[test]
fn a_long_line_takes_as_long_as_many_short_ones() {
    for words in ["password=", "token: ", "secret ", "user:pass@", "{\"password\":", "key="] {
        let text = words.repeat(30_000 / words.len());
        assert_eq!(Scanner::built_in().scan(Place { path: "a.txt", commit: None }, &text).len(), 0, "{words}");
    }
}

/// A GitHub token whose checksum holds.
fn github(seed: &str) -> String {
    let body: String = seed.chars().chain(word(30).chars()).take(30).collect();
    format!("ghp{}{body}{}", "_", checks::base62_crc(&body))
}

fn low(n: usize) -> String {
    "0a1b2c3d4e5f6978".chars().cycle().take(n).collect()
}

/// Path, text with `§` where the secret stands, the secret, the rule.
fn planted() -> Vec<(&'static str, &'static str, String, &'static str)> {
    vec![
        ("a.py", "t = '§'", github(""), "github-token"),
        ("a.yml", "token: §", format!("github_{}_{}", "pat", word(82)), "github-pat"),
        ("a.md", "use § please", format!("AKI{}{}", "A", "Q7RSTUVWXYZ234AB"), "aws-access-key-id"),
        ("c.ini", "aws_secret_access_key = §", word(40), "aws-secret-key"),
        (".npmrc", "//registry.npmjs.org/:_authToken=§", word(36), "npmrc-auth"),
        ("a.js", "const k = '§'", github("").replace("ghp", "npm"), "npm-token"),
        ("a.rs", "let s = \"§\";", format!("xox{}-{}", "b", "1234567890-1234567890-abcdefABCDEF"), "slack-bot-token"),
        ("a.html", "key=§&x=1", format!("AIz{}{}", "a", word(35)), "google-api-key"),
        ("a.rb", "Stripe.api_key = '§'", format!("sk_{}_{}", "live", word(24)), "stripe-key"),
        ("a.json", "{\"t\":\"§\"}", template::fill("{jwt}"), "jwt"),
        ("a.sh", "git clone https://me:§@example.org/x", "hunted7Xk9q".to_owned(), "url-credentials"),
        ("a.env", "DATABASE_URL=postgres://app:§@db:5432/x", "k3Jd9sQw".to_owned(), "url-credentials"),
        ("a.sh", "curl -H 'Authorization: Bearer §' x", low(40), "authorization-header"),
        ("a.sh", "curl -s -u admin:§ https://x", "k3Jd9sQw".to_owned(), "command-password"),
        ("a.cs", "\"Server=db;Database=x;User Id=sa;Password=§;\"", "k3Jd9sQw!".to_owned(), "connection-string"),
        ("a.py", "DB_PASSWORD = \"§\"", "k3Jd9sQw!x".to_owned(), "assigned-password"),
        ("a.ts", "const apiKey: string = '§'", low(32), "assigned-secret"),
        ("a.json", "  \"client_secret\": \"§\",", word(24), "assigned-secret"),
        ("a.go", "password := \"§\"", "k3Jd9sQw!x".to_owned(), "assigned-password"),
        (".env", "API_TOKEN=§", low(32), "assigned-secret"),
        ("deploy.yaml", "  db_password: §", "k3Jd9sQw8x".to_owned(), "assigned-password"),
        ("a.rb", "token: \"§\\n\"", word(32), "assigned-secret"),
        ("a.rb", "provider :twitter, '§'", word(32), "assigned-secret"),
        ("a.env", "DATABASE_URL=postgres://app:§@db:5432/x", "hunter2horse".to_owned(), "url-credentials"),
        ("a.env", "OPENAI=§", format!("sk-proj{}{}", "-", word(48)), "openai-key"),
        ("a.env", "X=§", format!("glpat{}{}", "-", word(20)), "gitlab-token"),
    ]
}

#[test]
fn planted_secrets_are_found_where_they_stand_and_not_shown() {
    for (path, template, secret, rule) in planted() {
        let text = format!("first line\n{}\nlast line\n", template.replace('§', &secret));
        let found = scan(path, &text);
        assert_eq!(found.iter().map(|s| s.rule.as_str()).collect::<Vec<_>>(), [rule], "{template}");
        let column = u32::try_from(template.split('§').next().unwrap().chars().count() + 1).unwrap();
        assert_eq!((found[0].line, found[0].column), (2, column), "{template}");
        assert!(!format!("{found:?}").contains(&secret) && found[0].excerpt.contains(MASK), "{template}");
    }
}

#[test]
fn a_private_key_is_found_at_its_head() {
    let key =
        format!("-----BEGIN {} KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END {0} KEY-----\n", "RSA PRIVATE");
    let found = scan("id", &format!("a\n{key}b\n"));
    assert_eq!(found.iter().map(|s| (s.rule.as_str(), s.line)).collect::<Vec<_>>(), [("private-key", 2)]);
    assert!(!found[0].excerpt.contains("MIIE"));
}

#[test]
fn everyday_code_holds_no_secret() {
    let cases = [
        ("a.py", "password = os.environ['DB_PASSWORD']"),
        ("a.py", "password = getpass.getpass('password: ')"),
        ("a.py", "TOKEN = 'changeme'"),
        ("a.py", "token_type = 'bearer-token'"),
        ("a.js", "const password = process.env.PASSWORD || 'password'"),
        ("a.js", "if (token === 'identifier') next(token, 'expression_statement')"),
        ("a.ts", "secretName: 'my-app-db-credentials',"),
        ("a.rs", "let token = self.expect(\"closing_bracket\")?;"),
        ("a.yml", "token: ${{ secrets.GITHUB_TOKEN }}"),
        ("a.yml", "password_file: /run/secrets/db"),
        ("a.yml", "secretKeyRef: db-password"),
        (".env.example", "API_KEY=your-api-key-here"),
        ("a.md", "https://user:password@example.com/ and https://user:<token>@host/"),
        ("a.md", "curl -u user:$PASSWORD https://x; Authorization: Bearer $TOKEN"),
        ("a.json", "\"passwordHash\": \"\", \"token\": \"xxxxxxxxxxxxxxxxxxxx\""),
        ("package-lock.json", "\"integrity-token\": \"sha512-k3Jd9sQw8xk3Jd9sQw8xk3Jd9sQw8x==\""),
        ("a.go", "privateKey := rsa.GenerateKey(rand.Reader, 2048)"),
        ("a.tf", "password = var.db_password"),
        ("a.css", "@import url('https://fonts.example.org/css2?family=A:wght@400')"),
    ];
    for (path, text) in cases {
        assert_eq!(scan(path, text), [], "{text}");
    }
}

#[test]
fn fingerprints_survive_moving_lines_and_tell_secrets_apart() {
    let line = |secret: &str| format!("k = '{secret}'\n");
    let token = |c: char| github(&c.to_string());
    let one = scan("a", &line(&token('a')));
    let moved = scan("a", &format!("\n\n{}", line(&token('a'))));
    assert_eq!(one[0].fingerprint, moved[0].fingerprint);
    let two = scan("a", &format!("{}{}", line(&token('a')), line(&token('b'))));
    assert_ne!(two[0].fingerprint, two[1].fingerprint);
    assert_ne!(one[0].fingerprint, scan("b", &line(&token('a')))[0].fingerprint);
}

#[test]
fn only_added_lines_count_and_comments_excuse_nothing() {
    let secret = github("");
    let judged = |before: &str, after: &str| {
        let bytes = |text: &str| Some(text.as_bytes().to_vec());
        let path = RelPath::parse("a.py").unwrap();
        let patch = Patch::from_files([FilePatch { path, before: bytes(before), after: bytes(after) }]);
        judge(&Input {
            patch: &patch,
            policy: &Policy::default(),
            modes: &Modes::default(),
            secrets: None,
            failing: None,
        })
    };
    let old = format!("t = '{secret}'\nx = 1\n");
    assert!(passes(&judged(&old, &format!("t = '{secret}'\nx = 2\n"))));
    assert!(!passes(&judged("x = 1\n", &old)));
    let silenced = judged("x = 1\n", &format!("t = '{secret}'  # gitleaks:allow\nx = 1\n"));
    let rules: Vec<_> = silenced.iter().flat_map(|r| &r.findings).map(|f| f.rule.as_str()).collect();
    assert_eq!(rules, ["secrets/github-token", "secrets/allow-comment"]);
    assert!(!passes(&silenced) && !format!("{silenced:?}").contains(&secret));
}

fn every_rule() -> impl Iterator<Item = &'static Shape> {
    READ.iter().chain(shapes()).chain(PLACES)
}

/// Every rule of the tables, by its own examples, as the scan judges them.
#[test]
fn every_rule_finds_what_it_should_and_nothing_else() {
    let mut wrong = Vec::new();
    for shape in every_rule() {
        let id = shape.rule.id;
        assert!(shape.yes.len() >= 2 && shape.no.len() >= 2, "{id} needs two examples of each kind");
        for (texts, wanted) in [(shape.yes, true), (shape.no, false)] {
            for template in texts {
                let text = template::fill(template);
                let found: Vec<String> = scan("notes.txt", &text).into_iter().map(|s| s.rule).collect();
                if found.iter().any(|rule| rule == id) != wanted {
                    wrong.push(format!("{id}: {template} ({text}): {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn rules_have_names_of_their_own() {
    let ids: BTreeSet<_> = every_rule().map(|shape| shape.rule.id).collect();
    assert_eq!(ids.len(), every_rule().count());
}

/// Built of `.gitleaks.toml`, `.gitleaksignore` and a baseline.
fn scanner(files: &[(&str, &str)]) -> Scanner {
    let read = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
    Scanner::new(Settings::read(&read).unwrap(), false)
}

fn rules_found(scanner: &Scanner, path: &str, text: &str) -> Vec<String> {
    scanner.scan(Place { path, commit: None }, text).into_iter().map(|secret| secret.rule).collect()
}

#[test]
fn the_repositorys_own_rules_and_allowances_are_heeded() {
    let config = "
[extend]
useDefault = true
disabledRules = ['generic-api-key', 'gcp-api-key', 'google-api-key']
[[rules]]
id = 'acme'
description = 'ACME token'
regex = '''acme_(\\w{12}){x}'''
keywords = ['acme_']
[[rules]]
id = 'key-file'
path = '''\\.key$'''
[[rules]]
id = 'github-pat'
[[rules.allowlists]]
paths = ['^fixtures/']
[[allowlists]]
paths = ['^vendor/']
";
    let token = github("");
    let scanner = scanner(&[(".gitleaks.toml", config), (".gitleaksignore", "b.py:github-pat:2\n")]);
    assert_eq!(rules_found(&scanner, "a.py", "x = 'acme_abcDEF123456{x}'"), ["acme"]);
    assert_eq!(rules_found(&scanner, "a.key", "nothing in it"), ["key-file"]);
    assert_eq!(rules_found(&scanner, "a.py", &format!("t = '{token}'")), ["github-token"]);
    assert_eq!(rules_found(&scanner, "b.py", &format!("\nt = '{token}'\nt = '{token}'")), ["github-token"]);
    for (path, text) in [("fixtures/a.py", format!("t = '{token}'")), ("vendor/x", format!("t = '{token}'"))] {
        assert_eq!(rules_found(&scanner, path, &text), [""; 0], "{path}");
    }
    // Both rules that gitleaks counts as one are off.
    assert_eq!(
        rules_found(&scanner, "a.py", "DB_PASSWORD = 'k3Jd9sQw!x'\nAPI_TOKEN = 'k3Jd9sQwx8e7d6c5b4a3'"),
        [""; 0]
    );
    let own = self::scanner(&[(".gitleaks.toml", "[[rules]]\nid='a'\nregex='b{3}'")]);
    assert_eq!(rules_found(&own, "a.py", &format!("bbb {token}")), ["a"]);
}

#[test]
fn what_the_base_lets_pass_counts_for_a_patch_and_nothing_else() {
    let token = github("");
    let text = format!("t = '{token}'\n");
    let judged = |scanner: Option<&Scanner>| {
        let after = Some(text.clone().into_bytes());
        let path = RelPath::parse("tests/a.py").unwrap();
        let patch = Patch::from_files([FilePatch { path, before: None, after }]);
        let input = Input {
            patch: &patch,
            policy: &Policy::default(),
            modes: &Modes::default(),
            secrets: scanner,
            failing: None,
        };
        judge(&input).into_iter().filter(|result| result.id == "secrets").all(|result| result.findings.is_empty())
    };
    assert!(!judged(None));
    assert!(judged(Some(&scanner(&[(".gitleaks.toml", "[allowlist]\npaths = ['^tests/']")]))));
    assert!(!judged(Some(&scanner(&[(".gitleaks.toml", "[allowlist]\npaths = ['^docs/']")]))));
    let found = scan("tests/a.py", &text);
    let baseline = Baseline::new("ab".repeat(16), found.iter().map(|secret| ("tests/a.py", secret)));
    let baseline = serde_json::to_string(&baseline).unwrap();
    assert!(judged(Some(&scanner(&[(".github/thanos-secrets.json", &baseline)]))));
}

#[test]
fn encoded_secrets_are_found_where_they_are_written() {
    let inner = format!("x: {}", github(""));
    let base64 = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    let hex = |text: &str| text.bytes().map(|b| format!("{b:02x}")).collect::<String>();
    for encoded in [base64(&inner), hex(&inner), base64(&hex(&inner)), base64(&base64(&base64(&inner)))] {
        let found = scan("a.txt", &format!("data: {encoded} end"));
        assert_eq!(found.iter().map(|s| (s.rule.as_str(), s.column)).collect::<Vec<_>>(), [("github-token", 7)]);
        assert!(!found[0].excerpt.contains(&encoded[..12]));
    }
    let deep = base64(&base64(&base64(&base64(&inner))));
    assert_eq!(scan("a.txt", &format!("data: {deep} end")), []);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived_and_places_are_right(
        parts in proptest::collection::vec(
            prop_oneof![
                "\\PC{0,12}",
                "[=:'\"`\\\\ \n%{}<>()-]{1,4}",
                Just("password".to_owned()), Just("--password ".to_owned()), Just("token: ".to_owned()),
                Just("eyJhbGciOiJIUzI1NiJ9.".to_owned()), Just("://u:xkqwzrtv@".to_owned()),
                Just("-----BEGIN PRIVATE KEY-----\n".to_owned()), Just("identified by".to_owned()), Just("&quot;".to_owned()),
                "[A-Za-z0-9+/]{20,60}", "[0-9a-f]{32,40}", "%[0-9A-F]{2}",
            ],
            0..12,
        ),
        path in prop_oneof![Just("a.py"), Just(".env"), Just("a.lock")],
    ) {
        let text = parts.concat();
        let lines: Vec<&str> = text.split('\n').collect();
        for secret in scan(path, &text) {
            let line: Vec<char> = lines[secret.line as usize - 1].chars().collect();
            let first = secret.value.reveal().split('\n').next().unwrap();
            let there: String = line[secret.column as usize - 1..].iter().take(first.chars().count()).collect();
            prop_assert_eq!(there.as_str(), first);
            let shown = format!("{secret:?}");
            prop_assert!(secret.value.reveal().len() < 6 || !shown.contains(secret.value.reveal()));
        }
        let _ = diff::added(&text);
    }
}
