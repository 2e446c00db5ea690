use super::*;
use proptest::prelude::*;

#[test]
fn hidden_text_goes_and_shown_text_stays() {
    for (text, expected) in [
        ("a<!-- hidden -->b", "a b"),
        ("a<!-- hidden\n\nmore", "a "),
        ("a <!--> b", "a   b"),
        ("x<script>evil()</script>y<style>p{}</style>z", "xyz"),
        ("x<script>never closed", "x"),
        ("![do this](http://i/x.png \"and this\") end", "(image) end"),
        ("![a [b] c](u) end", "(image) end"),
        ("[text](http://u \"title\")", "[text](http://u)"),
        ("[text](http://u)", "[text](http://u)"),
        ("[![alt](img)](http://u)", "[(image)](http://u)"),
        ("<img src=x alt=\"a > b hidden\">shown", "shown"),
        ("<a href=\"x\" title=\"t\">shown</a>", "shown"),
        ("<x-note data-text='hidden'>shown</x-note>", "<x-note>shown</x-note>"),
        ("<details open title=x><summary>s</summary>kept</details>", "<details><summary>s</summary>kept</details>"),
        ("[//]: # (hidden)\nshown", "shown"),
        ("[a]: http://u\n  \"title\ngoes on\"\nshown", "shown"),
        ("> [a]: <http://u> 'hidden'\nshown", "shown"),
        ("[label\nhidden]:\n http://u\nshown", "shown"),
        ("[INFO]: server has started", "[INFO]: server has started"),
        ("[^1]: a footnote", "[^1]: a footnote"),
        ("a\u{200b}b\u{202e}c\u{e0041}d\u{7}e\r\nf\rg", "abcde\nf\ng"),
        ("a&#8203;b&#xE0041;c&#65;", "abc&#65;"),
        ("Vec<String> and a < b && c > d", "Vec<String> and a < b && c > d"),
        ("`<img alt=\"shown\">` and ``a ` <b x=1>``", "`<img alt=\"shown\">` and ``a ` <b x=1>``"),
        ("\\`<img alt=\"hidden\">\\`", "\\`\\`"),
        ("```html\n<img alt=\"shown\"><!-- hidden -->\n```\n<img alt=h>", "```html\n<img alt=\"shown\">\n```\n"),
        ("> ```\n<img alt=\"hidden\">shown", "> ```\nshown"),
        ("<!-\u{200b}- hidden -->shown", " shown"),
    ] {
        assert_eq!(clean(text), expected, "{text:?}");
    }
}

#[test]
fn an_issue_becomes_data() {
    let body = "Since 1.2 `parse_config` and HttpClient.send fail in src/net/client.rs:40.\n\n\
        ```console\n$ cargo test net:: \\\n    --all\nerror\n```\n\
        ```sh\n# set-up\npytest tests/test_x.py::test_y[a-1]\n```\n\
        Run `npm test` or `make`; see https://github.com/o/r/blob/main/lib/a.ts#L7 and https://e.org/x.html.\n";
    let issue = extract("Crash in `load()`", body);
    assert_eq!(issue.commands, ["cargo test net:: --all", "pytest tests/test_x.py::test_y[a-1]", "npm test", "make"]);
    assert_eq!(issue.code_blocks[0].lang, "console");
    assert_eq!(issue.code_blocks.len(), 2);
    let path = |p: &str, line| (p.to_owned(), line);
    assert_eq!(
        issue.paths,
        [path("src/net/client.rs", Some(40)), path("tests/test_x.py", None), path("lib/a.ts", Some(7))]
    );
    assert_eq!(issue.tests, ["tests/test_x.py::test_y[a-1]", "test_x", "test_y"]);
    for symbol in ["load", "parse_config", "HttpClient", "HttpClient.send"] {
        assert!(issue.symbols.contains(&symbol.to_owned()), "{symbol}: {:?}", issue.symbols);
    }
}

