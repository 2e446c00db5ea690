use crate::hand::hint::Hint;
use crate::hand::testing::{Shop, after};

/// Python, asked which module is called like that, or which ones there are.
fn python(arguments: &[String], _: &str) -> (i32, String) {
    let said = match arguments.get(2).map(String::as_str) {
        Some("re") if arguments[3] == "compile" && arguments[4].is_empty() => "re\n",
        Some("Path") if arguments[4] == "Path" => "pathlib Path\n",
        Some(_) => "",
        None => "os\nre\npathlib\n",
    };
    (0, said.to_owned())
}

/// The texts of the first file that are offered, and why.
fn offered(files: &[(&str, &str)], log: &str) -> Vec<(String, String)> {
    let offers = Shop::new(files).with("python3", python).offers(&Hint, "the failing command", log, &[]);
    let own = offers.iter().filter(|offer| offer.patch.files()[0].path.as_str() == files[0].0);
    own.map(|offer| (after(offer).to_owned(), offer.why.clone())).collect()
}

fn python_says(name: &str) -> String {
    format!("  File \"/repo/pkg/m.py\", line 3, in f\nNameError: name '{name}' is not defined\n")
}

#[test]
fn python_takes_it_from_where_this_repository_does() {
    const BODY: &str = "\n\ndef f():\n    return X\n";
    for (head, other, wanted) in [
        ("import os\n", ("pkg/o.py", "import numpy as X\n"), "import os\n\nimport numpy as X\n"),
        (
            "import os\nimport zlib as z\n",
            ("pkg/o.py", "import re as X\n"),
            "import os\nimport re as X\nimport zlib as z\n",
        ),
        ("from a import B, Z\n", ("pkg/o.py", "from a import X\n"), "from a import B, X, Z\n"),
        ("from a import (\n    B,\n)\n", ("pkg/o.py", "from a import X\n"), "from a import (\n    B,\n    X,\n)\n"),
        (
            "from a import B\nfrom a import Z\n",
            ("pkg/o.py", "from a import X\n"),
            "from a import B\nfrom a import X\nfrom a import Z\n",
        ),
        ("from .o import C\n", ("tests/o.py", "from pkg.o import X\n"), "from .o import C, X\n"),
        ("from .b import C\n", ("pkg/o.py", "X = 1\n"), "from .b import C\nfrom .o import X\n"),
        ("", ("pkg/o.py", "class X: pass\n"), "from pkg.o import X\n\n"),
        (
            "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\n\n",
            ("pkg/o.py", "def X(): pass\n"),
            "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\n\nfrom pkg.o import X\n\n",
        ),
    ] {
        let (broken, wanted) = if head.is_empty() || head.ends_with("\n\n") {
            (format!("{head}{}", BODY.trim_start()), format!("{wanted}{}", BODY.trim_start()))
        } else {
            (format!("{head}{BODY}"), format!("{wanted}{BODY}"))
        };
        let files = [("pkg/m.py", broken.as_str()), other, ("pkg/__init__.py", ""), ("pkg/o.py", "X = 1\n")];
        let files = if other.0 == "pkg/o.py" { &files[..3] } else { &files };
        let offers = offered(files, &python_says("X"));
        assert_eq!(offers.first().map(|(text, _)| text.as_str()), Some(wanted.as_str()), "{head}{offers:#?}");
    }
}

#[test]
fn python_modules_come_before_near_names() {
    let file = "import os\n\n\ndef f(rd, be):\n    return re.compile(rd)\n";
    let offers = offered(&[("pkg/m.py", file)], &python_says("re"));
    assert_eq!(offers[0].0, "import os\nimport re\n\n\ndef f(rd, be):\n    return re.compile(rd)\n", "{offers:#?}");
    let offers = offered(&[("pkg/m.py", "def f():\n    return Path('x')\n")], &python_says("Path"));
    assert_eq!(offers[0].1, "added the missing import `from pathlib import Path`");
}

#[test]
fn no_import_for_what_is_here_or_is_misspelt() {
    let other = ("pkg/o.py", "from itertools import count\nimport shelve as item\n");
    for (file, name) in [
        ("def f(counts):\n    return count\n", "count"),
        ("def f():\n    count = count + 1\n", "count"),
        ("def f():\n    return count\n\ncount = 1\n", "count"),
        ("from x import count\n\ndef f():\n    return count\n", "count"),
        ("def f():\n    return re.frobnicate()\n", "re"),
        ("def f():\n    return re\n", "re"),
    ] {
        let offers = offered(&[("pkg/m.py", file), other], &python_says(name));
        assert!(offers.iter().all(|(_, why)| !why.starts_with("added")), "{file}{offers:#?}");
    }
    let log = "  File \"/repo/pkg/m.py\", line 2, in f\nUnboundLocalError: local variable 'count' referenced before assignment\n";
    let offers = offered(&[("pkg/m.py", "def f():\n    return count\n"), other], log);
    assert!(offers.iter().all(|(_, why)| !why.starts_with("added")), "{offers:#?}");
}

