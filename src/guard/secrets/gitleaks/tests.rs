//! Settings as people write them.

use super::*;
use proptest::prelude::*;

fn read_none(_: &str) -> Option<String> {
    None
}

fn parsed(text: &str) -> Config {
    parse(".gitleaks.toml", text, &read_none).unwrap()
}

fn sight<'a>(path: &'a str, secret: &'a str, line: &'a str) -> Sight<'a> {
    Sight {
        rules: vec!["assigned-secret", "generic-api-key"],
        path,
        commit: Some("0123456789"),
        secret,
        whole: secret,
        line,
    }
}

const BOTH_FORMS: &str = r#"
title = "ours"
[extend]
useDefault = true
disabledRules = ["generic-api-key", "jwt"]

[[rules]]
id = "acme-token"
description = "ACME token"
regex = '''acme_(\w{8})_{end}'''
secretGroup = 1
entropy = 2.0
keywords = ["ACME_"]
[[rules.allowlists]]
condition = "AND"
paths = ['''^docs/''']
stopwords = ["sample"]

[allowlist]
paths = ['''(^|/)vendor/''']
stopwords = ["Placeholder"]

[[allowlists]]
regexTarget = "line"
regexes = ['''# not secret$''']

[[allowlists]]
targetRules = ["jwt"]
commits = ["0123456"]
"#;

#[test]
fn a_find_may_need_another_one_near_it() {
    let config = parsed(
        r#"
[[rules]]
id = "acme-secret"
regex = "secret_[a-z]{8}"
[[rules.required]]
id = "acme-id"
withinLines = 2
[[rules]]
id = "acme-id"
regex = "id_[0-9]{8}"
skipReport = true
"#,
    );
    let settings = crate::guard::secrets::Settings { config: Some(config), ..Default::default() };
    let scanner = crate::guard::secrets::Scanner::new(settings, false);
    let found = |text: &str| {
        let place = crate::guard::secrets::Place { path: "a.txt", commit: None };
        scanner.scan(place, text).into_iter().map(|secret| (secret.rule, secret.line)).collect::<Vec<_>>()
    };
    let secret = |line| vec![("acme-secret".to_owned(), line)];
    assert_eq!(found("id_12345678\nx\nsecret_abcdefgh\n"), secret(3));
    assert_eq!(found("id_12345678\nx\ny\nsecret_abcdefgh\n"), []);
    assert_eq!(found("secret_abcdefgh\n"), []);
    assert_eq!(found("id_12345678\n"), []);
}

#[test]
fn both_forms_of_allowlists_are_heeded() {
    let config = parsed(BOTH_FORMS);
    assert!(config.built_in && config.disabled == ["generic-api-key", "jwt"]);
    assert_eq!(
        (config.rules[0].id.as_str(), config.rules[0].group, config.rules[0].keywords[0].as_str()),
        ("acme-token", 1, "acme_")
    );
    let covered = |sight: &Sight| config.allow.iter().any(|allow| allow.covers(sight));
    assert!(config.allow.iter().any(|allow| allow.takes_path("a/vendor/x.go")));
    assert!(covered(&sight("a/vendor/x.go", "s", "s")) && covered(&sight("x", "a-placeholder", "s")));
    assert!(covered(&sight("x", "s", "k = s # not secret")) && !covered(&sight("x", "s", "k = s")));
    let acme = |path, secret| Sight { rules: vec!["acme-token"], commit: None, ..sight(path, secret, "") };
    assert!(covered(&acme("docs/a.md", "sample1")) && !covered(&acme("src/a.md", "sample1")));
    let jwt = Sight { rules: vec!["jwt"], ..sight("x", "s", "s") };
    assert!(covered(&jwt) && !covered(&Sight { commit: Some("999"), rules: vec!["jwt"], ..sight("x", "s", "s") }));
}

