use super::*;
use crate::hand::testing::{Shop, after};

pub(super) struct Example {
    /// The first one is expected to change.
    pub files: &'static [(&'static str, &'static str)],
    pub log: &'static str,
    pub fixed: &'static str,
}

/// How far down the list the right repair may stand.
const AMONG: usize = 5;

pub(super) fn check(examples: &[Example]) {
    for Example { files, log, fixed } in examples {
        let offers = Shop::new(files).offers(&Hint, "the failing command", log, &[]);
        let changed = offers.iter().filter(|offer| offer.patch.files()[0].path.as_str() == files[0].0);
        let texts: Vec<_> = changed.map(after).take(AMONG).collect();
        assert!(texts.contains(fixed), "{log}\nwanted {fixed:?}\noffered {texts:#?}");
    }
}

#[test]
fn a_required_member_has_the_name_that_is_asked_for() {
    check(&[
        Example {
            files: &[(
                "a.go",
                "package a\n\nimport \"fmt\"\n\ntype P struct{}\n\nfunc (p P) Strng() string { return \"\" }\n\nvar _ fmt.Stringer = P{}\n",
            )],
            log: "./a.go:9:22: cannot use P{} (value of struct type P) as fmt.Stringer value in variable declaration: P does not implement fmt.Stringer (missing method String)\n",
            fixed: "package a\n\nimport \"fmt\"\n\ntype P struct{}\n\nfunc (p P) String() string { return \"\" }\n\nvar _ fmt.Stringer = P{}\n",
        },
        Example {
            files: &[(
                "A.java",
                "class A implements Comparable<A> {\n  public int comparTo(A o) {\n    return 0;\n  }\n}\n",
            )],
            log: "A.java:1: error: A is not abstract and does not override abstract method compareTo(A) in Comparable\nclass A implements Comparable<A> {\n^\n1 error\n",
            fixed: "class A implements Comparable<A> {\n  public int compareTo(A o) {\n    return 0;\n  }\n}\n",
        },
        Example {
            files: &[(
                "a.py",
                "from abc import ABC, abstractmethod\n\nclass A(ABC):\n    @abstractmethod\n    def speak(self): ...\n\nclass B(A):\n    def speek(self):\n        return 1\n\ndef f():\n    return B()\n",
            )],
            log: "Traceback (most recent call last):\n  File \"a.py\", line 12, in f\n    return B()\nTypeError: Can't instantiate abstract class B with abstract method speak\n",
            fixed: "from abc import ABC, abstractmethod\n\nclass A(ABC):\n    @abstractmethod\n    def speak(self): ...\n\nclass B(A):\n    def speak(self):\n        return 1\n\ndef f():\n    return B()\n",
        },
        Example {
            files: &[(
                "a.ts",
                "interface S {\n  area(): number;\n}\nclass C implements S {\n  aera(): number {\n    return 1;\n  }\n}\n",
            )],
            log: "a.ts(4,7): error TS2420: Class 'C' incorrectly implements interface 'S'.\n  Property 'area' is missing in type 'C' but required in type 'S'.\n",
            fixed: "interface S {\n  area(): number;\n}\nclass C implements S {\n  area(): number {\n    return 1;\n  }\n}\n",
        },
    ]);
}

#[test]
fn a_block_ends_where_the_layout_leaves_it() {
    check(&[Example {
        files: &[("a.js", "function f(x) {\n  if (x > 1) {\n    return 2;\n  return 1;\n}\nmodule.exports = { f };\n")],
        log: "/repo/a.js:7\nSyntaxError: Unexpected end of input\n    at wrapSafe (node:internal/modules/cjs/loader:1464:18)\n",
        fixed: "function f(x) {\n  if (x > 1) {\n    return 2;\n  }\n  return 1;\n}\nmodule.exports = { f };\n",
    }]);
}