#[test]
fn scripts_take_it_from_where_this_repository_does() {
    const BODY: &str = "\nf(X.y);\n";
    for (path, head, other, wanted) in [
        (
            "src/m.js",
            "import a from './a.js';\n",
            ("src/b.js", "export const X = 1;\n"),
            "import a from './a.js';\nimport { X } from './b.js';\n",
        ),
        (
            "src/m.js",
            "import { a, z } from './b.js';\n",
            ("src/b.js", "export class X {}\n"),
            "import { X, a, z } from './b.js';\n",
        ),
        (
            "src/m.js",
            "import a from './b.js';\n",
            ("src/b.js", "export default 1;\nexport function X() {}\n"),
            "import a, { X } from './b.js';\n",
        ),
        (
            "src/m.ts",
            "import a from \"./a\"\n",
            ("lib/index.ts", "export default class X {}\n"),
            "import a from \"./a\"\nimport X from \"../lib\"\n",
        ),
        (
            "src/m.ts",
            "import a from './a';\n",
            ("test/n.ts", "import * as X from 'x-lib';\n"),
            "import a from './a';\nimport * as X from 'x-lib';\n",
        ),
        (
            "src/m.js",
            "const a = require('./a');\n",
            ("b.js", "const X = require('x-lib');\n"),
            "const a = require('./a');\nconst X = require('x-lib');\n",
        ),
        (
            "src/m.cjs",
            "'use strict';\n\n",
            ("src/b.js", "module.exports = { X };\n"),
            "'use strict';\n\nconst { X } = require('./b');\n\n",
        ),
        (
            "src/m.tsx",
            "import a from './a';\n",
            ("src/b.tsx", "import { type Q, X } from './parts';\n"),
            "import a from './a';\nimport { X } from './parts';\n",
        ),
    ] {
        let body = if head.ends_with("\n\n") { BODY.trim_start() } else { BODY };
        let (broken, wanted) = (format!("{head}{body}"), format!("{wanted}{body}"));
        let files = [(path, broken.as_str()), other, ("src/parts.tsx", "")];
        let offers = offered(&files, &format!("ReferenceError: X is not defined\n    at f (/repo/{path}:3:3)\n"));
        assert_eq!(offers.first().map(|(text, _)| text.as_str()), Some(wanted.as_str()), "{head}{offers:#?}");
    }
    let broken = "import a from './a.js';\npath.join(a);\n";
    let log = "src/m.ts(2,1): error TS2304: Cannot find name 'path'.\n";
    let offers = offered(&[("src/m.ts", broken)], log);
    assert_eq!(offers[0].0, "import a from './a.js';\nimport path from 'node:path';\npath.join(a);\n");
}

#[test]
fn go_packages_are_asked_for_what_they_have() {
    fn go(arguments: &[String], _: &str) -> (i32, String) {
        match arguments[0].as_str() {
            "list" => (0, "crypto/rand\ninternal/rand\nmath/rand\nstrings\n".to_owned()),
            _ => (i32::from(arguments[1..] != ["math/rand", "Intn"]), String::new()),
        }
    }
    let text = "package a\n\nimport \"fmt\"\n\nfunc F() { fmt.Println(rand.Intn(3)) }\n";
    let shop = Shop::new(&[("a.go", text)]).with("go", go);
    let offers = shop.offers(&Hint, "go build", "./a.go:5:24: undefined: rand\n", &[]);
    let texts: Vec<_> = offers.iter().map(after).collect();
    assert_eq!(texts, [text.replace("import \"fmt\"", "import (\n\t\"fmt\"\n\t\"math/rand\"\n)")]);
    let shop = Shop::new(&[("a.go", "package a\n\nfunc F(table T) { rand.Foo() }\n")]).with("go", go);
    assert!(shop.offers(&Hint, "go build", "./a.go:3:19: undefined: rand\n", &[]).is_empty());
}

#[test]
fn what_is_missing_comes_together_first() {
    let files = [
        ("A.java", "public class A {\n    List<String> f() { return new ArrayList<>(); }\n}\n"),
        ("B.java", "import java.util.ArrayList;\nimport java.util.List;\n\nclass B {}\n"),
    ];
    let symbol = |name: &str| {
        format!(
            "A.java:2: error: cannot find symbol\n    List<String> f()\n    ^\n  symbol:   class {name}\n  location: class A\n"
        )
    };
    let found = offered(&files, &(symbol("List") + &symbol("ArrayList")));
    assert_eq!(found[0].0, format!("import java.util.ArrayList;\nimport java.util.List;\n\n{}", files[0].1));
    assert_eq!(found[0].1, "added the missing imports `import java.util.List;`, `import java.util.ArrayList;`");
}
