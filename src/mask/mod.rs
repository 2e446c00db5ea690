//! The one masking function: everything that leaves (log, comment, summary, prompt, ledger) passes
//! through it. It hides the secrets that this process holds, in every form in which they may come
//! back, and anything that has the form of a well-known token. What it does not know: a secret that is
//! turned round, encoded twice over, in pieces, over several lines, or cut off at its beginning.

mod bare;
pub mod dialect;
pub mod finder;
mod forms;
pub mod shapes;

use aho_corasick::AhoCorasick;
use finder::{Engine, Pattern};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

/// What stands where a secret stood.
pub const MASK: &str = "***";
/// Shorter values are words of everyday text; masking them would only mark where they are.
const SHORTEST: usize = 6;

static TOKENS: LazyLock<Engine> = LazyLock::new(|| Engine::new(shapes::shapes().map(Pattern::from).collect(), false));

/// Hides secrets. Its `Debug` form shows none.
#[derive(Clone)]
pub struct Masker {
    forms: AhoCorasick,
    /// By the pattern's number, for patterns that are a secret's beginning: how it goes on.
    tails: BTreeMap<usize, String>,
}

impl Masker {
    /// Takes the secrets that this process holds. A secret of several lines is also hidden line by line.
    #[expect(clippy::expect_used, reason = "fails only for gigabytes of secrets, and must not fail open")]
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut all = BTreeSet::new();
        let mut heads = BTreeSet::new();
        for secret in secrets {
            let values = std::iter::once(secret.as_str()).chain(secret.lines()).map(str::trim);
            for value in values.filter(|v| v.chars().count() >= SHORTEST) {
                all.extend(forms::forms(value));
                heads.extend(forms::head(value).map(|(head, tail)| (head.to_owned(), tail.to_owned())));
            }
        }
        let (heads, tails): (Vec<_>, Vec<_>) = heads.into_iter().unzip();
        let tails = (all.len()..).zip(tails).collect();
        let forms = AhoCorasick::new(all.into_iter().chain(heads)).expect("an automaton over the secrets");
        Self { forms, tails }
    }

    /// `text` with every secret replaced by `***`.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let ranges = match bare::Bare::of(text) {
            None => self.ranges(text),
            Some(bare) => self.ranges(&bare.text).into_iter().map(|range| bare.place(&range)).collect(),
        };
        if ranges.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(cover(text, ranges)) }
    }

    /// Whether one of the secrets that this process holds is in it, whatever its form.
    pub fn holds(&self, text: &str) -> bool {
        match bare::Bare::of(text) {
            None => self.forms.is_match(text),
            Some(bare) => self.forms.is_match(&bare.text),
        }
    }

    fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        let held = self.forms.find_overlapping_iter(text).map(|found| {
            let tail = self.tails.get(&found.pattern().as_usize()).map_or("", String::as_str);
            found.start()..found.end() + shared(&text[found.end()..], tail)
        });
        held.chain(TOKENS.find(text).into_iter().map(|hit| hit.range)).collect()
    }
}

/// How many bytes two texts have in common at their beginning.
fn shared(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

impl Masker {
    /// One that knows no secret of its own, made once.
    pub fn plain() -> &'static Self {
        static PLAIN: LazyLock<Masker> = LazyLock::new(Masker::default);
        &PLAIN
    }
}

impl Default for Masker {
    /// Knows no secret of its own, only the forms of well-known tokens.
    fn default() -> Self {
        Self::new([])
    }
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masker").field("forms", &self.forms.patterns_len()).finish()
    }
}