#[test]
fn rust() {
    check(&[
        Example {
            files: &[("src/lib.rs", "fn f() -> u8 {\n    let length = 1;\n    lenght + length\n}\n")],
            log: "error[E0425]: cannot find value `lenght` in this scope\n --> src/lib.rs:3:5\n  |\n3 |     lenght + length\n  |     ^^^^^^ help: a local variable with a similar name exists: `length`\n",
            fixed: "fn f() -> u8 {\n    let length = 1;\n    length + length\n}\n",
        },
        Example {
            files: &[("src/lib.rs", "fn f() -> u8 {\n    let lenght = 1;\n    length + length\n}\n")],
            log: "error[E0425]: cannot find value `length` in this scope\n --> src/lib.rs:3:5\n  |\nhelp: a local variable with a similar name exists\n  |\n3 -     length + length\n3 +     lenght + length\n  |\n\nerror[E0425]: cannot find value `length` in this scope\n --> src/lib.rs:3:14\n",
            fixed: "fn f() -> u8 {\n    let length = 1;\n    length + length\n}\n",
        },
        Example {
            files: &[("src/lib.rs", "use std::colections::HashMap;\n")],
            log: "error[E0432]: unresolved import `std::colections`\n --> src/lib.rs:1:10\n  |\n1 | use std::colections::HashMap;\n  |          ^^^^^^^^^^ could not find `colections` in `std`\n",
            fixed: "use std::collections::HashMap;\n",
        },
        Example {
            files: &[("src/lib.rs", "pubic fn f() {}\n")],
            log: "error: expected one of `!` or `::`, found keyword `fn`\n --> src/lib.rs:1:7\n  |\n1 | pubic fn f() {}\n  |       ^^ expected one of `!` or `::`\n",
            fixed: "pub fn f() {}\n",
        },
        Example {
            files: &[("src/lib.rs", "fn f() {\n    let x = 1\n    let y = 2;\n}\n")],
            log: "error: expected `;`, found keyword `let`\n --> src/lib.rs:2:14\n",
            fixed: "fn f() {\n    let x = 1;\n    let y = 2;\n}\n",
        },
        Example {
            files: &[("src/lib.rs", "fn f() {\n    g(1;\n}\n")],
            log: "error: mismatched closing delimiter: `}`\n --> src/lib.rs:2:6\n",
            fixed: "fn f() {\n    g(1);\n}\n",
        },
        Example {
            files: &[("src/lib.rs", "const A: &str = \"a;\nconst B: &str = \"b\";\n")],
            log: "error[E0765]: unterminated double quote string\n --> src/lib.rs:2:19\n",
            fixed: "const A: &str = \"a\";\nconst B: &str = \"b\";\n",
        },
    ]);
}

#[test]
fn scripts_tell_which_end_is_misspelt() {
    check(&[
        Example {
            files: &[(
                "a.js",
                "class A {\n  f(n) {\n    const lines = this.lines.find(n);\n    if (line) {\n      line.n += n;\n    }\n  }\n}\n",
            )],
            log: "/repo/a.js:4\nReferenceError: line is not defined\n    at A.f (/repo/a.js:4:9)\n",
            fixed: "class A {\n  f(n) {\n    const line = this.lines.find(n);\n    if (line) {\n      line.n += n;\n    }\n  }\n}\n",
        },
        Example {
            files: &[("a.js", "class A\n  f(n) {\n    return n;\n  }\n}\n")],
            log: "SyntaxError: /repo/a.js: Unexpected token, expected \"{\" (2:2)\n    at f (/repo/a.js:2:2)\n",
            fixed: "class A {\n  f(n) {\n    return n;\n  }\n}\n",
        },
        Example {
            files: &[("a.js", "const f = (xs) => xs.find((x) -> x.id === 1);\n")],
            log: "SyntaxError: /repo/a.js: Unexpected token (1:33)\n    at f (/repo/a.js:1:33)\n",
            fixed: "const f = (xs) => xs.find((x) => x.id === 1);\n",
        },
        Example {
            files: &[
                ("a.js", "function f() {\n  return g(1);\n}\nmodule.exports = { f };\n"),
                ("g.js", "function g(n) {\n  return n;\n}\nmodule.exports = { g };\n"),
                ("a.test.js", "const { f } = require('./a');\ntest('f', () => expect(f()).resolves.toBe(1));\n"),
            ],
            log: "    Rejected to value: [ReferenceError: g is not defined]\n\n      at Object.expect (a.test.js:2:17)\n",
            fixed: "const { g } = require('./g');\n\nfunction f() {\n  return g(1);\n}\nmodule.exports = { f };\n",
        },
    ]);
}