#[test]
fn built_in_rules_go_only_where_the_file_has_its_own() {
    assert!(parsed("").built_in && parsed("[allowlist]\npaths=['x']").built_in);
    assert!(parsed("[[rules]]\nid='jwt'\n[[rules.allowlists]]\npaths=['x']").built_in);
    assert!(!parsed("[[rules]]\nid='a'\nregex='a'").built_in);
}

#[test]
fn another_file_is_extended() {
    let read = |path: &str| {
        (path == "base.toml").then(|| "[extend]\nuseDefault = true\n[[rules]]\nid='a'\nregex='old'".to_owned())
    };
    let text = "[extend]\npath = 'base.toml'\n[[rules]]\nid='a'\nregex='new'\n[[rules]]\nid='b'\npath='\\.key$'";
    let config = parse("x", text, &read).unwrap();
    assert!(config.built_in);
    assert_eq!(
        config.rules.iter().map(|r| (r.id.as_str(), r.regex.as_deref())).collect::<Vec<_>>(),
        [("a", Some("new")), ("b", None)]
    );
    let endless = |_: &str| Some("[extend]\npath = 'x'".to_owned());
    assert!(parse("x", "[extend]\npath = 'x'", &endless).unwrap_err().contains("files deep"));
    assert!(parse("x", "[extend]\npath = 'y'", &read_none).unwrap_err().contains("no file `y`"));
}

#[test]
fn mistakes_are_told_in_one_line_with_their_place() {
    for (text, part) in [
        ("title = 1\n[[rules]\n", ".gitleaks.toml line 2: "),
        ("[[rules]]\nid = 'a'\nregex = '(a'", "rule `a`: `(a` is no regular expression"),
        ("[[rules]]\nregex = 'a'", "a rule has no id"),
        ("[[rules]]\nid = 3", ".gitleaks.toml line 2: "),
        ("[allowlist]\ncondition = 'XOR'", "condition `XOR`"),
        ("[[allowlists]]\nregexTarget = 'all'", "regexTarget `all`"),
        ("[[rules]]\nid = 'a'\nregex = '((a{1000}){1000}){1000}'", "rule `a`"),
    ] {
        let error = parse(".gitleaks.toml", text, &read_none).unwrap_err();
        assert!(error.contains(part) && !error.contains('\n'), "{text}: {error}");
    }
}

#[test]
fn ignored_finds_are_named_by_place() {
    let text =
        "# comment\nsrc/a.py:generic-api-key:3\n0123456789012345678901234567890123456789:b:c.py:jwt:1\nnonsense\n";
    let ignore = Ignore::parse(text);
    let rules = ["assigned-secret", "generic-api-key"];
    assert!(ignore.covers(&rules, "src/a.py", 3, None) && ignore.covers(&rules, "src/a.py", 3, Some("x")));
    assert!(!ignore.covers(&rules, "src/a.py", 4, None) && !ignore.covers(&["jwt"], "src/a.py", 3, None));
    let commit = "0123456789012345678901234567890123456789";
    assert!(ignore.covers(&["jwt"], "b:c.py", 1, Some(commit)) && !ignore.covers(&["jwt"], "b:c.py", 1, None));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_settings_are_survived(text in "\\PC{0,200}", ignore in "[a-z:0-9\n#]{0,120}") {
        let _ = parse("x", &text, &read_none);
        let _ = Ignore::parse(&ignore);
    }

    #[test]
    fn broken_settings_are_survived(cut in 0_usize..1000, noise in "[\\[\\]'\"=a-z\n{}]{0,12}") {
        let at = (0..=cut % (BOTH_FORMS.len() + 1)).rev().find(|i| BOTH_FORMS.is_char_boundary(*i)).unwrap_or(0);
        let text = format!("{}{noise}{}", &BOTH_FORMS[..at], &BOTH_FORMS[at..]);
        if let Err(error) = parse("x", &text, &read_none) {
            prop_assert!(!error.contains('\n'), "{}", error);
        }
    }
}
