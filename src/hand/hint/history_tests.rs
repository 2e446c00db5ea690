//! Broken by a change that forgot a place → mended, as data.

use super::Hint;
use crate::hand::testing::{Shop, after};

struct Case {
    name: &'static str,
    /// Path, before the last change, now.
    files: &'static [(&'static str, Option<&'static str>, Option<&'static str>)],
    log: &'static str,
    /// The first file of the first candidate.
    mended: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "a renamed function, a forgotten call",
        files: &[
            ("m.py", Some("def total(xs):\n    return sum(xs)\n"), Some("def grand_sum(xs):\n    return sum(xs)\n")),
            ("a.py", Some("import m\nprint(m.total([1]))\n"), Some("import m\nprint(m.grand_sum([1]))\n")),
            (
                "b.py",
                Some("import m\n\n\ndef f(xs):\n    return m.total(xs)\n"),
                Some("import m\n\n\ndef f(xs):\n    return m.total(xs)\n"),
            ),
        ],
        log: "  File \"/repo/b.py\", line 5, in f\n    return m.total(xs)\nAttributeError: module 'm' has no attribute 'total'\n",
        mended: "import m\n\n\ndef f(xs):\n    return m.grand_sum(xs)\n",
    },
    Case {
        name: "renamed uses, a forgotten definition",
        files: &[
            ("a.py", Some("import m\nprint(m.total([1]))\n"), Some("import m\nprint(m.grand_sum([1]))\n")),
            ("m.py", Some("def total(xs):\n    return sum(xs)\n"), Some("def total(xs):\n    return sum(xs)\n")),
        ],
        log: "  File \"/repo/a.py\", line 2, in <module>\n    print(m.grand_sum([1]))\nAttributeError: module 'm' has no attribute 'grand_sum'\n",
        mended: "import m\nprint(m.total([1]))\n",
    },
    Case {
        name: "a renamed key of a configuration",
        files: &[
            ("c.json", Some("{\"timeout\": 3}\n"), Some("{\"limit_seconds\": 3}\n")),
            (
                "a.py",
                Some("import json\nc = json.load(open('c.json'))\nprint(c['timeout'])\n"),
                Some("import json\nc = json.load(open('c.json'))\nprint(c['timeout'])\n"),
            ),
        ],
        log: "  File \"/repo/a.py\", line 3, in <module>\n    print(c['timeout'])\nKeyError: 'timeout'\n",
        mended: "import json\nc = json.load(open('c.json'))\nprint(c['limit_seconds'])\n",
    },
    Case {
        name: "a moved module",
        files: &[
            ("pkg/util.py", Some("X = 1\nY = 2\n"), None),
            ("pkg/lib/helpers.py", None, Some("X = 1\nY = 2\n")),
            ("pkg/a.py", Some("from pkg.util import X\nprint(X)\n"), Some("from pkg.util import X\nprint(X)\n")),
        ],
        log: "  File \"/repo/pkg/a.py\", line 1, in <module>\n    from pkg.util import X\nModuleNotFoundError: No module named 'pkg.util'\n",
        mended: "from pkg.lib.helpers import X\nprint(X)\n",
    },
    Case {
        name: "a new argument",
        files: &[
            (
                "m.py",
                Some("def area(w, h):\n    return w * h\n\n\ndef one():\n    return area(1, 1)\n"),
                Some("def area(w, h, unit):\n    return w * h * unit\n\n\ndef one():\n    return area(1, 1, 10)\n"),
            ),
            (
                "b.py",
                Some("from m import area\nprint(area(2, max(3, 4)))\n"),
                Some("from m import area\nprint(area(2, max(3, 4)))\n"),
            ),
        ],
        log: "  File \"/repo/b.py\", line 2, in <module>\n    print(area(2, max(3, 4)))\nTypeError: area() missing 1 required positional argument: 'unit'\n",
        mended: "from m import area\nprint(area(2, max(3, 4), 10))\n",
    },
    Case {
        name: "an argument less",
        files: &[(
            "src/lib.rs",
            Some(
                "pub fn area(w: u32, h: u32, d: u32) -> u32 {\n    w * h\n}\n\npub fn one() -> u32 {\n    area(1, 2, 3)\n}\n",
            ),
            Some("pub fn area(w: u32, h: u32) -> u32 {\n    w * h\n}\n\npub fn one() -> u32 {\n    area(1, 2, 3)\n}\n"),
        )],
        log: "error[E0061]: this function takes 2 arguments but 3 arguments were supplied\n --> src/lib.rs:6:5\n  |\n6 |     area(1, 2, 3)\n  |     ^^^^       - unexpected argument #3 of type `{integer}`\n",
        mended: "pub fn area(w: u32, h: u32) -> u32 {\n    w * h\n}\n\npub fn one() -> u32 {\n    area(1, 2)\n}\n",
    },
    Case {
        name: "another order",
        files: &[
            (
                "src/a.js",
                Some("export function put(key, value) {\n  return [key, value];\n}\nput('a', 1);\n"),
                Some("export function put(value, key) {\n  return [key, value];\n}\nput(1, 'a');\n"),
            ),
            (
                "src/b.js",
                Some("import { put } from './a.js';\nput('b', 2);\n"),
                Some("import { put } from './a.js';\nput('b', 2);\n"),
            ),
        ],
        log: "file:///repo/src/b.js:2\nput('b', 2);\n^\n\nTypeError: key.trim is not a function\n    at put (file:///repo/src/a.js:2:10)\n    at file:///repo/src/b.js:2:1\n",
        mended: "import { put } from './a.js';\nput(2, 'b');\n",
    },
];