#[test]
fn python() {
    check(&[
        Example {
            files: &[("m.py", "def f(items):\n    return len(itmes)\n")],
            log: "Traceback (most recent call last):\n  File \"/repo/t.py\", line 1, in <module>\n  File \"/repo/m.py\", line 2, in f\n    return len(itmes)\nNameError: name 'itmes' is not defined. Did you mean: 'items'?\n",
            fixed: "def f(items):\n    return len(items)\n",
        },
        Example {
            files: &[
                ("m.py", "class A:\n    def __init__(self):\n        self.lenght = 1\n"),
                ("t.py", "from m import A\n\ndef test():\n    assert A().length == 1\n    assert A().length\n"),
            ],
            log: "t.py:4: in test\n    assert A().length == 1\nE   AttributeError: 'A' object has no attribute 'length'\n",
            fixed: "class A:\n    def __init__(self):\n        self.length = 1\n",
        },
        Example {
            files: &[("m.py", "ALL = [\n    (1, 2)\n    (3, 4),\n]\n")],
            log: "  File \"/repo/m.py\", line 2, in <module>\n    (1, 2)\nTypeError: 'tuple' object is not callable\n",
            fixed: "ALL = [\n    (1, 2),\n    (3, 4),\n]\n",
        },
        Example {
            files: &[
                ("t.py", "from pkg.utlis import f\n"),
                ("pkg/utils.py", "def f(): pass\n"),
                ("pkg/__init__.py", ""),
            ],
            log: "E   ModuleNotFoundError: No module named 'pkg.utlis'\n\nt.py:1: ModuleNotFoundError\n",
            fixed: "from pkg.utils import f\n",
        },
        Example {
            files: &[("t.py", "from m import parse_flie\n"), ("m.py", "def parse_file(): pass\n")],
            log: "ImportError while importing test module '/repo/t.py'.\nTraceback:\nt.py:1: in <module>\n    from m import parse_flie\nE   ImportError: cannot import name 'parse_flie' from 'm' (/repo/m.py)\n",
            fixed: "from m import parse_file\n",
        },
        Example {
            files: &[("m.py", "def f(width):\n    return width\n\nf(widht=1)\n")],
            log: "  File \"/repo/m.py\", line 4, in <module>\n    f(widht=1)\nTypeError: f() got an unexpected keyword argument 'widht'\n",
            fixed: "def f(width):\n    return width\n\nf(width=1)\n",
        },
        Example {
            files: &[("m.py", "def f(x: strr) -> intt:\n    return lenn(x)\n")],
            log: "m.py:1: error: Name \"intt\" is not defined; did you mean \"int\"?  [name-defined]\n",
            fixed: "def f(x: strr) -> int:\n    return lenn(x)\n",
        },
        Example {
            files: &[("m.py", "def f(x):\n    retrun x\n")],
            log: "  File \"/repo/m.py\", line 2\n    retrun x\n           ^\nSyntaxError: invalid syntax\n",
            fixed: "def f(x):\n    return x\n",
        },
        Example {
            files: &[("m.py", "def f(x)\n    return x\n")],
            log: "  File \"/repo/m.py\", line 1\n    def f(x)\n            ^\nSyntaxError: expected ':'\n",
            fixed: "def f(x):\n    return x\n",
        },
        Example {
            files: &[("m.py", "x = [\n    (1, 2,\n    (3, 4),\n]\n")],
            log: "  File \"/repo/m.py\", line 4\n    ]\n    ^\nSyntaxError: closing parenthesis ']' does not match opening parenthesis '(' on line 2\n",
            fixed: "x = [\n    (1, 2),\n    (3, 4),\n]\n",
        },
    ]);
}