/// Replaces the ranges, merged where they touch.
fn cover(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_by_key(|range| range.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in ranges {
        if range.start > done || out.is_empty() {
            out.push_str(&text[done..range.start]);
            out.push_str(MASK);
        }
        done = done.max(range.end);
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    fn hex(text: &str) -> String {
        text.bytes().map(|b| format!("{b:02x}")).collect()
    }

    fn percent(text: &str) -> String {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect()
    }

    /// One token of each form, put together here so that no scanner takes this file for a leak.
    fn tokens() -> Vec<String> {
        let word = |n: usize| "aB3dE5gH7jK9mN1pQ2sT4vW6xY8z".chars().cycle().take(n).collect::<String>();
        let low = |n: usize| "0a1b2c3d4e5f6978".chars().cycle().take(n).collect::<String>();
        vec![
            format!("ghp{}{}", "_", word(36)),
            format!("ghs{}{}", "_", word(36)),
            format!("github_{}_{}", "pat", word(82)),
            format!("AKI{}{}", "A", "Q7RSTUVWXYZ234AB"),
            format!("npm{}{}", "_", word(36)),
            format!("pypi-{}{}", "Ag", word(80)),
            format!("xox{}-{}", "b", "1234567890-1234567890-abcdefABCDEF"),
            format!("AIz{}{}", "a", word(35)),
            format!("sk_{}_{}", "live", word(24)),
            format!("eyJ{}.eyJ{}.{}", word(20), word(30), word(40)),
            format!("glpat{}{}", "-", word(20)),
            format!("sk-ant{}{}", "-", word(40)),
            format!("hf{}{}", "_", word(34)),
            format!("dop_v1{}{}", "_", low(64)),
            format!("SG.{}.{}", word(22), word(43)),
        ]
    }

    #[test]
    fn well_known_tokens_are_hidden() {
        let masker = Masker::default();
        for token in tokens() {
            for text in [token.clone(), format!("x {token} y"), format!("\"{token}\"\n"), format!("a={token};")] {
                let masked = masker.mask(&text);
                assert!(!masked.contains(&token) && masked.contains(MASK), "{text} -> {masked}");
            }
        }
    }

    #[test]
    fn headers_urls_and_keys_keep_their_surroundings() {
        let masker = Masker::default();
        let cases = [
            ("Authorization: Bearer q7RtY2uI9oP\nnext", "Authorization: Bearer ***\nnext"),
            ("curl -H 'authorization: basic eDpzZWNyZXQ='", "curl -H 'authorization: basic ***'"),
            ("clone https://me:hunter2@example.org/x.git", "clone https://me:***@example.org/x.git"),
            ("postgres://app:p%40ss@db:5432/x", "postgres://app:***@db:5432/x"),
            ("a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb", "a\n***\nb"),
            ("-----BEGIN PRIVATE KEY-----\nMIIEcut", "***"),
            ("aws_secret_access_key = abcdefghijABCDEFGHIJ0123456789+/abcdefgh", "aws_secret_access_key = ***"),
            ("see https://example.org/a:b@c and a@b.org", "see https://example.org/a:b@c and a@b.org"),
        ];
        for (text, expected) in cases {
            assert_eq!(masker.mask(text), expected);
        }
    }

    #[test]
    fn plain_text_is_lent_back() {
        let masker = Masker::new(["short".to_owned(), String::new()]);
        assert!(matches!(masker.mask("a short text, nothing in it"), Cow::Borrowed(_)));
        assert!(!format!("{:?}", Masker::new(["correct horse".to_owned()])).contains("horse"));
    }

    #[test]
    fn a_secret_of_several_lines_is_hidden_line_by_line() {
        let masker = Masker::new(["first-part\nsecond-part\n".to_owned()]);
        assert_eq!(masker.mask("x second-part y first-part"), "x *** y ***");
    }

    #[test]
    fn a_secret_in_disguise_is_hidden() {
        let secret = "q7RtY2uI9oPaS3dF5gH1jK8lZ4xC6vB0nM2qW4eR";
        let masker = Masker::new([secret.to_owned()]);
        let each = |write: fn(char) -> String| secret.chars().map(write).collect::<String>();
        for disguise in [
            each(|c| format!("%{:02X}", u32::from(c))),
            each(|c| format!("%{:02x}", u32::from(c))),
            each(|c| format!("\\u{:04x}", u32::from(c))),
            each(|c| format!("\\u{:04X}", u32::from(c))),
            each(|c| format!("\\x{:02x}", u32::from(c))),
            each(|c| format!("&#{};", u32::from(c))),
            each(|c| format!("&#x{:x};", u32::from(c))),
            each(|c| format!("{c}\u{200b}")),
            format!("{}\u{feff}\u{2060}{}", &secret[..7], &secret[7..]),
            secret[..20].to_owned(),
            secret[..33].to_owned(),
        ] {
            let masked = masker.mask(&format!("a {disguise} b")).into_owned();
            assert_eq!(masked.replace('\u{200b}', ""), "a *** b", "{disguise:?}");
        }
        let short = format!("a {} b", &secret[..19]);
        assert_eq!(masker.mask(&short), short);
        assert_eq!(masker.mask("a \u{200b}b"), "a \u{200b}b");
        // What many values begin with is no secret.
        let hook = Masker::new(["https://hooks.example.org/services/T0/B1/x".to_owned()]);
        assert_eq!(hook.mask("https://hooks.example.org/docs"), "https://hooks.example.org/docs");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_planted_secret_survives(
            secret in "[ -)+-~äß☃😀]{6,40}",
            other in "[!-)+-~]{6,20}",
            before in "[ -)+-~\n]{0,30}",
            after in "[ -)+-~\n]{0,30}",
        ) {
            let secret = secret.trim().to_owned();
            prop_assume!(secret.chars().count() >= SHORTEST);
            let masker = Masker::new([secret.clone(), other]);
            let json = serde_json::to_string(&format!("{before}{secret}{after}")).unwrap();
            let forms = [
                format!("{before}{secret}{after}"),
                format!("{before}{secret}{secret}{after}"),
                json.clone(),
                serde_json::to_string(&json).unwrap(),
                STANDARD.encode(format!("{before}{secret}{after}")),
                URL_SAFE.encode(format!("{before}{secret}{after}")),
                STANDARD.encode(format!("x-access-token:{secret}")),
                percent(&format!("{before}{secret}{after}")),
                hex(&secret),
                hex(&secret).to_uppercase(),
            ];
            for text in forms {
                let masked = masker.mask(&text);
                prop_assert!(masked.contains(MASK), "{text:?} -> {masked:?}");
                for form in forms::forms(&secret) {
                    prop_assert!(!masked.contains(&form), "{form:?} in {masked:?}");
                }
            }
        }

        #[test]
        fn any_text_is_survived_and_masking_twice_changes_nothing(text in "\\PC{0,200}") {
            let masker = Masker::new(["planted-secret".to_owned()]);
            let once = masker.mask(&text).into_owned();
            prop_assert_eq!(masker.mask(&once).into_owned(), once.clone());
        }
    }
}