const SLIPS: &[Case] = &[
    Case {
        name: "an import that is still used",
        files: &[(
            "a.py",
            Some("import re\nimport os\n\n\ndef f():\n    return re.escape(os.sep)\n"),
            Some("import os\n\n\ndef f():\n    return re.escape(os.sep)\n"),
        )],
        log: "  File \"/repo/a.py\", line 5, in f\n    return re.escape(os.sep)\nNameError: name 're' is not defined\n",
        mended: "import re\nimport os\n\n\ndef f():\n    return re.escape(os.sep)\n",
    },
    Case {
        name: "an argument of one call",
        files: &[
            ("m.py", Some("def area(w, h):\n    return w * h\n"), Some("def area(w, h):\n    return w * h\n")),
            (
                "b.py",
                Some("from m import area\nprint(area(2, 'x'.count('y')))\n"),
                Some("from m import area\nprint(area(2))\n"),
            ),
        ],
        log: "  File \"/repo/b.py\", line 2, in <module>\n    print(area(2))\nTypeError: area() missing 1 required positional argument: 'h'\n",
        mended: "from m import area\nprint(area(2, 'x'.count('y')))\n",
    },
    Case {
        name: "a bracket, told of at the end",
        files: &[(
            "src/a.js",
            Some("function f() {\n  return 1\n}\n\nfunction g() {\n  return 2\n}\n"),
            Some("function f() {\n  return 1\n\n\nfunction g() {\n  return 2\n}\n"),
        )],
        log: "/repo/src/a.js:8\n\n\n\nSyntaxError: Unexpected end of input\n",
        mended: "function f() {\n  return 1\n}\n\nfunction g() {\n  return 2\n}\n",
    },
    Case {
        name: "a word that opens a definition to others",
        files: &[
            ("src/a.rs", Some("pub fn total() -> u8 {\n    1\n}\n"), Some("fn total() -> u8 {\n    1\n}\n")),
            (
                "src/main.rs",
                Some("mod a;\nfn main() {\n    a::total();\n}\n"),
                Some("mod a;\nfn main() {\n    a::total();\n}\n"),
            ),
        ],
        log: "error[E0603]: function `total` is private\n --> src/main.rs:3:8\n  |\n3 |     a::total();\n  |        ^^^^^ private function\n",
        mended: "pub fn total() -> u8 {\n    1\n}\n",
    },
];