#[test]
fn scripts() {
    check(&[
        Example {
            files: &[("a.js", "function area(width) {\n  return widht * 2;\n}\n")],
            log: "/repo/a.js:2\n  return widht * 2;\n  ^\n\nReferenceError: widht is not defined\n    at area (/repo/a.js:2:3)\n    at node:internal/main:1:2\n",
            fixed: "function area(width) {\n  return width * 2;\n}\n",
        },
        Example {
            files: &[("b.mjs", "import { parse } from './praser.mjs';\n"), ("parser.mjs", "export const parse = 1;\n")],
            log: "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/repo/praser.mjs' imported from /repo/b.mjs\n    at finalizeResolution (node:internal/modules/esm/resolve:283:11)\n",
            fixed: "import { parse } from './parser.mjs';\n",
        },
        Example {
            files: &[
                ("test/a.test.js", "import f from '../scr';\n\ndescribe(f);\n"),
                ("src/index.js", "export default 1;\n"),
                ("bench.js", "describe(1);\n"),
            ],
            log: " FAIL  test/a.test.js [ test/a.test.js ]\nError: Failed to load url ../scr (resolved id: ../scr). Does the file exist?\n \u{276f} loadAndTransform node_modules/vite/dist/node/chunks/dep-C6uTJdX2.js:51920:17\n",
            fixed: "import f from '../src';\n\ndescribe(f);\n",
        },
        Example {
            files: &[("b.mjs", "import { prase } from './p.mjs';\n"), ("p.mjs", "export const parse = 1;\n")],
            log: "file:///repo/b.mjs:1\nimport { prase } from './p.mjs';\n         ^^^^^\nSyntaxError: The requested module './p.mjs' does not provide an export named 'prase'\n    at ModuleJob._instantiate (node:internal/modules/esm/module_job:123:21)\n",
            fixed: "import { parse } from './p.mjs';\n",
        },
        Example {
            files: &[("a.js", "const all = [1];\nall.froEach(x => x);\n")],
            log: "    TypeError: all.froEach is not a function\n      at Object.<anonymous> (a.js:2:5)\n",
            fixed: "const all = [1];\nall.forEach(x => x);\n",
        },
        Example {
            files: &[("a.js", "const o = { items: [] };\nconst n = o.itmes.length;\n")],
            log: "TypeError: Cannot read properties of undefined (reading 'length')\n    at Object.<anonymous> (/repo/a.js:2:19)\n",
            fixed: "const o = { items: [] };\nconst n = o.items.length;\n",
        },
        Example {
            files: &[
                ("a.js", "function f(o) {\n  o.cuonter += 1;\n}\nconst o = { counter: 1 };\nf(o);\n"),
                ("a.test.js", ""),
            ],
            log: "AssertionError [ERR_ASSERTION]: 1 == 2\n    at Object.<anonymous> (/repo/a.js:5:1)\n",
            fixed: "function f(o) {\n  o.counter += 1;\n}\nconst o = { counter: 1 };\nf(o);\n",
        },
        Example {
            files: &[("a.ts", "interface P { size: number }\nconst f = (p: P) => p.szie;\n")],
            log: "a.ts(2,23): error TS2551: Property 'szie' does not exist on type 'P'. Did you mean 'size'?\n",
            fixed: "interface P { size: number }\nconst f = (p: P) => p.size;\n",
        },
        Example {
            files: &[("a.tsx", "const A = () => (\n  <div>\n    <b>x</b>\n  </dvi>\n);\n")],
            log: "a.tsx:4:5 - error TS17002: Expected corresponding JSX closing tag for 'div'.\n",
            fixed: "const A = () => (\n  <div>\n    <b>x</b>\n  </div>\n);\n",
        },
        Example {
            files: &[("a.js", "import x from 'y';\nuseSate(x);\nimport { useState } from 'react';\n")],
            log: "\n/repo/a.js\n  2:1  error  'useSate' is not defined  no-undef\n\n✖ 1 problem (1 error, 0 warnings)\n",
            fixed: "import x from 'y';\nuseState(x);\nimport { useState } from 'react';\n",
        },
        Example {
            files: &[("a.js", "fucntion f() {}\n")],
            log: "/repo/a.js:1\nfucntion f() {}\n         ^\n\nSyntaxError: Unexpected identifier 'f'\n    at wrapSafe (node:internal/modules/cjs/loader:1464:18)\n",
            fixed: "function f() {}\n",
        },
        Example {
            files: &[("a.js", "f(function () {\n  g();\n};\n")],
            log: "/repo/a.js:3\n};\n ^\n\nSyntaxError: missing ) after argument list\n",
            fixed: "f(function () {\n  g();\n});\n",
        },
    ]);
}

#[test]
fn a_source_behind_a_link_is_repaired_where_it_is() {
    let links = |_: &[String], _: &str| (0, "/repo\n/repo/m.py\t/repo/src/real.py\n".to_owned());
    let shop = Shop::new(&[("src/real.py", "def f(items):\n    return len(itmes)\n")]).with("sh", links);
    for path in ["/repo/m.py", "m.py"] {
        let log = format!("  File \"{path}\", line 2, in f\nNameError: name 'itmes' is not defined\n");
        let offers = shop.offers(&Hint, "python m.py", &log, &[]);
        assert_eq!(after(&offers[0]), "def f(items):\n    return len(items)\n", "{path}");
    }
}

/// No candidate may change this file; the wrong word is in the other one.
struct Spared {
    pub files: &'static [(&'static str, &'static str)],
    pub log: &'static str,
    right: &'static str,
}