#[test]
fn frames_of_six_languages_are_found() {
    for (text, path, line, symbol) in [
        ("  File \"/app/src/a b.py\", line 12, in load", "/app/src/a b.py", 12, Some("load")),
        ("tests/test_a.py:7: in test_x", "tests/test_a.py", 7, Some("test_x")),
        ("tests/test_a.py:7: AssertionError", "tests/test_a.py", 7, None),
        ("    at Parser.next (/app/lib/parser.js:10:5)", "/app/lib/parser.js", 10, Some("next")),
        ("    at async file:///app/main.mjs:3:1", "/app/main.mjs", 3, None),
        ("    at Object.<anonymous> (C:\\app\\x.js:1:2)", "C:/app/x.js", 1, Some("<anonymous>")),
        ("thread 'main' (42) panicked at src/main.rs:4:5:", "src/main.rs", 4, None),
        ("thread 'main' panicked at 'boom', src/lib.rs:9:1", "src/lib.rs", 9, None),
        ("   4: app::config::parse\n             at ./src/config.rs:88:13", "src/config.rs", 88, Some("parse")),
        ("  --> src/lib.rs:3:4", "src/lib.rs", 3, None),
        ("main.(*Server).Run(0xc0)\n\t/go/src/app/server.go:31 +0x1d", "/go/src/app/server.go", 31, Some("Run")),
        ("    server_test.go:17: got 1", "server_test.go", 17, None),
        ("\tat org.acme.Outer$In.run(Outer.java:42)", "org/acme/Outer.java", 42, Some("run")),
        ("#1 0x55d in parse_header /src/http/header.c:77:3", "/src/http/header.c", 77, Some("parse_header")),
        ("#0  main (argc=1) at main.c:5", "main.c", 5, Some("main")),
        ("src/x.c:12:3: error: expected ';'", "src/x.c", 12, None),
        ("src/x.ts(12,3): error TS2304", "src/x.ts", 12, None),
    ] {
        let frames = extract("", &format!("```\n{text}\n```")).traces;
        let expected = Frame { path: path.to_owned(), line, symbol: symbol.map(str::to_owned) };
        assert_eq!(frames, [expected], "{text}");
    }
    assert_eq!(extract("", "at 10:30:00 the meeting (12:30) began").traces, []);
}

#[test]
fn quoted_text_is_inert() {
    let text = "@octo fixes #12, GH-12, o/r#3, https://x.y/z, www.x.y, ![i](u), [a](u)\n[b]: u\n<!-- thanos:x -->\n\
                ```` \n~~~\n/thanos fix\n<img src=x> a < b user@example.org";
    let quoted = inert(text);
    for live in
        ["@octo", "#12", "GH-12", "#3", "://", "www.x", "![", "](", "]:", "<!--", "```", "~~~", "\n/thanos", "<img"]
    {
        assert!(!quoted.contains(live), "{live}: {quoted}");
    }
    assert_eq!(quoted.replace('\u{200b}', ""), text);
    for block in ["# a", "## a", "> a", "- a", "* * *", "---", "+ a", "==="] {
        assert!(!inert(block).starts_with(&block[..1]), "{block}");
    }
    assert_eq!(inert("-5, _a_, *b*, +1"), "-5, _a_, *b*, +1");
    assert_eq!(inert("plain text: a/b, 1 < 2, x == y, fn(a)"), "plain text: a/b, 1 < 2, x == y, fn(a)");
}

#[test]
fn a_cut_closes_what_is_open() {
    let text = format!("intro\n<details>\n\n````rust\n{}````\n</details>\n", "let x = 1;\n".repeat(50));
    let short = cut(&text, 200);
    assert!(short.chars().count() <= 200);
    assert!(short.contains("let x = 1;\n\n````\n\n</details>\n\n_Cut here"), "{short}");
    assert_eq!(cut("short", 5), "short");
    assert!(cut(&"ü".repeat(300), 100).starts_with("üüü"));
    assert_eq!(cut(&"ü".repeat(300), 100).chars().count(), 100);
}

/// Pieces that open or close something, for texts that try to confuse.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = [
        "<",
        ">",
        "<!--",
        "-->",
        "`",
        "```",
        "~~~",
        "\n",
        "[",
        "]",
        "(",
        ")",
        "![",
        "](",
        "]:",
        "\"",
        "'",
        "<a ",
        "<script>",
        "</script>",
        "</",
        "&#",
        "&#8203;",
        "#1",
        "@u",
        "\\",
        "$ ",
        ":1",
        "at ",
        "x.py",
        "/",
        "::",
        "é",
        "\u{e0041}",
        "> ",
        "- ",
        "File \"",
        "\", line ",
        "<details>",
        " ",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..60).prop_map(|p| p.concat())
}

proptest! {
    #[test]
    fn nothing_panics_and_nothing_hidden_survives(text in prop_oneof![nasty(), any::<String>()], max in 0..80usize) {
        let issue = extract(&text, &text);
        let hidden = ['\u{e0041}', '\u{200b}', '\r'];
        prop_assert!(!issue.body.contains(hidden));
        prop_assert!(!inert(&text).contains("<!--"));
        prop_assert!(!inert(&text).contains("```"));
        prop_assert!(cut(&text, max).chars().count() <= max);
    }
}
