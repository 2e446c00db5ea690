use super::Revert;
use crate::hand::testing::{Shop, after};
use crate::record::{Candidate, Confidence};
use crate::verify::Trial;

/// Functions of which each is changed in the last commit.
fn many(n: usize, what: &str) -> String {
    (0..n).map(|i| format!("def f{i}(x):\n    \"\"\"Says {i}.\"\"\"\n    return x + {what}{i}\n\n\n")).collect()
}

fn offers(shop: &Shop) -> Vec<Candidate> {
    shop.offers(&Revert, "pytest", "", &[])
}

/// The command fails as long as each of these pieces of text is there, or any of the others is.
fn shop(now: &[(&str, &str)], before: &[(&str, Option<&str>)], all: &'static [&'static str]) -> Shop {
    let judge =
        Box::new(
            move |read: &dyn Fn(&str) -> String| {
                if all.iter().all(|text| !read("a.py").contains(text)) { Trial::Passes } else { Trial::Fails }
            },
        );
    Shop::new(now).before(before).judged(judge)
}

#[test]
fn one_guilty_hunk_of_many_in_few_runs() {
    for n in [16_usize, 64, 200] {
        let (old, new) = (many(n, "1000"), many(n, "2000"));
        let shop = shop(&[("a.py", &new)], &[("a.py", Some(&old))], &["20007\n"]);
        let found = offers(&shop);
        assert_eq!(after(&found[0]), new.replace("20007\n", "10007\n"), "{n}");
        assert!(shop.trials.get() <= 2 * usize::try_from(n.ilog2()).unwrap() + 8, "{}", shop.trials.get());
        assert_eq!(found[0].confidence, Confidence::Suggested);
        let said = format!("took back 1 of {n} hunks of 0000000000 \"Change 1\" by Ann: a.py:38");
        assert_eq!(found[0].why, said);
    }
}

#[test]
fn two_guilty_hunks_and_nothing_else() {
    let (old, new) = (many(32, "1000"), many(32, "2000"));
    let shop = shop(&[("a.py", &new)], &[("a.py", Some(&old))], &["20003\n", "200029\n"]);
    let mended = new.replace("20003\n", "10003\n").replace("200029\n", "100029\n");
    assert_eq!(after(&offers(&shop)[0]), mended);
    assert!(shop.trials.get() <= 24, "{}", shop.trials.get());
}

#[test]
fn what_uses_a_name_goes_with_it() {
    let old = "def f(x):\n    return x\n\n\ndef g(x):\n    return x + 1\n\n\ndef h(x):\n    return x\n";
    let new = "LIMIT = 3\n\n\ndef f(x):\n    return x\n\n\ndef g(x):\n    return x + LIMIT\n\n\ndef h(x):\n    return x * 1\n";
    let shop = shop(&[("a.py", new)], &[("a.py", Some(old))], &["LIMIT = 3"]);
    let mended = new.replace("LIMIT = 3\n\n\n", "").replace("x + LIMIT", "x + 1");
    assert_eq!(after(&offers(&shop)[0]), mended);
}

#[test]
fn hunks_that_make_no_sense_apart_go_together() {
    let old = "def f(x):\n    a = x\n    b = a\n    c = b\n    return c\n\n\ndef g():\n    return 1\n";
    let new = "def f(x):\n    try:\n        a = x\n        b = a\n        c = b\n    finally:\n        pass\n    return c\n\n\ndef g():\n    return 2\n";
    let shop = shop(&[("a.py", new)], &[("a.py", Some(old))], &["finally"]);
    assert_eq!(after(&offers(&shop)[0]), old.replace("return 1", "return 2"));
}

#[test]
fn tests_and_texts_stay() {
    let shop = shop(
        &[
            ("a.py", "x = 2\n"),
            ("tests/test_a.py", "from a import x\n\ndef test_x():\n    assert x == 1\n"),
            ("README.md", "new\n"),
        ],
        &[("a.py", Some("x = 1\n")), ("tests/test_a.py", None), ("README.md", Some("old\n"))],
        &["x = 2"],
    );
    let found = offers(&shop);
    let paths: Vec<&str> = found[0].patch.files().iter().map(|f| f.path.as_str()).collect();
    assert_eq!(paths, ["a.py"]);
    // All of the change that can be taken back: it says little.
    assert_eq!(found[0].confidence, Confidence::Unsure);
}

#[test]
fn the_guilty_commit_is_found_and_later_ones_stay() {
    let text = |value: usize, later: usize| {
        format!("def f(x):\n    return x + {value}\n\n\ndef g(x):\n    return x * {later}\n")
    };
    let now = text(9, 20);
    let mut shop = Shop::new(&[("a.py", &now)]);
    for later in (0..20).rev() {
        let value = if later < 13 { 1 } else { 9 };
        shop = shop.before(&[("a.py", Some(&text(value, later)))]);
    }
    let shop = shop.judged(Box::new(|read| if read("a.py").contains("+ 9") { Trial::Fails } else { Trial::Passes }));
    let found = offers(&shop);
    assert_eq!(after(&found[0]), text(1, 20));
    assert!(found[0].why.contains("\"Change 8\""), "{}", found[0].why);
    assert!(shop.trials.get() <= 14, "{}", shop.trials.get());
}

/// All of the change cannot be taken back, because its new test needs a part of it.
#[test]
fn a_part_that_is_needed_stays() {
    let (old, new) = (many(8, "1000"), many(8, "2000"));
    let shop = Shop::new(&[("a.py", &new)]).before(&[("a.py", Some(&old))]);
    let shop =
        shop.judged(Box::new(|read| match (read("a.py").contains("20002\n"), read("a.py").contains("20005\n")) {
            (true, _) => Trial::Fails,
            (false, false) => Trial::Cures,
            (false, true) => Trial::Passes,
        }));
    assert_eq!(after(&offers(&shop)[0]), new.replace("20002\n", "10002\n"));
}

#[test]
fn files_that_came_went_or_moved_are_whole() {
    let body = many(3, "1");
    let shop = Shop::new(&[("lib/b.py", &body), ("c.py", "import lib.b\n"), ("d.py", "y = 2\n")]);
    let shop = shop.before(&[
        ("lib/b.py", None),
        ("b.py", Some(&body)),
        ("c.py", Some("import b\n")),
        ("d.py", Some("y = 1\n")),
    ]);
    let shop = shop.judged(Box::new(|read| if read("b.py").is_empty() { Trial::Fails } else { Trial::Passes }));
    let found = offers(&shop);
    let paths: Vec<&str> = found[0].patch.files().iter().map(|f| f.path.as_str()).collect();
    assert!(paths.starts_with(&["b.py"]) && paths.contains(&"lib/b.py") && !paths.contains(&"d.py"), "{paths:?}");
}

#[test]
fn nothing_is_offered_where_nothing_helps() {
    let shop = Shop::new(&[("a.py", "x = 2\n")]).before(&[("a.py", Some("x = 1\n"))]);
    assert!(offers(&shop.judged(Box::new(|_| Trial::Fails))).is_empty());
    assert!(offers(&Shop::new(&[("a.py", "x = 2\n")])).is_empty());
    let over = Shop::new(&[("a.py", "x = 2\n")]).before(&[("a.py", Some("x = 1\n"))]);
    assert!(offers(&over.judged(Box::new(|_| Trial::Over))).is_empty());
}