#[test]
fn a_right_definition_is_never_renamed_to_a_typing_error() {
    const TSC: &str =
        "app.ts(2,3): error TS2551: Property 'customrName' does not exist on type 'P'. Did you mean 'customerName'?\n";
    const PYTHON: &str = "Traceback (most recent call last):\n  File \"/repo/app.py\", line 1, in <module>\nImportError: cannot import name 'slugfy' from 'm' (/repo/m.py)\n";
    const RUSTC: &str = "error[E0432]: unresolved import `small::parse_heder`\n --> tests/t.rs:1:5\n  |\n1 | use small::parse_heder;\n  |     ^^^^^^^ no `parse_heder` in the root\n";
    for Spared { files, log, right } in [
        Spared {
            files: &[("app.py", "from m import avrage\n"), ("m.py", "def average(x):\n    return x\n")],
            log: "Traceback (most recent call last):\n  File \"/repo/app.py\", line 1, in <module>\nImportError: cannot import name 'avrage' from 'm' (/repo/m.py)\n",
            right: "m.py",
        },
        Spared {
            files: &[
                ("app.py", "from m import slugfy\nslugfy(1)\nslugfy(2)\n"),
                ("m.py", "def slugify(x):\n    return x\n"),
            ],
            log: PYTHON,
            right: "m.py",
        },
        Spared {
            files: &[
                ("tests/t.rs", "use small::parse_heder;\n\n#[test]\nfn f() {\n    parse_heder(parse_heder());\n}\n"),
                ("src/lib.rs", "pub fn parse_header() {}\n"),
            ],
            log: RUSTC,
            right: "src/lib.rs",
        },
        Spared {
            files: &[
                ("app.ts", "const f = (p: P) =>\n  p.customrName + p.customrName;\n"),
                ("p.ts", "export interface P { customerName: string }\n"),
            ],
            log: TSC,
            right: "p.ts",
        },
    ] {
        let offers = Shop::new(files).offers(&Hint, "the failing command", log, &[]);
        let paths: Vec<_> = offers.iter().map(|offer| offer.patch.files()[0].path.as_str()).collect();
        assert!(!paths.is_empty() && !paths.contains(&right), "{log}{paths:?}");
        assert!(offers[0].why.contains("renamed the misspelt name"), "{}", offers[0].why);
    }
}

/// The test says what the code shall be; the code is repaired, or nothing is.
#[test]
fn a_test_is_not_bent_to_the_code() {
    const PYTEST: &str = "test_lib.py:4: in test\n    assert lib.loads('a') == ['a']\nE   AttributeError: module 'lib' has no attribute 'loads'. Did you mean: 'load'?\n";
    for (files, log, offered) in [
        (
            vec![
                ("index.js", "module.export = function isObject(x) { return typeof x === 'object'; };\n"),
                ("test.js", "const isObject = require('./');\ntest('plain', () => { assert.ok(isObject({})); });\n"),
            ],
            "    TypeError: isObject is not a function\n        at TestContext.<anonymous> (/repo/test.js:2:34)\n",
            vec!["module.exports = function isObject(x) { return typeof x === 'object'; };\n"],
        ),
        (
            vec![
                ("index.js", "export function isNumbr(x) { return true; }\nexport const other = 1;\n"),
                ("test.mjs", "import isNumber from './index.js';\nassert.ok(isNumber(1));\n"),
            ],
            "TypeError: isNumber is not a function\n    at file:///repo/test.mjs:2:11\n",
            vec![],
        ),
        (
            vec![
                ("lib.py", "def load(x):\n    return x\n"),
                ("test_lib.py", "import lib\n\ndef test():\n    assert lib.loads('a') == ['a']\n"),
            ],
            PYTEST,
            vec![],
        ),
        (
            vec![
                ("lib.js", "exports.encode = (x) => x;\n"),
                ("lib.test.js", "const lib = require('./lib');\nassert.equal(lib.encodes('a'), 'b');\n"),
            ],
            "TypeError: lib.encodes is not a function\n    at Object.<anonymous> (/repo/lib.test.js:2:18)\n",
            vec![],
        ),
        (
            vec![
                ("calc.py", "def subtract(a, b):\n    return a - b\n"),
                (
                    "test_calc.py",
                    "import calc\n\ndef test_minus():\n    assert calc.substract(2, 1) == 1\n    assert calc.subtract(2, 1) == 1\n",
                ),
            ],
            "test_calc.py:4: in test_minus\nE   AttributeError: module 'calc' has no attribute 'substract'\n",
            vec![
                "import calc\n\ndef test_minus():\n    assert calc.subtract(2, 1) == 1\n    assert calc.subtract(2, 1) == 1\n",
            ],
        ),
    ] {
        let offers = Shop::new(&files).offers(&Hint, "the failing command", log, &[]);
        let texts: Vec<_> = offers.iter().map(after).collect();
        assert!(offered.iter().all(|wanted| texts.contains(wanted)), "{log}{texts:#?}");
        let spared = offers
            .iter()
            .all(|offer| offered.contains(&after(offer)) || !offer.patch.files()[0].path.as_str().contains("test"));
        assert!(spared, "{log}{texts:#?}");
    }
}