#[test]
fn a_slip_is_taken_back_first() {
    for case in SLIPS {
        let now: Vec<_> = case.files.iter().filter_map(|(path, _, now)| Some((*path, (*now)?))).collect();
        let before: Vec<_> = case.files.iter().map(|(path, before, _)| (*path, *before)).collect();
        let offers = Shop::new(&now).before(&before).offers(&Hint, "python a.py", case.log, &[]);
        assert_eq!(offers.first().map(after), Some(case.mended), "{}", case.name);
    }
}

/// What a change does in several places, or in a test, or with a definition's parameters, it does on purpose.
#[test]
fn work_is_not_taken_back() {
    let log = "  File \"/repo/b.py\", line 2, in <module>\n    print(area(2))\nTypeError: area() missing 1 required positional argument: 'h'\n";
    for (path, before, now) in [
        (
            "b.py",
            "from m import area\nprint(area(2, h))\nx = 1\nprint(h)\n",
            "from m import area\nprint(area(2))\nx = 1\nprint()\n",
        ),
        ("test_b.py", "from m import area\nprint(area(2, 3))\n", "from m import area\nprint(area(2))\n"),
        ("m.py", "def area(w, k):\n    return w * h\n", "def area(w):\n    return w * h\n"),
    ] {
        let log = log.replace("b.py", path);
        let offers = Shop::new(&[(path, now)]).before(&[(path, Some(before))]).offers(&Hint, "python a.py", &log, &[]);
        assert!(offers.iter().all(|offer| after(offer) != before), "{path}");
    }
}

#[test]
fn what_a_change_forgot_is_mended_as_the_change_says() {
    for case in CASES {
        let now: Vec<_> = case.files.iter().filter_map(|(path, _, now)| Some((*path, (*now)?))).collect();
        let before: Vec<_> = case.files.iter().map(|(path, before, _)| (*path, *before)).collect();
        let shop = Shop::new(&now).before(&before);
        let offers = shop.offers(&Hint, "python a.py", case.log, &[]);
        let found: Vec<&str> = offers.iter().map(after).collect();
        assert!(found.iter().take(3).any(|text| *text == case.mended), "{}: {found:#?}", case.name);
    }
}

#[test]
fn a_built_copy_keeps_its_own_names_and_comments_stay() {
    let old = "export function total() {\n  return 1;\n}\n// of total\ntotal();\n";
    let now = "export function grandTotal() {\n  return 1;\n}\n// of total\ntotal();\n";
    let built = "function total() {\n  return 1;\n}\ntotal();\n";
    let log = "src/a.ts(5,1): error TS2304: Cannot find name 'total'.\n";
    let shop = Shop::new(&[("src/a.ts", now), ("dist/a.js", built)]).before(&[("src/a.ts", Some(old))]);
    let offers = shop.offers(&Hint, "tsc -p .", log, &[]);
    assert!(!offers.is_empty() && offers.iter().all(|offer| offer.patch.files().len() == 1), "{offers:?}");
    assert!(offers.iter().all(|offer| after(offer).contains("// of total\n")));
}

/// Without a history, or with another change, these hints say nothing.
#[test]
fn an_unrelated_change_gives_no_hint() {
    let text = "import m\nprint(m.total([1]))\n";
    let shop = Shop::new(&[("a.py", text), ("m.py", "x = 1\n")]).before(&[("m.py", Some("x = 2\n"))]);
    let log = "  File \"/repo/a.py\", line 2, in <module>\n    print(m.total([1]))\nAttributeError: module 'm' has no attribute 'total'\n";
    assert!(shop.offers(&Hint, "python a.py", log, &[]).is_empty());
}