#[test]
fn a_misspelt_definition_with_several_right_uses_is_healed_first() {
    for (files, log) in [
        (
            [("m.py", "def lenght(x):\n    return x\n"), ("app.py", "import m\n\nm.length(1)\nm.length(2)\n")],
            "Traceback (most recent call last):\n  File \"/repo/app.py\", line 3, in <module>\nAttributeError: module 'm' has no attribute 'length'\n",
        ),
        (
            [
                ("m.py", "def zorbel(x):\n    return x\n"),
                ("app.py", "import m\n\nm.zorble(1)\nm.zorble(2)\nm.zorble(3)\nm.zorble(4)\n"),
            ],
            "Traceback (most recent call last):\n  File \"/repo/app.py\", line 3, in <module>\nAttributeError: module 'm' has no attribute 'zorble'\n",
        ),
        (
            [
                ("zorble.py", "def zorbel(x):\n    return x\n"),
                ("test_app.py", "from zorble import zorble\n\nzorble(1)\n"),
            ],
            "Traceback (most recent call last):\n  File \"/repo/test_app.py\", line 1, in <module>\nImportError: cannot import name 'zorble' from 'zorble' (/repo/zorble.py)\n",
        ),
    ] {
        let offers = Shop::new(&files).offers(&Hint, "python app.py", log, &[]);
        assert_eq!(offers[0].patch.files()[0].path.as_str(), files[0].0, "{:?}", offers[0].why);
        assert!(offers[0].why.contains("misspelt definition"), "{}", offers[0].why);
    }
}

#[test]
fn no_second_definition_of_a_name_is_ever_offered() {
    for (source, log) in [
        (
            "LIMIT = 10\nLIMITS = 20\n\ndef cap():\n    return LIMIT\n",
            "E   assert 10 == 20\n\nm.py:5: AssertionError\n",
        ),
        ("def rate():\n    return 1\n\ndef rates():\n    return 2\n", "E   assert 1 == 2\n\nm.py:2: AssertionError\n"),
        (
            "def f(number):\n    numebr = abs(number)\n    return number\n",
            "E   assert -1 == 1\n\nm.py:3: AssertionError\n",
        ),
        (
            "def frobnicate():\n    return 1\n\ndef frobnicaet():\n    return 2\n",
            "  File \"/repo/m.py\", line 2, in f\nNameError: name 'frobnicate' is not defined\n",
        ),
    ] {
        let offers = Shop::new(&[("m.py", source)]).offers(&Hint, "pytest", log, &[]);
        assert!(offers.is_empty(), "{source}{:#?}", offers.iter().map(after).collect::<Vec<_>>());
    }
}

#[test]
fn one_misspelling_is_corrected_wherever_its_file_has_it() {
    check(&[Example {
        files: &[("m.py", "def f(items):\n    print(itmes)\n    return len(itmes)\n")],
        log: "  File \"/repo/m.py\", line 2, in f\nNameError: name 'itmes' is not defined\n",
        fixed: "def f(items):\n    print(items)\n    return len(items)\n",
    }]);
}

#[test]
fn healthy_code_and_unrelated_failures_get_no_hint() {
    let shop = Shop::new(&[("m.py", "def f(x):\n    return x\n")]);
    for log in ["", "E   assert 1 == 2\n\nm.py:2: AssertionError\n", "curl: (6) Could not resolve host: example.com\n"]
    {
        assert!(shop.offers(&Hint, "pytest", log, &[]).is_empty(), "{log}");
    }
}

#[test]
fn a_lone_spelling_offered_by_the_tool_is_sure() {
    let shop = Shop::new(&[("a.ts", "const size = 1;\nszie;\nsize;\n")]);
    let offers =
        shop.offers(&Hint, "tsc", "a.ts(2,1): error TS2552: Cannot find name 'szie'. Did you mean 'size'?\n", &[]);
    assert_eq!(offers[0].confidence, Confidence::Confident);
    assert_eq!(offers[0].why, "renamed the misspelt name `szie` to `size`");
}

#[test]
fn a_module_that_is_here_is_not_misspelt() {
    let log = |module: &str| {
        format!(
            "ImportError while importing test module '/repo/t.py'.\napp/main.py:2: in <module>\n    import x\nE   ModuleNotFoundError: No module named '{module}'\n"
        )
    };
    let shop = Shop::new(&[
        ("toolz/__init__.py", ""),
        ("toolz/core.py", "def pluck(): pass\n"),
        ("other/utlis.py", ""),
        ("toolz/utils.py", "tools = 1\n"),
        ("app/main.py", "import toolz\nfrom toolz.utlis import tools\n"),
    ]);
    assert!(shop.offers(&Hint, "pytest", &log("toolz"), &[]).is_empty());
    let offers = shop.offers(&Hint, "pytest", &log("toolz.utlis"), &[]);
    assert_eq!(after(&offers[0]), "import toolz\nfrom toolz.utils import tools\n");
}

/// An import of what the other file does not export is `undefined`, in whatever file it is used first.
#[test]
fn an_import_and_an_export_are_brought_together() {
    const USE: &str = "TypeError: twice is not a function\n    at /repo/a.test.js:3:4\n";
    const NAMED: &str = "import { twice } from './b.js';\n\ntwice(1);\n";
    check(&[
        Example {
            files: &[("b.js", "export const twise = 1;\n"), ("a.test.js", NAMED)],
            log: USE,
            fixed: "export const twice = 1;\n",
        },
        Example {
            files: &[("b.js", "function twice() {}\n"), ("a.test.js", NAMED)],
            log: USE,
            fixed: "export function twice() {}\n",
        },
        Example {
            files: &[("b.js", "export default function twice() {}\n"), ("a.test.js", NAMED)],
            log: USE,
            fixed: "export default function twice() {}\nexport { twice };\n",
        },
        Example {
            files: &[
                ("b.js", "export class Shelf {}\n"),
                ("a.test.js", "import Shelf from './b.js';\n\nnew Shelf();\n"),
            ],
            log: "TypeError: Shelf is not a constructor\n    at /repo/a.test.js:3:5\n",
            fixed: "export default class Shelf {}\n",
        },
        Example {
            files: &[
                ("b.js", "import { other, Shelf } from './c.js';\n\nnew Shelf(other);\n"),
                ("c.js", "export default class Shelf {}\nexport const other = 1;\n"),
            ],
            log: "TypeError: Shelf is not a constructor\n    at /repo/b.js:3:5\n",
            fixed: "import Shelf, { other } from './c.js';\n\nnew Shelf(other);\n",
        },
        Example {
            files: &[
                ("b.js", "export { twise } from './c.js';\n"),
                ("c.js", "export const twice = 1;\n"),
                ("a.test.js", NAMED),
            ],
            log: USE,
            fixed: "export { twice } from './c.js';\n",
        },
        Example {
            files: &[
                ("a.test.js", "import { twise } from './b.js';\n\ntwice(1);\n"),
                ("b.js", "export const twice = 1;\n"),
            ],
            log: "ReferenceError: twice is not defined\n    at /repo/a.test.js:3:1\n",
            fixed: "import { twice } from './b.js';\n\ntwice(1);\n",
        },
        Example {
            files: &[
                ("a.test.js", "import { twice } from './b.js';\n\ntwise(1);\n"),
                ("b.js", "export const twice = 1;\n"),
            ],
            log: "ReferenceError: twise is not defined\n    at /repo/a.test.js:3:1\n",
            fixed: "import { twice } from './b.js';\n\ntwice(1);\n",
        },
    ]);
    for b in ["export * from './c.js';\n", "module.exports = {};\n", "export const twice = 1;\n"] {
        let offers = Shop::new(&[("b.js", b), ("a.test.js", NAMED), ("c.js", "")]).offers(&Hint, "jest", USE, &[]);
        assert!(offers.is_empty(), "{b}{:#?}", offers.iter().map(after).collect::<Vec<_>>());
    }
}
